"""What keeps a body safe, with the firmware under CPython and in a real MicroPython interpreter:
each behaviour by itself, by the pulses that come out."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from moggy import wire
from moggy.body import Body
from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note, write_config
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import DeviceFault
from moggy.sim.world import FALLING, GRAVITY

from .rig import CAT, COUNT_US, Life, Listening, wired

NAMES = list(CAT.joints)
PAN = CAT.joints["head_pan"]


def listening(life: Life) -> Listening:
    """Listen to the board from now on."""
    line = life.link._line = Listening(life.board.line)
    return line


def pan_us(life: Life) -> int:
    """Pulses of head_pan, µs."""
    return life.board.outputs().servos["head_pan"]


def us_at(angle: float) -> Any:
    """Pulses of head_pan at an angle, to a step of the chip."""
    return pytest.approx(PAN.zero_us + angle * PAN.us_per_rad, abs=COUNT_US)


def resting(life: Life) -> bool:
    """Whether every joint is driven to its rest."""
    return all(
        abs(life.board.outputs().servos[name] - joint.zero_us - joint.rest * joint.us_per_rad)
        <= COUNT_US
        for name, joint in CAT.joints.items()
    )


def course(life: Life, seconds: float, pose: dict[str, float] | None) -> list[int]:
    """Pulses of head_pan at each step of 20 ms."""
    return [pan_us(life.live(0.02, pose)) for _ in range(round(seconds * 50))]


def shift(life: Life, ticks: int) -> None:
    """Let ticks of 10 ms pass. After one, all that is sent comes in the other one of the two ticks
    in turn, of which one reads the accelerometer and one moves the joints."""
    life.now = round(life.now + 0.01 * ticks, 6)
    life.board.advance(life.now)


def fields(pan: float, ttl: int) -> bytes:
    """The fields of a setpoint after its number and time: all at rest but the head."""
    pose = [wire.ANGLE_ZERO + round(joint.rest * 5729.58) for joint in CAT.joints.values()]
    pose[NAMES.index("head_pan")] = wire.ANGLE_ZERO + round(pan * 5729.58)
    return struct.pack(f"<HBBBB{len(NAMES)}H", ttl, 0, 0, 0, 25, *pose)


def send(life: Life, number: int, sent: float, *, session: int, pan: float = 0.8) -> None:
    """Write a setpoint as it stands, at a number and a time of the brain's clock (s)."""
    head = struct.pack("<HH", number & 0xFFFF, round(sent * 1000) & 0xFFFF)
    life.board.line.write(wire.frame(wire.SETPOINT, session & 0xFF, head + fields(pan, 300)))


def test_told_to_rest_all_joints_come_to_rest_and_then_the_pulses_end(
    wake: Callable[..., Life],
) -> None:
    life = wake().live(3.0, {"head_pan": 0.8})
    assert pan_us(life) == us_at(0.8)
    assert life.asked(wire.REST).result == "done"
    life.live(2.0, None)
    assert resting(life)
    life.live(4.0, None)
    assert (life.state, life.pulsed) == ("limp", 0)


def test_limp_on_the_way_it_starts_where_it_was_and_from_a_standstill(
    wake: Callable[..., Life],
) -> None:
    life = wake().live(3.0, {"head_pan": 0.8}).live(0.14, {"head_pan": -0.8})
    assert life.asked(wire.LIMP).result == "done"
    assert (life.state, life.pulsed) == ("limp", 0)
    life.live(0.2, None)
    pulses, pulsed = [], [0]
    for _ in range(100):
        pulses += course(life, 0.02, {"head_pan": 0.8})
        pulsed.append(life.pulsed)
    assert max(b - a for a, b in pairwise(pulsed)) == 1, "one servo after another"
    pulses = [us for us in pulses if us]
    assert us_at(0.8) != pulses[0] != us_at(-0.8), "it was on its way"
    assert set(pulses[:10]) == {pulses[0]}, "it stays there until all servos have started"
    steps = [b - a for a, b in pairwise(pulses)]
    first = next(step for step in steps if step)
    assert abs(first) <= PAN.acceleration / 2500 * abs(PAN.us_per_rad) + 2 * COUNT_US
    assert pulses[-1] == us_at(0.8)


def test_one_setpoint_starts_the_board_and_is_followed(wake: Callable[..., Life]) -> None:
    life = wake().live(0.2, None)
    life.link.setpoint(fields(0.3, ttl=1000), life.now)
    life.live(0.9, None)
    assert (life.state, life.pulsed) == ("running", len(NAMES))
    life.live(1.0, None)
    assert pan_us(life) == us_at(0.3)


def test_no_setpoint_is_good_for_longer_than_a_second(wake: Callable[..., Life]) -> None:
    life = wake().live(3.0, {"head_pan": 0.0})
    life.link.setpoint(fields(0.0, ttl=65_535), life.now)
    life.live(0.98, None)
    assert life.state == "running"
    life.live(0.1, None)
    assert life.state == "hold"


# ── Falls ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ticks", [0, 1])
def test_a_fall_is_said_and_all_joints_freeze_until_it_is_over(
    ticks: int, wake: Callable[..., Life]
) -> None:
    life = wake()
    shift(life, ticks)
    said = listening(life)
    life.live(3.0, {"head_pan": 0.0}).live(0.04, {"head_pan": 0.0}, acceleration=FALLING)
    assert said.flags == 0
    life.live(0.2, {"head_pan": 0.0})
    assert said.flags == 2
    life.live(0.6, None)
    assert life.state == "hold"
    assert set(course(life, 0.5, {"head_pan": 0.8})) == {pan_us(life)}
    life.live(0.0, acceleration=GRAVITY)
    assert set(course(life, 0.44, {"head_pan": 0.8})) == {pan_us(life)}
    assert said.flags == 2
    life.live(2.0, {"head_pan": 0.8})
    assert said.flags == 0
    assert pan_us(life) == us_at(0.8)


@pytest.mark.parametrize("ticks", [0, 1])
def test_a_body_that_starts_while_it_falls_stays_where_it_is(
    ticks: int, wake: Callable[..., Life]
) -> None:
    life = wake().live(0.2, None, acceleration=FALLING)
    shift(life, ticks)
    life.live(0.3, {"head_pan": 0.8})
    there = pan_us(life)
    assert set(course(life, 1.0, {"head_pan": 0.8})) == {there}
    assert (life.state, life.pulsed, there) == ("running", len(NAMES), us_at(PAN.rest))


@pytest.mark.parametrize("begin", [0.0, 0.3, 0.6])
def test_after_a_fault_a_fall_does_not_end_the_slow_way_to_rest(
    begin: float, wake: Callable[..., Life]
) -> None:
    """The fall begins so many seconds after the body has set out."""
    ahead = {"head_pan": 0.8}
    life = wake().live(3.0, ahead).live(0.5, ahead, faults=("servos_silent",))
    life.live(0.02, ahead, faults=())
    while life.state != "rest":
        life.live(0.02, ahead)
    pulses = course(life, begin, ahead)
    life.live(0.0, acceleration=FALLING)
    pulses += course(life, 0.12, ahead)
    life.live(0.0, acceleration=GRAVITY)
    while life.state == "rest":
        pulses += course(life, 0.02, ahead)
        assert life.now < 20.0
    assert min(abs(us - us_at(PAN.rest).expected) for us in pulses) <= COUNT_US
    slow = PAN.velocity / 6 / 50 * abs(PAN.us_per_rad) + COUNT_US + 1
    assert max(abs(b - a) for a, b in pairwise(pulses[:-5])) <= slow
    life.live(2.0, ahead)
    assert (life.state, pan_us(life)) == ("running", us_at(0.8))


@pytest.mark.parametrize("ticks", [0, 1])
@pytest.mark.parametrize("first", ["rest", "fall"])
def test_a_body_that_was_told_to_rest_rests_after_a_fall_too(
    first: str, ticks: int, wake: Callable[..., Life]
) -> None:
    life = wake()
    shift(life, ticks)
    life.live(3.0, {"head_pan": 0.8})
    if first == "rest":
        assert life.asked(wire.REST).result == "done"
    life.live(0.12, None, acceleration=FALLING)
    there = pan_us(life)
    if first == "fall":
        assert life.asked(wire.REST).result == "done"
    assert set(course(life, 1.5, None)) == {there}, "as long as it may be a fall"
    assert there != us_at(PAN.rest)
    life.live(2.5, None, acceleration=GRAVITY)
    assert resting(life)
    life.live(4.0, None)
    assert (life.state, life.pulsed) == ("limp", 0)


def test_a_fall_is_no_rest_in_whichever_tick_the_joints_are_moved() -> None:
    """A tick that was left out changes which one of two it is."""
    for late_ms in (0, 10):
        board = LockStepBoard(CAT)
        life = Life(board)
        board._ms += late_ms
        life.live(3.0, {"head_pan": 0.8}).live(0.5, faults=("servos_silent",))
        life.live(2.0, {"head_pan": 0.8}, faults=())
        assert life.state == "rest"
        life.live(2.0, {"head_pan": 0.8}, acceleration=FALLING)
        assert (life.state, life.pulsed) == ("rest", len(NAMES))


@pytest.mark.parametrize("fault", ["imu_stuck", "imu_noise"])
def test_a_fall_without_end_is_a_fault_of_the_sensor_and_the_body_goes_on(
    fault: DeviceFault, wake: Callable[..., Life]
) -> None:
    """A sensor that is stuck in a fall, and one that feels next to nothing for good."""
    life = wake()
    said = listening(life)
    life.live(3.0, {"head_pan": 0.0}).live(0.2, {"head_pan": 0.0}, acceleration=FALLING)
    there = pan_us(life)
    life.live(0.02, {"head_pan": 0.8}, faults=(fault,))
    if fault == "imu_stuck":
        life.live(0.0, acceleration=GRAVITY)
    assert set(course(life, 1.7, {"head_pan": 0.8})) == {there}
    assert said.flags == 2
    assert not life.faults
    life.live(2.0, {"head_pan": 0.8})
    assert (life.state, life.faults, said.flags) == ("running", ("imu",), 0)
    assert pan_us(life) == us_at(0.8)
    life.live(10.0, {"head_pan": 0.8})
    assert said.flags == 0
    assert life.faults == ("imu",), "also when it is tried again"
    life.live(15.0, None)
    assert (life.state, life.pulsed) == ("limp", 0), "without a brain it rests, and is let go"
    life.live(1.5, {"head_pan": 0.0}, faults=(), acceleration=GRAVITY)
    assert not life.faults
    life.live(3.0, {"head_pan": 0.0}).live(0.2, {"head_pan": 0.0}, acceleration=FALLING)
    assert said.flags == 2, "the next fall is felt"


def test_an_accelerometer_that_repeats_its_reading_is_a_fault_until_it_gives_another(
    wake: Callable[..., Life],
) -> None:
    life = wake().live(3.0).live(1.9, faults=("imu_stuck",))
    assert not life.faults
    life.live(0.3)
    assert life.state == "running"
    assert life.faults == ("imu",)
    before = len(life.reports)
    life.live(10.0)
    assert {report.faults for report in life.reports[before:]} <= {("imu",)}
    life.live(1.1, faults=())
    assert life.state == "running"
    assert not life.faults


# ── What ends the pulses ─────────────────────────────────────────────────────────────────────────


def test_a_stop_that_is_acknowledged_and_not_taken_is_written_again(
    wake: Callable[..., Life],
) -> None:
    life = wake().live(3.0)
    life.live(0.02, stop=True, faults=("servos_deaf",))
    life.live(0.04)
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert "servos" not in life.faults


def test_a_pulse_that_begins_while_stopped_is_ended_within_a_second(
    wake: Callable[..., Life],
) -> None:
    life = wake().live(3.0).live(0.1, stop=True)
    assert (life.state, life.pulsed) == ("stopped", 0)
    said = listening(life)
    life.live(0.02, faults=("servos_garbled",))
    life.live(1.0)
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert len(said.log) == 1
    assert "1 wrong pulses were written again" in said.log[0]


def test_a_pulse_that_was_garbled_is_written_again_within_a_second(
    wake: Callable[..., Life],
) -> None:
    joint = next(joint for joint in CAT.joints.values() if joint.channel == 0)
    (name,) = [name for name, one in CAT.joints.items() if one is joint]
    life = wake().live(3.0)
    said = listening(life)
    there = life.board.outputs().servos[name]
    life.live(0.02, faults=("servos_garbled",))
    life.live(1.1)
    assert (life.state, life.board.outputs().servos[name]) == ("running", there)
    assert (life.faults, len(said.log)) == ((), 1)


def test_a_servo_board_that_keeps_no_pulse_is_a_fault() -> None:
    life = Life(LockStepBoard(CAT)).live(3.0)
    chip = life.board.bench.servos  # type: ignore[union-attr]
    for _ in range(150):
        chip.garble()
        life.live(0.02)
    before = {report.state for report in life.reports}
    assert "fault" in before
    assert ("servos",) in [report.faults for report in life.reports]


def test_the_enable_pin_is_high_while_limp_whatever_the_bus_says(
    wake: Callable[..., Life],
) -> None:
    """The simulated servo board gives no pulses while its pin is high."""
    life = wake(wired(servo_enable=20)).live(3.0)
    assert life.pulsed == len(NAMES), "low while it runs"
    life.live(0.02, stop=True, faults=("servos_silent",))
    assert (life.state, life.pulsed) == ("stopping", 0)
    life.live(0.1, stop=False, faults=())
    assert life.asked(wire.RELEASE).result == "done"
    life.live(6.0)
    assert (life.state, life.pulsed) == ("running", len(NAMES))


def test_a_normally_closed_button_stops_when_its_wire_is_cut(wake: Callable[..., Life]) -> None:
    """A pin that nothing drives is pulled up, as one of a button that is pressed."""
    life = wake(wired(stop_normally_closed=True)).live(3.0)
    assert (life.state, life.pulsed) == ("running", len(NAMES)), "closed, and low"
    life.live(0.04, stop=True)
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert life.asked(wire.RELEASE).result == "refused"


def test_a_bus_that_is_held_is_freed_before_off_is_asked(wake: Callable[..., Life]) -> None:
    life = wake().live(3.0)
    life.board.feed(_held(life))
    life.board.advance(round(life.now + 0.01, 6))
    assert life.pulsed == 0, "in the tick of the stop"


def _held(life: Life) -> Any:
    life.live(0.0, stop=True, faults=("bus_stuck",))
    return life.inputs


BOOT = """
import machine
import body_config
machine.bench.levels[body_config.PINS["stop"]] = 0
servos = machine.bench.servos
servos.write(0xFE, b"\\x79")
servos.write(0, b"\\x20")
for channel in range(16):
    servos.write(6 + 4 * channel, b"\\x00\\x00\\x33\\x01")
before = [servos.pulse_us(channel) for channel in range(16)]
import main
main.run()
print(min(before) > 1000, [servos.pulse_us(channel) for channel in range(16)])
"""


ENABLE = """
import machine
import main
servos, at_off = machine.bench.servos, []
class Watched:
    present, misses = True, 0
    read = servos.read
    def write(self, register, data):
        if register == 0xFD:
            at_off.append(machine.bench.driven[20])
        servos.write(register, data)
machine.bench.chips[0x40] = Watched()
limbs = main.limbs(main.all_off.bus())
at_off.append(machine.bench.driven[20])
limbs.limp()
while not limbs.attached:
    limbs.attach()
running = machine.bench.driven[20]
limbs.limp()
print(at_off, running)
"""


def run_script(script: str, body: Body, folder: Path) -> str:
    """What a script prints in MicroPython, with the firmware and the simulated devices."""
    command = interpreter()
    if command is None:
        pytest.skip(note())
    write_config(body, folder, 0)
    (folder / "script.py").write_text(script)
    path = {"MICROPYPATH": f"{BENCH}:{FIRMWARE}:{folder}"}
    done = subprocess.run(
        [*command[:-1], "heapsize=1m", "script.py"],
        cwd=folder,
        env=path,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_enable_pin_comes_before_the_bus(tmp_path: Path) -> None:
    """Its level at the start, whenever the servo board is told to end its pulses, and while it
    runs."""
    assert run_script(ENABLE, wired(servo_enable=20), tmp_path) == "[1, 1, 1] 0\n"


def test_a_button_that_is_held_at_the_start_ends_what_the_last_run_left(tmp_path: Path) -> None:
    """The servo board has kept its registers through a reset of the microcontroller."""
    assert run_script(BOOT, CAT, tmp_path).endswith(f"True {[0] * 16}\n")


def test_clear_does_not_power_the_servos_of_an_empty_battery(wake: Callable[..., Life]) -> None:
    life = wake().live(3.0).live(5.0, volts=6.0)
    assert (life.state, life.faults) == ("fault", ("battery",))
    for _ in range(60):
        life.link.command(wire.CLEAR, b"", life.now)
        life.live(0.04)
        assert life.pulsed == 0
    life.live(12.0, volts=8.0)
    assert (life.state, life.faults) == ("running", ()), "it heals as without"


# ── Setpoints that are not followed ──────────────────────────────────────────────────────────────


def test_neither_an_old_nor_a_late_setpoint_moves_anything(wake: Callable[..., Life]) -> None:
    life = wake().live(3.0, {"head_pan": 0.0})
    protocol = life.link.protocol
    session, last, there = protocol._nonce, protocol._number, pan_us(life)
    for number, sent in ((last, 0.0), (last - 100, 0.0), (last + 1, -0.4), (last + 2, -20.0)):
        send(life, number, life.now + sent, session=session)
        assert set(course(life, 0.1, None)) == {there}
    send(life, last + 10, life.now, session=session)
    life.live(0.1, None)
    assert pan_us(life) != there, "a new one is followed"


def test_after_a_long_stop_setpoints_are_followed_at_once(wake: Callable[..., Life]) -> None:
    """It lasts for longer than 2048 setpoints, after which a number would be no longer new."""
    life = wake().live(2.0, {"head_pan": 0.0})
    life.live(0.1, {"head_pan": 0.0}, stop=True).live(0.1, {"head_pan": 0.0}, stop=False)
    life.live(50.0, {"head_pan": 0.2})
    assert life.state == "stopped"
    life.link.command(wire.RELEASE, b"", life.now)
    life.live(1.5, {"head_pan": 0.2})
    assert life.state == "running"
    assert life.pulsed == len(NAMES)


def test_a_setpoint_of_another_session_neither_moves_nor_deafens(wake: Callable[..., Life]) -> None:
    life = wake().live(3.0, {"head_pan": 0.0})
    protocol = life.link.protocol
    old = protocol._nonce
    protocol.begin(life.now)
    life.link.poll(life.now)
    life.live(0.04, None)
    there = pan_us(life)
    send(life, 20_000, life.now, session=old)
    assert set(course(life, 0.2, None)) == {there}
    life.live(1.0, {"head_pan": 0.4})
    assert (life.state, pan_us(life)) == ("running", us_at(0.4))


def test_one_time_that_lies_is_refused_and_changes_nothing(wake: Callable[..., Life]) -> None:
    life = wake()
    said = listening(life)
    life.live(3.0, {"head_pan": 0.0})
    protocol = life.link.protocol
    session, number = protocol._nonce, protocol._number + 1
    send(life, number, life.now + 30.0, session=session)
    for _ in range(50):
        number += 1
        send(life, number, life.now, session=session)
        life.live(0.04, None)
        assert life.state == "running"
    assert pan_us(life) == us_at(0.8)
    assert not said.log


@pytest.mark.parametrize("step", [-5.0, 30.0], ids=["set back", "set forward"])
def test_a_brains_clock_that_was_set_is_learnt_anew_within_seconds_and_said(
    step: float, wake: Callable[..., Life]
) -> None:
    life = wake()
    said = listening(life)
    life.live(3.0, {"head_pan": 0.0})
    protocol = life.link.protocol
    session, number = protocol._nonce, protocol._number + 1
    send(life, number, life.now + step, session=session)
    states = []
    for _ in range(5 * 25):
        number += 1
        send(life, number, life.now + step, session=session)
        life.live(0.04, None)
        states.append(life.state)
    assert "hold" in states
    assert not said.log
    for _ in range(20):
        number += 1
        send(life, number, life.now + step, session=session)
        life.live(0.04, None)
    assert (life.state, pan_us(life)) == ("running", us_at(0.8))
    assert said.log == ["all setpoints refused: clock and count learnt anew, time 1"]
