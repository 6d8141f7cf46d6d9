"""What events change: from an event and its rule in the appraisal table to changes of the feelings.

All events of one instant are appraised from the state before it; their changes are gathered in an
`Instant` and applied together. So what happens at the same time has no order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from moggy.brain.affect.bonds import Bonds, Tastes
from moggy.brain.affect.drives import Drives
from moggy.brain.affect.emotions import Emotions
from moggy.brain.affect.habituation import Enough, Habituation, Key, sensitivity
from moggy.brain.affect.mood import MoodState
from moggy.brain.affect.reasons import Reasons
from moggy.brain.appraisals import Appraisals, CaseCondition, Effect, Rule
from moggy.messages import Event, EventCause, FeltTouch
from moggy.personality import Personality
from moggy.vocabulary import DIMENSIONS, DRIVES, EMOTIONS, ZoneName

WARY_BELOW = 0.3
"""Trust below which a touch is liked less. Our choice: the trust in somebody new (cat.yaml)."""
WARY_LOSS = 0.6
"""By how much the liking of a touch (−1..1) is lowered at no trust at all. Our choice: enough that
the back of an average cat (0.5) is then slightly disliked."""
UNZONED_LIKING = 0.3
"""Liking of an event that has no zone, such as being held in the arms."""
WELCOME_FROM = -0.5
"""Liking from which a touch begins to be welcome; it is wholly welcome at 0.9, as the head is."""
WELCOME_SPAN = 1.4
"""Liking from the first bit of welcome to wholly welcome."""
UNWELCOME_GAIN = 1.2
"""Unwelcome share of a touch for each unit of dislike: wholly unwelcome at −0.83."""
CASE_EDGE = 0.1
"""Width over which a case of a rule fades out beyond its range."""
LARGEST_MOOD_PUSH = 0.5
"""Of all events of one instant together, for each dimension of the mood."""

EMOTION_INDEX = {name: i for i, name in enumerate(EMOTIONS)}
DRIVE_INDEX = {name: i for i, name in enumerate(DRIVES)}
DIMENSION_INDEX = {name: i for i, name in enumerate(DIMENSIONS)}


class Stirring(NamedTuple):
    """An emotion to be stirred towards `level` (0..1), `share` of the way."""

    emotion: int
    cause: EventCause
    level: float
    share: float
    event: int


class Calming(NamedTuple):
    """−ln of what is left of an emotion's stirring, and by what."""

    depth: float
    cause: EventCause
    event: int


class Overstimulation(NamedTuple):
    """What one touch adds to *enough*, by somebody trusted so much."""

    amount: float
    trust: float
    cause: EventCause
    event: int


class TouchOutcome(NamedTuple):
    """How a touch went, from which a taste is learnt: welcome and unwelcome in 0..1."""

    person: str
    zone: str
    minutes: float
    welcome: float
    unwelcome: float


class Repetition(NamedTuple):
    """An event that wears or sharpens the answer to its like."""

    key: Key
    rule: Rule
    dose: float
    strength: float


class Instant:
    """All that the events of one instant change, before any of it is applied."""

    __slots__ = (
        "bonds",
        "calms",
        "causes",
        "drives",
        "enough",
        "happened",
        "mood",
        "stirs",
        "touches",
    )

    def __init__(self) -> None:
        self.calms: dict[int, Calming] = {}
        self.stirs: list[Stirring] = []
        self.mood: dict[int, float] = {}
        self.drives: dict[int, float] = {}
        self.bonds: dict[str, tuple[float, float]] = {}
        """Person → shares of trust and of familiarity."""
        self.enough: list[Overstimulation] = []
        self.happened: list[Repetition] = []
        self.touches: list[TouchOutcome] = []
        self.causes: list[tuple[EventCause, int]] = []
        """(cause, id of the event)."""


class Appraiser:
    """Applies the rules of the appraisal table to the parts of the feelings, which it shares with
    `Feelings`."""

    def __init__(
        self,
        appraisals: Appraisals,
        personality: Personality,
        *,
        emotions: Emotions,
        mood: MoodState,
        drives: Drives,
        bonds: Bonds,
        tastes: Tastes,
        habituation: Habituation,
        enough: Enough,
        reasons: Reasons,
    ) -> None:
        self._emotions, self._mood, self._drives = emotions, mood, drives
        self._bonds, self._tastes = bonds, tastes
        self._habituation, self._enough, self._reasons = habituation, enough, reasons
        self.touch: FeltTouch | None = None
        """The latest touch as it was felt."""
        self.adopt(appraisals, personality)

    def adopt(self, appraisals: Appraisals, personality: Personality) -> None:
        """Use another table and another character from now on."""
        self._rules, self._likes = appraisals.events, personality.likes_touch

    def take(self, events: Sequence[Event], now: float) -> None:
        """Appraise all events of this instant (`now`, s), then apply what they change."""
        total = Instant()
        for event in events:
            if event.takes_back:
                self._take_back(event, now, total)
            rule = self._rules.get(event.name)
            if rule is not None:
                self._appraise(event, rule, now, total)
        self._apply(total, now)

    def liking(self, zone: ZoneName | None, person: str | None, trust: float) -> float:
        """How the pet likes to be touched there by this person, whom it trusts so much; −1..1.

        The character's liking of the zone, plus what was learnt of this person's touch there, less
        what low trust takes away.
        """
        liked = UNZONED_LIKING
        if zone is not None:
            liked = min(1.0, self._likes.get(zone, 0.0) + self._tastes.of(person, zone))
        wary = max(0.0, WARY_BELOW - trust) / WARY_BELOW
        return max(-1.0, liked - WARY_LOSS * wary)

    def _appraise(self, event: Event, rule: Rule, now: float, total: Instant) -> None:
        trust = self._bonds.trust(event.person)
        liking = self.liking(event.zone, event.person, trust)
        key = (event.name, event.zone, event.person)
        force = min(1.0, max(0.0, event.strength))
        strength = force * self._habituation.answer(key, rule, now)
        dose = max(0.0, event.dose)
        cause = EventCause(event=event.name, zone=event.zone, person=event.person)
        welcome, unwelcome = self._welcome(liking) if rule.touch else (1.0, 0.0)
        if welcome > 0.0:
            self._add(rule, rule, strength * welcome, dose, event, cause, total)
        if unwelcome > 0.0:
            # A nuisance does not wear off: the force counts, not the habituated strength.
            nuisance = replace(cause, unwelcome=True)
            self._add(rule, rule.disliked, force * unwelcome, dose, event, nuisance, total)
        for case in rule.also:
            weight = self._holds(case.when, event, trust, liking)
            if weight > 0.0:
                self._add(rule, case, strength * weight, dose, event, cause, total)
        if event.zone is not None and event.name != "released":
            good = force * welcome * rule.pleases if rule.touch else 0.0
            bad = max(unwelcome, force * rule.hurts)
            self.touch = FeltTouch(
                at=event.at,
                event=event.name,
                zone=event.zone,
                liking=liking,
                good=good,
                bad=bad,
            )
        if rule.enough:
            skin = sensitivity(liking) if rule.touch else 0.5 + 0.5 * event.strength
            total.enough.append(Overstimulation(rule.enough * skin * dose, trust, cause, event.id))
        if event.zone is not None and event.person is not None and (rule.touch or rule.trust < 0.0):
            bad = unwelcome if rule.touch else 1.0
            minutes = dose / 60.0 if rule.ongoing else 0.5 * dose
            total.touches.append(
                TouchOutcome(event.person, event.zone, minutes, welcome * (1.0 - bad), bad)
            )
        total.happened.append(Repetition(key, rule, dose, event.strength))
        total.causes.append((cause, event.id))

    def _take_back(self, event: Event, now: float, total: Instant) -> None:
        """Undo what an event has stirred, and what it did to mood, drives and bond."""
        cause = EventCause(event=event.takes_back, person=event.person)
        misheard = EventCause(event=event.name, person=event.person)
        for emotion, by in self._emotions.take_back(cause, now):
            self._reasons.note(EMOTIONS[emotion], -by, misheard, event.id)
        self._reasons.take_back(cause)
        rule = self._rules.get(event.takes_back)
        if rule is not None:
            slow = rule.model_copy(update={"emotions": {}, "calms": {}})
            self._add(rule, slow, -event.strength, event.dose, event, misheard, total)

    def _welcome(self, liking: float) -> tuple[float, float]:
        """(welcome, unwelcome) share of a touch, 0..1 each: by liking, and by whether it is
        enough. A touch on skin that is liked a little is some of both."""
        soured = self._enough.soured()
        welcome = _unit((liking - WELCOME_FROM) / WELCOME_SPAN) * (1.0 - soured)
        return welcome, max(soured, _unit(-UNWELCOME_GAIN * liking))

    def _add(
        self,
        rule: Rule,
        effect: Effect,
        scale: float,
        dose: float,
        event: Event,
        cause: EventCause,
        total: Instant,
    ) -> None:
        """Note what an effect changes at this scale (0..1) and dose."""
        share = 1.0 - math.exp(-dose / rule.rise) if rule.ongoing else min(1.0, dose)
        emotions, pleasure = self._emotions, self._mood.at[0]
        for name, level in effect.emotions.items():
            i = EMOTION_INDEX[name]
            congruent = 1.0 + self._mood.congruence * pleasure * emotions.places[i][0]
            stirred = level * scale * emotions.gains[i] * congruent
            total.stirs.append(Stirring(i, cause, stirred, share, event.id))
        for name, part in effect.calms.items():
            i = EMOTION_INDEX[name]
            taken = part * min(1.0, scale)
            before = total.calms[i].depth if i in total.calms else 0.0
            total.calms[i] = Calming(before - dose * math.log(1.0 - taken), cause, event.id)
        by = scale * (dose / 60.0 if rule.ongoing else dose)
        note = self._reasons.note
        for dimension, push in effect.mood.items():
            d = DIMENSION_INDEX[dimension]
            total.mood[d] = total.mood.get(d, 0.0) + push * by
            note(f"mood.{dimension}", push * by, cause, event.id)
        for drive, push in effect.drives.items():
            d = DRIVE_INDEX[drive]
            total.drives[d] = total.drives.get(d, 0.0) + push * by
            note(f"drive.{drive}", push * by, cause, event.id)
        if event.person is not None and (effect.trust or effect.familiarity):
            trust, familiarity = total.bonds.get(event.person, (0.0, 0.0))
            total.bonds[event.person] = (
                trust + effect.trust * by,
                familiarity + effect.familiarity * by,
            )
            note("trust", effect.trust * by, cause, event.id)

    def _holds(self, when: CaseCondition, event: Event, trust: float, liking: float) -> float:
        """0..1: how far a case's condition holds now."""
        if when.zone and event.zone not in when.zone:
            return 0.0
        if when.person and event.person not in when.person:
            return 0.0
        weight = 1.0
        for name, low, high in when.ranges:
            value = self._state(name, event, trust, liking)
            outside = max(low - value, value - high)
            if outside > 0.0:
                weight *= max(0.0, 1.0 - outside / CASE_EDGE)
        return weight

    def _state(self, name: str, event: Event, trust: float, liking: float) -> float:
        """The number that a condition asks for by name."""
        if name in DIMENSION_INDEX:
            return self._mood.at[DIMENSION_INDEX[name]]
        if name in DRIVE_INDEX:
            return self._drives.levels[DRIVE_INDEX[name]]
        if name == "familiarity":
            return self._bonds.familiarity(event.person)
        given = {"trust": trust, "liking": liking, "strength": event.strength}
        return given.get(name, self._enough.level)

    def _apply(self, total: Instant, now: float) -> None:
        """Calm, then stir, then all that is slower; and say what moved what."""
        note = self._reasons.note
        for emotion, calming in total.calms.items():
            taken = self._emotions.calm(emotion, calming.depth)
            note(EMOTIONS[emotion], -taken, calming.cause, calming.event)
        moved: dict[EventCause, float] = {}
        for stirring in total.stirs:
            held = self._emotions.stir(*stirring[:4], now)
            note(EMOTIONS[stirring.emotion], held, stirring.cause, stirring.event)
            cause = stirring.cause
            if cause.unwelcome:
                cause = replace(cause, unwelcome=False)
            moved[cause] = moved.get(cause, 0.0) + held
        for d, push in total.mood.items():
            self._mood.push(d, max(-LARGEST_MOOD_PUSH, min(LARGEST_MOOD_PUSH, push)))
        for d, push in total.drives.items():
            self._drives.push(d, max(-1.0, min(1.0, push)))
        for person, (trust, familiarity) in total.bonds.items():
            self._bonds.move(person, trust, familiarity)
        for more in total.enough:
            before = self._enough.level
            self._enough.add(more.amount, more.trust, self._mood.at[0])
            note("enough", self._enough.level - before, more.cause, more.event)
        for outcome in total.touches:
            self._tastes.touched(*outcome)
        for again in total.happened:
            self._habituation.happened(*again, now)
        for cause, event in total.causes:
            self._reasons.give(cause, event, moved.get(cause, 0.0), now)
        self._reasons.rank(now)


def _unit(x: float) -> float:
    return max(0.0, min(1.0, x))
