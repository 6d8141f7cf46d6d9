"""A small language for a designer's conditions and amounts: «enough > 0.5 and not touch.on». It is
parsed and compiled to closures, never passed to `eval`.

It has numbers, dotted names, + - * /, comparisons (0.2 < x < 0.5 too), and/or/not, brackets and the
functions below. True is 1, all but 0 counts as true. Division by zero gives 0 and no product is
larger than LARGEST, so no file stops it or makes it something that is no number.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

from moggy.vocabulary import nearest
from moggy.yaml_file import Misplaced, Where

M = TypeVar("M")
Evaluate: TypeAlias = Callable[[M], float]
"""Reads a number out of a moment."""


LONGEST_SHOWN = 200
"""Characters of an expression that a message shows. Our choice."""


class Wrong(Misplaced):
    """An expression that cannot be read; says at which character."""

    def __init__(self, text: str, position: int, message: str, needs: Where = ()) -> None:
        comma = "" if message.endswith("?") else ","
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
        place = f"at character {position + 1} of «{shown}»"
        super().__init__(f"{message}{comma} {place}", needs=needs)
        self.text, self.position, self.message = text, position, message


@dataclass(frozen=True, slots=True)
class Number:
    """A number in an expression."""

    value: float


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name in an expression, and the character at which it stands."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or a function on its arguments."""

    op: str
    arguments: tuple[SyntaxNode, ...]


SyntaxNode: TypeAlias = Number | NameUse | Apply


@dataclass(frozen=True, slots=True)
class Token:
    """The smallest piece of an expression: `number`, `name`, `op` or `end`."""

    kind: str
    text: str
    position: int


TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*|\.\d+)"
    r"|(?P<name>[a-z_][a-z_0-9]*(?:\.[a-z_0-9]+)*)"
    r"|(?P<op><=|>=|==|!=|[-+*/<>(),]))"
)
WORD = re.compile(r"[.\w]*[^\W\d_][.\w]*")
"""What somebody may take for a name."""
BINDING = {
    "or": 1,
    "and": 2,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "==": 4,
    "!=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
}
"""Operator → how tightly it binds: the greater, the sooner."""
NOT_BINDS = 3
"""How tightly `not` binds: looser than a comparison."""
MINUS_BINDS = 7
"""How tightly the minus before a number binds: tighter than any operator."""
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
LONGEST = 2000
"""Characters of an expression. The longest shipped one has 90. Our choice."""
MOST_PARTS = 100
"""Numbers, names and brackets of one expression: what reads it and works it out is recursive, and
Python's stack ends. The longest shipped one has 12. Our choice."""
LARGEST = 1e100
"""What a product or quotient is at most; sums of all parts stay far from what a number cannot hold.
Our choice."""
LONGEST_NUMBER = 20
"""Characters of a number; 17 digits say all that it can hold. Our choice."""


def clamp(x: float, low: float, high: float) -> float:
    """x, but not less than `low` and not more than `high`."""
    return low if x < low else min(x, high)


def between(x: float, start: float, end: float) -> float:
    """Whether x lies from start to end; round the clock when start > end: between(hour, 22, 7)."""
    return float(start <= x < end if start <= end else x >= start or x < end)


def logistic(x: float, half: float, slope: float) -> float:
    """0 to 1, one half at `half`; a quarter of `slope` is how steep it is there."""
    return 1.0 / (1.0 + math.exp(clamp(-slope * (x - half), -60.0, 60.0)))


def bell(x: float, peak: float, width: float) -> float:
    """1 at `peak`, 0.61 one `width` away from it."""
    y = (x - peak) / width if width else 60.0 * (x != peak)
    return math.exp(-0.5 * clamp(y * y, 0.0, 3600.0))


def choose(condition: float, then: float, other: float) -> float:
    """`then` where the condition is not 0, else `other`."""
    return then if condition else other


def rise(x: float, zero: float, one: float) -> float:
    """A straight line, 0 at `zero` and 1 at `one` (either may be the smaller), flat outside."""
    if zero == one:
        return float(x >= one)
    y = (x - zero) / (one - zero)
    return 0.0 if y < 0.0 else min(y, 1.0)


FUNCTIONS: dict[str, tuple[int | None, Callable[..., float]]] = {
    "min": (None, min),
    "max": (None, max),
    "abs": (1, abs),
    "clamp": (3, clamp),
    "between": (3, between),
    "logistic": (3, logistic),
    "bell": (3, bell),
    "rise": (3, rise),
    "if": (3, choose),
}
"""Name → how many arguments (None: two or more), and what it does."""


def tokens(text: str) -> Iterator[Token]:
    """Cut a text into tokens; ends with one of kind `end`. Raises Wrong."""
    position = 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            word = WORD.match(text, start)
            if word is not None and not word[0].islower():
                raise Wrong(text, start, f"{word[0]!r}: names are written in small letters")
            raise Wrong(text, start, f"{text[start]!r} means nothing here")
        yield Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup))
        position = match.end()
    yield Token("end", "", len(text))


class Parser:
    """Top-down operator precedence (Pratt 1973): each operator knows how tightly it binds."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens(text))
        self.next = 0
        self.parts = 0

    def whole(self) -> SyntaxNode:
        """The whole text as one expression. Raises Wrong, as all below do."""
        if self.tokens[0].kind == "end":
            raise Wrong(self.text, 0, "an empty expression says nothing")
        node = self.expression(0)
        if self.peek().kind != "end":
            raise Wrong(self.text, self.peek().position, f"did not expect {self.peek().text!r}")
        return node

    def peek(self) -> Token:
        """The next token, which stays the next."""
        return self.tokens[self.next]

    def take(self) -> Token:
        """The next token, and go on; at the end the token `end`, as often as it is asked for."""
        token = self.tokens[self.next]
        self.next = min(self.next + 1, len(self.tokens) - 1)
        return token

    def expect(self, text: str) -> None:
        """Take the next token, which has to be this one."""
        token = self.take()
        if token.text != text:
            instead = f", not {token.text!r}" if token.text else " before the end"
            raise Wrong(self.text, token.position, f"expected {text!r}{instead}")

    def expression(self, floor: int) -> SyntaxNode:
        """All that operators which bind tighter than `floor` hold together."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise Wrong(self.text, self.peek().position, f"more than {MOST_PARTS} parts")
        left = self.prefix()
        while BINDING.get(self.peek().text, 0) > floor:
            op = self.take().text
            right = self.expression(BINDING[op])
            left = self.compare(left, op, right) if op in COMPARISONS else Apply(op, (left, right))
        return left

    def compare(self, left: SyntaxNode, op: str, right: SyntaxNode) -> SyntaxNode:
        """a < b < c is (a < b) and (b < c)."""
        first: SyntaxNode = Apply(op, (left, right))
        while self.peek().text in COMPARISONS:
            op = self.take().text
            last, right = right, self.expression(BINDING[op])
            first = Apply("and", (first, Apply(op, (last, right))))
        return first

    def prefix(self) -> SyntaxNode:
        """A number, a name, a call, a bracket, or one of them after a minus or `not`."""
        token = self.take()
        if token.kind == "number":
            if len(token.text) > LONGEST_NUMBER:
                raise Wrong(self.text, token.position, "a number with too many digits")
            return Number(float(token.text))
        if token.text == "(":
            inside = self.expression(0)
            self.expect(")")
            return inside
        if token.text == "-":
            return Apply("negative", (self.expression(MINUS_BINDS),))
        if token.text == "not":
            return Apply("not", (self.expression(NOT_BINDS),))
        if token.text in ("true", "false"):
            return Number(float(token.text == "true"))
        if token.kind != "name" or token.text in ("and", "or"):
            raise Wrong(
                self.text,
                token.position,
                "expected a number or a name"
                + (f", not {token.text!r}" if token.text else " before the end"),
            )
        return self.call(token) if self.peek().text == "(" else NameUse(token.text, token.position)

    def call(self, name: Token) -> SyntaxNode:
        """The arguments of a function; the bracket comes next."""
        if name.text not in FUNCTIONS:
            raise Wrong(
                self.text,
                name.position,
                f"no function {name.text!r}{nearest(name.text, FUNCTIONS)}",
            )
        self.expect("(")
        arguments = [self.expression(0)]
        while self.peek().text == ",":
            self.take()
            arguments.append(self.expression(0))
        self.expect(")")
        wanted = FUNCTIONS[name.text][0]
        if len(arguments) != wanted if wanted is not None else len(arguments) < 2:
            raise Wrong(
                self.text,
                name.position,
                f"{name.text} takes {wanted or 'two or more'} arguments, not {len(arguments)}",
            )
        return Apply(name.text, tuple(arguments))


@lru_cache(maxsize=4096)
def parse(text: str) -> SyntaxNode:
    """Read an expression; raises Wrong at the character."""
    if len(text) > LONGEST:
        raise Wrong(text, LONGEST, f"more than {LONGEST} characters")
    return Parser(text).whole()


def levels(node: SyntaxNode) -> int:
    """How deep it nests."""
    return 1 + max(map(levels, node.arguments), default=0) if isinstance(node, Apply) else 1


def names(node: SyntaxNode) -> Iterator[NameUse]:
    """The names in it, from left to right."""
    if isinstance(node, NameUse):
        yield node
    elif isinstance(node, Apply):
        for argument in node.arguments:
            yield from names(argument)


def multiply(a: float, b: float) -> float:
    """a · b, within ±LARGEST."""
    return clamp(a * b, -LARGEST, LARGEST)


def divide(a: float, b: float) -> float:
    """a / b, within ±LARGEST, and 0 where b is 0."""
    return clamp(a / b, -LARGEST, LARGEST) if b else 0.0


SIMPLE: dict[str, Callable[[float, float], float]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "+": operator.add,
    "-": operator.sub,
    "*": multiply,
    "/": divide,
}


def chain(node: SyntaxNode, op: str) -> list[SyntaxNode]:
    """The parts of «a and b and c», which is parsed as pairs."""
    if not isinstance(node, Apply) or node.op != op:
        return [node]
    return [part for argument in node.arguments for part in chain(argument, op)]


def all_of(parts: list[Evaluate[M]]) -> Evaluate[M]:
    """Whether all hold. The one that failed last is asked first the next time: it usually fails
    again, and the others are not evaluated then."""

    def holds(m: M) -> bool:
        for part in parts:
            if not part(m):
                if part is not parts[0]:
                    parts.remove(part)
                    parts.insert(0, part)
                return False
        return True

    return holds


def any_of(parts: list[Evaluate[M]]) -> Evaluate[M]:
    """Whether one holds; the one that held last is asked first."""

    def holds(m: M) -> bool:
        for part in parts:
            if part(m):
                if part is not parts[0]:
                    parts.remove(part)
                    parts.insert(0, part)
                return True
        return False

    return holds


class Compiler(Generic[M]):
    """Turns a parsed expression into one closure; names are resolved once, here."""

    def __init__(self, resolve: Callable[[str], Evaluate[M]]) -> None:
        self.resolve = resolve

    def compile(self, node: SyntaxNode) -> Evaluate[M]:
        """The closure that works a node out. Raises what `resolve` raises for a name."""
        if isinstance(node, Number):
            value = node.value
            return lambda _: value
        if isinstance(node, NameUse):
            return self.resolve(node.name)
        if node.op in SIMPLE:
            return self.binary(node)
        if node.op in ("and", "or"):
            parts = [self.compile(part) for part in chain(node, node.op)]
            return all_of(parts) if node.op == "and" else any_of(parts)
        arguments = [self.compile(argument) for argument in node.arguments]
        first = arguments[0]
        match node.op:
            case "negative":
                return lambda m: -first(m)
            case "not":
                return lambda m: not first(m)
            case "if":
                then, other = arguments[1:]
                return lambda m: then(m) if first(m) else other(m)
        return self.function(node, arguments)

    def function(self, node: Apply, arguments: list[Evaluate[M]]) -> Evaluate[M]:
        """A function on its arguments. Most have numbers or few arguments, and get a closure that
        calls less."""
        function, first = FUNCTIONS[node.op][1], arguments[0]
        fixed = [argument.value for argument in node.arguments[1:] if isinstance(argument, Number)]
        if len(fixed) == len(arguments) - 1:
            return lambda m: function(first(m), *fixed)
        if len(arguments) == 2:
            second = arguments[1]
            return lambda m: function(first(m), second(m))
        if len(arguments) == 3:
            second, third = arguments[1:]
            return lambda m: function(first(m), second(m), third(m))
        return lambda m: function([argument(m) for argument in arguments])

    def binary(self, node: Apply) -> Evaluate[M]:
        """An operator on two values. The most frequent, a name compared with a number, gets a
        closure that calls less."""
        left, right = node.arguments
        function, a = SIMPLE[node.op], self.compile(left)
        if isinstance(right, Number):
            value = right.value
            if node.op == ">":
                return lambda m: a(m) > value
            if node.op == "<":
                return lambda m: a(m) < value
            return lambda m: function(a(m), value)
        b = self.compile(right)
        return lambda m: function(a(m), b(m))


def constant(node: SyntaxNode) -> float | None:
    """The value of an expression without names; None where it has one."""
    if any(True for _ in names(node)):
        return None

    def nothing(name: str) -> Evaluate[None]:
        raise KeyError(name)

    return float(Compiler[None](nothing).compile(node)(None))
