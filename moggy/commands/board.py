"""`moggy board`: make its files, ask a board how it is, stop it, release it, clear its faults, read
its events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moggy import wire
from moggy.actuators.serial_body import OTHER_BODY
from moggy.board_config import body_hash
from moggy.board_faults import in_words
from moggy.board_files import board_files, write
from moggy.body import Body
from moggy.chips import cautions, usual_line
from moggy.commands.board_session import Session, TimeIsOverError, session_of
from moggy.commands.terminal import say
from moggy.config import Files
from moggy.home import home

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


@contextmanager
def session(port: str, body: str, seconds: float | None) -> Iterator[Session]:
    """A session, which is closed at the end. `seconds`: for how long; None: for ever."""
    made = session_of(port, Files(home()).load(f"body/{body}.yaml", Body), seconds)
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
        _row("board", f"{identity.board} at {board.port}, firmware {version}")
        boots = "once, by" if identity.boots == 1 else f"{identity.boots} times, the last by"
        _row("started", f"{boots} {cause}")
        _row("body", f'as in "{board.body.name}"' if board.fits else OTHER_BODY.format(body))
        return max(_condition(board), 0 if board.fits else 1)


def stop(port: str, body: str, seconds: float) -> int:
    """Send the emergency stop; 0 once the board says that every pulse has ended."""
    why = ""
    try:
        with session(port, body, seconds) as board:
            board.reach()
            board.order(wire.STOP, "the emergency stop was not acknowledged")
            try:
                board.until(lambda: board.connected and board.state == "stopped", "stopping")
            except TimeIsOverError:
                why = board.not_stopped()
    except RuntimeError as error:
        why = f"{error}. The body may not have stopped: cut the servos' power"
    if why:
        raise RuntimeError(why)
    say("stopped: every servo is limp until `moggy board release`")
    return 0


def release(port: str, body: str, seconds: float) -> int:
    """End the emergency stop; 1 where the board refuses."""
    with session(port, body, seconds) as board:
        board.connect()
        if board.order(wire.RELEASE, "the release was not acknowledged") != "done":
            say(
                "refused: the stop button is pressed, or its wire is cut; let it go first",
                color="red", err=True,
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
                say(line)
        except KeyboardInterrupt:
            pass
    return 0


def build(folder: Path, body: str, transport: str) -> int:
    """Write the files of a board into a folder. `transport` as in `firmware_config`. Raises
    RuntimeError where they cannot be made."""
    made = Files(home()).load(f"body/{body}.yaml", Body)
    transport = transport or usual_line(made.wiring.chip)
    try:
        files = board_files(made, transport=transport)
    except ValueError as error:
        raise RuntimeError(str(error)) from None
    write(files, folder)
    _row("body", f'"{made.name}", hash {body_hash(made):08x}')
    _row("chip", f"{made.wiring.chip}, {transport}")
    for caution in cautions(made.wiring.chip, made.used_pins):
        _row("caution", caution)
    _row("files", f"{len(files)} in {folder}, {sum(map(len, files.values()))} bytes")
    return 0


def _condition(board: Session) -> int:
    """Print the state and the faults; 1 where there is a fault."""
    _row("state", board.condition)
    for fault in board.faults:
        _row("fault", f"{fault}: {in_words(fault)}")
    return 1 if board.faults else 0


def _row(name: str, text: str) -> None:
    say(f"{name:8} {text}")
