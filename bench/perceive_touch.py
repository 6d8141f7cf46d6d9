"""How well touch is understood: eight gestures of simulated hands, felt by pads, as a place, or as
a zone alone.

`python bench/perceive_touch.py [HANDS]`. The hands are simulated (each with its own force, pace and
size), since no recording of hands on a pet with a clear licence is at hand: so the numbers say that
the rules agree with how these gestures are described, not how they do on people. For people the
honest baseline on a dense skin of 456 cells is 78 % over the same eight classes; on a dozen pads
expect less.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from moggy import config
from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Gesture, Touch
from moggy.sensors.touch import TouchReader
from moggy.vocabulary import GESTURES

BODY = config.load(Path(__file__).resolve().parents[1] / "actuators" / "body" / "cat.yaml", Body)
FALLOFF = 0.045
"""m at which a pad feels 37 % of a finger"""
BEGIN = 0.5

Moment = tuple[float, float, tuple[float, float, float], float]
"""time, pressure, place, area"""


@dataclass(frozen=True)
class Hand:
    """One person's way of touching: factors on force, pace and the size of the hand."""

    force: float
    pace: float
    size: float
    rng: random.Random


def contact(
    hand: Hand,
    start: float,
    seconds: float,
    press: Callable[[float], float],
    where: Callable[[float], float],
    area: float,
) -> list[Moment]:
    out = []
    for k in range(max(1, round(seconds * 50))):
        t = k * 0.02
        pressure = min(1.0, max(0.03, hand.force * press(t) * (1.0 + hand.rng.gauss(0.0, 0.04))))
        place = (where(t) + hand.rng.gauss(0.0, 0.0015), hand.rng.gauss(0.0, 0.0015), 0.24)
        out.append((start + t, pressure, place, min(1.0, area * hand.size)))
    return [*out, (start + max(0.02, round(seconds * 50) * 0.02), 0.0, (0.0, 0.0, 0.0), 0.0)]


def flat(level: float, rise: float) -> Callable[[float], float]:
    return lambda t: level * min(1.0, (t + 0.02) / rise)


def at_one(x: float) -> Callable[[float], float]:
    return lambda t: x


def gesture(name: str, hand: Hand) -> list[Moment]:
    """One bout of a gesture on the back."""
    u, x0 = hand.rng.uniform, hand.rng.uniform(-0.06, 0.04)
    here = at_one(x0)
    if name == "hold":
        return contact(
            hand,
            BEGIN,
            u(1.0, 4.0),
            flat(u(0.3, 0.6), 0.15),
            lambda t: x0 + 0.003 * math.sin(t),
            u(0.3, 0.8),
        )
    if name == "stroke":
        speed, start = u(0.04, 0.2) * hand.pace, u(0.03, 0.07)
        return contact(
            hand,
            BEGIN,
            min(2.5, 0.16 / speed),
            flat(u(0.25, 0.5), 0.1),
            lambda t: start - speed * t,
            u(0.15, 0.5),
        )
    if name == "poke":
        return contact(hand, BEGIN, u(0.15, 0.6), flat(u(0.55, 0.9), 0.12), here, u(0.03, 0.08))
    if name == "hit":
        return contact(
            hand, BEGIN, u(0.04, 0.14), flat(u(0.75, 1.0) / hand.force, 0.02), here, u(0.15, 0.6)
        )
    if name in ("tap", "pat"):
        tap = name == "tap"
        n = hand.rng.randint(1, 3) if tap else hand.rng.randint(2, 5)
        out, at = [], BEGIN
        for _ in range(n):
            length = u(0.06, 0.14) if tap else u(0.1, 0.25)
            press, area = (
                (flat(u(0.15, 0.45), 0.04), u(0.04, 0.1))
                if tap
                else (flat(u(0.3, 0.6), 0.04), u(0.2, 0.6))
            )
            out += contact(hand, at, length, press, at_one(x0 + hand.rng.gauss(0.0, 0.006)), area)
            at += u(0.28, 0.5) / hand.pace
        return out
    rough = name == "scratch"
    rate, reach = (u(2.5, 6.0), u(0.01, 0.025)) if rough else (u(3.0, 8.0), u(0.006, 0.02))
    level, wobble = (u(0.35, 0.7), 0.25) if rough else (u(0.06, 0.22), 0.5)
    phase = [u(0.0, 6.3), u(0.7, 1.4)]
    return contact(
        hand,
        BEGIN,
        u(1.0, 3.0),
        lambda t: level * (1.0 + wobble * math.sin(2 * math.pi * rate * phase[1] * t)),
        lambda t: (
            x0
            + reach
            * math.sin(2 * math.pi * rate * t + phase[0])
            * (1.0 if rough else 0.7 + 0.3 * math.sin(7.0 * t))
        ),
        u(0.08, 0.25) if rough else u(0.04, 0.15),
    )


def as_place(m: Moment) -> Touch:
    return Touch(at=m[0], pressure=m[1], position=m[2], area=m[3])


def as_zone(m: Moment) -> Touch:
    return Touch(at=m[0], pressure=m[1], zone="back", area=m[3])


def as_pads(m: Moment) -> Touch:
    felt = (
        {
            name: m[1] * math.exp(-((math.dist(pad.at, m[2]) / FALLOFF) ** 2))
            for name, pad in BODY.pads.items()
        }
        if m[1]
        else {}
    )
    pads = {name: min(1.0, 1.3 * p) for name, p in felt.items() if p > 0.02}
    return Touch(at=m[0], pressure=max(pads.values(), default=0.0), pads=pads, area=m[3])


def told(moments: list[Moment], form: Callable[[Moment], Touch], jolt: bool) -> list[Gesture]:
    senses: list[AnySense] = [form(m) for m in moments]
    if jolt:
        senses.append(Acceleration(at=BEGIN + 0.02, x=0.5, y=0.2, z=1.5))
    reader, out = TouchReader(BODY), []
    for n in range(int((moments[-1][0] + 0.3) / 0.02)):
        now = n * 0.02
        due = [s for s in senses if now - 0.02 + 1e-9 < s.at <= now + 1e-9]
        out += [g for g in reader.read(due, now) if isinstance(g, Gesture)]
    return out


def main(hands: int = 40) -> None:
    for label, form in (("pads", as_pads), ("place", as_place), ("zone", as_zone)):
        rng = random.Random(5)
        seen = {name: dict.fromkeys(GESTURES, 0) for name in GESTURES}
        delays, sure, right, spent, ticks = [], [], [], 0.0, 0
        for _ in range(hands):
            hand = Hand(
                math.exp(rng.gauss(0.0, 0.15)),
                math.exp(rng.gauss(0.0, 0.2)),
                math.exp(rng.gauss(0.0, 0.2)),
                rng,
            )
            for name in GESTURES:
                moments = gesture(name, hand)
                began = time.process_time()
                found = told(moments, form, jolt=name == "hit" and rng.random() < 0.7)
                spent += time.process_time() - began
                ticks += int((moments[-1][0] + 0.3) / 0.02)
                last = found[-1]
                seen[name][last.gesture] += 1
                sure.append(last.confidence)
                right.append(last.gesture == name)
                if name == "hit":
                    delays += [next((g.at - BEGIN for g in found if g.gesture == "hit"), math.inf)]
        report(label, hands, seen, delays, sure, right, spent / ticks)


def report(
    label: str,
    hands: int,
    seen: dict[str, dict[str, int]],
    delays: list[float],
    sure: list[float],
    right: list[bool],
    spent: float,
) -> None:
    recall = {name: row[name] / hands for name, row in seen.items()}
    precision = {
        name: seen[name][name] / max(1, sum(row[name] for row in seen.values()))
        for name in GESTURES
    }
    f1 = [2 * recall[n] * precision[n] / max(1e-9, recall[n] + precision[n]) for n in GESTURES]
    print(
        f"\n{label}: accuracy {statistics.mean(recall.values()):.3f}, macro-F1 {statistics.mean(f1):.3f}, {hands} simulated hands"
    )
    print(
        f"  confidence {statistics.mean(sure):.2f} where {statistics.mean(right):.2f} are right; {spent * 1e6:.0f} µs a tick with the bench"
    )
    known = [d for d in delays if d < math.inf]
    print(
        f"  hits known: {len(known)} of {len(delays)}, latest after {max(known, default=math.inf) * 1000:.0f} ms"
    )
    print("  true \\ said " + "".join(f"{n:>9}" for n in GESTURES))
    for name, row in seen.items():
        print(f"  {name:>11} " + "".join(f"{row[n]:>9}" for n in GESTURES))


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
