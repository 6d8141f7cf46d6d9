"""The memory's files while the pet lives: deleted, replaced, linked, or no files at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import moggy
from moggy.brain.memory import Broken, Diary, Memory, Remembered, awake, encrypt
from moggy.messages import Trouble
from tests.memories import KNOWN, TOLD, write
from tests.processes import Program


def known(path: Path, key: Path | None = None) -> Remembered | None:
    memory, note = awake(path, key)
    with closing(memory):
        assert note == ""
        return memory.load()


@pytest.mark.parametrize("gone", ["the file", "the file and its journal", "the folder"])
def test_a_memory_that_is_deleted_while_the_pet_lives_is_said_and_written_anew(
    path: Path, gone: str
) -> None:
    memory, _ = awake(path)
    memory.keep(KNOWN, TOLD)
    assert memory.note == ""
    if gone == "the folder":
        shutil.rmtree(path.parent)
    else:
        for each in path.parent.glob("memory.db" if gone == "the file" else "memory.db*"):
            each.unlink()
    memory.keep(KNOWN, TOLD[:1])
    with closing(Memory(path, reading=True)) as at_once:
        assert at_once.load() == KNOWN
    assert memory.note.startswith(f"{path} was deleted while the pet lives")
    with pytest.raises(Broken, match="is kept by another pet"):
        awake(path)
    memory.note = ""
    memory.keep(KNOWN, TOLD[1:2])
    assert memory.note == "", "once"
    memory.close()
    with closing(Memory(path)) as again:
        assert again.load() == KNOWN
        assert again.episodes() == [TOLD[1], TOLD[0]]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["memory.db"]


def test_a_journal_that_is_deleted_costs_nothing_and_the_next_entry_has_one(path: Path) -> None:
    memory, _ = awake(path)
    memory.keep(KNOWN, TOLD)
    journal = path.with_name("memory.db-journal")
    journal.unlink()
    later = replace(KNOWN, day=13.0, people={"ida": {"trust": 0.5}}, zones={})
    memory.keep(later)
    assert journal.exists()
    assert memory.note == ""
    memory.close()
    with closing(Memory(path)) as again:
        assert again.load() == later
        assert len(again.episodes()) == len(TOLD)


def test_a_file_put_in_the_place_of_the_memory_is_left_as_it_is(path: Path) -> None:
    write(path)
    backup = path.with_name("backup.db")
    shutil.copy(path, backup)
    before = backup.read_bytes()
    memory, _ = awake(path)
    memory.keep(Remembered(day=13.0, people={"ida": {"trust": 0.5}}))
    backup.replace(path)
    with pytest.raises(Broken, match="another file was put in the place"):
        memory.keep(Remembered(day=14.0, people={"ida": {"trust": 0.6}}))
    memory.close()
    assert path.read_bytes() == before
    assert known(path) == KNOWN


def test_a_memory_that_cannot_be_made_anew_is_said_until_it_can(path: Path) -> None:
    memory, _ = awake(path)
    memory.keep(KNOWN, TOLD)
    shutil.rmtree(path.parent)
    path.parent.write_text("no folder")
    for _ in range(2):
        with pytest.raises(Broken, match=f"{path} was deleted, and cannot be made anew"):
            memory.keep(KNOWN)
    path.parent.unlink()
    memory.keep(KNOWN)
    memory.close()
    with closing(Memory(path)) as again:
        assert again.load() == KNOWN


def test_the_pet_says_that_its_memory_was_deleted_and_then_that_all_is_well(path: Path) -> None:
    memory, _ = awake(path)
    diary = Diary(memory, lambda: KNOWN, hour=12.0)
    life = moggy.live(moggy.Pet(seed=3), moggy.random_day(4, 4.0))
    said: list[str] = []
    for tick in life.ticks:
        if tick.n == 75:
            path.unlink()
        diary(tick)
        polled = diary.poll(tick.at)
        said += [sense.message for sense in polled if isinstance(sense, Trouble)]
    diary.close()
    memory.close()
    deleted, well = said
    assert deleted.startswith(f"{path} was deleted while the pet lives")
    assert well == ""


def test_a_memory_that_cannot_be_written_at_the_end_says_how_much_of_it_is_lost(path: Path) -> None:
    memory, _ = awake(path)
    known = [KNOWN]
    diary = Diary(memory, lambda: known[0], hour=12.0)
    for tick in moggy.live(moggy.Pet(seed=3), moggy.random_day(4, 4.0)).ticks:
        if tick.at >= 2.0:
            known[0] = replace(KNOWN, day=KNOWN.day + tick.at)
        if tick.n == 75:
            shutil.rmtree(path.parent)
            path.parent.write_text("no folder")
        diary(tick)
        for sense in diary.poll(tick.at):
            assert isinstance(sense, Trouble)
            assert sense.message.endswith("; the pet keeps it in its head and tries again")
    diary.close()
    memory.close()
    why = f"{path} was deleted, and cannot be made anew (Not a directory)"
    assert diary.lost == f"What it learned in its last 3 s is lost: {why}"


def test_a_link_to_a_memory_is_that_memory(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "other" / "memory.db"
    link.parent.mkdir()
    link.symlink_to(path)
    first, _ = awake(path)
    with pytest.raises(Broken, match="is kept by another pet"):
        awake(link)
    first.close()
    write(link)
    encrypt(link, tmp_path / "key")
    assert link.is_symlink()
    assert known(path, tmp_path / "key") == KNOWN


LIVES = """
import sys
from pathlib import Path
from moggy.brain.memory import awake
memory, _ = awake(Path(sys.argv[1]))
print("lives", flush=True)
sys.stdin.read()
memory.close()
"""


def test_a_hard_link_to_a_memory_is_that_memory(path: Path, tmp_path: Path) -> None:
    """Its journal lies beside the name by which the pet opened it, so by another name it would be
    read without that."""
    write(path)
    link = tmp_path / "other" / "memory.db"
    link.parent.mkdir()
    link.hardlink_to(path)
    with Program(
        [sys.executable, "-c", LIVES, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as first:  # fmt: skip
        assert first.stdout is not None
        assert first.stdout.readline() == "lives\n"
        before = path.read_bytes()
        told = f"is kept by another pet .process {first.pid}, under another name: it has a hard"
        for meet in (awake, Memory):
            with pytest.raises(Broken, match=f"{link} {told}"):
                meet(link)
        with closing(Memory(path)) as owners:
            assert owners.load() == KNOWN
        assert path.read_bytes() == before
        assert os.listdir(link.parent) == ["memory.db"]
        first.communicate("")
    assert known(link) == KNOWN


def test_a_memory_with_a_hard_link_is_not_encrypted_since_the_other_would_stay_plain(
    path: Path, tmp_path: Path
) -> None:
    write(path)
    link = tmp_path / "memory.db"
    link.hardlink_to(path)
    with pytest.raises(Broken, match=r"has another name \(a hard link\), under which"):
        encrypt(path, tmp_path / "key")
    link.unlink()
    encrypt(path, tmp_path / "key")
    assert known(path, tmp_path / "key") == KNOWN


@pytest.mark.parametrize("gone", ["memory.db", "memory.db.lock"])
def test_the_lock_of_the_file_itself_outlives_what_is_deleted(
    path: Path, tmp_path: Path, gone: str
) -> None:
    memory, _ = awake(path)
    memory.keep(KNOWN, TOLD)
    path.with_name(gone).unlink()
    memory.keep(KNOWN, TOLD[:1])
    link = tmp_path / "memory.db"
    link.hardlink_to(path)
    with pytest.raises(Broken, match="under another name"):
        awake(link)
    memory.close()
    assert known(link) == KNOWN


def test_a_pipe_is_no_memory_and_no_key(path: Path, tmp_path: Path) -> None:
    write(path)
    os.mkfifo(tmp_path / "key")
    encrypt(path, tmp_path / "a key")
    with pytest.raises(Broken, match="it is a pipe, not a file"):
        awake(path, tmp_path / "key")
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Broken, match=r"memory.db cannot be read \(it is a pipe, not a file\)"):
        awake(path)
