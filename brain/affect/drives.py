"""The drives: energy, company, play, comfort and curiosity. They drain over hours, are filled by
what happens, and are pleasant in the middle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from moggy.brain.feeling_shapes import DriveShape
from moggy.messages import InnerCause
from moggy.personality import Temperament
from moggy.vocabulary import DRIVES, EMOTIONS, Drive, DriveLevel, Emotion

DARKEST_H = 2.0
"""Hour of the day at which `night` counts in full."""
TEMPERAMENT_REACH = 0.25
"""What a full trait adds to where a drive rests, for a weight of 1 in the table."""


def darkness(hour: float) -> float:
    """0 by day to 1 at two in the morning, smoothly; `hour` 0..24."""
    return (0.5 + 0.5 * math.cos(math.tau * (hour - DARKEST_H) / 24.0)) ** 2


class DriveStirring(NamedTuple):
    """An emotion (its place in EMOTIONS) that a drive stirs to a level, 0..1."""

    cause: InnerCause
    emotion: int
    level: float


class Drives:
    """Five levels in 0..1, in the order of DRIVES."""

    def __init__(self, shapes: Mapping[Drive, DriveShape], temperament: Temperament) -> None:
        self.adopt(shapes, temperament)
        self.levels = list(self._rests)

    def adopt(self, shapes: Mapping[Drive, DriveShape], temperament: Temperament) -> None:
        """Use other shapes and another temperament from now on; the levels stay."""
        self._shapes = [shapes[name] for name in DRIVES]
        self._rests = [
            _unit(
                shape.rests
                + sum(
                    TEMPERAMENT_REACH * w * (2.0 * float(getattr(temperament, t)) - 1.0)
                    for t, w in shape.temperament.items()
                )
            )
            for shape in self._shapes
        ]
        self._rates = [1.0 / (3600.0 * shape.hours) for shape in self._shapes]
        self._stirs = [
            (
                shape.low,
                shape.high,
                _stirs(shape.lacking),
                _stirs(shape.pleasant),
                _stirs(shape.overfull),
            )
            for shape in self._shapes
        ]
        self._keeps: dict[float, list[float]] = {}

    def push(self, drive: int, by: float) -> None:
        """Fill a share (0..1) of what a drive lacks, or take a share (−1..0) of what is there."""
        here = self.levels[drive]
        self.levels[drive] = here + by * (1.0 - here if by > 0.0 else here)

    def beat(self, seconds: float, hour: float, battery: float) -> None:
        """Let `seconds` pass at this hour (0..24), with the battery charged so far (0..1)."""
        keeps = self._keeps.get(seconds)
        if keeps is None:
            keeps = self._keeps[seconds] = [math.exp(-rate * seconds) for rate in self._rates]
        dark, hungry = darkness(hour), (1.0 - battery) ** 2
        for i, shape in enumerate(self._shapes):
            goal = self._rests[i]
            if shape.night or shape.hunger:
                goal = _unit(goal + shape.night * dark - shape.hunger * hungry)
            self.levels[i] = goal + (self.levels[i] - goal) * keeps[i]

    def stirring(self) -> Iterator[DriveStirring]:
        """What each drive stirs now: too little below `low`, too much above `high`, pleasant
        between them."""
        for i, (low, high, lacking, pleasant, overfull) in enumerate(self._stirs):
            level = self.levels[i]
            how: DriveLevel
            if level < low:
                how, far, stirs = "little", (low - level) / low, lacking
            elif level > high:
                how, far, stirs = "much", (level - high) / (1.0 - high), overfull
            else:
                how, far, stirs = (
                    "enough",
                    1.0 - abs(2.0 * level - low - high) / (high - low),
                    pleasant,
                )
            cause = InnerCause(of=DRIVES[i], level=how)
            for emotion, amount in stirs:
                yield DriveStirring(cause, emotion, amount * far)


def _stirs(emotions: Mapping[Emotion, float]) -> list[tuple[int, float]]:
    return [(EMOTIONS.index(name), amount) for name, amount in emotions.items()]


def _unit(x: float) -> float:
    return max(0.0, min(1.0, x))
