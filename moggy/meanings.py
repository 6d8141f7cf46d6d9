"""What sentences mean that people say near a pet: kinds of sentences, each with whom it is meant
for, what its speaker feels and what it asks for.

The trained heads of words give a probability for each meaning; `taken` sums them up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from moggy.vocabulary import CLASS_PLACES, CLASSES, INTENTS, Intent, PersonClass

ADDRESSEES: Final = ("pet", "about", "none")
"""The pet, a report of something else, or neither tells."""
MILD: Final = 0.4
"""Valence (−1..1) of a sentence whose feeling is neutral or surprised and whose sign is not 0: «not
now», a word of comfort. Our choice."""
SARCASTIC: Final = "sarcasm"
"""The kind of sentences that mean the opposite of their words."""
AWAY: Final = "leave_me_alone"
"""The wish with a threshold of its own: orders are easily taken for it, and it sends the pet
off."""
DOUBTED: Final = 0.29
"""Confidence (0..1) that kind words have at most which may be sarcastic: less than what takes
effect (`moggy.brain.perception.spoken_wishes.SURE_FROM`), so that they neither please nor hurt."""
DOUBTED_VALENCE: Final = 0.3
"""Share of the valence that such a sentence keeps. Our choice."""


class Meaning(NamedTuple):
    """One way in which a sentence may be meant."""

    kind: str
    """As in bench/said: praise, sad_to, order, …; `comment` for what nobody says to a pet."""
    to: Literal["pet", "about", "none"]
    feeling: PersonClass
    """Of the speaker."""
    valence: int
    """Sign of what the speaker feels: −1, 0 or 1."""
    intent: Intent

    @property
    def place(self) -> float:
        """The valence that this meaning speaks of, −1..1."""
        if self.feeling in ("neutral", "surprised"):
            return MILD * self.valence
        return CLASS_PLACES[self.feeling].valence


class Taken(NamedTuple):
    """What a sentence is taken for."""

    probabilities: dict[PersonClass, float]
    wishes: dict[Intent, float]
    valence: float
    to_pet: float | None
    """How surely it is meant for the pet and not a report, 0..1; None: probably neither."""
    sarcastic: float
    """Probability that it means the opposite of its words."""

    def wish(self, sure: float, away: float = 0.0) -> Intent:
        """The likeliest wish, *none* where it is less probable than `sure` (0..1). To be left
        alone must be as probable as `away` too; where it is not, the others are weighed without."""
        wishes = self.wishes
        likeliest = max(wishes, key=wishes.__getitem__)
        if likeliest == AWAY and (leave := wishes[AWAY]) < max(sure, away):
            wishes = {wish: p / (1.0 - leave) for wish, p in wishes.items() if wish != AWAY}
            likeliest = max(wishes, key=wishes.__getitem__)
        return likeliest if wishes[likeliest] >= sure else "none"

    def doubtful(self, sarcastic_from: float) -> bool:
        """Whether the words are kind and sarcastic with more than this probability. Harsh words
        mean what they say, whether or not with sarcasm."""
        kind = self.valence > 0.0 or self.wish(0.0) == "praise"
        return kind and self.sarcastic > sarcastic_from


def taken(meanings: Sequence[Meaning], probabilities: Sequence[float]) -> Taken:
    """The sums over the meanings, whose probabilities add up to 1."""
    feelings = dict.fromkeys(CLASSES, 0.0)
    wishes = dict.fromkeys(INTENTS, 0.0)
    to = dict.fromkeys(ADDRESSEES, 0.0)
    valence = sarcastic = 0.0
    for meaning, p in zip(meanings, probabilities, strict=True):
        feelings[meaning.feeling] += p
        wishes[meaning.intent] += p
        to[meaning.to] += p
        valence += p * meaning.place
        if meaning.kind == SARCASTIC:
            sarcastic += p
    told = to["pet"] + to["about"]
    return Taken(feelings, wishes, valence, to["pet"] / told if told > 0.5 else None, sarcastic)


def softmax(scores: Sequence[float]) -> list[float]:
    """Log-likelihoods, up to a constant → probabilities."""
    top = max(scores)
    raised = [math.exp(score - top) for score in scores]
    total = math.fsum(raised)
    return [value / total for value in raised]


def stored(meanings: Sequence[Meaning]) -> list[list[str | int]]:
    """The meanings as JSON has them."""
    return [list(meaning) for meaning in meanings]


def of_stored(rows: Sequence[Sequence[str | int]]) -> tuple[Meaning, ...]:
    """The meanings of a file. Raises ValueError for one that the vocabulary does not know."""
    found = tuple(Meaning(*row) for row in rows)  # type: ignore[arg-type]
    for meaning in found:
        if meaning.feeling not in CLASSES or meaning.intent not in INTENTS:
            raise ValueError(f"no such meaning: {meaning}")
    return found


def blended(
    one: Mapping[PersonClass, float], other: Mapping[PersonClass, float], share: float
) -> dict[PersonClass, float]:
    """Probabilities between two: `share` (0..1) of the first, the rest of the second."""
    return {name: share * one[name] + (1.0 - share) * other[name] for name in CLASSES}
