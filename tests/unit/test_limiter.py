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
