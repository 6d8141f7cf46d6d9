"""Joins two readings of the same words: log-probabilities are added, weighted as they earned it on
held-back data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from moggy.brain.language.question import Question
from moggy.messages import Thought
from moggy.vocabulary import CLASS_PLACES, CLASS_PRIOR, CLASSES, Intent, PersonClass

ADDS = 0.5
"""How sure a wish must be to be added where no phrase was found; from the even lines of
phrases.tsv."""


def joined(
    question: Question, scores: Sequence[float], weights: Mapping[str, float]
) -> dict[PersonClass, float]:
    """Probabilities over CLASSES from the reading before and the scores (log-likelihoods) of this
    one."""
    # A phrase said outright is worth more than the comments on which the weights were set could
    # show.
    before, own = (
        (0.85, 0.5 * weights["own"])
        if question.intent != "none"
        else (weights["before"], weights["own"])
    )
    total = []
    for name, score in zip(CLASSES, scores, strict=True):
        prior = CLASS_PRIOR[name]
        said = math.log(max(question.probabilities.get(name, prior), 1e-4) / prior)
        total.append(math.log(prior) + before * said + own * score)
    top = max(total)
    raised = [math.exp(score - top) for score in total]
    return {name: value / math.fsum(raised) for name, value in zip(CLASSES, raised, strict=True)}


def wish(question: Question, wishes: Mapping[str, float]) -> Intent:
    """What is wanted: what a phrase said (right 98 times in 100), and what the model says where no
    phrase was found."""
    likeliest = max(wishes, key=lambda name: wishes[name])
    added = question.intent == "none" and wishes[likeliest] > ADDS
    return cast(Intent, likeliest if added else question.intent)


def thought(
    question: Question,
    *,
    source: str,
    scores: Sequence[float],
    wishes: Mapping[str, float],
    valence: float,
    weights: Mapping[str, float],
) -> Thought:
    """The answer: everything bounded and finite, whatever the model said. Raises ValueError for
    scores that are not numbers."""
    if not all(map(math.isfinite, (*scores, *wishes.values(), valence))):
        raise ValueError(
            f"{source} answered with something that is not a number; its answer was dropped"
        )
    probabilities = joined(question, scores, weights)
    arousal = math.fsum(p * CLASS_PLACES[name].arousal for name, p in probabilities.items())
    # A first reading of nothing (confidence 0) has no valence of its own to keep; one by a phrase
    # said outright is worth more than half.
    share = (
        0.6
        if question.intent != "none"
        else weights["valence_before"] * min(1.0, 2.0 * question.confidence)
    )
    return Thought(
        at=question.asked,
        person=question.person,
        asked=question.asked,
        about=question.about,
        expires=question.expires,
        source=source,
        valence=_signed(
            share * question.valence + (1.0 - share) * weights["valence_gain"] * valence
        ),
        arousal=_signed(0.5 * arousal + 0.5 * question.arousal),
        probabilities={name: round(p, 4) for name, p in probabilities.items()},
        intent=wish(question, wishes),
        confidence=round(max(probabilities.values()), 4),
    )


def _signed(x: float) -> float:
    return round(max(-1.0, min(1.0, x)), 4)
