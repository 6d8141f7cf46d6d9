"""The memory encrypted at rest: it reads the same, nothing of it can be read without its key, and
no crash and no wrong key costs it."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from moggy.brain.memory import (
    Broken,
    Episode,
    Memory,
    Remembered,
    awake,
    decrypt,
    encrypt,
    is_encrypted,
)
from moggy.brain.memory.encryption import HEAP, connect, read_error
from moggy.commands.memory import as_json

KNOWN = Remembered(
    day=3.0,
    people={"annabel": {"trust": 0.6, "familiarity": 0.4}},
    zones={"annabel": {"neck": 0.2}},
    quiet=(0.0,) * 22 + (0.5, 0.4),
)
CAME = Episode(day=2.9, hour=18.1, person="annabel", what="arrived")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "config" / "memory.key"


def write(path: Path, key: Path | None = None) -> str:
    """A memory with something in it; what it says."""
    memory = Memory(path, key)
    memory.keep(KNOWN, [CAME, Episode(day=3.0, hour=19.0, person="bob", what="left")])
    memory.forget("bob")
    said = as_json(memory)
    memory.close()
    return said


def read(path: Path, key: Path | None = None) -> str:
    memory = Memory(path, key)
    said = as_json(memory)
    memory.close()
    return said


def legible(path: Path) -> list[str]:
    """The files of the folder in which a name stands, or a word of ours."""
    return [
        file.name
        for file in path.parent.iterdir()
        if any(word in file.read_bytes() for word in (b"annabel", b"arrived", b"facts"))
    ]


DIES_AWAKE = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("INSERT INTO facts VALUES ('person', 'annabel', 'trust', 0.5)")
os.kill(os.getpid(), 9)
"""


def test_encrypted_and_decrypted_it_says_the_same(path: Path, key: Path) -> None:
    said = write(path)
    assert "annabel" in said
    encrypt(path, key)
    assert read(path, key) == said
    decrypt(path, key)
    assert read(path) == said


def test_nothing_of_it_stays_legible(path: Path, key: Path) -> None:
    """Not even what a killed process of an earlier version left beside it in its log."""
    Memory(path).close()
    subprocess.run([sys.executable, "-c", DIES_AWAKE, str(path)], check=False)
    assert "memory.db-wal" in legible(path)
    encrypt(path, key)
    assert legible(path) == []
    assert [file.name for file in path.parent.iterdir()] == ["memory.db"]
    memory = Memory(path, key)
    memory.keep(KNOWN, [CAME])
    assert {file.name for file in path.parent.iterdir()} == {
        "memory.db",
        "memory.db-journal",
        "memory.db.lock",
    }
    assert legible(path) == []
    assert memory.forget("annabel") > 0
    memory.close()
    assert legible(path) == []


def test_only_their_owner_may_read_the_files(path: Path, key: Path) -> None:
    write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    encrypt(path, key)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (path, key)} == {0o600}


def test_where_there_is_a_key_a_new_memory_is_encrypted_from_its_begin(
    path: Path, key: Path
) -> None:
    encrypt(path, key)
    assert not path.exists()
    said = write(path, key)
    assert is_encrypted(path)
    assert read(path, key) == said


def untouched(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def test_a_missing_a_wrong_or_a_spoilt_key_is_told_by_name_and_costs_nothing(
    path: Path, key: Path, tmp_path: Path
) -> None:
    said = write(path)
    encrypt(path, key)
    before = untouched(path)
    other = tmp_path / "other.key"
    with pytest.raises(
        Broken,
        match=r"memory\.db is not a memory .* or it is encrypted and its key .*other\.key is not "
        r"there; put the key back",
    ):
        Memory(path, other)
    other.write_text("0" * 64)
    with pytest.raises(Broken, match=r"the key in .*other\.key does not open .*memory\.db"):
        Memory(path, other)
    with pytest.raises(Broken, match=r"the key in .*other\.key does not open .*memory\.db"):
        decrypt(path, other)
    other.write_text("a passphrase")
    with pytest.raises(
        Broken, match=r"other\.key is not a key of .*memory\.db: it should hold 64 hex"
    ):
        Memory(path, other)
    assert untouched(path) == before
    assert read(path, key) == said


def test_a_damaged_first_page_is_told_from_a_wrong_key(
    path: Path, key: Path, tmp_path: Path
) -> None:
    """The other pages are signed with the key."""
    write(path)
    encrypt(path, key)
    spoilt = bytearray(path.read_bytes())
    spoilt[300] ^= 1
    path.write_bytes(spoilt)
    other = tmp_path / "other.key"
    for secret, why in (("0" * 64, "put its own key back"), ("", "is not there; put the key")):
        other.unlink(missing_ok=True)
        if secret:
            other.write_text(secret)
        with pytest.raises(Broken, match=why):
            awake(path, other)
    assert path.read_bytes() == spoilt
    memory, note = awake(path, key)
    memory.close()
    assert f"it is kept as {path}.damaged-1" in note
    assert path.with_name("memory.db.damaged-1").read_bytes() == spoilt
    assert is_encrypted(path)


def test_a_wrong_key_does_not_cost_what_a_killed_pet_left_in_its_log(
    path: Path, key: Path, tmp_path: Path
) -> None:
    encrypt(path, key)
    memory = Memory(path, key)
    memory.keep(KNOWN, [CAME])
    said = as_json(memory)
    killed = tmp_path / "killed"
    killed.mkdir()
    for name, content in untouched(path).items():  # as the kernel would leave them
        (killed / name).write_bytes(content)
    memory.close()
    other = tmp_path / "other.key"
    other.write_text("0" * 64)
    with pytest.raises(Broken):
        Memory(killed / "memory.db", other)
    assert read(killed / "memory.db", key) == said


def test_without_the_library_it_is_told_what_brings_it(
    path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = write(path)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "sqlcipher3", None)
        with pytest.raises(
            Broken,
            match=r"memory\.db: for encryption the package sqlcipher3 is missing; "
            r"pip install 'moggy\[encrypted\]'",
        ):
            encrypt(path, key)
        assert not key.exists()
        assert read(path) == said
    encrypt(path, key)
    before = untouched(path)
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(Broken, match="sqlcipher3 is missing"):
        Memory(path, key)
    assert untouched(path) == before


def test_the_key_does_not_lie_beside_the_memory(path: Path) -> None:
    write(path)
    with pytest.raises(Broken, match="whoever takes the folder would have both"):
        encrypt(path, path.parent / "keys" / "memory.key")
    assert not is_encrypted(path)


def test_a_memory_in_use_is_not_replaced(path: Path, key: Path) -> None:
    said = write(path)
    memory = Memory(path)
    with pytest.raises(
        Broken, match=r"memory\.db is in use by process \d+: let the pet lie down first"
    ):
        encrypt(path, key)
    assert as_json(memory) == said
    memory.close()
    encrypt(path, key)
    assert read(path, key) == said


KILLED = """
import os, sys
from pathlib import Path
from moggy.brain.memory import encryption
what, name, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
path, key = Path(sys.argv[4]), Path(sys.argv[5])
there = os if hasattr(os, name) else encryption
plain = getattr(there, name)
count = 0
def deadly(*given):
    global count
    count += 1
    if count == times:
        os.kill(os.getpid(), 9)
    return plain(*given)
setattr(there, name, deadly)
getattr(encryption, what)(path, key)
"""
MOMENTS = [
    *(("encrypt", "fsync", n) for n in (1, 2, 3, 4)),
    *(("encrypt", "replace", n) for n in (1, 2)),
    ("encrypt", "_said", 2),
    *(("decrypt", "fsync", n) for n in (1, 2)),
    ("decrypt", "replace", 1),
    ("decrypt", "_said", 2),
]


@pytest.mark.parametrize(("what", "name", "times"), MOMENTS)
def test_killed_while_it_is_rewritten_it_is_whole_and_nothing_is_left_beside_it(
    path: Path, key: Path, what: str, name: str, times: int
) -> None:
    said = write(path)
    if what == "decrypt":
        encrypt(path, key)
    died = subprocess.run(
        [sys.executable, "-c", KILLED, what, name, str(times), str(path), str(key)], check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert read(path, key) == said
    assert [file.name for file in path.parent.iterdir()] == ["memory.db"]
    if is_encrypted(path):
        assert legible(path) == []
    else:
        encrypt(path, key)
        assert read(path, key) == said


def test_a_key_may_be_typed_in_capitals_and_with_the_line_ends_of_another_system(
    path: Path, key: Path
) -> None:
    said = write(path)
    encrypt(path, key)
    key.write_bytes(key.read_bytes().upper().strip() + b"\r\n")
    assert read(path, key) == said


def test_a_key_that_cannot_be_read_is_told(path: Path, key: Path) -> None:
    write(path)
    encrypt(path, key)
    key.write_bytes(os.urandom(32))
    with pytest.raises(Broken, match=r"memory\.key, the key of .*memory\.db, cannot be read"):
        Memory(path, key)


CRAFT = """
import sqlcipher3, sys
db = sqlcipher3.connect(sys.argv[1])
db.execute(f"PRAGMA key = \\"x'{sys.argv[2]}'\\"")
db.execute("UPDATE facts SET person = hex(zeroblob(20000000)) WHERE about = 'zone'")
db.commit()
"""
"""In a process of its own, as the limit holds for a process."""


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "made"])
def test_no_value_of_an_encrypted_file_takes_much_memory(
    tmp_path: Path, key: Path, stored: bool
) -> None:
    path = tmp_path / "memory" / "memory.db"
    path.parent.mkdir()
    write(path)
    encrypt(path, key)
    if stored:
        secret = key.read_text().strip()
        subprocess.run([sys.executable, "-c", CRAFT, path, secret], check=True)
    db, errors = connect(path, key)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    query = "SELECT person FROM facts" if stored else "SELECT hex(zeroblob(200000000))"
    with pytest.raises(errors) as found:
        db.execute(query).fetchall()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < HEAP // 1024 + 10_000
    assert "a value in it takes more than 16 MB" in str(read_error(path, found.value))
    db.close()
    assert sqlite3.connect(":memory:").execute("SELECT length(zeroblob(50000000))").fetchone() == (
        50_000_000,
    ), "SQLite itself is not bounded by it"
