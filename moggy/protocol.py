"""The brain's end of the wire, without a port or a thread: bytes and times go in, messages and
bytes come out. docs/wire.md describes the protocol."""

from __future__ import annotations

import struct
from collections import deque
from dataclasses import dataclass
from typing import TypeAlias

from moggy import wire, wire_check
from moggy.board_clock import MESSAGES_A_SECOND, Allowance, BoardClock

HELLO_PERIOD = 0.2
"""Seconds between two attempts to begin a session; our choice."""
CTRL_C = 3
"""The byte that would end a board's start over USB: no `hello` has it, which is all that is sent
before a board answers."""
NUMBERS_TRIED = 1024
"""Numbers of a session that are tried for one; our choice: 256 in a row have it as a byte."""
PING_PERIOD = 0.5
"""Seconds between two pings, which are the heartbeat of the link; our choice."""
SILENCE = 1.5
"""Seconds without an intact frame after which the board counts as lost: three pings."""
AGAIN_MS = 60
"""ms without an acknowledgement after which a command is sent again: three ticks of the loop."""
COMMANDS_KEPT = 32
"""Commands that may wait for an acknowledgement; more are dropped, but never an emergency stop."""
OVERRULED = (wire.RELEASE, wire.REST, wire.CLEAR)
"""Commands that an emergency stop takes out of the queue."""
SETTLE = 1.0
"""Seconds from the begin of a session in which the identity of another one does not end it, so that
a board that sends such identities without an end cannot stop the setpoints. A board that really
restarted says so again to every frame that it gets. Our choice."""
SAID_AGAIN = 60.0
"""Seconds for which a new session does not say again what another one said of dropped messages. Our
choice."""
STAYS = 3
"""Attempts in a row that fail for the same reason before it is said behind another one: a board
that starts may send what is no message. Our choice."""
BABBLE = 8_192
"""Bytes of one attempt from which its reason is said at once: no board says as much as it starts.
Our choice: 115200 baud bring twice as many, and an ESP32's start is about 1,000."""
MOST_REASONS = 3
"""Reasons that are said until a board is there. Our choice."""
FLASH = "put the firmware of this version of moggy on it with `moggy flash`"
"""What to do about a board that speaks otherwise."""
FLOOD = -1
"""Stands for a type of message, where too many are said once."""
UNKNOWN = -2
"""Stands for all types that the schema does not know, which are said once."""
NEVER = float("-inf")
"""A time before all others."""
NO_ANSWER = "the board does not answer"
"""Why a session ends that falls silent."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the board says about itself when a session begins (`identity` in docs/wire.md)."""

    schema: int
    """Hash of the wire's schema in the board's firmware."""
    body: int
    """Hash of the body that it was built for: `moggy.board_config.body_hash`."""
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
    """When it was measured: seconds on the clock of `now`, never before the one that came last."""
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
class Refused:
    """A message that no sound board sends was dropped. Said once for each type in a session, and
    at most once a minute."""

    at: float
    message: str
    """What was wrong with it."""


Said: TypeAlias = Heard | LinkChange | Refused
"""What comes out of a link."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How the board answered a command."""

    kind: int
    """Type of the command, as in `wire`."""
    result: str
    """One of wire.RESULTS."""


class Protocol:
    """Begins a session, keeps its heartbeat, repeats commands until they are acknowledged, and
    takes each event once. Call `receive` and `outgoing` at every tick; all times are s on one
    clock."""

    def __init__(self, nonce: int) -> None:
        """`nonce`: a number that no recent session with this board has used."""
        self._nonce = nonce % 0xFFFF
        self._frames = wire.Frames()
        # One command is on its way at a time, and an emergency stop beside it.
        self._commands = wire.Outbox(2, AGAIN_MS, 2)
        self._queue: deque[tuple[int, bytes]] = deque()
        """Commands that were not sent yet."""
        self._stopped = False
        """Whether an emergency stop was asked for, and no release since."""
        self._events = wire.Inbox()
        self.identity: Identity | None = None
        """Of the connected board; None while none is."""
        self.clock = BoardClock()
        self.refused = 0
        """Number of intact frames so far that no sound board sends."""
        self._refused_said: dict[int, float] = {}
        """Type → when it was said that a message of it was dropped."""
        self._allowance = Allowance()
        self._joints: int | None = None
        self._pads: int | None = None
        self._results: deque[CommandResult] = deque(maxlen=COMMANDS_KEPT)
        self._setpoint: bytes | None = None
        self._number = 0
        """Of the last setpoint in this session."""
        self._must_acknowledge = False
        self._open = False
        self._heard = self._alive = self._asked = self._pinged = self._wrote = NEVER
        self._begun = self._settled = self._polled = 0.0
        self._latest = 0.0
        """When the newest event or sample was measured, s."""
        self._came = 0
        """Bytes that came, without ends of frames, since the last attempt to begin a session."""
        self._lost: list[str] = []
        """Reasons why there is no session that were said since the last one."""
        self._reason, self._times = "", 0
        """The reason of the last attempt, and of how many in a row."""

    @property
    def errors(self) -> int:
        """Number of damaged frames so far."""
        return self._frames.errors

    def expect(self, joints: int, pads: int) -> None:
        """Drop joints and touches of another number of joints and pads than these."""
        self._joints, self._pads = joints, pads

    def begin(self, now: float) -> None:
        """The port was opened: look for a board on it."""
        for _ in range(NUMBERS_TRIED):
            self._nonce = self._nonce % 0xFFFF + 1
            if CTRL_C not in self._hello():
                break
        self._open = True
        self._begun = now
        self._came = 0
        self._asked = self._pinged = NEVER
        self.identity = None
        self.clock = BoardClock()
        self._must_acknowledge = False
        self._setpoint = None
        self._number = 0
        self._refused_said = {
            kind: at for kind, at in self._refused_said.items() if now - at < SAID_AGAIN
        }
        # A stop holds until it is released, also for a board that has restarted. Any other command
        # was meant for a moment that has passed.
        self._queue.clear()
        self._commands.clear(self._nonce)
        self._events.clear()
        if self._stopped:
            self._commands.post(wire.STOP, b"")

    def end(self, now: float, message: str) -> list[LinkChange]:
        """The port was closed, with the reason for the user. Returns the change, if it is one."""
        self._open = False
        return self._lose(now, message)

    def setpoint(self, payload: bytes) -> None:
        """Replace the setpoint that goes out next: its fields after number and time, which are
        added when it goes. Dropped while no board is connected, and from an emergency stop to its
        release."""
        if self.identity is not None and not self._stopped:
            self._setpoint = payload

    def command(self, kind: int, payload: bytes = b"") -> None:
        """Queue a command, which the board carries out exactly once and in order. An emergency stop
        goes before all others, and is sent again to every new session until a release is asked for.
        """
        if kind == wire.STOP:
            self._stop()
        elif len(self._queue) < COMMANDS_KEPT:
            self._stopped = self._stopped and kind != wire.RELEASE
            self._queue.append((kind, payload))

    def _stop(self) -> None:
        self._stopped = True
        self._setpoint = None
        self._queue = deque(one for one in self._queue if one[0] not in OVERRULED)
        on_their_way = [kind for kind, _, _ in self._commands.waiting]
        if on_their_way[-1:] != [wire.STOP]:
            self._commands.post(wire.STOP, b"")

    @property
    def waiting(self) -> int:
        """Number of commands that are not acknowledged."""
        return len(self._commands.waiting) + len(self._queue)

    def results(self) -> list[CommandResult]:
        """Results of the commands that were acknowledged since the last call. A command whose own
        acknowledgement was lost, behind which a stop was acknowledged, has none."""
        results = list(self._results)
        self._results.clear()
        return results

    def receive(self, data: bytes, now: float) -> list[Said]:
        """Take the bytes that came (possibly none); returns what the board said, in order. Raises
        nothing, whatever came."""
        heard: list[Said] = []
        deaf = now - self._polled - PING_PERIOD
        self._polled = max(self._polled, now)
        if deaf > 0.0:  # the brain was stopped, and what nobody listened to is no silence
            self._begun, self._alive, self._heard = (
                min(now, at + deaf) for at in (self._begun, self._alive, self._heard)
            )
        if data:
            self._came += len(data.strip(b"\0"))
            for kind, seq, payload in self._frames.feed(data):
                self._heard = now
                self._take(kind, seq, payload, now, heard)
        if self._open and now - self._last_sign() > SILENCE:
            heard += self._lose(now, self._why_silent())
        return heard

    def _last_sign(self) -> float:
        """When it was last sure that there is a board. Only what a board says in a session counts:
        one that restarted, or has other firmware, says something too."""
        return self._begun if self.identity is None else max(self._alive, self._begun)

    def _why_silent(self) -> str:
        if self.identity is None and self._heard > self._begun:
            return f"the board says something, but not who it is: {FLASH}"
        if self.identity is None and self._came:
            return (
                "what comes from this port is no message of a board, which has at most "
                f"{wire.LONGEST} bytes: is it the one? If so, {FLASH}"
            )
        return NO_ANSWER

    def _take(self, kind: int, seq: int, payload: bytes, now: float, heard: list[Said]) -> None:
        """Handle one frame; adds to `heard`."""
        if kind >= wire.TOUCHED and not self._allowed(kind, payload, now, heard):
            return
        if wire.TOUCHED <= kind <= wire.STATE:
            session, payload = payload[:1], payload[1:]
            if session != bytes((self._nonce & 0xFF,)) or not self._fresh(seq):
                return
        if kind == wire.IDENTITY and len(payload) >= 4:
            schema = int.from_bytes(payload[:4], "little")
            if schema != wire.SCHEMA_HASH:  # of another version only the first field is known
                if self.identity is None:
                    heard += self._say_lost(now, _other_version(schema))
                elif not self._is_settling(now):
                    heard += self._lose(now, _other_version(schema))
                return
        wrong = wire_check.wrong(kind, payload, pads=self._pads, joints=self._joints)
        if wrong:
            self._refuse(kind, wrong, now, heard)
            return
        if kind == wire.IDENTITY:
            heard += self._identify(payload, now)
            return
        self._alive = now
        if kind == wire.PONG:
            host_ms, board_ms = wire_check.fields(kind, payload)
            sent = now - (int(now * 1000.0) - host_ms) % (1 << 32) / 1000.0
            self.clock.pong(sent, now, board_ms)
        elif kind == wire.ACK:
            self._acknowledge(*wire_check.fields(kind, payload))
        elif self.identity is not None:
            logged = kind == wire.LOG
            at = now if logged else self.clock.at(wire_check.fields(kind, payload)[0], now)
            # A repeated event comes late, and a false pong turns the board's clock back.
            self._latest = max(self._latest, at)
            heard.append(Heard(self._latest, kind, payload))

    def _allowed(self, kind: int, payload: bytes, now: float, heard: list[Said]) -> bool:
        """Whether another event or sample may be taken now."""
        begin = 1 if kind <= wire.STATE else 0  # behind the number of an event's session
        stamp = payload[begin : begin + 4] if kind != wire.LOG else b""
        if self._allowance.take(now, int.from_bytes(stamp, "little") if stamp else None):
            return True
        wrong = f"more than {MESSAGES_A_SECOND:.0f} messages a second"
        self._refuse(FLOOD, wrong, now, heard)
        return False

    def _refuse(self, kind: int, wrong: str, now: float, heard: list[Said]) -> None:
        self.refused += 1
        said = kind if kind in wire_check.MESSAGES or kind == FLOOD else UNKNOWN
        if said not in self._refused_said:
            self._refused_said[said] = now
            heard.append(Refused(now, f"the board sent {wrong}, which was dropped: {FLASH}"))

    def _acknowledge(self, seq: int, result: int, session: int) -> None:
        # One of an earlier session, which a line held back, has the number of another command.
        if self.identity is None or session != self._nonce & 0xFF:
            return
        done = self._commands.acknowledged(seq)
        if done:
            self._results.append(CommandResult(done[-1][0], wire.RESULTS[result]))

    def _fresh(self, seq: int) -> bool:
        """Acknowledge an event; whether it is new."""
        if self.identity is None:
            return False
        self._must_acknowledge = True
        return self._events.accept(seq)

    def _hello(self) -> bytes:
        return wire.frame(wire.HELLO, 0, struct.pack("<IH", wire.SCHEMA_HASH, self._nonce))

    def outgoing(self, now: float) -> bytes:
        """The bytes to write now."""
        if not self._open:
            return b""
        if self.identity is None:
            if now - self._asked < HELLO_PERIOD:
                return b""
            self._asked = now
            return self._hello()
        out = bytearray()
        if self._must_acknowledge:
            self._must_acknowledge = False
            out += wire.frame(wire.ACK, 0, bytes((self._events.last, 0, self._nonce & 0xFF)))
        if now - self._pinged >= PING_PERIOD:
            self._pinged = now
            out += wire.frame(wire.PING, 0, struct.pack("<I", int(now * 1000.0) & 0xFFFFFFFF))
        if self._queue and not self._commands.waiting:
            self._commands.post(*self._queue.popleft())
        elapsed = now - self._wrote
        for frame in self._commands.due(int(elapsed * 1000.0) if elapsed < 10.0 else AGAIN_MS):
            out += frame
        self._wrote = now
        if self._setpoint is not None:
            self._number = self._number + 1 & 0xFFFF
            head = struct.pack("<HH", self._number, int(now * 1000.0) & 0xFFFF)
            out += wire.frame(wire.SETPOINT, self._nonce & 0xFF, head + self._setpoint)
            self._setpoint = None
        return bytes(out)

    def _identify(self, payload: bytes, now: float) -> list[LinkChange]:
        schema, body, nonce, boots, major, minor, patch, cause, _ = wire_check.fields(
            wire.IDENTITY, payload
        )
        if nonce != self._nonce:
            if self.identity is None or self._is_settling(now):
                return []  # from before the hello
            # The board has restarted and has no session: begin one.
            changes = self._lose(now, "the board restarted")
            self.begin(now)
            return changes
        if self.identity is not None:
            return []
        board, *joints = wire_check.text(wire.IDENTITY, payload).split(" ")
        self.identity = Identity(
            schema, body, nonce, boots, (major, minor, patch), cause, board, tuple(joints)
        )
        self._lost.clear()
        self._alive, self._settled = now, now + SETTLE
        return [LinkChange(now, True)]

    def _is_settling(self, now: float) -> bool:
        """Whether a session has just begun."""
        return self.identity is not None and now < self._settled

    def _lose(self, now: float, message: str) -> list[LinkChange]:
        """End the session; the next begins anew, so that the board says its state. The change is
        returned once, not at every attempt that fails."""
        if self._open and self.identity is not None:
            self.begin(now)
        self.identity = None
        self._asked = now if self._open else NEVER
        came = self._came
        if self._open:
            self._begun = now
            self._came = 0
        return self._say_lost(now, message, STAYS if came > BABBLE else 1)

    def _say_lost(self, now: float, message: str, times: int = 1) -> list[LinkChange]:
        """The change; of a board that stays away, also a reason that turns out later and stays.
        This attempt counts for so many."""
        self._times = self._times + times if message == self._reason else times
        self._reason = message
        if self._lost and (
            message in (*self._lost, NO_ANSWER)
            or self._times < STAYS
            or len(self._lost) >= MOST_REASONS
        ):
            return []
        self._lost.append(message)
        return [LinkChange(now, False, message)]


def _other_version(schema: int) -> str:
    return (
        f"the board has version {schema:08x} of the wire, this computer {wire.SCHEMA_HASH:08x}: "
        "flash the board's firmware again"
    )
