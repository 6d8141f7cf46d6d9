"""Joins two readings of the same words: their log-probabilities are added with weights that were
fitted on held-back data (bench/train_language.py)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import mul

from moggy.brain.language.question import Question
from moggy.meanings import DOUBTED, DOUBTED_VALENCE, Meaning, softmax, taken
from moggy.messages import Thought
from moggy.vocabulary import CLASS_PLACES, CLASS_PRIOR

WEIGHTS: Mapping[str, str] = {
    "own": "of this reading's log-probabilities",
    "feelings": "of the log-probability of a feeling by the reading before, less its prior's",
    "wish": "added to the meanings that want what the reading before found, times its confidence",
    "no_wish": "taken from the meanings that want anything, where it found nothing, times the same",
    "to_pet": "of the log-odds by the reading before that the pet is meant, half to either side",
    "wish_from": "probability from which a wish counts",
    "away_from": "the same of *leave me alone*, where it is more",
    "sarcasm_from": "probability of sarcasm from which the joined reading is unsure",
}
"""The weights of a head, with what each does."""
AROUSAL_OWN = 0.5
"""Share of the new reading in the joined arousal. Our choice."""
VALENCE_BEFORE = 0.25
"""Share of the reading before in the joined valence, times its confidence. Our choice: the
probabilities have it already, but not how strong a word was."""
LEAST = 1e-4
"""Probabilities are taken as at least this, so that none excludes a meaning."""


ADDED = ("own", "feelings", "wish", "no_wish", "to_pet")
"""The weights of which `terms` has a factor."""


def terms(
    question: Question, meanings: Sequence[Meaning], scores: Sequence[float]
) -> list[tuple[float, ...]]:
    """For each meaning the factors of ADDED: its log-probability, up to a constant, is the sum of
    them times their weights. `scores` are this reading's log-probabilities up to a constant."""
    before = {
        name: math.log(max(question.probabilities.get(name, prior), LEAST) / prior)
        for name, prior in CLASS_PRIOR.items()
    }
    to_pet = min(1.0 - LEAST, max(LEAST, 0.5 if question.to_pet is None else question.to_pet))
    odds = 0.5 * math.log(to_pet / (1.0 - to_pet))
    sides = {"pet": odds, "about": -odds, "none": 0.0}
    sure = question.confidence
    return [
        (
            score,
            before[meaning.feeling],
            sure if meaning.intent == question.intent != "none" else 0.0,
            -sure if meaning.intent != "none" and question.intent == "none" else 0.0,
            sides[meaning.to],
        )
        for meaning, score in zip(meanings, scores, strict=True)
    ]


def joined(
    question: Question,
    meanings: Sequence[Meaning],
    scores: Sequence[float],
    weights: Mapping[str, float],
) -> list[float]:
    """Probabilities of the meanings from the reading before and the scores of this one
    (log-probabilities up to a constant)."""
    added = [weights[name] for name in ADDED]
    return softmax(
        [math.fsum(map(mul, added, factors)) for factors in terms(question, meanings, scores)]
    )


def thought(
    question: Question,
    *,
    source: str,
    meanings: Sequence[Meaning],
    scores: Sequence[float],
    weights: Mapping[str, float],
) -> Thought:
    """The joined reading as a Thought with every number within its bounds. Raises ValueError where
    the model answered with something that is not a number."""
    if not all(map(math.isfinite, scores)):
        raise ValueError(
            f"{source} answered with something that is not a number; its answer was dropped"
        )
    read = taken(meanings, joined(question, meanings, scores, weights))
    arousal = math.fsum(p * CLASS_PLACES[name].arousal for name, p in read.probabilities.items())
    share = VALENCE_BEFORE * question.confidence
    valence = share * question.valence + (1.0 - share) * read.valence
    confidence = max(read.probabilities.values())
    intent = read.wish(weights["wish_from"], weights["away_from"])
    if read.doubtful(weights["sarcasm_from"]):
        intent, valence = "none", DOUBTED_VALENCE * valence
        confidence = min(confidence, DOUBTED)
    return Thought(
        at=question.asked,
        person=question.person,
        asked=question.asked,
        about=question.about,
        expires=question.expires,
        source=source,
        valence=_signed(valence),
        arousal=_signed(AROUSAL_OWN * arousal + (1.0 - AROUSAL_OWN) * question.arousal),
        probabilities={name: round(p, 4) for name, p in read.probabilities.items()},
        intent=intent,
        to_pet=None if read.to_pet is None else round(read.to_pet, 4),
        confidence=round(confidence, 4),
    )


def _signed(x: float) -> float:
    return round(max(-1.0, min(1.0, x)), 4)
