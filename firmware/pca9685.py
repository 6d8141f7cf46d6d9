"""The PCA9685: sixteen servo outputs on the I2C bus. Registers are those of the data sheet."""

import sys
from array import array

from micropython import const

from i2c_bus import Bus

if sys.implementation.name != "micropython":
    from wire import micropython, ptr8, ptr16

_MODE1 = const(0x00)
"""Mode register."""
_MODE2 = const(0x01)
"""Mode register of the outputs."""
_LED0_ON_L = const(0x06)
"""First of four registers for each channel: ON and OFF counts, low byte first."""
_ALL_LED_ON_L = const(0xFA)
"""First of the four registers for all channels."""
_ALL_LED_OFF_H = const(0xFD)
"""High byte of the OFF count of all channels."""
_PRESCALE = const(0xFE)
"""Divider of the oscillator; can be written while the chip sleeps only."""
_SLEEP = const(0x10)
"""Bit of MODE1."""
_RUN_WITH_AUTO_INCREMENT = const(0x20)
"""MODE1: awake, and register addresses count up in a transfer."""
_CHANGE_ON_ACK = const(0x0C)
"""MODE2: outputs are driven both ways, and change when the last of a channel's four registers has
come (OCH), not when the transfer ends: one that breaks off half-way leaves no pulse of which half
is old and half is new."""
_KEPT = const(0x7F)
"""Bits of MODE1 that are read back as they were written; the highest tells of a restart."""
_FULL_OFF = const(0x10)
"""Bit of an OFF high byte: no pulse at all."""
_OFF = b"\x00\x00\x00\x10"
"""That bit in the four registers of a channel."""
_PERIOD_US = const(20_000)
"""µs from pulse to pulse that is aimed at: 50 Hz, which every hobby servo takes. The prescaler
comes within 0.5 % of it."""


@micropython.viper
def stage(pulses: ptr16, channels: ptr8, count: int, staged: ptr8, scale: int) -> int:
    """Put the first `count` pulses (µs; 0 is none) into the bytes of their channels; one above 15
    is another driver's. `scale`: counts in 65536 µs. Returns the first channel that changed, and
    256 times the end of those.
    Each channel begins at its own moment of the period, so that the servos do not draw their
    current all at once."""
    first = 16
    end = 0
    for index in range(count):
        channel = int(channels[index])
        if channel < 16:
            begin = 0
            until = _FULL_OFF << 8
            us = int(pulses[index])
            if us:
                begin = channel * 256
                until = (begin + (us * scale + 32768 >> 16)) & 4095
            at = 4 * channel
            high = until >> 8
            if int(staged[at + 2]) != until & 255 or int(staged[at + 3]) != high:
                staged[at + 1] = begin >> 8  # the byte below it stays 0
                staged[at + 2] = until & 255
                staged[at + 3] = high
                if channel < first:
                    first = channel
                if channel >= end:
                    end = channel + 1
    return first | end << 8


@micropython.viper
def differs(staged: ptr8, at: int, back: ptr8) -> bool:
    """Whether any of four channels, read into `back`, gives another pulse than the bytes from `at`
    on say, or one where they say none."""
    for channel in range(0, 16, 4):
        if int(staged[at + channel + 3]) & _FULL_OFF:
            if not int(back[channel + 3]) & _FULL_OFF:
                return True
        else:
            for byte in range(channel, channel + 4):
                if int(staged[at + byte]) != int(back[byte]):
                    return True
    return False


def servos(bus: Bus, channels: "list[int]", oscillator_hz: int) -> "PCA9685":
    """The outputs for a body; its channels are the chip's, all sixteen of them."""
    return PCA9685(bus, channels, oscillator_hz)


class PCA9685:
    """The chip. Nothing is written before the first `all_off`, which sets it up. Each method frees
    the bus first where a chip holds it, and raises OSError when the chip does not answer."""

    def __init__(
        self,
        bus: Bus,
        channels: "list[int]",
        oscillator_hz: int = 25_000_000,
        address: int = 0x40,
    ) -> None:
        """`channels`: of each joint, −1 where another driver moves it. `oscillator_hz`: of this
        chip's internal oscillator; 25 MHz nominal, single chips differ by some percent (the body's
        file can say by how much)."""
        self._bus = bus
        self._i2c = bus.i2c
        self._address = address
        self._channels = bytes([channel & 255 for channel in channels])
        self._staged = bytearray(64)
        """What the registers of the channels are to hold."""
        whole = memoryview(self._staged)
        self._views = {
            5 * first + end: whole[16 * first : 16 * end]
            for first in range(4)
            for end in range(first + 1, 5)
        }
        """The staged bytes from a group of four channels to a group, by 5 × first + end: made once,
        since a slice takes memory."""
        self._first = self._end = 0
        """Channels that are staged and not yet written."""
        self._byte = bytearray(1)
        self._modes = bytearray(2)
        self._back = bytearray(16)
        self._group = 0
        """Four channels that are looked at next."""
        self._prescale = (oscillator_hz // 1000 * _PERIOD_US // 4096 + 500) // 1000 - 1
        # The prescaler is rounded, so the period is not what was aimed at (data sheet, 7.3.5).
        clocks = (self._prescale + 1) * 1_000_000
        self._scale = oscillator_hz * 65536 // clocks
        """Counts in 65536 µs; 2.5 ms is less than a 16th of a count off by its rounding."""
        self._is_set_up = False

    def show(self, pulses: "array[int]") -> None:
        """Give each joint its pulses (µs; 0 is none). What changed is written in one transfer, from
        the first to the last group of four channels; what the chip did not acknowledge is written
        next time."""
        end = stage(pulses, self._channels, len(self._channels), self._staged, self._scale)
        first, end = end & 255, end >> 8
        if self._first < first:
            first = self._first
        if self._end > end:
            end = self._end
        if first < end:
            self._first, self._end = first, end
            first, end = first >> 2, end + 3 >> 2
            self._bus.ready()
            self._i2c.writeto_mem(
                self._address, _LED0_ON_L + 16 * first, self._views[5 * first + end]
            )
            self._first, self._end = 16, 0

    def all_off(self) -> None:
        """End all pulses at once. That comes first, since the chip keeps its
        registers when the microcontroller is reset; then it is set up if it is not yet, and read
        back: an acknowledged byte may have been another on the way. The first write ends the pulses
        where outputs change at the end of a transfer, the second where they do with all four
        registers; that needs addresses that count up, which the third time is sure of."""
        for channel in range(16):
            self._staged[4 * channel + 2] = 0
            self._staged[4 * channel + 3] = _FULL_OFF
        self._first, self._end = 16, 0
        self._bus.ready()
        self._write(_ALL_LED_OFF_H, _FULL_OFF)
        self._i2c.writeto_mem(self._address, _ALL_LED_ON_L, _OFF)
        if not self._is_set_up or not self.sound():
            self._write(_MODE1, _SLEEP | _RUN_WITH_AUTO_INCREMENT)
            self._i2c.writeto_mem(self._address, _ALL_LED_ON_L, _OFF)
            self._write(_PRESCALE, self._prescale)
            self._write(_MODE1, _RUN_WITH_AUTO_INCREMENT)
            self._write(_MODE2, _CHANGE_ON_ACK)
            self._is_set_up = self.sound() and self._read(_PRESCALE) == self._prescale
            if not self._is_set_up:
                raise OSError("it keeps nothing")
        for _ in range(4):
            if not self.holds():
                raise OSError("it still gives pulses")

    def holds(self) -> bool:
        """Look whether the next four channels give what was written; what they do not is written by
        the next `show`, and they are looked at again."""
        if self._first < self._end:
            return True  # it is known that some are not written
        group = self._group
        self._bus.ready()
        self._i2c.readfrom_mem_into(self._address, _LED0_ON_L + 16 * group, self._back)
        if differs(self._staged, 16 * group, self._back):
            self._first, self._end = 4 * group, 4 * group + 4
            return False
        self._group = group + 1 & 3
        return True

    def sound(self) -> bool:
        """Whether the chip still has its configuration: it loses it in a dip of its supply, which
        puts it to sleep, and pulses of a wrong length or none would come out. The prescaler can
        change in sleep only (data sheet, 7.3.5)."""
        modes = self._modes
        self._bus.ready()
        self._i2c.readfrom_mem_into(self._address, _MODE1, modes)
        return modes[0] & _KEPT == _RUN_WITH_AUTO_INCREMENT and modes[1] == _CHANGE_ON_ACK

    def _write(self, register: int, value: int) -> None:
        self._byte[0] = value
        self._i2c.writeto_mem(self._address, register, self._byte)

    def _read(self, register: int) -> int:
        self._i2c.readfrom_mem_into(self._address, register, self._byte)
        return self._byte[0]
