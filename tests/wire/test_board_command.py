"""`moggy board` on a simulated board at a real port."""

from __future__ import annotations

import grp
import os
import signal
import struct
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
import serial
from typer.testing import CliRunner, Result

from moggy import wire
from moggy.board_control import BoardControl
from moggy.commands.board_session import PortSession
from moggy.main import app
from moggy.messages import Trouble
from moggy.protocol import NO_ANSWER, LinkChange
from moggy.serial_port import way_out
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import WorldInputs
from tests.firmware.rig import CAT
from tests.processes import Program

PATIENCE = "120"
"""Seconds; only a bound for a machine that is very busy."""
HELD_S = 1.0
"""Seconds that a hand stays, fifty times what the touch chip's filter takes to show it in full."""


@pytest.fixture
def board() -> Iterator[MicroPythonBoard]:
    board = MicroPythonBoard(CAT)
    yield board
    board.close()


def asked(what: str, port: str, seconds: str = PATIENCE) -> Result:
    return CliRunner().invoke(app, ["board", what, "--port", port, "--seconds", seconds])


def test_status_says_who_the_board_is_and_that_it_is_well(board: MicroPythonBoard) -> None:
    said = asked("status", board.path)
    assert said.exit_code == 0, said.output
    started = "started  once, by power on or a dip of its supply"
    for words in ("firmware 0.1.0", started, 'as in "cat"'):
        assert words in said.stdout
    assert "state    limp" in said.stdout
    assert "fault" not in said.stdout


def test_a_fault_is_said_in_words_and_comes_back_until_its_cause_has_gone(
    board: MicroPythonBoard,
) -> None:
    board.feed(WorldInputs(volts=5.0))
    while asked("status", board.path).exit_code == 0:
        pass  # the gauge believes a low voltage after some seconds only
    assert asked("clear", board.path).exit_code == 1
    said = asked("status", board.path)
    assert said.exit_code == 1
    assert "state    fault" in said.stdout
    assert "the battery is empty, so every servo is limp: charge it" in said.stdout
    board.feed(WorldInputs())
    while (said := asked("clear", board.path)).exit_code:
        pass
    assert "fault" not in said.stdout


def test_a_stop_is_acknowledged_and_held_until_a_release(board: MicroPythonBoard) -> None:
    said = asked("stop", board.path)
    assert said.exit_code == 0, said.output
    assert said.stdout.startswith("stopped")
    assert "state    stopped" in asked("status", board.path).stdout
    board.feed(WorldInputs(stop=True))
    said = asked("release", board.path)
    assert said.exit_code == 1
    assert "the stop button is pressed" in said.stderr
    board.feed(WorldInputs())
    said = asked("release", board.path)
    assert said.exit_code == 0, said.output
    assert "state    limp" in said.stdout


def test_a_stop_that_no_servo_driver_acknowledges_says_so(board: MicroPythonBoard) -> None:
    board.feed(replace(WorldInputs(), faults=("servos_silent",)))
    while "state    stopping" not in asked("status", board.path).stdout:
        pass  # it looks at the servo board four times a second
    said = asked("stop", board.path, seconds="10")
    assert said.exit_code != 0
    assert str(said.exception) == (
        f"the board at {board.path} took the emergency stop, but a servo driver has not "
        "acknowledged it yet; the board goes on asking it. Servos may still have pulses: cut their "
        "power"
    )


def test_a_board_that_falls_silent_after_the_stop_says_so(board: MicroPythonBoard) -> None:
    """It is unplugged when it has taken the command."""
    board.feed(replace(WorldInputs(), faults=("servos_silent",)))
    real = PortSession.order

    def unplugged(self: PortSession, kind: int, name: str) -> str:
        result = real(self, kind, name)
        self.hear([LinkChange(0.0, False, NO_ANSWER)])
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PortSession, "order", unplugged)
        said = asked("stop", board.path, seconds="10")
    assert "took the emergency stop, and does not answer any more. Servos" in str(said.exception)


def test_a_stop_that_nobody_acknowledges_fails() -> None:
    master, slave = os.openpty()
    try:
        said = asked("stop", os.ttyname(slave), seconds="0.3")
    finally:
        os.close(master)
        os.close(slave)
    assert said.exit_code != 0
    assert "nobody answers as a board with the firmware of this version" in str(said.exception)


def test_a_board_with_another_version_of_the_wire_is_told_so() -> None:
    master, slave = os.openpty()
    tty.setraw(slave)
    answer = wire.frame(wire.IDENTITY, 0, struct.pack("<I", 0xDEADBEEF) + b"an older firmware")

    def answer_the_hello() -> None:
        os.read(master, 100)
        os.write(master, answer)

    threading.Thread(target=answer_the_hello, daemon=True).start()
    try:
        said = asked("status", os.ttyname(slave), seconds="1")
    finally:
        os.close(master)
        os.close(slave)
    assert "version deadbeef of the wire" in str(said.exception)


def test_a_board_of_another_body_is_said(board: MicroPythonBoard, home: Path) -> None:
    (home / "body").mkdir(parents=True)
    shipped = Path("actuators/body/cat.yaml").read_text(encoding="utf-8")
    (home / "body" / "other.yaml").write_text(shipped.replace("purr: 15", "purr: 14"))
    said = CliRunner().invoke(
        app, ["board", "status", "--port", board.path, "--body", "other", "--seconds", PATIENCE]
    )
    assert said.exit_code == 1
    assert 'built for another body than "other"' in said.stdout
    assert "moggy flash" in said.stdout


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    return tmp_path


def test_a_port_that_is_absent_or_taken_is_named_with_the_way_out(board: MicroPythonBoard) -> None:
    said = asked("status", "/dev/nothing")
    assert "no board at /dev/nothing: there is no such port" in str(said.exception)
    assert "plug the board in" in str(said.exception)
    with serial.Serial(board.path, exclusive=True):
        said = asked("stop", board.path)
    assert said.exit_code != 0
    assert f"no board at {board.path}: " in str(said.exception)
    assert f"(process {os.getpid()}) has it open; end that first" in str(said.exception)
    assert str(said.exception).endswith("The body may not have stopped: cut the servos' power")


class UsbPort(NamedTuple):
    """What pyserial says of a port, as far as it is asked."""

    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        ([], "no serial port on USB here: plug the board in"),
        ([UsbPort("/dev/ttyS0")], "no serial port on USB here: plug the board in"),
        (
            [UsbPort("/dev/ttyACM1", 0x2E8A), UsbPort("/dev/ttyACM0", 0x2E8A)],
            "several ports are here: /dev/ttyACM0, /dev/ttyACM1; name one with --port",
        ),
    ],
)
def test_without_a_port_the_only_one_on_usb_is_meant(
    ports: list[UsbPort], said: str, board: MicroPythonBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moggy.serial_port.comports", lambda: ports)
    answer = CliRunner().invoke(app, ["board", "stop", "--seconds", PATIENCE])
    assert said in str(answer.exception)
    monkeypatch.setattr(
        "moggy.serial_port.comports", lambda: [UsbPort("/dev/ttyS0"), UsbPort(board.path, 1)]
    )
    answer = CliRunner().invoke(app, ["board", "stop", "--seconds", PATIENCE])
    assert (answer.exit_code, answer.stdout[:8]) == (0, "stopped:")


def test_a_file_or_a_folder_is_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("")
    for path in (tmp_path, tmp_path / "port"):
        said = asked("status", str(path))
        assert f"no board at {path}: that is no serial port (ports here: " in str(said.exception)


def test_a_board_of_another_body_is_stopped_and_released_all_the_same(
    board: MicroPythonBoard, home: Path
) -> None:
    (home / "body").mkdir(parents=True)
    shipped = Path("actuators/body/cat.yaml").read_text(encoding="utf-8")
    (home / "body" / "other.yaml").write_text(shipped.replace("purr: 15", "purr: 14"))
    options = ["--port", board.path, "--body", "other", "--seconds", PATIENCE]
    for what in ("stop", "release", "clear"):
        said = CliRunner().invoke(app, ["board", what, *options])
        # On a busy machine the board may have been late.
        assert said.exit_code == 0 or "overrun" in said.stdout, said.output
    assert "limp (no servo has pulses until a pet sends a pose)" in said.stdout


def test_a_port_without_permission_says_which_group_and_the_command(tmp_path: Path) -> None:
    said = way_out(PermissionError(13, "Permission denied"), str(tmp_path / "gone"))
    assert "sudo usermod -aG dialout $USER" in said
    assert "log out and in again" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root can give a file to a group")
def test_the_group_is_that_of_the_port() -> None:
    master, slave = os.openpty()
    os.fchown(slave, -1, grp.getgrnam("games").gr_gid)
    os.fchmod(slave, 0o660)
    assert "-aG games" in way_out(PermissionError(13, "Permission denied"), os.ttyname(slave))
    os.close(slave)
    os.close(master)


def test_the_log_prints_events_until_ctrl_c(board: MicroPythonBoard) -> None:
    command = [sys.executable, "-m", "moggy", "board", "log", "--port", board.path]
    with Program(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "connected" in process.stdout.readline()
        assert "state limp" in process.stdout.readline()
        calm = WorldInputs()
        board.feed(replace(calm, pads=(*calm.pads[:6], 0.6, *calm.pads[7:])))
        line = process.stdout.readline()
        while "touched: back" not in line:
            assert line, "it ended"
            line = process.stdout.readline()
        time.sleep(HELD_S)
        board.feed(calm)
        while "no longer touched" not in line:
            assert line, "it ended"
            line = process.stdout.readline()
        assert "firmest: back 0.60" in line
        process.send_signal(signal.SIGINT)
        assert process.wait(float(PATIENCE)) == 0


def test_while_the_log_runs_the_board_is_stopped_released_and_cleared_through_it(
    board: MicroPythonBoard, home: Path
) -> None:
    command = [sys.executable, "-m", "moggy", "board", "log", "--port", board.path]
    with Program(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        while "state limp" not in process.stdout.readline():
            pass
        assert "state    limp" in asked("status", board.path).stdout
        said = asked("stop", board.path)
        assert said.exit_code == 0, said.output + str(said.exception)
        while "asked by another `moggy board`: stop" not in (line := process.stdout.readline()):
            assert line
        while "state stopped" not in (line := process.stdout.readline()):
            assert line
        board.feed(WorldInputs(stop=True))
        until(lambda: "stop button pressed" in asked("status", board.path).stdout)
        assert asked("release", board.path).exit_code == 1
        board.feed(WorldInputs())
        until(lambda: asked("release", board.path).exit_code == 0)
        assert asked("clear", board.path).exit_code in (0, 1)  # on a busy machine with `overrun`
        for words in (["flash"], ["board", "log"]):
            said = CliRunner().invoke(app, [*words, "--port", board.path])
            assert f"`moggy board log` (process {process.pid}) has " in str(said.exception)
        process.send_signal(signal.SIGINT)
        assert process.wait(float(PATIENCE)) == 0
    assert not list(home.glob("board-*.sock"))
    assert asked("stop", board.path).exit_code == 0


@contextmanager
def living(board: MicroPythonBoard, home: Path) -> Iterator[Program[str]]:
    """`moggy run` on a board, once every servo has its pulses."""
    command = [sys.executable, "-m", "moggy", "run", "--port", board.path, "--seed", "1"]
    with Program(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "MOGGY_HOME": str(home)},
    ) as pet:
        until(lambda: all(us > 0 for us in board.outputs().servos.values()))
        yield pet


def until(what: Callable[[], bool]) -> None:
    give_up = time.monotonic() + float(PATIENCE)
    while not what():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_the_board_of_a_living_pet_is_asked_stopped_and_released(
    board: MicroPythonBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(home := tmp_path / "home"))
    with living(board, home) as pet:
        (socket,) = home.glob("board-*.sock")
        assert socket.stat().st_mode & 0o777 == 0o600
        said = asked("status", board.path)  # on a busy machine with the fault `overrun`
        assert f"at {board.path}" in said.stdout, said.output
        assert "state    running" in said.stdout
        said = asked("stop", board.path)
        assert said.exit_code == 0, said.output
        assert not any(board.outputs().servos.values())
        assert "state    stopped" in asked("status", "").stdout  # the only pet's, by no name
        board.feed(WorldInputs(stop=True))
        until(lambda: "stop button pressed" in asked("status", board.path).stdout)
        said = asked("release", board.path)
        assert said.exit_code == 1
        assert "the stop button is pressed" in said.stderr
        board.feed(WorldInputs())
        until(lambda: asked("release", board.path).exit_code == 0)
        until(lambda: all(us > 0 for us in board.outputs().servos.values()))
        said = CliRunner().invoke(app, ["board", "log", "--port", board.path])
        assert f"the pet (process {pet.pid}) has the board" in str(said.exception)
        pet.send_signal(signal.SIGINT)
        assert pet.wait(float(PATIENCE)) == 0
    assert not list(home.glob("board-*.sock"))
    assert "state" in asked("status", board.path).stdout


def test_faults_of_a_living_pets_board_are_cleared(
    board: MicroPythonBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(home := tmp_path / "home"))
    with living(board, home):
        board.feed(WorldInputs(volts=5.0))
        empty = "the battery is empty"
        until(lambda: empty in asked("status", board.path).stdout)
        said = asked("clear", board.path)
        assert said.exit_code == 1
        assert empty in said.stdout
        board.feed(WorldInputs())
        until(lambda: empty not in asked("clear", board.path).stdout)


def test_a_killed_pet_leaves_a_board_that_is_asked_itself(
    board: MicroPythonBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(home := tmp_path / "home"))
    with living(board, home) as pet:
        pet.kill()
        pet.wait()
        assert list(home.glob("board-*.sock"))
        said = asked("stop", board.path)
        assert said.exit_code == 0, said.output
        assert not any(board.outputs().servos.values())
    assert not list(home.glob("board-*.sock"))


def test_a_hung_pet_is_named_and_to_be_ended(
    board: MicroPythonBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(home := tmp_path / "home"))
    with living(board, home) as pet:
        pet.send_signal(signal.SIGSTOP)
        said = asked("stop", board.path)
        assert f"(process {pet.pid}, suspended: `kill -CONT {pet.pid}` lets" in str(said.exception)
        assert str(said.exception).endswith("The body may not have stopped: cut the servos' power")


def test_without_room_for_its_socket_the_pet_says_so_and_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").write_text("no folder")
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "home"))
    control = BoardControl(dict)
    (said,) = control.poll(0.0)
    assert isinstance(said, Trouble)
    assert str(tmp_path / "home") in said.message
    assert control.poll(0.02) == []
    control.close()


def test_a_stop_reaches_a_board_that_does_not_answer_for_a_while(
    board: MicroPythonBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(home := tmp_path / "home"))
    assert board._process is not None
    with living(board, home):
        board._process.send_signal(signal.SIGSTOP)
        try:
            until(lambda: asked("status", board.path, "0.5").exit_code != 0)  # the pet has lost it
            said = asked("stop", board.path, "0.5")
        finally:
            board._process.send_signal(signal.SIGCONT)
        assert "has the emergency stop" in str(said.exception)
        assert "cut their power" in str(said.exception)
        until(lambda: not any(board.outputs().servos.values()))
        until(lambda: "state    stopped" in asked("status", board.path).stdout)
        until(lambda: asked("release", board.path).exit_code == 0)


def test_of_two_pets_one_is_to_be_named_and_a_hung_one_is_no_other(
    board: MicroPythonBoard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(home := tmp_path / "home"))
    other = MicroPythonBoard(CAT)
    try:
        with living(board, home) as pet, living(other, home) as second:
            said = str(asked("stop", "").exception)
            for place in (f"{board.path} (of the pet (process {pet.pid}))", other.path):
                assert place in said
            pet.send_signal(signal.SIGSTOP)
            said = str(asked("stop", "").exception)
            assert f"one of the pet (process {pet.pid}), which does not answer" in said
            # On a busy machine its pet may be silent for a moment, and the board at rest.
            until(lambda: any(other.outputs().servos.values()))
            assert asked("stop", other.path).exit_code == 0
            assert not any(other.outputs().servos.values())
            pet.send_signal(signal.SIGCONT)
            assert second.poll() is None
    finally:
        other.close()
