"""What happens to the body, from its accelerometer: lifted, held, put down, shaken, falling,
knocked, tipped, still."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from moggy.messages import Acceleration, AnySense, BodyMotion

G = 9.81
"""m/s²"""
STALE = 0.2
"""s for which a sample stands when no other follows"""

FREE, FREE_FOR = 0.35, 0.04
"""g, s: nothing holds the body; 40 ms are 8 mm of fall, and the word is out within 60 ms"""
LONGEST_FALL = 1.0
"""s; 5 m. Weightless for longer is a sensor with gravity taken out"""
KNOCK = 0.5
"""g of change between two samples"""
LIFT_SPEED, LIFT_FOR = 0.12, 0.06
"""m/s upwards for s: a hand that lifts; a knock is over sooner"""
SHAKE, TURNS, SHAKE_WINDOW = 0.45, 3, 0.9
"""g off rest, changes of side, s"""
TREMOR, TURNING = 0.012, 0.06
"""g and rad/s: a hand is never stiller than this, a table is (a phone's noise is 0.004 g)"""
SETTLED = 0.35
"""s of stillness after coming down; SET_DOWN without having felt it come down"""
SET_DOWN = 1.5
TIPPED, UPRIGHT = 1.05, 0.7
"""rad off upright: tipped beyond the first, upright again below the second"""

Name = Literal["still", "lifted", "held", "shaken", "falling", "knocked", "put_down", "tipped"]


class BodyMotionReader:
    """Acceleration → Motion. Says each change once, and `held` once a second while carried.

    Works on few samples too: one stands for up to 0.2 s. A constant offset is taken for gravity's
    error and learnt while the body is still.
    """

    def __init__(self) -> None:
        self._sample: Acceleration | None = None
        self._at = self._last = -1.0
        self._offset = (0.0, 0.0, 0.0)
        self._down = (0.0, 0.0, 1.0)
        self._smooth = (0.0, 0.0, 1.0)
        self._rate = 0.0
        self._tremor = 0.0
        self._lift_speed = 0.0
        self._rising_since = self._free_since = self._tilted_since = -1.0
        self._quiet_since = 0.0
        self._sank = -10.0
        self._sides: list[float] = []
        self._side = 0
        self._knocked = self._shaken = -10.0
        self._held = False
        self._falling = self._tipped = False
        self._still = False
        self._said_held = -10.0
        self._because: list[int] = []

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        out: list[AnySense] = []
        for sense in senses:
            if isinstance(sense, Acceleration):
                self._take(sense, min(sense.at, now), now, out)
        if self._sample is None:
            return ()
        self._pass(now)
        if not self._rests(now):
            self._judge(now, out)
        return out

    def _rests(self, now: float) -> bool:
        """Between two samples of a body that stands still there is nothing to judge."""
        return (
            self._still
            and STALE < now - self._last <= 2.0
            and not (self._held or self._falling or self._sides)
            and self._tremor < TREMOR
            and self._rate < TURNING
            and self._tilted_since < 0.0
        )

    def _say(
        self, out: list[AnySense], now: float, name: Name, strength: float, confidence: float = 0.9
    ) -> None:
        because, self._because = tuple(self._because[-8:]), self._because[-1:]
        strength = round(min(1.0, max(0.0, strength)), 3)
        out.append(
            BodyMotion(
                at=now,
                motion=name,
                strength=strength,
                confidence=round(confidence, 3),
                because=because,
            )
        )
        if name != "still":
            self._still = False

    def _take(self, sample: Acceleration, at: float, now: float, out: list[AnySense]) -> None:
        before, self._sample = self._sample, sample
        gap = at - self._last
        self._last = at
        self._because.append(sample.id)
        if len(self._because) > 16:
            del self._because[:8]
        if before is None:
            self._at = at
            self._quiet_since = at
            if 0.7 < _length((sample.x, sample.y, sample.z)) < 1.3:
                self._down = self._smooth = (sample.x, sample.y, sample.z)
            return
        change = _length((sample.x - before.x, sample.y - before.y, sample.z - before.z))
        off = self._off(sample)
        if (
            change > KNOCK
            and gap < 3.0 * STALE
            and not self._held
            and not self._falling
            and _length(off) > 0.6 * KNOCK
        ):
            if (
                now - self._knocked > 0.5
                and now - self._shaken > 1.0
                and _length((sample.x, sample.y, sample.z)) > FREE
            ):
                self._say(out, now, "knocked", change / 2.0)
            self._knocked = now
        self._turn(off, now)

    def _off(self, sample: Acceleration) -> tuple[float, float, float]:
        o, d = self._offset, self._down
        return sample.x + o[0] - d[0], sample.y + o[1] - d[1], sample.z + o[2] - d[2]

    def _along(self, off: tuple[float, float, float]) -> float:
        d = self._down
        return (off[0] * d[0] + off[1] * d[1] + off[2] * d[2]) / max(0.3, _length(d))

    def _turn(self, off: tuple[float, float, float], now: float) -> None:
        """Notes when a strong acceleration changes its side: that is what shaking is."""
        strongest = max(off, key=abs)
        if abs(strongest) > SHAKE:
            side = (1 + off.index(strongest)) * (1 if strongest > 0.0 else -1)
            if side == -self._side:
                self._sides.append(now)
            self._side = side

    def _pass(self, now: float) -> None:
        """Brings the filters to `now`."""
        dt = now - self._at
        self._at = now
        sample = self._sample
        if dt <= 0.0 or sample is None:
            return
        if now - self._last > STALE:
            self._lift_speed *= math.exp(-dt / 0.3)
            return
        o = self._offset
        here = (sample.x + o[0], sample.y + o[1], sample.z + o[2])
        self._smooth = _towards(self._smooth, here, dt / (0.05 + dt))
        off = (
            self._smooth[0] - self._down[0],
            self._smooth[1] - self._down[1],
            self._smooth[2] - self._down[2],
        )
        up = self._along(off)
        push = (
            max(-0.6, min(0.6, up)) if abs(up) > 0.03 else 0.0
        )  # noise and tilt must not add up, and blows do not lift
        self._lift_speed = (
            (self._lift_speed + push * G * dt) * math.exp(-dt / 0.5)
            if now - self._knocked > 0.2
            else 0.0
        )
        self._tremor += (_length(off) - self._tremor) * dt / (0.15 + dt)
        self._rate += (_length(sample.gyro) - self._rate) * dt / (0.15 + dt)
        if abs(_length(here) - 1.0) < 0.15:  # only what is near 1 g is gravity
            self._down = _towards(self._down, here, dt / (0.4 + dt))

    def _judge(self, now: float, out: list[AnySense]) -> None:
        self._fall(now, out)
        if self._falling:
            return
        self._shake(now, out)
        quiet = self._tremor < TREMOR and self._rate < TURNING and now - self._last <= 2.0
        if not quiet:
            self._quiet_since = now
        if self._lift_speed < -0.5 * LIFT_SPEED:
            self._sank = now
        if self._held:
            self._carry(now, out)
        else:
            self._stand(now, out)
        self._tip(now, out)

    def _fall(self, now: float, out: list[AnySense]) -> None:
        sample = self._sample
        if sample is None:
            return
        o = self._offset
        weight = _length((sample.x + o[0], sample.y + o[1], sample.z + o[2]))
        if weight < FREE and (now - self._last <= STALE or self._falling):
            if self._free_since < 0.0:
                self._free_since = self._last
            if not self._falling and now - self._free_since >= FREE_FOR - 1e-6:
                self._falling = True
                self._say(out, now, "falling", 1.0)
            elif self._falling and now - self._free_since > LONGEST_FALL:
                self._offset = (o[0] - sample.x - o[0], o[1] - sample.y - o[1], 1.0 - sample.z)
                self._forget(now)
                self._say(out, now, "still", 0.0, 0.5)
                self._still = True
            return
        self._free_since = -1.0
        if self._falling:
            self._forget(now)
            if weight > 1.0 + KNOCK:
                self._held = False
                self._knocked = now
                self._say(out, now, "knocked", (weight - 1.0) / 3.0)

    def _forget(self, now: float) -> None:
        self._falling = False
        self._free_since = -1.0
        self._lift_speed = 0.0
        self._smooth = self._down
        self._quiet_since = now

    def _shake(self, now: float, out: list[AnySense]) -> None:
        if not self._sides:
            return
        while self._sides and self._sides[0] < now - SHAKE_WINDOW:
            self._sides.pop(0)
        if len(self._sides) >= TURNS:
            if now - self._shaken > 0.7:
                self._say(out, now, "shaken", 0.3 + 0.1 * len(self._sides))
            self._shaken = now
            self._lift_speed = 0.0

    def _stand(self, now: float, out: list[AnySense]) -> None:
        if self._lift_speed > LIFT_SPEED and now - self._shaken > 0.5:
            if self._rising_since < 0.0:
                self._rising_since = now
            if now - self._rising_since >= LIFT_FOR - 1e-6:
                self._held, self._said_held, self._rising_since = True, now, -1.0
                self._sank = -10.0
                self._say(out, now, "lifted", 0.3 + 0.7 * min(1.0, self._lift_speed), 0.85)
            return
        self._rising_since = -1.0
        if not self._still and now - self._quiet_since >= 1.0:
            self._still = True
            self._say(out, now, "still", 0.0)

    def _carry(self, now: float, out: list[AnySense]) -> None:
        quiet = now - self._quiet_since
        if (quiet >= SETTLED and self._quiet_since - self._sank < 1.5 and self._sank > 0.0) or (
            quiet >= SET_DOWN and now - self._last < STALE
        ):
            self._held = False
            self._say(out, now, "put_down", 0.5, 0.85 if self._sank > 0.0 else 0.7)
        elif now - self._said_held >= 1.0 - 1e-6:
            self._said_held = now
            self._say(out, now, "held", 0.5, 0.9 if now - self._last < 1.0 else 0.5)

    def _tip(self, now: float, out: list[AnySense]) -> None:
        d = self._down
        angle = math.acos(max(-1.0, min(1.0, d[2] / max(0.3, _length(d)))))
        if angle < UPRIGHT:
            self._tipped, self._tilted_since = False, -1.0
        elif angle > TIPPED and not self._tipped:
            if self._tilted_since < 0.0:
                self._tilted_since = now
            elif now - self._tilted_since >= 0.3:
                self._tipped = True
                self._say(out, now, "tipped", angle / math.pi, 0.7 if self._held else 0.9)


def _length(v: tuple[float, float, float]) -> float:
    return math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])


def _towards(
    a: tuple[float, float, float], b: tuple[float, float, float], share: float
) -> tuple[float, float, float]:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share
