"""Who came, who went, how long nobody was there: arrived, greeted, left, left_alone, and whom to
expect soon by habit."""

from __future__ import annotations

from collections.abc import Iterator

from moggy.brain.perception.habits import Habits
from moggy.messages import Person

ALONE_AFTER, LONGER, LONGEST = 300.0, 2.0, 7200.0
"""Seconds without anybody after which the pet is left alone; each next time after so many times as
long, at most after the last."""
GREETING = 60.0
"""Seconds after an arrival in which a first kindness is a greeting."""


class Company:
    """Counts the silence."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self._came: dict[str, float] = {}
        self._there: set[str] = set()
        self._last: float | None = None
        self._pause = ALONE_AFTER
        self._since = 0.0
        self._alone_at = ALONE_AFTER

    def moved(self, sense: Person, at: float) -> bool:
        """Whether this is news: somebody who is there does not arrive again."""
        arrives = sense.change == "arrives"
        if arrives == (sense.person in self._there):
            return False
        if arrives:
            self._there.add(sense.person)
            self._came[sense.person] = at
            self.habits.came(sense.person, at)
        else:
            self._there.discard(sense.person)
            self._came.pop(sense.person, None)
        self._restart(at)
        return True

    def sign(self, person: str, at: float) -> bool:
        """Somebody gave a sign; True while a kindness of theirs would be a greeting."""
        self._restart(at)
        came = self._came.get(person)
        return came is not None and at - came < GREETING

    def greeted(self, person: str) -> None:
        self._came.pop(person, None)

    @property
    def due(self) -> float:
        """Before this time silence says nothing."""
        return min(self._alone_at, self.habits.due)

    def silence(self, until: float) -> Iterator[tuple[str, float, str | None, float]]:
        """(event, at, person, strength) of what silence and habit say; each at its own time,
        however seldom one asks."""
        yield from self.habits.look(until, self._there)
        while until >= self._alone_at:
            at = self._alone_at
            strength = min(1.0, 0.35 + 0.65 * (at - self._since) / LONGEST)
            self._pause = min(self._pause * LONGER, LONGEST)
            self._alone_at = at + self._pause
            yield "left_alone", at, None, strength

    def _restart(self, at: float) -> None:
        self._since, self._pause = at, ALONE_AFTER
        self._alone_at = at + ALONE_AFTER
