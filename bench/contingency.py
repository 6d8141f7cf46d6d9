"""Whether what the pet does and feels depends on when it is touched.

One random day is lived, whole, over the wire and the firmware. What followed each touch is compared
with what followed at times made by shuffling the pauses between the touches: a permutation test,
which asks for no shape of anything (Good 2005, ch. 3). Contacts within two seconds of one another
are one petting, and count as one touch: going on with what it does is the right answer to the
second stroke.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot
from statistics import fmean

import moggy
from moggy.clock import RATE
from moggy.messages import Tick

SEED = 41
"""Of the random day and of the shuffles."""
SECONDS = 600.0
"""Seconds of life that are tested."""
SHUFFLES = 2000
"""Shuffled courses that the real one is compared with: p is known to about 0.0005."""
AT_ONCE = round(0.3 * RATE)
"""Ticks within which a movement counts as an answer: 0.3 s."""
SOON = round(1.5 * RATE)
"""Ticks within which a change of feeling or of behaviour counts as an answer: 1.5 s."""
PETTING = round(2.0 * RATE)
"""Ticks within which the next contact belongs to the same petting, as in behaviors/moment.py."""
SHOWN = ("ear_left", "ear_right", "eyelids", "tail_yaw", "head_pan", "head_tilt")
"""Joints whose movement counts."""


@dataclass(slots=True)
class Course:
    """A life as three courses: what moved, what was felt, what was done; and the ticks at which a
    touch or any contact began."""

    touches: list[int] = field(default_factory=list)
    """Ticks at which a petting began."""
    contacts: list[int] = field(default_factory=list)
    """Ticks at which any contact began."""
    poses: list[tuple[float, ...]] = field(default_factory=list)
    """Of each tick: the commanded angles of SHOWN in radians."""
    feelings: list[tuple[float, float]] = field(default_factory=list)
    """Of each tick: the pet's valence and arousal, −1..1."""
    doings: list[tuple[str, float]] = field(default_factory=list)
    """Of each tick: the behaviour, and since when, in seconds."""

    def note(self, tick: Tick) -> None:
        """Add one tick to the courses."""
        if any(event.name == "touched" for event in tick.events):
            if not self.contacts or tick.n - self.contacts[-1] > PETTING:
                self.touches.append(tick.n)
            self.contacts.append(tick.n)
        self.poses.append(tuple([tick.commanded.pose[joint] for joint in SHOWN]))
        self.feelings.append((tick.pet.valence, tick.pet.arousal))
        self.doings.append((tick.decision.behavior, tick.decision.since))


def answers(course: Course) -> dict[str, list[float]]:
    """For each measure, its value as if a touch had begun at each tick: radians moved at once,
    change of valence and arousal, and 1.0 where another behaviour began."""
    n = len(course.poses) - SOON - 1
    poses, feelings, doings = course.poses, course.feelings, course.doings
    speeds = [
        sum(abs(b - a) for a, b in zip(poses[max(0, i - 1)], poses[i], strict=True))
        for i in range(len(poses))
    ]
    return {
        "moves within 0.3 s (rad)": [sum(speeds[i : i + AT_ONCE]) for i in range(n)],
        "feels otherwise after 1.5 s": [
            hypot(
                feelings[i + SOON][0] - feelings[max(0, i - 1)][0],
                feelings[i + SOON][1] - feelings[max(0, i - 1)][1],
            )
            for i in range(n)
        ],
        "takes up something else within 1.5 s (share)": [
            float(doings[max(0, i - 1)] != doings[i + SOON]) for i in range(n)
        ],
    }


def permutation_test(
    times: Sequence[int], answer: Sequence[float], shuffles: int, rng: random.Random
) -> tuple[float, float, float]:
    """(mean answer at these times, mean answer at shuffled times, p). p is the share of shuffled
    courses whose mean answer is at least as large.

    The first pause begins at a random tick and the course is treated as a ring, so every shuffled
    course is equally likely.
    """
    length = len(answer)
    times = [time for time in times if time < length]
    observed = fmean(answer[time] for time in times)
    pauses = [(b - a) % length for a, b in zip(times, [*times[1:], times[0]], strict=True)]
    as_much, total = 0, 0.0
    for _ in range(shuffles):
        rng.shuffle(pauses)
        at, found = rng.randrange(length), 0.0
        for pause in pauses:
            found += answer[at]
            at = (at + pause) % length
        as_much += found / len(times) >= observed - 1e-12
        total += found / len(times)
    return observed, total / shuffles, (1 + as_much) / (1 + shuffles)


def life(seed: int = SEED, seconds: float = SECONDS) -> Course:
    """A random day of the shipped cat, in virtual time, `seconds` long."""
    course = Course()
    for tick in moggy.live(moggy.Pet(seed=seed), moggy.random_day(seed, seconds)).ticks:
        course.note(tick)
    return course


def main() -> int:
    """Print the test of each measure; 1 where one fails, else 0."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    course, rng, broken = life(), random.Random(SEED), 0
    contacts, touches = len(course.contacts), len(course.touches)
    print(
        f"{touches} touches ({contacts} contacts) in {SECONDS:.0f} s of a random day, "
        f"{SHUFFLES} shuffles of the pauses between them"
    )
    for what, answer in answers(course).items():
        observed, shuffled, p = permutation_test(course.touches, answer, SHUFFLES, rng)
        kept = p < 0.01
        broken += not kept
        figures = (
            f"{observed:.3f} after touches, {shuffled:.3f} after shuffled ones, "
            f"p = {p:.4f} (below 0.01)"
        )
        print(f"{'ok  ' if kept else 'FAIL'} {what}: {figures}")
    return 1 if broken else 0
