"""Why it feels so: the events that moved the feelings most lately."""

from __future__ import annotations

import math

NAMED, FADES = 5, 90.0
"""Events that are named, and the seconds in which a reason fades to 37 %."""
FAINT = 0.005
"""What moved less is no reason."""


class Reasons:
    """Cause → the last event of it, and how much it moved."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float, float]] = {}
        self.newest: tuple[int, ...] = ()
        """Ids of the strongest few, newest first."""

    def give(self, cause: str, event: int, moved: float, now: float) -> None:
        """An event of this cause moved the feelings by so much; one that goes on keeps its reason alive."""
        old = self._known.get(cause)
        weight = moved if old is None else max(moved, self._weight(old, now))
        if weight > FAINT:
            self._known[cause] = (event, now, weight)

    def rank(self, now: float) -> None:
        """Choose the strongest; forget the faint."""
        known = self._known = {cause: reason for cause, reason in self._known.items() if self._weight(reason, now) > FAINT}
        strongest = sorted(known.values(), key=lambda reason: -self._weight(reason, now))[:NAMED]
        self.newest = tuple(event for event, _, _ in sorted(strongest, key=lambda reason: (-reason[1], -reason[0])))

    @staticmethod
    def _weight(reason: tuple[int, float, float], now: float) -> float:
        return reason[2] * math.exp((reason[1] - now) / FADES)
