"""The accelerometer and gyroscope: an LSM6DS3 or an MPU6050, whichever answers. Both give milli-g
and milliradians per second. Registers and scales are those of the chips' data sheets."""

import sys
from array import array

from machine import I2C
from micropython import const

from i2c_bus import TIMED_OUT, Bus, Watched
from reflexes import is_light

if sys.implementation.name != "micropython":
    from wire import micropython, ptr8, ptr16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

_LSM6DS3_NAMES = b"\x69\x6a\x6c"
"""What WHO_AM_I gives: LSM6DS3, LSM6DS3TR-C, LSM6DSO."""
_MPU6050_NAMES = b"\x68\x70\x71\x72\x73\x98"
"""What WHO_AM_I gives: MPU6050; MPU6500, MPU9250, MPU6052C, MPU9255, and a clone, which have the
same registers for what is used here."""
_SILENCE = bytes(12)
"""What an LSM6DS3 gives that measures nothing."""
_SILENCE_WITH_TEMPERATURE = bytes(14)
"""What an MPU6050 gives that measures nothing."""
_SAME_READS = const(100)
"""Readings in a row (2 s) without a change in any bit after which the chip is stuck. The noise of
one that works is more than a count (data sheets: LSM6DS3 110 µg/√Hz at ±8 g, which is 0.8 mg or 3
counts in 52 Hz; MPU6050 400 µg/√Hz), so a hundred equal samples do not happen."""


@micropython.viper
def scale(raw: ptr8, at: int, low: int, felt: ptr16, to: int, times: int, by: int) -> int:
    """Put three readings of 16 bits, of which byte `low` (0 or 1) is the lower, from `at` on into
    `felt` from `to` on, times `times` by `by`, rounded."""
    for axis in range(to, to + 3):
        value = int(raw[at + low]) | int(raw[at + 1 - low]) << 8
        value = ((value + 32768) & 65535) - 32768
        felt[axis] = (value * times + by // 2) // by
        at += 2
    return 0


@micropython.viper
def changed(felt: ptr16, said: ptr16, least: int) -> int:
    """How many of the six axes differ by more than `least`."""
    found = 0
    for axis in range(6):
        # Shorts come without their sign.
        more = ((int(felt[axis]) - int(said[axis]) + 32768) & 65535) - 32768
        if more > least or more + least < 0:
            found += 1
    return found


@micropython.viper
def put_shorts(numbers: ptr16, count: int, out: ptr8, at: int) -> int:
    """Write `count` numbers of 16 bits into `out` from `at` on; returns where they end."""
    for index in range(count):
        number = int(numbers[index])
        out[at] = number & 255
        out[at + 1] = (number >> 8) & 255
        at += 2
    return at


class LSM6DS3:
    """±8 g at 0.244 mg a count, ±1000 °/s at 35 m°/s a count, 104 samples a second."""

    def __init__(self, i2c: I2C, address: int) -> None:
        """Set it up. Raises OSError when it does not answer."""
        self._i2c = i2c
        self._address = address
        self._raw = bytearray(12)
        self.seen = bytearray(12)
        """The reading that was last taken, as the chip gave it."""
        self._settings = bytearray(3)
        i2c.writeto_mem(address, 0x12, b"\x44")  # whole samples only, addresses count up
        i2c.writeto_mem(address, 0x10, b"\x4c")  # accelerometer: 104 Hz, ±8 g
        i2c.writeto_mem(address, 0x11, b"\x48")  # gyroscope: 104 Hz, ±1000 °/s

    def sound(self) -> bool:
        """Whether it still has its configuration. Raises OSError when it does not answer."""
        self._i2c.readfrom_mem_into(self._address, 0x10, self._settings)
        return self._settings == b"\x4c\x48\x44"

    def read_into(self, felt: "array[int]") -> bool:
        """Fill `felt` with x, y, z in mg, then x, y, z in mrad/s; returns whether anything changed.
        Raises OSError when the chip does not answer."""
        raw = self._raw
        self._i2c.readfrom_mem_into(self._address, 0x22, raw)
        if raw == self.seen:
            return False
        if raw == _SILENCE and not self.sound():
            raise OSError("the accelerometer was reset")
        self._raw, self.seen = self.seen, raw
        scale(raw, 6, 0, felt, 0, 244, 1000)
        scale(raw, 0, 0, felt, 3, 611, 1000)
        return True


class MPU6050:
    """±8 g at 1/4096 g a count, ±1000 °/s at 1/32.8 °/s a count."""

    def __init__(self, i2c: I2C, address: int) -> None:
        """Set it up. Raises OSError when it does not answer."""
        self._i2c = i2c
        self._address = address
        self._raw = bytearray(14)
        self.seen = bytearray(14)
        """The reading that was last taken, as the chip gave it."""
        self._settings = bytearray(3)
        self._power = bytearray(1)
        i2c.writeto_mem(address, 0x6B, b"\x01")  # awake, clocked by the gyroscope
        i2c.writeto_mem(address, 0x1A, b"\x03")  # low pass at 42 Hz
        i2c.writeto_mem(address, 0x1B, b"\x10")  # gyroscope: ±1000 °/s
        i2c.writeto_mem(address, 0x1C, b"\x10")  # accelerometer: ±8 g

    def sound(self) -> bool:
        """Whether it still has its configuration. Raises OSError when it does not answer."""
        self._i2c.readfrom_mem_into(self._address, 0x6B, self._power)
        self._i2c.readfrom_mem_into(self._address, 0x1A, self._settings)
        return self._power == b"\x01" and self._settings == b"\x03\x10\x10"

    def read_into(self, felt: "array[int]") -> bool:
        """Fill `felt` with x, y, z in mg, then x, y, z in mrad/s; returns whether anything changed.
        Raises OSError when the chip does not answer."""
        raw = self._raw
        self._i2c.readfrom_mem_into(self._address, 0x3B, raw)
        if raw == self.seen:
            return False
        if raw == _SILENCE_WITH_TEMPERATURE and not self.sound():
            raise OSError("the accelerometer was reset")
        self._raw, self.seen = self.seen, raw
        scale(raw, 0, 1, felt, 0, 1000, 4096)
        scale(raw, 8, 1, felt, 3, 532, 1000)
        return True


def find(i2c: I2C) -> "LSM6DS3 | MPU6050":
    """The chip that is on the bus, set up. Raises OSError if there is none. Each address is asked
    once, and none after one that had to be given up: something holds the bus, and `scan` would wait
    112 times."""
    for address in b"\x6a\x6b\x68\x69":
        lsm = address >= 0x6A
        try:
            name = i2c.readfrom_mem(address, 0x0F if lsm else 0x75, 1)
        except OSError as error:
            if error.errno in TIMED_OUT:
                raise
            continue
        if name in (_LSM6DS3_NAMES if lsm else _MPU6050_NAMES):
            return LSM6DS3(i2c, address) if lsm else MPU6050(i2c, address)
    raise OSError("no LSM6DS3 and no MPU6050 on the bus")


class MotionSensor(Watched):
    """The accelerometer of this body. `felt` has x, y, z in mg, then x, y, z in mrad/s; before the
    first reading, and while the chip is lost, those of a body that lies still.

    A chip that is stuck, or falls for longer than anything does, counts as lost until it has been
    set up anew and gives another reading, with weight."""

    def __init__(self, bus: Bus, fitted: bool = True) -> None:
        """`fitted`: whether the body has one; else it is never looked for, and nothing moves."""
        Watched.__init__(self, bus)
        self.fitted = fitted
        self._chip: LSM6DS3 | MPU6050 | None = None
        self._changed = False
        self._same = 0
        """Readings in a row without any change."""
        self._doubted: bytes | None = None
        """What the chip gave when it was no longer believed; None while it is."""
        self.felt = array("h", (0, 0, 1000, 0, 0, 0))

    def read(self, now: "Ms") -> bool:
        """Take a reading; returns whether it differs from the one before."""
        return self.fitted and self.attend(now) and self._changed

    def distrust(self, now: "Ms") -> None:
        """Take the chip for lost, since it gives what cannot be."""
        if self.answers and self._chip is not None:
            self._doubted = bytes(self._chip.seen)
            self._give_up(now)

    def _read(self) -> None:
        chip = self._chip
        if chip is None:
            return
        self._changed = chip.read_into(self.felt)
        if self._changed:
            self._same = 0
            return
        self._same += 1
        if self._same >= _SAME_READS:
            self._doubted = bytes(chip.seen)
            raise OSError("stuck")

    def _sound(self) -> bool:
        return self._doubted is None and self._chip is not None and self._chip.sound()

    def _set_up(self) -> None:
        self._chip = find(self._bus.i2c)
        self._same = 0
        if self._doubted is not None:
            felt = array("h", self.felt)
            other = self._chip.read_into(felt) and self._chip.seen != self._doubted
            if not other or is_light(felt[0], felt[1], felt[2]):
                raise OSError("stuck")
            self._doubted = None

    def _lose(self) -> None:
        for axis in range(6):
            self.felt[axis] = 1000 if axis == 2 else 0
