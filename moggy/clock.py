"""The only place that reads the time: a real clock, which waits for each tick, and a simulated one,
which does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from moggy.senses import LocalTime

DAY_S = 86_400.0
"""Seconds of a day."""
RATE = 50.0
"""Ticks a second of the loop, our choice: a touch is answered within 20 ms, and two cores bear it
(`python -m bench tick`)."""
LOOK_S = 60.0
"""Seconds between two looks at the machine's clock. Our choice."""
PAUSE_S = 60.0
"""Seconds without a tick from which the process was suspended (Ctrl-Z, a paused machine): the pet's
own time does not pass in them, as it does not while a laptop sleeps. Our choice; a tick after so
long takes 10 ms."""
LONGEST_GAP_S = DAY_S
"""Most seconds between two ticks of a life. What the pet feels in them is worked out second by
second, so that it is the same at any rate: 3 s for a day. Our choice."""
LAST_UNIX_S = 253_370_764_800.0
"""Seconds since 1970 up to the year 9999, the last that calendars write with four digits."""
OFF_S = 30.0
"""Seconds by which the machine's clock has to differ for the pet to be told. Our choice."""


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
        due = last = 0.0
        while self._until is None or due < self._until:
            wait = due - self.now()
            if wait > 0.0:
                time.sleep(wait)
            now = self.now()
            if now - max(due, last) > PAUSE_S:
                self._start += now - max(due, last)
                now = self.now()
            last = now
            yield now
            due = max(due + self._period, now - now % self._period)


class SimulatedClock:
    """Does not wait. The moments are exactly one period apart."""

    def __init__(self, until: float, rate: float = RATE) -> None:
        """`until` is in s, `rate` in ticks a second. Raises ValueError where it would not end."""
        if not 0.0 <= until * rate < float("inf"):
            raise ValueError(f"{until:g} s is no length of a life")
        self._count, self._rate = round(until * rate), rate

    def ticks(self) -> Iterator[float]:
        """0, one period, two periods, … up to `until`."""
        for n in range(self._count):
            yield n / self._rate


class DayTime:
    """The local time of day as the pet knows it. It goes on with the pet's own time, and is set
    right by LocalTime."""

    def __init__(self, hour: float) -> None:
        """`hour`: local time of day at second 0 of the pet's clock, 0..24."""
        self.start = hour
        """What it was at second 0, as it is known now."""

    def hour(self, at: float) -> float:
        """Local time of day, 0..24, at second `at` of the pet's clock."""
        return (self.start + at / 3600.0) % 24.0

    def take(self, sense: LocalTime) -> None:
        """Go by this from now on."""
        self.start = (sense.hour - sense.at / 3600.0) % 24.0


def hour_of_day() -> float:
    """The local time of day now, 0..24, in the time zone that the machine is set to now."""
    time.tzset()
    here = time.localtime()
    return here.tm_hour + here.tm_min / 60.0 + here.tm_sec / 3600.0


class WallClock:
    """A sensor of lives in real time: tells the pet what time of day it is where it takes it for
    another. A machine without a clock chip begins with a wrong one, and learns the time from the
    network when the pet is awake already; a time zone may change too."""

    def __init__(self, hour: float, read: Callable[[], float] = hour_of_day) -> None:
        """`hour`: what the pet took it for at second 0. `read` gives the local time of day now."""
        self._known, self._read = DayTime(hour), read
        self._due = 0.0

    def poll(self, now: float) -> Sequence[LocalTime]:
        """A LocalTime where the clock differs by more than OFF_S; it is looked at once in LOOK_S
        seconds."""
        if now < self._due:
            return ()
        self._due = now + LOOK_S
        hour = self._read()
        off = (hour - self._known.hour(now) + 12.0) % 24.0 - 12.0
        if abs(off) * 3600.0 <= OFF_S:
            return ()
        said = LocalTime(at=now, hour=hour)
        self._known.take(said)
        return (said,)


def unix_time() -> float:
    """Seconds since 1970, in 0..LAST_UNIX_S, for the age of files and for calendars. A clock that
    is set to before or behind that counts as on the first day; Python raises where it lies behind
    what 64 bits of nanoseconds hold, the year 2262."""
    try:
        now = time.time()
    except OverflowError:
        return 0.0
    return now if 0.0 <= now <= LAST_UNIX_S else now % DAY_S


def calendar_name() -> str:
    """The local date and time, as in a file's name: 20261127-002145."""
    return time.strftime("%Y%m%d-%H%M%S", time.localtime(unix_time()))
