"""The sensors in a real MicroPython interpreter: a read allocates nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note

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
    def charges(self):
        return [60] * 12
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


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_a_minute_of_reads_with_a_hand_on_four_pads_allocates_nothing(tmp_path: Path) -> None:
    script = tmp_path / "reads.py"
    script.write_text(READS)
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join([str(BENCH), str(FIRMWARE)])},
        capture_output=True,
        text=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("0 True 6000 0 0", "")
