"""The mind: what the senses mean, how the person feels, and how the pet feels.

Pure: the same senses give the same feelings to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moggy.brain.affect import BEAT_S, SLOW_BEATS, Bonds, Feelings, Tastes
from moggy.brain.appraisals import Appraisals
from moggy.brain.memory import Remembered
from moggy.brain.perception import Habits, Perception
from moggy.brain.person import Fusion, distress_of, published
from moggy.clock import DAY_S
from moggy.messages import Affect, AnySense, Event, Evidence, PersonEstimate, Recalled
from moggy.personality import Personality
from moggy.vocabulary import DIMENSIONS, DRIVES, EVERYBODY, NOBODY

__all__ = ["Mind", "Remembered"]

ESTIMATE_PERIOD_S = 0.1
"""Seconds between two estimates of the person while there is no new evidence."""


class Mind:
    """Call `perceive`, then `feel`, once a tick."""

    def __init__(
        self,
        appraisals: Appraisals,
        personality: Personality,
        *,
        hour: float,
        number: Callable[[], int],
        remembered: Remembered | None = None,
    ) -> None:
        known = remembered or Remembered()
        self._appraisals, self._personality = appraisals, personality
        self._perception = Perception(number, Habits(hour, known.arrivals, known.quiet))
        self._perception.adopt(appraisals)
        self.fusion = Fusion(appraisals.channels, known.people)
        bonds = Bonds(appraisals.bond, known.people, known.strangers)
        self.feelings = Feelings(appraisals, personality, bonds, Tastes(known.zones))
        self.feelings.recall(known.mood, known.drives)
        self._now: float | None = None
        self._beats = 0
        self._person = NOBODY
        self._day = known.day
        self._step = -1
        self._estimate: PersonEstimate | None = None

    def perceive(
        self, senses: Sequence[AnySense], now: float
    ) -> tuple[tuple[Event, ...], tuple[Evidence, ...]]:
        """(events, evidence) that the senses of this tick mean; `now` in seconds."""
        events, evidence = self._perception.perceive(senses, now)
        for event in events:
            if event.name == "forgotten" and event.person is not None:
                self._forget(event.person, event.id, now)
            elif event.name == "recalled":
                for sense in senses:
                    if isinstance(sense, Recalled) and sense.id in event.because:
                        self._recall(sense, event.id, now)
        return events, evidence

    def feel(
        self, events: Sequence[Event], evidence: Sequence[Evidence], now: float, dt: float
    ) -> tuple[PersonEstimate, Affect]:
        """Let the time since the last call pass, with what happened in it.

        `dt`, seconds, counts at the first call only: the time before it.
        """
        if self._now is None:
            self._now = max(0.0, now - dt)
            self._beats = int(self._now / BEAT_S + 1e-9)
        if events or evidence:
            self._happen(events, evidence, now)
        self._flow(now)
        return self._published(now)

    def did(self, behavior: str) -> None:
        """What the pet does from now on: it fills or takes from its drives."""
        self.feelings.doing = behavior

    def adopt(
        self, *, appraisals: Appraisals | None = None, personality: Personality | None = None
    ) -> None:
        """Use another table or character from the next tick on; the feelings carry on."""
        self._appraisals = appraisals or self._appraisals
        self._personality = personality or self._personality
        self.feelings.adopt(self._appraisals, self._personality)
        self.fusion.adopt(self._appraisals.channels)
        self._perception.adopt(self._appraisals)

    def remember(self) -> Remembered:
        """What to keep for the next life: people, mood, drives, likings and habits."""
        feelings, habits, now = self.feelings, self._perception.company.habits, self._now or 0.0
        people: dict[str, dict[str, float]] = {}
        for name, (trust, familiarity) in feelings.bonds.known().items():
            people[name] = {"trust": trust, "familiarity": familiarity}
        for name, somebody in self.fusion.people.items():
            people.setdefault(name, {}).update(valence=somebody.valence, arousal=somebody.arousal)
        return Remembered(
            day=self._day + now / DAY_S,
            people=people,
            strangers=feelings.bonds.strangers,
            mood=dict(zip(DIMENSIONS, feelings.mood.at, strict=True)),
            drives=dict(zip(DRIVES, feelings.drives.levels, strict=True)),
            zones=feelings.tastes.known(),
            arrivals={name: tuple(chances) for name, chances in habits.arrivals.items()},
            quiet=tuple(habits.quiet),
        )

    def _forget(self, person: str, event: int, now: float) -> None:
        """Drop what was learnt of a person, or of EVERYBODY. What is felt now stays and fades."""
        self.feelings.forget(person, self._attended(), event)
        self.fusion.forget(person)
        self._estimate = None
        if person == EVERYBODY:
            self._day = -now / DAY_S

    def _recall(self, sense: Recalled, event: int, now: float) -> None:
        """Know what an earlier life left, in place of what was learnt of the same people since; who
        came first while it was awake stays known. What is no snapshot is not taken."""
        try:
            known = Remembered.checked(sense.remembered)
        except ValueError:
            return
        self.feelings.recall_people(known, self._attended(), event)
        self.fusion.recall(known.people)
        self._perception.company.habits.recall(known.arrivals, known.quiet)
        self._estimate = None
        self._day = max(self._day, known.day - now / DAY_S)

    def _happen(self, events: Sequence[Event], evidence: Sequence[Evidence], now: float) -> None:
        """Take events and evidence in the order of their times, those of one instant together."""
        since = self._now or 0.0
        when = [min(now, max(since, event.at)) for event in events]
        when_said = [min(now, max(since, said.at)) for said in evidence]
        for at in sorted({*when, *when_said}):
            self._flow(at)
            for said, then in zip(evidence, when_said, strict=True):
                if then == at:
                    self.fusion.take(said)
                    self._estimate = None
                    if self._person == NOBODY:
                        self._person = said.person
            together = [event for event, then in zip(events, when, strict=True) if then == at]
            if together:
                self.feelings.take(together, at)

    def _flow(self, to: float) -> None:
        """Let time pass up to `to` (s), with every beat that lies in it."""
        here = self._now or 0.0
        while (beat := (self._beats + 1) * BEAT_S) <= to + 1e-9:
            if beat > here:
                self.feelings.flow(round(beat - here, 12))
                here = beat
            self._beats += 1
            self._beat(here)
        if to > here:
            self.feelings.flow(round(to - here, 12))
            here = to
        self._now = here

    def _beat(self, now: float) -> None:
        person = self._attended()
        distress = 0.0
        if person in self.fusion.people:
            self.fusion.learn(person, now, BEAT_S)
            estimate = self.fusion.estimate(person, now)
            distress = distress_of(estimate)
        self.feelings.beat(now, distress)
        if self._beats % SLOW_BEATS == 0:
            hour = self._perception.company.habits.hour(now)
            self.feelings.slow_beat(now, hour, self._perception.surroundings.battery_level)

    def _attended(self) -> str:
        attended = self._perception.attention.attended
        return self._person if attended == NOBODY else attended

    def _published(self, now: float) -> tuple[PersonEstimate, Affect]:
        """The estimate of the attended person and the pet's feelings.

        The estimate is renewed when there is evidence, and at fixed times of the pet's clock, so it
        does not depend on the tick rate.
        """
        person, step = self._attended(), int(now / ESTIMATE_PERIOD_S + 1e-6)
        if self._estimate is None or step != self._step or person != self._estimate.person:
            attention, at = self._perception.attention, step * ESTIMATE_PERIOD_S
            self._step = step
            self._estimate = published(
                person,
                self.fusion.estimate(person, at),
                attention.present(person, at),
                attention.looking(person, at),
                attention.bearing(person, at),
            )
        return self._estimate, self.feelings.publish(None if person == NOBODY else person)
