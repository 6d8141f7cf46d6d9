"""Joins two readings of the same words: their log-probabilities are added with weights that were
fitted on held-back data (bench/train_language.py)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import cast

from moggy.brain.language.question import Question
from moggy.messages import Thought
from moggy.vocabulary import CLASS_PLACES, CLASS_PRIOR, CLASSES, Intent, PersonClass

ADDS = 0.5
"""How probable a model's wish must be, 0..1, to be taken where no phrase was found. From the even
lines of bench/phrases.tsv."""
PHRASE_BEFORE = 0.85
"""Weight of the reading before where it found a phrase: such a reading is worth more than the
comments on which the other weights were fitted can show. Our choice."""
PHRASE_OWN = 0.5
"""Share of its usual weight that the new reading has then. Our choice."""
PHRASE_VALENCE = 0.6
"""Share of the valence before in the joined valence then. Our choice."""
AROUSAL_OWN = 0.5
"""Share of the new reading in the joined arousal. Our choice."""
LEAST = 1e-4
"""Probabilities are taken as at least this, so that none excludes a class."""


def joined(
    question: Question, scores: Sequence[float], weights: Mapping[str, float]
) -> dict[PersonClass, float]:
    """Probabilities over CLASSES from the reading before and the scores of this one
    (log-likelihoods in the order of CLASSES)."""
    if question.intent != "none":
        before, own = PHRASE_BEFORE, PHRASE_OWN * weights["own"]
    else:
        before, own = weights["before"], weights["own"]
    total = []
    for name, score in zip(CLASSES, scores, strict=True):
        prior = CLASS_PRIOR[name]
        said = math.log(max(question.probabilities.get(name, prior), LEAST) / prior)
        total.append(math.log(prior) + before * said + own * score)
    top = max(total)
    raised = [math.exp(score - top) for score in total]
    return {name: value / math.fsum(raised) for name, value in zip(CLASSES, raised, strict=True)}


def wish(question: Question, wishes: Mapping[str, float]) -> Intent:
    """What is wanted: the intent of a phrase where one was found (98 % of them are right:
    `python -m bench words`), else the model's where it is probable enough."""
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
    """The joined reading as a Thought with every number within its bounds. Raises ValueError where
    the model answered with something that is not a number."""
    if not all(map(math.isfinite, (*scores, *wishes.values(), valence))):
        raise ValueError(
            f"{source} answered with something that is not a number; its answer was dropped"
        )
    probabilities = joined(question, scores, weights)
    arousal = math.fsum(p * CLASS_PLACES[name].arousal for name, p in probabilities.items())
    # A reading before that is not confident has no valence worth keeping.
    share = (
        PHRASE_VALENCE
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
        arousal=_signed(AROUSAL_OWN * arousal + (1.0 - AROUSAL_OWN) * question.arousal),
        probabilities={name: round(p, 4) for name, p in probabilities.items()},
        intent=wish(question, wishes),
        confidence=round(max(probabilities.values()), 4),
    )


def _signed(x: float) -> float:
    return round(max(-1.0, min(1.0, x)), 4)
