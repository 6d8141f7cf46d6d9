"""Which parts of a condition do not hold now, in the words of the tree's file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from moggy.behaviors.expression import (
    BINDING,
    COMPARISONS,
    MINUS_BINDS,
    NOT_BINDS,
    Apply,
    NameUse,
    Number,
    SyntaxNode,
    chain,
    parse,
)
from moggy.behaviors.moment import NEVER, Moment
from moggy.behaviors.tree_language import TreeLanguage

WhyNot: TypeAlias = Callable[[Moment], list[str]]
"""What of a condition does not hold; empty where all of it does."""
DEEPEST = 4
"""Names of `let` that are followed into one another. Our choice."""


def written(node: SyntaxNode, floor: int = 0) -> str:
    """An expression as text; within brackets where what is around it binds tighter than `floor`."""
    if isinstance(node, Number):
        return f"{node.value:g}"
    if isinstance(node, NameUse):
        return node.name
    if node.op == "not":
        text, binds = f"not {written(node.arguments[0], NOT_BINDS)}", NOT_BINDS
    elif node.op == "negative":
        text, binds = f"-{written(node.arguments[0], MINUS_BINDS)}", MINUS_BINDS
    elif node.op in BINDING:
        binds = BINDING[node.op]
        left, right = node.arguments
        # What binds as tightly was in brackets on the right, a - (b - c), and (a < b) < c.
        before = written(left, binds + (node.op in COMPARISONS))
        text = f"{before} {node.op} {written(right, binds + 1)}"
    else:
        return f"{node.op}({', '.join(map(written, node.arguments))})"
    return f"({text})" if binds < floor else text


def why_not(text: str, language: TreeLanguage) -> WhyNot:
    """Reads what of the condition `text` does not hold, each part with what decides it:
    «welcome: not hurt: since.rough < 60 (now 12)»."""
    return _against(parse(text), True, language, DEEPEST)


def _against(node: SyntaxNode, wanted: bool, language: TreeLanguage, deep: int) -> WhyNot:
    """What of a node is against its being as `wanted`, true or false."""
    parts = chain(node, "and" if wanted else "or")
    if len(parts) > 1:
        inside = [_against(part, wanted, language, deep) for part in parts]
        return lambda moment: [said for part in inside for said in part(moment)]
    if isinstance(node, Apply) and node.op == "not":
        within = _against(node.arguments[0], not wanted, language, deep)
        return lambda moment: [f"not {said}" for said in within(moment)]
    holds = language.compiler.compile(node)
    if isinstance(node, NameUse) and node.name in language.texts and deep:
        name, within = (
            node.name,
            _against(parse(language.texts[node.name]), wanted, language, deep - 1),
        )
        return lambda moment: (
            [] if bool(holds(moment)) == wanted else [f"{name}: {said}" for said in within(moment)]
        )
    said = _with_number(node, language)
    return lambda moment: [] if bool(holds(moment)) == wanted else [said(moment)]


def _with_number(node: SyntaxNode, language: TreeLanguage) -> Callable[[Moment], str]:
    """A part as it is written; of a comparison with what its left side is now."""
    text = written(node)
    if not isinstance(node, Apply) or node.op not in COMPARISONS:
        return lambda _: text
    value = language.compiler.compile(node.arguments[0])
    return lambda moment: f"{text} (now {rough(float(value(moment))):g})"


def rough(value: float) -> float:
    """A number as it is said, with two digits: 9999, 1300, 42, 0.12."""
    if abs(value) >= 10.0:
        return float(f"{value:.2g}") if abs(value) < NEVER else value
    return round(value, 2)
