"""Senses as people write them: JSON lines, or messages made in Python, each checked against what
the messages declare. What a body can feel of them is checked by `moggy.sim.script`."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from moggy.clock import DAY_S
from moggy.senses import AnySense, Sense
from moggy.unreadable import NotText, decoded, opened, why_unreadable
from moggy.vocabulary import nearest

LONGEST_LINE = 200_000
"""Characters of a line, so that a text of 100,000 passes. Our choice."""
LAST_MOMENT_S = 31 * DAY_S
"""Seconds after which a script has no senses. A larger `at` is the time of a calendar: as Unix time
it would begin a life of sixty years. Our choice."""
LARGEST_NUMBER = 1e6
"""The largest number in a sense besides moments and ids, ±. It is far beyond every unit's range,
and small enough for the simulated chips to count. Our choice."""
COUNTED = {"at", "id", "about", "because", "asked", "expires"}
"""Fields that are moments or ids of senses."""


class BadScript(ValueError):
    """A sense that cannot be: names its place (file and line, or number in a list), the field, the
    value and what is allowed."""


def json_lines(path: Path, way_out: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every line of a file that is neither empty nor a comment, as its place («hits.jsonl:3») and
    the object that it holds; `way_out`: how to get such a file. Raises BadScript."""
    try:
        with opened(path) as file:
            n = 0
            while line := file.readline(4 * LONGEST_LINE + 1):
                n += 1
                if line.strip() and not line.lstrip().startswith(b"#"):
                    yield f"{path}:{n}", _object(path, n, line)
    except OSError as error:
        raise BadScript(why_unreadable(path, error, way_out)) from error


def _object(path: Path, n: int, line: bytes) -> dict[str, Any]:
    if len(line) > 4 * LONGEST_LINE:
        raise BadScript(f"{path}:{n}: a line of more than {LONGEST_LINE} characters")
    try:
        text = decoded(line, n)
        data = orjson.loads(text)
        json.loads(text, object_pairs_hook=_once, parse_int=len, parse_float=len)
    except _Twice as twice:
        raise BadScript(f"{path}:{n}: {twice}") from None
    except RecursionError:
        raise BadScript(f"{path}:{n}: lists and objects too deep within one another") from None
    except NotText as error:
        raise BadScript(f"{path}:{error.line}: {error.message}") from error
    except orjson.JSONDecodeError as error:
        raise BadScript(f"{path}:{n}: not JSON: {error}") from error
    if not isinstance(data, dict):
        raise BadScript(
            f"{path}:{n}: should be an object such as"
            ' {"at": 1.2, "kind": "touch", "zone": "back", "pressure": 0.4}'
        )
    return data


class _Twice(Exception):
    """Says which key an object has twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs of a JSON object. Raises _Twice: which of two values holds is not said."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        key = next(key for n, key in enumerate(keys) if key in keys[:n])
        raise _Twice(f"{key!r:.80} stands twice in one object; leave one of them out")
    return found


def line_sense(where: str, data: Mapping[str, Any], adapter: TypeAdapter[Any]) -> AnySense:
    """The object of a line as a sense that `adapter` reads. Raises BadScript where it is none, also
    for a field that the sense does not have."""
    sense = validated(data, adapter, where)
    known = fields_of(sense)
    for name in data:
        if name not in known:
            raise BadScript(
                f"{where}: unknown field {name!r:.80} of {sense.kind}{nearest(name, known)}"
            )
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
        _as_given(value, getattr(sense, name, None), where, name)
        _sized(value, where, name)
    if sense.at > LAST_MOMENT_S:
        raise BadScript(
            f"{where}: at: {sense.at:.12g} s is {sense.at / DAY_S:.6g} days after the pet is born,"
            f" and a script lasts at most {LAST_MOMENT_S / DAY_S:.0f} days; give seconds"
            " since the script begins, not the time of a calendar"
        )
    return sense


def _as_given(value: Any, taken: Any, where: str, name: str) -> None:
    """Refuse true and "1" for the number 1, which pydantic takes: something else was meant."""
    if isinstance(taken, Mapping) and isinstance(value, Mapping):
        for key, inner in value.items():
            _as_given(inner, taken.get(key), where, f"{name}.{key}")
    elif isinstance(taken, tuple) and isinstance(value, list | tuple):
        for n, (inner, of) in enumerate(zip(value, taken, strict=False)):
            _as_given(inner, of, where, f"{name}.{n}")
    elif isinstance(taken, bool):
        if not isinstance(value, bool):
            raise BadScript(f"{where}: {name}: {value!r:.80} is not true or false; write one")
    elif isinstance(taken, int | float) and isinstance(value, bool | str | bytes):
        raise BadScript(f"{where}: {name}: {value!r:.80} is no number; write {taken:g}")


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
