"""Turns a text into the small pieces (words, pairs, parts of words, negated words) that the reader
of words knows the weight of."""

from __future__ import annotations

import re
from zlib import crc32

TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[!?]+|\.{2,}|[^\w\s]")
DRAWN_OUT = re.compile(r"(.)\1{2,}", re.DOTALL)
NEGATORS = frozenset(
    re.findall(
        r"\w+",
        """not no never neither nor cannot without hardly barely nothing none nobody isnt aint dont doesnt didnt wasnt wont cant couldnt
        shouldnt wouldnt havent hasnt hadnt arent werent""",
    )
)
REACH = 3
"""Words that a negation reaches, as in VADER (Hutto & Gilbert 2014)."""
SHORTEST, LONGEST = 3, 4
"""Letters in a part of a word; what helped on GoEmotions dev (typos, endings)."""


def plain(text: str) -> str:
    """Lower case, straight quotes, and no letter more than twice in a row: «Sooooo» → «soo»."""
    return DRAWN_OUT.sub(r"\1\1", text.lower().replace("\u2019", "'").replace("\ufe0f", ""))


def tokens(text: str) -> list[str]:
    """Words, numbers, and each mark or emoji, of a text that is already plain."""
    return TOKEN.findall(text)


def negates(word: str) -> bool:
    return word in NEGATORS or word.endswith("n't")


def pieces(words: list[str]) -> list[str]:
    """Everything that may carry weight, repeated as often as it occurs: `cat`, `good cat`, `~good`
    (negated), `#<ca` (a part)."""
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
            reach = REACH
        if letters and len(word) >= SHORTEST:
            edged = f"<{word}>"
            found += [
                f"#{edged[i : i + n]}"
                for n in range(SHORTEST, LONGEST + 1)
                for i in range(len(edged) - n + 1)
            ]
        before = word
    return found


def key(piece: str) -> int:
    """The number under which a piece is stored: 32 bits, the same on every machine."""
    return crc32(piece.encode("utf-8", "replace"))


def manner(text: str, polarity: dict[str, float]) -> tuple[float, ...]:
    """How it is said: VADER's compound, positive and negative, `!`, `?`, capitals, shortness; each
    within −1..1."""
    letters = [c for c in text if c.isalpha()]
    capitals = sum(map(str.isupper, letters)) / len(letters) if len(letters) > SHORTEST else 0.0
    return (
        polarity["compound"],
        polarity["pos"],
        polarity["neg"],
        min(text.count("!"), 4) / 4,
        min(text.count("?"), 4) / 4,
        capitals,
        1.0 / (1.0 + len(text) / 40.0),
    )
