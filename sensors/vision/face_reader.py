"""Reads faces: blendshapes and the expression network's probabilities become valence, arousal,
calibrated probabilities of seven classes, and a confidence."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from operator import mul
from pathlib import Path

from moggy.messages import AnySense, Face, Probabilities
from moggy.vocabulary import CLASS_PLACES, CLASSES, UNRATED

HEAD = Path(__file__).parent / "heads" / "face.json"
"""The trained heads; `heads/train_face.py` writes them."""
NETWORK = "face_expression"
"""Name of the expression network in moggy.models."""

FLOOR = 0.01
"""Added to a probability of the network before its logarithm: below one in a hundred it says
nothing. 0.001 classified as well but made the head overconfident (`heads/train_face.py`)."""
LARGEST_SCORE = 4.0
"""Standard deviations at which a feature is cut, as in training."""

PLEASANT: Mapping[str, float] = {
    "mouthSmile": 0.20,
    "cheekSquint": 0.05,
    "mouthFrown": -0.20,
    "browDown": -0.08,
    "noseSneer": -0.15,
}
"""What a full blendshape adds to valence (−1..1) beyond the class, such as how broad a smile is.
Our judgement."""
AROUSED: Mapping[str, float] = {
    "jawOpen": 0.35,
    "eyeWide": 0.35,
    "browOuterUp": 0.10,
    "browDown": 0.10,
    "eyeBlink": -0.30,
}
"""Blend shape → its weight in arousal: an open mouth and wide eyes raise it, drooping lids lower
it. Our judgement."""


@dataclass(frozen=True, slots=True)
class FaceHead:
    """A logistic regression over the seven classes, on standardised features."""

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]


class FaceReader:
    """Face with `blendshapes` or `expression`, or both → the same with its estimates. An estimate
    that is given already is passed on.

    The confidence is the probability of the likeliest class, calibrated on people that the head was
    not trained on: of faces read with 0.6, six in ten are read right.
    """

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """The faces among the senses, with their estimates."""
        return tuple(understood(sense) for sense in senses if isinstance(sense, Face))


def understood(face: Face) -> Face:
    """The face with its estimate filled in where there is none; pure."""
    if face.valence is not None or face.arousal is not None:
        return face if face.confidence is not None else replace(face, confidence=UNRATED)
    if face.probabilities is not None:
        return _from_probabilities(face, face.probabilities)
    if not face.blendshapes and not face.expression:
        return face if face.confidence is not None else replace(face, confidence=0.0)
    p = _probabilities(face.blendshapes, face.expression)
    valence, arousal = feeling(p, face.blendshapes)
    return replace(
        face,
        valence=round(valence, 3),
        arousal=round(arousal, 3),
        probabilities={name: round(v, 4) for name, v in zip(CLASSES, p, strict=True)},
        confidence=round(max(p), 3) if face.confidence is None else face.confidence,
    )


def _from_probabilities(face: Face, given: Probabilities) -> Face:
    """Valence and arousal of a face that came with probabilities alone."""
    total = sum(given.values()) or 1.0
    p = [given.get(name, 0.0) / total for name in CLASSES]
    valence, arousal = feeling(p, face.blendshapes)
    sure = max(p) if face.confidence is None else face.confidence
    return replace(
        face, valence=round(valence, 3), arousal=round(arousal, 3), confidence=round(sure, 3)
    )


def feeling(
    p: Sequence[float],
    blendshapes: Mapping[str, float] | None,
    rest: Mapping[str, float] | None = None,
) -> tuple[float, float]:
    """Valence and arousal (−1..1): the places of the classes weighed by probability, and what the
    blendshapes differ from those of a face at rest (`rest`; None: those of the trained head)."""
    valence = sum(q * CLASS_PLACES[name].valence for name, q in zip(CLASSES, p, strict=True))
    arousal = sum(q * CLASS_PLACES[name].arousal for name, q in zip(CLASSES, p, strict=True))
    if blendshapes:
        rest = _file().rest if rest is None else rest
        valence += sum(
            w * (_pair(blendshapes, name, rest) - _pair(rest, name, rest))
            for name, w in PLEASANT.items()
        )
        arousal += sum(
            w * (_pair(blendshapes, name, rest) - _pair(rest, name, rest))
            for name, w in AROUSED.items()
        )
    return max(-1.0, min(1.0, valence)), max(-1.0, min(1.0, arousal))


def _pair(shapes: Mapping[str, float], name: str, rest: Mapping[str, float]) -> float:
    """Mean of left and right, or the one of both sides; what is not given is that of a face at
    rest."""
    if name in rest:
        return shapes.get(name, rest[name])
    left, right = name + "Left", name + "Right"
    return 0.5 * (shapes.get(left, rest.get(left, 0.0)) + shapes.get(right, rest.get(right, 0.0)))


def pairs_of(shapes: Mapping[str, float]) -> list[str]:
    """Names of the blendshapes with left and right as one: a face is taken to be symmetrical, which
    halves what must be learnt."""
    names = (
        name.removesuffix("Left").removesuffix("Right") for name in shapes if name != "_neutral"
    )
    return list(
        dict.fromkeys(name if name in shapes else name.removesuffix("Left") for name in names)
    )


def features_of(
    pairs: Sequence[str],
    shapes: Mapping[str, float] | None,
    expression: Probabilities | None,
    rest: Mapping[str, float],
) -> list[float]:
    """Features of a head: square roots of the blendshapes, then logarithms of the network's
    probabilities; either may be absent."""
    out = []
    if shapes is not None:
        known = rest or shapes
        out += [math.sqrt(min(1.0, max(0.0, _pair(shapes, name, known)))) for name in pairs]
    if expression is not None:
        out += [math.log(max(0.0, expression.get(name, 0.0)) + FLOOR) for name in CLASSES]
    return out


@dataclass(frozen=True, slots=True)
class HeadFile:
    """The file of the heads."""

    pairs: tuple[str, ...]
    """Blendshapes, with left and right as one."""
    rest: Mapping[str, float]
    """Blendshapes of a face at rest."""
    heads: Mapping[str, FaceHead]


@functools.cache
def _file() -> HeadFile:
    """The shipped heads, read once."""
    data = json.loads(HEAD.read_text(encoding="utf-8"))
    heads = {
        kind: FaceHead(
            tuple(h["mean"]),
            tuple(h["sd"]),
            tuple(tuple(w) for w in h["weights"]),
            tuple(h["bias"]),
        )
        for kind, h in data["heads"].items()
    }
    return HeadFile(tuple(data["pairs"]), data["rest"], heads)


def _probabilities(
    shapes: Mapping[str, float] | None, expression: Probabilities | None
) -> list[float]:
    """Probabilities of the classes, by the head for what is given."""
    file = _file()
    kind = "both" if shapes and expression else "blendshapes" if shapes else "expression"
    head = file.heads[kind]
    x = features_of(file.pairs, shapes or None, expression or None, file.rest)
    x = [
        max(-LARGEST_SCORE, min(LARGEST_SCORE, (v - m) / s))
        for v, m, s in zip(x, head.mean, head.sd, strict=True)
    ]
    z = [sum(map(mul, row, x), b) for row, b in zip(head.weights, head.bias, strict=True)]
    top = max(z)
    weights = [math.exp(v - top) for v in z]
    total = sum(weights)
    return [w / total for w in weights]
