"""Reads the files of words: rows of a few columns and a regular expression.

`NAME = …` before the rows stands for `{NAME}` in them; lines that begin with # are remarks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path


def rows(folder: Path, lang: str, columns: int) -> Iterator[tuple[list[str], re.Pattern[str]]]:
    """(the columns, the compiled expression) of each row of `folder/LANG.txt`; none where there is
    no such file."""
    file = folder / f"{lang}.txt"
    if not (lang.isalpha() and file.is_file()):
        return
    names: dict[str, str] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        parts = line.split(None, 2)
        if parts[1] == "=":
            names[parts[0]] = _filled(parts[2], names)
            continue
        *values, words = line.split(None, columns)
        yield values, re.compile(_filled(words, names))


def _filled(words: str, names: dict[str, str]) -> str:
    """The words with what the names stand for."""
    for name, meaning in names.items():
        words = words.replace(f"{{{name}}}", meaning)
    return words
