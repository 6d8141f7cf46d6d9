"""The board's USB serial port with the methods of a serial line that the port needs (shapes.Uart).
No method waits.

MicroPython waits in `stdin.readinto` until all bytes have come, and in `stdout.write` for up to
500 ms until all have room; `poll` says no more than that there is one byte, or room for one. So
bytes are read one by one. They are written in whole packets, filled up with delimiters: the buffer
behind `stdout` holds whole packets then, and room for one byte is room for a packet.
"""

import select
import sys

from micropython import const, kbd_intr

if sys.implementation.name != "micropython":
    from wire import micropython, ptr8

_AT_MOST = const(256)
"""Bytes that `any` promises at most, since USB does not say how many came."""
_PACKET = const(64)
"""Bytes of a packet of full-speed USB; MicroPython's buffer for writing holds 256."""


@micropython.viper
def fill(packet: ptr8, buffer: ptr8, start: int, count: int) -> int:
    """Put the next 64 of `count` bytes from `start` on into a packet, filled up with delimiters."""
    for index in range(64):
        packet[index] = int(buffer[start + index]) if index < count else 0
    return 0


class Usb:
    """Standard input and output as a serial line of bytes."""

    def __init__(self) -> None:
        kbd_intr(-1)  # byte 3 is data, not Ctrl-C
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._came = select.poll()
        self._came.register(sys.stdin, select.POLLIN)
        self._takes = select.poll()
        self._takes.register(sys.stdout, select.POLLOUT)
        self._byte = bytearray(1)
        self._packet = bytearray(_PACKET)

    def any(self) -> int:
        """How many bytes may be asked for now; 0 if none came."""
        for _ in self._came.ipoll(0):
            return _AT_MOST
        return 0

    @micropython.native
    def readinto(self, buffer: bytearray, longest: int) -> int:
        """Read the bytes that are there, up to `longest`; returns how many."""
        came, stdin, byte = self._came, self._in, self._byte
        count = 0
        while count < longest:
            for _ in came.ipoll(0):
                break
            else:
                break
            if not stdin.readinto(byte):  # type: ignore[union-attr]
                break
            buffer[count] = byte[0]
            count += 1
        return count

    def write(self, buffer: bytearray, start: int, count: int) -> int:
        """Write `count` bytes from `start` on, or as many as are taken now; returns how many."""
        takes, stdout, packet = self._takes, self._out, self._packet
        written = 0
        while written < count:
            for _ in takes.ipoll(0):
                break
            else:
                break
            fill(packet, buffer, start + written, count - written)
            written += _PACKET
            stdout.write(packet)
        return written if written < count else count
