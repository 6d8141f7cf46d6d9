"""A journal of several parts, of which one is missing or does not follow on the one before it: that
is said with the file and the times, by every reader."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import moggy
from moggy.clock import LONGEST_GAP_S
from moggy.journal import Journal, read_ticks
from moggy.journal_parts import Gap, parts
from moggy.main import app
from moggy.mcap_file import Cut
from moggy.recording import Recording, Records

PART = 100
"""Ticks of a part."""
Spoil = Callable[[Path], object]


def recorded(folder: Path, seed: int) -> Path:
    """A life of eight seconds in four parts."""
    life = moggy.live(
        moggy.Pet(seed=seed), [moggy.Touch(at=0.2, zone="back", pressure=0.4)], 4 * PART / 50
    )
    for number in range(4):
        name = f"life.part{number + 1:04d}.mcap" if number else "life.mcap"
        written = Journal(folder / name, life.start)
        for tick in life.ticks[number * PART : (number + 1) * PART]:
            written(tick, life.sent[tick.n])
        written.close(goes_on=number < 3)
    return folder / "life.mcap"


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two journals."""
    first, second = (recorded(tmp_path_factory.mktemp("life"), seed) for seed in (1, 2))
    return first, second


@pytest.fixture
def journal(lives: tuple[Path, Path], tmp_path: Path) -> Path:
    for part in parts(lives[0]):
        shutil.copy(part, tmp_path)
    return tmp_path / "life.mcap"


def part(journal: Path, number: int) -> Path:
    return journal.with_name(f"life.part{number:04d}.mcap")


def leave_the_first(journal: Path) -> None:
    for number in (2, 3, 4):
        part(journal, number).unlink()


def read(journal: Path) -> tuple[list[int], list[str]]:
    said: list[str] = []
    return [entry.data["n"] for entry in read_ticks(journal, said.append)], said


def swap(journal: Path) -> None:
    first, second, aside = part(journal, 2), part(journal, 3), journal.with_name("aside")
    first.rename(aside)
    second.rename(first)
    aside.rename(second)


def as_folder(journal: Path) -> None:
    part(journal, 3).unlink()
    part(journal, 3).mkdir()


MISSING = "the ticks 200 to 299 are missing (3.98 to 6.00 s)"
SPOILT: dict[str, tuple[Spoil, list[str], set[int]]] = {
    "a part is missing": (
        lambda journal: part(journal, 3).unlink(),
        [f"life.part0004.mcap: {MISSING}"],
        {2},
    ),
    "the last part is missing": (
        lambda journal: part(journal, 4).unlink(),
        ["life.part0003.mcap: what follows on tick 299 (5.98 s) is missing, with the"],
        {3},
    ),
    "all parts but the first are missing": (
        leave_the_first,
        ["life.mcap: what follows on tick 99 (1.98 s) is missing, with the"],
        {1, 2, 3},
    ),
    "a part is no file": (
        as_folder,
        ["life.part0003.mcap: is a folder", f"life.part0004.mcap: {MISSING}"],
        {2},
    ),
    "two parts are exchanged": (
        swap,
        [
            "life.part0002.mcap: the ticks 100 to 199 are missing (1.98 to 4.00 s)",
            "life.part0003.mcap: it has tick 100 (2.00 s) behind tick 299 (5.98 s) of life.part",
        ],
        {1},
    ),
    "a part stands twice": (
        lambda journal: shutil.copy(part(journal, 2), part(journal, 3)),
        [
            "life.part0003.mcap: it has tick 100 (2.00 s) behind tick 199 (3.98 s) of life.part",
            f"life.part0004.mcap: {MISSING}",
        ],
        {2},
    ),
}
"""What is done to a journal, what is said of which part, and the quarters that are not read."""


@pytest.mark.parametrize("what", SPOILT)
def test_what_does_not_follow_on_is_said_and_the_rest_is_read(journal: Path, what: str) -> None:
    spoil, told, lost = SPOILT[what]
    spoil(journal)
    numbers, said = read(journal)
    assert len(said) == len(told), said
    for one, wanted in zip(said, told, strict=True):
        assert wanted in one.replace(f"{journal.parent}/", ""), one
    assert numbers == [n for n in range(4 * PART) if n // PART not in lost]
    assert any(isinstance(one, Gap) for one in said)


@pytest.mark.parametrize("what", SPOILT)
@pytest.mark.parametrize("command", ["replay", "why", "laws", "export"])
def test_every_command_says_it_in_its_last_line(
    journal: Path, tmp_path: Path, command: str, what: str
) -> None:
    SPOILT[what][0](journal)
    options = ["--csv", str(tmp_path / "tables")] if command == "export" else []
    done = CliRunner().invoke(app, [command, str(journal), *options])
    assert done.exit_code == 1
    assert "not whole: " in done.output
    assert " s)" in done.output.split("not whole: ")[1]


def test_a_part_of_another_life_is_not_read(journal: Path, lives: tuple[Path, Path]) -> None:
    shutil.copy(part(lives[1], 3), part(journal, 3))
    numbers, said = read(journal)
    assert numbers == [n for n in range(4 * PART) if n // PART != 2]
    assert said == [
        f"{part(journal, 3)}: it is not of the same life as {journal}, and is not read",
        f"{part(journal, 4)}: {MISSING}",
    ]


def test_a_part_that_was_only_begun_is_the_last(journal: Path) -> None:
    """As a brain leaves it that is killed in the first second of a part."""
    part(journal, 4).write_bytes(part(journal, 4).read_bytes()[:3000])
    numbers, said = read(journal)
    assert numbers == list(range(3 * PART))
    assert [type(one) for one in said] == [Cut]


def test_of_parts_that_are_exchanged_the_last_is_known(journal: Path) -> None:
    aside = journal.with_name("aside")
    for old, new in ((part(journal, 4), aside), (part(journal, 3), part(journal, 4))):
        old.rename(new)
    aside.rename(part(journal, 3))
    assert not [one for one in read(journal)[1] if "further part" in one]


def test_a_part_that_is_named_itself_stands_alone(journal: Path) -> None:
    assert read(part(journal, 2)) == (list(range(PART, 2 * PART)), [])


def test_a_recording_says_of_each_part_but_the_last_that_it_goes_on(tmp_path: Path) -> None:
    life = moggy.live(moggy.Pet(seed=1), [], 16.0)
    records = Records(part_minutes=0.1, least_free_mb=0.0)
    recording = Recording(tmp_path / "life.mcap", life.start, records)
    for tick, sent in zip(life.ticks, life.sent, strict=True):
        recording(tick, sent)
        while recording.waiting > 300:
            pass
    recording.close()
    journal = tmp_path / "life.mcap"
    assert read(journal) == (list(range(800)), [])
    part(journal, 3).unlink()
    numbers, (said,) = read(journal)
    assert numbers == list(range(600))
    assert said.startswith(f"{part(journal, 2)}: what follows on tick 599 (11.98 s) is missing")


def test_it_is_lived_again_up_to_what_is_missing(journal: Path) -> None:
    part(journal, 3).unlink()
    done = CliRunner().invoke(app, ["replay", str(journal)])
    assert "what happened before 6.00 s is missing" in done.output
    assert "exact up to 3.98 s: 200 ticks" in done.output


def test_a_part_that_begins_days_later_does_not_hang_who_lives_it_again(tmp_path: Path) -> None:
    life = moggy.live(moggy.Pet(seed=1), [], 0.2)
    at = life.ticks[-1].at + 2.0 * LONGEST_GAP_S
    for name, ticks in (
        ("life.mcap", life.ticks),
        ("life.part0002.mcap", [replace(life.ticks[-1], n=len(life.ticks), at=at)]),
    ):
        with Journal(tmp_path / name, life.start) as written:
            for tick in ticks:
                written(tick, {})
    numbers, said = read(tmp_path / "life.mcap")
    assert numbers == list(range(len(life.ticks)))
    assert said == [
        f"{tmp_path}/life.part0002.mcap: {at:g} s comes right after 0.18 s of {tmp_path}/life.mcap"
    ]


def test_whole_parts_are_read_without_a_word(journal: Path) -> None:
    assert read(journal) == (list(range(4 * PART)), [])
    journal.unlink()
    assert read(journal) == (list(range(PART, 4 * PART)), []), "the oldest may be deleted"
