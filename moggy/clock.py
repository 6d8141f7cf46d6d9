"""The only place that reads the time: a real clock, which waits for each tick; one whose time can
be bent; and a simulated one, which does not wait."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from threading import Condition
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
LONGEST_SKIP_S = LONGEST_GAP_S - 1.0
"""Most seconds that a bent clock is set ahead at once: the gap is no longer than a life bears."""
SLOWEST = 0.1
"""Of the speeds of a bent clock. Our choice."""
FASTEST = 20.0
"""Of the speeds of a bent clock. Our choice: two cores live thirty times as fast as we do."""
PACE_S = 0.5
"""Seconds over which a bent clock measures how fast it really goes. Our choice."""
PAUSED_LOOK_S = 0.1
"""Seconds between two looks of a paused clock at whether the life has ended: what a signal may call
can wake nobody. Our choice."""
LAST_UNIX_S = 253_370_764_800.0
"""Seconds since 1970 up to the year 9999, the last that calendars write with four digits."""
OFF_S = 30.0
"""Seconds by which the machine's clock has to differ for the pet to be told. Our choice."""


class Clock(Protocol):
    """Says when the loop ticks."""

    def ticks(self) -> Iterator[float]:
        """Yield the time of each tick when it has come, in seconds since the pet was born."""
        ...

    def end(self) -> None:
        """No tick comes any more. May be called from any thread or a signal."""
        ...


class RealClock:
    """Waits for each moment. A tick that took too long is not made up for: the next one comes at
    the next full period."""

    def __init__(self, until: float | None = None, rate: float = RATE) -> None:
        """`until` is in s, None for ever; `rate` in ticks a second."""
        self._until, self._period = until, 1.0 / rate
        self._start = time.monotonic()
        self._ended = False

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
            if self._ended:
                return
            yield now
            due = max(due + self._period, now - now % self._period)

    def end(self) -> None:
        """No tick comes any more."""
        self._ended = True


class BentClock:
    """A real clock whose time can be bent: paused, slowed, made faster and set ahead. For a
    simulated body only. Its methods may be called from any thread.

    At another speed than 1, every tick is one period after the last, however long that takes.
    """

    def __init__(self, rate: float = RATE) -> None:
        """`rate`: ticks a second of the pet's time."""
        self._period = 1.0 / rate
        self._changed = Condition()
        self.speed = 1.0
        """Seconds of the pet's time that should pass in one of ours."""
        self.pace = 1.0
        """Seconds that really do."""
        self.paused = self.bent = self._ended = False
        """`bent`: whether its time has ever gone otherwise than ours."""
        self.skipped = 0.0
        """Seconds by which it was set ahead up to this tick."""
        self.worked = 0.0
        """Seconds of ours that passed while it went, up to this tick."""
        self._steps = 0
        self._skips: deque[float] = deque()
        self._last = self._due = 0.0
        self._measured = (0.0, 0.0)
        """Seconds of the pet's time and of ours, since `pace` was worked out."""

    def pause(self) -> None:
        """Let no tick come until `go_on` or `step`."""
        self.bent = True
        with self._changed:
            self.paused, self._steps = True, 0

    def go_on(self) -> None:
        """End a pause."""
        with self._changed:
            self.paused = False
            self._changed.notify()

    def step(self, ticks: int = 1) -> None:
        """Let so many ticks come, and no more until `go_on` or another step."""
        self.pause()
        with self._changed:
            self._steps = ticks
            self._changed.notify()

    def go_at(self, speed: float) -> None:
        """Go at this speed from now on, SLOWEST..FASTEST."""
        self.bent = True
        with self._changed:
            self.speed = min(max(speed, SLOWEST), FASTEST)
            self._measured = (0.0, 0.0)
            self.pace = self.speed
            self._changed.notify()

    def skip(self, seconds: float) -> None:
        """Let the next tick come now, and so many seconds after the last; LONGEST_SKIP_S at most.
        Several are ticks of their own. It works in a pause too."""
        self.bent = True
        with self._changed:
            self._skips.append(min(max(seconds, self._period), LONGEST_SKIP_S))
            self._changed.notify()

    def end(self) -> None:
        """No tick comes any more."""
        self._ended = True

    def ticks(self) -> Iterator[float]:
        """The seconds of the pet's time at which each tick begins, without end."""
        now, self._last = 0.0, time.monotonic()
        while not self._ended:
            yield now
            self._due = max(self._due + self._period, now - now % self._period)
            now += self._forth(max(self._due - now, 0.0))

    def _forth(self, to_go: float) -> float:
        """Wait for the next tick, which is `to_go` s away at speed 1; how much later in the pet's
        time it comes."""
        with self._changed:
            while not self._ended:
                here = time.monotonic()
                passed = here - self._last
                if self._skips:
                    self._last, skip = here, self._skips.popleft()
                    self.skipped += skip
                    return skip
                if self.paused and not self._steps:
                    self._changed.wait(PAUSED_LOOK_S)
                    self._last = time.monotonic()
                    continue
                due = to_go if self.speed == 1.0 else self._period / self.speed
                if passed >= due:
                    return self._went(here, passed)
                self._changed.wait(due - passed)
        return 0.0

    def _went(self, here: float, passed: float) -> float:
        """Note that a tick comes, `passed` s of ours after the last; gives those of the pet's
        time."""
        suspended = passed > PAUSE_S
        passed = self._period if suspended else passed
        forth = passed if self.speed == 1.0 and not self._steps else self._period
        self._last, self._steps = here, max(self._steps - 1, 0)
        self.worked += passed
        pet, ours = self._measured[0] + forth, self._measured[1] + passed
        if ours >= PACE_S:
            self.pace, pet, ours = pet / ours, 0.0, 0.0
        self._measured = (pet, ours)
        return forth


class SimulatedClock:
    """Does not wait. The moments are exactly one period apart."""

    def __init__(self, until: float, rate: float = RATE) -> None:
        """`until` is in s, `rate` in ticks a second. Raises ValueError where it would not end."""
        if not 0.0 <= until * rate < float("inf"):
            raise ValueError(f"{until:g} s is no length of a life")
        self._count, self._rate, self._ended = round(until * rate), rate, False

    def ticks(self) -> Iterator[float]:
        """0, one period, two periods, … up to `until`."""
        for n in range(self._count):
            if self._ended:
                return
            yield n / self._rate

    def end(self) -> None:
        """No tick comes any more."""
        self._ended = True


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

    def __init__(
        self,
        hour: float,
        read: Callable[[], float] = hour_of_day,
        bent: Callable[[], bool] = lambda: False,
    ) -> None:
        """`hour`: what the pet took it for at second 0. `read` gives the local time of day now.
        `bent`: whether the pet's time goes otherwise than ours, and nothing is told any more."""
        self._known, self._read, self._bent = DayTime(hour), read, bent
        self._due = 0.0

    def poll(self, now: float) -> Sequence[LocalTime]:
        """A LocalTime where the clock differs by more than OFF_S; it is looked at once in LOOK_S
        seconds."""
        if now < self._due or self._bent():
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
