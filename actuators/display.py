"""What ears, tail, lids and pupils show of the feeling of the moment, whatever the pet does.

Ears carry valence, and tell more than the tail (Deputte et al. 2021); a tail straight up is
friendly (Cafazzo & Natoli 2009), a tucked one afraid, a lashing one angry; flat ears and wide
pupils are distress (texts of shelter medicine); narrowed eyes are friendly (Humphrey et al. 2020).
Concern is our choice: ears to the person, the eyes soft and dark, the tail low. So is how far each
feeling moves each part.
"""

from __future__ import annotations

from math import exp, pi, sin

from moggy.messages import Affect

ENOUGH_SHOWS = 0.45
"""Over-stimulation (0..1) from which it shows, in the tail and in the ears: just before the tree's
behaviours answer it."""
EARS_S = 0.12
"""Time constant of the ears."""
TAIL_S = 0.5
"""Time constant of the tail, and of the width of its swing."""
HEAD_S = 0.4
"""Time constant of the head."""
LIDS_S = 0.3
"""Time constant of the lids."""
PUPILS_S = 0.25
"""Time constant of the pupils."""
PURR_LIDS_RAD = 0.3
"""rad by which a purr at level 1 lowers the lids."""
HEAD_RAD = 0.3
"""rad by which valence 1 raises the head, and −1 lowers it: people read a raised head as a good
mood (Marmpena, Lim & Dahl 2018)."""
RESTLESS_FROM = 0.1
"""Arousal (−1..1) from which the tail swings, whatever the feeling."""
LEAST_SWING_RAD = 0.03
"""A tail that would swing less is held still."""
STILL_RAD = 0.004
"""Width of a swing that fades at which the tail is still."""


class Display:
    """Offsets on top of posture and motions, which follow the feeling with a lag: `show` every
    tick."""

    def __init__(self) -> None:
        self.ears = 0.0
        """rad, + forward."""
        self.tail_pitch = 0.0
        """rad, + up."""
        self.tail_yaw = 0.0
        """rad, + to its left."""
        self.head = 0.0
        """rad, + up."""
        self.lids = 0.0
        """rad, + shut."""
        self.pupils = 0.4
        """0 a slit, 1 wide."""
        self._sway = self._turn = 0.0
        self._pace(0.02)
        self._aim(Affect(), 1.0)

    def _pace(self, dt: float) -> None:
        """Work out which share of its way each part goes in `dt` seconds."""
        self._dt = dt
        self._quick, self._slow = 1.0 - exp(-dt / EARS_S), 1.0 - exp(-dt / TAIL_S)
        self._to_lids, self._to_pupils = 1.0 - exp(-dt / LIDS_S), 1.0 - exp(-dt / PUPILS_S)
        self._to_head = 1.0 - exp(-dt / HEAD_S)

    def _aim(self, affect: Affect, alert: float) -> None:
        """Work out where each part goes, when the feeling has changed."""
        self._affect, self._alert = affect, alert
        feel = affect.emotions.get
        fear, anger, sad = feel("fear", 0.0), feel("anger", 0.0), feel("sadness", 0.0)
        concern = feel("concern", 0.0)
        warm = max(feel("affection", 0.0), feel("contentment", 0.0))
        joy, interest, surprise = feel("joy", 0.0), feel("interest", 0.0), feel("surprise", 0.0)
        cross = max(anger, (affect.enough - ENOUGH_SHOWS) / (1.0 - ENOUGH_SHOWS), 0.0)
        alarm, valence, arousal = max(fear, surprise), affect.valence, affect.arousal
        ears = (
            0.15 * valence
            + 0.2 * max(interest, surprise)
            + 0.08 * joy
            - 0.85 * fear
            - 0.65 * cross
            - 0.12 * sad
            + 0.16 * concern
        )
        self._ears = ears * (0.4 + 0.6 * alert)
        self._pitch = (
            0.35 * max(valence, 0.0)
            + 0.3 * joy
            + 0.25 * feel("affection", 0.0)
            - 0.6 * fear
            - 0.25 * sad
            - 0.2 * concern
        ) * alert
        self._head = (HEAD_RAD * valence - 0.1 * max(sad, fear)) * alert
        self._lids = (
            0.25 * warm
            - 0.25 * alarm
            - 0.12 * interest
            + 0.12 * concern
            + 0.25 * max(0.0, -arousal)
        )
        pupils = 0.4 + 0.25 * arousal + 0.5 * alarm + 0.15 * interest - 0.1 * warm + 0.15 * concern
        self._pupils = min(max(pupils, 0.05), 1.0)
        width = 0.55 * cross + 0.25 * max(joy, interest) * max(arousal, 0.0)
        width = max(width, 0.35 * (arousal - RESTLESS_FROM)) * alert
        self._width = width if width > LEAST_SWING_RAD else 0.0
        self._wags = 0.45 + 1.0 * cross + 0.6 * max(arousal, 0.0)

    def show(self, affect: Affect, purr: float, alert: float, dt: float) -> None:
        """Move on by `dt` seconds. `purr`, 0..1, narrows the eyes; `alert`: 0 asleep, 1 awake."""
        if dt != self._dt:
            self._pace(dt)
        if affect is not self._affect or alert != self._alert:
            self._aim(affect, alert)
        self.ears += (self._ears - self.ears) * self._quick
        self.tail_pitch += (self._pitch - self.tail_pitch) * self._slow
        self.head += (self._head - self.head) * self._to_head
        self.lids += (self._lids + PURR_LIDS_RAD * purr - self.lids) * self._to_lids
        self.pupils += (self._pupils - self.pupils) * self._to_pupils
        self._wag(dt)

    def _wag(self, dt: float) -> None:
        """Swing the tail: still when calm, wide and fast when cross."""
        self._sway += (self._width - self._sway) * self._slow
        if self._sway < STILL_RAD:
            self._sway = self.tail_yaw = 0.0
            return
        self._turn = (self._turn + dt * self._wags) % 1.0
        self.tail_yaw = self._sway * sin(2.0 * pi * self._turn)
