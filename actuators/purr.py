"""The purr as sound: pulses of a fluttering larynx, breath after breath, in the harmonics that a
small speaker carries.

No small speaker radiates the fundamental of 20 to 28 Hz; one hears it as the beat of harmonics
between 100 and 500 Hz (Eklund 2010). Sixty-four different cycles are computed once, as a table that
is read at the phase of the purr. When the pet purrs is decided in `behaviors/decider.py`, by
`purr_along` in behaviors/trees/cat/hand.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sin
from typing import NamedTuple

import numpy as np

from moggy.actuators.breath import RATE_HZ
from moggy.actuators.sound import Curve, Sound

CYCLES = 64
"""Cycles of the larynx in a table."""
STEPS = 1024
"""Samples of a table in each cycle."""


class Ringing(NamedTuple):
    """What rings after each pulse of the larynx."""

    hz: float
    gain: float
    decay: float
    """Time constant of its decay, in seconds."""


RINGS_OUT = (
    Ringing(170.0, 1.0, 0.0075),
    Ringing(265.0, 0.9, 0.0065),
    Ringing(410.0, 0.7, 0.005),
    Ringing(640.0, 0.25, 0.0035),
    Ringing(1150.0, 0.08, 0.0025),
)
"""Breathing out. Our choice, within the band that Eklund 2010 gives."""
RINGS_IN = (
    Ringing(160.0, 1.0, 0.0085),
    Ringing(235.0, 0.8, 0.0075),
    Ringing(360.0, 0.45, 0.006),
    Ringing(820.0, 0.12, 0.003),
)
"""Breathing in: lower and softer."""
SOFT_S = 0.0025
"""Seconds in which a pulse sets in."""
LOUDEST = 0.14
"""RMS of the loudest purr; its pulses are four to five times as high."""


def pulses(rings: Sequence[Ringing], lowest: float, seed: int) -> Sound:
    """CYCLES × STEPS samples of a purr, without DC, at RMS 1. `lowest` is the lowest frequency that
    the speaker carries, Hz."""
    rng = np.random.default_rng(seed)
    n = CYCLES * STEPS
    hits = np.zeros(n)
    for cycle in range(CYCLES):
        # Uneven in strength and time, and a weaker second flap.
        at = cycle * STEPS + int(STEPS * (0.15 + 0.02 * rng.standard_normal()))
        strength = 1.0 + 0.16 * rng.standard_normal()
        hits[at % n] += strength
        hits[(at + int(STEPS * 0.30)) % n] -= 0.22 * strength
    second = STEPS * RATE_HZ
    t = np.arange(n) / second
    # Each ring rises over SOFT_S, as the larynx opens, instead of beginning at full strength: an
    # abrupt start needs peaks that a small speaker clips, and sounds like a motor.
    ring = sum(
        gain * np.exp(-t / decay) * (1.0 - np.exp(-t / SOFT_S)) * np.sin(2.0 * pi * hz * t + i)
        for i, (hz, gain, decay) in enumerate(rings)
    )
    hz = np.fft.rfftfreq(n, 1.0 / second)
    carried = (hz / lowest) ** 2
    speaker = carried / (1.0 + carried)
    tone = np.fft.irfft(np.fft.rfft(hits) * np.fft.rfft(ring) * speaker, n)
    beat = np.fft.irfft(np.fft.rfft(hits.clip(0.0)) * np.fft.rfft(np.exp(-t / 0.007)), n)
    hush = np.fft.irfft(
        np.fft.rfft(rng.standard_normal(n)) * speaker / (1.0 + (hz / 900.0) ** 2), n
    ) * (0.25 + beat)
    sound = tone / np.sqrt(np.mean(tone**2)) + 0.16 * hush / np.sqrt(np.mean(hush**2))
    sound -= sound.mean()
    result: Sound = (sound / np.sqrt(np.mean(sound**2))).astype(np.float32)
    return result


def breathing(breath: float) -> tuple[float, float]:
    """(loudness of breathing in, of breathing out) at a phase of the breath, 0..1, with short gaps
    between them (Schötz & Eklund 2011)."""
    breath %= 1.0
    if breath < 0.5:
        return 0.72 * _plateau(breath * 2.0), 0.0
    return 0.0, _plateau(breath * 2.0 - 1.0)


def _plateau(x: float) -> float:
    y = min(1.0, 2.6 * sin(pi * x))
    return y * y * (3.0 - 2.0 * y)


class PurrTable:
    """The purr of a body: one table of breathing out and one of breathing in."""

    def __init__(self, lowest: float, pitch: float) -> None:
        scale = pitch**0.5
        out = [ring._replace(hz=ring.hz * scale) for ring in RINGS_OUT]
        into = [ring._replace(hz=ring.hz * scale) for ring in RINGS_IN]
        self._out, self._in = pulses(out, lowest, 1), pulses(into, lowest, 2)

    def read(self, cycles: Curve, into: Curve | None, out: Curve | None) -> Sound:
        """Samples at phases in cycles, (n,), with the gains of breathing in and out; None is
        silent."""
        place = (cycles * STEPS).astype(np.int64) & (CYCLES * STEPS - 1)
        sound = np.zeros(len(place), dtype=np.float32)
        if out is not None:
            sound += self._out.take(place) * out
        if into is not None:
            sound += self._in.take(place) * into
        return sound
