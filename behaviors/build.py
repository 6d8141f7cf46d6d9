"""Builds py_trees nodes from a tree's file, and carries a running behaviour over into the tree of
an edited file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from py_trees import composites
from py_trees.behaviour import Behaviour
from py_trees.common import Status

from moggy.behaviors import tree
from moggy.behaviors.moment import Moment
from moggy.behaviors.nodes import Behave, CauseOf, Leaf, Wait, When
from moggy.behaviors.selectors import Reflexes, Utility
from moggy.behaviors.slot import OptionSlot, ReflexSlot, Slot
from moggy.behaviors.tree_language import TreeLanguage

SlotKind = TypeVar("SlotKind", bound=Slot)


def leaves(node: Behaviour) -> Iterator[Leaf]:
    """All leaves below a node, and the node itself if it is one."""
    return (found for found in node.iterate() if isinstance(found, Leaf))


def cause_of(slot: Slot) -> CauseOf:
    """Reads, whenever it is called, the events that let the slot's behaviour begin."""
    return lambda: slot.because


def slot_in(path: list[Behaviour]) -> Slot | None:
    """The deepest behaviour of a running path."""
    slot: Slot | None = None
    for node in path:
        slot = getattr(node, "running", None) or slot
    return slot


class Built:
    """A tree that can be ticked: its root, and its slots by id."""

    def __init__(self, spec: tree.Tree, moment: Moment) -> None:
        self.spec, self.moment = spec, moment
        self.language = TreeLanguage(spec.let)
        self.slots: dict[str, Slot] = {}
        self.root = self._node(spec.root, "root")
        self.nodes: dict[str, Behaviour] = {node.name: node for node in self.root.iterate()}
        self.purr_only = self.language.compile(spec.purr_only)
        self.purr_whenever = (
            None if spec.purr_whenever == "0" else self.language.compile(spec.purr_whenever)
        )
        self.root.setup_with_descendants()

    def path(self) -> list[Behaviour]:
        """The running nodes, from the root to the leaf."""
        found: list[Behaviour] = []
        node: Behaviour | None = self.root
        while node is not None and node.status is Status.RUNNING:
            found.append(node)
            node = getattr(node, "current_child", None)
        return found

    def _node(self, spec: tree.NodeSpec, name: str) -> Behaviour:
        name = spec.id or name
        match spec:
            case tree.BehaveSpec():
                return Behave(name, spec, self.moment, self.language)
            case tree.WhenSpec():
                return When(name, spec, self.moment, self.language)
            case tree.WaitSpec():
                return Wait(name, spec, self.moment, self.language)
            case tree.SequenceSpec() | tree.SelectorSpec():
                make: Callable[..., Behaviour] = (
                    composites.Sequence
                    if isinstance(spec, tree.SequenceSpec)
                    else composites.Selector
                )
                children = [
                    self._node(child, f"{name}.{n}") for n, child in enumerate(spec.children, 1)
                ]
                return make(name, spec.memory, children)
            case tree.UtilitySpec():
                return Utility(
                    name, spec, [self._choice(option) for option in spec.options], self.moment
                )
            case tree.ReflexesSpec():
                answers = [self._answer(reflex) for reflex in spec.lane]
                return Reflexes(name, answers, self._node(spec.below, f"{name}.below"), self.moment)

    def _choice(self, option: tree.OptionSpec) -> OptionSlot:
        node = self._node(option.do, option.id)
        choice = OptionSlot(option, node, self.moment, self.language, self.moment.personality)
        return self._placed(choice)

    def _answer(self, reflex: tree.ReflexSpec) -> ReflexSlot:
        return self._placed(
            ReflexSlot(reflex, self._node(reflex.do, reflex.id), self.moment, self.language)
        )

    def _placed(self, slot: SlotKind) -> SlotKind:
        self.slots[slot.id] = slot
        for leaf in leaves(slot.node):
            if leaf.cause is tuple:
                leaf.cause = cause_of(slot)
        return slot

    def carry(self, old: Built) -> bool:
        """Go on where the old tree was: take over the memories of all slots by their ids, and the
        running leaf if it still exists.

        Returns False where it does not: what ran was ended.
        """
        for name, slot in self.slots.items():
            before = old.slots.get(name)
            if (isinstance(slot, OptionSlot) and isinstance(before, OptionSlot)) or (
                isinstance(slot, ReflexSlot) and isinstance(before, ReflexSlot)
            ):
                slot.carry(before)
        path = old.path()
        last = path[-1] if path else None
        leaf = self.nodes.get(last.name) if last is not None else None
        if not isinstance(last, Leaf) or type(leaf) is not type(last) or not isinstance(leaf, Leaf):
            old.root.stop(Status.INVALID)
            return False
        leaf.carry(last)
        kept = {leaf.name, *self._resume(leaf)}
        for node in path:
            if node.name not in kept:
                node.terminate(Status.INVALID)
        return True

    def _resume(self, leaf: Behaviour) -> Iterator[str]:
        """Mark everything above a leaf as running it."""
        child, parent = leaf, leaf.parent
        while parent is not None:
            parent.status = Status.RUNNING
            if isinstance(parent, composites.Composite):
                parent.current_child = child
            if isinstance(parent, Utility):
                parent.running = next(choice for choice in parent.choices if choice.node is child)
            elif isinstance(parent, Reflexes):
                parent.running = next(
                    (answer for answer in parent.answers if answer.node is child), None
                )
            yield parent.name
            child, parent = parent, parent.parent
