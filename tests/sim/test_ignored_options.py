"""An option that would be ignored beside the others is refused, with the reason; none is lost in
silence."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import moggy
from moggy.commands import beside
from moggy.main import app


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "journal.mcap"
    moggy.live(moggy.Pet(seed=1), [], 1.0).save(path)
    return path


def plain(output: str) -> str:
    """Without the frame and its lines."""
    return " ".join(output.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "option", "why"),
    [
        ("sim --headless --microphone default", "--microphone", "brings its own senses"),
        ("sim --headless --record OUT", "--record", "--out names the folder"),
        ("sim --headless --remember", "--remember", "without memories"),
        ("sim --headless --port 8020", "--port", "it has no page"),
        ("sim --headless --open", "--open", "it has no page"),
        ("sim --headless --record-words", "--record-words", "written without --out"),
        ("sim --headless --pictures", "--pictures", "written without --out"),
        ("sim --senses day.yaml", "--senses", "only --headless lives a script"),
        ("sim --until 5", "--until", "until Ctrl-C"),
        ("sim --out OUT", "--out", "--record records a life"),
        ("sim --pictures", "--pictures", "only --headless"),
        ("sim --think", "--think", "asks its models anyway"),
        ("sim --record-words", "--record-words", "written without --record"),
        ("run --port /dev/none --record-words", "--record-words", "written without --record"),
        ("why JOURNAL --coverage --at 0.5", "--at", "the whole life"),
        ("why JOURNAL --coverage --of purr", "--of", "the whole life"),
        ("laws JOURNAL --days 3", "--days", "these journals are lived"),
        ("laws JOURNAL --seconds 3", "--seconds", "these journals are lived"),
        ("laws JOURNAL --seed 3", "--seed", "these journals are lived"),
        ("laws JOURNAL --personality shy", "--personality", "these journals are lived"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(
    journal: Path, tmp_path: Path, arguments: str, option: str, why: str
) -> None:
    places = {"JOURNAL": str(journal), "OUT": str(tmp_path / "out")}
    done = CliRunner().invoke(app, [places.get(each, each) for each in arguments.split()])
    assert done.exit_code == 2
    said = plain(done.output)
    assert f"Invalid value for '{option}'" in said
    assert why in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments",
    ["sim --headless --no-open --until 0.1", "why JOURNAL --coverage", "laws JOURNAL"],
)
def test_what_is_not_ignored_is_not_refused(journal: Path, arguments: str) -> None:
    words = [str(journal) if each == "JOURNAL" else each for each in arguments.split()]
    assert CliRunner().invoke(app, words).exit_code == 0


def test_every_option_of_the_tables_is_one_of_its_command() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, table in (
        ("sim", beside.HEADLESS),
        ("sim", beside.LIVE),
        ("why", beside.COVERAGE),
        ("laws", beside.LIVED),
    ):
        assert set(table) <= {parameter.name for parameter in commands[name].params}
