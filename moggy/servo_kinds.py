"""Kinds of servos, by what they draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class ServoKind(NamedTuple):
    """What one servo draws from its supply, A."""

    like: str
    """A common one of the kind."""
    holds: float
    """With pulses, at its place, without load."""
    turns: float
    """Turning without load."""
    stalls: float
    """Held against its pulse."""


SERVO_KINDS: Mapping[str, ServoKind] = {
    "micro": ServoKind("SG90, 9 g", 0.01, 0.2, 0.8),
    "metal": ServoKind("MG90S, 13 g", 0.01, 0.25, 1.2),
    "standard": ServoKind("MG996R, 55 g", 0.01, 0.7, 2.5),
}
"""Kind → what it draws at 5 to 6 V: typical figures, rounded up, as shops' and makers' data sheets
give them, which differ among themselves by a third. Measure yours."""
