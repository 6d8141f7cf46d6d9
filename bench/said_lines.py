"""The sentences of bench/said as rows to learn from: their meanings, and folds that keep a part of
every kind and language back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from bench.answers import NEUTRAL, Said, sentences
from moggy.meanings import AWAY, SARCASTIC, Meaning, taken
from moggy.vocabulary import CLASS_PLACES, CLASSES, INTENTS, Intent, PersonClass

PLAIN = ("train", "train_others", "train_more")
"""Files of sentences to train on that are told plainly."""
FOLDS = 5
"""Parts of the sentences, each held back once."""
SEED = 3
"""Of the shuffle before they are dealt out."""
FALSE_WISHES = 0.05
"""Share of the neutral sentences (orders, answers, small talk, questions, quotes, asides) that may
be taken for a wish on the folds. Our choice."""
DOUBTED_KIND = 0.06
"""Share of the sentences that are kind, and read so, that may be doubted as sarcastic. Our choice.
The probability that finds sarcasm best (F1) is no steady one: of six readings of the folds that
differed by little it lay between 0.13 and 0.23, and this share between 0.02 and 0.07."""
HEARD = 0.05
"""How much rarer a comment is near a pet than among the sentences that a head is trained on. Our
choice."""
STEPS = np.arange(0.2, 0.96, 0.01)
"""Thresholds that are tried."""


class Thresholds(NamedTuple):
    """From where on a reading counts, as probabilities."""

    wish_from: float
    away_from: float
    """Of *leave me alone*."""
    sarcasm_from: float

    def rounded(self) -> dict[str, float]:
        """As a head stores them."""
        return {name: round(value, 2) for name, value in self._asdict().items()}


class LabelledPhrase(NamedTuple):
    """A line of intents.tsv or phrases.tsv."""

    language: str
    intent: Intent
    feeling: PersonClass
    text: str


def training(without: str | None = None) -> tuple[list[Said], int]:
    """All sentences to train on, but those of one file, and how many of them, the first, are told
    plainly, as most that a pet hears."""
    plain = [line for name in PLAIN if name != without for line in sentences(name)]
    return [*plain, *sentences("train_hard")], len(plain)


def phrases(name: str) -> list[LabelledPhrase]:
    """The lines of a file in bench/."""
    found = []
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, intent, feeling, text = line.split("\t")
            found.append(
                LabelledPhrase(language, cast(Intent, intent), cast(PersonClass, feeling), text)
            )
    return found


def balanced(shares: np.ndarray, each: int) -> list[int]:
    """Numbers of the first `each` comments of every class in a fixed shuffle; a comment with two
    labels counts for the rarer one."""
    frequency = shares.sum(axis=0)
    order = list(range(len(shares)))
    random.Random(7).shuffle(order)
    dealt: Counter[int] = Counter()
    chosen = []
    for i in order:
        k = int(min(np.flatnonzero(shares[i]), key=lambda label: frequency[label]))
        if dealt[k] < each:
            dealt[k] += 1
            chosen.append(i)
    return chosen


def meaning_of(line: Said) -> Meaning:
    """What a sentence means."""
    to = cast(Literal["pet", "about", "none"], line.to)
    return Meaning(line.kind, to, line.feeling, line.valence, line.intent)


def comments() -> list[Meaning]:
    """The meanings of GoEmotions' comments, one for each class: nobody says them to a pet."""
    return [
        Meaning("comment", "none", name, int(np.sign(round(CLASS_PLACES[name].valence, 1))), "none")
        for name in CLASSES
    ]


def meanings(lines: Sequence[Said]) -> list[Meaning]:
    """All meanings of the sentences, sorted, and those of comments after them."""
    return [*sorted({meaning_of(line) for line in lines}), *comments()]


def as_heard(bias: NDArray[np.float32]) -> NDArray[np.float32]:
    """The biases (k,) of a head that was trained with comments among the sentences, for where they
    are rare."""
    rare = bias.copy()
    rare[-len(CLASSES) :] += np.float32(np.log(HEARD))
    return rare


def fitting(of: Sequence[Meaning], intent: Intent, feeling: PersonClass) -> NDArray[np.float32]:
    """Target (k,) of a sentence of which only wish and feeling are known: the meanings that have
    both, or else the wish, in equal shares; to the pet where something is wanted."""
    wish = [
        m.intent == intent
        and m.kind not in ("comment", "sarcasm")
        and (m.to == "pet" or intent == "none")
        for m in of
    ]
    both = [fits and m.feeling == feeling for fits, m in zip(wish, of, strict=True)]
    found = np.array(both if any(both) else wish, dtype=np.float32)
    target: NDArray[np.float32] = found / found.sum()
    return target


def folds(lines: Sequence[Said], parts: int = FOLDS, seed: int = SEED) -> NDArray[np.int64]:
    """The fold 0..parts−1 of each sentence."""
    order = list(range(len(lines)))
    random.Random(seed).shuffle(order)
    order.sort(key=lambda i: (lines[i].lang, lines[i].kind))
    dealt = np.zeros(len(lines), dtype=np.int64)
    dealt[order] = np.arange(len(lines)) % parts
    return dealt


def feeling_groups(of: Sequence[Meaning]) -> NDArray[np.float32]:
    """(k, 7): 1 where a meaning has a feeling of CLASSES."""
    return np.array([[m.feeling == name for name in CLASSES] for m in of], dtype=np.float32)


def thresholds(
    lines: Sequence[Said],
    of: Sequence[Meaning],
    probabilities: NDArray[np.float32],
    sent_off: float,
) -> Thresholds:
    """The least probabilities with which at most FALSE_WISHES of the neutral sentences are taken
    for a wish, at most `sent_off` of the orders for *leave me alone* and at most DOUBTED_KIND of
    the kind ones for sarcasm, on sentences that were held back; prints what they give."""
    read = [taken(of, row.tolist()) for row in probabilities]
    top = np.array([max(r.wishes[w] for w in INTENTS[1:]) for r in read])
    none = np.array([line.intent == "none" for line in lines])
    neutral = np.array([line.kind in NEUTRAL for line in lines])
    wish_from = next(float(t) for t in STEPS if (top[neutral] >= t).mean() <= FALSE_WISHES)
    ordered = [r for r, line in zip(read, lines, strict=True) if line.kind == "order"]
    away_from = next(
        float(t)
        for t in STEPS[wish_from <= STEPS]
        if np.mean([r.wish(wish_from, float(t)) == AWAY for r in ordered]) <= sent_off
    )
    wish = np.array([r.wish(wish_from, away_from) for r in read])
    right = wish == np.array([line.intent for line in lines])
    left = np.array([line.intent == AWAY for line in lines])
    sarcastic = np.array([r.sarcastic for r in read])
    is_so = np.array([line.kind == SARCASTIC for line in lines])
    kind = np.array(
        [line.valence > 0 and line.kind != SARCASTIC for line in lines], dtype=bool
    ) & np.array([r.doubtful(0.0) for r in read])
    sarcasm_from = next(
        float(t)
        for t in np.arange(0.05, 0.96, 0.01)
        if (sarcastic[kind] > t).mean() <= DOUBTED_KIND
    )
    doubted = sarcastic > sarcasm_from
    print(
        f"held-back folds: a wish from {wish_from:.2f}: {right[~none].mean():.3f} of the wishes, "
        f"{1 - right[none].mean():.3f} of the others taken for one, "
        f"{1 - right[neutral].mean():.3f} of the neutral ones; *leave me alone* from "
        f"{away_from:.2f}: {right[left].mean():.3f} of them; sarcasm from "
        f"{sarcasm_from:.2f}: precision {is_so[doubted].mean():.2f}, recall "
        f"{doubted[is_so].mean():.2f}"
    )
    return Thresholds(wish_from, away_from, sarcasm_from)
