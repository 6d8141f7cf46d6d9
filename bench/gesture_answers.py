"""What the pet does and how it sounds for each thing that a hand does, and how that wanes.

    python -m bench gesture_answers

Hands go the whole way: over a simulated body, the firmware, the readers and the pet. They are
drawn, so the figures say how it answers what they describe, not how it does with people.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import moggy
from moggy import Day, Life, Pet
from moggy.clock import RATE
from moggy.sim.day import Act

BEGINS: Final = 10.0
"""Seconds at which the hand comes, to somebody whom the pet has looked at for a while."""
GESTURES: Final[Mapping[str, Mapping[str, Any]]] = {
    "stroke": {
        "stroke": {"along": ("shoulders", "back", "loin", "tail_base"), "speed": 0.08, "times": 3}
    },
    "pat": {"press": {"pad": "back", "pressure": 0.45, "seconds": 0.2}},
    "scratch": {"rub": {"pad": "back", "pressure": 0.45, "rate": 3.5, "seconds": 5.0}},
    "hold": {"press": {"pad": "back", "pressure": 0.35, "seconds": 8.0}},
    "tickle": {"rub": {"pad": "back", "pressure": 0.15, "rate": 5.0, "area": 0.1, "seconds": 5.0}},
    "poke": {
        "rub": {"pad": "back", "pressure": 0.65, "rate": 0.1, "reach": 0.001, "area": 0.05,
                "seconds": 0.3}
    },
}  # fmt: skip
"""Gesture → the act of a hand that makes it, all in one place but the stroke."""
PAT_EVERY_S: Final = 4.0
"""Seconds from one pat to the next."""
PATS: Final = 10
"""Equal pats in a row."""


class Answer(NamedTuple):
    """What the pet did in some seconds."""

    seconds: Mapping[str, float]
    """Behaviour → for how long, in their order."""
    calls: tuple[str, ...]
    purr: float
    """Mean wish to purr, 0..1."""

    @property
    def behaviors(self) -> tuple[str, ...]:
        """In their order."""
        return tuple(self.seconds)


def with_ben(acts: list[Act], seconds: float, seed: int = 1) -> Life:
    """A life with somebody whom the pet knows."""
    pet = Pet(seed=seed, remembered={"people": {"ben": {"trust": 0.6, "familiarity": 0.7}}})
    face = {"valence": 0.0, "arousal": -0.1, "looking": 0.2, "seconds": BEGINS - 1.5}
    there = Act.model_validate({"at": 1.0, "who": "ben", "face": face})
    return moggy.live(pet, Day(hour=16.0, seconds=seconds, acts=(there, *acts)))


def hand(gesture: str, at: float) -> Act:
    """The act of a hand at a time, s."""
    return Act.model_validate({"at": at, **GESTURES[gesture]})


def answered(life: Life, begin: float, end: float) -> Answer:
    """What the pet did between two times, s, from the first answer that knows the gesture on."""
    ticks = life.between(begin, end).ticks
    names = [tick.decision.behavior for tick in ticks]
    return Answer(
        {name: names.count(name) / RATE for name in dict.fromkeys(names)},
        tuple(call.name for tick in ticks for call in tick.calls),
        sum(tick.decision.purr for tick in ticks) / max(1, len(ticks)),
    )


def to_one(gesture: str, seed: int = 1) -> Answer:
    """The answer to one gesture of a hand that comes once, within six seconds."""
    return answered(
        with_ben([hand(gesture, BEGINS)], BEGINS + 6.0, seed), BEGINS + 0.1, BEGINS + 6.0
    )


def to_pats(seed: int = 1) -> tuple[list[Answer], Answer]:
    """The answers to ten equal pats, and to one more after a scratch, each of 3.5 seconds."""
    at = [BEGINS + n * PAT_EVERY_S for n in range(PATS)]
    scratch = at[-1] + PAT_EVERY_S
    last = scratch + 9.0
    acts = [*(hand("pat", each) for each in at), hand("scratch", scratch), hand("pat", last)]
    life = with_ben(acts, last + 4.0, seed)
    found = [answered(life, each + 0.1, each + 3.6) for each in (*at, last)]
    return found[:-1], found[-1]


def main() -> None:
    """Print the answers."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for gesture in GESTURES:
        print(f"  {gesture:8} {_told(to_one(gesture))}")
    pats, after = to_pats()
    for n, answer in enumerate(pats, 1):
        print(f"  pat {n:<4} {_told(answer)}")
    print(f"  after a scratch {_told(after)}")


def _told(answer: Answer) -> str:
    calls = ", ".join(answer.calls) or "silent"
    did = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in answer.seconds.items())
    return f"{did}; {calls}; purr {answer.purr:.2f}"


if __name__ == "__main__":
    main()
