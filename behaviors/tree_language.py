"""Expressions and sentences as they stand in a tree's file: checked when the file is read, compiled
when the tree is built."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextvars import ContextVar
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from moggy.behaviors.expression import Compiler, Evaluate, Wrong, names, parse
from moggy.behaviors.inputs import TEXTS, may_ask, reader, suggestion
from moggy.behaviors.moment import Moment

LET: ContextVar[frozenset[str]] = ContextVar("LET", default=frozenset())
"""Names that the tree being read gives to its own expressions."""
HOLE = re.compile(r"\{([^{}]*)\}")
"""A value in a sentence."""
SHOWN = re.compile(r"^(?P<what>.*?)(?::(?P<shown>[0-3%]))?$", re.DOTALL)
"""What stands in a hole, and how it is shown: with so many decimals, or as a percentage."""


def check(text: str) -> str:
    """The expression. Raises Wrong where it cannot be read, or asks for what there is not."""
    _check(text, ())
    return text


def _check(text: str, words: Collection[str]) -> None:
    """As `check`; `words` may be meant besides, where the expression is a name alone."""
    for name in names(parse(text)):
        if not may_ask(name.name) and name.name not in LET.get():
            own = [*LET.get(), *(words if name.name == text.strip() else ())]
            raise Wrong(
                text,
                name.position,
                f"unknown input {name.name!r}{suggestion(name.name, own)}",
                needs=("let", name.name),
            )


def check_sentence(text: str) -> str:
    """The sentence. Raises ValueError where one of its {holes} cannot be filled."""
    if text.count("{") != text.count("}"):
        raise ValueError(f"a bracket is not closed in «{text}»")
    for what, _ in holes(text):
        if what not in TEXTS:
            _check(what, TEXTS)
    return text


def holes(text: str) -> Iterator[tuple[str, str]]:
    """What stands in the brackets of a sentence, each with how it is shown: "0" to "3" decimals, or
    "%"."""
    for inside in HOLE.findall(text):
        match = SHOWN.match(inside)
        assert match is not None
        yield match["what"].strip(), match["shown"] or "2"


def shown(value: float, how: str) -> str:
    """A number as a sentence says it; `how` as `holes` gives it."""
    text = f"{100.0 * value:.0f} %" if how == "%" else f"{value:.{how}f}"
    return text.removeprefix("-") if float(text.removesuffix(" %")) == 0.0 else text


Expression: TypeAlias = Annotated[
    str,
    BeforeValidator(lambda value: str(value).lower() if isinstance(value, int | float) else value),
    AfterValidator(check),
    Field(description="an expression over inputs, such as «enough > 0.5 and not touch.on»"),
]
Sentence: TypeAlias = Annotated[
    str,
    Field(
        min_length=3,
        description="for people; {touch.zone} is a word, {bond.trust} a number, "
        "{touch.seconds:0} a number with so many decimals, {bond.trust:%} a percentage",
    ),
    AfterValidator(check_sentence),
]
FilledSentence: TypeAlias = Callable[[Moment], tuple[str, dict[str, float]] | None]
"""Fills a sentence: its text and its numbers; None where a word for it is missing now."""


class TreeLanguage:
    """The names of one tree: the inputs of the moment, and what its `let` adds. Each `let` is
    worked out at most once a tick."""

    def __init__(self, let: Mapping[str, str]) -> None:
        """`let` in any order; that no name uses itself is checked by the tree's schema."""
        self.texts = let
        self.let: dict[str, Evaluate[Moment]] = {}
        self.compiler = Compiler[Moment](self.resolve)
        self.uses: dict[str, frozenset[str]] = {}

    def resolve(self, name: str) -> Evaluate[Moment]:
        """How a name of the tree, or an input of the moment, is read."""
        if name not in self.texts:
            return reader(name)
        if name not in self.let:
            self.let[name] = once_a_tick(self.compile(self.texts[name]))
        return self.let[name]

    def compile(self, text: str) -> Evaluate[Moment]:
        """How an expression of the tree is worked out."""
        return self.compiler.compile(parse(text))

    def inputs(self, text: str) -> frozenset[str]:
        """The inputs of the moment that an expression asks for, directly or through `let`."""
        found: set[str] = set()
        for name in names(parse(text)):
            found |= self._used(name.name)
        return frozenset(found)

    def _used(self, name: str) -> frozenset[str]:
        if name not in self.texts:
            return frozenset((name,))
        if name not in self.uses:
            self.uses[name] = self.inputs(self.texts[name])
        return self.uses[name]

    def sentence(self, text: str) -> FilledSentence:
        """How the holes of a sentence are filled."""
        pieces = HOLE.split(text)
        literal = pieces[::2]
        readers: list[tuple[str, str, Evaluate[Moment] | None]] = [
            (what, how, None if what in TEXTS else self.compile(what)) for what, how in holes(text)
        ]

        def fill(moment: Moment) -> tuple[str, dict[str, float]] | None:
            numbers: dict[str, float] = {}
            words = [literal[0]]
            for (what, how, read), after in zip(readers, literal[1:], strict=True):
                if read is None:
                    word = TEXTS[what](moment)
                    if not word:
                        return None
                    words.append(word)
                else:
                    value = numbers[what] = float(read(moment))
                    words.append(shown(value, how))
                words.append(after)
            return "".join(words), numbers

        return fill


def once_a_tick(read: Evaluate[Moment]) -> Evaluate[Moment]:
    """Wrap `read` so that it is worked out at most once in each tick."""
    n, value = -1, 0.0

    def cached(moment: Moment) -> float:
        nonlocal n, value
        if moment.n != n:
            n, value = moment.n, read(moment)
        return value

    return cached
