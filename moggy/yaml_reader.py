"""Reads the YAML that people write: within bounds, without recursion, with the line of every key.

The text is read as the parser's events, one by one. A parser that builds what it reads nests as
deep as the text does, and its C code then ends the process (100,000 brackets), or follows aliases
that stand for more than memory holds.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

LONGEST = 200_000
"""Characters that a file may have at most; the whole shipped tree has 40,000. Our choice."""
DEEPEST = 40
"""Mappings and lists within one another; the shipped tree has 12. What keeps comments is recursive,
and Python's stack ends at a few hundred of them. Our choice."""
LONGEST_VALUE = 10_000
"""Characters of one key or value; the longest shipped one has 231. What keeps comments takes
seconds for 200,000. Our choice."""
LARGEST = 10_000
"""Keys, values and items of one file, with what aliases stand for; a text counts once more for each
100 characters. The whole shipped tree has 3,400. Our choice."""
LONGEST_NUMBER = 40
"""Characters of a number. Our choice."""

LARGEST_KEY = 1e9
"""A number that is a key is at most this. Of larger ones many can be found that a mapping takes for
neighbours, so that each is compared with all before it. Our choice."""

FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML does not allow, and line ends and marks that its readers take differently:
U+0085, U+2028, U+2029 and, behind the begin, U+FEFF."""
ESCAPE = (
    "a '\\x', '\\u' or '\\U' in double quotes without the number of a character; use single quotes"
)
"""What is wrong with such a line."""
DIRECTIVE = "a line that begins with '%'; leave it out"
"""What is wrong with such a line."""
PLAIN = {
    "found a tab character that violates indentation": "it is indented with a tab; use spaces",
    "mapping values are not allowed in this context": (
        "a ':' where none can be; indent the line like those beside it, or put the value in quotes"
    ),
    "did not find expected key": (
        "it does not go on from what is above; indent it like those beside it, or put the whole "
        "value in quotes"
    ),
    "did not find expected <document start>": (
        "it does not go on from what is above; indent it like those beside it"
    ),
    "did not find expected node content": "a value is missing before this",
    "did not find expected alphabetic or numeric character": (
        "a value that begins with '&' or '*'; put it in quotes"
    ),
    "did not find expected comment or line break": "after a '|' or '>' nothing else can stand",
    "found undefined tag handle": "a value that begins with '!'; put it in quotes",
    "found unknown escape character": (
        "an unknown letter after a '\\' in double quotes; use single quotes, or write '\\\\'"
    ),
    "did not find expected '-' indicator": (
        "it does not go on with the list above; indent it like what is around it"
    ),
    "block sequence entries are not allowed in this context": (
        "a list's '-' behind something else; begin a line with it, or put the value in quotes"
    ),
    "found unexpected ':'": "a space is missing after a ':'",
    "did not find expected hexdecimal number": ESCAPE,
    "found invalid Unicode character escape code": ESCAPE,
    "found unknown directive name": DIRECTIVE,
    "could not find expected directive name": DIRECTIVE,
    "found incompatible YAML document": DIRECTIVE,
}
"""The parser's words → what is wrong with the line, and the way out."""
ENDED = (
    "did not find expected key", "did not find expected <document start>",
    "did not find expected '-' indicator",
)  # fmt: skip
"""The parser's words where something stands behind the end of what it belongs to."""
CLOSES = {"{": "}", "[": "]"}
NOT_PLAIN = frozenset("-+.0123456789tTfFnN~<")
"""First characters of what may be another value than a text."""

Key: TypeAlias = Any
Span: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""From and to, each as line and column from 0."""


class YamlMistake(ValueError):
    """A text that cannot be read: the line, from 1, and what is wrong."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


class Read(NamedTuple):
    """What stands in a text."""

    data: Any
    """Shared: copy it before changing it."""
    lines: Mapping[tuple[int, Key], int]
    """id() of a mapping or list of the data, and a key or index → line from 1."""
    quoted: tuple[Span, ...]
    """Where quoted and block texts stand: a `#` in them begins no comment."""


@dataclass(slots=True)
class _Open:
    """A mapping or list that is not at its end yet."""

    value: dict[Key, Any] | list[Any]
    line: int
    bracket: str
    """"{", "[", or "" where it is written as a block."""
    anchor: str | None
    before: int
    """Nodes of the file before it."""
    height: int = 1
    """Levels of mappings and lists in it, itself included."""
    key: Key = None
    waits: bool = False
    """Whether `key` waits for its value."""


class _Anchored(NamedTuple):
    """What an alias stands for."""

    value: Any
    size: int
    height: int


@dataclass(slots=True)
class _Builder:
    """Makes data of the parser's events."""

    resolver: Any
    stack: list[_Open] = field(default_factory=list)
    lines: dict[tuple[int, Key], int] = field(default_factory=dict)
    quoted: list[Span] = field(default_factory=list)
    anchored: dict[str, _Anchored] = field(default_factory=dict)
    named: dict[str, int] = field(default_factory=dict)
    """Anchor → its line."""
    size: int = 0
    documents: int = 0
    data: Any = None

    def take(self, event: Any) -> None:
        """Take the next event. Raises YamlMistake."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._begin(event, {}, "{")
        elif isinstance(event, SequenceStartEvent):
            self._begin(event, [], "[")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._end()
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise YamlMistake(
                    _line(event), "a second document begins here; leave out the `---`"
                )
            if event.version or event.tags:
                raise YamlMistake(
                    _line(event), "lines that begin with % are not read; leave them out"
                )

    def _scalar(self, event: Any) -> None:
        line, text = _line(event), event.value
        self._untagged(event, line)
        if len(text) > LONGEST_VALUE:
            raise YamlMistake(
                line,
                f"a text of {len(text)} characters; at most {LONGEST_VALUE} are read: make it "
                "shorter",
            )
        if event.style:
            start, end = event.start_mark, event.end_mark
            self.quoted.append(((start.line, start.column), (end.line, end.column)))
        self._count(line, 1 + len(text) // 100)
        value = text if event.style else _plain(self.resolver, text, line)
        if event.anchor:
            self._name(event.anchor, line)
            self.anchored[event.anchor] = _Anchored(value, 1 + len(text) // 100, 0)
        self._put(value, line)

    def _begin(self, event: Any, value: dict[Key, Any] | list[Any], bracket: str) -> None:
        line = _line(event)
        self._untagged(event, line)
        if self.stack and isinstance(self.stack[-1].value, dict) and not self.stack[-1].waits:
            raise YamlMistake(line, "a key is a word, not a list or a mapping")
        if len(self.stack) >= DEEPEST:
            raise YamlMistake(line, f"more than {DEEPEST} mappings and lists within one another")
        if event.anchor:
            self._name(event.anchor, line)
        before = self.size
        self._count(line, 1)
        self._put(value, line)
        self.stack.append(
            _Open(value, line, bracket if event.flow_style else "", event.anchor, before)
        )

    def _end(self) -> None:
        done = self.stack.pop()
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, done.height + 1)
        if done.anchor:
            size = self.size - done.before
            self.anchored[done.anchor] = _Anchored(done.value, size, done.height)

    def _alias(self, event: Any) -> None:
        line, name = _line(event), event.anchor
        if any(each.anchor == name for each in self.stack):
            raise YamlMistake(line, f"the alias *{name} stands within its own anchor")
        found = self.anchored.get(name)
        if found is None:
            raise YamlMistake(line, f"no anchor &{name} before this alias")
        if len(self.stack) + found.height > DEEPEST:
            raise YamlMistake(line, f"more than {DEEPEST} mappings and lists within one another")
        if self.size + found.size > LARGEST:
            raise YamlMistake(line, f"aliases that stand for more than {LARGEST} keys and values")
        self.size += found.size
        if self.stack:
            self.stack[-1].height = max(self.stack[-1].height, found.height + 1)
        self._put(found.value, line)

    def _name(self, anchor: str, line: int) -> None:
        if anchor in self.named:
            raise YamlMistake(
                line,
                f"the anchor &{anchor} stands here and in line {self.named[anchor]}; rename one",
            )
        self.named[anchor] = line

    def _put(self, value: Any, line: int) -> None:
        """Put a value where it belongs: at the top, into a list, or as a key or what it says."""
        if not self.stack:
            self.data = value
            return
        here = self.stack[-1]
        if isinstance(here.value, list):
            self.lines[id(here.value), len(here.value)] = line
            here.value.append(value)
        elif here.waits:
            here.value[here.key] = value
            here.waits = False
        else:
            if isinstance(value, dict | list):
                raise YamlMistake(line, "a key is a word, not a list or a mapping")
            if isinstance(value, int | float) and abs(value) > LARGEST_KEY:
                raise YamlMistake(line, "a key is a word, not so large a number")
            if value in here.value:
                first = self.lines[id(here.value), value]
                raise YamlMistake(
                    line, f"the key '{_word(value)}' stands here and in line {first}; keep one"
                )
            self.lines[id(here.value), value] = line
            here.key, here.waits = value, True

    def _count(self, line: int, more: int) -> None:
        self.size += more
        if self.size > LARGEST:
            raise YamlMistake(
                line, f"more than {LARGEST} keys and values; make several files of it"
            )

    def _untagged(self, event: Any, line: int) -> None:
        tag = str(event.ctag or "")
        if tag:
            short = tag.replace("tag:yaml.org,2002:", "!!")
            raise YamlMistake(line, f"the tag {short} is not read; leave it out")

    def unparsed(self, error: MarkedYAMLError, lines: list[str]) -> YamlMistake:
        """What a mistake of the parser means, with what was open then. `lines`: the text's."""
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        began = error.context_mark.line + 1 if error.context_mark else line
        context = str(error.context or "")
        if context == "while scanning a quoted scalar" and "end of stream" in str(error.problem):
            return YamlMistake(began, "the quote that opens here is not closed")
        problem = _in_words(error, lines)
        here = self.stack[-1] if self.stack else None
        if context.startswith("while parsing a flow "):
            bracket = "[" if "sequence" in context else "{"
            if here is not None and here.bracket:
                bracket, began = here.bracket, here.line
            what = "value" if "node" in context else "','"
            missing = f"a {what} or '{CLOSES[bracket]}' is missing"
            if line == began:
                return YamlMistake(line, f"{missing} after the '{bracket}' of this line")
            where = "at the end" if line > len(lines) else f"in line {line}"
            return YamlMistake(
                began, f"the '{bracket}' that opens here is not closed: {missing} {where}"
            )
        if here is not None and here.bracket and here.line < line:
            return YamlMistake(
                line, f"{problem}; the '{here.bracket}' of line {here.line} is still open"
            )
        return YamlMistake(line, problem)


def _in_words(error: MarkedYAMLError, lines: list[str]) -> str:
    """What the parser found, and the way out."""
    problem, mark = str(error.problem or "not YAML"), error.problem_mark
    line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
    found = line[mark.column : mark.column + 1] if mark is not None else ""
    if problem == "found character that cannot start any token" and mark is not None:
        if found == "\t":
            return "a tab stands before what it says; use spaces"
        return f"nothing can begin with {found!r}; put it in quotes"
    if found and found in CLOSES.values() and problem in ENDED:
        return f"a '{found}' that closes nothing; leave it out"
    return PLAIN.get(problem, problem)


def _word(key: Key) -> str:
    """A key as it is written."""
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def read(text: str) -> Read:
    """What a text says. Raises YamlMistake, with the line, where it is no YAML, or is beyond a
    bound."""
    if len(text) > LONGEST:
        raise YamlMistake(1, f"{len(text)} characters; at most {LONGEST} are read")
    if found := FORBIDDEN.search(text, text.startswith("\ufeff")):
        line = text.count("\n", 0, found.start()) + 1
        raise YamlMistake(line, f"the character {found[0]!r} cannot stand in a file; leave it out")
    yaml = YAML(typ="safe")
    builder = _Builder(yaml.resolver)
    try:
        for event in yaml.parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        raise builder.unparsed(error, text.splitlines()) from None
    except YAMLError as error:
        raise YamlMistake(1, f"not YAML: {error}") from None
    return Read(builder.data, builder.lines, tuple(builder.quoted))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _plain(resolver: Any, text: str, line: int) -> Any:
    """What a word without quotes stands for: a number, true or false, nothing, or itself."""
    if text and text[0] not in NOT_PLAIN:
        return text
    kind = str(resolver.resolve(ScalarNode, text, (True, False))).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "merge":
        raise YamlMistake(line, "the key << is not read; write the keys, or use `extends`")
    if kind not in ("int", "float"):
        return text
    if len(text) > LONGEST_NUMBER:
        raise YamlMistake(
            line, f"a number of {len(text)} characters; at most {LONGEST_NUMBER} are read"
        )
    digits = text.replace("_", "")
    if kind == "int":
        based = digits.lstrip("+-")[:2] in ("0b", "0o", "0x")
        try:
            return int(digits, 0 if based else 10)
        except ValueError:
            raise YamlMistake(
                line, f"{text} is no number; a word is written in quotes: '{text}'"
            ) from None
    sign, size = -1.0 if digits[0] == "-" else 1.0, digits.lstrip("+-").lower()
    number = math.inf if size == ".inf" else math.nan if size == ".nan" else float(size)
    if not math.isfinite(number):
        raise YamlMistake(line, f"{text} is not a number that anything can have")
    return sign * number
