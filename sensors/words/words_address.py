"""Tells whether something is said to the pet, or of something else, and in which language.

The signs stand in `addressed/LANGUAGE.txt`: what each adds to the log-odds that the pet is meant,
by our judgement. A second person, the cat's name and an order speak for it; a report in the first
or third person and quoted speech against it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from moggy.sensors.words.word_files import rows
from moggy.sensors.words.words_lexicon import found

FOLDER = Path(__file__).with_name("addressed")
"""Where the files of signs are."""
LANGUAGES = Path(__file__).with_name("languages.txt")
"""Frequent words by language."""
PRIOR = 0.7
"""Log-odds that the pet is meant by what is said beside it, before any sign: two in three. Our
choice."""
SEARCHED = 400
"""Characters in which signs are looked for."""
CJK = re.compile(r"[\u4e00-\u9fff]")
"""Characters of Chinese; Japanese has them too."""
KANA = re.compile(r"[\u3040-\u30ff]")
"""Letters of Japanese."""
LETTERS: Mapping[str, re.Pattern[str]] = {
    "de": re.compile(r"[äöüß]"),
    "es": re.compile(r"[ñ¡¿áíóú]"),
}
"""Letters that count as one frequent word of a language."""
DEFAULT = "en"
"""What a text is said to be where nobody knows, and what it is taken for where nothing tells."""
LESS = 0.5
"""What a word of a lexicon counts beside a frequent one. Our choice."""
WORD = re.compile(r"[^\W\d_]+")


def to_pet(text: str, lang: str) -> float | None:
    """How surely a text is meant for the pet, 0..1; None where nothing tells. `text` is plain
    (`words_features.plain`)."""
    found = [by for by, sign in signs(lang) if sign.search(text, 0, SEARCHED)]
    return 1.0 / (1.0 + math.exp(-PRIOR - math.fsum(found))) if found else None


def language(text: str, said: str) -> str:
    """The language of a text that is plain, two letters.

    Kana are Japanese; Chinese characters without kana are Chinese, unless the text is said to be
    Japanese. A text that is said to be English, which is also what is said where nobody knows, or
    of which nothing is said, is taken for the language of most of its frequent words, then of most
    of the words that the lexicons know; English where nothing tells.
    """
    said = said[:2].lower()
    if KANA.search(text):
        return "ja"
    if CJK.search(text):
        return "ja" if said == "ja" else "zh"
    if said not in ("", DEFAULT):
        return said
    spelt = WORD.findall(text[:SEARCHED])
    counts = {
        lang: sum(word in words for word in spelt) + LESS * len(found(text[:SEARCHED], spelt, lang))
        for lang, words in _frequent().items()
    }
    for lang, letters in LETTERS.items():
        counts[lang] += letters.search(text, 0, SEARCHED) is not None
    return max(counts, key=lambda lang: (counts[lang], lang == DEFAULT))


@cache
def signs(lang: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    """The rows of a language: how surely the pet is meant where an expression is found."""
    return tuple((float(by), sign) for (by,), sign in rows(FOLDER, lang, 1))


@cache
def _frequent() -> dict[str, frozenset[str]]:
    """Language → its frequent words."""
    lines = LANGUAGES.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(None, 1) for line in lines if line and not line.startswith("#"))
    return {lang: frozenset(words.split()) for lang, words in pairs}
