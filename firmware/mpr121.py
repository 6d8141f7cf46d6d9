"""The MPR121: twelve capacitive touch electrodes on the I2C bus. Its filtered counts are read;
its own baseline is switched off, and skin.py tracks one instead. Registers are those of the data
sheet."""

from machine import I2C
from micropython import const

_FILTERED = const(0x04)
"""First of 24 registers with the filtered counts."""
_SOFT_RESET = const(0x80)
"""Register that resets the chip when 0x63 is written."""
_AFE2 = const(0x5D)
"""Register of charge time, filter and sample interval."""
_AFE2_AT_RESET = const(0x24)
"""Its content after a reset, by which the chip is known."""
_ELECTRODES = const(0x5E)
"""Register that switches electrodes and baseline tracking."""


class MPR121:
    """The chip, set up to measure all twelve electrodes."""

    def __init__(self, i2c: I2C, address: int = 0x5A) -> None:
        """Reset and configure it. Raises OSError when it does not answer as an MPR121."""
        self._i2c = i2c
        self._address = address
        i2c.writeto_mem(address, _SOFT_RESET, b"\x63")
        if i2c.readfrom_mem(address, _AFE2, 1)[0] != _AFE2_AT_RESET:
            raise OSError("the touch chip does not answer as an MPR121")
        i2c.writeto_mem(address, _AFE2, b"\x20")  # 0.5 µs charge, 1 ms interval, mean of four
        i2c.writeto_mem(address, _ELECTRODES, b"\x4c")  # all twelve, baseline tracking off

    def read_into(self, counts: bytearray) -> None:
        """Fill `counts` (24 bytes) with the filtered counts of the electrodes, low byte first. A
        touch makes a count smaller. Raises OSError when the chip does not answer."""
        self._i2c.readfrom_mem_into(self._address, _FILTERED, counts)
