"""Decides what the pet does: ticks the tree once for a moment, and says what runs, why, and what it
weighed."""

from __future__ import annotations

import random

from py_trees.common import Status

from moggy.behaviors.build import Built, slot_in
from moggy.behaviors.moment import Moment
from moggy.behaviors.nodes import Behave, Leaf
from moggy.behaviors.shown import Onlooker
from moggy.behaviors.slot import OptionSlot, Slot
from moggy.behaviors.tree import Tree
from moggy.messages import Context, Decision, Score
from moggy.personality import Personality
from moggy.shown_tree import TreeNow

SAID_AGAIN = 0.25
"""Seconds after which the numbers in a sentence are read again."""


class Decider:
    """The pure deciding part: the same contexts and the same generator give the same decisions."""

    def __init__(self, tree: Tree, personality: Personality, rng: random.Random) -> None:
        self._moment = Moment(personality, rng, tree.fades)
        self._built = Built(tree, self._moment)
        self._edition = 0
        self._onlooker: Onlooker | None = None

    def weighed(self) -> TreeNow | None:
        """What the tree weighs now; None before its first tick. Asked between two ticks; it changes
        nothing of the pet."""
        if not self._moment.n:
            return None
        if self._onlooker is None:
            self._onlooker = Onlooker(self._built, self._edition)
        return self._onlooker.now()

    def decide(self, context: Context) -> Decision:
        """Tick the tree. There is always exactly one behaviour, with a reason."""
        self._moment.take(context)
        self._built.root.tick_once()
        return self._decision(context)

    def _decision(self, context: Context) -> Decision:
        built = self._built
        path = built.path()
        slot = slot_in(path)
        leaf = path[-1] if path else None
        if not isinstance(leaf, Leaf):
            return Decision(
                at=context.at,
                behavior="idle",
                since=context.at,
                why="does nothing: no behaviour of the tree can run now",
            )
        if (
            isinstance(leaf, Behave)
            and context.at - leaf.said >= SAID_AGAIN
            and (slot is None or slot.holds())
        ):
            leaf.say()
        scores: tuple[Score, ...] = ()
        for node in path:
            scores = getattr(node, "scores", scores)
        purr = self._purr(leaf, slot)
        because = slot.because if slot is not None else context.pet.because
        if purr > leaf.purr and context.gesture is not None and context.gesture.id not in because:
            because = (context.gesture.id, *because)
        return Decision(
            at=context.at,
            behavior=slot.id if slot is not None else leaf.name,
            path=tuple([node.name for node in path]),
            since=slot.began if slot is not None else leaf.began,
            why=leaf.feedback_message,
            numbers=leaf.numbers,
            scores=scores,
            plays=leaf.plays,
            calls=leaf.calls,
            purr=purr,
            gaze=leaf.gaze,
            because=because,
        )

    def _purr(self, leaf: Leaf, slot: Slot | None) -> float:
        """What the behaviour purrs, or more where the tree purrs whatever it does; nothing where it
        may not."""
        built, moment = self._built, self._moment
        purr = leaf.purr
        if built.purr_whenever is not None and isinstance(slot, OptionSlot):
            purr = max(purr, min(1.0, float(built.purr_whenever(moment))))
        return purr if purr > 0.0 and built.purr_only(moment) else 0.0

    def adopt(
        self, *, tree: Tree | None = None, personality: Personality | None = None, now: float
    ) -> None:
        """Take an edited file between two ticks. What runs goes on by its id; what no longer exists
        is ended properly."""
        moment, old = self._moment, self._built
        moment.at = max(moment.at, now)
        moment.personality = personality or moment.personality
        moment.half_lives = (tree or old.spec).fades
        self._built = Built(tree or old.spec, moment)
        self._built.carry(old)
        self._edition, self._onlooker = self._edition + 1, None

    def close(self) -> None:
        """End what runs."""
        root = self._built.root
        if root.status == Status.RUNNING:
            root.stop(Status.INVALID)
