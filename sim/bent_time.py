"""The time of a simulated pet, as the studio bends it. A real body has none such."""

from __future__ import annotations

from collections.abc import Mapping

from moggy.clock import BentClock, DayTime
from moggy.messages import LocalTime, Tick


class BentTime:
    """Bends the time. Its methods are called from the web server's thread; as a listener of the
    loop it follows the time of day."""

    def __init__(self, clock: BentClock, hour: float) -> None:
        """`hour`: local time of day at second 0, 0..24."""
        self.clock = clock
        self._day, self._at = DayTime(hour), 0.0

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self._at = tick.at
        for sense in tick.senses:
            if isinstance(sense, LocalTime):
                self._day.take(sense)

    @property
    def is_ours(self) -> bool:
        """Whether it goes, and as fast as ours."""
        return not self.clock.paused and self.clock.speed == 1.0

    @property
    def hour(self) -> float:
        """The pet's local time of day, 0..24."""
        return self._day.hour(self._at)
