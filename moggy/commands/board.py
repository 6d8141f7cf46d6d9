"""`moggy board`: make its files, ask a board how it is, stop it, release it, clear its faults, read
its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from moggy import wire, wire_check
from moggy.actuators.serial_body import OTHER_BODY, fault_names
from moggy.board_config import body_hash
from moggy.board_faults import in_words
from moggy.board_files import board_files, write
from moggy.body import Body
from moggy.clock import RealClock
from moggy.config import Files
from moggy.home import home
from moggy.link import SerialLink
from moggy.protocol import NO_ANSWER, Heard, Identity, LinkChange, Refused, Said
from moggy.serial_port import only_port

CLEARED = 1.5
"""Seconds after clearing in which a fault whose cause persists is reported again: the battery is
read once a second."""
RESETS = {
    1: "power on or a dip of its supply",
    2: "its reset button",
    3: "its watchdog",
    4: "deep sleep",
    5: "a command",
    6: "a dip of its supply",
}
"""What the causes of firmware/restart.py mean."""
STATE_WORDS = {
    "limp": "no servo has pulses until a pet sends a pose",
    "stopped": "no servo has pulses until `moggy board release`",
    "stopping": "not every servo driver has ended its pulses: cut the power where one still moves",
    "fault": "no servo has pulses until the fault is over",
}
"""What a state means, where its name does not say it."""
FLAGS = (
    "battery low",
    "falling",
    "stop button pressed",
    "it was stopped before it restarted: release it",
)
"""Names of the flags of wire.STATE, the lowest bit first."""


class TimeIsOverError(RuntimeError):
    """What was waited for did not come in time."""


class Session:
    """A board on a port, and what it last said of itself."""

    def __init__(self, port: str, body: Body, seconds: float | None) -> None:
        self.port, self.body = port or only_port(), body
        self._link = SerialLink(self.port)
        self._clock = RealClock(seconds)
        self._ticks = self._clock.ticks()
        self._why = (
            "nobody answers as a board with the firmware of this version (docs/wire.md, On a real "
            "board)"
        )
        self.connected = False
        """Whether the board answers now."""
        self.state = ""
        """One of wire.STATES; empty before it was heard."""
        self.faults: tuple[str, ...] = ()
        self.flags: tuple[str, ...] = ()
        self._firmest: dict[int, int] = {}
        """Pad → its firmest pressure in the touch that goes on, 1..255."""

    @property
    def condition(self) -> str:
        """State and flags in words."""
        means = STATE_WORDS.get(self.state)
        state = f"{self.state} ({means})" if means else self.state
        return ", ".join([state, *self.flags])

    @property
    def identity(self) -> Identity | None:
        """What the connected board says of itself; None until it has."""
        return self._link.identity

    @property
    def fits(self) -> bool:
        """Whether the board was built for this body."""
        return self.identity is not None and self.identity.body == body_hash(self.body)

    def close(self) -> None:
        """Let go of the port."""
        self._link.close()

    def until(self, what: Callable[[], object], doing: str) -> None:
        """Listen until something is so. Raises RuntimeError when the port cannot be used, and
        TimeIsOverError when the time is over: then the message says that `doing` failed."""
        for now in self._ticks:
            self.hear(self._link.poll(now))
            if what():
                return
            if self._link.failed:
                raise RuntimeError(f"no board at {self.port}: {self._link.failed}")
        raise TimeIsOverError(f"{doing} at {self.port}: {self._why}")

    def connect(self) -> None:
        """Begin a session and hear the board's state. Raises RuntimeError as `until` does."""
        self.until(lambda: self.identity is not None and self.state, "connecting")

    def order(self, kind: int, name: str) -> str:
        """Have a command carried out; gives its result, one of wire.RESULTS. Raises RuntimeError as
        `until` does."""
        self._link.command(kind, b"", self._clock.now())
        found: list[str] = []

        def answered() -> list[str]:
            found.extend(one.result for one in self._link.results() if one.kind == kind)
            return found

        self.until(answered, name)
        return found[0]

    def pause(self, seconds: float) -> None:
        """Listen for so long."""
        begun = self._clock.now()
        self.until(lambda: self._clock.now() - begun >= seconds, "listening")

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
                self.state = wire.STATES[state]
                self.faults = fault_names(faults, stuck, self._pad_names())
                self.flags = tuple([flag for bit, flag in enumerate(FLAGS) if flags >> bit & 1])

    def events(self) -> Iterator[str]:
        """A line for each event as it comes, without end where the time has none."""
        for now in self._ticks:
            said = self._link.poll(now)
            self.hear(said)
            yield from [line for one in said if (line := self._line(one))]

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


@contextmanager
def session(port: str, body: str, seconds: float | None) -> Iterator[Session]:
    """A session, which is closed at the end. `seconds`: for how long; None: for ever."""
    made = Session(port, Files(home()).load(f"body/{body}.yaml", Body), seconds)
    try:
        yield made
    finally:
        made.close()


def status(port: str, body: str, seconds: float) -> int:
    """Print how the board is; 1 where it has a fault or was built for another body."""
    with session(port, body, seconds) as board:
        board.connect()
        identity = board.identity
        assert identity is not None
        version = ".".join(map(str, identity.version))
        cause = RESETS.get(identity.reset_cause, f"cause {identity.reset_cause}")
        _row("board", f"{identity.board} at {port}, firmware {version}")
        boots = "once, by" if identity.boots == 1 else f"{identity.boots} times, the last by"
        _row("started", f"{boots} {cause}")
        _row("body", f'as in "{board.body.name}"' if board.fits else OTHER_BODY.format(body))
        return max(_condition(board), 0 if board.fits else 1)


def stop(port: str, body: str, seconds: float) -> int:
    """Send the emergency stop; 0 once the board says that every pulse has ended."""
    with session(port, body, seconds) as board:
        board.connect()
        board.order(wire.STOP, "the emergency stop was not acknowledged")
        try:
            board.until(lambda: board.state == "stopped", "stopping")
        except TimeIsOverError:
            raise RuntimeError(_not_stopped(board)) from None
        typer.echo("stopped: every servo is limp until `moggy board release`")
        return 0


def release(port: str, body: str, seconds: float) -> int:
    """End the emergency stop; 1 where the board refuses."""
    with session(port, body, seconds) as board:
        board.connect()
        if board.order(wire.RELEASE, "the release was not acknowledged") != "done":
            typer.secho(
                "refused: the stop button is pressed, or its wire is cut; let it go first",
                fg="red", err=True,
            )  # fmt: skip
            return 1
        _condition(board)
        return 0


def clear(port: str, body: str, seconds: float) -> int:
    """Clear the faults; 1 where one stays, because its cause persists."""
    with session(port, body, seconds + CLEARED) as board:
        board.connect()
        board.order(wire.CLEAR, "the command was not acknowledged")
        board.pause(CLEARED)
        return _condition(board)


def log(port: str, body: str) -> int:
    """Print the board's events as they come, until Ctrl-C."""
    with session(port, body, None) as board:
        try:
            for line in board.events():
                typer.echo(line)
        except KeyboardInterrupt:
            pass
    return 0


def build(folder: Path, body: str, transport: str) -> int:
    """Write the files of a board into a folder. Raises RuntimeError as `board_files` does."""
    made = Files(home()).load(f"body/{body}.yaml", Body)
    files = board_files(made, transport=transport)
    write(files, folder)
    _row("body", f'"{made.name}", hash {body_hash(made):08x}')
    _row("chip", f"{made.wiring.chip}, {transport}")
    _row("files", f"{len(files)} in {folder}, {sum(map(len, files.values()))} bytes")
    return 0


def _not_stopped(board: Session) -> str:
    """What is known when a board took the stop and did not say that all pulses have ended."""
    since = "and does not answer any more"
    if board.connected:
        since = "but a servo driver has not acknowledged it yet; the board goes on asking it"
    return (
        f"the board at {board.port} took the emergency stop, {since}. Servos may still have "
        "pulses: cut their power"
    )


def _condition(board: Session) -> int:
    """Print the state and the faults; 1 where there is a fault."""
    _row("state", board.condition)
    for fault in board.faults:
        _row("fault", f"{fault}: {in_words(fault)}")
    return 1 if board.faults else 0


def _row(name: str, text: str) -> None:
    typer.echo(f"{name:8} {text}")
