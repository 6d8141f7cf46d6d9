"""What others wrote, as it may stand on a terminal."""

from __future__ import annotations


def printable(text: object, instead: str = "�") -> str:
    """The text on one line, with `instead` for each sign that a terminal would obey and not show,
    such as the escape that begins its commands."""
    return "".join([sign if sign.isprintable() else instead for sign in str(text)])


def utf8(text: str) -> str:
    """The text with a backslash and a number for what UTF-8 cannot hold, as of a file's name."""
    return text.encode("utf-8", "backslashreplace").decode()


def lines(text: object) -> str:
    """As `printable`, line by line."""
    return "\n".join(map(printable, str(text).split("\n")))
