"""The appraisal table: which event moves which feeling, by how much and for how long.

A designer writes it without code. Every number has bounds within which no table can make the
feelings run away or get stuck; `tests/unit/test_affect_bounds.py` tries random tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from moggy.body import StrictModel
from moggy.vocabulary import (
    DRIVES,
    EMOTIONS,
    SEEN_EVENTS,
    EventName,
    EvidenceChannel,
    GestureName,
    PersonClass,
    ZoneName,
)

Emotion = Literal[
    "joy",
    "contentment",
    "affection",
    "interest",
    "surprise",
    "fear",
    "anger",
    "disgust",
    "sadness",
    "loneliness",
]
Drive = Literal["energy", "company", "play", "comfort", "curiosity"]
Dimension = Literal["pleasure", "arousal", "dominance"]
DIMENSIONS: tuple[Dimension, ...] = ("pleasure", "arousal", "dominance")
Trait = Literal["neuroticism", "extraversion", "dominance", "impulsiveness", "agreeableness"]

DISTRESS: tuple[Emotion, ...] = ("fear", "anger", "disgust", "sadness", "loneliness")
"""What seeing a person's feeling may never stir: care, not mirroring."""


Amount = Annotated[float, Field(ge=0.0, le=1.0)]
Push = Annotated[float, Field(ge=-0.3, le=0.3)]
Signed = Annotated[float, Field(ge=-1.0, le=1.0)]
Span = tuple[float, float]
RETURNS: dict[Dimension, float] = {"pleasure": 2400.0, "arousal": 900.0, "dominance": 3600.0}
"""Seconds; where a table does not say."""


class Tendency(StrictModel):
    """One emotion: how easily it shows, how fast it comes and goes, where it lies, and how strongly
    it draws the mood."""

    threshold: Annotated[
        float,
        Field(
            ge=0.0, le=0.4, description="0..1; what stays below colours the mood but does not show"
        ),
    ] = 0.05
    attack: Annotated[
        float,
        Field(
            ge=0.05, le=3.0, description="seconds to 63 % of what stirs it; at most half of `decay`"
        ),
    ] = 0.4
    decay: Annotated[float, Field(ge=1.0, le=600.0, description="seconds to fade to 37 %")] = 20.0
    share: Annotated[
        float,
        Field(
            ge=0.0,
            le=2.0,
            description="how strongly it draws the mood to its place; 1 is `mood.draws`",
        ),
    ] = 1.0
    pleasure: Annotated[
        float, Field(ge=-1.0, le=1.0, description="its place: unpleasant −1 to pleasant 1")
    ] = 0.0
    arousal: Annotated[
        float, Field(ge=-1.0, le=1.0, description="its place: drowsy −1 to excited 1")
    ] = 0.0
    dominance: Annotated[
        float, Field(ge=-1.0, le=1.0, description="its place: giving way −1 to in command 1")
    ] = 0.0
    temperament: Annotated[
        dict[Trait, Signed],
        Field(
            description="trait → what a full trait adds to how far the emotion is stirred: "
            "0.5 is half as much again, −0.5 half as much less"
        ),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rises_before_it_falls(self) -> Tendency:
        if self.attack > 0.5 * self.decay:
            raise ValueError(
                f"attack {self.attack:g} s should be at most half of decay {self.decay:g} s"
            )
        return self


class MoodShape(StrictModel):
    """The mood: a slow point in pleasure, arousal and dominance, drawn by emotions and returning to
    the temperament."""

    returns: Annotated[
        dict[Dimension, Annotated[float, Field(ge=60.0, le=21600.0)]],
        Field(description="seconds to come back 63 % of the way to the temperament"),
    ] = RETURNS
    draws: Annotated[
        float,
        Field(
            ge=20.0,
            le=3600.0,
            description="seconds in which an emotion at full, with share 1, draws the mood 63 %",
        ),
    ] = 180.0
    temperament: Annotated[
        float, Field(ge=0.0, le=0.6, description="how far the temperament moves the mood's home")
    ] = 0.3
    congruence: Annotated[
        float,
        # Twice this is the gain of the loop mood → emotions → mood where pleasant and unpleasant
        # events balance: at most 0.8.
        Field(
            ge=0.0,
            le=0.4,
            description="how much a good mood strengthens pleasant emotions, "
            "and a bad mood unpleasant ones",
        ),
    ] = 0.2


class DriveShape(StrictModel):
    """One drive: it drains or fills by itself, is pleasant in the middle, and stirs emotions
    outside of it."""

    rests: Annotated[
        float, Field(ge=0.0, le=1.0, description="where it goes when nothing happens")
    ] = 0.3
    hours: Annotated[float, Field(ge=0.1, le=72.0, description="hours to go 63 % of the way")] = 4.0
    low: Annotated[float, Field(ge=0.0, le=0.45, description="below: too little")] = 0.3
    high: Annotated[float, Field(ge=0.55, le=1.0, description="above: too much")] = 0.8
    lacking: Annotated[
        dict[Emotion, Amount],
        Field(description="emotion → how far it is stirred when the drive is empty"),
    ] = Field(default_factory=dict)
    pleasant: Annotated[
        dict[Emotion, Amount],
        Field(description="emotion → how far it is stirred in the middle between low and high"),
    ] = Field(default_factory=dict)
    overfull: Annotated[
        dict[Emotion, Amount],
        Field(description="emotion → how far it is stirred when the drive is full"),
    ] = Field(default_factory=dict)
    night: Annotated[
        float, Field(ge=-0.5, le=0.5, description="what the middle of the night adds to `rests`")
    ] = 0.0
    hunger: Annotated[
        float, Field(ge=0.0, le=1.0, description="how much an empty battery takes from `rests`")
    ] = 0.0
    temperament: Annotated[
        dict[Trait, Signed],
        Field(description="trait → what a full trait adds to `rests`, a quarter of the number"),
    ] = Field(default_factory=dict)


class BondShape(StrictModel):
    """What is between the pet and a person: slow, and capped for each day."""

    trust: Annotated[float, Field(ge=0.0, le=1.0, description="trust in somebody new")] = 0.3
    gain: Annotated[
        float,
        Field(ge=0.01, le=0.5, description="the most trust or familiarity that one day can add"),
    ] = 0.12
    loss: Annotated[
        float, Field(ge=0.01, le=0.8, description="the most trust that one day can take")
    ] = 0.25
    forgives: Annotated[
        float,
        Field(
            ge=1.0, le=365.0, description="days to come back 63 % of the way to `trust`, or to fade"
        ),
    ] = 60.0
    strangers: Annotated[
        float,
        Field(
            ge=0.0, le=0.5, description="share of a change of trust that all strangers take part in"
        ),
    ] = 0.1


class EnoughShape(StrictModel):
    """Over-stimulation: it builds with touch and drains over one to three minutes, as practical
    texts on feline behaviour have it."""

    drains: Annotated[float, Field(ge=20.0, le=600.0, description="seconds to drain to 37 %")] = (
        90.0
    )
    trust: Annotated[float, Field(ge=0.0, le=1.0, description="how much full trust slows it")] = 0.8
    agreeableness: Annotated[
        float, Field(ge=0.0, le=1.0, description="how much a full trait slows it")
    ] = 0.5
    sours: Annotated[
        Span,
        Field(
            description="from, to: level of *enough* at which a liked touch begins to sour, "
            "and at which it is wholly unwelcome"
        ),
    ] = (
        0.45,
        0.95,
    )

    @model_validator(mode="after")
    def _ordered(self) -> EnoughShape:
        if not 0.1 <= self.sours[0] < self.sours[1] <= 1.0:
            raise ValueError("sours: from < to, both in 0.1..1, is what is needed")
        return self


class Channel(StrictModel):
    """One channel of evidence about a person: how much it errs, and how long it counts."""

    valence: Annotated[
        float,
        Field(
            ge=0.05,
            le=2.0,
            description="standard deviation of its error in valence, at full confidence",
        ),
    ] = 0.4
    arousal: Annotated[float, Field(ge=0.05, le=2.0, description="the same in arousal")] = 0.5
    lasts: Annotated[
        float, Field(ge=0.2, le=600.0, description="seconds after which a word of it weighs 37 %")
    ] = 5.0
    smooth: Annotated[
        float,
        Field(
            ge=0.0,
            le=10.0,
            description="seconds over which its samples are averaged; 0: each replaces the last",
        ),
    ] = 0.0
    classes: Annotated[
        float, Field(ge=0.0, le=1.0, description="weight of its class probabilities in the pool")
    ] = 0.6


class Guess(StrictModel):
    """What a gesture says about the one who makes it: broad, for people are told apart by touch at
    50–60 % at best (Hertenstein 2006)."""

    valence: Signed = 0.0
    arousal: Signed = 0.0
    confidence: Annotated[float, Field(ge=0.0, le=0.6)] = 0.3
    probabilities: dict[PersonClass, Amount] = Field(default_factory=dict)


class CaseCondition(StrictModel):
    """Where a case holds: zones, people, and ranges of state. Beyond a range it fades over 0.1."""

    zone: Annotated[list[ZoneName], Field(description="any of these zones; empty: everywhere")] = (
        Field(default_factory=list)
    )
    person: Annotated[list[str], Field(description="any of these people; empty: everybody")] = (
        Field(default_factory=list)
    )
    strength: Span | None = None
    liking: Annotated[
        Span | None, Field(description="how the pet likes the touched zone, −1..1")
    ] = None
    trust: Span | None = None
    familiarity: Span | None = None
    enough: Span | None = None
    pleasure: Annotated[Span | None, Field(description="of the mood, −1..1")] = None
    arousal: Annotated[Span | None, Field(description="of the mood, −1..1")] = None
    dominance: Annotated[Span | None, Field(description="of the mood, −1..1")] = None
    energy: Span | None = None
    company: Span | None = None
    play: Span | None = None
    comfort: Span | None = None
    curiosity: Span | None = None

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
        dict[Emotion, Amount],
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
    """More of it, where a condition holds."""

    when: CaseCondition


class Rule(Effect):
    """One event: what it changes, and how it wears off when repeated."""

    about: Annotated[str, Field(description="one sentence for people")] = ""
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
        Field(ge=0.0, le=1.0, description="how pleasant this touch is where it is wholly welcome"),
    ] = 0.0
    hurts: Annotated[
        float, Field(ge=0.0, le=1.0, description="how unpleasant this touch is wherever it lands")
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


class Appraisals(StrictModel):
    """All that the pet's feelings depend on beside its temperament."""

    about: str = ""
    emotions: dict[Emotion, Tendency]
    mood: MoodShape = MoodShape()
    drives: dict[Drive, DriveShape]
    bond: BondShape = BondShape()
    enough: EnoughShape = EnoughShape()
    channels: Annotated[
        dict[EvidenceChannel, Channel],
        Field(description="touch, face, posture, voice, words, thought"),
    ] = Field(default_factory=dict)
    gestures: Annotated[
        dict[GestureName, Guess], Field(description="gesture → what it says about the person")
    ] = Field(default_factory=dict)
    behaviors: Annotated[
        dict[str, dict[Drive, Push]],
        Field(
            description="id of a behaviour in the tree → drives that it fills or takes from while it "
            "runs, for each minute: exploring ends boredom"
        ),
    ] = Field(default_factory=dict)
    events: Annotated[dict[EventName, Rule], Field(description="event → what it changes")]

    @model_validator(mode="after")
    def _whole(self) -> Appraisals:
        for what, names, there in (
            ("emotions", EMOTIONS, self.emotions),
            ("drives", DRIVES, self.drives),
        ):
            missing = [name for name in names if name not in there]
            if missing:
                raise ValueError(f"{what}: {', '.join(missing)} is missing")
        for name in SEEN_EVENTS.values():
            rule = self.events.get(name)
            if rule is not None:
                for change in (rule, rule.disliked, *rule.also):
                    _never_mirrors(name, change)
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
        raise ValueError(
            f"'{first}' is {'no event' if not meant else 'one of ' + ', '.join(meant)}; "
            f"events: {', '.join(known)}"
        )
    step = rest.partition(".")[0]
    groups: dict[str, str] = {
        **dict.fromkeys(EMOTIONS, "emotions."),
        **dict.fromkeys(DIMENSIONS, "mood."),
        **dict.fromkeys(DRIVES, "drives."),
    }
    return f"events.{meant[0]}.{groups.get(step, '')}{rest}"


def _never_mirrors(name: str, change: Effect) -> None:
    mirrored = [emotion for emotion in DISTRESS if change.emotions.get(emotion, 0.0) > 0.0]
    if mirrored:
        raise ValueError(
            f"{name} may not stir {mirrored[0]}: "
            "the pet meets distress with care and does not mirror it"
        )
    if name != "surprise_seen" and name != "smiled_at" and change.mood.get("arousal", 0.0) > 0.0:
        raise ValueError(f"{name} may not raise the mood's arousal: distress is met calmly")
