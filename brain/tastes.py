"""How the pet comes to like, or not, being touched in a place by somebody: learnt slowly from how
such touches went."""

from __future__ import annotations

from collections.abc import Mapping

from moggy.brain.remembered import EVERYBODY

REACH = 0.3
"""How far experience can move the liking of a zone, which runs from −1 to 1."""
BETTER, WORSE = 0.01, 0.06
"""Share of the way that a minute of welcome touch, or one hit or half a minute of unwelcome touch,
moves it."""
KEPT = 512


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
