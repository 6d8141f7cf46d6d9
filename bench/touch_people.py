"""Whether an angry hand looks angry whoever it belongs to and whatever skin it is on.

    python -m bench touch_people

Each simulated person has their own force and pace, and each robot a skin that gives more or less
for the same force. Everybody touches a pet that is new to them a number of times, gently and, among
that in any order, as an angry person does: harder and quicker. How much harder is drawn for each
person. A person is read right where their angry touches are taken for less pleasant, or for more
aroused, than their others in the mean. The hands are drawn from what is described (Hertenstein et
al. 2006, Emotion 6, 528–533), so the figures say that the rules hold, not how they do on people.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from statistics import fmean
from typing import Final, NamedTuple

from bench.perceive_touch import BODY, ContactSample, SimulatedHand, as_pads, gesture, told
from moggy.brain.appraisals import Appraisals
from moggy.brain.perception.habits import Habits
from moggy.brain.perception.perception import Perception
from moggy.config import Files
from moggy.messages import Touch
from moggy.sensors.touch import TouchReader
from moggy.vocabulary import GestureName

PEOPLE: Final = 56
"""Simulated people."""
FIRST: Final = 1000
"""Seed of the first. LEAN_PER and QUICK_PER of brain/perception/hands.py were set on the seeds 0 to
55, so the figures are of others."""
LEAST: Final = 0.7
"""Share of the people whose angry touches must be read as less pleasant, and as more aroused, on
each kind of skin. Our choice: of these hands pressure alone tells four fifths, and what else is
read must not drown it."""
SKINS: Final = (1.0, 0.4)
"""How many times the usual the skins give in the middle: a robot as it is, and one whose whole
range lies below what is firm on the other."""
USUAL: Final = 12
"""Touches of each person that are not angry."""
ANGRY: Final = 4
"""Touches of each person that are."""
GESTURES: Final[Sequence[GestureName]] = ("stroke", "pat", "hold", "scratch")
"""What they do, angry or not."""
FORCE: Final = 0.3
"""Standard deviation of the logarithm of a person's force."""
SKIN: Final = 0.35
"""The same of what a skin gives for a force."""
ANGRY_FORCE: Final = (1.4, 0.2)
"""How many times the usual force an angry hand has: median, and deviation of its logarithm."""
ANGRY_PACE: Final = (1.3, 0.2)
"""The same of its pace."""
PAUSE_S: Final = 20.0
"""Seconds from one touch to the next."""


class Bout(NamedTuple):
    """How one touch was read: the means of what its evidence says, and the pressure, 0..1."""

    angry: bool
    valence: float
    arousal: float
    pressure: float


def pressed(moment: ContactSample, skin: float) -> Touch:
    """The sample as the pads of a skin feel it that gives so many times what the usual one does."""
    touch = as_pads(moment)
    pads = {name: min(1.0, skin * p) for name, p in (touch.pads or {}).items()}
    return replace(touch, pads=pads, pressure=max(pads.values(), default=0.0))


def touched(seed: int, appraisals: Appraisals, gives: float = 1.0) -> list[Bout]:
    """All that a person does to a pet, as it reads it; its skin gives so many times what skins
    usually do."""
    rng = random.Random(seed)
    force, pace, differs = (math.exp(rng.gauss(0.0, sigma)) for sigma in (FORCE, 0.2, SKIN))
    skin = gives * differs
    harder = ANGRY_FORCE[0] * math.exp(rng.gauss(0.0, ANGRY_FORCE[1]))
    quicker = ANGRY_PACE[0] * math.exp(rng.gauss(0.0, ANGRY_PACE[1]))
    perception = Perception(count(1000).__next__, Habits(10.0))
    perception.adopt(appraisals)
    reader = TouchReader(BODY)
    moods = [True] * ANGRY + [False] * USUAL
    rng.shuffle(moods)
    found: list[Bout] = []
    for n, angry in enumerate(moods):
        hand = SimulatedHand(
            force * (harder if angry else 1.0), pace * (quicker if angry else 1.0), 1.0, rng
        )
        moments = gesture(rng.choice(GESTURES), hand)
        gestures = told(moments, lambda m: pressed(m, skin), False, reader, n * PAUSE_S)
        said = [e for each in gestures for e in perception.perceive([each], each.at)[1]]
        if said:
            found.append(
                Bout(
                    angry,
                    fmean(each.valence for each in said if each.valence is not None),
                    fmean(each.arousal for each in said if each.arousal is not None),
                    fmean(each.pressure for each in gestures),
                )
            )
    return found


def contrast(bouts: Sequence[Bout], measure: str) -> float:
    """By how much the mean of a measure over the angry touches is above that of the others."""
    return fmean(getattr(b, measure) for b in bouts if b.angry) - fmean(
        getattr(b, measure) for b in bouts if not b.angry
    )


def main() -> int:
    """Print how many people are read right; returns 1 where they are too few."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--people", type=int, default=PEOPLE, help="simulated people")
    people = options.parse_args().people
    appraisals = Files().load("appraisals/cat.yaml", Appraisals)
    least = 1.0
    for gives in SKINS:
        lives = [touched(seed, appraisals, gives) for seed in range(FIRST, FIRST + people)]
        right = {
            "less pleasant": sum(contrast(bouts, "valence") < 0.0 for bouts in lives),
            "more aroused": sum(contrast(bouts, "arousal") > 0.0 for bouts in lives),
            "pressed harder": sum(contrast(bouts, "pressure") > 0.0 for bouts in lives),
        }
        print(f"skins that give {gives:g} times the usual:")
        for name, n in right.items():
            print(f"  angry touches are {name:14} than the others in {n} of {people} people")
        least = min(least, right["less pleasant"] / people, right["more aroused"] / people)
    return 0 if least >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
