"""Who may use the memory's files at a time: readers share the folder, who replaces a file has it
alone, and one pet writes."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path


class Broken(RuntimeError):
    """The memory cannot be opened, read or written; the message names the file and the way out."""


def real(path: Path) -> Path:
    """Where the file itself lies: whoever comes by a link meets the same locks."""
    return Path(os.path.realpath(path))


def hold(path: Path, *, alone: bool = False) -> int:
    """Lock the memory's folder; returns the descriptor that is closed to unlock it.

    Those who have the memory open share the lock; who replaces the file takes it `alone`. The
    kernel releases it when the process ends, however it ends. Raises Broken where it is taken.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, (fcntl.LOCK_EX | fcntl.LOCK_NB) if alone else fcntl.LOCK_SH)
        aside(path).unlink(missing_ok=True)  # left by a crash: under this lock nobody writes it
    except OSError as error:
        os.close(folder)
        if isinstance(error, BlockingIOError):
            raise Broken(
                f"{path} is in use: let the pet lie down first (end `moggy run`), "
                "then repeat the command"
            ) from error
        raise
    return folder


def aside(path: Path) -> Path:
    """Where another form of the file is written before it replaces the file."""
    return path.with_name(f"{path.name}.aside")


class WriteLock:
    """The right to write the memory, which one pet has at a time.

    It is a lock on a file beside the memory. The file names the process, and holds a secret by
    which notes for this pet are made. The kernel releases the lock when the process ends.
    """

    def __init__(self, path: Path) -> None:
        """Take it. Raises Broken, which says who has it, or OSError."""
        self._file = _lock_file(path)
        while True:
            self._open = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(self._open, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_the_same(self._open, self._file):
                    break
            except BlockingIOError:
                who = _said(self._open)[0]
                os.close(self._open)
                raise Broken(
                    f"{path} is kept by another pet ({who or 'it has just begun'}): end that one, "
                    "or give this one a memory of its own with MOGGY_HOME"
                ) from None
            except BaseException:
                os.close(self._open)
                raise
            os.close(self._open)  # its last holder has just removed it
        self.secret = secrets.token_bytes(32)
        try:
            os.ftruncate(self._open, 0)
            os.pwrite(self._open, f"{_me()}\n{self.secret.hex()}\n".encode(), 0)
        except BaseException:
            os.close(self._open)
            raise

    @property
    def lost(self) -> bool:
        """Whether its file was deleted, so that another pet may take it. Raises OSError."""
        return not _is_the_same(self._open, self._file)

    def close(self) -> None:
        """Release the lock and remove its file, unless that is another's by now."""
        with suppress(OSError):
            if not self.lost:
                self._file.unlink()
        os.close(self._open)


def secret_of_pet(path: Path) -> bytes | None:
    """The secret of the pet that holds the lock now; None where no pet holds it. Raises Broken
    where that cannot be told, or OSError."""
    file = _lock_file(path)
    try:
        lock = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        said = _said(lock)[1]
    finally:
        os.close(lock)
    with suppress(ValueError):
        if secret := bytes.fromhex(said):
            return secret
    raise Broken(f"{file} does not say whom to tell; repeat the command")


def digest(who: str, secret: bytes) -> str:
    """Stands for a name in a note to the pet with this secret: the name itself is not there, and
    cannot be tried out without the secret."""
    return hmac.new(secret, who.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _is_the_same(descriptor: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    return False


def _said(descriptor: int) -> tuple[str, str]:
    """The first two lines of the lock's file: the process, and the secret in hexadecimal digits."""
    who, _, rest = os.pread(descriptor, 1000, 0).decode("utf-8", "replace").partition("\n")
    return who, rest.strip()


def _me() -> str:
    """«process 1234, moggy run», on one line."""
    program = Path(sys.argv[0])
    called = program.parent.name if program.name == "__main__.py" else program.name
    name = " ".join([called, *sys.argv[1:2]])
    return f"process {os.getpid()}, {' '.join(name.split()):.80}"
