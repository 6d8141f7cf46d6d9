"""The wire between brain and board: frames, messages and the reliable queues. One file, run by
CPython and by MicroPython (`moggy/wire.py` is a link to it).

A frame is `COBS(type, seq, payload, crc32) 00`. The checksum is seeded with the hash of the schema
below, so that two versions never half understand each other. Only HELLO and IDENTITY are seeded
with 0, and their first field is the schema's hash in every version, so that each side can say that
the other has another version.
"""

import struct
import sys
from array import array
from binascii import crc32

if sys.implementation.name != "micropython":
    # MicroPython's compiler takes viper's decorators and types, which mean nothing to CPython.
    from typing import Any, TypeAlias, TypeVar

    _Function = TypeVar("_Function")
    uint = int
    ptr8: TypeAlias = Any
    ptr16: TypeAlias = Any
    ptr32: TypeAlias = Any

    class micropython:
        """Stands for the module of that name."""

        @staticmethod
        def viper(function: _Function) -> _Function:
            """Nothing."""
            return function

        native = viper


# Types of messages. The session: 1 to 31.
HELLO = 1
IDENTITY = 2
SETPOINT = 3
PING = 4
PONG = 5
ACK = 6
# Commands: 32 to 63.
STOP = 32
RELEASE = 33
REST = 34
LIMP = 35
CLEAR = 36
NARROW = 37
PROMPT = 38
# Events: 64 to 79.
TOUCHED = 64
STATE = 65
# Streams: 80 and above.
TOUCH = 80
MOTION = 81
BATTERY = 82
JOINTS = 83
LOG = 84

SCHEMA = (
    # type, name, struct format, fields. A format that ends in * repeats its last letter to the end
    # of the frame. Units are in the fields' names: ms, mv, mg, mrad_s, cdeg (centidegrees).
    (HELLO, "hello", "<IH", "schema nonce"),
    (
        IDENTITY,
        "identity",
        "<IIHHBBBBB",
        "schema body nonce boots major minor patch reset_cause joints; board and joint names",
    ),
    # number: from 1 in each session; sent_ms: the brain's clock. Both wrap.
    (
        SETPOINT,
        "setpoint",
        "<HHHBBBBH*",
        "number sent_ms ttl_ms over_ms pupils purr purr_hz angles_cdeg+32768; seq=nonce&255",
    ),
    (PING, "ping", "<I", "host_ms"),
    (PONG, "pong", "<II", "host_ms board_ms"),
    (ACK, "ack", "<BBB", "seq result session"),
    # Commands and events are repeated until they are acknowledged, and taken once. Their fields
    # stand behind nonce&255, so that none of another session is taken.
    (STOP, "stop", "", "; nonce&255 first"),
    (RELEASE, "release", "", ""),
    (REST, "rest", "", ""),
    (LIMP, "limp", "", ""),
    (CLEAR, "clear", "", ""),
    (NARROW, "narrow", "<BhhI", "joint min_cdeg max_cdeg velocity_cdeg_s"),
    (PROMPT, "prompt", "", ""),
    (TOUCHED, "touched", "<IB*", "board_ms pressures"),
    (STATE, "state", "<IBHHB", "board_ms state faults stuck_pads flags"),
    (TOUCH, "touch", "<IB*", "board_ms pressures"),
    (
        MOTION,
        "motion",
        "<Ihhhhhh",
        "board_ms x_mg y_mg z_mg gyro_x_mrad_s gyro_y_mrad_s gyro_z_mrad_s",
    ),
    (BATTERY, "battery", "<IHBB", "board_ms mv percent charging"),
    (JOINTS, "joints", "<IH*", "board_ms angles_cdeg+32768"),
    (LOG, "log", "", "text"),
)

ANGLE_ZERO = 32768
"""Added to angles (cdeg), which makes them unsigned and zero bytes rare: COBS pays for each
zero."""

LONGEST = 512
"""So many bytes without a delimiter are noise."""

STATES = ("starting", "running", "hold", "rest", "limp", "stopped", "fault", "stopping")
"""Names of the board's states, by number (firmware/mode.py)."""
FAULTS = ("servos", "touch", "imu", "battery", "overrun", "watchdog", "restarts")
"""Names of the fault bits, lowest bit first."""
RESULTS = ("done", "refused", "unknown")
"""Names of the results of a command, by number."""

SCHEMA_HASH = crc32(
    "\n".join(
        [" ".join([str(field) for field in row]) for row in SCHEMA]
        + list(STATES + FAULTS + RESULTS)
        + [str(ANGLE_ZERO), str(LONGEST)]
    ).encode()
)
"""Of every constant above: two sides that differ in one of them do not connect."""


def _lengths() -> dict[int, int]:
    found = {}
    for kind, _, layout, _ in SCHEMA:
        step = 0
        if layout.endswith("*"):
            step = struct.calcsize("<" + layout[-2])
            layout = layout[:-2]
        # What begins a session may be longer in another version, whose hash must still be read.
        step = 1 if kind < SETPOINT or kind == LOG else step
        found[kind] = struct.calcsize(layout) + (STOP <= kind < TOUCH) << 2 | step
    return found


lengths = _lengths()
"""By type: the shortest payload in bytes, times 4, and by how many bytes each it may be longer; 0
is not at all."""


def fits(kind: int, length: int) -> bool:
    """Whether a payload of this many bytes can be of this type. Any length may be of a type that
    the schema does not know."""
    known = lengths.get(kind)
    if known is None:
        return True
    more, step = length - (known >> 2), known & 3
    return more == 0 if step == 0 else more >= 0 and more % step == 0


_seeds = [0xFFFFFFFF, SCHEMA_HASH ^ 0xFFFFFFFF]
"""Of the two messages that begin a session and of all others, inverted as crc32 wants them."""


def _remainders() -> "array[int]":
    found = array("I")
    for value in range(16):
        for _ in range(4):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        found.append(value)
    return found


_REMAINDERS = _remainders()
"""Of each half of a byte, for crc32."""


@micropython.viper
def seal(data: ptr8, at: int, end: int, seed: uint, table: ptr32, write: int) -> int:
    """Write the crc32 of the bytes from `at` to `end` behind them, or only compare it with what is
    there; returns 1 if it was the same. `seed` is inverted. Nothing is allocated, where
    binascii.crc32 makes an integer that is too long for 32 bits."""
    crc = seed
    for index in range(at, end):
        crc = crc ^ uint(data[index])
        crc = (crc >> 4) ^ uint(table[int(crc & 15)])
        crc = (crc >> 4) ^ uint(table[int(crc & 15)])
    same = 1
    for at in range(end, end + 4):
        byte = int(crc & 255) ^ 255
        if write:
            data[at] = byte
        if int(data[at]) != byte:
            same = 0
        crc = crc >> 8
    return same


@micropython.viper
def copy(source: ptr8, count: int, target: ptr8, at: int) -> int:
    """Copy the first `count` bytes to `target` from `at` on; returns where they end."""
    for index in range(count):
        target[at + index] = source[index]
    return at + count


@micropython.viper
def stuff(data: ptr8, begin: int, end: int, at: int) -> int:
    """Encode the bytes from `begin` to `end` by COBS (Cheshire and Baker 1999) to `at` in the same
    buffer, with the delimiter; returns where that ends. There is no zero byte before the delimiter.
    `at` is at least one byte before `begin`, and one more for each whole 254 bytes: then none is
    overwritten before it is read."""
    mark = at
    at += 1
    code = 1
    for index in range(begin, end):
        byte = int(data[index])
        if byte:
            data[at] = byte
            at += 1
            code += 1
        if byte == 0 or code == 255:
            data[mark] = code
            mark = at
            at += 1
            code = 1
    data[mark] = code
    data[at] = 0
    return at + 1


@micropython.viper
def unstuff(data: ptr8, end: int, out: ptr8, state: ptr32) -> int:
    """Decode COBS from `data` into `out` up to the first delimiter. `state` keeps what is known
    between two calls: where to go on in `data`, bytes in `out`, bytes before the next code, whether
    that stands for a zero, bytes of the last frame, bytes that `out` has. Returns 1 for a frame, 0
    where `data` ended before, 2 for bytes that are none; these are left out up to the delimiter."""
    most = int(state[5])
    at = int(state[0])
    length = int(state[1])
    left = int(state[2])
    zero = int(state[3])
    found = 0
    while at < end and found == 0:
        byte = int(data[at])
        at += 1
        if byte == 0:
            if length >= most or left:
                found = 2
            elif length or zero:
                found = 1
            state[4] = length
            length = 0
            left = 0
            zero = 0
        elif length >= most:
            left = 0
        elif left:
            out[length] = byte
            length += 1
            left -= 1
        else:
            if zero:
                out[length] = 0
                length += 1
            left = byte - 1
            zero = 1 if byte < 255 else 0
    state[0] = at
    state[1] = length
    state[2] = left
    state[3] = zero
    return found


if sys.implementation.name != "micropython":
    # What takes CPython long is a loop over bytes.

    def seal(data: ptr8, at: int, end: int, seed: uint, table: ptr32, write: int) -> int:
        """As above."""
        crc = crc32(memoryview(data)[at:end], seed ^ 0xFFFFFFFF)
        if write:
            struct.pack_into("<I", data, end, crc)
        return 1 if crc == struct.unpack_from("<I", data, end)[0] else 0

    def copy(source: ptr8, count: int, target: ptr8, at: int) -> int:
        """As above."""
        target[at : at + count] = source[:count]
        return at + count


def put(out: bytearray, at: int, kind: int, seq: int, payload: "bytes | bytearray") -> int:
    """Write a whole frame with its delimiter into `out` from `at` on; returns where it ends, at
    most `longest(len(payload))` further. `seq`: 1..255 for commands and events, else 0."""
    length = len(payload)
    begin = at + longest(length) - length - 7
    out[begin], out[begin + 1] = kind, seq
    end = copy(payload, length, out, begin + 2)
    seal(out, begin, end, _seeds[kind >= SETPOINT], _REMAINDERS, 1)
    return stuff(out, begin, end + 4, at)


def longest(length: int) -> int:
    """The most bytes that a frame with a payload of `length` bytes takes."""
    return length + 8 + (length + 6) // 254


def frame(kind: int, seq: int, payload: bytes) -> bytes:
    """A whole frame with its delimiter."""
    out = bytearray(longest(len(payload)))
    return bytes(memoryview(out)[: put(out, 0, kind, seq, payload)])


class Frames:
    """Finds frames in a stream of bytes. Noise and damaged frames are counted and skipped.

    `give` hands over bytes as they came; then `next` until it is False gives the frames that are
    whole, one at a time. Nothing is allocated once a frame of the same length has come before."""

    def __init__(self, longest: int = LONGEST) -> None:
        """`longest`: so many bytes without a delimiter are noise."""
        self.errors = 0
        """Number of damaged frames so far."""
        self.kind = self.seq = 0
        """Of the frame that `next` found."""
        self.payload = memoryview(b"")
        """Of the frame that `next` found; valid until it is called again."""
        self._data: bytes | bytearray = b""
        self._count = 0
        self._body = bytearray(longest)
        self._state = array("I", (0, 0, 0, 0, 0, longest))
        self._payloads: dict[int, memoryview] = {}
        """A view of `_body` by the end of the payload."""

    def give(self, data: "bytes | bytearray", count: int) -> None:
        """Take the first `count` of these bytes, which stay as they are until `next` is False."""
        self._data, self._count = data, count
        self._state[0] = 0

    def next(self) -> bool:
        """Find the next whole frame in the bytes given; False when there is no other."""
        while True:
            found = unstuff(self._data, self._count, self._body, self._state)
            if found == 0:
                return False
            if found == 1 and self._is_sealed(self._state[4] - 4):
                return True
            self.errors += 1

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """Take bytes as they came; returns (type, seq, payload) of each frame that is now whole."""
        self.give(data, len(data))
        frames = []
        while self.next():
            frames.append((self.kind, self.seq, bytes(self.payload)))
        return frames

    def _is_sealed(self, end: int) -> bool:
        body = self._body
        if end < 2:
            return False
        if not seal(body, 0, end, _seeds[body[0] >= SETPOINT], _REMAINDERS, 0):
            return False
        self.kind, self.seq = body[0], body[1]
        payload = self._payloads.get(end)
        if payload is None:
            payload = self._payloads[end] = memoryview(body)[2:end]
        self.payload = payload
        return True


class Outbox:
    """Messages that must arrive, in order. At most `window` are sent before the first of them is
    acknowledged; all of these are sent again until they are."""

    def __init__(self, window: int, again_ms: int, longest: int) -> None:
        """`again_ms`: ms until the window is sent again. `longest`: how many messages may wait."""
        self._window, self._again_ms, self._longest = window, again_ms, longest
        self.clear()

    def clear(self, session: int = 0) -> None:
        """Begin a new session, whose low byte goes before each payload, and number from 1."""
        self._session = bytes((session & 255,))
        self._next = 1
        self.waiting: list[tuple[int, int, bytes]] = []
        """(type, seq, payload) of what is not acknowledged, oldest first."""
        self._sent = 0
        self._since = 0

    def post(self, kind: int, payload: bytes) -> int:
        """Queue a message; returns its seq (1..255, then 1 again), or -1 if the queue is full."""
        if len(self.waiting) >= self._longest:
            return -1
        seq = self._next
        self._next = seq % 255 + 1
        self.waiting.append((kind, seq, payload))
        return seq

    def replace(self, kind: int, payload: bytes) -> bool:
        """Put a message in the place of the newest of its type that was not sent yet; whether there
        is one."""
        for index in range(len(self.waiting) - 1, self._sent - 1, -1):
            if self.waiting[index][0] == kind:
                self.waiting[index] = (kind, self.waiting[index][1], payload)
                return True
        return False

    def acknowledged(self, seq: int) -> list[tuple[int, int, bytes]]:
        """Note that the other side has everything up to `seq`; returns what this concerns."""
        for index in range(len(self.waiting)):
            if self.waiting[index][1] == seq:
                done = self.waiting[: index + 1]
                self.waiting = self.waiting[index + 1 :]
                self._sent = max(0, self._sent - index - 1)
                self._since = 0
                return done
        return []

    def due(self, elapsed_ms: int, again: bool = True) -> "tuple[bytes, ...] | list[bytes]":
        """Frames to write now, `elapsed_ms` after the last call: what was not sent yet, and, if
        `again`, after `again_ms` without an acknowledgement the whole window again."""
        if not self.waiting:
            return ()  # which takes no memory
        self._since += elapsed_ms
        if again and self._since >= self._again_ms:
            self._sent = 0
        if self._sent >= min(self._window, len(self.waiting)):
            return ()
        self._since = 0
        return self._unsent()  # by itself: a long function takes memory when it is called

    def _unsent(self) -> list[bytes]:
        first, self._sent = self._sent, min(self._window, len(self.waiting))
        return [
            frame(kind, seq, self._session + data)
            for kind, seq, data in self.waiting[first : self._sent]
        ]


class Inbox:
    """The other end of an Outbox: accepts each message once and in order."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin a new session."""
        self.last = 0
        """Seq of the last message that was accepted."""

    def accept(self, seq: int) -> bool:
        """Whether `seq` is the next message. Any other is a repetition or comes too early."""
        if seq != self.last % 255 + 1:
            return False
        self.last = seq
        return True
