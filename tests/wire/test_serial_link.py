"""The link over a real serial port to a real interpreter: killed, hung, unplugged, and back; the
pet's side goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.clock import RealClock
from moggy.link import SerialLink
from moggy.messages import Acceleration, AnySense, BoardReport, Command, Touch, Trouble
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import WorldInputs, angles
from tests.firmware.rig import CAT

PATIENCE = 300.0
"""Seconds; only a bound for a machine that is very busy."""


class Lived:
    """A body on a port, lived with at fifty ticks a second until something is so."""

    def __init__(self, path: str) -> None:
        self.link = SerialLink(path)
        self.body = SerialBody(self.link, CAT)
        self.clock = RealClock(until=PATIENCE * 10)
        self.ticks = self.clock.ticks()
        self.senses: list[AnySense] = []
        self.pose: dict[str, float] = {}
        self.now = 0.0

    def until(self, what: Callable[[], object]) -> None:
        begun = self.now
        for now in self.ticks:
            self.now = now
            self.senses += self.body.poll(self.now)
            self.body.move(Command(at=self.now, pose=self.pose))
            if what():
                return
            assert self.now - begun < PATIENCE, f"never: {self.senses[-5:]}"

    def heard(self, *states: str) -> Callable[[], bool]:
        """Whether the board's newest word is one of these."""
        return lambda: (
            next(
                (sense.state for sense in reversed(self.senses) if isinstance(sense, BoardReport)),
                "",
            )
            in states
        )

    @property
    def troubles(self) -> list[str]:
        """What was said of the board; a busy machine may also make it late for a tick."""
        said = [sense for sense in self.senses if isinstance(sense, Trouble)]
        return [trouble.message for trouble in said if trouble.part == "board"]


@pytest.fixture
def board() -> Iterator[MicroPythonBoard]:
    board = MicroPythonBoard(CAT)
    yield board
    board.close()


@pytest.fixture
def lived(board: MicroPythonBoard) -> Iterator[Lived]:
    lived = Lived(board.path)
    yield lived
    lived.link.close()


def driven(board: MicroPythonBoard, joint: str, to: float) -> Callable[[], bool]:
    return lambda: abs(angles(CAT, board.outputs()).get(joint, 99.0) - to) < 0.02


def test_a_pose_goes_over_the_wire_and_a_touch_comes_back(
    board: MicroPythonBoard, lived: Lived
) -> None:
    lived.pose = {"head_pan": 0.7, "front_left_elbow": 1.0}
    lived.until(driven(board, "head_pan", 0.7))
    lived.until(driven(board, "front_left_elbow", 1.0))
    board.feed(WorldInputs(pads=(0.0, 0.0, 0.6) + (0.0,) * 9))
    lived.until(
        lambda: any(isinstance(sense, Touch) and sense.pressure > 0.5 for sense in lived.senses)
    )
    board.feed(WorldInputs())
    lived.until(
        lambda: any(isinstance(sense, Touch) and sense.pressure == 0.0 for sense in lived.senses)
    )
    touches = [sense for sense in lived.senses if isinstance(sense, Touch)]
    assert set(touches[0].pads or ()) == {"cheek_right"}
    assert any(isinstance(sense, Acceleration) for sense in lived.senses)
    assert lived.link.protocol.errors == 0
    assert lived.troubles == []
    assert board.error == ""


def test_what_came_during_a_slow_first_tick_did_not_come_before_the_pet_was_born(
    board: MicroPythonBoard, lived: Lived
) -> None:
    lived.until(lived.heard("running"))
    lived.link.close()
    again = Lived(board.path)
    try:
        give_up = time.monotonic() + PATIENCE
        for n in count():
            assert time.monotonic() < give_up, again.senses[-5:]
            again.senses += again.body.poll(n * 1e-4)
            if again.heard("connected", "running")():
                break
            time.sleep(0.01)
        assert min(sense.at for sense in again.senses) >= 0.0
    finally:
        again.link.close()


def test_without_an_interpreter_the_same_files_run_under_cpython_and_it_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("moggy.sim.board.interpreter.interpreter", lambda: None)
    board = MicroPythonBoard(CAT)
    lived = Lived(board.path)
    try:
        assert "CPython" in board.note
        lived.pose = {"head_pan": 0.7}
        lived.until(driven(board, "head_pan", 0.7))
        assert lived.link.identity is not None
        assert board.error == ""
    finally:
        lived.link.close()
        board.close()


def test_a_killed_board_is_a_trouble_and_it_is_found_again_when_it_restarts(
    board: MicroPythonBoard, lived: Lived
) -> None:
    lived.until(lived.heard("running"))
    board.kill()
    lived.until(lived.heard("lost"))
    assert len(lived.troubles) == 1
    assert "plug it in" in lived.troubles[0]
    assert angles(CAT, board.outputs()) == {}
    board.start()
    lived.until(lived.heard("running"))
    assert lived.troubles[1:] == [""]
    assert lived.link.identity is not None
    assert lived.link.identity.boots == 2


def test_a_hung_board_is_a_trouble_and_well_again(board: MicroPythonBoard, lived: Lived) -> None:
    lived.until(lived.heard("running"))
    assert board._process is not None
    os.kill(board._process.pid, signal.SIGSTOP)
    lived.until(lived.heard("lost"))
    assert lived.troubles == ["the board does not answer"]
    os.kill(board._process.pid, signal.SIGCONT)
    lived.until(lived.heard("running"))
    assert lived.troubles == ["the board does not answer", ""]


def test_a_hung_board_that_reads_nothing_never_makes_the_pet_wait(
    board: MicroPythonBoard, lived: Lived
) -> None:
    lived.until(lived.heard("running"))
    assert board._process is not None
    os.kill(board._process.pid, signal.SIGSTOP)
    for _ in range(10_000):
        lived.link.setpoint(bytes(40), lived.now)
    lived.until(lived.heard("lost"))
    os.kill(board._process.pid, signal.SIGCONT)
    lived.until(lived.heard("running"))


def test_a_restart_by_the_watchdog_is_known_by_its_cause(
    board: MicroPythonBoard, lived: Lived
) -> None:
    lived.until(lived.heard("running"))
    board.restart()
    lived.until(lived.heard("lost"))
    lived.until(lived.heard("running"))
    assert any(
        "watchdog" in sense.faults for sense in lived.senses if isinstance(sense, BoardReport)
    )


def test_a_firmware_that_hangs_for_long_is_ended_by_its_watchdog() -> None:
    board = MicroPythonBoard(CAT, watchdog=3.0)
    lived = Lived(board.path)
    try:
        lived.until(lived.heard("running"))
        assert board._process is not None
        os.kill(board._process.pid, signal.SIGSTOP)
        lived.until(lambda: not board.running)
        assert "watchdog" in board.error
        board.restart()
        lived.until(lived.heard("running"))
        assert board.running
    finally:
        lived.link.close()
        board.close()


def test_an_emergency_stop_goes_through_the_port(board: MicroPythonBoard, lived: Lived) -> None:
    lived.pose = {"head_pan": 0.3}
    lived.until(driven(board, "head_pan", 0.3))
    lived.body.stop(lived.now)
    lived.until(lived.heard("stopped"))
    lived.until(lambda: angles(CAT, board.outputs()) == {})
    lived.body.release(lived.now)
    lived.until(lived.heard("running"))


def test_byte_three_is_data_and_interrupts_nobody(board: MicroPythonBoard, lived: Lived) -> None:
    lived.until(lived.heard("running"))
    payload = bytes((3,)) * 9
    for _ in range(20):
        lived.link.command(wire.NARROW, payload, lived.now)
    lived.until(lambda: not lived.link.waiting)
    assert board.running


def test_a_port_that_is_not_there_is_said_once_and_costs_only_the_board(tmp_path: object) -> None:
    lived = Lived(f"{tmp_path}/nothing")
    lived.until(lived.heard("lost"))
    begun = lived.now
    lived.until(lambda: lived.now > begun + 1.5)
    assert len(lived.troubles) == 1
    assert f"no board at {tmp_path}/nothing: there is no such port" in lived.troubles[0]
    lived.body.close()


def test_closing_leaves_the_robot_at_rest(board: MicroPythonBoard, lived: Lived) -> None:
    lived.pose = {"head_pan": 0.8}
    lived.until(driven(board, "head_pan", 0.8))
    lived.body.close()
    rest = CAT.joints["head_tilt"].rest
    for now in RealClock(until=PATIENCE).ticks():
        if driven(board, "head_pan", 0.0)() and driven(board, "head_tilt", rest)():
            return
        assert now < PATIENCE - 1.0, "it never lay down"
