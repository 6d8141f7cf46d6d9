"""The linear head on a language model: turns its vector of a sentence into scores of classes and
intents.

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

from moggy.vocabulary import CLASSES, INTENTS

FOLDER = Path(__file__).with_name("heads")
"""Where the heads lie, a JSON file for each model."""

SentenceVector = NDArray[np.float32]
"""A model's vector of one sentence, (d,), or parameters of the same type."""


class NoHead(RuntimeError):
    """No head was trained for these weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceHead:
    """The parameters of one head; d is the length of the model's vector.

    Feelings are CLASSES and wishes are INTENTS, each in the order of its tuple.
    """

    credit: str
    """The data it was trained on, with the licences."""
    mean: SentenceVector
    """(d,): subtracted from a vector first."""
    spread: float
    """Divides the difference."""
    feelings: SentenceVector
    """(7, d)"""
    feelings_bias: SentenceVector
    """(7,)"""
    wishes: SentenceVector
    """(8, d)"""
    wishes_bias: SentenceVector
    """(8,)"""
    valence: SentenceVector
    """(d,)"""
    valence_bias: float
    """Added to the valence."""
    weights: Mapping[str, float]
    """How `refine` joins this reading with the one before: `before`, `own`, `valence_before`,
    `valence_gain`. Set on held-back data by bench/train_language.py."""

    def read(self, vector: SentenceVector) -> tuple[list[float], dict[str, float], float]:
        """→ log-likelihoods of CLASSES (without a prior), probabilities of INTENTS, valence −1..1.

        Raises ValueError where the vector has another shape or holds something that is not a
        number.
        """
        if vector.shape != self.mean.shape or not bool(np.isfinite(vector).all()):
            raise ValueError(
                f"the model gave no usable vector (shape {vector.shape}, "
                f"expected {self.mean.shape})"
            )
        x = (vector - self.mean) / self.spread
        feelings = (self.feelings @ x + self.feelings_bias).tolist()
        wishes = self.wishes @ x + self.wishes_bias
        wishes = np.exp(wishes - wishes.max())
        shares = dict(zip(INTENTS, (wishes / wishes.sum()).tolist(), strict=True))
        return feelings, shares, float(np.clip(self.valence @ x + self.valence_bias, -1.0, 1.0))


def load(sha256: str, folder: Path = FOLDER) -> SentenceHead:
    """The head for the model whose weights have this hash. Raises NoHead where there is none."""
    file = folder / f"{sha256[:16]}.json"
    if not file.is_file():
        raise NoHead(
            f"no head is trained for the weights {sha256[:16]}…: "
            "run `python -m bench train_language`"
        )
    stored = json.loads(file.read_text(encoding="utf-8"))
    if (
        stored["model"] != sha256
        or stored["classes"] != list(CLASSES)
        or stored["intents"] != list(INTENTS)
    ):
        raise NoHead(
            f"{file.name} was trained for another model or other classes: "
            "run `python -m bench train_language`"
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
    """Write a head as JSON; returns the file."""
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
