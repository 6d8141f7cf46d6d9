"""The MPR121: twelve capacitive touch electrodes on the I2C bus. Its filtered counts are read;
its own baseline is switched off, and skin.py tracks one instead. Registers and formulas are those
of the data sheet (NXP MPR121, rev. 4) and of its application note AN3889."""

from array import array

from machine import I2C
from micropython import const

_FILTERED = const(0x04)
"""First of 24 registers with the filtered counts."""
_SETUP = const(0x5C)
"""First of three registers: charge current and first filter; charge time, second filter and
interval; electrodes. Written and read back as _SETTINGS."""
_AFE2 = const(0x5D)
"""Second of them."""
_AFE2_AT_RESET = const(0x24)
"""Its content after a reset, by which the chip is known."""
_SETTINGS = b"\x10\x30\x4c"
"""First filter 6 samples; second filter 10 samples, one a millisecond, which gives new counts with
each tick of 10 ms; all twelve electrodes, baseline tracking off. The electrodes come last: while
any is measured the chip ignores what is written to the others."""
_CHARGES = const(0x5F)
"""First of 20 registers with the charge of each electrode: 13 currents (µA, 6 bits), then the
times, two in a byte (3 bits each: 2^(n−2) µs)."""
_AUTO = const(0x7B)
"""First of five registers of the auto-configuration."""
_AUTO_SETTINGS = b"\x09\x00\xc9\x82\xb5"
"""Once, when measuring starts, the chip looks for the charge at which each electrode comes closest
to its target: 0.9 of the upper limit (0xB5), which is 0.7 V below the supply of 3.3 V,
256 · 2.6 / 3.3 (0xC9); the lower limit is 0.65 of the upper (0x82). AN3889, equations 1 to 3."""
_SOFT_RESET = const(0x80)
"""Register that resets the chip when 0x63 is written."""


class MPR121:
    """The chip. Each method but `forget` raises OSError when it does not answer."""

    def __init__(self, i2c: I2C, address: int = 0x5A) -> None:
        """Remember where it is; nothing is written before `set_up`."""
        self._i2c = i2c
        self._address = address
        self._settings = bytearray(3)
        self._charges = bytearray(20)
        self._is_tuned = False

    def set_up(self) -> None:
        """Reset and configure the chip. The first time it looks for the charges of its electrodes;
        wait 50 ms, then call `charges`. From then on it is given the same charges, so that the
        counts are the same as before. Raises OSError when it does not answer as an MPR121."""
        i2c, address = self._i2c, self._address
        i2c.writeto_mem(address, _SOFT_RESET, b"\x63")
        if i2c.readfrom_mem(address, _AFE2, 1)[0] != _AFE2_AT_RESET:
            raise OSError("the touch chip does not answer as an MPR121")
        if self._is_tuned:
            i2c.writeto_mem(address, _CHARGES, self._charges)
        else:
            i2c.writeto_mem(address, _AUTO, _AUTO_SETTINGS)
        i2c.writeto_mem(address, _SETUP, _SETTINGS)

    def sound(self) -> bool:
        """Whether the chip still has its configuration; it loses it in a dip of its supply."""
        self._i2c.readfrom_mem_into(self._address, _SETUP, self._settings)
        return self._settings == _SETTINGS

    def charge(self, electrode: int) -> int:
        """The charge that one of the twelve electrodes gets: µA times half microseconds. A count
        is 1024 times the charge, by the capacitance and the supply. 0: none was found, as in a chip
        that was reset since."""
        if not self._is_tuned:
            self._i2c.readfrom_mem_into(self._address, _CHARGES, self._charges)
            self._is_tuned = True
        time = self._charges[13 + electrode // 2] >> 4 * (electrode & 1) & 7
        return (self._charges[electrode] & 63) * (1 << time >> 1)

    def forget(self) -> None:
        """Look for the charges anew in the next `set_up`."""
        self._is_tuned = False

    def read_into(self, counts: "array[int]") -> None:
        """Fill `counts` (twelve unsigned shorts) with the filtered counts of the electrodes. A
        touch makes a count smaller."""
        self._i2c.readfrom_mem_into(self._address, _FILTERED, counts)
