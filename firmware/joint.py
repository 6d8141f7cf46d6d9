"""The joints. Each follows its setpoint within the limits of position, velocity and acceleration
that the board was built with.

The states of all joints are the rows of one array, so that machine code can move them all at
once.
"""

import sys
from array import array

if sys.implementation.name != "micropython":
    # As in wire.py: the decorators and types of viper mean nothing to CPython, nor does `const`.
    from typing import TypeAlias, TypeVar

    _Function = TypeVar("_Function")
    ptr8: TypeAlias = "bytearray"
    ptr16: TypeAlias = "array[int]"
    ptr32: TypeAlias = "array[int]"
    const = int

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
_LEAST_SLOW = const(12)
"""Highest speed, cdeg per step (6° a second), from which the way to rest is not slowed any more.
Our choice: 180° take 30 s then, for which the servos have their pulses."""
_ZERO = const(1 << 24)
"""Added to the numbers with a sign in a joint's state, since viper reads an array of 32 bits
without their sign where its own integers have 64."""

# The columns of a state. Those with a sign have _ZERO added.
_ANGLE = const(0)
_SPEED = const(1)
_GOAL = const(2)
_TARGET = const(3)
_LOW = const(4)
_HIGH = const(5)
_CLEAR_LOW = const(6)
"""Between this and the next no speed leads past a limit."""
_CLEAR_HIGH = const(7)
_GLIDE = const(8)
"""Steps until the goal is at the target."""
_FASTEST = const(9)
_BRAKE = const(10)
_SLOW = const(11)
"""A lower speed limit for the way to rest; 0 is none."""
_STILL = const(12)
"""Whether it is where it was aimed at, so that a step would change nothing."""
_PULSE = const(13)
"""µs of the pulse at angle 0."""
_GAIN = const(14)
"""µs/65536 a centidegree."""
_REST = const(15)
_BUILT_LOW = const(16)
"""This and the next two are the limits that it was built with."""
_BUILT_HIGH = const(17)
_BUILT_FASTEST = const(18)
_TOLD = const(19)
"""The angle before the last steps, where its servo is if it was not told of them."""
_COLUMNS = const(20)


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
def within(chosen: int, speed: int, brake: int, above: int, below: int, fastest: int) -> int:
    """`chosen`, or the hardest braking where `chosen` would lead past a limit. `above`, `below`:
    how far the limits are, cdeg; negative where the joint stands outside one that was narrowed, to
    which it comes back no faster than it may."""
    side = 1 if chosen > 0 else -1
    room = above if chosen > 0 else below
    pace = chosen * side
    speed = speed * side
    if pace + int(stopping(pace, brake)) <= room:
        return chosen
    if speed - brake <= room and room <= brake:
        pace = room
    elif speed > 0 and speed + int(stopping(speed, brake)) <= room:
        pace = speed
    else:
        pace = speed - brake
    if pace + fastest < 0:
        pace = 0 - fastest
    return side * pace


@micropython.viper
def move(states: ptr32, at: int) -> int:
    """Move the joint whose row begins at `at` by one step."""
    angle = int(states[at + _ANGLE])
    speed = int(states[at + _SPEED]) - _ZERO
    goal = int(states[at + _GOAL])
    glide = int(states[at + _GLIDE])
    fastest = int(states[at + _FASTEST])
    slow = int(states[at + _SLOW])
    brake = int(states[at + _BRAKE])
    drift = 0
    if glide:
        drift = (int(states[at + _TARGET]) - goal) // glide
        goal += drift
        glide -= 1
        states[at + _GOAL] = goal
        states[at + _GLIDE] = glide
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
        or goal < int(states[at + _CLEAR_LOW])
        or goal > int(states[at + _CLEAR_HIGH])
    ):
        want = int(reachable(speed, brake, want, drift, fastest))
        above = int(states[at + _HIGH]) - angle
        below = angle - int(states[at + _LOW])
        want = int(within(want, speed, brake, above, below, fastest))
    states[at + _SPEED] = want + _ZERO
    if want:
        states[at + _ANGLE] = angle + want
    elif glide == 0 and angle == int(states[at + _TARGET]):
        states[at + _STILL] = 1
    return 0


@micropython.viper
def step(states: ptr32, count: int, steps: int, pulses: ptr16) -> int:
    """Move the first `count` joints by `steps` steps and put their pulses (µs) into `pulses`; those
    that are still are left out. Returns 1 if any moved."""
    moved = 0
    at = 0
    for index in range(count):
        states[at + _TOLD] = int(states[at + _ANGLE])
        if int(states[at + _STILL]) == 0:
            for _ in range(steps):
                move(states, at)
            turn = (int(states[at + _ANGLE]) - _ZERO) * (int(states[at + _GAIN]) - _ZERO)
            pulses[index] = int(states[at + _PULSE]) + ((turn + 32768) >> 16)
            moved = 1
        at += _COLUMNS
    return moved


@micropython.viper
def aim(states: ptr32, at: int, count: int, targets: ptr16, steps: int) -> int:
    """Move the goals of `count` joints, from the one whose row begins at `at`, to `targets` (cdeg,
    an array of shorts; cut to the limits) within `steps` steps, 1 or more."""
    for index in range(count):
        # A short comes without its sign.
        target = ((int(targets[index]) + 32768) & 65535) - 32768 + _ZERO
        if target < int(states[at + _LOW]):
            target = int(states[at + _LOW])
        elif target > int(states[at + _HIGH]):
            target = int(states[at + _HIGH])
        if target != int(states[at + _TARGET]) or int(states[at + _GLIDE]):
            states[at + _TARGET] = target
            states[at + _GLIDE] = steps
            states[at + _STILL] = 0
        at += _COLUMNS
    return 0


@micropython.viper
def moving(states: ptr32, count: int) -> int:
    """How many of the first `count` joints are not still."""
    found = count
    at = 0
    for _ in range(count):
        found -= int(states[at + _STILL])
        at += _COLUMNS
    return found


@micropython.viper
def put_angles(states: ptr32, count: int, out: ptr8, at: int) -> int:
    """Write the angles of the first `count` joints into `out` from `at` on, as a message has them:
    16 bits, cdeg + 32768. Returns where they end."""
    row = 0
    for _ in range(count):
        angle = int(states[row + _ANGLE]) - _ZERO + 32768
        out[at] = angle & 255
        out[at + 1] = angle >> 8
        row += _COLUMNS
        at += 2
    return at


def hold(states: "array[int]", at: int) -> None:
    """Brake the joint whose row begins at `at` as hard as allowed, and stay where that ends."""
    target, speed = states[at + _ANGLE], states[at + _SPEED] - _ZERO
    if speed > 0:
        target += stopping(speed, states[at + _BRAKE])
    elif speed < 0:
        target -= stopping(-speed, states[at + _BRAKE])
    if target < states[at + _LOW]:
        target = states[at + _LOW]
    elif target > states[at + _HIGH]:
        target = states[at + _HIGH]
    _stay(states, at, target, 0)


def _stay(states: "array[int]", at: int, target: int, still: int) -> None:
    states[at + _GOAL] = states[at + _TARGET] = target
    states[at + _GLIDE] = 0
    states[at + _STILL] = still


def hold_all(states: "array[int]") -> None:
    """Hold all joints of a table."""
    for at in range(0, len(states), _COLUMNS):
        hold(states, at)


def slow_all(states: "array[int]", part: int) -> None:
    """Divide the highest speeds of all joints of a table by `part`, but make none slower than
    _LEAST_SLOW by that; 0 allows full speed again."""
    for at in range(0, len(states), _COLUMNS):
        fastest = states[at + _FASTEST]
        states[at + _SLOW] = max(min(fastest, _LEAST_SLOW), fastest // part) if part else 0


def table(count: int) -> "array[int]":
    """The states of `count` joints that are not built yet."""
    return array("i", [0] * (count * _COLUMNS))


class Joint:
    """One row of a table: a joint whose `angle` moves towards a goal, while the goal moves linearly
    to the newest setpoint."""

    def __init__(self, states: "array[int]", row: int) -> None:
        self._states = states
        self._at = row * _COLUMNS

    def build(
        self,
        low: int,
        high: int,
        rest: int,
        velocity: int,
        acceleration: int,
        pulse: int,
        gain: int,
    ) -> None:
        """Set it up, at its rest angle. Angles in centidegrees, `velocity` in cdeg/s,
        `acceleration` in cdeg/s². `pulse`: µs at angle 0; `gain`: µs/65536 a cdeg."""
        fastest = max(1, velocity // STEPS_A_SECOND)
        for column, value in (
            (_ANGLE, rest + _ZERO),
            (_TOLD, rest + _ZERO),
            (_GOAL, rest + _ZERO),
            (_TARGET, rest + _ZERO),
            (_REST, rest + _ZERO),
            (_SPEED, _ZERO),
            (_BRAKE, max(1, acceleration // (STEPS_A_SECOND * STEPS_A_SECOND))),
            (_STILL, 1),
            (_PULSE, pulse),
            (_GAIN, gain + _ZERO),
            (_BUILT_LOW, low + _ZERO),
            (_BUILT_HIGH, high + _ZERO),
            (_BUILT_FASTEST, fastest),
        ):
            self._states[self._at + column] = value
        self._limit(low, high, fastest)

    def _limit(self, low: int, high: int, fastest: int) -> None:
        far = stopping(fastest, self.brake)
        for column, value in (
            (_LOW, low + _ZERO),
            (_HIGH, high + _ZERO),
            (_CLEAR_LOW, low + far + _ZERO),
            (_CLEAR_HIGH, high - far + _ZERO),
            (_FASTEST, fastest),
        ):
            self._states[self._at + column] = value

    def _signed(self, column: int) -> int:
        return self._states[self._at + column] - _ZERO

    @property
    def angle(self) -> int:
        """Where it is, cdeg."""
        return self._signed(_ANGLE)

    @property
    def target(self) -> int:
        """Where it was aimed at, cdeg."""
        return self._signed(_TARGET)

    @property
    def rest(self) -> int:
        """Its angle at rest, cdeg."""
        return self._signed(_REST)

    @property
    def brake(self) -> int:
        """The highest acceleration, cdeg per step²."""
        return self._states[self._at + _BRAKE]

    @property
    def pulse(self) -> int:
        """µs of the pulse at its angle."""
        turn = self.angle * self._signed(_GAIN)
        return self._states[self._at + _PULSE] + (turn + 32768 >> 16)

    def narrow(self, low: int, high: int, velocity: int) -> None:
        """Set tighter limits: cdeg, cdeg, cdeg/s. They are intersected with those that it was built
        with, so they can never be wider than these."""
        built_low, built_high = self._signed(_BUILT_LOW), self._signed(_BUILT_HIGH)
        fastest = min(velocity // STEPS_A_SECOND, self._states[self._at + _BUILT_FASTEST])
        low = min(max(low, built_low), built_high)
        self._limit(low, max(low, min(high, built_high)), max(1, fastest))
        self.aim(self.target, 1)

    def aim(self, target: int, steps: int) -> None:
        """Move the goal to `target` (cdeg, cut to the limits) within `steps` steps, 1 or more."""
        aim(self._states, self._at, 1, array("h", (target,)), steps)

    def drop(self) -> None:
        """Forget the target, since the servo has no pulses any more."""
        states, at = self._states, self._at
        states[at + _SPEED] = _ZERO
        states[at + _TOLD] = states[at + _ANGLE]
        _stay(states, at, states[at + _ANGLE], 1)

    def take_back(self) -> None:
        """Undo the last steps, of which its servo was not told, and go on from rest."""
        states, at = self._states, self._at
        if states[at + _ANGLE] != states[at + _TOLD]:
            states[at + _ANGLE] = states[at + _TOLD]
            states[at + _STILL] = 0
        states[at + _SPEED] = _ZERO
