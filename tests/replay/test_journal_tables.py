"""What other tools read of a journal: the flat topics, the layout, the tables."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from mcap.reader import make_reader
from typer.testing import CliRunner

import moggy
from bench.whole_day import TOPICS, checked
from moggy import export
from moggy.commands.export import LAYOUT
from moggy.main import app
from moggy.messages import Trouble


@pytest.fixture(scope="module")
def life() -> moggy.Life:
    """The whole demo day, with an edit that is refused."""
    return moggy.live(moggy.Pet(), moggy.day("demo"))


@pytest.fixture(scope="module")
def journal(life: moggy.Life, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("day") / "day.mcap"
    life.save(path)
    return path


def test_every_message_of_a_day_is_as_its_schema_says(journal: Path) -> None:
    found = checked(journal)
    assert found.mistakes == []
    assert set(found.messages) == set(TOPICS)
    assert found.messages["/affect"] > 64 * 1.8
    with journal.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    assert {attached.name for attached in summary.attachment_indexes} == {"start.json"}


def test_one_topic_of_many_is_found_by_its_index(journal: Path, life: moggy.Life) -> None:
    with journal.open("rb") as file:
        said = [
            (message.log_time / 1e9, json.loads(message.data)["message"])
            for _, _, message in make_reader(file).iter_messages(topics=["/log"])
        ]
    whys = [tick.decision.why for tick in life.ticks]
    assert said[0][1] == whys[0]
    troubles = {
        sense.message for tick in life.ticks for sense in tick.senses if isinstance(sense, Trouble)
    }
    assert {message for _, message in said} <= {*whys} | troubles
    assert len([1 for _, message in said if message in whys]) == len(life.behaviors())


def test_the_layout_shows_what_there_is(journal: Path) -> None:
    with journal.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert summary is not None
    there = {
        channel.topic: json.loads(summary.schemas[channel.schema_id].data)["properties"]
        for channel in summary.channels.values()
    }
    layout = json.loads(LAYOUT.read_text(encoding="utf-8"))
    shown = [
        path["value"] for panel in layout["configById"].values() for path in panel.get("paths", ())
    ]
    assert len(shown) > 20
    for path in shown:
        topic, _, name = path.partition(".")
        assert name in there[topic], path

    def panels(node: Any) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        else:
            yield from panels(node["first"])
            yield from panels(node["second"])

    assert {*panels(layout["layout"])} == {*layout["configById"]}


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_journal_is_exported_as_tables(journal: Path, life: moggy.Life, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(journal), "--csv", str(tmp_path / "t")])
    assert result.exit_code == 0, result.output
    ticks, events, decisions, scores = (
        lines(tmp_path / "t" / f"{name}.csv") for name in ("ticks", "events", "decisions", "scores")
    )
    assert len(ticks) == len(life.ticks)
    assert float(ticks[-1]["mood_pleasure"]) == life.ticks[-1].pet.mood.pleasure
    assert [event["name"] for event in events] == [event.name for event in life.events()]
    assert [decision["behavior"] for decision in decisions] == life.behaviors()
    assert all(decision["why"] for decision in decisions)
    weighed = {tick.decision.at: tick.decision for tick in life.ticks}
    assert len(scores) == sum(len(decision.scores) for decision in weighed.values())
    assert any("mood.pleasure=" in score["terms"] for score in scores)
    assert any(score["refused_by"] == "dwell" for score in scores)
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "t").iterdir()} == {0o600}
    result = CliRunner().invoke(
        app, ["export", str(journal), "--csv", str(tmp_path / "s"), "--every", "1"]
    )
    assert len(lines(tmp_path / "s" / "ticks.csv")) == 64


@pytest.mark.parametrize("batch", [export.BATCH, 100])
def test_parquet_is_the_same(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(export, "BATCH", batch)
    parquet = import_module("pyarrow.parquet")
    arguments = ["export", str(journal), "--parquet", str(tmp_path / "p"), "--csv", str(tmp_path)]
    result = CliRunner().invoke(app, [*arguments, "--every", "1"])
    assert result.exit_code == 0, result.output
    for name in ("ticks", "events", "decisions", "scores"):
        path = tmp_path / "p" / f"{name}.parquet"
        assert path.stat().st_mode & 0o777 == 0o600
        rows = parquet.read_table(path).to_pylist()
        assert [
            {key: "" if value is None else str(value) for key, value in row.items()} for row in rows
        ] == lines(tmp_path / f"{name}.csv")
    assert len(rows) > 1000
    ticks = parquet.read_table(tmp_path / "p" / "ticks.parquet").to_pylist()
    assert len(ticks) == 64
    assert ticks[-1]["at"] == 63.0


def test_a_life_in_which_nothing_happens_has_tables_without_lines(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.mcap"
    life = moggy.live(moggy.Pet(), seconds=1.0)
    assert not life.events()
    life.save(quiet)
    arguments = ["export", str(quiet), "--parquet", str(tmp_path), "--csv", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    events = import_module("pyarrow.parquet").read_table(tmp_path / "events.parquet")
    assert events.num_rows == 0
    header = (tmp_path / "events.csv").read_text(encoding="utf-8").strip().split(",")
    assert header == events.column_names
    assert events.column_names[:3] == ["at", "id", "name"]


def test_without_its_package_parquet_is_refused_before_anything_is_made(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    arguments = ["export", str(journal), "--parquet", str(tmp_path / "p")]
    said = str(CliRunner().invoke(app, arguments).exception)
    assert said == "Parquet needs the package pyarrow: `pip install pyarrow`; or use --csv"
    assert not (tmp_path / "p").exists()


def test_without_a_place_the_export_asks_for_one(journal: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(journal)])
    assert "say where: --csv FOLDER or --parquet FOLDER" in str(result.exception)
