"""Measures what each way of reading words understands, and what it costs: `moggy models bench`.

Three sets: GoEmotions test, balanced, for the classes; EmoBank dev for valence and arousal;
EmoryNLP test (television dialogue, labelled with the scene in view) for how well it carries over to
other text. The readers were trained on GoEmotions train and tuned on its dev; they were never
trained on the two other sets.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from moggy.brain.language.reading import (
    FirstReader,
    SlowReader,
    TextReading,
    available,
    read_text,
)
from moggy.vocabulary import CLASS_PRIOR, CLASSES, PersonClass

EKMAN: tuple[PersonClass, ...] = (
    "angry",
    "disgusted",
    "afraid",
    "happy",
    "neutral",
    "sad",
    "surprised",
)
"""GoEmotions' Ekman labels 0..6 as our classes (Demszky et al. 2020)."""
EMORY: dict[str, PersonClass] = {
    "Neutral": "neutral",
    "Joyful": "happy",
    "Peaceful": "happy",
    "Powerful": "happy",
    "Sad": "sad",
    "Mad": "angry",
    "Scared": "afraid",
}
"""EmoryNLP's labels as our classes. They come from the feeling wheel of Willcox 1982, where
peaceful and powerful are pleasant."""
SEED = 7
"""Of the shuffles that choose the sentences."""
BINS = 10
"""Bins of equal width of the calibration error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """The score of one way of reading on one set."""

    way: str
    """The readers, as `words+embedding`."""
    data: str
    """Name of the set."""
    sentences: int
    milliseconds: float
    """Milliseconds of CPU for a sentence."""
    recall: float | None = None
    """Mean recall over the classes, 0..1."""
    surer: float | None = None
    """Share of right answers in the more confident half, 0..1."""
    calibration_error: float | None = None
    """Error of the confidences, as `calibration_error` computes it."""
    valence: float | None = None
    """Correlation of the valence with people's ratings, −1..1."""
    arousal: float | None = None
    """Correlation of the arousal with people's ratings, −1..1."""

    @property
    def per_second(self) -> float | None:
        """Sentences put in the right class for each second of CPU."""
        return None if self.recall is None else 1000.0 * self.recall / max(self.milliseconds, 1e-3)


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """A named set of texts, labelled either with classes or with valence and arousal."""

    name: str
    texts: list[str]
    classes: list[PersonClass] = field(default_factory=list)
    ratings: list[tuple[float, float]] = field(default_factory=list)
    """(valence, arousal), −1..1."""


def bench_models(
    sentences: int = 200,
    *,
    first: FirstReader,
    data: Path | None = None,
    ways: Sequence[str] | None = None,
    say: Callable[[str], None] = print,
) -> list[BenchResult]:
    """Score every way on every set, print a table, and return the results.

    `sentences` of each set are read, by the ways that `ways` names (None: by all). Raises
    FileNotFoundError where the data folder is not there.
    """
    folder = data or Path(__file__).resolve().parents[3] / "shared" / "data"
    if not (folder / "text_goemotions").is_dir():
        raise FileNotFoundError(
            f"there is no data to measure on at {folder}: it needs the sets text_goemotions, "
            "text_emobank and text_emorynlp, which are beside a checkout of the repository"
        )
    slow, missing = available()
    for message in missing:
        say(f"left out: {message}")
    routes: dict[str, tuple[FirstReader | None, list[SlowReader]]] = {"words": (first, [])}
    for n, (name, reader) in enumerate(slow.items()):
        routes[f"{name} alone"] = (None, [reader])
        routes["words+" + "+".join(list(slow)[: n + 1])] = (first, list(slow.values())[: n + 1])
    results = []
    say(
        f"{'way':26}{'set':18}{'recall':>8}{'surer half':>12}{'off':>7}"
        f"{'valence r':>11}{'arousal r':>11}{'CPU ms':>9}{'right/CPU s':>13}"
    )
    for labelled in (
        goemotions(folder, sentences),
        emobank(folder, sentences),
        emorynlp(folder, sentences),
    ):
        for way, (before, readers) in routes.items():
            if ways is None or way in ways:
                results.append(_measure(way, labelled, before, readers))
                say(_line(results[-1]))
    return results


def _measure(
    way: str, labelled: LabelledTexts, first: FirstReader | None, readers: Sequence[SlowReader]
) -> BenchResult:
    read_text("hello", "en", first, readers)  # loads what it needs before the time is taken
    began = process_time()
    readings = [read_text(text, "en", first, readers) for text in labelled.texts]
    milliseconds = 1000.0 * (process_time() - began) / len(readings)
    if labelled.ratings:
        given = np.array(labelled.ratings)
        found = np.array([(reading["valence"], reading["arousal"]) for reading in readings])
        return BenchResult(
            way=way,
            data=labelled.name,
            sentences=len(readings),
            milliseconds=milliseconds,
            valence=float(np.corrcoef(found[:, 0], given[:, 0])[0, 1]),
            arousal=float(np.corrcoef(found[:, 1], given[:, 1])[0, 1]),
        )
    classes = np.array(labelled.classes)
    present = list(dict.fromkeys(labelled.classes))
    top = [_most_likely(reading, present) for reading in readings]
    right = np.array(top) == classes
    confidence = np.array([reading["confidence"] for reading in readings])
    return BenchResult(
        way=way,
        data=labelled.name,
        sentences=len(readings),
        milliseconds=milliseconds,
        recall=float(np.mean([right[classes == name].mean() for name in present])),
        surer=float(right[np.argsort(-confidence)[: len(right) // 2]].mean()),
        calibration_error=calibration_error(confidence, right),
    )


def _most_likely(reading: TextReading, present: Sequence[PersonClass]) -> PersonClass:
    """The most likely of these classes with the pet's prior divided out: in a balanced set every
    class is as frequent."""
    return max(present, key=lambda name: reading["probabilities"][name] / CLASS_PRIOR[name])


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Expected calibration error (Naeini et al. 2015): the mean distance, 0..1, between confidence
    and share of right answers, over BINS bins of equal width."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def goemotions(folder: Path, count: int) -> LabelledTexts:
    """`count` comments of GoEmotions test that have one label, as many of each class."""
    rows = []
    text = (folder / "text_goemotions" / "ekman_test.tsv").read_text(encoding="utf-8")
    for line in text.split("\n"):
        comment, _, rest = line.rstrip("\r").partition("\t")
        label = rest.partition("\t")[0]
        if label.isdigit():
            rows.append((comment, EKMAN[int(label)]))
    return _balanced("GoEmotions test", rows, count)


def emorynlp(folder: Path, count: int) -> LabelledTexts:
    """`count` utterances of EmoryNLP test, as many of each of its classes."""
    path = folder / "text_emorynlp" / "emorynlp_test_final.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["Utterance"], EMORY[row["Emotion"]]) for row in csv.DictReader(file)]
    return _balanced("EmoryNLP test", rows, count)


def emobank(folder: Path, count: int | None, split: str = "dev") -> LabelledTexts:
    """`count` sentences of a split of EmoBank (None: all); the ratings 1..5 are mapped to −1..1."""
    path = folder / "text_emobank" / "emobank_train_dev.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    random.Random(SEED).shuffle(rows)
    rows = rows[:count]
    return LabelledTexts(
        f"EmoBank {split}",
        [row["text"] for row in rows],
        ratings=[((float(row["V"]) - 3.0) / 2.0, (float(row["A"]) - 3.0) / 2.0) for row in rows],
    )


def _balanced(name: str, rows: list[tuple[str, PersonClass]], count: int) -> LabelledTexts:
    """`count` of the rows in a fixed shuffle, as many of each class that occurs."""
    random.Random(SEED).shuffle(rows)
    present = [c for c in CLASSES if any(label == c for _, label in rows)]
    each = max(1, count // len(present))
    chosen = [row for c in present for row in [row for row in rows if row[1] == c][:each]]
    return LabelledTexts(name, [text for text, _ in chosen], [label for _, label in chosen])


def _line(result: BenchResult) -> str:
    def cell(value: float | None, width: int, form: str) -> str:
        return f"{'–' if value is None else format(value, form):>{width}}"

    return (
        f"{result.way:26}{result.data:18}{cell(result.recall, 8, '.3f')}"
        f"{cell(result.surer, 12, '.3f')}{cell(result.calibration_error, 7, '.3f')}"
        f"{cell(result.valence, 11, '.3f')}{cell(result.arousal, 11, '.3f')}"
        f"{cell(result.milliseconds, 9, '.2f')}{cell(result.per_second, 13, '.0f')}"
    )
