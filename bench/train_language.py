"""Trains the head of the embedding, or of the language model (`--model smollm2`), and writes it to
brain/language/heads.

On one core the embedding takes about five minutes the first time, the language model ten minutes
for 800 sentences. Vectors are kept in `--cache`, so that a second training takes a minute.

Meanings are learnt from bench/said/train*.tsv and bench/intents.tsv (ours), and what nobody says to
a pet from comments of GoEmotions train (Demszky et al. 2020, Apache-2.0). The weights that join a
reading with the one before it and the thresholds are set on folds of train.tsv that are held back,
with a first reading that was not trained on them either. EmoBank (CC BY-SA) is not trained on.

Beside an embedding the language model's reading adds nothing, so it only reads where no embedding
answered.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from bench import train_said
from bench.absent import need
from bench.answers import Said
from bench.network import Matrix, Recipe, scores, softmax, train
from bench.said_lines import (
    FOLDS,
    as_heard,
    balanced,
    fitting,
    folds,
    meaning_of,
    phrases,
    thresholds,
    training,
)
from bench.train_words import goemotions
from bench.vectors import Embed, vectors
from moggy import models
from moggy.brain.language import head as heads
from moggy.brain.language import refine
from moggy.brain.language.question import Question
from moggy.meanings import ADDRESSEES, Meaning, taken
from moggy.vocabulary import CLASSES, INTENTS

RECIPE = {
    "embedding": Recipe(hidden=0, epochs=30, rate=3e-3, decay=0.1, drop_in=0.2, drop_hidden=0.0),
    "smollm2": Recipe(hidden=0, epochs=30, rate=1e-3, decay=0.3, drop_in=0.4, drop_hidden=0.0),
}
"""Chosen on the folds."""
COMMENTS = {"embedding": 800, "smollm2": 25}
"""Comments of each class at most: balanced, since a class of 1.7 % is not learnt from its share."""
COMMENT_WEIGHT = 0.3
"""What a comment counts beside a sentence that is said to a pet."""
SOME = (10, 2, 11)
"""The language model takes a third of a second for a sentence, so it learns from two of ten parts
of train*.tsv, dealt with the seed 11."""
SENT_OFF = 0.01
"""Share of the orders that may be taken for *leave me alone*: half of what is promised
(docs/words.md), since folds are kinder than sentences of other people."""
TRIES = 250
"""Sets of weights that are tried."""


class Before(NamedTuple):
    """The first reading of each sentence, by a network that was not trained on it."""

    questions: list[Question]
    meanings: list[Meaning]


def first_reading(lines: Sequence[Said], plain: int) -> Before:
    """Questions as the second tier is asked them."""
    of, shares = train_said.held_back(lines, plain)
    wish_from, away_from, sarcasm_from = thresholds(lines, of, shares, train_said.SENT_OFF)
    asked = []
    for line, row in zip(lines, shares, strict=True):
        read = taken(of, row.tolist())
        asked.append(
            Question(
                text=line.text,
                probabilities=read.probabilities,
                valence=read.valence,
                intent="none" if read.doubtful(sarcasm_from) else read.wish(wish_from, away_from),
                to_pet=read.to_pet,
                confidence=max(read.probabilities.values()),
            )
        )
    return Before(asked, of)


class Learnt(NamedTuple):
    """The rows that a head is trained on; those of bench/said come first."""

    x: Matrix
    targets: Matrix
    weight: Matrix
    mean: Matrix
    spread: Matrix


def rows(
    source: str, lines: Sequence[Said], of: Sequence[Meaning], embed: Embed, cache: Path
) -> Learnt:
    """The vectors of all sentences, and what they mean."""
    short = phrases("intents.tsv") if source == "embedding" else []
    texts, shares = goemotions(need("text_goemotions"), "train")
    chosen = balanced(shares, COMMENTS[source])
    said = [line.text for line in lines] + [line.text for line in short]
    x = vectors(said + [texts[i] for i in chosen], embed, cache / source)
    targets = np.zeros((len(x), len(of)), dtype=np.float32)
    for n, line in enumerate(lines):
        targets[n, of.index(meaning_of(line))] = 1.0
    for n, phrase in enumerate(short, len(lines)):
        targets[n] = fitting(of, phrase.intent, phrase.feeling)
    targets[len(said) :, -len(CLASSES) :] = shares[chosen]
    weight = np.ones(len(x), dtype=np.float32)
    weight[len(said) :] = COMMENT_WEIGHT
    # The embedding's directions keep their sizes; a language model has a few huge ones that would
    # drown the rest.
    mean, spread = x.mean(axis=0), x.std(axis=0) + np.float32(1e-3)
    if source == "embedding":
        spread = np.full_like(mean, spread.mean())
    return Learnt((x - mean) / spread, targets, weight, mean, spread)


def crossed(lines: Sequence[Said], learnt: Learnt, recipe: Recipe) -> Matrix:
    """Scores (n, k) of each of the first sentences by a head that was not trained on it."""
    part = folds(lines)
    others = np.ones(len(learnt.x) - len(lines), dtype=bool)
    found = np.zeros((len(lines), learnt.targets.shape[1]), dtype=np.float32)
    for k in range(FOLDS):
        kept = np.concatenate([part != k, others])
        layers = train(learnt.x[kept], learnt.targets[kept], learnt.weight[kept], recipe)
        layers[-1] = as_heard(layers[-1])
        found[part == k] = scores(layers, learnt.x[: len(lines)][part == k])
    return found


def fit_weights(
    lines: Sequence[Said], before: Before, own: Matrix
) -> tuple[dict[str, float], Matrix]:
    """The weights with which the feelings, wishes and addressees of held-back sentences are the
    likeliest; the probabilities (n, k) of their meanings by both readings."""
    of = before.meanings
    factors = np.array(
        [
            refine.terms(question, of, row.tolist())
            for question, row in zip(before.questions, own, strict=True)
        ],
        dtype=np.float32,
    )
    groups = [
        np.array([[m.feeling == name for name in CLASSES] for m in of], dtype=np.float32),
        np.array([[m.intent == name for name in INTENTS] for m in of], dtype=np.float32),
        np.array([[m.to == name for name in ADDRESSEES] for m in of], dtype=np.float32),
    ]
    right = [
        [CLASSES.index(line.feeling) for line in lines],
        [INTENTS.index(line.intent) for line in lines],
        [ADDRESSEES.index(line.to) for line in lines],
    ]

    def loss(values: Sequence[float]) -> float:
        p = softmax(factors @ np.array(values, dtype=np.float32))
        return -sum(
            float(np.log((p @ group)[np.arange(len(p)), true] + 1e-9).mean())
            for group, true in zip(groups, right, strict=True)
        )

    start = np.array([0.8, 0.5, 1.0, 0.5, 0.5])
    found = minimize(loss, start, method="Nelder-Mead", options={"maxfev": TRIES})
    print(f"held-back loss {found.fun:.3f}; this reading alone {loss([1.0, 0, 0, 0, 0]):.3f}")
    weights = {
        name: round(float(value), 3) for name, value in zip(refine.ADDED, found.x, strict=True)
    }
    return weights, softmax(factors @ found.x.astype(np.float32))


def learn(source: str, sha256: str, embed: Embed, cache: Path) -> None:
    """Train the head of one model, write it and print what it gives on held-back folds."""
    every, plain = training()
    before = first_reading(every, plain)
    chosen = list(range(len(every)))
    if source == "smollm2":
        parts, kept, seed = SOME
        chosen = np.flatnonzero(folds(every, parts, seed) < kept).tolist()
    lines = [every[i] for i in chosen]
    before = before._replace(questions=[before.questions[i] for i in chosen])
    learnt = rows(source, lines, before.meanings, embed, cache)
    own = crossed(lines, learnt, RECIPE[source])
    weights, both = fit_weights(lines, before, own)
    counts_from = thresholds(lines, before.meanings, both, SENT_OFF)
    layers = train(learnt.x, learnt.targets, learnt.weight, RECIPE[source])
    made = heads.SentenceHead(
        credit="trained on bench/said/train*.tsv and bench/intents.tsv (ours) and GoEmotions train "
        "(Demszky et al. 2020, Apache-2.0) by bench/train_language.py",
        mean=learnt.mean,
        spread=1.0,
        meanings=tuple(before.meanings),
        rows=(layers[0] / learnt.spread[:, None]).T,
        bias=as_heard(layers[1]),
        weights=weights | counts_from.rounded(),
    )
    print(heads.save(made, sha256))


def embedder(source: str) -> tuple[str, Embed]:
    """(sha256 of the model's weights, text → vector)"""
    if source == "embedding":
        from moggy.brain.language.embedding import MODEL, Embedding, engine

        model: Any = engine(str(models.path(MODEL)))
        return models.MODELS[MODEL].files[0].sha256, lambda text: Embedding.encode(model, text)
    from moggy.brain.language.model import reader

    return reader()


def main() -> None:
    """Train the head of the model that is asked for."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--model", choices=("embedding", "smollm2"), default="embedding")
    options.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "moggy-vectors"
    )
    chosen = options.parse_args()
    need("text_goemotions")
    sha256, embed = embedder(chosen.model)
    learn(chosen.model, sha256, embed, chosen.cache)
