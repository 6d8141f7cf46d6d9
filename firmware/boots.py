"""Counts on the board's flash how often it has started, and how often in a row it did so while its
servos had pulses; and keeps there what waits for a person: an emergency stop that was not released,
and faults that came back too often (faults.py).

A supply that gives way under the servos' load resets the board, the brain wakes the servos again,
and so on: a body that twitches until somebody sees it. No chip tells for sure that this was so
(restart.py), so what counts is that runs end, whatever ends them, soon after their servos started.
Only an end in order takes the mark away: a fault may be the same dip, seen by the servo board
first.
"""

from time import ticks_diff

import machine
from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

_FILE = "boots.txt"
_CUTS = const(3)
"""Runs in a row that ended so, after which a person is needed, as in faults.py."""
_STEADY_MS = const(200_000)
"""ms after which the servos' load has not ended the run: three shorter ones are ten minutes, in
which faults.py counts too."""
_WEAR_MS = const(60_000)
"""ms from the servos' start to the earliest removal of its mark, and from a mark of what waits for
a person to its own: a brain that wakes and ends them, or stops and releases, in turns writes twice
a minute at most. Our choice."""

STOPPED = const(1)
"""An emergency stop waits for its release: a bit of what is kept, as the next two."""
SERVOS = const(2)
"""The fault of the servos waits for `clear`."""
BATTERY = const(4)
"""That of the battery does."""
_ALL = const(7)
_MARK = const(0x6D7300)
"""Stands above these bits in the chip's register. Our choice."""


class Boots:
    """This start, and what came before it. The flash is written at each start, before the servos
    start, when they are off again, and once while they run where something is to be forgotten: some
    ms, rarely 50."""

    def __init__(self) -> None:
        import restart  # which is then forgotten

        self._register = restart.stop_register()
        """Address of the register that a reset keeps; 0 where the chip has none."""
        self.count, self._cuts, self.kept = _read()
        """`kept`: bits of what waits for a person since before this start, until it was released
        or cleared."""
        if self._register:
            found = machine.mem32[self._register]
            if found & ~_ALL == _MARK:
                self.kept = found & _ALL  # newer than what is on the flash
        self.count = self.count + 1 & 0xFFFF
        """How often it has started, modulo 65536; 0 when the flash cannot be written."""
        self.latched = self._cuts >= _CUTS
        """Whether the servos wait for `clear`."""
        self._since: Ms | None = None
        """When the servos last started, while the flash says so of this run."""
        self._told = self._written = self._tried = self.waiting = self.kept
        """The bits in the register, those on the flash, those last written to it, which may have
        failed, and those that one of the first two has."""
        self._wrote: Ms | None = None
        """When a bit was last set on the flash; None once that was long ago."""
        if not self._write():
            self.count = 0

    def servos_start(self, now: "Ms") -> None:
        """Note that the servos get their pulses from now on."""
        marked = self._since is not None
        self._since = now
        if not marked:
            self._keep(self._cuts + 1)

    def servos_run(self, now: "Ms") -> None:
        """Forget what came before once they have run for long enough. Called now and then."""
        if self._since is not None and ticks_diff(now, self._since) >= _STEADY_MS:
            self._since = None
            self._keep(0)

    def servos_ended(self, now: "Ms", last: bool = False) -> None:
        """Note that the servos were ended by no fault and are off. Called now and then. `last`: the
        run ends here."""
        if self._since is not None and (last or ticks_diff(now, self._since) >= _WEAR_MS):
            self._since = None
            self._keep(0)

    def keep(self, waits: int, write: bool, now: "Ms") -> None:
        """Keep the bits of what waits for a person now: in the chip's register at once, on the
        flash where it may `write`, and removed there when that spares it. Called at each tick
        while there are or were any."""
        if waits != self._told:
            self._told = waits
            self.kept &= waits
            if self._register:
                machine.mem32[self._register] = _MARK | waits
        if self._wrote is not None and ticks_diff(now, self._wrote) >= _WEAR_MS:
            self._wrote = None
        if write and waits != self._written and (self._wrote is None or waits & ~self._tried):
            before, self._written, self._tried = self._written, waits, waits
            if waits & ~before:
                self._wrote = now
            if not self._write():
                self._written, self._wrote = before, now
        self.waiting = waits | self._written

    def clear(self) -> None:
        """Forget the runs before this one that ended with running servos."""
        self.latched = False
        self._keep(0 if self._since is None else 1)

    def _keep(self, cuts: int) -> None:
        if cuts != self._cuts:
            self._cuts = cuts
            self._write()

    def _write(self) -> bool:
        try:
            with open(_FILE, "w") as file:
                file.write(f"{self.count} {self._cuts} {self._written}")
        except OSError:
            return False
        return True


def _read() -> tuple[int, int, int]:
    """Starts and cuts before this one, and the bits of what waits for a person; 0 where the file
    lacks them."""
    try:
        with open(_FILE) as file:
            words = (file.read() + " 0 0").split()
        return int(words[0]), int(words[1]), int(words[2]) & _ALL
    except (OSError, ValueError, IndexError):
        return 0, 0, 0
