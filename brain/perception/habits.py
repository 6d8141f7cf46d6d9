"""When people usually come and when the pet is usually sent off, learnt from day to day, so that
its care comes of itself."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from moggy.vocabulary import EVERYBODY

HALF_HOURS, HOURS = 48, 24
LEARNS = 0.15
"""Share by which one day counts: after three days in a row a habit shows, after a week away it is
gone."""
USUAL = 0.35
"""From here on something is usual."""
AHEAD = 0.25
"""Hours before the usual time at which somebody is expected."""
LOOK = 900.0
"""Seconds between two looks at the habits, at every quarter of an hour of local time."""
PEOPLE = 64


class Habits:
    """Chances by the time of day. `hour` is the local time of day at second 0."""

    def __init__(
        self,
        hour: float,
        arrivals: Mapping[str, Sequence[float]] | None = None,
        quiet: Sequence[float] = (),
    ) -> None:
        self._hour = hour
        self.arrivals = {
            name: _filled(chances, HALF_HOURS) for name, chances in (arrivals or {}).items()
        }
        self.quiet = _filled(quiet, HOURS)
        self._today: set[tuple[str, int]] = set()
        self._sent: set[int] = set()
        self._expected: set[str] = set()
        self._quiet: int | None = None
        self.due = 0.0 if self.arrivals or any(self.quiet) else self._next(0.0)
        """Seconds on the pet's clock of the next look; one that remembers looks as soon as it
        wakes."""

    def came(self, person: str, at: float) -> None:
        half = int(self._local(at) * 2.0) % HALF_HOURS
        chances = self.arrivals.get(person)
        if chances is None:
            chances = self.arrivals[person] = [0.0] * HALF_HOURS
            if len(self.arrivals) > PEOPLE:
                del self.arrivals[
                    min(self.arrivals, key=lambda name: sum(self.arrivals[name]) + (name == person))
                ]
        if (person, half) not in self._today:
            self._today.add((person, half))
            chances[half] += LEARNS * (1.0 - chances[half])

    def sent_off(self, at: float) -> None:
        """Sent off ten times in one bad hour is no habit: an hour counts once a day."""
        hour = int(self._local(at)) % HOURS
        if hour not in self._sent:
            self._sent.add(hour)
            self.quiet[hour] += LEARNS * (1.0 - self.quiet[hour])

    def asked_for(self, at: float) -> None:
        hour = int(self._local(at)) % HOURS
        self.quiet[hour] *= 1.0 - LEARNS

    def forget(self, person: str) -> None:
        """Quiet hours are nobody's own: they go with everybody."""
        if person == EVERYBODY:
            self.arrivals.clear()
            self.quiet = [0.0] * HOURS
        self.arrivals.pop(person, None)
        self._today = {(name, half) for name, half in self._today if name in self.arrivals}
        self._expected &= self.arrivals.keys()

    def look(self, until: float, there: set[str]) -> Iterator[tuple[str, float, str | None, float]]:
        """(event, at, person, chance) of what is usual about now, at each quarter of an hour up to
        `until`; a quiet hour is said once."""
        while until >= self.due:
            at, hour = self.due, self._local(self.due)
            self.due = self._next(at)
            if at > 0.0 and (hour < 0.5 * LOOK / 3600.0 or hour > 24.0 - 0.5 * LOOK / 3600.0):
                self._new_day()
            soon = int((hour + AHEAD) * 2.0 + 1e-6) % HALF_HOURS
            for person, chances in self.arrivals.items():
                chance = min(
                    1.0,
                    0.5 * chances[soon - 1]
                    + chances[soon]
                    + 0.5 * chances[(soon + 1) % HALF_HOURS],
                )
                if chance >= USUAL and person not in there and person not in self._expected:
                    self._expected.add(person)
                    yield "expecting", at, person, chance
            now = int(hour + 1e-6) % HOURS
            chance = self.quiet[now]
            if chance >= USUAL and now != self._quiet:
                yield "quiet_usual", at, None, chance
            self._quiet = now if chance >= USUAL else None

    def _new_day(self) -> None:
        for person, chances in self.arrivals.items():
            for half in range(HALF_HOURS):
                if (person, half) not in self._today:
                    chances[half] *= 1.0 - LEARNS
        self.quiet = [chance * (1.0 - 0.2 * LEARNS) for chance in self.quiet]
        self._today.clear()
        self._sent.clear()
        self._expected.clear()

    def _local(self, at: float) -> float:
        return (self._hour + at / 3600.0) % 24.0

    def _next(self, at: float) -> float:
        """The next quarter of an hour of local time after `at`."""
        start = self._hour * 3600.0
        return (math.floor((start + at) / LOOK + 1e-6) + 1.0) * LOOK - start


def _filled(values: Sequence[float], n: int) -> list[float]:
    return [min(1.0, max(0.0, value)) for value in values] if len(values) == n else [0.0] * n
