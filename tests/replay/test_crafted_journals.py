"""Journals with right checksums that no life can have written, and journals without a whole end:
each is said once, with file and place, at bounded cost."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

import moggy
from moggy.journal import KEYS, SCHEMA, START, TICK, NotAJournal, read_ticks
from moggy.journal import read_start as start_of
from moggy.main import app
from moggy.mcap_file import LEAD, MAGIC, Cut, McapWriter
from moggy.mcap_reader import read_mcap

Data = dict[str, Any]
DATA_END = 15
"""Opcode of the record behind which the index stands."""


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("life") / "good.mcap"
    moggy.live(moggy.Pet(seed=1), [moggy.Touch(at=0.2, zone="back", pressure=0.4)], 3.0).save(path)
    return path


def crafted(
    whole: Path, path: Path, more: list[Data], spoil: Callable[[Data], object] = len
) -> Path:
    """A journal with the first tick of `whole` and `more` changes behind it."""
    written = McapWriter(path)
    channel = written.channel(TICK, "moggy.Ticks", SCHEMA)
    found = list(read_mcap(whole, print))
    start = next(orjson.loads(each.data) for each in found if each.attached)
    spoil(start)
    written.attach(START, orjson.dumps(start))
    first = next(orjson.loads(each.data) for each in found if each.topic == TICK)
    written.add(channel, 0, orjson.dumps({**first, "ticks": [first["ticks"][0], *more]}))
    written.finish()
    return path


def read(path: Path) -> tuple[int, list[str]]:
    """(ticks, what was said)"""
    said: list[str] = []
    return sum(1 for _ in read_ticks(path, said.append)), said


@pytest.mark.parametrize("at", [1e308, 1e10, -1.0])
def test_a_tick_at_a_time_that_no_life_has_is_damage(
    journal: Path, tmp_path: Path, at: float
) -> None:
    path = crafted(journal, tmp_path / "odd.mcap", [{"at": at}])
    count, said = read(path)
    assert count == 1
    assert len(said) == 1
    assert "odd.mcap: byte " in said[0]
    assert f"at is {at!r}" in said[0]
    for command in (["replay"], ["why", "--at", "0"], ["laws"], ["export", "--csv", f"{path}-t"]):
        done = CliRunner().invoke(app, [command[0], str(path), *command[1:]])
        assert f"at is {at!r}" in done.output + str(done.exception), command


def test_a_gap_that_no_life_has_is_damage(journal: Path, tmp_path: Path) -> None:
    count, said = read(crafted(journal, tmp_path / "odd.mcap", [{"at": 3e8}]))
    assert count == 1
    assert "3e+08 s comes right after 0 s" in said[0]


def test_ticks_that_each_add_a_key_are_damage_and_cost_little(
    journal: Path, tmp_path: Path
) -> None:
    more = [{"pet": {f"k{n}": n}} for n in range(20_000)]
    path = crafted(journal, tmp_path / "odd.mcap", more)
    began = time.process_time()
    count, said = read(path)
    assert time.process_time() - began < 1.0
    assert count <= KEYS
    assert "an object has" in said[0]
    assert "odd.mcap: byte " in said[0]


def test_a_sentence_of_megabytes_is_damage(journal: Path, tmp_path: Path) -> None:
    path = crafted(journal, tmp_path / "odd.mcap", [{"decision": {"why": "A" * 3_900_000}}])
    count, said = read(path)
    assert count == 1
    assert "decision.why has 3,900,000 characters" in said[0]


@pytest.mark.parametrize("hour", [1e308, -1.5])
def test_an_hour_that_no_day_has_is_said(journal: Path, tmp_path: Path, hour: float) -> None:
    path = crafted(journal, tmp_path / "odd.mcap", [], lambda start: start.update(hour=hour))
    with pytest.raises(NotAJournal, match=r"odd\.mcap: .*hour is -?1") as error:
        start_of(path)
    assert repr(hour) in str(error.value)


def records(raw: bytes) -> Iterator[tuple[int, int]]:
    """(where it begins, its opcode) of each record of a whole file."""
    at = len(MAGIC)
    while at < len(raw) - len(MAGIC):
        kind, length = LEAD.unpack_from(raw, at)
        yield at, kind
        at += LEAD.size + length


def test_a_journal_without_its_whole_end_is_said_once_and_read(
    journal: Path, tmp_path: Path
) -> None:
    raw, path = journal.read_bytes(), tmp_path / "odd.mcap"
    whole, nothing = read(journal)
    assert not nothing
    behind = [at for at, _ in records(raw)]
    end = next(at for at, kind in records(raw) if kind == DATA_END)
    ends = {at + by for at in behind if at >= end for by in (0, 1, 9, 13)} | {len(raw) - 1}
    for at in sorted(at for at in ends if at < len(raw)):
        path.write_bytes(raw[:at])
        count, said = read(path)
        assert (count, len(said)) == (whole, 1), (at, said)
        assert isinstance(said[0], Cut), at
        assert "odd.mcap: byte " in said[0]
    index = end + LEAD.size + 4
    for spoilt in (
        raw[:index] + bytes(len(raw) - index),
        raw[: index + 40] + bytes(20) + raw[index + 60 :],
        raw[:-8] + bytes(8),
        raw + raw,
        raw + bytes(4096),
    ):
        path.write_bytes(spoilt)
        count, said = read(path)
        assert (count, len(said)) == (whole, 1), said
        assert "odd.mcap: byte " in said[0]


def test_an_end_in_the_middle_hides_nothing_behind_it(journal: Path, tmp_path: Path) -> None:
    raw, path = journal.read_bytes(), tmp_path / "odd.mcap"
    chunk = next(at for at, kind in records(raw) if kind == 6)
    fake = LEAD.pack(DATA_END, 4) + bytes(4)
    path.write_bytes(raw[:chunk] + fake + raw[chunk:])
    count, said = read(path)
    assert count == read(journal)[0]
    assert said
    assert "its end is damaged" in said[0]


def test_a_part_without_a_byte_is_a_cut(journal: Path, tmp_path: Path) -> None:
    path = tmp_path / "life.mcap"
    path.write_bytes(journal.read_bytes())
    (tmp_path / "life.part0002.mcap").touch()
    count, said = read(path)
    assert count == read(journal)[0]
    assert len(said) == 1
    assert isinstance(said[0], Cut)


def test_a_record_in_a_chunk_that_is_longer_than_it_is_said(journal: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.mcap"
    written = McapWriter(path)
    written._builder._buffer.write(struct.pack("<BQ", 5, 2**64 - 1) + b"x" * 100)
    written.add(written.channel(TICK, "moggy.Ticks", SCHEMA), 0, b"{}")
    written.finish()
    said: list[str] = []
    list(read_mcap(path, said.append))
    assert len(said) == 1
    assert "not as long as it says" in said[0]
