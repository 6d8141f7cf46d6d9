"""What others wrote, as it may stand on a terminal."""

from __future__ import annotations


def printable(text: object, instead: str = "�") -> str:
    """The text on one line, with `instead` for each sign that a terminal would obey and not show,
    such as the escape that begins its commands."""
    return "".join([sign if sign.isprintable() else instead for sign in str(text)])


def lines(text: object) -> str:
    """As `printable`, line by line."""
    return "\n".join(map(printable, str(text).split("\n")))
