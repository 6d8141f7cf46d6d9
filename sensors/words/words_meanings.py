"""The learnt part of the first reader that holds for all its languages: a small network that turns
topics of words, phrases and the manner of a text into probabilities of meanings."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from moggy.meanings import Meaning, of_stored, softmax
from moggy.sensors.words import words_lexicon
from moggy.sensors.words.word_halves import rows
from moggy.sensors.words.words_phrases import Wish
from moggy.vocabulary import CLASSES, INTENTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
GRAMS_SHARE: Final = 0.6
"""Weight of the scores of `words_grams` beside those of this network. In sentences of strangers the
likeliest feeling was right in 0.826, 0.832 and 0.834 with 0.3, 0.45 and 0.6; measured once, when
the sizes were chosen. `python -m bench train_said --without train_more` prints what it adds now."""
PIECES_SHARE: Final = 0.9
"""The same of `words_pieces`: 0.789, 0.793 and 0.792 with 0.6, 0.9 and 1.2, when the pieces had 56
numbers and the letters weighed 0.3; measured once too."""


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
        import numpy as np

        stored = json.loads(file.read_bytes())
        self.meanings: tuple[Meaning, ...] = of_stored(stored["meanings"])
        self.wish_from: float = stored["wish_from"]
        """Probability from which a wish counts: less is *none*."""
        self.away_from: float = stored["away_from"]
        """The same of *leave me alone*, where it is more."""
        self.sarcasm_from: float = stored["sarcasm_from"]
        """Probability of sarcasm from which the reading is unsure."""
        self._hidden = np.array(rows(stored["hidden"], INPUTS))
        self._hidden_bias = np.array(rows(stored["hidden_bias"], 1)[0])
        self._out = np.array(rows(stored["out"], len(self.meanings))).T.copy()
        self._out_bias = np.array(rows(stored["out_bias"], 1)[0])
        self.temperature: float = stored["temperature"]
        """What the scores are divided by."""

    def probabilities(
        self,
        found: Sequence[tuple[int, float]],
        letters: Sequence[float],
        pieces: Sequence[float],
    ) -> list[float]:
        """Probability of each meaning, calibrated by the temperature. `letters` are the
        scores of `words_grams`, `pieces` those of `words_pieces`."""
        hidden = _added(self._hidden_bias, self._hidden, found)
        active = [(k, value) for k, value in enumerate(hidden.tolist()) if value > 0.0]
        scores = _added(self._out_bias, self._out, active)
        return softmax(
            [
                (score + GRAMS_SHARE * one + PIECES_SHARE * other) / self.temperature
                for score, one, other in zip(scores.tolist(), letters, pieces, strict=True)
            ]
        )


def _added(
    start: NDArray[np.float64], matrix: NDArray[np.float64], found: Sequence[tuple[int, float]]
) -> NDArray[np.float64]:
    """Rows of a matrix, each times its value, added one by one: a product of numpy's would add them
    in an order that differs between machines."""
    total = start.copy()
    for row, value in found:
        total += matrix[row] * value
    return total


@cache
def head() -> MeaningsHead:
    """The shipped network, loaded once."""
    return MeaningsHead()
