"""How a journal writes ticks: one whole, then of each what has changed since the one before it.

A tick as JSON has 4 kB, and fifty of them a second say nearly the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GONE = "-"
"""Key in a change that lists the keys that are gone."""
_NOTHING = object()


def change(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What of `now` is not as `before`; objects within objects likewise, lists as a whole."""
    found: dict[str, Any] = {}
    for key, value in now.items():
        old = before.get(key, _NOTHING)
        if old is value or (old == value and type(old) is type(value)):
            continue
        whole = not (isinstance(value, dict) and isinstance(old, dict))
        found[key] = value if whole else change(old, value)
    gone = [key for key in before if key not in now]
    if gone:
        found[GONE] = gone
    return found


def changed(before: Mapping[str, Any], by: Mapping[str, Any], most: int) -> dict[str, Any]:
    """What `change` found, put into the one before, which stays as it is. Raises ValueError where
    an object gets more than `most` keys: each change would copy them all."""
    gone = by.get(GONE, ())
    now = {key: value for key, value in before.items() if key not in gone} if gone else {**before}
    for key, value in by.items():
        if key == GONE:
            continue
        old = now.get(key)
        whole = not (isinstance(value, dict) and isinstance(old, dict))
        now[key] = value if whole else changed(old, value, most)  # type: ignore[arg-type]
    if len(now) > most:
        raise ValueError(f"an object has {len(now):,} keys, over {most:,}")
    return now


def without_words(tick: dict[str, Any]) -> None:
    """Put in place of words what they meant: as they were understood, without the text. A pet that
    is given that lives as with the words."""
    if not any(sense["kind"] == "words" and sense["text"] for sense in tick["senses"]):
        return
    meant = {
        sense["id"]: {**sense, "text": ""}
        for sense in tick["understood"]
        if sense["kind"] == "words"
    }
    tick["senses"] = [
        meant.get(sense["id"], {**sense, "text": ""}) if sense["kind"] == "words" else sense
        for sense in tick["senses"]
    ]
    tick["understood"] = [
        meant[sense["id"]] if sense["kind"] == "words" else sense for sense in tick["understood"]
    ]
