"""What a tick of acting costs: CPU time for a busy and for a calm cat.

The best of a few runs counts, since the machine may be busy with other things.
"""

from __future__ import annotations

import argparse
from time import process_time

from bench.absent import ROOT
from moggy.actuators.actor import Actor
from moggy.behaviors.motions import load_motions
from moggy.body import Body
from moggy.clock import RATE
from moggy.config import load
from moggy.messages import Affect, Decision, Gesture, PersonEstimate, Play
from moggy.personality import Personality

DT = 1.0 / RATE
"""Seconds of one tick: 50 Hz, as the pet runs."""
DAY = (
    ("sit", "look_around"),
    ("sit", "greet"),
    ("loaf", "knead"),
    ("lie", "lean_in"),
    ("curl", "nod_off"),
    ("stand", "tail_swish"),
)
"""Postures and motions of the busy cat, each pair for five seconds."""


def make() -> Actor:
    """An actor with the shipped cat's body and motions."""
    motions = load_motions(sorted((ROOT / "behaviors" / "motions").glob("*.yaml")))
    return Actor(
        load(ROOT / "actuators" / "body" / "cat.yaml", Body), motions, Personality(name="bench")
    )


def run(actor: Actor, seconds: float, *, busy: bool) -> float:
    """Mean CPU time of a tick in microseconds, over `seconds` of the cat's life."""
    person = PersonEstimate(person="someone", present=True, bearing=(0.3, 0.2))
    began = process_time()
    ticks = int(seconds / DT)
    decision = Decision(
        at=0.0, behavior="loaf", plays=(Play(motion="loaf", started=0.0, layer="posture"),)
    )
    for n in range(ticks):
        now = n * DT
        if busy and n % 250 == 0:
            posture, motion = DAY[n // 250 % len(DAY)]
            plays = (
                Play(motion=posture, started=now, layer="posture"),
                Play(motion=motion, started=now),
            )
            decision = Decision(
                at=now,
                behavior=motion,
                plays=plays,
                gaze="person" if n % 500 else "around",
                purr=0.6,
            )
        gesture = Gesture(at=now, zone="neck", gesture="stroke") if busy and n % 300 < 150 else None
        pet = Affect(valence=0.3 + (0.2 * (n % 100) / 100 if busy else 0.0), arousal=0.1)
        actor.act(decision, person, pet, (), gesture, now, DT)
    return (process_time() - began) / ticks * 1e6


def main() -> None:
    """Print the microseconds of CPU that a tick takes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=15.0, help="of the cat's life, each run")
    seconds = options.parse_args().seconds
    for name, busy in (("busy", True), ("calm", False)):
        print(f"{name}: {min(run(make(), seconds, busy=busy) for _ in range(5)):.1f} µs a tick")
