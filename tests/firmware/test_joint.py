"""One joint in numbers: how it speeds up, glides, catches up, brakes, holds and arrives."""

from __future__ import annotations

import struct
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moggy.firmware.joint import move, put_angles, reachable, stopping, table, within

from .seen_joint import SeenJoint


def built(low: int, high: int, rest: int, velocity: int, acceleration: int) -> SeenJoint:
    """A joint of its own."""
    joint = SeenJoint(table(1), 0)
    joint.build(low, high, rest, velocity, acceleration, 0, 0)
    return joint


def test_in_a_message_an_angle_has_16_bits_with_zero_in_their_middle() -> None:
    states, rests = table(3), (-9000, 0, 17_999)
    for row, rest in enumerate(rests):
        SeenJoint(states, row).build(-18_000, 18_000, rest, 100, 100, 0, 0)
    out = bytearray(10)
    assert put_angles(states, 3, out, 2) == 8
    assert out == struct.pack("<2x3H2x", *(32_768 + rest for rest in rests))


def brisk() -> SeenJoint:
    """At most 500 cdeg a step, and 100 cdeg a step more or less at each step."""
    return built(-7000, 7000, 0, 25_000, 250_000)


def course(joint: SeenJoint, steps: int) -> list[int]:
    found = []
    for _ in range(steps):
        joint.step()
        found.append(joint.angle)
    return found


def test_speed_and_brake_are_whole_centidegrees_a_step_and_one_at_least() -> None:
    assert (brisk().fastest, brisk().brake) == (500, 100)
    slow = built(-7000, 7000, 0, 49, 2499)
    assert (slow.fastest, slow.brake) == (1, 1)
    assert (built(0, 9, 0, 100, 5000).fastest, built(0, 9, 0, 1, 5000).brake) == (
        2,
        2,
    )


def test_it_speeds_up_runs_at_full_speed_and_brakes_in_time() -> None:
    joint = brisk()
    joint.aim(5000, 1)
    angles = [0, *course(joint, 20)]
    speeds = [b - a for a, b in pairwise(angles)]
    assert speeds[:6] == [100, 200, 300, 400, 500, 500]
    assert max(speeds) == 500
    arrived = angles.index(5000)
    assert arrived <= 15
    assert speeds[arrived - 1] <= 100
    assert set(speeds[arrived:]) == {0}


@given(
    st.lists(st.tuples(st.integers(-7000, 7000), st.integers(1, 12)), min_size=1, max_size=12),
    st.sampled_from((25_000, 5_000)),
    st.sampled_from((6000, 700)),
)
def test_to_the_left_it_goes_as_to_the_right(
    orders: list[tuple[int, int]], velocity: int, end: int
) -> None:
    left, right = (built(-end, end, 0, velocity, 250_000) for _ in range(2))
    for target, steps in orders:
        left.aim(-target, 1)
        right.aim(target, 1)
        assert course(left, steps) == [-angle for angle in course(right, steps)]


@pytest.mark.parametrize("pace", [300, -300, 120])
def test_it_catches_up_with_a_goal_that_moves_on_and_then_keeps_up(pace: int) -> None:
    joint = brisk()
    behind = []
    for n in range(1, 23):
        joint.aim(pace * n, 1)
        joint.step()
        behind.append(abs(pace * n - joint.angle))
    assert max(behind[:4]) <= abs(pace) * 2
    assert behind[10:] == [0] * 12
    assert joint.speed == pace


def test_it_glides_to_a_setpoint_in_as_many_steps_as_it_is_given() -> None:
    joint = brisk()
    joint.aim(250, 5)
    assert joint.glide == 5
    assert course(joint, 8) == [50, 100, 150, 200, 250, 250, 250, 250]
    joint.aim(-250, 10)
    assert course(joint, 12) == [*range(200, -251, -50), -250, -250]
    joint.aim(-250, 3)
    assert joint.still, "it is there already"
    joint.aim(0, 4)
    joint.step()
    joint.aim(0, 1)
    assert not joint.still
    assert course(joint, 6)[-1] == 0


def test_it_is_still_only_where_it_was_aimed_at_and_stands() -> None:
    joint = brisk()
    joint.aim(100, 1)
    joint.step()
    assert (joint.angle, joint.still) == (100, False)
    joint.step()
    assert joint.still


def test_a_slow_way_keeps_to_its_own_speed_and_a_slower_joint_to_its() -> None:
    joint = brisk()
    joint.slow = 80
    joint.aim(2000, 1)
    assert max(b - a for a, b in pairwise(course(joint, 20))) == 80
    joint.slow = 900
    joint.aim(-2000, 1)
    assert min(b - a for a, b in pairwise(course(joint, 20))) == -500


def test_told_to_slow_down_it_brakes_to_the_new_speed() -> None:
    for end in (6000, -6000):
        joint = brisk()
        joint.aim(end, 1)
        course(joint, 6)
        joint.slow = 150
        speeds = [abs(b - a) for a, b in pairwise(course(joint, 6))]
        assert speeds[:4] == [300, 200, 150, 150] or speeds[:4] == [400, 300, 200, 150]


def test_held_it_brakes_as_hard_as_it_may_and_stays_there() -> None:
    for end in (6000, -6000):
        joint = brisk()
        joint.aim(end, 1)
        course(joint, 6)
        there = joint.angle
        joint.hold()
        ahead = 1000 if end > 0 else -1000
        assert joint.target == there + ahead
        assert course(joint, 10)[-1] == there + ahead
    joint = brisk()
    joint.aim(7000, 1)
    course(joint, 15)
    joint.hold()
    assert joint.target <= 7000


def test_held_it_is_still_as_soon_as_it_stands() -> None:
    joint = brisk()
    joint.aim(60, 12)
    joint.step()
    joint.hold()
    joint.aim(joint.target, 12)
    joint.step()
    assert joint.still


@pytest.mark.parametrize("side", [1, -1])
def test_held_where_it_may_not_stay_it_comes_back(side: int) -> None:
    """It was narrowed while its servo was limp."""
    joint = brisk()
    joint.aim(side * 3000, 1)
    course(joint, 20)
    joint.narrow(-2000, 2000, 25_000)
    joint.drop()
    assert (joint.angle, joint.still) == (side * 3000, True)
    joint.hold()
    assert not joint.still
    assert course(joint, 20)[-1] == side * 2000


def test_dropped_it_forgets_where_it_was_going() -> None:
    joint = brisk()
    joint.aim(6000, 1)
    course(joint, 6)
    there = joint.angle
    joint.drop()
    assert (joint.target, joint.speed, joint.still) == (there, 0, True)
    joint.aim(there + 100, 1)
    assert course(joint, 3)[-1] == there + 100


def test_narrowed_it_comes_into_its_new_limits_at_its_new_speed() -> None:
    joint = brisk()
    joint.aim(3000, 1)
    course(joint, 20)
    joint.narrow(-1000, 2000, 10_000)
    assert (joint.low, joint.high, joint.fastest) == (-1000, 2000, 200)
    back = [3000, *course(joint, 20)]
    assert back[-1] == 2000
    assert min(b - a for a, b in pairwise(back)) == -200
    joint.narrow(5000, 4000, 0)
    assert (joint.low, joint.high, joint.fastest) == (5000, 5000, 1)
    joint.narrow(-9000, 9000, 99_000)
    assert (joint.low, joint.high, joint.fastest) == (-7000, 7000, 500)
    joint.narrow(9000, 9900, 25_000)
    assert (joint.low, joint.high) == (7000, 7000)
    joint = brisk()
    joint.aim(40, 1)
    course(joint, 2)
    joint.narrow(-1000, 0, 25_000)
    assert course(joint, 2) == [0, 0], "at once, where it is near"


@pytest.mark.parametrize("side", [1, -1])
def test_narrowed_behind_it_it_brakes_as_hard_as_it_may_and_comes_back(side: int) -> None:
    joint = built(-7000, 7000, 0, 2_500, 17_500)
    joint.aim(side * 7000, 1)
    course(joint, 20)
    assert joint.speed == side * 50
    end = joint.angle - side * 300
    joint.narrow(min(0, end), max(0, end), 2_500)
    angles = [joint.angle, *course(joint, 40)]
    speeds = [side * (b - a) for a, b in pairwise(angles)]
    assert speeds[:10] == [43, 36, 29, 22, 15, 8, 1, -6, -13, -20]
    assert angles[-1] == end


@pytest.mark.parametrize("end", [7000, -7000])
def test_it_comes_to_its_very_end_and_not_beyond(end: int) -> None:
    joint = brisk()
    joint.aim(2 * end, 1)
    angles = course(joint, 30)
    assert angles[-1] == end
    assert max(map(abs, angles)) == 7000
    assert angles.index(end) <= 20


@pytest.mark.parametrize("start", [-5393, -5256, -4982, -4845])
def test_gliding_into_its_end_it_does_not_brake_too_early(start: int) -> None:
    """It lags behind the goal, so it may still keep its speed when the goal has come to the end."""
    joint = built(-7000, 7000, start, 25_000, 100_000)
    joint.aim(7000, 40)
    assert course(joint, 60).index(7000) <= 44


def test_told_to_turn_round_it_brakes_at_once() -> None:
    joint = brisk()
    for target, glide, steps in ((20, 10, 9), (3459, 9, 1)):
        joint.aim(target, glide)
        course(joint, steps)
    farthest = joint.angle + stopping(joint.speed, joint.brake)
    assert joint.speed > joint.brake
    joint.aim(-1213, 9)
    assert max(course(joint, 7)) <= farthest


def test_where_it_can_stop_in_one_step_it_comes_to_its_end_by_the_shortest_way() -> None:
    joint = built(-45, 5, 3, 5000, 75_000)
    joint.aim(-89, 1)
    assert course(joint, 3) == [-27, -45, -45]


def test_it_does_not_bounce_off_its_end() -> None:
    joint = built(-388, 12, -387, 25_000, 2500)
    joint.aim(-32, 2)
    assert course(joint, 1) == [-386]
    joint.aim(-414, 11)
    angles = course(joint, 12)
    assert min(angles) == -388
    assert set(angles[angles.index(-388) :]) == {-388}


AT_THE_EDGE = (-101, -100, -99, 0, 99, 100, 101)
"""cdeg beside the acceleration of `brisk`, and beside the speed of a slow joint."""


@pytest.mark.parametrize("fastest", [100, 500])
@pytest.mark.parametrize("end", [-1, 0, 1])
def test_the_long_way_is_calculated_only_where_speed_acceleration_or_a_limit_may_be_met(
    fastest: int, end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calculated: list[int] = []

    def counted(*numbers: int) -> int:
        calculated.append(1)
        return reachable(*numbers)

    names = move.__globals__
    monkeypatch.setitem(names, "reachable", counted)
    for want, change, drift in product(AT_THE_EDGE, AT_THE_EDGE, (-50, 0, 50)):
        joint = built(-7000, 7000, 0, 50 * fastest, 250_000)
        far = stopping(fastest, 100)
        # A goal just within, on and beyond where all speeds are safe, on both sides.
        for goal in (0, 7000 - far + end, -7000 + far - end):
            states, zero = joint._states, names["_ZERO"]
            states[names["_ANGLE"]] = goal - want + zero
            states[names["_SPEED"]] = want - change + zero
            states[names["_GOAL"]] = goal - drift + zero
            states[names["_TARGET"]] = goal + 9 * drift + zero
            states[names["_GLIDE"]] = 10
            calculated.clear()
            joint.step()
            needed = (
                abs(change) > 100
                or abs(want - drift) > 100
                or abs(want) > fastest
                or (goal != 0 and end > 0)
            )
            assert bool(calculated) == needed, (want, change, drift, goal)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_joint_that_is_held_stays_within_its_own_limits_that_were_narrowed(side: int) -> None:
    states = table(2)
    others, joint = SeenJoint(states, 0), SeenJoint(states, 1)
    others.build(-9000, 9000, 0, 25_000, 250_000, 0, 0)
    joint.build(-7000, 7000, 0, 25_000, 250_000, 0, 0)
    joint.aim(side * 5000, 1)
    course(joint, 5)
    here = abs(joint.angle)
    joint.narrow(-here - 10, here + 10, 25_000)
    joint.hold()
    assert joint.target == side * (here + 10)


def test_outside_its_limits_it_comes_back_as_fast_as_it_may_and_no_faster() -> None:
    assert within(1, 0, 5, -100, 100, 3) == -3
    assert within(-1, 0, 5, 100, -100, 3) == 3
    assert within(1, 0, 3, -100, 100, 5) == -3, "its acceleration"
