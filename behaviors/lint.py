"""Looks for what is wrong with a tree: behaviours that cannot run, behaviours that never win, names
that nothing uses.

Names that nobody knows are refused when the files are read: see `moggy.designs`.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from moggy.behaviors import tree
from moggy.behaviors.build import Built
from moggy.behaviors.curve import AnyTerm
from moggy.behaviors.expression import constant, names, parse
from moggy.behaviors.inputs import TEXTS
from moggy.behaviors.moment import Moment
from moggy.behaviors.samples import moments
from moggy.behaviors.selectors import Utility
from moggy.behaviors.slot import OptionSlot
from moggy.behaviors.tree_language import holes
from moggy.personality import Personality

Placed: TypeAlias = tree.OptionSpec | tree.ReflexSpec
"""A behaviour as it stands in a tree's file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a tree, and with which of its nodes."""

    id: str
    message: str

    def __str__(self) -> str:
        return f"{self.id}: {self.message}"


def lint(
    spec: tree.Tree,
    *,
    personality: Personality | None = None,
    own: Collection[str] | None = None,
    seed: int = 1,
    samples: int = 40_000,
) -> list[Problem]:
    """All problems of a tree, or an empty list.

    Weighs its options in up to `samples` random moments, drawn by `seed`, as a pet of this
    personality (left out: an average one) would. `own`: the names of `let` that the author answers
    for; left out, all of them.
    """
    average = Personality.model_validate({"name": "average"})
    return [
        *_unused(spec, spec.let if own is None else own),
        *_unreachable(spec),
        *_starving(spec, personality or average, seed, samples),
    ]


def slots(node: tree.NodeSpec) -> Iterator[Placed]:
    """The behaviours of a tree: options and reflexes, in its order."""
    if isinstance(node, tree.ReflexesSpec):
        for reflex in node.lane:
            yield reflex
            yield from slots(reflex.do)
        yield from slots(node.below)
    elif isinstance(node, tree.UtilitySpec):
        for option in node.options:
            yield option
            yield from slots(option.do)
    elif isinstance(node, tree.SequenceSpec | tree.SelectorSpec):
        for child in node.children:
            yield from slots(child)


def _walk(node: tree.NodeSpec, owner: str) -> Iterator[tuple[str, tree.NodeSpec]]:
    """Every node with the behaviour that it belongs to."""
    yield owner, node
    if isinstance(node, tree.SequenceSpec | tree.SelectorSpec):
        for child in node.children:
            yield from _walk(child, owner)
    elif isinstance(node, tree.UtilitySpec):
        for option in node.options:
            yield from _walk(option.do, option.id)
    elif isinstance(node, tree.ReflexesSpec):
        for reflex in node.lane:
            yield from _walk(reflex.do, reflex.id)
        yield from _walk(node.below, owner)


def _expressions(spec: tree.Tree) -> Iterator[tuple[str, str]]:
    """Every expression of a tree with the behaviour it stands in."""
    yield from (("let", text) for text in spec.let.values())
    yield from (("purr_only", spec.purr_only), ("purr_whenever", spec.purr_whenever))
    for slot in slots(spec.root):
        yield slot.id, slot.when
        if isinstance(slot, tree.OptionSpec):
            yield slot.id, slot.interrupts
            yield from ((slot.id, term.of) for term in slot.terms)
        else:
            yield slot.id, slot.whenever
    for owner, node in _walk(spec.root, "root"):
        if isinstance(node, tree.BehaveSpec):
            yield from (
                (owner, text)
                for text in (node.purr, node.until, *(shown.weight for shown in node.plays))
            )
            yield from ((owner, shown.when) for shown in node.plays if shown.when)
            yield from ((owner, sound.when) for sound in node.calls if sound.when)
            yield from ((owner, reason.when) for reason in node.reasons)
            for sentence in (node.why, *(reason.say for reason in node.reasons)):
                yield from ((owner, text) for text, _ in holes(sentence) if text not in TEXTS)
        elif isinstance(node, tree.WhenSpec):
            yield owner, node.that
        elif isinstance(node, tree.WaitSpec):
            yield owner, node.until


def _unused(spec: tree.Tree, own: Collection[str]) -> Iterator[Problem]:
    """Those names of `let` that no expression of the tree asks for."""
    used = {name.name for _, text in _expressions(spec) for name in names(parse(text))}
    yield from (Problem("let", f"{name!r} is never used") for name in own if name not in used)


def _endless(node: tree.NodeSpec) -> bool:
    return (
        isinstance(node, tree.BehaveSpec)
        and node.lasts is None
        and constant(parse(node.until)) == 0
    )


def _unreachable(spec: tree.Tree) -> Iterator[Problem]:
    """What never runs, as can be read off the file."""
    for slot in slots(spec.root):
        if constant(parse(slot.when)) == 0:
            yield Problem(slot.id, "can never run: its condition is always false")
        if (
            isinstance(slot, tree.ReflexSpec)
            and not slot.on
            and constant(parse(slot.whenever)) == 0
        ):
            yield Problem(slot.id, "can never be set off: it names no event and no condition")
        if isinstance(slot, tree.OptionSpec) and slot.combine == "product":
            yield from (
                Problem(slot.id, f"its term {term.of!r} is always 0")
                for term in slot.terms
                if _dead(term)
            )
    for owner, node in _walk(spec.root, "root"):
        if isinstance(node, tree.SequenceSpec | tree.SelectorSpec):
            for n, child in enumerate(node.children[:-1], 1):
                if _endless(child) or (
                    isinstance(node, tree.SelectorSpec) and isinstance(child, tree.BehaveSpec)
                ):
                    never = "ends" if _endless(child) else "fails"
                    yield Problem(owner, f"step {n + 1} is never reached: step {n} never {never}")
                    break


def _dead(term: AnyTerm) -> bool:
    value = constant(parse(term.of))
    return value is not None and term.weight == 1.0 and term.response()(value) <= 0.0


def _starving(
    spec: tree.Tree, personality: Personality, seed: int, samples: int
) -> Iterator[Problem]:
    """Weighs all options in many random moments: one without a score in any cannot run, one that is
    never the best starves."""
    moment = Moment(personality, random.Random(seed), spec.fades)
    built = Built(spec, moment)
    selectors = [node for node in built.root.iterate() if isinstance(node, Utility)]
    best: dict[str, float] = {choice.id: 0.0 for node in selectors for choice in node.choices}
    beaten: dict[str, str] = {}
    # An appetite of 0 says on purpose: never.
    won = {node.fallback.id for node in selectors} | {
        id for id, appetite in personality.appetite.items() if appetite == 0.0
    }
    for _ in moments(moment, list(best), random.Random(seed), samples):
        for node in selectors:
            winner = _weigh(node.choices, best, beaten)
            if winner is not None:
                won.add(winner)
        if won.issuperset(best):
            break
    for id, score in best.items():
        if score <= 0.0 and id not in won:
            yield Problem(id, f"cannot run: it had no score in any of {samples} moments")
        elif id not in won:
            yield Problem(
                id,
                f"starves: never the best in {samples} moments; at its best ({score:.2f}) it lost "
                f"to {beaten.get(id, 'another')}",
            )


def _weigh(
    choices: Collection[OptionSlot], best: dict[str, float], beaten: dict[str, str]
) -> str | None:
    """Weigh all options in a moment; returns the winner's id."""
    for choice in choices:
        ended = choice.moment.ended.get(choice.id)
        choice.fatigue, choice.fatigued_at = (0.0, 0.0) if ended is None else (2.0, ended)
    scores: Mapping[str, float] = {choice.id: choice.weigh(False) for choice in choices}
    winner = max(scores, key=lambda id: scores[id])
    for id, score in scores.items():
        if score > best[id]:
            best[id] = score
            if id != winner:
                beaten[id] = winner
    return winner if scores[winner] > 0.0 else None
