"""Faults of the devices, in virtual time, with the firmware under CPython and in a real MicroPython
interpreter: each ends in a safe state that is said, and heals as its policy says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from moggy import wire
from moggy.body import Body
from moggy.messages import AnySense, Battery, Command
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import WorldInputs

from .rig import AHEAD, CAT, Life, Listening, Rig, wired


def test_a_stop_is_said_only_when_every_driver_has_acknowledged_it(life: Life) -> None:
    life.live(3.0)
    assert life.pulsed == len(CAT.joints)
    life.live(0.2, stop=True, faults=("servos_silent",))
    assert (life.state, life.faults) == ("stopping", ("servos",))
    assert life.board.outputs().servos["eyelids"] == 0, "the pins need no servo board"
    life.live(0.1, faults=())
    assert (life.state, life.pulsed) == ("stopped", 0)


def test_one_missed_acknowledgement_in_the_tick_of_the_stop_loses_nothing(life: Life) -> None:
    life.live(3.0)
    life.inputs = replace(life.inputs, stop=True)
    life.blip("servos_silent")
    life.live(0.1)
    assert (life.state, life.pulsed) == ("stopped", 0)
    life.live(1.0, stop=False)
    assert (life.state, life.pulsed) == ("stopped", 0), "only a release ends it"
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.faults) == ("running", ())


@pytest.mark.parametrize("ms", [10, 20, 60])
def test_writes_that_fail_for_a_moment_are_made_up_for(life: Life, ms: int) -> None:
    life.live(3.0, {"head_pan": 0.2})
    life.live(0.1, {"head_pan": 0.6})
    life.blip("servos_silent", ms=ms)
    life.live(2.0, {"head_pan": 0.6})
    assert life.state == "running"
    joint = CAT.joints["head_pan"]
    us = life.board.outputs().servos["head_pan"]
    assert us == pytest.approx(joint.zero_us + 0.6 * joint.us_per_rad, abs=5), (
        "a count of the chip is 4.9 µs"
    )


def test_silence_of_a_moment_ends_nothing_whenever_it_begins(life: Life) -> None:
    """Also where the board looks at the servo board's configuration, four times a second."""
    life.live(3.0)
    life.reports.clear()
    for _ in range(25):
        life.blip("servos_silent", ms=60)
        life.live(0.22)
    assert {(report.state, report.faults) for report in life.reports} == {("running", ())}
    life.live(0.5, faults=("servos_silent",))
    assert life.faults == ("servos",), "also where nothing moves"


def test_servos_whose_power_comes_late_start_by_themselves(life: Life) -> None:
    life.live(20.0, faults=("servos_silent",))
    assert (life.state, life.faults) == ("stopping", ("servos",))
    life.live(0.8, faults=())
    assert (life.state, life.faults, life.pulsed) == ("fault", ("servos",), 0)
    life.live(8.0)
    assert (life.state, life.faults) == ("running", ())


def test_after_a_fault_it_goes_slowly_to_rest_before_it_follows(life: Life) -> None:
    life.live(3.0, {"head_pan": 0.9})
    life.live(0.5, {"head_pan": 0.9}, faults=("servos_silent",))
    life.reports.clear()
    life.live(12.0, {"head_pan": 0.9}, faults=())
    states = list(dict.fromkeys(report.state for report in life.reports))
    assert states == ["fault", "limp", "running", "rest"]
    assert life.state == "running"


def test_a_fault_that_comes_back_for_the_fourth_time_waits_for_a_person(life: Life) -> None:
    life.live(3.0)
    for _ in range(4):
        life.live(0.5, faults=("servos_silent",))
        life.live(12.0, faults=())
    assert (life.state, life.faults, life.pulsed) == ("fault", ("servos",), 0)
    assert life.asked(wire.CLEAR).result == "done"
    life.live(3.0)
    assert (life.state, life.faults) == ("running", ())


def test_the_fourth_dip_of_the_servo_boards_supply_waits_for_a_person(life: Life) -> None:
    life.live(3.0)
    for dip in range(4):
        assert life.state == "running"
        life.blip("servos_reset")
        life.live(12.0)
        assert (life.faults == ("servos",)) == (dip == 3)
    assert (life.state, life.pulsed) == ("fault", 0)
    assert life.asked(wire.CLEAR).result == "done"
    life.live(3.0)
    assert (life.state, life.faults) == ("running", ())


def test_the_fourth_sag_of_the_battery_waits_for_a_person(life: Life) -> None:
    life.live(3.0)
    for sag in range(4):
        assert life.state == "running"
        life.live(4.5, volts=6.0)
        assert (life.state, life.faults) == ("fault", ("battery",))
        life.live(18.0, volts=8.0)
        assert (life.faults == ("battery",)) == (sag == 3)
    assert (life.state, life.pulsed) == ("fault", 0)
    assert life.asked(wire.CLEAR).result == "done"
    life.live(3.0)
    assert (life.state, life.faults) == ("running", ())


def test_an_empty_battery_is_well_again_a_fifth_of_a_volt_above_its_low_mark(life: Life) -> None:
    life.live(3.0).live(4.5, volts=6.0)
    life.live(30.0, volts=6.95)
    assert (life.state, life.faults) == ("fault", ("battery",)), "the low mark is 6.8 V"
    life.live(30.0, volts=7.05)
    assert (life.state, life.faults) == ("running", ())


def test_a_servo_board_that_was_reset_is_set_up_again(life: Life) -> None:
    life.live(3.0)
    life.blip("servos_reset")
    assert life.pulsed == 1, "the chip has forgotten its pulses; the eyelids are on a pin"
    life.live(0.4)
    assert (life.state, life.faults) == ("fault", ("servos",))
    life.live(8.0)
    assert (life.state, life.faults, life.pulsed) == ("running", (), len(CAT.joints))


@pytest.mark.parametrize("bits", [0x10, 0x20])
def test_a_servo_board_that_falls_asleep_while_stopped_is_set_up_again(bits: int) -> None:
    """Its pulses are as they were written, so that only its mode tells."""
    rig = Rig()
    rig.live(2.0)
    rig.body.stop(rig.now)
    rig.live(1.0)
    board = rig.board._board
    for _ in range(2):
        assert (rig.state, board.all_faults()) == ("stopped", 0)
        chip = rig.bench.servos
        chip.registers[0] ^= bits
        rig.live(0.3)
        assert (rig.state, board.all_faults(), chip.registers[0] & 0x30) == ("stopped", 1, 0x20)
        rig.live(2.0)


def test_a_battery_that_sags_and_recovers_starts_by_itself(life: Life) -> None:
    life.live(3.0)
    life.live(4.5, volts=6.0)
    assert (life.state, life.faults, life.pulsed) == ("fault", ("battery",), 0)
    life.live(4.0, volts=8.0)
    assert life.state == "fault"
    life.live(14.0)
    assert (life.state, life.faults) == ("running", ())


# ── The stop button and the pin that disables the servo board ────────────────────────────────────


def test_a_cut_cable_of_a_normally_closed_button_stops() -> None:
    body = wired(stop_normally_closed=True)
    board = LockStepBoard(body)
    life = Life(board, body)
    pin = body.wiring.stop
    life.live(1.0)
    assert life.state == "running"
    life.live(0.1, stop=True)
    assert (life.state, life.pulsed) == ("stopped", 0)
    life.live(0.1, stop=False)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(1.0)
    assert life.state == "running"
    board.bench.levels.pop(pin)  # nothing drives it: the pull-up does
    life.live(0.1)
    assert (life.state, life.pulsed) == ("stopped", 0)


def test_two_taps_of_the_button_stop_and_nothing_else(life: Life) -> None:
    """No tap toggles: only a release that is asked for ends a stop."""
    life.live(3.0)
    for _ in range(2):
        life.live(0.06, stop=True)
        assert (life.state, life.pulsed) == ("stopped", 0)
        life.live(0.1, stop=False)
        assert (life.state, life.pulsed) == ("stopped", 0)
    life.live(0.06, stop=True)
    assert life.asked(wire.RELEASE).result == "refused"
    life.live(5.0, stop=False)
    assert (life.state, life.pulsed) == ("stopped", 0), "a refused release is no release"
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", len(CAT.joints))


def test_a_tap_of_one_tick_stops() -> None:
    board = LockStepBoard(CAT)
    life = Life(board).live(3.0)
    board.feed(replace(life.inputs, stop=True))
    board.advance(life.now + 0.01)
    board.feed(life.inputs)
    life.live(1.0)
    assert (life.state, life.pulsed) == ("stopped", 0)


def test_the_enable_pin_ends_the_pulses_whatever_the_bus_says() -> None:
    body = wired(servo_enable=20)
    board = LockStepBoard(body)
    life = Life(board, body)
    life.live(3.0)
    assert life.pulsed == len(CAT.joints)
    life.live(0.1, stop=True, faults=("servos_silent",))
    assert (life.state, life.pulsed) == ("stopping", 0)


def test_a_restart_with_the_button_held_ends_the_pulses_first() -> None:
    """A servo board keeps its registers when the microcontroller is reset."""
    life = Life(LockStepBoard(CAT)).live(3.0)
    board = life.board
    assert isinstance(board, LockStepBoard)
    board.feed(WorldInputs(stop=True))
    board.module("main").run()
    assert board.bench.servos.pulse_us(0) == 0
    assert all(board.bench.servos.pulse_us(channel) == 0 for channel in range(16))


# ── Setpoints that lie ───────────────────────────────────────────────────────────────────────────


def test_a_setpoint_that_is_replayed_moves_nothing() -> None:
    life = Life(LockStepBoard(CAT))
    board = life.board
    assert isinstance(board, LockStepBoard)
    old: list[bytes] = []
    for _ in range(100):
        life.live(0.02, {"head_pan": -0.4})
        old.append(bytes(board.line.to_board))
    life.live(2.0, {"head_pan": 0.4})
    there = life.board.outputs().servos["head_pan"]
    assert sum(map(len, old[-20:])) > 200
    for data in old[-20:]:
        board.line.write(data)
    life.live(1.0, None)
    assert abs(life.board.outputs().servos["head_pan"] - there) <= 1


def test_a_battery_that_falls_on_below_what_tells_anything_stays_empty(life: Life) -> None:
    life.live(3.0).live(5.0, volts=5.0)
    assert (life.state, life.pulsed) == ("fault", 0)
    life.live(20.0, volts=2.9)
    assert (life.state, life.pulsed, life.faults) == ("fault", 0, ("battery",))
    life.body.clear(life.now)
    life.live(5.0)
    assert (life.state, life.pulsed) == ("fault", 0)
    life.live(12.0, volts=8.0)
    assert life.state == "running"


def test_an_empty_battery_is_found_though_some_readings_tell_nothing(life: Life) -> None:
    life.live(3.0)
    for _ in range(5):
        life.live(2.0, volts=5.0).live(1.0, volts=3.0)
    assert (life.state, life.pulsed, life.faults) == ("fault", 0, ("battery",))


@pytest.mark.parametrize("volts", [0.0, 0.9, 3.1, 3.3, 6.2, 6.7])
def test_a_divider_that_is_not_wired_is_no_empty_battery(volts: float) -> None:
    """Whatever its pin floats at."""
    board = LockStepBoard(CAT)
    life = Life(board).live(1.0)
    heard: list[AnySense] = []
    board.bench.floating.add(CAT.wiring.battery)
    board.feed(replace(life.inputs, volts=volts))
    for _ in range(500):
        life.now = round(life.now + 0.02, 6)
        life.board.advance(life.now)
        heard += life.body.poll(life.now)
        life.body.move(Command(at=life.now, pose=AHEAD))
    assert life.pulsed == len(CAT.joints)
    assert not any(isinstance(sense, Battery) for sense in heard)
    assert not board.bench.core.pulled(CAT.wiring.battery), "the pull is not left on"


def test_more_volts_than_the_message_holds_are_said_as_the_most(wake: Callable[..., Life]) -> None:
    """As of a divider that is cut on its side of ground."""
    data = CAT.model_dump()
    data["power"] = {"full_mv": 25_200, "low_mv": 21_000, "empty_mv": 19_800, "divider": 25.0}
    life = wake(Body.model_validate(data)).live(3.0, volts=24.0)
    assert (life.state, life.pulsed) == ("running", len(CAT.joints))
    life.live(8.0, volts=80.0)
    assert (life.state, life.faults, life.pulsed) == ("running", (), len(CAT.joints))


def test_a_body_without_a_divider_says_nothing_of_a_battery() -> None:
    body = wired(battery=None)
    board = LockStepBoard(body)
    board.bench.adc[26] = 40_000
    life = Life(board, body).live(5.0, volts=5.0)
    assert (life.state, life.faults) == ("running", ())
    assert not board.module("body_config").PINS["battery"] >= 0


def test_an_esp32_measures_three_volts_in_microvolts() -> None:
    board = LockStepBoard(CAT)
    told: list[int] = []

    class Adc:
        ATTN_11DB = 3

        def __init__(self, pin: Any) -> None:
            pass

        def atten(self, level: int) -> None:
            told.append(level)

        def read_uv(self) -> int:
            return 2_300_000

    battery = board.module("battery")
    battery.ADC = Adc
    gauge = battery.BatteryGauge(1, 2, 8400, 6800, 6400, 3000)
    gauge.read()
    assert (gauge.mv, gauge.wired, gauge.low, told) == (6900, True, False, [3])
    gauge = battery.BatteryGauge(1, 2, 8400, 7000, 6400, 3000)
    gauge.read()
    assert (gauge.wired, gauge.low) == (True, True)


@pytest.mark.parametrize("chip", ["RP2040", "RP2350"])
@pytest.mark.parametrize(("kohm", "empty"), [(10, True), (222, True), (740, True), (800, False)])
def test_a_divider_of_up_to_750_kohm_is_wired(
    chip: str, kohm: int, empty: bool, wake: Callable[..., Life]
) -> None:
    """Against the strongest pull of the chip; a pin that floats keeps less."""
    life = wake(chip=chip)
    board = life.board
    if not isinstance(board, LockStepBoard):
        pytest.skip("the resistance is set under CPython only")
    board.bench.kohm[CAT.wiring.pins["battery"]] = kohm
    life.live(5.0).live(8.0, volts=5.6)
    assert (life.faults == ("battery",)) == empty


def test_a_battery_that_is_plugged_in_is_not_low_since_there_was_none(
    wake: Callable[..., Life],
) -> None:
    life = wake().live(5.0, volts=0.2)
    line = life.link._line = Listening(life.board.line)
    flags = set()
    life.live(0.0, volts=8.2)
    for _ in range(300):
        life.live(0.02)
        flags.add(line.flags)
    assert flags == {0}
    assert not life.faults
