"""What the page may say over its websocket, checked before anything of it reaches the pet."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from moggy.config import Invalid
from moggy.messages import Face, Person
from moggy.sim.studio.inbox import PageInputs

LONGEST_MESSAGE = 600_000
"""Bytes; a designer's file or a camera frame is smaller."""
LONGEST_WORDS = 2000
"""Characters that are taken as something said to a cat."""
LARGEST_PICTURE = 500_000
"""Bytes of one JPEG."""
JPEG_BEGINS = b"\xff\xd8\xff"

Coordinate: TypeAlias = Annotated[float, Field(ge=-2.0, le=2.0)]
Unit: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0)]


class PageWords(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sample(PageWords):
    t: Annotated[float, Field(description="the browser's clock, s")]
    position: tuple[Coordinate, Coordinate, Coordinate]
    pressure: Unit
    area: Unit = 0.2


class TouchSaid(PageWords):
    type: Literal["touch"]
    samples: Annotated[list[Sample], Field(max_length=500)]


class ReleaseSaid(PageWords):
    type: Literal["release", "lift", "put_down"]


class HitSaid(PageWords):
    type: Literal["hit"]
    position: tuple[Coordinate, Coordinate, Coordinate]
    strength: Unit = 0.7


class WordsSaid(PageWords):
    type: Literal["say"]
    text: str
    lang: Annotated[str, Field(max_length=8)] = "en"


class FaceSaid(PageWords):
    """The slider face."""

    type: Literal["face"]
    valence: Annotated[float, Field(ge=-1.0, le=1.0)]
    arousal: Annotated[float, Field(ge=-1.0, le=1.0)]
    looking: Unit = 0.8


class PersonSaid(PageWords):
    type: Literal["person"]
    change: Literal["arrives", "leaves"]


class SettingSaid(PageWords):
    type: Literal["setting"]
    name: Annotated[str, Field(max_length=40)]
    on: bool


class ReadSaid(PageWords):
    type: Literal["read"]
    file: Annotated[str, Field(max_length=200)]


class SaveSaid(PageWords):
    type: Literal["save"]
    file: Annotated[str, Field(max_length=200)]
    text: Annotated[str, Field(max_length=400_000)]


class ListenSaid(PageWords):
    type: Literal["listen"]
    on: bool


Anything: TypeAlias = Annotated[
    TouchSaid
    | ReleaseSaid
    | HitSaid
    | WordsSaid
    | FaceSaid
    | PersonSaid
    | SettingSaid
    | ReadSaid
    | SaveSaid
    | ListenSaid,
    Field(discriminator="type"),
]
_ANYTHING: TypeAdapter[Anything] = TypeAdapter(Anything)


def problem(message: str) -> dict[str, Any]:
    return {"type": "error", "message": message}


def understand(text: str | bytes) -> Anything | dict[str, Any]:
    """The message, or the error report to send back."""
    if len(text) > LONGEST_MESSAGE:
        return problem(f"a message of {len(text)} bytes; at most {LONGEST_MESSAGE} are read")
    try:
        return _ANYTHING.validate_python(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return problem(f"not JSON: {error}")
    except ValidationError as error:
        first = error.errors()[0]
        return problem(f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"[:300])


def picture(jpeg: bytes, inputs: PageInputs) -> dict[str, Any] | None:
    """Pass a camera frame on, if it looks like one."""
    if len(jpeg) > LARGEST_PICTURE or not jpeg.startswith(JPEG_BEGINS):
        return problem(
            f"the picture was not taken: a JPEG of at most {LARGEST_PICTURE} bytes is expected"
        )
    inputs.show(jpeg)
    return None


def tell(said: Anything, inputs: PageInputs) -> dict[str, Any] | None:
    """Do what was said; the answer to send back, if there is one. `listen` is the server's own
    affair."""
    try:
        return _told(said, inputs)
    except Invalid as error:
        return {"type": "refused", "file": error.file, "line": error.line, "message": error.message}


def _told(said: Anything, inputs: PageInputs) -> dict[str, Any] | None:
    match said:
        case TouchSaid():
            for sample in said.samples:
                inputs.touch(sample.position, sample.pressure, sample.area, page_time=sample.t)
        case ReleaseSaid():
            {"release": inputs.release, "lift": inputs.lift, "put_down": inputs.put_down}[
                said.type
            ]()
        case HitSaid():
            inputs.hit(said.position, said.strength)
        case WordsSaid():
            if len(said.text) > LONGEST_WORDS:
                return problem(
                    f"that was {len(said.text)} characters; a cat listens to {LONGEST_WORDS} at most"
                )
            if said.text.strip():
                inputs.say(said.text.strip(), said.lang)
        case FaceSaid():
            inputs.sense(
                Face(
                    at=0.0,
                    valence=said.valence,
                    arousal=said.arousal,
                    confidence=0.9,
                    looking=said.looking,
                )
            )
        case PersonSaid():
            inputs.sense(Person(at=0.0, change=said.change))
        case SettingSaid():
            inputs.setting(said.name, said.on)
        case ReadSaid():
            return {"type": "file", "file": said.file, "text": inputs.read(said.file)}
        case SaveSaid():
            inputs.save(said.file, said.text)
            return {"type": "saved", "file": said.file}
    return None
