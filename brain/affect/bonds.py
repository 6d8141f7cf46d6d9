"""What is between the pet and each person: trust, familiarity, and where their touch is liked.

Trust and familiarity are slow, and capped for each day; strangers share a little of everybody's.
The liking of a zone is learnt from how touches by that person went.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from moggy.brain.appraisals import BondShape
from moggy.messages import Bond
from moggy.vocabulary import EVERYBODY

DAY = 86400.0
PEOPLE = 64
"""People remembered; the least familiar is forgotten first."""


class _With:
    """What is between the pet and one person, and how much of this day's share is used."""

    __slots__ = ("familiarity", "gained", "grown", "lost", "trust")

    def __init__(self, trust: float, familiarity: float = 0.0) -> None:
        self.trust, self.familiarity = trust, familiarity
        self.gained = self.lost = self.grown = 0.0


class Bonds:
    """Trust and familiarity of everybody."""

    def __init__(
        self,
        shape: BondShape,
        people: Mapping[str, Mapping[str, float]] | None = None,
        strangers: float | None = None,
    ) -> None:
        self.shape = shape
        self.strangers = shape.trust if strangers is None else strangers
        self._people = {
            name: _With(
                _unit(facts.get("trust", self.strangers)), _unit(facts.get("familiarity", 0.0))
            )
            for name, facts in (people or {}).items()
        }

    def adopt(self, shape: BondShape) -> None:
        self.shape = shape

    def with_(self, person: str | None) -> Bond:
        one = self._people.get(person) if person is not None else None
        return (
            Bond(trust=self.strangers)
            if one is None
            else Bond(trust=one.trust, familiarity=one.familiarity)
        )

    def trust(self, person: str | None) -> float:
        one = self._people.get(person) if person is not None else None
        return self.strangers if one is None else one.trust

    def familiarity(self, person: str | None) -> float:
        one = self._people.get(person) if person is not None else None
        return 0.0 if one is None else one.familiarity

    def known(self) -> dict[str, tuple[float, float]]:
        """Person → trust, familiarity."""
        return {name: (one.trust, one.familiarity) for name, one in self._people.items()}

    def forget(self, person: str) -> None:
        if person == EVERYBODY:
            self._people.clear()
            self.strangers = self.shape.trust
        else:
            self._people.pop(person, None)

    def move(self, person: str, trust: float, familiarity: float) -> None:
        """Shares of what is missing or of what is there; what exceeds the day's cap is lost."""
        one = self._people.get(person)
        if one is None:
            one = self._people[person] = _With(self.strangers)
            if len(self._people) > PEOPLE:
                least = min(
                    (name for name in self._people if name != person),
                    key=lambda name: self._people[name].familiarity,
                )
                del self._people[least]
        before = one.trust
        if trust > 0.0:
            step = trust * (1.0 - one.trust) * max(0.0, 1.0 - one.gained / self.shape.gain)
            one.gained, one.trust = one.gained + step, one.trust + step
        elif trust < 0.0:
            step = -trust * one.trust * max(0.0, 1.0 - one.lost / self.shape.loss)
            one.lost, one.trust = one.lost + step, one.trust - step
        if familiarity > 0.0:
            step = (
                familiarity * (1.0 - one.familiarity) * max(0.0, 1.0 - one.grown / self.shape.gain)
            )
            one.grown, one.familiarity = one.grown + step, one.familiarity + step
        self.strangers = _unit(self.strangers + self.shape.strangers * (one.trust - before))

    def beat(self, seconds: float) -> None:
        """The day's shares refill; over months trust returns to its beginning, and people fade."""
        refill = math.exp(-seconds / DAY)
        forgive = math.exp(-seconds / (DAY * self.shape.forgives))
        rest = self.shape.trust
        self.strangers = rest + (self.strangers - rest) * forgive
        for one in self._people.values():
            one.gained *= refill
            one.lost *= refill
            one.grown *= refill
            one.trust = rest + (one.trust - rest) * forgive
            one.familiarity *= forgive


def _unit(x: float) -> float:
    return max(0.0, min(1.0, x))


REACH = 0.3
"""How far experience can move the liking of a zone, which runs from −1 to 1."""
BETTER, WORSE = 0.01, 0.06
"""Share of the way that a minute of welcome touch, or one hit or half a minute of unwelcome touch,
moves it."""
KEPT = 512
"""Pairs of person and zone remembered; the longest untouched is forgotten first."""


class Tastes:
    """(person, zone) → −0.3..0.3."""

    def __init__(self, zones: Mapping[str, Mapping[str, float]] | None = None) -> None:
        self._learnt = {
            (person, zone): max(-REACH, min(REACH, liking))
            for person, likings in (zones or {}).items()
            for zone, liking in likings.items()
        }

    def of(self, person: str | None, zone: str | None) -> float:
        return self._learnt.get((person or "", zone or ""), 0.0)

    def touched(
        self, person: str, zone: str, minutes: float, welcome: float, unwelcome: float
    ) -> None:
        here = self._learnt.pop((person, zone), 0.0)
        here += (REACH - here) * BETTER * minutes * welcome - (REACH + here) * min(
            1.0, WORSE * 2.0 * minutes
        ) * unwelcome
        self._learnt[person, zone] = here
        if len(self._learnt) > KEPT:
            del self._learnt[next(iter(self._learnt))]

    def forget(self, person: str) -> None:
        self._learnt = {
            key: liking for key, liking in self._learnt.items() if person not in (key[0], EVERYBODY)
        }

    def known(self) -> dict[str, dict[str, float]]:
        """Person → zone → learnt liking."""
        found: dict[str, dict[str, float]] = {}
        for (person, zone), liking in self._learnt.items():
            found.setdefault(person, {})[zone] = liking
        return found
