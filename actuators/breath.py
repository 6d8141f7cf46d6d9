"""Breath and purr: one phase that the chest, the sound and the vibration motor share."""

from __future__ import annotations

from math import cos, exp, pi, sin

from moggy.messages import Affect, Purr

SLOWEST, FASTEST = 15.0, 30.0
"""Breaths a minute of a resting cat (veterinary texts, facts.md §2)."""
PURRING = 32.0
"""Breaths a minute while it purrs: phases of 0.7 to 1 s each (Eklund 2010; Schötz & Eklund 2011).
"""
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
        self._resting(Affect(), 1.0)

    def _resting(self, affect: Affect, alert: float) -> None:
        """The pace without a purr, and the pitch of one; feelings are looked at ten times a second."""
        self._affect, self._alert = affect, alert
        excited = 0.5 + 0.5 * max(affect.arousal, affect.emotions.get("fear", 0.0))
        self._rest = SLOWEST + (FASTEST - SLOWEST) * excited * (0.3 + 0.7 * alert)
        self._rate = RATE + 1.2 * affect.arousal

    def breathe(self, affect: Affect, purr: float, alert: float, dt: float) -> Purr:
        """One tick on; `purr` is how strongly it should purr, `alert` 0 asleep to 1 awake."""
        if dt != self._dt:
            self._dt = dt
            self._up, self._down, self._pacing = (
                1.0 - exp(-dt / tau) for tau in (ONSET, FADE, PACING)
            )
        if affect is not self._affect or alert != self._alert:
            self._resting(affect, alert)
        level = self._level
        purr = 0.0 if purr < 0.0 else 1.0 if purr > 1.0 else purr
        level += (purr - level) * (self._up if purr > level else self._down)
        self._level = level = 0.0 if purr <= 0.0 and level < 0.004 else level
        self._pace += (self._rest + (PURRING - self._rest) * level - self._pace) * self._pacing
        self.phase = phase = (self.phase + dt * self._pace / 60.0) % 1.0
        out = -4.0 * sin(2.0 * pi * phase)
        rate = self._rate + APART * (-1.0 if out < -1.0 else 1.0 if out > 1.0 else out)
        return Purr(
            level=level, rate=20.0 if rate < 20.0 else 28.0 if rate > 28.0 else rate, breath=phase
        )

    def hush(self) -> None:
        """A fright ends a purr at once, it does not fade."""
        self._level = 0.0

    def lift(self) -> float:
        """How far the chest is lifted, −1..1: highest at the end of breathing in."""
        return -cos(2.0 * pi * self.phase)
