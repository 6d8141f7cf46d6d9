"""The only place that reads the time: a real clock, which waits for each tick, and a simulated one,
which does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

DAY_S = 86_400.0
"""Seconds of a day."""
RATE = 50.0
"""Ticks a second of the loop, our choice: a touch is answered within 20 ms, and two cores bear it
(`python -m bench tick`)."""


class Clock(Protocol):
    """Says when the loop ticks."""

    def ticks(self) -> Iterator[float]:
        """Yield the time of each tick when it has come, in seconds since the pet was born."""
        ...


class RealClock:
    """Waits for each moment. A tick that took too long is not made up for: the next one comes at
    the next full period."""

    def __init__(self, until: float | None = None, rate: float = RATE) -> None:
        """`until` is in s, None for ever; `rate` in ticks a second."""
        self._until, self._period = until, 1.0 / rate
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self._start

    def ticks(self) -> Iterator[float]:
        """The seconds at which each tick really begins."""
        due = 0.0
        while self._until is None or due < self._until:
            wait = due - self.now()
            if wait > 0.0:
                time.sleep(wait)
            now = self.now()
            yield now
            due = max(due + self._period, now - now % self._period)


class SimulatedClock:
    """Does not wait. The moments are exactly one period apart."""

    def __init__(self, until: float, rate: float = RATE) -> None:
        """`until` is in s, `rate` in ticks a second. Raises ValueError where it would not end."""
        if not 0.0 <= until < float("inf"):
            raise ValueError(f"{until:g} s is no length of a life")
        self._count, self._rate = round(until * rate), rate

    def ticks(self) -> Iterator[float]:
        """0, one period, two periods, … up to `until`."""
        for n in range(self._count):
            yield n / self._rate


def hour_of_day() -> float:
    """The local time of day now, 0..24."""
    here = time.localtime()
    return here.tm_hour + here.tm_min / 60.0 + here.tm_sec / 3600.0
