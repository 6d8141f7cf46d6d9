"""Opens the memory for a pet that wakes. A file that is damaged, or somebody else's, is set aside
under another name, and what is whole in it goes on in a new one."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from moggy.brain.memory.beside import FILES, beside, drop, left
from moggy.brain.memory.encryption import Damaged, Errors, bounded, connect, to_disk
from moggy.brain.memory.lock import Broken, WriteLock, aside, hold, hold_alone, real
from moggy.brain.memory.rows import MOST_FACTS, Episode, Fact, episode_of, fact_of, row_of
from moggy.brain.memory.schema import EPISODE, FACT, TABLES, VERSION
from moggy.brain.memory.store import EPISODES, LARGEST, Memory
from moggy.home import only_owner, private_file
from moggy.unreadable import stands

MOST_KEPT = 10
"""Damaged files that are kept beside a memory; what was whole in the oldest lives on. Our
choice."""
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What a disk says that has no hard links, such as one with FAT."""
_unsaid: dict[Path, str] = {}
"""Memory → what its owner should know of it, and nobody was told, since it could not be opened."""
EMPTIED = "{} was there and empty: if it held a memory, that is gone, and a new one begins"
"""Said of a file of 0 bytes, as a failing disk or `>` leaves it."""


def awake(path: Path, key: Path | None = None) -> tuple[Memory, str]:
    """The memory, which this pet alone writes from now on; and what was set aside, in a sentence
    for the owner, or "".

    Raises Broken where it cannot be opened now: another pet has it, its key is not there, or the
    disk is full. The file is then as it was.
    """
    path = real(path)
    try:
        return _awake(path, key)
    except OSError as error:
        raise Broken(
            f"{error.filename or path} cannot be opened or written now ({error.strerror or error})"
        ) from error


def _awake(path: Path, key: Path | None) -> tuple[Memory, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = WriteLock(path)
    new = not path.exists()
    try:
        with suppress(FileNotFoundError):
            os.close(hold_alone(path))
        if _is_empty(path):
            _unsaid[path] = EMPTIED.format(path)
        if why := _damage(path, key):
            _anew(path, key, why)
        memory = Memory(path, key)
    except BaseException:
        with suppress(OSError):
            if new and _is_empty(path):  # else the next pet would say that it was emptied
                path.unlink()
        lock.close()
        raise
    try:
        memory.begin(lock)
    except BaseException:
        memory.close()
        raise
    return memory, _unsaid.pop(path, "")


def _is_empty(path: Path) -> bool:
    """Whether the file is there and holds nothing, as SQLite reckons."""
    return path.exists() and path.stat().st_size <= 1


def clear(path: Path) -> list[Path]:
    """Delete what lies beside a memory that is there no more; returns what held anything. Raises
    Broken while another process has the folder to itself, or OSError."""
    path = real(path)
    if not left(path):
        return []
    folder = hold(path)
    try:
        return drop(path)
    finally:
        os.close(folder)


def set_aside(path: Path) -> list[Path]:
    """The damaged files that are kept beside a memory, the oldest first."""
    path = real(path)
    named = re.compile(re.escape(path.name) + r"\.damaged-\d+")
    found = [
        each for each in path.parent.glob("*") if named.fullmatch(each.name) and each.is_file()
    ]
    return sorted(found, key=lambda each: int(each.suffix.rpartition("-")[2]))


def _damage(path: Path, key: Path | None) -> str:
    """What is wrong in the file; empty where all of it is a pet's. Raises Broken as Memory does."""
    try:
        memory = Memory(path, key)
    except Damaged as error:
        return error.why
    try:
        memory.check()
        return memory.damaged[0] if memory.damaged else ""
    except Damaged as error:
        return error.why
    finally:
        memory.close()


def _anew(path: Path, key: Path | None, why: str) -> None:
    """Set the damaged file aside, and put one in its place with what is whole in it. A crash at
    any moment leaves the damaged one or the new one. What is to be said goes to `_unsaid`. Raises
    Broken, and then leaves the damaged one in its place and nothing beside it."""
    folder = hold(path, alone=True)
    try:
        kept = _next_name(path)
        try:
            facts, episodes = _replaced(path, kept, key)
        except OSError as error:
            _undo(path, kept)
            raise Broken(
                f"{path} is damaged or not a pet's ({why}), and no new one can be put in its place "
                f"({error.filename}: {error.strerror}): move it away, and the pet begins a new one"
            ) from error
        except BaseException:
            _undo(path, kept)
            raise
        read = (
            f"{len(facts)} facts and {len(episodes)} episodes" if facts or episodes else "nothing"
        )
        _unsaid[path] = (
            f"{path} was damaged or not a pet's ({why}): it is kept as {kept}; {read} could be read"
        )
        _unsaid[path] += "".join(
            f"; {each}, set aside before, is deleted: {MOST_KEPT} are kept"
            for each in _only_newest(path)
        )
        to_disk(path.parent)
    finally:
        with suppress(OSError):
            aside(path).unlink(missing_ok=True)
        os.close(folder)


def _replaced(path: Path, kept: Path, key: Path | None) -> tuple[dict[Fact, float], list[Episode]]:
    """Keep the file under another name, and replace it. Returns what could be read in it. Raises
    Broken, or OSError."""
    facts, episodes = dict[Fact, float](), list[Episode]()
    for each in (path, *left(path)):
        _keep(each, beside(kept, each.name.removeprefix(path.name)))
    if (path if path.exists() else kept).stat().st_size <= LARGEST:
        facts, episodes = _whole(path, key)
    _write(aside(path), key, facts, episodes)
    drop(path)
    os.replace(aside(path), path)
    return facts, episodes


def _undo(path: Path, kept: Path) -> None:
    """Take back what was kept of a file that could not be replaced."""
    with suppress(OSError):
        for end in FILES:
            each, to = beside(path, end), beside(kept, end)
            if to.exists():
                if each.exists():
                    to.unlink()
                else:
                    os.replace(to, each)


def _only_newest(path: Path) -> list[Path]:
    """Delete the oldest of the files that were set aside, if there are more than MOST_KEPT; returns
    which."""
    gone = set_aside(path)[:-MOST_KEPT]
    for each in gone:
        with suppress(OSError):
            each.unlink()
            drop(each)
    return [each for each in gone if not each.exists()]


def _whole(path: Path, key: Path | None) -> tuple[dict[Fact, float], list[Episode]]:
    """Every row that can be read and that a pet has written."""
    facts, episodes = dict[Fact, float](), list[Episode]()
    with suppress(Broken):
        db, errors = connect(path, key)
        try:
            for row in _rows(db, errors, f"SELECT {FACT} FROM facts LIMIT {MOST_FACTS}"):
                if fact := fact_of(row):
                    facts[fact[0]] = fact[1]
            newest = f"SELECT {EPISODE} FROM episodes ORDER BY id DESC LIMIT {EPISODES}"
            for row in _rows(db, errors, newest):
                if episode := episode_of(row):
                    episodes.insert(0, episode)
        finally:
            with suppress(Exception):  # a damaged file may not even close
                db.close()
    return facts, episodes


def _rows(db: Any, errors: Errors, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows up to the first that cannot be read. A view, a virtual table or a computed
    column is no pet's, and may have no end."""
    table = query.partition(" FROM ")[2].split()[0]
    real_one = "SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE 'CREATE TABLE%'"
    bounded(db)
    with suppress(*errors):
        columns = db.execute(f"PRAGMA table_xinfo({table})").fetchall()
        is_plain = not any(hidden for *_, hidden in columns)
        if is_plain and db.execute(real_one, (table,)).fetchone():
            yield from db.execute(query)


def _write(path: Path, key: Path | None, facts: dict[Fact, float], episodes: list[Episode]) -> None:
    db, errors = connect(path, key)
    try:
        db.executescript(TABLES)
        db.execute("BEGIN")
        db.executemany(
            f"INSERT INTO facts ({FACT}) VALUES (?, ?, ?, ?)",
            [(*fact, value) for fact, value in facts.items()],
        )
        db.executemany(
            f"INSERT INTO episodes ({EPISODE}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            map(row_of, episodes),
        )
        db.execute("COMMIT")
        db.execute(f"PRAGMA user_version={VERSION}")
    except errors as failed:
        raise Broken(f"{path} cannot be written ({failed})") from failed
    finally:
        with suppress(*errors):
            db.close()
    to_disk(path)


def _next_name(path: Path) -> Path:
    """A name behind those that were set aside, which nothing has, also not beside it."""
    there = set_aside(path)
    first = int(there[-1].suffix.rpartition("-")[2]) + 1 if there else 1
    names = (path.with_name(f"{path.name}.damaged-{n}") for n in count(first))
    return next(name for name in names if not any(stands(beside(name, end)) for end in FILES))


def _keep(path: Path, to: Path) -> None:
    """Give a file another name, for its owner only. It needs no room; where the disk knows no links
    it takes a copy, or, of a file that is too large for a memory, the name. Raises OSError, and
    then leaves nothing: such as for a file that is mounted, which cannot be replaced either."""
    try:
        os.link(path, to)
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        if path.stat().st_size > LARGEST:
            os.replace(path, to)
        else:
            with path.open("rb") as source, private_file(to) as target:
                shutil.copyfileobj(source, target)
            to_disk(to)
    only_owner(to)
