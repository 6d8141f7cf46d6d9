"""Checks what a board sent against `wire.SCHEMA`: lengths, numbers of pads and joints, and values
that are the number of a name. A frame with the right checksum may still come from a faulty
firmware."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from moggy import wire

BOUNDS: Mapping[tuple[int, str], int] = {
    (wire.ACK, "result"): len(wire.RESULTS),
    (wire.STATE, "state"): len(wire.STATES),
    (wire.BATTERY, "percent"): 101,
    (wire.BATTERY, "charging"): 2,
}
"""(type, field) → the smallest value that the field cannot have."""
ENDS_IN_TEXT = (wire.IDENTITY, wire.LOG)
"""Types whose payload has text behind the fields that the schema lists."""
FROM_BOARD = frozenset(
    [wire.IDENTITY, wire.PONG, wire.ACK]
    + [kind for kind, _, _, _ in wire.SCHEMA if kind >= wire.TOUCHED]
)
"""Types that a board sends."""


class Message(NamedTuple):
    """A type of message, as the schema describes it."""

    name: str
    fixed: struct.Struct
    """The fields that are there once."""
    repeated: int
    """Bytes of the field that is repeated to the end of the frame; 0 where none is."""
    bounded: tuple[tuple[int, str, int], ...]
    """(index among the fixed fields, name, the smallest value that it cannot have)."""


def _message(kind: int, name: str, form: str, fields: str) -> Message:
    many = form.endswith("*")
    fixed = struct.Struct(form[:-2] if many else form or "<")
    names = fields.split(";")[0].split()
    return Message(
        name,
        fixed,
        struct.calcsize(form[-2]) if many else 0,
        tuple(
            [
                (index, field, BOUNDS[kind, field])
                for index, field in enumerate(names)
                if (kind, field) in BOUNDS
            ]
        ),
    )


MESSAGES: Mapping[int, Message] = {row[0]: _message(*row) for row in wire.SCHEMA}
"""Type → what the schema says of it."""


def wrong(kind: int, payload: bytes, *, pads: int | None, joints: int | None) -> str:
    """What is wrong with a message from a board, in words; empty where nothing is. `pads` and
    `joints`: how many it has; None: any number. It may send no pressure at all, for want of a touch
    chip."""
    if kind not in FROM_BOARD:
        known = MESSAGES.get(kind)
        return f"'{known.name}', which only this computer sends" if known else f"type {kind}"
    message = MESSAGES[kind]
    fixed, size = message.fixed.size, len(payload)
    if size < fixed:
        return f"'{message.name}' with {size} bytes instead of {fixed}"
    if size > fixed and kind not in ENDS_IN_TEXT and not message.repeated:
        return f"'{message.name}' with {size} bytes instead of {fixed}"
    if message.repeated:
        count, rest = divmod(size - fixed, message.repeated)
        expected = joints if kind == wire.JOINTS else pads
        may_be_none = kind != wire.JOINTS and count == 0
        if rest or (expected is not None and count != expected and not may_be_none):
            return f"'{message.name}' with {count} values instead of {expected}"
    values = message.fixed.unpack_from(payload)
    for index, field, end in message.bounded:
        if values[index] >= end:
            return f"'{message.name}' with {field} {values[index]}, which does not exist"
    if kind == wire.IDENTITY and payload[fixed:].count(b" ") != values[-1]:
        return f"'identity' without the names of its {values[-1]} joints"
    return ""


def fields(kind: int, payload: bytes) -> tuple[int, ...]:
    """The fields of a checked message that are there once, as numbers."""
    found: tuple[int, ...] = MESSAGES[kind].fixed.unpack_from(payload)
    return found


def values(kind: int, payload: bytes) -> tuple[int, ...]:
    """The numbers of the repeated field of a checked message."""
    message = MESSAGES[kind]
    letter = {1: "B", 2: "H"}[message.repeated]
    rest = payload[message.fixed.size :]
    return struct.unpack(f"<{len(rest) // message.repeated}{letter}", rest)


def text(kind: int, payload: bytes) -> str:
    """The text behind the fields of a checked message, damaged characters replaced."""
    return payload[MESSAGES[kind].fixed.size :].decode(errors="replace")
