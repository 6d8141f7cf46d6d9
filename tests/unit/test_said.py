"""The files of sentences keep their format, and no sentence stands twice, or in both files."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from moggy.vocabulary import CLASSES, INTENTS

SAID: Final = Path(__file__).parents[2] / "bench" / "said"
FILES: Final = tuple(sorted(path.name for path in SAID.glob("*.tsv")))
LANGUAGES: Final = ("en", "zh", "es", "ja", "de")
FELT: Final = frozenset(
    [
        "praise",
        "love",
        "slang_praise",
        "greeting",
        "thanks",
        "closeness",
        "play",
        "call",
        "scold",
        "slang_scold",
        "threat",
        "disgust_at",
        "sad_to",
        "afraid_to",
        "sad_report",
        "happy_report",
        "angry_report",
        "afraid_report",
        "negated_scold",
        "negated_praise",
        "comfort_pet",
        "calm",
        "surprise",
    ]
)
"""Kinds that carry a feeling, or that the pet should react to."""
LEAST: Final = {
    "order": 35,
    "answer": 25,
    "small_talk": 30,
    "question": 20,
    "quote": 15,
    "sarcasm": 15,
}
"""How many lines of each of these kinds a language of held.tsv has at least."""
KINDS: Final = FELT | frozenset(LEAST) | {"look_here", "leave_me_alone", "aside"}
HELD_FELT: Final = 200
"""Lines of the kinds of FELT in each language of held.tsv."""
TRAIN_LEAST: Final = 600
"""Least lines of each language of train.tsv, where that file stands."""
HELD_EACH: Final = 5
"""Least lines of each kind of FELT in each language of held.tsv."""


class Line(NamedTuple):
    language: str
    kind: str
    to: str
    feeling: str
    valence: str
    intent: str
    text: str


def lines(name: str) -> list[Line]:
    """The sentences of a file; raises when a line has not seven columns."""
    text = (SAID / name).read_text(encoding="utf-8")
    return [
        Line(*line.split("\t"))
        for line in text.removesuffix("\n").split("\n")
        if not line.startswith("#")
    ]


def bare(text: str) -> str:
    """A sentence's letters and digits alone, in lower case; all of it where it has none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LMN") or text


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_it_is_and_names_its_columns(name: str) -> None:
    about, columns = (SAID / name).read_text(encoding="utf-8").split("\n")[:2]
    assert about.startswith("# ")
    assert columns.removeprefix("#").split() == list(Line._fields)


@pytest.mark.parametrize("name", FILES)
def test_every_value_is_a_legal_one(name: str) -> None:
    for line in lines(name):
        assert line.language in LANGUAGES, line
        assert line.kind in KINDS, line
        assert line.to in ("pet", "about", "none"), line
        assert line.feeling in CLASSES, line
        assert line.valence in ("-1", "0", "1"), line
        assert line.intent in INTENTS, line
        assert line.text == line.text.strip(), line
        assert line.text, line


def test_no_sentence_stands_twice_in_a_language_in_one_file_or_in_both() -> None:
    counts = Counter((line.language, bare(line.text)) for name in FILES for line in lines(name))
    assert [key for key, count in counts.items() if count > 1] == []


def test_the_held_back_file_has_enough_of_each_kind_in_each_language() -> None:
    held = lines("held.tsv")
    for language in LANGUAGES:
        counts = Counter(line.kind for line in held if line.language == language)
        assert sum(counts[kind] for kind in FELT) == HELD_FELT
        assert {kind for kind in FELT if counts[kind] < HELD_EACH} == set()
        assert {kind for kind, least in LEAST.items() if counts[kind] < least} == set()


@pytest.mark.parametrize("name", [name for name in FILES if name == "train.tsv"])
def test_the_training_file_has_enough_in_each_language(name: str) -> None:
    counts = Counter(line.language for line in lines(name))
    assert {language for language in LANGUAGES if counts[language] < TRAIN_LEAST} == set()
