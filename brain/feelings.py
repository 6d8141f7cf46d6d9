"""The pet's own feelings on four time scales: emotions flow between events, mood, drives and bond move at a beat once a second.

Beats and events lie on the pet's own clock, not on the loop's, and between them everything is a closed-form exponential: so the same events
give the same feelings at any tick rate. All that happens at one instant is appraised from the state before it, and so has no order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from moggy.brain.appraisals import Appraisals, Change, Rule, When
from moggy.brain.bonds import Bonds
from moggy.brain.drives import Drives
from moggy.brain.emotions import Emotions
from moggy.brain.enough import Enough, sensitivity
from moggy.brain.habituation import Habituation
from moggy.brain.mood import DIMENSIONS, MoodState, Pull
from moggy.messages import DRIVES, EMOTIONS, Affect, Event, Mood
from moggy.personality import Personality

BEAT = 1.0
"""Seconds between two beats."""
CARE = 0.8, 0.25, -0.45, 0.0
"""Where a distressed person draws the mood: strength; then warm and calm, whatever the pet felt before."""
NUDGE, NUDGE_FADES = 0.2, 60.0
"""The most that advice (the language model's) may add to a mood or a drive, and the seconds in which it fades to 37 %."""
WARY, DISLIKES = 0.3, 0.6
"""Below this trust a touch is liked less, at no trust by that much."""
EDGE = 0.1
"""Width over which a case fades outside of its range."""
REASONS, REMEMBERED_FOR = 5, 90.0
"""Events named as the cause of the feelings, and seconds in which such a reason fades to 37 %."""

_EMOTION = {name: i for i, name in enumerate(EMOTIONS)}
_DRIVE = {name: i for i, name in enumerate(DRIVES)}
_DIMENSION = {name: i for i, name in enumerate(DIMENSIONS)}
_AFFECTION = _EMOTION["affection"]


class _Sum:
    """What all events of one instant change."""

    __slots__ = ("bonds", "drives", "enough", "happened", "mood", "reasons", "stirs")

    def __init__(self) -> None:
        self.stirs: list[tuple[int, str, float, float]] = []
        self.mood: dict[int, float] = {}
        self.drives: dict[int, float] = {}
        self.bonds: dict[str, tuple[float, float]] = {}
        self.enough: list[tuple[float, float]] = []
        self.happened: list[tuple[tuple[str, str | None, str | None], Rule, float, float]] = []
        self.reasons: list[tuple[str, int]] = []


class Feelings:
    """`take` what happened at one instant, `flow` between instants, `beat` once a second, `publish` once a tick."""

    def __init__(self, appraisals: Appraisals, personality: Personality, bonds: Bonds) -> None:
        self.bonds = bonds
        self.emotions = Emotions(appraisals.emotions, personality.temperament)
        self.mood = MoodState(appraisals.mood, personality.temperament)
        self.drives = Drives(appraisals.drives, personality.temperament)
        self.enough = Enough(appraisals.enough, personality.temperament)
        self.habituation = Habituation()
        self._nudges: dict[str, float] = {}
        self._reasons: dict[str, tuple[int, float, float]] = {}
        self._because: tuple[int, ...] = ()
        self._appraisals, self._likes = appraisals, personality.likes_touch

    def adopt(self, appraisals: Appraisals, personality: Personality) -> None:
        """Another table, another character; the feelings carry on."""
        self._appraisals, self._likes = appraisals, personality.likes_touch
        self.emotions.adopt(appraisals.emotions, personality.temperament)
        self.mood.adopt(appraisals.mood, personality.temperament)
        self.drives.adopt(appraisals.drives, personality.temperament)
        self.enough.adopt(appraisals.enough, personality.temperament)
        self.bonds.adopt(appraisals.bond)

    def recall(self, mood: Mapping[str, float], drives: Mapping[str, float]) -> None:
        """Wake up in the mood and with the drives of before, where there are any."""
        self.mood.at = [_signed(mood.get(name, here)) for name, here in zip(DIMENSIONS, self.mood.at, strict=True)]
        self.drives.levels = [min(1.0, max(0.0, drives.get(n, here))) for n, here in zip(DRIVES, self.drives.levels, strict=True)]

    def take(self, events: Sequence[Event], now: float) -> None:
        """All that happened at this instant."""
        total = _Sum()
        for event in events:
            if event.name in ("nudged_up", "nudged_down"):
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

    def beat(self, now: float, hour: float, battery: float, distress: float) -> None:
        """Once a second: the slow feelings. `distress` 0..1 is that of the attended person, as far as it is sure."""
        pulls: list[Pull] = []
        emotions = self.emotions
        for i, level in enumerate(emotions.levels):
            if level > 1e-6:
                place = emotions.places[i]
                pulls.append((emotions.shares[i] * level * level, place[0], place[1], place[2]))
        if distress > 0.0:
            strength, pleasure, arousal, dominance = CARE
            pulls.append((strength * distress, pleasure, arousal, dominance))
            emotions.stir(_AFFECTION, "care", 0.7 * distress, 1.0 - math.exp(-BEAT / 4.0), now)
        self.mood.beat(BEAT, pulls)
        self.drives.beat(BEAT, hour, battery)
        for cause, emotion, level in self.drives.stirring():
            emotions.stir(emotion, cause, level * emotions.gains[emotion], 1.0 - math.exp(-BEAT / 20.0), now)
        self.bonds.beat(BEAT)
        if self._reasons:
            self._reasons = {
                key: reason for key, reason in self._reasons.items() if reason[2] * math.exp((reason[1] - now) / REMEMBERED_FOR) > 0.01
            }
            self._rank(now)

    def publish(self, person: str | None) -> Affect:
        """The feelings of this moment, with the bond to the person in the pet's attention."""
        shown = self.emotions.shown()
        places = self.emotions.places
        pleasure, arousal, dominance = self.mood.at
        drives = self.drives.levels
        if self._nudges:
            nudges = self._nudges
            pleasure = _signed(pleasure + nudges.get("pleasure", 0.0))
            arousal = _signed(arousal + nudges.get("arousal", 0.0))
            dominance = _signed(dominance + nudges.get("dominance", 0.0))
            drives = [min(1.0, max(0.0, level + nudges.get(name, 0.0))) for name, level in zip(DRIVES, drives, strict=True)]
        valence, activation = pleasure, arousal + 0.3 * (drives[0] - 0.5)
        for level, place in zip(shown, places, strict=True):
            if level:
                valence += level * place[0]
                activation += level * place[1]
        return Affect(
            emotions=dict(zip(EMOTIONS, shown, strict=True)),
            mood=Mood(pleasure=pleasure, arousal=arousal, dominance=dominance),
            drives=dict(zip(DRIVES, drives, strict=True)),
            bond=self.bonds.with_(person),
            enough=self.enough.level,
            valence=math.tanh(valence),
            arousal=math.tanh(activation),
            because=self._because,
        )

    def liking(self, zone: str | None, trust: float) -> float:
        """How the pet likes to be touched there by somebody it trusts so much, −1..1."""
        liked = 0.3 if zone is None else self._likes.get(zone, 0.0)
        return liked if trust >= WARY else max(-1.0, liked - DISLIKES * (WARY - trust) / WARY)

    def _appraise(self, event: Event, rule: Rule, now: float, total: _Sum) -> None:
        trust = self.bonds.trust(event.person)
        liking = self.liking(event.zone, trust)
        key = (event.name, event.zone, event.person)
        strength = min(1.0, max(0.0, event.strength)) * self.habituation.answer(key, rule, now)
        dose = max(0.0, event.dose)
        cause = f"{event.name} {event.zone or ''} {event.person or ''}"
        welcome, unwelcome = self._welcome(liking) if rule.touch else (1.0, 0.0)
        if welcome > 0.0:
            self._add(rule, rule, strength * welcome, dose, event, cause, total)
        if unwelcome > 0.0:
            self._add(rule, rule.disliked, strength * unwelcome, dose, event, f"{cause}!", total)
        for case in rule.also:
            weight = self._holds(case.when, event, trust, liking)
            if weight > 0.0:
                self._add(rule, case, strength * weight, dose, event, cause, total)
        if rule.enough:
            skin = sensitivity(liking) if rule.touch else 0.5 + 0.5 * event.strength
            total.enough.append((rule.enough * skin * dose, trust))
        total.happened.append((key, rule, dose, event.strength))
        total.reasons.append((cause, event.id))

    def _welcome(self, liking: float) -> tuple[float, float]:
        """How far a touch is bliss, and how far a nuisance: by the zone, the trust, and whether it is enough."""
        soured = self.enough.soured()
        welcome = min(1.0, max(0.0, (liking + 0.5) / 1.4)) * (1.0 - soured)
        return welcome, max(soured, min(1.0, max(0.0, -1.2 * liking)))

    def _add(self, rule: Rule, change: Change, scale: float, dose: float, event: Event, cause: str, total: _Sum) -> None:
        share = 1.0 - math.exp(-dose / rule.rise) if rule.ongoing else min(1.0, dose)
        emotions, pleasure = self.emotions, self.mood.at[0]
        for name, level in change.emotions.items():
            i = _EMOTION[name]
            congruent = 1.0 + self.mood.congruence * pleasure * emotions.places[i][0]
            total.stirs.append((i, cause, level * scale * emotions.gains[i] * congruent, share))
        by = scale * (dose / 60.0 if rule.ongoing else dose)
        for dimension, push in change.mood.items():
            d = _DIMENSION[dimension]
            total.mood[d] = total.mood.get(d, 0.0) + push * by
        for drive, push in change.drives.items():
            d = _DRIVE[drive]
            total.drives[d] = total.drives.get(d, 0.0) + push * by
        if event.person is not None and (change.trust or change.familiarity):
            trust, familiarity = total.bonds.get(event.person, (0.0, 0.0))
            total.bonds[event.person] = (trust + change.trust * by, familiarity + change.familiarity * by)

    def _holds(self, when: When, event: Event, trust: float, liking: float) -> float:
        """0..1: how far a case's condition holds now."""
        if (when.zone and event.zone not in when.zone) or (when.person and event.person not in when.person):
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
        return {"trust": trust, "liking": liking, "strength": event.strength, "enough": self.enough.level}[name]

    def _apply(self, total: _Sum, now: float) -> None:
        moved: dict[str, float] = {}
        for emotion, cause, level, share in total.stirs:
            held = self.emotions.stir(emotion, cause, level, share, now)
            plain = cause.rstrip("!")
            moved[plain] = moved.get(plain, 0.0) + held
        for d, push in total.mood.items():
            self.mood.push(d, max(-0.5, min(0.5, push)))
        for d, push in total.drives.items():
            self.drives.push(d, max(-1.0, min(1.0, push)))
        for person, (trust, familiarity) in total.bonds.items():
            self.bonds.move(person, trust, familiarity)
        for amount, trusted in total.enough:
            self.enough.add(amount, trusted, self.mood.at[0])
        for key, rule, dose, strength in total.happened:
            self.habituation.happened(key, rule, dose, strength, now)
        for cause, event in total.reasons:
            self._give_reason(cause, event, moved.get(cause, 0.0), now)
        self._rank(now)

    def _give_reason(self, cause: str, event: int, moved: float, now: float) -> None:
        old = self._reasons.get(cause)
        weight = moved if old is None else max(moved, old[2] * math.exp((old[1] - now) / REMEMBERED_FOR))
        if weight > 0.005:
            self._reasons[cause] = (event, now, weight)

    def _rank(self, now: float) -> None:
        strongest = sorted(self._reasons.values(), key=lambda r: -r[2] * math.exp((r[1] - now) / REMEMBERED_FOR))[:REASONS]
        self._because = tuple(event for event, _, _ in sorted(strongest, key=lambda r: (-r[1], -r[0])))

    def _nudge(self, event: Event) -> None:
        """Advice on one feeling: bounded however often it is given, and gone within minutes."""
        if event.zone in _DIMENSION or event.zone in _DRIVE:
            by = min(NUDGE, event.strength) * (1.0 if event.name == "nudged_up" else -1.0)
            self._nudges[event.zone] = max(-NUDGE, min(NUDGE, self._nudges.get(event.zone, 0.0) + by))


def _signed(x: float) -> float:
    return max(-1.0, min(1.0, x))
