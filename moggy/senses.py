"""The senses: every message by which something comes in, and how scripts and journals read them.

Each is a frozen dataclass with a `kind`. `at` is seconds on the pet's clock; `id` is a number that
the pet gives, counting up. A sensor of your own registers its messages in the same way
(docs/add-a-sensor.md).

Units: seconds, metres, radians, g for acceleration. The body's frame: x forward, y left, z up,
origin on the ground under the chest. Valence and arousal lie in −1..1 (0 is neutral, calm is
negative arousal); probabilities, pressures and confidences in 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from moggy.printable import utf8
from moggy.vocabulary import (
    SOMEONE,
    Advisable,
    BoardState,
    BodyMotionName,
    Coming,
    EventName,
    EvidenceChannel,
    GestureName,
    GesturePhase,
    Intent,
    PersonClass,
    SettingName,
    ZoneName,
)

Unit: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0)]
Signed: TypeAlias = Annotated[float, Field(ge=-1.0, le=1.0)]
Probabilities: TypeAlias = Mapping[PersonClass, Unit]
Place: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """What a sensor, a worker or a script said at one moment. A subclass sets its own `kind`."""

    at: Annotated[float, Field(ge=0.0, description="seconds on the pet's clock")]
    id: Annotated[int, Field(ge=0, description="numbered by the pet; leave it out in files")] = 0
    kind: str
    """Names the message in scripts and journals."""


SENSES: Final[dict[str, type[Sense]]] = {}
"""Kind → message, of every sense that scripts, journals and the studio can read."""

SenseT = TypeVar("SenseT", bound=Sense)


def register_sense(message: type[SenseT]) -> type[SenseT]:
    """Make the `kind` of a frozen dataclass known in scripts and journals; also a class decorator.

    Raises ValueError where `kind` has no default, or is that of another message.
    """
    kind = message.__dataclass_fields__["kind"].default
    if not isinstance(kind, str):
        raise ValueError(f"{message.__name__}: needs a kind, as in kind: Literal['x'] = 'x'")
    other = SENSES.setdefault(kind, message)
    if other is not message:
        raise ValueError(
            f"{message.__module__}.{message.__name__}: the kind {kind!r} is that of "
            f"{other.__module__}.{other.__name__}"
        )
    return message


@cache
def adapter_of(messages: tuple[type[Sense], ...]) -> TypeAdapter[Any]:
    """Reads any of at least two messages by its `kind`, and gives their JSON schema."""
    any_of: Any = Annotated[reduce(or_, messages), Field(discriminator="kind")]
    return TypeAdapter(any_of)


def every_sense() -> TypeAdapter[Any]:
    """Reads a message of any registered kind."""
    return adapter_of(tuple(SENSES.values()))


def sense_of(data: Mapping[str, Any]) -> Sense:
    """The message that `data` spells, of any registered kind. Raises pydantic.ValidationError."""
    sense: Sense = every_sense().validate_python(data)
    return sense


class _ByKind:
    """Lets pydantic read a sense as the message of its `kind`, also of a kind registered later."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(sense_of)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(every_sense().core_schema)


AnySense: TypeAlias = Annotated[Sense, _ByKind()]
"""A sense of any registered kind."""


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Touch(Sense):
    """One sample of contact, 50 a second while it lasts: by zone, by pads, or by position.
    Pressure 0 ends the contact."""

    kind: Literal["touch"] = "touch"
    pressure: Unit = 0.0
    area: Annotated[float, Field(ge=0.0, le=1.0, description="share of a palm")] = 0.2
    zone: ZoneName | None = None
    pads: Mapping[str, Unit] | None = None
    position: Annotated[Place | None, Field(description="metres, body frame")] = None


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Gesture(Sense):
    """What a hand does, made from Touch: told when contact begins, about five times a second while
    it lasts, and at its end."""

    kind: Literal["gesture"] = "gesture"
    zone: ZoneName
    gesture: GestureName
    probabilities: Annotated[
        Mapping[GestureName, Unit],
        Field(description="over the eight gestures; empty: not measured"),
    ] = field(default_factory=dict)
    phase: GesturePhase = "during"
    pressure: Unit = 0.4
    peak: Annotated[
        float, Field(ge=0.0, le=1.0, description="highest pressure of this contact")
    ] = 0.4
    area: Unit = 0.2
    speed: Annotated[float, Field(ge=0.0, description="metres a second along the skin")] = 0.0
    duration: Annotated[float, Field(ge=0.0, description="seconds since this contact began")] = 0.0
    along_fur: Annotated[
        float, Field(ge=-1.0, le=1.0, description="1 head to tail, −1 against the fur")
    ] = 1.0
    confidence: Unit = 0.8
    because: tuple[int, ...] = ()


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Face(Sense):
    """A face. Measured: `blendshapes` (MediaPipe's 52) or `expression` (class probabilities of the
    packaged network); the reader adds the estimate, unless it is given."""

    kind: Literal["face"] = "face"
    person: str = SOMEONE
    valence: Signed | None = None
    arousal: Signed | None = None
    probabilities: Annotated[Probabilities | None, Field(description="over the seven classes")] = (
        None
    )
    blendshapes: Mapping[str, float] | None = None
    expression: Probabilities | None = None
    confidence: Unit | None = None
    looking: Annotated[
        float, Field(ge=0.0, le=1.0, description="how much the person looks at the pet")
    ] = 0.5
    bearing: Annotated[
        tuple[float, float] | None,
        Field(description="yaw (left +) and pitch (up +) of the face seen from the pet, rad"),
    ] = None
    distance: Annotated[float | None, Field(gt=0.0, description="metres")] = None


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Posture(Sense):
    """A person's body. Measured: `landmarks`, 33 × (x, y, z) or (x, y, z, visibility), in metres,
    as MediaPipe's pose world landmarks; the reader adds the estimate, unless it is given."""

    kind: Literal["posture"] = "posture"
    person: str = SOMEONE
    valence: Signed | None = None
    arousal: Signed | None = None
    engagement: Annotated[
        float | None, Field(ge=0.0, le=1.0, description="how much the body is turned to the pet")
    ] = None
    confidence: Unit | None = None
    landmarks: Annotated[
        tuple[Annotated[tuple[float, ...], Field(min_length=3, max_length=4)], ...] | None,
        Field(min_length=33, max_length=33),
    ] = None


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Sense):
    """A voice or a noise. Measured: level and pitch; the reader adds the estimate, unless it is
    given."""

    kind: Literal["voice"] = "voice"
    person: str = SOMEONE
    level: Annotated[
        float, Field(ge=-120.0, le=20.0, description="dB relative to full scale")
    ] = -60.0
    pitch: Annotated[float | None, Field(gt=0.0, description="Hz; none: unvoiced")] = None
    valence: Signed | None = None
    arousal: Signed | None = None
    probabilities: Probabilities | None = None
    confidence: Unit | None = None


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Sense):
    """What a person said or typed. The reader adds the estimate to the text, unless it is given."""

    kind: Literal["words"] = "words"
    person: str = SOMEONE
    text: str = ""
    length: Annotated[
        int | None,
        Field(ge=0, description="characters, set by the reader; journals keep it without the text"),
    ] = None
    lang: Annotated[
        str,
        Field(description="two letters, such as en, de or zh; empty, and en unsaid: it is found"),
    ] = "en"
    valence: Signed | None = None
    arousal: Signed | None = None
    probabilities: Probabilities | None = None
    intent: Intent | None = None
    to_pet: Annotated[
        Unit | None,
        Field(description="1 said to the pet, 0 of something else; none: nothing tells"),
    ] = None
    heard: Annotated[Unit | None, Field(description="how surely it was heard; none: typed")] = None
    confidence: Unit | None = None


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Thought(Sense):
    """A slow answer of the sentence embedding or the language model about earlier words. It may
    propose small changes of feelings, and command nothing.

    It is dropped after `expires`, and where something urgent happened since it was asked.
    """

    kind: Literal["thought"] = "thought"
    person: str = SOMEONE
    asked: Annotated[float, Field(ge=0.0, description="when the question was asked; s")]
    about: Annotated[int, Field(ge=0, description="id of the Words")] = 0
    expires: Annotated[float, Field(ge=0.0, description="moment after which it is dropped; s")]
    source: Annotated[str, Field(description="embedding, or the name of the model")] = "model"
    valence: Signed | None = None
    arousal: Signed | None = None
    probabilities: Probabilities | None = None
    intent: Intent | None = None
    to_pet: Annotated[Unit | None, Field(description="of the words; none: as read before")] = None
    confidence: Unit = 0.5
    nudges: Annotated[
        Mapping[Advisable, Signed],
        Field(description="proposed changes of the pet's mood or drives by name, each within ±0.2"),
    ] = field(default_factory=dict)
    milliseconds: Annotated[float, Field(ge=0.0, description="how long the answer took")] = 0.0


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration(Sense):
    """One sample of the accelerometer in the body, in g, at rest (0, 0, 1), and of the gyroscope,
    in rad/s."""

    kind: Literal["acceleration"] = "acceleration"
    x: float = 0.0
    y: float = 0.0
    z: float = 1.0
    gyro: Place = (0.0, 0.0, 0.0)


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class BodyMotion(Sense):
    """What happens to the body, made from Acceleration."""

    kind: Literal["motion"] = "motion"
    motion: BodyMotionName
    strength: Unit = 0.5
    confidence: Unit = 0.9
    because: tuple[int, ...] = ()


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Happening(Sense):
    """What a sensor's reader says has happened to the pet. It becomes the event of that name."""

    kind: Literal["happening"] = "happening"
    event: EventName
    zone: ZoneName | None = None
    person: Annotated[str | None, Field(description="who did it; none: nobody did")] = None
    strength: Annotated[float, Field(ge=0.0, le=1.0, description="how much of it")] = 1.0
    dose: Annotated[
        float,
        Field(
            ge=0.0,
            description="share of one whole event; of what goes on, seconds since the last message",
        ),
    ] = 1.0
    because: tuple[int, ...] = ()


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Impression(Sense):
    """What a sensor's reader says of how a person feels. It becomes evidence of its channel; a
    field that is None is not said."""

    kind: Literal["impression"] = "impression"
    channel: EvidenceChannel
    person: str = SOMEONE
    valence: Signed | None = None
    arousal: Signed | None = None
    probabilities: Probabilities | None = None
    confidence: Unit = 0.5
    because: tuple[int, ...] = ()


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Battery(Sense):
    """The battery as the board measures it, once a second."""

    kind: Literal["battery"] = "battery"
    level: Annotated[float, Field(ge=0.0, le=1.0, description="1 is full")]
    volts: Annotated[float | None, Field(ge=0.0)] = None
    charging: bool = False


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Person(Sense):
    """Somebody comes or goes."""

    kind: Literal["person"] = "person"
    person: str = SOMEONE
    change: Coming


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReport(Sense):
    """What the board says of itself: its state and that of the link, its joints, its faults."""

    kind: Literal["board"] = "board"
    state: BoardState
    joints: Annotated[
        Mapping[str, float], Field(description="rad, as the board drives them now")
    ] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Edited(Sense):
    """The new text of a designer's file that was saved while the pet lives. The pet takes it
    between two ticks; where it is wrong, it is refused and nothing changes."""

    kind: Literal["edited"] = "edited"
    file: Annotated[str, Field(description="as in the pet's files: personalities/shy.yaml")]
    text: str
    lives: Annotated[bool, Field(description="it is the pet's personality from now on")] = False


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Sense):
    """What the owner switches by hand: quiet hours, focus or lap mode, sending the pet away, the
    emergency stop."""

    kind: Literal["setting"] = "setting"
    name: SettingName
    on: bool = True


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime(Sense):
    """The machine's clock was set, or the pet woke with a wrong one: what time of day it is. It
    moves the hour that the pet goes by, never its own time."""

    kind: Literal["local_time"] = "local_time"
    hour: Annotated[float, Field(ge=0.0, lt=24.0, description="local time of day, 0..24")]


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class ClearFaults(Sense):
    """The owner has the board clear its faults. Those whose cause persists stay."""

    kind: Literal["clear_faults"] = "clear_faults"


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Forget(Sense):
    """The owner had somebody erased from the memory while the pet is awake; it forgets them too."""

    kind: Literal["forget"] = "forget"
    person: Annotated[str, Field(description="a name, or `all`: all that was learnt of anybody")]


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled(Sense):
    """The memory could be opened only while the pet lived, and this is what it holds. It goes
    before what the pet learnt of the same people since it woke; mood and drives stay."""

    kind: Literal["recalled"] = "recalled"
    remembered: Annotated[
        Mapping[str, Any], Field(description="as `moggy memory export` writes it")
    ]


@register_sense
@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Sense):
    """A part is missing or broken, or works again. It is said once for each change."""

    kind: Literal["trouble"] = "trouble"
    part: str
    message: Annotated[
        str, Field(description="what is wrong and what to do; empty: it works again")
    ]

    def __post_init__(self) -> None:
        """What is said of a file may hold a name that no journal could."""
        for name in ("part", "message"):
            object.__setattr__(self, name, utf8(getattr(self, name)))
