"""The pet's own feelings on four time scales: emotions flow between events, mood beats once a
second, drives and bond every five.

Beats and events lie on the pet's own clock, not on the loop's, and between them everything is a
closed-form exponential: so the same events give the same feelings at any tick rate. All that
happens at one instant is appraised from the state before it, and so has no order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from moggy.brain.affect.bonds import Bonds, Tastes
from moggy.brain.affect.drives import Drives
from moggy.brain.affect.emotions import Emotions
from moggy.brain.affect.habituation import Enough, Habituation, sensitivity
from moggy.brain.affect.instant import Instant
from moggy.brain.affect.mood import MoodState, Pull
from moggy.brain.affect.reasons import Reasons
from moggy.brain.appraisals import Appraisals, CaseCondition, Effect, Rule
from moggy.messages import Affect, Bond, Event, FeltTouch, Mood
from moggy.personality import Personality
from moggy.vocabulary import DIMENSIONS, DRIVES, EMOTIONS, Drive, ZoneName

BEAT_S = 1.0
"""Seconds between two beats of the mood."""
SLOW_BEATS = 5
"""Every how many beats the drives and the bonds move."""
CARE = 0.8, 0.25, -0.45, 0.0
"""Where a distressed person draws the mood: strength; then warm and calm, whatever the pet felt
before."""
URGE = 20.0
"""Seconds in which a drive that lacks or overflows stirs its emotions."""
NUDGE, NUDGE_FADES = 0.2, 60.0
"""The most that advice (the language model's) may add to a mood or a drive, and the seconds in
which it fades to 37 %."""
WARY, DISLIKES = 0.3, 0.6
"""Below this trust a touch is liked less, at no trust by that much."""
MOST_CALMED = 0.95
"""The most that one event can take from what stirs an emotion."""
NOTHING: Mapping[Drive, float] = {}
NOT_CALMED = 0.0, "", 0
EDGE = 0.1
"""Width over which a case fades outside of its range."""

_EMOTION = {name: i for i, name in enumerate(EMOTIONS)}
_DRIVE = {name: i for i, name in enumerate(DRIVES)}
_DIMENSION = {name: i for i, name in enumerate(DIMENSIONS)}
_AFFECTION = _EMOTION["affection"]


class Feelings:
    """`take` what happened at one instant, `flow` between instants, `beat` once a second, `publish`
    once a tick."""

    def __init__(
        self, appraisals: Appraisals, personality: Personality, bonds: Bonds, tastes: Tastes
    ) -> None:
        self.bonds, self.tastes = bonds, tastes
        self.emotions = Emotions(appraisals.emotions, personality.temperament)
        self.mood = MoodState(appraisals.mood, personality.temperament)
        self.drives = Drives(appraisals.drives, personality.temperament)
        self.enough = Enough(appraisals.enough, personality.temperament)
        self.habituation = Habituation()
        self.doing = ""
        """Id of the behaviour that runs; what the pet does fills its drives."""
        self._nudges: dict[str, float] = {}
        self._touch: FeltTouch | None = None
        self._reasons = Reasons()
        self._moved = True
        self._mood, self._drives = Mood(), dict.fromkeys(DRIVES, 0.5)
        self._bonds: dict[str | None, Bond] = {}
        self._last: Affect | None = None
        self._last_person: str | None = None
        self._appraisals, self._likes = appraisals, personality.likes_touch

    def adopt(self, appraisals: Appraisals, personality: Personality) -> None:
        """Another table, another character; the feelings carry on."""
        self._appraisals, self._likes = appraisals, personality.likes_touch
        self._moved = True
        self.emotions.adopt(appraisals.emotions, personality.temperament)
        self.mood.adopt(appraisals.mood, personality.temperament)
        self.drives.adopt(appraisals.drives, personality.temperament)
        self.enough.adopt(appraisals.enough, personality.temperament)
        self.bonds.adopt(appraisals.bond)

    def recall(self, mood: Mapping[str, float], drives: Mapping[str, float]) -> None:
        """Wake up in the mood and with the drives of before, where there are any."""
        self.mood.at = [
            _signed(mood.get(name, here))
            for name, here in zip(DIMENSIONS, self.mood.at, strict=True)
        ]
        self.drives.levels = [
            min(1.0, max(0.0, drives.get(n, here)))
            for n, here in zip(DRIVES, self.drives.levels, strict=True)
        ]

    def forget(self, person: str, attended: str, event: int) -> None:
        """Drop what was learnt of somebody; towards whoever is attended the bond may be another at
        once, and that is told."""
        before = self.bonds.with_(attended)
        for learnt in (self.bonds, self.tastes, self.habituation):
            learnt.forget(person)
        after = self.bonds.with_(attended)
        self._reasons.note("trust", after.trust - before.trust, "forgotten", event)
        self._reasons.note(
            "familiarity", after.familiarity - before.familiarity, "forgotten", event
        )
        self._moved = True

    def take(self, events: Sequence[Event], now: float) -> None:
        """All that happened at this instant."""
        self._moved = True
        total = Instant()
        for event in events:
            if event.name == "advised":
                self._nudge(event)
            else:
                rule = self._appraisals.events.get(event.name)
                if rule is not None:
                    self._appraise(event, rule, now, total)
        self._apply(total, now)

    def flow(self, dt: float) -> None:
        """`dt` seconds without an event."""
        self.emotions.flow(dt)
        self.enough.flow(dt)
        if self._nudges:
            fade = math.exp(-dt / NUDGE_FADES)
            self._nudges = {name: by * fade for name, by in self._nudges.items() if abs(by) > 1e-12}

    def beat(self, now: float, distress: float) -> None:
        """Once a second: the mood. `distress` 0..1 is that of the attended person, as far as it is
        sure."""
        self._moved = True
        pulls: list[Pull] = []
        emotions = self.emotions
        if emotions.awake:
            for i, level in enumerate(emotions.levels):
                if level > 1e-6:
                    place = emotions.places[i]
                    pulls.append((emotions.shares[i] * level * level, place[0], place[1], place[2]))
        if distress > 0.0:
            strength, pleasure, arousal, dominance = CARE
            pulls.append((strength * distress, pleasure, arousal, dominance))
            held = emotions.stir(
                _AFFECTION, "care", 0.7 * distress, 1.0 - math.exp(-BEAT_S / 4.0), now
            )
            self._reasons.note("affection", held, "care")
        self.mood.beat(BEAT_S, pulls)

    def slow_beat(self, now: float, hour: float, battery: float) -> None:
        """Every five seconds: the drives, what they stir, and the bonds."""
        seconds = SLOW_BEATS * BEAT_S
        for drive, push in self._appraisals.behaviors.get(self.doing, NOTHING).items():
            self.drives.push(_DRIVE[drive], push * seconds / 60.0)
        self.drives.beat(seconds, hour, battery)
        for cause, emotion, level in self.drives.stirring():
            held = self.emotions.stir(
                emotion,
                cause,
                level * self.emotions.gains[emotion],
                1.0 - math.exp(-seconds / URGE),
                now,
            )
            self._reasons.note(EMOTIONS[emotion], held, cause)
        self.bonds.beat(seconds)
        self._reasons.rank(now)

    def publish(self, person: str | None) -> Affect:
        """The feelings of this moment, with the bond to the person in the pet's attention."""
        last = self._last
        if (
            last is not None
            and not (self._moved or self._nudges or self.emotions.awake or self.enough.level)
            and self._last_person == person
        ):
            return last
        if self._moved:
            self._moved = False
            self._mood = Mood(
                pleasure=self.mood.at[0], arousal=self.mood.at[1], dominance=self.mood.at[2]
            )
            self._drives = dict(zip(DRIVES, self.drives.levels, strict=True))
            self._bonds.clear()
        bond = self._bonds.get(person)
        if bond is None:
            bond = self._bonds[person] = self.bonds.with_(person)
        mood, drives = (self._mood, self._drives) if not self._nudges else self._advised()
        emotions, valence, arousal = self.emotions.shown()
        self._last_person = person
        self._last = Affect(
            emotions=emotions,
            mood=mood,
            drives=drives,
            bond=bond,
            touch=self._touch,
            enough=self.enough.level,
            valence=math.tanh(mood.pleasure + valence),
            arousal=math.tanh(mood.arousal + arousal + 0.3 * (drives["energy"] - 0.5)),
            because=self._reasons.newest,
            stirred=self._reasons.told(),
        )
        self._moved = bool(self._last.stirred)  # and so the next one is another
        return self._last

    def _advised(self) -> tuple[Mood, dict[Drive, float]]:
        """Mood and drives with the advice of the moment on top."""
        by = self._nudges
        mood = Mood(
            pleasure=_signed(self._mood.pleasure + by.get("pleasure", 0.0)),
            arousal=_signed(self._mood.arousal + by.get("arousal", 0.0)),
            dominance=_signed(self._mood.dominance + by.get("dominance", 0.0)),
        )
        return mood, {
            name: min(1.0, max(0.0, level + by.get(name, 0.0)))
            for name, level in self._drives.items()
        }

    def liking(self, zone: ZoneName | None, person: str | None, trust: float) -> float:
        """How the pet likes to be touched there by somebody it trusts so much, −1..1."""
        liked = (
            0.3
            if zone is None
            else _signed(self._likes.get(zone, 0.0) + self.tastes.of(person, zone))
        )
        return liked if trust >= WARY else max(-1.0, liked - DISLIKES * (WARY - trust) / WARY)

    def _appraise(self, event: Event, rule: Rule, now: float, total: Instant) -> None:
        trust = self.bonds.trust(event.person)
        liking = self.liking(event.zone, event.person, trust)
        key = (event.name, event.zone, event.person)
        force = min(1.0, max(0.0, event.strength))
        strength = force * self.habituation.answer(key, rule, now)
        dose = max(0.0, event.dose)
        cause = f"{event.name} {event.zone or ''} {event.person or ''}"
        welcome, unwelcome = self._welcome(liking) if rule.touch else (1.0, 0.0)
        if welcome > 0.0:
            self._add(rule, rule, strength * welcome, dose, event, cause, total)
        if unwelcome > 0.0:
            # One gets used to what is pleasant, not to a nuisance.
            self._add(rule, rule.disliked, force * unwelcome, dose, event, f"{cause}!", total)
        for case in rule.also:
            weight = self._holds(case.when, event, trust, liking)
            if weight > 0.0:
                self._add(rule, case, strength * weight, dose, event, cause, total)
        if event.zone is not None and (rule.pleases or rule.hurts):
            self._touch = FeltTouch(
                at=event.at,
                zone=event.zone,
                liking=liking,
                good=force * welcome * rule.pleases if rule.touch else 0.0,
                bad=max(unwelcome, force * rule.hurts),
            )
        if rule.enough:
            skin = sensitivity(liking) if rule.touch else 0.5 + 0.5 * event.strength
            total.enough.append((rule.enough * skin * dose, trust, cause, event.id))
        if event.zone is not None and event.person is not None and (rule.touch or rule.trust < 0.0):
            bad = unwelcome if rule.touch else 1.0
            total.tastes.append(
                (
                    event.person,
                    event.zone,
                    dose / 60.0 if rule.ongoing else 0.5 * dose,
                    welcome * (1.0 - bad),
                    bad,
                )
            )
        total.happened.append((key, rule, dose, event.strength))
        total.reasons.append((cause, event.id))

    def _welcome(self, liking: float) -> tuple[float, float]:
        """How far a touch is bliss, and how far a nuisance: by the zone, the trust, and whether it
        is enough."""
        soured = self.enough.soured()
        welcome = min(1.0, max(0.0, (liking + 0.5) / 1.4)) * (1.0 - soured)
        return welcome, max(soured, min(1.0, max(0.0, -1.2 * liking)))

    def _add(
        self,
        rule: Rule,
        change: Effect,
        scale: float,
        dose: float,
        event: Event,
        cause: str,
        total: Instant,
    ) -> None:
        share = 1.0 - math.exp(-dose / rule.rise) if rule.ongoing else min(1.0, dose)
        emotions, pleasure = self.emotions, self.mood.at[0]
        for name, level in change.emotions.items():
            i = _EMOTION[name]
            congruent = 1.0 + self.mood.congruence * pleasure * emotions.places[i][0]
            total.stirs.append(
                (i, cause, level * scale * emotions.gains[i] * congruent, share, event.id)
            )
        for name, part in change.calms.items():
            i = _EMOTION[name]
            less = 1.0 - min(MOST_CALMED, part * min(1.0, scale)) if part * scale > 0.0 else 1.0
            total.calms[i] = (
                total.calms.get(i, NOT_CALMED)[0] - dose * math.log(less),
                cause,
                event.id,
            )
        by = scale * (dose / 60.0 if rule.ongoing else dose)
        note = self._reasons.note
        for dimension, push in change.mood.items():
            d = _DIMENSION[dimension]
            total.mood[d] = total.mood.get(d, 0.0) + push * by
            note(f"mood.{dimension}", push * by, cause, event.id)
        for drive, push in change.drives.items():
            d = _DRIVE[drive]
            total.drives[d] = total.drives.get(d, 0.0) + push * by
            note(f"drive.{drive}", push * by, cause, event.id)
        if event.person is not None and (change.trust or change.familiarity):
            trust, familiarity = total.bonds.get(event.person, (0.0, 0.0))
            total.bonds[event.person] = (
                trust + change.trust * by,
                familiarity + change.familiarity * by,
            )
            note("trust", change.trust * by, cause, event.id)

    def _holds(self, when: CaseCondition, event: Event, trust: float, liking: float) -> float:
        """0..1: how far a case's condition holds now."""
        if (when.zone and event.zone not in when.zone) or (
            when.person and event.person not in when.person
        ):
            return 0.0
        weight = 1.0
        for name, low, high in when.ranges:
            value = self._state(name, event, trust, liking)
            outside = max(low - value, value - high)
            if outside > 0.0:
                weight *= max(0.0, 1.0 - outside / EDGE)
        return weight

    def _state(self, name: str, event: Event, trust: float, liking: float) -> float:
        if name in _DIMENSION:
            return self.mood.at[_DIMENSION[name]]
        if name in _DRIVE:
            return self.drives.levels[_DRIVE[name]]
        if name == "familiarity":
            return self.bonds.familiarity(event.person)
        return {
            "trust": trust,
            "liking": liking,
            "strength": event.strength,
            "enough": self.enough.level,
        }[name]

    def _apply(self, total: Instant, now: float) -> None:
        note = self._reasons.note
        for emotion, (depth, cause, event) in total.calms.items():
            note(
                EMOTIONS[emotion],
                -self.emotions.calm(emotion, 1.0 - math.exp(-depth)),
                cause,
                event,
            )
        moved: dict[str, float] = {}
        for emotion, cause, level, share, event in total.stirs:
            held = self.emotions.stir(emotion, cause, level, share, now)
            note(EMOTIONS[emotion], held, cause, event)
            plain = cause.rstrip("!")
            moved[plain] = moved.get(plain, 0.0) + held
        for d, push in total.mood.items():
            self.mood.push(d, max(-0.5, min(0.5, push)))
        for d, push in total.drives.items():
            self.drives.push(d, max(-1.0, min(1.0, push)))
        for person, (trust, familiarity) in total.bonds.items():
            self.bonds.move(person, trust, familiarity)
        for amount, trusted, cause, event in total.enough:
            before = self.enough.level
            self.enough.add(amount, trusted, self.mood.at[0])
            note("enough", self.enough.level - before, cause, event)
        for touch in total.tastes:
            self.tastes.touched(*touch)
        for key, rule, dose, strength in total.happened:
            self.habituation.happened(key, rule, dose, strength, now)
        for cause, event in total.reasons:
            self._reasons.give(cause, event, moved.get(cause, 0.0), now)
        self._reasons.rank(now)

    def _nudge(self, event: Event) -> None:
        """Advice on one feeling: bounded however often it is given, and gone within minutes."""
        if event.feeling is not None:
            advised = self._nudges.get(event.feeling, 0.0) + event.by
            self._nudges[event.feeling] = max(-NUDGE, min(NUDGE, advised))
            self._reasons.note(event.feeling, event.by, "advice", event.id)


def _signed(x: float) -> float:
    return max(-1.0, min(1.0, x))
