"""Trains the first reader of words on GoEmotions and writes its small head.

It is trained on train, its temperature is set on dev, and `python -m bench words` reports on test
(Demszky et al. 2020, Apache-2.0). It takes about three minutes on one core, and scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import zlib
from base64 import b64encode
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from bench.absent import need
from moggy.brain.language.benchmark import EKMAN
from moggy.sensors.words import lexical
from moggy.sensors.words.words_features import key, manner, pieces, plain, tokens
from moggy.sensors.words.words_head import HEAD
from moggy.vocabulary import CLASS_PRIOR, CLASSES

PRIOR = np.array(list(CLASS_PRIOR.values()))
"""(7,): CLASS_PRIOR in the order of CLASSES."""
KEPT = 20_000
"""Pieces of words in the head: 240 kB; 30,000 were no better on dev."""
LEAST = 3
"""A piece is kept when it occurs in as many texts."""
STRENGTH = 4.0
"""Inverse of the L2 penalty, from dev."""


def goemotions(data: Path, split: str) -> tuple[list[str], np.ndarray]:
    """Texts, and for each the share (7,) of its labels in the order of CLASSES."""
    texts, shares = [], []
    name = {"train": "ekman.train.tsv", "dev": "ekman.dev.tsv", "test": "ekman_test.tsv"}[split]
    for line in (data / "text_goemotions" / name).read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        text, labels, _ = line.rstrip("\r").split("\t")
        share = np.zeros(len(CLASSES))
        for label in labels.split(","):
            share[CLASSES.index(EKMAN[int(label)])] += 1.0
        texts.append(text)
        shares.append(share / share.sum())
    return texts, np.array(shares)


def weighed(texts: list[str], index: dict[int, int], rarity: np.ndarray) -> sparse.csr_matrix:
    """Texts → (n, pieces): 1 + log count, times rarity, each row of length 1."""
    rows, columns, values = [], [], []
    for n, text in enumerate(texts):
        counts = Counter(index[k] for k in map(key, pieces(tokens(plain(text)))) if k in index)
        value = {i: (1.0 + np.log(c)) * rarity[i] for i, c in counts.items()}
        norm = np.sqrt(sum(v * v for v in value.values())) or 1.0
        rows += [n] * len(value)
        columns += list(value)
        values += [v / norm for v in value.values()]
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(index)))


def packed(values: np.ndarray) -> str:
    """An array as text: its bytes, compressed, in base 64."""
    return b64encode(zlib.compress(values.tobytes(), 9)).decode()


def main() -> None:
    """Train the head on GoEmotions, write it and print its size and its loss on dev."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=HEAD, help="the file to write")
    chosen = options.parse_args()
    data = need("text_goemotions")

    texts, shares = goemotions(data, "train")
    seen: Counter[int] = Counter()
    for text in texts:
        seen.update({key(piece) for piece in pieces(tokens(plain(text)))})
    keys = sorted(k for k, count in seen.most_common(KEPT) if count >= LEAST)
    index = {k: i for i, k in enumerate(keys)}
    rarity = np.log(len(texts) / np.array([seen[k] for k in keys])) + 1.0
    rarity_steps = np.round(rarity / rarity.max() * 255)
    rarity = rarity_steps / 255 * rarity.max()

    vader = SentimentIntensityAnalyzer()

    def seen_as(texts: list[str]) -> sparse.csr_matrix:
        manners = sparse.csr_matrix(
            [manner(text, vader.polarity_scores(lexical(text))) for text in texts]
        )
        return sparse.hstack([weighed(texts, index, rarity), manners]).tocsr()

    rows, columns = np.nonzero(shares)
    model = LogisticRegression(C=STRENGTH, max_iter=200).fit(
        seen_as(texts)[rows], columns, sample_weight=shares[rows, columns]
    )
    weights = model.coef_.T
    scale = np.abs(weights[: len(keys)]).max(axis=0) / 127
    steps = np.round(weights[: len(keys)] / scale).astype(np.int8)
    manner_weights = weights[len(keys) :]
    natural = shares.sum(axis=0) / shares.sum()
    bias = model.intercept_ - np.log(natural)

    dev, dev_shares = goemotions(data, "dev")
    dev_seen = seen_as(dev)
    logits = (
        dev_seen[:, : len(keys)] @ (steps * scale)
        + dev_seen[:, len(keys) :] @ manner_weights
        + bias
    )
    # A dev sentence counts as often as its class is heard by a pet, so that the temperature fits
    # what will be met.
    heard = dev_shares * (PRIOR / dev_shares.mean(axis=0))

    def loss(temperature: float) -> float:
        scores = logits / temperature + np.log(PRIOR)
        scores -= scores.max(axis=1, keepdims=True)
        return float(
            -(heard * (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))).sum()
            / heard.sum()
        )

    temperature = float(minimize_scalar(loss, bounds=(0.3, 3.0), method="bounded").x)
    chosen.out.write_text(
        json.dumps(
            {
                "credit": "trained on GoEmotions train (Demszky et al. 2020, Apache-2.0) "
                "by bench/train_words.py",
                "classes": CLASSES,
                "temperature": round(temperature, 4),
                "bias": np.round(bias, 5).tolist(),
                "manner": np.round(manner_weights, 5).tolist(),
                "scale": np.round(scale, 7).tolist(),
                "rarest": round(float(rarity.max()), 6),
                "keys": packed(np.array(keys, dtype="<u4")),
                "rarity": packed(rarity_steps.astype(np.uint8)),
                "weights": packed(steps),
            },
            indent=1,
        )
        + "\n",
        encoding="utf-8",
    )
    size = chosen.out.stat().st_size / 1000
    print(
        f"{chosen.out}: {len(keys)} pieces, {size:.0f} kB, temperature {temperature:.2f}, "
        f"dev loss {loss(temperature):.3f}"
    )
