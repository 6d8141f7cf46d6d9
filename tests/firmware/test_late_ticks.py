"""Ticks that come late: what is made up for stays within the joints' limits of velocity over the
time that has passed, and what is looked at so many times a second is looked at as often."""

from __future__ import annotations

from itertools import cycle, pairwise

import pytest

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.link import MemoryLink
from moggy.messages import Acceleration, AnySense, Command, Touch
from moggy.sim.board.wires import WorldInputs

from .rig import AHEAD, CAT, COUNT_US, INTERPRETERS, Board, Brain, Life, Rig, started
from .test_fault_matrix import STEPS_AT_ONCE, swinging

STEP_S = 0.02
"""Seconds from one step of the joints to the next."""
Pulses = list[tuple[float, dict[str, int]]]
"""When the pulses were others than before, s; and the pulses, µs."""


def late_life(board: Board, seconds: float) -> Pulses:
    """All joints swing as fast as they may while every tick comes 60 to 200 ms late. The pulses
    are looked at each millisecond."""
    body = SerialBody(MemoryLink(board.line), CAT)
    found: Pulses = []
    begin = 2.0
    for ms in range(1, round((begin + seconds) * 1000)):
        now = ms / 1000.0
        if ms % 20 == 0:
            list(body.poll(now))
            body.move(Command(at=now, pose=swinging(now)))
        if now == begin:
            board.feed(WorldInputs(faults=("ticks_late",)))
        board.advance(now)
        pulses = dict(board.outputs().servos)
        if now >= begin and (not found or pulses != found[-1][1]):
            found.append((now, pulses))
    return found


@pytest.mark.parametrize("interpreter", INTERPRETERS)
def test_what_is_made_up_for_is_within_the_velocity_of_the_time_that_passed(
    interpreter: str,
) -> None:
    """Within any time that passes a pulse changes by no more than its joint may move in it, and in
    one step more, since steps lie on a grid of 20 ms; and by five steps at once at most."""
    with started(interpreter) as board:
        seen = late_life(board, 20.0)
    assert len(seen) > 100
    most = 0.0
    for name, joint in CAT.joints.items():
        a_step = abs(joint.us_per_rad) * joint.velocity * STEP_S
        off = COUNT_US + 1.0
        for (_, was), (_, now) in pairwise(seen):
            change = abs(now[name] - was[name])
            assert change <= STEPS_AT_ONCE * a_step + off, name
            most = max(most, change / a_step)
        for index, (begin, was) in enumerate(seen):
            for at, now in seen[index + 1 : index + 12]:
                steps = (at - begin) / STEP_S + 1.0
                assert abs(now[name] - was[name]) <= steps * a_step + off, (name, begin, at)
    assert most > STEPS_AT_ONCE - 1, "some were as far as that"


def waited(life: Life, seconds: float) -> float:
    """Seconds until the board says another state than now, `seconds` at most."""
    begin, was = life.now, life.state
    while life.state == was and life.now - begin < seconds:
        life.live(0.02)
    return life.now - begin


@pytest.mark.parametrize("ms", range(0, 240, 80))
def test_a_servo_chip_that_was_reset_is_found_in_time(life: Life, ms: int) -> None:
    life.live(3.0).live(1.0 + ms / 1000.0, faults=("ticks_late",))
    life.live(0.0, faults=("ticks_late", "servos_reset"))
    assert waited(life, 5.0) < 0.5


@pytest.mark.parametrize("ms", range(0, 240, 80))
def test_a_pulse_after_a_stop_is_found_in_time(life: Life, ms: int) -> None:
    life.live(3.0)
    life.body.stop(life.now)
    life.live(0.5 + ms / 1000.0, faults=("ticks_late",))
    assert (life.state, life.pulsed) == ("stopped", 0)
    life.live(0.02, faults=("ticks_late", "servos_garbled"))
    begin = life.now
    while life.pulsed and life.state == "stopped":
        life.live(0.02)
        assert life.now < begin + 1.3


def test_an_empty_battery_is_found_in_time(life: Life) -> None:
    life.live(3.0).live(1.0, faults=("ticks_late",))
    life.live(0.0, volts=5.0)
    assert waited(life, 10.0) < 3.5


def test_each_late_tick_tells_of_touch_and_motion() -> None:
    """Some seven come in a second, each late by six periods or more."""
    rig = Rig()
    rig.live(3.0, AHEAD)
    rig.feel(faults=("ticks_late",), pads=(0.5,) * 3 + (0.0,) * 9)
    rig.live(1.0, AHEAD)
    heard: list[AnySense] = []
    for n in range(40):
        rig.feel(acceleration=(0.0, 0.1 * (n % 2), 1.0))
        heard += rig.live(0.5, AHEAD)
    touches = sum(isinstance(sense, Touch) for sense in heard)
    motions = sum(isinstance(sense, Acceleration) for sense in heard)
    assert touches > 130
    assert motions > 130


@pytest.mark.parametrize("gaps", [(10,), (15, 5), (20,), (60, 140)], ids=str)
def test_the_battery_is_told_once_a_second_whenever_ticks_come(gaps: tuple[int, ...]) -> None:
    """A tick that is early by half a period, after one that was late by as much, counts too."""
    board, frames, told = Brain().awake().board, wire.Frames(), []
    begin = board._ms
    for gap in cycle(gaps):
        board._ms += gap
        if board._ms > begin + 20_000:
            break
        board._tick(board._ticks)
        told += [kind for kind, _, _ in frames.feed(board.line.read()) if kind == wire.BATTERY]
    assert len(told) in (20, 21)
