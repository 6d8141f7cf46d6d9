"""`moggy stop`: off means off. The pets end, and it is asked of the boards themselves that nothing
moves any more."""

from __future__ import annotations

import os
import select
import signal

from moggy.board_control import LivingBoard, living_boards
from moggy.commands import board as boards
from moggy.commands.install import home_of, option_of, systemctl, units
from moggy.commands.terminal import say
from moggy.home import home
from moggy.serial_port import only_port
from moggy.setup.service import NAME

STILL = ("limp", "stopped", "fault")
"""States in which a board gives no pulses and does not purr, as every driver has acknowledged."""
ENDS_S = 30.0
"""Seconds in which a pet ends: as systemd waits for it (TimeoutStopSec)."""
LIES_S = 15.0
"""Seconds in which a body lies down by itself: 2 that it holds, the way to its rest pose, and 3
there (firmware/mode.py)."""


def stop(port: str, body: str, seconds: float) -> int:
    """End the pets, also an installed one, and wait until their boards say that nothing moves; 0
    where all do. Without a pet, the board is brought to rest. Raises RuntimeError where it is not
    known that nothing moves."""
    places = dict[str, str]()
    for unit in units():
        place = option_of(unit, "--port")
        if not port or os.path.realpath(place) == os.path.realpath(port):
            systemctl(unit, "stop", NAME)
            say(
                "the service has ended; it starts again with the computer, unless `moggy uninstall`"
            )
            places[place] = option_of(unit, "--body") or body
    owners = {home(), *map(home_of, units())}
    for pet in [pet for owner in sorted(owners) for pet in living_boards(port, owner)]:
        if pet.port:
            places.setdefault(pet.port, body)
        _end(pet)
    return max(
        _rest(place, of, seconds) for place, of in (places or {port or only_port(): body}).items()
    )


def _end(pet: LivingBoard) -> None:
    """Let a pet lie down and end. Raises RuntimeError where it does not."""
    process = int(pet.process)
    pet.close()
    if not pet.is_pet:
        return
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        for _ in range(2):  # the second ends one of which a part hangs
            for number in (signal.SIGTERM, signal.SIGCONT):
                signal.pidfd_send_signal(handle, number)
            if select.select([handle], [], [], ENDS_S)[0]:
                say(f"{pet.who} has ended")
                return
    except ProcessLookupError:
        return
    finally:
        os.close(handle)
    raise RuntimeError(
        f"{pet.who} does not end, and its body may move: `kill -9 {process}`, then `moggy stop` "
        "again, or cut the servos' power"
    )


def _rest(port: str, body: str, seconds: float) -> int:
    """Wait until the board says that nothing moves; a body that does not lie down is stopped."""
    try:
        with boards.session(port, body, seconds) as board:
            board.connect()
            board.pause(LIES_S, lambda: board.state in STILL)
            state = board.condition
            is_still = board.state in STILL
    except RuntimeError as error:
        raise RuntimeError(
            f"{error}. So it is not known whether the body moves: cut the servos' power"
        ) from error
    if is_still:
        say(f"off: nothing of the body at {port} moves; its board is {state}", color="green")
        return 0
    say(f"the body at {port} does not lie down ({state}): emergency stop", color="yellow", err=True)
    return boards.stop(port, body, seconds)
