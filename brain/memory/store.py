"""The memory: people, habits and episodes in one SQLite file that its owner can read, export and
erase.

Each entry is one transaction, so a process killed at any moment loses the entry at most, never the
file; between entries the file alone is the memory, so that it can be copied and put back
(beside.py). The size is bounded: people, zones and habits by the parts that learn them, episodes by
number. Erased rows are overwritten. The file may be encrypted (encryption.py).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from moggy.brain.memory.beside import left_by_another
from moggy.brain.memory.encryption import (
    Damaged,
    check_schema,
    connect,
    not_a_memory,
    read_error,
    unbounded,
)
from moggy.brain.memory.lock import (
    Broken,
    WriteLock,
    check_name,
    digest,
    hold,
    hold_alone,
    real,
    secret_of_pet,
)
from moggy.brain.memory.rows import (
    AGE,
    MOST_FACTS,
    Episode,
    Fact,
    counts_fit,
    episode_of,
    fact_of,
    facts_of,
    remembered_of,
    row_of,
    writable,
)
from moggy.brain.memory.schema import EPISODE, FACT, TABLES, VERSION
from moggy.brain.memory.snapshot import Remembered
from moggy.vocabulary import EVERYBODY

EPISODES = 2000
"""Episodes that are kept; the oldest are deleted. Our choice."""
SMALLEST_CHANGE = 1e-4
"""A fact that changed by less is not written, since an SD card wears out with every write. Our
choice."""
SMALLEST_CHANGES = {"self": 1e-3, "mood": 1e-3, "drive": 1e-3}
"""Kind of fact → the smallest change that is written, for kinds that change all the time. An age
of 0.001 days is 86 s."""
SAME_EPISODE_DAYS = 1.0 / 24.0
"""Days within which the same event of the same person is one episode, told as *n times*."""

LARGEST = 64 * 2**20
"""Bytes of a file that can be a memory; one of a pet stays below a megabyte. Our choice."""


class Memory:
    """The open file. One pet writes (`begin`); its owner may read and erase at the same time."""

    def __init__(self, path: Path, key: Path | None = None, *, reading: bool = False) -> None:
        """`key` is the file with the key of an encrypted memory. `reading`: the file must be there,
        only `load`, `episodes` and `export` are called, and nothing need be writable. Raises
        Broken; Damaged for a file that is no memory, or no longer."""
        self._path, self._key, self._reader = real(path), key, reading
        self._folder: int | None = None
        self._file: int | None = None
        """Lock of the file itself; a pet's only."""
        self._write_lock: WriteLock | None = None
        self._inode: tuple[int, int] | None = None
        """Of the file that is open; none while that is not known."""
        self.damaged: list[str] = []
        """Rows that no pet has written, in words; they are left out."""
        self.note = ""
        """What happened to the file while it was open, for the owner; who says it empties it."""
        self._open()

    def _open(self) -> None:
        path = self._path
        if not self._reader:
            path.parent.mkdir(parents=True, exist_ok=True)
        folder = hold(path)
        try:
            if path.exists() and path.stat().st_size > LARGEST:
                raise not_a_memory(path, f"it has more than {LARGEST >> 20} MB")
            if self._write_lock is None:
                check_name(path)
            foreign = left_by_another(path, folder)
            if self._reader:
                self._db, self._errors = connect(path, self._key, reading=True, alone=bool(foreign))
            else:
                for each in foreign:
                    each.unlink()
                self._db, self._errors = connect(path, self._key)
        except BaseException:
            os.close(folder)
            raise
        self._folder = folder
        try:
            if self._write_lock is not None:
                self._file = hold_alone(path)
            with self._reading():
                self._prepare()
                if not counts_fit(self._db):
                    raise not_a_memory(path, "its episodes or notes have numbers of no pet's")
                self._erased = self._last_erased()
                self._known = self._facts()
                self._checked_episodes()
                unbounded(self._db)
            self._inode = self._found()
        except BaseException:
            self._shut()
            raise

    def _shut(self) -> None:
        with suppress(OSError, *self._errors):  # of a damaged file, or on a full disk
            if not self._reader and self._found() == self._inode:
                # Deletes the journal, which is empty, unless another process is writing.
                self._db.execute("PRAGMA journal_mode=DELETE")
        with suppress(*self._errors):
            self._db.close()
        for held in (self._file, self._folder):
            if held is not None:
                os.close(held)
        self._file = self._folder = None

    def _found(self) -> tuple[int, int] | None:
        """Device and inode of the file that stands in the folder now. Raises OSError."""
        try:
            stat = os.stat(self._path)
        except FileNotFoundError:
            return None
        return stat.st_dev, stat.st_ino

    def _hold_on(self) -> None:
        """Where the file was deleted, make it anew: SQLite would go on writing into what no name
        leads to. Raises Broken where another pet has the memory now, where another file was put in
        its place, or where none can be made."""
        try:
            if self._write_lock is not None and self._write_lock.lost:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                anew = WriteLock(self._path)
                self._write_lock.close()
                self._write_lock = anew
            found = self._found()
            if found is not None and found == self._inode:
                return
            # One of 0 bytes is as good as none.
            if found and self._path.stat().st_size:
                raise Broken(
                    f"another file was put in the place of {self._path} while the pet lives, and is"
                    " left as it is: move it away and the pet writes what it knows, or wake the pet"
                    " again to live with that file"
                )
            erased = self._erased
            self._shut()
            self._inode = None  # where it cannot be opened now, that is tried again
            self._open()
            self._erased = min(erased, self._erased)
        except OSError as error:
            raise Broken(
                f"{self._path} was deleted, and cannot be made anew ({error.strerror or error})"
            ) from error
        self.note = (
            f"{self._path} was deleted while the pet lives: what it knows of people is written"
            " anew, its episodes are gone"
        )

    def _prepare(self) -> None:
        whole = check_schema(self._db, self._path)
        if self._reader:
            if whole:
                self._db.execute("PRAGMA query_only=ON")
            else:  # an empty file: nobody has lived yet
                self._db.close()
                self._db = sqlite3.connect(":memory:", isolation_level=None)
                self._db.executescript(TABLES)
            return
        # What stands in the file already is not written again: a pet wakes when the disk is full.
        # Takes in the log of an earlier version.
        self._db.execute("PRAGMA journal_mode=TRUNCATE")
        # Sync to the disk at each commit, so that a power cut costs only what was not committed.
        # The diary writes beside the loop.
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        # What is set aside within a transaction is in no file of the system's.
        self._db.execute("PRAGMA temp_store=MEMORY")
        if not whole:
            version = f"PRAGMA user_version={VERSION}"
            self._db.executescript(f"BEGIN IMMEDIATE; {TABLES}; {version}; COMMIT")

    def check(self) -> None:
        """Look at every page of the file, and whether it can be written. Raises Damaged where one
        is, or where the file itself forbids it."""
        with self._reading():
            # Changes nothing; BEGIN alone would be content with reading.
            self._db.execute("DELETE FROM erased WHERE FALSE")
            found = self._db.execute("PRAGMA integrity_check(1)").fetchone()
            if found is None or found[0] != "ok":
                raise not_a_memory(self._path, found and found[0])

    def begin(self, lock: WriteLock | None = None) -> None:
        """To be called when a pet starts, before `load`: from now on it is the one that writes, and
        it does not know who was erased before. `lock`: already taken; closed with this memory.
        Raises Broken, which names another pet that has the memory."""
        if self._write_lock is None:
            lock = lock or WriteLock(self._path)
            try:
                self._file = hold_alone(self._path)
            except BaseException:
                lock.close()
                raise
            self._write_lock = lock
        with self._way_out("let the pet begin again"), self._transaction():
            self._erased = self._last_erased()
            # Without a condition SQLite would write also where there is none.
            self._db.execute("DELETE FROM erased WHERE TRUE")
            self._known = self._facts()

    def load(self) -> Remembered | None:
        """What the file holds; None for a new one."""
        return remembered_of(self._known) if self._known else None

    def keep(self, remembered: Remembered, episodes: Sequence[Episode] = ()) -> tuple[str, ...]:
        """Write what changed, in one transaction; into a new file where it was deleted (`note`).
        Raises Broken; also where another pet has the memory.

        Returns the people whom the owner erased since the last call. They are not written again;
        the caller makes the mind forget them before the next call.
        """
        if self._write_lock is None:
            self.begin()
        self._hold_on()
        new = {fact: value for fact, value in facts_of(remembered).items() if writable(fact[1])}
        episodes = [episode for episode in episodes if writable(episode.person)]
        changed = [
            (*fact, value)
            for fact, value in new.items()
            if abs(value - self._known.get(fact, 1e9))
            > SMALLEST_CHANGES.get(fact[0], SMALLEST_CHANGE)
        ]
        gone = [fact for fact in self._known if fact not in new]
        with self._way_out():
            if not (changed or gone or episodes or self._last_erased() > self._erased):
                return ()
            changed = [row for row in changed if row[:3] != AGE] + [(*AGE, remembered.day)]
            with self._transaction():
                last = self._last_erased()
                erased = self._take_erased(
                    {person for _, person, _ in (*new, *self._known)}
                    | {episode.person for episode in episodes}
                )
                if erased:
                    new = {fact: value for fact, value in new.items() if fact[1] not in erased}
                    episodes = [one for one in episodes if one.person not in erased]
                    if EVERYBODY in erased:
                        new, episodes = {}, []
                    changed = [row for row in changed if row[:3] in new]
                self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", changed)
                self._db.executemany(
                    "DELETE FROM facts WHERE about = ? AND person = ? AND name = ?", gone
                )
                for episode in episodes:
                    self._tell(episode)
                self._db.execute(
                    "DELETE FROM episodes WHERE id <= (SELECT MAX(id) FROM episodes) - ?",
                    (EPISODES,),
                )
        self._erased = last  # only now that it is written: else an erased person would come back
        self._known = {
            **{fact: value for fact, value in self._known.items() if fact in new},
            **{(a, p, n): v for a, p, n, v in changed},
        }
        return erased

    def episodes(self, limit: int = 50) -> list[Episode]:
        """The newest episodes, `limit` at most, newest first. Raises Broken."""
        with self._reading():
            rows = self._db.execute(
                f"SELECT {EPISODE} FROM episodes ORDER BY id DESC LIMIT ?", (limit,)
            ).fetchall()
        return [episode for row in rows if (episode := episode_of(row)) is not None]

    def forget(self, who: str) -> int:
        """Erase a person, or everything with `all`; returns how many rows were deleted. A pet that
        runs forgets them too, within a second. Raises Broken."""
        with self._way_out("repeat the command"):
            with self._transaction():
                if who == EVERYBODY:
                    gone = sum(
                        self._db.execute(f"DELETE FROM {table}").rowcount
                        for table in ("facts", "episodes")
                    )
                else:
                    deletes = (
                        f"DELETE FROM {table} WHERE person = ?" for table in ("facts", "episodes")
                    )
                    gone = sum(self._db.execute(delete, (who,)).rowcount for delete in deletes)
                secret = secret_of_pet(self._path)
                if secret is not None:  # a pet that is awake knows them too
                    note = digest(who, secret)
                    self._db.execute("INSERT INTO erased (who) VALUES (?)", (note,))
            self._db.execute("VACUUM")
            self._known = self._facts()
        return gone

    def export(self) -> Mapping[str, Any]:
        """Everything in the file, as JSON holds it."""
        remembered = self.load()
        return {
            "version": VERSION,
            "remembered": None if remembered is None else remembered.as_data(),
            "episodes": [
                {name: getattr(e, name) for name in Episode.__slots__}
                for e in self.episodes(EPISODES)
            ],
        }

    def close(self) -> None:
        """Close the file and release its folder."""
        self._shut()
        if self._write_lock is not None:
            self._write_lock.close()
            self._write_lock = None

    def _facts(self) -> dict[Fact, float]:
        found: dict[Fact, float] = {}
        rows = self._db.execute(f"SELECT {FACT} FROM facts LIMIT ?", (MOST_FACTS + 1,))
        for n, row in enumerate(rows):
            if n == MOST_FACTS:
                raise not_a_memory(self._path, f"it has more than {MOST_FACTS} facts")
            fact = fact_of(row)
            if fact is None:
                self._leave_out("facts", row)
            else:
                found[fact[0]] = fact[1]
        return found

    def _checked_episodes(self) -> None:
        rows = self._db.execute(f"SELECT {EPISODE} FROM episodes LIMIT ?", (2 * EPISODES,))
        for row in rows:
            if episode_of(row) is None:
                self._leave_out("episodes", row)

    def _leave_out(self, table: str, row: Iterable[Any]) -> None:
        # The name of the person is not said.
        shown = ", ".join(f"{value!r:.20}" for n, value in enumerate(row) if n != 1)
        if len(self.damaged) < EPISODES:
            self.damaged.append(f"a row of {table} that no pet has written ({shown})")

    def _tell(self, episode: Episode) -> None:
        """Add an episode, or count one more time of the last if it is the same again."""
        last = self._db.execute(
            "SELECT id, person, what, day FROM episodes ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if (
            last is not None
            and (last[1], last[2]) == (episode.person, episode.what)
            and abs(episode.day - last[3]) < SAME_EPISODE_DAYS
        ):
            self._db.execute(
                "UPDATE episodes SET times = times + ? WHERE id = ?", (episode.times, last[0])
            )
        else:
            self._db.execute(
                f"INSERT INTO episodes ({EPISODE}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                row_of(episode),
            )

    def _last_erased(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'erased'").fetchone()
        return int(row[0]) if row else 0

    def _take_erased(self, names: set[str]) -> tuple[str, ...]:
        """Which of these people were erased since the last call; deletes the notes of it."""
        notes = {
            who
            for (who,) in self._db.execute("SELECT who FROM erased WHERE n > ?", (self._erased,))
        }
        if not notes or self._write_lock is None:
            return ()
        secret = self._write_lock.secret
        self._db.execute("DELETE FROM erased")
        return tuple(sorted(name for name in names | {EVERYBODY} if digest(name, secret) in notes))

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Turns an error of the file's library into Damaged, or into Broken where it says nothing
        about the file."""
        try:
            yield
        except self._errors as error:
            raise read_error(self._path, error) from error

    @contextmanager
    def _way_out(self, *way_out: str) -> Iterator[None]:
        """Turns an error of the file's library into Damaged, or into Broken with the way out."""
        try:
            yield
        except self._errors as error:
            if isinstance(found := read_error(self._path, error), Damaged):
                raise found from error
            message = "; ".join((f"{self._path} cannot be written ({error})", *way_out))
            raise Broken(message) from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # a full disk rolls back by itself
                self._db.execute("ROLLBACK")
            raise
