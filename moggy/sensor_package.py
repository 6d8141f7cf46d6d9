"""A sensor as a package: one folder brings its messages, reader, device, events and what these do
to feelings; a body's file switches it on with one line (docs/add-a-sensor.md).

`moggy.sensors` ships some. An owner's own lie in the folder `sensors` of the owner's folder, or
anywhere that Python imports from.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from inspect import Parameter, signature
from math import isfinite
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from moggy import ctrl_c, overlay
from moggy.body import Body, StrictModel
from moggy.clock import RealClock
from moggy.config import compose, forget_checked
from moggy.loop import LEFT_OUT, Sensor
from moggy.messages import AnySense, Sense, Trouble, register_sense, sense_of
from moggy.pet import SenseReader
from moggy.printable import utf8
from moggy.vocabulary import EventKind, declare_channel, declare_event, joined, nearest
from moggy.yaml_file import Invalid, Locate, Located, Where, validate

SHIPPED_IN = "moggy.sensors"
"""The package that holds the shipped sensors; it is searched first."""
MOST_SENSES = 1000
"""Senses that a device or a reader may give at once; our choice: more than a tick can take in."""
WELL_AFTER_S = 5.0
"""Seconds without a mistake after which a part is well again; our choice: a value that flickers at
its bound is said once."""
MOST_BYTES = 50_000
"""Bytes in a journal of all senses that a part gives at once. A journal writes a second together,
50 ticks, and no reader takes more than 4 MB (mcap_reader.py)."""
LONGEST_MISTAKE = 500
"""Characters of a mistake that are said; each of them stands in the journal. Our choice."""
MOST_DEPTH = 20
"""Lists and tables within each other. Our choice."""
MOST_BITS = 63
"""Of a whole number in JSON, besides its sign: as orjson writes it."""
SLOW_S = 0.25
"""Seconds from which a poll has waited for something; our choice: a body goes to rest after one."""
SLOW_POLLS = 3
"""Polls that wait within SLOW_WITHIN_S before it is said: a busy machine may keep one."""
SLOW_WITHIN_S = 60.0
"""Our choice."""
SLOW = "its poll waits ({:.1f} s), and the whole pet with it: ask slow hardware in a ProcessWorker"
"""What is said of a device that waits."""
NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*")


def no_readers(body: Body) -> Sequence[SenseReader]:
    """Make no readers: for a sensor whose device measures nothing raw."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorPackage:
    """What the package of a sensor brings; its module holds one in the name `SENSOR`."""

    raw: tuple[type[Sense], ...] = ()
    """Classes of the messages that its readers turn into others. The brain gets only what the
    readers make of them, never these."""
    readers: Callable[[Body], Sequence[SenseReader]] = no_readers
    """Makes the readers of one pet, each with a state of its own."""
    device: Callable[..., Sensor] | None = None
    """Makes what measures. Its parameters are the options in the body's file: their annotations are
    checked as pydantic does. None: something else measures, such as the board."""
    events: Mapping[str, EventKind] = field(default_factory=dict)
    """Events that nobody else makes, by name."""
    channels: Mapping[str, str] = field(default_factory=dict)
    """Channels of evidence about a person that nobody else speaks on: name → what it looks at."""
    feelings: Path | None = None
    """A YAML file with `events` (what they do to feelings) and `channels` (how much they err), as
    in an appraisal table. What the designer's table says of the same name counts instead."""

    def introduce(self) -> None:
        """Make its messages, events and channels known. Doing it again changes nothing.

        Raises ValueError where one of these names means something else already.
        """
        for message in self.raw:
            register_sense(message)
        for name, kind in self.events.items():
            declare_event(name, kind)
        for name, about in self.channels.items():
            declare_channel(name, about)
        forget_checked()


@dataclass(frozen=True, slots=True)
class FittedSensor:
    """A package with the options that a body's file gives."""

    name: str
    package: SensorPackage
    options: Mapping[str, Any]

    def device(self) -> GuardedDevice | None:
        """What measures, made now; None where the package brings no device."""
        make = self.package.device
        if make is None:
            return None
        try:
            device = make(**self.options)
        except BaseException as error:
            device = _Unmade(_mistake(error))
        return GuardedDevice(self.name, device)


class GuardedDevice:
    """A device whose mistakes cost the pet that sense only.

    A sense with a value out of its bounds is left out, and a Trouble says so once: a journal that
    held it could not be replayed. Whatever else the device raises becomes an OSError, by which the
    loop leaves it out. That it waits again and again is said once.
    """

    def __init__(
        self, name: str, device: Sensor, seconds: Callable[[], float] | None = None
    ) -> None:
        """`seconds`: a clock that goes on while the device is asked; else the machine's."""
        self.name = name
        self._device = device
        self._bounds = _Bounds(name)
        self._seconds = seconds or RealClock().now
        self._slow: deque[float] = deque(maxlen=SLOW_POLLS)
        self._said_slow = False

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the device measured. What is out of bounds is dropped, and said once."""
        began = self._seconds()
        try:
            senses = self._bounds.within(fields_of_all(self._device.poll(now), "poll"), now)
        except BaseException as error:
            raise _mistake(error) from error
        return senses + self._slowness(self._seconds() - began, now)

    def _slowness(self, took: float, now: float) -> list[AnySense]:
        """A Trouble where this poll, which took so many s, is one too many that waited."""
        if took < SLOW_S or self._said_slow:
            return []
        self._slow.append(now)
        if len(self._slow) < SLOW_POLLS or now - self._slow[0] > SLOW_WITHIN_S:
            return []
        self._said_slow = True
        return [Trouble(at=now, part=self.name, message=SLOW.format(took))]

    def close(self) -> None:
        """Close the device, if there is something to close. A mistake in that is passed over: the
        pet ends, and what it has recorded is still to be said."""
        close = getattr(self._device, "close", None)
        if close is not None:
            try:
                close()
            except BaseException as error:
                _mistake(error)


class GuardedReader:
    """A reader whose mistakes cost the pet that sense only, as those of a device do: what it gives
    out of bounds is left out, and after whatever it raises it is not asked again."""

    def __init__(self, name: str, reader: SenseReader) -> None:
        self.name = name
        self._reader = reader
        self._left_out = False
        self._bounds = _Bounds(name)

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """What the reader makes of the senses, and a Trouble, once for each change, of what is
        wrong with it."""
        if self._left_out:
            return ()
        try:
            return self._bounds.within(fields_of_all(self._reader.read(senses, now), "read"), now)
        except BaseException as error:
            wrong = joined(str(_mistake(error)), LEFT_OUT)
            self._left_out = True
            return [Trouble(at=now, part=self.name, message=wrong)]


class _Unmade:
    """In place of a device or readers that could not be made."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def poll(self, now: float) -> Sequence[AnySense]:
        raise self._error

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        raise self._error


def _mistake(error: BaseException) -> OSError:
    """What an owner's code raised, of whatever kind, in words: also what is no Exception, such as
    asyncio's CancelledError or a panic in Rust. Raises Ctrl-C again, which is no mistake."""
    if ctrl_c.raised(error):
        raise error
    try:
        what = str(error) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
    except Exception:  # its text is an owner's code too
        what = type(error).__name__
    return OSError(utf8(what[:LONGEST_MISTAKE]))


def guarded_readers(name: str, package: SensorPackage, body: Body) -> list[GuardedReader]:
    """The readers of one pet that a package makes, each guarded."""
    try:
        readers: list[SenseReader] = list(package.readers(body))
    except BaseException as error:
        readers = [_Unmade(_mistake(error))]
    return [GuardedReader(name, reader) for reader in readers]


def fields_of_all(senses: Iterable[AnySense], giver: str) -> list[dict[str, Any]]:
    """The fields of each sense by name; `giver` is the function that gave them. Raises TypeError
    for what is no list of senses, ValueError for one that may have no end."""
    found: list[dict[str, Any]] = []
    for sense in senses:
        if not isinstance(sense, Sense):
            raise TypeError(f"{giver} gives senses, and not {sense!r:.60}")
        if len(found) == MOST_SENSES:
            raise ValueError(f"{giver} gives more than {MOST_SENSES} senses at once")
        found.append({name: getattr(sense, name) for name in sense.__dataclass_fields__})
    return found


class _Bounds:
    """Leaves out the senses of a part that no message may hold. It says of each field once what is
    wrong with it, until nothing was for WELL_AFTER_S."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._said: set[str] = set()
        self._last = float("-inf")

    def within(self, given: Sequence[Mapping[str, Any]], now: float) -> list[AnySense]:
        """The senses of such fields, and a Trouble for each change of what is wrong."""
        senses: list[AnySense] = []
        troubles = []
        room = MOST_BYTES
        for fields in given:
            try:
                sense, size = recordable(fields, room)
                room -= size
                senses.append(sense)
            except _Wrong as wrong:
                self._last = now
                if wrong.field not in self._said:
                    self._said.add(wrong.field)
                    troubles.append(str(wrong))
        if senses and self._said and now - self._last >= WELL_AFTER_S:
            self._said.clear()
            troubles.append("")
        return [*senses, *(Trouble(at=now, part=self._part, message=each) for each in troubles)]


class _Wrong(ValueError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def recordable(fields: Mapping[str, Any], room: int = MOST_BYTES) -> tuple[AnySense, int]:
    """The sense of such fields, and how many bytes a journal needs for it. Raises _Wrong where one
    is out of the bounds of its message, or no journal could hold it in `room` bytes."""
    size = 0
    for name, value in fields.items():
        if why := unrecordable(value):
            raise _Wrong(name, f"{name}: {why}")
        size += len(orjson.dumps(value))
        if size > room:
            raise _Wrong(name, f"{name}: with it more than {MOST_BYTES:,} bytes come at once")
    try:
        return sense_of(fields), size
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"] or (fields["kind"],)
        message = f"{place[-1]}: {first['msg']} (it is {first['input']!r:.60})"
        raise _Wrong(str(place[:2][-1]), message) from None


def unrecordable(value: object, depth: int = 0) -> str:
    """Why no journal can hold a value, or one within it; empty where it can."""
    if depth > MOST_DEPTH:
        return f"more than {MOST_DEPTH} lists within each other"
    inner: Iterable[object] = ()
    match value:
        case None | bool():
            return ""
        case float():
            return "" if isfinite(value) else f"{value} is no finite number"
        case int():
            wide = value.bit_length() > MOST_BITS
            return f"a whole number of more than {MOST_BITS} bits" if wide else ""
        case str():
            return "" if utf8(value) == value else f"{value!r:.60} is not UTF-8"
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                return "a name in a table is no text"
            inner = (*value.keys(), *value.values())
        case tuple() | list():
            inner = value
        case _:
            return f"a value of the type {type(value).__name__}, which JSON does not hold"
    return next(filter(None, (unrecordable(each, depth + 1) for each in inner)), "")


def load_package(name: str, folder: Path | None = None) -> SensorPackage:
    """Import the package of a sensor and introduce it; `folder` is searched last.

    Raises ValueError, with the nearest name, where there is none, or it cannot be used.
    """
    if folder is not None and folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))
    for module in (f"{SHIPPED_IN}.{name}", name):
        if not NAME.fullmatch(name):
            break
        try:
            package = getattr(import_module(module), "SENSOR", None)
        except ModuleNotFoundError as error:
            if module != error.name and not module.startswith(f"{error.name}."):
                raise ValueError(f"needs {error.name!r}, which is not installed") from error
            continue
        except BaseException as error:  # an owner's own code, at its import
            raise ValueError(f"cannot be imported: {_mistake(error)}") from error
        if not isinstance(package, SensorPackage):
            raise ValueError("the package holds no SENSOR (docs/add-a-sensor.md)")
        try:
            _check(package)
            package.introduce()
        except ValueError:
            raise
        except BaseException as error:
            what, *_ = str(_mistake(error)).splitlines()
            raise ValueError(f"cannot be used: {what}") from error
        return package
    raise ValueError(f"no sensor {name!r}{nearest(name, _names(folder))}")


def _check(package: SensorPackage) -> None:
    """Raises ValueError, or what Python or pydantic raises, for a package that is put together
    wrongly."""
    for name, kind in package.events.items():
        if not isinstance(kind, EventKind):
            raise ValueError(f"its event {name!r} is no EventKind, but {kind!r:.60}")
    if package.feelings is not None and not isinstance(package.feelings, Path):
        raise ValueError(f"its feelings are no Path, but {package.feelings!r:.60}")
    if package.device is not None and not callable(package.device):
        raise ValueError(f"its device is no class or function, but {package.device!r:.60}")
    options_of(package)
    for message in package.raw:
        TypeAdapter(message)


def _names(folder: Path | None) -> list[str]:
    """Sensors that a body's file may name: those that ship, and those in the folder."""
    shipped = Path(str(import_module(SHIPPED_IN).__file__)).parent
    places = [shipped] if folder is None else [shipped, folder]
    return sorted(path.parent.name for place in places for path in place.glob("*/__init__.py"))


def fit_sensors(
    file: str, texts: Mapping[str, str], folder: Path | None = None
) -> tuple[FittedSensor, ...]:
    """The sensors that a body's file names, loaded, with their options checked. `texts` holds the
    file and all that it extends.

    Raises Invalid at the line of the sensor or the option that is wrong.
    """
    fitted = []
    whole = overlay.compose(file, texts)
    for name, given in compose(file, texts, Body).sensors.items():
        place = ("sensors", name)
        try:
            package = load_package(name, folder)
        except ValueError as error:
            where = whole.locate(place)
            raise Invalid(where.file, where.line, f"{where.key}: {error}") from error
        locate = partial(_within, whole.locate, place)
        options = validate(given, options_of(package), locate)
        fitted.append(FittedSensor(name, package, dict(options)))
    return tuple(fitted)


def _within(locate: Locate, place: Where, where: Where) -> Located:
    return locate((*place, *where))


def options_of(package: SensorPackage) -> type[BaseModel]:
    """The options that a body's file may give a sensor: the parameters of its device. Raises
    ValueError for one without an annotation, and what Python or pydantic raises for a wrong one."""
    fields: dict[str, Any] = {}
    if package.device is not None:
        for name, parameter in signature(package.device, eval_str=True).parameters.items():
            if parameter.annotation is Parameter.empty:
                raise ValueError(f"the parameter {name!r} of its device has no annotation")
            if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
                raise ValueError(f"the parameter {name!r} of its device stands for any number")
            default = ... if parameter.default is Parameter.empty else parameter.default
            fields[name] = (parameter.annotation, default)
    return create_model("SensorOptions", __base__=StrictModel, **fields)
