"""What the page gets of a tick: the state, the news, and a history for the plots."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from moggy.board_faults import in_words
from moggy.messages import (
    Affect,
    BoardReport,
    Decision,
    Event,
    PersonEstimate,
    Purr,
    Tick,
    Trouble,
)
from moggy.shown_tree import TreeNow, WeighedNow
from moggy.sim.bent_time import BentTime
from moggy.sim.studio import api

SHOWN_SCORES = 8
"""Scores of the selector that are sent, the best first."""
HISTORY_STEP = 0.5
"""Seconds between two points of the plots."""
HISTORY_LENGTH = 600.0
"""Seconds of history that a page gets when it connects."""
NEWS_KEPT = 60
"""News that a page gets when it connects."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the page draws: the cat as the servos hold it, which may differ from what was
    commanded."""

    angles: Mapping[str, float]
    """rad, by joint."""
    purr: api.Purring
    pupils: float
    """0 a slit … 1 fully open."""

    @classmethod
    def of(cls, angles: Mapping[str, float], purr: Purr, pupils: float) -> Drawn:
        """From angles in rad, a purr and the width of the pupils."""
        shown = api.Purring(level=purr.level, rate=purr.rate, breath=purr.breath)
        return cls(angles, shown, pupils)


def board_shown(report: BoardReport | None) -> api.BoardShown | None:
    """What the page shows of the board: its state, and its faults in words; None before it was
    heard."""
    if report is None:
        return None
    return api.BoardShown(state=report.state, faults=[in_words(one) for one in report.faults])


def time_shown(bent: BentTime) -> api.TimeShown:
    """What the page shows of a time that can be bent."""
    return api.TimeShown(
        hour=int(bent.hour * 60.0) / 60.0,
        paused=bent.clock.paused,
        speed=bent.clock.speed,
        pace=round(bent.clock.pace, 1),
        people=bent.people,
        scene=_scene(bent),
    )


def _scene(bent: BentTime) -> api.SceneShown | None:
    if bent.scene is None:
        return None
    file, about, passed, seconds = bent.scene
    return api.SceneShown(file=file, about=about, passed=float(int(passed)), seconds=seconds)


def moment(
    tick: Tick,
    drawn: Drawn,
    board: BoardReport | None = None,
    building: api.Building | None = None,
    time: api.TimeShown | None = None,
    character: str = "",
) -> api.Moment:
    """The state of a tick, without its news. Of its parts a page is sent those that have
    changed."""
    return api.Moment(
        at=round(tick.at, 3),
        n=tick.n,
        angles={joint: round(angle, 4) for joint, angle in drawn.angles.items()},
        purr=drawn.purr,
        pupils=drawn.pupils,
        person=_person(tick.person),
        pet=_pet(tick.pet),
        decision=_decision(tick.decision),
        board=board_shown(board),
        building=building,
        time=time,
        character=character,
    )


def _person(person: PersonEstimate) -> api.PersonShown:
    return api.PersonShown(
        name=person.person,
        present=person.present,
        valence=person.valence,
        arousal=person.arousal,
        valence_sd=person.valence_sd,
        arousal_sd=person.arousal_sd,
        probabilities=person.probabilities,
        confidence=person.confidence,
        unsure=person.unsure,
        conflict=person.conflict,
        attention=person.attention,
    )


def _pet(pet: Affect) -> api.PetShown:
    mood = pet.mood
    return api.PetShown(
        emotions=pet.emotions,
        mood=api.MoodShown(pleasure=mood.pleasure, arousal=mood.arousal, dominance=mood.dominance),
        drives=pet.drives,
        trust=pet.bond.trust,
        enough=pet.enough,
        valence=pet.valence,
        arousal=pet.arousal,
    )


def _decision(decision: Decision) -> api.DecisionShown:
    return api.DecisionShown(
        behavior=decision.behavior,
        path=[*decision.path],
        since=decision.since,
        why=decision.why,
        numbers=decision.numbers,
        scores=[
            api.ScoreShown(
                id=score.id,
                score=score.score,
                terms=score.terms,
                waits=api.Waits(by=score.refused.by, short=score.refused.short)
                if score.refused
                else None,
            )
            for score in decision.scores[:SHOWN_SCORES]
        ],
        gaze=decision.gaze,
        purr=decision.purr,
    )


PARTS = tuple(field.name for field in fields(api.Moment))


def changed(state: api.Moment, before: api.Moment | None) -> dict[str, Any]:
    """The parts of a state that are not as they were `before`: a quarter of the bytes."""
    now = ((part, getattr(state, part)) for part in PARTS)
    return {part: is_ for part, is_ in now if before is None or getattr(before, part) != is_}


def weighed_anew(tree: TreeNow, before: TreeNow | None) -> dict[str, Any]:
    """What a tree weighs, of which a page knows what it weighed `before`: of each node that is not
    as it was, what of it is not."""
    known = before.weighed if before is not None and before.edition == tree.edition else {}
    return {
        "edition": tree.edition,
        "statuses": tree.statuses,
        "weighed": {
            id: _parts_anew(now, known.get(id))
            for id, now in tree.weighed.items()
            if known.get(id) != now
        },
    }


WEIGHED = tuple(field.name for field in fields(WeighedNow))


def _parts_anew(now: WeighedNow, before: WeighedNow | None) -> dict[str, Any]:
    is_now = ((part, getattr(now, part)) for part in WEIGHED)
    return {part: is_ for part, is_ in is_now if before is None or getattr(before, part) != is_}


def news(tick: Tick) -> list[dict[str, Any]]:
    """What happened at this tick. It must reach the page even when states are skipped."""
    found: list[dict[str, Any]] = [_event(event, tick.at) for event in tick.events]
    found += [
        {"kind": "call", "at": call.at, "name": call.name, "loudness": call.loudness}
        for call in tick.calls
    ]
    found += [
        {"kind": "trouble", "at": tick.at, "part": sense.part, "message": sense.message}
        for sense in tick.understood
        if isinstance(sense, Trouble)
    ]
    found += [{"kind": "refused", "at": tick.at, "message": message} for message in tick.refused]
    return found


def _event(event: Event, now: float) -> dict[str, Any]:
    return {
        "kind": "event",
        "at": now,
        "id": event.id,
        "name": event.name,
        "zone": event.zone,
        "strength": event.strength,
        "urgent": event.urgent,
    }


class History:
    """The last minutes, for a page that connects later: points for the plots, news, troubles."""

    def __init__(self) -> None:
        self._points: deque[dict[str, Any]] = deque(maxlen=round(HISTORY_LENGTH / HISTORY_STEP))
        self._due = 0.0
        self.news: deque[dict[str, Any]] = deque(maxlen=NEWS_KEPT)
        self.troubles: dict[str, dict[str, Any]] = {}
        """The current trouble of each part that has one."""

    def add(self, tick: Tick) -> None:
        """Add a point, if the last one is HISTORY_STEP old."""
        if tick.at < self._due:
            return
        self._due = tick.at + HISTORY_STEP
        person, pet = tick.person, tick.pet
        self._points.append(
            {
                "at": round(tick.at, 2),
                "person": [
                    round(x, 3)
                    for x in (person.valence, person.valence_sd, person.arousal, person.arousal_sd)
                ],
                "mood": [
                    round(x, 3) for x in (pet.mood.pleasure, pet.mood.arousal, pet.mood.dominance)
                ],
                "behavior": tick.decision.behavior,
            }
        )

    def tell(self, item: dict[str, Any]) -> None:
        """Add news. A trouble is kept until its part reports an empty one."""
        if item["kind"] == "trouble":
            if item["message"]:
                self.troubles[item["part"]] = item
            else:
                self.troubles.pop(item["part"], None)
        self.news.append(item)

    def points(self) -> list[dict[str, Any]]:
        """The points, oldest first."""
        return list(self._points)
