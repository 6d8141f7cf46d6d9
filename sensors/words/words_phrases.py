"""Finds phrases that people say to a pet: what they want by them, and how they mostly feel.

The phrases stand in `phrases/LANGUAGE.txt`; a new language is a new file there. Of several that fit
the surest counts, then the longest match, then the earliest row. A negation right before a match
turns its meaning round (`NEGATED`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from moggy.sensors.words.word_files import rows


class Phrase(NamedTuple):
    """One row of a file of phrases."""

    intent: str
    feeling: str
    sure: float
    """0..1: the share of probability that the feeling gets from these words alone."""
    words: re.Pattern[str]


DRAWN_OUT_END = re.compile(r"([aiuyhwr])\1+\b")
"""«kittyy», «awayy»: letters that no word ends with twice."""
NEGATION = re.compile(
    r"\b(?:not|never|don'?t|isn'?t|aren'?t|wasn'?t|won'?t|hardly)"
    r"(?: (?:a|an|the|my|so|such|very|really|wanna|want to|feel like|such an?|going|to|want|be"
    r"|you)){0,3} $"
)
"""A negation right before a phrase, with at most three small words between."""
NEGATIONS: Mapping[str, re.Pattern[str]] = {
    "de": re.compile(
        r"\b(?:kein\w*|nicht|nie|niemals)"
        r"(?: (?:so|mehr|ein\w*|die|der|das|mein\w*|wirklich|immer|sehr)){0,3} $"
    ),
    "es": re.compile(
        r"\b(?:no|nunca|jamás|tampoco) (?:(?:eres|sos|es|estás|estoy|has sido|un|una|el|la|mi|tan"
        r"|muy|nada|ningún|ninguna|te|me|seas|fuiste|quiero|más)(?: |$)){0,4}$"
    ),
    "zh": re.compile(
        r"(?:不|没|沒|别|別|不是|才不是|哪里是|不要|不想|不会)(?:个|一只|是|再|那么|什么|只)?$"
    ),
}
"""The same of other languages."""
NEGATION_AFTER: Mapping[str, re.Pattern[str]] = {
    "ja": re.compile(
        r"(?:なんか|なんて|だ?とは?|[がはもに])?(?:じゃ|では|く|んか|ん|思っ?て?)?(?:は|も)?"
        r"(?:な(?:い|かった|く)|ありません|ねえよ|いない)"
    ),
    "de": re.compile(r" (?:\w+ )?(?:nicht|net|ned|nid)\b"),
}
"""A negation right after a phrase, where the language has it there."""
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
    return tuple(
        Phrase(intent, feeling, float(sure), words)
        for (intent, feeling, sure), words in rows(FOLDER, lang, 3)
    )


def _negated(text: str, lang: str, match: re.Match[str]) -> bool:
    """Whether a negation turns round what was matched."""
    before = max(0, match.start() - NEGATION_WINDOW)
    if NEGATIONS.get(lang, NEGATION).search(text, before, match.start()):
        return True
    after = NEGATION_AFTER.get(lang)
    return after is not None and after.match(text, match.end()) is not None


def wish(text: str, lang: str) -> Wish:
    """What a text asks for. `text` is plain (`words_features.plain`)."""
    text = DRAWN_OUT_END.sub(r"\1", text)
    wanted, shown = ("none", 0.0, 0), ("neutral", 0.0, 0)
    for intent, feeling, sure, words in phrases(lang):
        match = words.search(text, 0, SEARCHED)
        if match is None:
            continue
        if intent != "none" and _negated(text, lang, match):
            intent, feeling = NEGATED[intent]
            sure *= NEGATED_SURE
        weight = (sure, match.end() - match.start())
        if intent != "none" and weight > wanted[1:]:
            wanted = (intent, *weight)
        if weight > shown[1:]:
            shown = (feeling, *weight)
    return Wish(wanted[0], shown[0], shown[1])
