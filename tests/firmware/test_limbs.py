"""Limbs by themselves: every pulse is within what a servo takes."""

from __future__ import annotations

from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT
from .seen_joint import seen

BOARD = LockStepBoard(CAT)
LIMBS = BOARD.module("limbs")
TENTH_US = 6554
"""µs/65536 a centidegree: 0.1 µs, so 180° are 1800 µs."""


class NotedServos:
    """A servo driver that writes down what it is told: the changed pulses, by channel."""

    def __init__(self, channels: list[int]) -> None:
        self.fails = False
        """Whether the hardware does not acknowledge."""
        self.error: Exception = OSError(5)
        """What it raises then."""
        self.keeps = True
        """Whether it gives what was written."""
        self.channels = channels
        self.shown = [0] * len(channels)
        self.pulses: list[tuple[int, int]] = []
        self.shows = 0
        self.offs = 0

    def show(self, pulses: Any) -> None:
        self.shows += 1
        for joint, channel in enumerate(self.channels):
            if channel >= 0 and pulses[joint] != self.shown[joint]:
                self.shown[joint] = pulses[joint]
                self.pulses.append((channel, pulses[joint]))
        if self.fails:
            raise self.error

    def all_off(self) -> None:
        self.offs += 1
        if self.fails:
            raise self.error
        self.shown = [0] * len(self.channels)

    def sound(self) -> bool:
        return not self.fails

    def holds(self) -> bool:
        return self.keeps


def row(
    name: str = "head",
    channel: int = 0,
    *,
    driver: str = "one",
    low: int = -4000,
    high: int = 4000,
    rest: int = 0,
    velocity: int = 30_000,
    acceleration: int = 500_000,
    zero: int = 1500,
    gain: int = TENTH_US,
) -> tuple[Any, ...]:
    """A row of the body's config, in the order of shapes.Row."""
    return name, driver, channel, low, high, rest, velocity, acceleration, zero, gain


def built(row: tuple[Any, ...]) -> Any:
    """The joint of a row."""
    return seen(LIMBS.Limbs((row,), {}))[0]


def limbs(*rows: tuple[Any, ...]) -> tuple[Any, NotedServos, NotedServos]:
    """Limbs of these rows, and their two drivers."""
    one, two = (
        NotedServos([row[2] if row[1] == name else -1 for row in rows]) for name in ("one", "two")
    )
    return LIMBS.Limbs(rows, {"one": one, "two": two}), one, two


# ── Pulses ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "gain", [TENTH_US, -TENTH_US, 3 * TENTH_US, 20 * TENTH_US, 65536, 3 * 65536, -3 * 65536]
)
@pytest.mark.parametrize("zero", [1500, 700, 2400])
def test_a_joint_is_cut_to_the_pulses_that_a_servo_takes(gain: int, zero: int) -> None:
    """A body's file may ask for more than the servo can turn; a longer pulse would strip it."""
    joint = built(row(low=-18_000, high=18_000, rest=17_000, zero=zero, gain=gain))
    pulses = sorted(zero + (angle * gain + 32768 >> 16) for angle in (joint.low, joint.high))
    least, most = 500, 2500
    assert least <= pulses[0] <= pulses[1] <= most
    step = abs(gain) / 65536
    reach = 18_000 * step
    assert pulses[0] == pytest.approx(max(least, zero - reach), abs=step + 0.5)
    assert pulses[1] == pytest.approx(min(most, zero + reach), abs=step + 0.5)
    assert joint.low <= joint.rest <= joint.high
    assert joint.rest == min(17_000, joint.high)


def test_a_joint_that_needs_no_more_keeps_its_limits() -> None:
    joint = built(row(rest=300))
    assert (joint.low, joint.high, joint.rest) == (-4000, 4000, 300)
    without_pulses = built(row(low=-18_000, high=18_000, gain=0))
    assert (without_pulses.low, without_pulses.high) == (-18_000, 18_000)
    below = built(row(rest=-9000))
    assert below.rest == -4000


def test_servos_are_attached_thirty_milliseconds_apart_where_they_are_believed_to_be() -> None:
    found, one, two = limbs(row(rest=1000), row("tail", 5, driver="two"), row("jaw", 2))
    course = []
    for _ in range(9):
        found.attach()
        course.append((len(one.pulses) + len(two.pulses), found.attached))
    assert course == [
        (1, False),
        (1, False),
        (1, False),
        (2, False),
        (2, False),
        (2, False),
        (3, True),
        (3, True),
        (3, True),
    ]
    assert one.pulses == [(0, 1600), (2, 1500)]
    assert two.pulses == [(5, 1500)]
    assert (one.shows, two.shows) == (3, 3)


def test_limp_ends_every_pulse_and_the_next_start_begins_with_the_first_servo_at_once() -> None:
    found, one, two = limbs(row(), row("tail", 5, driver="two"))
    for _ in range(4):
        found.attach()
    found.aim((500, 0), 1)
    found.step()
    found.limp()
    assert (one.offs, two.offs) == (1, 1)
    assert not found.attached
    assert found.still
    assert [joint.target for joint in seen(found)] == [joint.angle for joint in seen(found)]
    one.pulses.clear()
    two.pulses.clear()
    found.attach()
    assert len(one.pulses) == 1
    assert two.pulses == [], "and with that servo only"


def test_only_what_moves_is_written_to_the_nearest_microsecond() -> None:
    found, one, two = limbs(row(), row("tail", 5, driver="two"))
    found.aim((26, 0), 1)
    found.step()
    assert seen(found)[0].angle == 26
    assert one.pulses == [(0, 1503)]
    assert two.pulses == []
    assert (one.shows, two.shows) == (1, 1)
    found.aim((24, 0), 1)
    found.step()
    assert one.pulses[-1] == (0, 1502)
    while not found.still:
        found.step()
    written = len(one.pulses), one.shows
    found.step()
    assert (len(one.pulses), one.shows) == written


def test_it_is_still_when_no_joint_moves() -> None:
    found, _, _ = limbs(row(), row("tail", 5))
    assert found.still
    found.aim((0, 800), 4)
    assert not found.still
    for _ in range(100):
        found.step()
    assert found.still
    assert [joint.angle for joint in seen(found)] == [0, 800]


def test_a_joint_on_its_way_is_turned_to_where_it_began() -> None:
    """The new angle may be the one that was aimed at before: it counts as long as it moves."""
    found, _, _ = limbs(row())
    found.aim((2000,), 1)
    for _ in range(5):
        found.step()
    found.aim((0,), 1)
    for _ in range(100):
        found.step()
    assert seen(found)[0].angle == 0


def test_a_joint_on_its_way_may_be_told_to_come_sooner() -> None:
    found, _, _ = limbs(row())
    found.aim((1000,), 100)
    found.step()
    found.aim((1000,), 1)
    for _ in range(15):
        found.step()
    assert seen(found)[0].angle == 1000


def test_the_way_to_rest_takes_a_sixth_of_the_speed_until_it_hurries() -> None:
    found, _, _ = limbs(
        row(rest=100), row("slow", 1, velocity=200), row("slower", 2, velocity=2000)
    )
    found.aim((3000, 3000, 3000), 1)
    for _ in range(400):
        found.step()
    found.aim_at_rest()
    fastest = 0
    for _ in range(60):
        before = seen(found)[0].angle
        found.step()
        fastest = max(fastest, abs(seen(found)[0].angle - before))
    assert fastest == 30_000 // 50 // 6
    assert seen(found)[1].slow == 4, "a joint that is slow by itself takes its own speed"
    assert seen(found)[2].slow == 12, "none is slowed to less than 6° a second"
    for _ in range(1000):
        found.step()
    assert seen(found)[0].angle == 100
    found.hurry()
    found.aim((3000, 3000, 3000), 1)
    quickest = 0
    for _ in range(8):
        before = seen(found)[0].angle
        found.step()
        quickest = max(quickest, seen(found)[0].angle - before)
    assert quickest > 4 * fastest


def test_held_limbs_brake_where_they_are() -> None:
    found, _, _ = limbs(row(), row("tail", 5))
    found.aim((4000, -4000), 1)
    for _ in range(6):
        found.step()
    there = [joint.angle for joint in seen(found)]
    found.hold()
    for _ in range(50):
        found.step()
    assert found.still
    for joint, angle in zip(found.joints, there, strict=True):
        assert abs(angle) < abs(joint.angle) < 4000


# ── Drivers that do not acknowledge ──────────────────────────────────────────────────────────────


def moving() -> tuple[Any, NotedServos]:
    """Limbs with one joint on a long way, and its driver."""
    found, one, _ = limbs(row())
    found.attach()
    found.aim((4000,), 500)
    found.step()
    return found, one


@pytest.mark.parametrize("error", [OSError(5), ValueError("a driver of one's own")])
def test_five_failed_writes_in_a_row_are_a_loss_and_four_are_not(error: Exception) -> None:
    found, one = moving()
    one.error = error
    one.fails = True
    for _ in range(4):
        found.step()
    assert not found.lost
    one.fails = False
    found.step()
    one.fails = True
    for _ in range(4):
        found.step()
        assert not found.lost
    found.step()
    assert found.lost


def test_limp_that_is_acknowledged_ends_the_loss() -> None:
    found, one = moving()
    one.fails = True
    for _ in range(5):
        found.step()
    found.limp()
    assert found.lost
    assert not found.off
    one.fails = False
    found.off_again()
    assert found.off
    assert not found.lost
    one.fails = True
    found.attach()
    for _ in range(3):
        found.aim((100,), 1)
        found.step()
    assert not found.lost, "failures are counted from 0 again"


def test_what_was_not_written_is_taken_back_and_done_when_the_driver_answers() -> None:
    found, one, _ = limbs(row())
    found.attach()
    found.aim((10,), 1)
    one.fails = True
    while not found.lost:
        found.step()
        assert seen(found)[0].angle == 0
    one.fails = False
    for _ in range(5):
        found.step()
    assert found.still
    assert seen(found)[0].angle == 10
    shows = one.shows
    found.step()
    assert one.shows == shows, "nothing is left to write"


def test_a_joint_goes_on_from_where_its_servo_stayed_as_from_rest() -> None:
    found, one, _ = limbs(row(velocity=50_000, acceleration=250_000))
    found.attach()
    found.aim((4000,), 1)
    for _ in range(5):
        found.step()
    angle, speed = seen(found)[0].angle, seen(found)[0].speed
    assert speed == 500
    one.fails = True
    found.step()
    found.step()
    assert (seen(found)[0].angle, seen(found)[0].speed) == (angle, 0)
    one.fails = False
    found.step()
    assert (seen(found)[0].angle, seen(found)[0].speed) == (angle + 100, 100)


@pytest.mark.parametrize("steps", [2, 5])
def test_all_steps_of_a_late_tick_are_taken_back(steps: int) -> None:
    found, one, _ = limbs(row(velocity=50_000, acceleration=250_000))
    found.attach()
    found.aim((4000,), 1)
    for _ in range(5):
        found.step()
    stayed = seen(found)[0].angle
    one.fails = True
    found.step(steps)
    assert seen(found)[0].angle == stayed
    assert seen(found)[0].speed == 0
    one.fails = False
    while not found.still:
        found.step()
    assert seen(found)[0].angle == 4000


def test_a_joint_that_came_to_rest_in_missed_steps_goes_there_again() -> None:
    found, one, _ = limbs(row())
    found.attach()
    found.aim((100,), 1)
    one.fails = True
    found.step(5)
    one.fails = False
    assert (seen(found)[0].angle, found.still) == (0, False)
    while not found.still:
        found.step()
    assert (seen(found)[0].angle, one.pulses[-1]) == (100, (0, 1510))


def test_a_joint_at_rest_stays_when_another_of_its_driver_misses_a_step() -> None:
    found, one, _ = limbs(row(), row("tail", 1))
    for _ in range(9):
        found.attach()
    found.aim((100, 0), 1)
    while not found.still:
        found.step()
    found.aim((100, 4000), 1)
    one.fails = True
    found.step()
    assert [joint.angle for joint in seen(found)] == [100, 0]


def test_a_first_pulse_that_is_missed_after_limp_moves_no_joint() -> None:
    found, one, _ = limbs(row(velocity=50_000, acceleration=250_000))
    found.attach()
    found.aim((4000,), 1)
    for _ in range(5):
        found.step()
    there = seen(found)[0].angle
    found.limp()
    one.fails = True
    found.attach()
    assert seen(found)[0].angle == there


def test_a_joint_whose_driver_answers_does_not_wait_for_another() -> None:
    found, one, two = limbs(row(), row("tail", 5, driver="two"))
    for _ in range(9):
        found.attach()
    found.aim((3000, 3000), 1)
    found.step()
    one.fails = True
    before = seen(found)[0].angle
    speeds = []
    for _ in range(3):
        found.step()
        speeds.append(seen(found)[1].speed)
    assert seen(found)[0].angle == before
    assert speeds == sorted(speeds)
    assert speeds[0] > 0
    assert two.shown[1] == seen(found)[1].pulse


def test_a_joint_without_pulses_gets_none_when_a_write_fails() -> None:
    found, one, _ = limbs(row(), row("tail", 5))
    found.attach()
    one.fails = True
    found.step()
    one.fails = False
    found.step()
    assert {channel for channel, _ in one.pulses} == {0}


@pytest.mark.parametrize("error", [OSError(5), ValueError("a driver of one's own")])
def test_a_look_that_is_not_answered_is_repeated_soon_and_believed_at_the_fifth(
    error: Exception,
) -> None:
    found, one, _ = limbs(row())
    answers: list[bool | None] = []

    def sound() -> bool:
        answer = answers.pop(0)
        if answer is None:
            raise error
        return answer

    one.sound = sound  # type: ignore[method-assign]
    assert not found.doubtful
    answers += [None] * 4 + [True]
    assert [(found.sound(), found.doubtful) for _ in range(5)] == [(True, True)] * 4 + [
        (True, False)
    ]
    answers += [None] * 7 + [True, None, False]
    assert [(found.sound(), found.doubtful) for _ in range(9)] == [
        *[(True, True)] * 4, *[(False, False)] * 3, (True, False), (True, True),
    ]  # fmt: skip
    assert not found.sound(), "it has lost its configuration"


def test_one_failed_write_before_all_stand_still_is_made_up_for() -> None:
    found, one, _ = limbs(row())
    found.attach()
    found.aim((10,), 1)
    found.step()
    one.fails = True
    found.step()
    assert found.still
    one.fails = False
    shows = one.shows
    found.step()
    assert one.shows == shows + 1


def test_a_servo_whose_first_pulse_fails_is_not_attached() -> None:
    found, one, _ = limbs(row(), row("tail", 5))
    one.fails = True
    for _ in range(9):
        found.attach()
    assert not found.attached
    assert {channel for channel, _ in one.pulses} == {0}
    one.fails = False
    for _ in range(9):
        found.attach()
    assert found.attached
    assert {channel for channel, _ in one.pulses} == {0, 5}


def test_a_first_pulse_that_fails_is_tried_again_after_two_ticks() -> None:
    found, one, _ = limbs(row(), row("tail", 5))
    one.fails = True
    shows = []
    for _ in range(6):
        found.attach()
        shows.append(one.shows)
    assert shows == [1, 1, 2, 2, 3, 3]


def test_only_drivers_that_have_not_acknowledged_are_asked_again() -> None:
    found, one, two = limbs(row(), row("tail", 5, driver="two"))
    one.fails = True
    found.limp()
    assert (one.offs, two.offs, found.off) == (1, 1, False)
    found.off_again()
    assert (one.offs, two.offs, found.off) == (2, 1, False)
    one.fails = False
    found.off_again()
    assert (one.offs, two.offs, found.off) == (3, 1, True)
    assert found.sound()
    two.fails = True
    assert not found.sound()


def pulsed() -> tuple[Any, NotedServos]:
    """Limbs that were limp and have their pulses, and their driver."""
    found, one, _ = limbs(row())
    found.limp()
    found.attach()
    return found, one


def test_a_pulse_that_is_not_kept_is_written_again_counted_and_lost_at_the_fifth_in_a_row() -> None:
    found, one = pulsed()
    while not found.still:
        found.step()
    found.look()
    shows = one.shows
    found.step()
    assert (found.repairs, one.shows) == (0, shows)
    one.keeps = False
    for count in range(1, 5):
        found.look()
        assert (found.repairs, found.lost) == (count, False)
        found.step()
        assert one.shows == shows + count
    one.keeps = True
    found.look()
    one.keeps = False
    for _ in range(4):
        found.look()
    assert not found.lost, "they were not in a row"
    found.look()
    assert found.lost
    found.limp()
    assert found.off
    assert not found.lost


def test_a_pulse_that_comes_by_itself_while_limp_is_ended() -> None:
    found, one, two = limbs(row(), row("tail", 5, driver="two"))
    found.limp()
    offs = one.offs, two.offs
    found.look()
    assert (found.off, one.offs, two.offs) == (True, *offs)
    one.keeps, one.fails = False, True
    found.look()
    assert (found.off, found.repairs) == (False, 1)
    found.off_again()
    found.look()
    assert (found.off, found.repairs) == (False, 1), "it is asked at each tick already"
    one.keeps, one.fails = True, False
    found.off_again()
    assert (found.off, one.offs, two.offs) == (True, offs[0] + 2, offs[1])
    assert not found.lost


def test_what_is_wrong_before_the_first_pulse_does_not_blind_the_looks_after_it() -> None:
    found, one, _ = limbs(row())
    found.limp()
    one.keeps, one.fails = False, True
    found.attach()
    found.look()
    one.fails = False
    found.attach()
    found.attach()
    assert (found.attached, found.off) == (True, True)
    assert found.look()


@pytest.mark.parametrize("error", [OSError(5), ValueError("a driver of one's own")])
def test_a_driver_that_does_not_answer_is_no_wrong_pulse(error: Exception) -> None:
    found, one = pulsed()

    def silent() -> bool:
        raise error

    one.holds = silent  # type: ignore[method-assign]
    for _ in range(9):
        found.look()
    assert (found.repairs, found.lost) == (0, False)


def test_repairs_are_counted_up_to_65535() -> None:
    found, one = pulsed()
    one.keeps, found.repairs = False, 65534
    found.look()
    found.look()
    assert found.repairs == 65535


def test_a_pulse_that_is_not_kept_counts_as_one_failed_write() -> None:
    found, one = pulsed()
    found.aim((4000,), 500)
    one.keeps = False
    found.look()
    one.fails = True
    for _ in range(3):
        found.step()
    assert not found.lost
    found.step()
    assert found.lost
