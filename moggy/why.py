"""Why did it do that: walks a journal back from a movement, call or purr to the node, the feelings, the event and the sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moggy.journal import Entry, read_ticks


@dataclass(frozen=True, slots=True)
class Cause:
    """One link of the chain: a sample, a piece of evidence, an event."""

    id: int
    at: float
    what: str
    data: dict[str, Any]


@dataclass(slots=True)
class Ledger:
    """Everything in a journal that has a number, so that `because` can be followed."""

    found: dict[int, Cause] = field(default_factory=dict)

    def note(self, entry: Entry) -> None:
        for kind in ("senses", "understood", "events", "evidence"):
            for item in entry.data[kind]:
                self.found.setdefault(item["id"], Cause(item["id"], item["at"], _named(kind, item), item))

    def chain(self, ids: Sequence[int]) -> list[Cause]:
        """The causes behind some numbers, latest first, each once, back to the samples."""
        todo, seen = list(ids), dict[int, Cause]()
        while todo:
            number = todo.pop()
            cause = self.found.get(number)
            if cause is not None and number not in seen:
                seen[number] = cause
                todo += cause.data.get("because") or ()
                if about := cause.data.get("about"):
                    todo.append(about)
        return sorted(seen.values(), key=lambda cause: (-cause.at, -cause.id))


@dataclass(frozen=True, slots=True)
class Answer:
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
    causes: list[Cause]


def why(path: Path, at: float) -> Answer:
    """The tick at, or the last before, a moment. Raises ValueError when the journal has none."""
    ledger, last = Ledger(), None
    for entry in read_ticks(path):
        if entry.at > at and last is not None:
            break
        ledger.note(entry)
        last = entry
    if last is None:
        raise ValueError(f"{path}: no tick in it")
    return answer(ledger, last)


def answer(ledger: Ledger, entry: Entry) -> Answer:
    """Why of one entry, with what was noted up to it."""
    data = entry.data
    decision, pet = data["decision"], data["pet"]
    ids = [*decision["because"], *pet["because"], *(number for call in data["calls"] for number in call["because"])]
    return Answer(
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
        causes=ledger.chain(ids),
    )


def changes(path: Path) -> Iterator[tuple[float, str, str]]:
    """(at, behaviour, sentence) each time that the pet takes up something else."""
    last = ""
    for entry in read_ticks(path):
        behavior = entry.data["decision"]["behavior"]
        if behavior != last:
            yield entry.at, behavior, entry.data["decision"]["why"]
        last = behavior


def _named(kind: str, item: dict[str, Any]) -> str:
    if kind == "events":
        return " ".join(part for part in (item["name"], item["zone"], f"by {item['person']}" if item["person"] else None) if part)
    if kind == "evidence":
        return f"{item['channel']} says of {item['person']}"
    match item["kind"]:
        case "gesture":
            return f"{item['gesture']} {item['zone']}"
        case "words":
            return f"words «{item['text'][:80]}»"
        case "touch":
            return f"touch {item['zone'] or ', '.join(item['pads'] or {}) or item['position']} {item['pressure']:.2f}"
        case "thought":
            return f"thought of {item['source']}: {item['intent'] or 'no intent'}"
        case "person":
            return f"{item['person']} {item['change']}"
        case "motion":
            return f"motion: {item['motion']}"
        case other:
            return str(other)
