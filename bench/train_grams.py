"""Trains the table of the first reader's letters (moggy/sensors/words/words_grams.py) on rows of
numbers that are nearly all 0. `bench/train_said.py` calls it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from bench.network import Matrix, Pace, descend, softmax
from moggy.sensors.words.words_address import language
from moggy.sensors.words.words_features import plain, tokens
from moggy.sensors.words.words_grams import BUCKETS, FEW, numbers
from moggy.sensors.words.words_reader import cut

HIDDEN: Final = 64
"""Columns of the table."""
PACE: Final = Pace(epochs=20, batch=128, rate=3e-3, decay=0.02)
DROP_IN: Final = 0.1
DROP_HIDDEN: Final = 0.2
GAIN: Final = 3.0
"""What the inputs are multiplied by while it is trained: they are as small as 0.1."""
START: Final = 0.05
"""Spread of the table before it is trained."""
LARGEST: Final = 127
"""Of a whole number of eight bits."""


class Table(NamedTuple):
    """A trained table and its network."""

    table: np.ndarray[Any, np.dtype[np.int8]]
    """(BUCKETS, HIDDEN), in steps."""
    step: float
    bias: Matrix
    out: Matrix
    out_bias: Matrix

    def scores(self, x: csr_matrix) -> Matrix:
        """Rows of `seen_as` (n, BUCKETS) → scores (n, k)."""
        hidden = x @ (self.table * np.float32(self.step)) + self.bias
        found: Matrix = np.maximum(hidden, 0.0) @ self.out + self.out_bias
        return found


def seen_as(texts: Sequence[str]) -> csr_matrix:
    """The rows (n, BUCKETS) of texts: equal values where a text has a number, the
    smaller the more it has."""
    numbered, ends, values = [], [0], []
    for text in texts:
        common = plain(cut(text))
        found = numbers(common, tokens(common), language(common, ""))
        numbered += found
        values += [1.0 / np.sqrt(FEW + len(found))] * len(found)
        ends.append(len(numbered))
    return csr_matrix((np.array(values, np.float32), numbered, ends), shape=(len(texts), BUCKETS))


def train(x: csr_matrix, y: Matrix) -> Table:
    """Rows (n, BUCKETS) and target probabilities (n, k) → the table, in whole numbers."""
    rng = np.random.default_rng(0)
    layers = [
        rng.normal(0.0, START, (BUCKETS, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        rng.normal(0.0, HIDDEN**-0.5, (HIDDEN, y.shape[1])).astype(np.float32),
        np.zeros(y.shape[1], np.float32),
    ]
    descend(layers, len(y), lambda rows: _slopes(layers, x[rows], y[rows], rng), PACE, rng)
    table = layers[0] * np.float32(GAIN)
    width = float(np.abs(table).max()) / LARGEST
    return Table(np.round(table / width).astype(np.int8), width, *layers[1:])


def _slopes(
    layers: list[Matrix], x: csr_matrix, y: Matrix, rng: np.random.Generator
) -> list[Matrix]:
    """The gradient of the mean cross-entropy of one batch."""
    x = x * np.float32(GAIN)
    x.data *= _kept(x.data.shape, DROP_IN, rng)
    active = np.maximum(x @ layers[0] + layers[1], 0.0)
    mask = _kept(active.shape, DROP_HIDDEN, rng)
    hidden = active * mask
    off = (softmax(hidden @ layers[2] + layers[3]) - y) / np.float32(len(y))
    back = (off @ layers[2].T) * mask * (active > 0.0)
    return [x.T @ back, back.sum(axis=0), hidden.T @ off, off.sum(axis=0)]


def _kept(shape: tuple[int, ...], drop: float, rng: np.random.Generator) -> Matrix:
    """0 for what is dropped, and what makes up for it for the rest."""
    kept = (rng.random(shape, dtype=np.float32) > drop).astype(np.float32)
    return kept / np.float32(1.0 - drop)
