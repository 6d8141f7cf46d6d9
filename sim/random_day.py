"""A random day: somebody comes and goes, strokes, pats, hits, lifts, talks and shows their face."""

from __future__ import annotations

import random

from moggy.body import Body
from moggy.sim.day import Act, Day, DayLook, Press, Stroke
from moggy.vocabulary import SETTINGS

SAID = (
    "good cat",
    "hello my sweet",
    "bad cat, stop that",
    "go away, leave me alone",
    "come here",
    "I had an awful day",
    "let's play",
    "look at this",
    "I am so happy today",
    "I am furious",
    "",
)
"""What somebody may say."""
ASKED = tuple(name for name in SETTINGS if name != "stop")
"""What the owner may ask for by hand; not the emergency stop, after which nothing more happens."""
WAYS = (
    ("neck", "shoulders", "back", "loin"),
    ("forehead", "neck"),
    ("cheek_left", "chin"),
    ("loin", "back", "shoulders"),
    ("belly",),
    ("tail_base", "tail"),
)
"""Pads that a hand passes in a stroke."""


def random_day(seed: int, seconds: float, body: Body) -> Day:
    """A day of so many seconds on which something happens every four seconds on average. The same
    seed and body give the same day."""
    rng = random.Random(seed)
    acts, at, here = [Act(at=0.5, who="anna", person="arrives")], 1.0, True
    while (at := at + rng.expovariate(0.25)) < seconds - 1.0:
        who = rng.choice(("anna", "anna", "bo"))
        act = _act(rng, at, who, list(body.pads), here)
        here = here if act.person is None else act.person == "arrives"
        acts.append(act)
    return Day(
        about=f"random day {seed}", hour=rng.uniform(0.0, 23.9), seconds=seconds, acts=tuple(acts)
    )


def _act(rng: random.Random, at: float, who: str, pads: list[str], here: bool) -> Act:
    match rng.choices(
        ("stroke", "press", "hit", "face", "say", "person", "carry", "battery", "setting"),
        (30, 12, 6, 18, 16, 5, 4, 3, 4),
    )[0]:
        case "stroke":
            along = rng.choice(WAYS)
            stroke = Stroke(
                along=along,
                speed=rng.uniform(0.02, 0.5),
                pressure=rng.uniform(0.15, 0.6),
                times=rng.randint(1, 4),
            )
            return Act(at=at, who=who, stroke=stroke)
        case "press":
            press = Press(
                pad=rng.choice(pads),
                pressure=rng.uniform(0.2, 0.8),
                seconds=rng.uniform(0.05, 2.0),
                times=rng.randint(1, 4),
            )
            return Act(at=at, who=who, press=press)
        case "hit":
            return Act(
                at=at, who=who, press=Press(pad=rng.choice(pads), pressure=1.0, seconds=0.06)
            )
        case "face":
            look = DayLook(
                valence=rng.uniform(-1, 1),
                arousal=rng.uniform(-1, 1),
                confidence=rng.uniform(0.2, 0.9),
                seconds=rng.uniform(1, 8),
            )
            return Act(at=at, who=who, face=look)
        case "say":
            return Act(at=at, who=who, say=rng.choice(SAID))
        case "person":
            return Act(at=at, who=who, person="leaves" if here else "arrives")
        case "carry":
            return Act(at=at, who=who, carry=rng.uniform(1.0, 6.0))
        case "battery":
            return Act(at=at, battery=rng.uniform(0.0, 1.0))
        case _:
            return Act(at=at, setting=rng.choice(ASKED), on=rng.random() < 0.5)
