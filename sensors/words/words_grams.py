"""The part of the first reader that is learnt from letters: every two and three letters in a row,
words and pairs of words are numbers of rows of a table, whose sum a small network turns into
scores of meanings. It knows what no list of words has: endings, dialects, set phrases."""

from __future__ import annotations

import json
import math
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final
from zlib import crc32

from moggy.sensors.words.word_halves import rows
from moggy.sensors.words.words_lexicon import UNSPACED

GRAMS = Path(__file__).with_name("grams.json")
"""The trained table and network; `python -m bench train_said` writes it."""
BUCKETS: Final = 16_384
"""Rows of the table: what falls on the same row shares its weights."""
FINE: Final = 4096
"""Steps of 1 in which the network counts."""
FEW: Final = 20
"""Numbers at which a text counts as half short: few of them tell little. Our choice."""
UNIT: Final = 2
"""Bytes of a letter in UTF-16."""


def numbers(text: str, spelt: Sequence[str], lang: str) -> list[int]:
    """The rows, sorted, of a plain text with these tokens, each once. Languages without spaces have
    single letters instead of words."""
    spaced = lang not in UNSPACED
    letters = f" {text} ".encode("utf-16-le", "replace")
    found = {
        crc32(letters[at : at + UNIT * n]) % BUCKETS
        for n in ((2, 3) if spaced else (1, 2, 3))
        for at in range(0, len(letters) - UNIT * (n - 1), UNIT)
    }
    if spaced:
        words = [word.encode("utf-8", "replace") for word in ("^", *spelt, "$")]
        found.update(crc32(b"w" + word) % BUCKETS for word in words[1:-1])
        found.update(crc32(b"%b %b" % pair) % BUCKETS for pair in pairwise(words))
    return sorted(found)


class GramsHead:
    """The table and the network."""

    def __init__(self, file: Path = GRAMS) -> None:
        """Load a file that `bench/train_said.py` wrote."""
        import numpy as np

        stored = json.loads(file.read_bytes())
        self._table = np.frombuffer(b64decode(stored["table"]), np.int8).reshape(BUCKETS, -1)
        self._step: float = stored["step"]
        self._bias = np.array(rows(stored["bias"], 1)[0])
        self._out = np.rint(np.array(rows(stored["out"], stored["meanings"])) * FINE).astype(int)
        self._out_bias = np.array(rows(stored["out_bias"], 1)[0])

    def scores(self, found: list[int]) -> list[float]:
        """Log-likelihood, up to a constant, of each meaning of `words_meanings`."""
        import numpy as np

        # Whole numbers are added, so that their order and the machine make no difference.
        total = self._table[found].sum(axis=0, dtype=np.int32)
        step = self._step / math.sqrt(FEW + len(found))
        hidden = np.rint(FINE * np.maximum(self._bias + step * total, 0.0)).astype(int)
        scores: list[float] = (self._out_bias + (self._out @ hidden) / FINE**2).tolist()
        return scores


@cache
def grams() -> GramsHead:
    """The shipped table, loaded once."""
    return GramsHead()
