"""What a mixed hour looks like: how varied it is, whether ten equal touches wear off, and whether
the personalities can be told apart.

With `--hours 3`, three hours of each personality are lived to learn from and three others to test
on; an hour takes about 5 s.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from math import log2, sqrt

from moggy.behaviors.decider import Decider
from moggy.behaviors.lint import slots
from moggy.behaviors.tree import Tree
from moggy.brain.appraisals import Appraisals
from moggy.brain.mind import Mind
from moggy.config import SHIPPED, load
from moggy.messages import AnySense, BodyMotion, Context, Event, Face, Gesture, Person, Voice, Words
from moggy.personality import Personality
from moggy.vocabulary import GestureName, Intent, ZoneName

NAMES = ("cat", "shy", "bold", "cuddler", "grump", "playful", "kitten")
"""The personalities that are compared."""
TOUCHED: tuple[ZoneName, ...] = (
    "head",
    "cheeks",
    "chin",
    "neck",
    "back",
    "back",
    "neck",
    "tail_base",
    "belly",
)
"""Zones to draw from: back and neck twice as often as the others."""
DT = 0.1
"""Seconds of one step: 10 Hz."""
HOUR = 3600.0
"""Seconds of an hour."""
SAID: tuple[tuple[Intent, float], ...] = (
    ("praise", 0.7),
    ("call", 0.2),
    ("play", 0.6),
    ("look_here", 0.3),
    ("comfort_me", -0.5),
    ("scold", -0.5),
    ("praise", 0.8),
    ("call", 0.3),
)
"""What may be said: the wish and its valence, −1..1."""


def touched(rng: random.Random, at: float) -> list[AnySense]:
    """One touch that begins at `at` seconds, as the touch reader reports it."""
    bouts: tuple[tuple[GestureName, float], ...] = (
        ("stroke", rng.uniform(4, 40)),
        ("scratch", rng.uniform(3, 12)),
        ("pat", 0.4),
        ("hold", rng.uniform(3, 20)),
    )
    gesture, seconds = rng.choice(bouts)
    zone, steps = rng.choice(TOUCHED), max(2, int(seconds * 5))
    return [
        Gesture(
            at=at + n / 5,
            zone=zone,
            gesture=gesture,
            phase="begin" if n == 0 else "end" if n == steps else "during",
            speed=0.06 if gesture == "stroke" else 0.0,
            duration=n / 5,
        )
        for n in range(steps + 1)
    ]


def said(rng: random.Random, at: float) -> AnySense:
    """One sentence at `at` seconds, as the reader of words reports it."""
    intent, valence = rng.choice(SAID)
    return Words(
        at=at, person="anna", text="…", valence=valence, arousal=0.3, intent=intent, confidence=0.85
    )


def mixed_hour(seed: int) -> list[AnySense]:
    """The senses of an hour: for two thirds of it somebody is there, touches, talks, smiles and
    frowns; with three loud noises and one hit."""
    rng = random.Random(seed)
    senses: list[AnySense] = []
    at = rng.uniform(10, 60)
    while at < HOUR - 60:
        leaves = min(HOUR - 10, at + rng.uniform(300, 900))
        senses.append(Person(at=at, person="anna", change="arrives"))
        mood = rng.uniform(-0.5, 0.8)
        while (at := at + rng.expovariate(1 / 25)) < leaves:
            what = rng.random()
            if what < 0.45:
                seen = [
                    Face(
                        at=at + n,
                        person="anna",
                        valence=mood,
                        arousal=0.1,
                        confidence=0.7,
                        looking=rng.random(),
                    )
                    for n in range(8)
                ]
                senses += seen
            elif what < 0.7:
                senses += touched(rng, at)
                at = senses[-1].at + 1
            elif what < 0.9:
                senses.append(said(rng, at))
            elif what < 0.95:
                senses += [
                    BodyMotion(at=at, motion="lifted", strength=0.4),
                    BodyMotion(at=at + 8, motion="put_down", strength=0.4),
                ]
                at += 9
            else:
                mood = rng.uniform(-0.8, 0.9)
        senses.append(Person(at=leaves, person="anna", change="leaves"))
        at = leaves + rng.uniform(60, 500)
    senses += [
        Voice(at=rng.uniform(0, HOUR), level=-8.0, arousal=0.8, valence=-0.2, confidence=0.6)
        for _ in range(3)
    ]
    senses.append(
        Gesture(
            at=rng.uniform(600, 3000),
            zone="back",
            gesture="hit",
            phase="begin",
            pressure=1.0,
            peak=1.0,
        )
    )
    return sorted(senses, key=lambda sense: sense.at)


@dataclass(slots=True)
class Log:
    """What can be read from an hour's log without knowing the personality."""

    time: Counter[str] = field(default_factory=Counter)
    """Steps of DT spent in each behaviour."""
    starts: Counter[str] = field(default_factory=Counter)
    """How often each behaviour began."""
    calls: Counter[str] = field(default_factory=Counter)
    """How often each call was made."""
    purr: float = 0.0
    """Sum of the purr's level, 0..1, over all steps."""

    def features(self) -> dict[str, float]:
        """The hour as numbers without unit, scaled so that squared differences can be added."""
        total = self.time.total()
        shares = {f"time in {name}": sqrt(n / total) for name, n in self.time.items()}
        rates = {f"starts of {name}": sqrt(n) / 5 for name, n in self.starts.items()}
        return {**shares, **rates, "calls": sqrt(self.calls.total()) / 5, "purr": self.purr / total}

    def entropy(self) -> float:
        """Entropy in bits of the time spent in each behaviour."""
        total = self.time.total()
        return -sum(n / total * log2(n / total) for n in self.time.values())


class Cat:
    """Mind and decider without a body, at 10 Hz."""

    def __init__(self, name: str, seed: int) -> None:
        number = count(1).__next__
        personality = load(SHIPPED["personalities"] / f"{name}.yaml", Personality)
        self.mind = Mind(
            load(SHIPPED["appraisals"] / "cat.yaml", Appraisals),
            personality,
            hour=15.0,
            number=number,
        )
        self.decider = Decider(
            load(SHIPPED["trees"] / "cat.yaml", Tree), personality, random.Random(seed)
        )
        self.log = Log()
        self.gesture: Gesture | None = None
        self.now = 0.0
        self.behavior = ""

    def live(
        self, senses: Sequence[AnySense], until: float
    ) -> list[tuple[float, tuple[Event, ...], float]]:
        """(seconds, events, sum of the emotions' levels) of each step up to `until` seconds."""
        seen, n = [], 0
        while self.now < until:
            self.now += DT
            begin = n
            while n < len(senses) and senses[n].at <= self.now:
                n += 1
            seen.append(self._step(senses[begin:n]))
        return seen

    def _step(self, heard: Sequence[AnySense]) -> tuple[float, tuple[Event, ...], float]:
        for sense in heard:
            if isinstance(sense, Gesture):
                self.gesture = None if sense.phase == "end" else sense
        if self.gesture is not None and self.now - self.gesture.at > 0.6:
            self.gesture = None
        events, evidence = self.mind.perceive(heard, self.now)
        person, pet = self.mind.feel(events, evidence, self.now, DT)
        hour = (15.0 + self.now / 3600) % 24
        decision = self.decider.decide(
            Context(
                at=self.now,
                dt=DT,
                hour=hour,
                person=person,
                pet=pet,
                events=events,
                gesture=self.gesture,
            )
        )
        self.mind.did(decision.behavior)
        self.log.time[decision.behavior] += 1
        self.log.starts[decision.behavior] += decision.behavior != self.behavior
        self.log.calls.update(call.name for call in decision.calls)
        self.log.purr += decision.purr
        self.behavior = decision.behavior
        return self.now, events, sum(pet.emotions.values())


def hour_of(name: str, seed: int) -> Log:
    """The log of one mixed hour of a personality."""
    cat = Cat(name, seed)
    cat.live(mixed_hour(seed), HOUR)
    return cat.log


def distance(a: dict[str, float], b: dict[str, float]) -> float:
    """Squared Euclidean distance between two hours' features."""
    return sum((a.get(key, 0.0) - b.get(key, 0.0)) ** 2 for key in {*a, *b})


def mean(logs: Sequence[dict[str, float]]) -> dict[str, float]:
    """Mean of each feature; a feature that a log lacks counts as 0."""
    return {key: sum(log.get(key, 0.0) for log in logs) / len(logs) for log in logs for key in log}


def told_apart(hours: int) -> list[tuple[str, str]]:
    """(personality, the personality it was taken for) of each tested hour: the one whose mean of
    the learnt hours is nearest. The tested hours have other seeds than the learnt ones."""
    known = {
        name: mean([hour_of(name, seed).features() for seed in range(hours)]) for name in NAMES
    }
    tested = [
        (name, hour_of(name, seed).features()) for name in NAMES for seed in range(100, 100 + hours)
    ]
    return [
        (name, min(NAMES, key=lambda other: distance(features, known[other])))
        for name, features in tested
    ]


def variety() -> None:
    """Print how varied the cat's behaviour is over an hour, and the share of each behaviour."""
    log = hour_of("cat", 7)
    most = log2(sum(1 for _ in slots(load(SHIPPED["trees"] / "cat.yaml", Tree).root)))
    print(
        f"entropy of behaviours over a mixed hour: {log.entropy():.2f} bits, "
        f"{log.entropy() / most:.0%} of the maximum (at least 60 %)"
    )
    for name, n in log.time.most_common():
        print(f"  {name:16} {n / log.time.total():6.1%}  {log.starts[name]:3} times")
    print(f"  calls: {dict(log.calls)}")


def main() -> None:
    """Print the variety of an hour and how many hours are assigned to the right personality."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=2, help="of each personality")
    hours = parser.parse_args().hours
    variety()
    if hours:
        pairs = told_apart(hours)
        for name, guess in pairs:
            if guess != name:
                print(f"  an hour of {name} was taken for {guess}")
        right = sum(name == guess for name, guess in pairs)
        print(
            f"personalities told apart: {right} of {len(pairs)} hours "
            f"({right / len(pairs):.0%}; at least 90 %)"
        )
