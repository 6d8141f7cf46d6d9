"""Who may use the memory's files at a time: readers share the folder, who replaces a file has it
alone, and one pet writes."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from moggy.brain.memory.beside import drop
from moggy.name_lock import NameLock, Taken, hold_file, lock_holder, name_lock_file, said, taken_by
from moggy.regular_file import lock_file


class Broken(RuntimeError):
    """The memory cannot be opened, read or written; the message names the file and the way out."""


def real(path: Path) -> Path:
    """Where the file itself lies: whoever comes by a link meets the same locks."""
    return Path(os.path.realpath(path))


def hold(path: Path, *, alone: bool = False) -> int:
    """Lock the memory's folder; returns the descriptor that is closed to unlock it.

    Those who have the memory open share the lock; who replaces the file takes it `alone`. The
    kernel releases it when the process ends, however it ends. Never waits: who has it may be
    suspended. Raises Broken, which says who, where it is taken.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        with suppress(OSError):  # who only reads may be unable to
            # Left by a crash: under this lock nobody writes it.
            aside(path).unlink(missing_ok=True)
            drop(aside(path))
    except BlockingIOError as error:
        who = lock_holder(folder)
        os.close(folder)
        way_out = (
            "let the pet lie down first (end `moggy run`), then repeat the command"
            if alone
            else "end it, or let it end (`fg`, where it was suspended)"
        )
        raise Broken(f"{path} is in use by {who}: {way_out}") from error
    except OSError:
        os.close(folder)
        raise
    return folder


def aside(path: Path) -> Path:
    """Where another form of the file is written before it replaces the file."""
    return path.with_name(f"{path.name}.aside")


class WriteLock(NameLock):
    """The right to write the memory, which one pet has at a time: by its name, and, once it is
    there, by the file itself. The lock's second line is a secret by which notes for this pet are
    made."""

    def __init__(self, path: Path) -> None:
        """Take it. Raises Broken, which says who has it, or OSError."""
        try:
            super().__init__(path)
        except Taken as error:
            raise _kept(path, error.who) from None
        self.secret = secrets.token_bytes(32)
        try:
            line = f"{self.secret.hex()}\n".encode()
            os.pwrite(self.descriptor, line, os.fstat(self.descriptor).st_size)
        except BaseException:
            self.close()
            raise


def hold_alone(path: Path) -> int:
    """Lock the memory's file itself, for the pet that writes it. Returns the descriptor, to be
    closed after SQLite has closed the file: that would lose its own locks. Raises Broken where
    another pet has the file under another name, or OSError."""
    try:
        return hold_file(path)
    except Taken as error:
        raise _kept(path, f"{error.who}, under another name: it has a hard link") from None


def check_name(path: Path) -> None:
    """For who opens a memory beside the pet. Raises Broken where a pet has the file under another
    name: its log lies beside that one, and would be missed here."""
    with suppress(OSError):  # who opens the file says what is wrong with it
        if not taken_by(path):
            os.close(hold_alone(path))


def _kept(path: Path, who: str) -> Broken:
    return Broken(
        f"{path} is kept by another pet ({who}): end that one, "
        "or give this one a memory of its own with MOGGY_HOME"
    )


def secret_of_pet(path: Path) -> bytes | None:
    """The secret of the pet that holds the lock now; None where no pet holds it. Raises Broken
    where that cannot be told, or OSError."""
    file = name_lock_file(path)
    try:
        lock = lock_file(file, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        found = said(lock)[1]
    finally:
        os.close(lock)
    with suppress(ValueError):
        if secret := bytes.fromhex(found):
            return secret
    raise Broken(f"{file} does not say whom to tell; repeat the command")


def digest(who: str, secret: bytes) -> str:
    """Stands for a name in a note to the pet with this secret: the name itself is not there, and
    cannot be tried out without the secret."""
    return hmac.new(secret, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
