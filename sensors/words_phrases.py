"""Finds what people say to a pet, phrase by phrase: what they want, and how they then mostly feel.

The phrases stand in `phrases/LANGUAGE.txt`; a new language is a new file there. When two fit, the
surer one counts, then the longer match, then the earlier row. A negation before the match turns it
round (`NEGATED`).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Phrase(NamedTuple):
    intent: str
    feeling: str
    sure: float
    """0..1: the share of probability that the feeling gets from these words alone."""
    words: re.Pattern[str]


CJK = re.compile(r"[\u4e00-\u9fff]")
KANA = re.compile(r"[\u3040-\u30ff]")
GERMAN_WORDS = re.compile(
    r"\b(?:ich|du|bist|nicht|und|mich|mir|dich|katze|kätzchen|komm|geh|lass|hör|böse|brave?s?|schau|guck|pfui|nein|guten|miez)\b"
)
DRAWN_OUT_END = re.compile(r"([aiuyhwr])\1+\b")
"""«kittyy», «awayy»: letters that no word ends with twice."""
NEGATION = re.compile(
    r"\b(?:not|never|don'?t|isn'?t|aren'?t|wasn'?t|won'?t|hardly|kein\w*|nicht)"
    r"(?: (?:a|an|the|my|so|such|very|really|wanna|want to|feel like|such an?|going|to|want|be|you)){0,3} $"
)
"""A negation right before a phrase, with nothing but small words between."""

NEGATED = {
    "praise": ("scold", "angry"),
    "scold": ("praise", "happy"),
    "comfort_me": ("none", "neutral"),
    "play": ("leave_me_alone", "neutral"),
    "leave_me_alone": ("comfort_me", "sad"),
    "look_here": ("none", "neutral"),
    "call": ("leave_me_alone", "angry"),
}
"""What the opposite of a wish is, and the feeling that goes with it: «don't go away», «you're not a
good cat», «I don't want to play»."""

FOLDER = Path(__file__).with_name("phrases")

HEARD = 400
"""Characters in which a phrase is looked for: what is said to a pet is short."""


@cache
def phrases(lang: str) -> tuple[Phrase, ...]:
    """The rows of a language, compiled when it is first spoken; none for a language that nobody has
    written yet."""
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
    """The language of a text: Chinese by its characters, else what was said of it (`en-GB` counts
    as `en`)."""
    return "zh" if CJK.search(text) and not KANA.search(text) else said[:2].lower()


def wish(text: str, lang: str) -> tuple[str, str, float]:
    """What is wanted, the feeling that it shows, and how surely (0: no phrase fits). `text` is
    plain; an English one may be German."""
    spoken = "de" if lang == "en" and GERMAN_WORDS.search(text) else lang
    text = DRAWN_OUT_END.sub(r"\1", text)
    wanted, shown = ("none", 0.0, 0), ("neutral", 0.0, 0)
    for intent, feeling, sure, words in phrases(spoken):
        match = words.search(text, 0, HEARD)
        if match is None:
            continue
        if intent != "none" and NEGATION.search(text, max(0, match.start() - 24), match.start()):
            intent, feeling = NEGATED[intent]
            sure *= 0.85
        weight = (sure, match.end() - match.start())
        if intent != "none" and weight > wanted[1:]:
            wanted = (intent, *weight)
        if weight > shown[1:]:
            shown = (feeling, *weight)
    return wanted[0], shown[0], shown[1]
