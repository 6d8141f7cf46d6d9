"""A damaged journal never passes as whole: what is missing stands in the last line of every
command that reads one, and the status is 1."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from mcap.opcode import Opcode
from typer.testing import CliRunner, Result

import moggy
from moggy.journal import Journal
from moggy.main import app
from moggy.mcap_file import LEAD, MAGIC
from moggy.mcap_reader import CHUNK, PACKED

READERS = (
    ["replay"],
    ["replay", "--with", "personality=shy"],
    ["laws"],
    ["export", "--csv", "tables"],
    ["why"],
    ["why", "--coverage"],
    ["why", "--at", "11.9"],
)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "life.mcap"
    moggy.live(moggy.Pet(seed=3), moggy.random_day(3, 12.0)).save(path)
    return path


def chunks(data: bytes) -> list[int]:
    """Where the chunks of a whole file begin."""
    found, at = [], len(MAGIC)
    while at + LEAD.size <= len(data):
        kind, length = LEAD.unpack_from(data, at)
        if kind == Opcode.CHUNK:
            found.append(at)
        at += LEAD.size + length
    return found


def flipped(data: bytes, which: slice) -> bytes:
    """The file with a byte of some chunks turned over."""
    damaged = bytearray(data)
    for at in chunks(data)[which]:
        damaged[at + 100] ^= 0xFF
    return bytes(damaged)


def read(path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.chdir(path.parent)
    return CliRunner().invoke(app, [command[0], str(path), *command[1:]])


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize(
    ("damage", "missing"),
    [
        (lambda data: flipped(data, slice(-1, None)), "what happened from"),
        (lambda data: flipped(data, slice(6, 7)), "the ticks 270 to 522 are missing"),
        (lambda data: flipped(data, slice(0, 1)), "not whole: "),
    ],
    ids=["last", "middle", "first"],
)
def test_what_is_missing_stands_in_the_last_line_and_the_status_is_1(
    journal: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    damage: Callable[[bytes], bytes],
    missing: str,
) -> None:
    path = tmp_path / "life.mcap"
    path.write_bytes(damage(journal.read_bytes()))
    result = read(path, command, monkeypatch)
    assert result.exit_code == 1
    last = result.stdout.splitlines()
    told = " ".join(last[-3:])
    assert "not whole: " in told
    assert missing in told
    assert "exact:" not in result.stdout


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("cut", [True, False], ids=["cut", "flipped"])
def test_without_a_tick_nothing_is_exact_and_nothing_kept(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], cut: bool
) -> None:
    data = journal.read_bytes()
    path = tmp_path / "life.mcap"
    path.write_bytes(data[: chunks(data)[0]] if cut else flipped(data, slice(None)))
    result = read(path, command, monkeypatch)
    said = result.stdout
    assert isinstance(result.exception, SystemExit), "and no mistake of the user's"
    assert result.exit_code == 1
    assert "no tick in it" in said
    for false in ("exact", "none broken", "explained", "no difference", "0 lines"):
        assert false not in said


def test_a_whole_life_without_a_tick_is_not_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "life.mcap"
    Journal(path, moggy.Pet(seed=1).start).close()
    for command in READERS[:3]:
        assert read(path, command, monkeypatch).exit_code == 1


@pytest.mark.parametrize("command", READERS, ids=" ".join)
@pytest.mark.parametrize("inside", [0, 5, 200], ids=["between", "in its head", "in a chunk"])
def test_a_killed_process_leaves_a_journal_that_counts_as_whole(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], inside: int
) -> None:
    data = journal.read_bytes()
    path = tmp_path / "life.mcap"
    path.write_bytes(data[: chunks(data)[6] + inside])
    result = read(path, command, monkeypatch)
    assert result.exit_code == 0, result.output
    assert "it ends here, cut short as by a crash" in " ".join(result.stderr.split())
    assert "not whole" not in result.output


def test_data_stay_data(journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "life.mcap"
    path.write_bytes(flipped(journal.read_bytes(), slice(6, 7)))
    result = read(path, ["why", "--coverage", "--json"], monkeypatch)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["share"] <= 1.0
    assert "not whole: " in result.stderr


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_of_many_damaged_places_the_first_are_said_and_the_others_counted(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    data = journal.read_bytes()
    bad = LEAD.pack(Opcode.CHUNK, CHUNK.size + len(PACKED)) + CHUNK.pack(0, 0, 5, 0) + PACKED
    path = tmp_path / "life.mcap"
    begin = chunks(data)[0]
    for rest in (b"", data[begin:]):
        path.write_bytes(data[:begin] + bad * 3000 + rest)
        result = read(path, command, monkeypatch)
        assert result.exit_code == 1
        assert result.stderr.count(": byte ") == 20
        said = " ".join(result.stderr.split())
        assert f"and {2980 if rest else 2982:,} more places" in said
