"""Whether the pet's feelings behave as promised, and what they cost.

Each line is a promise, the figure and the bound.
"""

from __future__ import annotations

import argparse
import math
import random
from collections import deque
from collections.abc import Sequence
from statistics import fmean, pstdev
from time import process_time
from typing import Literal

from bench.promise import Promise, report
from bench.rehearse import a_mind, any_table, last, rehearse, touch
from moggy.brain.appraisals import UNPLEASANT, Appraisals
from moggy.brain.mind import Mind
from moggy.clock import RATE
from moggy.config import Files
from moggy.messages import (
    Affect,
    AnySense,
    Event,
    Face,
    PersonEstimate,
    Posture,
    Voice,
    Words,
)
from moggy.personality import Personality, Temperament
from moggy.pet import TREE_PERIOD
from moggy.vocabulary import (
    EMOTIONS,
    GESTURE_EVENTS,
    GestureName,
)

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
"""The shipped appraisals."""
CAT = Personality(name="cat")
"""The average personality."""
MOST_US = 60.0
"""Most microseconds of CPU that a tick of the mind may take."""


def cat(table: Appraisals = TABLE, personality: Personality = CAT) -> Mind:
    """A new mind, of the shipped cat where nothing else is given."""
    return a_mind(table, personality)


def numbers(person: PersonEstimate, pet: Affect) -> list[float]:
    """Everything that is published of the person and of the pet, as numbers."""
    return [
        person.valence,
        person.arousal,
        person.valence_sd,
        person.confidence,
        *person.probabilities.values(),
        *pet.emotions.values(),
        *pet.drives.values(),
        pet.mood.pleasure,
        pet.mood.arousal,
        pet.mood.dominance,
        pet.bond.trust,
        pet.enough,
        pet.valence,
        pet.arousal,
    ]


def busy_minute() -> list[AnySense]:
    """Strokes, pats, a hit, words, a face ten times a second and a body five times a second."""
    faces = [
        Face(
            at=1.0 + 0.1 * i,
            id=100 + i,
            person="anna",
            valence=0.5 * math.sin(i / 40),
            arousal=0.1,
            confidence=0.8,
            looking=0.8,
        )
        for i in range(590)
    ]
    bodies = [
        Posture(
            at=1.03 + 0.2 * i, id=1000 + i, person="anna", valence=0.1, arousal=0.0, confidence=0.4
        )
        for i in range(290)
    ]
    said = [
        Words(
            at=5.0 + 9.0 * i,
            id=2000 + i,
            person="anna",
            valence=0.4,
            arousal=0.1,
            confidence=0.7,
            intent="praise",
        )
        for i in range(6)
    ]
    heard = [
        Voice(
            at=5.5 + 9.0 * i,
            id=2100 + i,
            person="anna",
            level=-30.0,
            pitch=200.0,
            valence=0.3,
            confidence=0.5,
        )
        for i in range(6)
    ]
    hands = [
        *touch("head", 8.0, 25.0),
        *touch("back", 30.0, 30.3, "pat"),
        *touch("belly", 35.0, 45.0),
        *touch("back", 50.0, 50.1, "hit"),
    ]
    return [*faces, *bodies, *said, *heard, *hands]


def exact() -> Promise:
    """The same senses at 10, 50 and 200 Hz."""
    courses = []
    for rate in (10.0, 50.0, 200.0):
        course = rehearse(cat(), busy_minute(), 60.0, rate=rate)
        courses.append(
            {
                round(m.at * 10): numbers(m.person, m.pet)
                for m in course
                if abs(m.at * 10 - round(m.at * 10)) < 1e-6
            }
        )
    worst = max(
        abs(a - b)
        for other in courses[1:]
        for n, row in courses[0].items()
        for a, b in zip(row, other[n], strict=True)
    )
    return Promise(
        "equal at 10, 50 and 200 Hz for the same events",
        f"largest difference {worst:.1e} (at most 1e-9)",
        worst <= 1e-9,
    )


def wears_off() -> list[Promise]:
    """Ten equal touches and, after a pause, an eleventh."""
    lines: list[Promise] = []
    bouts: tuple[tuple[Literal["pat", "stroke"], float], ...] = (("pat", 0.3), ("stroke", 3.0))
    for name, seconds in bouts:
        begins = [6.0 * i + 1.0 for i in range(10)] + [400.0]
        answers = [rise(name, seconds, begins[: n + 1]) for n in (0, 9, 10)]
        fall, back = 1.0 - answers[1] / answers[0], answers[2] / answers[0]
        shown = f"falls by {fall:.0%} over ten (at least 30 %), is back at {back:.0%} after 5 min"
        lines.append(
            Promise(
                f"rise of valence by equal touches ({name})", shown, fall >= 0.3 and back >= 0.9
            )
        )
        alone = 1.0 - answer(name, seconds, begins[:10])
        lines.append(
            Promise(
                f"of this by habituation, not since it is pleased already ({name})",
                f"{alone:.0%} (at least 30 %)",
                alone >= 0.3,
            )
        )
    return lines


def answer(name: GestureName, seconds: float, begins: Sequence[float]) -> float:
    """The share, 0..1, that habituation leaves of the answer to the last of these touches.

    Each touch lasts `seconds` and begins at one of `begins`, in seconds.
    """
    mind, event = cat(), GESTURE_EVENTS[name]
    senses = [g for begin in begins for g in touch("head", begin, begin + seconds, name)]
    last(mind, senses, begins[-1] + seconds, rate=10.0)
    return mind.feelings.habituation.answer(
        (event, "head", "someone"), TABLE.events[event], begins[-1] + seconds
    )


def rise(name: GestureName, seconds: float, begins: Sequence[float]) -> float:
    """How much higher valence is, −2..2, one second after the last of these touches than it would
    be without that touch."""
    senses = [g for begin in begins for g in touch("head", begin, begin + seconds, name)]
    until = begins[-1] + seconds + 1.0
    before = [g for g in senses if g.at < begins[-1]]
    return (
        last(cat(), senses, until, rate=10.0).pet.valence
        - last(cat(), before, until, rate=10.0).pet.valence
    )


def fades() -> Promise:
    """Seconds from the peak to half of it, each stirred alike."""
    lasts = {}
    for name in EMOTIONS:
        rule = TABLE.events["praised"].model_copy(update={"emotions": {name: 0.8}})
        mind = cat(TABLE.model_copy(update={"events": {"it": rule}}))
        mind.feel((Event(at=0.1, name="it"),), (), 0.1, 0.1)
        course = [mind.feel((), (), 0.1 + 0.1 * i, 0.1)[1].emotions[name] for i in range(1, 5000)]
        peak = course.index(max(course))
        lasts[name] = 0.1 * next(
            i for i, level in enumerate(course[peak:]) if level < 0.5 * course[peak]
        )
    kept = (
        lasts["sadness"]
        >= lasts["joy"]
        >= lasts["anger"]
        > max(lasts["fear"], lasts["disgust"], lasts["surprise"])
    )
    shown = ", ".join(
        f"{name} {lasts[name]:.0f} s"
        for name in ("sadness", "joy", "anger", "fear", "disgust", "surprise")
    )
    return Promise("sadness outlasts joy and anger, these the short ones", shown, kept)


def weeks(days: int = 21) -> Promise:
    """The same day over and over: where the mood is at breakfast."""
    mind = cat()
    breakfasts = []
    for day in range(days):
        for hour in range(14):
            for name, second in (
                ("praised", 5.0),
                ("stroked", 10.0),
                ("scolded", 900.0),
                ("hit", 1200.0),
                ("left_alone", 1800.0),
            ):
                at = 86400.0 * day + 3600.0 * hour + second
                mind.feel((Event(at=at, name=name, zone="head", person="anna"),), (), at, 1.0)
        mood = mind.feel((), (), 86400.0 * (day + 1), 1.0)[1].mood
        breakfasts.append((mood.pleasure, mood.arousal, mood.dominance))
    drift = (
        max(abs(a - b) for row in breakfasts for a, b in zip(row, breakfasts[0], strict=True)) / 2.0
    )
    return Promise(
        f"mood over {days} simulated days does not drift",
        f"{drift:.3%} of its range (at most 10 %)",
        drift <= 0.1,
    )


def anxious(cats: int = 60) -> Promise:
    """Random temperaments live the same half hour: neuroticism is correlated with the spread of
    negative affect."""
    rng = random.Random(11)
    hour = [
        Event(at=20.0 * i + 1.0, name=name, zone="back", person="anna")
        for i, name in enumerate(
            rng.choices(
                ("praised", "scolded", "loud_noise", "patted", "hit", "called", "knocked"), k=90
            )
        )
    ]
    traits, spreads = [], []
    for _ in range(cats):
        temperament = Temperament(**{trait: rng.random() for trait in Temperament.model_fields})
        mind = cat(personality=Personality(name="any", temperament=temperament))
        course = []
        for event in hour:
            mind.feel((event,), (), event.at, 1.0)
            course += [
                sum(mind.feel((), (), event.at + s, 1.0)[1].emotions[name] for name in UNPLEASANT)
                for s in (2.0, 8.0, 15.0)
            ]
        traits.append(temperament.neuroticism)
        spreads.append(pstdev(course))
    r = correlation(traits, spreads)
    return Promise(
        f"neuroticism makes negative affect vary more ({cats} temperaments)",
        f"r = {r:.2f} (above 0.3)",
        r > 0.3,
    )


def bounded(tables: int = 12) -> Promise:
    """Random tables within the schema's bounds, each through 400 events: the largest value, and
    what is left of the emotions 90 minutes later."""
    rng = random.Random(2)
    largest = left = 0.0
    for _ in range(tables):
        mind = cat(any_table(rng))
        now = 0.0
        for _ in range(400):
            now += rng.choice((0.05, 0.5, 3.0))
            event = Event(
                at=now,
                name=rng.choice(("stroked", "hit", "praised", "loud_noise")),
                zone="back",
                person="anna",
                dose=rng.choice((0.2, 1.0)),
            )
            person, pet = mind.feel((event,), (), now, 1.0)
            largest = max(largest, *(abs(x) for x in numbers(person, pet)))
        driven = {i for _, i, _ in mind.feelings.drives.stirring()}
        mind.feel((), (), now + 5400.0, 1.0)
        after = [level for i, level in enumerate(mind.feelings.emotions.levels) if i not in driven]
        left = (
            max([left, *after])
            if not {i for _, i, _ in mind.feelings.drives.stirring()} - driven
            else left
        )
    shown = f"largest value {largest:.3f} (at most 1), emotions left after 90 min {left:.1e}"
    kept = largest <= 1.0 and left < 0.01
    return Promise(f"no table runs away ({tables} random ones)", shown, kept)


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Pearson's correlation, −1..1."""
    mx, my = fmean(xs), fmean(ys)
    return fmean((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / (
        pstdev(xs) * pstdev(ys)
    )


def cost() -> list[Promise]:
    """CPU time of a tick that perceives and feels, and of an estimate; the best of three each."""
    idle = min(per_tick([]) for _ in range(3))
    busy = min(per_tick(busy_minute()) for _ in range(3))
    figures = (
        ("µs a tick: nobody there", idle),
        ("µs a tick: touch, face, body, voice and words", busy),
    )
    return [
        Promise(what, f"{best:.0f} (at most {MOST_US:.0f})", best <= MOST_US)
        for what, best in figures
    ]


def per_tick(senses: Sequence[AnySense], seconds: float = 60.0) -> float:
    """Microseconds of CPU that a tick takes at the mean, as the pet runs: it perceives at every
    tick, and feels when the tree is ticked or an event or evidence came."""
    mind, script = cat(), deque(sorted(senses, key=lambda sense: sense.at))
    ticks = round(seconds * RATE)
    every, felt = round(TREE_PERIOD * RATE), 0.0
    began = process_time()
    for n in range(ticks):
        now = n / RATE
        heard = []
        while script and script[0].at <= now:
            heard.append(script.popleft())
        events, evidence = mind.perceive(heard, now)
        if n % every == 0 or events or evidence:
            mind.feel(events, evidence, now, now - felt)
            felt = now
    return (process_time() - began) / ticks * 1e6


def main() -> int:
    """Print every promise with its figure; 1 where one is broken, else 0."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    return report((exact, wears_off, fades, weeks, anxious, bounded, cost))
