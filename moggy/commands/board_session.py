"""A board as `moggy board` talks to it: on its own port, or through the living pet, or the `moggy
board log`, that has the port."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from moggy import wire, wire_check
from moggy.actuators.serial_body import fault_names
from moggy.board_config import body_hash
from moggy.board_control import BoardControl, Condition, LivingBoard, living_boards
from moggy.board_faults import in_words
from moggy.body import Body
from moggy.clock import RealClock
from moggy.link import SerialLink
from moggy.messages import AnySense, Setting, Trouble
from moggy.protocol import NO_ANSWER, Heard, Identity, LinkChange, Refused, Said
from moggy.serial_port import only_port, ports_here

STATE_WORDS = {
    "limp": "no servo has pulses until a pet sends a pose",
    "stopped": "no servo has pulses until `moggy board release`",
    "stopping": "not every servo driver has ended its pulses: cut the power where one still moves",
    "fault": "no servo has pulses until the fault is over",
}
"""What a state means, where its name does not say it."""
BUTTON = "stop button pressed"
FLAGS = (
    "battery low",
    "falling",
    BUTTON,
    "it was stopped before it restarted: release it",
)
"""Names of the flags of wire.STATE, the lowest bit first."""
ASKED = {wire.STOP: "stop", wire.RELEASE: "release", wire.CLEAR: "clear"}
"""What a living pet is asked for each command."""
NOBODY = (
    "nobody answers as a board with the firmware of this version (docs/wire.md, On a real board)"
)
"""Why it failed, where nothing was heard."""


class TimeIsOverError(RuntimeError):
    """What was waited for did not come in time."""


class Session(ABC):
    """A board, and what it last said of itself."""

    def __init__(self, port: str, body: Body, seconds: float | None) -> None:
        self.port, self.body = port, body
        self._clock = RealClock(seconds)
        self._ticks = self._clock.ticks()
        self._why = NOBODY
        self.connected = False
        """Whether the board answers now."""
        self.state = ""
        """One of wire.STATES; empty before it was heard."""
        self.faults: tuple[str, ...] = ()
        self.flags: tuple[str, ...] = ()

    @property
    @abstractmethod
    def identity(self) -> Identity | None:
        """What the connected board says of itself; None until it has."""

    @abstractmethod
    def send(self, kind: int) -> None:
        """Give it a command: wire.STOP, RELEASE or CLEAR."""

    @abstractmethod
    def result(self, kind: int) -> str:
        """What came of the command, one of wire.RESULTS; empty until that is known."""

    @abstractmethod
    def listen(self, now: float) -> None:
        """Hear what it says. Raises RuntimeError where it cannot be reached."""

    @abstractmethod
    def events(self) -> Iterator[str]:
        """A line for each event as it comes, without end where the time has none."""

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def reach(self) -> None:
        """Do what must be done before a stop can be sent. Raises as `until` does."""

    @abstractmethod
    def not_stopped(self) -> str:
        """What is known when a stop was sent and the board has not said that it has stopped."""

    @property
    def condition(self) -> str:
        """State and flags in words."""
        means = STATE_WORDS.get(self.state)
        state = f"{self.state} ({means})" if means else self.state
        return ", ".join([state, *self.flags])

    @property
    def fits(self) -> bool:
        """Whether the board was built for this body."""
        return self.identity is not None and self.identity.body == body_hash(self.body)

    def until(self, what: Callable[[], object], doing: str) -> None:
        """Listen until something is so. Raises RuntimeError when the board cannot be reached, and
        TimeIsOverError when the time is over: then the message says that `doing` failed."""
        for now in self._ticks:
            self.listen(now)
            if what():
                return
        raise TimeIsOverError(f"{doing} at {self.port}: {self._why}")

    def connect(self) -> None:
        """Begin a session and hear the board's state. Raises RuntimeError as `until` does."""
        self.until(lambda: self.identity is not None and self.state, "connecting")

    def order(self, kind: int, name: str) -> str:
        """Have a command carried out; gives its result, one of wire.RESULTS. Raises RuntimeError as
        `until` does."""
        self.send(kind)
        self.until(lambda: self.result(kind), name)
        return self.result(kind)

    def pause(self, seconds: float, unless: Callable[[], object] = lambda: False) -> None:
        """Listen for so long, or until something is so."""
        begun = self._clock.now()
        self.until(lambda: unless() or self._clock.now() - begun >= seconds, "listening")

    def _now_is(self, state: str, faults: tuple[str, ...], flags: int) -> None:
        self.state, self.faults = state, faults
        self.flags = tuple([flag for bit, flag in enumerate(FLAGS) if flags >> bit & 1])


class PetSession(Session):
    """The board of a living pet, or of a `moggy board log`, which passes commands on."""

    def __init__(self, board: LivingBoard, body: Body, seconds: float | None) -> None:
        super().__init__("", body, seconds)
        self._board = board
        self._identity: Identity | None = None
        self.listen(0.0)

    @property
    def identity(self) -> Identity | None:
        return self._identity

    def reach(self) -> None:
        """Nothing: the pet keeps a stop for a board that does not answer now."""

    def not_stopped(self) -> str:
        return (
            f"{self.who} has the emergency stop, and the board at {self.port} has not said that it "
            "has stopped; it goes on asking the board. Servos may still have pulses: cut their "
            "power"
        )

    def send(self, kind: int) -> None:
        self._heard(self._ask(ASKED[kind]))

    def result(self, kind: int) -> str:
        """The pet does not say what the board answered, so it is seen by what becomes of it."""
        if kind != wire.RELEASE or self.state not in ("stopped", "stopping"):
            return "done"
        return "refused" if BUTTON in self.flags else ""

    def listen(self, now: float) -> None:
        self._heard(self._ask("status"))

    def events(self) -> Iterator[str]:
        raise RuntimeError(
            f"{self.who} has the board at {self.port} and hears its events: of a pet, `moggy why` "
            "tells of them; or end that first"
        )

    def close(self) -> None:
        self._board.close()

    @property
    def who(self) -> str:
        """Who has the board."""
        return self._board.who

    def _ask(self, what: str) -> Condition:
        try:
            return self._board.ask(what)
        except (OSError, ValueError) as error:
            raise RuntimeError(
                f"{self.who}, which has the board, does not answer ({error or 'it has ended'}): "
                "end it"
            ) from error

    def _heard(self, said: Condition) -> None:
        self.port, self.connected = said["port"], said["connected"]
        if not self.connected:
            self._why = f"{self.who} has the port and does not reach a board there"
        known = said["identity"]
        if known is not None:
            known = Identity(**known | {key: tuple(known[key]) for key in ("version", "joints")})
        self._identity = known
        self._now_is(said["state"], tuple(said["faults"]), said["flags"])


class PortSession(Session):
    """A board on a port that no pet has."""

    def __init__(self, port: str, body: Body, seconds: float | None) -> None:
        super().__init__(port or only_port(), body, seconds)
        self._link = SerialLink(self.port)
        self._results: dict[int, str] = {}
        self._firmest: dict[int, int] = {}
        """Pad → its firmest pressure in the touch that goes on, 1..255."""

    @property
    def identity(self) -> Identity | None:
        return self._link.identity

    def close(self) -> None:
        self._link.close()

    def reach(self) -> None:
        self.connect()

    def not_stopped(self) -> str:
        since = "and does not answer any more"
        if self.connected:
            since = "but a servo driver has not acknowledged it yet; the board goes on asking it"
        return (
            f"the board at {self.port} took the emergency stop, {since}. Servos may still have "
            "pulses: cut their power"
        )

    def send(self, kind: int) -> None:
        self._results.pop(kind, None)
        self._link.command(kind, b"", self._clock.now())

    def result(self, kind: int) -> str:
        self._results |= {one.kind: one.result for one in self._link.results()}
        return self._results.get(kind, "")

    def listen(self, now: float) -> None:
        self.hear(self._link.poll(now))
        if self._link.failed:
            raise RuntimeError(f"no board at {self.port}: {self._link.failed}")

    def hear(self, said: Iterable[Said]) -> None:
        """Keep what the board says of itself."""
        for heard in said:
            if isinstance(heard, LinkChange):
                self.connected = heard.connected
                if heard.connected:
                    self._why = NO_ANSWER
                elif heard.message != NO_ANSWER:
                    self._why = heard.message
            elif isinstance(heard, Heard) and heard.kind == wire.STATE:
                _, state, faults, stuck, flags = wire_check.fields(heard.kind, heard.payload)
                names = fault_names(faults, stuck, self._pad_names())
                self._now_is(wire.STATES[state], names, flags)

    def events(self) -> Iterator[str]:
        """A line for each event as it comes, without end where the time has none. Meanwhile other
        commands reach the board through this one."""
        others = BoardControl(self._condition)
        try:
            for now in self._ticks:
                said = self._link.poll(now)
                self.hear(said)
                yield from [line for one in said if (line := self._line(one))]
                for asked in others.poll(now):
                    yield f"{now:8.2f}  {self._pass_on(asked, now)}"
        finally:
            others.close()

    def _pass_on(self, asked: AnySense, now: float) -> str:
        """Give the board the command that another process asked for; gives a line about it."""
        if isinstance(asked, Trouble):
            return asked.message
        kind = wire.CLEAR
        if isinstance(asked, Setting):
            kind = wire.STOP if asked.on else wire.RELEASE
        self._link.results()  # nobody asks for them
        self._link.command(kind, b"", now)
        return f"asked by another `moggy board`: {ASKED[kind]}"

    def _condition(self) -> Condition:
        """As a pet's, for other processes."""
        identity = self.identity
        return {
            "port": self.port,
            "who": "`moggy board log`",
            "connected": identity is not None,
            "state": self.state,
            "faults": self.faults,
            "flags": sum(1 << FLAGS.index(flag) for flag in self.flags),
            "identity": None if identity is None else asdict(identity),
        }

    def _line(self, said: Said) -> str:
        if isinstance(said, Heard) and said.kind in (wire.TOUCH, wire.TOUCHED):
            for pad, pressure in enumerate(wire_check.values(said.kind, said.payload)):
                if pressure > self._firmest.get(pad, 0):
                    self._firmest[pad] = pressure
        if isinstance(said, LinkChange):
            what = "connected" if said.connected else said.message
        elif isinstance(said, Refused):
            what = said.message
        elif said.kind == wire.STATE:
            what = f"state {self.condition}"
            what += "".join([f"\n          {in_words(fault)}" for fault in self.faults])
        elif said.kind == wire.TOUCHED:
            pressures = wire_check.values(said.kind, said.payload)
            names = self._pad_names()
            felt = [f"{names[n]} {p / 255:.2f}" for n, p in enumerate(pressures) if p]
            what = f"touched: {', '.join(felt)}"
            if not felt:
                most = [f"{names[n]} {p / 255:.2f}" for n, p in sorted(self._firmest.items())]
                what = f"no longer touched; firmest: {', '.join(most)}"
                self._firmest.clear()
        elif said.kind == wire.LOG:
            what = f"log: {wire_check.text(said.kind, said.payload)}"
        else:
            return ""
        return f"{said.at:8.2f}  {what}"

    def _pad_names(self) -> list[str]:
        """Names of the pads by number; of another body only the numbers are known."""
        names = list(self.body.pads) if self.fits else []
        return [*names, *[f"number {n}" for n in range(len(names), wire.LONGEST)]]


def session_of(port: str, body: Body, seconds: float | None) -> Session:
    """A session with the board at a port; through the pet that has it, where one lives. `seconds`:
    for how long; None: for ever. Raises RuntimeError where there is no port, or where none is named
    and several may be meant."""
    living = living_boards(port)
    if port:
        for board in living:
            if os.path.realpath(board.port) == os.path.realpath(port):
                return PetSession(board, body, seconds)
    elif living:
        others = {one.device for one in ports_here() if one.vid is not None}
        others -= {os.path.realpath(board.port) for board in living}
        if len(living) == 1 and living[0].port and not others:
            return PetSession(living[0], body, seconds)
        there = [_place_of(board) for board in living] + sorted(others)
        for board in living:
            board.close()
        raise RuntimeError(f"name a board with --port; there are: {', '.join(there)}")
    for board in living:
        board.close()
    return PortSession(port, body, seconds)


def _place_of(board: LivingBoard) -> str:
    whose = f"of {board.who}"
    return f"{board.port} ({whose})" if board.port else f"one {whose}, which does not answer"
