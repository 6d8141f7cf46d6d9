"""Whatever happens to a journal's file: every reader names file and place, and goes on with what is
whole."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

import moggy
from bench.abuse_records import crafted, damaged, nested, otherwise
from moggy.assemble import lived_again
from moggy.behaviors.laws import Laws
from moggy.commands.laws import of_journal
from moggy.commands.replay import replay as run_replay
from moggy.commands.why import inputs_of
from moggy.config import Files, compose
from moggy.export import export
from moggy.journal import SCHEMA, TICK, Incomplete, Journal, NotAJournal, read_start, read_ticks
from moggy.mcap_file import McapWriter
from moggy.mcap_reader import PACKED, read_mcap
from moggy.why.answer import changes, coverage, why

COPIES = 36
"""Damaged copies that are read."""
CRAFTED = 24
"""Copies with right checksums that say something else."""


@pytest.fixture(scope="module")
def life() -> moggy.Life:
    return moggy.live(moggy.Pet(seed=3), moggy.random_day(3, 12.0))


@pytest.fixture(scope="module")
def journal(life: moggy.Life, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "life.mcap"
    life.save(path)
    return path


def read_in_every_way(path: Path, laws: Laws, told: list[str]) -> int:
    """How many ticks could be read; raises what no reader should. Each reads in two ways, by
    turns."""
    ways: list[Callable[[], object]] = [
        lambda: moggy.Life.read(path),
        lambda: list(lived_again(path)),
        lambda: of_journal(path, laws),
        lambda: list(changes(path)),
        lambda: coverage(path, inputs_of),
        lambda: why(path, inputs_of, 7.0),
    ]
    ticks = 0
    with suppress(NotAJournal):
        ticks = sum(1 for _ in read_ticks(path, told.append))
    turn = int(path.stem.partition("-")[2])
    for way in (ways[turn % 6], ways[(turn // 6 + 1) % 6]):
        try:
            way()
        except (NotAJournal, Incomplete, ValueError) as error:
            named = path.name in str(error)
            if not named or isinstance(error, ValidationError):
                raise
    return ticks


def test_messages_that_say_something_else_raise_nothing_but_what_names_the_file(
    journal: Path, tmp_path: Path
) -> None:
    laws = compose("laws/cat.yaml", Files().texts("laws/cat.yaml"), Laws)
    for n in range(CRAFTED):
        path = tmp_path / f"copy-{n}.mcap"
        crafted(journal, path, random.Random(n))
        told: list[str] = []
        read_in_every_way(path, laws, told)
        assert [each for each in told if f"{path.name}: " not in each] == []


def test_however_deep_a_message_is_the_attack_can_change_and_write_it() -> None:
    deep = json.dumps({"tick": nested(800, named=True)}).encode()
    for n in range(200):
        orjson.loads(otherwise(deep, random.Random(n)))


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("ticks", 0, "at"), "soon", "at is 'soon'"),
        (("ticks", 3, "-"), 5, "is not as a journal has it"),
        (
            ("ticks", 0, "senses"),
            [{"kind": "touch", "at": 0.0, "pressure": "x"}],
            "a sense that is none",
        ),
        (("ticks", 0, "events"), [{"strength": "x"}], "not those of this version"),
    ],
)
def test_what_is_not_as_this_version_writes_it_is_said_with_the_file(
    journal: Path, tmp_path: Path, place: tuple[str | int, ...], value: Any, said: str
) -> None:
    path = tmp_path / "odd.mcap"
    written = McapWriter(path)
    channel = written.channel(TICK, "moggy.Ticks", SCHEMA)
    first = True
    for each in read_mcap(journal, print):
        if each.attached:
            written.attach(each.topic, each.data)
        elif each.topic == TICK:
            message = orjson.loads(each.data)
            if first:
                inside: Any = message
                for step in place[:-1]:
                    inside = inside[step]
                inside[place[-1]] = value
            first = False
            written.add(channel, each.at, orjson.dumps(message))
    written.finish()
    messages: list[str] = []
    for way in (
        lambda: list(read_ticks(path, messages.append)),
        lambda: list(lived_again(path)),
        lambda: export(path, tmp_path / "tables", "csv"),
    ):
        try:
            way()
        except (NotAJournal, Incomplete) as error:
            messages.append(str(error))
    assert any(said in message for message in messages)
    assert all(str(path) in message for message in messages)


def test_damaged_copies_raise_nothing_but_what_names_the_file(
    journal: Path, tmp_path: Path
) -> None:
    files = Files()
    laws = compose("laws/cat.yaml", files.texts("laws/cat.yaml"), Laws)
    whole, chance = journal.read_bytes(), random.Random(11)
    read = told = 0
    for n in range(COPIES):
        path = tmp_path / f"copy-{n}.mcap"
        path.write_bytes(damaged(whole, chance))
        messages: list[str] = []
        ticks = read_in_every_way(path, laws, messages)
        assert [each for each in messages if f"{path.name}: " not in each] == []
        read += ticks > 100
        told += bool(messages)
    assert read > COPIES // 3
    assert told > COPIES // 3


def chunks(data: bytes) -> list[int]:
    """Where the chunks of a file say how they are packed."""
    return [at for at in range(len(data)) if data.startswith(PACKED, at)]


def test_one_broken_second_costs_at_most_the_seconds_up_to_the_next_whole_tick(
    journal: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(journal.read_bytes())
    data[chunks(bytes(data))[6] + 60] ^= 0xFF
    path = tmp_path / "broken.mcap"
    path.write_bytes(data)
    told: list[str] = []
    ticks = [entry.data["n"] for entry in read_ticks(path, told.append)]
    lost = sorted(set(range(600)) - set(ticks))
    assert 50 <= len(lost) <= 300
    assert "broken.mcap: byte" in told[0]
    assert "what happened from 5.40 to 6." in told[0]
    assert f"the ticks {lost[0]} to {lost[-1]} are missing" in told[1]
    assert moggy.Life.read(path).damage == tuple(told)
    assert run_replay(path, [], [], None) == 1
    said = capsys.readouterr()
    assert f"exact up to {(lost[0] - 1) / 50:.2f} s: {lost[0]} ticks" in said.out
    assert "cannot be lived again from there on" in said.err


def test_behind_a_broken_length_the_next_second_is_found(journal: Path, tmp_path: Path) -> None:
    data = bytearray(journal.read_bytes())
    data[chunks(bytes(data))[6] - 32] ^= 0x7F
    path = tmp_path / "length.mcap"
    path.write_bytes(data)
    told: list[str] = []
    ticks = [entry.data["n"] for entry in read_ticks(path, told.append)]
    assert ticks[-1] == 599
    assert "it is damaged here, up to byte" in told[0]


def test_a_journal_cut_short_says_so(journal: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mcap"
    data = journal.read_bytes()
    path.write_bytes(data[: chunks(data)[6] + 200])
    told: list[str] = []
    assert len(list(read_ticks(path, told.append))) == 6 * 45
    assert "cut.mcap: byte" in told[-1]
    assert "it ends here, cut short as by a crash" in told[-1]


@pytest.mark.parametrize("copies", [1, 2])
def test_a_killed_brains_journal_is_read_with_damage_in_what_it_began_with(
    journal: Path, tmp_path: Path, copies: int
) -> None:
    """The start stands twice in it; without either the ticks are read, and not lived again."""
    path = tmp_path / "killed.mcap"
    data = bytearray(journal.read_bytes()[: chunks(journal.read_bytes())[6]])
    begun = [found.start() for found in re.finditer(b"start.json", data)]
    assert len(begun) == 2
    for begin in begun[:copies]:
        data[begin + 5000] ^= 1
    path.write_bytes(data)
    told: list[str] = []
    assert len(list(read_ticks(path, told.append))) == 6 * 45
    assert any("start.json is not whole" in each for each in told) == (copies == 2)
    if copies == 1:
        assert read_start(path) == read_start(journal)
    else:
        with pytest.raises(NotAJournal):
            read_start(path)


def test_a_tick_is_kept_to_the_bit(life: moggy.Life, journal: Path) -> None:
    again = moggy.Life.read(journal)
    assert again.damage == ()
    assert [tick.at for tick in again.ticks] == [tick.at for tick in life.ticks]
    assert [tick.pet for tick in again.ticks] == [tick.pet for tick in life.ticks]
    assert [tick.commanded for tick in again.ticks] == [tick.commanded for tick in life.ticks]
    assert [tick.moved for tick in again.ticks] == [tick.moved for tick in life.ticks]
    assert [dict(sent) for sent in again.sent] == [dict(sent) for sent in life.sent]


def test_a_board_that_spoke_before_second_0_is_lived_again(tmp_path: Path) -> None:
    """A slow first tick: what came before it was stamped below 0."""
    pet = moggy.Pet(seed=1)
    path = tmp_path / "early.mcap"
    from moggy.assemble import born
    from moggy.messages import Acceleration

    living = born(pet.start)
    with Journal(path, pet.start) as written:
        for n in range(100):
            at = n / 50.0
            senses = [Acceleration(at=at - 0.2, z=1.0 + 0.01 * n)]
            written(living.tick(at, senses), {})
    relived = list(lived_again(path))
    assert len(relived) == 100
    assert relived[0].was.senses[0].at == -0.2
    assert [moment.was.at for moment in relived if moment.differs] == []


def test_words_are_not_in_a_journal_unless_they_are_asked_for(tmp_path: Path) -> None:
    said = "I am so sad and alone, dear Moggy"
    senses = [
        moggy.Words(at=0.5, person="anna", text=said),
        moggy.Words(at=1.0, person="anna", text="x" * 5000),
        moggy.Words(at=1.5, person="anna", text="good cat"),
        moggy.Words(at=2.0, person="anna", text="  "),
    ]
    life = moggy.live(moggy.Pet(), senses, 6.0)
    life.save(tmp_path / "meant.mcap")
    life.save(tmp_path / "words.mcap", words=True)
    texts = {
        name: [
            sense["text"]
            for entry in read_ticks(tmp_path / name)
            for sense in (*entry.data["senses"], *entry.data["understood"])
            if sense["kind"] == "words"
        ]
        for name in ("meant.mcap", "words.mcap")
    }
    assert set(texts["meant.mcap"]) == {""}
    assert said in texts["words.mcap"]
    meant = [
        sense
        for entry in read_ticks(tmp_path / "meant.mcap")
        for sense in entry.data["senses"]
        if sense["kind"] == "words"
    ]
    assert meant[0]["valence"] < -0.2
    assert any("5,000 characters" in str(tick.understood) for tick in life.ticks)
    for name in texts:
        relived = list(lived_again(tmp_path / name))
        assert len(relived) == 300
        assert [moment.was.at for moment in relived if moment.differs] == []
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
