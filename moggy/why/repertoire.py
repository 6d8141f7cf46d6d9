"""What each behaviour of a recorded tree reads: which of its reasons come from within the pet, and
which from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

NAME = re.compile(r"(?<![\w.'\"])[a-z_]+(?:\.[a-z_]+)?(?!\w*\()")
"""A name in an expression, but not that of a function."""
WORDS = frozenset(("and", "or", "not", "true", "false", "if", "else"))
OUTSIDE = frozenset(("event", "count", "touch", "zone", "person", "setting"))
"""First words of inputs that tell of the world; `since` tells of silence as well, and so does
`touch.since`."""
MEANS = {
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


@dataclass(frozen=True, slots=True)
class BehaviorInputs:
    """What a behaviour reads: what is weighed, and what only lets it be weighed."""

    terms: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    role: Literal["option", "reflex", "fallback", "other"] = "other"

    def reads(self, first: str) -> bool:
        """Whether any input is of this family."""
        return any(name.partition(".")[0] == first for name in (*self.terms, *self.conditions))

    def within(self, pet: Mapping[str, Any]) -> tuple[str, ...]:
        """Its inner causes, in words, with the values that the feelings had. Nothing: it asks for
        something from outside."""
        found = _inner(self.terms, pet) or _inner(self.conditions, pet)
        if not found and not any(_outside(name) for name in (*self.terms, *self.conditions)):
            return ("disposition",)
        return found


@lru_cache(maxsize=8)
def inputs_by_id(tree: str) -> Mapping[str, BehaviorInputs]:
    """Id of a behaviour → all that it reads to be chosen, with the tree's own words spelt out. Of a
    text that is no tree, nothing."""
    try:
        data = YAML(typ="safe").load(tree)
    except YAMLError:
        return {}
    if not isinstance(data, dict):
        return {}
    words = {str(name): str(text) for name, text in (data.get("let") or {}).items()}
    fallbacks = set(_fallbacks(data.get("root")))
    return {str(slot["id"]): _inputs(slot, words, fallbacks) for slot in _slots(data.get("root"))}


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


def _slots(node: Any) -> Iterator[dict[str, Any]]:
    """Options and reflexes, wherever they stand."""
    if isinstance(node, dict):
        if "id" in node and "do" in node:
            yield node
        for value in node.values():
            yield from _slots(value)
    elif isinstance(node, list):
        for value in node:
            yield from _slots(value)


def _fallbacks(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "fallback" in node:
            yield str(node["fallback"])
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from _fallbacks(value)


def _inputs(
    slot: Mapping[str, Any], words: Mapping[str, str], fallbacks: set[str]
) -> BehaviorInputs:
    events = [f"event.{name}" for name in slot.get("on") or ()]
    terms = [str(term.get("of", "")) for term in slot.get("terms") or () if isinstance(term, dict)]
    conditions = [str(slot.get(key, "")) for key in ("when", "whenever")]
    reflex = "on" in slot or "whenever" in slot
    role: Literal["option", "reflex", "fallback"] = (
        "reflex" if reflex else "fallback" if slot["id"] in fallbacks else "option"
    )
    return BehaviorInputs(_all(terms, words), (*events, *_all(conditions, words)), role)


def _all(texts: list[str], words: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for text in texts for name in _spelt(text, words, 0)))


def _spelt(text: str, words: Mapping[str, str], depth: int) -> Iterator[str]:
    for name in NAME.findall(text):
        if name in words and depth < 8:
            yield from _spelt(words[name], words, depth + 1)
        elif name not in WORDS:
            yield name


def _value(first: str, second: str, pet: Mapping[str, Any]) -> float | None:
    family = {"emotion": "emotions", "drive": "drives", "mood": "mood", "bond": "bond"}.get(first)
    value = (
        pet.get(family, {}).get(second)
        if family
        else pet.get(first)
        if first in ("valence", "arousal", "enough")
        else None
    )
    return float(value) if isinstance(value, int | float) else None
