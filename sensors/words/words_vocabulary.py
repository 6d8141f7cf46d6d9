"""The words of the sentences that the first reader was trained on: a text of other words is in
another language, or gibberish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocabulary.txt")
"""A line of words for each language; `bench/train_said.py` writes it."""
LANGUAGES = ("es", "de")
"""Languages that have one. English has its own (`words_head`), Chinese and Japanese are told by
their script."""


def share(spelt: Sequence[str], lang: str) -> float:
    """Share (0..1) of the words of a text that are of the vocabulary; 0 where there is none."""
    words = _words().get(lang)
    return sum(word in words for word in spelt) / len(spelt) if words and spelt else 0.0


def written(words: Mapping[str, Iterable[str]]) -> None:
    """Write the vocabulary: language → its words."""
    lines = ["# Words of at least two of the sentences of bench/said/train*.tsv."]
    lines += [f"{lang} {' '.join(sorted(of))}" for lang, of in words.items()]
    VOCABULARY.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _words.cache_clear()


@cache
def _words() -> dict[str, frozenset[str]]:
    """Language → its words."""
    lines = VOCABULARY.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(None, 1) for line in lines if line and not line.startswith("#"))
    return {lang: frozenset(words.split()) for lang, words in pairs}
