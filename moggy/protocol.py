"""The brain's end of the wire, without any port or thread: bytes and moments go in, messages and
bytes come out."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass

from moggy import wire

HELLO_PERIOD = 0.2
PING_PERIOD = 0.5
SILENCE = 1.5
"""Seconds without a good frame after which the board counts as lost: three heartbeats."""
AGAIN_MS = 60
TICKS_WRAP = 1 << 30
"""Milliseconds of a MicroPython board begin again here, after twelve days."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answered."""

    schema: int
    limits: int
    nonce: int
    boots: int
    version: tuple[int, int, int]
    reset_cause: int
    board: str
    joints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """One event or sample of the board."""

    at: float
    """On the clock of whoever gave `now`."""
    kind: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The board came or went."""

    at: float
    connected: bool
    message: str = ""
    """Why it went."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What the board said to a command."""

    kind: int
    result: str


class BoardClock:
    """The board's milliseconds on our clock, from the ping with the shortest round trip of the last
    few."""

    def __init__(self) -> None:
        self._trips: deque[tuple[float, float, int]] = deque(maxlen=16)
        self._best: tuple[float, float, int] | None = None

    @property
    def round_trip(self) -> float | None:
        """Seconds; the shortest lately."""
        return None if self._best is None else self._best[0]

    def pong(self, sent: float, received: float, board_ms: int) -> None:
        self._trips.append((received - sent, (sent + received) / 2.0, board_ms))
        self._best = min(self._trips)

    def at(self, board_ms: int, now: float) -> float:
        """When it was `board_ms` there; never later than now."""
        if self._best is None:
            return now
        _, moment, then_ms = self._best
        since = (board_ms - then_ms + TICKS_WRAP // 2) % TICKS_WRAP - TICKS_WRAP // 2
        return max(0.0, min(now, moment + since / 1000.0))


class Protocol:
    """Says hello until it is answered, keeps the heartbeat, repeats commands until they are
    acknowledged, takes each event once."""

    def __init__(self, nonce: int) -> None:
        """`nonce`: a number that no earlier brain of this board has used lately."""
        self._nonce = nonce % 0xFFFF
        self._frames = wire.Frames()
        self._commands = wire.Outbox(1, AGAIN_MS, 32)
        self._events = wire.Inbox()
        self.identity: Identity | None = None
        self.clock = BoardClock()
        self._results: list[CommandResult] = []
        self._setpoint: bytes | None = None
        self._reply = bytearray()
        self._open = False
        self._heard = self._asked = self._pinged = self._wrote = float("-inf")
        self._begun = 0.0
        self._lost_said = False

    @property
    def errors(self) -> int:
        """Damaged frames so far."""
        return self._frames.errors

    def begin(self, now: float) -> None:
        """The port is open: look for the board on it."""
        self._nonce = self._nonce % 0xFFFF + 1
        self._open = True
        self._begun = now
        self._asked = self._pinged = float("-inf")
        self.identity = None
        self.clock = BoardClock()
        self._reply.clear()
        self._setpoint = None
        # A stop that was not acknowledged is asked for again; any other command was meant for a
        # moment that has passed.
        stop = any(kind == wire.STOP for kind, _, _ in self._commands.waiting)
        self._commands.clear()
        self._events.clear()
        if stop:
            self._commands.post(wire.STOP, b"")

    def end(self, now: float, message: str) -> list[LinkChange]:
        """The port is gone."""
        self._open = False
        return self._lose(now, message)

    def setpoint(self, payload: bytes) -> None:
        """To go out next; an older one that has not gone yet is forgotten."""
        if self.identity is not None:
            self._setpoint = payload

    def command(self, kind: int, payload: bytes = b"") -> None:
        """To be done exactly once, after the commands before it."""
        self._commands.post(kind, payload)

    @property
    def waiting(self) -> int:
        """Commands that are not acknowledged."""
        return len(self._commands.waiting)

    def results(self) -> list[CommandResult]:
        """Of the commands acknowledged since the last call."""
        results, self._results = self._results, []
        return results

    def receive(self, data: bytes, now: float) -> list[Heard | LinkChange]:
        """What came over the port at `now`."""
        heard: list[Heard | LinkChange] = []
        if data:
            for kind, seq, payload in self._frames.feed(data):
                self._heard = now
                if kind >= wire.TOUCHED:
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
        """What to write now."""
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
                f"the board speaks version {schema:08x} of the wire, this brain {wire.SCHEMA_HASH:08x}: flash the board's firmware again",
            )
        head = "<IIHHBBBBB"
        _, limits, nonce, boots, major, minor, patch, cause, _ = struct.unpack_from(head, payload)
        if nonce != self._nonce:
            # The board started anew and knows no session: begin one.
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
        """The board is gone, or is none that we can talk to. Said once."""
        self.identity = None
        self._asked = now if self._open else float("-inf")
        if self._open:
            self._begun = now
        if self._lost_said:
            return []
        self._lost_said = True
        return [LinkChange(now, False, message)]
