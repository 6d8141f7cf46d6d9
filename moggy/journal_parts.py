"""The files of one journal, and whether each goes on where the one before it ended."""

from __future__ import annotations

import re
from glob import escape as glob_escape
from pathlib import Path

from moggy.clock import LONGEST_GAP_S
from moggy.mcap_file import Told

PART = re.compile(r"\.part\d{4,}\.mcap$")
"""End of the name of a further part of a journal: life.part0002.mcap follows life.mcap. A file of
the owner's, such as life.2024.mcap, is none: parts are deleted."""


class Gap(str):
    """A sentence that says which ticks are missing."""

    __slots__ = ()


def parts(path: Path) -> list[Path]:
    """The files of a journal, oldest first: life.mcap and life.part0002.mcap, … beside it, of which
    the oldest may be gone. A part that is named itself stands alone."""
    if PART.search(path.name):
        return [path]
    further = [
        each
        for each in path.parent.glob(f"{glob_escape(path.stem)}.part*.mcap")
        if PART.fullmatch(each.name, len(path.stem))
    ]
    found = sorted(further, key=lambda each: (len(each.name), each.name))
    return [path, *found] if path.exists() or not found else found


class Following:
    """Judges the parts of a journal and their ticks, in the order in which they are read. What does
    not follow on what was read is passed over, and `told` as a Gap."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._life: tuple[bytes, Path] | None = None
        """What the life began with, and the part that says so."""
        self._last: tuple[int, float, Path] | None = None
        """Number, second and file of the tick that was read last."""
        self._back: Path | None = None
        """The part of which it was said that it goes back."""
        self.goes_on: Path | None = None
        """The part that is read, where it says that a further one follows on it. Those of older
        versions say nothing."""

    @property
    def empty(self) -> bool:
        """Whether no tick was read."""
        return self._last is None

    def of_this_life(self, part: Path, began: bytes | None) -> bool:
        """Whether a part is of the life of those before it, by what it says that the life began
        with; None where it does not say."""
        if began is not None and self._life is None:
            self._life = began, part
        if began is None or self._life is None or began == self._life[0]:
            return True
        self._told(Gap(f"{part}: it is not of the same life as {self._life[1]}, and is not read"))
        return False

    def takes(self, part: Path, n: int, at: float) -> bool:
        """Whether tick `n` of second `at` comes behind the one before it."""
        if self._last is not None:
            last, then, where = self._last
            if n <= last or at < then:
                if self._back != part:
                    self._back = part
                    self._told(
                        Gap(
                            f"{part}: it has tick {n} ({at:.2f} s) behind tick {last}"
                            f" ({then:.2f} s) of {where}; what is not later is passed over"
                        )
                    )
                return False
            if n == last + 1 and at - then > LONGEST_GAP_S:
                self._told(Gap(f"{part}: {at:g} s comes right after {then:g} s of {where}"))
                return False
            if n != last + 1:
                self._told(
                    Gap(
                        f"{part}: the ticks {last + 1} to {n - 1} are missing"
                        f" ({then:.2f} to {at:.2f} s)"
                    )
                )
        self._last = n, at, part
        return True

    def end(self, path: Path) -> None:
        """All parts of the journal `path` were read: say it where the last was not the last. One
        that was named itself stands alone."""
        if self._last is None or self._last[2] != self.goes_on or PART.search(path.name):
            return
        last, then, part = self._last
        self._told(
            Gap(
                f"{part}: what follows on tick {last} ({then:.2f} s) is missing, with the further"
                " part in which it stands"
            )
        )
