"""The only place that reads the time: a real clock that waits, and a simulated one that does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

RATE = 50.0
"""Ticks a second of the loop."""


class Clock(Protocol):
    """Gives the moments of the loop, in seconds since the pet was started."""

    def ticks(self) -> Iterator[float]: ...


class RealClock:
    """Waits for each moment. A tick that took too long is not made up for: the next comes at the
    next full period."""

    def __init__(self, until: float | None = None, rate: float = RATE) -> None:
        self._until, self._period = until, 1.0 / rate
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the start, at any moment: for those who stamp what comes from outside."""
        return time.monotonic() - self._start

    def ticks(self) -> Iterator[float]:
        due = 0.0
        while self._until is None or due < self._until:
            wait = due - self.now()
            if wait > 0.0:
                time.sleep(wait)
            now = self.now()
            yield now
            due = max(due + self._period, now - now % self._period)


class SimulatedClock:
    """Every moment at once, exactly one period apart."""

    def __init__(self, until: float, rate: float = RATE) -> None:
        """`until` is in s, `rate` in ticks a second. Raises ValueError for a time that never ends."""
        if not 0.0 <= until < float("inf"):
            raise ValueError(f"{until:g} s is no length of a life")
        self._count, self._rate = round(until * rate), rate

    def ticks(self) -> Iterator[float]:
        for n in range(self._count):
            yield n / self._rate


def hour_of_day() -> float:
    """The local time of day now, 0..24."""
    here = time.localtime()
    return here.tm_hour + here.tm_min / 60.0 + here.tm_sec / 3600.0
