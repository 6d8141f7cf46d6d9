"""What the board sends and answers, message by message, on its own clock."""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Any

import pytest

from moggy import wire
from moggy.messages import Command, Purr
from moggy.sim.board.wires import angles

from .rig import CAT, Brain, Rig, of
from .seen_joint import seen

COUNT = len(CAT.joints)
NAMES = list(CAT.joints)
TIMED = {wire.STATE, wire.TOUCH, wire.TOUCHED, wire.MOTION, wire.BATTERY, wire.JOINTS}
"""Messages that begin with the ms of the tick in which they were made."""


def setpoint(
    ttl: int = 300, over: int = 40, pan: float = 0.0, purr: int = 0, hz: int = 25
) -> bytes:
    """The fields of a setpoint after its number and time."""
    pose = [wire.ANGLE_ZERO + round(CAT.joints[name].rest * 5729.58) for name in NAMES]
    pose[NAMES.index("head_pan")] = wire.ANGLE_ZERO + round(pan * 5729.58)
    return struct.pack(f"<HBBBB{COUNT}H", ttl, over, 0, purr, hz, *pose)


# ── The state ────────────────────────────────────────────────────────────────────────────────────


def test_a_new_session_is_told_the_state_and_then_only_what_changes() -> None:
    brain = Brain()
    assert len(of(wire.STATE, brain.live(1.0))) == 1
    assert brain.status == ("limp", 0, 0, 0)
    assert of(wire.STATE, brain.live(2.0)) == []
    brain.link.protocol.begin(brain.now)
    assert len(of(wire.STATE, brain.live(1.0))) == 1
    brain.awake()
    brain.link.protocol.begin(brain.now)
    assert len(of(wire.STATE, brain.live(0.2, head_pan=0.0))) == 1
    assert brain.status == ("running", 0, 0, 0)


def test_a_touch_that_goes_on_is_told_anew_to_a_new_session() -> None:
    brain = Brain()
    brain.live(1.0)
    brain.rig.touch(back=0.5)
    brain.live(1.0)
    brain.link.protocol.begin(brain.now)
    assert len(of(wire.TOUCHED, brain.live(0.5))) == 1
    brain.rig.touch()
    brain.live(0.1)
    assert of(wire.TOUCH, brain.live(1.0)) == [], "nobody touches it any more"


def test_the_flags_say_low_battery_fall_and_button_each_by_itself() -> None:
    def flags(seconds: float = 6.0, **world: Any) -> int:
        brain = Brain()
        brain.live(0.5)
        brain.rig.feel(**world)
        brain.live(seconds)
        return brain.status[3]

    assert flags() == 0
    assert flags(volts=6.7) == 1
    assert flags(1.0, acceleration=(0.0, 0.0, 0.05)) == 2
    assert flags(stop=True) == 4
    assert flags(1.0, stop=True, acceleration=(0.0, 0.0, 0.05)) == 6


@pytest.mark.parametrize("stuck", [1, 1 << 11, 0xAAA, 0xFFF])
def test_each_stuck_pad_is_said_by_its_bit_beside_the_flags(stuck: int) -> None:
    brain = Brain()
    brain.board._board._skin.stuck = lambda: stuck
    brain.rig.feel(volts=6.7)
    brain.live(6.0)
    assert brain.status[2:] == (stuck, 1)


@pytest.mark.parametrize("down", [(1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, 1.0)])
def test_a_body_that_lies_on_any_side_does_not_fall(down: tuple[float, float, float]) -> None:
    brain = Brain()
    brain.live(0.5)
    brain.rig.feel(acceleration=down)
    brain.live(1.0)
    assert brain.status[3] == 0


def test_a_chip_that_is_missing_from_the_start_is_a_fault_of_its_own() -> None:
    touch, imu = wire.FAULTS.index("touch"), wire.FAULTS.index("imu")
    assert Brain().awake().status[1] == 0
    brain = Brain()
    brain.rig.bench.skin.present = False
    brain.live(1.0)
    assert brain.status[1:3] == (1 << touch, 0), "the chip is missing, and no pad is stuck"
    assert brain.asked(wire.CLEAR) == "done"
    assert brain.status[1] == 1 << touch, "it is still missing"
    brain = Brain()
    brain.rig.bench.chips.pop(0x6A, None)
    brain.rig.bench.chips.pop(0x68, None)
    brain.live(1.0)
    assert brain.status[1] == 1 << imu
    brain.asked(wire.CLEAR)
    assert brain.status[1] == 1 << imu


@pytest.mark.parametrize("absent", ["skin", "imu"])
def test_a_board_that_starts_without_a_chip_says_which(absent: str) -> None:
    board = Rig().board
    getattr(board.bench, absent).present = False
    built = board.module("main").build(board.module("machine").UART(0))
    built.tick(10)
    assert built.all_faults() == 1 << wire.FAULTS.index("touch" if absent == "skin" else "imu")


def test_an_empty_battery_is_the_fault_of_the_battery_alone() -> None:
    brain = Brain()
    brain.rig.feel(volts=6.0)
    brain.live(6.0)
    assert brain.status[:2] == ("fault", 1 << wire.FAULTS.index("battery"))


def healed_after(brain: Brain) -> float:
    """Seconds until its fault has healed by itself."""
    begin = brain.now
    while brain.status[0] in ("fault", "stopping"):
        assert brain.now - begin < 20.0
        brain.live(0.05)
    return brain.now - begin


def test_servos_that_answer_heal_after_a_second() -> None:
    brain = Brain().awake()
    brain.rig.bench.servos.present = False
    brain.live(1.0, head_pan=0.4)
    assert brain.status[0] == "stopping"
    brain.rig.bench.servos.present = True
    assert healed_after(brain) == pytest.approx(1.0, abs=0.3), "looked at four times a second"


def test_a_servo_board_that_was_reset_is_noticed_within_a_quarter_of_a_second() -> None:
    for later in range(5):
        brain = Brain().awake()
        brain.live(0.05 * (1 + later), head_pan=0.0)
        brain.rig.bench.servos.power_on()
        brain.live(0.27, head_pan=0.0)
        assert brain.status[1] == 1 << wire.FAULTS.index("servos")


@pytest.mark.parametrize("state", ["limp", "stopped", "fault"])
def test_one_that_is_reset_without_pulses_is_set_up_before_anything_starts(state: str) -> None:
    brain = Brain()
    brain.live(1.0)
    if state == "stopped":
        assert brain.asked(wire.STOP) == "done"
    elif state == "fault":
        brain.rig.feel(volts=6.0)
        brain.live(8.0)
    brain.rig.bench.servos.power_on()
    brain.live(1.5)
    assert brain.status[0] == state
    assert brain.rig.bench.servos.registers[0xFE] == 121, "50 Hz"
    assert brain.status[1] & 1 << wire.FAULTS.index("servos") == 0


def test_a_battery_that_is_above_its_low_mark_heals_after_five_seconds() -> None:
    brain = Brain().awake()
    brain.rig.feel(volts=6.0)
    brain.live(8.0)
    assert brain.status[0] == "fault"
    brain.rig.feel(volts=8.2)
    assert healed_after(brain) == pytest.approx(4.5, abs=0.6), "it was last seen a second before"


def test_a_start_after_the_watchdog_has_ended_a_tick_is_told() -> None:
    board = Rig().board
    machine = board.module("machine")
    machine.bench.core.cause = machine.WDT_RESET
    built = board.module("main").build(machine.UART(0), board.module("restart").cause())
    assert built.all_faults() == 1 << wire.FAULTS.index("watchdog")


@pytest.mark.parametrize(("ms", "late"), [(50, 0), (51, 1)])
def test_a_tick_that_comes_late_is_an_overrun_for_a_minute(ms: int, late: int) -> None:
    built = Rig().board._board
    built.late(ms, 100)
    bit = late << wire.FAULTS.index("overrun")
    seen = []
    for later in (0, 60_000, 60_001):
        built._age(100 + later)
        seen.append(built.all_faults())
    assert seen == [bit, bit, 0]


def test_clear_forgets_a_late_tick_and_what_the_watchdog_ended() -> None:
    board = Rig().board
    machine = board.module("machine")
    machine.bench.core.cause = machine.WDT_RESET
    built = board.module("main").build(machine.UART(0), board.module("restart").cause())
    built.late(51, 100)
    assert built.all_faults() != 0
    built._take(wire.CLEAR, b"", 100)
    assert built.all_faults() == 0


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────


def test_limp_ends_the_pulses_until_the_next_setpoint_and_not_while_it_is_stopped() -> None:
    brain = Brain().awake()
    assert not brain.rig.limp
    assert brain.asked(wire.LIMP) == "done"
    assert brain.rig.limp
    assert brain.status[0] == "limp"
    brain.live(2.0, head_pan=0.2)
    assert brain.status[0] == "running"
    brain.asked(wire.STOP)
    assert brain.asked(wire.LIMP) == "refused"
    assert brain.status[0] == "stopped"


@pytest.mark.parametrize(("kind", "end"), [(wire.LIMP, None), (wire.STOP, wire.RELEASE)])
def test_after_limp_or_stop_it_follows_at_once_without_going_to_rest(
    kind: int, end: int | None
) -> None:
    brain = Brain().awake()
    brain.live(1.5, head_pan=0.9)
    assert brain.asked(kind) == "done"
    if end is not None:
        assert brain.asked(end) == "done"
    heard = of(wire.STATE, brain.live(2.0, head_pan=0.9))
    assert [wire.STATES[one.payload[4]] for one in heard] == ["starting", "running"]


def test_rest_is_refused_where_nothing_moves_and_else_lies_down() -> None:
    brain = Brain()
    brain.live(0.2)
    assert brain.asked(wire.REST) == "refused"
    brain.awake()
    assert brain.asked(wire.REST) == "done"
    assert brain.status[0] == "rest"
    brain.live(5.0)
    assert brain.status[0] == "limp"


def test_told_to_rest_while_it_starts_it_starts_and_then_holds() -> None:
    brain = Brain()
    brain.live(0.25, head_pan=0.1)
    assert brain.status[0] == "starting"
    assert brain.asked(wire.REST) == "done"
    assert brain.status[0] == "starting"
    brain.live(1.0)
    assert brain.status[0] == "hold"


def test_a_release_where_nothing_is_stopped_changes_nothing() -> None:
    brain = Brain().awake()
    state = brain.status[0]
    assert brain.asked(wire.RELEASE) == "done"
    assert brain.status[0] == state
    assert not brain.rig.limp
    brain.asked(wire.STOP)
    assert brain.asked(wire.RELEASE) == "done"
    assert brain.status[0] == "limp"


def test_clear_where_there_is_no_fault_changes_nothing() -> None:
    brain = Brain().awake()
    brain.live(0.5, head_pan=0.1)
    assert brain.asked(wire.CLEAR) == "done"
    assert not brain.rig.limp


def test_a_joint_that_there_is_not_cannot_be_narrowed_and_an_unknown_command_is_said() -> None:
    brain = Brain().awake()
    assert brain.asked(wire.NARROW, struct.pack("<BhhI", COUNT, 0, 100, 1000)) == "refused"
    assert brain.asked(wire.NARROW, struct.pack("<BhhI", COUNT - 1, 0, 100, 1000)) == "done"
    assert brain.asked(0x3F) == "unknown"


def test_a_joint_cannot_be_narrowed_to_less_than_one_centidegree_a_step() -> None:
    brain = Brain().awake()
    assert brain.asked(wire.NARROW, struct.pack("<BhhI", 0, 0, 100, 49)) == "refused"
    assert brain.asked(wire.NARROW, struct.pack("<BhhI", 0, 0, 100, 50)) == "done"


# ── Setpoints ────────────────────────────────────────────────────────────────────────────────────


def test_a_setpoint_of_another_length_is_not_followed() -> None:
    brain = Brain()
    for _ in range(20):
        brain.link.setpoint(setpoint()[:-1], brain.now)
        brain.live(0.02)
    assert brain.rig.limp
    for _ in range(20):
        brain.link.setpoint(setpoint(), brain.now)
        brain.live(0.02)
    assert not brain.rig.limp


def test_a_setpoint_is_reached_within_the_time_that_it_names() -> None:
    """60 ms are three steps of a servo."""
    brain = Brain().awake()
    brain.live(0.3, head_pan=0.0)
    board = brain.board._board
    board._take(wire.SETPOINT, struct.pack("<HH", 500, 99) + setpoint(over=60, pan=0.05), 99)
    joint = seen(board._limbs)[NAMES.index("head_pan")]
    assert joint.glide == 3
    board._take(wire.SETPOINT, struct.pack("<HH", 501, 99) + setpoint(over=10, pan=0.02), 99)
    assert joint.glide == 1


@pytest.mark.parametrize(("ttl", "lasts"), [(80, 80), (300, 300), (999, 999), (65_535, 1000)])
def test_a_setpoint_is_followed_for_as_many_milliseconds_as_it_says_and_a_second_at_most(
    ttl: int, lasts: int
) -> None:
    brain = Brain().awake()
    brain.live(0.1, head_pan=0.0)
    brain.link.setpoint(setpoint(ttl=ttl), brain.now)
    brain.live(lasts / 1000 - 0.02)
    assert brain.status[0] == "running"
    brain.live(0.06)
    assert brain.status[0] == "hold"


def test_a_setpoint_of_another_length_is_refused_and_each_while_stopped() -> None:
    brain = Brain().awake()
    board = brain.board._board
    first, second = (struct.pack("<HH", 500 + n, 99) + setpoint() for n in range(2))
    for payload, result in ((first[:-1], 1), (first + b"\0", 1), (first, 0)):
        assert board._take(wire.SETPOINT, payload, 99) == result
    assert brain.asked(wire.STOP) == "done"
    assert board._take(wire.SETPOINT, second, 99) == 1


def test_the_setpoints_of_a_new_session_are_followed() -> None:
    """Their numbers begin anew."""
    brain = Brain().awake()
    brain.live(2.0, head_pan=-0.2)
    brain.link.protocol.begin(brain.now)
    brain.live(1.5, head_pan=0.4)
    assert brain.status[0] == "running"
    assert pan(brain) == pytest.approx(0.4, abs=0.01)


def test_the_number_of_a_setpoint_has_sixteen_bits() -> None:
    board = Brain().awake().board._board
    board._setpoints._number = 0xFF00
    for number, result in ((0xFFFF, 0), (0xFFFF, 1), (0xFF00, 1), (0, 0), (0xFFFF, 1), (256, 0)):
        payload = struct.pack("<HH", number, 99) + setpoint()
        assert board._take(wire.SETPOINT, payload, 99) == result, number


def test_the_purr_is_heard_while_it_runs_and_ends_with_every_other_state() -> None:
    purr = Purr(level=0.5, breath=0.25, rate=24.0)

    def purrs(brain: Brain) -> bool:
        return brain.board.outputs().purr > 0.0

    def purring() -> Brain:
        brain = Brain()
        for _ in range(60):
            brain.rig.body.move(Command(at=brain.now, purr=purr))
            brain.live(0.02)
        assert purrs(brain)
        assert brain.board.outputs().purr_hz == pytest.approx(24.0, abs=0.5)
        return brain

    held = purring()
    held.live(1.0)
    assert held.status[0] == "hold"
    assert not purrs(held)
    for kind in (wire.REST, wire.LIMP, wire.STOP):
        brain = purring()
        brain.asked(kind)
        assert not purrs(brain)


def pan(brain: Brain) -> float:
    """rad to which the servo of head_pan is driven."""
    return angles(CAT, brain.board.outputs())["head_pan"]


def test_one_setpoint_that_stays_valid_starts_the_board_and_is_gone_to() -> None:
    brain = Brain()
    brain.live(0.2)
    brain.link.setpoint(setpoint(ttl=1_000, pan=0.4), brain.now)
    brain.live(0.98)
    assert brain.status[0] == "running"
    assert pan(brain) == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize(("silent", "state"), [(1.0, "hold"), (3.0, "rest")])
def test_the_first_setpoint_after_a_pause_is_followed_and_purred_at_once(
    silent: float, state: str
) -> None:
    brain = Brain().awake()
    brain.live(silent)
    assert brain.status[0] == state
    brain.link.setpoint(setpoint(ttl=1_000, pan=0.4, purr=128, hz=28), brain.now)
    brain.live(0.03)
    assert brain.board.outputs().purr > 0.0
    assert brain.board.outputs().purr_hz == pytest.approx(28, abs=0.5)
    brain.live(1.0)
    assert pan(brain) == pytest.approx(0.4, abs=0.01)


def test_a_brain_that_falls_silent_on_the_way_lets_it_brake_there() -> None:
    brain = Brain().awake()
    brain.link.setpoint(setpoint(ttl=80, pan=0.9), brain.now)
    brain.live(0.5)
    assert brain.status[0] == "hold"
    there = pan(brain)
    assert 0.02 < there < 0.6
    brain.live(1.0)
    assert pan(brain) == there


def test_a_fall_on_the_way_lets_it_brake_there() -> None:
    brain = Brain().awake()
    brain.link.setpoint(setpoint(ttl=1_000, pan=0.9), brain.now)
    brain.live(0.05)
    brain.rig.feel(acceleration=(0.0, 0.0, 0.05))
    brain.live(0.3)
    there = pan(brain)
    assert 0.02 < there < 0.6
    brain.live(1.0)
    assert pan(brain) == there


# ── What it feels ────────────────────────────────────────────────────────────────────────────────


def told(brain: Brain, seconds: float) -> int:
    """How many motion messages come in this time."""
    return len(of(wire.MOTION, brain.live(seconds)))


@pytest.mark.parametrize(
    "moved",
    [
        {"acceleration": (0.031, 0.0, 1.0)},
        {"acceleration": (0.0, -0.031, 1.0)},
        {"acceleration": (0.0, 0.0, 1.031)},
        {"gyro": (0.031, 0.0, 0.0)},
        {"gyro": (0.0, 0.031, 0.0)},
        {"gyro": (0.0, 0.0, -0.031)},
    ],
)
def test_a_movement_on_any_axis_is_told_fast_for_half_a_second(moved: dict[str, Any]) -> None:
    brain = Brain()
    brain.live(2.0)
    assert told(brain, 2.0) == pytest.approx(4, abs=1)
    brain.rig.feel(**moved)
    assert told(brain, 0.5) == pytest.approx(25, abs=1)
    assert told(brain, 2.0) == pytest.approx(4, abs=2)


@pytest.mark.parametrize(
    "moved",
    [
        {"acceleration": (0.029, -0.029, 1.029)},
        {"acceleration": (-0.030, 0.030, 0.970)},
        {"gyro": (0.029, -0.029, 0.029)},
    ],
)
def test_noise_is_no_movement(moved: dict[str, Any]) -> None:
    brain = Brain()
    brain.live(2.0)
    brain.rig.feel(**moved)
    assert told(brain, 2.0) == pytest.approx(4, abs=1)


def test_where_it_lies_still_after_a_movement_its_noise_is_no_movement() -> None:
    """Compared with what was last told, not with how it lay at first."""
    brain = Brain()
    brain.live(2.0)
    brain.rig.feel(acceleration=(0.5, 0.0, 0.9))
    brain.live(1.0)
    count = 0
    for n in range(100):
        brain.rig.feel(acceleration=(0.5, 0.004 * (n % 2), 0.9))
        count += told(brain, 0.02)
    assert count == pytest.approx(4, abs=1)


def test_until_its_chip_has_measured_it_lies_still() -> None:
    """Its registers hold zeros until then, which would be a fall."""
    brain = Brain()
    brain.rig.bench.imu.hum = 0
    brain.rig.feel(acceleration=(0.0, 0.0, 0.0))
    messages = of(wire.MOTION, brain.live(1.0))
    assert 1 <= len(messages) <= 3
    said = {struct.unpack("<Ihhhhhh", one.payload)[1:] for one in messages}
    assert said == {(0, 0, 1000, 0, 0, 0)}
    assert brain.status[3] == 0


def test_a_slow_drift_is_a_movement_once_it_has_gone_far_enough() -> None:
    """Compared with what was last told, not with the last reading."""
    brain = Brain()
    brain.live(2.02)
    count = 0
    for n in range(20):
        brain.rig.feel(acceleration=(0.004 * n, 0.0, 1.0))
        count += told(brain, 0.02)
    assert count > 8


def test_the_joints_are_told_every_half_second_while_one_moves_and_else_every_four() -> None:
    brain = Brain()
    brain.live(0.2)
    assert len(of(wire.JOINTS, brain.live(8.0))) == 2
    brain.awake()
    moving = []
    for n in range(200):
        moving += brain.live(0.02, head_pan=0.4 * (n % 40) / 40)
    assert len(of(wire.JOINTS, moving)) == pytest.approx(8, abs=1)
    _, *found = struct.unpack(f"<I{COUNT}H", of(wire.JOINTS, moving)[-1].payload)
    driven = angles(CAT, brain.board.outputs())
    pan = (found[NAMES.index("head_pan")] - wire.ANGLE_ZERO) / 5729.58
    assert pan == pytest.approx(driven["head_pan"], abs=0.15)


def test_a_touch_is_told_as_an_event_when_it_begins_and_ends_and_streamed_between() -> None:
    brain = Brain()
    brain.live(1.0)
    assert of(wire.TOUCH, brain.live(0.5)) == []
    brain.rig.touch(back=0.5)
    heard = brain.live(1.0)
    assert len(of(wire.TOUCHED, heard)) == 1
    assert len(of(wire.TOUCH, heard)) == pytest.approx(50, abs=3)
    streamed = [len(of(wire.TOUCH, brain.live(0.01))) for _ in range(20)]
    assert streamed in ([0, 1] * 10, [1, 0] * 10), "every second tick"
    brain.rig.touch()
    heard = brain.live(1.0)
    assert len(of(wire.TOUCHED, heard)) == 1
    assert len(of(wire.TOUCH, heard)) <= 3


def test_a_touch_chip_that_dies_under_a_hand_ends_the_touch() -> None:
    brain = Brain()
    brain.live(1.0)
    brain.rig.touch(back=0.5)
    brain.live(0.5)
    brain.rig.bench.skin.present = False
    (end,) = of(wire.TOUCHED, brain.live(0.5))
    assert not any(end.payload[4:])


@pytest.mark.parametrize("before", [1.0, 1.01])
def test_a_touch_chip_that_dies_untouched_says_nothing_of_a_touch(before: float) -> None:
    """At an even tick and at an odd one: touches are streamed at every second."""
    brain = Brain()
    brain.live(before)
    brain.rig.bench.skin.present = False
    heard = brain.live(0.2)
    assert of(wire.TOUCHED, heard) == of(wire.TOUCH, heard) == []


@pytest.mark.parametrize("charging", [False, True])
def test_whether_it_charges_is_told_with_the_battery(*, charging: bool) -> None:
    brain = Brain()
    brain.rig.feel(charging=charging)
    told = of(wire.BATTERY, brain.live(3.0))
    assert {one.payload[7] for one in told[1:]} == {int(charging)}


def test_the_battery_is_told_once_a_second() -> None:
    brain = Brain()
    times = [one.at for one in of(wire.BATTERY, brain.live(5.0))]
    assert len(times) == 5
    assert all(b - a == pytest.approx(1.0, abs=0.03) for a, b in pairwise(times))


def test_joints_step_every_twenty_milliseconds() -> None:
    brain = Brain().awake()
    joint = seen(brain.board._board._limbs)[NAMES.index("head_pan")]
    brain.link.setpoint(setpoint(pan=0.9), brain.now)
    brain.live(0.05)
    course = []
    for _ in range(10):
        brain.live(0.01)
        course.append(joint.angle)
    changes = [b != a for a, b in pairwise(course)]
    assert all(a != b for a, b in pairwise(changes)), "every second tick"


def test_a_brain_that_comes_back_while_it_goes_to_rest_is_followed_at_full_speed() -> None:
    brain = Brain().awake()
    joint = CAT.joints["head_pan"]
    brain.live(1.0, head_pan=0.9)
    brain.live(2.6)
    assert brain.status[0] == "rest"
    course = []
    for _ in range(30):
        brain.live(0.02, head_pan=-0.9)
        course.append(angles(CAT, brain.board.outputs())["head_pan"])
    fastest = max(abs(b - a) for a, b in pairwise(course)) / 0.02
    assert fastest > 0.5 * joint.velocity


@pytest.mark.parametrize(
    ("late_ms", "steps"), [(20, 1), (40, 2), (100, 5), (110, 5), (120, 5), (800, 5)]
)
def test_a_late_tick_makes_up_for_five_steps_at_most(late_ms: int, steps: int) -> None:
    """Elapsed time counts, not ticks: the motion is neither slower nor does it jump far."""

    def turning() -> Brain:
        brain = Brain().awake()
        brain.link.setpoint(setpoint(ttl=1_000, pan=0.9), brain.now)
        brain.live(0.1)
        return brain

    late, on_time = turning(), turning()
    board = late.board
    board._ms += late_ms
    board._tick(board._ms)
    on_time.live(0.02 * steps)
    assert pan(late) == pan(on_time) > 0.0
    board._ms += 20 - late_ms % 20
    board._tick(board._ms)
    on_time.live(0.02)
    assert pan(late) == pan(on_time), "and the next step is on time"


def test_every_message_of_what_it_feels_carries_the_time_of_its_tick() -> None:
    brain = Brain().awake()
    late: dict[int, set[int]] = {}

    def listen(seconds: float, **pose: float) -> None:
        for _ in range(round(seconds * 100)):
            heard = brain.live(0.01, **pose)
            assert not (of(wire.TOUCH, heard) and of(wire.MOTION, heard)), "in turns"
            for one in heard:
                if one.kind in TIMED:
                    (ms,) = struct.unpack_from("<I", one.payload)
                    late.setdefault(one.kind, set()).add(round(brain.now * 1000) - ms)

    brain.rig.touch(back=0.5)
    brain.rig.feel(gyro=(0.3, 0.0, 0.0))
    listen(2.0, head_pan=0.5)
    brain.rig.touch()
    listen(4.0)
    assert set(late) == TIMED
    assert all(0 <= ms <= 10 for found in late.values() for ms in found), late


def test_the_shortest_way_of_a_setpoint_is_forgotten_slowly() -> None:
    """Or two clocks that drift apart would make all setpoints too old after an hour."""
    brain = Brain().awake()
    setpoints = brain.board._board._setpoints
    before = setpoints._shortest
    brain.live(1.5)
    assert setpoints._shortest == before + 1
