"""A motion is a function of time, bent by what the pet feels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from moggy.messages import Affect


class Motion(Protocol):
    """Angles over time; evaluated by the actuators, written in `behaviors`."""

    @property
    def duration(self) -> float | None:
        """Seconds; None goes on until it is replaced."""
        ...

    @property
    def channels(self) -> frozenset[str]:
        """Names of the joints (and `pupils`) that it moves."""
        ...

    def pose(self, affect: Affect, t: float) -> Mapping[str, float]:
        """Joint → rad, `t` seconds after it began."""
        ...
