"""The link to a board: over a serial port with one reader thread, or through memory to a simulated
board in virtual time."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Protocol as Interface

import serial
from serial.tools.list_ports import comports

from moggy.protocol import CommandResult, Identity, Protocol, Said

RETRY = 0.5
"""Seconds between two attempts to open the port; our choice."""
BACKLOG = 4096
"""Bytes that may wait for a board that does not read; more are dropped. About 0.4 s at 115200 baud,
so what is dropped is out of date."""


class Link(Interface):
    """What the serial body needs of a link. No method waits; `now` is s on the pet's clock."""

    def poll(self, now: float) -> list[Said]:
        """What the board said since the last call. Called at every tick."""
        ...

    def setpoint(self, payload: bytes, now: float) -> None:
        """Send a setpoint; only the newest is kept."""
        ...

    def command(self, kind: int, payload: bytes, now: float) -> None:
        """Send a command, which is carried out exactly once."""
        ...

    def expect(self, joints: int, pads: int) -> None:
        """Drop joints and touches of another number of joints and pads than these."""
        ...

    @property
    def identity(self) -> Identity | None:
        """Of the connected board; None while none is."""
        ...

    @property
    def waiting(self) -> int:
        """Number of commands that are not acknowledged."""
        ...

    def close(self) -> None:
        """Let go of the port."""
        ...


class Line(Interface):
    """The brain's end of a serial line in memory."""

    def read(self) -> bytes:
        """The bytes that came since the last call."""
        ...

    def write(self, data: bytes) -> None:
        """Add bytes for the board."""
        ...


class ProtocolLink:
    """The part of a link that both kinds share; a subclass moves the bytes."""

    def __init__(self, nonce: int) -> None:
        self.protocol = Protocol(nonce)

    @property
    def identity(self) -> Identity | None:
        """Of the connected board; None while none is."""
        return self.protocol.identity

    @property
    def waiting(self) -> int:
        """Number of commands that are not acknowledged."""
        return self.protocol.waiting

    def expect(self, joints: int, pads: int) -> None:
        """Drop joints and touches of another number of joints and pads than these."""
        self.protocol.expect(joints, pads)

    def setpoint(self, payload: bytes, now: float) -> None:
        """Send a setpoint; only the newest is kept."""
        self.protocol.setpoint(payload)
        self._write(now)

    def command(self, kind: int, payload: bytes, now: float) -> None:
        """Send a command, which is carried out exactly once."""
        self.protocol.command(kind, payload)
        self._write(now)

    def results(self) -> list[CommandResult]:
        """Results of the commands that were acknowledged since the last call."""
        return self.protocol.results()

    def _write(self, now: float) -> None:
        """Write what the protocol has to send."""
        raise NotImplementedError


class MemoryLink(ProtocolLink):
    """A link through memory to a board in virtual time."""

    def __init__(self, line: Line, nonce: int = 1) -> None:
        super().__init__(nonce)
        self._line = line
        self.protocol.begin(0.0)

    def poll(self, now: float) -> list[Said]:
        """What the board said since the last call."""
        heard = self.protocol.receive(self._line.read(), now)
        self._write(now)
        return heard

    def close(self) -> None:
        """Do nothing: there is no port."""

    def _write(self, now: float) -> None:
        data = self.protocol.outgoing(now)
        if data:
            self._line.write(data)


def written(port: serial.Serial, data: bytearray) -> int:
    """Write what fits into the system's buffer now; returns how many bytes that were. (pyserial's
    own `write` would spin until a board that hangs reads again.)"""
    if os.name != "posix":
        return port.write(data) or 0
    try:
        return os.write(port.fileno(), data)
    except BlockingIOError:
        return 0


def only_port() -> str:
    """The serial port that is on USB, for who has one board and names none. Raises RuntimeError
    where there are none or several."""
    found: list[str] = sorted(port.device for port in comports() if port.vid is not None)
    if not found:
        raise RuntimeError("no serial port on USB here: plug the board in, or name one with --port")
    if len(found) > 1:
        raise RuntimeError(f"several ports are here: {', '.join(found)}; name one with --port")
    return found[0]


def way_out(error: OSError | TypeError, name: str = "") -> str:
    """Why the port `name` cannot be used, and what to do about it."""
    code = getattr(error, "errno", None)
    here = ", ".join(sorted(port.device for port in comports())) or "none"
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return (
            f"there is no such port (ports here: {here}); plug the board in, and it will be found"
        )
    if name and os.path.exists(name) and not stat.S_ISCHR(os.stat(name).st_mode):
        return f"that is no serial port (ports here: {here})"
    if code in (errno.EACCES, errno.EPERM):
        return (
            "this user may not open it; `sudo usermod -aG dialout $USER`, then log out and in again"
        )
    if code in (errno.EAGAIN, errno.EBUSY):
        return (
            "another program has it open (a pet that runs, mpremote, a terminal); end that one, or "
            "stop the body there"
        )
    why = getattr(error, "strerror", None) or "it was unplugged or switched off"
    return f"{why}; plug it in, and it will be found"


class SerialLink(ProtocolLink):
    """A link over a serial port. Its thread opens the port, reads, and notes when bytes came; the
    protocol runs in the loop that polls.

    The port may be absent, disappear and come back: the thread tries again until `close`.
    """

    def __init__(self, port: str, baud: int = 115200) -> None:
        """`port`: such as /dev/ttyACM0. Does not raise if it is absent; `poll` reports that."""
        super().__init__(nonce=time.time_ns() >> 10)
        self.port = port
        self._baud = baud
        self._came: deque[tuple[float, bytes | None, str]] = deque()
        """(time, bytes), or (time, None, "") when opened and (time, None, error) when lost."""
        self.failed = ""
        """Why the port cannot be used, and what to do; empty while it can."""
        self._serial: serial.Serial | None = None
        self._backlog = bytearray()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="board-reader", daemon=True)
        self._thread.start()

    def poll(self, now: float) -> list[Said]:
        """What the board said since the last call, stamped by when its bytes came."""
        ours = time.monotonic()  # noqa: TID251
        shift = now - ours
        heard: list[Said] = []
        while self._came:
            when, data, error = self._came.popleft()
            if data is not None:
                # In a slow first tick `now` lags behind, but nothing comes before the pet is born.
                heard += self.protocol.receive(data, max(0.0, when + shift))
            elif error:
                heard += self.protocol.end(
                    now,
                    f"no board at {self.port}: {error}",
                )
            else:
                self._backlog.clear()
                self.protocol.begin(now)
        heard += self.protocol.receive(b"", now)
        self._write(now)
        return heard

    def close(self) -> None:
        """End the thread, which closes the port."""
        self._ending.set()
        self._thread.join(timeout=2.0)

    def _write(self, now: float) -> None:
        port = self._serial
        self._backlog += self.protocol.outgoing(now)
        if port is None or len(self._backlog) > BACKLOG:
            self._backlog.clear()
        elif self._backlog:
            with suppress(OSError, TypeError):  # the thread meets the same error and reports it
                del self._backlog[: written(port, self._backlog)]

    def _read_on(self) -> None:
        """The thread: open the port, read until that fails, try again."""
        while not self._ending.is_set():
            try:
                with serial.Serial(
                    self.port, self._baud, timeout=0.1, write_timeout=0, exclusive=True
                ) as port:
                    self._serial = port
                    self._note(None, "")
                    self.failed = ""
                    while not self._ending.is_set():
                        data = port.read(max(1, port.in_waiting))
                        if data:
                            self._note(data, "")
            except (OSError, TypeError) as error:
                # pyserial raises TypeError when its port is closed during a read, and an error
                # without `strerror` when a port is lost.
                why = way_out(error, self.port)
                if why != self.failed:
                    self.failed = why
                    self._note(None, why)
            self._serial = None
            self._ending.wait(RETRY)

    def _note(self, data: bytes | None, error: str) -> None:
        self._came.append((time.monotonic(), data, error))  # noqa: TID251
