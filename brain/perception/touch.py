"""What a hand does to the pet: gestures become events such as stroked, patted or hit."""

from __future__ import annotations

import math
from typing import NamedTuple

from moggy.messages import Gesture
from moggy.vocabulary import GESTURE_EVENTS, GESTURE_PERIOD_S, TYPICAL_STROKE_M_S

ONGOING = frozenset(("stroke", "hold", "scratch", "tickle"))
"""Gestures that go on; the others happen once."""
BEST_SPEED = 0.03
"""m/s: the most pleasant speed of a stroke on skin (Löken et al. 2009, Nat. Neurosci. 12, 547–548:
1–10 cm/s is pleasant, best near 3)."""
SPEED_WIDTH = 1.0
"""Standard deviation of the logarithm of the speed, below the best one (the same measurement)."""
FASTER_ON_FUR = 1.3
"""Factor on that deviation above the best speed. Our choice: on a furred back a faster stroke also
pleases."""
SLOWEST = 1e-4
"""m/s; slower strokes count as this fast."""
ROUGH_PRESSURE = 0.8
"""Pressure, 0..1, above which a stroke ruffles."""
ROUGH_AGAINST = -0.3
"""Share of the way along the fur (1 with it, −1 against it) below which a stroke ruffles."""
ROUGH_SPEED = 0.02
"""m/s that a stroke against the fur must have to ruffle."""
RUFFLES_AFTER_S = 2.5
"""Seconds (time constant) of stroking against the fur after which a hand that stroked along it
ruffles: one that goes to and fro within 3 s does not. Our choice."""
SQUEEZE_PRESSURE = 0.85
"""Pressure, 0..1, above which a hold is a squeeze."""
SURE_AFTER_S = 0.6
"""Seconds after which a pat, tap or poke that still lasts is believed."""
HELD_AFTER_S = 0.4
"""Seconds for which a hand must rest until it holds or squeezes: a pat lies still for as long. Our
choice, as SETTLES_S in sensors/touch/gestures.py."""
LONGEST_DOSE_S = 1.0
"""Seconds of an ongoing touch that one message can stand for at most."""
PRESSED_FROM = 0.6
"""Pressure, 0..1, above which holding, scratching or tickling pleases less."""
AGAINST_FUR_LOSS = 0.25
"""Share of a stroke's pleasantness lost when it goes across the fur; twice that against it."""


def pleasantness(speed: float) -> float:
    """How pleasant a stroke is by its speed v (m/s), 0..1: exp(−(ln(v / BEST_SPEED))² / 2σ²)."""
    away = math.log(max(speed, SLOWEST) / BEST_SPEED)
    width = SPEED_WIDTH * FASTER_ON_FUR if away > 0.0 else SPEED_WIDTH
    return math.exp(-away * away / (2.0 * width * width))


class OngoingTouch:
    """One hand on one zone, from its begin to its end; `at` is its last message, s."""

    __slots__ = ("along", "at", "hand", "once", "squeezed")

    def __init__(self, at: float, hand: str) -> None:
        self.at, self.hand = at, hand
        self.once: str | None = None
        self.squeezed = False
        self.along: float | None = None
        """Direction of its strokes lately: 1 along the fur, −1 against it."""

    def goes(self, along: float, seconds: float) -> float:
        """Take the direction of `seconds` of stroking; gives that of the strokes lately."""
        if self.along is None:
            self.along = along
        self.along += (along - self.along) * (1.0 - math.exp(-seconds / RUFFLES_AFTER_S))
        return self.along


class TouchMeaning(NamedTuple):
    """An event to be: its name, 0..1 how much of it, and the share of one whole event."""

    name: str
    strength: float
    dose: float = 1.0


def happenings(
    gesture: Gesture, contact: OngoingTouch, at: float, standing_alone: bool
) -> list[TouchMeaning]:
    """What a gesture message at `at` (s) means, beyond that the contact began or ended.

    `standing_alone`: the begin of this contact was not seen, so its duration is not known.
    """
    found: list[TouchMeaning] = []
    name = GESTURE_EVENTS[gesture.gesture]
    if name == "held" and gesture.duration < HELD_AFTER_S and not standing_alone:
        return found
    if gesture.gesture in ONGOING:
        dose = (
            GESTURE_PERIOD_S
            if standing_alone and contact.at == at
            else min(LONGEST_DOSE_S, max(0.0, at - contact.at))
        )
        if name == "held" and gesture.pressure > SQUEEZE_PRESSURE:
            if not contact.squeezed:
                contact.squeezed = True
                found.append(TouchMeaning("squeezed", gesture.pressure))
        elif dose > 0.0:
            found.append(_ongoing(name, gesture, contact, dose))
    else:
        sure = (
            name == "hit"
            or gesture.phase == "end"
            or standing_alone
            or gesture.duration > SURE_AFTER_S
        )
        if sure and (contact.once != name or standing_alone):
            contact.once = name
            found.append(TouchMeaning(name, _force(gesture)))
    return found


def _ongoing(name: str, gesture: Gesture, contact: OngoingTouch, dose: float) -> TouchMeaning:
    """An ongoing touch: how pleasant it is by speed, pressure and direction, or that it ruffles."""
    if name != "stroked":
        return TouchMeaning(name, 1.0 - 0.5 * max(0.0, gesture.pressure - PRESSED_FROM), dose)
    moves = gesture.speed > ROUGH_SPEED
    against = moves and contact.goes(gesture.along_fur, dose) < ROUGH_AGAINST
    if gesture.pressure > ROUGH_PRESSURE or against:
        return TouchMeaning("ruffled", min(1.0, 0.4 + gesture.pressure), dose)
    speed = gesture.speed if gesture.speed > 0.0 else TYPICAL_STROKE_M_S
    along = 1.0 - AGAINST_FUR_LOSS * (1.0 - gesture.along_fur)
    return TouchMeaning(name, pleasantness(speed) * along, dose)


def _force(gesture: Gesture) -> float:
    """Strength, 0..1: a hit or a poke counts by how hard it is, a pat or a tap mostly by itself."""
    peak = max(gesture.peak, gesture.pressure)
    return (
        min(1.0, 0.4 + 0.6 * peak)
        if gesture.gesture in ("hit", "poke")
        else min(1.0, 0.6 + 0.4 * peak)
    )
