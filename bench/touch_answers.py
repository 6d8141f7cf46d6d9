"""How a pet takes hands and how it answers them: firm hands and hits, strokes of the side, shakes.

Everything goes the whole way: a simulated hand on a simulated body, the firmware, the readers, the
pet. The hands are drawn, so the numbers say that the rules hold for what they describe, not how
they do on people.
"""

from __future__ import annotations

import argparse
import itertools
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import moggy
from moggy import Day, Life, Pet
from moggy.messages import Acceleration, AnySense, BodyMotion, Gesture, Place, Touch
from moggy.sensors.touch.contact import SAMPLE_S
from moggy.sim.day import Act
from moggy.sim.hands import blow

BEGINS = 2.0
"""Seconds at which a hand comes: by then the chips have settled."""

SKIN: dict[str, Place] = {
    "forehead": (0.2, 0.0, 0.29),
    "cheek": (0.22, 0.06, 0.23),
    "neck": (0.13, 0.0, 0.26),
    "shoulders": (0.07, 0.0, 0.245),
    "back": (-0.02, 0.0, 0.243),
    "tail base": (-0.18, 0.0, 0.225),
    "tail": (-0.28, 0.0, 0.25),
    "chest": (0.16, 0.0, 0.17),
    "left flank": (-0.02, 0.06, 0.175),
    "right flank": (0.03, -0.058, 0.18),
    "haunch": (-0.135, -0.07, 0.175),
    "front leg": (0.095, 0.06, 0.12),
    "hind leg": (-0.14, 0.06, 0.09),
    "belly": (0.0, 0.0, 0.115),
    "paw": (0.125, 0.042, 0.02),
}
"""Places on the skin of the studio's cat (sim/studio/cat_shape.json), m in the body's frame."""
FIRM = tuple(0.80 + 0.05 * n / 14 for n in range(15))
"""Pressures, 0..1, of a firm pat or poke."""


def hand(
    seconds: float,
    where: Place | Callable[[float], Place],
    pressure: float | Callable[[float], float] = 0.4,
    area: float = 0.3,
    at: float = BEGINS,
) -> list[Touch]:
    """A contact as a hand on the skin gives it: 50 samples a second, and its end."""
    times = [n * SAMPLE_S for n in range(max(1, round(seconds / SAMPLE_S)))]
    samples = [
        Touch(
            at=at + t,
            position=where(t) if callable(where) else where,
            pressure=pressure(t) if callable(pressure) else pressure,
            area=area,
        )
        for t in times
    ]
    return [*samples, Touch(at=at + times[-1] + SAMPLE_S, pressure=0.0)]


def lived(senses: Iterable[AnySense], seconds: float, seed: int = 1) -> Life:
    """A life of so many seconds with these senses."""
    return moggy.live(Pet(seed=seed), sorted(senses, key=lambda sense: sense.at), seconds)


def gestures(life: Life) -> list[Gesture]:
    """What the hands were taken to do."""
    return [s for tick in life.ticks for s in tick.understood if isinstance(s, Gesture)]


def struck(place: Place, strength: float) -> Life:
    """A hit as the studio draws it."""
    senses = [replace(sense, at=BEGINS + delay) for delay, sense in blow(place, strength)]
    return lived(senses, BEGINS + 1.5)


def firm(pressure: float, area: float) -> Life:
    """A firm pat (a palm) or poke (a finger) of 0.15 s, on a body at rest."""
    return lived(hand(0.15, SKIN["back"], pressure, area), BEGINS + 1.0)


def along_the_side(speed: float, height: float, seconds: float = 6.0) -> Life:
    """A hand that goes to and fro along the flank, at so many m above the ground."""

    def where(t: float) -> Place:
        gone = speed * t % 0.32
        return 0.07 - min(gone, 0.32 - gone), 0.06, height

    return lived(hand(seconds, where, area=0.25), BEGINS + seconds + 0.5)


def shaken(swings: int, g: float, hz: float, axis: int = 0) -> Life:
    """A body that is shaken: so many swings, each to the other side."""
    senses: list[AnySense] = []
    for n in range(round(swings / (2.0 * hz) / SAMPLE_S)):
        felt = [0.0, 0.0, 1.0]
        felt[axis] += g * math.sin(2.0 * math.pi * hz * n * SAMPLE_S)
        senses.append(Acceleration(at=BEGINS + n * SAMPLE_S, x=felt[0], y=felt[1], z=felt[2]))
    senses.append(Acceleration(at=senses[-1].at + SAMPLE_S))
    return lived(senses, BEGINS + 3.0)


def told_and_carried(said: str) -> Life:
    """Somebody who comes says something, and two seconds later lifts it for eight seconds."""
    acts = (
        Act(at=1.0, who="anna", person="arrives"),
        Act(at=3.0, who="anna", say=said),
        Act(at=5.0, who="anna", carry=8.0),
    )
    return moggy.live(Pet(seed=1), Day(seconds=16.0, acts=acts))


def strength(life: Life, name: str) -> float:
    """The strongest body motion of a name in a life, 0..1; 0 where there is none."""
    found = [
        sense.strength
        for tick in life.ticks
        for sense in tick.understood
        if isinstance(sense, BodyMotion) and sense.motion == name
    ]
    return max(found, default=0.0)


def sentence(why: str) -> str:
    """A sentence without its numbers."""
    return re.sub(r"[\d.]+", "", why)


def changes(words: Sequence[str]) -> int:
    """How often a word differs from the one before it."""
    return sum(a != b for a, b in itertools.pairwise(words))


def report_hits() -> None:
    """Firm hands that are no hits, and hits wherever they land."""
    for name, area in (("pats", 0.3), ("pokes", 0.05)):
        taken = [firm(pressure, area).events("hit") for pressure in FIRM]
        print(f"  firm {name} at rest taken for a hit: {sum(map(bool, taken))} of {len(FIRM)}")
    for name, place in SKIN.items():
        events = struck(place, 0.8).events()
        hits = [event.zone for event in events if event.name == "hit"]
        more = sorted({e.name for e in events} - {"touched", "released", "knocked", "hit"})
        print(f"  hit on the {name:12} {hits or 'missed'} {more or ''}")


def report_side() -> None:
    """How often gesture and sentence change while a hand goes along the side."""
    for height in (0.19, 0.175, 0.16, 0.145, 0.13):
        for speed in (0.05, 0.12):
            life = along_the_side(speed, height)
            told = [g.gesture for g in gestures(life) if g.duration > 0.4]
            whys = [sentence(tick.decision.why) for tick in life.ticks if tick.at > BEGINS + 0.4]
            print(
                f"  side at {height:.3f} m, {speed:.2f} m/s: {max(set(told), key=told.count):7}"
                f" gesture changes {changes(told)}, sentence {changes(whys)} in 6 s"
            )


def report_shakes() -> None:
    """The strength of short shakes, by how hard they are."""
    for axis, name in enumerate("xyz"):
        for g in (1.0, 1.5, 2.0, 2.5):
            found = [strength(shaken(3, g, hz, axis), "shaken") for hz in (2.0, 4.0, 6.0)]
            print(f"  two changes of side along {name} at {g} g: {found} at 2, 4, 6 Hz")


def report_carried() -> None:
    """What it does in somebody's arms after what was said."""
    for said in ("go away", "leave me alone", "bad cat, stop that", "I am furious"):
        print(f"  {said!r:22} {told_and_carried(said).between(5.0, 13.0).behaviors()}")


PARTS: dict[str, Callable[[], None]] = {
    "hits": report_hits,
    "side": report_side,
    "shakes": report_shakes,
    "carried": report_carried,
}
"""What is measured, by name."""


def main() -> None:
    """Print all figures, or those of one part."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; or all")
    for name in options.parse_args().parts or PARTS:
        if name not in PARTS:
            options.error(f"there is no part {name!r}; there are {', '.join(PARTS)}")
        print(f"\n{name}: {PARTS[name].__doc__}")
        PARTS[name]()
