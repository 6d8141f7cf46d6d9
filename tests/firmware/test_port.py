"""The board's end of the wire: frames of a wrong length, and a host that does not read."""

from __future__ import annotations

import os
import struct
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from moggy import wire
from moggy.protocol import Protocol
from moggy.sim.board.interpreter import FIRMWARE, interpreter, note
from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT, Brain

needs_interpreter = pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
OF_THE_BRAIN = [
    (row[0], payload)
    for row in wire.SCHEMA
    for payload in (b"", b"\x01", b"\x01" * 3, b"\x01" * 5, b"\x01" * 11)
    if row[0] < wire.TOUCHED and not wire.fits(row[0], len(payload))
]


@pytest.mark.parametrize(("kind", "payload"), OF_THE_BRAIN)
def test_a_frame_of_a_wrong_length_is_counted_and_changes_nothing(
    kind: int, payload: bytes
) -> None:
    brain = Brain().awake()
    port = brain.board._board._port
    before = port.errors(), brain.status
    brain.board.line.write(wire.frame(kind, 1, payload))
    brain.live(0.1, head_pan=0.0)
    assert (port.errors(), brain.status) == (before[0] + 1, before[1])
    assert brain.asked(wire.CLEAR) == "done"


@pytest.mark.parametrize("row", wire.SCHEMA, ids=lambda row: str(row[1]))
def test_the_brain_survives_frames_of_any_length(row: tuple[int, str, str, str]) -> None:
    protocol = Protocol(nonce=7)
    protocol.begin(0.0)
    protocol.outgoing(0.0)
    who = struct.pack("<IIHHBBBBB", wire.SCHEMA_HASH, 1, 8, 1, 0, 1, 0, 1, 1) + b"board joint"
    protocol.receive(wire.frame(wire.IDENTITY, 0, who), 0.0)
    assert protocol.identity is not None
    for length in range(40):
        protocol.receive(wire.frame(row[0], 0, bytes(length)), 0.1)


def test_a_ping_is_answered_in_the_middle_of_two_ticks_or_in_the_next() -> None:
    board = LockStepBoard(CAT)
    main, frames, pongs = board.module("main"), wire.Frames(), []

    def sleep_ms(ms: int) -> None:
        for kind, _, payload in frames.feed(board.line.read()):
            if kind == wire.PONG:
                pongs.append((board._ms, *struct.unpack("<II", payload)))
        if board._ms == 0:
            board.line.write(wire.frame(wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, 7)))
        elif board._ms >= 10:
            board.line.write(wire.frame(wire.PING, 0, struct.pack("<I", board._ms)))
        if board._ms > 50:
            raise TimeoutError
        board._ms += ms

    main.sleep_ms, main.line = sleep_ms, lambda: board.module("machine").UART(0)
    with pytest.raises(TimeoutError):
        main.run()
    assert pongs == [(at + 5, at, at + 5) for at in range(10, 55, 5)]


class FullLine:
    """A line that takes nothing while `full`."""

    def __init__(self, line: Any) -> None:
        self.any, self.readinto, self._write = line.any, line.readinto, line.write
        self.full = False

    def write(self, data: bytearray, start: int, count: int) -> int | None:
        return None if self.full else self._write(data, start, count)


def test_for_a_host_that_does_not_read_a_bounded_number_of_bytes_waits() -> None:
    brain = Brain().awake()
    port = brain.board._board._port
    port._uart = line = FullLine(port._uart)
    line.full = True
    for n in range(600):
        brain.rig.touch(chin=0.3 + 0.4 * (n % 2))
        brain.board.advance(brain.now + n / 100)
        assert port._end - port._start <= 640
    assert port.dropped > 100
    line.full = False
    brain.now += 6.0
    assert brain.live(3.0, head_pan=0.0)
    assert brain.link.identity is not None


def test_an_event_is_told_again_every_60_ms_until_the_session_has_ceased_to_live() -> None:
    brain = Brain().awake()
    frames, told = wire.Frames(), []
    brain.rig.touch(chin=0.8)
    for n in range(400):
        brain.now = round(brain.now + 0.01, 6)
        brain.board.advance(brain.now)
        heard = frames.feed(brain.board.line.read())
        told += [10 * n for kind, _, _ in heard if kind == wire.TOUCHED]
    assert {later - before for before, later in pairwise(told)} == {60}
    assert 1000 < told[-1] - told[0] < 2100


class HeldBytes:
    """A line whose bytes are put into it and taken from it by hand."""

    def __init__(self) -> None:
        self.come, self.gone = b"", b""

    def any(self) -> int:
        return len(self.come)

    def readinto(self, buffer: bytearray, longest: int) -> int:
        data, self.come = self.come[:longest], self.come[longest:]
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytearray, start: int, count: int) -> int:
        self.gone += data[start : start + count]
        return count


@pytest.mark.parametrize("joints", [0, 17, 47])
def test_a_setpoint_of_as_many_joints_as_the_body_has_is_taken(joints: int) -> None:
    line, taken = HeldBytes(), list[bytes]()
    who = bytes(10) + bytes((joints,))
    port = LockStepBoard(CAT).module("port").Port(line, who, b"")
    sent = bytes(12) + b"\x12\x34" * joints
    for frame in (hello(7), wire.frame(wire.SETPOINT, 7, sent)):
        line.come = frame
        while line.come:
            port.receive(lambda kind, payload, now: taken.append(bytes(payload)), lambda: None, 0)
    assert taken == [sent]
    assert port.errors() == 0


class UsbLine:
    """A line that promises more than came, as USB does, and gives None where nothing came."""

    def __init__(self, line: Any) -> None:
        self._line, self.write = line, line.write

    def any(self) -> int:
        return 256

    def readinto(self, buffer: bytearray, longest: int) -> int | None:
        assert longest <= len(buffer)
        count = min(self._line.any(), longest)
        return self._line.readinto(buffer, count) if count else None


def test_a_read_that_gives_nothing_adds_nothing_and_none_is_larger_than_its_buffer() -> None:
    brain = Brain().awake()
    port = brain.board._board._port
    port._uart = UsbLine(port._uart)
    errors = port.errors()
    assert brain.live(0.5, head_pan=0.0)
    brain.board.line.write(wire.frame(wire.PING, 0, bytes(4)) * 30)
    assert brain.live(0.5, head_pan=0.0)
    assert brain.status[0] == "running"
    assert port.errors() == errors


@needs_interpreter
def test_on_usb_a_write_to_a_host_that_does_not_read_returns_at_once(tmp_path: Path) -> None:
    script = tmp_path / "talk.py"
    script.write_text(
        "from usb import Usb\n"
        "port, text = Usb(), bytearray(512)\n"
        "while port.write(text, 0, 512):\n"
        "    pass\n"
    )
    command = interpreter()
    assert command is not None
    reading, writing = os.pipe()
    try:
        subprocess.run(
            [*command, str(script)],
            env={"MICROPYPATH": str(FIRMWARE)},
            stdin=subprocess.DEVNULL,
            stdout=writing,
            timeout=60,
            check=True,
        )
    finally:
        os.close(reading)
        os.close(writing)


def hello(nonce: int) -> bytes:
    return wire.frame(wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, nonce))


def test_a_hello_of_an_earlier_session_does_not_take_a_living_one() -> None:
    brain = Brain().awake()
    port, protocol = brain.board._board._port, brain.link.protocol
    old = protocol._nonce
    for _ in range(15):
        protocol.begin(brain.now)
        brain.live(1.0)
        assert port._nonce == protocol._nonce
    now = port._nonce
    assert now >= old + 15, "numbers whose hello has a Ctrl-C in it are left out"
    for _ in range(10):
        brain.board.line.write(hello(old))
        brain.live(0.1, head_pan=0.8)
    assert port._nonce == now
    assert brain.status[0] == "running"
    protocol.begin(brain.now)
    brain.live(1.0)
    assert port._nonce == protocol._nonce != now
    brain.board.line.write(hello(old))
    brain.live(0.02)
    assert port._nonce == old, "one before the last sixteen is not remembered"


def test_a_number_of_before_is_taken_once_the_brain_has_been_silent_for_two_seconds() -> None:
    brain = Brain().awake()
    old = brain.link.protocol._nonce
    brain.link.protocol.begin(brain.now)
    brain.live(1.0)
    line, board, port = brain.board.line, brain.board, brain.board._board._port
    for wait, taken in ((1.4, False), (0.7, True)):
        brain.now = round(brain.now + wait, 2)
        board.advance(brain.now)
        line.write(hello(old))
        brain.now = round(brain.now + 0.02, 2)
        board.advance(brain.now)
        assert (port._nonce == old) == taken


@needs_interpreter
def test_an_old_hello_is_refused_in_micropython_too(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(OLD_HELLO)
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, "script.py"],
        cwd=tmp_path,
        env={"MICROPYPATH": str(FIRMWARE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("[5, 6, 6, 5]", "")


OLD_HELLO = """
import struct
import wire
from port import Port


class Line:
    data = b""
    def any(self):
        return len(self.data)
    def readinto(self, buffer, longest):
        data, self.data = self.data, b""
        buffer[:len(data)] = data
        return len(data)
    def write(self, buffer, start, count):
        return count


line, said = Line(), []
port = Port(line, bytes(20), b"board")
for kind, number, wait in ((1, 5, 0), (1, 6, 0), (4, 0, 0), (1, 5, 7), (1, 5, 1)):
    for _ in range(wait):
        port.age()
    payload = struct.pack("<IH", wire.SCHEMA_HASH, number) if kind == 1 else bytes(4)
    line.data = wire.frame(kind, 0, payload)
    port.receive(lambda kind, payload, now: 0, lambda: None, 0)
    if kind == 1:
        said.append(port._nonce)
print(said)
"""
