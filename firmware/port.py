"""The board's end of the wire: sessions, commands that are carried out exactly once, and events
that are repeated until they are acknowledged. docs/wire.md describes the protocol."""

import struct

from micropython import const

import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Begin, Ms, Take, Uart

_BACKLOG = const(1024)
"""Bytes that may wait for a brain that does not read; above it streams are dropped."""
_AGAIN_MS = const(60)
"""ms without an acknowledgement after which events are sent again: several round trips of a 50 Hz
loop."""
_EVENTS_AT_ONCE = const(4)
"""Events that are sent before the first of them is acknowledged."""
_EVENTS_KEPT = const(16)
"""Events that may wait; one more ends the session."""
_READ_AT_ONCE = const(512)
"""Bytes that are read in one tick: more than 115200 baud bring in 10 ms."""


class Port:
    """The serial line to the brain, with at most one session."""

    def __init__(self, uart: "Uart", identity: bytes, names: bytes) -> None:
        """`uart` has any(), read(n) and write(bytes), none of which waits. `identity` holds the
        packed fields of wire.IDENTITY but schema and nonce; `names` is text."""
        self._uart = uart
        self._identity, self._names = identity, names
        self._frames = wire.Frames()
        self._events = wire.Outbox(_EVENTS_AT_ONCE, _AGAIN_MS, _EVENTS_KEPT)
        self._commands = wire.Inbox()
        self._result = 0
        self._nonce = 0
        self.open = False
        """Whether a brain has said hello."""
        self._out = bytearray()

    @property
    def errors(self) -> int:
        """Number of damaged frames since the start."""
        return self._frames.errors

    def receive(self, take: "Take", begin: "Begin", now: "Ms") -> None:
        """Read and handle the bytes that came. `take(kind, payload, now)` carries out a command or
        setpoint and returns its result; `begin()` is called when a session begins."""
        waiting = self._uart.any()
        if not waiting:
            return
        data = self._uart.read(min(waiting, _READ_AT_ONCE))
        if not data:
            return
        for kind, seq, payload in self._frames.feed(data):
            if kind == wire.HELLO:
                self._greet(payload, begin)
            elif not self._nonce:
                self._say(wire.IDENTITY, self._who(0))
            elif kind == wire.SETPOINT:
                take(kind, payload, now)
            elif kind == wire.ACK:
                self._events.acknowledged(payload[0])
            elif kind == wire.PING:
                self._say(wire.PONG, payload + struct.pack("<I", now))
            else:
                if self._commands.accept(seq):
                    self._result = take(kind, payload, now)
                self._say(wire.ACK, bytes((self._commands.last, self._result)))

    def stream(self, kind: int, payload: bytes) -> None:
        """Send a message once. It is dropped without a session, or when too much waits."""
        if self._nonce and len(self._out) < _BACKLOG:
            self._say(kind, payload)

    def event(self, kind: int, payload: bytes) -> None:
        """Send a message until it is acknowledged. Without a session it is dropped: a new session
        begins with the state as it is then."""
        if self._nonce and self._events.post(kind, payload) < 0:
            # A brain that leaves this many events without an answer has lost its session.
            self._nonce = 0
            self.open = False
            self._events.clear()

    def flush(self, elapsed_ms: int) -> None:
        """Write what is due, `elapsed_ms` after the last call."""
        if self._events.waiting:
            for data in self._events.due(elapsed_ms):
                self._out.extend(data)
        if self._out:
            written = self._uart.write(self._out)
            if written:
                self._out = self._out[written:] if written < len(self._out) else bytearray()

    def _say(self, kind: int, payload: bytes) -> None:
        self._out.extend(wire.frame(kind, 0, payload))

    def _greet(self, payload: bytes, begin: "Begin") -> None:
        schema, nonce = struct.unpack_from("<IH", payload)
        fresh = nonce != self._nonce and schema == wire.SCHEMA_HASH
        if fresh:
            self._nonce = nonce
            self.open = nonce != 0
            self._events.clear()
            self._commands.clear()
        self._say(wire.IDENTITY, self._who(nonce))
        if fresh:
            begin()

    def _who(self, nonce: int) -> bytes:
        return (
            struct.pack("<I", wire.SCHEMA_HASH)
            + self._identity[:4]
            + struct.pack("<H", nonce)
            + self._identity[4:]
            + self._names
        )
