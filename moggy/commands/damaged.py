"""What commands say of journals that are not whole: each damaged place as it is read, what is
missing in the last line, and the status."""

from __future__ import annotations

from moggy.commands.terminal import say, warn
from moggy.journal import NoTick
from moggy.journal_parts import Gap
from moggy.mcap_file import Cut

PLACES = 20
"""Places that are said; the others are counted. Our choice."""


class Damage:
    """Takes what the readers of a command's journals tell. A file that only ends early is said, and
    counts as whole: so is each that a killed brain has left."""

    def __init__(self) -> None:
        self.empty = 0
        """Journals without a tick that can be read."""
        self._told = self._places = 0
        self._missing = ""

    def __call__(self, message: str) -> None:
        self._told += 1
        if self._told <= PLACES:
            warn(message)
        self.empty += isinstance(message, NoTick)
        if isinstance(message, Cut):
            return
        self._places += 1
        if not self._missing or (isinstance(message, Gap) and not isinstance(self._missing, Gap)):
            self._missing = message

    @property
    def missing(self) -> bool:
        """Whether anything is missing."""
        return bool(self._places)

    def end(self, *, err: bool = False) -> int:
        """Print the last line where something is missing, with `err` on the error output. Gives the
        status: 1 where something is, else 0."""
        self.rest()
        if self._places:
            more = f" (and {self._places - 1} more)" if self._places > 1 else ""
            say(f"not whole: {self._missing}{more}", err=err)
        return 1 if self._places else 0

    def rest(self) -> None:
        """Say how many places were not said."""
        if self._told > PLACES:
            warn(f"and {self._told - PLACES:,} more places")
            self._told = PLACES
