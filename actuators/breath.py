"""Breath and purr share one phase, which the chest, the sound and the vibration motor follow."""

from __future__ import annotations

from math import cos, exp, pi, sin

from moggy.messages import Affect, Purr

SLOWEST_BPM = 15.0
"""Breaths a minute asleep. Veterinary texts give 15 to 30 for a cat at rest."""
FASTEST_BPM = 30.0
"""Breaths a minute awake and excited; healthy cats at rest stay below it (Ljungvall et al. 2014,
J. Feline Med. Surg. 16, 281–290)."""
PURRING_BPM = 32.0
"""Breaths a minute while it purrs: phases of 0.7 to 1 s each (Eklund 2010; Schötz & Eklund 2011).
"""
RATE_HZ = 25.0
"""A purr's fundamental, which lies in 20 to 28 Hz (Eklund 2010; Schötz & Eklund 2011)."""
AROUSAL_HZ = 1.2
"""Hz by which arousal 1 raises the rate. Our choice: it stays within that range."""
APART_HZ = 1.0
"""Hz by which the rate lies above the mean while it breathes out, and below while it breathes in:
they differ by 1 to 3 Hz (Eklund 2010; Schötz & Eklund 2011)."""
SLOWEST_HZ = 20.0
"""The lowest rate of a purr (Eklund 2010; Schötz & Eklund 2011)."""
FASTEST_HZ = 28.0
"""The highest rate of a purr (Eklund 2010; Schötz & Eklund 2011)."""
ONSET_S = 0.13
"""Time constant with which a purr rises: it stands after about 0.3 s. Our choice."""
FADE_S = 0.22
"""Time constant with which a purr fades. Our choice."""
PACING_S = 1.5
"""Time constant of a change of pace. Our choice."""
SILENT = 0.004
"""Level below which a purr that fades is over."""


class Breath:
    """The breath of a pet: `breathe` every tick."""

    def __init__(self) -> None:
        self.phase = 0.0
        """0..1: in from 0 to 0.5, out from 0.5 to 1."""
        self._level = 0.0
        self._pace = 20.0
        self._dt = self._up = self._down = self._pacing = 0.0
        self._resting(Affect(), 1.0)

    def _resting(self, affect: Affect, alert: float) -> None:
        """Work out the pace without a purr, and the rate of one, when the feeling has changed."""
        self._affect, self._alert = affect, alert
        excited = 0.5 + 0.5 * max(affect.arousal, affect.emotions.get("fear", 0.0))
        self._rest = SLOWEST_BPM + (FASTEST_BPM - SLOWEST_BPM) * excited * (0.3 + 0.7 * alert)
        self._rate = RATE_HZ + AROUSAL_HZ * affect.arousal

    def breathe(self, affect: Affect, purr: float, alert: float, dt: float) -> Purr:
        """Breathe for `dt` seconds; the purr of the moment then. `purr`, 0..1, is how strongly it
        should purr, `alert` 0 asleep to 1 awake."""
        if dt != self._dt:
            self._dt = dt
            self._up, self._down, self._pacing = (
                1.0 - exp(-dt / tau) for tau in (ONSET_S, FADE_S, PACING_S)
            )
        if affect is not self._affect or alert != self._alert:
            self._resting(affect, alert)
        level = self._level
        purr = 0.0 if purr < 0.0 else 1.0 if purr > 1.0 else purr
        level += (purr - level) * (self._up if purr > level else self._down)
        self._level = level = 0.0 if purr <= 0.0 and level < SILENT else level
        self._pace += (self._rest + (PURRING_BPM - self._rest) * level - self._pace) * self._pacing
        self.phase = phase = (self.phase + dt * self._pace / 60.0) % 1.0
        out = -4.0 * sin(2.0 * pi * phase)
        rate = self._rate + APART_HZ * (-1.0 if out < -1.0 else 1.0 if out > 1.0 else out)
        if not SLOWEST_HZ <= rate <= FASTEST_HZ:
            rate = SLOWEST_HZ if rate < SLOWEST_HZ else FASTEST_HZ
        return Purr(level=level, rate=rate, breath=phase)

    def hush(self) -> None:
        """Stop purring at once, as in a fright."""
        self._level = 0.0

    def lift(self) -> float:
        """How far the chest is lifted, −1..1; highest at the end of breathing in."""
        return -cos(2.0 * pi * self.phase)
