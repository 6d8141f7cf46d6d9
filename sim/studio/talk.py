"""The messages that the page may send over its websocket, and their checks."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from moggy.clock import FASTEST, LONGEST_SKIP_S, SLOWEST
from moggy.config import Invalid
from moggy.messages import Face, Person
from moggy.senses import Unit
from moggy.sim.studio.inbox import PageInputs
from moggy.vocabulary import SOMEONE, Coming

LONGEST_MESSAGE = 600_000
"""Bytes of one message; designers' files and camera frames are smaller."""
LONGEST_WORDS = 2000
"""Characters that may be said at once."""
LARGEST_PICTURE = 500_000
"""Bytes of one picture."""
SOUND_BEGINS = b"PCM\0"
"""The first bytes of a frame of sound."""
LONGEST_SOUND = 32_000
"""Bytes of sound in one frame: a second."""
JPEG_BEGINS = b"\xff\xd8\xff"
"""The first bytes of every JPEG file."""

MOST_STEPS = 3000
"""Ticks that may be stepped at once: a minute of the cat's time. Our choice."""

Coordinate: TypeAlias = Annotated[float, Field(ge=-2.0, le=2.0)]
"""m, in the body's frame."""


class PageMessage(BaseModel):
    """Frozen; unknown fields, infinities and NaN are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class HandSample(PageMessage):
    """One sample of a hand on the skin."""

    t: Annotated[float, Field(description="the browser's clock, s")]
    position: tuple[Coordinate, Coordinate, Coordinate]
    pressure: Unit
    area: Unit = 0.2


class TouchSaid(PageMessage):
    """A hand touches the cat; the samples since the last message."""

    type: Literal["touch"]
    samples: Annotated[list[HandSample], Field(max_length=500)]


class ReleaseSaid(PageMessage):
    """The hand has left the skin, or hands lift the cat or put it down."""

    type: Literal["release", "lift", "put_down"]


class HitSaid(PageMessage):
    """A slap."""

    type: Literal["hit"]
    position: tuple[Coordinate, Coordinate, Coordinate]
    strength: Unit = 0.7


class WordsSaid(PageMessage):
    """Words to the cat."""

    type: Literal["say"]
    text: str
    lang: Annotated[str, Field(max_length=8)] = ""


class FaceSaid(PageMessage):
    """The face that the sliders describe."""

    type: Literal["face"]
    valence: Annotated[float, Field(ge=-1.0, le=1.0)]
    arousal: Annotated[float, Field(ge=-1.0, le=1.0)]
    looking: Unit = 0.8


class PersonSaid(PageMessage):
    """Somebody comes or goes: without a name the user, who chose to be seen, or to be seen no
    more."""

    type: Literal["person"]
    change: Coming
    who: Annotated[str, Field(min_length=1, max_length=40)] = SOMEONE


class SettingSaid(PageMessage):
    """One of the owner's settings was switched."""

    type: Literal["setting"]
    name: Annotated[str, Field(max_length=40)]
    on: bool


class ReadSaid(PageMessage):
    """The editor asks for a file."""

    type: Literal["read"]
    file: Annotated[str, Field(max_length=200)]


class SaveSaid(PageMessage):
    """The editor saves a file."""

    type: Literal["save"]
    file: Annotated[str, Field(max_length=200)]
    text: Annotated[str, Field(max_length=400_000)]


class CharacterSaid(PageMessage):
    """The page asks what can be turned of the living personality."""

    type: Literal["character"]


class TurnSaid(PageMessage):
    """One number of the living personality is turned and saved."""

    type: Literal["turn"]
    key: Annotated[str, Field(max_length=200, description="as in its handle")]
    value: float


class BecomeSaid(PageMessage):
    """The pet becomes another character; or one of the owner's is deleted, or a shipped one is
    again as it was shipped."""

    type: Literal["become", "delete", "revert"]
    file: Annotated[str, Field(max_length=200)]


class NamedSaid(PageMessage):
    """A character is copied under another name, and the pet becomes that; or it is renamed."""

    type: Literal["copy", "rename"]
    file: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(max_length=40)]


class TreeSaid(PageMessage):
    """The page asks for the tree that lives."""

    type: Literal["tree"]


class BendSaid(PageMessage):
    """Some numbers of an option of the living tree are changed and saved."""

    type: Literal["bend"]
    id: Annotated[str, Field(max_length=40)]
    term: Annotated[
        int | None, Field(ge=0, description="which of its terms, from 0; None: the option itself")
    ] = None
    to: Annotated[
        dict[str, float], Field(min_length=1, max_length=8, description="key in the file → value")
    ]


class AddSaid(PageMessage):
    """One more behaviour is made from a template, and saved in the living tree."""

    type: Literal["add"]
    template: Annotated[str, Field(max_length=40)]
    id: Annotated[str, Field(max_length=40)]
    after: Annotated[
        str, Field(max_length=40, description="the behaviour behind which it stands; empty: last")
    ] = ""


class RanSaid(PageMessage):
    """The page asks what a behaviour did in this run."""

    type: Literal["ran"]
    id: Annotated[str, Field(max_length=40)]


class CoverageSaid(PageMessage):
    """The page asks what the living tree does at which event in which mood."""

    type: Literal["coverage"]


class ClearFaultsSaid(PageMessage):
    """The board is to clear its faults."""

    type: Literal["clear_faults"]


class TimeSaid(PageMessage):
    """The time of a simulated cat stops, or goes on; or the scene ends that is played."""

    type: Literal["pause", "resume", "end_scene"]


class StepSaid(PageMessage):
    """So many ticks are lived, and then its time stands still."""

    type: Literal["step"]
    ticks: Annotated[int, Field(ge=1, le=MOST_STEPS)] = 1


class SpeedSaid(PageMessage):
    """Its time goes slower or faster."""

    type: Literal["speed"]
    speed: Annotated[
        float, Field(ge=SLOWEST, le=FASTEST, description="s of its time in one of ours")
    ]


class SkipSaid(PageMessage):
    """So much time passes at once, as if nobody were there."""

    type: Literal["skip"]
    seconds: Annotated[float, Field(gt=0.0, le=LONGEST_SKIP_S)]


class HourSaid(PageMessage):
    """It is another time of day, without any time passing."""

    type: Literal["hour"]
    hour: Annotated[float, Field(ge=0.0, lt=24.0)]


class SceneSaid(PageMessage):
    """What people do in a day is played, from its hour on."""

    type: Literal["scene"]
    file: Annotated[str, Field(max_length=200, description="one of the hello's scenes")]


class ListenSaid(PageMessage):
    """The page wants the cat's sound, or wants it no more."""

    type: Literal["listen"]
    on: bool


class WatchSaid(PageMessage):
    """The page wants what the tree weighs, twice a second, or wants it no more."""

    type: Literal["watch"]
    on: bool


OfFiles: TypeAlias = (
    ReadSaid
    | SaveSaid
    | CharacterSaid
    | TurnSaid
    | BecomeSaid
    | NamedSaid
    | SceneSaid
    | TreeSaid
    | BendSaid
    | AddSaid
    | CoverageSaid
)
"""What takes its time."""
Anything: TypeAlias = Annotated[
    TouchSaid
    | ReleaseSaid
    | HitSaid
    | WordsSaid
    | FaceSaid
    | PersonSaid
    | SettingSaid
    | ClearFaultsSaid
    | ReadSaid
    | SaveSaid
    | CharacterSaid
    | TurnSaid
    | BecomeSaid
    | NamedSaid
    | TimeSaid
    | StepSaid
    | SpeedSaid
    | SkipSaid
    | HourSaid
    | SceneSaid
    | TreeSaid
    | BendSaid
    | AddSaid
    | RanSaid
    | CoverageSaid
    | ListenSaid
    | WatchSaid,
    Field(discriminator="type"),
]
_ANYTHING: TypeAdapter[Anything] = TypeAdapter(Anything)


def problem(message: str) -> dict[str, Any]:
    """The answer that reports an error."""
    return {"type": "error", "message": message}


def refused(file: str, message: str, line: int = 1) -> dict[str, Any]:
    """The answer to a file that was not read or saved."""
    return {"type": "refused", "file": file, "line": line, "message": message}


def understand(text: str | bytes) -> Anything | dict[str, Any]:
    """The message that `text` holds, or the answer that says what is wrong with it."""
    if len(text) > LONGEST_MESSAGE:
        return problem(f"a message of {len(text)} bytes; at most {LONGEST_MESSAGE} are read")
    try:
        return _ANYTHING.validate_python(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        return problem(f"not JSON: {error}")
    except ValidationError as error:
        first = error.errors()[0]
        return problem(f"{'.'.join(str(step) for step in first['loc'])}: {first['msg']}"[:300])


def frame(data: bytes, inputs: PageInputs) -> dict[str, Any] | None:
    """Pass a picture or sound on; else the answer that says what is wrong."""
    if data.startswith(SOUND_BEGINS):
        return sound(data[len(SOUND_BEGINS) :], inputs)
    return picture(data, inputs)


def sound(samples: bytes, inputs: PageInputs) -> dict[str, Any] | None:
    """Pass sound on, 16-bit samples at 16 kHz, if it is no more than a second; else the answer that
    says why not."""
    if len(samples) > LONGEST_SOUND or len(samples) % 2:
        return problem(f"the sound was not taken: at most {LONGEST_SOUND} bytes of 16-bit samples")
    if not inputs.hear(samples):
        return problem("the cat hears through its own microphone (--microphone), not this page's")
    return None


def picture(jpeg: bytes, inputs: PageInputs) -> dict[str, Any] | None:
    """Pass a picture on if it is a JPEG of an allowed size; else the answer that says so."""
    if len(jpeg) > LARGEST_PICTURE or not jpeg.startswith(JPEG_BEGINS):
        return problem(
            f"the picture was not taken: a JPEG of at most {LARGEST_PICTURE} bytes is expected"
        )
    inputs.show(jpeg)
    return None


def tell(said: Anything, inputs: PageInputs) -> dict[str, Any] | None:
    """Pass a message on to the pet; returns the answer, if there is one. ListenSaid, WatchSaid and
    RanSaid are left to the server."""
    try:
        return _told(said, inputs)
    except Invalid as error:
        file = getattr(said, "file", error.file)
        if error.file == file:
            return refused(file, error.message, error.line)
        return refused(file, str(error))


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
                    f"that was {len(said.text)} characters; the cat hears {LONGEST_WORDS} at most"
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
            inputs.sense(Person(at=0.0, person=said.who, change=said.change))
        case SettingSaid():
            inputs.setting(said.name, said.on)
        case ClearFaultsSaid():
            inputs.clear_faults()
        case TimeSaid():
            time = inputs.time()
            do = {"pause": time.clock.pause, "resume": time.clock.go_on}
            do.get(said.type, time.end_scene)()
        case StepSaid():
            inputs.time().clock.step(said.ticks)
        case SpeedSaid():
            inputs.time().clock.go_at(said.speed)
        case SkipSaid():
            inputs.time().clock.skip(said.seconds)
        case HourSaid():
            inputs.time().set_hour(said.hour)
        case SceneSaid():
            inputs.play(said.file)
        case ReadSaid():
            return {"type": "file", "file": said.file, "text": inputs.read(said.file)}
        case SaveSaid():
            inputs.save(said.file, said.text)
            return {"type": "saved", "file": said.file, "used": inputs.used()}
        case CharacterSaid():
            return {"type": "character", **inputs.character()}
        case TurnSaid():
            inputs.turn(said.key, said.value)
            return {"type": "character", **inputs.character()}
        case BecomeSaid():
            was = inputs.read(said.file) if said.type == "revert" else None
            inputs.arrange(said.type, said.file)
            return _arranged(inputs) | ({} if was is None else {"was": was})
        case NamedSaid():
            inputs.arrange(said.type, said.file, said.name)
            return _arranged(inputs)
        case TreeSaid():
            return {"type": "tree", **inputs.tree()}
        case BendSaid():
            inputs.bend(said.id, said.term, said.to)
            return {"type": "tree", **inputs.tree()}
        case AddSaid():
            inputs.add(said.template, said.id, said.after)
            return {"type": "tree", "added": said.id, **inputs.tree()}
        case CoverageSaid():
            return {"type": "coverage", **inputs.coverage()}
    return None


def _arranged(inputs: PageInputs) -> dict[str, Any]:
    """The answer to what may change which files there are, and which the pet is made of."""
    named = {"files": inputs.files(), "used": inputs.used()}
    return {"type": "character", **inputs.character(), **named}
