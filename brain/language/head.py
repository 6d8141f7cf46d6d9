"""A linear head: turns a model's vector of a sentence into scores of feelings and wishes. Small,
learnt, keyed by the model's hash."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moggy.vocabulary import CLASSES, INTENTS

FOLDER = Path(__file__).with_name("heads")

SentenceVector = NDArray[np.float32]


class NoHead(RuntimeError):
    """No head was trained for these weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceHead:
    """Scores are log-likelihoods without a prior, already at their temperature. Shapes: d is the
    length of the model's vector."""

    credit: str
    mean: SentenceVector
    """(d,)"""
    spread: float
    feelings: SentenceVector
    """(7, d)"""
    feelings_bias: SentenceVector
    wishes: SentenceVector
    """(8, d)"""
    wishes_bias: SentenceVector
    valence: SentenceVector
    """(d,)"""
    valence_bias: float
    weights: Mapping[str, float]
    """How much the reading before, this one and VADER's share count; set on held-back data."""

    def read(self, vector: SentenceVector) -> tuple[list[float], dict[str, float], float]:
        """→ scores of CLASSES, probabilities of INTENTS, valence −1..1. Raises ValueError where the
        vector is not a vector of numbers."""
        if vector.shape != self.mean.shape or not bool(np.isfinite(vector).all()):
            raise ValueError(
                f"the model gave no usable vector (shape {vector.shape}, expected {self.mean.shape})"
            )
        x = (vector - self.mean) / self.spread
        feelings = (self.feelings @ x + self.feelings_bias).tolist()
        wishes = self.wishes @ x + self.wishes_bias
        wishes = np.exp(wishes - wishes.max())
        shares = dict(zip(INTENTS, (wishes / wishes.sum()).tolist(), strict=True))
        return feelings, shares, float(np.clip(self.valence @ x + self.valence_bias, -1.0, 1.0))


def load(sha256: str, folder: Path = FOLDER) -> SentenceHead:
    """The head for the weights with this hash. Raises NoHead."""
    file = folder / f"{sha256[:16]}.json"
    if not file.is_file():
        raise NoHead(
            f"no head is trained for the weights {sha256[:16]}…: run `python bench/train_language.py`"
        )
    stored = json.loads(file.read_text(encoding="utf-8"))
    if (
        stored["model"] != sha256
        or stored["classes"] != list(CLASSES)
        or stored["intents"] != list(INTENTS)
    ):
        raise NoHead(
            f"{file.name} was trained for another model or other classes: run `python bench/train_language.py`"
        )
    width = len(b64decode(stored["mean"])) // 4
    return SentenceHead(
        credit=stored["credit"],
        mean=_array(stored["mean"]),
        spread=stored["spread"],
        feelings=_array(stored["feelings"]).reshape(-1, width),
        feelings_bias=np.array(stored["feelings_bias"], dtype=np.float32),
        wishes=_array(stored["wishes"]).reshape(-1, width),
        wishes_bias=np.array(stored["wishes_bias"], dtype=np.float32),
        valence=_array(stored["valence"]),
        valence_bias=stored["valence_bias"],
        weights=stored["weights"],
    )


def save(head: SentenceHead, sha256: str, folder: Path = FOLDER) -> Path:
    """Write a head as JSON and say where."""
    data: dict[str, Any] = {
        "credit": head.credit,
        "model": sha256,
        "classes": list(CLASSES),
        "intents": list(INTENTS),
        "weights": dict(head.weights),
        "spread": round(head.spread, 7),
        "feelings_bias": [round(float(b), 5) for b in head.feelings_bias],
        "wishes_bias": [round(float(b), 5) for b in head.wishes_bias],
        "valence_bias": round(head.valence_bias, 5),
        "mean": _text(head.mean),
        "feelings": _text(head.feelings),
        "wishes": _text(head.wishes),
        "valence": _text(head.valence),
    }
    file = folder / f"{sha256[:16]}.json"
    file.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return file


def _array(text: str) -> SentenceVector:
    return np.frombuffer(b64decode(text), dtype="<f4").astype(np.float32)


def _text(values: SentenceVector) -> str:
    return b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()
