"""Everything in a journal that has a number: samples, what was understood of them, evidence and
events, and what each goes back to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from moggy.journal import Entry

Kind = Literal["sample", "understood", "evidence", "event"]
KINDS: tuple[tuple[str, Kind], ...] = (
    ("senses", "sample"),
    ("understood", "understood"),
    ("evidence", "evidence"),
    ("events", "event"),
)
"""Field of a tick → what stands in it, in the order in which one goes back to the other."""
KEPT = 900.0
"""Seconds for which what a sample said is kept; of older ones it is only known that they were
there. Events are all kept."""
FORGETS = 60.0
"""Seconds between two times of forgetting."""
FROM_WITHIN = {
    "left_alone": "time: nobody gave a sign for long",
    "expecting": "habit: somebody uses to come at this hour",
}
"""Events that no sample causes, and the inner cause of each."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One link of the chain: a sample, what was understood, a piece of evidence, or an event."""

    id: int
    at: float
    kind: Kind
    what: str
    data: dict[str, Any]

    @property
    def because(self) -> tuple[int, ...]:
        return causes_of(self.data)


class Ledger:
    """Fed every tick in order. An hour of life is some hundred thousand numbers: what old samples
    said is forgotten, their links stay."""

    def __init__(self) -> None:
        self.found: dict[int, Cause] = {}
        self._whole = bytearray()
        self._forget_at = FORGETS

    def note(self, entry: Entry) -> None:
        """Take in all that has a number in this tick."""
        data = entry.data
        for name, kind in KINDS:
            for item in data[name]:
                self._note(item, kind)
        if entry.at >= self._forget_at:
            self._forget_at = entry.at + FORGETS
            since = entry.at - KEPT
            self.found = {
                number: cause
                for number, cause in self.found.items()
                if cause.at >= since or cause.kind == "event"
            }

    def _note(self, item: dict[str, Any], kind: Kind) -> None:
        number = item["id"]
        if number in self.found:
            return
        self.found[number] = Cause(number, item["at"], kind, described(kind, item), item)
        back = causes_of(item)
        rooted = (
            self.whole(back)
            if back
            else kind == "sample" or (kind == "event" and item["name"] in FROM_WITHIN)
        )
        if number >= len(self._whole):
            self._whole.extend(bytes(number + 1024 - len(self._whole)))
        self._whole[number] = rooted

    def whole(self, numbers: Iterable[int]) -> bool:
        """Whether each goes back, link by link, to samples of this journal or to a named inner
        cause."""
        known, size = self._whole, len(self._whole)
        return all(0 < number < size and known[number] for number in numbers)

    def holes(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Those of them that do not, in words."""
        if self.whole(numbers):
            return ()
        return tuple(
            [
                f"#{number} does not go back to a sample"
                for number in numbers
                if not self.whole((number,))
            ]
        )

    def chain(self, numbers: Iterable[int]) -> list[Cause]:
        """The causes behind some numbers, latest first, each once, back to the samples."""
        todo, seen = list(numbers), dict[int, Cause]()
        while todo:
            number = todo.pop()
            cause = self.found.get(number)
            if cause is not None and number not in seen:
                seen[number] = cause
                todo += cause.because
        return sorted(seen.values(), key=lambda cause: (-cause.at, -cause.id))


def causes_of(item: Mapping[str, Any]) -> tuple[int, ...]:
    """The numbers to which an item goes back. A thought goes back to the words that it is about."""
    because: Sequence[int] = item.get("because") or ()
    about = item.get("about")
    return (*because, about) if about else tuple(because)


def described(kind: Kind, item: Mapping[str, Any]) -> str:
    """A few words for it."""
    if kind == "event":
        return " ".join(
            part
            for part in (
                item["name"],
                item["zone"],
                f"by {item['person']}" if item["person"] else None,
            )
            if part
        )
    if kind == "evidence":
        return f"{item['channel']} says of {item['person']}"
    match item["kind"]:
        case "gesture":
            return f"{item['gesture']} {item['zone']}"
        case "words":
            return f"words «{item['text'][:80]}»"
        case "touch":
            return f"touch {item['zone'] or ', '.join(item['pads'] or {}) or item['position'] or 'released'} {item['pressure']:.2f}"
        case "thought":
            return f"thought of {item['source']}: {item['intent'] or 'no intent'}"
        case "person":
            return f"{item['person']} {item['change']}"
        case "motion":
            return f"motion: {item['motion']}"
        case "face":
            return f"face of {item['person']}"
        case "board":
            return f"board: {item['state']}"
        case "setting":
            return f"setting {item['name']} {'on' if item['on'] else 'off'}"
        case "edited":
            return f"edited {item['file']}"
        case "trouble":
            return f"trouble with {item['part']}: {item['message'] or 'well again'}"
        case other:
            return str(other)
