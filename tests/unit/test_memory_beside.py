"""The memory is one file: a backup of it that is put back counts as it is, whatever a killed pet
left beside it; it can be read where nothing can be written; and no name stays beside it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from moggy.brain.memory import Broken, Memory, Remembered, awake, decrypt, encrypt, set_aside
from moggy.brain.memory.encryption import connect
from moggy.brain.memory.store import LARGEST
from moggy.commands import memory as command
from tests.full_disk import no_file_above
from tests.memories import KNOWN, TOLD, write

LATER = replace(KNOWN, day=13.0, people={"zoe": {"trust": 0.5}}, zones={}, arrivals={})
WRITES = """
import os, resource, signal, sys
from pathlib import Path
from moggy.brain.memory import Episode, Remembered, awake
path, key, within = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "within"
memory, _ = awake(path, key)
for n in range(1 if within else 20):
    if within:  # the kernel kills it where it adds a page to the file
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        size = path.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    came = [
        Episode(day=13.0, hour=1.0, person="zoe", what=f"e{n} {i}" + "x" * 500) for i in range(20)
    ]
    memory.keep(Remembered(day=13.0 + n, people={"zoe": {"trust": n / 100}}), came)
os.kill(os.getpid(), signal.SIGKILL)
"""
"""A pet that forgets all others for Zoe, and is killed between two entries or within one."""
CRASH = {"between": -signal.SIGKILL, "within": -signal.SIGXFSZ}
FORMS = pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "key" / "memory.key"


def kill(path: Path, key: Path, when: str) -> None:
    pet = [sys.executable, "-c", WRITES, str(path), str(key), when]
    assert subprocess.run(pet, check=False).returncode == CRASH[when]
    if when == "within":
        assert path.with_name("memory.db-journal").stat().st_size > 0


def known(path: Path, key: Path | None = None) -> Remembered | None:
    memory, note = awake(path, key)
    with closing(memory):
        assert note == ""
        return memory.load()


def earlier(path: Path, key: Path | None = None) -> None:
    """As a pet of an earlier version leaves its memory that is killed: LATER in its log."""
    write(path, key)
    db, _ = connect(path, key)
    db.execute("PRAGMA journal_mode=WAL")
    db.close()
    db, _ = connect(path, key)
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("DELETE FROM facts WHERE person != ''")
    db.execute("INSERT INTO facts VALUES ('person', 'zoe', 'trust', 0.5)")
    db.execute("UPDATE facts SET value = 13.0 WHERE name = 'day'")
    shutil.copytree(path.parent, path.parent.with_name("copy"))
    db.close()
    shutil.rmtree(path.parent)
    path.parent.with_name("copy").rename(path.parent)
    assert path.with_name("memory.db-wal").stat().st_size > 0


def holding(path: Path, word: bytes = b"zoe") -> list[str]:
    return [each.name for each in path.parent.iterdir() if word in each.read_bytes()]


@pytest.mark.parametrize("when", CRASH)
@FORMS
def test_a_backup_that_is_put_back_after_a_crash_is_the_memory(
    path: Path, key: Path, encrypted: bool, when: str
) -> None:
    if encrypted:
        encrypt(path, key)
    write(path, key)
    backup = path.read_bytes()
    write(path, key)
    kill(path, key, "between")
    if when == "within":
        kill(path, key, when)
    path.write_bytes(backup)
    if encrypted and when == "within":  # docs/memory.md says so
        path.with_name("memory.db-journal").unlink()
    with closing(Memory(path, key, reading=True)) as reader:
        assert reader.load() == KNOWN
    assert known(path, key) == KNOWN
    assert [each.name for each in path.parent.iterdir()] == ["memory.db"]
    assert path.stat().st_size == len(backup)


@FORMS
def test_an_entry_that_a_kill_interrupts_is_taken_back(
    path: Path, key: Path, encrypted: bool
) -> None:
    if encrypted:
        encrypt(path, key)
    write(path, key)
    before = path.read_bytes()
    kill(path, key, "within")
    assert path.read_bytes() != before, "it was in the midst of it"
    with closing(Memory(path, key, reading=True)) as reader:
        assert reader.load() == KNOWN
    assert encrypted or path.read_bytes() == before
    assert path.stat().st_size == len(before)
    kill(path, key, "within")
    assert known(path, key) == KNOWN
    assert holding(path) == []


@pytest.mark.parametrize("when", CRASH)
def test_a_crash_does_not_hinder_encryption(path: Path, key: Path, when: str) -> None:
    write(path)
    for turn in (encrypt, decrypt):
        kill(path, key, when)
        turn(path, key)
        assert {each.name for each in path.parent.iterdir()} == {"memory.db", "memory.db.lock"}
        found = known(path, key)
        assert found is not None
        assert found.people.keys() == (KNOWN.people.keys() if when == "within" else {"zoe"})


def test_a_backup_that_is_put_back_after_a_crash_is_what_is_encrypted(
    path: Path, key: Path
) -> None:
    write(path)
    backup = path.read_bytes()
    kill(path, key, "between")
    kill(path, key, "within")
    path.write_bytes(backup)
    encrypt(path, key)
    assert known(path, key) == KNOWN


@FORMS
def test_the_memory_of_an_earlier_version_is_taken_over_with_its_log(
    path: Path, key: Path, encrypted: bool
) -> None:
    if encrypted:
        encrypt(path, key)
    earlier(path, key)
    memory, note = awake(path, key)
    assert note == ""
    assert memory.load() == LATER
    memory.keep(replace(LATER, day=14.0))
    names = {each.name for each in path.parent.iterdir()}
    assert names == {"memory.db", "memory.db-journal", "memory.db.lock"}
    copy = path.parent.with_name("copy.db")
    shutil.copy(path, copy)
    memory.close()
    assert known(copy, key) == replace(LATER, day=14.0), "the file alone, while the pet lives"


def test_a_log_of_an_earlier_version_does_not_spoil_a_backup_of_this_one(path: Path) -> None:
    write(path)
    backup = path.read_bytes()
    earlier(path)
    path.write_bytes(backup)
    with closing(Memory(path, reading=True)) as reader:
        assert reader.load() == KNOWN
    assert known(path) == KNOWN
    assert holding(path) == []


@pytest.mark.parametrize("how", ["first bytes", "too large"])
def test_a_damaged_memory_of_an_earlier_version_is_set_aside_with_its_log(
    path: Path, how: str
) -> None:
    earlier(path)
    log = path.with_name("memory.db-wal").read_bytes()
    if how == "too large":
        os.truncate(path, LARGEST + 1)
    else:
        path.write_bytes(bytes(16) + path.read_bytes()[16:])
    memory, note = awake(path)
    memory.close()
    (kept,) = set_aside(path)
    assert f"it is kept as {kept}" in note
    kept_log = kept.with_name(f"{kept.name}-wal")
    if how == "too large":
        assert kept_log.read_bytes() == log
    else:
        assert b"zoe" in kept.read_bytes(), "SQLite has taken it in"
    there = {each.name for each in path.parent.iterdir()}
    assert there - {kept.name, kept_log.name} == {"memory.db"}


@pytest.mark.parametrize("what", ["earlier", "within"])
@pytest.mark.parametrize("how", ["forget", "wake"])
def test_no_name_stays_beside_a_memory_that_was_deleted(
    path: Path, key: Path, what: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if what == "earlier":
        earlier(path)
    else:
        write(path)
        kill(path, key, "between")
        kill(path, key, "within")
    path.unlink()
    assert holding(path) != []
    monkeypatch.setenv("MOGGY_HOME", str(path.parent))
    if how == "forget":
        command.forget("zoe")
        assert list(path.parent.glob("memory.db*")) in ([], [path.with_name("memory.db.lock")])
        with pytest.raises(Broken, match="it remembers nothing yet"):
            command.forget("zoe")
    else:
        assert known(path) is None
        assert [each.name for each in path.parent.iterdir()] == ["memory.db"]


@FORMS
def test_between_entries_a_name_is_in_the_file_alone_and_after_forget_in_none(
    path: Path, key: Path, encrypted: bool
) -> None:
    if encrypted:
        encrypt(path, key)
    memory, _ = awake(path, key)
    memory.keep(replace(KNOWN, people={**KNOWN.people, "ida": {"trust": 0.5}}), TOLD)
    memory.keep(LATER)
    assert holding(path, b"ida") == [], "whom the pet itself has forgotten"
    assert path.with_name("memory.db-journal").read_bytes() == b""
    assert holding(path) == ([] if encrypted else ["memory.db"])
    assert holding(path, b"person 9") == ([] if encrypted else ["memory.db"])
    with closing(Memory(path, key)) as owner:
        owner.forget("person 9")
        owner.forget("zoe")
        assert holding(path) == holding(path, b"person 9") == []
    assert memory.keep(LATER) == ("zoe",)
    memory.close()
    assert holding(path) == []


READS = """
import json, sys
from pathlib import Path
from moggy.brain.memory import Broken
from moggy.commands import memory
try:
    memory.show()
    memory.export(Path(sys.argv[1]))
except Broken as error:
    sys.exit(str(error))
"""
MOUNTED = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
FULL = (
    'mkdir "$0.old" && mv "$0"/* "$0.old" && mount -t tmpfs -o size=600k none "$0" &&'
    ' cp -p "$0.old"/* "$0" && { cat /dev/zero > "$0/fill" 2>/dev/null; exec "$@"; }'
)
CANNOT_BE_WRITTEN = pytest.mark.parametrize("mount", [READ_ONLY, FULL], ids=["read only", "full"])
MOUNTS = pytest.mark.skipif(
    subprocess.run([*MOUNTED, "mount -t tmpfs none /mnt"], check=False, capture_output=True)
    .returncode != 0,
    reason="this machine lets nobody mount",
)  # fmt: skip


def read(mount: str, path: Path, key: Path) -> tuple[subprocess.CompletedProcess[str], Path]:
    """What the commands say where nothing can be written, and what they exported."""
    to = path.parent.parent / "export.json"
    said = subprocess.run(
        [*MOUNTED, mount, str(path.parent), sys.executable, "-c", READS, str(to)],
        env={**os.environ, "MOGGY_HOME": str(path.parent), "MOGGY_MEMORY_KEY": str(key)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return said, to


@MOUNTS
@CANNOT_BE_WRITTEN
@FORMS
@pytest.mark.parametrize("what", ["ours", "killed", "an earlier version's"])
def test_a_memory_is_read_where_nothing_can_be_written(
    path: Path, key: Path, encrypted: bool, mount: str, what: str
) -> None:
    if encrypted:
        encrypt(path, key)
    write(path, key)
    path.with_name("memory.db.aside").write_bytes(b"left by a crash")
    if what == "killed":
        kill(path, key, "between")
    elif what == "an earlier version's":
        db, _ = connect(path, key)
        db.execute("PRAGMA journal_mode=WAL")
        db.close()
    said, to = read(mount, path, key)
    assert said.returncode == 0, said.stderr
    who = "zoe" if what == "killed" else "person 1"
    assert f"{who}: trust" in said.stdout
    assert who in json.loads(to.read_text())["remembered"]["people"]


@MOUNTS
@pytest.mark.parametrize("what", ["within", "earlier"])
def test_what_a_killed_pet_left_is_honoured_or_said_where_nothing_can_be_written(
    path: Path, key: Path, what: str
) -> None:
    if what == "earlier":
        earlier(path)
        path.with_name("memory.db-shm").unlink()
    else:
        write(path)
        kill(path, key, "within")
    left = path.with_name("memory.db-wal" if what == "earlier" else "memory.db-journal")
    said, _ = read(READ_ONLY, path, key)
    assert f"a pet that was killed left an entry in {left}, and nothing can be" in said.stderr
    said, to = read('exec "$@"', path, key)
    assert said.returncode == 0
    people = json.loads(to.read_text())["remembered"]["people"]
    assert people.keys() == (LATER if what == "earlier" else KNOWN).people.keys()


def test_an_empty_memory_is_read_as_one_of_nobody(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path.parent.mkdir()
    path.touch()
    monkeypatch.setenv("MOGGY_HOME", str(path.parent))
    with no_file_above(0):
        command.show()
    assert capsys.readouterr().out.startswith("It remembers nothing yet.")
    assert path.read_bytes() == b""


LIVES = """
import sys, time
from pathlib import Path
from moggy.brain.memory import Episode, Remembered, awake
memory, _ = awake(Path(sys.argv[1]), Path(sys.argv[2]))
longest, n = 0.0, 0
print("lives", flush=True)
until = time.monotonic() + 3.0
while time.monotonic() < until:
    n, began = n + 1, time.monotonic()
    people = {f"p{i}": {"trust": n % 100 / 100.0} for i in range(20)}
    memory.keep(Remembered(day=float(n), people=people))
    longest = max(longest, time.monotonic() - began)
memory.close()
print(n, longest)
"""


@FORMS
def test_who_reads_beside_a_pet_that_writes_sees_whole_entries_and_does_not_hold_it_up(
    path: Path, key: Path, encrypted: bool
) -> None:
    if encrypted:
        encrypt(path, key)
    pet = subprocess.Popen(
        [sys.executable, "-c", LIVES, str(path), str(key)], stdout=subprocess.PIPE, text=True
    )
    with pet:
        assert pet.stdout is not None
        assert pet.stdout.readline() == "lives\n"
        times = 0
        while pet.poll() is None:
            with closing(Memory(path, key, reading=True)) as reader:
                found = reader.load()
            if found is not None:
                assert {one["trust"] for one in found.people.values()} == {found.day % 100 / 100}
            times += 1
        entries, longest = pet.stdout.read().split()
    assert times > 5
    assert int(entries) > 5
    assert float(longest) < 4.0
