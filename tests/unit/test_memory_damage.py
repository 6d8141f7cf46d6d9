"""Whatever stands in the memory's file: the pet wakes, what is whole goes on, what is damaged is
kept under another name and said; and one pet writes at a time."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest

from bench.abuse_records import bits_in_use, damaged, flip, look, wake
from moggy.brain.memory import (
    Broken,
    Damaged,
    Memory,
    Remembered,
    awake,
    encrypt,
    is_encrypted,
    set_aside,
)
from moggy.brain.memory.schema import TABLES
from moggy.commands.memory import as_json, sentences, show
from tests.memories import KNOWN, write


def poke(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE facts SET value = 'a lot' WHERE person = 'person 1' AND name = 'trust'",
        "UPDATE facts SET value = 9e999 WHERE person = 'person 1' AND name = 'trust'",
        "UPDATE facts SET value = 7 WHERE person = 'person 1' AND name = 'trust'",
        "UPDATE facts SET value = x'00ff' WHERE person = 'person 1' AND name = 'trust'",
        "UPDATE facts SET name = CAST(x'ff' AS TEXT) WHERE person = 'person 1' AND name = 'trust'",
        "UPDATE facts SET about = 'pirson' WHERE person = 'person 1' AND name = 'trust'",
        "INSERT INTO facts VALUES ('arrival', 'person 1', '77', 0.5)",
        "INSERT INTO facts VALUES ('mood', 'person 1', 'pleasure', 0.5)",
        "UPDATE episodes SET hour = 9e999 WHERE id = 3",
        "UPDATE episodes SET times = 'often' WHERE id = 3",
        "UPDATE episodes SET what = x'00' WHERE id = 3",
    ],
)
def test_a_row_that_no_pet_wrote_is_left_out_and_the_file_is_kept_aside(
    path: Path, statement: str
) -> None:
    write(path)
    poke(path, statement)
    damaged = path.read_bytes()
    with closing(Memory(path)) as memory:
        assert len(memory.damaged) == 1
        assert "person 29: trust 0.60" in "\n".join(sentences(memory))
        as_json(memory)
    known, note = wake(path)
    assert known is not None
    assert known.people["person 29"] == KNOWN.people["person 29"]
    assert known.mood == KNOWN.mood
    (kept,) = set_aside(path)
    assert str(kept) in note
    assert "a row of" in note
    assert kept.read_bytes() == damaged
    assert kept.stat().st_mode & 0o777 == 0o600
    assert wake(path)[1] == "", "once"


COPIES = 40
"""Damaged files that are tried of each form."""
FOREIGN = {
    "a table `facts` of another": ["CREATE TABLE facts (id INTEGER, text TEXT)"],
    "a table of another": ["CREATE TABLE songs (title TEXT)", "PRAGMA user_version = 77"],
    "a view": ["CREATE VIEW facts AS SELECT 1 AS about, 2 AS person, 3 AS name, 4 AS value"],
    "a trigger": [
        "CREATE TABLE facts (about, person, name, value)",
        "CREATE TRIGGER mine AFTER INSERT ON facts BEGIN DELETE FROM facts; END",
    ],
    "a condition of another": [
        TABLES.partition(";")[0].replace("value REAL NOT NULL", "value REAL CHECK (value < 0)")
    ],
    "a computed column": [
        TABLES.partition(";")[0].replace("value REAL", "value REAL GENERATED ALWAYS AS (1.0)")
    ],
    "an index of another": [
        TABLES.partition(";")[0],
        "CREATE UNIQUE INDEX one ON facts (value)",
    ],
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_file_of_another_is_kept_aside_and_a_new_memory_begins(path: Path, what: str) -> None:
    path.parent.mkdir()
    poke(path, *FOREIGN[what])
    foreign = path.read_bytes()
    with pytest.raises(Damaged, match=r"memory\.db is not a memory of the pet"):
        Memory(path)
    assert path.read_bytes() == foreign, "who only reads changes nothing"
    known, note = wake(path)
    assert known is None
    assert "nothing could be read" in note
    assert set_aside(path)[0].read_bytes() == foreign


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE episodes SET id = 9223372036854775807 WHERE id = 3",
        "INSERT INTO erased (n, who) VALUES (9223372036854775807, 'x')",
        "UPDATE sqlite_sequence SET seq = 'many' WHERE name = 'episodes'",
        "UPDATE sqlite_sequence SET seq = -5",
    ],
)
def test_a_memory_that_has_no_number_left_for_what_comes_is_made_anew(
    path: Path, statement: str
) -> None:
    write(path)
    poke(path, statement)
    known, note = wake(path)
    assert known is not None
    assert known.people == KNOWN.people
    assert "have numbers of no pet's" in note
    assert wake(path)[1] == ""


def test_a_name_that_a_terminal_would_obey_is_shown_without_that(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(path)
    poke(path, "UPDATE facts SET person = 'a\n\x1b[2J' WHERE person = 'person 1'")
    monkeypatch.setenv("MOGGY_HOME", str(path.parent))
    show()
    said = capsys.readouterr().out
    assert "a��[2J: trust 0.60" in said
    assert "\x1b" not in said


def test_what_can_be_read_of_a_file_with_a_broken_page_goes_on(path: Path) -> None:
    write(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4096] + bytes(4096))
    known, note = wake(path)
    assert known is not None
    assert known.people["person 1"] == KNOWN.people["person 1"]
    assert f"is kept as {set_aside(path)[0]}" in note


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_memory_that_was_emptied_is_said_and_a_new_one_begins(
    path: Path, tmp_path: Path, encrypted: bool
) -> None:
    write(path)
    if encrypted:
        encrypt(path, tmp_path / "memory.key")
    path.write_bytes(b"")
    known, note = wake(path, tmp_path / "memory.key")
    assert known is None
    assert note.startswith(f"{path} was there and empty: if it held a memory, that is gone")
    assert wake(path, tmp_path / "memory.key")[1] == ""


JUNK = {
    "zeros": bytes(20480),
    "zeros, no whole page": bytes(100),
    "text": b"Dear diary, today I met Ida. " * 500,
    "a short text": b"hello\n",
    "random, no whole page": random.Random(9).randbytes(20000),
    "one random page of five": random.Random(9).randbytes(4096) + bytes(16384),
}


@pytest.mark.parametrize("keyed", [False, True], ids=["no key", "with a key"])
@pytest.mark.parametrize("what", JUNK)
def test_junk_in_the_place_of_a_memory_is_set_aside_and_said(
    path: Path, tmp_path: Path, what: str, keyed: bool
) -> None:
    key = tmp_path / "memory.key"
    if keyed:
        encrypt(path, key)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(JUNK[what])
    with pytest.raises(Damaged, match=rf"^{path} is not a memory of the pet \("):
        Memory(path, key)
    assert path.read_bytes() == JUNK[what]
    known, note = wake(path, key)
    assert known is None
    assert f"it is kept as {path}.damaged-1; nothing could be read" in note
    assert set_aside(path)[0].read_bytes() == JUNK[what]
    assert is_encrypted(path) == keyed
    assert wake(path, key)[1] == ""


def test_damaged_first_bytes_are_no_encrypted_memory(path: Path, tmp_path: Path) -> None:
    write(path)
    path.write_bytes(b"\0\0" + path.read_bytes()[2:])
    assert wake(path, tmp_path / "no.key")[0] is None
    assert set_aside(path)


def test_an_encrypted_memory_with_a_broken_page_is_kept_aside_and_stays_encrypted(
    path: Path, tmp_path: Path
) -> None:
    key = tmp_path / "memory.key"
    write(path)
    encrypt(path, key)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100] + bytes(100))
    assert "is kept as" in wake(path, key)[1]
    assert b"ida" not in path.read_bytes()
    assert b"person" not in set_aside(path)[0].read_bytes()


def test_a_newer_memory_is_refused_and_left_as_it_is(path: Path) -> None:
    write(path)
    poke(path, "PRAGMA user_version = 2")
    with pytest.raises(Broken, match="written by a newer pet"):
        awake(path)
    assert set_aside(path) == []


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_damaged_copies_cost_no_pet_its_life(path: Path, tmp_path: Path, encrypted: bool) -> None:
    """Bits flipped, parts cut out, cut off, written over, at places that a seed chooses."""
    key = tmp_path / "memory.key"
    write(path)
    if encrypted:
        encrypt(path, key)
    whole, chance = path.read_bytes(), random.Random(9)
    woken = said = 0
    for n in range(COPIES):
        folder = tmp_path / f"copy {n}"
        folder.mkdir()
        copy = folder / "memory.db"
        copy.write_bytes(damaged(whole, chance))
        look(copy, key)
        with suppress(Broken):
            said += bool(wake(copy, key)[1])
            woken += 1
    assert woken > 0.9 * COPIES
    assert said > COPIES // 10


FLIPS = 150
"""Bits that are flipped; the bench (abuse_records) flips all 6000."""


def test_no_bit_of_the_schema_costs_a_pet_its_life(path: Path, tmp_path: Path) -> None:
    awake(path)[0].close()
    whole = path.read_bytes()
    for bit in random.Random(9).sample(bits_in_use(whole), FLIPS):
        flip(whole, bit, tmp_path / "flip" / "memory.db")


@pytest.mark.parametrize("byte", [b"Zbout", b"\xe1bout"], ids=["letter", "no UTF-8"])
def test_a_schema_that_is_spoilt_is_damage_for_every_command(path: Path, byte: bytes) -> None:
    write(path)
    path.write_bytes(path.read_bytes().replace(b"about", byte, 1))
    for look_into in (Memory, partial(encrypt, key=path.parent.parent / "key")):
        with pytest.raises(Broken, match=r"memory\.db"):
            look_into(path)
    assert "is kept as" in wake(path)[1]


def test_a_file_that_forbids_to_be_written_is_set_aside(path: Path) -> None:
    write(path)
    data = bytearray(path.read_bytes())
    data[18] = 8  # format's version for writing; https://www.sqlite.org/fileformat.html
    path.write_bytes(data)
    known, note = wake(path)
    assert known == KNOWN
    assert "readonly" in note


def test_the_second_pet_is_told_who_has_the_memory(path: Path) -> None:
    script = (
        "import sys, pathlib; from moggy.brain.memory import awake;"
        "memory = awake(pathlib.Path(sys.argv[1])); print('awake', flush=True); sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "awake\n"
        with pytest.raises(Broken, match=rf"is kept by another pet \(process {first.pid}, .*\)"):
            awake(path)
        with closing(Memory(path)) as owner, pytest.raises(Broken, match=f"process {first.pid}"):
            owner.keep(KNOWN)
        first.kill()
    assert wake(path) == (None, "")


def test_two_pets_in_one_process_do_not_write_over_each_other(path: Path) -> None:
    first, second = Memory(path), Memory(path)
    first.keep(KNOWN)
    with pytest.raises(Broken, match="is kept by another pet"):
        second.keep(Remembered(day=0.1, people={"ben": {"trust": 0.1}}))
    first.close()
    second.close()
    with closing(Memory(path)) as memory:
        assert memory.load() == KNOWN


def test_an_erased_name_leaves_a_note_only_for_a_pet_that_is_awake(path: Path) -> None:
    pet, _ = awake(path)
    pet.keep(KNOWN)
    with closing(Memory(path)) as owner:
        owner.forget("person 1")
    with closing(sqlite3.connect(path)) as db:
        (first,) = db.execute("SELECT who FROM erased").fetchone()
    assert pet.keep(KNOWN) == ("person 1",)
    pet.close()
    other, _ = awake(path)
    with closing(Memory(path)) as owner:
        owner.forget("person 1")
    with closing(sqlite3.connect(path)) as db:
        (second,) = db.execute("SELECT who FROM erased").fetchone()
    other.close()
    assert first != second, "the note cannot be tried out against a list of names"
    with closing(Memory(path)) as owner:
        owner.forget("person 2")
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM erased")
    awake(path)[0].close()
    with closing(Memory(path)) as owner:
        owner.forget("person 3")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM erased").fetchone() == (0,)


def test_a_memory_that_was_set_aside_is_never_overwritten(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    for n in range(1, 10):
        path.with_name(f"{path.name}.damaged-{n}").write_text(str(n))
    path.with_name(f"{path.name}.damaged-10").mkdir()
    path.write_bytes(b"rubbish" * 3000)
    memory, note = awake(path)
    memory.close()
    assert f"it is kept as {path}.damaged-11" in note
    assert path.with_name(f"{path.name}.damaged-9").read_text() == "9"
    assert len(set_aside(path)) == 10


def test_views_without_end_do_not_keep_the_pet_from_waking(path: Path) -> None:
    memory, _ = awake(path)
    memory.close()
    db = sqlite3.connect(path)
    for table in ("facts", "episodes"):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        db.execute(f"DROP TABLE {table}")
        db.execute(
            f"CREATE VIEW {table} AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1"
            f" FROM r) SELECT {', '.join(f'n AS {each}' for each in columns)} FROM r"
        )
    db.commit()
    db.close()
    memory, note = awake(path)
    memory.close()
    assert "nothing could be read" in note
