"""Why did it do that: walks a journal back from a movement, call or purr to the node, the feelings,
the event and the sample."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moggy.journal import Entry, read_start, read_ticks
from moggy.why.chain import Chain
from moggy.why.ledger import Cause
from moggy.why.trace import JournalWalk

LISTED = 50
"""Changes without a whole chain that are kept with their reasons; all are counted."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the pet did at a moment, and the chain behind it."""

    at: float
    behavior: str
    why: str
    numbers: dict[str, float]
    scores: list[dict[str, Any]]
    moved: dict[str, list[str]]
    calls: list[dict[str, Any]]
    purr: float
    person: dict[str, Any]
    pet: dict[str, Any]
    changes: list[Chain]
    """Of every actuator that changed at this tick; or of the one that was asked for, when it last
    changed."""
    causes: list[Cause]
    """All that any of it goes back to, latest first."""


@dataclass(slots=True)
class ChainCoverage:
    """How many changes of actuators have a whole chain."""

    changes: Counter[str] = field(default_factory=Counter)
    """By output."""
    layers: Counter[str] = field(default_factory=Counter)
    """By what moved it."""
    carried: int = 0
    """Of them, those that the limiter carried on after what moved it was over."""
    broken: Counter[str] = field(default_factory=Counter)
    """By output: those with a link missing."""
    holes: list[tuple[float, str, tuple[str, ...]]] = field(default_factory=list)
    """(at, output, what is missing) of the first of them."""

    @property
    def share(self) -> float:
        """Of all changes, those that are explained; 1 where nothing changed."""
        total = self.changes.total()
        return 1.0 - self.broken.total() / total if total else 1.0

    def count(self, chain: Chain) -> None:
        output = chain.change.output
        self.changes[output] += 1
        self.layers[chain.source.layer] += 1
        self.carried += chain.carried
        if chain.holes:
            self.broken[output] += 1
            if len(self.holes) < LISTED:
                self.holes.append((chain.change.at, output, chain.holes))


def why(path: Path, at: float, of: str | None = None) -> Explanation:
    """The tick at, or the last before, a moment; with `of`, the newest change of that output.
    Raises ValueError when there is none."""
    trace = JournalWalk(read_start(path))
    asked: tuple[Chain, Entry] | None = None
    outputs: dict[str, None] = {}
    for entry in read_ticks(path):
        if entry.at > at and trace.entry is not None:
            break
        trace.take(entry)
        if of is not None:
            for change in trace.changes():
                outputs[change.output] = None
                if change.output == of:
                    asked = trace.explain(change), entry
    if trace.entry is None:
        raise ValueError(f"{path}: no tick in it")
    if of is None:
        return _answer(trace, trace.entry, [trace.explain(change) for change in trace.changes()])
    if asked is None:
        close = difflib.get_close_matches(
            of, [*trace.entry.data["commanded"]["pose"], *outputs], n=1
        )
        meant = (
            f", did you mean {close[0]!r}?"
            if close and close[0] != of
            else f"; there are {', '.join(outputs)}"
        )
        raise ValueError(f"{path}: no change of {of!r} up to {at:g} s{meant}")
    return _answer(trace, asked[1], [asked[0]])


def coverage(path: Path) -> ChainCoverage:
    """Walks the whole journal: whether behind every change of every output each link is there, from
    the command to a sample."""
    trace, found = JournalWalk(read_start(path)), ChainCoverage()
    for entry in read_ticks(path):
        trace.take(entry)
        for change in trace.changes():
            found.count(trace.explain(change))
    return found


def changes(path: Path) -> Iterator[tuple[float, str, str]]:
    """(at, behaviour, sentence) each time that the pet takes up something else."""
    last = ""
    for entry in read_ticks(path):
        behavior = entry.data["decision"]["behavior"]
        if behavior != last:
            yield entry.at, behavior, entry.data["decision"]["why"]
        last = behavior


def _answer(trace: JournalWalk, entry: Entry, chains: list[Chain]) -> Explanation:
    data = entry.data
    decision, pet = data["decision"], data["pet"]
    ids = [number for chain in chains for number in chain.source.because]
    if len(chains) != 1:
        ids += [*decision["because"], *pet["because"]]
    return Explanation(
        at=entry.at,
        behavior=decision["behavior"],
        why=decision["why"],
        numbers=decision["numbers"],
        scores=decision["scores"],
        moved=data["moved"],
        calls=data["calls"],
        purr=data["commanded"]["purr"]["level"],
        person=data["person"],
        pet=pet,
        changes=chains,
        causes=trace.ledger.chain(ids),
    )
