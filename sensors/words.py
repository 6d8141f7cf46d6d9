"""Reads what a person says to the pet at once: how they feel, what they want, and how sure that is;
in less than a millisecond."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from moggy.messages import AnySense, Probabilities, Trouble, Words
from moggy.sensors.words_features import DRAWN_OUT, manner, plain, tokens
from moggy.sensors.words_head import head, likely, softmax
from moggy.sensors.words_phrases import language, wish
from moggy.vocabulary import CLASS_PLACES, CLASS_PRIOR, CLASSES, Intent, PersonClass

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

LONGEST: Final = 600
"""Characters that are read; what is said to a pet is shorter."""

UNSURE: Final = 0.4
"""A confidence below this is called unsure: on GoEmotions dev the top class is then wrong more
often than right."""

LEXICON, EXCLAIMED, CHARGED = 0.4, 0.4, 0.15
"""VADER's share in valence; what `!` and strong words add to arousal. Checked on EmoBank dev: r =
0.51 and 0.26 with people's ratings."""


class WordsReader:
    """Words with text → the same with valence, arousal, probabilities, intent and confidence.

    A given estimate stays as it is; only what is missing is filled in. A text without a word in it
    is not passed on. One that is too long is cut, and a Trouble says so until a shorter one comes.
    """

    def __init__(self) -> None:
        self._cut = False

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        found: list[AnySense] = []
        for sense in senses:
            if not isinstance(sense, Words):
                continue
            if sense.text.strip():
                found += self._tell(sense, now)
                found.append(understand(sense))
            elif (
                sense.valence is not None
                or sense.probabilities is not None
                or sense.intent is not None
            ):
                found.append(
                    sense if sense.confidence is not None else replace(sense, confidence=0.5)
                )
        return found

    def _tell(self, words: Words, now: float) -> Sequence[Trouble]:
        """Said once when a text is cut, and once when the next is not."""
        length = len(words.text)
        if (length > LONGEST) == self._cut:
            return ()
        self._cut = length > LONGEST
        note = (
            f"the text of {length:,} characters was cut: only its first {LONGEST} are read; say it shorter"
            if self._cut
            else ""
        )
        return (Trouble(at=now, part="words", message=note),)


def understand(words: Words) -> Words:
    """The estimate of the first tier. Pure; the first call loads the head and the lexicon (about
    0.1 s)."""
    text = cut(words.text)
    common = plain(text)
    spelt = tokens(common)
    lang = language(text, words.lang)
    polarity = vader().polarity_scores(lexical(text))
    said = manner(text, polarity)
    known = _known(spelt, lang, polarity["compound"])
    intent, feeling, sure = wish(common, lang)
    evidence = max(known, min(1.0, 1.5 * sure))
    learnt = likely(head().scores(spelt, said))
    probabilities = {
        name: known * learnt[name] + (1.0 - known) * CLASS_PRIOR[name] for name in CLASSES
    }
    if sure:
        probabilities = _said_outright(probabilities, feeling, sure)
    # The part of the probabilities that is only what is usual says nothing of this person: it is
    # taken off again.
    valence = math.fsum(
        (p - (1.0 - evidence) * CLASS_PRIOR[name]) * CLASS_PLACES[name].valence
        for name, p in probabilities.items()
    )
    arousal = math.fsum(
        (p - (1.0 - evidence) * CLASS_PRIOR[name]) * CLASS_PLACES[name].arousal
        for name, p in probabilities.items()
    )
    weight = LEXICON * (1.0 - sure) * (1.0 if known else 0.5)
    valence = (1.0 - weight) * valence + weight * polarity["compound"]
    arousal += evidence * (EXCLAIMED * said[3] + CHARGED * abs(polarity["compound"]))
    confidence = max(probabilities.values()) * (0.3 + 0.7 * evidence)
    return _filled(words, text, probabilities, valence, min(1.0, arousal), intent, confidence)


def _known(spelt: Sequence[str], lang: str, compound: float) -> float:
    """0..1: how far the learnt weights may be trusted with these words; they were learnt from
    English."""
    if not any(word[0].isalpha() for word in spelt):
        return 0.6 if compound else 0.0
    return min(1.0, max(0.0, (head().knows(spelt) - 0.25) / 0.35)) if lang == "en" else 0.0


def cut(text: str) -> str:
    """The beginning that is read, ending with a whole word where there is one."""
    if len(text) <= LONGEST:
        return text
    start = text[:LONGEST]
    return start[: start.rfind(" ")] if " " in start[LONGEST // 2 :] else start


def lexical(text: str) -> str:
    """What the lexicon is given: its time grows with the square of the words, and steeply with
    emoji, so 300 characters and 8 symbols."""
    kept: list[str] = []
    symbols = 0
    for letter in DRAWN_OUT.sub(r"\1\1\1", text[:300]):
        symbols += letter > "\u2190" and not letter.isalpha()
        if symbols <= 8 or letter <= "\u2190":
            kept.append(letter)
    return "".join(kept)


@cache
def vader() -> SentimentIntensityAnalyzer:
    """The lexicon (Hutto & Gilbert 2014, MIT), read once."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def _said_outright(learnt: Probabilities, feeling: str, sure: float) -> dict[PersonClass, float]:
    """Learnt probabilities, made to agree with a phrase: its feeling gets the odds that its row
    gives, the rest keep their proportions."""
    odds = sure / (1.0 - sure) * (len(CLASSES) - 1)
    scores = [
        math.log(max(learnt[name], 1e-6)) * 0.5 + (math.log(odds) if name == feeling else 0.0)
        for name in CLASSES
    ]
    return dict(zip(CLASSES, softmax(scores), strict=True))


def _filled(
    words: Words,
    text: str,
    probabilities: Probabilities,
    valence: float,
    arousal: float,
    intent: str,
    confidence: float,
) -> Words:
    """The words with everything that was not given."""
    rounded = {name: round(p, 4) for name, p in probabilities.items()}
    return replace(
        words,
        text=text,
        valence=round(valence, 4) if words.valence is None else words.valence,
        arousal=round(arousal, 4) if words.arousal is None else words.arousal,
        probabilities=rounded if words.probabilities is None else words.probabilities,
        intent=cast(Intent, intent) if words.intent is None else words.intent,
        confidence=round(confidence, 4) if words.confidence is None else words.confidence,
    )
