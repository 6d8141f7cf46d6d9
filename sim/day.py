"""A day as a script in YAML: what simulated people do to the pet and when. `senses_of` turns it
into senses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from moggy.body import Body, StrictModel
from moggy.clock import RATE
from moggy.messages import Acceleration, AnySense, Battery, Face, Person, Setting, Touch, Words
from moggy.vocabulary import SettingName, nearest


class Stroke(StrictModel):
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


class Press(StrictModel):
    """A hand that rests, pats or hits in one place, once or several times."""

    pad: str = "back"
    pressure: Annotated[float, Field(gt=0.0, le=1.0)] = 0.4
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = 0.1
    times: Annotated[int, Field(ge=1, le=1000)] = 1
    pause: Annotated[float, Field(ge=0.0, le=60.0)] = 0.4


class DayLook(StrictModel):
    """A face that is seen for a while."""

    valence: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    arousal: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    confidence: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    looking: Annotated[float, Field(ge=0.0, le=1.0)] = 0.9
    seconds: Annotated[float, Field(gt=0.0, le=3600.0)] = 2.0


class Act(StrictModel):
    """One thing that happens, or several that begin at once."""

    at: Annotated[float, Field(ge=0.0, description="s since the day began")]
    who: str = "someone"
    stroke: Stroke | None = None
    press: Press | None = None
    face: DayLook | None = None
    say: str | None = None
    person: Literal["arrives", "leaves"] | None = None
    carry: Annotated[
        float | None, Field(gt=0.0, description="lifted, held for so many seconds, and put down")
    ] = None
    battery: Annotated[float | None, Field(ge=0.0, le=1.0)] = None
    setting: SettingName | None = None
    on: bool = True


class Day(StrictModel):
    """A script of what people do."""

    about: str = ""
    hour: Annotated[float, Field(ge=0.0, lt=24.0, description="time of day at second 0")] = 10.0
    seconds: Annotated[float, Field(gt=0.0, le=31 * 86_400.0, description="length, s")] = 60.0
    acts: tuple[Act, ...]


def senses_of(day: Day, body: Body) -> list[AnySense]:
    """The day as senses, in the order of their time. Raises ValueError for a pad that the body does
    not have."""
    return sorted(
        (sense for act in day.acts for sense in _play(act, body)), key=lambda sense: sense.at
    )


def _play(act: Act, body: Body) -> Iterator[AnySense]:
    at, who = act.at, act.who
    if act.person:
        yield Person(at=at, person=who, change=act.person)
    if act.say is not None:
        yield Words(at=at, person=who, text=act.say)
    if act.battery is not None:
        yield Battery(at=at, level=act.battery)
    if act.setting:
        yield Setting(at=at, name=act.setting, on=act.on)
    if act.face:
        yield from _looks(act.face, at, who)
    if act.stroke:
        yield from _strokes(act.stroke, at, body)
    if act.press:
        yield from _presses(act.press, at, body)
    if act.carry:
        yield from _carries(act.carry, at)


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
    way = [_place(body, pad) for pad in stroke.along]
    lengths = [math.dist(a, b) for a, b in itertools.pairwise(way)]
    seconds = max(sum(lengths) / stroke.speed, 0.4)
    for time in range(stroke.times):
        begin = at + time * (seconds + stroke.pause)
        samples = round(seconds * RATE)
        for n in range(samples):
            place = _along(way, lengths, sum(lengths) * n / samples)
            yield Touch(at=begin + n / RATE, position=place, pressure=stroke.pressure, area=0.3)
        yield Touch(at=begin + seconds, pressure=0.0)


def _along(
    way: list[tuple[float, float, float]], lengths: list[float], gone: float
) -> tuple[float, float, float]:
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
    place = _place(body, press.pad)
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


def _place(body: Body, pad: str) -> tuple[float, float, float]:
    if pad not in body.pads:
        known = nearest(pad, body.pads) or f"; there are {', '.join(body.pads)}"
        raise ValueError(f"unknown pad {pad!r}{known}")
    return body.pads[pad].at
