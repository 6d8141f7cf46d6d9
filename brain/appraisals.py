"""The appraisal table: which event moves which feeling, by how much and for how long.

A designer writes it without code. Every number has bounds within which no table can make the
feelings run away or get stuck; `tests/unit/test_affect_bounds.py` tries random tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from moggy.body import StrictModel
from moggy.brain.feeling_shapes import (
    BondShape,
    Bounds,
    Channel,
    DriveShape,
    EnoughShape,
    Guess,
    MoodShape,
    PresenceShape,
    Tendency,
)
from moggy.messages import Unit
from moggy.vocabulary import (
    DIMENSIONS,
    DRIVES,
    EMOTIONS,
    SEEN_EVENTS,
    TOLD_EVENTS,
    Dimension,
    Drive,
    Emotion,
    EventName,
    EvidenceChannel,
    GestureName,
    ZoneName,
    nearest,
)
from moggy.yaml_file import Misplaced

UNPLEASANT: tuple[Emotion, ...] = ("fear", "anger", "disgust", "sadness", "loneliness")
"""What seeing a person's feeling may never stir: care, not mirroring."""
AROUSING = frozenset(("surprise_seen", "smiled_at", "happiness_seen", "loved"))
"""The only events of seeing a feeling that may raise the mood's arousal."""
CARED_FOR = (*SEEN_EVENTS.values(), *TOLD_EVENTS.values(), "smiled_at", "loved")
"""Events of a person's feeling that is not held against the pet."""

Push = Annotated[float, Field(ge=-0.3, le=0.3)]


class CaseCondition(StrictModel):
    """Where a case holds: zones, people, and ranges of state. Beyond a range it fades over 0.1."""

    zone: Annotated[list[ZoneName], Field(description="any of these zones; empty: everywhere")] = (
        Field(default_factory=list)
    )
    person: Annotated[list[str], Field(description="any of these people; empty: everybody")] = (
        Field(default_factory=list)
    )
    strength: Bounds | None = None
    liking: Annotated[
        Bounds | None, Field(description="how the pet likes the touched zone, −1..1")
    ] = None
    trust: Bounds | None = None
    familiarity: Bounds | None = None
    enough: Bounds | None = None
    pleasure: Annotated[Bounds | None, Field(description="of the mood, −1..1")] = None
    arousal: Annotated[Bounds | None, Field(description="of the mood, −1..1")] = None
    dominance: Annotated[Bounds | None, Field(description="of the mood, −1..1")] = None
    energy: Bounds | None = None
    company: Bounds | None = None
    play: Bounds | None = None
    comfort: Bounds | None = None
    curiosity: Bounds | None = None

    @cached_property
    def ranges(self) -> tuple[tuple[str, float, float], ...]:
        """(name of the state, from, to) for each range that is given."""
        found = (
            (name, getattr(self, name))
            for name in type(self).model_fields
            if name not in ("zone", "person")
        )
        return tuple((name, span[0], span[1]) for name, span in found if span is not None)


class Effect(StrictModel):
    """What moves. For an event that goes on, drives, mood, trust and familiarity are per minute of
    it."""

    emotions: Annotated[
        dict[Emotion, Unit],
        Field(description="emotion → level to which the event stirs it, 0..1"),
    ] = Field(default_factory=dict)
    calms: Annotated[
        dict[Emotion, Annotated[float, Field(ge=0.0, le=0.95)]],
        Field(
            description="emotion → share that the event takes from whatever stirs it; "
            "for an event that goes on, each second"
        ),
    ] = Field(default_factory=dict)
    mood: Annotated[
        dict[Dimension, Push], Field(description="dimension → direct push, within ±0.3")
    ] = Field(default_factory=dict)
    drives: Annotated[
        dict[Drive, Push],
        Field(description="drive → share filled (of what is missing) or taken (of what is there)"),
    ] = Field(default_factory=dict)
    trust: Annotated[
        float, Field(ge=-0.1, le=0.1, description="share of what is missing, or of what is there")
    ] = 0.0
    familiarity: Annotated[float, Field(ge=0.0, le=0.1, description="share of what is missing")] = (
        0.0
    )


class Case(Effect):
    """What an event does besides where a condition holds."""

    when: CaseCondition


class Rule(Effect):
    """One event: what it changes, and how it wears off when repeated."""

    about: Annotated[
        str,
        Field(description="a remark for people; what the event is, moggy/vocabulary.py says"),
    ] = ""
    ongoing: Annotated[
        bool, Field(description="it goes on (a stroke) rather than happens (a pat)")
    ] = False
    rise: Annotated[
        float,
        Field(ge=0.1, le=30.0, description="seconds of an ongoing event to 63 % of the level"),
    ] = 1.5
    touch: Annotated[
        bool,
        Field(
            description="scale by how the zone is liked; `disliked` takes over where it is not, "
            "or when it is enough"
        ),
    ] = False
    pleases: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            description="how pleasant this touch is where it is wholly welcome: "
            "`touch.good` in the tree",
        ),
    ] = 0.0
    hurts: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            description="how unpleasant this touch is wherever it lands: `touch.bad` in the tree; "
            "what it does to feelings is `emotions`",
        ),
    ] = 0.0
    disliked: Annotated[
        Effect, Field(description="what happens instead where the touch is unwelcome")
    ] = Effect()
    also: Annotated[list[Case], Field(description="additions that hold in some states only")] = (
        Field(default_factory=list)
    )
    enough: Annotated[
        float,
        Field(
            ge=0.0,
            le=0.5,
            description="over-stimulation by one event, or one second of it, "
            "on the most sensitive skin, by somebody untrusted",
        ),
    ] = 0.0
    wears: Annotated[
        float,
        Field(
            ge=0.0,
            le=0.3,
            description="habituation: share of the answer lost at first, each time or each 3 s",
        ),
    ] = 0.0
    recovers: Annotated[
        float,
        Field(
            ge=10.0,
            le=86400.0,
            description="seconds for habituation or sensitisation to fade to 37 %",
        ),
    ] = 120.0
    sharpens: Annotated[
        float,
        Field(
            ge=0.0,
            le=0.5,
            description="sensitisation: what each time adds to the answer, up to double",
        ),
    ] = 0.0
    rouses: Annotated[
        float,
        Field(ge=0.0, le=1.0, description="how much it breaks the habituation to everything else"),
    ] = 0.0


class Doing(StrictModel):
    """What a behaviour does to the pet while it runs: exploring ends boredom, and play excites.
    Each drive is filled by a share of what is missing, or loses one of what is there, a minute."""

    energy: Push = 0.0
    company: Push = 0.0
    play: Push = 0.0
    comfort: Push = 0.0
    curiosity: Push = 0.0
    emotions: Annotated[
        dict[Emotion, Unit],
        Field(description="emotion → level to which doing it stirs it, 0..1"),
    ] = Field(default_factory=dict)

    @cached_property
    def drives(self) -> tuple[tuple[Drive, float], ...]:
        """(drive, push for each minute) of those that it moves."""
        pushes: list[tuple[Drive, float]] = [(name, getattr(self, name)) for name in DRIVES]
        return tuple([(name, push) for name, push in pushes if push])


class SensorFeelings(StrictModel):
    """What a sensor's package adds to the table."""

    events: Annotated[dict[EventName, Rule], Field(description="event → what it changes")] = Field(
        default_factory=dict
    )
    channels: Annotated[
        dict[EvidenceChannel, Channel], Field(description="channel → how much it errs")
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _caring(self) -> SensorFeelings:
        _check_care(self.events)
        return self


class Appraisals(StrictModel):
    """All that the pet's feelings depend on beside its temperament."""

    about: str = ""
    emotions: dict[Emotion, Tendency]
    mood: MoodShape = MoodShape()
    drives: dict[Drive, DriveShape]
    bond: BondShape = BondShape()
    enough: EnoughShape = EnoughShape()
    presence: PresenceShape = PresenceShape()
    channels: Annotated[
        dict[EvidenceChannel, Channel],
        Field(description="touch, face, posture, voice, words, thought"),
    ] = Field(default_factory=dict)
    gestures: Annotated[
        dict[GestureName, Guess], Field(description="gesture → what it says about the person")
    ] = Field(default_factory=dict)
    behaviors: Annotated[
        dict[str, Doing],
        Field(description="id of a behaviour in the tree → what it does to the pet while it runs"),
    ] = Field(default_factory=dict)
    events: Annotated[dict[EventName, Rule], Field(description="event → what it changes")]

    def over(self, feelings: Sequence[SensorFeelings]) -> Appraisals:
        """This table with the events and channels of sensors that it does not have itself; of two
        sensors the first counts."""
        if not feelings:
            return self
        events, channels = self.events, self.channels
        for sensor in feelings:
            events, channels = {**sensor.events, **events}, {**sensor.channels, **channels}
        return self.model_copy(update={"events": events, "channels": channels})

    @model_validator(mode="after")
    def _whole(self) -> Appraisals:
        for what, names, there in (
            ("emotions", EMOTIONS, self.emotions),
            ("drives", DRIVES, self.drives),
        ):
            missing = [name for name in names if name not in there]
            if missing:
                raise Misplaced(
                    f"{', '.join(missing)} is missing", at=(what,), needs=(what, missing[0])
                )
        _check_care(self.events)
        return self


def whole_key(key: str, events: Iterable[str]) -> str:
    """The place of a short key: `stroke.pleasure` is `events.stroked.mood.pleasure`. A whole key
    comes back as it is.

    Raises ValueError where no event, or more than one, is meant.
    """
    first, _, rest = key.partition(".")
    if first in Appraisals.model_fields:
        return key
    known = sorted(events)
    meant = [name for name in known if name == first] or [
        name for name in known if name.startswith(first)
    ]
    if len(meant) != 1 or not rest:
        if not meant:
            raise ValueError(f"{first!r} is no event{nearest(first, known)}")
        raise ValueError(f"{key!r} may mean {', '.join(meant)}; say EVENT.KEY")
    step = rest.partition(".")[0]
    groups: dict[str, str] = {
        **dict.fromkeys(EMOTIONS, "emotions."),
        **dict.fromkeys(DIMENSIONS, "mood."),
        **dict.fromkeys(DRIVES, "drives."),
    }
    return f"events.{meant[0]}.{groups.get(step, '')}{rest}"


def _check_care(events: Mapping[str, Rule]) -> None:
    """Raises Misplaced where seeing a person's feeling stirs what it must not."""
    for name in CARED_FOR:
        rule = events.get(name)
        if rule is not None:
            at = ("events", name)
            _never_mirrors(name, rule, at)
            _never_mirrors(name, rule.disliked, (*at, "disliked"))
            for n, case in enumerate(rule.also):
                _never_mirrors(name, case, (*at, "also", n))


def _never_mirrors(name: str, change: Effect, at: tuple[str | int, ...]) -> None:
    mirrored = [emotion for emotion in UNPLEASANT if change.emotions.get(emotion, 0.0) > 0.0]
    if mirrored:
        raise Misplaced(
            f"{name} may not stir {mirrored[0]}: "
            "the pet meets distress with care and does not mirror it",
            at=(*at, "emotions", mirrored[0]),
        )
    if name not in AROUSING and change.mood.get("arousal", 0.0) > 0.0:
        raise Misplaced(
            f"{name} may not raise the mood's arousal: distress is met calmly",
            at=(*at, "mood", "arousal"),
        )
