"""`moggy flash`: put the firmware, compiled for a body, on its board."""

from __future__ import annotations

import shlex
import sys
import termios
from contextlib import suppress
from typing import TypeAlias

from moggy import last_good, wire
from moggy.board_config import body_hash
from moggy.board_faults import in_words
from moggy.board_files import board_files
from moggy.body import Body
from moggy.chips import cautions, usual_line
from moggy.commands.board_session import PetSession, Session, TimeIsOverError, session_of
from moggy.commands.terminal import say
from moggy.config import Files
from moggy.flashing import (
    FlashError,
    Found,
    copy,
    has_prompt,
    look,
    refuse_folders,
    restart,
    wait_for_prompt,
)
from moggy.home import home
from moggy.last_good import GoodSet
from moggy.serial_port import only_port, way_out

ANSWER = 5.0
"""Seconds for which the firmware is asked for the prompt. Our choice."""
RESTART = 20.0
"""Seconds for a restart: an RP2040's USB is back after about two. Our choice."""
ENDING = 2.0
"""Seconds in which a servo board that answers has ended its pulses: one that was lost is asked once
a second (firmware/i2c_bus.py)."""
WATCHED = 2.0
"""Seconds for which a board is watched after its start: a firmware that hangs is restarted after
one (firmware/main.py), and chips that do not answer are told within one. Our choice."""
OF_WIRES = frozenset(("servos", "touch", "imu"))
"""Faults that a wrong pin or a mistake in a driver shows at once, and a loose wire too."""
AGAIN = (
    "interrupted: this moves no servo; until the board is flashed whole it starts what it had, or "
    "ends all pulses and gives the prompt. Run the same again: moggy {}"
)
"""Said at Ctrl-C, with the words of the command line."""
Faults: TypeAlias = tuple[str, ...] | None
OFF = ("limp", "stopped", "fault")
"""States without pulses."""
BY_HAND = (
    "hold its stop button ({}) while you switch it on, and run this again. A board without "
    "MicroPython: hold BOOTSEL while you plug it in, and copy the image of its chip from "
    "micropython.org/download (RPI_PICO for a Pico; an ESP32-S3 is written with esptool, as is "
    "said there) onto the drive that appears"
)
"""The way to the prompt where the firmware does not give it, for what `_button` gives."""
PULSES = (
    "the board at {} is {}, and restarts to the prompt only when it is sure of that. Switch off "
    "the servos' supply; then hold its stop button ({}) while you restart it, and run this again. "
    "That is a stop: `moggy board release` ends it when the board is back"
)
"""Said where a servo driver does not answer: port, condition, and what `_button` gives."""


def flash(port: str, body: str, transport: str, back: bool = False) -> int:
    """Flash the board, and hear from it that it has the firmware. `transport` as in
    `firmware_config`. `back`: with the last good set. Raises RuntimeError where it has not; then
    the last good set is back, or the message says why not."""
    made = Files(home()).load(f"body/{body}.yaml", Body)
    transport = transport or usual_line(made.wiring.chip)
    place = _place(port, made)
    try:
        had = _to_prompt(place, made)
        found = look(place)
        good = _kept(found)
        _row("board", f"{found.platform} at {place}, MicroPython {found.version}")
        if back:
            if good is None:
                raise FlashError("no good set of this board is kept here: flash it without --back")
            refuse_folders(place, good.files, found)
            _put(place, made, good, found, None)
            return 0
        new = _new_set(made, transport, found)
        uart = transport == "uart" and found.platform == "rp2"
        _flash(place, made, (new, good), found, had, uart=uart)
    except KeyboardInterrupt:
        say(AGAIN.format(shlex.join(sys.argv[1:])), color="yellow", err=True)
        raise
    return 0


def _flash(
    port: str, body: Body, sets: tuple[GoodSet, GoodSet | None], found: Found, had: Faults,
    *, uart: bool,
) -> None:  # fmt: skip
    """Put the first set on the board; where it fails there, the second, the last good one. `had`
    as in `_watched`. `uart`: nobody can hear the board at this port. Raises FlashError."""
    new, good = sets
    refuse_folders(port, new.files, found)
    try:
        _put(port, body, new, found, had, uart=uart)
    except FlashError as error:
        if good is None or good.files == new.files:
            raise
        _row("failed", str(error))
        raise FlashError(f"{error}; {_put_back(port, body, good)}") from error
    if uart:
        return
    try:
        if last_good.keep(found.number, new):
            _row("kept", "this is the board's last good set now")
    except OSError as error:
        _caution(f"it was not kept as the board's last good set: {error}")


def _new_set(body: Body, transport: str, found: Found) -> GoodSet:
    """The files for a board. Raises RuntimeError where they cannot be made for it."""
    chip = body.wiring.chip
    if found.chip not in (chip, ""):
        raise FlashError(
            f"this board ({found.machine or found.platform}) has no {chip}, the chip of the wiring "
            f'of "{body.name}": name its body with --body, or change its file'
        )
    for caution in cautions(chip, body.used_pins):
        _caution(caution)
    try:
        files = board_files(body, arch=found.architecture, transport=transport)
    except ValueError as error:
        raise RuntimeError(str(error)) from None
    _row("body", f'"{body.name}", hash {body_hash(body):08x}; its line is {transport}')
    return GoodSet(files, body.name, body_hash(body), wire.SCHEMA_HASH)


def _kept(found: Found) -> GoodSet | None:
    """The last good set of a board; None where there is none that can be read."""
    try:
        return last_good.kept(found.number)
    except ValueError as error:
        _caution(str(error))
        return None


def _put(
    port: str, body: Body, one: GoodSet, found: Found, had: Faults, *, uart: bool = False
) -> None:
    """Copy a set, restart the board with it and hear that it runs. The others as in `_flash`.
    Raises FlashError."""
    copied = copy(port, one.files, found)
    _row("files", f"{len(copied)} of {len(one.files)} copied, all have the right hash")
    restart(port)
    if uart:
        _row("start", "ask it at its UART: `moggy board status --port …`")
    else:
        _watched(port, body, one, had)


def _put_back(port: str, body: Body, good: GoodSet) -> str:
    """Put the last good set back; gives in words what came of it."""
    _row("back", f"putting the last good set back, {good.title}")
    try:
        _to_prompt(port, body)
        _put(port, body, good, look(port), None)
    except RuntimeError as error:
        return f"the last good set is not back: {error}. Then run `moggy flash --back`"
    return f"so the last good set ({good.title}) is back, checked and running"


def _place(port: str, body: Body) -> str:
    """The board's port. Raises RuntimeError where another process has it, or none is there."""
    board = session_of(port or only_port(), body, ANSWER)
    board.close()
    if isinstance(board, PetSession):
        raise RuntimeError(f"{board.who} has this board: end it first, so that its body lies down")
    return board.port


def _to_prompt(port: str, body: Body) -> Faults:
    """Bring it to the prompt; gives the faults that its firmware had, None where none was asked.
    Raises FlashError."""
    try:
        if has_prompt(port, _caution):
            return None
    except (OSError, termios.error) as error:
        raise FlashError(f"{port}: {way_out(error, port)}") from None
    board = session_of(port, body, ANSWER)
    why = "has neither MicroPython's prompt nor this firmware"
    had: Faults = None
    try:
        _ask_for_prompt(board)
        had = board.faults
        why = "was asked for MicroPython's prompt and does not give it"
    except TimeIsOverError:
        # One that a body's UART has at USB restarts by Ctrl-C; it is seen below.
        pass
    finally:
        board.close()
    _row("prompt", "waiting for it")
    if not wait_for_prompt(port, RESTART, _caution):
        raise FlashError(f"{port} {why}: {BY_HAND.format(_button(body))}")
    return had


def _ask_for_prompt(board: Session) -> None:
    """Have the firmware end all pulses and restart to the prompt. Raises FlashError where it does
    not, and TimeIsOverError where it does not answer, as one that has restarted."""
    board.reach()
    board.order(wire.LIMP, "the order to go limp was not acknowledged")
    with suppress(TimeIsOverError):
        board.pause(ENDING, lambda: board.state in OFF)
    button = _button(board.body)
    if board.state not in OFF:
        raise FlashError(PULSES.format(board.port, board.condition, button))
    if board.order(wire.PROMPT, "the order to restart was not acknowledged") != "done":
        raise FlashError(
            f"the board at {board.port} is {board.condition} and does not restart: "
            f"{BY_HAND.format(button)}"
        )


def _button(body: Body) -> str:
    """How the stop button is held, also where there is none."""
    closed = body.wiring.stop_normally_closed
    return f"pin {body.wiring.stop} {'open' if closed else 'to ground'}"


def _caution(text: str) -> None:
    _row("caution", text)


def _watched(port: str, body: Body, one: GoodSet, had: Faults) -> None:
    """Hear from the board that it runs a set, and watch it for WATCHED. `had`: the faults that it
    had with the firmware before; None: not known, then those of its wires are no failure, since
    they may be the wires' own. Raises FlashError."""
    board = session_of(port, body, RESTART + WATCHED)
    try:
        board.reach()
        begun = board.identity
        board.pause(WATCHED)
        board.connect()
        now = board.identity
    except TimeIsOverError as error:
        if f"version {one.schema:08x} of the wire" in str(error):
            _row("start", "its firmware runs, which is of another version of moggy")
            return
        raise FlashError(f"it was flashed, but {error}") from None
    finally:
        board.close()
    assert begun is not None
    assert now is not None
    if now.body != one.body_hash:
        raise FlashError("it was flashed, but says that it was built for another body")
    if now.boots != begun.boots or "watchdog" in board.faults:
        raise FlashError("it was flashed, but its firmware hangs or fails, and restarts")
    new = [fault for fault in board.faults if had is not None and fault in OF_WIRES - set(had)]
    if new:
        raise FlashError(
            f"it was flashed, and at once has the fault {', '.join(new)}, which it did not have "
            "with the firmware before; where pins were moved, move the wires first"
        )
    for fault in board.faults:
        _row("fault", f"{fault}: {in_words(fault)}")
    _row("start", f"firmware {'.'.join(map(str, now.version))} runs, for this body")


def _row(name: str, text: str) -> None:
    say(f"{name:8} {text}")
