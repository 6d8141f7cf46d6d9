"""The data of a tree as it was read, not yet checked: its nodes by id, its lists by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from moggy.layer import Change

NAMING = ("motion", "call", "of")
"""Keys by which a patch knows an item of a list."""


class TreeNode(NamedTuple):
    """A node of a tree's data, and the list in which it stands."""

    data: Change
    siblings: list[Any] | None
    among: Literal["options", "lane", "children", "laws", "other"]

    @property
    def is_behaviour(self) -> bool:
        """Whether it is an option or a reflex."""
        return self.among in ("options", "lane")


def nodes(data: Mapping[str, Any]) -> dict[str, TreeNode]:
    """Id → node of a tree's data, or law of a file of laws.

    A node without an id of its own is known by its parent's, as `moggy.behaviors.tree.ids` says:
    the second step of `sleep` is `sleep.2`.
    """
    found: dict[str, TreeNode] = {}

    def walk(node: Any, name: str, siblings: list[Any] | None, among: Any) -> None:
        if not isinstance(node, dict):
            return
        name = str(node.get("id") or name)
        found.setdefault(name, TreeNode(node, siblings, among))
        for key in ("children", "lane", "options"):
            items = node.get(key)
            for n, item in enumerate(items if isinstance(items, list) else (), 1):
                walk(item, f"{name}.{n}" if key == "children" else name, items, key)
        walk(node.get("do"), name, None, "other")
        walk(node.get("below"), f"{name}.below", None, "other")

    walk(data.get("root"), "root", None, "other")
    laws = data.get("laws")
    for law in laws if isinstance(laws, list) else ():
        if isinstance(law, dict) and "id" in law:
            found.setdefault(str(law["id"]), TreeNode(law, laws, "laws"))
    return found


def by_name(value: Any) -> dict[str, Change]:
    """Name → item of a list of motions, calls or terms; items whose name stands twice are left
    out. Empty for all else."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return {}
    names = [next((str(item[key]) for key in NAMING if key in item), None) for item in value]
    times = Counter(names)
    return {
        name: item
        for name, item in zip(names, value, strict=True)
        if name is not None and times[name] == 1
    }


def shape(node: Change) -> tuple[str, str]:
    """The kind of a node and the curve of a term: they say which other keys may stand there."""
    return str(node.get("kind", "behave")), str(node.get("curve", "linear"))


def copied(value: Any) -> Any:
    """A copy of mappings and lists, all the way down; what an alias stands for is copied too."""
    if isinstance(value, dict):
        return {key: copied(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [copied(inside) for inside in value]
    return value


def index_of(items: list[Any], item: Any) -> int:
    """Where an item, and no other that is equal to it, stands in a list."""
    return next(n for n, each in enumerate(items) if each is item)


def drop(items: list[Any], item: Any) -> None:
    """Take an item out; one that is gone already (removed twice) stays gone."""
    items[:] = [each for each in items if each is not item]
