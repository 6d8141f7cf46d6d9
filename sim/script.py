"""A script of senses: JSON lines, or a list made in Python, checked before it is played to the
pet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from moggy.body import Body
from moggy.clock import DAY_S
from moggy.messages import (
    SENSES,
    AnySense,
    BoardReport,
    Edited,
    Forget,
    Sense,
    Touch,
    Trouble,
    adapter_of,
    every_sense,
)
from moggy.sim.simulated_body import Source
from moggy.unreadable import why_unreadable
from moggy.vocabulary import nearest

UNSCRIPTED = (BoardReport, Edited, Forget, Trouble)
"""What the board, saved files, the memory and broken parts say by themselves."""

LONGEST_LINE = 200_000
"""Characters of a line, so that a text of 100,000 passes. Our choice."""
LAST_MOMENT_S = 31 * DAY_S
"""Seconds after which a script has no senses. A larger `at` is the time of a calendar: as Unix time
it would begin a life of sixty years. Our choice."""
LARGEST_NUMBER = 1e6
"""The largest number in a sense besides moments and ids, ±. It is far beyond every unit's range,
and small enough for the simulated chips to count. Our choice."""
WRITE_ONE = "write one of JSON lines: `moggy schema senses` says what may stand in it"
"""How to get a script."""
COUNTED = {"at", "id", "about", "because", "asked", "expires"}
"""Fields that are moments or ids of senses."""


class BadScript(ValueError):
    """A sense that cannot be: names its place (file and line, or number in a list), the field, the
    value and what is allowed."""


def scripted() -> TypeAdapter[Any]:
    """Reads a message that a script may hold, one of an owner's own sensor included."""
    return adapter_of(tuple(one for one in SENSES.values() if one not in UNSCRIPTED))


def schema() -> dict[str, Any]:
    """JSON schema of one line."""
    found = scripted().json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a script of senses",
        **found,
    }


def read_script(path: Path, body: Body | None = None) -> list[AnySense]:
    """All senses of a file, in the order of their time; `body` is the one that they touch, if it is
    known. Raises BadScript at the first line that is wrong."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadScript(why_unreadable(path, error, WRITE_ONE)) from error
    senses = [
        _sense_of(f"{path}:{n}", line, body)
        for n, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith(b"#")
    ]
    return sorted(senses, key=lambda sense: sense.at)


def checked(sense: object, body: Body, where: str) -> AnySense:
    """A sense that was made in Python, which checks nothing by itself: the same sense, with every
    value of the type and within the bounds that the messages declare, on a body that can feel it.
    `where` stands before the sentence of a BadScript."""
    if not isinstance(sense, Sense):
        raise BadScript(
            f"{where}: {sense!r:.80} is no sense;"
            " one is moggy.Touch(at=1.2, zone='back', pressure=0.4)"
        )
    found = validated(
        {name: getattr(sense, name) for name in fields_of(sense)}, every_sense(), where
    )
    _felt(found, body, where)
    return found


def checked_in_order(senses: Iterable[object], body: Body) -> list[AnySense]:
    """Each sense of a list, checked. Raises BadScript where one is wrong, or comes before the one
    that precedes it."""
    found: list[AnySense] = []
    for n, sense in enumerate(senses):
        where = f"senses[{n}]"
        found.append(checked(sense, body, where))
        if n and found[n].at < found[n - 1].at:
            raise BadScript(
                f"{where}: time runs backwards: {found[n].kind} at {found[n].at:g} s after"
                f" {found[n - 1].kind} at {found[n - 1].at:g} s;"
                " sort them: sorted(senses, key=lambda sense: sense.at)"
            )
    return found


class CheckedSource:
    """A source whose senses are checked as they come. Raises BadScript where one is wrong, older
    than the one before, or not due yet."""

    def __init__(self, source: Source, body: Body) -> None:
        self._source, self._body = source, body
        self._last = 0.0

    def __call__(self, now: float) -> Sequence[AnySense]:
        """The senses up to `now`."""
        found = []
        where, senses = f"at {now:g} s", self._source(now)
        if not isinstance(senses, Iterable) or isinstance(senses, Mapping | str):
            raise BadScript(
                f"{where}: senses(now) gave {senses!r:.80}; it gives a list of senses,"
                " [] where nothing happened"
            )
        for sense in senses:
            found.append(checked(sense, self._body, where))
            at, kind = found[-1].at, found[-1].kind
            if at < self._last:
                raise BadScript(
                    f"{where}: time runs backwards: {kind} at {at:g} s after {self._last:g} s"
                )
            if at > now + 1e-9:
                raise BadScript(
                    f"{where}: {kind} at {at:g} s has not happened yet; keep it until then"
                )
            self._last = at
        return found


def _sense_of(where: str, line: bytes, body: Body | None) -> AnySense:
    if len(line) > LONGEST_LINE * 4:
        raise BadScript(
            f"{where}: a line of {len(line)} bytes; at most {LONGEST_LINE} characters are read"
        )
    try:
        data = orjson.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadScript(
            f"{where}: byte {line[error.start]:#04x} is not UTF-8; save the file as UTF-8"
            " (iconv -f latin1 -t utf-8)"
        ) from error
    except orjson.JSONDecodeError as error:
        raise BadScript(f"{where}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadScript(
            f"{where}: should be an object such as"
            ' {"at": 1.2, "kind": "touch", "zone": "back", "pressure": 0.4}'
        )
    if data.get("kind") == "touch" and "gesture" in data:
        data["kind"] = "gesture"
    sense = validated(data, scripted(), where)
    known = fields_of(sense)
    for name in data:
        if name not in known:
            raise BadScript(
                f"{where}: unknown field {name!r} of {sense.kind}{nearest(name, known)}"
            )
    if body is not None:
        _felt(sense, body, where)
    return sense


def fields_of(sense: Sense) -> tuple[str, ...]:
    """Names of a sense's fields."""
    return tuple(sense.__dataclass_fields__)


def validated(data: Mapping[str, Any], adapter: TypeAdapter[Any], where: str) -> AnySense:
    """The fields as a sense. Raises BadScript where they are none."""
    try:
        sense: AnySense = adapter.validate_python(data)
    except ValidationError as error:
        raise BadScript(f"{where}: {_words(error)}") from error
    for name, value in data.items():
        _sized(value, where, name)
    if sense.at > LAST_MOMENT_S:
        raise BadScript(
            f"{where}: at: {sense.at:.1f} s is {sense.at / DAY_S:,.0f} days after the pet is born,"
            f" and a script lasts at most {LAST_MOMENT_S / DAY_S:.0f} days; give seconds"
            " since the script begins, not the time of a calendar"
        )
    return sense


def _sized(value: Any, where: str, name: str) -> None:
    """Refuse numbers that are none, or that no unit has a use for, and texts that no file can
    keep."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _sized(inner, where, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            _sized(inner, where, f"{name}.{n}")
    elif isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BadScript(
                f"{where}: {name}: {value[error.start]!r} is half of a character; leave it out"
            ) from error
    elif isinstance(value, int | float):
        largest = math.inf if name.partition(".")[0] in COUNTED else LARGEST_NUMBER
        if not math.isfinite(value) or abs(value) > largest:
            raise BadScript(
                f"{where}: {name}: {value:g} is no measurement;"
                f" numbers lie within ±{LARGEST_NUMBER:,.0f}"
            )


def _felt(sense: AnySense, body: Body, where: str) -> None:
    """Refuse a touch that this body cannot feel."""
    if not isinstance(sense, Touch):
        return
    for pad in sense.pads or ():
        if pad not in body.pads:
            raise BadScript(f"{where}: pads: unknown pad {pad!r}{nearest(pad, body.pads)}")
    if sense.zone is not None and sense.zone not in body.zones:
        raise BadScript(
            f"{where}: zone: the body {body.name!r} has no pads on the {sense.zone};"
            f" it has some on {', '.join(body.zones)}"
        )
    if sense.pads and any(sense.pads.values()) and sense.pressure == 0.0:
        raise BadScript(f"{where}: pressure: a touch of pads needs one above 0, up to 1")
    nowhere = sense.zone is None and sense.pads is None and sense.position is None
    if nowhere and sense.pressure > 0.0:
        raise BadScript(f"{where}: a touch needs a zone, pads or a position")


def _words(error: ValidationError) -> str:
    """The first mistake in words."""
    first = error.errors()[0]
    where = ".".join(str(step) for step in first["loc"][1:] if step != "[key]") or "kind"
    value, expected = first.get("input"), (first.get("ctx") or {})
    names = re.findall(
        r"'([^']*)'", str(expected.get("expected", expected.get("expected_tags", "")))
    )
    if names and where == "kind" and isinstance(value, dict):
        value = value.get("kind")
    if names and isinstance(value, str):
        what = where.partition(".")[0]
        known = nearest(value, names) or f"; there are {', '.join(names)}"
        return f"{where}: unknown {what} {value!r}{known}"
    shown = "" if isinstance(value, dict | list) else f" (it is {value!r})"
    return f"{where}: {first['msg'].removeprefix('Value error, ')}{shown}"


class Script:
    """Gives each sense when its time has come."""

    def __init__(self, senses: Iterable[AnySense]) -> None:
        """`senses` stand in the order of their time."""
        self._senses: Iterator[AnySense] = iter(senses)
        self._next = next(self._senses, None)

    def due(self, now: float) -> list[AnySense]:
        """The senses whose time has come by `now` since the last call."""
        found = []
        while self._next is not None and self._next.at <= now + 1e-9:
            found.append(self._next)
            self._next = next(self._senses, None)
        return found


def length_s(senses: Sequence[AnySense]) -> float:
    """How long a life with this script lasts where nothing else is said: until its last sense, and
    5 seconds more; a minute without any."""
    return senses[-1].at + 5.0 if senses else 60.0
