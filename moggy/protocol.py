"""The brain's end of the wire, without a port or a thread: bytes and times go in, messages and
bytes come out. docs/wire.md describes the protocol."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass

from moggy import wire

HELLO_PERIOD = 0.2
"""Seconds between two attempts to begin a session; our choice."""
PING_PERIOD = 0.5
"""Seconds between two pings, which are the heartbeat of the link; our choice."""
SILENCE = 1.5
"""Seconds without an intact frame after which the board counts as lost: three pings."""
AGAIN_MS = 60
"""ms without an acknowledgement after which a command is sent again: three ticks of the loop."""
COMMANDS_KEPT = 32
"""Commands that may wait for an acknowledgement; more are dropped."""
TICKS_WRAP = 1 << 30
"""ms at which the clock of a MicroPython board wraps, after twelve days."""
NEVER = float("-inf")
"""A time before all others."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the board says about itself when a session begins (`identity` in docs/wire.md)."""

    schema: int
    """Hash of the wire's schema in the board's firmware."""
    limits: int
    """Hash of the joints' table that it was built with."""
    nonce: int
    """Number of the session."""
    boots: int
    """How often it has started."""
    version: tuple[int, int, int]
    """Version of the firmware."""
    reset_cause: int
    """As `machine.reset_cause()` of its MicroPython."""
    board: str
    joints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """One event or sample from the board."""

    at: float
    """When it was measured: seconds on the clock of `now`."""
    kind: int
    """Type of message, as in `wire`."""
    payload: bytes


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The board was connected or lost."""

    at: float
    connected: bool
    message: str = ""
    """Why it was lost; empty when connected."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How the board answered a command."""

    kind: int
    """Type of the command, as in `wire`."""
    result: str
    """One of wire.RESULTS."""


class BoardClock:
    """Translates the board's milliseconds to our clock, by the ping with the shortest round trip of
    the last sixteen (as NTP's clock filter does: Mills 1991)."""

    def __init__(self) -> None:
        self._trips: deque[tuple[float, float, int]] = deque(maxlen=16)
        """(round trip in s, its middle on our clock, the board's ms then)."""
        self._best: tuple[float, float, int] | None = None

    @property
    def round_trip(self) -> float | None:
        """Shortest of the last round trips, s; None before the first."""
        return None if self._best is None else self._best[0]

    def pong(self, sent: float, received: float, board_ms: int) -> None:
        """Take the answer to a ping: when it was sent and received (s), and the board's clock."""
        self._trips.append((received - sent, (sent + received) / 2.0, board_ms))
        self._best = min(self._trips)

    def at(self, board_ms: int, now: float) -> float:
        """When the board's clock showed `board_ms`, s on ours; never later than `now`."""
        if self._best is None:
            return now
        _, moment, then_ms = self._best
        since = (board_ms - then_ms + TICKS_WRAP // 2) % TICKS_WRAP - TICKS_WRAP // 2
        return max(0.0, min(now, moment + since / 1000.0))


class Protocol:
    """Begins a session, keeps its heartbeat, repeats commands until they are acknowledged, and
    takes each event once. Call `receive` and `outgoing` at every tick; all times are s on one
    clock."""

    def __init__(self, nonce: int) -> None:
        """`nonce`: a number that no recent session with this board has used."""
        self._nonce = nonce % 0xFFFF
        self._frames = wire.Frames()
        self._commands = wire.Outbox(1, AGAIN_MS, COMMANDS_KEPT)
        self._events = wire.Inbox()
        self.identity: Identity | None = None
        """Of the connected board; None while none is."""
        self.clock = BoardClock()
        self._results: list[CommandResult] = []
        self._setpoint: bytes | None = None
        self._reply = bytearray()
        self._open = False
        self._heard = self._asked = self._pinged = self._wrote = NEVER
        self._begun = 0.0
        self._lost_said = False

    @property
    def errors(self) -> int:
        """Number of damaged frames so far."""
        return self._frames.errors

    def begin(self, now: float) -> None:
        """The port was opened: look for a board on it."""
        self._nonce = self._nonce % 0xFFFF + 1
        self._open = True
        self._begun = now
        self._asked = self._pinged = NEVER
        self.identity = None
        self.clock = BoardClock()
        self._reply.clear()
        self._setpoint = None
        # A stop that was not acknowledged is sent again. Any other command was meant for a moment
        # that has passed.
        stop = any(kind == wire.STOP for kind, _, _ in self._commands.waiting)
        self._commands.clear()
        self._events.clear()
        if stop:
            self._commands.post(wire.STOP, b"")

    def end(self, now: float, message: str) -> list[LinkChange]:
        """The port was closed, with the reason for the user. Returns the change, if it is one."""
        self._open = False
        return self._lose(now, message)

    def setpoint(self, payload: bytes) -> None:
        """Replace the setpoint that goes out next. Dropped while no board is connected."""
        if self.identity is not None:
            self._setpoint = payload

    def command(self, kind: int, payload: bytes = b"") -> None:
        """Queue a command, which the board carries out exactly once and in order."""
        self._commands.post(kind, payload)

    @property
    def waiting(self) -> int:
        """Number of commands that are not acknowledged."""
        return len(self._commands.waiting)

    def results(self) -> list[CommandResult]:
        """Results of the commands that were acknowledged since the last call."""
        results, self._results = self._results, []
        return results

    def receive(self, data: bytes, now: float) -> list[Heard | LinkChange]:
        """Take the bytes that came (possibly none); returns what the board said, in order."""
        heard: list[Heard | LinkChange] = []
        if data:
            for kind, seq, payload in self._frames.feed(data):
                self._heard = now
                if kind != wire.IDENTITY and not wire.fits(kind, len(payload)):
                    self._frames.errors += 1
                elif kind >= wire.TOUCHED:
                    self._hear(kind, seq, payload, now, heard)
                elif kind == wire.IDENTITY:
                    heard += self._identify(payload, now)
                elif kind == wire.PONG:
                    host_ms, board_ms = struct.unpack("<II", payload)
                    self.clock.pong(
                        now - (int(now * 1000.0) - host_ms) % (1 << 32) / 1000.0, now, board_ms
                    )
                elif kind == wire.ACK:
                    for done, _, _ in self._commands.acknowledged(payload[0]):
                        self._results.append(CommandResult(done, wire.RESULTS[payload[1]]))
        if self._open and now - max(self._heard, self._begun) > SILENCE:
            heard += self._lose(now, "the board does not answer")
        return heard

    def outgoing(self, now: float) -> bytes:
        """The bytes to write now."""
        if not self._open:
            return b""
        if self.identity is None:
            if now - self._asked < HELLO_PERIOD:
                return b""
            self._asked = now
            return wire.frame(wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, self._nonce))
        out = self._reply
        self._reply = bytearray()
        if now - self._pinged >= PING_PERIOD:
            self._pinged = now
            out += wire.frame(wire.PING, 0, struct.pack("<I", int(now * 1000.0) & 0xFFFFFFFF))
        elapsed = now - self._wrote
        for frame in self._commands.due(int(elapsed * 1000.0) if elapsed < 10.0 else AGAIN_MS):
            out += frame
        self._wrote = now
        if self._setpoint is not None:
            out += wire.frame(wire.SETPOINT, 0, self._setpoint)
            self._setpoint = None
        return bytes(out)

    def _hear(
        self, kind: int, seq: int, payload: bytes, now: float, heard: list[Heard | LinkChange]
    ) -> None:
        if self.identity is None:
            return
        if kind <= wire.STATE:
            fresh = self._events.accept(seq)
            self._reply += wire.frame(wire.ACK, 0, bytes((self._events.last, 0)))
            if not fresh:
                return
        at = self.clock.at(int.from_bytes(payload[:4], "little"), now) if kind != wire.LOG else now
        heard.append(Heard(at, kind, payload))

    def _identify(self, payload: bytes, now: float) -> list[LinkChange]:
        schema = int.from_bytes(payload[:4], "little")
        if schema != wire.SCHEMA_HASH:
            return self._lose(
                now,
                f"the board has version {schema:08x} of the wire, this computer "
                f"{wire.SCHEMA_HASH:08x}: flash the board's firmware again",
            )
        if not wire.fits(wire.IDENTITY, len(payload)):
            self._frames.errors += 1
            return []
        head = "<IIHHBBBBB"
        _, limits, nonce, boots, major, minor, patch, cause, _ = struct.unpack_from(head, payload)
        if nonce != self._nonce:
            # The board has restarted and has no session: begin one.
            changes = self._lose(now, "the board restarted") if self.identity is not None else []
            self.begin(now)
            return changes
        if self.identity is not None:
            return []
        board, *joints = payload[struct.calcsize(head) :].decode(errors="replace").split(" ")
        self.identity = Identity(
            schema, limits, nonce, boots, (major, minor, patch), cause, board, tuple(joints)
        )
        self._lost_said = False
        return [LinkChange(now, True)]

    def _lose(self, now: float, message: str) -> list[LinkChange]:
        """End the session. The change is returned once, not at every attempt that fails."""
        self.identity = None
        self._asked = now if self._open else NEVER
        if self._open:
            self._begun = now
        if self._lost_said:
            return []
        self._lost_said = True
        return [LinkChange(now, False, message)]
