"""What a tick of the shipped tree costs, compared with ticking all its nodes in plain py_trees."""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import mean, median, quantiles
from time import process_time_ns
from typing import TypeVar

import py_trees
from py_trees.common import ParallelPolicy, Status

from bench.absent import ROOT
from moggy.behaviors.build import Built
from moggy.behaviors.decider import Decider
from moggy.behaviors.moment import Moment
from moggy.behaviors.slot import OptionSlot
from moggy.behaviors.tree import Tree
from moggy.config import load
from moggy.messages import Affect, Context, Event, Gesture, Mood, PersonEstimate
from moggy.personality import Personality
from moggy.vocabulary import DRIVES, EMOTIONS

SHIPPED = ROOT / "behaviors" / "trees" / "cat.yaml"
"""The tree that is ticked."""
MOST_SHARE = 0.25
"""Largest share of plain py_trees' time that a tick may take."""
MOST_US = 250.0
"""Most microseconds of CPU that a tick may take at the mean."""
MOST_SWAP_MS = 20.0
"""Most milliseconds of CPU that taking over an edited tree may take."""
ROUNDS = 5
"""How often the same life is timed; the least time of each tick counts."""
_Name = TypeVar("_Name", bound=str)


class Plain(py_trees.behaviour.Behaviour):
    """The smallest leaf that py_trees allows; it calls `work` where it is given."""

    def __init__(self, name: str, work: Callable[[], object] | None = None) -> None:
        super().__init__(name)
        self.work = work

    def update(self) -> Status:
        """Call `work` and stay running."""
        if self.work is not None:
            self.work()
        return Status.RUNNING


def plain(
    node: py_trees.behaviour.Behaviour, work: Mapping[str, Callable[[], object]]
) -> py_trees.behaviour.Behaviour:
    """A py_trees tree of the same shape in which every node is ticked at each tick."""
    if not node.children:
        return Plain(node.name, work.get(node.name))
    return py_trees.composites.Parallel(
        node.name,
        ParallelPolicy.SuccessOnAll(synchronise=False),
        [plain(child, work) for child in node.children],
    )


def wander(levels: dict[_Name, float], home: float, rng: random.Random) -> None:
    """Move each level a little by chance, and back to `home`, within 0..1."""
    for name, level in levels.items():
        levels[name] = min(1.0, max(0.0, level + 0.01 * (home - level) + rng.gauss(0.0, 0.01)))


def a_life(seconds: float, rng: random.Random) -> Sequence[Context]:
    """Ten contexts a second: somebody comes and goes, strokes now and then, and says something
    twice a minute, while the pet's feelings wander."""
    emotions, drives = dict.fromkeys(EMOTIONS, 0.1), dict.fromkeys(DRIVES, 0.4)
    contexts, pleasure = [], 0.0
    for n in range(int(seconds * 10)):
        at = n / 10
        wander(emotions, 0.1, rng)
        wander(drives, 0.4, rng)
        pleasure = min(1.0, max(-1.0, pleasure + rng.gauss(0.0, 0.01)))
        stroked = at % 90 < 20
        names = [
            name
            for name, share in (("called", 0.002), ("praised", 0.001), ("loud_noise", 0.001))
            if rng.random() < share
        ]
        if stroked and n % 2 == 0:
            names.append("stroked")
        contexts.append(
            Context(
                at=at,
                dt=0.1,
                hour=12.0,
                person=PersonEstimate(
                    present=at % 300 < 200, attention=0.4, confidence=0.5, unsure=at % 60 < 20
                ),
                pet=Affect(
                    emotions=dict(emotions),
                    drives=dict(drives),
                    mood=Mood(pleasure=pleasure),
                    enough=min(0.9, at % 90 / 40) if stroked else 0.0,
                ),
                events=tuple(
                    Event(at=at, id=n, name=name, dose=0.2 if name == "stroked" else 1.0)
                    for name in names
                ),
                gesture=Gesture(
                    at=at - at % 0.2,
                    id=n,
                    zone="neck",
                    gesture="stroke",
                    speed=0.08,
                    duration=at % 90,
                )
                if stroked
                else None,
            )
        )
    return contexts


def timed(
    make: Mapping[str, Callable[[], Callable[[Context], object]]], contexts: Sequence[Context]
) -> dict[str, list[float]]:
    """Microseconds of CPU of each tick, for each way: the same life is timed ROUNDS times and the
    least time of each tick is kept, so that a busy machine affects all ways alike."""
    costs = {name: [float("inf")] * len(contexts) for name in make}
    for _ in range(ROUNDS):
        for name, new in make.items():
            tick = new()
            for n, context in enumerate(contexts):
                began = process_time_ns()
                tick(context)
                costs[name][n] = min(costs[name][n], (process_time_ns() - began) / 1e3)
    return costs


def swap(decider: Decider, tree: Tree) -> float:
    """Milliseconds of CPU to take over an edited tree between two ticks."""
    began = process_time_ns()
    decider.adopt(tree=tree, now=0.0)
    return (process_time_ns() - began) / 1e6


def main() -> int:
    """Print the cost of a tick in each way; 1 where moggy is slower than it may be, else 0."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    tree, personality = load(SHIPPED, Tree), Personality(name="average")
    contexts = a_life(300.0, random.Random(1))
    moment = Moment(personality, random.Random(1), tree.fades)
    built = Built(tree, moment)
    nodes = sum(1 for _ in built.root.iterate())
    bare = plain(built.root, {})
    scores = {
        slot.node.name: partial(slot.weigh, False)
        for slot in built.slots.values()
        if isinstance(slot, OptionSlot) and not slot.node.children
    }
    working = plain(built.root, scores)

    def tick_working(context: Context) -> None:
        moment.take(context)
        working.tick_once()

    rows = timed(
        {
            "moggy: decide()": lambda: Decider(tree, personality, random.Random(1)).decide,
            "plain py_trees, all nodes, empty leaves": lambda: lambda _: bare.tick_once(),
            "plain py_trees, all nodes, leaves that look at the same inputs": lambda: tick_working,
        },
        contexts,
    )
    print(f"{nodes} nodes, {len(contexts)} ticks; µs of CPU a tick")
    for name, costs in rows.items():
        cuts = quantiles(costs, n=100)
        print(f"{name:64} mean {mean(costs):7.1f}   median {cuts[49]:7.1f}   p99 {cuts[98]:7.1f}")
    ours, theirs, same = rows.values()
    for name, of in (("empty leaves", theirs), ("leaves that do the same work", same)):
        print(
            f"share of {name}: {mean(ours) / mean(of):.2f} at the mean, "
            f"{median(ours) / median(of):.2f} at the median; at most {MOST_SHARE}"
        )
    decider = Decider(tree, personality, random.Random(1))
    swaps = [swap(decider, tree) for _ in range(20)]
    print(f"an edited tree is taken over in {median(swaps):.1f} ms (at most {MOST_SWAP_MS:g})")
    fast = (
        median(ours) <= MOST_SHARE * median(theirs)
        and mean(ours) <= MOST_SHARE * mean(same)
        and mean(ours) <= MOST_US
    )
    if fast and median(swaps) <= MOST_SWAP_MS:
        return 0
    print("slower than it should be")
    return 1
