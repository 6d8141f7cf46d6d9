"""What other tools read of a journal: small topics of flat JSON messages beside the whole ticks,
with schemas without references. Foxglove plots them as they are; `foxglove.json` is a layout."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from moggy.vocabulary import CLASSES, DIMENSIONS, DRIVES, EMOTIONS

DECIMALS = 3
"""Of the numbers in these topics; the ticks have all that were published."""
OFTEN = 0.5
"""Seconds between two messages of /affect, /person, /joints and /tf; our choice: at 0.3 they took a
tenth of a journal."""
SELDOM = 2.0
"""Seconds between two messages of /drives, and of /decision while it stays the same."""
INFO = 2
"""Level of foxglove.Log."""
WARNING = 3
"""Level of foxglove.Log."""
ERROR = 4
"""Level of foxglove.Log."""
HEAD = (0.128, 0.0, 0.205)
"""m in the body's frame, where head_pan and head_tilt turn the head: the neck of the drawn cat
(sim/studio/cat_shape.json)."""

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
TIME = {
    "type": "object",
    "title": "time",
    "properties": {
        "sec": {"type": "integer", "minimum": 0},
        "nsec": {"type": "integer", "minimum": 0, "maximum": 999_999_999},
    },
}


def _schema(title: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


class Topic(NamedTuple):
    """A topic, the name of its schema, and the schema."""

    name: str
    title: str
    schema: Mapping[str, Any]


MOODS = [f"mood_{name}" for name in DIMENSIONS]
AFFECT = Topic(
    "/affect",
    "moggy.Affect",
    _schema(
        "moggy.Affect",
        **dict.fromkeys(
            [*EMOTIONS, *MOODS, "valence", "arousal", "enough", "trust", "familiarity"], NUMBER
        ),
    ),
)
GUESSES = ["valence", "arousal", "valence_sd", "arousal_sd", "confidence", "conflict", "distress"]
PERSON = Topic(
    "/person",
    "moggy.Person",
    _schema(
        "moggy.Person",
        person=TEXT,
        present=FLAG,
        unsure=FLAG,
        **dict.fromkeys([*GUESSES, "attention", *CLASSES], NUMBER),
    ),
)
DRIVE = Topic("/drives", "moggy.Drives", _schema("moggy.Drives", **dict.fromkeys(DRIVES, NUMBER)))
DECISION = Topic(
    "/decision",
    "moggy.Decision",
    _schema(
        "moggy.Decision",
        behavior=TEXT,
        path=TEXT,
        why=TEXT,
        score=NUMBER,
        runner_up=TEXT,
        runner_up_score=NUMBER,
        refused=TEXT,
        purr=NUMBER,
        gaze=TEXT,
    ),
)
EVENTS = Topic(
    "/events",
    "moggy.Event",
    _schema(
        "moggy.Event",
        name=TEXT,
        zone=TEXT,
        person=TEXT,
        strength=NUMBER,
        dose=NUMBER,
        urgent=FLAG,
        takes_back=TEXT,
        id={"type": "integer"},
    ),
)
VECTOR = {
    "type": "object",
    "title": "foxglove.Vector3",
    "properties": dict.fromkeys("xyz", NUMBER),
}
QUATERNION = {
    "type": "object",
    "title": "foxglove.Quaternion",
    "properties": dict.fromkeys("xyzw", NUMBER),
}
TF = Topic(
    "/tf",
    "foxglove.FrameTransform",
    _schema(
        "foxglove.FrameTransform",
        timestamp=TIME,
        parent_frame_id=TEXT,
        child_frame_id=TEXT,
        translation=VECTOR,
        rotation=QUATERNION,
    ),
)
LOG = Topic(
    "/log",
    "foxglove.Log",
    _schema(
        "foxglove.Log",
        timestamp=TIME,
        level={"type": "integer", "title": "foxglove.LogLevel", "minimum": 0, "maximum": 5},
        message=TEXT,
        name=TEXT,
        file=TEXT,
        line={"type": "integer", "minimum": 0},
    ),
)
FIXED = (AFFECT, PERSON, DRIVE, DECISION, EVENTS, TF, LOG)
"""The topics that are the same for all bodies; /joints has the names of the body's."""


def joints_topic(joints: list[str]) -> Topic:
    """The topic of what was sent to a body with these joints."""
    return Topic(
        "/joints", "moggy.Joints", _schema("moggy.Joints", **dict.fromkeys(joints, NUMBER))
    )


STATES = (AFFECT.name, PERSON.name, "/joints")
"""Topics whose messages are repeated only every SELDOM seconds while nothing changes."""


class Flat:
    """Makes the messages of the flat topics from ticks; call it with every tick."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._said: dict[str, tuple[float, dict[str, Any]]] = {}
        self._behavior = ""
        self._placed = False

    def __call__(
        self, tick: Mapping[str, Any], sent: Mapping[str, float]
    ) -> Iterator[tuple[str, bytes]]:
        """(topic, message) of a tick as it stands in a journal, and of what was sent."""
        at = tick["at"]
        for topic, made in self._made(tick, sent, at):
            since, said = self._said.get(topic, (float("-inf"), {}))
            if topic in STATES and made == said and at < since + SELDOM - 1e-6:
                continue  # it stands
            self._said[topic] = at, made
            yield topic, orjson.dumps(made)

    def _made(
        self, tick: Mapping[str, Any], sent: Mapping[str, float], at: float
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for event in tick["events"]:
            yield EVENTS.name, _event(event)
        decision, pet = tick["decision"], tick["pet"]
        new = decision["behavior"] != self._behavior
        if new:
            self._behavior = decision["behavior"]
            yield LOG.name, _log(at, INFO, decision["why"], decision["behavior"])
        for sense in tick["understood"]:
            if sense["kind"] == "trouble":
                said = sense["message"] or "well again"
                yield LOG.name, _log(at, WARNING, said, sense["part"])
        for refused in tick["refused"]:
            yield LOG.name, _log(at, ERROR, refused, "refused")
        if self._is_due(DECISION.name, at, SELDOM) or new:
            yield DECISION.name, _decision(decision)
        if self._is_due(DRIVE.name, at, SELDOM):
            yield DRIVE.name, _numbers(pet["drives"], DRIVES)
        if self._is_due(AFFECT.name, at, OFTEN):
            yield AFFECT.name, _affect(pet)
        if self._is_due(PERSON.name, at, OFTEN):
            yield PERSON.name, _person(tick["person"])
        if sent and self._is_due("/joints", at, OFTEN):
            yield "/joints", _numbers(sent, sent)
            if not self._placed:
                self._placed = True
                yield TF.name, _transform(at, "world", "body", (0.0, 0.0, 0.0), 0.0, 0.0, 0.0)
            yield TF.name, _head(at, sent)

    def _is_due(self, topic: str, at: float, every: float) -> bool:
        due = at >= self._due.get(topic, 0.0) - 1e-6
        if due:
            self._due[topic] = at + every
        return due


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": event["name"],
        "zone": event["zone"] or "",
        "person": event["person"] or "",
        **_numbers(event, ("strength", "dose")),
        "urgent": event["urgent"],
        "takes_back": event["takes_back"],
        "id": event["id"],
    }


def _decision(decision: Mapping[str, Any]) -> dict[str, Any]:
    scores = decision["scores"]
    mine = next((each for each in scores if each["id"] == decision["behavior"]), None)
    other = next((each for each in scores if each is not mine), None)
    refused = [each for each in scores if each["refused"] is not None]
    return {
        "behavior": decision["behavior"],
        "path": "/".join(decision["path"]),
        "why": decision["why"],
        "score": round(mine["score"], DECIMALS) if mine else 0.0,
        "runner_up": other["id"] if other else "",
        "runner_up_score": round(other["score"], DECIMALS) if other else 0.0,
        "refused": " ".join(f"{each['id']}:{each['refused']['by']}" for each in refused),
        "purr": round(decision["purr"], DECIMALS),
        "gaze": decision["gaze"],
    }


def _affect(pet: Mapping[str, Any]) -> dict[str, Any]:
    mood = {f"mood_{name}": value for name, value in pet["mood"].items()}
    names = AFFECT.schema["properties"]
    return _numbers({**pet["emotions"], **mood, **pet["bond"], **pet}, names)


def _person(person: Mapping[str, Any]) -> dict[str, Any]:
    known = {**person["probabilities"], **person}
    return {
        **{name: person[name] for name in ("person", "present", "unsure")},
        **_numbers(known, [*GUESSES, "attention", *CLASSES]),
    }


def _numbers(values: Mapping[str, Any], names: Any) -> dict[str, Any]:
    return {name: round(values[name], DECIMALS) for name in names}


def _time(at: float) -> dict[str, int]:
    sec, nsec = divmod(round(at * 1e9), 1_000_000_000)
    return {"sec": sec, "nsec": nsec}


def _log(at: float, level: int, message: str, name: str) -> dict[str, Any]:
    return {
        "timestamp": _time(at), "level": level, "message": message, "name": name, "file": "",
        "line": 0,
    }  # fmt: skip


def _head(at: float, sent: Mapping[str, float]) -> dict[str, Any]:
    pan, tilt, roll = (sent.get(f"head_{turn}", 0.0) for turn in ("pan", "tilt", "roll"))
    return _transform(at, "body", "head", HEAD, pan, -tilt, -roll)


def _transform(
    at: float,
    parent: str,
    child: str,
    place: tuple[float, float, float],
    yaw: float,
    pitch: float,
    roll: float,
) -> dict[str, Any]:
    """Turned by yaw about z, then pitch about y, then roll about x (rad; x forward, y left, z up:
    pitch up and roll to the left are negative)."""
    cy, sy, cp, sp, cr, sr = (
        part(angle / 2.0) for angle in (yaw, pitch, roll) for part in (math.cos, math.sin)
    )
    turn = {
        "x": sr * cp * cy - cr * sp * sy,
        "y": cr * sp * cy + sr * cp * sy,
        "z": cr * cp * sy - sr * sp * cy,
        "w": cr * cp * cy + sr * sp * sy,
    }
    return {
        "timestamp": _time(at),
        "parent_frame_id": parent,
        "child_frame_id": child,
        "translation": dict(zip("xyz", place, strict=True)),
        "rotation": _numbers(turn, turn),
    }
