"""The wire is one file behind a link, the rooms are links too, and two sides whose files differ in
one constant do not connect."""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.link import MemoryLink
from moggy.messages import Command, Trouble
from moggy.sim.board import interpreter, lock_step
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import SteppedMicroPython
from tests.firmware.rig import CAT

ROOT = Path(__file__).resolve().parents[2]
WIRE = ROOT / "firmware" / "wire.py"
LINKS = {
    "moggy/actuators": "../actuators",
    "moggy/behaviors": "../behaviors",
    "moggy/brain": "../brain",
    "moggy/firmware": "../firmware",
    "moggy/sensors": "../sensors",
    "moggy/servo_drivers.py": "../firmware/servo_drivers.py",
    "moggy/sim": "../sim",
    "moggy/wire.py": "../firmware/wire.py",
}


def git(*arguments: str, cwd: Path = ROOT) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True
    ).stdout


@pytest.mark.needs_git
def test_the_rooms_and_the_wire_are_links_in_git_and_there_are_no_others() -> None:
    entries = [line.split(maxsplit=3) for line in git("ls-files", "--stage").splitlines()]
    links = {
        path: git("cat-file", "blob", blob) for mode, blob, _, path in entries if mode == "120000"
    }
    assert links == LINKS


@pytest.mark.parametrize("link", LINKS)
def test_the_rooms_and_the_wire_are_links_on_the_disk(link: str) -> None:
    assert os.readlink(ROOT / link) == LINKS[link]
    assert (ROOT / link).resolve() == ROOT / LINKS[link].removeprefix("../")
    assert (ROOT / link).exists()


def test_both_sides_read_the_wire_from_one_file() -> None:
    assert Path(wire.__file__).resolve() == WIRE
    copies = {path.resolve() for path in ROOT.glob("*/wire.py")}
    assert copies == {WIRE}


@pytest.fixture
def small_repository(tmp_path: Path) -> Path:
    """A repository with a link in its only commit."""
    git("init", "--quiet", cwd=tmp_path)
    (tmp_path / "wire.py").write_text("HELLO = 1\n")
    (tmp_path / "link.py").symlink_to("wire.py")
    git("add", ".", cwd=tmp_path)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    git(*identity, "commit", "--quiet", "--message", "a link", cwd=tmp_path)
    return tmp_path


@pytest.mark.needs_git
@pytest.mark.parametrize("copied", [True, False])
def test_the_hook_refuses_a_commit_that_makes_a_link_a_file(
    small_repository: Path, copied: bool
) -> None:
    config = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")
    hooks = {hook["id"]: hook for repo in config["repos"] for hook in repo["hooks"]}
    hook = hooks["destroyed-symlinks"]
    assert hook["always_run"]
    if copied:
        (small_repository / "link.py").unlink()
        shutil.copy(small_repository / "wire.py", small_repository / "link.py")
    (small_repository / "wire.py").write_text("HELLO = 2\n")
    git("add", ".", cwd=small_repository)
    done = subprocess.run(
        shlex.split(hook["entry"]),
        cwd=small_repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) == copied
    assert ("link.py" in done.stdout) == copied


def constants() -> Iterator[str]:
    """The names of the wire's constants; of the tables, with the index of each row."""
    for node in ast.parse(WIRE.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
            if isinstance(value, ast.Constant):
                yield name
            elif isinstance(value, ast.Tuple):
                yield from (f"{name}[{index}]" for index in range(len(value.elts)))


def with_another(constant: str) -> str:
    """The wire's text with one constant changed."""
    name, _, index = constant.rstrip("]").partition("[")
    tree = ast.parse(WIRE.read_text())
    for node in tree.body:
        if not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name):
            continue
        if isinstance(node.value, ast.Constant):
            assert isinstance(node.value.value, int)
            node.value.value += 1
            return ast.unparse(tree)
        assert isinstance(node.value, ast.Tuple)
        row = node.value.elts[int(index)]
        word = row.elts[1] if isinstance(row, ast.Tuple) else row
        assert isinstance(word, ast.Constant)
        assert isinstance(word.value, str)
        word.value += "_as_it_was"
        return ast.unparse(tree)
    raise LookupError(constant)


def connect(board: LockStepBoard | SteppedMicroPython) -> list[str]:
    """What a pet says that lives three seconds with this board and wants to turn its head."""
    body = SerialBody(MemoryLink(board.line), CAT)
    said = []
    for n in range(150):
        board.advance(n / 50)
        said += [sense.message for sense in body.poll(n / 50) if isinstance(sense, Trouble)]
        body.move(Command(at=n / 50, pose={"head_pan": 0.3}))
    return said


def test_two_sides_with_the_same_wire_connect() -> None:
    board = LockStepBoard(CAT)
    assert connect(board) == []
    assert any(board.outputs().servos.values())


@pytest.mark.parametrize("constant", [*constants()])
def test_a_constant_that_differs_on_the_board_keeps_the_two_apart(
    constant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = compile(with_another(constant), "wire.py", "exec")
    sources = {**lock_step._sources(), "wire": other}
    monkeypatch.setattr(lock_step, "_sources", lambda: sources)
    board = LockStepBoard(CAT)
    assert board.module("wire").SCHEMA_HASH != wire.SCHEMA_HASH
    (said,) = connect(board)
    if constant == "IDENTITY":
        # The message that says which version a board has must be the same in all versions.
        assert "no message of a board" in said
    else:
        assert f"{board.module('wire').SCHEMA_HASH:08x}" in said
        assert f"{wire.SCHEMA_HASH:08x}" in said
        assert "flash the board's firmware again" in said
    assert not any(board.outputs().servos.values())


@pytest.mark.skipif(interpreter.interpreter() is None, reason=f"not run: {interpreter.note()}")
def test_a_constant_that_differs_in_the_interpreter_keeps_the_two_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    firmware = tmp_path / "firmware"
    shutil.copytree(ROOT / "firmware", firmware)
    (firmware / "wire.py").write_text(with_another("ANGLE_ZERO"))
    monkeypatch.setattr(interpreter, "FIRMWARE", firmware)
    board = SteppedMicroPython(CAT)
    try:
        (said,) = connect(board)
        assert "flash the board's firmware again" in said
        assert not any(board.outputs().servos.values())
    finally:
        board.close()
