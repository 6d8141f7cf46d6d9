"""Whether CLASS_PLACES, the valence and arousal of the classes, agrees with what people rated.

Four tables are compared: the shipped one, the unchanged numbers of Russell & Mehrabian 1977, and
two that earlier versions used.

Words: the first reader reads EmoBank (Buechel & Hahn 2017, CC BY-SA 4.0), whose sentences people
rated for valence and arousal. A table may be chosen on the split train; the figures of the split
dev are the ones to report. Faces: how well the sign of valence is read from the faces of people
whom the head was not trained on (five folds by person).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from bench.absent import attempt, folder_of, need
from moggy.brain.language.benchmark import LabelledTexts, emobank
from moggy.messages import Words
from moggy.sensors.words import understand
from moggy.vocabulary import CLASS_PLACES, CLASSES, ClassPlace, PersonClass

Places = Mapping[PersonClass, ClassPlace]
Numbers = NDArray[np.float64]

SURE = 0.6
"""Probability, 0..1, that a class must have for a sentence to count as of that class."""
RESAMPLES = 1000
"""Samples of the bootstrap (Efron 1979)."""
SEED = 1
"""Of the bootstrap."""


def changed(**places: tuple[float, float]) -> Places:
    """CLASS_PLACES with other places for some classes."""
    return {name: ClassPlace(*places.get(name, place)) for name, place in CLASS_PLACES.items()}


TABLES: Mapping[str, Places] = {
    "shipped (CLASS_PLACES)": CLASS_PLACES,
    "Russell & Mehrabian 1977": changed(
        neutral=(0.0, 0.0), happy=(0.81, 0.51), surprised=(0.40, 0.67)
    ),
    "the face reader's, formerly": changed(
        neutral=(0.0, 0.0), happy=(0.81, 0.30), surprised=(0.20, 0.67)
    ),
    "fusion's, formerly": changed(
        neutral=(0.0, -0.1),
        happy=(0.75, 0.35),
        sad=(-0.65, -0.35),
        angry=(-0.55, 0.6),
        afraid=(-0.65, 0.6),
        disgusted=(-0.6, 0.3),
        surprised=(0.15, 0.7),
    ),
}
"""The tables that are compared; the first is the one that the others are compared with."""


class Read(NamedTuple):
    """What the first reader made of a split under each table."""

    classes: list[PersonClass | None]
    """The class of each sentence with more than SURE, or None."""
    found: dict[str, Numbers]
    """Table → (n, 2): valence and arousal."""


def read(texts: LabelledTexts) -> Read:
    """Read every sentence once under each table."""
    classes: list[PersonClass | None] = []
    found: dict[str, Numbers] = {}
    for name, places in TABLES.items():
        with patch.dict(CLASS_PLACES, places):
            readings = [understand(Words(at=0.0, text=text)) for text in texts.texts]
        found[name] = np.array([(r.valence or 0.0, r.arousal or 0.0) for r in readings])
        if not classes:
            classes = [surest(r.probabilities or {}) for r in readings]
    return Read(classes, found)


def surest(probabilities: Mapping[PersonClass, float]) -> PersonClass | None:
    """The class with more than SURE, if there is one."""
    return next((name for name, p in probabilities.items() if p > SURE), None)


def correlations(found: Numbers, given: Numbers) -> tuple[float, float]:
    """Pearson's r of valence and of arousal."""
    valence, arousal = (float(np.corrcoef(found[:, k], given[:, k])[0, 1]) for k in (0, 1))
    return valence, arousal


def gains(found: Numbers, shipped: Numbers, given: Numbers) -> list[tuple[float, float]]:
    """The 95 % interval of the gain in r over the shipped table, for valence and arousal, by
    resampling the sentences."""
    rng = np.random.default_rng(SEED)
    differences = []
    for _ in range(RESAMPLES):
        rows = rng.integers(0, len(given), len(given))
        ours, theirs = (correlations(f[rows], given[rows]) for f in (shipped, found))
        differences.append((theirs[0] - ours[0], theirs[1] - ours[1]))
    low, high = np.percentile(np.array(differences), (2.5, 97.5), axis=0)
    return [(float(low[k]), float(high[k])) for k in (0, 1)]


def words(split: str, use: str) -> None:
    """Print the mean ratings of each class and the correlations under each table for one split."""
    texts = emobank(need("text_emobank"), None, split)
    given = np.array(texts.ratings)
    reading = read(texts)
    usual = given.mean(axis=0)
    print(f"\nwords: EmoBank {split}, {len(given)} sentences, for {use}")
    print(f"  rated at the mean {usual[0]:+.2f} valence, {usual[1]:+.2f} arousal (−1..1)")
    print(
        f"  {'class':12}{'sentences':>10}{'rated V':>9}{'rated A':>9}{'place V':>9}{'place A':>9}"
    )
    for name in CLASSES:
        rows = [n for n, label in enumerate(reading.classes) if label == name]
        if rows:
            v, a = given[rows].mean(axis=0)
            place = CLASS_PLACES[name]
            print(
                f"  {name:12}{len(rows):>10}{v:>9.2f}{a:>9.2f}"
                f"{place.valence:>9.2f}{place.arousal:>9.2f}"
            )
    print(f"  {'r with the ratings':30}{'valence':>8}{'arousal':>9}   gain over shipped, 95 %")
    shipped = next(iter(reading.found.values()))
    for table, found in reading.found.items():
        v, a = correlations(found, given)
        intervals = ""
        if found is not shipped:
            intervals = ", ".join(
                f"{low:+.4f}…{high:+.4f}" for low, high in gains(found, shipped, given)
            )
        print(f"  {table:30}{v:>8.3f}{a:>9.3f}   {intervals}")


def faces() -> None:
    """Print how well the sign of valence is read from faces under each table."""
    from sklearn.metrics import roc_auc_score

    from moggy.sensors.vision.face_reader import feeling, pairs_of
    from moggy.sensors.vision.heads import train_face as trained

    shapes, network, y, people = trained.load(folder_of("face_blendshapes") / "train.csv")
    features = trained.table("both", pairs_of(shapes[0]), shapes, network)
    share = np.bincount(y, minlength=len(CLASSES)) / len(y)
    shift = np.log(np.array(trained.HOME) / share)
    scores = trained.held_out(features, y, people)
    p = trained.calibrated(scores, y, people, shift)
    rest = trained.resting(shapes, y)
    rows = [n for n, k in enumerate(y) if CLASSES[k] not in ("neutral", "surprised")]
    pleasant = [CLASSES[y[n]] == "happy" for n in rows]
    print(f"\nfaces: {len(rows)} with a clear sign, the head cross-validated by person")
    print(
        f"  {'AUC of the sign of valence':30}{'with':>8}{'without':>9}   what the blendshapes add"
    )
    for table, places in TABLES.items():
        with patch.dict(CLASS_PLACES, places):
            both = [valences(feeling, p[n].tolist(), shapes[n], rest) for n in rows]
        with_shapes, alone = (roc_auc_score(pleasant, column) for column in zip(*both, strict=True))
        print(f"  {table:30}{with_shapes:>8.4f}{alone:>9.4f}")


def valences(
    feeling: Any, p: Sequence[float], shapes: Mapping[str, float], rest: Mapping[str, float]
) -> tuple[float, float]:
    """Valence with and without what the blendshapes add."""
    return feeling(p, shapes, rest)[0], feeling(p, None, rest)[0]


def main() -> int:
    """Print all comparisons; 2 where a set or a package is missing, else 0."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    for name, places in TABLES.items():
        shown = ", ".join(f"{c} {p.valence:+.2f}/{p.arousal:+.2f}" for c, p in places.items())
        print(f"{name}: {shown}")
    return max(
        attempt("words, train", lambda: words("train", "choosing a table")),
        attempt("words, dev", lambda: words("dev", "reporting")),
        attempt("faces", faces),
    )
