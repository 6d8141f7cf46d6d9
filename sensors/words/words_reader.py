"""Reads words: how a person feels and what they want, from what they say, in less than a
millisecond. The slower answers of the embedding and the language model come later, as thoughts."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, cast

from moggy.meanings import DOUBTED, DOUBTED_VALENCE, blended, taken
from moggy.messages import AnySense, Probabilities, Trouble, Words
from moggy.sensors.words import words_lexicon, words_meanings, words_vocabulary
from moggy.sensors.words.words_address import language, signs, to_pet
from moggy.sensors.words.words_features import DRAWN_OUT, manner, plain, tokens
from moggy.sensors.words.words_grams import grams, numbers
from moggy.sensors.words.words_head import head
from moggy.sensors.words.words_phrases import phrases, wish
from moggy.sensors.words.words_pieces import pieces
from moggy.vocabulary import (
    CLASS_PLACES,
    CLASS_PRIOR,
    LONGEST_TEXT,
    UNRATED,
    Intent,
)

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

LONGEST_RAW: Final = 2000
"""Characters of a text that are looked at at all, before what cannot be seen is left out."""
MOST_MARKS: Final = 3
"""Accents that are kept on one letter: Vietnamese has two, pointed Hebrew three."""
LONGEST_LEXICAL: Final = 300
"""Characters that VADER is given: its time grows with the square of the words."""
MOST_SYMBOLS: Final = 8
"""Emoji and other symbols that VADER is given: its time grows steeply with them."""

LEXICON_SHARE: Final = 0.2
"""VADER's share in the valence of English. Our choice: the network has it already, but not how
strong a word is."""
SYMBOLS_SHARE: Final = 0.1
"""The same in other languages, of which VADER knows the emoji only. Our choice."""
EXCLAMATION_AROUSAL: Final = 0.4
"""What four `!` add to arousal (−1..1). With this and the next, r = 0.26 there."""
CHARGE_AROUSAL: Final = 0.15
"""What the strongest words of VADER add to arousal."""
SYMBOLS_ONLY: Final = 0.6
"""How far the learnt weights count (0..1) in a text of symbols that VADER knows."""
KNOWN_FROM: Final = 0.25
"""Share of English words that any text has."""
CHANCE: Final = 0.15
"""Share of the words that a lexicon knows of a text in a language that it is not for. Our choice,
after Finnish and Georgian."""
SHARED: Final = 0.4
"""Share of the words of a text in a neighbouring language (Portuguese, Dutch) that a vocabulary
has. Our choice, after twenty sentences."""
KNOWN_SPAN: Final = 0.175
"""Share of known words beyond chance from which the learnt weights count fully. On held-back folds
of bench/said/train.tsv the calibration error is 0.03 with it, and 0.10 with twice as much."""
UNKNOWN_SURE: Final = 0.65
"""Share of the confidence that is left where no word is known. Between 0.3 and 1 the calibration
error on held-back folds of bench/said/train.tsv falls from 0.035 to 0.026; with more than this, a
text in a language that it does not read is not called unsure."""
TELLS_FROM: Final = 0.3
"""How far a text must be of known words for the network to tell whom it is meant for."""
SIGNS: Final = 0.5
"""Weight of the signs in addressed/ beside the network. Our choice: both saw the same sentences."""


class WordsReader:
    """Words with text → the same with valence, arousal, probabilities, intent and confidence.

    What is given already is kept; only what is missing is filled in. Words without text and without
    an estimate are dropped. A text that is too long is cut; a Trouble says so, and another when the
    next one is short again.
    """

    def __init__(self) -> None:
        self._cut = False

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """The words among the senses, with their estimates."""
        found: list[AnySense] = []
        for sense in senses:
            if not isinstance(sense, Words):
                continue
            if legible(sense.text).strip():
                length = _length(sense.text)
                found += self._tell(length, now)
                found.append(replace(understand(sense), length=length))
            elif (
                sense.valence is not None
                or sense.probabilities is not None
                or sense.intent is not None
            ):
                if sense.length is not None:
                    found += self._tell(sense.length, now)
                found.append(
                    sense if sense.confidence is not None else replace(sense, confidence=UNRATED)
                )
        return found

    def _tell(self, length: int, now: float) -> Sequence[Trouble]:
        """A Trouble when a text of this length is cut and the last was not, or the other way
        round."""
        if (length > LONGEST_TEXT) == self._cut:
            return ()
        self._cut = length > LONGEST_TEXT
        note = (
            f"the text of {length:,} characters was cut: only its first {LONGEST_TEXT} are read; "
            "say it shorter"
            if self._cut
            else ""
        )
        return (Trouble(at=now, part="words", message=note),)


def _length(text: str) -> int:
    """Characters of a text; more than LONGEST_TEXT only where it is cut."""
    if len(text) > LONGEST_RAW or len(legible(text)) > LONGEST_TEXT:
        return max(len(text), LONGEST_TEXT + 1)
    return min(len(text), LONGEST_TEXT)


def understand(words: Words) -> Words:
    """Words with text, their missing estimates filled in, and their language. Pure; the first call
    loads the heads and the lexicons, which takes about 0.1 s."""
    text = cut(words.text)
    common = plain(text)
    spelt = tokens(common)
    lang = language(common, words.lang)
    polarity = vader().polarity_scores(lexical(text))
    said = manner(text, polarity)
    found = words_lexicon.found(common, spelt, lang)
    known = _known(spelt, len(found), lang, polarity["compound"])
    meant = words_meanings.head()
    shares = meant.probabilities(
        words_meanings.inputs(
            common, found, lang, wish(common, lang), polarity, head().scores(spelt, said)
        ),
        grams().scores(numbers(common, spelt, lang)),
        pieces().scores(common),
    )
    read = taken(meant.meanings, shares)
    probabilities = blended(read.probabilities, CLASS_PRIOR, known)
    # Without the share of the probabilities that is only the prior: it says nothing of this person.
    valence = known * read.valence
    arousal = known * math.fsum(
        p * CLASS_PLACES[name].arousal for name, p in read.probabilities.items()
    )
    weight = LEXICON_SHARE if lang == "en" else SYMBOLS_SHARE
    valence = (1.0 - weight) * valence + weight * polarity["compound"]
    arousal += known * (
        EXCLAMATION_AROUSAL * said.exclamations + CHARGE_AROUSAL * abs(polarity["compound"])
    )
    confidence = max(probabilities.values()) * (UNKNOWN_SURE + (1.0 - UNKNOWN_SURE) * known)
    sure = max(known, 0.01)
    intent = read.wish(meant.wish_from / sure, meant.away_from / sure)
    if read.doubtful(meant.sarcasm_from):
        intent, valence = "none", DOUBTED_VALENCE * valence
        confidence = min(confidence, DOUBTED)
    if words.heard is not None:
        confidence *= words.heard
    meant_for = _meant_for(to_pet(common, lang), read.to_pet if known > TELLS_FROM else None)
    return replace(
        _filled(words, text, probabilities, valence, min(1.0, arousal), intent, confidence),
        lang=lang,
        to_pet=_rounded(meant_for) if words.to_pet is None else words.to_pet,
    )


def get_ready() -> None:
    """Load all that `understand` loads with the first text of each language, 0.2 s on a laptop: for
    a life in real time, whose ticks have no time for it."""
    for lang in words_lexicon.languages():
        for each in (words_lexicon.lexicon, phrases, signs):
            each(lang)
        understand(Words(at=0.0, text="is it you 😀", lang=lang))


def _known(spelt: Sequence[str], hits: int, lang: str, compound: float) -> float:
    """0..1: how far a text is of words that were learnt; `hits` is how many of the lexicon's it
    has."""
    letters = [word for word in spelt if word[0].isalpha()]
    if not letters:
        return SYMBOLS_ONLY if compound else 0.0
    if lang in words_lexicon.UNSPACED:  # the script tells the language
        return 1.0
    share = max(hits / len(letters) - CHANCE, words_vocabulary.share(letters, lang) - SHARED)
    if lang == "en":
        share = max(share, head().knows(spelt) - KNOWN_FROM)
    return min(1.0, max(0.0, share / KNOWN_SPAN))


def _meant_for(signs: float | None, learnt: float | None) -> float | None:
    """How surely the pet is meant, from the signs and from what was learnt: their log-odds are
    added, the signs' by SIGNS. None where neither tells."""
    if signs is None or learnt is None:
        return learnt if signs is None else signs
    odds = SIGNS * _logit(signs) + _logit(learnt)
    return 1.0 / (1.0 + math.exp(-odds))


def _logit(p: float) -> float:
    p = min(0.999, max(0.001, p))
    return math.log(p / (1.0 - p))


@lru_cache(8)
def legible(text: str) -> str:
    """The beginning of a text, at least as much as is read, as people see it: compatible characters
    in their common form (NFKC: Unicode Standard Annex 15), without characters that show nothing
    (zero-width ones, marks of direction, controls) and without piles of accents."""
    text = text[:LONGEST_RAW]
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFKC", text):
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if len(kept) > LONGEST_TEXT:
            break
        if letter.isspace():
            kept.append(" " if kind == "Cc" else letter)
        elif kind not in ("Cc", "Cf", "Cs") and marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def cut(text: str) -> str:
    """The beginning of a text that is read: legible, at most LONGEST_TEXT characters, up to the end
    of a word."""
    text = legible(text)
    if len(text) <= LONGEST_TEXT:
        return text
    start = text[:LONGEST_TEXT]
    return start[: start.rfind(" ")] if " " in start[LONGEST_TEXT // 2 :] else start


def lexical(text: str) -> str:
    """The part of a text that VADER is given: at most LONGEST_LEXICAL characters with MOST_SYMBOLS
    symbols, and no letter more than three times in a row."""
    kept: list[str] = []
    symbols = 0
    for letter in DRAWN_OUT.sub(r"\1\1\1", text[:LONGEST_LEXICAL]):
        symbols += letter > "\u2190" and not letter.isalpha()
        if symbols <= MOST_SYMBOLS or letter <= "\u2190":
            kept.append(letter)
    return "".join(kept)


@cache
def vader() -> SentimentIntensityAnalyzer:
    """The lexicon VADER (Hutto & Gilbert 2014, MIT), loaded once."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _filled(
    words: Words,
    text: str,
    probabilities: Probabilities,
    valence: float,
    arousal: float,
    intent: str,
    confidence: float,
) -> Words:
    """The words with what was not given, rounded to four decimals."""
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
