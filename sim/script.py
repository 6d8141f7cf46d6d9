"""A script of senses: JSON lines, or a list made in Python, checked before it is played to the
pet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from moggy.body import Body
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
from moggy.sense_file import (
    LAST_MOMENT_S,
    BadScript,
    fields_of,
    json_lines,
    line_sense,
    validated,
)
from moggy.sim.simulated_body import Source
from moggy.vocabulary import nearest

UNSCRIPTED = (BoardReport, Edited, Forget, Trouble)
"""What the board, saved files, the memory and broken parts say by themselves."""

WRITE_ONE = "write one of JSON lines: `moggy schema senses` says what may stand in it"
"""How to get a script."""


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
    senses = [_sense_of(where, data, body) for where, data in json_lines(path, WRITE_ONE)]
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


def _sense_of(where: str, data: dict[str, Any], body: Body | None) -> AnySense:
    if data.get("kind") == "touch" and "gesture" in data:
        data["kind"] = "gesture"
    sense = line_sense(where, data, scripted())
    if body is not None:
        _felt(sense, body, where)
    return sense


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
    5 seconds more, but no longer than a script may be; a minute without any."""
    return min(senses[-1].at + 5.0, LAST_MOMENT_S) if senses else 60.0
