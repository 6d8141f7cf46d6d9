"""What SQLite keeps beside the memory's file.

The journal (`-journal`) holds what the pages were before the entry that is being written, and has
0 bytes between entries. What a killed pet left in it takes that entry back at the next opening. An
earlier version kept a log (`-wal`, and its index `-shm`), whose entries the next opening takes into
the file. Either would spoil a file that was put in the place of its own, such as a backup.
"""

from __future__ import annotations

import fcntl
from contextlib import suppress
from pathlib import Path

from moggy.unreadable import opened

JOURNAL = "-journal"
LOG = "-wal"
FILES = ("", JOURNAL, LOG, "-shm")
"""Ends of the names of the memory's files."""
PLAIN = b"SQLite format 3\0"
"""First bytes of a plain file (https://www.sqlite.org/fileformat.html); an encrypted one begins
with 16 random bytes."""
WITHOUT_LOG = b"\1\1"
"""Bytes 18 and 19 of a file that has no log."""
COUNTER = slice(24, 28)
"""Where a file's first page counts the entries that were written."""
JOURNAL_BEGIN = bytes.fromhex("d9d505f920a163d7")
"""First bytes of a journal. At 20 the size of its head stands, and of a page at 24; behind the head
records of a page's number, the page and a checksum, 4 bytes each but the page."""
LONGEST_JOURNAL = 64 * 2**20
"""Bytes of a journal that are read, as of a memory (store.LARGEST)."""


def beside(path: Path, end: str) -> Path:
    """The file that has the memory's name with this end."""
    return path.with_name(path.name + end)


def left(path: Path) -> list[Path]:
    """The journal and the log, where they hold anything. Raises OSError."""
    found = []
    for end in (JOURNAL, LOG):
        with suppress(FileNotFoundError):
            if beside(path, end).stat().st_size:
                found.append(beside(path, end))
    return found


def left_by_another(path: Path, folder: int) -> list[Path]:
    """Those that belong to another file than the one that is there now. None while anybody else
    has the memory open, by the lock on its `folder`, and none of an encrypted file: there nobody
    can tell. Raises OSError."""
    if not left(path):
        return []
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _foreign(path)
    except BlockingIOError:
        return []
    finally:
        fcntl.flock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB)


def drop_foreign(path: Path) -> None:
    """For who has the folder alone: delete those that belong to another file. Raises OSError."""
    for each in _foreign(path):
        each.unlink()


def drop(path: Path) -> list[Path]:
    """Delete all that is left of a file that is there no more; returns what held anything. Raises
    OSError."""
    found = left(path)
    for end in FILES[1:]:
        beside(path, end).unlink(missing_ok=True)
    return found


def _foreign(path: Path) -> list[Path]:
    with suppress(FileNotFoundError):
        with opened(path) as file:
            begin = file.read(100)
        if begin.startswith(PLAIN):
            return [each for each in left(path) if _is_foreign(each, begin)]
    return []


def _is_foreign(each: Path, begin: bytes) -> bool:
    """Whether a journal or log cannot be of the file that begins like this."""
    if each.name.endswith(LOG):
        return begin[18:20] == WITHOUT_LOG
    with opened(each) as file:
        journal = file.read(LONGEST_JOURNAL)
    head, size = (int.from_bytes(journal[at : at + 4]) for at in (20, 24))
    if not journal.startswith(JOURNAL_BEGIN) or min(head, size) < 512:
        return False
    for at in range(head, len(journal) - size - 3, size + 8):
        if int.from_bytes(journal[at : at + 4]) == 1:
            # An entry counts one more. It is written over the first page after that is here.
            before = int.from_bytes(journal[at + 4 :][COUNTER])
            return int.from_bytes(begin[COUNTER]) not in (before, before + 1)
    return False
