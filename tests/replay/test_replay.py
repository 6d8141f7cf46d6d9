"""A recorded day replays exactly; a changed pet does otherwise, and it shows where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import moggy
from moggy.assemble import lived_again
from moggy.commands.replay import replay as run_replay
from moggy.config import Files
from moggy.journal import NotAJournal, read_start, read_ticks
from moggy.messages import Edited
from moggy.pet import Start
from moggy.replay import first_difference


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("day") / "journal.mcap"
    moggy.live(moggy.Pet(), moggy.day("demo")).save(path)
    return path


def test_a_recorded_day_replays_exactly(journal: Path) -> None:
    relived = list(lived_again(journal))
    assert len(relived) == 64 * 50
    assert [moment.was.at for moment in relived if moment.differs] == []


def test_the_command_says_exact_and_ends_well(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_replay(journal, [], [], None) == 0
    assert "exact: 3200 ticks" in capsys.readouterr().out


def test_another_personality_lives_the_same_day_otherwise(
    journal: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_replay(journal, ["personality=shy"], [], None) == 0
    printed = capsys.readouterr().out
    assert "differs from" in printed
    assert "→" in printed


def test_one_changed_value_is_enough_to_differ(journal: Path) -> None:
    def frightened(start: Start) -> Start:
        text = start.files[start.personality].replace("neuroticism: 0.5", "neuroticism: 1.0")
        return replace(start, files={**start.files, start.personality: text})

    differing = [moment for moment in lived_again(journal, frightened) if moment.differs]
    assert differing


def test_a_tampered_journal_is_noticed(journal: Path) -> None:
    moment = next(iter(lived_again(journal)))
    was = dict(moment.was.data)
    was["pet"] = {**was["pet"], "enough": 0.5}
    assert first_difference(was["pet"], moment.now["pet"], "pet") == "pet.enough: was 0.5, is 0.0"


def test_of_a_journal_cut_short_by_a_crash_the_whole_ticks_are_read(
    journal: Path, tmp_path: Path
) -> None:
    whole = journal.read_bytes()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: len(whole) // 2])
    ticks = list(read_ticks(cut))
    assert 500 < len(ticks) < 3200
    assert read_start(cut).seed == 1


@pytest.mark.parametrize("content", [b"", b"not a journal", b"\x89MCAP0\r\n" + b"\x00" * 40])
def test_what_is_no_journal_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.mcap"
    path.write_bytes(content)
    with pytest.raises(NotAJournal, match=r"bad\.mcap"):
        read_start(path)


def test_a_file_edited_while_it_lives_is_replayed_too(tmp_path: Path) -> None:
    """The text travels in the journal, so a hot reload is part of the recorded life."""
    bold = Files().read("personalities/cat.yaml").replace("extraversion: 0.5", "extraversion: 0.9")
    broken = Edited(at=2.0, file="personalities/cat.yaml", text="name: cat\ntemperment: {}\n")
    edits = [Edited(at=1.0, file="personalities/cat.yaml", text=bold), broken]
    life = moggy.live(moggy.Pet(), edits, 4.0)
    life.save(tmp_path / "journal.mcap")
    refused = [words for tick in life.ticks for words in tick.refused]
    assert len(refused) == 1
    assert "did you mean 'temperament'" in refused[0]
    assert "personalities/cat.yaml:2" in refused[0]
    assert all(not moment.differs for moment in lived_again(tmp_path / "journal.mcap"))
