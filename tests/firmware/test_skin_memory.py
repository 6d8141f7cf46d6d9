"""The sensors in a real MicroPython interpreter: a read allocates nothing, and ghosts and hands are
told from each other as in CPython."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note
from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

READS = """
from array import array
import micropython
from i2c_bus import Bus
from imu import MotionSensor
from skin import Skin

ROWS = [array("H", [700 + (pad * 7 + row * 5) % 5 for pad in range(12)]) for row in range(40)]
for row in range(20, 40):  # a hand on four pads, which moves
    for pad in range(4):
        ROWS[row][pad] -= 90 + row


class Chip:
    def __init__(self):
        self.at = 0
    def set_up(self):
        pass
    def sound(self):
        return True
    def charge(self, electrode):
        return 60
    def read_into(self, counts):
        row = ROWS[self.at // 20 % 40]
        self.at += 1
        for pad in range(12):
            counts[pad] = row[pad]


class Wire:
    def __init__(self):
        self.at = 0
    def readfrom_mem_into(self, address, register, buffer):
        self.at += 1
        for index in range(len(buffer)):
            buffer[index] = SETTINGS[index] if register == 0x10 else self.at * 7 + index & 255

SETTINGS = b"\x4c\x48\x44"

bus = Bus(4, 5)
imu = MotionSensor(bus)
skin = Skin(bus, tuple(range(12)), 0)
skin._chip = Chip()
for now in range(0, 300, 10):
    skin.read(now)
    imu.read(now)
imu._chip._i2c = Wire()
touched = moved = 0
micropython.heap_lock()
for now in range(300, 60300, 10):
    skin.read(now)
    moved += imu.read(now)
    touched |= skin.pressures[0]
left = micropython.heap_unlock()
print(left, touched > 0, moved, skin.losses, imu.losses)
"""


GHOSTS = """
class Ghosts:
    # Noise on all pads; ghosts on 0 to 5, noise comes with those of 3 to 5; hands on 6 to 8.
    def __init__(self):
        self.at = 0
        self.seed = 7
    def set_up(self):
        pass
    def sound(self):
        return True
    def charge(self, electrode):
        return 60
    def random(self, size):
        self.seed = (self.seed * 1103 + 12345) & 0x7FFFF
        return (self.seed >> 8) % size
    def read_into(self, counts):
        self.at += 1
        breath = abs(self.at % 400 - 200)
        for pad in range(12):
            count = 700 + self.random(3)
            if self.at > 3000 and pad < 9:
                count -= 12 + 16 * (pad % 3)
                if 3 <= pad < 6:
                    count += self.random(5) - 2
                elif pad >= 6:
                    count -= breath * (12 + 16 * (pad % 3)) // 1000
            counts[pad] = count


def live(skin, lock, unlock):
    skin._chip = Ghosts()
    for now in range(0, 1000, 10):
        skin.read(now)
    lock()
    for now in range(1000, 160000, 10):
        skin.read(now)
    unlock()
    return "%x %s" % (skin.stuck(), " ".join([str(still) for still in skin._still]))
"""
IN_MICROPYTHON = """
import micropython
from i2c_bus import Bus
from skin import Skin
skin = Skin(Bus(4, 5), tuple(range(12)), 0)
print(live(skin, micropython.heap_lock, micropython.heap_unlock))
"""


def printed(script: Path, text: str) -> tuple[str, str]:
    """What a script prints in the interpreter."""
    script.write_text(text)
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join([str(BENCH), str(FIRMWARE)])},
        capture_output=True,
        text=True,
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_a_minute_of_reads_with_a_hand_on_four_pads_allocates_nothing(tmp_path: Path) -> None:
    assert printed(tmp_path / "reads.py", READS) == ("0 True 6000 0 0", "")


def in_this_process() -> str:
    board = LockStepBoard(CAT)
    skin = board.module("skin").Skin(board.module("i2c_bus").Bus(4, 5), tuple(range(12)), 0)
    names: dict[str, Any] = {}
    exec(GHOSTS, names)
    return str(names["live"](skin, int, int))


def test_ghosts_are_named_and_hands_are_kept_in_counts_of_chance() -> None:
    assert in_this_process().startswith("3f ")


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_so_they_are_in_the_interpreter_without_memory(tmp_path: Path) -> None:
    assert printed(tmp_path / "ghosts.py", GHOSTS + IN_MICROPYTHON) == (in_this_process(), "")
