"""The last step before the wire: every joint keeps to its limits of position, velocity,
acceleration and jerk, whatever it is asked.

Two stages. The first goes to its target as fast as velocity and acceleration allow, and always such
that it can still stop in time. The second is the mean of the first over a short window of time: a
mean of movements that keep a limit keeps it too, and it turns the steps of the acceleration into
ramps, so the jerk is at most twice the acceleration over the window (Biagiotti & Melchiorri 2008,
trajectory planning with FIR filters). Both stages are exact for any step of time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import ceil, sqrt

from moggy.body import JointSpec

LONGEST_STEP_S = 0.04
"""A longer tick is gone through in pieces of at most this length."""
LONGEST_TICK_S = 0.5
"""After a longer pause the joints move for this long and no longer."""
STILL = 0.003
"""rad; a joint at rest does not move for less: a hobby servo hardly follows it, and it costs noise
and wear."""
CREEP = 0.003
"""rad/s below which a joint counts as slow enough to come to rest."""
REST_S = 0.25
"""Seconds for which it must be that slow."""
MARGIN = 0.83
"""Share of the acceleration that is used, so that uneven ticks stay within the limits too: a tick
of 24 ms beside one of 16 ms is 1.2 times as long as the two are on average, and 0.83 is 1/1.2."""


class Axis:
    """One joint: `position` is what is commanded, between `low` and `high`; `aim` and `speed` are
    those of the first stage; `settled`: it is at rest. rad and rad/s."""

    __slots__ = (
        *("aim", "high", "low", "position", "settled", "speed"),
        *("_acceleration", "_knots", "_still_for", "_sum", "_t", "_velocity", "_window"),
    )

    def __init__(self, joint: JointSpec, start: float) -> None:
        self.low, self.high = joint.min, joint.max
        self._velocity = joint.velocity
        self._acceleration = joint.acceleration * MARGIN
        self._window = 2.0 * joint.acceleration / joint.jerk
        self.position = self.aim = min(max(start, joint.min), joint.max)
        self.speed = 0.0
        self.settled = True

    def step(self, target: float, dt: float) -> float:
        """Move towards `target` (rad; NaN: towards the last one) for `dt` seconds; the position
        then."""
        low, high = self.low, self.high
        if not low <= target <= high:
            target = low if target < low else high if target > high else self.aim
        if self.settled:
            if -STILL < target - self.position < STILL:
                return self.position
            self._wake()
        if dt <= LONGEST_STEP_S:
            if dt > 0.0:
                self._advance(target, dt)
            return self.position
        pieces = ceil(min(dt, LONGEST_TICK_S) / LONGEST_STEP_S)
        for _ in range(pieces):
            self._advance(target, min(dt, LONGEST_TICK_S) / pieces)
        return self.position

    def _wake(self) -> None:
        self.settled = False
        self._still_for = self._sum = self._t = 0.0
        self._knots = deque(
            [(-self._window, self.aim, -self._window * self.aim), (0.0, self.aim, 0.0)]
        )

    def _advance(self, target: float, dt: float) -> None:
        before, old = self.aim, self.speed
        gap = target - before
        # The highest speed v with v·dt + v²/2a ≤ gap: after this step it can still stop at the
        # target, however long the next step is.
        limit = self._acceleration
        speed = limit * (sqrt(dt * dt + 2.0 * abs(gap) / limit) - dt)
        if speed > self._velocity:
            speed = self._velocity
        if gap < 0.0:
            speed = -speed
        change = limit * dt
        if speed > old + change:
            speed = old + change
        elif speed < old - change:
            speed = old - change
        self.aim = before + speed * dt
        self.speed = speed
        # The mean of the aim, as straight lines between the steps, over the last window.
        knots, window, now = self._knots, self._window, self._t + dt
        total = self._sum + (before + self.aim) * 0.5 * dt
        self._t, self._sum = now, total
        knots.append((now, self.aim, total))
        start = now - window
        while knots[1][0] <= start:
            knots.popleft()
        t0, p0, s0 = knots[0]
        t1, p1, _ = knots[1]
        x = start - t0
        mean = (total - s0 - x * (p0 + (p1 - p0) / (t1 - t0) * x * 0.5)) / window
        self.position = self.low if mean < self.low else self.high if mean > self.high else mean
        self._still_for = self._still_for + dt if -CREEP < speed < CREEP else 0.0
        if self._still_for > REST_S:
            self.aim, self.speed, self.settled = self.position, 0.0, True


class Limiter:
    """All joints of a body. It begins at their rest pose, where the board holds them while nobody
    commands, or at `start` (joint → rad)."""

    def __init__(
        self, joints: Mapping[str, JointSpec], start: Mapping[str, float] | None = None
    ) -> None:
        begin = start or {}
        self._axes = [
            (name, Axis(joint, begin.get(name, joint.rest))) for name, joint in joints.items()
        ]
        self._pose = {name: axis.position for name, axis in self._axes}

    def step(self, targets: Mapping[str, float], dt: float) -> tuple[dict[str, float], list[str]]:
        """Move towards the targets (joint → rad) for `dt` seconds: the pose then, within every
        limit, and the joints that are on their way. A joint without a target goes on to its last
        one."""
        pose = dict(self._pose)
        stirred = []
        for name, axis in self._axes:
            target = targets.get(name, axis.aim)
            if axis.settled and -STILL < target - axis.position < STILL:
                continue
            pose[name] = axis.step(target, dt)
            stirred.append(name)
        self._pose = pose
        return pose, stirred
