"""A script of senses: JSON lines that are played to the pet, raw touch and motion through the
simulated body, the rest as they are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from moggy.messages import (
    Acceleration,
    AnySense,
    Battery,
    BodyMotion,
    Face,
    Gesture,
    Person,
    Posture,
    Setting,
    Thought,
    Touch,
    Voice,
    Words,
)

Scripted: TypeAlias = Annotated[
    Touch
    | Gesture
    | Face
    | Posture
    | Voice
    | Words
    | Thought
    | Acceleration
    | BodyMotion
    | Battery
    | Person
    | Setting,
    Field(discriminator="kind"),
]
SCRIPTED: TypeAdapter[Any] = TypeAdapter(Scripted)

LONGEST_LINE = 200_000
"""Characters; a text of 100,000 must pass."""


class BadScript(ValueError):
    """A line that is no sense: names the file, the line, the field, the value and what is allowed."""


def schema() -> dict[str, Any]:
    """JSON schema of one line."""
    found = SCRIPTED.json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a script of senses",
        **found,
    }


def read_script(path: Path) -> list[AnySense]:
    """All senses of a file, in order of their time. Raises BadScript at the first line that is
    wrong."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadScript(f"{path}: cannot be read: {error.strerror}") from error
    senses = [
        _sense(path, n, line)
        for n, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith(b"#")
    ]
    return sorted(senses, key=lambda sense: sense.at)


def _sense(path: Path, n: int, line: bytes) -> AnySense:
    if len(line) > LONGEST_LINE * 4:
        raise BadScript(
            f"{path}:{n}: a line of {len(line)} bytes; at most {LONGEST_LINE} characters are read"
        )
    try:
        data = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadScript(f"{path}:{n}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadScript(
            f'{path}:{n}: should be an object such as {{"at": 1.2, "kind": "touch", "zone": "back", "pressure": 0.4}}'
        )
    if data.get("kind") == "touch" and "gesture" in data:
        data["kind"] = "gesture"
    try:
        sense: AnySense = SCRIPTED.validate_python(data)
    except ValidationError as error:
        raise BadScript(f"{path}:{n}: {_words(error)}") from error
    unread = set(data) - set(sense.__dataclass_fields__)
    if unread:
        raise BadScript(
            f"{path}:{n}: unknown field '{min(unread)}' of {sense.kind}; known: {', '.join(sense.__dataclass_fields__)}"
        )
    if not math.isfinite(sense.at):
        raise BadScript(f"{path}:{n}: at: {sense.at} is not a time")
    return sense


def _words(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:]) or "kind"
    value = first.get("input")
    shown = "" if isinstance(value, dict | list) else f" (it is {value!r})"
    return f"{where}: {first['msg']}{shown}"


class Script:
    """Gives each sense when its time has come."""

    def __init__(self, senses: Iterable[AnySense]) -> None:
        self._senses: Iterator[AnySense] = iter(senses)
        self._next = next(self._senses, None)

    def due(self, now: float) -> list[AnySense]:
        """The senses whose time has come since the last call."""
        found = []
        while self._next is not None and self._next.at <= now + 1e-9:
            found.append(self._next)
            self._next = next(self._senses, None)
        return found


def last_moment(senses: Sequence[AnySense]) -> float:
    """When the script ends, s."""
    return senses[-1].at if senses else 0.0
