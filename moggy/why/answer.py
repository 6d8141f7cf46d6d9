"""Answers about a whole journal: what led to a moment or to one actuator's change, and how many
changes have a whole chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moggy.journal import Entry, read_start
from moggy.journal_reading import Reading, as_written, tick_of
from moggy.mcap_file import Told
from moggy.vocabulary import nearest
from moggy.why.chain import Chain
from moggy.why.ledger import ChainLink
from moggy.why.repertoire import InputsOf
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
    moved: dict[str, list[dict[str, Any]]]
    """Output → its movers as they stand in the journal, strongest first."""
    calls: list[dict[str, Any]]
    purr: float
    person: dict[str, Any]
    pet: dict[str, Any]
    changes: list[Chain]
    """Of every actuator that changed at this tick; or of the one that was asked for, when it last
    changed."""
    causes: list[ChainLink]
    """All that any of it goes back to, latest first."""


@dataclass(slots=True)
class ChainCoverage:
    """How many changes of actuators have a whole chain."""

    changes: Counter[str] = field(default_factory=Counter)
    """Output → number of its changes."""
    layers: Counter[str] = field(default_factory=Counter)
    """Layer that moved an output → number of changes."""
    carried: int = 0
    """Number of changes that the limiter carried on after what moved the output was over."""
    broken: Counter[str] = field(default_factory=Counter)
    """Output → number of its changes of which a link is missing."""
    holes: list[tuple[float, str, tuple[str, ...]]] = field(default_factory=list)
    """(at, output, what is missing) of the first changes with a missing link."""

    @property
    def share(self) -> float:
        """Share of all changes that are explained, 0..1; 1 where nothing changed."""
        total = self.changes.total()
        return 1.0 - self.broken.total() / total if total else 1.0

    def count(self, chain: Chain) -> None:
        """Add one change."""
        output = chain.change.output
        self.changes[output] += 1
        self.layers[chain.source.layer] += 1
        self.carried += chain.carried
        if chain.holes:
            self.broken[output] += 1
            if len(self.holes) < LISTED:
                self.holes.append((chain.change.at, output, chain.holes))


@contextmanager
def _walk(path: Path, inputs_of: InputsOf) -> Iterator[tuple[Reading, JournalWalk]]:
    with as_written(path) as reading:
        yield reading, JournalWalk(read_start(path), inputs_of)


def why(
    path: Path,
    inputs_of: InputsOf,
    at: float,
    of: str | None = None,
    told: Told | None = None,
) -> Explanation:
    """The tick at, or the last before, a moment (s); with `of`, the newest change of that output.

    What is damaged is `told`. Raises ValueError where there is none, and NotAJournal.
    """
    with _walk(path, inputs_of) as (reading, trace):
        return _why(reading, trace, at, of, told)


def _why(
    reading: Reading, trace: JournalWalk, at: float, of: str | None, told: Told | None
) -> Explanation:
    path = reading.path
    asked: tuple[Chain, Entry] | None = None
    outputs: dict[str, None] = {}
    for entry in _ticks(reading, told):
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
        tick_of(path, trace.entry)
        return _answer(trace, trace.entry, [trace.explain(change) for change in trace.changes()])
    if asked is None:
        joints = trace.entry.data["commanded"]["pose"]
        others = [name for name in dict.fromkeys([*outputs, *joints]) if name != of]
        meant = nearest(of, others) or f"; there are {', '.join(others)}"
        raise ValueError(f"{path}: no change of {of!r} up to {at:g} s{meant}")
    tick_of(path, asked[1])
    return _answer(trace, asked[1], [asked[0]])


def coverage(path: Path, inputs_of: InputsOf, told: Told | None = None) -> ChainCoverage:
    """Walks the whole journal: whether behind every change of every output each link is there, from
    the command to a sample. Raises NotAJournal."""
    found = ChainCoverage()
    with _walk(path, inputs_of) as (reading, trace):
        for entry in _ticks(reading, told):
            trace.take(entry)
            for change in trace.changes():
                found.count(trace.explain(change))
    return found


def changes(path: Path, told: Told | None = None) -> Iterator[tuple[float, str, str]]:
    """(at, behaviour, sentence) each time that the pet takes up something else."""
    last = ""
    with as_written(path) as reading:
        for entry in _ticks(reading, told):
            behavior = entry.data["decision"]["behavior"]
            if behavior != last:
                yield entry.at, behavior, entry.data["decision"]["why"]
            last = behavior


def _ticks(reading: Reading, told: Told | None) -> Iterator[Entry]:
    """The ticks of a journal. Raises NotAJournal for one of another version."""
    for n, entry in enumerate(reading.ticks(told)):
        if n == 0:
            tick_of(reading.path, entry)
        yield entry


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
