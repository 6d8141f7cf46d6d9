"""Trains a small network on rows of numbers: one hidden layer or none, targets that are
probabilities, dropout, and AdamW (Loshchilov & Hutter 2019)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Matrix = NDArray[np.float32]


class Recipe(NamedTuple):
    """How a network is trained."""

    hidden: int
    """Units of the hidden layer; 0: none."""
    epochs: int
    rate: float
    decay: float
    """Weight decay of AdamW, times the rate."""
    drop_in: float
    """Share of the inputs that is dropped."""
    drop_hidden: float
    batch: int = 64
    seed: int = 0


WARM_UP = 50
"""Steps in which the rate grows."""


class Pace(NamedTuple):
    """How long and how fast a network is trained."""

    epochs: int
    batch: int
    rate: float
    decay: float
    """Weight decay of AdamW, times the rate."""


def train(x: Matrix, y: Matrix, weight: Matrix, recipe: Recipe) -> list[Matrix]:
    """Inputs (n, d), target probabilities (n, k) and weights (n,) → the matrices and biases, from
    the inputs on."""
    rng = np.random.default_rng(recipe.seed)
    layers = _fresh(x.shape[1], recipe.hidden, y.shape[1], rng)
    pace = Pace(recipe.epochs, recipe.batch, recipe.rate, recipe.decay)
    descend(
        layers,
        len(x),
        lambda rows: _slopes(layers, x[rows], y[rows], weight[rows], recipe, rng),
        pace,
        rng,
    )
    return layers


def descend(
    layers: list[Matrix],
    count: int,
    slopes: Callable[[NDArray[np.int64]], list[Matrix]],
    pace: Pace,
    rng: np.random.Generator,
) -> None:
    """Change the layers by AdamW (Loshchilov & Hutter 2019), in batches of `count` rows; `slopes`
    is the gradient of some of them."""
    first = [np.zeros_like(p) for p in layers]
    second = [np.zeros_like(p) for p in layers]
    steps, step = pace.epochs * -(-count // pace.batch), 0
    for _ in range(pace.epochs):
        order = rng.permutation(count)
        for start in range(0, count, pace.batch):
            step += 1
            rate = pace.rate * min(1.0, step / WARM_UP) * 0.5 * (1 + np.cos(np.pi * step / steps))
            found = slopes(order[start : start + pace.batch])
            for p, m, v, slope in zip(layers, first, second, found, strict=True):
                m += 0.1 * (slope - m)
                v += 0.01 * (slope * slope - v)
                p -= rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.99**step)) + 1e-8)
                if p.ndim == 2:
                    p -= rate * pace.decay * p


def train_several(x: Matrix, y: Matrix, weight: Matrix, recipe: Recipe, seeds: int) -> list[Matrix]:
    """Networks from several seeds as one whose scores are the mean of theirs."""
    each = [train(x, y, weight, recipe._replace(seed=recipe.seed + seed)) for seed in range(seeds)]
    first, first_bias, second, second_bias = (list(part) for part in zip(*each, strict=True))
    return [
        np.concatenate(first, axis=1),
        np.concatenate(first_bias),
        np.concatenate(second) / np.float32(seeds),
        np.mean(second_bias, axis=0),
    ]


def _fresh(inputs: int, hidden: int, outputs: int, rng: np.random.Generator) -> list[Matrix]:
    if not hidden:
        return [np.zeros((inputs, outputs), np.float32), np.zeros(outputs, np.float32)]
    return [
        rng.normal(0.0, np.sqrt(2.0 / inputs), (inputs, hidden)).astype(np.float32),
        np.zeros(hidden, np.float32),
        rng.normal(0.0, np.sqrt(1.0 / hidden), (hidden, outputs)).astype(np.float32),
        np.zeros(outputs, np.float32),
    ]


def _kept(shape: tuple[int, ...], drop: float, rng: np.random.Generator) -> Matrix:
    """0 for what is dropped, and what makes up for it for the rest."""
    kept = (rng.random(shape, dtype=np.float32) > drop).astype(np.float32)
    return kept / np.float32(1.0 - drop)


def _slopes(
    layers: list[Matrix],
    x: Matrix,
    y: Matrix,
    weight: Matrix,
    recipe: Recipe,
    rng: np.random.Generator,
) -> list[Matrix]:
    """The gradient of the mean cross-entropy of one batch."""
    x = x * _kept(x.shape, recipe.drop_in, rng)
    if not recipe.hidden:
        off = (softmax(x @ layers[0] + layers[1]) - y) * weight[:, None] / np.float32(len(x))
        return [x.T @ off, off.sum(axis=0)]
    active = np.maximum(x @ layers[0] + layers[1], 0.0)
    mask = _kept(active.shape, recipe.drop_hidden, rng)
    hidden = active * mask
    off = (softmax(hidden @ layers[2] + layers[3]) - y) * weight[:, None] / np.float32(len(x))
    back = (off @ layers[2].T) * mask * (active > 0.0)
    return [x.T @ back, back.sum(axis=0), hidden.T @ off, off.sum(axis=0)]


def scores(layers: list[Matrix], x: Matrix) -> Matrix:
    """Inputs (n, d) → scores (n, k): log-probabilities up to a constant."""
    if len(layers) == 2:
        return x @ layers[0] + layers[1]
    found: Matrix = np.maximum(x @ layers[0] + layers[1], 0.0) @ layers[2] + layers[3]
    return found


def softmax(values: Matrix) -> Matrix:
    """Scores (n, k) → probabilities."""
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    found: Matrix = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return found


def temperature(values: Matrix, groups: Matrix, right: NDArray[np.int64]) -> float:
    """What the scores (n, k) are divided by so that the probabilities of groups of outputs (k, g)
    fit the right groups (n,) best."""

    def loss(t: float) -> float:
        p = softmax(values / np.float32(t)) @ groups
        return float(-np.log(p[np.arange(len(p)), right] + 1e-9).mean())

    return float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x)
