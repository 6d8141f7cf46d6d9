"""What ears, tail, lids and pupils say of the feeling of the moment, without any behaviour having
asked for it.

Ears carry valence, and tell more than the tail (Deputte 2021); a raised tail is friendly, a tucked
one afraid, a lashing one angry (shelter-medicine texts); narrowed eyes are friendly (Humphrey
2020), wide pupils are fear or excitement. See facts.md §2.
"""

from __future__ import annotations

from math import exp, pi, sin

from moggy.messages import Affect

ENOUGH = 0.45
"""From here on over-stimulation shows, first in the tail, then in the ears."""


class Display:
    """Offsets in rad, eased in time: `ears`, `tail_pitch`, `tail_yaw`, `lids`; and `pupils`, 0..1."""

    def __init__(self) -> None:
        self.ears = self.tail_pitch = self.tail_yaw = self.lids = 0.0
        self.pupils = 0.4
        self._sway = self._turn = 0.0
        self._pace(0.02)
        self._aim(Affect(), 1.0)

    def _pace(self, dt: float) -> None:
        """How much of the way each part goes in one tick."""
        self._dt = dt
        self._quick, self._slow = 1.0 - exp(-dt / 0.12), 1.0 - exp(-dt / 0.5)
        self._to_lids, self._to_pupils = 1.0 - exp(-dt / 0.3), 1.0 - exp(-dt / 0.25)

    def _aim(self, affect: Affect, alert: float) -> None:
        """Where each part goes with this feeling; feelings are looked at ten times a second."""
        self._affect, self._alert = affect, alert
        feel = affect.emotions.get
        fear, anger, sad = feel("fear", 0.0), feel("anger", 0.0), feel("sadness", 0.0)
        warm = max(feel("affection", 0.0), feel("contentment", 0.0))
        joy, interest, surprise = feel("joy", 0.0), feel("interest", 0.0), feel("surprise", 0.0)
        cross = max(anger, (affect.enough - ENOUGH) / (1.0 - ENOUGH), 0.0)
        alarm, valence, arousal = max(fear, surprise), affect.valence, affect.arousal
        ears = (
            0.15 * valence
            + 0.2 * max(interest, surprise)
            + 0.08 * joy
            - 0.85 * fear
            - 0.65 * cross
            - 0.12 * sad
        )
        self._ears = ears * (0.4 + 0.6 * alert)
        self._pitch = (
            0.35 * max(valence, 0.0)
            + 0.3 * joy
            + 0.25 * feel("affection", 0.0)
            - 0.6 * fear
            - 0.25 * sad
        ) * alert
        self._lids = 0.25 * warm - 0.25 * alarm - 0.12 * interest + 0.25 * max(0.0, -arousal)
        self._pupils = min(
            max(0.4 + 0.25 * arousal + 0.5 * alarm + 0.15 * interest - 0.1 * warm, 0.05), 1.0
        )
        width = (0.55 * cross + 0.25 * max(joy, interest) * max(arousal, 0.0)) * alert
        self._width = width if width > 0.03 else 0.0
        self._wags = 0.45 + 1.0 * cross + 0.3 * arousal

    def show(self, affect: Affect, purr: float, alert: float, dt: float) -> None:
        """One tick on."""
        if dt != self._dt:
            self._pace(dt)
        if affect is not self._affect or alert != self._alert:
            self._aim(affect, alert)
        self.ears += (self._ears - self.ears) * self._quick
        self.tail_pitch += (self._pitch - self.tail_pitch) * self._slow
        self.lids += (self._lids + 0.3 * purr - self.lids) * self._to_lids
        self.pupils += (self._pupils - self.pupils) * self._to_pupils
        self._wag(dt)

    def _wag(self, dt: float) -> None:
        """A calm tail is still; a lively one swings; a cross one swings wide and fast."""
        self._sway += (self._width - self._sway) * self._slow
        if self._sway < 0.004:
            self._sway = self.tail_yaw = 0.0
            return
        self._turn = (self._turn + dt * self._wags) % 1.0
        self.tail_yaw = self._sway * sin(2.0 * pi * self._turn)
