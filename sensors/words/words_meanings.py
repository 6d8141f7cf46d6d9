"""The learnt part of the first reader that holds for all its languages: a small network that turns
topics of words, phrases and the manner of a text into probabilities of meanings."""

from __future__ import annotations

import json
import math
import re
import struct
from base64 import b64decode
from collections.abc import Sequence
from functools import cache
from operator import mul
from pathlib import Path
from typing import Final

from moggy.meanings import Meaning, of_stored, softmax
from moggy.sensors.words import words_lexicon
from moggy.sensors.words.words_phrases import Wish
from moggy.vocabulary import CLASSES, INTENTS

HEAD = Path(__file__).with_name("meanings.json")
"""The trained network; `python -m bench train_said` writes it."""
TOPICS: Final = (
    *("praise", "love", "happy", "sad", "afraid", "angry", "disgust", "scold", "threat"),
    *("misdeed", "away", "play", "near", "soothe", "call", "look", "thanks", "greet", "surprise"),
    *("calm", "order", "yes", "ask", "daily", "bad", "good", "say", "me", "you", "other", "not"),
    "aside",
)
"""The topics of the lexicon, in the order of the network's inputs."""
LANGUAGES: Final = ("en", "zh", "es", "ja", "de")
"""Languages that have a lexicon."""
MOST_COUNTED: Final = 2
"""Words of a topic that count at most."""
QUOTES = re.compile(r"[\"\u201c\u201d\u00ab\u00bb「」『』:]")
"""Marks of quoted speech."""
ASKS = re.compile(r"(?:\?|か|[吗嗎呢])\W*$")
"""The end of a question."""
DENSE: Final = 2.5
"""A character of Chinese or Japanese says as much as so many letters. Our judgement."""
LENGTH: Final = 15.0
"""Characters at which a text counts as half short."""
LONGEST: Final = 0.6
"""Hundreds of characters from which a text is no longer: few of the sentences learnt from are."""
LEARNT: Final = 3.0
"""Divides the log-likelihoods of the head that was learnt from English (words_head)."""


def inputs(
    text: str,
    found: Sequence[words_lexicon.Found],
    lang: str,
    said: Wish,
    polarity: dict[str, float],
    learnt: Sequence[float],
) -> list[tuple[int, float]]:
    """(number, value) of every input that is not 0. `text` is plain, `found` its words of the
    lexicon, `said` what a phrase says, `polarity` VADER's and `learnt` the log-likelihoods of
    CLASSES by words_head."""
    values = [0.0] * (2 * len(TOPICS))
    for topics, negated in found:
        for topic in topics:
            values[TOPICS.index(topic) + negated * len(TOPICS)] += 1.0
    values = [math.sqrt(min(value, MOST_COUNTED)) for value in values]
    long = len(text) * (DENSE if lang in words_lexicon.UNSPACED else 1.0)
    values += [
        min(text.count("!"), 3) / 3.0,
        float(ASKS.search(text) is not None),
        float(QUOTES.search(text) is not None),
        1.0 / (1.0 + long / LENGTH),
        min(long / 100.0, LONGEST),
        float("," in text or "、" in text),
    ]
    values += [said.sure if said.intent == name else 0.0 for name in INTENTS]
    values += [said.sure if said.feeling == name else 0.0 for name in CLASSES]
    values += [polarity["compound"], polarity["pos"], polarity["neg"]]
    mean = math.fsum(learnt) / len(learnt)
    values += [(score - mean) / LEARNT if lang == "en" else 0.0 for score in learnt]
    values += [float(lang == name) for name in LANGUAGES]
    return [(number, value) for number, value in enumerate(values) if value]


INPUTS: Final = (
    2 * len(TOPICS) + 6 + len(INTENTS) + len(CLASSES) + 3 + len(CLASSES) + len(LANGUAGES)
)
"""How many inputs there are."""


class MeaningsHead:
    """A network with one hidden layer."""

    def __init__(self, file: Path = HEAD) -> None:
        """Load a file that `bench/train_said.py` wrote."""
        stored = json.loads(file.read_bytes())
        self.meanings: tuple[Meaning, ...] = of_stored(stored["meanings"])
        self.wish_from: float = stored["wish_from"]
        """Probability from which a wish counts: less is *none*."""
        self.away_from: float = stored["away_from"]
        """The same of *leave me alone*, where it is more."""
        self.sarcasm_from: float = stored["sarcasm_from"]
        """Probability of sarcasm from which the reading is unsure."""
        self._hidden = _rows(stored["hidden"], INPUTS)
        self._hidden_bias = _rows(stored["hidden_bias"], 1)[0]
        self._out = _rows(stored["out"], len(self.meanings))
        self._out_bias = _rows(stored["out_bias"], 1)[0]
        self._temperature: float = stored["temperature"]

    def probabilities(self, found: Sequence[tuple[int, float]]) -> list[float]:
        """Probability of each meaning, calibrated by the temperature."""
        hidden = list(self._hidden_bias)
        for number, value in found:
            for k, weight in enumerate(self._hidden[number]):
                hidden[k] += weight * value
        hidden = [max(0.0, value) for value in hidden]
        return softmax(
            [
                (bias + sum(map(mul, row, hidden))) / self._temperature
                for bias, row in zip(self._out_bias, self._out, strict=True)
            ]
        )


def _rows(text: str, rows: int) -> list[list[float]]:
    """A matrix that is stored as base64 of half floats, row by row."""
    data = b64decode(text)
    flat = struct.unpack(f"<{len(data) // 2}e", data)
    width = len(flat) // rows
    return [list(flat[row * width : (row + 1) * width]) for row in range(rows)]


@cache
def head() -> MeaningsHead:
    """The shipped network, loaded once."""
    return MeaningsHead()
