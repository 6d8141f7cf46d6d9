"""Numbers as they go from part to part: with six decimals. Inside, every part reckons on with all
of them; what is heard, decided, shown and recorded is the same, and a third as long in a
journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

DECIMALS = 6
"""Of every published number but those of a command; our choice."""
OF_COMMANDS = 5
"""Decimals of what the body is told: the steps of a joint's wire are seventeen times as long."""
EXACT = frozenset({"at", "asked", "expires", "since", "started", "because"})
"""Fields that stay as they are: times, by which parts know one thing from another."""

_FIELDS: dict[Any, tuple[str, ...]] = {}
"""Class of a message → its fields that are looked at; none for what is no message."""

Message = TypeVar("Message")


def published(message: Message, decimals: int = DECIMALS) -> Message:
    """The message, a frozen dataclass, with all its numbers rounded, also in what it holds."""
    changed = {
        name: new
        for name in _fields(type(message))
        if (new := _rounded(old := getattr(message, name), decimals)) is not old
    }
    return replace(message, **changed) if changed else message  # type: ignore[type-var]


def _fields(kind: Any) -> tuple[str, ...]:
    if kind not in _FIELDS:
        names = getattr(kind, "__dataclass_fields__", ())
        _FIELDS[kind] = tuple(name for name in names if name not in EXACT)
    return _FIELDS[kind]


def _rounded(value: Any, decimals: int) -> Any:
    kind = type(value)
    if kind is float:
        return round(value, decimals)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {name: _rounded(each, decimals) for name, each in value.items()}
    if kind is tuple:
        return tuple([_rounded(each, decimals) for each in value]) if value else value
    return published(value, decimals) if _fields(kind) else value
