"""The wire between brain and board: frames, messages and the reliable queues. One file, run by
CPython and by MicroPython (`moggy/wire.py` is a link to it).

A frame is `COBS(type, seq, payload, crc32) 00`. The checksum is seeded with the hash of the schema
below, so that two versions never half understand each other. Only HELLO and IDENTITY are seeded
with 0, and their first field is the schema's hash in every version, so that each side can say that
the other has another version.
"""

import struct
from binascii import crc32

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
        "schema limits nonce boots major minor patch reset_cause joints; board and joint names",
    ),
    # number: one more with each, from 1 in each session; sent_ms: the brain's clock. Both wrap.
    (
        SETPOINT,
        "setpoint",
        "<HHHBBBBH*",
        "number sent_ms ttl_ms over_ms pupils purr purr_hz angles_cdeg+32768",
    ),
    (PING, "ping", "<I", "host_ms"),
    (PONG, "pong", "<II", "host_ms board_ms"),
    (ACK, "ack", "<BB", "seq result"),
    # Commands: the brain repeats each until it is acknowledged, the board carries it out once.
    (STOP, "stop", "", ""),
    (RELEASE, "release", "", ""),
    (REST, "rest", "", ""),
    (LIMP, "limp", "", ""),
    (CLEAR, "clear", "", ""),
    (NARROW, "narrow", "<BhhI", "joint min_cdeg max_cdeg velocity_cdeg_s"),
    # Events: the board repeats each until it is acknowledged.
    (TOUCHED, "touched", "<IB*", "board_ms pressures"),
    (STATE, "state", "<IBHHB", "board_ms state faults stuck_pads flags"),
    # Streams: sent once; the newest is enough.
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
"""Bytes of the longest frame. More bytes without a delimiter are noise."""

STATES = ("starting", "running", "hold", "rest", "limp", "stopped", "fault", "stopping")
"""Names of the board's states, by number (firmware/mode.py)."""
FAULTS = ("servos", "touch", "imu", "battery", "overrun", "watchdog")
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


def stuff(data: bytes) -> bytes:
    """Encode by COBS (Cheshire and Baker 1999): the result has no zero byte."""
    if len(data) > 253:
        return _stuff_long(data)
    out = bytearray(b"\0" + data)
    end = len(out)
    while end:
        # Each zero becomes the distance to the next one; the first distance stands in front.
        zero = data.rfind(b"\0", 0, end - 1) + 1
        out[zero] = end - zero
        end = zero
    return bytes(out)


def _stuff_long(data: bytes) -> bytes:
    """`stuff` for any length: a run of 254 bytes without a zero has the distance 255, and no zero
    follows it."""
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
    """Decode what `stuff` encoded; None for bytes that are no valid encoding."""
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
    """`unstuff` where no run can be longer than 253: the zeros are put back in their places."""
    out = bytearray(data)
    here, end = 0, len(data)
    while here < end:
        distance = data[here]
        if distance == 0:
            return None
        out[here] = 0
        here += distance
    return bytes(out[1:]) if here == end else None


def frame(kind: int, seq: int, payload: bytes) -> bytes:
    """A whole frame with its delimiter. `seq`: 1..255 for commands and events, else 0."""
    body = bytes((kind, seq)) + payload
    return (
        stuff(body + struct.pack("<I", crc32(body, 0 if kind < SETPOINT else SCHEMA_HASH))) + b"\0"
    )


class Frames:
    """Finds frames in a stream of bytes. Noise and damaged frames are counted and skipped."""

    def __init__(self) -> None:
        self.errors = 0
        """Number of damaged frames so far."""
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """Take bytes as they came; returns (type, seq, payload) of each frame that is now whole."""
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
    """(type, seq, payload) of a decoded frame; None if its checksum is wrong."""
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
    """Messages that must arrive, in order. At most `window` are sent before the first of them is
    acknowledged; all of these are sent again until they are."""

    def __init__(self, window: int, again_ms: int, longest: int) -> None:
        """`again_ms`: ms without an acknowledgement before the window is sent again. `longest`:
        how many messages may wait."""
        self._window, self._again_ms, self._longest = window, again_ms, longest
        self.clear()

    def clear(self) -> None:
        """Begin a new session: drop what waits and number from 1."""
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

    def acknowledged(self, seq: int) -> list[tuple[int, int, bytes]]:
        """Note that the other side has everything up to `seq`; returns the (type, seq, payload) of
        the messages that this concerns."""
        for index in range(len(self.waiting)):
            if self.waiting[index][1] == seq:
                done = self.waiting[: index + 1]
                self.waiting = self.waiting[index + 1 :]
                self._sent = max(0, self._sent - index - 1)
                self._since = 0
                return done
        return []

    def due(self, elapsed_ms: int) -> list[bytes]:
        """Frames to write now, `elapsed_ms` after the last call: what was not sent yet, and after
        `again_ms` without an acknowledgement the whole window again."""
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


def limits_hash(rows: tuple[tuple[object, ...], ...]) -> int:
    """Hash of the joints' table in the body's config. It is equal on both sides if the board was
    built for this body."""
    return crc32("\n".join([" ".join([str(field) for field in row]) for row in rows]).encode())
