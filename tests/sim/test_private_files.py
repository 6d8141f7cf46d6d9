"""Files that hold people are their owner's alone, and a full disk leaves no piece of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import moggy
from moggy.brain.memory import Broken, Memory, Remembered, awake, encrypt
from moggy.home import private_file
from moggy.main import app
from tests.full_disk import no_file_above
from tests.memories import KNOWN, write


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home of its own, and a umask under which files are everybody's to read."""
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MOGGY_MEMORY_KEY", str(tmp_path / "key" / "memory.key"))
    before = os.umask(0o022)
    yield
    os.umask(before)


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def modes(folder: Path) -> dict[str, int]:
    return {
        str(file.relative_to(folder)): file.stat().st_mode & 0o777
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_all_that_is_told_of_a_life_is_its_owners_alone(tmp_path: Path) -> None:
    out, demo = tmp_path / "out", tmp_path / "demo"
    lived = ["sim", "--headless", "--until", "2", "--out", str(out), "--pictures"]
    changed = ["--set", "personality.temperament.neuroticism=0.9"]
    journal = str(out / "journal.mcap")
    for arguments in (
        lived,
        ["replay", journal, *changed, "--plot", str(out / "moods.svg")],
        ["export", journal, "--csv", str(out / "tables")],
        ["demo", "--out", str(demo)],
    ):
        result = command(*arguments)
        assert result.exit_code == 0, result.output
    found = modes(out) | modes(demo)
    written = {"feelings.png", "moods.svg", "journal.mcap", "sound.wav", "ticks.jsonl"}
    assert written < {*found}
    assert {*found.values()} == {0o600}
    assert (out / "moods.svg").read_text().startswith("<?xml")


def test_what_the_library_writes_is_its_owners_alone(tmp_path: Path) -> None:
    life = moggy.live(moggy.Pet(seed=3), moggy.random_day(4, 5.0))
    (tmp_path / "life.csv").write_text("an older one, which all may read")
    life.write_csv(tmp_path / "life.csv")
    life.save(tmp_path / "life.mcap")
    assert modes(tmp_path) == {"life.csv": 0o600, "life.mcap": 0o600}
    with no_file_above(20_000), pytest.raises(OSError, match="too large") as full:
        life.write_csv(tmp_path / "other.csv")
    assert full.value.filename == str(tmp_path / "other.csv")
    assert modes(tmp_path).keys() == {"life.csv", "life.mcap"}


def test_a_memory_and_a_key_that_others_may_read_become_their_owners(tmp_path: Path) -> None:
    memory, key = tmp_path / "home" / "memory.db", tmp_path / "key" / "memory.key"
    write(memory)
    first, _ = awake(memory)
    first.keep(Remembered())  # its journal is there now
    for file in memory.parent.glob("memory.db*"):
        file.chmod(0o644)
    with closing(Memory(memory)):
        found = modes(memory.parent)
    assert {found[name] for name in ("memory.db", "memory.db-journal")} == {0o600}
    first.close()
    encrypt(memory, key)
    memory.chmod(0o664)
    key.chmod(0o644)
    awake(memory, key)[0].close()
    assert {file.stat().st_mode & 0o777 for file in (memory, key)} == {0o600}


def test_a_demo_on_a_full_disk_names_the_file_and_leaves_no_piece_of_a_picture(
    tmp_path: Path,
) -> None:
    with no_file_above(100_000):
        result = command("demo", "--out", str(tmp_path))
    assert isinstance(result.exception, OSError)
    full = tmp_path / "journal.mcap"
    assert str(result.exception) == f"it lived, and not all is written: {full}: File too large"
    pictures = [file.read_bytes() for file in tmp_path.rglob("*.png")]
    assert 0 < len(pictures) < 16
    assert all(picture.endswith(b"IEND\xaeB`\x82") for picture in pictures)


def test_pictures_that_are_missing_are_said(tmp_path: Path) -> None:
    full = tmp_path / "pictures" / "cat_0001.00.png"
    full.parent.mkdir()
    full.symlink_to("/dev/full")
    result = command("sim", "--headless", "--until", "2", "--out", str(tmp_path), "--pictures")
    assert result.exit_code == 1
    assert f"its records are not whole: {full}: it is a device, not a file" in result.stderr
    assert full.is_symlink(), "a device is no piece of a file"
    assert not (full.parent / "cat_0001.50.png").exists()


def test_a_file_that_could_not_be_opened_stays(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError), private_file(tmp_path / "folder"):
        pass
    assert (tmp_path / "folder").is_dir()


@pytest.mark.parametrize("size", [0, 100, 5_000, 20_000])
def test_a_full_disk_at_waking_is_said_with_the_memorys_name(tmp_path: Path, size: int) -> None:
    """Where there is room for its lock a pet wakes with the memory that it has."""
    new, old = tmp_path / "new" / "memory.db", tmp_path / "old" / "memory.db"
    write(old)
    for path in (new, old):
        with no_file_above(size):
            if path == new or not size:
                with pytest.raises(Broken, match=rf"^{path} cannot be "):
                    awake(path)
            else:
                memory, _ = awake(path)
                with pytest.raises(Broken, match=rf"^{path} cannot be written "):
                    memory.keep(Remembered(people={"p" * 9000: {"trust": 0.5}}))
                memory.close()
        memory, note = awake(path)
        assert note == "", "nothing was lost"
        assert memory.load() == (KNOWN if path == old else None)
        memory.close()


def test_an_encryption_that_is_refused_leaves_no_new_key(tmp_path: Path) -> None:
    memory, key = tmp_path / "home" / "memory.db", tmp_path / "key" / "memory.key"
    write(memory)
    whole = memory.read_bytes()
    os.link(memory, tmp_path / "other")
    with pytest.raises(Broken, match="has another name"):
        encrypt(memory, key)
    (tmp_path / "other").unlink()
    with no_file_above(10), pytest.raises(OSError, match=r"memory\.key"):
        encrypt(memory, key)
    with no_file_above(5_000), pytest.raises((Broken, OSError), match=r"memory\.db"):
        encrypt(memory, key)
    for damaged in (b"text " * 2000, bytes(8192), whole.replace(b"about", b"\xe1bout", 1)):
        memory.write_bytes(damaged)
        with pytest.raises(Broken, match=r"memory\.db"):
            encrypt(memory, key)
        assert list(key.parent.iterdir()) == []
    memory.write_bytes(whole)
    encrypt(memory, key)
    secret = key.read_bytes()
    memory.write_bytes(b"text " * 2000)
    with pytest.raises(Broken):
        encrypt(memory, key)
    assert key.read_bytes() == secret, "an older key is not taken away"


@pytest.mark.parametrize("encrypted", [False, True])
@pytest.mark.parametrize("how", ["by name", "by a link"])
def test_no_command_writes_over_the_memory(tmp_path: Path, how: str, encrypted: bool) -> None:
    memory = tmp_path / "home" / "memory.db"
    memory.parent.mkdir()
    write(memory)
    if encrypted:
        encrypt(memory, tmp_path / "key" / "memory.key")
    to = memory
    if how == "by a link":
        to = tmp_path / "link"
        to.symlink_to(memory)
    for arguments in (["memory", "export", str(to)], ["layout", "--to", str(to)]):
        result = command(*arguments)
        assert result.exit_code != 0
        assert "it is the pet's memory" in str(result.exception) + result.output
    assert "It has lived 12.5 days." in command("memory", "show").output


@pytest.mark.parametrize("name", ["journal.mcap", "notes.txt"])
def test_a_picture_is_drawn_before_its_file_is_touched(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    assert command("sim", "--headless", "--until", "2", "--out", str(out)).exit_code == 0
    (out / "notes.txt").write_text("mine")
    before = (out / name).read_bytes()
    changed = ["--set", "personality.temperament.neuroticism=0.9"]
    result = command("replay", str(out / "journal.mcap"), *changed, "--plot", str(out / name))
    assert result.exit_code != 0
    assert (out / name).read_bytes() == before


def test_a_journal_or_a_database_is_not_written_over(tmp_path: Path) -> None:
    for name, begin in (("a.mcap", b"\x89MCAP0\r\nrest"), ("a.db", b"SQLite format 3\0rest")):
        path = tmp_path / name
        path.write_bytes(begin)
        with pytest.raises(FileExistsError, match=name), private_file(path) as file:
            file.write(b"new")
        assert path.read_bytes() == begin


def test_a_home_that_cannot_be_entered_is_no_empty_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here a file; root may enter every folder."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "file"))
    for arguments in (["show"], ["forget", "anna"], ["export", str(tmp_path / "to.json")]):
        result = command("memory", *arguments)
        assert result.exit_code != 0
        assert "Not a directory" in str(result.exception) + result.output
        assert "nothing" not in result.output
