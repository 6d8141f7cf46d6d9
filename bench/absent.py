"""What benches need that may not be on this machine, and what is said where it is not.

The development data is not part of the repository: SETS says what each set is and how to get it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from moggy import models
from moggy.brain.language.head import NoHead
from moggy.brain.language.llama import NoRuntime

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""
DATA = ROOT.parent / "shared" / "data"
"""The folder of the sets, beside the checkout."""


class DataSet(NamedTuple):
    """One set; its folder in DATA has its name."""

    about: str
    """What it holds, and its licence."""
    source: str
    """Where it can be had."""
    files: str
    """What its folder must hold."""


SETS = {
    "text_goemotions": DataSet(
        "English comments with Ekman's classes (Demszky et al. 2020, Apache-2.0)",
        "https://github.com/google-research/google-research/tree/master/goemotions",
        "ekman.train.tsv, ekman.dev.tsv and ekman_test.tsv: text, labels 0..6, id",
    ),
    "text_emobank": DataSet(
        "sentences rated for valence and arousal (Buechel & Hahn 2017, CC BY-SA 4.0)",
        "https://github.com/JULIELab/EmoBank",
        "emobank_train_dev.csv: the rows of its splits train and dev",
    ),
    "text_emorynlp": DataSet(
        "television dialogue with seven classes (Zahiri & Choi 2018, Apache-2.0)",
        "https://github.com/emorynlp/emotion-detection",
        "emorynlp_test_final.csv: columns Utterance and Emotion",
    ),
    "cat_catmeows": DataSet(
        "recordings of real meows (CatMeows, Ludovico et al. 2020, CC BY 4.0)",
        "https://zenodo.org/record/4008297",
        "the recordings *.wav",
    ),
    "face_blendshapes": DataSet(
        "blendshapes of labelled photographs (facial_expressions, Apache-2.0)",
        "https://github.com/muxspace/facial_expressions, its photographs read by the eye's models",
        "train.csv: columns label, person, labeller, the 52 blendshapes, cnn_ and each label",
    ),
}
"""Every set that a bench reads."""


class Absent(RuntimeError):
    """A set that a bench needs is not there.

    The message says what is there, what is missing and how to get it.
    """

    def __init__(self, names: list[str]) -> None:
        there = [name for name in SETS if (DATA / name).is_dir()]
        lines = [f"looked in {DATA}", f"there: {', '.join(there) or 'none of the sets'}"]
        for name in names:
            about, source, files = SETS[name]
            lines += [
                f"missing: {name}, {about}",
                f"  get it from {source}",
                f"  and put into {DATA / name}: {files}",
            ]
        super().__init__("\n".join(lines))


def _is_whole(name: str) -> bool:
    """Whether the folder of a set is there, with every file that SETS names for it."""
    files = re.findall(r"[\w.-]+\.(?:csv|tsv|jsonl?|wav|txt|md)\b", SETS[name][2])
    folder = DATA / name
    return folder.is_dir() and all((folder / file).exists() for file in files)


def need(*names: str) -> Path:
    """The folder DATA with these sets in it. Raises Absent where one of them is missing."""
    missing = [name for name in names if not _is_whole(name)]
    if missing:
        raise Absent(missing)
    return DATA


def folder_of(name: str) -> Path:
    """The folder of one set. Raises Absent where it is missing."""
    return need(name) / name


LACKS = (Absent, models.Missing, NoHead, NoRuntime, ModuleNotFoundError)
"""What is raised where something is not on this machine; all but the last say the way to get it."""


def attempt(what: str, part: Callable[[], int | None]) -> int:
    """Run a bench or a part of one; returns its exit code.

    Where something is not on this machine, that is printed with the way to get it, and the code is
    2.
    """
    try:
        return part() or 0
    except LACKS as error:
        said = str(error)
        if isinstance(error, ModuleNotFoundError):
            if (error.name or "").partition(".")[0] in ("bench", "moggy"):
                raise
            said = f"the Python package {error.name} is not installed: `make` in a clone brings it"
        print(f"{what} needs what is not on this machine:", file=sys.stderr)
        print("\n".join(f"  {line}" for line in said.splitlines()), file=sys.stderr, flush=True)
        return 2
