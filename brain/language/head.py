"""The linear head on a language model: turns its vector of a sentence into scores of meanings.

Heads are trained by bench/train_language.py and stored by the hash of the model's weights.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moggy.meanings import Meaning, of_stored, stored

FOLDER = Path(__file__).with_name("heads")
"""Where the heads lie, a JSON file for each model."""

SentenceVector = NDArray[np.float32]
"""A model's vector of one sentence, (d,), or parameters of the same type."""


class NoHead(RuntimeError):
    """No head was trained for these weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceHead:
    """The parameters of one head; d is the length of the model's vector.

    k is the number of meanings.
    """

    credit: str
    """The data it was trained on, with the licences."""
    mean: SentenceVector
    """(d,): subtracted from a vector first."""
    spread: float
    """Divides the difference."""
    meanings: tuple[Meaning, ...]
    """What a sentence may mean."""
    rows: SentenceVector
    """(k, d): a row for each meaning."""
    bias: SentenceVector
    """(k,)"""
    weights: Mapping[str, float]
    """How `refine` joins this reading with the one before, and from where its wishes count: see
    `refine.WEIGHTS`. Set on held-back data by bench/train_language.py."""

    def read(self, vector: SentenceVector) -> list[float]:
        """→ log-probabilities of the meanings, up to a constant.

        Raises ValueError where the vector has another shape or holds something that is not a
        number.
        """
        if vector.shape != self.mean.shape or not bool(np.isfinite(vector).all()):
            raise ValueError(
                f"the model gave no usable vector (shape {vector.shape}, "
                f"expected {self.mean.shape})"
            )
        x = (vector - self.mean) / self.spread
        found: list[float] = (self.rows @ x + self.bias).tolist()
        return found


def load(sha256: str, folder: Path = FOLDER) -> SentenceHead:
    """The head for the model whose weights have this hash. Raises NoHead where there is none."""
    file = folder / f"{sha256[:16]}.json"
    if not file.is_file():
        raise NoHead(
            f"no head is trained for the weights {sha256[:16]}…: "
            "run `python -m bench train_language`"
        )
    kept = json.loads(file.read_text(encoding="utf-8"))
    if kept["model"] != sha256 or "meanings" not in kept:
        raise NoHead(
            f"{file.name} was trained for another model or in another form: "
            "run `python -m bench train_language`"
        )
    mean = _array(kept["mean"])
    return SentenceHead(
        credit=kept["credit"],
        mean=mean,
        spread=kept["spread"],
        meanings=of_stored(kept["meanings"]),
        rows=_array(kept["rows"]).reshape(-1, len(mean)),
        bias=_array(kept["bias"]),
        weights=kept["weights"],
    )


def save(head: SentenceHead, sha256: str, folder: Path = FOLDER) -> Path:
    """Write a head as JSON; returns the file."""
    data: dict[str, Any] = {
        "credit": head.credit,
        "model": sha256,
        "weights": dict(head.weights),
        "spread": round(head.spread, 7),
        "meanings": stored(head.meanings),
        "mean": _text(head.mean),
        "rows": _text(head.rows),
        "bias": _text(head.bias),
    }
    file = folder / f"{sha256[:16]}.json"
    file.write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _array(text: str) -> SentenceVector:
    return np.frombuffer(b64decode(text), dtype="<f2").astype(np.float32)


def _text(values: SentenceVector) -> str:
    return b64encode(np.ascontiguousarray(values, dtype="<f2").tobytes()).decode()
