"""The shapes of feelings in the appraisal table: how emotions, mood, drives and bonds behave in
time, and how much each channel errs about a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from moggy.body import StrictModel
from moggy.messages import Signed, Unit
from moggy.vocabulary import Dimension, Emotion, PersonClass, Trait

Bounds = tuple[float, float]
"""Lowest and highest value."""
RETURNS: dict[Dimension, float] = {"pleasure": 2400.0, "arousal": 900.0, "dominance": 3600.0}
"""Seconds in which the mood returns, where a table does not say. Our choice: minutes to an hour."""


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
        dict[Emotion, Unit],
        Field(description="emotion → how far it is stirred when the drive is empty"),
    ] = Field(default_factory=dict)
    pleasant: Annotated[
        dict[Emotion, Unit],
        Field(description="emotion → how far it is stirred in the middle between low and high"),
    ] = Field(default_factory=dict)
    overfull: Annotated[
        dict[Emotion, Unit],
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
        Bounds,
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


class PresenceShape(StrictModel):
    """When somebody is there whose coming nobody told, and when they are gone again. Seconds."""

    face: Annotated[
        float, Field(ge=0.2, le=30.0, description="s for which a face is seen until it arrives")
    ] = 1.0
    voice: Annotated[float, Field(ge=0.0, le=30.0, description="s of a voice")] = 0.5
    touch: Annotated[
        float, Field(ge=0.0, le=30.0, description="s of a hand: a blow alone is no visit")
    ] = 0.3
    gap: Annotated[
        float,
        Field(ge=0.2, le=10.0, description="s that each may be lost for without starting over"),
    ] = 1.5
    leaves: Annotated[
        float, Field(ge=10.0, le=3600.0, description="s without any sign until somebody has left")
    ] = 180.0
    still: Annotated[
        float,
        Field(
            ge=5.0,
            le=600.0,
            description="s after which a face that neither moves nor blinks is a picture",
        ),
    ] = 20.0


class Guess(StrictModel):
    """What a gesture says about the one who makes it: broad, for people are told apart by touch at
    50–60 % at best (Hertenstein 2006)."""

    valence: Signed = 0.0
    arousal: Signed = 0.0
    confidence: Annotated[float, Field(ge=0.0, le=0.6)] = 0.3
    probabilities: dict[PersonClass, Unit] = Field(default_factory=dict)
