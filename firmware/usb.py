"""The board's USB serial port with the methods of machine.UART that the port needs. No method
waits."""

import select
import sys

from micropython import const, kbd_intr

_AT_MOST = const(256)
"""Bytes that `any` promises at most, since USB does not say how many came."""


class Usb:
    """Standard input and output as a serial line of bytes."""

    def __init__(self) -> None:
        kbd_intr(-1)  # byte 3 is data, not Ctrl-C
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def any(self) -> int:
        """How many bytes may be asked for now; 0 if none came."""
        return _AT_MOST if self._poll.poll(0) else 0

    def read(self, longest: int) -> bytes:
        """The bytes that are there, up to `longest`. One by one, since stdin.read(n) would wait for
        all n."""
        data = bytearray()
        while len(data) < longest and self._poll.poll(0):
            byte = self._in.read(1)
            if not byte:
                break
            data.extend(byte)
        return bytes(data)

    def write(self, data: "bytes | bytearray") -> int | None:
        """Write; returns how many bytes were taken."""
        return self._out.write(data)
