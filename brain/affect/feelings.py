"""The pet's own feelings on four time scales: emotions, mood, drives and bonds.

Emotions change at every event and flow between events; the mood moves once a second, drives and
bonds every five seconds. Events and beats lie on the pet's own clock, not on the loop's, and
between them everything is a closed-form exponential: the same events give the same feelings at any
tick rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from moggy.brain.affect.appraise import DRIVE_INDEX, EMOTION_INDEX, Appraiser
from moggy.brain.affect.bonds import Bonds, Tastes
from moggy.brain.affect.drives import Drives
from moggy.brain.affect.emotions import Emotions
from moggy.brain.affect.habituation import Enough, Habituation
from moggy.brain.affect.mood import MoodState, Pull
from moggy.brain.affect.reasons import Reasons
from moggy.brain.appraisals import Appraisals, Doing
from moggy.brain.memory import Remembered
from moggy.messages import Affect, Bond, Event, EventCause, InnerCause, Mood
from moggy.personality import Personality
from moggy.vocabulary import DIMENSIONS, DRIVES, EMOTIONS, LARGEST_ADVICE, Advisable, Drive

BEAT_S = 1.0
"""Seconds between two beats of the mood."""
SLOW_BEATS = 5
"""Every how many beats the drives and the bonds move."""
CARE = Pull(strength=0.8, pleasure=0.0, arousal=-0.45, dominance=0.0)
"""Where a distressed person draws the mood: calm, and neither glad nor sad, whatever the pet felt
before."""
CARE_CAUSE = InnerCause(of="care")
"""What moves the concern for a distressed person."""
CARE_CONCERN = 0.7
"""Level of concern, 0..1, to which a person in full distress stirs the pet."""
CARE_RISE_S = 4.0
"""Seconds in which distress stirs that concern to 63 %."""
DOING_RISE_S = 4.0
"""Seconds in which what the pet does stirs its emotions to 63 %. Our choice."""
URGE_S = 20.0
"""Seconds in which a drive that lacks or overflows stirs its emotions to 63 %."""
ADVICE_FADES_S = 60.0
"""Seconds in which advice fades to 37 %."""
ENERGY_AROUSAL = 0.3
"""What full energy adds to the published arousal above the middle, and none takes away."""
FAINT_PULL = 1e-6
"""An emotion weaker than this does not draw the mood."""
_NOTHING = Doing()


class Feelings:
    """`take` what happened at one instant, `flow` between instants, `beat` once a second, `publish`
    once a tick."""

    def __init__(
        self, appraisals: Appraisals, personality: Personality, bonds: Bonds, tastes: Tastes
    ) -> None:
        temperament = personality.temperament
        self.bonds, self.tastes = bonds, tastes
        self.emotions = Emotions(appraisals.emotions, temperament)
        self.mood = MoodState(appraisals.mood, temperament)
        self.drives = Drives(appraisals.drives, temperament)
        self.enough = Enough(appraisals.enough, temperament)
        self.habituation = Habituation()
        self.doing = ""
        """Id of the behaviour that runs; what the pet does fills its drives and stirs emotions."""
        self._reasons = Reasons()
        self._appraiser = Appraiser(
            appraisals,
            personality,
            emotions=self.emotions,
            mood=self.mood,
            drives=self.drives,
            bonds=bonds,
            tastes=tastes,
            habituation=self.habituation,
            enough=self.enough,
            reasons=self._reasons,
        )
        self._behaviors = appraisals.behaviors
        self._advice: dict[Advisable, float] = {}
        self._moved = True
        self._mood: Mood
        self._drives: dict[Drive, float]
        self._bonds: dict[str | None, Bond] = {}
        self._last: Affect | None = None
        self._last_person: str | None = None

    def adopt(self, appraisals: Appraisals, personality: Personality) -> None:
        """Use another table and another character from now on; the feelings carry on."""
        temperament = personality.temperament
        self._behaviors = appraisals.behaviors
        self._appraiser.adopt(appraisals, personality)
        self.emotions.adopt(appraisals.emotions, temperament)
        self.mood.adopt(appraisals.mood, temperament)
        self.drives.adopt(appraisals.drives, temperament)
        self.enough.adopt(appraisals.enough, temperament)
        self.bonds.adopt(appraisals.bond)

    def recall(self, mood: Mapping[str, float], drives: Mapping[str, float]) -> None:
        """Begin with the mood (−1..1 each) and the drives (0..1 each) of before, where given."""
        self.mood.at = [
            _signed(mood.get(name, here))
            for name, here in zip(DIMENSIONS, self.mood.at, strict=True)
        ]
        self.drives.levels = [
            min(1.0, max(0.0, drives.get(name, here)))
            for name, here in zip(DRIVES, self.drives.levels, strict=True)
        ]

    def forget(self, person: str, attended: str, event: int) -> None:
        """Drop what was learnt of `person` (a name, or EVERYBODY).

        The bond to the `attended` person may change by it; that change is told with the id of the
        `event`.
        """
        before = self.bonds.with_(attended)
        for learnt in (self.bonds, self.tastes, self.habituation):
            learnt.forget(person)
        self._bond_moved("forgotten", before, attended, event)

    def recall_people(self, known: Remembered, attended: str, event: int) -> None:
        """Know these people and how their touch was, as an earlier life did; mood and drives stay.
        The rest is as with `forget`."""
        before = self.bonds.with_(attended)
        self.bonds.recall(known.people, known.strangers)
        self.tastes.recall(known.zones)
        self._bond_moved("recalled", before, attended, event)

    def _bond_moved(self, name: str, before: Bond, attended: str, event: int) -> None:
        """Tell by how much an event moved the bond to the attended person."""
        after = self.bonds.with_(attended)
        cause = EventCause(event=name)
        self._reasons.note("trust", after.trust - before.trust, cause, event)
        self._reasons.note("familiarity", after.familiarity - before.familiarity, cause, event)
        self._moved = True

    def take(self, events: Sequence[Event], now: float) -> None:
        """All that happened at this instant (`now`, s)."""
        self._moved = True
        for event in events:
            if event.feeling is not None:
                advised = self._advice.get(event.feeling, 0.0) + event.by
                self._advice[event.feeling] = max(-LARGEST_ADVICE, min(LARGEST_ADVICE, advised))
                cause = EventCause(event=event.name)
                self._reasons.note(event.feeling, event.by, cause, event.id)
        self._appraiser.take(events, now)

    def flow(self, dt: float) -> None:
        """Let `dt` seconds pass in which nothing happened."""
        self.emotions.flow(dt)
        self.enough.flow(dt)
        if self._advice:
            fade = math.exp(-dt / ADVICE_FADES_S)
            self._advice = {name: by * fade for name, by in self._advice.items() if abs(by) > 1e-12}

    def beat(self, now: float, distress: float) -> None:
        """Move the mood, and what its own doing stirs, once a second.

        `distress`, 0..1, is that of the attended person, as far as the estimate is sure.
        """
        self._moved = True
        pulls: list[Pull] = []
        emotions = self.emotions
        if emotions.awake:
            for level, share, place in zip(
                emotions.levels, emotions.shares, emotions.places, strict=True
            ):
                if level > FAINT_PULL:
                    pulls.append(Pull(share * level * level, *place))
        if distress > 0.0:
            pulls.append(CARE._replace(strength=CARE.strength * distress))
            share = 1.0 - math.exp(-BEAT_S / CARE_RISE_S)
            concern = EMOTION_INDEX["concern"]
            self._stir(concern, CARE_CAUSE, CARE_CONCERN * distress, share, now)
        stirred = self._behaviors.get(self.doing, _NOTHING).emotions
        if stirred:
            cause = InnerCause(of="doing", behavior=self.doing)
            share = 1.0 - math.exp(-BEAT_S / DOING_RISE_S)
            for name, wanted in stirred.items():
                i = EMOTION_INDEX[name]
                self._stir(i, cause, wanted * emotions.gains[i], share, now)
        self.mood.beat(BEAT_S, pulls)

    def _stir(
        self, emotion: int, cause: InnerCause, level: float, share: float, now: float
    ) -> None:
        """Stir an emotion from within, and note by how much."""
        held = self.emotions.stir(emotion, cause, level, share, now)
        self._reasons.note(EMOTIONS[emotion], held, cause)

    def slow_beat(self, now: float, hour: float, battery: float) -> None:
        """Move drives and bonds, every five seconds.

        `hour`: local time of day, 0..24; `battery`: its charge, 0..1.
        """
        seconds = SLOW_BEATS * BEAT_S
        for drive, push in self._behaviors.get(self.doing, _NOTHING).drives:
            self.drives.push(DRIVE_INDEX[drive], push * seconds / 60.0)
        self.drives.beat(seconds, hour, battery)
        share = 1.0 - math.exp(-seconds / URGE_S)
        for cause, emotion, level in self.drives.stirring():
            self._stir(emotion, cause, level * self.emotions.gains[emotion], share, now)
        self.bonds.beat(seconds)
        self._reasons.rank(now)

    def publish(self, person: str | None) -> Affect:
        """The feelings of this moment, with the bond to the person in the pet's attention."""
        last = self._last
        changing = self._moved or self._advice or self.emotions.awake or self.enough.level
        if last is not None and not changing and self._last_person == person:
            return last
        if self._moved:
            self._refresh()
        bond = self._bonds.get(person)
        if bond is None:
            bond = self._bonds[person] = self.bonds.with_(person)
        mood, drives = self._advised() if self._advice else (self._mood, self._drives)
        emotions, valence, arousal = self.emotions.shown()
        energy = ENERGY_AROUSAL * (drives["energy"] - 0.5)
        self._last_person = person
        self._last = Affect(
            emotions=emotions,
            mood=mood,
            drives=drives,
            bond=bond,
            touch=self._appraiser.touch,
            enough=self.enough.level,
            valence=math.tanh(mood.pleasure + valence),
            arousal=math.tanh(mood.arousal + arousal + energy),
            because=self._reasons.newest,
            stirred=self._reasons.told(),
        )
        self._moved = bool(self._last.stirred)  # they are told once: the next Affect is another
        return self._last

    def _refresh(self) -> None:
        """Read the slow feelings again."""
        pleasure, arousal, dominance = self.mood.at
        self._mood = Mood(pleasure=pleasure, arousal=arousal, dominance=dominance)
        self._drives = dict(zip(DRIVES, self.drives.levels, strict=True))
        self._bonds.clear()

    def _advised(self) -> tuple[Mood, dict[Drive, float]]:
        """Mood and drives with the advice of the moment on top, within their ranges."""
        by = self._advice
        mood = Mood(
            pleasure=_signed(self._mood.pleasure + by.get("pleasure", 0.0)),
            arousal=_signed(self._mood.arousal + by.get("arousal", 0.0)),
            dominance=_signed(self._mood.dominance + by.get("dominance", 0.0)),
        )
        return mood, {
            name: min(1.0, max(0.0, level + by.get(name, 0.0)))
            for name, level in self._drives.items()
        }


def _signed(x: float) -> float:
    return max(-1.0, min(1.0, x))
