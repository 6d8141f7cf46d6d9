"""Reading a journal whose file may be whole and say what no pet does: whatever goes wrong with it
then is said with its name and the second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from moggy.config import Invalid
from moggy.journal import Entry, Incomplete, NotAJournal, read_ticks
from moggy.mcap_file import Told
from moggy.messages import Tick

LONGEST = 200
"""Characters of an error that are said; our choice."""


class Reading:
    """How far a journal has been read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.entry: Entry | None = None
        """The tick that was read last."""

    def ticks(self, told: Told | None = None) -> Iterator[Entry]:
        """As `read_ticks`."""
        for entry in read_ticks(self.path, told):
            self.entry = entry
            yield entry


def tick_of(path: Path, entry: Entry) -> Tick:
    """The tick as it was. Raises NotAJournal for one of another version."""
    try:
        return entry.tick
    except ValidationError as error:
        first = error.errors()[0]
        said = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise NotAJournal(
            f"{path}: its ticks are not those of this version (at {entry.at:.2f} s: {said})"
        ) from error


@contextmanager
def as_written(path: Path) -> Iterator[Reading]:
    """For all who read a journal, or live it again: raises NotAJournal in the place of whatever
    goes wrong because something in it is not as this version writes it, though the file itself is
    whole. Passed on are an OSError, and a ValueError that names the file."""
    reading = Reading(path)
    try:
        yield reading
    except (OSError, Incomplete):
        raise
    except Exception as error:
        if isinstance(error, ValueError) and str(path) in str(error):
            raise
        raise _named(reading, error) from error


def _named(reading: Reading, error: Exception) -> NotAJournal:
    path, entry = reading.path, reading.entry
    if isinstance(error, Invalid):
        return NotAJournal(f"{path}: in what it began with: {error}")
    if isinstance(error, NotAJournal):
        return NotAJournal(f"{path}: {error}")
    if entry is not None:
        try:
            tick_of(path, entry)
        except NotAJournal as unlike:
            return unlike
    where = f"at {entry.at:.2f} s: " if entry is not None else ""
    said = f"{type(error).__name__}: {error}"
    return NotAJournal(
        f"{path}: its ticks are not those of this version ({where}{said:.{LONGEST}})"
    )
