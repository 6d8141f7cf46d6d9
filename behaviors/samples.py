"""Random moments to try a tree in: every event alone and with others, every touch, every need."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from moggy.behaviors.moment import EventTrace, Moment
from moggy.messages import Affect, Bond, Context, FeltTouch, Gesture, Mood, PersonEstimate
from moggy.vocabulary import (
    CLASSES,
    DRIVES,
    EMOTIONS,
    EVENTS,
    GESTURE_EVENTS,
    GESTURES,
    SETTINGS,
    ZoneName,
)

FAR = 20_000.0
"""Seconds between two sampled moments: nothing of the one is left in the next."""


def moments(
    moment: Moment, behaviors: Sequence[str], rng: random.Random, count: int
) -> Iterator[Moment]:
    """Change `moment` into `count` random ones, one after the other. Half of them are nearly calm,
    so that weak causes can decide. `behaviors` are the ids that may have run lately."""
    names_of_events = tuple(EVENTS)
    # What ran is drawn apart, so that one more behaviour leaves all else as it is.
    ran = random.Random(rng.random())
    for n in range(count):
        at = (n + 1) * FAR
        wild = 0.1 + 0.9 * rng.random() ** 2
        moment.touch = None
        moment.traces.clear()
        moment.ended.clear()
        moment.touched_at = at - rng.choice((3.0, 5.0, 30.0, FAR))
        moment.soured_at = at - (1.0, 3.0, FAR)[n % 3]
        moment.take(_context(rng, at, wild, moment.personality.likes_touch))
        names = (
            [
                names_of_events[n % len(names_of_events)],
                *rng.sample(names_of_events, rng.choice((0, 0, 1, 2))),
            ]
            if n % 3
            else []
        )
        if at - moment.touched_at < 10.0:
            moment.traces["released"] = EventTrace(moment.touched_at, 1.0, 1, 1.0)
        for name in names:
            age = rng.choice((0.0, 0.5, 3.0, 10.0, 40.0))
            moment.traces[name] = EventTrace(at - age, rng.uniform(0.4, 1.0), 1, 1.0)
        moment.row_count, moment.row_at = (0.0, 1.0, 3.0, 8.0)[n // 3 % 4], at
        busy = rng.choice((0.0, 0.0, 0.1, 0.6))
        for name in behaviors:
            if ran.random() < busy:
                moment.ended[name] = at - ran.choice((1.0, 10.0, 30.0, 100.0))
        yield moment


def _context(rng: random.Random, at: float, wild: float, zones: Collection[ZoneName]) -> Context:
    touch = _touch(rng, at, list(zones))
    gesture = touch if rng.random() < 0.4 else None
    return Context(
        at=at,
        dt=0.1,
        hour=rng.uniform(0.0, 24.0),
        person=_person(rng) if rng.random() < 0.7 else PersonEstimate(),
        pet=replace(_pet(rng, wild), touch=_felt(rng, touch)),
        gesture=gesture,
        battery=0.1 if rng.random() < 0.08 else rng.uniform(0.2, 1.0),
        charging=rng.random() < 0.06,
        settings=frozenset(name for name in SETTINGS if name != "stop" and rng.random() < 0.07),
    )


def _person(rng: random.Random) -> PersonEstimate:
    unsure = rng.random() < 0.3
    feeling = rng.choice(CLASSES)
    rest = rng.uniform(0.2, 0.8)
    return PersonEstimate(
        person="someone",
        present=True,
        valence=rng.uniform(-1, 1),
        arousal=rng.uniform(-1, 1),
        probabilities={name: 1.0 - rest if name == feeling else rest / 6 for name in CLASSES},
        confidence=rng.uniform(0.0, 0.3) if unsure else rng.uniform(0.3, 1.0),
        unsure=unsure,
        conflict=rng.choice((0.0, 0.0, 0.6)),
        attention=rng.random(),
    )


def _pet(rng: random.Random, wild: float) -> Affect:
    return Affect(
        emotions={name: rng.random() * wild if rng.random() < 0.4 else 0.0 for name in EMOTIONS},
        drives={name: rng.random() if rng.random() < 0.6 else 0.5 for name in DRIVES},
        mood=Mood(
            pleasure=rng.uniform(-wild, wild),
            arousal=rng.uniform(-wild, wild),
            dominance=rng.uniform(-wild, wild),
        ),
        bond=Bond(trust=rng.random(), familiarity=rng.random()),
        enough=rng.random() if rng.random() < 0.3 else 0.0,
        valence=rng.uniform(-wild, wild),
        arousal=rng.uniform(-wild, wild),
    )


def _touch(rng: random.Random, at: float, zones: list[ZoneName]) -> Gesture:
    lasted = rng.choice((0.0, 0.5, 3.0, 12.0, 40.0))
    return Gesture(
        at=at,
        zone=rng.choice(zones),
        gesture=rng.choice(GESTURES),
        pressure=rng.uniform(0.1, 1.0),
        speed=rng.choice((0.0, 0.05, 0.2)),
        duration=lasted,
        along_fur=rng.choice((1.0, 1.0, -1.0)),
    )


def _felt(rng: random.Random, gesture: Gesture) -> FeltTouch:
    """How the brain may have felt that touch: any liking, and any share of good and bad."""
    return FeltTouch(
        at=gesture.at,
        event=GESTURE_EVENTS[gesture.gesture],
        zone=gesture.zone,
        liking=rng.uniform(-1.0, 1.0),
        good=rng.random(),
        bad=rng.choice((0.0, rng.random())),
    )
