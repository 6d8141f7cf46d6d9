"""No command asks a joint for more than it can do: position, velocity, acceleration and jerk hold
for any targets and any step of time.

The bounds are checked on what is sent, by divided differences: of a function whose nth derivative
is bounded, the nth divided difference times n! is bounded too, however uneven the moments are.
"""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moggy.actuators.limiter import STILL, Axis, Limiter
from moggy.body import Body, JointSpec
from moggy.config import SHIPPED, load

BODY = load(SHIPPED["body"] / "cat.yaml", Body)
JOINTS = sorted(
    {
        (joint.velocity, joint.acceleration, joint.jerk): joint for joint in BODY.joints.values()
    }.items()
)
STEPS = st.lists(st.tuples(st.floats(-4, 4), st.integers(1, 12)), min_size=1, max_size=25)


def divided(times: list[float], values: list[float], order: int) -> list[float]:
    """Derivatives of an order, as divided differences times order!."""
    for n in range(1, order + 1):
        values = [
            n * (b - a) / (times[i + n] - times[i]) for i, (a, b) in enumerate(pairwise(values))
        ]
    return values


def travel(
    axis: Axis, asked: list[tuple[float, int]], dts: list[float]
) -> tuple[list[float], list[float]]:
    times, angles, n = [0.0], [axis.position], 0
    for target, ticks in asked:
        for _ in range(ticks):
            dt = dts[n % len(dts)]
            times.append(times[-1] + dt)
            angles.append(axis.step(target, dt))
            n += 1
    return times, angles


@pytest.mark.parametrize("joint", [joint for _, joint in JOINTS])
@given(asked=STEPS, dt=st.sampled_from((0.005, 0.01, 0.02)))
@settings(max_examples=60, deadline=None)
def test_at_an_even_pace_every_limit_holds(
    joint: JointSpec, asked: list[tuple[float, int]], dt: float
) -> None:
    times, angles = travel(Axis(joint, joint.rest), asked, [dt])
    assert all(joint.min <= angle <= joint.max for angle in angles)
    for order, bound in ((1, joint.velocity), (2, joint.acceleration), (3, joint.jerk)):
        assert all(abs(x) <= bound * 1.0001 for x in divided(times, angles, order))


@pytest.mark.parametrize("joint", [joint for _, joint in JOINTS])
@given(asked=STEPS, dts=st.lists(st.floats(0.016, 0.024), min_size=3, max_size=11))
@example(asked=[(1.0, 3), (0.0, 3)], dts=[0.016, 0.016, 0.024])
@settings(max_examples=60, deadline=None)
def test_at_the_uneven_pace_of_a_real_clock_every_limit_holds(
    joint: JointSpec, asked: list[tuple[float, int]], dts: list[float]
) -> None:
    times, angles = travel(Axis(joint, joint.rest), asked, dts)
    assert all(joint.min <= angle <= joint.max for angle in angles)
    for order, bound in ((1, joint.velocity), (2, joint.acceleration), (3, joint.jerk)):
        assert all(abs(x) <= bound * 1.0001 for x in divided(times, angles, order))


@given(asked=STEPS, dts=st.lists(st.floats(0.001, 3.0), min_size=1, max_size=11))
@settings(max_examples=60, deadline=None)
def test_even_a_halting_clock_never_breaks_position_and_velocity(
    asked: list[tuple[float, int]], dts: list[float]
) -> None:
    joint = BODY.joints["head_pan"]
    times, angles = travel(Axis(joint, 0.0), asked, dts)
    assert all(joint.min <= angle <= joint.max for angle in angles)
    assert all(abs(x) <= joint.velocity * 1.0001 for x in divided(times, angles, 1))


@given(
    start=st.floats(-1.2, 1.2), target=st.floats(-1.2, 1.2), dt=st.sampled_from((0.005, 0.02, 0.03))
)
@settings(max_examples=60, deadline=None)
def test_it_arrives_without_overshoot_and_then_rests(
    start: float, target: float, dt: float
) -> None:
    axis = Axis(BODY.joints["head_pan"], start)
    low, high = min(start, target) - 1e-9, max(start, target) + 1e-9
    for _ in range(int(2.0 / dt)):
        assert low <= axis.step(target, dt) <= high
    assert axis.position == pytest.approx(target, abs=STILL)
    assert axis.settled


@pytest.mark.parametrize("nonsense", [math.nan, math.inf, -math.inf, 1e300])
def test_nonsense_is_not_passed_on(nonsense: float) -> None:
    axis = Axis(BODY.joints["jaw"], 0.2)
    for _ in range(100):
        assert 0.0 <= axis.step(nonsense, 0.02) <= 0.6


def test_the_same_way_takes_the_same_time_at_any_pace() -> None:
    places = []
    for rate in (50, 100, 200):
        axis = Axis(BODY.joints["head_pan"], -0.5)
        for _ in range(rate * 3 // 10):
            axis.step(0.8, 1.0 / rate)
        places.append(axis.position)
    assert max(places) - min(places) < 0.12


def test_a_step_is_answered_in_the_same_tick() -> None:
    limiter = Limiter(BODY.joints)
    before = limiter.step({}, 0.02)[0]["ear_left"]
    pose, stirred = limiter.step({"ear_left": 0.4}, 0.02)
    # One unit of the wire is a hundredth of a degree.
    assert pose["ear_left"] - before > 0.00018
    assert stirred == ["ear_left"]


def test_it_begins_where_the_board_holds_the_joints() -> None:
    pose, stirred = Limiter(BODY.joints).step({}, 0.02)
    assert pose == {name: joint.rest for name, joint in BODY.joints.items()}
    assert stirred == []


# ── In numbers ───────────────────────────────────────────────────────────────────────────────────

PLAIN = JointSpec(min=-1.0, max=1.0, velocity=2.0, acceleration=20.0, jerk=400.0, channel=0)


def course(axis: Axis, target: float, seconds: float, dt: float = 0.001) -> list[float]:
    return [axis.step(target, dt) for _ in range(round(seconds / dt))]


def test_it_uses_what_its_limits_allow() -> None:
    """The way to 1 rad: most of it at full speed, and three quarters of a second in all."""
    axis = Axis(PLAIN, 0.0)
    angles = course(axis, 1.0, 1.2)
    fastest = max(b - a for a, b in pairwise(angles)) / 0.001
    assert fastest == pytest.approx(2.0, rel=0.01)
    used = divided([n * 0.001 for n in range(len(angles))], angles, 2)
    assert max(used) == pytest.approx(20.0 * 0.83, rel=0.03)
    assert min(used) == pytest.approx(-20.0 * 0.83, rel=0.1)
    arrives = next(n for n, angle in enumerate(angles) if angle > 0.997) * 0.001
    # 1 rad at 2 rad/s, the ramps of 2/16.6 s, and the window of 2·20/400 s.
    assert arrives == pytest.approx(0.5 + 2.0 / 16.6 + 0.1, abs=0.05)


def test_the_jerk_is_that_of_the_window() -> None:
    angles = course(Axis(PLAIN, 0.0), 1.0, 0.5)
    jerks = divided([n * 0.001 for n in range(len(angles))], angles, 3)
    assert 0.4 * 400.0 < max(map(abs, jerks)) <= 400.0


def test_a_joint_at_rest_does_not_move_for_a_trifle_and_one_that_moves_goes_all_the_way() -> None:
    limiter = Limiter({"jaw": PLAIN})
    for trifle in (0.0029, -0.0029):
        pose, stirred = limiter.step({"jaw": trifle}, 0.02)
        assert (pose, stirred) == ({"jaw": 0.0}, [])
        axis = Axis(PLAIN, 0.0)
        assert axis.step(trifle, 0.02) == 0.0
        assert axis.settled
    pose, stirred = limiter.step({"jaw": 0.0031}, 0.02)
    assert stirred == ["jaw"]
    axis = Axis(PLAIN, 0.0)
    course(axis, 0.5, 0.1)
    assert course(axis, 0.002, 2.0)[-1] == pytest.approx(0.002, abs=1e-4)


def test_it_is_at_rest_a_quarter_of_a_second_after_it_has_come() -> None:
    axis = Axis(PLAIN, 0.0)
    came = settled = 0
    for n in range(3000):
        axis.step(0.2, 0.001)
        if not came and abs(axis.speed) < 1e-6 and n > 10:
            came = n
        if axis.settled:
            settled = n
            break
    assert settled - came == pytest.approx(250, abs=30)
    assert axis.aim == axis.position
    assert axis.speed == 0.0


def test_it_keeps_to_its_ends_from_the_first_moment_on() -> None:
    assert Axis(PLAIN, 7.0).position == 1.0
    assert Axis(PLAIN, -7.0).position == -1.0
    for end in (1.0, -1.0):
        axis = Axis(PLAIN, 0.0)
        assert course(axis, 3.0 * end, 2.0)[-1] == pytest.approx(end, abs=1e-6)


@pytest.mark.parametrize("target", [0.5, -0.37])
def test_it_comes_to_exactly_where_it_is_sent(target: float) -> None:
    axis = Axis(PLAIN, 0.0)
    assert course(axis, target, 1.5)[-1] == pytest.approx(target, abs=1e-12)
    assert (axis.aim, axis.speed) == (axis.position, 0.0)


def test_a_target_that_is_no_number_lets_it_brake() -> None:
    axis = Axis(PLAIN, 0.0)
    course(axis, 0.5, 0.2)
    way = axis.speed**2 / (2.0 * 20.0 * 0.83)
    expected = axis.aim + way
    assert way > 0.01
    assert course(axis, math.nan, 1.0)[-1] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("longer", [0.05, 0.3, 0.5])
def test_a_long_tick_goes_as_far_as_short_ones(longer: float) -> None:
    short, long = Axis(PLAIN, -1.0), Axis(PLAIN, -1.0)
    expected = course(short, 1.0, longer, 0.01)[-1]
    assert long.step(1.0, longer) == pytest.approx(expected, abs=0.07)


@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_a_long_tick_is_gone_through_in_pieces_of_forty_milliseconds(pieces: int) -> None:
    pieced, long = Axis(PLAIN, -1.0), Axis(PLAIN, -1.0)
    for _ in range(pieces):
        pieced.step(1.0, 0.04)
    assert long.step(1.0, 0.04 * pieces) == pytest.approx(pieced.position, abs=1e-9)


@pytest.mark.parametrize(("pace", "stands"), [(0.0045, False), (0.0025, True), (-0.0045, False)])
def test_it_follows_a_slow_target_without_a_stop_unless_it_creeps(
    pace: float, stands: bool
) -> None:
    """Below 3 mrad/s it stands, and steps when the target is 3 mrad away."""
    axis, target = Axis(PLAIN, 0.0), 0.0
    for _ in range(50):
        target += 0.01 * pace / abs(pace)
        axis.step(target, 0.02)
    stood = False
    for _ in range(200):
        target += pace * 0.02
        axis.step(target, 0.02)
        stood = stood or axis.settled
    assert stood is stands


def test_after_a_pause_it_moves_for_half_a_second_at_most() -> None:
    paused, half = Axis(PLAIN, -1.0), Axis(PLAIN, -1.0)
    assert paused.step(1.0, 60.0) == half.step(1.0, 0.5) < 0.5


def test_no_time_moves_nothing() -> None:
    axis = Axis(PLAIN, 0.0)
    assert axis.step(1.0, 0.0) == 0.0
    assert axis.step(1.0, 0.02) > 0.0


def test_joints_begin_where_they_are_said_to_be_and_go_on_to_their_last_target() -> None:
    limiter = Limiter({"jaw": PLAIN, "tail": PLAIN}, {"jaw": 0.4})
    assert limiter.step({}, 0.02)[0] == {"jaw": 0.4, "tail": 0.0}
    limiter.step({"jaw": 0.0, "tail": 0.3}, 0.02)
    for _ in range(10):
        limiter.step({"jaw": 0.0, "tail": 0.3}, 0.02)
    pose, stirred = limiter.step({"jaw": 0.0}, 0.02)
    assert stirred == ["jaw", "tail"]
    assert 0.0 < pose["tail"] < 0.3


def test_a_joint_that_has_come_to_rest_stays_there_while_another_moves() -> None:
    limiter = Limiter({"jaw": PLAIN, "tail": PLAIN})
    for _ in range(100):
        limiter.step({"jaw": 0.4}, 0.02)
    pose, stirred = limiter.step({"jaw": 0.4, "tail": 0.3}, 0.02)
    assert stirred == ["tail"]
    assert pose["jaw"] == pytest.approx(0.4, abs=1e-6)
