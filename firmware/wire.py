"""The wire between brain and board: frames, messages and the reliable queues. One file, run by
CPython and by MicroPython.

A frame is `COBS(type, seq, payload, crc32) 00`. The checksum is seeded with the hash of the schema
below, so that two versions never half understand each other; only HELLO and IDENTITY are seeded
with 0 and keep their first field for ever, to say who is too old.
"""

import struct
from binascii import crc32

HELLO, IDENTITY, SETPOINT, PING, PONG, ACK = 1, 2, 3, 4, 5, 6
STOP, RELEASE, REST, LIMP, CLEAR, NARROW = 32, 33, 34, 35, 36, 37
TOUCHED, STATE = 64, 65
TOUCH, MOTION, BATTERY, JOINTS, LOG = 80, 81, 82, 83, 84

SCHEMA = (
    # number, name, struct format, fields; a format that ends in * repeats its last letter to the
    # end of the frame.
    (HELLO, "hello", "<IH", "schema nonce"),
    (
        IDENTITY,
        "identity",
        "<IIHHBBBBB",
        "schema limits nonce boots major minor patch reset_cause joints; board and joint names",
    ),
    (SETPOINT, "setpoint", "<HBBBBH*", "ttl_ms over_ms pupils purr purr_hz angles_cdeg+32768"),
    (PING, "ping", "<I", "host_ms"),
    (PONG, "pong", "<II", "host_ms board_ms"),
    (ACK, "ack", "<BB", "seq result"),
    # Commands: the brain repeats them until they are acknowledged, the board applies each exactly
    # once.
    (STOP, "stop", "", ""),
    (RELEASE, "release", "", ""),
    (REST, "rest", "", ""),
    (LIMP, "limp", "", ""),
    (CLEAR, "clear", "", ""),
    (NARROW, "narrow", "<BhhI", "joint min_cdeg max_cdeg velocity_cdeg_s"),
    # Events: the board repeats them until they are acknowledged.
    (TOUCHED, "touched", "<IB*", "board_ms pressures"),
    (STATE, "state", "<IBHHB", "board_ms state faults stuck_pads flags"),
    # Streams: the newest is enough.
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

STATES = ("starting", "running", "hold", "rest", "limp", "stopped", "fault")
FAULTS = ("servos", "touch", "imu", "battery", "overrun", "watchdog")
"""Names of the bits, lowest first."""
RESULTS = ("done", "refused", "unknown")

SCHEMA_HASH = crc32(
    "\n".join(
        [" ".join([str(field) for field in row]) for row in SCHEMA] + list(STATES) + list(FAULTS)
    ).encode()
)

ANGLE_ZERO = 32768
"""Added to angles on the wire: zero bytes, which COBS pays for, become rare."""

LONGEST = 512
"""Bytes of the longest frame; more without a delimiter is noise."""


def stuff(data: bytes) -> bytes:
    """COBS: the same bytes without any zero."""
    if len(data) > 253:
        return _stuff_long(data)
    out = bytearray(b"\0" + data)
    end = len(out)
    while end:
        # Each zero becomes the way to the next one; the first way stands in front.
        zero = data.rfind(b"\0", 0, end - 1) + 1
        out[zero] = end - zero
        end = zero
    return bytes(out)


def _stuff_long(data: bytes) -> bytes:
    """The same for any length: a run of 254 bytes without a zero has a way of 255, and no zero
    follows."""
    out = bytearray()
    for part in data.split(b"\0"):
        while len(part) > 253:
            out.append(255)
            out.extend(part[:254])
            part = part[254:]
        out.append(len(part) + 1)
        out.extend(part)
    return bytes(out)


def unstuff(data: bytes) -> bytes | None:
    """The inverse of `stuff`; None for what no `stuff` ever wrote."""
    if len(data) < 255:
        return _unstuff_short(data)
    out = bytearray()
    start, end = 0, len(data)
    while start < end:
        code = data[start]
        stop = start + code
        if code == 0 or stop > end:
            return None
        out.extend(data[start + 1 : stop])
        start = stop
        if code < 255 and start < end:
            out.append(0)
    return bytes(out)


def _unstuff_short(data: bytes) -> bytes | None:
    """The same where no run can be longer than 253: the zeros are put back in their places."""
    out = bytearray(data)
    here, end = 0, len(data)
    while here < end:
        way = data[here]
        if way == 0:
            return None
        out[here] = 0
        here += way
    return bytes(out[1:]) if here == end else None


def frame(kind: int, seq: int, payload: bytes) -> bytes:
    """A whole frame, ready to be written."""
    body = bytes((kind, seq)) + payload
    return (
        stuff(body + struct.pack("<I", crc32(body, 0 if kind < SETPOINT else SCHEMA_HASH))) + b"\0"
    )


class Frames:
    """Finds the frames in a stream of bytes; noise and damaged frames are counted, and the next
    good frame is found again."""

    def __init__(self) -> None:
        self.errors = 0
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """(type, seq, payload) of every frame that is now whole."""
        parts = (self._rest + data).split(b"\0")
        rest = parts.pop()
        if len(rest) > LONGEST:
            self.errors += 1
            rest = b""
        self._rest = rest
        frames = []
        for part in parts:
            if part:
                body = unstuff(part)
                found = None if body is None else checked(body)
                if found is None:
                    self.errors += 1
                else:
                    frames.append(found)
        return frames


def checked(body: bytes) -> tuple[int, int, bytes] | None:
    """What is inside a frame whose checksum is right; None for any other."""
    end = len(body) - 4
    if end < 2:
        return None
    kind = body[0]
    if (
        crc32(body[:end], 0 if kind < SETPOINT else SCHEMA_HASH)
        != struct.unpack_from("<I", body, end)[0]
    ):
        return None
    return kind, body[1], body[2:end]


class Outbox:
    """Messages that must arrive, in order: sent at once while fewer than `window` wait, and again
    until they are acknowledged."""

    def __init__(self, window: int, again_ms: int, longest: int) -> None:
        self._window, self._again_ms, self._longest = window, again_ms, longest
        self.clear()

    def clear(self) -> None:
        """Begin a new session; what waited is forgotten."""
        self._next = 1
        self.waiting: list[tuple[int, int, bytes]] = []
        """(type, seq, payload) of what is not acknowledged, oldest first."""
        self._sent = 0
        self._since = 0

    def post(self, kind: int, payload: bytes) -> int:
        """Queue a message; gives its seq, or -1 if the queue is full."""
        if len(self.waiting) >= self._longest:
            return -1
        seq = self._next
        self._next = seq % 255 + 1
        self.waiting.append((kind, seq, payload))
        return seq

    def acknowledged(self, seq: int) -> list[tuple[int, int, bytes]]:
        """The other side has everything up to `seq`: gives what is thereby done."""
        for index in range(len(self.waiting)):
            if self.waiting[index][1] == seq:
                done = self.waiting[: index + 1]
                self.waiting = self.waiting[index + 1 :]
                self._sent = max(0, self._sent - index - 1)
                self._since = 0
                return done
        return []

    def due(self, elapsed_ms: int) -> list[bytes]:
        """Frames to write now: what was not sent yet, and, after `again_ms` of silence, all of the
        window once more."""
        if not self.waiting:
            return []
        self._since += elapsed_ms
        if self._since >= self._again_ms:
            self._sent = 0
        if self._sent >= min(self._window, len(self.waiting)):
            return []
        self._since = 0
        frames = [
            frame(kind, seq, payload)
            for kind, seq, payload in self.waiting[self._sent : self._window]
        ]
        self._sent += len(frames)
        return frames


class Inbox:
    """The other end of an Outbox: takes each message once and in order."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.last = 0
        """Seq of the last message that was taken."""

    def accept(self, seq: int) -> bool:
        """Whether this is the next message; anything else is a repetition or comes too early."""
        if seq != self.last % 255 + 1:
            return False
        self.last = seq
        return True


def limits_hash(rows: tuple[tuple[object, ...], ...]) -> int:
    """Of the joints' table in the body's config: equal on both sides if the board was built for
    this body."""
    return crc32("\n".join([" ".join([str(field) for field in row]) for row in rows]).encode())
