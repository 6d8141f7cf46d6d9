"""What a hand does to the pet: Gestures become events (stroked, patted, hit, …) and a broad guess
at how the one feels whose hand it is."""

from __future__ import annotations

import math
from typing import NamedTuple

from moggy.messages import Gesture
from moggy.vocabulary import GESTURE_EVENTS

ONGOING = frozenset(("stroke", "hold", "scratch", "tickle"))
"""Gestures that go on; the others happen once."""
BEST_SPEED, WIDTH = 0.03, 1.0
"""m/s on skin, and σ of its logarithm (Löken et al. 2009: 1–10 cm/s is pleasant, best near 3)."""
FASTER_ON_FUR = 1.3
"""On a furred back faster also pleases (facts.md 2): the curve falls off less steeply above the
best speed, by this factor of σ."""
ROUGH_PRESSURE, ROUGH_AGAINST = 0.8, -0.3
"""A stroke harder than the first, or so much against the fur, ruffles."""
SQUEEZE, SQUEEZE_AFTER = 0.85, 0.3
"""Pressure and seconds of a hold that is a squeeze."""
SURE_AFTER = 0.6
"""Seconds after which a pat, tap or poke that still lasts is believed."""
LONGEST, TYPICAL = 1.0, 0.2
"""Seconds that one message of an ongoing touch can stand for at most, and when it is the first."""


def pleasantness(speed: float) -> float:
    """0..1 by the speed of a stroke in m/s: exp(−(ln(v/0.03))² / 2σ²)."""
    away = math.log(max(speed, 1e-4) / BEST_SPEED)
    width = WIDTH * FASTER_ON_FUR if away > 0.0 else WIDTH
    return math.exp(-away * away / (2.0 * width * width))


class OngoingTouch:
    """One hand on one zone."""

    __slots__ = ("at", "hand", "once", "squeezed")

    def __init__(self, at: float, hand: str) -> None:
        self.at, self.hand = at, hand
        self.once: str | None = None
        self.squeezed = False


class Happening(NamedTuple):
    """An event to be: its name, 0..1 how much of it, and the share of one whole event."""

    name: str
    strength: float
    dose: float = 1.0


def happenings(
    gesture: Gesture, contact: OngoingTouch, at: float, standing_alone: bool
) -> list[Happening]:
    """What this message of a contact means, beside that the contact began or ended.
    `standing_alone`: no begin was seen."""
    found: list[Happening] = []
    name = GESTURE_EVENTS[gesture.gesture]
    if gesture.gesture in ONGOING:
        dose = (
            TYPICAL
            if standing_alone and contact.at == at
            else min(LONGEST, max(0.0, at - contact.at))
        )
        if (
            gesture.gesture == "hold"
            and gesture.pressure > SQUEEZE
            and (gesture.duration > SQUEEZE_AFTER or standing_alone)
        ):
            if not contact.squeezed:
                contact.squeezed = True
                found.append(Happening("squeezed", gesture.pressure))
        elif dose > 0.0:
            found.append(_ongoing(name, gesture, dose))
    else:
        sure = (
            name == "hit"
            or gesture.phase == "end"
            or standing_alone
            or gesture.duration > SURE_AFTER
        )
        if sure and (contact.once != name or standing_alone):
            contact.once = name
            found.append(Happening(name, _force(gesture)))
    return found


def _ongoing(name: str, gesture: Gesture, dose: float) -> Happening:
    if name != "stroked":
        return Happening(name, 1.0 - 0.5 * max(0.0, gesture.pressure - 0.6), dose)
    if gesture.pressure > ROUGH_PRESSURE or (
        gesture.along_fur < ROUGH_AGAINST and gesture.speed > 0.02
    ):
        return Happening("ruffled", min(1.0, 0.4 + gesture.pressure), dose)
    speed = gesture.speed if gesture.speed > 0.0 else BEST_SPEED
    return Happening(name, pleasantness(speed) * (0.75 + 0.25 * gesture.along_fur), dose)


def _force(gesture: Gesture) -> float:
    """Of a pat it is the touch that counts, of a hit or a poke how hard it is."""
    peak = max(gesture.peak, gesture.pressure)
    return (
        min(1.0, 0.4 + 0.6 * peak)
        if gesture.gesture in ("hit", "poke")
        else min(1.0, 0.6 + 0.4 * peak)
    )
