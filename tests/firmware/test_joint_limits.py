"""A joint never passes its limits of position, velocity and acceleration, whatever the brain
sends."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from moggy.firmware.joint import stopping

from .seen_joint import SeenJoint
from .test_joint import built

TARGETS = st.integers(-32768, 32767)
ORDERS = st.lists(
    st.one_of(
        st.tuples(st.just("aim"), TARGETS, st.integers(1, 12)),
        st.tuples(st.just("hold"), st.just(0), st.just(0)),
        st.tuples(st.just("slow"), st.integers(0, 40), st.just(0)),
    ),
    max_size=40,
)
JOINTS = st.builds(
    lambda low, width, rest, velocity, acceleration: built(
        low, low + width, low + int(width * rest), velocity, acceleration
    ),
    low=st.integers(-18000, 9000),
    width=st.integers(1, 18000),
    rest=st.floats(0.0, 1.0),
    velocity=st.integers(1, 115_000),
    acceleration=st.integers(1, 2_300_000),
)
BRISK = st.builds(
    lambda low, width, velocity, acceleration: built(low, low + width, low, velocity, acceleration),
    low=st.integers(-18000, 9000),
    width=st.integers(1, 18000),
    velocity=st.integers(5_000, 115_000),
    acceleration=st.integers(10_000, 2_300_000),
)


@settings(max_examples=200, deadline=None)
@given(JOINTS, ORDERS, st.lists(st.integers(1, 30), min_size=40, max_size=40))
def test_whatever_is_sent_the_limits_hold(
    joint: SeenJoint, orders: list[tuple[str, int, int]], steps: list[int]
) -> None:
    for (order, value, ticks), count in zip(orders, steps, strict=False):
        if order == "aim":
            joint.aim(value, ticks)
        elif order == "hold":
            joint.hold()
        else:
            joint.slow = value
        for _ in range(count):
            angle, speed = joint.angle, joint.speed
            if not joint.still:
                joint.step()
            assert joint.low <= joint.angle <= joint.high
            assert joint.angle - angle == joint.speed
            assert abs(joint.speed) <= max(joint.fastest, abs(speed) - joint.brake)
            assert abs(joint.speed - speed) <= joint.brake


def cramped(random: Random) -> SeenJoint:
    """A joint that can hardly come to its full speed between its limits."""
    width = random.choice((25, 100, 800, 3000))
    low = -random.randint(0, width)
    return built(
        low,
        low + width,
        random.randint(low, low + width),
        50 * random.choice((1, 2, 20, 100, 500)),
        2500 * random.choice((1, 2, 7, 30, 100, 400)),
    )


def order(joint: SeenJoint, random: Random, low: int, high: int) -> None:
    """Aim it a little farther than these ends at most, or hold it, or change its speed."""
    kind = random.randrange(8)
    if kind == 0:
        joint.hold()
    elif kind == 1:
        joint.slow = random.choice((0, 1, 5, 40))
    else:
        joint.aim(random.randint(low - 50, high + 50), random.randint(1, 12))


def test_where_there_is_little_room_it_still_keeps_its_limits_and_its_acceleration() -> None:
    random = Random(1)
    for _ in range(1500):
        joint = cramped(random)
        for _ in range(8):
            order(joint, random, joint.low, joint.high)
            for _ in range(random.randint(1, 12)):
                angle, speed = joint.angle, joint.speed
                if not joint.still:
                    joint.step()
                assert joint.low <= joint.angle <= joint.high
                assert joint.angle - angle == joint.speed
                assert abs(joint.speed) <= max(joint.fastest, abs(speed) - joint.brake)
                assert abs(joint.speed - speed) <= joint.brake


def test_outside_limits_that_are_narrowed_on_its_way_it_is_no_faster_than_it_may_be() -> None:
    random = Random(3)
    for _ in range(1500):
        joint = cramped(random)
        built_low, built_high = joint.low, joint.high
        for _ in range(8):
            if random.random() < 0.3:
                low = random.randint(built_low, built_high)
                joint.narrow(low, random.randint(low, built_high), 50 * random.randint(1, 500))
            else:
                order(joint, random, joint.low, joint.high)
            for _ in range(random.randint(1, 12)):
                angle, speed = joint.angle, joint.speed
                if not joint.still:
                    joint.step()
                assert built_low <= joint.angle <= built_high
                assert joint.angle - angle == joint.speed
                assert abs(joint.speed) <= max(joint.fastest, abs(speed) - joint.brake)
                assert abs(joint.speed - speed) <= joint.brake


def test_once_it_has_come_into_its_narrowed_limits_it_never_leaves_them() -> None:
    random = Random(2)
    for _ in range(1500):
        joint = cramped(random)
        low = random.randint(joint.low, joint.high)
        high = random.randint(low, joint.high)
        joint.narrow(low, high, 50 * joint.fastest)
        while not joint.still:
            joint.step()
        for _ in range(8):
            order(joint, random, low, high)
            for _ in range(random.randint(1, 12)):
                if not joint.still:
                    joint.step()
                assert low <= joint.angle <= high


@given(BRISK, TARGETS)
def test_it_arrives_and_is_still(joint: SeenJoint, target: int) -> None:
    joint.aim(target, 1)
    for _ in range(2_000):
        if joint.still:
            break
        joint.step()
    assert joint.still
    assert joint.angle == min(max(target, joint.low), joint.high)
    assert joint.speed == 0


def test_it_does_not_overshoot_what_it_is_aimed_at() -> None:
    joint = built(-7000, 7000, 0, 28_648, 343_775)
    joint.aim(3000, 1)
    while not joint.still:
        joint.step()
        assert joint.angle <= 3000


def test_it_follows_a_stream_of_setpoints_one_step_behind() -> None:
    joint = built(-7000, 7000, 0, 28_648, 343_775)
    behind = []
    for step in range(200):
        target = int(3000 * (1 - (1 - min(step / 100, 1.0) ** 2) ** 2))
        joint.aim(target, 1)
        joint.step()
        behind.append(abs(target - joint.angle))
    assert max(behind) <= joint.brake
    assert joint.angle == 3000


@given(st.integers(0, 3000), st.integers(1, 500))
def test_stopping_is_the_way_of_a_hard_brake(speed: int, brake: int) -> None:
    way, moving = 0, speed
    while moving > 0:
        moving = max(0, moving - brake)
        way += moving
    assert stopping(speed, brake) == way


@given(
    BRISK,
    st.integers(-40_000, 40_000),
    st.integers(-40_000, 40_000),
    st.integers(5_000, 200_000),
    TARGETS,
)
def test_the_brain_can_narrow_but_never_widen(
    joint: SeenJoint, low: int, high: int, velocity: int, target: int
) -> None:
    limits = joint.low, joint.high, joint.fastest
    joint.narrow(low, high, velocity)
    assert limits[0] <= joint.low <= joint.high <= limits[1]
    assert joint.fastest <= limits[2]
    joint.aim(target, 1)
    for _ in range(2_000):
        if joint.still:
            break
        joint.step()
    assert joint.low <= joint.angle <= joint.high
    joint.narrow(-40_000, 40_000, 1_000_000)
    assert (joint.low, joint.high, joint.fastest) == limits
