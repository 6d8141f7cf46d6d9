"""The part of the first reader that knows words which it did not learn: vectors of pieces of words,
distilled from a sentence embedding, in which a small network looks at every three in a row."""

from __future__ import annotations

import json
import math
import unicodedata
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import Final

from moggy.sensors.words.word_halves import rows

PIECES = Path(__file__).with_name("pieces.json")
"""The pieces and their vectors; `python -m bench train_said` writes it."""
ORDER = Path(__file__).with_name("pieces_head.json")
"""The trained network on them; written together with PIECES."""
START: Final = "\u2581"
"""Stands for a space, and before the first word, in a piece."""
LONGEST: Final = 16
"""Characters of the longest piece."""
MOST: Final = 160
"""Characters of a text that are looked at, from its beginning: the longest sentence to a pet that
we have has 120, and a long text must not hold a tick up. Our choice."""
UNKNOWN: Final = -25.0
"""Log-probability of a character that no piece has. Our choice: less than that of any piece."""
FINE: Final = 4096
"""Steps of 1 in which the network counts."""
FEW: Final = 4
"""Pieces at which a text counts as half short: few of them tell little. Our choice."""
SHORT: Final = 8
"""Pieces at which the network counts half: it knows no phrases, and learnt that the shortest texts
are orders. Our choice; on the folds it costs nothing."""
WIDTH: Final = 3
"""Pieces in a row that the network looks at."""


class Pieces:
    """Pieces of words, each with its log-probability."""

    def __init__(self, pieces: list[str], logs: list[float]) -> None:
        pairs = zip(pieces, logs, strict=True)
        self._known = {piece: (n, log) for n, (piece, log) in enumerate(pairs)}
        self._begins = {piece[:n] for piece in pieces for n in range(1, len(piece) + 1)}
        """What a piece may begin with."""
        self.unknown = len(pieces)
        """The number of what no piece has."""

    def numbers(self, text: str) -> list[int]:
        """The likeliest pieces of a plain text, in order (the unigram model of Kudo 2018)."""
        text = START + START.join(unicodedata.normalize("NFKC", text).split())
        text = text[:MOST]
        best = [0.0] + [-math.inf] * len(text)
        way = [(0, self.unknown)] * (len(text) + 1)
        for at in range(len(text)):
            here = best[at]
            for end in range(at + 1, min(len(text), at + LONGEST) + 1):
                part = text[at:end]
                number, log = self._known.get(
                    part, (self.unknown, UNKNOWN if end == at + 1 else -math.inf)
                )
                if end > at + 1 and part not in self._begins:
                    break
                if here + log > best[end]:
                    best[end], way[end] = here + log, (at, number)
        found, at = [], len(text)
        while at:
            at, number = way[at]
            found.append(number)
        return found[::-1]


def counting(length: float) -> float:
    """The share in which the scores of a text of so many pieces count."""
    return length / (SHORT + length)


class PiecesHead:
    """The pieces, their vectors and the network."""

    def __init__(self, pieces: Path = PIECES, order: Path = ORDER) -> None:
        """Load files that `bench/train_said.py` wrote."""
        import numpy as np

        stored = json.loads(pieces.read_bytes())
        logs = np.frombuffer(b64decode(stored["logs"]), np.uint8) * -stored["log_step"]
        self._pieces = Pieces(stored["pieces"].split("\n"), logs.tolist())
        packed = np.frombuffer(b64decode(stored["vectors"]), np.uint8)
        both = np.stack([packed & 15, packed >> 4], axis=1).astype(np.float64) - 8.0
        vectors = both.reshape(self._pieces.unknown, -1)
        # Two rows of 0: the unknown, and what stands before and after a text.
        self._vectors = np.concatenate([vectors, np.zeros((2, vectors.shape[1]))])
        stored = json.loads(order.read_bytes())
        hidden = np.frombuffer(b64decode(stored["hidden"]), np.int8).astype(np.float64)
        self._hidden = hidden.reshape(WIDTH * vectors.shape[1], -1)
        self._step: float = stored["step"]
        self._bias = np.array(rows(stored["bias"], 1)[0])
        self._out = np.rint(np.array(rows(stored["out"], stored["meanings"])) * FINE).astype(int)
        self._out_bias = np.array(rows(stored["out_bias"], 1)[0])

    def scores(self, text: str) -> list[float]:
        """Log-likelihood, up to a constant, of each meaning of `words_meanings`, less where the
        text is short; `text` is plain."""
        import numpy as np

        found = self._pieces.numbers(text)
        edge = self._pieces.unknown + 1
        seen = self._vectors[[edge, *found, edge]]
        in_a_row = np.concatenate([seen[:-2], seen[1:-1], seen[2:]], axis=1)
        # Products of whole numbers, far below 2**53: no order of adding makes a difference.
        active = np.maximum(self._bias + self._step * (in_a_row @ self._hidden), 0.0)
        counted = np.rint(FINE * active).astype(int)
        mean = np.rint(counted.sum(axis=0) / math.sqrt(FEW + len(found))).astype(int)
        pooled = np.concatenate([mean, counted.max(axis=0)])
        whole = self._out_bias + (self._out @ pooled) / FINE**2
        scores: list[float] = (counting(len(found)) * whole).tolist()
        return scores


@cache
def pieces() -> PiecesHead:
    """The shipped pieces, loaded once."""
    return PiecesHead()
