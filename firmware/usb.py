"""The board's USB serial port with the methods of a serial line that the port needs (shapes.Uart).
No method waits.

MicroPython waits in `stdin.readinto` until all bytes have come, and in `stdout.write` for up to
500 ms until all have room; `poll` says no more than that there is one byte, or room for one. So
bytes are read one by one. They are written in whole packets, filled up with delimiters: the buffer
behind `stdout` holds whole packets then, and room for one byte is room for a packet.
"""

import select
import sys

import micropython
from micropython import const, kbd_intr

_AT_MOST = const(256)
"""Bytes that `any` promises at most, since USB does not say how many came."""
_PACKET = const(64)
"""Bytes of a packet of full-speed USB; MicroPython's buffer for writing holds 256."""


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

    @micropython.native
    def write(self, buffer: bytearray, start: int, count: int) -> int:
        """Write `count` bytes from `start` on, or as many as are taken now; returns how many."""
        takes, stdout, packet = self._takes, self._out, self._packet
        written = 0
        while written < count:
            for _ in takes.ipoll(0):
                break
            else:
                break
            for index in range(_PACKET):
                packet[index] = buffer[start + written] if written < count else 0
                written += 1
            stdout.write(packet)
        return written if written < count else count
