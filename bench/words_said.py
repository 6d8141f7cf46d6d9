"""Reads the sentences of bench/said and scores each reader by language and by kind: the sign of the
valence, the wish, whom it is meant for, how often it is unsure, and whether its confidence is worth
what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bench.answers import NEUTRAL, SARCASM, Said, sentences
from moggy.brain.language import SlowReader, TextReading, read_text
from moggy.sensors.words import understand

LANGUAGES = ("en", "zh", "es", "ja", "de")
"""Languages of the files, in the order of the table."""
BINS = 10
"""Bins of equal width of the calibration error."""
TOLD = 0.5
"""`to_pet` from which a sentence counts as said to the pet."""


class Score(NamedTuple):
    """Shares, 0..1; None where no sentence tells."""

    sentences: int
    sign: float | None
    """The valence has the sign of the speaker's, of the sentences that have one."""
    wish: float
    """The intent is right."""
    to: float | None
    """Said to the pet or about something else, as it is; nothing told is wrong."""
    feeling: float
    """The likeliest class is right."""
    unsure: float


Read = list[tuple[Said, TextReading]]


def score(read: Read) -> Score:
    """The scores of some sentences."""
    signed = [(r["valence"] > 0.0) == (s.valence > 0) for s, r in read if s.valence]
    told = [
        r["to_pet"] is not None and (r["to_pet"] > TOLD) == (s.to == "pet")
        for s, r in read
        if s.to != "none"
    ]
    return Score(
        len(read),
        _share(signed),
        _share([r["intent"] == s.intent for s, r in read]) or 0.0,
        _share(told),
        _share([_top(r) == s.feeling for s, r in read]) or 0.0,
        _share([r["unsure"] for _, r in read]) or 0.0,
    )


def calibration_error(read: Read) -> float:
    """Expected calibration error: how far the confidence is from the share of likeliest classes
    that are right, on average over ten bins."""
    sure = np.array([r["confidence"] for _, r in read])
    right = np.array([_top(r) == s.feeling for s, r in read])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(
        sum(
            abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
            for b in np.unique(bins)
        )
    )


def _share(right: Sequence[bool]) -> float | None:
    return sum(right) / len(right) if right else None


def _top(row: TextReading) -> str:
    return str(max(row["probabilities"], key=row["probabilities"].__getitem__))


def taken_for(read: Read, kind: str, intent: str) -> float:
    """Share of the sentences of a kind that are read as a wish that they are not."""
    return _share([r["intent"] == intent for s, r in read if s.kind == kind]) or 0.0


def by_kind(slow: Mapping[str, SlowReader], name: str) -> None:
    """Print the tables of `bench/said/NAME.tsv` for the first reader, and with the embedding where
    it is here. Languages are not told to the readers."""
    lines = sentences(name)
    ways = {"words": list[SlowReader]()}
    if "embedding" in slow:
        ways["words+embedding"] = [slow["embedding"]]
    print(
        f"\nbench/said/{name}.tsv, {len(lines)} sentences"
        + (", ON WHICH THE READERS WERE TRAINED" if name.startswith("train") else "")
        + "; trained and tuned on folds of train*.tsv, GoEmotions train and intents.tsv"
    )
    for way, readers in ways.items():
        read = [(line, read_text(line.text, "", understand, readers)) for line in lines]
        head = f"{'n':>5}{'sign':>7}{'wish':>7}{'to':>7}{'feeling':>9}{'unsure':>8}{'ECE':>7}"
        print(f"\n{way:17}{head}")
        for lang in (*LANGUAGES, "all"):
            _line(lang, [pair for pair in read if lang in ("all", pair[0].lang)], error=True)
        for kind in dict.fromkeys(line.kind for line in lines):
            _line(kind, [pair for pair in read if pair[0].kind == kind])
        _promises(read)


def _line(name: str, read: Read, *, error: bool = False) -> None:
    s = score(read)
    shares = (
        f"{'-':>{width}}" if value is None else f"{value:>{width}.2f}"
        for value, width in ((s.sign, 7), (s.wish, 7), (s.to, 7), (s.feeling, 9), (s.unsure, 8))
    )
    off = f"{calibration_error(read):>7.3f}" if error else ""
    print(f"{name:17}{s.sentences:>5}{''.join(shares)}{off}")


def _promises(read: Read) -> None:
    """Print what must not happen, and what becomes of sarcasm."""
    neutral = [r["intent"] != "none" for s, r in read if s.kind in NEUTRAL]
    sarcastic = [r["unsure"] for s, r in read if s.kind == SARCASM]
    doubted = [s.kind == SARCASM for s, r in read if r["unsure"]]
    kind_words = [r for s, r in read if s.kind == SARCASM and s.valence < 0]
    fooled = [r["intent"] == "praise" and not r["unsure"] for r in kind_words]
    print(
        f"orders read as leave_me_alone {taken_for(read, 'order', 'leave_me_alone'):.3f}, answers "
        f"as scolding {taken_for(read, 'answer', 'scold'):.3f}, neutral sentences as any wish "
        f"{_share(neutral) or 0.0:.3f}\n"
        f"sarcasm that is unsure {_share(sarcastic) or 0.0:.2f}, "
        f"share of the unsure that is sarcasm {_share(doubted) or 0.0:.2f}; reproaches in kind "
        f"words that are taken for praise {_share(fooled) or 0.0:.2f}"
    )
