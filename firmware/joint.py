"""One joint. It follows its setpoint within the limits of position, velocity and acceleration that
the board was built with."""

import sys
from array import array

if sys.implementation.name != "micropython":
    # As in wire.py: the decorators and types of viper mean nothing to CPython.
    from typing import TypeAlias, TypeVar

    _Function = TypeVar("_Function")
    ptr32: TypeAlias = "array[int]"

    class micropython:
        """Stands for the module of that name."""

        @staticmethod
        def viper(function: _Function) -> _Function:
            """Nothing."""
            return function


STEPS_A_SECOND = 50
"""Steps per second: a hobby servo reads one pulse in 20 ms. All velocities in this file are
centidegrees per step and all accelerations centidegrees per step², so that small integers give the
same result in every interpreter."""
_ZERO = 1 << 24
"""Added to the numbers with a sign in a joint's state, since viper reads an array of 32 bits
without their sign where its own integers have 64."""


@micropython.viper
def stopping(speed: int, brake: int) -> int:
    """How far a joint at `speed` still moves when it brakes by `brake` from the next step on;
    cdeg."""
    steps = speed // brake
    return steps * speed - brake * steps * (steps + 1) // 2


@micropython.viper
def reachable(speed: int, brake: int, want: int, drift: int, fastest: int) -> int:
    """The next speed: as near to `want` as the acceleration allows, while the joint can still
    brake at the moving goal."""
    gap = want - drift
    side = 1 if gap > 0 else -1
    gap = gap * side
    closing = (speed - drift) * side
    if gap <= brake and gap - closing <= brake and closing - gap <= brake:
        chosen = gap
    else:
        chosen = closing + brake
        if chosen > 0 and chosen + int(stopping(chosen, brake)) > gap:
            chosen = closing
            if chosen > 0 and chosen + int(stopping(chosen, brake)) > gap:
                chosen = closing - brake
    chosen = drift + side * chosen
    if chosen > fastest:
        chosen = fastest
    if chosen + fastest < 0:
        chosen = 0 - fastest
    # The acceleration counts last: it may be faster than it now is allowed to be.
    if chosen > speed + brake:
        chosen = speed + brake
    if chosen < speed - brake:
        chosen = speed - brake
    return chosen


@micropython.viper
def within(chosen: int, speed: int, brake: int, above: int, below: int) -> int:
    """`chosen`, or the hardest braking where `chosen` would lead past a limit. `above`, `below`:
    how far the limits are, cdeg."""
    side = 1 if chosen > 0 else -1
    room = above if chosen > 0 else below
    pace = chosen * side
    speed = speed * side
    if pace + int(stopping(pace, brake)) <= room:
        return chosen
    if speed - brake <= room and room <= brake:
        return side * room
    if speed > 0 and speed + int(stopping(speed, brake)) <= room:
        return side * speed
    return side * (speed - brake)


@micropython.viper
def move(state: ptr32, slow: int) -> int:
    """Move a joint by one step; returns 1 when it is where it was aimed at. The state: angle,
    speed, goal, target, low, high, the edges between which no speed leads past a limit (all these
    with _ZERO added), steps until the goal is at the target, fastest, brake."""
    angle = int(state[0])
    speed = int(state[1]) - 16777216
    goal = int(state[2])
    glide = int(state[8])
    fastest = int(state[9])
    brake = int(state[10])
    drift = 0
    if glide:
        drift = (int(state[3]) - goal) // glide
        goal += drift
        glide -= 1
        state[2] = goal
        state[8] = glide
    if slow and slow < fastest:
        fastest = slow
    want = goal - angle
    change = want - speed
    closing = want - drift
    if (
        change > brake
        or change + brake < 0
        or closing > brake
        or closing + brake < 0
        or want > fastest
        or want + fastest < 0
        or goal < int(state[6])
        or goal > int(state[7])
    ):
        want = int(reachable(speed, brake, want, drift, fastest))
        want = int(within(want, speed, brake, int(state[5]) - angle, angle - int(state[4])))
    state[1] = want + 16777216
    if want:
        state[0] = angle + want
        return 0
    return 1 if glide == 0 and angle == int(state[3]) else 0


class Joint:
    """One joint: `angle` moves towards a goal, and the goal moves linearly to the newest
    setpoint."""

    def __init__(
        self, name: str, low: int, high: int, rest: int, velocity: int, acceleration: int
    ) -> None:
        """Angles in centidegrees, `velocity` in cdeg/s, `acceleration` in cdeg/s²."""
        self.name = name
        self.rest = rest
        self._built = (low, high, max(1, velocity // STEPS_A_SECOND))
        self.low, self.high, self.fastest = self._built
        self.brake = max(1, acceleration // (STEPS_A_SECOND * STEPS_A_SECOND))
        self.slow = 0
        """A lower speed limit for the way to rest, cdeg per step; 0 is none."""
        self.angle = self.target = rest
        self.speed = 0
        self.still = True
        """Whether it is where it was aimed at, so that `step` would change nothing."""
        self._state = array("i", [rest + _ZERO, _ZERO] + [rest + _ZERO] * 6 + [0, 0, 0])
        self._limit()

    def narrow(self, low: int, high: int, velocity: int) -> None:
        """Set tighter limits: cdeg, cdeg, cdeg/s. They are intersected with those of the body's
        config, so they can never be wider than these."""
        built_low, built_high, built_fastest = self._built
        self.low = min(max(low, built_low), built_high)
        self.high = max(self.low, min(high, built_high))
        self.fastest = max(1, min(velocity // STEPS_A_SECOND, built_fastest))
        self._limit()
        self.aim(self.target, 1)

    def _limit(self) -> None:
        far, state = stopping(self.fastest, self.brake), self._state
        state[4], state[5] = self.low + _ZERO, self.high + _ZERO
        state[6], state[7] = self.low + far + _ZERO, self.high - far + _ZERO
        state[9], state[10] = self.fastest, self.brake

    def aim(self, target: int, steps: int) -> None:
        """Move the goal to `target` (cdeg, cut to the limits) within `steps` steps, 1 or more."""
        if target < self.low:
            target = self.low
        elif target > self.high:
            target = self.high
        state = self._state
        if target != self.target or state[8]:
            self.target = target
            state[3] = target + _ZERO
            state[8] = steps
            self.still = False

    def hold(self) -> None:
        """Brake as hard as allowed, and stay where that ends."""
        ahead = stopping(abs(self.speed), self.brake)
        self._stay(
            min(max(self.angle + (ahead if self.speed > 0 else -ahead), self.low), self.high)
        )
        self.still = False

    def drop(self) -> None:
        """Forget the target, since the servo has no pulses any more."""
        self._stay(self.angle)
        self.speed = 0
        self._state[1] = _ZERO
        self.still = True

    def _stay(self, target: int) -> None:
        state = self._state
        self.target = target
        state[2] = state[3] = target + _ZERO
        state[8] = 0

    def step(self) -> None:
        """Move by one step. Called STEPS_A_SECOND times a second."""
        state = self._state
        if move(state, self.slow):
            self.still = True
        self.angle = state[0] - _ZERO
        self.speed = state[1] - _ZERO
