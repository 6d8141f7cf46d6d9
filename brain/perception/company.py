"""Follows who comes and goes and how long nobody was there: arrived, greeted, left, left_alone, and
who is expected by habit."""

from __future__ import annotations

from collections.abc import Iterator

from moggy.brain.perception.habits import Habits, Habitual
from moggy.brain.person import Attention, SignKind
from moggy.vocabulary import PEOPLE, SOMEONE

ALONE_FIRST_S = 300.0
"""Seconds without a sign of anybody after which the pet is left alone. Our choice."""
ALONE_FACTOR = 2.0
"""Each further `left_alone` comes after so many times the pause before it."""
ALONE_LONGEST_S = 7200.0
"""The longest such pause; after that long the event has its full strength."""
ALONE_LEAST = 0.35
"""Strength of `left_alone` when it comes first, 0..1."""
LEAST_NEWS = 0.25
"""Strength of `arrived` of somebody who is only heard or felt, or was there a moment ago, 0..1. Our
choice: harsh words out of nowhere still hurt, and who passes through the room is no homecoming."""
FIRST_NEWS = 0.5
"""The same of whoever is seen for the first time since the pet woke: they may have been there all
along. Our choice: it greets them, without joy."""
AWAY_S = 3600.0
"""Seconds after which somebody who is seen to come is as much news as can be."""
HOMECOMING = 0.6
"""Strength of `arrived`, 0..1, from which somebody has come home. Our choice: after 28 minutes."""
GREETING_S = 60.0
"""Seconds after an arrival in which a first kindness is a greeting."""


class Company:
    """Who is there, since when nobody gave a sign, and what habit says of this hour."""

    def __init__(self, habits: Habits, attention: Attention) -> None:
        self.habits = habits
        self._attention, self._presence = attention, attention.presence
        self._came: dict[str, float] = {}
        self._left: dict[str, float] = {}
        """Who left → when, the latest last."""
        self._pause = ALONE_FIRST_S
        self._since = 0.0
        self._alone_at = ALONE_FIRST_S

    def said(self, person: str, comes: bool, at: float) -> bool:
        """A message says that somebody arrives or leaves. False where it is no news."""
        news = self._presence.said(person, comes, at)
        if news:
            self._moved(person, comes, at)
            self._restart(at)
        return news

    def sign(
        self, person: str, by: SignKind, at: float, *, kind: bool = False
    ) -> Iterator[tuple[str, float]]:
        """A person did something at `at` (s), which ends the silence. Gives the events that it is,
        with their strengths: they may arrive by it. A `kind` first deed of somebody who has come
        home is a greeting."""
        self._restart(at)
        if self._presence.sign(person, by, at):
            news = self._news(person, at) if by == "face" else LEAST_NEWS
            self._moved(person, True, at)
            if news < HOMECOMING:
                self._came.pop(person)
            yield "arrived", news
        came = self._came.get(person)
        if kind and came is not None and at - came < GREETING_S:
            self._came.pop(person)
            yield "greeted", 1.0

    def _news(self, person: str, at: float) -> float:
        """How much of an arrival it is that somebody is seen, by how long they were away, 0..1."""
        left = self._left.get(person)
        if left is None:
            return FIRST_NEWS
        return LEAST_NEWS + (1.0 - LEAST_NEWS) * min(1.0, (at - left) / AWAY_S)

    def _moved(self, person: str, comes: bool, at: float) -> None:
        """Somebody has arrived or left; whoever was noticed without a name may have been them."""
        if comes and self._presence.named(person):
            self._moved(SOMEONE, False, at)
        self._attention.moved(person, comes, at)
        self._came.pop(person, None)
        self._left.pop(person, None)
        if comes:
            self._came[person] = at
            self.habits.came(person, at)
        else:
            self._left[person] = at
            if len(self._left) > PEOPLE:
                del self._left[next(iter(self._left))]

    @property
    def due(self) -> float:
        """When `silence` may next have something to say, seconds on the pet's clock."""
        return min(self._alone_at, self.habits.due, self._presence.due)

    def silence(self, until: float) -> Iterator[Habitual]:
        """What silence and habit say up to `until` (s), as events to be.

        Each event has its own time, however rarely this is called.
        """
        while (at := self.due) <= until:
            for person, gone in self._presence.gone(at):
                self._moved(person, False, gone)
                yield Habitual("left", gone, person, 1.0)
            yield from self.habits.look(at, self._presence.there)
            if at >= self._alone_at:
                lasted = min(1.0, (at - self._since) / ALONE_LONGEST_S)
                self._pause = min(self._pause * ALONE_FACTOR, ALONE_LONGEST_S)
                self._alone_at = at + self._pause
                strength = ALONE_LEAST + (1.0 - ALONE_LEAST) * lasted
                yield Habitual("left_alone", at, None, strength)

    def _restart(self, at: float) -> None:
        self._since, self._pause = at, ALONE_FIRST_S
        self._alone_at = at + ALONE_FIRST_S
