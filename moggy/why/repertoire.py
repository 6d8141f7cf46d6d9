"""What a behaviour reads to be chosen, and which of its reasons come from within the pet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from moggy.pet import Start

BehaviorRole: TypeAlias = Literal["option", "reflex", "fallback", "other"]
"""What a behaviour is in its tree: an option is weighed, a reflex comes before all else, a fallback
runs where nothing has a score; other is any other leaf."""
OUTSIDE = frozenset(("event", "count", "touch", "zone", "person", "setting"))
"""First words of inputs that tell of the world; `since` tells of silence as well, and so does
`touch.since`."""
MEANS: Mapping[str, str] = {
    "hour": "time of day",
    "quiet": "quiet hours",
    "since": "time since",
    "seconds": "time",
    "ran": "time since",
    "running": "what it did",
    "battery": "battery",
    "charging": "battery",
    "bond": "bond",
    "temperament": "temperament",
    "talkative": "temperament",
    "expressive": "temperament",
    "drive": "drive",
    "emotion": "emotion",
    "mood": "mood",
    "valence": "mood",
    "arousal": "mood",
    "enough": "over-stimulation",
}
"""First word of an inner input → the inner cause that it is."""
FAMILIES: Mapping[str, str] = {
    "emotion": "emotions",
    "drive": "drives",
    "mood": "mood",
    "bond": "bond",
}
"""First word of an input → the field of the pet's feelings that holds its second word."""


@dataclass(frozen=True, slots=True)
class BehaviorInputs:
    """Names of what a behaviour reads (`drive.energy`, `event.hit`): what is weighed, and what only
    lets it be weighed."""

    terms: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    role: BehaviorRole = "other"

    def reads(self, first: str) -> bool:
        """Whether any input has this first word."""
        return any(name.partition(".")[0] == first for name in (*self.terms, *self.conditions))

    def within(self, pet: Mapping[str, Any]) -> tuple[str, ...]:
        """Its inner causes, in words, with the values that the feelings had (`pet`, as it stands in
        a journal). None: it asks for something from outside."""
        found = _inner(self.terms, pet) or _inner(self.conditions, pet)
        if not found and not any(_outside(name) for name in (*self.terms, *self.conditions)):
            return ("disposition",)
        return found


InputsOf: TypeAlias = Callable[[Start], Mapping[str, BehaviorInputs]]
"""The behaviours of the tree that a life begins with, by id. Raises Invalid for a file that the pet
refuses."""


def _outside(name: str) -> bool:
    return name.partition(".")[0] in OUTSIDE and name != "touch.since"


def _inner(names: tuple[str, ...], pet: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    for name in names:
        first, _, second = ("since", "", "touch") if name == "touch.since" else name.partition(".")
        if first in MEANS:
            value = _value(first, second, pet)
            words = f"{MEANS[first]} {second.replace('_', ' ')}" if second else MEANS[first]
            found.append(words if value is None else f"{words} {value:.2f}")
    return tuple(dict.fromkeys(found))


def _value(first: str, second: str, pet: Mapping[str, Any]) -> float | None:
    """What an inner input read; None where the feelings do not hold it."""
    if first in FAMILIES:
        value = pet.get(FAMILIES[first], {}).get(second)
    else:
        value = pet.get(first) if first in ("valence", "arousal", "enough") else None
    return float(value) if isinstance(value, int | float) else None
