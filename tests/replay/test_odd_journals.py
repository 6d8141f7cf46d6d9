"""A journal with right checksums that says what no pet does: every command names the journal and,
where it is a tick, the second."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

import moggy
from bench.abuse_records import crafted
from moggy.journal import SCHEMA, START, TICK
from moggy.main import app
from moggy.mcap_file import McapWriter
from moggy.mcap_reader import read_mcap

ALTERED = 10
"""Crafted copies that every command reads."""
Data = dict[str, Any]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    senses = [moggy.Touch(at=0.2 + 0.1 * n, zone="back", pressure=0.4) for n in range(20)]
    path = tmp_path_factory.mktemp("life") / "good.mcap"
    moggy.live(moggy.Pet(seed=1), senses, 3.0).save(path)
    return path


def commands(path: Path) -> list[list[str]]:
    file = str(path)
    return [
        ["why", file],
        ["why", file, "--at", "2"],
        ["why", file, "--at", "2", "--of", "purr"],
        ["why", file, "--coverage"],
        ["replay", file],
        ["laws", file],
        ["export", file, "--csv", f"{file}-tables"],
    ]


def said(*arguments: str) -> str:
    """What it ends with; a traceback would end the test."""
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit | ValueError):
        raise done.exception
    return str(done.exception) if isinstance(done.exception, ValueError) else done.output


def altered(whole: Path, path: Path, start: Callable[[Data], object], **ticks: Any) -> Path:
    """A copy with another start, and with some values of its first tick replaced: `a__b=1` is the
    value `a.b`."""
    written = McapWriter(path)
    channel = written.channel(TICK, "moggy.Ticks", SCHEMA)
    for each in read_mcap(whole, print):
        data = orjson.loads(each.data)
        if each.attached:
            start(data)
            written.attach(START, orjson.dumps(data))
        elif each.topic == TICK:
            for place, value in ticks.items():
                inside, steps = data["ticks"][0], place.split("__")
                for step in steps[:-1]:
                    inside = inside.setdefault(step, {})
                inside[steps[-1]] = value
            ticks = {}
            written.add(channel, each.at, orjson.dumps(data))
    written.finish()
    return path


def test_no_command_ends_in_a_traceback_or_without_the_name(journal: Path, tmp_path: Path) -> None:
    for n in range(ALTERED):
        path = tmp_path / f"copy{n}.mcap"
        crafted(journal, path, random.Random(n))
        for arguments in commands(path):
            done = CliRunner().invoke(app, arguments)
            error = done.exception
            assert (
                error is None
                or isinstance(error, SystemExit)
                or (isinstance(error, ValueError) and path.name in str(error))
            ), (n, arguments, error)


def test_a_score_that_is_no_number_is_said_with_the_second(journal: Path, tmp_path: Path) -> None:
    scores = [{"id": "loaf", "score": 1.0, "terms": {"ageing": []}, "refused": None}]
    path = altered(journal, tmp_path / "odd.mcap", len, decision__scores=scores)
    assert re.search(
        r"odd\.mcap: .*at 0\.00 s: decision\.scores\.0\.terms\.ageing: ",
        said("why", str(path), "--at", "0"),
    )


def test_a_zone_that_is_a_number_is_said(journal: Path, tmp_path: Path) -> None:
    stirred = [{"feeling": "joy", "by": 0.1, "at": 0.0, "cause": {"event": "hit", "zone": 1e15}}]
    path = altered(journal, tmp_path / "odd.mcap", len, pet__stirred=stirred)
    for arguments in (["--at", "0"], ["--coverage"], ["--at", "2", "--of", "tail_yaw"]):
        assert "odd.mcap: its ticks are not those of this version" in said(
            "why", str(path), *arguments
        )


def test_a_sense_that_no_pet_can_hear_is_said_with_the_second(
    journal: Path, tmp_path: Path
) -> None:
    touch = {"kind": "touch", "id": 1, "at": -1e308, "zone": "back", "pressure": 1e308}
    path = altered(journal, tmp_path / "odd.mcap", len, senses=[touch])
    assert "odd.mcap" in said("replay", str(path))


def test_what_goes_wrong_in_a_life_lived_again_is_said_with_the_second(
    journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moggy.pet import LivingPet

    tick = LivingPet.tick

    def broken(self: LivingPet, now: float, senses: Any) -> Any:
        if now > 1.0:
            raise ValueError("math domain error")
        return tick(self, now, senses)

    monkeypatch.setattr(LivingPet, "tick", broken)
    assert re.search(
        r"good\.mcap: .*at 1\.02 s: ValueError: math domain error", said("replay", str(journal))
    )


def test_a_bad_designers_file_in_a_journal_is_said_with_the_journal(
    journal: Path, tmp_path: Path
) -> None:
    def spoil(start: Data) -> None:
        start["files"]["trees/cat.yaml"] += "\nspoilt: [\n"

    path = altered(journal, tmp_path / "odd.mcap", spoil)
    for arguments in (["replay", str(path)], ["laws", str(journal), str(path)]):
        assert re.match(rf"{path}: in what it began with: trees/cat\.yaml:\d+: ", said(*arguments))
    assert "odd.mcap: in what it began with: trees/cat.yaml" in said("why", str(path), "--coverage")


def test_a_change_that_is_wrong_is_not_blamed_on_the_journal(journal: Path) -> None:
    assert "good.mcap" not in said("replay", str(journal), "--with", "personality=nobody")
    assert "good.mcap" not in said("replay", str(journal), "--set", "personality.nothing=1")
