"""Trains the heads of the face reader: 52 blendshapes and the network's seven probabilities become
calibrated probabilities of the seven classes.

    python -m moggy.sensors.vision.heads.train_face train.csv

writes `face.json` from a table with a row for each picture (`load` says its columns), and prints
how well it does on people that it was not trained on. Needs scikit-learn, for training only.

Data: labels of muxspace/facial_expressions (Apache-2.0), one labeller a picture; the features were
measured with the packaged models. Three logistic regressions: on both kinds of features, on the
blendshapes alone, and on the network alone. They are calibrated on the data with its own shares of
the classes, and then moved to the prior of a person at home by Bayes' rule.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from moggy import models
from moggy.sensors.vision.face_reader import HEAD, NETWORK, features_of, feeling, pairs_of
from moggy.vocabulary import CLASSES, PersonClass

LABELS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
"""The data's names of CLASSES, in their order."""
HOME = (0.42, 0.22, 0.10, 0.08, 0.03, 0.03, 0.12)
"""How often a person at home shows each class. Our judgement, between the data's own shares (fear
is 1 in 200 there) and equal ones."""
INVERSE_REGULARISATION = 0.05
"""`C` of scikit-learn, chosen by the cross-validation below among 0.02, 0.05 and 0.3, which differ
by 1 point."""
KINDS = ("both", "blendshapes", "expression")
"""Which features a head has."""


def load(
    path: Path,
) -> tuple[list[dict[str, float]], list[dict[PersonClass, float]], np.ndarray, np.ndarray]:
    """Blendshapes, the network's probabilities, index of the class, and person of every row. The
    columns are `label`, `person`, `cnn_` with each class, and each blendshape by its name. Rows of
    contempt (seven in our data) are left out."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in LABELS]
    shapes = [
        {
            k: float(v)
            for k, v in row.items()
            if k not in ("label", "person", "labeller") and not k.startswith("cnn_")
        }
        for row in rows
    ]
    network = [
        {name: float(row[f"cnn_{label}"]) for name, label in zip(CLASSES, LABELS, strict=True)}
        for row in rows
    ]
    return (
        shapes,
        network,
        np.array([LABELS.index(row["label"]) for row in rows]),
        np.array([row["person"] for row in rows]),
    )


def table(
    kind: str,
    pairs: list[str],
    shapes: list[dict[str, float]],
    network: list[dict[PersonClass, float]],
) -> np.ndarray:
    """The features of one kind of head: (rows, features)."""
    return np.array(
        [
            features_of(
                pairs, s if kind != "expression" else None, n if kind != "blendshapes" else None, {}
            )
            for s, n in zip(shapes, network, strict=True)
        ]
    )


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean and standard deviation of the features (n), weights (7, n) and bias (7) of a head."""
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=3000).fit(scaler.transform(x), y)
    return scaler.mean_, scaler.scale_, model.coef_, model.intercept_


def scores(parts: tuple[np.ndarray, ...], x: np.ndarray) -> np.ndarray:
    """Scores (rows, 7) of a head that `fit` made."""
    mean, sd, weights, bias = parts
    out: np.ndarray = np.clip((x - mean) / sd, -4.0, 4.0) @ weights.T + bias
    return out


def softmax(z: np.ndarray) -> np.ndarray:
    """Scores → probabilities, row by row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    out: np.ndarray = e / e.sum(axis=1, keepdims=True)
    return out


def temperature_of(z: np.ndarray, y: np.ndarray) -> float:
    """The temperature that makes the true classes likeliest, of 91 between 0.7 and 2.5."""
    choices = np.linspace(0.7, 2.5, 91)
    return float(
        min(choices, key=lambda t: -np.log(softmax(z / t)[np.arange(len(y)), y] + 1e-9).mean())
    )


def held_out(x: np.ndarray, y: np.ndarray, people: np.ndarray, folds: int = 5) -> np.ndarray:
    """Scores of every row by a head that was trained on none of its people."""
    z = np.zeros((len(y), len(CLASSES)))
    for train, test in GroupKFold(folds).split(x, y, people):
        z[test] = scores(fit(x[train], y[train]), x[test])
    return z


def calibrated(z: np.ndarray, y: np.ndarray, people: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """Probabilities at home (`shift`: log ratio of the priors); the temperature of each fold comes
    from the other folds."""
    p = np.zeros_like(z)
    for rest, fold in GroupKFold(5).split(z, y, people):
        p[fold] = softmax(z[fold] / temperature_of(z[rest], y[rest]) + shift)
    return p


def calibration_error(p: np.ndarray, y: np.ndarray, weight: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the likeliest class, with weighted rows."""
    sure, right = p.max(axis=1), p.argmax(axis=1) == y
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(np.average(sure[m] - right[m], weights=weight[m])) * weight[m].sum()
        for m in (place == b for b in range(bins))
        if m.any()
    ]
    return float(sum(gaps) / weight.sum())


def resting(shapes: list[dict[str, float]], y: np.ndarray) -> dict[str, float]:
    """The blendshapes of a neutral face: medians."""
    neutral = [s for s, k in zip(shapes, y, strict=True) if k == 0]
    return {name: round(float(np.median([s[name] for s in neutral])), 4) for name in shapes[0]}


def measure(path: Path) -> dict[str, dict[str, float]]:
    """How well each kind of head does on people that it was not trained on."""
    shapes, network, y, people = load(path)
    pairs = pairs_of(shapes[0])
    share = np.bincount(y, minlength=len(CLASSES)) / len(y)
    shift, weight = np.log(np.array(HOME) / share), (np.array(HOME) / share)[y]
    report, rest = {}, resting(shapes, y)
    for kind in KINDS:
        z = held_out(table(kind, pairs, shapes, network), y, people)
        p = calibrated(z, y, people, shift)
        alike = softmax(z - np.log(share))  # every class equally likely, as balanced accuracy wants
        felt = [
            feeling(row.tolist(), s if kind != "expression" else None, rest)
            for row, s in zip(p, shapes, strict=True)
        ]
        signed = (y == 1) | ((y >= 2) & (y <= 5))
        sure = p.max(axis=1) >= 0.5
        report[kind] = {
            "accuracy": float(np.mean(p.argmax(axis=1) == y)),
            "accuracy_at_home": float(np.average(p.argmax(axis=1) == y, weights=weight)),
            "balanced_accuracy": float(balanced_accuracy_score(y, p.argmax(axis=1))),
            "balanced_accuracy_alike": float(balanced_accuracy_score(y, alike.argmax(axis=1))),
            "valence_sign_auc": float(
                roc_auc_score(y[signed] == 1, np.array([v for v, _ in felt])[signed])
            ),
            "calibration_error": calibration_error(p, y, weight),
            "sure_share": float(np.average(sure, weights=weight)),
            "accuracy_when_sure": float(
                np.average((p.argmax(axis=1) == y)[sure], weights=weight[sure])
            ),
            **{
                f"recall_{name}": float(np.mean(p.argmax(axis=1)[y == k] == k))
                for k, name in enumerate(CLASSES)
            },
        }
    return report


def train(path: Path) -> dict[str, Any]:
    """The content of `face.json`."""
    shapes, network, y, people = load(path)
    pairs = pairs_of(shapes[0])
    share = np.bincount(y, minlength=len(CLASSES)) / len(y)
    shift = np.log(np.array(HOME) / share)
    head: dict[str, Any] = {
        "about": "logistic regressions on blendshapes and the expression network, trained by "
        "sensors/vision/heads/train_face.py",
        "data": "muxspace/facial_expressions labels (Apache-2.0), features measured with the "
        "packaged models",
        "models": {
            name: models.MODELS[name].files[0].sha256 for name in ("face_landmarker", NETWORK)
        },
        "classes": CLASSES,
        "pairs": pairs,
        "rest": resting(shapes, y),
        "heads": {},
        "measured": {
            kind: {k: round(v, 3) for k, v in row.items()} for kind, row in measure(path).items()
        },
    }
    for kind in KINDS:
        x = table(kind, pairs, shapes, network)
        mean, sd, weights, bias = fit(x, y)
        t = temperature_of(held_out(x, y, people), y)
        head["heads"][kind] = {
            "mean": np.round(mean, 5).tolist(),
            "sd": np.round(sd, 5).tolist(),
            "weights": np.round(weights / t, 4).tolist(),
            "bias": np.round(bias / t + shift, 4).tolist(),
            "temperature": round(t, 3),
        }
    return head


def main(path: Path) -> None:
    """Train on a file, write `face.json` and print what was measured."""
    head = train(path)
    HEAD.write_text(
        json.dumps(head, separators=(",", ":"))
        .replace('"heads"', '\n"heads"')
        .replace('"measured"', '\n"measured"')
        + "\n"
    )
    for kind, row in head["measured"].items():
        print(kind, *(f"{name} {value:.3f}" for name, value in row.items()), sep="\n  ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
