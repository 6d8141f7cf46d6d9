"""A text is split into its likeliest pieces, and a written network reads as the trained one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench import train_pieces
from moggy import models
from moggy.brain.language.embedding import MODEL
from moggy.sensors.words.words_pieces import (
    MOST,
    ORDER,
    PIECES,
    START,
    Pieces,
    PiecesHead,
    counting,
)


def test_the_likeliest_pieces_are_found() -> None:
    known = Pieces([f"{START}good", f"{START}go", "od", f"{START}cat"], [-5.0, -2.0, -2.5, -4.0])
    assert known.numbers("good cat") == [1, 2, 3]
    assert known.numbers("cat x") == [3, known.unknown, known.unknown]
    assert known.numbers("") == [known.unknown]


def test_only_the_beginning_of_a_long_text_is_looked_at() -> None:
    known = Pieces([f"{START}good"], [-5.0])
    assert known.numbers("good " * 1000) == [0] * (MOST // 5)
    assert len(known.numbers("x" * 5000)) == MOST


def test_the_shipped_pieces_name_the_weights_that_they_are_of_and_are_small() -> None:
    stored = json.loads(PIECES.read_text(encoding="utf-8"))
    assert stored["model"] == models.MODELS[MODEL].files[0].sha256
    assert PIECES.stat().st_size <= 1_200_000
    assert ORDER.stat().st_size <= 300_000


def test_a_short_text_counts_less() -> None:
    assert counting(1) < counting(3) < 0.5 < counting(20) < 1.0


def test_a_written_network_reads_as_the_trained_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_pieces, "PIECES", tmp_path / "pieces.json")
    monkeypatch.setattr(train_pieces, "ORDER", tmp_path / "pieces_head.json")
    rng = np.random.default_rng(0)
    trained = train_pieces.Trained(
        [f"{START}good", f"{START}bad", f"{START}cat", START],
        np.array([-3.0, -4.0, -5.0, -6.0], np.float32),
        rng.integers(-8, 8, (4, 6)).astype(np.int8),
        rng.integers(-127, 128, (18, 10)).astype(np.int8),
        0.002,
        rng.normal(size=10).astype(np.float32),
        rng.normal(size=(20, 5)).astype(np.float32),
        rng.normal(size=5).astype(np.float32),
    )
    train_pieces.written(trained)
    head = PiecesHead(tmp_path / "pieces.json", tmp_path / "pieces_head.json")
    for text in ("good cat", "bad", "cat good bad", "xyz", ""):
        assert head.scores(text) == pytest.approx(trained.scores([text])[0].tolist(), abs=0.05)
