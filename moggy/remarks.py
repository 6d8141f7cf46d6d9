"""Comments that an owner adds to a shipped file in the studio: found in the edited text, kept in
the owner's patch by the key that they stand above, and shown there again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap

from moggy.yaml_file import read_yaml, round_trip

AT_THE_END = "end"
"""The place of comments after the last key."""
AFTER_A_VALUE = re.compile(r"\s(#.*)$")


def remarks(text: str, *known: str) -> dict[str, str]:
    """Key → the comment above it or at the end of its line, a line each, for all comments of a
    valid text that are in none of the `known` texts."""
    old = Counter(comment for each in known for _, comment, _ in _comments(each))
    new = list(_comments(text))
    places = _places(text) if Counter(comment for _, comment, _ in new) - old else []
    found: dict[str, str] = {}
    for n, comment, whole_line in new:
        if old[comment] > 0:
            old[comment] -= 1
            continue
        if not whole_line and not _is_comment(text, n):
            continue
        follows = [key for line, key in places if line > n]
        here = [key for line, key in places if line <= n]
        key = (follows or [AT_THE_END])[0] if whole_line else (here or [AT_THE_END])[-1]
        found[key] = f"{found[key]}\n{comment}" if key in found else comment
    return found


def with_remarks(text: str, added: Mapping[str, str]) -> str:
    """The text with comments above their keys; at its end where there is no such key any more."""
    lines = text.splitlines()
    first: dict[str, int] = {}
    for n, key in _places(text):
        first.setdefault(key, n)
    # From the last line up, so that the numbers of the lines above stay.
    for key, comment in sorted(added.items(), key=lambda item: -first.get(item[0], len(lines))):
        at = first.get(key, len(lines))
        line = lines[at] if at < len(lines) else ""
        indent = " " * (len(line) - len(line.lstrip()))
        lines[at:at] = [f"{indent}# {each.lstrip('# ')}" for each in comment.split("\n")]
    return "\n".join(lines) + "\n"


def _comments(text: str) -> Iterator[tuple[int, str, bool]]:
    """Line from 0, the comment, and whether it has the line for itself. What follows a value may
    also be in quotes."""
    for n, line in enumerate(text.splitlines()):
        if line.lstrip().startswith("#"):
            yield n, line.strip(), True
        elif found := AFTER_A_VALUE.search(line):
            yield n, found[1].strip(), False


def _is_comment(text: str, n: int) -> bool:
    """Whether the text says the same without the last part of line `n`: a `#` may also stand in
    quotes."""
    lines = text.splitlines()
    lines[n] = AFTER_A_VALUE.sub("", lines[n])
    try:
        return read_yaml("text", "\n".join(lines)) == read_yaml("text", text)
    except ValueError:
        return False


def _places(text: str) -> list[tuple[int, str]]:
    """Line from 0 and place of every key of a text, in the order of the lines; from the innermost
    id on, as `moggy.yaml_file.located` names it."""
    found: list[tuple[int, str]] = []

    def walk(node: Any, above: tuple[str, ...]) -> None:
        if isinstance(node, CommentedMap):
            for key, value in node.items():
                found.append((node.lc.key(key)[0], ".".join((*above, str(key)))))
                walk(value, (*above, str(key)))
        elif isinstance(node, list):
            for n, item in enumerate(node):
                named = isinstance(item, dict) and "id" in item
                walk(item, (str(item["id"]),) if named else (*above, str(n)))

    walk(round_trip().load(text), ())
    return sorted(found, key=lambda place: place[0])
