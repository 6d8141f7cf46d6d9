"""What lies where a lock's file belongs and is no file keeps nobody waiting and is said; and the
other bounds on what is read and written by name."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

import moggy
from moggy import cache
from moggy.brain.memory.lock import WriteLock, secret_of_pet
from moggy.commands.export import export
from moggy.config import Invalid
from moggy.layer import MOST_DEEP, chain
from moggy.mcap_file import check_free
from moggy.name_lock import NameLock, taken_by
from tests.full_disk import no_file_above


def a_socket(path: Path) -> None:
    socket.socket(socket.AF_UNIX).bind(str(path))


WHAT: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": a_socket,
    "a device": lambda path: path.symlink_to("/dev/null"),
}


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("of", [taken_by, NameLock, WriteLock, check_free, secret_of_pet])
def test_what_is_no_lock_is_named(what: str, of: Callable[[Path], object], tmp_path: Path) -> None:
    lock = tmp_path / "a.mcap.lock"
    WHAT[what](lock)
    with pytest.raises(OSError, match=f"it is {what}, not a file.*move it away") as said:
        of(tmp_path / "a.mcap")
    assert said.value.filename == str(lock)


def test_what_is_no_lock_of_the_cache_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lock")
    with pytest.raises(OSError, match="it is a pipe"), cache.lock(tmp_path / "lock"):
        pass
    with pytest.raises(OSError, match="it is a pipe"):
        cache.held(tmp_path / "lock")
    with cache.lock(tmp_path / "good"):
        assert cache.held(tmp_path / "good")
    assert not cache.held(tmp_path / "good")


@pytest.mark.parametrize("count", [MOST_DEEP, MOST_DEEP + 1, 1000])
def test_files_may_build_on_one_another_so_deep_and_no_deeper(count: int) -> None:
    def read(name: str) -> str:
        n = int(name[1:].removesuffix(".yaml"))
        return f"# one\nextends: f{n + 1}\n" if n < count - 1 else "a: 1\n"

    if count <= MOST_DEEP:
        assert len(chain("f0.yaml", read)) == count
        return
    with pytest.raises(Invalid, match=f"more than {MOST_DEEP} files .*join some") as said:
        chain("f0.yaml", read)
    assert (said.value.file, said.value.line) == (f"f{MOST_DEEP - 1}.yaml", 2)


def test_files_that_were_read_before_count_with_what_is_below_them() -> None:
    """In a list the last first: each is one step away, and 1,000 steps deep all the same."""

    def read(name: str) -> str:
        if name == "top.yaml":
            return "includes: [" + ", ".join(f"f{n}" for n in range(999, -1, -1)) + "]\n"
        n = int(name[1:].removesuffix(".yaml"))
        return f"extends: f{n + 1}\n" if n < 999 else "a: 1\n"

    with pytest.raises(Invalid, match=f"more than {MOST_DEEP} files"):
        chain("top.yaml", read)


def test_files_that_are_named_twice_are_read_once() -> None:
    read: list[str] = []

    def text(name: str) -> str:
        read.append(name)
        n = int(name[1:].removesuffix(".yaml"))
        return f"includes: [f{n + 1}, f{n + 1}]\n" if n < 30 else "a: 1\n"

    chain("f0.yaml", text)
    assert len(read) == 31


@pytest.mark.parametrize("room", [0, 100, 2000, 30_000])
def test_a_full_disk_leaves_no_table_and_is_said_with_the_name(room: int, tmp_path: Path) -> None:
    journal, folder = tmp_path / "a.mcap", tmp_path / "tables"
    moggy.live(moggy.Pet(), [], 10.0).save(journal)
    with no_file_above(room), pytest.raises(OSError, match="too large") as full:
        export(journal, folder, None, 0.0)
    assert Path(full.value.filename).parent == folder
    assert list(folder.iterdir()) == []
