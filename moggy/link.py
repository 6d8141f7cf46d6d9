"""The link to a board: over a serial port with one reader thread, or through memory to a simulated
board in virtual time."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from typing import Protocol as Interface

import serial

from moggy.clock import unix_time
from moggy.protocol import CommandResult, Identity, Protocol, Said
from moggy.serial_port import ListPorts, UsbDevice, device_of, port_of, ports_here, way_out

RETRY = 0.5
"""Seconds between two attempts to open the port; our choice."""
BACKLOG = 4096
"""Bytes that may wait for a board that does not read; more are dropped. About 0.4 s at 115200 baud,
so what is dropped is out of date."""
A_TICK = 2048
"""Bytes that a poll takes at most, give or take AT_ONCE: nine times what 115200 baud bring in a
tick. A board that floods must not make a tick late (`python -m bench hostile_board`)."""
AT_ONCE = 512
"""Bytes that are read from the port at once."""
AHEAD = 16_384
"""Bytes that may have been read and not taken: what a tick that took a second leaves behind. Above,
the port is not read, so the rest waits in the system's buffer and then at the board."""
FLOOD_PAUSE = 0.01
"""Seconds after which it is looked again whether there is room; our choice: half a tick."""


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


class SerialLink(ProtocolLink):
    """A link over a serial port. Its thread opens the port, reads, and notes when bytes came; the
    protocol runs in the loop that polls.

    The port may be absent, disappear and come back, under another name too if it is that of a USB
    device: the thread tries again until `close`, whatever goes wrong.
    """

    def __init__(self, port: str, baud: int = 115200, ports: ListPorts = ports_here) -> None:
        """`port`: such as /dev/ttyACM0. Does not raise if it is absent; `poll` reports that.
        `ports` lists the ports of this computer."""
        super().__init__(nonce=int(unix_time() * 1e6))
        self.port = port
        self._baud, self._ports = baud, ports
        self._device: UsbDevice | None = None
        """What was behind the port when it was last open."""
        self._shift = float("-inf")
        """Pet's seconds less the machine's."""
        self._came: deque[tuple[float, bytes | None, str]] = deque()
        """(time, bytes), or (time, None, "") when opened and (time, None, error) when lost."""
        self._ahead = 0
        """Bytes in `_came`."""
        self.failed = ""
        """Why the port cannot be used, and what to do; empty while it can."""
        self._serial: serial.Serial | None = None
        self._lock = threading.Lock()
        """Held where `_serial` is taken and written to, or given up: the number of a descriptor
        that was closed may already be that of another file."""
        self._backlog = bytearray()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._read_on, name="board-reader", daemon=True)
        self._thread.start()

    def poll(self, now: float) -> list[Said]:
        """What the board said since the last call, stamped by when its bytes came."""
        # `now` is when the tick began, which is a little ago: the least delay that was ever seen
        # gives the pet's clock.
        self._shift = max(self._shift, now - time.monotonic())  # noqa: TID251
        heard: list[Said] = []
        taken = 0
        while self._came and taken < A_TICK:
            when, data, error = self._came.popleft()
            if data is not None:
                taken += len(data)
                # In a slow first tick `now` lags behind, but nothing comes before the pet is born.
                heard += self.protocol.receive(data, min(now, max(0.0, when + self._shift)))
            elif error:
                heard += self.protocol.end(now, f"no board at {self.port:.200}: {error}")
            else:
                self._backlog.clear()
                self.protocol.begin(now)
        with self._lock:
            self._ahead -= taken
        heard += self.protocol.receive(b"", now)
        self._write(now)
        return heard

    def close(self) -> None:
        """End the thread, which closes the port."""
        self._ending.set()
        self._thread.join(timeout=2.0)

    def _write(self, now: float) -> None:
        self._backlog += self.protocol.outgoing(now)
        with self._lock:
            if self._serial is None or len(self._backlog) > BACKLOG:
                self._backlog.clear()
            elif self._backlog:
                with suppress(OSError, TypeError):  # the thread meets the same error and reports it
                    del self._backlog[: written(self._serial, self._backlog)]

    def _read_on(self) -> None:
        """The thread: open the port, read until that fails, try again."""
        while not self._ending.is_set():
            try:
                self._read_until_lost(self._place())
            # pyserial raises what it happens to meet when a port is lost at a bad moment:
            # OSError, TypeError, ValueError, termios.error.
            except Exception as error:
                try:
                    why = way_out(error, self.port)
                except Exception as worse:
                    why = f"it was lost ({error}; {worse})"
                if why != self.failed:
                    self.failed = why
                    self._note(None, why)
            self._ending.wait(RETRY)

    def _place(self) -> str:
        """The port to open: where the device is now that was there before, else the one that was
        asked for."""
        found = port_of(self._device, self._ports()) if self._device is not None else None
        return found or self.port

    def _read_until_lost(self, place: str) -> None:
        """Open the port and read. Raises what pyserial raises when it is lost."""
        with serial.Serial(place, self._baud, timeout=0.1, write_timeout=0, exclusive=True) as port:
            try:
                with self._lock:
                    self._serial = port
                self._note(None, "")
                self.failed = ""
                self._device = device_of(place, self._ports()) or self._device
                while not self._ending.is_set():
                    if self._ahead > AHEAD:
                        self._ending.wait(FLOOD_PAUSE)
                        continue
                    data = port.read(min(AT_ONCE, max(1, port.in_waiting)))
                    if data:
                        self._note(data, "")
            finally:
                with self._lock:
                    self._serial = None

    def _note(self, data: bytes | None, error: str) -> None:
        with self._lock:
            self._ahead += len(data or b"")
        self._came.append((time.monotonic(), data, error))  # noqa: TID251
