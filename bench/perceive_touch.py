"""How well touch is understood: eight gestures of simulated hands, felt by pads, as a place, or as
a zone alone.

The hands are simulated, each with its own force, pace and size, since there is no recording of
hands on a pet with a clear licence. So the numbers say that the rules agree with how these gestures
are described, not how they do on people. For people, on a dense skin of 456 cells, 78 % over the
same eight classes is usual; on a dozen pads expect less.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from bench.absent import ROOT
from moggy import config
from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Gesture, Touch
from moggy.sensors.touch import TouchReader
from moggy.sensors.touch.contact import SAMPLE_S
from moggy.vocabulary import GESTURES, GestureName

BODY = config.load(ROOT / "actuators" / "body" / "cat.yaml", Body)
"""The body whose pads feel the touch."""
FALLOFF = 0.045
"""Metres from a finger at which a pad feels 37 % of its pressure."""
BEGIN = 0.5
"""Seconds at which every bout begins."""


class ContactSample(NamedTuple):
    """One sample of a contact."""

    at: float
    """Seconds."""
    pressure: float
    """0..1; 0: the hand has gone."""
    place: tuple[float, float, float]
    """Metres in the body's frame."""
    area: float
    """0..1"""


@dataclass(frozen=True)
class SimulatedHand:
    """One person's way of touching: factors on force, pace and the size of the hand."""

    force: float
    pace: float
    size: float
    rng: random.Random


@dataclass(slots=True)
class TouchScore:
    """What came of all bouts in one form of touch."""

    seen: dict[GestureName, dict[GestureName, int]] = field(
        default_factory=lambda: {name: dict.fromkeys(GESTURES, 0) for name in GESTURES}
    )
    """How often each gesture was taken for each."""
    delays: list[float] = field(default_factory=list)
    """Seconds from each hit to its first report as a hit; infinite where it was none."""
    sure: list[float] = field(default_factory=list)
    """The last confidence of each bout, 0..1."""
    right: list[bool] = field(default_factory=list)
    """Whether each bout was known."""
    spent: float = 0.0
    """CPU seconds."""
    ticks: int = 0
    """Ticks of the touch reader in that time."""


def contact(
    hand: SimulatedHand,
    start: float,
    seconds: float,
    press: Callable[[float], float],
    where: Callable[[float], float],
    area: float,
) -> list[ContactSample]:
    """The samples of one contact, from `start` for so many seconds.

    `press` gives the pressure, 0..1, and `where` the place along the back in metres, each at so
    many seconds after the start.
    """
    out = []
    for k in range(max(1, round(seconds / SAMPLE_S))):
        t = k * SAMPLE_S
        pressure = min(1.0, max(0.03, hand.force * press(t) * (1.0 + hand.rng.gauss(0.0, 0.04))))
        place = (where(t) + hand.rng.gauss(0.0, 0.0015), hand.rng.gauss(0.0, 0.0015), 0.24)
        out.append(ContactSample(start + t, pressure, place, min(1.0, area * hand.size)))
    end = start + max(SAMPLE_S, round(seconds / SAMPLE_S) * SAMPLE_S)
    return [*out, ContactSample(end, 0.0, (0.0, 0.0, 0.0), 0.0)]


def flat(level: float, rise: float) -> Callable[[float], float]:
    """A pressure, 0..1, that rises to `level` within `rise` seconds and stays there."""
    return lambda t: level * min(1.0, (t + 0.02) / rise)


def at_one(x: float) -> Callable[[float], float]:
    """A place, in metres along the back, that stays the same."""
    return lambda t: x


def gesture(name: GestureName, hand: SimulatedHand) -> list[ContactSample]:
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


def as_place(m: ContactSample) -> Touch:
    """The sample as a skin reports it that knows the place."""
    return Touch(at=m.at, pressure=m.pressure, position=m.place, area=m.area)


def as_zone(m: ContactSample) -> Touch:
    """The sample as a skin reports it that knows the zone alone."""
    return Touch(at=m.at, pressure=m.pressure, zone="back", area=m.area)


def as_pads(m: ContactSample) -> Touch:
    """The sample as the pads of the shipped cat feel it."""
    felt = (
        {
            name: m.pressure * math.exp(-((math.dist(pad.at, m.place) / FALLOFF) ** 2))
            for name, pad in BODY.pads.items()
        }
        if m.pressure
        else {}
    )
    pads = {name: min(1.0, 1.3 * p) for name, p in felt.items() if p > 0.02}
    return Touch(at=m.at, pressure=max(pads.values(), default=0.0), pads=pads, area=m.area)


def steps(moments: list[ContactSample]) -> int:
    """Ticks in which a bout is read: up to 0.3 s after its end."""
    return int((moments[-1].at + 0.3) / SAMPLE_S)


def told(
    moments: list[ContactSample],
    form: Callable[[ContactSample], Touch],
    jolt: bool,
    reader: TouchReader | None = None,
    start: float = 0.0,
) -> list[Gesture]:
    """What a new touch reader, or this one, makes of a bout that is `start` seconds later than it
    says; with `jolt`, of an acceleration at its begin too."""
    senses: list[AnySense] = [replace(form(m), at=start + m.at) for m in moments]
    if jolt:
        senses.append(Acceleration(at=start + BEGIN + SAMPLE_S, x=0.5, y=0.2, z=1.5))
    reader, out = reader or TouchReader(BODY), []
    for n in range(steps(moments)):
        now = start + n * SAMPLE_S
        due = [s for s in senses if now - SAMPLE_S + 1e-9 < s.at <= now + 1e-9]
        out += [g for g in reader.read(due, now) if isinstance(g, Gesture)]
    return out


def main() -> None:
    """Print the scores of the simulated hands for each form of touch."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hands", type=int, default=40, help="simulated hands")
    hands = options.parse_args().hands
    for label, form in (("pads", as_pads), ("place", as_place), ("zone", as_zone)):
        rng = random.Random(5)
        score = TouchScore()
        for _ in range(hands):
            hand = SimulatedHand(
                math.exp(rng.gauss(0.0, 0.15)),
                math.exp(rng.gauss(0.0, 0.2)),
                math.exp(rng.gauss(0.0, 0.2)),
                rng,
            )
            for name in GESTURES:
                moments = gesture(name, hand)
                began = time.process_time()
                found = told(moments, form, jolt=name == "hit" and rng.random() < 0.7)
                score.spent += time.process_time() - began
                score.ticks += steps(moments)
                last = found[-1]
                score.seen[name][last.gesture] += 1
                score.sure.append(last.confidence)
                score.right.append(last.gesture == name)
                if name == "hit":
                    hits = (g.at - BEGIN for g in found if g.gesture == "hit")
                    score.delays.append(next(hits, math.inf))
        report(label, hands, score)


def report(label: str, hands: int, score: TouchScore) -> None:
    """Print the scores of one form of touch."""
    seen = score.seen
    recall = {name: row[name] / hands for name, row in seen.items()}
    precision = {
        name: seen[name][name] / max(1, sum(row[name] for row in seen.values()))
        for name in GESTURES
    }
    f1 = [2 * recall[n] * precision[n] / max(1e-9, recall[n] + precision[n]) for n in GESTURES]
    print(
        f"\n{label}: accuracy {statistics.mean(recall.values()):.3f}, "
        f"macro-F1 {statistics.mean(f1):.3f}, {hands} simulated hands"
    )
    print(
        f"  confidence {statistics.mean(score.sure):.2f} "
        f"where {statistics.mean(score.right):.2f} are right; "
        f"{score.spent / score.ticks * 1e6:.0f} µs a tick with the bench"
    )
    known = [d for d in score.delays if d < math.inf]
    print(
        f"  hits known: {len(known)} of {len(score.delays)}, "
        f"latest after {max(known, default=math.inf) * 1000:.0f} ms"
    )
    print("  true \\ said " + "".join(f"{n:>9}" for n in GESTURES))
    for name, row in seen.items():
        print(f"  {name:>11} " + "".join(f"{row[n]:>9}" for n in GESTURES))
