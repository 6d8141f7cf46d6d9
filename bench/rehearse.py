"""Runs a mind alone through a list of senses in virtual time, for benches and tests."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from moggy.brain.appraisals import Appraisals
from moggy.brain.memory import Remembered
from moggy.brain.mind import Mind
from moggy.messages import Affect, AnySense, Event, Gesture, PersonEstimate
from moggy.personality import Personality
from moggy.vocabulary import (
    DRIVES,
    EMOTIONS,
    GESTURE_PERIOD_S,
    GestureName,
    GesturePhase,
    ZoneName,
)


@dataclass(frozen=True, slots=True)
class RehearsedMoment:
    """One tick of a rehearsal."""

    at: float
    """Seconds on the pet's clock."""
    events: tuple[Event, ...]
    person: PersonEstimate
    pet: Affect


def a_mind(
    appraisals: Appraisals,
    personality: Personality,
    *,
    hour: float = 10.0,
    remembered: Remembered | None = None,
) -> Mind:
    """A new mind; the messages that it makes are numbered from 1000 on."""
    return Mind(
        appraisals, personality, hour=hour, number=count(1000).__next__, remembered=remembered
    )


def rehearse(
    mind: Mind, senses: Sequence[AnySense], until: float, *, rate: float = 50.0, since: float = 0.0
) -> Iterator[RehearsedMoment]:
    """Every tick from `since` to `until` in seconds, at `rate` ticks a second. A sense is given to
    the mind at the first tick that is not before its time."""
    waiting = sorted(senses, key=lambda sense: sense.at)
    n = 0
    for tick in range(round((until - since) * rate) + 1):
        now = since + tick / rate
        heard = []
        while n < len(waiting) and waiting[n].at <= now + 1e-9:
            heard.append(waiting[n])
            n += 1
        events, evidence = mind.perceive(heard, now)
        person, pet = mind.feel(events, evidence, now, 1.0 / rate)
        yield RehearsedMoment(now, events, person, pet)


def last(
    mind: Mind, senses: Sequence[AnySense], until: float, *, rate: float = 50.0, since: float = 0.0
) -> RehearsedMoment:
    """The last moment of `rehearse` with the same arguments."""
    *_, moment = rehearse(mind, senses, until, rate=rate, since=since)
    return moment


def touch(
    zone: ZoneName,
    begin: float,
    end: float,
    gesture: GestureName = "stroke",
    *,
    speed: float = 0.05,
    pressure: float = 0.4,
    along_fur: float = 1.0,
) -> list[Gesture]:
    """The messages of one contact as the touch reader sends them: at its begin, every
    GESTURE_PERIOD_S seconds, and at its end.

    `begin` and `end` are in seconds, `speed` in m/s, `pressure` is 0..1, `along_fur` −1..1.
    """
    times = [
        round(begin + i * GESTURE_PERIOD_S, 9)
        for i in range(int((end - begin) / GESTURE_PERIOD_S - 1e-6) + 1)
    ] + [end]
    told: list[Gesture] = []
    for at in times:
        phase: GesturePhase = "begin" if at == begin else "end" if at == end else "during"
        told.append(
            Gesture(
                at=at,
                id=int(at * 1000) + 1,
                zone=zone,
                gesture=gesture,
                phase=phase,
                pressure=pressure,
                peak=pressure,
                speed=speed if gesture == "stroke" else 0.0,
                duration=at - begin,
                along_fur=along_fur,
            )
        )
    return told


def any_table(
    rng: random.Random, names: Sequence[str] = ("stroked", "hit", "praised", "loud_noise")
) -> Appraisals:
    """A random table within the bounds of the schema, with these events. Three numbers in ten are
    at a bound."""
    schema = Appraisals.model_json_schema()
    defs: Mapping[str, Any] = schema["$defs"]
    data = {
        name: _anything(rng, spec, defs)
        for name, spec in schema["properties"].items()
        if name not in ("events", "emotions", "drives")
    }
    for part, keys in (("emotions", EMOTIONS), ("drives", DRIVES), ("events", names)):
        spec = schema["properties"][part]["additionalProperties"]
        data[part] = {key: _anything(rng, spec, defs) for key in keys}
    for shape in data["emotions"].values():
        shape["attack"] = min(shape["attack"], 0.5 * shape["decay"])
    data["enough"]["sours"] = [rng.uniform(0.1, 0.5), rng.uniform(0.55, 1.0)]
    return Appraisals.model_validate(data)


def _anything(rng: random.Random, spec: Mapping[str, Any], defs: Mapping[str, Any]) -> Any:
    """A random value that this part of a JSON schema allows."""
    if "$ref" in spec:
        spec = defs[spec["$ref"].rpartition("/")[2]]
    if "enum" in spec:
        return rng.choice(spec["enum"])
    if "anyOf" in spec:
        return _anything(rng, rng.choice(spec["anyOf"]), defs)
    kind = spec.get("type")
    if kind == "object" and "properties" in spec:
        return {name: _anything(rng, inner, defs) for name, inner in spec["properties"].items()}
    if kind == "object":
        keys = spec.get("propertyNames", {}).get("enum") or ("back", "head")
        return {
            key: _anything(rng, spec["additionalProperties"], defs)
            for key in keys
            if rng.random() < 0.3
        }
    if kind == "array" and "prefixItems" in spec:
        return sorted(rng.uniform(-1.0, 1.0) for _ in spec["prefixItems"])
    if kind == "array":
        return [_anything(rng, spec["items"], defs) for _ in range(rng.choice((0, 0, 1)))]
    if kind == "number":
        low, high = spec.get("minimum", 0.0), spec.get("maximum", 1.0)
        return rng.choice((low, high)) if rng.random() < 0.3 else rng.uniform(low, high)
    if kind == "boolean":
        return rng.random() < 0.5
    return rng.choice(("back", "head", "anna")) if kind == "string" else None
