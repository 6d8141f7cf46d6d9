"""Why it feels so: what moves each feeling as it moves, and the events that moved them most lately."""

from __future__ import annotations

import math

from moggy.messages import Stir

NAMED, FADES = 5, 90.0
"""Events that are named, and the seconds in which a reason fades to 37 %."""
FAINT = 0.005
"""What moved less is no reason."""
SLIGHT = 1e-4
"""What moved a feeling by less is not told."""


class Reasons:
    """Cause → the last event of it, and how much it moved."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float, float]] = {}
        self.newest: tuple[int, ...] = ()
        """Ids of the strongest few, newest first."""
        self._stirs: list[Stir] = []

    def note(self, feeling: str, by: float, cause: str, event: int = 0) -> None:
        """One feeling was moved; without an event, from within."""
        if by > SLIGHT or by < -SLIGHT:
            self._stirs.append(Stir(feeling=feeling, by=by, cause=cause.rstrip("! "), event=event))

    def told(self) -> tuple[Stir, ...]:
        """All that was noted since the last time."""
        if not self._stirs:
            return ()
        stirs = tuple(self._stirs)
        self._stirs.clear()
        return stirs

    def give(self, cause: str, event: int, moved: float, now: float) -> None:
        """An event of this cause moved the feelings by so much; one that goes on keeps its reason
        alive."""
        old = self._known.get(cause)
        weight = moved if old is None else max(moved, self._weight(old, now))
        if weight > FAINT:
            self._known[cause] = (event, now, weight)

    def rank(self, now: float) -> None:
        """Choose the strongest; forget the faint."""
        known = self._known = {
            cause: reason
            for cause, reason in self._known.items()
            if self._weight(reason, now) > FAINT
        }
        strongest = sorted(known.values(), key=lambda reason: -self._weight(reason, now))[:NAMED]
        self.newest = tuple(
            event for event, _, _ in sorted(strongest, key=lambda reason: (-reason[1], -reason[0]))
        )

    @staticmethod
    def _weight(reason: tuple[int, float, float], now: float) -> float:
        return reason[2] * math.exp((reason[1] - now) / FADES)
