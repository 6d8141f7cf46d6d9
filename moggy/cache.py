"""The per-user folder for downloaded models and built tools, so that a second clone need not fetch
or build them again."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from moggy.regular_file import lock_file


def root() -> Path:
    """`MOGGY_CACHE` if that is set, else `moggy` in `XDG_CACHE_HOME`, else `~/.cache/moggy`."""
    chosen = os.environ.get("MOGGY_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "moggy"


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A temporary folder, removed at the end in any case. It is inside `folder`, so that a move
    from it to there is atomic."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".part-", dir=folder))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put(finished: Path, place: Path) -> None:
    """Move a finished file or folder to its place in one step, so that no process sees half of
    it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    os.replace(finished, place)


def write(place: Path, text: str) -> None:
    """Write a small file in one step, as `put`."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", dir=place.parent, prefix=".part-", delete=False, encoding="utf-8"
    ) as file:
        file.write(text)
    os.replace(file.name, place)


@contextmanager
def lock(file: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock `file`. While another process has it, call `waiting` once and wait. The kernel
    frees it when its process ends, however that ends."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(lock_file(file, os.O_RDWR | os.O_CREAT), "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def held(file: Path) -> bool:
    """Whether any process holds the lock `file` now."""
    if not file.exists():
        return False
    with os.fdopen(lock_file(file, os.O_RDWR), "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
