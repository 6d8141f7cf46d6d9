"""Splits a text into the pieces that have learnt weights: words, pairs of words, parts of words and
negated words; and measures the manner of a text."""

from __future__ import annotations

import re
from typing import NamedTuple
from zlib import crc32

# Words, numbers, marks and emoji.
TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[!?]+|\.{2,}|[^\w\s]")
# Three or more of the same character.
DRAWN_OUT = re.compile(r"(.)\1{2,}", re.DOTALL)
NEGATORS = frozenset(
    re.findall(
        r"\w+",
        """not no never neither nor cannot without hardly barely nothing none nobody isnt aint dont
        doesnt didnt wasnt wont cant couldnt shouldnt wouldnt havent hasnt hadnt arent werent""",
    )
)
"""Words that negate what follows, beside those that end in n't."""
NEGATION_REACH = 3
"""Words after a negation that it negates, as in VADER (Hutto & Gilbert 2014)."""
SHORTEST_PART = 3
"""Letters of the shortest part of a word, its edges `<` and `>` counted. Parts help with typos and
endings: chosen on GoEmotions dev (Demszky et al. 2020)."""
LONGEST_PART = 4
"""Letters of the longest part."""


class Manner(NamedTuple):
    """How something is said, each within −1..1. The trained head has a weight for each, in this
    order."""

    compound: float
    """VADER's summary: negative to positive."""
    positive: float
    negative: float
    exclamations: float
    """Number of `!`, 1 for four or more."""
    questions: float
    """Number of `?`, 1 for four or more."""
    capitals: float
    """Share of the letters."""
    shortness: float
    """1 for nothing, 0.5 for 40 characters."""


def plain(text: str) -> str:
    """Lower case, straight quotes, and no letter more than twice in a row: «Sooooo» → «soo»."""
    return DRAWN_OUT.sub(r"\1\1", text.lower().replace("\u2019", "'").replace("\ufe0f", ""))


def tokens(text: str) -> list[str]:
    """The words, numbers, marks and emoji of a text that is already plain."""
    return TOKEN.findall(text)


def negates(word: str) -> bool:
    """Whether a word negates those after it."""
    return word in NEGATORS or word.endswith("n't")


def pieces(words: list[str]) -> list[str]:
    """All pieces of a text, each as often as it occurs: `cat`, `good cat`, `~good` (negated),
    `#<ca` (a part)."""
    found: list[str] = []
    before, reach = "^", 0
    for word in words:
        letters = word[0].isalpha()
        found += (word, f"{before} {word}")
        if reach and letters:
            found.append(f"~{word}")
            reach -= 1
        if not letters:
            reach = 0
        elif negates(word):
            reach = NEGATION_REACH
        if letters and len(word) >= SHORTEST_PART:
            edged = f"<{word}>"
            found += [
                f"#{edged[i : i + n]}"
                for n in range(SHORTEST_PART, LONGEST_PART + 1)
                for i in range(len(edged) - n + 1)
            ]
        before = word
    return found


def key(piece: str) -> int:
    """The number under which a piece is stored: its CRC-32, the same on every machine."""
    return crc32(piece.encode("utf-8", "replace"))


def manner(text: str, polarity: dict[str, float]) -> Manner:
    """How a text is said; `polarity` is what VADER says of it."""
    letters = [c for c in text if c.isalpha()]
    capitals = (
        sum(map(str.isupper, letters)) / len(letters) if len(letters) > SHORTEST_PART else 0.0
    )
    return Manner(
        polarity["compound"],
        polarity["pos"],
        polarity["neg"],
        min(text.count("!"), 4) / 4,
        min(text.count("?"), 4) / 4,
        capitals,
        1.0 / (1.0 + len(text) / 40.0),
    )
