"""What the page gets of a tick: the state, the news, and a history for the plots."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from moggy.board_faults import in_words
from moggy.messages import BoardReport, Event, Purr, Tick, Trouble

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
    purr: Mapping[str, float]
    """level 0..1, rate in Hz, breath 0..1."""
    pupils: float
    """0 a slit … 1 fully open."""

    @classmethod
    def of(cls, angles: Mapping[str, float], purr: Purr, pupils: float) -> Drawn:
        """From angles in rad, a purr and the width of the pupils."""
        return cls(angles, {"level": purr.level, "rate": purr.rate, "breath": purr.breath}, pupils)


def board_shown(report: BoardReport | None) -> dict[str, Any] | None:
    """What the page shows of the board: its state, and its faults in words; None before it was
    heard."""
    if report is None:
        return None
    return {"state": report.state, "faults": [in_words(fault) for fault in report.faults]}


def moment(tick: Tick, drawn: Drawn) -> dict[str, Any]:
    """The state of a tick in parts, without its news. Of these a page is sent those that have
    changed. Times are in s, angles in rad, to what a servo can be told."""
    person, pet, decision = tick.person, tick.pet, tick.decision
    return {
        "at": round(tick.at, 3),
        "n": tick.n,
        "angles": {joint: round(angle, 4) for joint, angle in drawn.angles.items()},
        "purr": dict(drawn.purr),
        "pupils": drawn.pupils,
        "person": {
            "name": person.person,
            "present": person.present,
            "valence": person.valence,
            "arousal": person.arousal,
            "valence_sd": person.valence_sd,
            "arousal_sd": person.arousal_sd,
            "probabilities": dict(person.probabilities),
            "confidence": person.confidence,
            "unsure": person.unsure,
            "conflict": person.conflict,
            "attention": person.attention,
        },
        "pet": {
            "emotions": dict(pet.emotions),
            "mood": {
                "pleasure": pet.mood.pleasure,
                "arousal": pet.mood.arousal,
                "dominance": pet.mood.dominance,
            },
            "drives": dict(pet.drives),
            "trust": pet.bond.trust,
            "enough": pet.enough,
            "valence": pet.valence,
            "arousal": pet.arousal,
        },
        "decision": {
            "behavior": decision.behavior,
            "path": list(decision.path),
            "since": decision.since,
            "why": decision.why,
            "numbers": dict(decision.numbers),
            "scores": [
                {
                    "id": score.id,
                    "score": score.score,
                    "terms": dict(score.terms),
                    "waits": asdict(score.refused) if score.refused else None,
                }
                for score in decision.scores[:SHOWN_SCORES]
            ],
            "gaze": decision.gaze,
            "purr": decision.purr,
        },
    }


def changed(state: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a state that are not as they were `before`: a quarter of the bytes."""
    return {part: now for part, now in state.items() if part not in before or before[part] != now}


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
