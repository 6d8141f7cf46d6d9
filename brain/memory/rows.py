"""What stands in the memory's tables, and how much of it can be believed: a row that no pet can
have written is named as damaged and left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moggy.brain.memory.snapshot import Remembered
from moggy.vocabulary import DIMENSIONS, DRIVES, ZONES

RARE = 0.005
"""A habit of less probability is not kept. Our choice."""
MOST_FACTS = 20_000
"""Facts that are read. A memory of the most people (64 with 48 half-hours, 128 with four facts,
512 zones) has 4100."""
MOST_ROWS = 2**53
"""Episodes of a life: one a nanosecond for a hundred days. Our choice."""
LONGEST_NAME = 10_000
"""Bytes of a person's name. Our choice."""
ROUNDING = 1e-6
"""How far a number may lie outside its range and count as that of the range's end."""

Fact = tuple[str, str, str]
"""(what it is about: person, zone, arrival, quiet, mood, drive or self; the person; its name)"""
AGE: Fact = ("self", "", "day")
"""The fact that holds the days lived."""
Range = tuple[float, float]

UNIT: Range = (0.0, 1.0)
SIGNED: Range = (-1.0, 1.0)
HALVES = [f"{half:02d}" for half in range(48)]
HOURS = [f"{hour:02d}" for hour in range(24)]
RANGES: Mapping[str, Mapping[str, Range]] = {
    "self": {"day": (0.0, 1e6), "strangers": UNIT},
    "person": {"trust": UNIT, "familiarity": UNIT, "valence": SIGNED, "arousal": SIGNED},
    "zone": dict.fromkeys(ZONES, SIGNED),
    "mood": dict.fromkeys(DIMENSIONS, SIGNED),
    "drive": dict.fromkeys(DRIVES, UNIT),
    "arrival": dict.fromkeys(HALVES, UNIT),
    "quiet": dict.fromkeys(HOURS, UNIT),
}
"""What a fact is about → its names → least and greatest value."""
OF_PEOPLE = ("person", "zone", "arrival")
"""Facts that name a person; all others name nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """An event worth telling the owner about."""

    day: float
    """Days lived when it happened."""
    hour: float
    """Hour of the day, 0..24."""
    person: str
    """Who did it; empty where nobody did."""
    what: str
    """Name of the event."""
    times: int = 1
    """How often it happened in a row."""
    behavior: str = ""
    """The behaviour that ran when it happened."""
    pleasure: float = 0.0
    """Pleasure of the pet's mood when it happened, −1..1."""


def text(raw: bytes) -> str | bytes:
    """How text is read from the file: what is not UTF-8 stays bytes, which no row may hold."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def writable(name: str) -> bool:
    """Whether a name can be written: half of a character, or LONGEST_NAME, cannot."""
    try:
        return len(name.encode()) <= LONGEST_NAME
    except UnicodeEncodeError:
        return False


def fact_of(row: tuple[Any, ...]) -> tuple[Fact, float] | None:
    """A row of `facts`; None for one that no pet has written."""
    about, person, name, value = row
    if not (isinstance(about, str) and isinstance(person, str) and isinstance(name, str)):
        return None
    span = RANGES.get(about, {}).get(name)
    if span is None or (person and about not in OF_PEOPLE) or not writable(person):
        return None
    found = _number(value, *span)
    return None if found is None else ((about, person, name), found)


def episode_of(row: tuple[Any, ...]) -> Episode | None:
    """A row of `episodes`, without its id; None for one that no pet has written."""
    day, hour, person, what, times, behavior, pleasure = row
    then, clock, mood = _number(day, 0.0, 1e6), _number(hour, 0.0, 24.0), _number(pleasure, -1, 1)
    if then is None or clock is None or mood is None:
        return None
    if not (isinstance(person, str) and isinstance(what, str) and isinstance(behavior, str)):
        return None
    if not (writable(person) and writable(what) and writable(behavior)):
        return None
    if not isinstance(times, int) or not 1 <= times < 2**31:
        return None
    return Episode(
        day=then, hour=clock, person=person, what=what, times=times, behavior=behavior,
        pleasure=mood,
    )  # fmt: skip


def counts_fit(db: Any) -> bool:
    """Whether the numbers of episodes and notes are those of a pet. A database gives no number
    after its greatest one, so with that nothing could ever be written again. Raises what `db`
    raises."""
    rows = db.execute(
        "SELECT seq FROM sqlite_sequence"
        " UNION ALL SELECT MAX(id) FROM episodes UNION ALL SELECT MAX(n) FROM erased"
    )
    found = [number for (number,) in rows if number is not None]
    return all(isinstance(number, int) and 0 <= number < MOST_ROWS for number in found)


def row_of(e: Episode) -> tuple[float, float, str, str, int, str, float]:
    """An episode as `episode_of` reads it."""
    return e.day, e.hour, e.person, e.what, e.times, e.behavior, e.pleasure


def remembered_of(facts: Mapping[Fact, float]) -> Remembered:
    """The facts as a snapshot."""
    known: dict[str, dict[str, dict[str, float]]] = {}
    for (about, person, name), value in facts.items():
        known.setdefault(about, {}).setdefault(person, {})[name] = value
    own = known.get("self", {}).get("", {})
    return Remembered(
        day=own.get("day", 0.0),
        strangers=own.get("strangers"),
        people=known.get("person", {}),
        zones=known.get("zone", {}),
        mood=known.get("mood", {}).get("", {}),
        drives=known.get("drive", {}).get("", {}),
        arrivals={
            person: _chances(chances, HALVES)
            for person, chances in known.get("arrival", {}).items()
        },
        quiet=_chances(known.get("quiet", {}).get("", {}), HOURS),
    )


def facts_of(known: Remembered) -> dict[Fact, float]:
    """A snapshot as facts; habits that are too rare to keep are left out."""
    facts: dict[Fact, float] = {AGE: known.day}
    if known.strangers is not None:
        facts["self", "", "strangers"] = known.strangers
    for about, people in (
        ("person", known.people),
        ("zone", known.zones),
        ("mood", {"": known.mood}),
        ("drive", {"": known.drives}),
    ):
        for person, values in people.items():
            for name, value in values.items():
                facts[about, person, name] = value
    for person, chances in known.arrivals.items():
        facts.update(_often("arrival", person, HALVES, chances))
    facts.update(_often("quiet", "", HOURS, known.quiet))
    return facts


def _often(
    about: str, person: str, names: Iterable[str], chances: Iterable[float]
) -> dict[Fact, float]:
    pairs = zip(names, chances, strict=False)
    return {(about, person, name): chance for name, chance in pairs if chance > RARE}


def _chances(chances: Mapping[str, float], names: Iterable[str]) -> tuple[float, ...]:
    return tuple(chances.get(name, 0.0) for name in names)


def _number(value: Any, least: float, most: float) -> float | None:
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if not least - ROUNDING <= value <= most + ROUNDING:
        return None
    return min(most, max(least, float(value)))
