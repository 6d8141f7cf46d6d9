"""Everything in a journal that has an id (samples, what was understood of them, evidence and
events), and what each goes back to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from moggy.journal import Entry
from moggy.vocabulary import EVENTS

LinkKind: TypeAlias = Literal["sample", "understood", "evidence", "event"]
FIELDS: Mapping[str, LinkKind] = {
    "senses": "sample",
    "understood": "understood",
    "evidence": "evidence",
    "events": "event",
}
"""Field of a tick → what stands in it, in the order in which one goes back to the other."""
KEPT_S = 900.0
"""Seconds for which what a sample said is kept; of older ones it is only known that they were
there. Events are all kept."""
FORGETS_EVERY_S = 60.0
"""Seconds between two times at which the content of old samples is dropped."""
WORDS_SHOWN = 80
"""Characters of what a person said that are shown."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One link of a chain: a sample, what was understood, a piece of evidence, or an event."""

    id: int
    at: float
    kind: LinkKind
    what: str
    """The link in a few words."""
    data: dict[str, Any]
    """The message as it stands in the journal."""

    @property
    def because(self) -> tuple[int, ...]:
        """Ids of what it goes back to."""
        return causes_of(self.data)


class Ledger:
    """`note` every tick in order. An hour of life has some hundred thousand ids: what old samples
    said is forgotten, their links stay."""

    def __init__(self) -> None:
        self.found: dict[int, ChainLink] = {}
        """Id → link."""
        self._whole = bytearray()
        self._forget_at = FORGETS_EVERY_S

    def note(self, entry: Entry) -> None:
        """Take in all that has an id in this tick."""
        data = entry.data
        for name, kind in FIELDS.items():
            for item in data[name]:
                self._note(item, kind)
        if entry.at >= self._forget_at:
            self._forget_at = entry.at + FORGETS_EVERY_S
            since = entry.at - KEPT_S
            self.found = {
                number: link
                for number, link in self.found.items()
                if link.at >= since or link.kind == "event"
            }

    def _note(self, item: dict[str, Any], kind: LinkKind) -> None:
        number = item["id"]
        if number in self.found:
            return
        self.found[number] = ChainLink(number, item["at"], kind, described(kind, item), item)
        back = causes_of(item)
        rooted = self.whole(back) if back else kind == "sample" or _from_within(kind, item)
        if number >= len(self._whole):
            self._whole.extend(bytes(number + 1024 - len(self._whole)))
        self._whole[number] = rooted

    def whole(self, numbers: Iterable[int]) -> bool:
        """Whether each goes back, link by link, to samples of this journal or to a named inner
        cause."""
        known, size = self._whole, len(self._whole)
        return all(0 < number < size and known[number] for number in numbers)

    def holes(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """A sentence for each of these ids that does not go back to samples or an inner cause."""
        if self.whole(numbers):
            return ()
        lost = [number for number in numbers if not self.whole((number,))]
        return tuple([f"#{number} does not go back to a sample" for number in lost])

    def chain(self, numbers: Iterable[int]) -> list[ChainLink]:
        """All links behind some ids, back to the samples, latest first, each once."""
        todo, seen = list(numbers), dict[int, ChainLink]()
        while todo:
            number = todo.pop()
            link = self.found.get(number)
            if link is not None and number not in seen:
                seen[number] = link
                todo += link.because
        return sorted(seen.values(), key=lambda link: (-link.at, -link.id))


def _from_within(kind: LinkKind, item: Mapping[str, Any]) -> bool:
    """Whether it is an event that no sample causes."""
    return kind == "event" and item["name"] in EVENTS and bool(EVENTS[item["name"]].within)


def causes_of(item: Mapping[str, Any]) -> tuple[int, ...]:
    """Ids of what an item goes back to. A thought goes back to the words that it is about."""
    because: Sequence[int] = item.get("because") or ()
    about = item.get("about")
    return (*because, about) if about else tuple(because)


def event_in_words(name: str, zone: str | None, person: str | None) -> str:
    """An event in words, such as «stroked on the tail base by anna»."""
    where = f" on the {zone.replace('_', ' ')}" if zone else ""
    whose = f" by {person}" if person else ""
    return f"{name.replace('_', ' ')}{where}{whose}"


def described(kind: LinkKind, item: Mapping[str, Any]) -> str:
    """A few words for an item of a tick."""
    if kind == "event":
        return event_in_words(item["name"], item["zone"], item["person"])
    if kind == "evidence":
        return f"{item['channel']} says of {item['person']}"
    match item["kind"]:
        case "gesture":
            return f"{item['gesture']} {item['zone']}"
        case "words":
            return f"words «{item['text'][:WORDS_SHOWN]}»"
        case "touch":
            where = item["zone"] or ", ".join(item["pads"] or {}) or item["position"] or "released"
            return f"touch {where} {item['pressure']:.2f}"
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
