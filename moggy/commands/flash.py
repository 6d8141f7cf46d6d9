"""`moggy flash`: put the firmware, compiled for a body, on its board."""

from __future__ import annotations

import termios
from contextlib import suppress

from moggy import wire
from moggy.board_config import body_hash
from moggy.board_files import board_files
from moggy.body import Body
from moggy.chips import cautions, usual_line
from moggy.commands.board_session import PetSession, Session, TimeIsOverError, session_of
from moggy.commands.terminal import say
from moggy.config import Files
from moggy.flashing import FlashError, copy, has_prompt, look, restart, wait_for_prompt
from moggy.home import home
from moggy.serial_port import only_port, way_out

ANSWER = 5.0
"""Seconds for which the firmware is asked for the prompt. Our choice."""
RESTART = 20.0
"""Seconds for a restart: an RP2040's USB is back after about two. Our choice."""
ENDING = 2.0
"""Seconds in which a servo board that answers has ended its pulses: one that was lost is asked once
a second (firmware/i2c_bus.py)."""
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


def flash(port: str, body: str, transport: str) -> int:
    """Flash the board, and hear from it that it has the firmware. `transport` as in
    `firmware_config`. Raises RuntimeError where it has not."""
    made = Files(home()).load(f"body/{body}.yaml", Body)
    chip = made.wiring.chip
    transport = transport or usual_line(chip)
    place = _place(port, made)
    _to_prompt(place, made)
    found = look(place)
    _row("board", f"{found.platform} at {place}, MicroPython {found.version}")
    if found.chip not in (chip, ""):
        raise FlashError(
            f"this board ({found.machine or found.platform}) has no {chip}, the chip of the wiring "
            f'of "{made.name}": name its body with --body, or change body/{body}.yaml'
        )
    for caution in cautions(chip, made.used_pins):
        _caution(caution)
    try:
        files = board_files(made, arch=found.architecture, transport=transport)
    except ValueError as error:
        raise RuntimeError(str(error)) from None
    _row("body", f'"{made.name}", hash {body_hash(made):08x}; its line is {transport}')
    copied = copy(place, files, found)
    _row("files", f"{len(copied)} of {len(files)} copied, all have the right hash")
    restart(place)
    if transport == "uart" and found.platform == "rp2":
        _row("start", "ask it at its UART: `moggy board status --port …`")
        return 0
    return _heard_from(place, made)


def _place(port: str, body: Body) -> str:
    """The board's port. Raises RuntimeError where another process has it, or none is there."""
    board = session_of(port or only_port(), body, ANSWER)
    board.close()
    if isinstance(board, PetSession):
        raise RuntimeError(f"{board.who} has this board: end it first, so that its body lies down")
    return board.port


def _to_prompt(port: str, body: Body) -> None:
    try:
        if has_prompt(port, _caution):
            return
    except (OSError, termios.error) as error:
        raise RuntimeError(f"{port}: {way_out(error, port)}") from None
    board = session_of(port, body, ANSWER)
    why = "has neither MicroPython's prompt nor this firmware"
    try:
        _ask_for_prompt(board)
        why = "was asked for MicroPython's prompt and does not give it"
    except TimeIsOverError:
        # One that a body's UART has at USB restarts by Ctrl-C; it is seen below.
        pass
    finally:
        board.close()
    _row("prompt", "waiting for it")
    if not wait_for_prompt(port, RESTART, _caution):
        raise FlashError(f"{port} {why}: {BY_HAND.format(_button(body))}")


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


def _heard_from(port: str, body: Body) -> int:
    """Hear from the board that it runs the firmware for this body."""
    board = session_of(port, body, RESTART)
    try:
        board.reach()
    except TimeIsOverError as error:
        raise FlashError(f"it was flashed, but {error}") from None
    finally:
        board.close()
    identity = board.identity
    if identity is None or not board.fits:
        raise FlashError("it was flashed, but says that it was built for another body")
    version = ".".join(map(str, identity.version))
    _row("start", f"firmware {version} runs, for this body")
    return 0


def _row(name: str, text: str) -> None:
    say(f"{name:8} {text}")
