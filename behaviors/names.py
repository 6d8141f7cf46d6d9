"""Names that one designer's file uses of another: a motion that a tree plays, a behaviour that an
expression, a personality, an appraisal table or a law asks for.

Each function yields what is unknown, with its place in the file's data. Names that stand within one
file, or that the code knows (events, zones, calls), are checked by the schemas already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from moggy.behaviors.expression import Wrong, names, parse
from moggy.behaviors.inputs import TEXTS
from moggy.behaviors.motions import KNOWN
from moggy.behaviors.tree_language import holes
from moggy.tree_data import nodes
from moggy.vocabulary import nearest

EXPRESSIONS = frozenset(
    ("when", "whenever", "interrupts", "of", "weight", "loudness", "purr", "until", "that")
)
"""Keys of a tree under which an expression stands."""
OF_BEHAVIOURS = ("ran", "running", "behavior")
"""First words of inputs whose second word is a behaviour."""


class Unknown(NamedTuple):
    """A name that nothing goes by, and the place at which it stands."""

    where: tuple[Any, ...]
    message: str


def behaviours(tree: Mapping[str, Any]) -> set[str]:
    """The ids by which other files may name a behaviour of a tree's data: those of its options and
    reflexes, and those of earlier releases."""
    there = {id for id, node in nodes(tree).items() if node.is_behaviour}
    return there | set(tree.get("renamed", ())) | set(tree.get("removed", ()))


def unknown_joints(motion: Mapping[str, Any], joints: Collection[str]) -> Iterator[Unknown]:
    """Joints that a motion moves and that neither the body nor the shipped cat has."""
    for part in ("move", "add", "swing"):
        for joint in motion.get(part) or ():
            if joint not in KNOWN and joint not in joints:
                near = nearest(joint, (*KNOWN, *joints))
                yield Unknown(
                    (part, joint),
                    f"neither the body nor the shipped cat has a joint {joint!r}{near}",
                )


def unknown_motions(instead: Mapping[str, str], motions: Collection[str]) -> Iterator[Unknown]:
    """Motions in a body's `instead` that are not there."""
    for name, other in instead.items():
        for motion in (name, other):
            if motion not in motions:
                near = nearest(motion, motions)
                yield Unknown(("instead", name), f"there is no motion {motion!r}{near}")


def options(tree: Mapping[str, Any]) -> set[str]:
    """The ids that a personality may have an appetite for: options, and ids of earlier releases.
    A reflex has no score, so no appetite."""
    there = {id for id, node in nodes(tree).items() if node.among == "options"}
    return there | set(tree.get("renamed", ())) | set(tree.get("removed", ()))


def unknown_in_tree(tree: Mapping[str, Any], motions: Collection[str]) -> Iterator[Unknown]:
    """Motions, postures and behaviours that a tree names and that are not there."""
    known = behaviours(tree)
    for where, value in _leaves(tree, ()):
        key = where[-1]
        if key in ("motion", "posture") and value is not None and value not in motions:
            yield Unknown(where, f"unknown {key} {value!r}{nearest(str(value), motions)}")
        elif key in EXPRESSIONS or where[0] in ("let", "purr_whenever", "purr_only"):
            yield from _unknown_in(str(value), where, known)
        elif key in ("why", "say"):
            for hole, _ in holes(str(value)):
                if hole not in TEXTS:
                    yield from _unknown_in(hole, where, known)


WHOLE_TREE = (
    "; begin a tree of your own with `extends: cat`, or choose a personality and appraisals that go"
    " with it"
)
"""What to do where a tree lacks the behaviours that other files name."""


def unknown_keys(
    data: Mapping[str, Any], key: str, known: Collection[str], tree: str
) -> Iterator[Unknown]:
    """Behaviours that a mapping under `key` has as its keys and that the tree does not have."""
    for id in data.get(key) or ():
        if id not in known:
            near = nearest(str(id), known)
            hint = near if "did you mean" in near else f": {tree} has none of that id{WHOLE_TREE}"
            yield Unknown((key, id), f"unknown behaviour {id!r}{hint}")


def unknown_in_laws(laws: Mapping[str, Any], known: Collection[str]) -> Iterator[Unknown]:
    """Behaviours that laws ask for and that are not `known`."""
    for where, value in _leaves(laws, ()):
        if where[-1] in ("during", "never", "after", "must", "of") or where[0] == "let":
            yield from _unknown_in(str(value), where, known)


def _unknown_in(text: str, where: tuple[Any, ...], known: Collection[str]) -> Iterator[Unknown]:
    try:
        used = list(names(parse(text.lower())))
    except Wrong:
        return
    for name in used:
        first, _, second = name.name.partition(".")
        if first in OF_BEHAVIOURS and second not in known:
            message = f"{name.name}: unknown behaviour {second!r}{nearest(second, known)}"
            yield Unknown(where, message)


def _leaves(value: Any, where: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value that is neither a mapping nor a list, with its place."""
    steps: Iterable[tuple[Any, Any]]
    if isinstance(value, Mapping):
        steps = value.items()
    elif isinstance(value, list):
        steps = enumerate(value)
    else:
        yield where, value
        return
    for step, inside in steps:
        yield from _leaves(inside, (*where, step))
