"""What a motion is to the rest: joint angles (rad) as a function of seconds and of the pet's
feelings. Motions are written in `behaviors` and evaluated by the actuators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from moggy.messages import Affect
from moggy.vocabulary import GazeTarget

GROUND = "stand"
"""The posture under everything, until one has been decided."""
PACE = 1.35
"""Doublings of the speed of whatever it does for each unit of arousal (−1..1): a rested cat (−0.3)
and an excited one (0.7) differ by 2.5. People read arousal from the speed of movement (Wallbott
1998); how much is our choice."""


def pace(arousal: float) -> float:
    """Factor on the speed of movement at this arousal (−1..1)."""
    faster: float = 2.0 ** (PACE * arousal)
    return faster


class Motion(Protocol):
    """Joint angles over time."""

    @property
    def duration(self) -> float | None:
        """Seconds; None goes on until it is replaced."""
        ...

    @property
    def channels(self) -> frozenset[str]:
        """Names of the joints (and `pupils`) that it moves."""
        ...

    @property
    def adds(self) -> frozenset[str]:
        """Those of its channels whose values are added to what lies below, instead of taking its
        place."""
        ...

    @property
    def fade(self) -> float:
        """Seconds of its own time to blend in, and out again."""
        ...

    @property
    def gaze(self) -> GazeTarget | None:
        """Where it makes the pet look; None leaves that to the decision."""
        ...

    @property
    def alert(self) -> float:
        """0..1: how much of the small movements (gaze, ears, blinks) stays while it plays; asleep
        is 0."""
        ...

    @property
    def still(self) -> bool:
        """Whether it stays the same over time and changes only with affect."""
        ...

    def tempo(self, affect: Affect) -> float:
        """How fast its time runs: 1 as written."""
        ...

    def pose(self, affect: Affect, t: float) -> Mapping[str, float]:
        """Joint → rad, `t` seconds of its own time after it began."""
        ...
