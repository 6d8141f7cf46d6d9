"""What can be turned of a character: every number that a personality's file may say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moggy.personality import Personality

NEITHER = 0.0
"""How a zone is liked that `likes_touch` leaves out."""
AS_IT_IS = 1.0
"""The factor on the score of a behaviour that `appetite` leaves out."""


@dataclass(frozen=True, slots=True)
class Handle:
    """One number of a character."""

    key: str
    """Where it stands in the file: `temperament.neuroticism`."""
    about: str
    """What it does, in a sentence; empty where its key says that."""
    low: float
    high: float
    usual: float
    """What holds where the file says nothing of it."""
    value: float
    """What holds for this pet."""


def handles(who: Personality, behaviours: Collection[str]) -> list[Handle]:
    """All of a character, in the order of the schema; of appetites one for each of `behaviours`,
    the ids that the tree gives a score."""
    schema = Personality.model_json_schema()
    said = who.model_dump()
    open_keys = {
        "likes_touch": (schema["properties"]["likes_touch"]["propertyNames"]["enum"], NEITHER),
        "appetite": (sorted(behaviours), AS_IT_IS),
    }
    return list(_numbers(schema, schema.get("$defs", {}), said, open_keys, ""))


def _numbers(
    schema: Mapping[str, Any],
    parts: Mapping[str, Any],
    said: Mapping[str, Any],
    open_keys: Mapping[str, tuple[Collection[str], float]],
    above: str,
) -> Iterator[Handle]:
    """Those of an object of the schema; `above` is its key with a dot, `parts` its definitions."""
    for name, field in schema["properties"].items():
        key = f"{above}{name}"
        if field.get("type") == "number":
            yield _handle(key, field, field["default"], said[name], field.get("description", ""))
        elif "$ref" in field:
            part = parts[field["$ref"].rpartition("/")[2]]
            yield from _numbers(part, parts, said[name], {}, f"{key}.")
        elif name in open_keys:
            each, usual = open_keys[name]
            shape, usually = field["additionalProperties"], field.get("default", {})
            for one in each:
                at_first = usually.get(one, usual)
                yield _handle(f"{key}.{one}", shape, at_first, said[name].get(one, usual), "")


def _handle(key: str, shape: Mapping[str, Any], usual: float, value: float, about: str) -> Handle:
    return Handle(key, about, shape["minimum"], shape["maximum"], usual, value)
