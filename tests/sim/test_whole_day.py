"""A day of 24 hours is recorded, and every message is as the schema of its topic says; `python -m
bench whole_day` says what is left out of its quiet hours, and `--full` records it without that."""

from __future__ import annotations

from pathlib import Path

from bench.whole_day import check_day, checked, sparse_day, wrong


def test_every_message_of_24_hours_is_as_its_schema_says(tmp_path: Path) -> None:
    journal = tmp_path / "day.mcap"
    sparse_day(journal)
    found = checked(journal)
    assert check_day(journal, found) == []
    assert min(found.messages.values()) > 100


def test_a_wrong_message_is_noticed() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "number"}}}
    assert list(wrong({"a": "1", "b": 2}, schema)) == [".b is not named", ".a is '1', no number"]
    assert list(wrong({}, schema)) == [".a is missing"]
