"""The MPR121: twelve capacitive touch electrodes on the I2C bus. We read its filtered counts and
track the baseline ourselves."""

from machine import I2C
from micropython import const

_FILTERED = const(0x04)
_SOFT_RESET = const(0x80)
_AFE2 = const(0x5D)
_AFE2_AT_RESET = const(0x24)
_ELECTRODES = const(0x5E)


class MPR121:
    def __init__(self, i2c: I2C, address: int = 0x5A) -> None:
        self._i2c = i2c
        self._address = address
        i2c.writeto_mem(address, _SOFT_RESET, b"\x63")
        if i2c.readfrom_mem(address, _AFE2, 1)[0] != _AFE2_AT_RESET:
            raise OSError("the touch chip does not answer as an MPR121")
        i2c.writeto_mem(
            address, _AFE2, b"\x20"
        )  # 0.5 µs of charge, a sample a millisecond, four of them filtered
        i2c.writeto_mem(address, _ELECTRODES, b"\x4c")  # all twelve, its own baseline off

    def read_into(self, counts: bytearray) -> None:
        """Filtered counts of the twelve electrodes, two bytes each, low byte first; a touch makes
        them smaller."""
        self._i2c.readfrom_mem_into(self._address, _FILTERED, counts)
