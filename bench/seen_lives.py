"""Lives of several characters, and what was seen of each behaviour in them: the feelings in which
it ran, how much moved, how high the head was, and how long it went on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from bench.character import mixed_hour
from bench.tick import Nobody, NoClock, ScriptedSenses
from moggy.assemble import begin, born
from moggy.body import Body
from moggy.clock import RATE
from moggy.config import Files
from moggy.loop import Loop
from moggy.messages import AnySense, Tick
from moggy.sim.day import senses_of
from moggy.sim.random_day import random_day
from moggy.sim.script import Script
from moggy.sim.studio.still.shape import shape
from moggy.sim.studio.still.skeleton import pose

FIRST_S = 1.0
"""Seconds of waking that are not counted."""
MEASURED_EVERY = 2
"""Ticks between two poses that are compared: the body gets a command every 40 ms."""
LOOKED_EVERY = 26
"""Ticks between two looks at the height of the head."""
UNSEEN = ("eyelids",)
"""Joints that are not counted as movement: a blink is quick and weighs nothing."""


class LifePlan(NamedTuple):
    """A life to be lived."""

    personality: str
    seed: int
    hour: float
    company: Literal["mixed", "random", "none"]
    """Somebody comes, talks and strokes as in `bench.character`; a random day, with hits; or
    nobody."""
    seconds: float


LIVES = (
    LifePlan("cat", 21, 10.0, "mixed", 1500.0),
    LifePlan("playful", 22, 17.0, "mixed", 1500.0),
    LifePlan("cuddler", 23, 15.0, "mixed", 1500.0),
    LifePlan("cat", 24, 9.0, "none", 1200.0),
    LifePlan("cat", 25, 22.0, "none", 900.0),
    LifePlan("cat", 26, 12.0, "random", 900.0),
    LifePlan("shy", 27, 13.0, "random", 900.0),
)
"""What the figures are of; other seeds than those that the motions were made with."""


@dataclass(slots=True)
class Seen:
    """What was seen of one behaviour: sums over its poses."""

    counted: int = 0
    """Poses that were compared with the one before."""
    arousal: float = 0.0
    valence: float = 0.0
    energy: float = 0.0
    """Sum over joints of squared speed, rad²/s²."""
    way: float = 0.0
    """Sum over joints of speed, rad/s."""
    looks: int = 0
    head: float = 0.0
    """Height of the eyes, m."""
    runs: int = 0

    def means(self) -> SeenMeans:
        """Per pose."""
        n = max(1, self.counted)
        return SeenMeans(
            self.arousal / n,
            self.valence / n,
            self.energy / n,
            self.way / n,
            self.head / max(1, self.looks),
        )


class SeenMeans(NamedTuple):
    """Means of one behaviour; units as in `Seen`."""

    arousal: float
    valence: float
    energy: float
    way: float
    head: float


@dataclass(slots=True)
class Watching:
    """A listener: adds up what is seen."""

    body: Body
    seen: dict[str, Seen] = field(default_factory=lambda: defaultdict(Seen))
    sentences: Counter[str] = field(default_factory=Counter)
    """Each sentence that was said, with the number of ticks."""
    lasted: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Behaviour → seconds of each of its runs that has ended."""
    _before: Mapping[str, float] | None = None
    _behavior: str = ""
    _since: float = 0.0

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Take in one tick."""
        pose_now, behavior = tick.commanded.pose, tick.decision.behavior
        self.sentences[tick.decision.why] += 1
        seen = self.seen[behavior]
        if (behavior, tick.decision.since) != (self._behavior, self._since):
            if self._behavior:
                self.lasted[self._behavior].append(tick.decision.since - self._since)
            self._behavior, self._since = behavior, tick.decision.since
            seen.runs += 1
        if tick.n % MEASURED_EVERY:
            return
        if self._before is not None and tick.at >= FIRST_S:
            moved = [
                (pose_now[joint] - self._before[joint]) * RATE / MEASURED_EVERY
                for joint in self.body.joints
                if joint not in UNSEEN
            ]
            seen.counted += 1
            seen.arousal += tick.pet.arousal
            seen.valence += tick.pet.valence
            seen.energy += sum(speed * speed for speed in moved)
            seen.way += sum(abs(speed) for speed in moved)
            if tick.n % LOOKED_EVERY == 0:
                seen.looks += 1
                seen.head += eye_height(pose_now)
        self._before = pose_now


def eye_height(angles: Mapping[str, float]) -> float:
    """Height of the eyes above the ground in a pose (joint → rad), m."""
    head, eye = pose(angles)["head"], shape().pivots["eye"]
    return float((head[:3, :3] @ np.asarray(eye) + head[:3, 3])[2])


def watched(plan: LifePlan, body: Body) -> Watching:
    """One life, brain and actors alone, from its first to its last tick."""
    start = begin(Files(), seed=plan.seed, hour=plan.hour, personality=plan.personality)
    watching = Watching(body)
    loop = Loop(
        born(start),
        NoClock(),
        sensors=[ScriptedSenses(Script(list(_senses(plan, body))))],
        body=Nobody(),
        listeners=[watching],
    )
    for n in range(round(plan.seconds * RATE)):
        loop.step(n / RATE)
    return watching


def _senses(plan: LifePlan, body: Body) -> Iterator[AnySense]:
    if plan.company == "mixed":
        yield from (sense for sense in mixed_hour(plan.seed) if sense.at < plan.seconds)
    elif plan.company == "random":
        yield from senses_of(random_day(plan.seed, plan.seconds, body), body)


def together(lives: list[Watching]) -> Watching:
    """All that was seen in several lives."""
    whole = Watching(lives[0].body)
    for life in lives:
        whole.sentences.update(life.sentences)
        for name, lengths in life.lasted.items():
            whole.lasted[name] += lengths
        for name, seen in life.seen.items():
            sums = whole.seen[name]
            for each in Seen.__slots__:
                setattr(sums, each, getattr(sums, each) + getattr(seen, each))
    return whole
