"""Where the owner's things lie: files of their own, what the pet remembers, and the key to it."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from moggy.regular_file import regular
from moggy.unreadable import named, opened

RECORDS = {
    "a journal": b"\x89MCAP0\r\n",
    "a memory, or another database": b"SQLite format 3\0",
}
"""What is not written over → how it begins (the specifications of MCAP and of SQLite)."""
LONGEST_BEGIN = 16
"""Bytes of the longest of these."""
TOKEN_BYTES = 16
"""Random bytes of a token: too many to be guessed (OWASP asks a session's for 8 at least)."""
LONGEST_TOKEN = 200
"""Bytes that are read of its file. Our choice."""
TOKEN = re.compile(r"[\w-]{20,}", re.ASCII)
"""What a token is: at least 15 bytes in base64, for an owner may write one too."""


def home() -> Path:
    """The owner's folder: designers' files laid over the shipped ones, and the memory.

    `~/.local/share/moggy`, or what MOGGY_HOME names.
    """
    return Path(os.environ.get("MOGGY_HOME") or Path.home() / ".local" / "share" / "moggy")


def memory_file() -> Path:
    """Where a pet in a real body keeps what it remembers."""
    return home() / "memory.db"


def memory_key() -> Path:
    """Where the key of an encrypted memory lies: `~/.config/moggy/memory.key`, or what
    MOGGY_MEMORY_KEY names. It is not beside the memory, so that it can be on another medium."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(os.environ.get("MOGGY_MEMORY_KEY") or config / "moggy" / "memory.key")


def studio_token() -> str:
    """What lets other machines into the studio: made once, and kept in a file that its owner alone
    may read. Raises OSError, and ValueError where the file holds something else."""
    file = home() / "studio.token"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError), private_file(file, "x") as new:
        new.write(secrets.token_urlsafe(TOKEN_BYTES))
    only_owner(file)
    with named(file), opened(file) as there:
        token = there.read(LONGEST_TOKEN).decode(errors="replace").strip()
    if not TOKEN.fullmatch(token):
        raise ValueError(f"{file}: it holds no token; delete it, and a new one is made")
    return token


def private(path: str, flags: int) -> int:
    """An opener for `open`: makes a file that only its owner may read (mode 0600), as every file
    that holds people is; one that is there already becomes so. Raises OSError, also for a pipe,
    which could keep the writer waiting for ever."""
    try:
        descriptor = os.open(path, flags | os.O_NONBLOCK, 0o600)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise _no_file(path) from error
        raise
    try:
        kind = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(kind) or stat.S_ISSOCK(kind):
            raise _no_file(path)
        if stat.S_ISREG(kind):
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def only_owner(path: Path) -> None:
    """Take a file that holds people from all but its owner (mode 0600), if it is there and ours."""
    with suppress(OSError):
        kind = path.stat().st_mode
        if stat.S_ISREG(kind) and kind & 0o077:
            path.chmod(0o600)


@contextmanager
def private_file(path: Path, mode: str = "wb", **how: Any) -> Iterator[IO[Any]]:
    """A new file for its owner's eyes only, as `open` gives it; where it cannot be written whole,
    such as on a full disk, nothing is left of it. Raises OSError, which names it, also for what is
    no file, since a device would swallow what is written, and for a memory or a journal that is
    there already: what a life has left is not written over."""
    with named(path):
        _refuse_record(path)
    with named(path), open(path, mode, opener=_file_of_owner, **how) as file:
        try:
            yield file
            file.flush()
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _refuse_record(path: Path) -> None:
    """Raises OSError for the memory, however it is named, and any database or journal."""
    if not path.is_file():
        return
    with suppress(FileNotFoundError):
        if path.samefile(memory_file()):
            raise FileExistsError(errno.EEXIST, "it is the pet's memory: name another file")
    with path.open("rb") as file:
        begin = file.read(LONGEST_BEGIN)
    for kind, magic in RECORDS.items():
        if begin.startswith(magic):
            raise FileExistsError(errno.EEXIST, f"it is {kind}: name another file, or remove it")


def _file_of_owner(path: str, flags: int) -> int:
    descriptor = regular(Path(path), flags)
    try:
        os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _no_file(path: str) -> OSError:
    return OSError(errno.EINVAL, "it is a pipe or a socket, not a file", path)
