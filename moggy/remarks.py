"""Comments that an owner adds to a shipped file in the studio: found in the edited text, kept in
the owner's patch by the key that they stand above, and shown there again."""

from __future__ import annotations

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from moggy.yaml_file import places

AT_THE_END = "end"
"""The place of comments after the last key."""
BEGINS = re.compile(r"(?:^|(?<=\s))#")


def remarks(text: str, *known: str) -> dict[str, str]:
    """Key → the comment above it or at the end of its line, a line each, for all comments of a
    valid text that are in none of the `known` texts."""
    old = Counter(comment for each in known for _, comment, _ in _comments(each))
    new = list(_comments(text))
    keys = _places(text) if Counter(comment for _, comment, _ in new) - old else []
    found: dict[str, str] = {}
    for n, comment, whole_line in new:
        if old[comment] > 0:
            old[comment] -= 1
            continue
        at = bisect(keys, n, key=lambda place: place[0]) - (not whole_line)
        key = keys[at][1] if 0 <= at < len(keys) else AT_THE_END
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
    """Line from 0, the comment, and whether it has the line for itself. Raises Invalid."""
    quoted = places("text", text).quoted
    for n, line in enumerate(text.splitlines()):
        for found in BEGINS.finditer(line):
            at = (n, found.start())
            before = bisect(quoted, (at, at)) - 1
            if before < 0 or at >= quoted[before][1]:
                yield n, line[at[1] :].strip(), not line[: at[1]].strip()
                break


def _places(text: str) -> list[tuple[int, str]]:
    """Line from 0 and place of every key of a text, in the order of the lines; from the innermost
    id on, as `moggy.yaml_file.located` names it. Raises Invalid."""
    found: list[tuple[int, str]] = []
    data, lines, _ = places("text", text)

    def walk(node: Any, above: tuple[str, ...]) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                found.append((lines[id(node), key] - 1, ".".join((*above, str(key)))))
                walk(value, (*above, str(key)))
        elif isinstance(node, list):
            for n, item in enumerate(node):
                named = isinstance(item, dict) and "id" in item
                walk(item, (str(item["id"]),) if named else (*above, str(n)))

    walk(data, ())
    return sorted(found, key=lambda place: place[0])
