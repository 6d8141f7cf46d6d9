"""The right to write a file, which one process has at a time: a lock on a file beside it, or on the
file itself, whatever it is called there. The kernel releases it when the process ends."""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import suppress
from pathlib import Path

from moggy.regular_file import lock_file


class Taken(RuntimeError):
    """Another process has the lock; `who` names it, as far as that can be told."""

    def __init__(self, path: Path, who: str) -> None:
        super().__init__(f"{path} is in use ({who})")
        self.who = who


class NameLock:
    """A lock on NAME.lock beside a file; the lock's first line names the process."""

    def __init__(self, path: Path) -> None:
        """Take it. `path` is the file, which need not be there; its folder must. Raises Taken, or
        another OSError."""
        self.file = name_lock_file(path)
        """The lock's own file."""
        while True:
            self.descriptor = lock_file(self.file, os.O_RDWR | os.O_CREAT)
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if not self.lost:
                    break
                os.close(self.descriptor)  # its last holder has just removed it
            except BlockingIOError:
                who = said(self.descriptor)[0] or lock_holder(self.descriptor)
                os.close(self.descriptor)
                raise Taken(path, who) from None
            except BaseException:
                os.close(self.descriptor)
                raise
        try:
            os.ftruncate(self.descriptor, 0)
            os.pwrite(self.descriptor, f"{_me()}\n".encode(), 0)
        except BaseException:
            self.close()
            raise

    @property
    def lost(self) -> bool:
        """Whether its file was deleted, so that another may take it. Raises OSError."""
        with suppress(FileNotFoundError):
            return not os.path.samestat(os.fstat(self.descriptor), os.stat(self.file))
        return True

    def close(self) -> None:
        """Release the lock and remove its file, unless that is another's by now."""
        with suppress(OSError):
            if not self.lost:
                self.file.unlink()
        os.close(self.descriptor)


def name_lock_file(path: Path) -> Path:
    """Where the lock of a file lies: beside the file itself, also for who comes by a link."""
    path = Path(os.path.realpath(path))
    return path.with_name(f"{path.name}.lock")


def taken_by(path: Path) -> str:
    """The process that has the lock of a file now; empty where none has it. Raises OSError."""
    try:
        lock = lock_file(name_lock_file(path), os.O_RDONLY)
    except FileNotFoundError:
        return ""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return ""
    except BlockingIOError:
        return said(lock)[0] or lock_holder(lock)
    finally:
        os.close(lock)


def said(descriptor: int) -> tuple[str, str]:
    """The first line of a lock's file, which names the process, and what follows."""
    who, _, rest = os.pread(descriptor, 1000, 0).decode("utf-8", "replace").partition("\n")
    return who, rest.strip()


def hold_file(path: Path) -> int:
    """Lock the file itself, for who may come to it by another name, such as a hard link. Returns
    the descriptor that is closed to unlock it. Raises Taken, or another OSError."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        who = lock_holder(file)
        os.close(file)
        raise Taken(path, who) from None
    except BaseException:
        os.close(file)
        raise
    return file


def lock_holder(file: int) -> str:
    """The process that has locked an open file, as Linux lists it: `1: FLOCK ADVISORY WRITE 4711
    08:02:99 0 EOF`."""
    with suppress(OSError):
        end = f":{os.fstat(file).st_ino}"
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if "FLOCK" in words and len(words) > 5 and words[5].endswith(end):
                return f"process {words[4]}"
    return "another process"


def _me() -> str:
    """«process 1234, moggy run», on one line."""
    program = Path(sys.argv[0])
    called = program.parent.name if program.name == "__main__.py" else program.name
    name = " ".join([called, *sys.argv[1:2]])
    return f"process {os.getpid()}, {' '.join(name.split()):.80}"
