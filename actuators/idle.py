"""Blinks and small shifts: what a living body does when it does nothing."""

from __future__ import annotations

from math import exp

from moggy.actuators.chance import throw

BLINK = 0.28
"""s for one blink"""


class Idle:
    """`lids` closes for a blink, 0..1; `pan`, `roll`, `tail` are small shifts in rad; `ears` is a
    twitch of each ear in rad."""

    def __init__(self) -> None:
        self.lids = self.pan = self.roll = self.tail = 0.0
        self.ears = [0.0, 0.0]
        self._blinks = self._shifts = self._twitches = 0
        self._blink_at, self._shift_at, self._twitch_at = 2.0, 1.0, 3.0
        self._aims = (0.0, 0.0, 0.0)
        self._dt = self._near = 0.0

    def stir(self, arousal: float, now: float, dt: float) -> None:
        """One tick on."""
        self._blink(arousal, now)
        self._twitch(arousal, now)
        if now >= self._shift_at:
            self._shifts = n = self._shifts + 1
            self._shift_at = now + 1.5 + 4.5 * throw(21, n)
            self._aims = (
                0.16 * (throw(22, n) - 0.5),
                0.12 * (throw(23, n) - 0.5),
                0.5 * (throw(24, n) - 0.5) ** 3 * 4.0,
            )
        if dt != self._dt:
            self._dt, self._near = dt, 1.0 - exp(-dt / 0.35)
        near = self._near
        pan, roll, tail = self._aims
        self.pan += (pan - self.pan) * near
        self.roll += (roll - self.roll) * near
        self.tail += (tail - self.tail) * near

    def _blink(self, arousal: float, now: float) -> None:
        since = now - self._blink_at
        if since < 0.0:
            self.lids = 0.0
        elif since < BLINK:
            # Shuts in a third of the time that it takes to open.
            x = since / BLINK
            self.lids = x * 4.0 if x < 0.25 else 1.0 if x < 0.4 else (1.0 - x) / 0.6
        else:
            self._blinks += 1
            self.lids = 0.0
            self._blink_at = now + (2.5 + 6.0 * throw(25, self._blinks)) * (1.0 + 0.5 * arousal)

    def _twitch(self, arousal: float, now: float) -> None:
        """An ear turns to some small sound, one at a time."""
        since = now - self._twitch_at
        if since < 0.0:
            return
        ear = 0 if throw(26, self._twitches) < 0.5 else 1
        if since < 0.7:
            x = since / 0.7
            size = 0.5 * (throw(27, self._twitches) - 0.6)
            self.ears[ear] = size * (x * 5.0 if x < 0.2 else 1.0 if x < 0.5 else (1.0 - x) * 2.0)
        else:
            self.ears[ear] = 0.0
            self._twitches += 1
            self._twitch_at = now + (2.0 + 7.0 * throw(28, self._twitches)) * (1.0 - 0.4 * arousal)
