"""Why it feels so: what moved each feeling, and the events that moved them most lately."""

from __future__ import annotations

import math

from moggy.messages import Cause, EventCause, Stir

NAMED = 5
"""Events that are named as reasons at most."""
FADES_S = 90.0
"""Seconds in which a reason fades to 37 %."""
FAINT = 0.005
"""An event that moved the emotions by less in all, or has faded below, is no reason."""
SLIGHT = 1e-4
"""A change of one feeling smaller than this is not told."""


class Reasons:
    """Collects what moved the feelings, and ranks the events behind it."""

    def __init__(self) -> None:
        self._known: dict[EventCause, tuple[int, float, float]] = {}
        self.newest: tuple[int, ...] = ()
        """Ids of the events that moved the emotions most lately, newest first."""
        self._stirs: list[Stir] = []

    def note(self, feeling: str, by: float, cause: Cause, event: int = 0) -> None:
        """A feeling was moved `by` so much; an event id of 0 means a cause from within."""
        if by > SLIGHT or by < -SLIGHT:
            self._stirs.append(Stir(feeling=feeling, by=by, cause=cause, event=event))

    def told(self) -> tuple[Stir, ...]:
        """Take out all that was noted since the last call."""
        if not self._stirs:
            return ()
        stirs = tuple(self._stirs)
        self._stirs.clear()
        return stirs

    def give(self, cause: EventCause, event: int, moved: float, now: float) -> None:
        """An event moved the emotions by so much in all. A cause that goes on stays a reason."""
        old = self._known.get(cause)
        weight = moved if old is None else max(moved, self._weight(old, now))
        if weight > FAINT:
            self._known[cause] = (event, now, weight)

    def take_back(self, cause: EventCause) -> None:
        """The event is no reason any more."""
        self._known.pop(cause, None)

    def rank(self, now: float) -> None:
        """Choose the strongest reasons at `now` (s), and forget the faint ones."""
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
        return reason[2] * math.exp((reason[1] - now) / FADES_S)
