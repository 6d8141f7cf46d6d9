"""The board's end of the wire: sessions, commands taken exactly once, events repeated until they
are acknowledged."""

import struct

from micropython import const

import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Begin, Ms, Take, Uart

_BACKLOG = const(1024)
"""Bytes that may wait for a brain that does not read; streams beyond that are dropped."""
_AGAIN_MS = const(60)


class Port:
    """`uart` has any(), read(n) and write(bytes), none of which waits."""

    def __init__(self, uart: "Uart", identity: bytes, names: bytes) -> None:
        """`identity` is packed from `boots` to `joints`; names are text."""
        self._uart = uart
        self._identity, self._names = identity, names
        self._frames = wire.Frames()
        self._events = wire.Outbox(4, _AGAIN_MS, 16)
        self._commands = wire.Inbox()
        self._result = 0
        self._nonce = 0
        self.open = False
        """Whether a brain has said hello."""
        self._out = bytearray()

    @property
    def errors(self) -> int:
        """Damaged frames since the start."""
        return self._frames.errors

    def receive(self, take: "Take", begin: "Begin", now: "Ms") -> None:
        """Read what came. `take(kind, payload, now)` gives the result of a command or setpoint;
        `begin()` is called at a new session."""
        waiting = self._uart.any()
        if not waiting:
            return
        data = self._uart.read(min(waiting, 512))
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
        """Send once; the newest is enough."""
        if self._nonce and len(self._out) < _BACKLOG:
            self._say(kind, payload)

    def event(self, kind: int, payload: bytes) -> None:
        """Send until it is acknowledged. Without a brain nothing is kept: a new session begins with
        the state as it is then."""
        if self._nonce and self._events.post(kind, payload) < 0:
            # A brain that acknowledges nothing for so long has lost its session.
            self._nonce = 0
            self.open = False
            self._events.clear()

    def flush(self, elapsed_ms: int) -> None:
        """Write what is due."""
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
