"""Small movements at rest: blinks, twitches of the ears, shifts of head and tail."""

from __future__ import annotations

from math import exp

from moggy.actuators.chance import throw
from moggy.motion import pace

BLINK_S = 0.28
"""Seconds that a blink lasts."""
TWITCH_S = 0.7
"""Seconds that a twitch of an ear lasts."""
SHIFT_S = 0.35
"""Time constant of a shift of head and tail."""


class Idle:
    """What a pet does when nothing happens: `stir` every tick."""

    def __init__(self) -> None:
        self.lids = 0.0
        """How far a blink has shut the eyes, 0..1."""
        self.pan = self.roll = 0.0
        """Small shifts of the head, rad."""
        self.tail = 0.0
        """A small shift of the tail, rad."""
        self.ears = [0.0, 0.0]
        """The twitch of the left and of the right ear, rad."""
        self._blinks = self._shifts = self._twitches = 0
        self._blink_at, self._shift_at, self._twitch_at = 2.0, 1.0, 3.0
        self._aims = (0.0, 0.0, 0.0)

    def stir(self, arousal: float, now: float, dt: float) -> None:
        """Move on to `now` (s), `dt` seconds after the last. Arousal (−1..1) makes blinks rarer,
        and shifts and twitches more frequent, larger and faster."""
        self._blink(arousal, now)
        restless = pace(arousal)
        self._twitch(restless, now)
        if now >= self._shift_at:
            self._shifts = n = self._shifts + 1
            self._shift_at = now + (1.5 + 4.5 * throw(21, n)) / restless
            self._aims = (
                0.16 * restless * (throw(22, n) - 0.5),
                0.12 * restless * (throw(23, n) - 0.5),
                0.5 * restless * (throw(24, n) - 0.5) ** 3 * 4.0,
            )
        near = 1.0 - exp(-dt * restless / SHIFT_S)
        pan, roll, tail = self._aims
        self.pan += (pan - self.pan) * near
        self.roll += (roll - self.roll) * near
        self.tail += (tail - self.tail) * near

    def _blink(self, arousal: float, now: float) -> None:
        since = now - self._blink_at
        if since < 0.0:
            self.lids = 0.0
        elif since < BLINK_S:
            # Shuts in less than half of the time that it takes to open.
            x = since / BLINK_S
            self.lids = x * 4.0 if x < 0.25 else 1.0 if x < 0.4 else (1.0 - x) / 0.6
        else:
            self._blinks += 1
            self.lids = 0.0
            self._blink_at = now + (2.5 + 6.0 * throw(25, self._blinks)) * (1.0 + 0.5 * arousal)

    def _twitch(self, restless: float, now: float) -> None:
        """Turn one ear at a time, as if to some small sound."""
        since = now - self._twitch_at
        if since < 0.0:
            return
        ear = 0 if throw(26, self._twitches) < 0.5 else 1
        if since < TWITCH_S:
            x = since / TWITCH_S
            size = 0.5 * (throw(27, self._twitches) - 0.6)
            self.ears[ear] = size * (x * 5.0 if x < 0.2 else 1.0 if x < 0.5 else (1.0 - x) * 2.0)
        else:
            self.ears[ear] = 0.0
            self._twitches += 1
            self._twitch_at = now + (2.0 + 7.0 * throw(28, self._twitches)) / restless**2
