"""The USB serial port of the board as a transport: any, read and write like machine.UART, and none
of them waits."""

import select
import sys

from micropython import const, kbd_intr

_AT_MOST = const(256)


class Usb:
    def __init__(self) -> None:
        kbd_intr(-1)  # byte 3 is data, not Ctrl-C
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def any(self) -> int:
        """How much may be asked for now; 0 if nothing came."""
        return _AT_MOST if self._poll.poll(0) else 0

    def read(self, longest: int) -> bytes:
        """What is there. read(n) would wait for all n bytes, so it goes one by one."""
        data = bytearray()
        while len(data) < longest and self._poll.poll(0):
            byte = self._in.read(1)
            if not byte:
                break
            data.extend(byte)
        return bytes(data)

    def write(self, data: "bytes | bytearray") -> int | None:
        return self._out.write(data)
