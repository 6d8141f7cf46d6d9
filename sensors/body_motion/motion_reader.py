"""What happens to the body, from its accelerometer: lifted, held, put down, shaken, falling,
knocked, tipped, still.

Thresholds without a source are our choices; `tests/unit/test_motion_sense.py` holds them to what
they must tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from moggy.messages import Acceleration, AnySense, BodyMotion
from moggy.vocabulary import BodyMotionName

Vector: TypeAlias = tuple[float, float, float]
"""x, y, z of the body's frame."""

STANDARD_GRAVITY = 9.81
"""m/s² in one g."""
SAMPLE_LASTS_S = 0.2
"""Seconds for which a sample stands when no other follows."""
GONE_S = 2.0
"""Seconds without a sample after which nothing is judged any more."""

FREE_FALL_G = 0.35
"""g of weight below which nothing holds the body."""
FREE_FALL_S = 0.04
"""Seconds of weightlessness after which it falls: 8 mm of fall, so that it is told within 60 ms."""
LONGEST_FALL_S = 1.0
"""Seconds, a fall of 5 m. Weightless for longer is a sensor that takes gravity out."""
KNOCK_G = 0.5
"""g of change between two samples that is a knock."""
KNOCK_AGAIN_S = 0.5
"""Seconds after a knock in which another is part of it."""
KNOCK_PUSHES_S = 0.2
"""Seconds after a knock for which upward acceleration is not taken for lifting."""
LIFT_SPEED = 0.12
"""m/s upwards of a hand that lifts."""
LIFT_S = 0.06
"""Seconds of rising at that speed after which it is lifted; a knock is over sooner."""
SHAKE_G = 0.45
"""g off rest, to one side, that counts as a swing."""
SHAKE_TURNS = 3
"""Changes of side, within SHAKE_WINDOW_S, that are shaking."""
HARD_SHAKE_TURNS = 2
"""The same where the swings are hard, and as slow as those of hands."""
HARD_SHAKE_G = 0.8
"""g off rest, the mean of the swings, from which they are hard."""
SAME_SIDE = 0.5
"""Cosine between two accelerations from which they are to the same side; below its negative they
are to opposite sides."""
SWING_S = 0.05
"""Seconds that a swing of a shaking hand takes at least; the body rings faster after a blow."""
LIGHTEST_SHAKE = 0.2
"""Strength of a shaking of 0 g, to which SHAKE_GAIN and SHAKE_MORE add."""
SHAKE_GAIN = 0.3
"""Strength for each g of the swings."""
SHAKE_MORE = 0.05
"""Strength for each change of side beyond the second."""
SHAKE_WEIGHTLESS_S = 0.25
"""Seconds of weightlessness after which a body falls that is being shaken: each swing of more than
0.65 g downwards is weightless for a while."""
SHAKE_WINDOW_S = 0.9
"""Seconds in which the changes of side are counted."""
SHAKE_AGAIN_S = 0.7
"""Seconds between two reports of a shaking that goes on."""
TREMOR_G = 0.012
"""g that a hand trembles at least, and a table does not; a phone's accelerometer has 0.004 g of
noise."""
TURNING_RAD_S = 0.06
"""rad/s that a hand turns at least."""
SETTLED_S = 0.35
"""Seconds of stillness after sinking until it is put down."""
SET_DOWN_S = 1.5
"""Seconds of stillness until it is put down, where sinking was not felt."""
STILL_S = 1.0
"""Seconds of quiet until it stands still."""
HELD_EVERY_S = 1.0
"""Seconds between two reports that it is held."""
TIPPED_RAD = 1.05
"""rad off upright from which it is tipped."""
TIPPED_S = 0.3
"""Seconds of being tipped until it is reported."""
UPRIGHT_RAD = 0.7
"""rad off upright below which it stands again."""


class BodyMotionReader:
    """Acceleration → BodyMotion: each change once, and `held` once a second while it is carried.

    Few samples are enough: each stands for up to 0.2 s. Where an accelerometer reports no gravity
    for longer than any fall, that is learnt as its offset.
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
        self._sides: list[tuple[float, float]] = []
        """Changes of side: when, s, and the peak of the swing before it, g."""
        self._way: Vector = (0.0, 0.0, 0.0)
        """The strongest acceleration of this swing."""
        self._swing = self._swing_began = 0.0
        self._swung = -10.0
        self._knocked = self._shaken = -10.0
        self._held = False
        self._falling = self._tipped = False
        self._still = False
        self._said_held = -10.0
        self._because: list[int] = []

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """What happened to the body in this tick."""
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
        """Whether there is nothing to judge: the body stands still, between two samples."""
        return (
            self._still
            and SAMPLE_LASTS_S < now - self._last <= GONE_S
            and not (self._held or self._falling or self._sides)
            and self._tremor < TREMOR_G
            and self._rate < TURNING_RAD_S
            and self._tilted_since < 0.0
        )

    def _say(
        self,
        out: list[AnySense],
        now: float,
        name: BodyMotionName,
        strength: float,
        confidence: float = 0.9,
    ) -> None:
        """Add to what happened in this tick."""
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
        """Take one sample: a knock shows in the change since the one before."""
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
            change > KNOCK_G
            and gap < 3.0 * SAMPLE_LASTS_S
            and not self._held
            and not self._falling
            and _length(off) > 0.6 * KNOCK_G
        ):
            if (
                now - self._knocked > KNOCK_AGAIN_S
                and now - self._shaken > 1.0
                and _length((sample.x, sample.y, sample.z)) > FREE_FALL_G
            ):
                self._say(out, now, "knocked", change / 2.0)
            self._knocked = now
        self._turn(off, now)

    def _off(self, sample: Acceleration) -> Vector:
        """A sample without its offset and without gravity, g."""
        o, d = self._offset, self._down
        return sample.x + o[0] - d[0], sample.y + o[1] - d[1], sample.z + o[2] - d[2]

    def _along(self, off: Vector) -> float:
        """The upward part of an acceleration, g."""
        d = self._down
        return (off[0] * d[0] + off[1] * d[1] + off[2] * d[2]) / max(0.3, _length(d))

    def _turn(self, off: Vector, now: float) -> None:
        """Note when a strong acceleration changes its side, as in shaking."""
        g = _length(off)
        if g <= SHAKE_G:
            return
        if now - self._swung > SHAKE_WINDOW_S:
            self._swing = 0.0
        self._swung = now
        way, swing = self._way, self._swing
        along = (off[0] * way[0] + off[1] * way[1] + off[2] * way[2]) / (g * swing) if swing else 0
        if along < -SAME_SIDE:
            self._sides.append((now, swing))
        elif along < SAME_SIDE and not self._sides:
            self._swing_began = now
        if along < SAME_SIDE or g > swing:
            self._way, self._swing = off, g

    def _pass(self, now: float) -> None:
        """Bring the filters to `now`."""
        dt = now - self._at
        self._at = now
        sample = self._sample
        if dt <= 0.0 or sample is None:
            return
        if now - self._last > SAMPLE_LASTS_S:
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
        # Cut on both sides: noise and tilt must not add up to a speed, and a blow does not lift.
        push = max(-0.6, min(0.6, up)) if abs(up) > 0.03 else 0.0
        self._lift_speed = (
            (self._lift_speed + push * STANDARD_GRAVITY * dt) * math.exp(-dt / 0.5)
            if now - self._knocked > KNOCK_PUSHES_S
            else 0.0
        )
        self._tremor += (_length(off) - self._tremor) * dt / (0.15 + dt)
        self._rate += (_length(sample.gyro) - self._rate) * dt / (0.15 + dt)
        if abs(_length(here) - 1.0) < 0.15:  # else it is not gravity alone
            self._down = _towards(self._down, here, dt / (0.4 + dt))

    def _judge(self, now: float, out: list[AnySense]) -> None:
        """Tell what has changed."""
        self._shake(now, out)
        self._fall(now, out)
        if self._falling:
            return
        quiet = (
            self._tremor < TREMOR_G and self._rate < TURNING_RAD_S and now - self._last <= GONE_S
        )
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
        """Falling, and the knock at its end."""
        sample = self._sample
        if sample is None:
            return
        o = self._offset
        weight = _length((sample.x + o[0], sample.y + o[1], sample.z + o[2]))
        if weight < FREE_FALL_G and (now - self._last <= SAMPLE_LASTS_S or self._falling):
            if self._free_since < 0.0:
                self._free_since = self._last
            shaking = now - self._shaken < SHAKE_AGAIN_S
            least = SHAKE_WEIGHTLESS_S if shaking else FREE_FALL_S
            if not self._falling and now - self._free_since >= least - 1e-6:
                self._falling = True
                self._say(out, now, "falling", 1.0)
            elif self._falling and now - self._free_since > LONGEST_FALL_S:
                self._offset = (o[0] - sample.x - o[0], o[1] - sample.y - o[1], 1.0 - sample.z)
                self._forget(now)
                self._say(out, now, "still", 0.0, 0.5)
                self._still = True
            return
        self._free_since = -1.0
        if self._falling:
            self._forget(now)
            if weight > 1.0 + KNOCK_G:
                self._held = False
                self._knocked = now
                self._say(out, now, "knocked", (weight - 1.0) / 3.0)

    def _forget(self, now: float) -> None:
        """Begin anew after a fall."""
        self._falling = False
        self._free_since = -1.0
        self._lift_speed = 0.0
        self._smooth = self._down
        self._quiet_since = now

    def _shake(self, now: float, out: list[AnySense]) -> None:
        """Shaking, from the times at which acceleration changed its side."""
        if not self._sides:
            return
        while self._sides and self._sides[0][0] < now - SHAKE_WINDOW_S:
            self._swing_began = self._sides.pop(0)[0]
        turns = len(self._sides)
        if turns < HARD_SHAKE_TURNS:
            return
        g = sum([peak for _, peak in self._sides]) / turns
        slow = self._sides[-1][0] - self._swing_began >= turns * SWING_S
        if turns >= SHAKE_TURNS or (g >= HARD_SHAKE_G and slow):
            if now - self._shaken > SHAKE_AGAIN_S:
                more = SHAKE_MORE * (turns - HARD_SHAKE_TURNS)
                self._say(out, now, "shaken", LIGHTEST_SHAKE + SHAKE_GAIN * g + more)
            self._shaken = now
            self._lift_speed = 0.0

    def _stand(self, now: float, out: list[AnySense]) -> None:
        """Of a body on the ground: lifted, or still."""
        if self._lift_speed > LIFT_SPEED and now - self._shaken > 0.5:
            if self._rising_since < 0.0:
                self._rising_since = now
            if now - self._rising_since >= LIFT_S - 1e-6:
                self._held, self._said_held, self._rising_since = True, now, -1.0
                self._sank = -10.0
                self._say(out, now, "lifted", 0.3 + 0.7 * min(1.0, self._lift_speed), 0.85)
            return
        self._rising_since = -1.0
        if not self._still and now - self._quiet_since >= STILL_S:
            self._still = True
            self._say(out, now, "still", 0.0)

    def _carry(self, now: float, out: list[AnySense]) -> None:
        """Of a body in somebody's hands: put down, or still held."""
        quiet = now - self._quiet_since
        sank = self._sank > 0.0 and self._quiet_since - self._sank < 1.5
        if (quiet >= SETTLED_S and sank) or (
            quiet >= SET_DOWN_S and now - self._last < SAMPLE_LASTS_S
        ):
            self._held = False
            self._say(out, now, "put_down", 0.5, 0.85 if self._sank > 0.0 else 0.7)
        elif now - self._said_held >= HELD_EVERY_S - 1e-6:
            self._said_held = now
            self._say(out, now, "held", 0.5, 0.9 if now - self._last < 1.0 else 0.5)

    def _tip(self, now: float, out: list[AnySense]) -> None:
        """Tipped over: gravity has pulled to a side for a while."""
        d = self._down
        angle = math.acos(max(-1.0, min(1.0, d[2] / max(0.3, _length(d)))))
        if angle < UPRIGHT_RAD:
            self._tipped, self._tilted_since = False, -1.0
        elif angle > TIPPED_RAD and not self._tipped:
            if self._tilted_since < 0.0:
                self._tilted_since = now
            elif now - self._tilted_since >= TIPPED_S:
                self._tipped = True
                self._say(out, now, "tipped", angle / math.pi, 0.7 if self._held else 0.9)


def _length(v: Vector) -> float:
    return math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])


def _towards(a: Vector, b: Vector, share: float) -> Vector:
    """The point `share` of the way from `a` to `b`."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share
