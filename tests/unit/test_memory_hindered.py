"""A memory that cannot be replaced, whose folder another process holds, or that was made to take
the machine's room: it is said, the pet is not kept waiting, and nothing piles up."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from moggy.brain.memory import Broken, Memory, awake, encrypt, set_aside
from moggy.brain.memory.lock import WriteLock
from moggy.brain.memory.repair import MOST_KEPT
from moggy.commands.memory import show
from tests.full_disk import no_file_above
from tests.memories import KNOWN, write

AWAKE = """
import sys
from pathlib import Path
from moggy.brain.memory import Broken, awake
for _ in range(3):
    try:
        awake(Path(sys.argv[1]))
    except Broken as error:
        print(error)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "memory.db"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TimeoutError where it takes longer, also out of a call that waits."""

    def late(*_: object) -> None:
        raise TimeoutError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_a_damaged_memory_that_cannot_be_replaced_leaves_nothing_beside_it(path: Path) -> None:
    path.write_bytes(b"x" * 100)
    for _ in range(2):
        with (
            no_file_above(5000),
            pytest.raises(Broken, match=r"memory\.db.* cannot be written"),
        ):
            awake(path)
    assert list(path.parent.iterdir()) == [path]
    assert path.read_bytes() == b"x" * 100
    memory, note = awake(path)
    memory.close()
    assert f"it is kept as {path}.damaged-1" in note


MOUNTED = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]


@pytest.mark.skipif(
    subprocess.run([*MOUNTED, "mount -t tmpfs none /mnt"], check=False, capture_output=True)
    .returncode != 0,
    reason="this machine lets nobody mount",
)  # fmt: skip
def test_a_damaged_memory_that_alone_is_mounted_is_said_and_not_copied(path: Path) -> None:
    other = path.parent.parent / "other"
    other.write_bytes(b"x" * 60_000)
    path.touch()
    mount = 'mount --bind "$0" "$1"; shift; exec "$@"'
    said = subprocess.run(
        [*MOUNTED, mount, str(other), str(path), sys.executable, "-c", AWAKE, str(path)],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    assert len(said) == 3
    assert all("is damaged or not a pet's (file is not a database)" in each for each in said)
    assert all("move it away" in each for each in said)
    assert list(path.parent.iterdir()) == [path]


def no_room(memory: Memory, lock: WriteLock) -> None:
    lock.close()
    raise Broken("the disk is full")


def test_what_was_set_aside_is_said_when_the_new_one_opens_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_bytes(b"x" * 100)
    with monkeypatch.context() as full:
        full.setattr(Memory, "begin", no_room)
        with pytest.raises(Broken):
            awake(path)
    assert len(set_aside(path)) == 1
    memory, note = awake(path)
    memory.close()
    assert f"it is kept as {path}.damaged-1" in note
    memory, note = awake(path)
    memory.close()
    assert note == "", "it is said once"
    monkeypatch.setenv("MOGGY_HOME", str(path.parent))
    show()
    assert f"{path}.damaged-1 is a damaged memory that was set aside" in capsys.readouterr().err


def test_the_newest_damaged_memories_are_kept_and_what_is_deleted_is_said(path: Path) -> None:
    for n in range(MOST_KEPT + 2):
        path.write_bytes(b"%d" % n * 100)
        memory, note = awake(path)
        memory.close()
        gone = n - MOST_KEPT + 1
        assert (f"{path}.damaged-{gone}, set aside before, is deleted" in note) == (gone > 0)
    numbers = [int(each.name.rpartition("-")[2]) for each in set_aside(path)]
    assert numbers == list(range(3, MOST_KEPT + 3))


@pytest.mark.parametrize("there", [True, False])
def test_who_holds_the_folder_is_said_at_once(path: Path, there: bool) -> None:
    if there:
        write(path)
    folder = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    for use in (awake, Memory):
        with within(5.0), pytest.raises(Broken, match=f"is in use by process {os.getpid()}: end"):
            use(path)
    os.close(folder)
    assert awake(path)[0].load() == (KNOWN if there else None)


def computed(path: Path, value: str) -> None:
    """A memory of which SQLite computes a column."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE facts (person TEXT, name TEXT, value REAL)")
        db.executemany("INSERT INTO facts VALUES ('a', 'b', ?)", [(n / 1000,) for n in range(30)])
        db.commit()
        db.execute("PRAGMA writable_schema = 1")
        db.execute(
            "UPDATE sqlite_master SET sql = ?",
            (f"CREATE TABLE facts (person TEXT, name TEXT, value REAL, about TEXT AS ({value}))",),
        )
        db.commit()


def peak() -> int:
    """MB that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def test_a_column_that_is_computed_takes_neither_room_nor_time(path: Path, tmp_path: Path) -> None:
    computed(path, "hex(zeroblob(100000000))")
    before = peak()
    with within(20.0):
        with pytest.raises(Broken, match="'facts' is none of a memory's"):
            encrypt(path, tmp_path / "key")
        memory, note = awake(path)
    memory.close()
    assert "nothing could be read" in note
    assert peak() - before < 50


def test_no_value_is_read_that_no_pet_has_written(path: Path) -> None:
    write(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE facts SET person = hex(zeroblob(5000000)) WHERE about = 'zone'")
        db.commit()
    memory, note = awake(path)
    memory.close()
    assert "(string or blob too big): it is kept as" in note
