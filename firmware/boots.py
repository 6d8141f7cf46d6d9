"""Counts on the board's flash how often it has started, and how often in a row it did so while its
servos had pulses.

A supply that gives way under the servos' load resets the board, the brain wakes the servos again,
and so on: a body that twitches until somebody sees it. No chip tells for sure that this was so
(restart.py), so what counts is that runs end, whatever ends them, soon after their servos started.
"""

from time import ticks_diff

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


class Boots:
    """This start, and what came before it. The flash is written at each start, before the servos
    start, when they are off again, and once while they run where something is to be forgotten: some
    ms, rarely 50."""

    def __init__(self) -> None:
        self.count, self._cuts = _read()
        self.count = self.count + 1 & 0xFFFF
        """How often it has started, modulo 65536; 0 when the flash cannot be written."""
        self.latched = self._cuts >= _CUTS
        """Whether the servos wait for `clear`."""
        self._since: Ms | None = None
        """When the servos started, if they run and were not ended."""
        if not self._write():
            self.count = 0

    def servos_start(self, now: "Ms") -> None:
        """Note that the servos get their pulses from now on."""
        if self._since is None:
            self._since = now
            self._keep(self._cuts + 1)

    def servos_run(self, now: "Ms") -> None:
        """Forget what came before once they have run for long enough. Called now and then."""
        if self._cuts and self._since is not None and ticks_diff(now, self._since) >= _STEADY_MS:
            self._keep(0)

    def servos_ended(self) -> None:
        """Note that the servos are off and the board still runs. Called now and then."""
        if self._since is not None:
            self._since = None
            self._keep(0)

    def clear(self) -> None:
        """Forget the runs that ended with running servos."""
        self.latched = False
        self._since = None
        self._keep(0)

    def _keep(self, cuts: int) -> None:
        if cuts != self._cuts:
            self._cuts = cuts
            self._write()

    def _write(self) -> bool:
        try:
            with open(_FILE, "w") as file:
                file.write(str(self.count) + " " + str(self._cuts))
        except OSError:
            return False
        return True


def _read() -> tuple[int, int]:
    """Starts and cuts before this one; 0 where the file lacks them."""
    try:
        with open(_FILE) as file:
            words = file.read().split()
        return int(words[0]), int(words[1]) if len(words) > 1 else 0
    except (OSError, ValueError, IndexError):
        return 0, 0
