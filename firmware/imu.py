"""The accelerometer and gyroscope: an LSM6DS3 or an MPU6050, whichever answers. Both give milli-g
and milliradians per second. Registers and scales are those of the chips' data sheets."""

import struct

from machine import I2C
from micropython import const

_LSM6DS3 = const(0x6A)
"""I2C address of the LSM6DS3."""
_LSM6DS3_NAMES = (0x69, 0x6A, 0x6C)
"""What its WHO_AM_I register gives: LSM6DS3, LSM6DS3TR-C, LSM6DSO."""
_MPU6050 = const(0x68)
"""I2C address of the MPU6050, and what its WHO_AM_I register gives."""


class LSM6DS3:
    """±8 g at 0.244 mg a count, ±1000 °/s at 35 m°/s a count, 104 samples a second."""

    def __init__(self, i2c: I2C) -> None:
        self._i2c = i2c
        self._raw = bytearray(12)
        self._before = bytearray(12)
        i2c.writeto_mem(_LSM6DS3, 0x12, b"\x44")  # whole samples only, addresses count up
        i2c.writeto_mem(_LSM6DS3, 0x10, b"\x4c")  # accelerometer: 104 Hz, ±8 g
        i2c.writeto_mem(_LSM6DS3, 0x11, b"\x48")  # gyroscope: 104 Hz, ±1000 °/s

    def read(self) -> tuple[int, int, int, int, int, int] | None:
        """x, y, z in mg, then x, y, z in mrad/s; None when nothing changed. Raises OSError when
        the chip does not answer."""
        raw = self._raw
        self._i2c.readfrom_mem_into(_LSM6DS3, 0x22, raw)
        if raw == self._before:
            return None
        self._before[:] = raw
        gx, gy, gz, ax, ay, az = struct.unpack("<hhhhhh", raw)
        return (
            (ax * 244 + 500) // 1000,
            (ay * 244 + 500) // 1000,
            (az * 244 + 500) // 1000,
            (gx * 611 + 500) // 1000,
            (gy * 611 + 500) // 1000,
            (gz * 611 + 500) // 1000,
        )


class MPU6050:
    """±8 g at 1/4096 g a count, ±1000 °/s at 1/32.8 °/s a count."""

    def __init__(self, i2c: I2C) -> None:
        self._i2c = i2c
        self._raw = bytearray(14)
        self._before = bytearray(14)
        i2c.writeto_mem(_MPU6050, 0x6B, b"\x01")  # awake, clocked by the gyroscope
        i2c.writeto_mem(_MPU6050, 0x1A, b"\x03")  # low pass at 42 Hz
        i2c.writeto_mem(_MPU6050, 0x1B, b"\x10")  # gyroscope: ±1000 °/s
        i2c.writeto_mem(_MPU6050, 0x1C, b"\x10")  # accelerometer: ±8 g

    def read(self) -> tuple[int, int, int, int, int, int] | None:
        """x, y, z in mg, then x, y, z in mrad/s; None when nothing changed. Raises OSError when
        the chip does not answer."""
        raw = self._raw
        self._i2c.readfrom_mem_into(_MPU6050, 0x3B, raw)
        if raw == self._before:
            return None
        self._before[:] = raw
        ax, ay, az, _, gx, gy, gz = struct.unpack(">hhhhhhh", raw)
        return (
            (ax * 1000 + 2048) >> 12,
            (ay * 1000 + 2048) >> 12,
            (az * 1000 + 2048) >> 12,
            (gx * 532 + 500) // 1000,
            (gy * 532 + 500) // 1000,
            (gz * 532 + 500) // 1000,
        )


def find(i2c: I2C) -> "LSM6DS3 | MPU6050":
    """The chip that is on the bus, set up. Raises OSError if there is none."""
    present = i2c.scan()
    if _LSM6DS3 in present and i2c.readfrom_mem(_LSM6DS3, 0x0F, 1)[0] in _LSM6DS3_NAMES:
        return LSM6DS3(i2c)
    if _MPU6050 in present and i2c.readfrom_mem(_MPU6050, 0x75, 1)[0] == _MPU6050:
        return MPU6050(i2c)
    raise OSError("no LSM6DS3 and no MPU6050 on the bus")
