"""The PCA9685: sixteen servo outputs on the I2C bus. Registers are those of the data sheet."""

from struct import pack_into

from micropython import const

from i2c_bus import Bus

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
_KEPT = const(0x7F)
"""Bits of MODE1 that are read back as they were written; the highest tells of a restart."""
_FULL_OFF = const(0x10)
"""Bit of an OFF high byte: no pulse at all."""
_PERIOD_US = const(20_000)
"""µs from pulse to pulse: 50 Hz, which every hobby servo takes."""


def servos(bus: Bus, channels: "list[int]", oscillator_hz: int) -> "PCA9685":
    """The outputs for a body; its channels are the chip's, all sixteen of them."""
    return PCA9685(bus, oscillator_hz)


class PCA9685:
    """The chip. `pulse` and `off` stage changes, `flush` writes them in one transfer. Nothing is
    written before the first `all_off`, which sets the chip up. Each method that writes or reads
    frees the bus first where a chip holds it, and raises OSError when the chip does not answer."""

    def __init__(self, bus: Bus, oscillator_hz: int = 25_000_000, address: int = 0x40) -> None:
        """`oscillator_hz`: of this chip's internal oscillator; 25 MHz nominal, single chips differ
        by some percent (the body's file can say by how much)."""
        self._bus = bus
        self._i2c = bus.i2c
        self._address = address
        self._staged = bytearray(64)
        self._views: dict[int, memoryview] = {}
        """The staged bytes from a channel to a channel, by 17 × first + end: made once each, since
        a slice takes memory."""
        self._first, self._end = 16, 0
        self._byte = bytearray(1)
        self._prescale = (oscillator_hz // 1000 * _PERIOD_US // 4096 + 500) // 1000 - 1
        self._is_set_up = False

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
        """Write the staged channels, and those between them. They stay staged if that fails."""
        first, end = self._first, self._end
        if first < end:
            view = self._views.get(17 * first + end)
            if view is None:
                view = memoryview(self._staged)[4 * first : 4 * end]
                self._views[17 * first + end] = view
            self._bus.ready()
            self._i2c.writeto_mem(self._address, _LED0_ON_L + 4 * first, view)
            self._first, self._end = 16, 0

    def all_off(self) -> None:
        """End all pulses at once, without staging. That comes first, since the chip keeps its
        registers when the microcontroller is reset; then it is set up if it is not yet."""
        for channel in range(16):
            pack_into("<HH", self._staged, 4 * channel, 0, _FULL_OFF << 8)
        self._first, self._end = 16, 0
        self._bus.ready()
        self._write(_ALL_LED_OFF_H, _FULL_OFF)
        if not self._is_set_up or not self.sound():
            self._write(_MODE1, _SLEEP)
            self._write(_PRESCALE, self._prescale)
            self._write(_MODE1, _RUN_WITH_AUTO_INCREMENT)
            self._is_set_up = self.sound()
            if not self._is_set_up:
                raise OSError("the servo board does not keep what is written to it")

    def sound(self) -> bool:
        """Whether the chip still has its configuration: it loses it in a dip of its supply, and
        pulses of a wrong length or none would come out."""
        self._bus.ready()
        return (
            self._read(_MODE1) & _KEPT == _RUN_WITH_AUTO_INCREMENT
            and self._read(_PRESCALE) == self._prescale
        )

    def _write(self, register: int, value: int) -> None:
        self._byte[0] = value
        self._i2c.writeto_mem(self._address, register, self._byte)

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._byte)
        return self._byte[0]
