"""Finds phrases that people say to a pet: what they want by them, and how they mostly feel.

The phrases stand in `phrases/LANGUAGE.txt`; a new language is a new file there. Of several that fit
the surest counts, then the longest match, then the earliest row. A negation right before a match
turns its meaning round (`NEGATED`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Phrase(NamedTuple):
    """One row of a file of phrases."""

    intent: str
    feeling: str
    sure: float
    """0..1: the share of probability that the feeling gets from these words alone."""
    words: re.Pattern[str]


CJK = re.compile(r"[\u4e00-\u9fff]")
"""Characters of Chinese; Japanese has them too."""
KANA = re.compile(r"[\u3040-\u30ff]")
"""Letters of Japanese."""
GERMAN_WORDS = re.compile(
    r"\b(?:ich|du|bist|nicht|und|mich|mir|dich|katze|kätzchen|komm|geh|lass|hör|böse|brave?s?"
    r"|schau|guck|pfui|nein|guten|miez)\b"
)
"""Words by which a text that is said to be English is read as German."""
DRAWN_OUT_END = re.compile(r"([aiuyhwr])\1+\b")
"""«kittyy», «awayy»: letters that no word ends with twice."""
NEGATION = re.compile(
    r"\b(?:not|never|don'?t|isn'?t|aren'?t|wasn'?t|won'?t|hardly|kein\w*|nicht)"
    r"(?: (?:a|an|the|my|so|such|very|really|wanna|want to|feel like|such an?|going|to|want|be"
    r"|you)){0,3} $"
)
"""A negation right before a phrase, with at most three small words between."""
NEGATION_WINDOW = 24
"""Characters before a phrase in which a negation is looked for."""
NEGATED_SURE = 0.85
"""Factor on how sure a phrase is that was negated."""

NEGATED = {
    "praise": ("scold", "angry"),
    "scold": ("praise", "happy"),
    "comfort_me": ("none", "neutral"),
    "play": ("leave_me_alone", "neutral"),
    "leave_me_alone": ("comfort_me", "sad"),
    "look_here": ("none", "neutral"),
    "call": ("leave_me_alone", "angry"),
}
"""Wish → what it means negated, and the feeling that goes with that: «don't go away», «you're not a
good cat», «I don't want to play»."""

FOLDER = Path(__file__).with_name("phrases")
"""Where the files of phrases are."""

SEARCHED = 400
"""Characters in which a phrase is looked for: what is said to a pet is short."""


class Wish(NamedTuple):
    """What a text asks for."""

    intent: str
    feeling: str
    """The class of feeling that it shows."""
    sure: float
    """0..1: how surely it shows that; 0: no phrase fits."""


@cache
def phrases(lang: str) -> tuple[Phrase, ...]:
    """The rows of a language, compiled when they are first needed; none where there is no file."""
    file = FOLDER / f"{lang}.txt"
    rows: list[Phrase] = []
    names: dict[str, str] = {}
    for line in (
        file.read_text(encoding="utf-8").splitlines() if lang.isalpha() and file.is_file() else ()
    ):
        if line.startswith("#") or not line.strip():
            continue
        first, second, rest = line.split(None, 2)
        if second == "=":
            names[first] = rest
            continue
        sure, words = rest.split(None, 1)
        for name, meaning in names.items():
            words = words.replace(f"{{{name}}}", meaning)
        rows.append(Phrase(first, second, float(sure), re.compile(words)))
    return tuple(rows)


def language(text: str, said: str) -> str:
    """The language of a text: `zh` by its characters, else the first two letters of what it is said
    to be."""
    return "zh" if CJK.search(text) and not KANA.search(text) else said[:2].lower()


def wish(text: str, lang: str) -> Wish:
    """What a text asks for. `text` is plain (`words_features.plain`); one that is said to be
    English is read as German where it has German words."""
    spoken = "de" if lang == "en" and GERMAN_WORDS.search(text) else lang
    text = DRAWN_OUT_END.sub(r"\1", text)
    wanted, shown = ("none", 0.0, 0), ("neutral", 0.0, 0)
    for intent, feeling, sure, words in phrases(spoken):
        match = words.search(text, 0, SEARCHED)
        if match is None:
            continue
        before = max(0, match.start() - NEGATION_WINDOW)
        if intent != "none" and NEGATION.search(text, before, match.start()):
            intent, feeling = NEGATED[intent]
            sure *= NEGATED_SURE
        weight = (sure, match.end() - match.start())
        if intent != "none" and weight > wanted[1:]:
            wanted = (intent, *weight)
        if weight > shown[1:]:
            shown = (feeling, *weight)
    return Wish(wanted[0], shown[0], shown[1])
