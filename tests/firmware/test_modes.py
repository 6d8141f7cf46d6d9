"""What the board does as the brain comes and goes: start, run, hold, rest, go limp; and a stop that
latches."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy import wire
from moggy.board_config import joint_rows
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.messages import Battery, BoardReport, Command, Purr, Touch, Trouble
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import angles

from .rig import CAT, Rig
from .seen_joint import seen

AHEAD = {"head_pan": 0.5, "tail_yaw": -0.4}


def test_without_a_brain_no_servo_moves() -> None:
    rig = Rig()
    rig.live(5.0, silent=True)
    assert rig.limp


def test_servos_are_attached_one_after_another_and_then_follow() -> None:
    rig = Rig()
    attached = []
    for _ in range(40):
        rig.live(0.02, AHEAD)
        attached.append(sum(1 for us in rig.board.outputs().servos.values() if us))
    assert max(after - before for before, after in pairwise(attached)) == 1
    rig.live(1.0, AHEAD)
    assert rig.state == "running"
    driven = angles(CAT, rig.board.outputs())
    assert driven["head_pan"] == pytest.approx(0.5, abs=0.01)
    assert driven["tail_yaw"] == pytest.approx(-0.4, abs=0.01)


def test_a_body_without_joints_runs_purrs_and_goes_limp() -> None:
    rig = Rig(Body.model_validate({**CAT.model_dump(), "joints": {}}))
    for _ in range(50):
        rig.now = round(rig.now + 0.02, 6)
        rig.board.advance(rig.now)
        rig.senses += rig.body.poll(rig.now)
        rig.body.move(Command(at=rig.now, pose={}, purr=Purr(level=1.0, rate=24.0, breath=0.25)))
    assert rig.state == "running"
    assert rig.board.outputs().purr > 0
    rig.live(8.0, silent=True)
    rig.senses += rig.body.poll(rig.now)
    assert rig.state == "limp"
    assert rig.board.outputs().purr == 0


def test_a_lost_brain_means_hold_then_rest_then_limp() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    held = angles(CAT, rig.board.outputs())
    rig.live(1.5, silent=True)
    assert angles(CAT, rig.board.outputs()) == held
    rig.live(1.5, silent=True)
    moving = angles(CAT, rig.board.outputs())
    assert moving["head_pan"] < held["head_pan"]
    rig.live(2.0, silent=True)
    resting = angles(CAT, rig.board.outputs())
    assert all(
        resting[name] == pytest.approx(joint.rest, abs=0.01) for name, joint in CAT.joints.items()
    )
    rig.live(10.0, silent=True)
    assert rig.limp


def test_the_way_to_rest_is_slow() -> None:
    rig = Rig()
    rig.live(2.0, {"front_left_elbow": -0.1})
    rig.live(2.4, silent=True)
    before = angles(CAT, rig.board.outputs())["front_left_elbow"]
    rig.live(0.5, silent=True)
    after = angles(CAT, rig.board.outputs())["front_left_elbow"]
    assert 0.0 < after - before < 0.25 * CAT.joints["front_left_elbow"].velocity * 0.5


def test_a_brain_that_comes_back_is_followed_again() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    rig.live(30.0, silent=True)
    assert rig.limp
    rig.live(2.0, AHEAD)
    assert rig.state == "running"
    assert angles(CAT, rig.board.outputs())["head_pan"] == pytest.approx(0.5, abs=0.01)


def test_told_to_rest_it_lies_down_and_goes_limp() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    rig.body.close()
    rig.live(8.0, silent=True)
    assert rig.limp


def test_it_goes_limp_only_after_it_has_come_to_rest_however_long_the_way_takes() -> None:
    rig = Rig()
    rig.live(2.0, {"head_pan": 0.9})
    rig.body.narrow("head_pan", -1.2, 1.2, 0.5, rig.now)
    rig.live(0.1, {"head_pan": 0.9})
    rig.body.rest(rig.now)
    rig.live(8.0, silent=True)
    assert not rig.limp
    assert 0.05 < angles(CAT, rig.board.outputs())["head_pan"] < 0.5
    rig.live(10.0, silent=True)
    assert rig.limp


STATES: dict[str, Callable[[Rig], object]] = {
    "limp": lambda rig: rig.live(0.1, silent=True),
    "starting": lambda rig: rig.live(0.2, AHEAD),
    "running": lambda rig: rig.live(2.0, AHEAD),
    "hold": lambda rig: (rig.live(2.0, AHEAD), rig.live(1.0, silent=True)),
    "rest": lambda rig: (rig.live(2.0, AHEAD), rig.live(3.0, silent=True)),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("by", ["button", "command"])
def test_an_emergency_stop_cuts_all_pulses_in_every_state_until_it_is_released(
    state: str, by: str
) -> None:
    rig = Rig()
    rig.live(0.1, silent=True)
    rig.body.poll(rig.now)
    STATES[state](rig)
    if by == "button":
        rig.feel(stop=True)
    else:
        rig.body.stop(rig.now)
    rig.live(0.02, AHEAD)
    assert rig.limp
    rig.live(3.0, AHEAD)
    assert rig.limp
    assert rig.state == "stopped"
    rig.feel(stop=False)
    rig.live(3.0, AHEAD)
    assert rig.limp, "the button alone does not release it"
    rig.body.release(rig.now)
    rig.live(2.0, AHEAD)
    assert rig.state == "running"
    assert not rig.limp


def test_a_pressed_button_cannot_be_released_by_the_brain() -> None:
    rig = Rig()
    rig.live(1.0, AHEAD)
    rig.feel(stop=True)
    rig.live(0.1, AHEAD)
    rig.body.release(rig.now)
    rig.live(0.5, AHEAD)
    assert rig.limp
    assert rig.state == "stopped"
    assert [(result.kind, result.result) for result in rig.link.results()] == [
        (wire.RELEASE, "refused")
    ]


def test_an_empty_battery_is_a_fault_that_latches() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    rig.feel(volts=6.0)
    rig.live(8.0, AHEAD)
    assert rig.state == "fault"
    assert rig.limp
    rig.feel(volts=8.0)
    rig.live(3.0, AHEAD)
    assert rig.limp
    rig.body.clear(rig.now)
    rig.live(0.5, AHEAD)
    assert rig.state == "fault", "nor does clear help before it has been charged for a while"
    rig.live(6.0, AHEAD)
    assert rig.state == "running"


def test_the_battery_is_told_once_a_second_and_charging_is_seen() -> None:
    rig = Rig()
    rig.feel(volts=7.4, charging=True)
    told = [sense for sense in rig.live(10.0) if isinstance(sense, Battery)]
    assert 9 <= len(told) <= 11
    assert told[-1].level == pytest.approx(0.5, abs=0.02)
    assert told[-1].volts == pytest.approx(7.4, abs=0.02)
    assert told[-1].charging


def test_a_servo_board_that_vanishes_is_a_fault() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    rig.bench.servos.present = False
    rig.live(1.0, {"head_pan": -0.5})
    assert rig.state == "stopping", "nobody knows whether the pulses have ended"
    faults = [sense.faults for sense in rig.senses if isinstance(sense, BoardReport)][-1]
    assert "servos" in faults


def test_a_missing_touch_chip_costs_touch_only() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    rig.bench.skin.present = False
    rig.live(1.0, {"head_pan": -0.5})
    assert rig.state == "running"
    assert angles(CAT, rig.board.outputs())["head_pan"] == pytest.approx(-0.5, abs=0.02)
    assert (
        "touch"
        in [
            sense.faults for sense in rig.senses if isinstance(sense, BoardReport) and sense.faults
        ][-1]
    )


def test_in_free_fall_all_movement_freezes() -> None:
    rig = Rig()
    rig.live(2.0, {"front_left_elbow": 0.0})
    rig.feel(acceleration=(0.0, 0.0, 0.05))
    rig.live(0.3, {"front_left_elbow": 0.0})
    before = angles(CAT, rig.board.outputs())
    rig.body.narrow("front_left_elbow", 0.5, 1.0, 5.0, rig.now)  # which is refused
    rig.live(0.3, {"front_left_elbow": 2.0})
    assert angles(CAT, rig.board.outputs()) == before
    rig.feel(acceleration=(0.0, 0.0, 1.0))
    rig.live(2.0, {"front_left_elbow": 2.0})
    assert angles(CAT, rig.board.outputs())["front_left_elbow"] == pytest.approx(2.0, abs=0.02)


def test_the_brain_can_narrow_a_joint_and_not_widen_it() -> None:
    rig = Rig()
    rig.live(1.0)
    rig.body.narrow("head_pan", -0.2, 0.3, 1.0, rig.now)
    rig.live(1.0, {"head_pan": 0.9})
    assert angles(CAT, rig.board.outputs())["head_pan"] == pytest.approx(0.3, abs=0.01)
    rig.body.narrow("head_pan", -3.0, 3.0, 20.0, rig.now)
    rig.live(2.0, {"head_pan": 0.9})
    assert angles(CAT, rig.board.outputs())["head_pan"] == pytest.approx(0.9, abs=0.01)
    rig.link.setpoint(
        rig.body._setpoint.pack(300, 20, 0, 0, 0, *[65535] * len(CAT.joints)), rig.now
    )
    rig.board.advance(rig.now + 0.2)
    driven = angles(CAT, rig.board.outputs())
    assert all(driven[name] <= joint.max + 0.01 for name, joint in CAT.joints.items())


def test_a_stop_counts_in_a_fault_too() -> None:
    rig = Rig()
    rig.live(2.0, AHEAD)
    rig.feel(volts=6.0)
    rig.live(6.0, AHEAD)
    assert rig.state == "fault"
    rig.body.stop(rig.now)
    rig.live(0.1, AHEAD)
    assert rig.state == "stopped"
    rig.body.release(rig.now)
    rig.live(0.5, AHEAD)
    assert rig.state == "fault", "the battery is still empty"


POSES = st.dictionaries(
    st.sampled_from(sorted(CAT.joints)),
    st.floats(allow_nan=False) | st.floats(-3.0, 3.0, allow_nan=False),
    max_size=len(CAT.joints),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(POSES, st.integers(1, 10)), max_size=12))
def test_whatever_the_brain_sends_the_servos_stay_within_the_limits(
    poses: list[tuple[dict[str, float], int]],
) -> None:
    rig = Rig()
    rig.live(1.0)
    before = angles(CAT, rig.board.outputs())
    for pose, ticks in poses:
        for _ in range(ticks):
            rig.live(0.02, pose)
            now = angles(CAT, rig.board.outputs())
            for name, joint in CAT.joints.items():
                # One count of the servo board is 4.9 µs, and whole µs on both ways.
                slack = 7.0 / abs(joint.us_per_rad)
                assert joint.min - slack <= now[name] <= joint.max + slack
                assert abs(now[name] - before[name]) <= joint.velocity * 0.02 + slack
            before = now


def test_the_same_script_gives_the_same_pulses_every_time() -> None:
    def lived() -> list[object]:
        rig = Rig()
        found: list[object] = []
        for step in range(100):
            rig.live(0.02, {"head_pan": 0.01 * step, "jaw": 0.3})
            if step == 40:
                rig.touch(back=0.5)
            found.append((rig.board.outputs(), list(rig.senses)))
        return found

    assert lived() == lived()


def test_what_was_sent_is_said_in_whole_centidegrees_within_the_limits() -> None:
    rig = Rig()
    rig.live(0.1)
    sent = rig.body.move(
        Command(at=rig.now, pose={"head_pan": 0.123456, "jaw": 9.0, "tail_yaw": -1e300})
    )
    assert sent["head_pan"] == pytest.approx(0.123456, abs=0.0001)
    assert sent["head_pan"] != 0.123456
    assert sent["jaw"] == pytest.approx(0.6, abs=0.0001)
    assert sent["tail_yaw"] == pytest.approx(-1.2, abs=0.0001)
    assert set(sent) == set(CAT.joints)


def test_every_joint_of_the_shipped_bodies_has_pulses_for_its_whole_way() -> None:
    for file in sorted(SHIPPED["body"].glob("*.yaml")):
        body = load(file, Body)
        rows = joint_rows(body)
        limbs = LockStepBoard(body).module("limbs").Limbs(rows, {})
        for row, joint in zip(rows, seen(limbs), strict=True):
            assert (joint.low, joint.high) == (row[3], row[4]), (
                f"{file.name}: {row[0]} needs a pulse outside of 500 to 2500 µs"
            )


def test_two_boards_in_one_process_do_not_know_each_other() -> None:
    first, second = Rig(), Rig()
    first.live(2.0, AHEAD)
    second.live(2.0, {"head_pan": -0.5})
    assert angles(CAT, first.board.outputs())["head_pan"] == pytest.approx(0.5, abs=0.01)
    assert angles(CAT, second.board.outputs())["head_pan"] == pytest.approx(-0.5, abs=0.01)
    first.touch(back=0.5)
    assert not [sense for sense in second.live(0.2) if isinstance(sense, Touch)]


def test_a_board_of_another_body_is_said_and_never_moved() -> None:
    joints = {name: joint for name, joint in CAT.joints.items() if name != "jaw"}
    rig = Rig()
    rig.board = LockStepBoard(CAT.model_copy(update={"joints": joints}))
    rig.link._line = rig.board.line
    rig.touch(back=0.5)
    rig.live(3.0, AHEAD)
    assert [
        sense
        for sense in rig.senses
        if isinstance(sense, Trouble) and "another body" in sense.message
    ]
    assert not [sense for sense in rig.senses if isinstance(sense, Touch)]
    assert rig.limp
