"""Files that are read, checked and saved in a process beside the loop, and what that costs it."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeAlias

import pytest

import moggy.desk
from moggy import designs as putting_together
from moggy.aside import Aside, TooLong
from moggy.assemble import begin, born
from moggy.config import Files, Invalid
from moggy.desk import Desk
from moggy.messages import Edited
from moggy.worker import LOOK_EVERY
from tests.processes import Program, lives

TREE = "trees/cat.yaml"
WHO = "personalities/cat.yaml"


Edits: TypeAlias = Callable[[Mapping[str, str | None]], list[str]]
"""A pet that takes files; gives what it refused."""


class Hands:
    """What does the work of an Aside in the tests."""

    def double(self, number: int) -> int:
        """Works."""
        return 2 * number

    def sleep(self) -> None:
        """Hangs."""
        sleep(600.0)

    def length(self, text: str) -> int:
        """Takes a text."""
        return len(text)

    def refuse(self) -> None:
        """Refuses a file."""
        raise Invalid("a.yaml", 7, "no", "key")

    def fail(self) -> None:
        """Makes a mistake."""
        raise KeyError("mine")


@pytest.fixture
def aside() -> Iterator[Aside[Hands]]:
    made = Aside(Hands, name="hands", deadline=60.0)
    yield made
    made.close()


def test_work_is_done_in_another_process_one_after_the_other(aside: Aside[Hands]) -> None:
    assert aside.pid is None, "it starts with the first work"
    assert [aside.ask(Hands.double, n) for n in range(3)] == [0, 2, 4]
    assert aside.pid not in (None, os.getpid())


def test_what_the_work_raises_comes_back_as_it_was(aside: Aside[Hands]) -> None:
    with pytest.raises(Invalid) as refused:
        aside.ask(Hands.refuse)
    error = refused.value
    assert (error.file, error.line, error.message, error.key) == ("a.yaml", 7, "no", "key")
    with pytest.raises(RuntimeError, match="KeyError: 'mine'"):
        aside.ask(Hands.fail)
    assert aside.ask(Hands.double, 2) == 4


def test_what_was_refused_is_let_go_at_once_and_waits_for_no_collection(
    aside: Aside[Hands],
) -> None:
    gc.collect()
    gc.disable()
    others = {id(each) for each in gc.get_objects() if type(each) is Invalid}
    try:
        for _ in range(3):
            with contextlib.suppress(Invalid):
                aside.ask(Hands.refuse)
        left = [each for each in gc.get_objects() if type(each) is Invalid]
        assert {id(each) for each in left} <= others
    finally:
        gc.enable()


def test_work_that_hangs_is_ended_and_the_next_is_done() -> None:
    aside = Aside(Hands, name="hands", deadline=2.0)
    try:
        with pytest.raises(TooLong, match=r"hands: no answer within 2 s"):
            aside.ask(Hands.sleep)
        assert aside.ask(Hands.double, 2) == 4
    finally:
        aside.close()


def test_a_process_that_was_killed_is_started_again(aside: Aside[Hands]) -> None:
    aside.ask(Hands.double, 1)
    assert aside.pid is not None
    os.kill(aside.pid, signal.SIGKILL)
    sleep(0.2)
    assert aside.ask(Hands.double, 2) == 4


@pytest.mark.parametrize("length", [1, 5_000_000], ids=["little", "more than a pipe holds"])
def test_a_process_that_is_suspended_is_said_within_two_seconds_and_started_again(
    aside: Aside[Hands], length: int
) -> None:
    aside.ask(Hands.double, 1)
    pid = aside.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    began = monotonic()
    with pytest.raises(OSError, match=r"hands: the process was suspended .*started again"):
        aside.ask(Hands.length, "x" * length)
    assert monotonic() - began < 2.0
    assert aside.ask(Hands.length, "x" * length) == length
    assert aside.pid != pid


def test_one_that_is_suspended_for_a_moment_goes_on(aside: Aside[Hands]) -> None:
    aside.ask(Hands.double, 1)
    pid = aside.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.7 * LOOK_EVERY, os.kill, (pid, signal.SIGCONT)).start()
    assert aside.ask(Hands.double, 2) == 4
    assert aside.pid == pid


LONELY = """
import threading
from tests.unit.test_desk import Aside, Hands
if __name__ == "__main__":
    aside = Aside(Hands, name="hands", deadline=60.0)
    asking = threading.Thread(target=aside.ask, args=(Hands.double, 1))
    asking.start()
    asking.join()
    print(aside.ask(Hands.double, 2), aside.pid, flush=True)
    input()
"""


def test_one_that_is_suspended_ends_with_the_pets_process_and_not_with_who_asked(
    tmp_path: Path,
) -> None:
    script = tmp_path / "lonely.py"
    script.write_text(LONELY, encoding="utf-8")
    root = Path(__file__).resolve().parents[2]
    with Program(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        doubled, pid = map(int, parent.stdout.readline().split())
        assert doubled == 4
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
    give_up = monotonic() + 2.0
    while lives(pid):
        assert monotonic() < give_up, "it lives on without the pet"
        sleep(0.01)


def test_a_closed_one_says_so(aside: Aside[Hands]) -> None:
    aside.close()
    with pytest.raises(OSError, match="it is closed"):
        aside.ask(Hands.double, 2)


@pytest.fixture
def at_the_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Desk, Edits]]:
    """A desk over an owner's empty folder, and a pet whose process puts no files together."""
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    pet = born(start)

    def forbidden(*files: Any) -> Any:
        raise AssertionError("files were put together in the pet's process")

    monkeypatch.setattr(putting_together, "_made", forbidden)
    now = iter(range(1000))

    def edit(texts: Mapping[str, str | None]) -> list[str]:
        refused: list[str] = []
        for file, text in texts.items():
            at = float(next(now))
            assert text is not None
            refused += pet.tick(at, [Edited(at=at, file=file, text=text)]).refused
        return refused

    desk = Desk(files, start)
    yield desk, edit
    desk.close()


def test_a_pet_takes_what_the_desk_saved_without_putting_it_together(
    at_the_desk: tuple[Desk, Edits],
) -> None:
    desk, edit = at_the_desk
    tree = desk.read(TREE)
    for base in ("0.11", "0.12"):
        texts = desk.save(TREE, tree.replace("base: 0.46", f"base: {base}", 1))
        assert list(texts) == [f"shipped/{TREE}", TREE]
        assert f"base: {base}" in texts[TREE]
        assert edit(texts) == []
    with pytest.raises(Invalid, match=r"trees/cat\.yaml:1: 'name' is missing|should be keys"):
        desk.save(TREE, "nonsense")
    assert edit(desk.save(WHO, "name: mine\n")) == []


def test_a_pet_takes_what_another_program_saved_without_putting_it_together(
    at_the_desk: tuple[Desk, Edits], tmp_path: Path
) -> None:
    desk, edit = at_the_desk
    path = tmp_path / WHO
    path.parent.mkdir()
    for text, refused in (
        ("extends: cat\nname: mine\n", []),
        ("name: [\n", [f"{WHO}:1: the '[' that opens here is not closed"]),
        ("extends: cat\nappetite: {plya: 1}\n", [f"{WHO}:2: appetite.plya: unknown behaviour"]),
        ("extends: cat\nname: yours\n", []),
    ):
        path.write_text(text, encoding="utf-8")
        edits = desk.take(WHO, text)
        assert edits[WHO] == text
        said = edit(edits)
        assert len(said) == len(refused)
        assert all(error.startswith(known) for error, known in zip(said, refused, strict=True))


def test_a_file_whose_base_cannot_be_read_is_taken_when_that_can(
    at_the_desk: tuple[Desk, Edits], tmp_path: Path
) -> None:
    """Also what it builds on besides, which came meanwhile."""
    desk, edit = at_the_desk
    text, base, part = "extends: base\nincludes: [part]\n", "extends: shy\n", "name: mine\n"
    folder = (tmp_path / WHO).parent
    folder.mkdir()
    (tmp_path / WHO).write_text(text, encoding="utf-8")
    (folder / "base.yaml").mkdir()
    shy, first, second = (f"personalities/{name}.yaml" for name in ("shy", "base", "part"))
    assert desk.take(WHO, text) == {first: None, second: None, WHO: text}
    (said,) = edit({WHO: text})
    assert said.startswith(f"{WHO}:1: extends: {first}")
    (folder / "base.yaml").rmdir()
    (folder / "base.yaml").write_text(base, encoding="utf-8")
    (folder / "part.yaml").write_text(part, encoding="utf-8")
    edits = desk.take(first, base)
    assert edits == {shy: Files().read(shy), second: part, first: base}
    assert edit(edits)[-1:] == []


def test_what_the_desk_saved_is_not_taken_twice(
    at_the_desk: tuple[Desk, Edits], tmp_path: Path
) -> None:
    desk, _ = at_the_desk
    saved = desk.save(WHO, "name: mine\n")[WHO]
    assert desk.take(WHO, saved) == {}
    assert desk.take(WHO, "name: older\n") == {}, "another text stands in the file by now"


def test_a_file_that_takes_too_long_is_refused_with_a_way_out(
    at_the_desk: tuple[Desk, Edits], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moggy.desk, "DEADLINE_S", 0.0)
    files = Files(tmp_path)
    desk = Desk(files, begin(files, seed=1, hour=10.0))
    try:
        for ask in (lambda: desk.read(TREE), lambda: desk.save(TREE, files.read(TREE))):
            with pytest.raises(
                Invalid, match=r"^trees/cat\.yaml:1: .*make it shorter, or make sev"
            ):
                ask()
    finally:
        desk.close()


def test_the_coverage_of_the_living_tree_is_worked_out_beside_saves(tmp_path: Path) -> None:
    files = Files(tmp_path)
    desk = Desk(files, begin(files, seed=1, hour=10.0))
    try:
        assert desk.coverage() == {"ready": False}
        motion = "motions/groom.yaml"
        assert desk.save(motion, f"{files.read(motion)}# mine\n"), "no save waits for it"
        found = desk.coverage()
        while not found["ready"]:
            sleep(0.5)
            found = desk.coverage()
        assert found["behaviors"]["flinch"]["hit"] == list(range(9))
        assert found["problems"] == {}
        assert len(found["moods"]) == 9
    finally:
        desk.close()


def terms(desk: Desk, id: str) -> list[dict[str, Any]]:
    """The terms of an option of the living tree."""
    found: list[dict[str, Any]] = next(n for n in desk.tree()["nodes"] if n["id"] == id)["terms"]
    return found


def test_a_bent_curve_is_saved_with_the_comments_of_the_file_and_can_be_bent_back(
    tmp_path: Path,
) -> None:
    files = Files(tmp_path)
    own = tmp_path / TREE
    own.parent.mkdir()
    own.write_text("# Mine.\nextends: cat\nchange:\n  explore: {base: 0.5} # more\n")
    desk = Desk(files, begin(files, seed=1, hour=10.0))
    try:
        edits = desk.bend("explore", 0, {"zero": 0.9, "floor": 0.25})
        assert list(edits) == [TREE]
        assert own.read_text() == edits[TREE]
        assert "# Mine." in edits[TREE]
        assert "base: 0.5" in edits[TREE]
        assert "drive.curiosity" in edits[TREE]
        assert "rested" not in edits[TREE], "only what is changed"
        bent = terms(desk, "explore")[0]
        assert (bent["numbers"], bent["floor"]) == ({"zero": 0.9, "one": 0.2}, 0.25)
        assert "# By itself and awake" in files.shown(TREE), "nor is another comment lost"
        desk.bend("explore", 0, {"zero": 0.75, "floor": 0})
        desk.bend("explore", None, {"base": 0.7})
        assert terms(desk, "explore")[0]["numbers"]["zero"] == 0.75
        for id, term, to, why in (
            ("exlpore", 0, {"zero": 0.5}, "did you mean 'explore'"),
            ("explore", 9, {"zero": 0.5}, "explore has 4"),
            ("explore", 0, {"slope": 0.5}, "slope"),
            ("explore", 0, {"floor": 1.5}, "less than or equal to 1"),
        ):
            with pytest.raises(Invalid, match=why):
                desk.bend(id, term, to)
        assert "base: 0.7" in own.read_text()
    finally:
        desk.close()


def test_a_curve_of_what_a_tree_extends_is_bent_in_that_tree(tmp_path: Path) -> None:
    files = Files(tmp_path)
    mine = tmp_path / "trees" / "mine.yaml"
    mine.parent.mkdir()
    mine.write_text("# Mine.\nextends: cat\noptions:\n  - id: hop\n    do: {why: it hops}\n")
    desk = Desk(files, begin(files, seed=1, hour=10.0, tree="mine"))
    try:
        desk.bend("explore", 0, {"one": 0.1})
        assert terms(desk, "explore")[0]["numbers"]["one"] == 0.1
        desk.bend("hop", None, {"base": 0.3})
        text = mine.read_text()
        assert text.startswith("# Mine.\nextends: cat\n")
        assert "base: 0.3" in text.partition("change:")[0], "its own option in its place"
    finally:
        desk.close()
