"""That `moggy flash` puts the last good files back where newer ones fail, on a real MicroPython."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from moggy import board_files as files_of
from moggy import flashing, last_good, wire
from moggy.board_config import body_hash
from moggy.board_files import board_files, write
from moggy.body import Body
from moggy.commands import flash as flash_command
from moggy.last_good import GoodSet
from moggy.sim.board.interpreter import interpreter, note

from .rig import CAT
from .test_flash import Board, assert_has, flash

pytestmark = pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")

NUMBER = "e660583883724a32"
"""The number of the board's chip."""
UNIQUE = f"def unique_id():\n    return bytes.fromhex({NUMBER!r})\n"
BACK = "so the last good set"


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    """A board that runs the firmware, which is kept as its last good set."""
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(flash_command, "RESTART", 10.0)
    made = Board(tmp_path)
    with (tmp_path / "prompt" / "machine.py").open("a") as file:
        file.write(UNIQUE)
    files = board_files(CAT, arch="x64", transport="uart")
    write(files, made.flash)
    last_good.keep(NUMBER, GoodSet(files, "cat", body_hash(CAT), wire.SCHEMA_HASH))
    with made:
        yield made


Change = Callable[[dict[str, bytes]], dict[str, bytes]]


def newer(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Have `moggy flash` make other files."""

    def changed(body: Body, **how: str) -> dict[str, bytes]:
        return change(board_files(body, **how))  # type: ignore[arg-type]

    monkeypatch.setattr(flash_command, "board_files", changed)


def with_source(name: str, text: str) -> Change:
    """Files of which one is this program."""
    return lambda files: files | {f"{name}.mpy": files_of._compiled(name, text, "x64")}


def test_a_firmware_that_does_not_start_is_replaced_by_the_last_good_one(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer(monkeypatch, with_source("firmware", "def run():\n    raise RuntimeError('broken')\n"))
    said = flash(board)
    assert "it was flashed, but connecting" in str(said.exception)
    assert f'{BACK} (for "cat", hash ' in str(said.exception)
    assert str(said.exception).endswith("is back, checked and running")
    assert_has(board)
    good = last_good.kept(NUMBER)
    assert good is not None
    assert good.files == board_files(CAT, arch="x64", transport="uart"), "it stays the good one"


def test_a_firmware_for_another_body_is_replaced_by_the_last_good_one(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = CAT.model_copy(update={"servo_oscillator_hz": 26_000_000})
    newer(monkeypatch, lambda _: board_files(other, arch="x64", transport="uart"))
    said = flash(board)
    assert "built for another body" in str(said.exception)
    assert BACK in str(said.exception)
    assert_has(board)


def test_a_firmware_that_at_once_loses_a_chip_is_replaced_by_the_last_good_one(
    board: Board, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "sources"
    shutil.copytree(files_of.FIRMWARE, source)
    chip = (source / "mpr121.py").read_text(encoding="utf-8")
    assert chip.count("0x5A") == 1
    (source / "mpr121.py").write_text(chip.replace("0x5A", "0x5B"), encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(files_of, "FIRMWARE", source)
        said = flash(board)
    assert "at once has the fault touch" in str(said.exception)
    assert BACK in str(said.exception)
    assert_has(board)


def test_a_file_that_the_flash_did_not_keep_brings_the_last_good_files_back(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer(monkeypatch, with_source("wire", "VERSION = 2\n"))
    real, copies = flashing._copy, 0

    def lost(port: str, files: Mapping[str, bytes]) -> None:
        nonlocal copies
        copies += 1
        if copies != 2:  # the second is that of what differs
            real(port, files)

    monkeypatch.setattr(flashing, "_copy", lost)
    said = flash(board)
    assert "wire.mpy is not what was copied" in str(said.exception)
    assert BACK in str(said.exception)
    assert_has(board)


def test_where_the_last_good_files_cannot_be_put_back_the_board_waits_for_them(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer(monkeypatch, with_source("wire", "VERSION = 2\n"))
    real = flashing._copy

    def lost(port: str, files: Mapping[str, bytes]) -> None:
        if all("/" in name for name in files):
            real(port, files)

    with monkeypatch.context() as patched:
        patched.setattr(flashing, "_copy", lost)
        (board.flash / "skin.mpy").write_bytes(b"damaged")
        said = flash(board)
    assert "the last good set is not back: " in str(said.exception)
    assert str(said.exception).endswith("Then run `moggy flash --back`")
    assert (board.flash / "main.py").read_text() == flashing.WAITING
    said = flash(board, "--back")
    assert said.exit_code == 0, said.output + str(said.exception)
    assert_has(board)


@pytest.mark.parametrize("where", [(flashing, "_copy"), (flash_command, "wait_for_prompt")])
def test_an_interrupted_flash_says_how_to_repeat_it(
    board: Board, monkeypatch: pytest.MonkeyPatch, where: tuple[ModuleType, str]
) -> None:
    newer(monkeypatch, with_source("wire", "VERSION = 2\n"))

    def ctrl_c(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(*where, ctrl_c)
    said = flash(board)
    assert said.exit_code != 0
    assert "Run the same again: moggy " in said.output
    assert BACK not in said.output


def test_a_board_without_a_number_has_no_good_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    assert not last_good.keep("", GoodSet({"main.py": b"1"}, "cat", 1, 2))
    assert not last_good.keep("../../x", GoodSet({"main.py": b"1"}, "cat", 1, 2))
    assert last_good.kept("") is None
    assert not list(tmp_path.iterdir())


def test_good_sets_are_kept_for_the_boards_that_were_flashed_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    boards = [f"{number:04x}" for number in range(last_good.BOARDS + 2)]
    for number, board in enumerate(boards):
        assert last_good.keep(board, GoodSet({"main.py": board.encode()}, "cat", number, 2))
    assert [last_good.kept(board) is None for board in boards] == [
        *[True] * 2, *[False] * last_good.BOARDS,
    ]  # fmt: skip
    good = last_good.kept(boards[-1])
    assert good == GoodSet({"main.py": boards[-1].encode()}, "cat", len(boards) - 1, 2)


def test_a_damaged_good_set_is_said_and_keeps_no_board_from_being_flashed(
    board: Board, tmp_path: Path
) -> None:
    place = tmp_path / "home" / "boards" / f"{NUMBER}.zip"
    place.write_bytes(place.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"zip: the last good set is damaged"):
        last_good.kept(NUMBER)
    said = flash(board)
    assert said.exit_code == 0, said.output + str(said.exception)
    assert "the last good set is damaged" in said.output
    assert "this is the board's last good set now" in said.output
    good = last_good.kept(NUMBER)
    assert good is not None
    assert good.files == board_files(CAT, arch="x64", transport="uart")
