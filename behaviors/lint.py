"""Looks a tree over before a pet lives by it: names that nobody knows, behaviours that cannot run,
and behaviours that never win."""

from __future__ import annotations

import difflib
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from moggy.behaviors import tree
from moggy.behaviors.build import Built
from moggy.behaviors.curve import AnyTerm
from moggy.behaviors.expression import constant, names, parse
from moggy.behaviors.moment import Moment
from moggy.behaviors.samples import moments
from moggy.behaviors.selectors import Utility
from moggy.behaviors.slot import OptionSlot
from moggy.personality import Personality
from moggy.vocabulary import EVENTS

CALLS = (
    "meow",
    "meow_sad",
    "trill",
    "chirp",
    "hiss",
    "growl",
    "kitten",
    "mew",
    "yowl",
    "solicit",
    "snort",
    "chatter",
)


Placed: TypeAlias = tree.OptionSpec | tree.ReflexSpec


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
    motions: Collection[str] = (),
    calls: Collection[str] = CALLS,
    events: Collection[str] = EVENTS,
    personality: Personality | None = None,
    seed: int = 1,
    samples: int = 12_000,
) -> list[Problem]:
    """All problems of a tree, or an empty list. `motions` left out: they are not checked. Samples
    at most so many moments by `seed`."""
    problems = [*_names(spec, motions, calls, events), *_unreachable(spec)]
    problems += _starving(
        spec, personality or Personality.model_validate({"name": "average"}), seed, samples
    )
    return problems


def lint_personality(personality: Personality, spec: tree.Tree) -> list[Problem]:
    """Appetites for behaviours that the tree does not have."""
    behaviors = [slot.id for slot in slots(spec.root)]
    return [
        Problem(personality.name, f"has an appetite for {_unknown(id, behaviors)}")
        for id in personality.appetite
        if id not in behaviors
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


def _unknown(name: str, those: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(those), n=1)
    return f"unknown {name!r}" + (f", did you mean {near[0]!r}?" if near else "")


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
        elif isinstance(node, tree.WhenSpec):
            yield owner, node.that
        elif isinstance(node, tree.WaitSpec):
            yield owner, node.until


def _names(
    spec: tree.Tree, motions: Collection[str], calls: Collection[str], events: Collection[str]
) -> Iterator[Problem]:
    behaviors = [slot.id for slot in slots(spec.root)]
    used: set[str] = set()
    for owner, text in _expressions(spec):
        for name in names(parse(text)):
            first, _, second = name.name.partition(".")
            used.add(name.name)
            if first in ("event", "since", "count") and second not in events:
                yield Problem(owner, f"{name.name}: event {_unknown(second, events)}")
            elif first in ("ran", "running") and second not in behaviors:
                yield Problem(owner, f"{name.name}: behaviour {_unknown(second, behaviors)}")
    yield from (Problem("let", f"{name!r} is never used") for name in spec.let if name not in used)
    yield from (
        Problem("fades", f"event {_unknown(name, events)}")
        for name in spec.fades
        if name not in events
    )
    for slot in slots(spec.root):
        if isinstance(slot, tree.ReflexSpec):
            yield from (
                Problem(slot.id, f"on: event {_unknown(name, events)}")
                for name in slot.on
                if name not in events
            )
    for owner, node in _walk(spec.root, "root"):
        if isinstance(node, tree.BehaveSpec):
            shown = [play.motion for play in node.plays] + ([node.posture] if node.posture else [])
            if motions:
                yield from (
                    Problem(owner, f"motion {_unknown(name, motions)}")
                    for name in shown
                    if name not in motions
                )
            yield from (
                Problem(owner, f"call {_unknown(sound.call, calls)}")
                for sound in node.calls
                if sound.call not in calls
            )


def _endless(node: tree.NodeSpec) -> bool:
    return (
        isinstance(node, tree.BehaveSpec)
        and node.lasts is None
        and constant(parse(node.until)) == 0
    )


def _unreachable(spec: tree.Tree) -> Iterator[Problem]:
    """What can be seen to be dead without trying."""
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
                    yield Problem(
                        owner,
                        f"step {n + 1} is never reached: step {n} never {'ends' if _endless(child) else 'fails'}",
                    )
                    break


def _dead(term: AnyTerm) -> bool:
    value = constant(parse(term.of))
    return value is not None and term.weight == 1.0 and term.response()(value) <= 0.0


def _starving(
    spec: tree.Tree, personality: Personality, seed: int, samples: int
) -> Iterator[Problem]:
    """Tries many moments: an option without a score in any cannot run; one that is never the best
    starves."""
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
                f"starves: never the best in {samples} moments; at its best ({score:.2f}) it lost to {beaten.get(id, 'another')}",
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
