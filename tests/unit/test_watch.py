"""The watcher of the designers' files: what is saved is told, and what cannot be read too."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import sleep

import pytest

from moggy.assemble import begin
from moggy.config import Files, Invalid
from moggy.messages import AnySense, Edited, Trouble
from moggy.regular_file import regular
from moggy.watch import Take, Watcher

WHO = "personalities/cat.yaml"


class Watched:
    """A watcher over an owner's folder, in real time; and what taking a file does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / WHO
        self.path.parent.mkdir(parents=True)
        self.take: Take = lambda name, text: {name: text}
        files = Files(folder)
        names = [WHO, *files.names("motions")]
        self.watcher = Watcher(files, names, lambda name, text: self.take(name, text))
        self.told: list[AnySense] = []

    def write(self, data: bytes) -> AnySense:
        """Save bytes as editors do, in one step; what the watcher tells of it."""
        beside = self.path.with_suffix(".new")
        beside.write_bytes(data)
        beside.replace(self.path)
        return self.next()

    def next(self) -> AnySense:
        for _ in range(600):
            self.told += self.watcher.poll(7.0)
            if self.told:
                return self.told.pop(0)
            sleep(0.1)
        raise AssertionError("nothing was told within a minute")


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.watcher.close()


def test_a_file_that_cannot_be_read_is_told_once_and_that_it_can_be_again(watched: Watched) -> None:
    told = watched.write("name: x\nabout: grün\n".encode("latin-1"))
    assert isinstance(told, Trouble)
    assert (told.at, told.part) == (7.0, WHO)
    assert told.message.startswith(f"{WHO}:2: byte 0xfc is not UTF-8; save the file as UTF-8")
    watched.path.write_text("name: x\n", encoding="utf-8")
    assert watched.next() == Trouble(at=7.0, part=WHO, message="")
    assert watched.next() == Edited(at=7.0, file=WHO, text="name: x\n")


def test_what_ends_the_check_does_not_end_the_watching(watched: Watched) -> None:
    def fail(name: str, text: str) -> Mapping[str, str]:
        raise KeyError("a mistake of ours")

    def refuse(name: str, text: str) -> Mapping[str, str]:
        raise Invalid(WHO, 1, "takes too long")

    watched.take = fail
    told = watched.write(b"name: x\n")
    assert told == Trouble(at=7.0, part=WHO, message=f"{WHO}: KeyError('a mistake of ours')")
    watched.take = refuse
    watched.write(b"name: y\n")
    assert watched.next() == Trouble(at=7.0, part=WHO, message=f"{WHO}:1: takes too long")
    watched.take = lambda name, text: {"shipped/x": "", name: text}
    watched.write(b"name: z\n")
    assert watched.next() == Edited(at=7.0, file="shipped/x", text="")
    assert watched.next() == Edited(at=7.0, file=WHO, text="name: z\n")


def test_a_file_that_could_not_be_checked_now_is_looked_at_again(watched: Watched) -> None:
    times: list[str] = []

    def busy(name: str, text: str) -> Mapping[str, str]:
        times.append(text)
        if len(times) == 1:
            raise OSError("no room for a process")
        return {name: text}

    watched.take = busy
    told = watched.write(b"name: x\n")
    assert isinstance(told, Trouble)
    assert told.message == "the files cannot be watched: OSError: no room for a process"
    assert watched.next() == Edited(at=7.0, file=WHO, text="name: x\n")
    assert watched.next() == Trouble(at=7.0, part="files", message="")


KINDS: dict[str, Callable[[Path], None]] = {
    "it is a pipe": os.mkfifo,
    "it is a device": lambda path: path.symlink_to("/dev/zero"),
    "it is a folder": Path.mkdir,
    "it is a socket": lambda path: socket.socket(socket.AF_UNIX).bind(str(path)),
    "a link that leads nowhere": lambda path: path.symlink_to("nothing"),
    "too many levels of symbolic links": lambda path: path.symlink_to(path),
    "nothing to read in it for now": lambda path: path.symlink_to(EMPTY),
    "a mistake of ours": lambda path: path.symlink_to("/mistaken"),
}
"""What a Trouble says → makes what says it, in the place of a file."""
EMPTY = "/empty"
"""Stands for what the kernel shows as a file, and in which there may be nothing for now."""


@pytest.mark.parametrize("says", KINDS)
def test_what_is_no_file_is_told_once_and_hides_no_other(
    watched: Watched, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = os.pipe2(os.O_NONBLOCK)

    def opened(path: Path, flags: int) -> int:
        if path.is_symlink() and str(path.readlink()) == "/mistaken":
            raise KeyError("a mistake of ours")
        empty = path.is_symlink() and str(path.readlink()) == EMPTY
        return os.dup(ours) if empty else regular(path, flags)

    monkeypatch.setattr("moggy.unreadable.regular", opened)
    motions = watched.path.parent.parent / "motions"
    motions.mkdir()
    monkeypatch.chdir(motions)  # the name of a socket is short
    KINDS[says](Path("a.yaml"))
    told = watched.next()
    assert isinstance(told, Trouble)
    assert told.part == "motions/a.yaml"
    assert says in told.message.lower()
    (motions / "b.yaml").write_text("name: b\n", encoding="utf-8")
    assert watched.next() == Edited(at=7.0, file="motions/b.yaml", text="name: b\n")
    assert watched.write(b"name: x\n") == Edited(at=7.0, file=WHO, text="name: x\n")
    os.close(ours)
    os.close(theirs)


def test_what_nobody_saves_is_not_read_again_and_every_way_to_save_is_seen(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    read = Files.read

    def noted(self: Files, name: str) -> str:
        reads.append(name)
        return read(self, name)

    assert isinstance(watched.write(b"about: one\n"), Edited)
    watched.watcher.close()  # from here on it looks when it is told to
    monkeypatch.setattr(Files, "read", noted)
    for _ in range(3):
        watched.watcher._look()
    reads.clear()
    watched.watcher._look()
    assert reads == []
    was = watched.path.stat()
    watched.path.write_text("about: two\n", encoding="utf-8")
    os.utime(watched.path, ns=(was.st_atime_ns, was.st_mtime_ns))
    watched.watcher._look()
    assert reads == [WHO]
    assert watched.next() == Edited(at=7.0, file=WHO, text="about: two\n")
    watched.path.unlink()
    watched.path.symlink_to("nothing")
    for _ in range(3):
        watched.watcher._look()
    told = watched.next()
    assert isinstance(told, Trouble)
    assert "a link that leads nowhere" in told.message


def test_what_is_saved_while_very_many_wait_is_taken_before_them(watched: Watched) -> None:
    motions = watched.path.parent.parent / "motions"
    taken: list[str] = []

    def take(name: str, text: str) -> Mapping[str, str]:
        taken.append(name)
        if len(taken) == 1:
            (motions / "z.yaml").write_text("about: late\n", encoding="utf-8")
            (motions / f"{'z' * 70}.yaml").write_text("about: late\n", encoding="utf-8")
        return {name: text}

    watched.take = take
    many = watched.path.parent.parent / "many"
    many.mkdir()
    for n in range(100):
        (many / f"m{n:02}.yaml").write_text(f"about: {n}\n", encoding="utf-8")
    many.rename(motions)
    told = [watched.next() for _ in range(102)]
    assert taken[:10] == [f"motions/m{n:02}.yaml" for n in range(10)]
    assert taken[10] == "motions/z.yaml"
    assert len(taken) == 101
    (said,) = [n for n, each in enumerate(told) if isinstance(each, Trouble)]
    assert said == 10


def test_a_file_whose_check_is_hindered_hides_no_other(watched: Watched) -> None:
    def hindered(name: str, text: str) -> Mapping[str, str]:
        if name == WHO:
            raise OSError("no room for a process")
        return {name: text}

    watched.take = hindered
    assert isinstance(watched.write(b"name: x\n"), Trouble)
    motions = watched.path.parent.parent / "motions"
    motions.mkdir()
    (motions / "b.yaml").write_text("name: b\n", encoding="utf-8")
    assert watched.next() == Edited(at=7.0, file="motions/b.yaml", text="name: b\n")


@pytest.mark.parametrize("place", ["", "motions", "personalities"])
def test_what_stands_in_the_place_of_a_folder_is_told_once_and_nothing_is_lost(
    watched: Watched, place: str
) -> None:
    assert isinstance(watched.write(b"name: x\n"), Edited)
    home = watched.path.parent.parent
    (home / "motions").mkdir()
    folder, beside = home / place, home.with_name("beside")
    folder.rename(beside)
    folder.write_text("no folder", encoding="utf-8")
    said = f"{folder} is not a folder; move it away"
    assert watched.next() == Trouble(at=7.0, part="folders of files", message=said)
    sleep(1.0)
    assert not watched.watcher.poll(7.0), "one line, and what was read is kept"
    folder.unlink()
    beside.rename(folder)
    told = watched.next()
    if isinstance(told, Edited):  # it looked while nothing stood there: the shipped file counts
        told = watched.next()
    assert told == Trouble(at=7.0, part="folders of files", message="")
    assert watched.write(b"name: y\n") == Edited(at=7.0, file=WHO, text="name: y\n")


@pytest.mark.parametrize("text", ["a: " + "[" * 100_000, "a: &a {<<: *a}", "x: !!bool foo", "\0"])
def test_a_text_that_ended_parsers_is_told_as_any_other(watched: Watched, text: str) -> None:
    assert watched.write(text.encode()) == Edited(at=7.0, file=WHO, text=text)
    assert watched.write(b"name: x\n") == Edited(at=7.0, file=WHO, text="name: x\n")


def test_a_file_that_is_wanted_and_cannot_be_read_yet_is_watched(watched: Watched) -> None:
    base = "personalities/base.yaml"
    watched.take = lambda name, text: {base: None, name: text} if name == WHO else {name: text}
    assert watched.write(b"extends: base\n") == Edited(at=7.0, file=WHO, text="extends: base\n")
    watched.path.with_name("base.yaml").write_text("extends: shy\n", encoding="utf-8")
    assert watched.next() == Edited(at=7.0, file=base, text="extends: shy\n")


def test_hidden_files_and_wrong_names_cost_nothing_else_and_the_latter_are_told(
    watched: Watched,
) -> None:
    motions = watched.path.parent.parent / "motions"
    motions.mkdir()
    (motions / ".#yawn.yaml").symlink_to("me@host.123:456")
    (motions / "._yawn.yaml").write_bytes(b"\0\5\26\7")
    (motions / f"{'a' * 70}.yaml").write_text("x: 1\n", encoding="utf-8")
    told = watched.next()
    assert isinstance(told, Trouble)
    assert told.part == "names of files"
    assert told.message.startswith(f"motions/{'a' * 70}.yaml is not read: rename it")
    assert ";" not in told.message
    begin(Files(motions.parent), seed=1, hour=10.0)
    (motions / f"{'a' * 70}.yaml").unlink()
    assert watched.next() == Trouble(at=7.0, part="names of files", message="")


def test_a_new_character_is_seen_and_what_is_saved_in_it(watched: Watched) -> None:
    mine = watched.path.with_name("mine.yaml")
    mine.write_text("name: mine\n", encoding="utf-8")
    assert watched.next() == Edited(at=7.0, file="personalities/mine.yaml", text="name: mine\n")
