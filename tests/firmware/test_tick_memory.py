"""The board's whole tick in a real MicroPython interpreter: in the steady state it allocates
nothing, so there is no garbage to collect."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from moggy.board_files import board_files, for_board, write
from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note, write_config

from .rig import CAT

TICKS = """
import gc
import struct
import clock
import micropython
import machine
import main
import mode
import wire
from body_config import JOINTS

COUNT = len(JOINTS)
HELLO = wire.frame(wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, 7))


def setpoint(number, sent_ms, swing):
    head = struct.pack("<HHHBBBB", number, sent_ms & 65535, 300, 40, 128, 100, 25)
    angles = [32768 + row[5] + (swing if row[3] + 200 < row[5] < row[4] - 900 else 0)
              for row in JOINTS]
    return wire.frame(wire.SETPOINT, 7, head + struct.pack("<%dH" % COUNT, *angles))


def frames(first):
    # The setpoints of half a second.
    return [setpoint(n + 1, now + 20 * (n - first), abs(n % 100 - 50) * 12)
            for n in range(first, first + 25)]


ACKS = [wire.frame(wire.ACK, 0, bytes((seq, 0, 7))) for seq in range(1, 12)]


class Line:
    def __init__(self):
        self.waiting = HELLO
        self.sent = 0
    def any(self):
        return len(self.waiting)
    def readinto(self, buffer, longest):
        data = self.waiting
        for index in range(len(data)):
            buffer[index] = data[index]
        self.waiting = b""
        return len(data)
    def write(self, buffer, start, count):
        self.sent += count
        return count


@micropython.viper
def copy(source: ptr8, start: int, count: int, target: ptr8):
    for index in range(count):
        target[index] = source[start + index]


class Bus:
    # The chips' registers, copied byte by byte: slices would allocate.
    def readfrom_mem_into(self, address, register, buffer):
        count = 24 if register == 4 else len(buffer)  # the touch counts are 12 of 16 bits
        registers = machine.bench.chips[address].registers
        if register == 0x22:
            registers[0x28] ^= 1  # an accelerometer's noise
        copy(registers, register, count, buffer)
    def writeto_mem(self, address, register, data):
        registers = machine.bench.chips[address].registers
        for index in range(len(data)):
            registers[register + index] = data[index]


CLOCK = clock.channel
CLOCK.stepped = True
line = Line()
board = main.build(line)
board.tick(10)
now, sent = 10, 0
def live(swings):
    # Half a second; gives in how many ticks something moved.
    global now
    moved = 0
    for n in range(50):
        now += 10
        CLOCK.now = now
        if n & 1:
            line.waiting = swings[n // 2]
        if n & 2:
            board.listen(now - 5)
        board.tick(now)
        moved += not board._limbs.still
    return moved


for half in range(12):
    if half == 4:
        machine.bench.skin.feel([400] * 4 + [0] * 8, (0,) * 12)
    for ack in ACKS:
        now += 10
        line.waiting = ack
        board.tick(now)
    live(frames(25 * half))
assert board._mode.state == mode.RUNNING, board._mode.state
bus, real = Bus(), board._imu._chip._i2c


def use(bus):
    for servos in board._limbs._servos:
        if hasattr(servos, "_i2c"):
            servos._i2c = bus
    board._skin._chip._i2c = board._imu._chip._i2c = bus


use(bus)
before = line.sent
moved = 0
for half in range(12, 32):
    swings = frames(25 * half)
    gc.collect()
    micropython.heap_lock()
    moved += live(swings)
    left = micropython.heap_unlock()
line.waiting = wire.frame(wire.PING, 0, bytes(4))
quiet = [b""] * 25
use(real)
for half in range(40):  # the brain is gone: hold, rest, limp
    live(quiet)
assert board._mode.state == mode.LIMP, (board._mode.state, board.all_faults(), board._limbs.off)
assert board._port._events.waiting
use(bus)
gc.collect()
micropython.heap_lock()
for half in range(4):
    live(quiet)
left += micropython.heap_unlock()
print(left, moved > 900, line.sent > before + 5000, board._port.errors(), board.all_faults())
"""


GAUGE = """
import machine
import micropython
import restart

restart.chip = lambda: "RP2040"
from battery import BatteryGauge

gauge = BatteryGauge(26, 22, 8400, 6800, 6400, 3000)
machine.bench.adc[26] = 6500 * 65535 // 9900
gauge.read()
micropython.heap_lock()
for second in range(100):
    gauge.read()
left = micropython.heap_unlock()
machine.bench.floating.add(26)
gauge.read()
print(left, gauge.mv, gauge.low, gauge.wired, machine.bench.core.pulled(26))
"""


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_a_low_battery_that_is_looked_at_twice_allocates_nothing(tmp_path: Path) -> None:
    script = tmp_path / "gauge.py"
    script.write_text(GAUGE)
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join([str(BENCH), str(FIRMWARE)])},
        capture_output=True,
        text=True,
    )
    assert (done.stdout.split(), done.stderr) == (["0", "0", "True", "False", "False"], "")


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
@pytest.mark.parametrize("compiled", [False, True], ids=["sources", "compiled"])
def test_ten_seconds_of_movement_and_a_hand_allocate_nothing(
    compiled: bool, tmp_path: Path
) -> None:
    script, text, firmware = tmp_path / "ticks.py", TICKS, FIRMWARE
    if compiled:
        firmware = tmp_path / "flash"
        write(board_files(CAT, arch="x64", transport="uart", quiet_ms=0), firmware)
        text = for_board("ticks", TICKS).replace("import main\n", "import firmware as main\n")
    else:
        write_config(CAT, tmp_path, 0)
    script.write_text(text)
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join([str(BENCH), str(firmware), str(tmp_path)])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.stdout.strip(), done.stderr) == ("0 True True 0 0", "")
