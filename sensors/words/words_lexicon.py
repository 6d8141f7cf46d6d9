"""Finds words that tell what a text is about: words of praise, of anger, of closeness and so on.

The words stand in `lexicon/LANGUAGE.txt`, a line for each topic. The lists are ours; what a topic
means for the person's feeling and wish is learnt (`bench/train_said.py`), and the same in all
languages.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("lexicon")
"""Where the lists are."""
UNSPACED = ("zh", "ja")
"""Languages written without spaces: their words are looked for at every character."""
REACH = 4
"""Words, or in Chinese characters, before a word in which a negation negates it: «no eres un gato
malo». Our choice; VADER has 3 (Hutto & Gilbert 2014)."""
REACH_BACK = 5
"""Characters after a Japanese word in which a negation negates it: くない, じゃありません. Our
choice."""
SHORTEST_STEM = 2
"""Letters of the shortest stem with a star."""


class Lexicon(NamedTuple):
    """The words of one language."""

    words: dict[str, tuple[str, ...]]
    """Word → its topics."""
    stems: dict[str, tuple[str, ...]]
    """Beginning of a word → its topics."""
    begins: frozenset[str]
    """First characters of the words."""
    longest: int
    """Characters of the longest word or stem."""


class Found(NamedTuple):
    """One word of the lexicon in a text."""

    topics: tuple[str, ...]
    negated: bool


def languages() -> list[str]:
    """The languages that have a lexicon."""
    return sorted(path.stem for path in FOLDER.glob("*.txt"))


@cache
def lexicon(lang: str) -> Lexicon:
    """The words of a language, none where there is no file."""
    words: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    file = FOLDER / f"{lang}.txt"
    if lang.isalpha() and file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            topic, listed = line.split(": ", 1)
            for word in listed.split():
                into = stems if word.endswith("*") else words
                into.setdefault(folded(word.rstrip("*"), lang), []).append(topic)
    return Lexicon(
        {word: tuple(topics) for word, topics in words.items()},
        {stem: tuple(topics) for stem, topics in stems.items()},
        frozenset(word[0] for word in words),
        max(map(len, [*words, *stems]), default=0),
    )


def folded(text: str, lang: str) -> str:
    """A text that is plain, in Spanish without accents, which are often left out: «acá» → «aca»."""
    if lang != "es":
        return text
    parts = unicodedata.normalize("NFD", text.replace("ñ", "\0"))
    return "".join(c for c in parts if unicodedata.category(c) != "Mn").replace("\0", "ñ")


def found(text: str, spelt: Sequence[str], lang: str) -> list[Found]:
    """The words of the lexicon in a plain text, in order; `spelt` are its tokens."""
    known = lexicon(lang)
    if not known.longest:
        return []
    if lang in UNSPACED:
        return _unspaced(text, known, before=lang == "zh")
    hits, since = [], REACH + 1
    for word in spelt:
        if not word[0].isalpha():
            since = REACH + 1
            continue
        topics = _topics(folded(word, lang), known)
        since += 1
        if topics:
            hits.append(Found(topics, since <= REACH and "not" not in topics))
        if "not" in topics:
            since = 0
    return hits


def _topics(word: str, known: Lexicon) -> tuple[str, ...]:
    """The topics of a word: its own and those of the longest beginning that is listed."""
    own = known.words.get(word, ())
    for length in range(min(len(word), known.longest), SHORTEST_STEM - 1, -1):
        stem = known.stems.get(word[:length])
        if stem is not None:
            return own + stem
    return own


def _unspaced(text: str, known: Lexicon, *, before: bool) -> list[Found]:
    """The words of a text without spaces, the longest first at each place."""
    places: list[tuple[int, int, tuple[str, ...]]] = []
    at = 0
    while at < len(text):
        if text[at] not in known.begins:
            at += 1
            continue
        for length in range(min(known.longest, len(text) - at), 0, -1):
            topics = known.words.get(text[at : at + length])
            if topics is not None:
                places.append((at, at + length, topics))
                at += length
                break
        else:
            at += 1
    nots = [(start, end) for start, end, topics in places if "not" in topics]
    return [
        Found(
            topics,
            any(
                0 <= start - done < REACH if before else 0 <= begun - end < REACH_BACK
                for begun, done in nots
            ),
        )
        for start, end, topics in places
    ]
