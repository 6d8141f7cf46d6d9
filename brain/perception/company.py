"""Follows who comes and goes and how long nobody was there: arrived, greeted, left, left_alone, and
who is expected by habit."""

from __future__ import annotations

from collections.abc import Iterator

from moggy.brain.perception.habits import Habits, Habitual
from moggy.messages import Person

ALONE_FIRST_S = 300.0
"""Seconds without a sign of anybody after which the pet is left alone. Our choice."""
ALONE_FACTOR = 2.0
"""Each further `left_alone` comes after so many times the pause before it."""
ALONE_LONGEST_S = 7200.0
"""The longest such pause; after that long the event has its full strength."""
ALONE_LEAST = 0.35
"""Strength of `left_alone` when it comes first, 0..1."""
GREETING_S = 60.0
"""Seconds after an arrival in which a first kindness is a greeting."""


class Company:
    """Who is there, since when nobody gave a sign, and what habit says of this hour."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self._came: dict[str, float] = {}
        self._there: set[str] = set()
        self._last: float | None = None
        self._pause = ALONE_FIRST_S
        self._since = 0.0
        self._alone_at = ALONE_FIRST_S

    def moved(self, sense: Person, at: float) -> bool:
        """Somebody arrives or leaves. False where it is no news: who is there arrives no more."""
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
        """Note that a person did something at `at` (s), which ends the silence. Returns whether a
        kindness of theirs would be a greeting now."""
        self._restart(at)
        came = self._came.get(person)
        return came is not None and at - came < GREETING_S

    def greeted(self, person: str) -> None:
        """Note that the person has greeted: their next kindness is no greeting."""
        self._came.pop(person, None)

    @property
    def due(self) -> float:
        """When `silence` may next have something to say, seconds on the pet's clock."""
        return min(self._alone_at, self.habits.due)

    def silence(self, until: float) -> Iterator[Habitual]:
        """What silence and habit say up to `until` (s), as events to be.

        Each event has its own time, however rarely this is called.
        """
        yield from self.habits.look(until, self._there)
        while until >= self._alone_at:
            at = self._alone_at
            strength = min(
                1.0, ALONE_LEAST + (1.0 - ALONE_LEAST) * (at - self._since) / ALONE_LONGEST_S
            )
            self._pause = min(self._pause * ALONE_FACTOR, ALONE_LONGEST_S)
            self._alone_at = at + self._pause
            yield Habitual("left_alone", at, None, strength)

    def _restart(self, at: float) -> None:
        self._since, self._pause = at, ALONE_FIRST_S
        self._alone_at = at + ALONE_FIRST_S
