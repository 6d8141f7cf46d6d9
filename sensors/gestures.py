"""What a hand is doing, from a dozen numbers of a contact: a table of what each gesture looks like,
read as probabilities.

The features are those that tell eight gestures apart across people on a touch skin: duration,
pulses, rise rate, peak and mean pressure, area, path, straightness, speed, reversals, dominant
frequency. The table is written by hand; it was not fitted to recordings of people, and
`bench/perceive_touch.py` says how it does on simulated hands.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from moggy.vocabulary import GESTURES, GestureName, ZoneName


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One contact so far. None: not measured (a zone alone has no speed)."""

    duration: float
    """s since contact began"""
    ended: bool
    pulses: int
    """contacts and swells of pressure at this place in the last 1.5 s, at least 1"""
    rise: float
    """1/s, from first contact to the peak of the first 60 ms"""
    peak: float
    pressure: float
    """mean"""
    area: float
    """mean share of a palm"""
    speed: float | None
    """m/s over the last 0.4 s"""
    path: float
    """m travelled by the centre of pressure in the last second"""
    straightness: float | None
    """net way / path in the last second; None under 15 mm of path"""
    reversals: float
    """turns back a second"""
    frequency: float
    """Hz: the faster of turning back and forth, and swelling"""


# For each gesture: prior, then (centre, width) for each measure. Widths are wide: people differ.
# The measures, in order: ln duration (s)  ln pulses  peak  ln area  ln(speed + 5 mm/s)
# straightness  ln(1 + frequency)  mean pressure
_TABLE: Mapping[str, tuple[float, tuple[tuple[float, float], ...]]] = {
    "hold": (
        0.22,
        (
            (0.9, 0.75),
            (0.0, 0.30),
            (0.45, 0.25),
            (-0.9, 0.7),
            (-5.0, 0.55),
            (0.5, 0.6),
            (0.2, 0.5),
            (0.42, 0.20),
        ),
    ),
    "tap": (
        0.09,
        (
            (-2.0, 0.5),
            (0.5, 0.60),
            (0.30, 0.16),
            (-2.6, 0.5),
            (-4.8, 0.8),
            (0.5, 0.6),
            (0.9, 0.7),
            (0.26, 0.15),
        ),
    ),
    "pat": (
        0.12,
        (
            (-1.7, 0.5),
            (0.7, 0.65),
            (0.42, 0.17),
            (-1.1, 0.5),
            (-4.5, 1.0),
            (0.5, 0.6),
            (1.1, 0.6),
            (0.38, 0.17),
        ),
    ),
    "poke": (
        0.06,
        (
            (-1.1, 0.6),
            (0.1, 0.35),
            (0.72, 0.17),
            (-2.9, 0.5),
            (-4.9, 0.6),
            (0.5, 0.6),
            (0.3, 0.5),
            (0.60, 0.17),
        ),
    ),
    "hit": (
        0.02,
        (
            (-2.3, 0.5),
            (0.0, 0.40),
            (0.90, 0.10),
            (-1.2, 0.6),
            (-4.0, 1.4),
            (0.5, 0.6),
            (0.4, 0.7),
            (0.80, 0.17),
        ),
    ),
    "stroke": (
        0.31,
        (
            (0.3, 0.7),
            (0.0, 0.40),
            (0.38, 0.18),
            (-1.3, 0.6),
            (-2.6, 0.8),
            (0.9, 0.25),
            (0.3, 0.35),
            (0.36, 0.18),
        ),
    ),
    "scratch": (
        0.12,
        (
            (0.5, 0.8),
            (0.9, 0.80),
            (0.50, 0.20),
            (-1.7, 0.5),
            (-2.3, 0.8),
            (0.25, 0.25),
            (1.7, 0.35),
            (0.45, 0.17),
        ),
    ),
    "tickle": (
        0.06,
        (
            (0.5, 0.8),
            (1.1, 0.80),
            (0.16, 0.10),
            (-2.2, 0.6),
            (-2.7, 0.9),
            (0.35, 0.30),
            (1.6, 0.45),
            (0.13, 0.07),
        ),
    ),
}
assert tuple(_TABLE) == GESTURES
_ROWS = tuple((name, math.log(prior), row) for name, (prior, row) in _TABLE.items())

_INDEPENDENCE = 0.6
"""The measures say partly the same; their votes are shrunk by this, so that the probabilities are
not vain."""
_CLIP = 6.0
"""No single measure may speak louder than this, in nats: one odd number is an odd number, not a
proof."""

STROKED_ZONES = frozenset(("back", "head", "neck", "cheeks", "chin"))
"""Where people stroke a cat: when only a zone is given, a lasting touch here is more likely a
stroke than a hold."""
TYPICAL_STROKE = 0.05
"""m/s, assumed when a stroke has no measured speed: on skin 1–10 cm/s is pleasant (Löken 2009)."""


def probabilities(seen: Features, zone: ZoneName) -> dict[GestureName, float]:
    """How likely each of the eight gestures is; sums to 1."""
    values = _measures(seen)
    scores = [prior + _INDEPENDENCE * _fit(row, values, seen.ended) for _, prior, row in _ROWS]
    if seen.speed is None:
        scores = _without_motion(scores, seen, zone)
    top = max(scores)
    weights = [math.exp(s - top) for s in scores]
    total = sum(weights)
    return {name: round(w / total, 4) for name, w in zip(GESTURES, weights, strict=True)}


def _measures(seen: Features) -> tuple[float | None, ...]:
    return (
        math.log(max(seen.duration, 0.02)),
        math.log(seen.pulses),
        seen.peak,
        math.log(max(seen.area, 0.02)),
        None if seen.speed is None else math.log(seen.speed + 0.005),
        seen.straightness,
        math.log1p(seen.frequency),
        seen.pressure,
    )


def _fit(
    row: tuple[tuple[float, float], ...], values: tuple[float | None, ...], ended: bool
) -> float:
    total = 0.0
    for i, ((centre, width), value) in enumerate(zip(row, values, strict=True)):
        if value is None:
            continue
        off = (value - centre) / width
        if off < 0.0 and not ended and i < 2:
            continue  # a contact that goes on can still become long, and have more pulses
        vote = 0.5 * off * off
        total -= (vote if vote < _CLIP else _CLIP) + (math.log(width) if i > 1 else 0.0)
    return total


_HOLD, _STROKE = GESTURES.index("hold"), GESTURES.index("stroke")


def _without_motion(scores: list[float], seen: Features, zone: ZoneName) -> list[float]:
    """A zone alone does not tell holding from stroking: judge by place, pressure and area, and stay
    unsure."""
    if seen.pulses > 2 or (seen.ended and seen.duration < 0.35):
        return scores
    lean = 0.5 if zone in STROKED_ZONES else -0.8
    lean -= 3.0 * max(0.0, seen.pressure - 0.6) + 2.0 * max(0.0, seen.area - 0.6)
    both = max(scores[_HOLD], scores[_STROKE])
    out = list(scores)
    out[_STROKE], out[_HOLD] = both + 0.5 * lean, both - 0.5 * lean
    return out
