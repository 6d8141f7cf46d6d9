"""Over-stimulation: the same stroke turns from bliss to *enough*, by zone, trust and temperament; a
pause of minutes drains it."""

from __future__ import annotations

import math

from moggy.brain.appraisals import EnoughShape
from moggy.personality import Temperament


def sensitivity(liking: float) -> float:
    """How fast skin that is liked so much (−1..1) has had enough: the worst skin 1, the temple
    about a sixth."""
    return 0.12 + 0.44 * (1.0 - liking)


class Enough:
    """One level in 0..1."""

    def __init__(self, shape: EnoughShape, temperament: Temperament) -> None:
        self.level = 0.0
        self.adopt(shape, temperament)

    def adopt(self, shape: EnoughShape, temperament: Temperament) -> None:
        self._shape = shape
        self._drains = 1.0 / (shape.drains * (0.75 + 0.5 * temperament.neuroticism))
        self._patience = 1.0 - shape.agreeableness * (temperament.agreeableness - 0.5)

    def add(self, amount: float, trust: float, pleasure: float) -> None:
        """`amount` of touch, scaled by zone, from somebody trusted so much, in a mood so pleasant.
        What has soured builds faster."""
        crossness = 1.0 + 0.4 * max(0.0, -pleasure) + self.soured()
        self.level = min(
            1.0,
            self.level + amount * (1.0 - self._shape.trust * trust) * self._patience * crossness,
        )

    def flow(self, dt: float) -> None:
        if self.level:
            self.level *= math.exp(-dt * self._drains)

    def soured(self) -> float:
        """0: a liked touch is bliss; 1: it is wholly unwelcome."""
        low, high = self._shape.sours
        x = (self.level - low) / (high - low)
        return 0.0 if x <= 0.0 else 1.0 if x >= 1.0 else x * x * (3.0 - 2.0 * x)
