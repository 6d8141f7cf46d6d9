"""The PCA9685: sixteen servo outputs on the I2C bus. Registers are those of the data sheet."""

from struct import pack_into

from machine import I2C
from micropython import const

_MODE1 = const(0x00)
"""Mode register."""
_LED0_ON_L = const(0x06)
"""First of four registers for each channel: ON and OFF counts, low byte first."""
_ALL_LED_OFF_H = const(0xFD)
"""High byte of the OFF count of all channels."""
_PRESCALE = const(0xFE)
"""Divider of the oscillator; can be written while the chip sleeps only."""
_SLEEP = const(0x10)
"""Bit of MODE1."""
_RUN_WITH_AUTO_INCREMENT = const(0x20)
"""MODE1: awake, and register addresses count up in a transfer."""
_FULL_OFF = const(0x10)
"""Bit of an OFF high byte: no pulse at all."""
_OSCILLATOR_HZ = const(25_000_000)
"""Hz of the internal oscillator, nominal; single chips differ by some percent."""
_PERIOD_US = const(20_000)
"""µs from pulse to pulse: 50 Hz, which every hobby servo takes."""


def servos(i2c: I2C, channels: "list[int]") -> "PCA9685":
    """The outputs for a body; its channels are the chip's, all sixteen of them."""
    return PCA9685(i2c)


class PCA9685:
    """The chip. `pulse` and `off` stage changes, `flush` writes them in one transfer. Each method
    that writes raises OSError when the chip does not answer."""

    def __init__(self, i2c: I2C, address: int = 0x40) -> None:
        self._i2c = i2c
        self._address = address
        self._staged = bytearray(64)
        self._first, self._end = 16, 0
        prescale = (_OSCILLATOR_HZ // 1000 * _PERIOD_US // 4096 + 500) // 1000 - 1
        i2c.writeto_mem(address, _MODE1, bytes((_SLEEP,)))
        i2c.writeto_mem(address, _PRESCALE, bytes((prescale,)))
        i2c.writeto_mem(address, _MODE1, bytes((_RUN_WITH_AUTO_INCREMENT,)))
        self.all_off()

    def pulse(self, channel: int, us: int) -> None:
        """Stage a pulse of `us` µs. Each channel begins at its own moment of the period, so that
        the servos do not draw their current all at once."""
        begin = channel * 256
        end = (begin + (us * 4096 + _PERIOD_US // 2) // _PERIOD_US) & 4095
        pack_into("<HH", self._staged, 4 * channel, begin, end)
        if channel < self._first:
            self._first = channel
        if channel >= self._end:
            self._end = channel + 1

    def off(self, channel: int) -> None:
        """Stage the end of a channel's pulses."""
        pack_into("<HH", self._staged, 4 * channel, 0, _FULL_OFF << 8)
        self._first, self._end = min(self._first, channel), max(self._end, channel + 1)

    def flush(self) -> None:
        """Write the staged channels, and those between them."""
        first, end = self._first, self._end
        if first < end:
            self._i2c.writeto_mem(
                self._address, _LED0_ON_L + 4 * first, memoryview(self._staged)[4 * first : 4 * end]
            )
            self._first, self._end = 16, 0

    def all_off(self) -> None:
        """End all pulses at once, without staging."""
        self._i2c.writeto_mem(self._address, _ALL_LED_OFF_H, bytes((_FULL_OFF,)))
        for channel in range(16):
            pack_into("<HH", self._staged, 4 * channel, 0, _FULL_OFF << 8)
        self._first, self._end = 16, 0
