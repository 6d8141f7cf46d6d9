"""The link to a board: over a serial port with one reader thread, or through memory to a board in
lock step."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Protocol as Interface

import serial

from moggy.protocol import CommandResult, Heard, Identity, LinkChange, Protocol

RETRY = 0.5
"""Seconds between two attempts to open the port."""
BACKLOG = 4096
"""Bytes that may wait for a board that does not read."""


class Link(Interface):
    """What the body needs of a link. Nothing here waits."""

    def poll(self, now: float) -> list[Heard | LinkChange]:
        """What the board said since the last call."""
        ...

    def setpoint(self, payload: bytes, now: float) -> None:
        """Send a pose; the newest wins."""
        ...

    def command(self, kind: int, payload: bytes, now: float) -> None:
        """Send something to be done exactly once."""
        ...

    @property
    def identity(self) -> Identity | None:
        """Who is at the other end; None while nobody is."""
        ...

    @property
    def waiting(self) -> int:
        """Commands that are not acknowledged yet."""
        ...

    def close(self) -> None: ...


class Line(Interface):
    """A serial line in memory."""

    def read(self) -> bytes: ...

    def write(self, data: bytes) -> None: ...


class Spoken:
    """What every link has: the protocol. Who derives from it carries the bytes."""

    def __init__(self, nonce: int) -> None:
        self.protocol = Protocol(nonce)

    @property
    def identity(self) -> Identity | None:
        return self.protocol.identity

    @property
    def waiting(self) -> int:
        return self.protocol.waiting

    def setpoint(self, payload: bytes, now: float) -> None:
        self.protocol.setpoint(payload)
        self._write(now)

    def command(self, kind: int, payload: bytes, now: float) -> None:
        self.protocol.command(kind, payload)
        self._write(now)

    def results(self) -> list[CommandResult]:
        return self.protocol.results()

    def _write(self, now: float) -> None:
        """Let go what is due."""
        raise NotImplementedError


class MemoryLink(Spoken):
    """A line in memory, to a board in lock step."""

    def __init__(self, line: Line, nonce: int = 1) -> None:
        super().__init__(nonce)
        self._line = line
        self.protocol.begin(0.0)

    def poll(self, now: float) -> list[Heard | LinkChange]:
        heard = self.protocol.receive(self._line.read(), now)
        self._write(now)
        return heard

    def close(self) -> None:
        """Nothing is held."""

    def _write(self, now: float) -> None:
        data = self.protocol.outgoing(now)
        if data:
            self._line.write(data)


def written(port: serial.Serial, data: bytearray) -> int:
    """Write what fits now. pyserial itself would spin until a board that hangs reads again."""
    if os.name != "posix":
        return port.write(data) or 0
    try:
        return os.write(port.fileno(), data)
    except BlockingIOError:
        return 0


class SerialLink(Spoken):
    """A real port. The thread only opens it, reads and stamps; the protocol runs in the loop that
    polls.

    The port may be absent, go, and come back: the thread tries again for as long as the link is
    open.
    """

    def __init__(self, port: str, baud: int = 115200) -> None:
        super().__init__(nonce=time.time_ns() >> 10)
        self.port = port
        self._baud = baud
        self._came: deque[tuple[float, bytes | None, str]] = deque()
        """(when, bytes), or (when, None, "") for opened and (when, None, error) for gone."""
        self._serial: serial.Serial | None = None
        self._backlog = bytearray()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="board-reader", daemon=True)
        self._thread.start()

    def poll(self, now: float) -> list[Heard | LinkChange]:
        ours = time.monotonic()  # noqa: TID251
        shift = now - ours
        heard: list[Heard | LinkChange] = []
        while self._came:
            when, data, error = self._came.popleft()
            if data is not None:
                heard += self.protocol.receive(data, when + shift)
            elif error:
                heard += self.protocol.end(
                    now,
                    f"no board at {self.port}: {error}; plug it in, it is looked for all the time",
                )
            else:
                self._backlog.clear()
                self.protocol.begin(now)
        heard += self.protocol.receive(b"", now)
        self._write(now)
        return heard

    def close(self) -> None:
        self._ending.set()
        self._thread.join(timeout=2.0)

    def _write(self, now: float) -> None:
        port = self._serial
        self._backlog += self.protocol.outgoing(now)
        if port is None or len(self._backlog) > BACKLOG:
            self._backlog.clear()
        elif self._backlog:
            with suppress(OSError, TypeError):  # the reader sees the same error and says it
                del self._backlog[: written(port, self._backlog)]

    def _read_on(self) -> None:
        """The thread: open, read until it fails, and again."""
        said = ""
        while not self._ending.is_set():
            try:
                with serial.Serial(
                    self.port, self._baud, timeout=0.1, write_timeout=0, exclusive=True
                ) as port:
                    self._serial = port
                    self._note(None, "")
                    said = ""
                    while not self._ending.is_set():
                        data = port.read(max(1, port.in_waiting))
                        if data:
                            self._note(data, "")
            except (OSError, TypeError) as error:
                # pyserial raises TypeError when its port is closed under a read, and words the loss
                # of a port in its own way.
                why = getattr(error, "strerror", None) or "it was unplugged or switched off"
                if why != said:
                    said = why
                    self._note(None, why)
            self._serial = None
            self._ending.wait(RETRY)

    def _note(self, data: bytes | None, error: str) -> None:
        self._came.append((time.monotonic(), data, error))  # noqa: TID251
