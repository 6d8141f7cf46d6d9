"""Letters of a text become the same numbers everywhere, and the shipped table reads as the one that
was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import train_grams, train_said
from moggy.sensors.words.words_features import tokens
from moggy.sensors.words.words_grams import BUCKETS, GramsHead, numbers

TEXTS = ("good cat", "bad cat", "乖猫", "böse Katze", "", "\ud800", "🐈🐈")


def test_a_text_has_the_numbers_that_it_had_when_the_table_was_trained() -> None:
    assert numbers("no", ["no"], "en") == [3198, 4930, 5069, 7053, 7403, 7463, 10308, 13835]
    assert numbers("好猫", ["好猫"], "zh") == [1416, 2194, 3856, 5124, 7881, 12173, 13917, 15380]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_has_rows_of_the_table(text: str) -> None:
    found = numbers(text, tokens(text), "en")
    assert found == sorted(set(found))
    assert all(0 <= number < BUCKETS for number in found)


def test_a_written_table_reads_as_the_trained_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_said, "GRAMS", tmp_path / "grams.json")
    texts = TEXTS[:4] * 200
    rows = train_grams.seen_as(texts)
    table = train_grams.train(rows, np.tile(np.eye(4, dtype=np.float32), (200, 1)))
    train_said.written(table)
    head = GramsHead(tmp_path / "grams.json")
    for n, expected in enumerate(table.scores(rows[:4])):
        found = head.scores(rows[n].indices.tolist())
        assert found == pytest.approx(expected.tolist(), abs=0.02)
        assert max(range(4), key=found.__getitem__) == n
