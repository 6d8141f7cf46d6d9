"""What moved the pet's feelings in a recorded life: the events, and what comes from within."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from moggy.messages import Cause, EventCause, InnerCause
from moggy.why.ledger import Ledger, event_in_words
from moggy.why.words import behavior_in_words

FADES_S = 30.0
"""Seconds after which what was felt counts 37 % beside what is felt now. Our choice."""
INNER_FOR_S = 30.0
"""Seconds for which what moved a feeling from within counts as a cause of what is shown."""
KEPT = 8
"""Changes of feelings that are kept with a mover: the strongest."""


@dataclass(frozen=True, slots=True)
class FeltChange:
    """What an event, or something from within, did to a feeling."""

    feeling: str
    by: float
    cause: Cause
    event: int
    """Id of the event; 0: from within."""


class FeelingsRecord:
    """Follows `Affect.stirred` through a journal: `take` every tick in order."""

    def __init__(self, ledger: Ledger) -> None:
        """`ledger` is fed with the same ticks first."""
        self._ledger = ledger
        self._standing: Sequence[Mapping[str, Any]] = ()
        self._by_event: dict[int, tuple[FeltChange, ...]] = {}
        self._inner: dict[InnerCause, tuple[float, FeltChange]] = {}

    def take(self, at: float, stirred: Sequence[Mapping[str, Any]]) -> None:
        """The changes that a tick at `at` (s) tells of. They stand for some ticks, until the
        feelings are looked at again, and count once."""
        if stirred == self._standing:
            return
        self._standing = stirred
        for stir in stirred:
            cause = cause_in(stir["cause"])
            felt = FeltChange(stir["feeling"], stir["by"], cause, stir["event"])
            if isinstance(cause, InnerCause):
                self._inner[cause] = at, felt
            else:
                self._by_event[felt.event] = (*self._by_event.get(felt.event, ()), felt)

    def by(self, because: Sequence[int], now: float) -> tuple[FeltChange, ...]:
        """What these events did to the feelings, the strongest first; at `now` (s) what is long ago
        counts less."""
        found: list[tuple[float, FeltChange]] = []
        for number in because:
            stirs, event = self._by_event.get(number), self._ledger.found.get(number)
            if stirs and event is not None:
                fades = exp((event.at - now) / FADES_S)
                found += [(-abs(felt.by) * fades, felt) for felt in stirs]
        return tuple([felt for _, felt in sorted(found, key=lambda pair: pair[0])[:KEPT]])

    def from_within(self, now: float) -> list[FeltChange]:
        """What moved the feelings from within lately, the strongest first."""
        lately = [felt for at, felt in self._inner.values() if now - at < INNER_FOR_S]
        return sorted(lately, key=lambda felt: -felt.by)


def cause_in(data: Mapping[str, Any]) -> Cause:
    """A cause as it stands in a journal."""
    return EventCause(**data) if "event" in data else InnerCause(**data)


def in_words(cause: Cause) -> str:
    """«stroked on the tail base by anna, unwelcome», «little company», «care», «what it does:
    play»."""
    if isinstance(cause, InnerCause):
        if cause.behavior:
            return f"what it does: {behavior_in_words(cause.behavior)}"
        return f"{cause.level} {cause.of}" if cause.level else cause.of
    words = event_in_words(cause.event, cause.zone, cause.person)
    return f"{words}, unwelcome" if cause.unwelcome else words
