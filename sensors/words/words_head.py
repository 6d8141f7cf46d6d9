"""The learnt part of reading words: a linear head with weights for 20,000 pieces of words, which
gives likelihoods of the seven classes."""

from __future__ import annotations

import json
import math
import struct
import zlib
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from moggy.sensors.words.words_features import key, pieces
from moggy.vocabulary import CLASSES

HEAD = Path(__file__).with_name("words.json")
"""The trained head; `python -m bench.train_words` writes it."""


class WordsHead:
    """A linear head on pieces of words, weighted by rarity, and on the manner of the text."""

    def __init__(self, file: Path = HEAD) -> None:
        """Load a file that `bench/train_words.py` wrote."""
        stored = json.loads(file.read_bytes())
        keys = _unpacked(stored["keys"])
        temperature = stored["temperature"]
        self._rows = dict(
            zip(struct.unpack(f"<{len(keys) // 4}I", keys), range(len(keys) // 4), strict=True)
        )
        self._rarity = [step * stored["rarest"] / 255.0 for step in _unpacked(stored["rarity"])]
        self._weights = memoryview(_unpacked(stored["weights"])).cast("b")
        self._scale: list[float] = [scale / temperature for scale in stored["scale"]]
        self._manner: list[list[float]] = [
            [weight / temperature for weight in column] for column in stored["manner"]
        ]
        self._bias: list[float] = [bias / temperature for bias in stored["bias"]]

    def scores(self, words: list[str], manner: Sequence[float]) -> list[float]:
        """Log-likelihood of each of CLASSES, up to a constant, without a prior and calibrated by
        the temperature."""
        counts: dict[int, int] = {}
        for piece in pieces(words):
            row = self._rows.get(key(piece))
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        values = {row: (1.0 + math.log(count)) * self._rarity[row] for row, count in counts.items()}
        norm = math.sqrt(math.fsum(v * v for v in values.values())) or 1.0
        sums = [0.0] * len(CLASSES)
        for row, value in values.items():
            for k, step in enumerate(self._weights[row * len(CLASSES) : (row + 1) * len(CLASSES)]):
                sums[k] += step * value
        found = [
            bias + scale * total / norm
            for bias, scale, total in zip(self._bias, self._scale, sums, strict=True)
        ]
        for column, value in zip(self._manner, manner, strict=True):
            for k, weight in enumerate(column):
                found[k] += weight * value
        return found

    def knows(self, words: Sequence[str]) -> float:
        """Share (0..1) of the words, without marks, that occurred in training: low for another
        language or gibberish."""
        spelt = [word for word in words if word[0].isalpha()]
        return sum(key(word) in self._rows for word in spelt) / len(spelt) if spelt else 0.0


def _unpacked(text: str) -> bytes:
    """Bytes that are stored as base64 of zlib."""
    return zlib.decompress(b64decode(text))


@cache
def head() -> WordsHead:
    """The shipped head, loaded once."""
    return WordsHead()
