"""What outlives a sleep: people, habits and episodes in one SQLite file that its owner can read, take along and erase.

Written ahead (WAL) in one transaction a second: a process killed at any moment loses at most that second and never the file. Bounded:
people, zones and habits by the parts that learn them, episodes by number. Erased rows are overwritten, and the log is emptied.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moggy.brain.remembered import Remembered

VERSION = 1
EPISODES = 2000
"""Episodes kept; the oldest give way."""
FINEST = 1e-4
"""Changes smaller than this are not worth a write."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (about TEXT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL,
                                  PRIMARY KEY (about, person, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS episodes (id INTEGER PRIMARY KEY AUTOINCREMENT, day REAL NOT NULL, hour REAL NOT NULL, person TEXT NOT NULL,
                                     what TEXT NOT NULL, times INTEGER NOT NULL, behavior TEXT NOT NULL, pleasure REAL NOT NULL);
CREATE TABLE IF NOT EXISTS erased (n INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL);
"""

Fact = tuple[str, str, str]
"""what it is about (person, zone, arrival, quiet, mood, drive, self), whom, and its name"""


class Broken(RuntimeError):
    """The file is not a memory, or one of a newer pet; says which file, and the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something worth telling."""

    day: float
    """Days lived."""
    hour: float
    person: str
    what: str
    times: int = 1
    behavior: str = ""
    pleasure: float = 0.0


class Memory:
    """An open file of memory. One process writes; others may read at the same time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=5.0, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            self._db.execute("PRAGMA secure_delete=ON")
            self._db.executescript(SCHEMA)
            found = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise Broken(f"{path} is not a memory of the pet ({error}); move it away and the pet begins a new one") from error
        if found > VERSION:
            raise Broken(f"{path} was written by a newer pet (memory {found}, this one reads {VERSION}); update moggy")
        self._db.execute(f"PRAGMA user_version={VERSION}")
        self._known = self._facts()
        self._erased = self._last_erased()

    def begin(self) -> None:
        """A life begins: nobody who was erased before can come back any more, so that note goes too."""
        self._db.execute("DELETE FROM erased")
        self._erased = self._last_erased()

    def load(self) -> Remembered | None:
        """What it knows; None in a new life."""
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
            arrivals={person: _row(chances, 48) for person, chances in known.get("arrival", {}).items()},
            quiet=_row(known.get("quiet", {}).get("", {}), 24),
        )

    def keep(self, remembered: Remembered, episodes: Sequence[Episode] = ()) -> None:
        """Write what changed, in one transaction. People who were erased meanwhile stay erased."""
        new = _as_facts(remembered)
        erased = self._erased_since()
        if erased:
            new = {fact: value for fact, value in new.items() if _sealed(fact[1]) not in erased}
            episodes = [episode for episode in episodes if _sealed(episode.person) not in erased]
            if _sealed("all") in erased:
                new, episodes = {}, []
        changed = [(*fact, value) for fact, value in new.items() if abs(value - self._known.get(fact, 1e9)) > FINEST]
        gone = [fact for fact in self._known if fact not in new]
        if not (changed or gone or episodes):
            return
        with self._transaction():
            self._db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", changed)
            self._db.executemany("DELETE FROM facts WHERE about = ? AND person = ? AND name = ?", gone)
            for episode in episodes:
                self._tell(episode)
            self._db.execute("DELETE FROM episodes WHERE id <= (SELECT MAX(id) FROM episodes) - ?", (EPISODES,))
        self._known = {**{fact: value for fact, value in self._known.items() if fact in new}, **{(a, p, n): v for a, p, n, v in changed}}

    def episodes(self, limit: int = 50) -> list[Episode]:
        """The newest, newest first."""
        rows = self._db.execute(
            "SELECT day, hour, person, what, times, behavior, pleasure FROM episodes ORDER BY id DESC LIMIT ?", (limit,)
        )
        return [
            Episode(day=day, hour=hour, person=person, what=what, times=times, behavior=behavior, pleasure=pleasure)
            for day, hour, person, what, times, behavior, pleasure in rows
        ]

    def forget(self, who: str) -> int:
        """Erase a person, or everything with `all`; how many rows are gone. A pet that runs meanwhile does not write them again."""
        with self._transaction():
            if who == "all":
                gone = sum(self._db.execute(f"DELETE FROM {table}").rowcount for table in ("facts", "episodes"))
            else:
                gone = sum(self._db.execute(f"DELETE FROM {table} WHERE person = ?", (who,)).rowcount for table in ("facts", "episodes"))
            self._db.execute("INSERT INTO erased (who) VALUES (?)", (_sealed(who),))
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._known = self._facts()
        return gone

    def export(self) -> Mapping[str, Any]:
        """Everything, as JSON holds it."""
        remembered = self.load()
        return {
            "version": VERSION,
            "remembered": None if remembered is None else remembered.as_data(),
            "episodes": [{name: getattr(e, name) for name in Episode.__slots__} for e in self.episodes(EPISODES)],
        }

    def close(self) -> None:
        self._db.close()

    def _facts(self) -> dict[Fact, float]:
        return {(about, person, name): value for about, person, name, value in self._db.execute("SELECT * FROM facts")}

    def _tell(self, episode: Episode) -> None:
        """A new episode, or one more time of the last if it is the same again."""
        last = self._db.execute("SELECT id, person, what, day FROM episodes ORDER BY id DESC LIMIT 1").fetchone()
        if last is not None and (last[1], last[2]) == (episode.person, episode.what) and abs(episode.day - last[3]) < 1.0 / 24.0:
            self._db.execute("UPDATE episodes SET times = times + ? WHERE id = ?", (episode.times, last[0]))
        else:
            self._db.execute(
                "INSERT INTO episodes (day, hour, person, what, times, behavior, pleasure) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (episode.day, episode.hour, episode.person, episode.what, episode.times, episode.behavior, episode.pleasure),
            )

    def _last_erased(self) -> int:
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'erased'").fetchone()
        return int(row[0]) if row else 0

    def _erased_since(self) -> set[str]:
        return {who for (who,) in self._db.execute("SELECT who FROM erased WHERE n > ?", (self._erased,))}

    def _transaction(self) -> _Transaction:
        return _Transaction(self._db)


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def sentences(memory: Memory, episodes: int = 12) -> list[str]:
    """What it remembers, for its owner."""
    known = memory.load()
    if known is None:
        return ["It remembers nothing yet."]
    said = [f"It has lived {known.day:.1f} days."]
    for person in sorted({*known.people, *known.zones, *known.arrivals}):
        said.append(_about(person, known))
    quiet = [str(hour) for hour, chance in enumerate(known.quiet) if chance >= 0.35]
    if quiet:
        said.append(f"It is usually sent off at {', '.join(quiet)} o'clock.")
    for e in memory.episodes(episodes):
        times = f", {e.times} times" if e.times > 1 else ""
        who = f" ({e.person})" if e.person else ""
        did = f"; it was in '{e.behavior}'" if e.behavior else ""
        said.append(f"Day {e.day:.1f}, {int(e.hour):02d}:{int(e.hour % 1.0 * 60.0):02d}: {e.what.replace('_', ' ')}{who}{times}{did}.")
    return said


def as_json(memory: Memory) -> str:
    """The export as text."""
    return json.dumps(memory.export(), indent=2, ensure_ascii=False, sort_keys=True)


def _about(person: str, known: Remembered) -> str:
    facts = known.people.get(person, {})
    said = f"{person}: trust {facts.get('trust', 0.0):.2f}, familiarity {facts.get('familiarity', 0.0):.2f}"
    said += f", usually in a mood of {facts.get('valence', 0.0):+.2f} (−1 unpleasant to 1 pleasant)"
    liked = sorted(known.zones.get(person, {}).items(), key=lambda pair: -abs(pair[1]))[:3]
    if liked:
        said += "; touch " + ", ".join(f"{zone} {liking:+.2f}" for zone, liking in liked)
    often = [half for half, chance in enumerate(known.arrivals.get(person, ())) if chance >= 0.35]
    if often:
        said += "; comes about " + ", ".join(f"{half // 2:02d}:{30 * (half % 2):02d}" for half in often)
    return said + "."


def _as_facts(known: Remembered) -> dict[Fact, float]:
    facts: dict[Fact, float] = {("self", "", "day"): known.day}
    if known.strangers is not None:
        facts["self", "", "strangers"] = known.strangers
    for about, people in (("person", known.people), ("zone", known.zones), ("mood", {"": known.mood}), ("drive", {"": known.drives})):
        for person, values in people.items():
            for name, value in values.items():
                facts[about, person, name] = value
    for person, chances in known.arrivals.items():
        facts.update({("arrival", person, f"{half:02d}"): chance for half, chance in enumerate(chances) if chance > 0.005})
    facts.update({("quiet", "", f"{hour:02d}"): chance for hour, chance in enumerate(known.quiet) if chance > 0.005})
    return facts


def _sealed(who: str) -> str:
    """What tells a pet that runs who was erased, without the name."""
    return hashlib.sha256(who.encode()).hexdigest()


def _row(chances: Mapping[str, float], n: int) -> tuple[float, ...]:
    return tuple(chances.get(f"{i:02d}", 0.0) for i in range(n))
