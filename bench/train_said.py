"""Trains the network, the table of letters and the pieces of words of the first reader of words on
bench/said/train*.tsv and writes them.

Beside those sentences it learns from bench/intents.tsv (ours) and, as what nobody says to a pet,
from comments of GoEmotions train (Demszky et al. 2020, Apache-2.0). Its temperature and thresholds
are set on folds that are held back. It takes about six minutes on one core, and needs the
embedding (`moggy models fetch e5_small`), of which the pieces are.
"""

from __future__ import annotations

import argparse
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bench import train_grams, train_pieces
from bench.absent import need
from bench.answers import Said, sentences
from bench.network import Matrix, Recipe, scores, softmax, temperature, train_several
from bench.said_lines import (
    FOLDS,
    PLAIN,
    as_heard,
    balanced,
    feeling_groups,
    fitting,
    folds,
    meaning_of,
    meanings,
    phrases,
    thresholds,
    training,
)
from bench.train_words import goemotions
from moggy.meanings import Meaning, stored
from moggy.sensors.words import words_lexicon, words_vocabulary
from moggy.sensors.words.words_address import language
from moggy.sensors.words.words_features import manner, plain, tokens
from moggy.sensors.words.words_grams import GRAMS
from moggy.sensors.words.words_head import head
from moggy.sensors.words.words_meanings import GRAMS_SHARE, HEAD, INPUTS, PIECES_SHARE, inputs
from moggy.sensors.words.words_meanings import head as shipped
from moggy.sensors.words.words_phrases import wish
from moggy.sensors.words.words_reader import cut, lexical, vader

RECIPE = Recipe(hidden=48, epochs=50, rate=3e-3, decay=0.02, drop_in=0.15, drop_hidden=0.4)
"""Chosen on the folds."""
SEEDS = 3
"""Networks whose scores are averaged: one alone gives chance differences between like words."""
COMMENTS = 700
"""Comments of each class at most."""
COMMENT_WEIGHT = 0.15
"""What a comment counts: little, since a pet hears few such sentences."""
SHORT_WEIGHT = 3.0
"""What a line of bench/intents.tsv counts: they are the sentences that are said most."""
SHORT_TIMES = 4
"""How often such a line is shown to the letters and the pieces, which know no weights: among 28,000
sentences one is not learnt."""
SENT_OFF = 0.015
"""Share of the orders that may be taken for *leave me alone*. On the folds it stays at 0.013 to
0.015 between the thresholds 0.55 and 0.70, while *leave me alone* itself is found less."""
TWICE = 2
"""Sentences in which a word stands that is of the vocabulary: less may be a name or a slip."""
Rows = tuple[Matrix, Matrix, Matrix]
"""Inputs, targets and weights."""


class Both(NamedTuple):
    """What the network and the table of letters learn from."""

    mine: Rows
    more: Rows
    letters: csr_matrix
    """Of bench/said/train*.tsv, and of bench/intents.tsv after them, SHORT_TIMES."""
    texts: list[str]
    """The same sentences."""

    def letters_of(self, kept: NDArray[np.bool_]) -> train_grams.Table:
        """The table of letters, trained on what is kept of train.tsv."""
        rows, targets = self._kept(kept)
        table = train_grams.train(self.letters[rows], targets)
        return table._replace(out_bias=as_heard(table.out_bias))

    def pieces_of(self, kept: NDArray[np.bool_]) -> train_pieces.Trained:
        """The pieces of words, likewise."""
        rows, targets = self._kept(kept)
        found = train_pieces.train([self.texts[n] for n in np.flatnonzero(rows)], targets)
        return found._replace(out_bias=as_heard(found.out_bias))

    def _kept(self, kept: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Matrix]:
        """What is kept of `texts`, with all of bench/intents.tsv, and its targets."""
        short = len(self.texts) - len(kept)
        its = [self.more[1][: short // SHORT_TIMES]] * SHORT_TIMES
        return np.append(kept, np.ones(short, bool)), np.concatenate([self.mine[1][kept], *its])


def learnt_from(lines: Sequence[Said], of: Sequence[Meaning]) -> Both:
    """All rows."""
    texts = [line.text for line in lines]
    texts += SHORT_TIMES * [line.text for line in phrases("intents.tsv")]
    return Both(own(lines, of), beside(of), train_grams.seen_as(texts), texts)


def seen_as(texts: Sequence[str], said: Sequence[str]) -> Matrix:
    """The inputs (n, INPUTS) of texts, whose languages are `said` or, where it is empty, found."""
    found = np.zeros((len(texts), INPUTS), dtype=np.float32)
    for n, (text, lang) in enumerate(zip(texts, said, strict=True)):
        text = cut(text)
        common = plain(text)
        spelt = tokens(common)
        lang = lang or language(common, "")
        polarity = vader().polarity_scores(lexical(text))
        for number, value in inputs(
            common,
            words_lexicon.found(common, spelt, lang),
            lang,
            wish(common, lang),
            polarity,
            head().scores(spelt, manner(text, polarity)),
        ):
            found[n, number] = value
    return found


def own(lines: Sequence[Said], of: Sequence[Meaning]) -> Rows:
    """The rows of bench/said/train.tsv."""
    targets = np.eye(len(of), dtype=np.float32)[[of.index(meaning_of(line)) for line in lines]]
    x = seen_as([line.text for line in lines], [""] * len(lines))
    return x, targets, np.ones(len(lines), np.float32)


def beside(of: Sequence[Meaning]) -> Rows:
    """The rows of bench/intents.tsv and of GoEmotions."""
    short = phrases("intents.tsv")
    texts, shares = goemotions(need("text_goemotions"), "train")
    chosen = balanced(shares, COMMENTS)
    targets = np.zeros((len(short) + len(chosen), len(of)), dtype=np.float32)
    for n, line in enumerate(short):
        targets[n] = fitting(of, line.intent, line.feeling)
    targets[len(short) :, -shares.shape[1] :] = shares[chosen]
    x = seen_as(
        [line.text for line in short] + [texts[i] for i in chosen],
        [line.language for line in short] + ["en"] * len(chosen),
    )
    weight = np.full(len(x), COMMENT_WEIGHT, dtype=np.float32)
    weight[: len(short)] = SHORT_WEIGHT
    return x, targets, weight


def crossed(lines: Sequence[Said], of: Both) -> Matrix:
    """Scores (n, k) of each sentence by a network and a table that were not trained on it."""
    part = folds(lines)
    mine, more, letters, texts = of
    found = np.zeros_like(mine[1])
    for k in range(FOLDS):
        kept = part != k
        x, y, weight = (np.concatenate([a[kept], b]) for a, b in zip(mine, more, strict=True))
        layers = train_several(x, y, weight, RECIPE, SEEDS)
        layers[-1] = as_heard(layers[-1])
        beside = of.letters_of(kept).scores(letters[: len(lines)][~kept])
        found[~kept] = scores(layers, mine[0][~kept]) + np.float32(GRAMS_SHARE) * beside
        seen = of.pieces_of(kept).scores([texts[n] for n in np.flatnonzero(~kept)])
        found[~kept] += np.float32(PIECES_SHARE) * seen
    return found


def held_back(lines: Sequence[Said], plain: int) -> tuple[list[Meaning], Matrix]:
    """For the second tier: the meanings, and their calibrated probabilities (n, k) for each
    sentence by a network that was not trained on it."""
    of = meanings(lines)
    found = crossed(lines, learnt_from(lines, of))
    return of, softmax(found / np.float32(_temperature(lines[:plain], of, found)))


def _temperature(lines: Sequence[Said], of: Sequence[Meaning], found: Matrix) -> float:
    """Fitted on `lines`, whose scores are the first of `found`."""
    groups = feeling_groups(of)
    right = np.array([groups[of.index(meaning_of(line))].argmax() for line in lines])
    return temperature(found[: len(lines)], groups, right)


def packed(values: Matrix) -> str:
    """An array as text: half floats in base 64."""
    return b64encode(values.astype("<f2").tobytes()).decode()


def written(table: train_grams.Table) -> None:
    """Write the table of letters."""
    stored = {
        "credit": "trained on bench/said/train*.tsv and bench/intents.tsv (ours) by "
        "bench/train_said.py",
        "meanings": len(table.out_bias),
        "step": table.step,
        "table": b64encode(table.table.tobytes()).decode(),
        "bias": packed(table.bias),
        "out": packed(table.out.T.copy()),
        "out_bias": packed(table.out_bias),
    }
    GRAMS.write_text(json.dumps(stored) + "\n", encoding="utf-8")


def strangers(name: str) -> None:
    """Print how the parts read the sentences of a file after training without it: its writers are
    strangers to them. Temperature as shipped."""
    lines, _ = training(without=name)
    of = meanings(lines)
    met = [line for line in sentences(name) if meaning_of(line) in of]
    texts = [line.text for line in met]
    both = learnt_from(lines, of)
    x, y, weight = (np.concatenate(pair) for pair in zip(both.mine, both.more, strict=True))
    everything = np.ones(len(lines), bool)
    layers = train_several(x, y, weight, RECIPE, SEEDS)
    layers[-1] = as_heard(layers[-1])
    network = scores(layers, seen_as(texts, [""] * len(met)))
    letters = np.float32(GRAMS_SHARE) * both.letters_of(everything).scores(
        train_grams.seen_as(texts)
    )
    seen = np.float32(PIECES_SHARE) * both.pieces_of(everything).scores(texts)
    groups = feeling_groups(of)
    right = np.array([groups[of.index(meaning_of(line))].argmax() for line in met])
    print(f"{name}.tsv, {len(met)} sentences: share whose likeliest feeling is right")
    for part, found in (
        ("the network alone", network),
        ("with letters", network + letters),
        ("with pieces", network + seen),
        ("with both", network + letters + seen),
    ):
        cool = (found / shipped().temperature).astype(np.float32)
        hits = (softmax(cool) @ groups).argmax(axis=1) == right
        each = {
            lang: hits[[line.lang == lang for line in met]].mean()
            for lang in dict.fromkeys(line.lang for line in met)
        }
        shares = " ".join(f"{lang} {share:.3f}" for lang, share in each.items())
        print(f"{part:18} {hits.mean():.3f}  {shares}")


def vocabulary(lines: Sequence[Said]) -> dict[str, list[str]]:
    """Language → the words of at least TWICE of its sentences."""
    found: dict[str, list[str]] = {}
    for lang in words_vocabulary.LANGUAGES:
        each = [set(tokens(plain(cut(line.text)))) for line in lines if line.lang == lang]
        counts = Counter(word for words in each for word in words if word[0].isalpha())
        found[lang] = [word for word, count in counts.items() if count >= TWICE]
    return found


def main() -> None:
    """Train on folds for the temperature and the thresholds, then on everything; write the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=HEAD, help="the file to write")
    options.add_argument(
        "--without", choices=PLAIN, help="write nothing: how well a file is read without it"
    )
    chosen = options.parse_args()
    if chosen.without:
        strangers(chosen.without)
        return
    lines, told_plainly = training()
    words_vocabulary.written(vocabulary(lines))
    of = meanings(lines)
    both = learnt_from(lines, of)
    found = crossed(lines, both)
    warmth = _temperature(lines[:told_plainly], of, found)
    counts_from = thresholds(lines, of, softmax(found / np.float32(warmth)), SENT_OFF)
    x, y, weight = (np.concatenate(pair) for pair in zip(both.mine, both.more, strict=True))
    layers = train_several(x, y, weight, RECIPE, SEEDS)
    layers[-1] = as_heard(layers[-1])
    everything = np.ones(len(lines), bool)
    written(both.letters_of(everything))
    train_pieces.written(both.pieces_of(everything))
    chosen.out.write_text(
        json.dumps(
            {
                "credit": "trained on bench/said/train*.tsv and bench/intents.tsv (ours) and "
                "GoEmotions train (Demszky et al. 2020, Apache-2.0) by bench/train_said.py",
                "meanings": stored(of),
                "temperature": round(warmth, 4),
                **counts_from.rounded(),
                "hidden": packed(layers[0]),
                "hidden_bias": packed(layers[1]),
                "out": packed(layers[2].T.copy()),
                "out_bias": packed(layers[3]),
            },
            ensure_ascii=False,
        )
        + "\n",
        encoding="utf-8",
    )
    print(f"{chosen.out}: {chosen.out.stat().st_size / 1000:.0f} kB, temperature {warmth:.2f}")


if __name__ == "__main__":
    main()
