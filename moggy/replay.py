"""Lives a recorded life again: gives a new pet the recorded senses, tick by tick, and compares; the
same pet, or one with something changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from moggy.journal import Entry, Incomplete, read_start
from moggy.journal_reading import as_written
from moggy.mcap_file import Told
from moggy.messages import Tick
from moggy.pet import LivingPet, Start

COMPARED = (
    "understood",
    "events",
    "evidence",
    "person",
    "pet",
    "decision",
    "commanded",
    "moved",
    "calls",
    "refused",
)
"""Fields of a tick that are compared: all but its time, number and senses, which are given."""

Born = Callable[[Start], LivingPet]
"""Makes a pet from its start: `moggy.assemble.born`."""


@dataclass(frozen=True, slots=True)
class Relived:
    """One tick, as it was recorded and as it was lived again."""

    was: Entry
    now: dict[str, Any]
    """The new tick as it would stand in a journal."""
    tick: Tick
    """The new tick."""

    @property
    def differs(self) -> tuple[str, ...]:
        """Names of the fields that are not the same to the bit."""
        return tuple(name for name in COMPARED if self.was.data[name] != self.now[name])


def relive(
    path: Path,
    born: Born,
    change: Callable[[Start], Start] = lambda start: start,
    told: Told | None = None,
) -> Iterator[Relived]:
    """Every tick of a journal, lived again by a pet that is made from its start, which `change` may
    change. What is damaged is `told`. Raises NotAJournal, Invalid for a changed file that is wrong,
    and Incomplete at the first tick before which others are missing: what the pet heard then is not
    known."""
    start = read_start(path)
    changed = change(start)
    with as_written(path) if changed == start else nullcontext():
        pet = born(changed)
    with as_written(path) as reading:
        for n, entry in enumerate(reading.ticks(told)):
            if entry.data["n"] != n:
                raise Incomplete(
                    f"{path}: what happened before {entry.at:.2f} s is missing, so it cannot be"
                    " lived again from there on"
                )
            tick = pet.tick(entry.at, entry.senses)
            yield Relived(entry, orjson.loads(orjson.dumps(tick)), tick)


def first_difference(was: Any, now: Any, where: str = "") -> str:
    """The first place where two values differ, in words; empty when they do not."""
    if type(was) is not type(now) or not isinstance(was, dict | list):
        return "" if was == now else f"{where.lstrip('.')}: was {was!r}, is {now!r}"
    if isinstance(was, dict):
        pairs = [(key, was.get(key), now.get(key)) for key in dict.fromkeys([*was, *now])]
    else:
        if len(was) != len(now):
            return f"{where.lstrip('.')}: was {len(was)} long, is {len(now)}"
        pairs = [(str(n), a, b) for n, (a, b) in enumerate(zip(was, now, strict=True))]
    return next(
        (found for key, a, b in pairs if (found := first_difference(a, b, f"{where}.{key}"))), ""
    )
