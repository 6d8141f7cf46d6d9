"""A day as a script in YAML: what simulated people do to the pet and when. `senses_of` turns it
into senses."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, Field, PrivateAttr, model_validator

from moggy.body import Body, StrictModel
from moggy.clock import RATE
from moggy.config import Invalid, compose, located
from moggy.messages import (
    Acceleration,
    AnySense,
    Battery,
    Face,
    Person,
    Place,
    Setting,
    Touch,
    Voice,
    Words,
)
from moggy.sense_file import LAST_MOMENT_S, LONGEST_LINE, BadScript
from moggy.sim.faults import Fault, FaultName
from moggy.sim.hands import blow, rubbing, shaking
from moggy.vocabulary import Coming, SettingName, nearest
from moggy.yaml_file import Located, validate

WRITE_A_DAY = "`moggy schema day` says what may stand in one, sim/days/demo.yaml is one"
"""How to get a day."""

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _InWords
else:

    class _InWords(type(BaseModel)):
        """Makes `moggy.Day(…)` in Python say what is wrong as a file's mistakes are said."""

        def __call__(cls, *values: object, **fields: object) -> Any:
            """Raises BadScript with the first mistake."""
            if values:
                known = ", ".join(f"{name}=…" for name in cls.model_fields)
                raise BadScript(f"{cls.__name__}: {values[0]!r:.80} has no name; write {known}")

            def place(where: Sequence[Any]) -> Located:
                return Located("", 0, ".".join(map(str, (cls.__name__, *where))))

            try:
                listed = {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}
                return validate(listed, cls, place)
            except Invalid as error:
                raise BadScript(error.message) from None


class DayPart(StrictModel, metaclass=_InWords):
    """A part of a day. It never changes."""

    def __setattr__(self, name: str, value: object) -> None:
        if not name.startswith("_"):
            what = type(self).__name__
            raise AttributeError(
                f"{name}: a {what} never changes; make another:"
                f" moggy.{what}(**{{**dict(old), {name!r}: {value!r:.80}}})"
            )
        super().__setattr__(name, value)


class Stroke(DayPart):
    """A hand that moves over pads, once or several times."""

    along: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="pads in the order that the hand passes them"),
    ] = (
        "neck",
        "shoulders",
        "back",
        "loin",
    )
    speed: Annotated[
        float, Field(gt=0.0, le=2.0, description="m/s; 0.03 feels best (Löken et al. 2009)")
    ] = 0.1
    pressure: Annotated[float, Field(gt=0.0, le=1.0)] = 0.35
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    pause: Annotated[float, Field(ge=0.0, le=60.0, description="s between two strokes")] = 0.3


class Press(DayPart):
    """A hand that rests, pats or pokes in one place, once or several times. The body stays at
    rest."""

    pad: str = "back"
    pressure: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = 0.1
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    pause: Annotated[float, Field(ge=0.0, le=60.0)] = 0.4


class Rub(DayPart):
    """Fingers that move to and fro in one place: they scratch, or lightly they tickle."""

    pad: str = "neck"
    pressure: Annotated[float, Field(gt=0.0, le=1.0, description="a tickle has 0.15")] = 0.5
    area: Annotated[float, Field(gt=0.0, le=1.0, description="share of a palm")] = 0.15
    rate: Annotated[float, Field(gt=0.0, le=10.0, description="Hz")] = 4.0
    reach: Annotated[float, Field(gt=0.0, le=0.05, description="m to each side")] = 0.015
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = 2.0


class Hit(DayPart):
    """A slap that jolts the body."""

    pad: str = "back"
    strength: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0


class Shake(DayPart):
    """Hands that shake the body from side to side."""

    strength: Annotated[float, Field(gt=0.0, le=4.0, description="g")] = 1.8
    rate: Annotated[float, Field(gt=0.0, le=10.0, description="Hz")] = 3.0
    seconds: Annotated[float, Field(gt=0.0, le=60.0)] = 1.5


class Sound(DayPart):
    """A voice, or a noise without pitch."""

    level: Annotated[
        float, Field(ge=-120.0, le=20.0, description="dBFS; speech in a room has about -30")
    ] = -30.0
    pitch: Annotated[float | None, Field(gt=0.0, description="Hz; none: a noise")] = None
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = 1.0


class DayLook(DayPart):
    """A face that is seen for a while."""

    valence: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    arousal: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    confidence: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    looking: Annotated[float, Field(ge=0.0, le=1.0)] = 0.9
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = 2.0


class DayFault(DayPart):
    """Something of the body breaks."""

    name: Annotated[FaultName, Field(description="what breaks (docs/wire.md)")]
    seconds: Annotated[
        float | None, Field(gt=0.0, le=LAST_MOMENT_S, description="how long; none: from then on")
    ] = None


DEEDS = (
    "stroke",
    "press",
    "rub",
    "hit",
    "shake",
    "face",
    "say",
    "sound",
    "person",
    "carry",
    "battery",
    "setting",
    "fault",
)
"""Keys of an act of which it has one or more."""


class Act(DayPart):
    """One thing that happens, or several that begin at once."""

    at: Annotated[float, Field(ge=0.0, le=LAST_MOMENT_S, description="s since the day began")]
    who: Annotated[str, Field(max_length=200)] = "someone"
    stroke: Stroke | None = None
    press: Press | None = None
    rub: Rub | None = None
    hit: Hit | None = None
    shake: Shake | None = None
    face: DayLook | None = None
    say: Annotated[str | None, Field(max_length=LONGEST_LINE // 2)] = None
    sound: Sound | None = None
    person: Coming | None = None
    carry: Annotated[
        float | None,
        Field(gt=0.0, le=3600.0, description="lifted, held for so many seconds, and put down"),
    ] = None
    battery: Annotated[float | None, Field(ge=0.0, le=1.0)] = None
    setting: SettingName | None = None
    on: bool = True
    fault: DayFault | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if all(getattr(self, name) is None for name in DEEDS):
            raise ValueError(f"nothing happens; give one of {', '.join(DEEDS)}")
        return self


class Day(DayPart):
    """A script of what people do."""

    about: str = ""
    hour: Annotated[float, Field(ge=0.0, lt=24.0, description="time of day at second 0")] = 10.0
    seconds: Annotated[float, Field(gt=0.0, le=LAST_MOMENT_S, description="length, s")] = 60.0
    acts: tuple[Act, ...]

    @model_validator(mode="after")
    def _has_time_for_all(self) -> Self:
        """A length that is given may cut the day short; the default must not."""
        if "seconds" in self.model_fields_set:
            return self
        late = next((n for n, act in enumerate(self.acts) if act.at >= self.seconds), None)
        if late is not None:
            raise ValueError(
                f"acts.{late} begins at {self.acts[late].at:g} s, when the day is over;"
                f" give seconds: more than {self.seconds:g}"
            )
        return self

    _file: tuple[str, Mapping[str, str]] | None = PrivateAttr(None)
    """Name and texts of the file that it was read from, for messages."""

    @classmethod
    def of_file(cls, name: str, texts: Mapping[str, str]) -> Self:
        """The file `name`, with all that it extends (`Files.texts`), as a day whose mistakes are
        told with file and line. Raises Invalid."""
        day = compose(name, texts, cls).model_copy()
        day._file = name, texts
        return day

    def place(self, *where: str | int) -> str:
        """How messages name a place of the day."""
        if self._file is not None:
            return located(*self._file, where)
        return ".".join(map(str, ("Day", *where)))


def senses_of(day: Day, body: Body) -> Iterator[AnySense]:
    """The senses of a day in the order of their time, each made when it is asked for. Raises
    BadScript at once for a pad that the body does not have."""
    for n, act in enumerate(day.acts):
        for name in ("press", "rub", "hit"):
            touch = getattr(act, name)
            if touch is not None:
                _check_pad(touch.pad, body, day, "acts", n, name, "pad")
        for k, pad in enumerate(act.stroke.along if act.stroke is not None else ()):
            _check_pad(pad, body, day, "acts", n, "stroke", "along", k)
    parts = (part for act in day.acts for part in _parts(act, body))
    return heapq.merge(*parts, key=lambda sense: sense.at)


def _check_pad(pad: str, body: Body, day: Day, *where: str | int) -> None:
    if pad not in body.pads:
        known = nearest(pad, body.pads) or f"; there are {', '.join(body.pads)}"
        raise BadScript(f"{day.place(*where)}: unknown pad {pad!r}{known}")


def _parts(act: Act, body: Body) -> Iterator[Iterable[AnySense]]:
    """What an act consists of, each part in the order of its time."""
    at, who = act.at, act.who
    if act.person:
        yield [Person(at=at, person=who, change=act.person)]
    if act.say is not None:
        yield [Words(at=at, person=who, text=act.say)]
    if act.battery is not None:
        yield [Battery(at=at, level=act.battery)]
    if act.setting:
        yield [Setting(at=at, name=act.setting, on=act.on)]
    if act.fault:
        yield [Fault(at=at, name=act.fault.name, seconds=act.fault.seconds)]
    if act.face:
        yield _looks(act.face, at, who)
    if act.stroke:
        yield _strokes(act.stroke, at, body)
    if act.press:
        yield _presses(act.press, at, body)
    if act.rub:
        rub = act.rub
        place = body.pads[rub.pad].at
        yield rubbing(at, place, rub.pressure, rub.area, rub.rate, rub.reach, rub.seconds)
    if act.hit:
        samples = blow(body.pads[act.hit.pad].at, act.hit.strength)
        yield [replace(sense, at=at + delay) for delay, sense in samples]
    if act.shake:
        yield shaking(at, act.shake.strength, act.shake.rate, act.shake.seconds)
    if act.sound:
        yield _sounds(act.sound, at, who)
    if act.carry:
        yield _carries(act.carry, at)


def _sounds(sound: Sound, at: float, who: str) -> Iterator[AnySense]:
    for n in range(max(1, round(sound.seconds * 10))):
        yield Voice(at=at + n / 10, person=who, level=sound.level, pitch=sound.pitch)


def _looks(look: DayLook, at: float, who: str) -> Iterator[AnySense]:
    for n in range(round(look.seconds * 10)):
        yield Face(
            at=at + n / 10,
            person=who,
            valence=look.valence,
            arousal=look.arousal,
            confidence=look.confidence,
            looking=look.looking,
            bearing=(0.2, 0.3),
        )


def _strokes(stroke: Stroke, at: float, body: Body) -> Iterator[AnySense]:
    way = [body.pads[pad].at for pad in stroke.along]
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(way)]
    seconds = max(sum(lengths) / stroke.speed, 0.4)
    for time in range(stroke.times):
        begin = at + time * (seconds + stroke.pause)
        samples = round(seconds * RATE)
        for n in range(samples):
            place = _along(way, lengths, sum(lengths) * n / samples)
            yield Touch(at=begin + n / RATE, position=place, pressure=stroke.pressure, area=0.3)
        yield Touch(at=begin + seconds, pressure=0.0)


def _along(way: list[Place], lengths: list[float], gone: float) -> Place:
    for (a, b), length in zip(itertools.pairwise(way), lengths, strict=True):
        if gone <= length and length > 0.0:
            share = gone / length
            return (
                a[0] + (b[0] - a[0]) * share,
                a[1] + (b[1] - a[1]) * share,
                a[2] + (b[2] - a[2]) * share,
            )
        gone -= length
    return way[-1]


def _presses(press: Press, at: float, body: Body) -> Iterator[AnySense]:
    place = body.pads[press.pad].at
    for time in range(press.times):
        begin = at + time * (press.seconds + press.pause)
        for n in range(max(1, round(press.seconds * RATE))):
            yield Touch(at=begin + n / RATE, position=place, pressure=press.pressure, area=0.3)
        yield Touch(at=begin + press.seconds, pressure=0.0)


def _carries(seconds: float, at: float) -> Iterator[AnySense]:
    """Acceleration in g: up within half a second, a little sway, and down softly."""
    count = round((seconds + 1.0) * RATE)
    for n in range(count):
        t = n / RATE
        push = 0.35 * math.sin(math.pi * t / 0.5) if t < 0.5 else 0.0
        if t > seconds + 0.5:
            push = (
                -0.3 * math.sin(math.pi * (t - seconds - 0.5) / 0.25)
                if t < seconds + 0.75
                else 0.5 * math.exp(-(t - seconds - 0.75) * 20)
            )
        sway = 0.06 * math.sin(2 * math.pi * 0.8 * t)
        yield Acceleration(
            at=at + t, x=sway, y=0.04 * math.cos(2 * math.pi * 0.6 * t) - 0.04, z=1.0 + push
        )
    yield Acceleration(at=at + count / RATE, x=0.0, y=0.0, z=1.0)
