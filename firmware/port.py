"""The board's end of the wire: sessions, commands that are carried out exactly once, and events
that are repeated until they are acknowledged. docs/wire.md describes the protocol."""

import struct

from micropython import const

import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Begin, Ms, Take, Uart

_BACKLOG = const(512)
"""Bytes that may wait for a brain that does not read; above it streams are dropped."""
_ROOM = const(640)
"""Bytes that may wait in all; above it answers are dropped too, which the brain asks for again."""
_AGAIN_MS = const(60)
"""ms without an acknowledgement after which events are sent again: several round trips of a 50 Hz
loop."""
_EVENTS_AT_ONCE = const(4)
"""Events that are sent before the first of them is acknowledged."""
_EVENTS_KEPT = const(8)
"""Events that may wait; a further one takes the place of the newest of its type that was not sent,
if there is one: in a touch that flickers, or a state, the last word counts."""
_KINDS = const(2)
"""Types of events, one more of each of which may wait: `touched` and `state`."""
_READ_AT_ONCE = const(128)
"""Bytes that are read at once, twice in a tick: 115200 baud bring in 58 meanwhile."""
_WITHOUT_ANGLES = const(64)
"""Bytes of the longest frame that it is sent, but two for each joint. Our choice: 18 are used."""
_LIVES = const(8)
"""Quarters of a second after its last ping for which a session lives: four pings."""
_SESSIONS_KEPT = const(16)
"""Sessions whose numbers are remembered."""


class Port:
    """The serial line to the brain, with at most one session."""

    def __init__(self, uart: "Uart", identity: bytes, names: bytes) -> None:
        """`uart` is a serial line (shapes.Uart), none of whose methods waits. `identity` holds the
        packed fields of wire.IDENTITY but schema and nonce; `names` is text."""
        self._uart = uart
        self._identity, self._names = identity, names
        self._frames = wire.Frames(_WITHOUT_ANGLES + 2 * identity[-1])
        self._events = wire.Outbox(_EVENTS_AT_ONCE, _AGAIN_MS, _EVENTS_KEPT + _KINDS)
        self._commands = wire.Inbox()
        self._result = 0
        self._nonce = 0
        self._lives = 0
        """Quarters of a second for which the session still counts as living."""
        self._gone = False
        """Whether it has ceased to live: events are sent once, and again from the brain's next ping
        on."""
        self._used = [0] * _SESSIONS_KEPT
        """Numbers of the last sessions."""
        self.open = False
        """Whether a brain has said hello."""
        self.dropped = 0
        """Number of messages since the start that a brain which does not read has missed, with
        the events that newer ones have replaced."""
        self._in = bytearray(_READ_AT_ONCE)
        self._out = bytearray(_ROOM)
        self._start = self._end = 0
        """Where in `_out` the bytes stand that wait."""
        self._pong = bytearray(8)

    def errors(self) -> int:
        """Number of damaged frames since the start, and of frames whose length is not of their
        type."""
        return self._frames.errors

    def receive(self, take: "Take", begin: "Begin", now: "Ms") -> None:
        """Read and handle the bytes that came. `take(kind, payload, now)` carries out a command or
        setpoint and returns its result; `begin()` is called when a session begins."""
        count = self._uart.any()
        if count:
            self._read(min(count, _READ_AT_ONCE), take, begin, now)

    def _read(self, most: int, take: "Take", begin: "Begin", now: "Ms") -> None:
        frames = self._frames
        most = self._uart.readinto(self._in, most) or 0
        if not most:
            return
        frames.give(self._in, most)
        while frames.next():
            if wire.fits(frames.kind, len(frames.payload)):
                self._handle(take, begin, now)
            else:
                frames.errors += 1
        # An answer does not wait for the rest of the tick.
        if self._start < self._end:
            self._write()

    def _handle(self, take: "Take", begin: "Begin", now: "Ms") -> None:
        kind, payload = self._frames.kind, self._frames.payload
        if kind == wire.HELLO:
            self._greet(payload, begin)
        elif not self._nonce:
            self._say(wire.IDENTITY, self._who(0))
        elif kind == wire.SETPOINT:
            if self._frames.seq == self._nonce & 255:
                take(kind, payload, now)
        elif kind == wire.ACK:
            if payload[2] == self._nonce & 255:
                self._events.acknowledged(payload[0])
        elif kind == wire.PING:
            self._lives, self._gone = _LIVES, False
            pong = self._pong
            wire.copy(payload, 4, pong, 0)
            struct.pack_into("<I", pong, 4, now)
            self._say(wire.PONG, pong)
        elif not payload or payload[0] != self._nonce & 255:
            # Of another session, whose line held it back: its number is another one's here. Only a
            # stop holds whoever asked for it.
            if kind == wire.STOP:
                take(kind, payload, now)
        else:
            if self._commands.accept(self._frames.seq):
                self._result = take(kind, payload[1:], now)
            elif kind == wire.STOP:  # again, or of a session whose number ends in the same byte
                take(kind, payload, now)
            answer = self._commands.last, self._result, self._nonce & 255
            self._say(wire.ACK, bytes(answer))

    def stream(self, kind: int, payload: "bytes | bytearray") -> None:
        """Send a message once. It is dropped without a session, and counted as dropped when too
        much waits. `payload` may be written again at once."""
        if not self._nonce:
            return
        if self._end - self._start < _BACKLOG:
            self._say(kind, payload)
        else:
            self.dropped += 1

    def log(self, text: str) -> None:
        """Send a line of text once."""
        self.stream(wire.LOG, text.encode())

    def event(self, kind: int, payload: bytes) -> None:
        """Send a message until it is acknowledged. Without a session it is dropped: a new session
        begins with the state as it is then."""
        if not self._nonce:
            return
        events = self._events
        if len(events.waiting) >= _EVENTS_KEPT and events.replace(kind, payload):
            self.dropped += 1
        else:
            events.post(kind, payload)

    def age(self) -> None:
        """Note that a quarter of a second has passed."""
        if self._lives:
            self._lives -= 1
            self._gone = not self._lives

    def flush(self, elapsed_ms: int) -> None:
        """Write what is due, `elapsed_ms` after the last call, as far as the line takes it."""
        if self._events.waiting:
            self._put_events(elapsed_ms)
        if self._start < self._end:
            self._write()

    def _put_events(self, elapsed_ms: int) -> None:
        for data in self._events.due(elapsed_ms, not self._gone):
            count = len(data)
            # What finds no room is sent again, as it is not acknowledged.
            if self._has_room(count):
                self._end = wire.copy(data, count, self._out, self._end)

    def _write(self) -> None:
        """Write what waits, as far as the line takes it."""
        start, end = self._start, self._end
        written = self._uart.write(self._out, start, end - start)
        if written:
            start += written
            self._start = start
            if start == end:
                self._start = self._end = 0

    def _has_room(self, count: int) -> bool:
        """Whether `count` more bytes may wait; makes room for them in one piece."""
        start, end = self._start, self._end
        if end + count > _ROOM and start:
            self._out[: end - start] = self._out[start:end]
            self._start, self._end = 0, end - start
            end -= start
        if end + count <= _ROOM:
            return True
        self.dropped += 1
        return False

    def _say(self, kind: int, payload: "bytes | bytearray") -> None:
        if self._has_room(wire.longest(len(payload))):
            self._end = wire.put(self._out, self._end, kind, 0, payload)

    def _greet(self, payload: "memoryview", begin: "Begin") -> None:
        schema, nonce = struct.unpack_from("<IH", payload)
        fresh = nonce != self._nonce and schema == wire.SCHEMA_HASH
        if fresh and self._nonce and self._lives and nonce in self._used:
            return  # one that was recorded, or held up on its way
        if fresh:
            self._nonce = nonce
            self._lives, self._gone = 0, False
            self._used.pop(0)
            self._used.append(nonce)
            self.open = nonce != 0
            self._events.clear(nonce)
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
