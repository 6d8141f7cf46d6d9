"""A life that was lived: every tick of it, as a table, as a journal, in parts."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moggy.arguments import number, path_of, shown, switch
from moggy.home import home, private_file
from moggy.journal import Journal, read_start
from moggy.journal_reading import as_written, tick_of
from moggy.loop import Sent
from moggy.messages import Event, Tick
from moggy.pet import Start
from moggy.sensor_package import fit_sensors
from moggy.vocabulary import EVENTS, nearest


class Table(dict[str, NDArray[Any]]):
    """Column → one value for each tick."""

    def __missing__(self, column: object) -> NDArray[Any]:
        raise KeyError(f"no column {shown(column)}{nearest(str(column), self)}")


@dataclass(frozen=True, slots=True)
class Life:
    """What came of a life, fifty ticks a second. A minute takes about 10 MB of memory."""

    start: Start
    """What it began with."""
    ticks: tuple[Tick, ...]
    sent: tuple[Sent, ...]
    """Of each tick, joint → rad, as it went over the wire."""
    remembered: Mapping[str, Any] | None = None
    """What it knew of its people at the end; None for one that was read from a journal."""
    damage: tuple[str, ...] = ()
    """What of its journal was damaged or missing, in sentences with file and place."""

    def __repr__(self) -> str:
        last = self.ticks[-1].at if self.ticks else 0.0
        who = self.start.personality.removeprefix("personalities/").removesuffix(".yaml")
        return f"<Life of {who}, seed {self.start.seed}: {len(self.ticks)} ticks, {last:.2f} s>"

    @classmethod
    def read(cls, journal: Path | str) -> Life:
        """A recorded life; of a damaged file what is whole, and `damage` says what is not. Raises
        moggy.journal.NotAJournal, a ValueError."""
        path = path_of("journal", journal)
        start = read_start(path)
        damage: list[str] = []
        with as_written(path) as reading:
            fit_sensors(start.body, start.files, home() / "sensors")
            entries = list(reading.ticks(damage.append))
            ticks = tuple(tick_of(path, entry) for entry in entries)
        return cls(
            start,
            ticks,
            tuple(entry.sent for entry in entries),
            damage=tuple(damage),
        )

    def save(self, journal: Path | str, *, words: bool = False) -> None:
        """Write it as a journal, which `moggy replay` lives again and Foxglove opens; what people
        said only with `words`, else what it meant. Raises ValueError for a part of a life, which
        cannot be lived again; OSError where it cannot be written."""
        if any(tick.n != n for n, tick in enumerate(self.ticks)) or not self.ticks:
            raise ValueError("a part of a life cannot be lived again: save the whole one")
        path = path_of("journal", journal)
        path.parent.mkdir(parents=True, exist_ok=True)
        with Journal(path, self.start, words=switch("words", words)) as written:
            for tick, sent in zip(self.ticks, self.sent, strict=True):
                written(tick, sent)

    def between(self, begin: float, end: float) -> Life:
        """The part from second `begin` to before second `end`; without ticks where none lies there.
        Raises ValueError where one is no number, or `end` lies before `begin`."""
        begin = number("begin", begin, -math.inf, math.inf, "moment in seconds")
        end = number("end", end, -math.inf, math.inf, "moment in seconds")
        if end < begin:
            raise ValueError(f"end: {end:g} s lies before begin, {begin:g} s")
        kept = [n for n, tick in enumerate(self.ticks) if begin <= tick.at < end]
        return replace(
            self,
            ticks=tuple(self.ticks[n] for n in kept),
            sent=tuple(self.sent[n] for n in kept),
            remembered=None,
        )

    def behaviors(self) -> list[str]:
        """Ids of what it did, in order, each change once."""
        done: list[str] = []
        for tick in self.ticks:
            if not done or done[-1] != tick.decision.behavior:
                done.append(tick.decision.behavior)
        return done

    def events(self, *names: str) -> list[Event]:
        """What happened to it, in order; only events of these names where some are given. Raises
        ValueError for a name that is no event's."""
        for name in names:
            if not any(name == event.name for event in self.events()) and name not in [*EVENTS]:
                there = nearest(str(name), EVENTS)
                raise ValueError(f"unknown event {shown(name)}{there}")
        return [
            event
            for tick in self.ticks
            for event in tick.events
            if not names or event.name in names
        ]

    def table(self) -> Table:
        """Column → one value for each tick; `pandas.DataFrame(life.table())` takes it as it is.

        at (s); behavior, why; events, calls (names, parted by spaces); valence, arousal of the pet
        (−1..1); each emotion (0..1); mood_pleasure, mood_arousal, mood_dominance (−1..1);
        drive_energy, … (0..1, how full); trust, familiarity, enough, purr (0..1); person (who has
        its attention), person_valence, person_arousal (−1..1), person_confidence, person_conflict
        (0..1), person_unsure, and person_happy, … (probabilities). Raises ValueError for a life
        without ticks; KeyError, with the nearest column, for one that there is not.
        """
        rows = self._rows()
        return Table({name: np.array([row[name] for row in rows]) for name in rows[0]})

    def write_csv(self, path: Path | str) -> None:
        """The table as a CSV file for its owner's eyes only (mode 0600), a line for each tick.
        Raises as `table` does, and OSError where it cannot be written."""
        rows, target = self._rows(), path_of("path", path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with private_file(target, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def _rows(self) -> list[dict[str, float | str | bool]]:
        if not self.ticks:
            raise ValueError("a life without ticks has no table")
        return [row_of(tick) for tick in self.ticks]


def row_of(tick: Tick) -> dict[str, float | str | bool]:
    """A tick as a line of `Life.table`."""
    pet, person, mood = tick.pet, tick.person, tick.pet.mood
    return {
        "at": tick.at,
        "behavior": tick.decision.behavior,
        "why": tick.decision.why,
        "events": " ".join(event.name for event in tick.events),
        "calls": " ".join(call.name for call in tick.calls),
        "valence": pet.valence,
        "arousal": pet.arousal,
        **{str(name): level for name, level in pet.emotions.items()},
        "mood_pleasure": mood.pleasure,
        "mood_arousal": mood.arousal,
        "mood_dominance": mood.dominance,
        **{f"drive_{name}": level for name, level in pet.drives.items()},
        "trust": pet.bond.trust,
        "familiarity": pet.bond.familiarity,
        "enough": pet.enough,
        "purr": tick.commanded.purr.level,
        "person": person.person,
        "person_valence": person.valence,
        "person_arousal": person.arousal,
        "person_confidence": person.confidence,
        "person_conflict": person.conflict,
        "person_unsure": person.unsure,
        **{f"person_{name}": share for name, share in person.probabilities.items()},
    }
