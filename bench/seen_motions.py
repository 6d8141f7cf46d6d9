"""How fast a motion is at an arousal, and how long what ends lasts: measured on the shipped motions
and tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from moggy.actuators.layers import Layers
from moggy.actuators.limiter import Limiter
from moggy.actuators.mix import Mix
from moggy.behaviors.lint import slots
from moggy.behaviors.motions import Clip, load_motions
from moggy.behaviors.tree import BehaveSpec, NodeSpec, Tree
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.messages import Affect, Play

DT = 0.02
"""Seconds of a tick: 50 Hz."""
SETTLES_S = 3.0
"""Seconds for the posture below to stand, before a motion begins."""
SWUNG_S = 4.0
"""Seconds of its own time for which a motion without an end, a loop or a pose is watched."""
SHORTEST_S = 2.0
"""Seconds that what has an end should last at least: what is shorter is missed. Our choice."""
LONGEST_S = 10.0
"""Seconds that it should last at most: what is longer is a state. Our choice."""


def shipped_motions() -> Mapping[str, Clip]:
    """Name → motion."""
    return load_motions(sorted(SHIPPED["motions"].glob("*.yaml")))


def speed(motions: Mapping[str, Clip], body: Body, name: str, arousal: float) -> float:
    """Mean speed of the joints that a motion moves, rad/s, behind the limiter: over the whole
    motion, one loop of it, or the time in which a pose fades in."""
    motion, feeling = motions[name], Affect(arousal=arousal)
    layers, mix, limiter = Layers(motions), Mix([*body.joints, "pupils"]), Limiter(body.joints)
    ground = Play(motion="sit" if name == "stand" else "stand", started=0.0, layer="posture")
    if motion.channels >= set(body.joints):
        plays = [Play(motion=name, started=SETTLES_S, layer="posture")]
    else:
        plays = [ground, Play(motion=name, started=SETTLES_S)]
    joints = [joint for joint in body.joints if joint in motion.channels]
    lasts = motion.duration or motion.loop or (motion.fade if motion.still else SWUNG_S)
    ticks = round(lasts / motion.tempo(feeling) / DT)
    way, before = 0.0, dict.fromkeys(joints, 0.0)
    for n in range(-round(SETTLES_S / DT), ticks):
        mix.begin(SETTLES_S + n * DT)
        layers.take(mix, [ground] if n < 0 else plays, (), Affect() if n < 0 else feeling, DT)
        layers.lay_postures(mix, feeling)
        layers.lay_motions(mix, feeling, 1.0)
        pose, _ = limiter.step(mix.values, DT)
        way += sum(abs(pose[joint] - before[joint]) for joint in joints) if n >= 0 else 0.0
        before = pose
    return way / len(joints) / (ticks * DT)


class Length(NamedTuple):
    """How long something with an end lasts at least and at most, s."""

    what: str
    least: float
    most: float

    @property
    def fits(self) -> bool:
        """Whether it always lasts as long as it should."""
        return self.least >= SHORTEST_S and self.most <= LONGEST_S


def lengths(motions: Mapping[str, Clip]) -> list[Length]:
    """Of each motion with an end, at arousal 0, and of each step of a behaviour with one."""
    ending = [
        Length(f"motion {name}", motion.duration, motion.duration)
        for name, motion in motions.items()
        if motion.duration is not None
    ]
    tree = load(SHIPPED["trees"] / "cat.yaml", Tree)
    for slot in slots(tree.root):
        for n, step in enumerate(_steps(slot.do), 1):
            if step.lasts is not None:
                span = step.lasts if isinstance(step.lasts, tuple) else (step.lasts, step.lasts)
                ending.append(Length(f"{slot.id}, step {n}", *span))
    return ending


def _steps(node: NodeSpec) -> Iterator[BehaveSpec]:
    if isinstance(node, BehaveSpec):
        yield node
    for child in getattr(node, "children", ()):
        yield from _steps(child)
