"""Learns from day to day when people usually come and when the pet is usually sent off, so that it
can expect somebody and keep quiet without being told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from moggy.clock import DayTime
from moggy.messages import LocalTime
from moggy.vocabulary import EVERYBODY, PEOPLE

HALF_HOURS = 48
"""Half-hours in a day."""
HOURS = 24
"""Hours in a day."""
DAY_SHARE = 0.15
"""Share by which one day moves a chance. Our choice: after three days in a row a habit shows, after
a week without it is gone."""
QUIET_DAY_SHARE = 0.2 * DAY_SHARE
"""Share by which a quiet hour's chance falls on each day without being sent off."""
USUAL = 0.35
"""Chance from which something counts as usual: what three days in a row give."""
AHEAD_H = 0.25
"""Hours before the usual time at which somebody is expected."""
LOOK_S = 900.0
"""Seconds between two looks at the habits, at every quarter of an hour of local time."""


class Habitual(NamedTuple):
    """An event that no sense causes: its name, when (s), whom it is about, its strength (0..1)."""

    name: str
    at: float
    person: str | None
    strength: float


class Habits:
    """Chances by time of day: arrivals by person and half hour, being sent off by hour."""

    def __init__(
        self,
        hour: float,
        arrivals: Mapping[str, Sequence[float]] | None = None,
        quiet: Sequence[float] = (),
    ) -> None:
        """`hour`: local time of day at second 0, 0..24; the rest from an earlier life."""
        self._day_time = DayTime(hour)
        self.arrivals: dict[str, list[float]] = {}
        self.quiet = [0.0] * HOURS
        self.recall(arrivals or {}, quiet)
        self._today: set[tuple[str, int]] = set()
        self._sent: set[int] = set()
        self._expected: set[str] = set()
        self._quiet: int | None = None
        self.due = 0.0 if self.arrivals or any(self.quiet) else self._next(0.0)
        """When to look next, seconds on the pet's clock; at once where there are habits."""

    def recall(self, arrivals: Mapping[str, Sequence[float]], quiet: Sequence[float]) -> None:
        """Take the habits that are known, in place of what was learnt of them since."""
        for name, chances in arrivals.items():
            self.arrivals[name] = _filled(chances, HALF_HOURS)
        if any(quiet):
            self.quiet = _filled(quiet, HOURS)

    def came(self, person: str, at: float) -> None:
        """A person arrived at `at` (s); each half hour counts once a day."""
        half = int(self.hour(at) * 2.0) % HALF_HOURS
        chances = self.arrivals.get(person)
        if chances is None:
            chances = self.arrivals[person] = [0.0] * HALF_HOURS
            if len(self.arrivals) > PEOPLE:  # the one with the fewest arrivals is dropped
                del self.arrivals[
                    min(self.arrivals, key=lambda name: sum(self.arrivals[name]) + (name == person))
                ]
        if (person, half) not in self._today:
            self._today.add((person, half))
            chances[half] += DAY_SHARE * (1.0 - chances[half])

    def sent_off(self, at: float) -> None:
        """The pet was sent off at `at` (s); each hour counts once a day, however often."""
        hour = int(self.hour(at)) % HOURS
        if hour not in self._sent:
            self._sent.add(hour)
            self.quiet[hour] += DAY_SHARE * (1.0 - self.quiet[hour])

    def asked_for(self, at: float) -> None:
        """The pet was welcome at `at` (s): that hour is less likely to be a quiet one."""
        hour = int(self.hour(at)) % HOURS
        self.quiet[hour] *= 1.0 - DAY_SHARE

    def forget(self, person: str) -> None:
        """Drop a person's arrivals; with EVERYBODY also the quiet hours, which belong to nobody."""
        if person == EVERYBODY:
            self.arrivals.clear()
            self.quiet = [0.0] * HOURS
        self.arrivals.pop(person, None)
        self._today = {(name, half) for name, half in self._today if name in self.arrivals}
        self._expected &= self.arrivals.keys()

    def look(self, until: float, there: set[str]) -> Iterator[Habitual]:
        """What is usual at each quarter hour up to `until` (s), as events to be.

        `there`: who is present and so not expected. A quiet hour is told once.
        """
        while until >= self.due:
            at, hour = self.due, self.hour(self.due)
            self.due = self._next(at)
            if at > 0.0 and (hour < 0.5 * LOOK_S / 3600.0 or hour > 24.0 - 0.5 * LOOK_S / 3600.0):
                self._new_day()
            soon = int((hour + AHEAD_H) * 2.0 + 1e-6) % HALF_HOURS
            for person, chances in self.arrivals.items():
                chance = min(
                    1.0,
                    0.5 * chances[soon - 1]
                    + chances[soon]
                    + 0.5 * chances[(soon + 1) % HALF_HOURS],
                )
                if chance >= USUAL and person not in there and person not in self._expected:
                    self._expected.add(person)
                    yield Habitual("expecting", at, person, chance)
            now = int(hour + 1e-6) % HOURS
            chance = self.quiet[now]
            if chance >= USUAL and now != self._quiet:
                yield Habitual("quiet_usual", at, None, chance)
            self._quiet = now if chance >= USUAL else None

    def _new_day(self) -> None:
        """At midnight: what did not happen today becomes less usual."""
        for person, chances in self.arrivals.items():
            for half in range(HALF_HOURS):
                if (person, half) not in self._today:
                    chances[half] *= 1.0 - DAY_SHARE
        self.quiet = [chance * (1.0 - QUIET_DAY_SHARE) for chance in self.quiet]
        self._today.clear()
        self._sent.clear()
        self._expected.clear()

    def hour(self, at: float) -> float:
        """Local time of day, 0..24, at `at` (s)."""
        return self._day_time.hour(at)

    def set_clock(self, sense: LocalTime, now: float) -> None:
        """Go by another hour from `now` (s) on. That ends no day."""
        self._day_time.take(sense)
        self.due = self._next(now)

    def _next(self, at: float) -> float:
        """The next quarter of an hour of local time after `at`."""
        start = self._day_time.start * 3600.0
        return (math.floor((start + at) / LOOK_S + 1e-6) + 1.0) * LOOK_S - start


def _filled(values: Sequence[float], n: int) -> list[float]:
    return [min(1.0, max(0.0, value)) for value in values] if len(values) == n else [0.0] * n
