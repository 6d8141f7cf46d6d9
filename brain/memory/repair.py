"""Opens the memory for a pet that wakes. A file that is damaged, or somebody else's, is set aside
under another name, and what is whole in it goes on in a new one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from moggy.brain.memory.encryption import Damaged, Errors, connect, to_disk
from moggy.brain.memory.lock import Broken, WriteLock, aside, hold, hold_alone, real
from moggy.brain.memory.rows import MOST_FACTS, Episode, Fact, episode_of, fact_of, row_of
from moggy.brain.memory.schema import EPISODE, FACT, TABLES, VERSION
from moggy.brain.memory.store import EPISODES, LARGEST, Memory
from moggy.home import only_owner, private_file
from moggy.unreadable import stands

SALVAGE_STEPS = 5_000_000
"""Steps of SQLite's machine for the rows of a damaged table: less than a second. The most rows that
are read take fewer than a million. Our choice."""
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
        emptied = EMPTIED.format(path) if _is_empty(path) else ""
        why = _damage(path, key)
        note = _anew(path, key, why) if why else emptied
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
    return memory, note


def _is_empty(path: Path) -> bool:
    """Whether the file is there and holds nothing, as SQLite reckons, and no log does either."""
    sizes = [each.stat().st_size if each.exists() else -1 for each in (path, _log(path))]
    return 0 <= sizes[0] <= 1 and sizes[1] <= 0


def set_aside(path: Path) -> list[Path]:
    """The damaged files that are kept beside a memory."""
    path = real(path)
    named = re.compile(re.escape(path.name) + r"\.damaged-\d+")
    return sorted(
        each for each in path.parent.glob("*") if named.fullmatch(each.name) and each.is_file()
    )


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


def _anew(path: Path, key: Path | None, why: str) -> str:
    """Copy the damaged file aside, and put one in its place with what is whole in it. A crash at
    any moment leaves the damaged one or the new one. Raises Broken, or OSError."""
    folder = hold(path, alone=True)
    kept = _free_name(path)
    try:
        if path.stat().st_size > LARGEST:
            facts, episodes = dict[Fact, float](), list[Episode]()
            os.replace(path, kept)
            only_owner(kept)
        else:
            for each in (path, _log(path)):
                if each.exists():
                    _copy(each, kept if each == path else _log(kept))
            facts, episodes = _whole(path, key)
        _write(aside(path), key, facts, episodes)
        for left in (_log(path), path.with_name(f"{path.name}-shm")):
            left.unlink(missing_ok=True)
        os.replace(aside(path), path)
        to_disk(path.parent)
    finally:
        with suppress(OSError):
            aside(path).unlink(missing_ok=True)
        os.close(folder)
    saved = f"{len(facts)} facts and {len(episodes)} episodes" if facts or episodes else "nothing"
    return f"{path} was damaged or not a pet's ({why}): it is kept as {kept}; {saved} could be read"


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
    """The rows up to the first that cannot be read. A view or a virtual table is no pet's, and may
    have no end; nor may a computed column take SALVAGE_STEPS."""
    table = query.partition(" FROM ")[2].split()[0]
    real_one = "SELECT 1 FROM sqlite_master WHERE name = ? AND sql LIKE 'CREATE TABLE%'"
    steps = iter(range(SALVAGE_STEPS // 1000))
    db.set_progress_handler(lambda: next(steps, None) is None, 1000)
    with suppress(*errors):
        if db.execute(real_one, (table,)).fetchone():
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


def _free_name(path: Path) -> Path:
    """The first name that nothing has, also not for its log."""
    names = (path.with_name(f"{path.name}.damaged-{n}") for n in count(1))
    return next(name for name in names if not (stands(name) or stands(_log(name))))


def _copy(path: Path, to: Path) -> None:
    """A copy that only its owner may read. Raises OSError, and then leaves nothing."""
    with path.open("rb") as source, private_file(to) as target:
        shutil.copyfileobj(source, target)
    to_disk(to)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
