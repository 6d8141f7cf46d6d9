"""Measures what each way of reading words understands, and what it costs: `moggy models bench`.

Balanced sentences of GoEmotions test for the classes, EmoBank dev (never trained on) for valence
and arousal, EmoryNLP test (television dialogue, labelled with the scene in view) for how well it
carries over. Trained on train, tuned on dev, reported here.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from moggy.brain.language.read_texts import First, Slow, available, chain
from moggy.vocabulary import CLASS_PRIOR, CLASSES

EKMAN = ("angry", "disgusted", "afraid", "happy", "neutral", "sad", "surprised")
"""GoEmotions' Ekman numbers 0..6 as our classes."""
EMORY = {
    "Neutral": "neutral",
    "Joyful": "happy",
    "Peaceful": "happy",
    "Powerful": "happy",
    "Sad": "sad",
    "Mad": "angry",
    "Scared": "afraid",
}
"""EmoryNLP's labels as our classes; peaceful and powerful are pleasant feelings (Willcox's wheel,
from which they come)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """One way on one set."""

    way: str
    data: str
    sentences: int
    milliseconds: float
    """CPU a sentence."""
    recall: float | None = None
    """Mean over the classes."""
    surer: float | None = None
    """Share right among the surer half."""
    off: float | None = None
    """Mean difference between confidence and share right, in ten bins."""
    valence: float | None = None
    arousal: float | None = None
    """Correlation with people's ratings."""

    @property
    def per_second(self) -> float | None:
        """Sentences put in the right class for each second of CPU."""
        return None if self.recall is None else 1000.0 * self.recall / max(self.milliseconds, 1e-3)


@dataclass(frozen=True, slots=True)
class Sentences:
    """A named set: texts with classes, or with valence and arousal."""

    name: str
    texts: list[str]
    classes: list[str] = field(default_factory=list)
    ratings: list[tuple[float, float]] = field(default_factory=list)


def bench_models(
    sentences: int = 200,
    *,
    first: First,
    data: Path | None = None,
    ways: Sequence[str] | None = None,
    say: Callable[[str], None] = print,
) -> list[BenchResult]:
    """Score every way on every set, print a table, and give the results. Raises FileNotFoundError
    where the data folder is not there."""
    folder = data or Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (folder / "text_goemotions").is_dir():
        raise FileNotFoundError(
            f"there is no data to measure on at {folder}: see its README for the sets and where they come from"
        )
    slow, missing = available()
    for message in missing:
        say(f"left out: {message}")
    routes: dict[str, tuple[First | None, list[Slow]]] = {"words": (first, [])}
    for n, (name, reader) in enumerate(slow.items()):
        routes[f"{name} alone"] = (None, [reader])
        routes["words+" + "+".join(list(slow)[: n + 1])] = (first, list(slow.values())[: n + 1])
    results = []
    say(
        f"{'way':26}{'set':18}{'recall':>8}{'surer half':>12}{'off':>7}{'valence r':>11}{'arousal r':>11}{'CPU ms':>9}{'right/CPU s':>13}"
    )
    for few in (
        goemotions(folder, sentences),
        emobank(folder, sentences),
        emorynlp(folder, sentences),
    ):
        for way, (before, readers) in routes.items():
            if ways is None or way in ways:
                results.append(_measure(way, few, before, readers))
                say(_line(results[-1]))
    return results


def _measure(way: str, few: Sentences, first: First | None, readers: Sequence[Slow]) -> BenchResult:
    chain("hello", "en", first, readers)
    began = process_time()
    rows = [chain(text, "en", first, readers) for text in few.texts]
    milliseconds = 1000.0 * (process_time() - began) / len(rows)
    if few.ratings:
        given = np.array(few.ratings)
        found = np.array([(row["valence"], row["arousal"]) for row in rows])
        r = [float(np.corrcoef(found[:, k], given[:, k])[0, 1]) for k in (0, 1)]
        return BenchResult(
            way=way,
            data=few.name,
            sentences=len(rows),
            milliseconds=milliseconds,
            valence=r[0],
            arousal=r[1],
        )
    top = [
        max(row["probabilities"], key=row["probabilities"].__getitem__) for row in _flat(rows, few)
    ]
    right = np.array([t == c for t, c in zip(top, few.classes, strict=True)])
    confidence = np.array([row["confidence"] for row in rows])
    return BenchResult(
        way=way,
        data=few.name,
        sentences=len(rows),
        milliseconds=milliseconds,
        recall=float(
            np.mean(
                [right[np.array(few.classes) == name].mean() for name in dict.fromkeys(few.classes)]
            )
        ),
        surer=float(right[np.argsort(-confidence)[: len(right) // 2]].mean()),
        off=calibration(confidence, right),
    )


def _flat(rows: list[dict[str, Any]], few: Sentences) -> Iterator[dict[str, Any]]:
    """The rows with the prior of this set in place of a pet's: in a balanced set every class is as
    likely."""

    there = set(few.classes)
    for row in rows:
        lifted = {
            name: p / prior * (name in there)
            for (name, p), prior in zip(
                row["probabilities"].items(), CLASS_PRIOR.values(), strict=True
            )
        }
        yield {"probabilities": lifted}


def calibration(confidence: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def goemotions(folder: Path, count: int) -> Sentences:
    """`count` sentences of the test split with one label, each class as often, in a fixed shuffle."""
    rows = []
    for line in (
        (folder / "text_goemotions" / "ekman_test.tsv").read_text(encoding="utf-8").split("\n")
    ):
        text, _, rest = line.rstrip("\r").partition("\t")
        label = rest.partition("\t")[0]
        if label.isdigit():
            rows.append((text, EKMAN[int(label)]))
    return _balanced("GoEmotions test", rows, count)


def emorynlp(folder: Path, count: int) -> Sentences:
    with (folder / "text_emorynlp" / "emorynlp_test_final.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return _balanced(
            "EmoryNLP test",
            [(row["Utterance"], EMORY[row["Emotion"]]) for row in csv.DictReader(file)],
            count,
        )


def emobank(folder: Path, count: int) -> Sentences:
    with (folder / "text_emobank" / "emobank_train_dev.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "dev"]
    random.Random(7).shuffle(rows)
    rows = rows[:count]
    return Sentences(
        "EmoBank dev",
        [row["text"] for row in rows],
        ratings=[(float(row["V"]), float(row["A"])) for row in rows],
    )


def _balanced(name: str, rows: list[tuple[str, str]], count: int) -> Sentences:
    random.Random(7).shuffle(rows)
    present = [c for c in CLASSES if any(label == c for _, label in rows)]
    each = max(1, count // len(present))
    chosen = [row for c in present for row in [row for row in rows if row[1] == c][:each]]
    return Sentences(name, [text for text, _ in chosen], classes=[label for _, label in chosen])


def _line(result: BenchResult) -> str:
    def cell(value: float | None, width: int, form: str) -> str:
        return f"{'–' if value is None else format(value, form):>{width}}"

    return (
        f"{result.way:26}{result.data:18}{cell(result.recall, 8, '.3f')}{cell(result.surer, 12, '.3f')}{cell(result.off, 7, '.3f')}"
        f"{cell(result.valence, 11, '.3f')}{cell(result.arousal, 11, '.3f')}{cell(result.milliseconds, 9, '.2f')}"
        f"{cell(result.per_second, 13, '.0f')}"
    )
