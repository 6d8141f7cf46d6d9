"""The mood: pleasure, arousal and dominance. Emotions draw it over minutes; over hours it returns
to the temperament.

Each step is a convex combination of where the mood is, where its home is and where the emotions
lie, so it can never leave −1..1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from moggy.brain.feeling_shapes import RETURNS, MoodShape
from moggy.personality import Temperament


class Pull(NamedTuple):
    """A pull on the mood: its strength, 0..2, and the place it pulls to, −1..1 each."""

    strength: float
    pleasure: float
    arousal: float
    dominance: float


def home_of(temperament: Temperament, reach: float) -> tuple[float, float, float]:
    """Where the mood of such a cat lies, each within ±reach.

    After Mehrabian 1996 (Australian Journal of Psychology 48, 86–92), who wrote it for the Big
    Five. His N is emotional *stability*; here it is neuroticism, so its signs are turned over: an
    anxious cat is less pleased and more aroused. The Feline Five's own dominance stands in for what
    openness and conscientiousness gave to his.
    """
    n, e, d, a = (
        2.0 * t - 1.0
        for t in (
            temperament.neuroticism,
            temperament.extraversion,
            temperament.dominance,
            temperament.agreeableness,
        )
    )
    pleasure = 0.21 * e + 0.59 * a - 0.19 * n
    arousal = 0.57 * n + 0.30 * a
    dominance = 0.60 * e - 0.32 * a + 0.40 * d
    return reach * _within(pleasure), reach * _within(arousal), reach * _within(dominance)


def _within(x: float) -> float:
    return max(-1.0, min(1.0, x))


class MoodState:
    """A point in pleasure, arousal and dominance (`at`, −1..1 each) with a home to return to."""

    def __init__(self, shape: MoodShape, temperament: Temperament) -> None:
        self.adopt(shape, temperament)
        self.at = list(self.home)

    def adopt(self, shape: MoodShape, temperament: Temperament) -> None:
        """Use another shape and another home from now on; the mood stays where it is."""
        self.home = home_of(temperament, shape.temperament)
        returns = {**RETURNS, **shape.returns}
        self._returns = [
            1.0 / returns["pleasure"],
            1.0 / returns["arousal"],
            1.0 / returns["dominance"],
        ]
        self._draws = 1.0 / shape.draws
        self.congruence = shape.congruence

    def push(self, dimension: int, by: float) -> None:
        """Move one dimension by a share (−1..1) of the way that is left."""
        here = self.at[dimension]
        self.at[dimension] = here + by * (1.0 - here if by > 0.0 else 1.0 + here)

    def beat(self, seconds: float, pulls: Iterable[Pull]) -> None:
        """Let `seconds` pass under these pulls: the exact solution of a linear decay."""
        total = p = a = d = 0.0
        for strength, pleasure, arousal, dominance in pulls:
            weight = strength * self._draws
            total += weight
            p += weight * pleasure
            a += weight * arousal
            d += weight * dominance
        for i, towards in enumerate((p, a, d)):
            rate = self._returns[i] + total
            goal = (self._returns[i] * self.home[i] + towards) / rate
            self.at[i] = goal + (self.at[i] - goal) * math.exp(-rate * seconds)
