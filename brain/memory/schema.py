"""The tables of the memory's file, and what its schema may hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import Any

VERSION = 1
"""Version of the database's schema; a file with a greater one is refused."""
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
"""The tables. `erased` tells a pet that runs whom the owner erased, by a digest of the name. A file
with anything else in its schema, such as a CHECK, a trigger or an index, is somebody else's."""

FACT = "about, person, name, value"
"""The columns of a fact, as `rows.fact_of` reads them."""
EPISODE = "day, hour, person, what, times, behavior, pleasure"
"""The columns of an episode, as `rows.episode_of` reads them."""
Part = tuple[str, ...]
"""Of a schema: kind, name, table, and the SQL that made it without its line breaks."""


def parts(db: Any) -> set[Part]:
    """What the schema of an open database holds. Raises what `db` raises."""
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {tuple(" ".join(str(each).split()) for each in row) for row in rows}


@cache
def our_parts() -> set[Part]:
    """What TABLES make."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript(TABLES)
        return parts(db)
