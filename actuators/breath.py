"""Breath and purr: one phase that the chest, the sound and the vibration motor share."""

from __future__ import annotations

from math import cos, exp, pi, sin

from moggy.messages import Affect, Purr

SLOWEST, FASTEST = 15.0, 30.0
"""Breaths a minute of a resting cat (veterinary texts, facts.md §2)."""
PURRING = 32.0
"""Breaths a minute while it purrs: phases of 0.7 to 1 s each (Eklund 2010; Schötz & Eklund 2011)."""
RATE = 25.0
"""Hz; a purr's fundamental lies in 20 to 28 (same)."""
APART = 1.0
"""Hz that breathing out lies above the mean, and in below: they differ by 1 to 3 (same)."""
ONSET, FADE = 0.13, 0.22
"""s; time constants: a purr stands after about 0.3 s"""
PACING = 1.5
"""s; time constant of a change of pace"""


class Breath:
    """Phase 0..1: 0 to 0.5 in, 0.5 to 1 out."""

    def __init__(self) -> None:
        self.phase = 0.0
        self._level = 0.0
        self._pace = 20.0
        self._dt = self._up = self._down = self._pacing = 0.0

    def breathe(self, affect: Affect, purr: float, alert: float, dt: float) -> Purr:
        """One tick on; `purr` is how strongly it should purr, `alert` 0 asleep to 1 awake."""
        if dt != self._dt:
            self._dt = dt
            self._up, self._down, self._pacing = (1.0 - exp(-dt / tau) for tau in (ONSET, FADE, PACING))
        self._level += (min(max(purr, 0.0), 1.0) - self._level) * (self._up if purr > self._level else self._down)
        if purr <= 0.0 and self._level < 0.004:
            self._level = 0.0
        excited = 0.5 + 0.5 * max(affect.arousal, affect.emotions.get("fear", 0.0))
        wanted = SLOWEST + (FASTEST - SLOWEST) * excited * (0.3 + 0.7 * alert)
        wanted += (PURRING - wanted) * self._level
        self._pace += (wanted - self._pace) * self._pacing
        self.phase = (self.phase + dt * self._pace / 60.0) % 1.0
        out = -sin(2.0 * pi * self.phase)
        rate = RATE + 1.2 * affect.arousal + APART * max(-1.0, min(1.0, 4.0 * out))
        return Purr(level=self._level, rate=min(max(rate, 20.0), 28.0), breath=self.phase)

    def hush(self) -> None:
        """A fright ends a purr at once, it does not fade."""
        self._level = 0.0

    def lift(self) -> float:
        """How far the chest is lifted, −1..1: highest at the end of breathing in."""
        return -cos(2.0 * pi * self.phase)
