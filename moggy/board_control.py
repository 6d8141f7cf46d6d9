"""The way by which `moggy board` reaches a board whose port a living pet or `moggy board log` has:
a socket in the owner's folder, which only this user can open. Each request is answered with the
board's condition."""

from __future__ import annotations

import json
import os
import select
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from moggy.home import home
from moggy.messages import AnySense, ClearFaults, Setting, Trouble

PART = "moggy board"
"""The part that a Trouble names where there is no socket."""
PREFIX = "board-"
"""How the sockets' names begin; the number of the pet's process follows."""
LONGEST = 16_384
"""Bytes of an answer at most."""
A_TICK = 8
"""Requests that are answered in one tick; more wait for the next. Our choice."""
ANSWERS_S = 2.0
"""Seconds in which a pet answers, a hundred ticks; one that does not is hung. Our choice."""

Condition = Mapping[str, Any]
"""Of a board, as JSON: `port`, `who` (that has it; absent where it is a pet), `connected`, `state`,
`faults` (names), `flags` (bits of wire.STATE), `identity` (a mapping, or None)."""


class BoardControl:
    """A sensor: requests to stop and release the board and to clear its faults. Stopping, releasing
    and clearing are senses of the pet, as from the studio's page, so that its journal has them."""

    def __init__(self, condition: Callable[[], Condition]) -> None:
        """Make the socket; where that fails, the first `poll` says so."""
        self._condition = condition
        self._path = home() / f"{PREFIX}{os.getpid()}.sock"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._failed = ""
        try:
            self._bind()
        except OSError as error:
            self._failed = f"{self._path}: {error.strerror or error}"

    def _bind(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with _short(self._path) as name:
                self._socket.bind(name)
        finally:
            os.umask(before)

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was asked since the last call; each request is answered."""
        senses: list[AnySense] = []
        if self._failed:
            message = f"no other `moggy board` can reach the board meanwhile: {self._failed}"
            senses.append(Trouble(at=now, part=PART, message=message))
            self._failed = ""
        for _ in range(A_TICK):
            try:
                asked, sender = self._socket.recvfrom(64)
            except OSError:
                break
            if asked in (b"stop", b"release"):
                senses.append(Setting(at=now, name="stop", on=asked == b"stop"))
            elif asked == b"clear":
                senses.append(ClearFaults(at=now))
            # Whoever asked may have gone.
            with suppress(OSError, TypeError):
                self._socket.sendto(json.dumps(self._condition()).encode()[:LONGEST], sender)
        return senses

    def close(self) -> None:
        """Remove the socket."""
        self._socket.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


class LivingBoard:
    """The other end of a BoardControl."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where no pet listens there any more."""
        self.process = path.stem.removeprefix(PREFIX)
        """Number of the pet's process."""
        self.port = ""
        """The port that the pet has; empty until it has answered."""
        self.who = f"the pet (process {self.process})"
        """Who has the port, in words."""
        self.is_pet = True
        """Whether it is a pet; a `moggy board log` is none."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            # An abstract address, which the kernel chooses: a pet that systemd started has another
            # /tmp. Connected, it hears the pet alone.
            self._socket.bind("")
            self._socket.settimeout(ANSWERS_S)
            with _short(path) as name:
                self._socket.connect(name)
        except BaseException:
            self.close()
            raise

    def fileno(self) -> int:
        """Of the socket, for `select`."""
        return self._socket.fileno()

    def send(self, what: str) -> None:
        """Ask for "status", "stop", "release" or "clear". Raises OSError."""
        self._socket.send(what.encode())

    def answer(self) -> Condition:
        """The board's condition at the time of the oldest question that is not answered yet. Raises
        OSError where the pet has ended or does not answer, ValueError where that is no answer."""
        found = json.loads(self._socket.recv(LONGEST))
        if not isinstance(found, dict):
            raise ValueError("no condition")
        self.port = str(found.get("port", ""))
        self.who = f"{found.get('who', 'the pet')} (process {self.process})"
        self.is_pet = "who" not in found
        return found

    def ask(self, what: str = "status") -> Condition:
        """Both."""
        self.send(what)
        return self.answer()

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()


def living_boards(port: str = "", owner: Path | None = None) -> list[LivingBoard]:
    """The boards of this owner's living pets, or of the owner of another folder; only the one at
    `port` where that is given and found. Those that do not answer within ANSWERS_S have no port.
    All are asked at once. Sockets of pets that were killed are removed."""
    asked = []
    for path in sorted((owner or home()).glob(f"{PREFIX}*.sock")):
        try:
            board = LivingBoard(path)
            board.send("status")
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        except OSError:
            continue  # it has just ended
        else:
            asked.append(board)
    silent = list(asked)
    while silent:
        answered, _, _ = select.select(silent, [], [], ANSWERS_S)
        if not answered:
            break
        for board in answered:
            silent.remove(board)
            with suppress(OSError, ValueError):
                board.answer()
            if port and os.path.realpath(board.port) == os.path.realpath(port):
                for other in asked:
                    if other is not board:
                        other.close()
                return [board]
    return asked


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for a socket's file that is never too long for a socket (107 bytes on Linux)."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        there = Path(f"/proc/self/fd/{folder}")
        yield str((there if there.exists() else path.parent) / path.name)
    finally:
        os.close(folder)
