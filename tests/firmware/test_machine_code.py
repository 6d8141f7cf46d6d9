"""What the compiler of MicroPython turns into machine code gives the same numbers as under CPython,
and the steady path of the wire allocates nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from moggy.sim.board.interpreter import FIRMWARE, interpreter, note

SEEDED = """
state = 20260
def random(below):
    global state
    state = (state * 1103515245 + 12345) & 0x3FFFFFFF
    return (state >> 8) % below
"""
JOINTS = (
    SEEDED
    + """
from joint import Joint, hold, move, table
states = table(3)
for n in range(60):
    low = random(18000) - 9000
    joint = Joint(states, n % 3)
    joint.build(low, low + 1 + random(9000), low, 1 + random(60000), 1 + random(900000), 0, 0)
    for _ in range(30):
        order = random(10)
        if order == 0:
            hold(states, joint._at)
        elif order == 1:
            states[joint._at + 11] = random(40)
        elif order == 2:
            joint.narrow(random(18000) - 9000, random(18000) - 9000, random(60000))
        else:
            joint.aim(random(65536) - 32768, 1 + random(12))
        for _ in range(1 + random(20)):
            if not states[joint._at + 12]:
                move(states, joint._at)
        print(joint.angle, list(states))
"""
)
FRAMES = (
    SEEDED
    + """
import wire
frames = wire.Frames()
for n in range(400):
    payload = bytes([random(256) if random(3) else 0 for _ in range(random(300))])
    data = bytearray(wire.frame(1 + random(100), random(256), payload))
    print(bytes(data))
    for _ in range(random(3)):
        data[random(len(data))] ^= 1 << random(8)
    if random(20) == 0:
        data = bytearray(bytes([1 + random(255)]) * 700 + bytes(data))
    cut = random(len(data))
    print(frames.feed(bytes(data[:cut])), frames.feed(bytes(data[cut:])), frames.errors)
"""
)
PORT = """
import gc, struct, micropython
import wire
from port import Port

class Line:
    data = b""
    def any(self):
        return len(self.data)
    def readinto(self, buffer, longest):
        return wire.copy(self.data, len(self.data), buffer, 0)
    def write(self, buffer, start, count):
        return count

def take(kind, payload, now):
    global taken
    taken += payload[0]
    return 0

def begin():
    pass

taken = 0
line = Line()
port = Port(line, bytes(13), b"board")
line.data = wire.frame(wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, 7))
port.receive(take, begin, 5)
touch = bytes(16)
line.data = wire.frame(wire.SETPOINT, 7, bytes([1]) * 40) + wire.frame(wire.PING, 0, bytes(4))
for locked in (False, True):
    if locked:
        micropython.heap_lock()
    for now in range(9):
        port.receive(take, begin, now)
        port.stream(wire.TOUCH, touch)
        port.flush(10)
    if locked:
        micropython.heap_unlock()
print(taken)
"""

needs_interpreter = pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")


def printed(script: str, folder: Path, command: list[str], path: str) -> str:
    """What a script prints under an interpreter."""
    file = folder / "script.py"
    file.write_text(script)
    done = subprocess.run(
        [*command, str(file)], env={path: str(FIRMWARE)}, capture_output=True, text=True, check=True
    )
    return done.stdout


@needs_interpreter
@pytest.mark.parametrize("script", [JOINTS, FRAMES], ids=["joints", "frames"])
def test_both_interpreters_compute_the_same(script: str, tmp_path: Path) -> None:
    command = interpreter()
    assert command is not None
    here = printed(script, tmp_path, [sys.executable], "PYTHONPATH")
    assert here.count("\n") > 500
    assert printed(script, tmp_path, command, "MICROPYPATH") == here


@needs_interpreter
def test_the_port_allocates_nothing_while_setpoints_come_and_touches_go(tmp_path: Path) -> None:
    command = interpreter()
    assert command is not None
    assert printed(PORT, tmp_path, command, "MICROPYPATH") == "18\n"
