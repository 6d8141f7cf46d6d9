"""What is between the pet and each person: trust, familiarity, and where their touch is liked.

Trust and familiarity are slow, and capped for each day; strangers share a little of everybody's.
The liking of a zone is learnt from how touches by that person went.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from moggy.brain.feeling_shapes import BondShape
from moggy.clock import DAY_S
from moggy.messages import Bond
from moggy.vocabulary import EVERYBODY, PEOPLE


class _Relation:
    """Trust and familiarity with one person, and how much of the day's caps is used."""

    __slots__ = ("familiarity", "gained", "grown", "lost", "trust")

    def __init__(self, trust: float, familiarity: float = 0.0) -> None:
        self.trust, self.familiarity = trust, familiarity
        self.gained = self.lost = self.grown = 0.0


class Bonds:
    """Trust and familiarity with everybody, 0..1 each."""

    def __init__(
        self,
        shape: BondShape,
        people: Mapping[str, Mapping[str, float]] | None = None,
        strangers: float | None = None,
    ) -> None:
        self.shape = shape
        self.strangers = shape.trust if strangers is None else strangers
        self._people: dict[str, _Relation] = {}
        self.recall(people or {}, strangers)

    def recall(self, people: Mapping[str, Mapping[str, float]], strangers: float | None) -> None:
        """Know these people as they were known, in place of what was learnt of them since."""
        self.strangers = self.strangers if strangers is None else strangers
        for name, facts in people.items():
            self._people[name] = _Relation(
                _unit(facts.get("trust", self.strangers)), _unit(facts.get("familiarity", 0.0))
            )

    def adopt(self, shape: BondShape) -> None:
        """Use another shape from now on; the bonds stay."""
        self.shape = shape

    def with_(self, person: str | None) -> Bond:
        """The bond to a person; to somebody unknown, that to any stranger."""
        one = self._people.get(person) if person is not None else None
        return (
            Bond(trust=self.strangers)
            if one is None
            else Bond(trust=one.trust, familiarity=one.familiarity)
        )

    def trust(self, person: str | None) -> float:
        """Trust in a person; in somebody unknown, that in any stranger."""
        one = self._people.get(person) if person is not None else None
        return self.strangers if one is None else one.trust

    def familiarity(self, person: str | None) -> float:
        """Familiarity with a person; 0 for somebody unknown."""
        one = self._people.get(person) if person is not None else None
        return 0.0 if one is None else one.familiarity

    def known(self) -> dict[str, tuple[float, float]]:
        """Person → trust, familiarity."""
        return {name: (one.trust, one.familiarity) for name, one in self._people.items()}

    def forget(self, person: str) -> None:
        """Drop a person; with EVERYBODY also what strangers are trusted."""
        if person == EVERYBODY:
            self._people.clear()
            self.strangers = self.shape.trust
        else:
            self._people.pop(person, None)

    def move(self, person: str, trust: float, familiarity: float) -> None:
        """Move trust and familiarity by shares: above 0 of what is missing, below 0 of what is
        there.

        What exceeds the day's cap (`gain`, `loss`) has no effect. Strangers take part a little.
        """
        one = self._people.get(person)
        if one is None:
            one = self._people[person] = _Relation(self.strangers)
            if len(self._people) > PEOPLE:  # the least familiar is forgotten
                least = min(
                    (name for name in self._people if name != person),
                    key=lambda name: self._people[name].familiarity,
                )
                del self._people[least]
        before = one.trust
        if trust > 0.0:
            step = trust * (1.0 - one.trust) * max(0.0, 1.0 - one.gained / self.shape.gain)
            one.gained, one.trust = one.gained + step, one.trust + step
        else:
            step = -trust * one.trust * max(0.0, 1.0 - one.lost / self.shape.loss)
            one.lost, one.trust = one.lost + step, one.trust - step
        if familiarity > 0.0:
            step = (
                familiarity * (1.0 - one.familiarity) * max(0.0, 1.0 - one.grown / self.shape.gain)
            )
            one.grown, one.familiarity = one.grown + step, one.familiarity + step
        self.strangers = _unit(self.strangers + self.shape.strangers * (one.trust - before))

    def beat(self, seconds: float) -> None:
        """Let `seconds` pass: the day's caps refill; over months trust returns to its beginning and
        familiarity fades."""
        refill = math.exp(-seconds / DAY_S)
        forgive = math.exp(-seconds / (DAY_S * self.shape.forgives))
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


TASTE_REACH = 0.3
"""How far experience can move the liking of a zone, which runs from −1 to 1. Our choice."""
BETTER_PER_MINUTE = 0.01
"""Share of the way up that a minute of welcome touch moves it."""
WORSE_PER_MINUTE = 0.12
"""Share of the way down for a minute of unwelcome touch; a hit counts as half a minute."""
TASTES = 512
"""Pairs of person and zone remembered; the longest untouched is dropped first."""


class Tastes:
    """What experience adds to the liking of a zone by a person's touch, −0.3..0.3."""

    def __init__(self, zones: Mapping[str, Mapping[str, float]] | None = None) -> None:
        self._learnt: dict[tuple[str, str], float] = {}
        self.recall(zones or {})

    def recall(self, zones: Mapping[str, Mapping[str, float]]) -> None:
        """Take what was learnt of these people's touch, in place of what was learnt since."""
        for person, likings in zones.items():
            for zone, liking in likings.items():
                self._learnt[person, zone] = max(-TASTE_REACH, min(TASTE_REACH, liking))

    def of(self, person: str | None, zone: str | None) -> float:
        """What was learnt of this person's touch there; 0 where nothing was."""
        return self._learnt.get((person or "", zone or ""), 0.0)

    def touched(
        self, person: str, zone: str, minutes: float, welcome: float, unwelcome: float
    ) -> None:
        """Learn from `minutes` of touch that was welcome and unwelcome so far (0..1 each)."""
        here = self._learnt.pop((person, zone), 0.0)
        here += (TASTE_REACH - here) * BETTER_PER_MINUTE * minutes * welcome - (
            TASTE_REACH + here
        ) * min(1.0, WORSE_PER_MINUTE * minutes) * unwelcome
        self._learnt[person, zone] = here
        if len(self._learnt) > TASTES:
            del self._learnt[next(iter(self._learnt))]

    def forget(self, person: str) -> None:
        """Drop what was learnt of a person, or of EVERYBODY."""
        self._learnt = {
            key: liking for key, liking in self._learnt.items() if person not in (key[0], EVERYBODY)
        }

    def known(self) -> dict[str, dict[str, float]]:
        """Person → zone → what was learnt."""
        found: dict[str, dict[str, float]] = {}
        for (person, zone), liking in self._learnt.items():
            found.setdefault(person, {})[zone] = liking
        return found
