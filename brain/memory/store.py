"""The memory: people, habits and episodes in one SQLite file that its owner can read, export and
erase.

Each entry is one transaction in a write-ahead log, so a process killed at any moment loses the
entry at most, never the file. The size is bounded: people, zones and habits by the parts that learn
them, episodes by number. Erased rows are overwritten and the log is emptied. The file may be
encrypted (encryption.py).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moggy.brain.memory.encryption import Broken, connect, hold
from moggy.brain.memory.snapshot import Remembered
from moggy.vocabulary import EVERYBODY

__all__ = ["Broken", "Episode", "Memory", "as_json", "sentences"]

VERSION = 1
"""Version of the database's schema; a file with a greater one is refused."""
EPISODES = 2000
"""Episodes that are kept; the oldest are deleted. Our choice."""
SMALLEST_CHANGE = 1e-4
"""A fact that changed by less is not written, since an SD card wears out with every write. Our
choice."""
SMALLEST_CHANGES = {"mood": 1e-3, "drive": 1e-3}
"""Kind of fact → the smallest change that is written, for kinds that change all the time."""
LIKELY = 0.35
"""Probability from which a habit is told to the owner. Our choice."""
RARE = 0.005
"""A habit of less probability is not kept. Our choice."""
SAME_EPISODE_DAYS = 1.0 / 24.0
"""Days within which the same event of the same person is one episode, told as *n times*."""

TABLES = """
CREATE TABLE IF NOT EXISTS facts (
    about TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (about, person, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS episodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, day REAL NOT NULL, hour REAL NOT NULL,
    person TEXT NOT NULL, what TEXT NOT NULL, times INTEGER NOT NULL, behavior TEXT NOT NULL,
    pleasure REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS erased (n INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL);
"""
"""The tables. `erased` tells a pet that runs whom the owner erased, by a digest of the name."""

Fact = tuple[str, str, str]
"""(what it is about: person, zone, arrival, quiet, mood, drive or self; the person; its name)"""
AGE: Fact = ("self", "", "day")
"""The fact that holds the days lived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An event worth telling the owner about."""

    day: float
    """Days lived when it happened."""
    hour: float
    """Hour of the day, 0..24."""
    person: str
    """Who did it; empty where nobody did."""
    what: str
    """Name of the event."""
    times: int = 1
    """How often it happened in a row."""
    behavior: str = ""
    """The behaviour that ran when it happened."""
    pleasure: float = 0.0
    """Pleasure of the pet's mood when it happened, −1..1."""


class Memory:
    """The open file. One process writes; others may read at the same time."""

    def __init__(self, path: Path, key: Path | None = None) -> None:
        """`key` is the file with the key of an encrypted memory. Raises Broken."""
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._folder = hold(path)
        try:
            self._db, self._error = connect(path, key)
        except BaseException:
            os.close(self._folder)
            raise
        try:
            self._prepare()
            self._erased = self._last_erased()
            self._known = self._facts()
        except self._error as error:
            self.close()
            raise Broken(
                f"{path} is not a memory of the pet ({error}); "
                "move it away and the pet begins a new one"
            ) from error
        except Broken:
            self.close()
            raise

    def _prepare(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise Broken(
                f"{self._path} was written by a newer pet (memory {found}, this one reads "
                f"{VERSION}); update moggy"
            )
        self._db.execute("PRAGMA journal_mode=WAL")
        # Sync to the disk at each commit, so that a power cut costs only what was not committed.
        # The diary writes beside the loop.
        self._db.execute("PRAGMA synchronous=FULL")
        # Pages (1 MB in all) after which the log is taken into the file.
        self._db.execute("PRAGMA wal_autocheckpoint=250")
        self._db.execute("PRAGMA secure_delete=ON")
        self._db.executescript(TABLES)
        self._db.execute(f"PRAGMA user_version={VERSION}")

    def begin(self) -> None:
        """To be called when a pet starts with what `load` returned. Deletes the notes of who was
        erased before: these people are not in that memory. Raises Broken."""
        with self._way_out("let the pet begin again"):
            self._db.execute("DELETE FROM erased WHERE n <= ?", (self._erased,))

    def load(self) -> Remembered | None:
        """What the file holds; None for a new one."""
        if not self._known:
            return None
        known: dict[str, dict[str, dict[str, float]]] = {}
        for (about, person, name), value in self._known.items():
            known.setdefault(about, {}).setdefault(person, {})[name] = value
        own = known.get("self", {}).get("", {})
        return Remembered(
            day=own.get("day", 0.0),
            strangers=own.get("strangers"),
            people=known.get("person", {}),
            zones=known.get("zone", {}),
            mood=known.get("mood", {}).get("", {}),
            drives=known.get("drive", {}).get("", {}),
            arrivals={
                person: _row(chances, 48) for person, chances in known.get("arrival", {}).items()
            },
            quiet=_row(known.get("quiet", {}).get("", {}), 24),
        )

    def keep(self, remembered: Remembered, episodes: Sequence[Episode] = ()) -> tuple[str, ...]:
        """Write what changed, in one transaction. Raises Broken.

        Returns the people whom the owner erased since the last call. They are not written again;
        the caller makes the mind forget them before the next call.
        """
        new = _as_facts(remembered)
        changed = [
            (*fact, value)
            for fact, value in new.items()
            if abs(value - self._known.get(fact, 1e9))
            > SMALLEST_CHANGES.get(fact[0], SMALLEST_CHANGE)
        ]
        gone = [fact for fact in self._known if fact not in new]
        with self._way_out("the pet keeps it in its head and tries again"):
            if not (changed or gone or episodes or self._last_erased() > self._erased):
                return ()
            changed = [row for row in changed if row[:3] != AGE] + [(*AGE, remembered.day)]
            with self._transaction():
                erased = self._take_erased(
                    {person for _, person, _ in (*new, *self._known)}
                    | {episode.person for episode in episodes}
                )
                if erased:
                    all_of_them = EVERYBODY in erased
                    new = {
                        fact: value
                        for fact, value in new.items()
                        if not (all_of_them or fact[1] in erased)
                    }
                    changed = [row for row in changed if row[:3] in new]
                    episodes = [
                        episode
                        for episode in episodes
                        if not (all_of_them or episode.person in erased)
                    ]
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
        self._known = {
            **{fact: value for fact, value in self._known.items() if fact in new},
            **{(a, p, n): v for a, p, n, v in changed},
        }
        return erased

    def episodes(self, limit: int = 50) -> list[Episode]:
        """The newest episodes, `limit` at most, newest first."""
        rows = self._db.execute(
            "SELECT day, hour, person, what, times, behavior, pleasure FROM episodes "
            "ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [
            Episode(
                day=day,
                hour=hour,
                person=person,
                what=what,
                times=times,
                behavior=behavior,
                pleasure=pleasure,
            )
            for day, hour, person, what, times, behavior, pleasure in rows
        ]

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
                self._db.execute("INSERT INTO erased (who) VALUES (?)", (_digest(who),))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
        self._db.close()
        os.close(self._folder)

    def _facts(self) -> dict[Fact, float]:
        return {
            (about, person, name): value
            for about, person, name, value in self._db.execute("SELECT * FROM facts")
        }

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
                "INSERT INTO episodes (day, hour, person, what, times, behavior, pleasure) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    episode.day,
                    episode.hour,
                    episode.person,
                    episode.what,
                    episode.times,
                    episode.behavior,
                    episode.pleasure,
                ),
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
        if not notes:
            return ()
        self._erased = self._last_erased()
        self._db.execute("DELETE FROM erased")
        return tuple(sorted(name for name in names | {EVERYBODY} if _digest(name) in notes))

    @contextmanager
    def _way_out(self, way_out: str) -> Iterator[None]:
        """Turns an error of the file's library into Broken with the file and the way out."""
        try:
            yield
        except self._error as error:
            raise Broken(f"{self._path} cannot be written ({error}); {way_out}") from error

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


def sentences(memory: Memory, episodes: int = 12) -> list[str]:
    """What is remembered, in sentences for the owner, with the newest `episodes`."""
    known = memory.load()
    if known is None:
        return ["It remembers nothing yet."]
    said = [f"It has lived {known.day:.1f} days."]
    for person in sorted({*known.people, *known.zones, *known.arrivals}):
        said.append(_about(person, known))
    quiet = [str(hour) for hour, chance in enumerate(known.quiet) if chance >= LIKELY]
    if quiet:
        said.append(f"It is usually sent off at {', '.join(quiet)} o'clock.")
    for e in memory.episodes(episodes):
        times = f", {e.times} times" if e.times > 1 else ""
        who = f" ({e.person})" if e.person else ""
        did = f"; it was in '{e.behavior}'" if e.behavior else ""
        clock = f"{int(e.hour):02d}:{int(e.hour % 1.0 * 60.0):02d}"
        said.append(f"Day {e.day:.1f}, {clock}: {e.what.replace('_', ' ')}{who}{times}{did}.")
    return said


def as_json(memory: Memory) -> str:
    """`Memory.export` as JSON text."""
    return json.dumps(memory.export(), indent=2, ensure_ascii=False, sort_keys=True)


def _about(person: str, known: Remembered) -> str:
    facts = known.people.get(person, {})
    said = f"{person}: trust {facts.get('trust', 0.0):.2f}"
    said += f", familiarity {facts.get('familiarity', 0.0):.2f}"
    said += f", usually in a mood of {facts.get('valence', 0.0):+.2f} (−1 unpleasant to 1 pleasant)"
    liked = sorted(known.zones.get(person, {}).items(), key=lambda pair: -abs(pair[1]))[:3]
    if liked:
        said += "; touch " + ", ".join(f"{zone} {liking:+.2f}" for zone, liking in liked)
    often = [half for half, chance in enumerate(known.arrivals.get(person, ())) if chance >= LIKELY]
    if often:
        said += "; comes about " + ", ".join(
            f"{half // 2:02d}:{30 * (half % 2):02d}" for half in often
        )
    return said + "."


def _as_facts(known: Remembered) -> dict[Fact, float]:
    facts: dict[Fact, float] = {AGE: known.day}
    if known.strangers is not None:
        facts["self", "", "strangers"] = known.strangers
    for about, people in (
        ("person", known.people),
        ("zone", known.zones),
        ("mood", {"": known.mood}),
        ("drive", {"": known.drives}),
    ):
        for person, values in people.items():
            for name, value in values.items():
                facts[about, person, name] = value
    for person, chances in known.arrivals.items():
        facts.update(
            {
                ("arrival", person, f"{half:02d}"): chance
                for half, chance in enumerate(chances)
                if chance > RARE
            }
        )
    facts.update(
        {
            ("quiet", "", f"{hour:02d}"): chance
            for hour, chance in enumerate(known.quiet)
            if chance > RARE
        }
    )
    return facts


def _digest(who: str) -> str:
    """Stands for a name in the table of the erased, so that the name itself is gone."""
    return hashlib.sha256(who.encode()).hexdigest()


def _row(chances: Mapping[str, float], n: int) -> tuple[float, ...]:
    return tuple(chances.get(f"{i:02d}", 0.0) for i in range(n))
