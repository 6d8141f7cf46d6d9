"""Turns the counts of the touch electrodes into pressures. A baseline follows temperature and
humidity, and pads that are stuck are masked."""

from micropython import const

from mpr121 import MPR121

_FULL = const(200)
"""Counts below the baseline that give the full pressure, 255. Our choice; to be
measured on the pads of a real body."""
_TOUCHED = const(12)
"""Counts below the baseline at which a touch begins (NXP, application note AN3944)."""
_RELEASED = const(6)
"""Counts below the baseline at which a touch ends (NXP, application note AN3944)."""
_READS_A_DRIFT = const(10)
"""Reads (10 ms each) from one move of the baseline to the next. It moves by a sixteenth of its
error, so its time constant is 1.6 s."""
_STUCK_READS = const(60_000)
"""Reads (ten minutes) of the same count within two after which a pad counts as stuck. Our choice:
a living hand moves more than that."""


class Skin:
    """The touch pads; `pressures` has one byte for each, where 255 is the firmest."""

    def __init__(self, chip: MPR121, channels: tuple[int, ...], quiet_reads: int) -> None:
        """`channels`: the electrode of each pad. `quiet_reads`: how many reads after the start only
        move the baseline, since the chip settles and would report touches."""
        self._chip = chip
        self._channels = channels
        self._counts = bytearray(24)
        self._before = bytearray(24)
        self._baseline = [0] * len(channels)
        """Sixteenths of a count."""
        self._held = [0] * len(channels)
        self._held_at = [0] * len(channels)
        self.pressures = bytearray(len(channels))
        self.stuck = 0
        """A bit for each pad that is masked."""
        self._quiet = quiet_reads
        self._reads = 0
        self._settled = False

    def read(self) -> bool:
        """Read the chip; returns whether a pressure changed. Called at each tick. Raises OSError
        when the chip does not answer."""
        counts = self._counts
        self._chip.read_into(counts)
        reads = self._reads = self._reads + 1
        drift = reads % _READS_A_DRIFT == 0
        if reads <= self._quiet or reads == 1:
            self._settle(reads == 1)
            return False
        same = counts == self._before and not any(self.pressures)
        if same and (self._settled or not drift):
            return False
        before, held, pressures = self._before, self._held, self.pressures
        self._settled = same and drift
        # Set to False again by `_follow` if a baseline moves below.
        changed = False
        for pad in range(len(self._channels)):
            at = 2 * self._channels[pad]
            # While one pad is touched most others have the same count as before: skip these.
            low, high = counts[at], counts[at + 1]
            stirs = (
                drift or pressures[pad] or held[pad] or low != before[at] or high != before[at + 1]
            )
            if stirs and self._feel(pad, low | high << 8, drift):
                changed = True
        before[:] = counts
        return changed

    def _count(self, pad: int) -> int:
        at = 2 * self._channels[pad]
        return self._counts[at] | self._counts[at + 1] << 8

    def _settle(self, first: bool) -> None:
        for pad in range(len(self._channels)):
            if first:
                self._baseline[pad] = self._count(pad) << 4
            else:
                self._follow(pad)

    def _follow(self, pad: int) -> None:
        off = ((self._count(pad) << 4) - self._baseline[pad]) >> 4
        if off:
            self._baseline[pad] += off
            self._settled = False

    def _feel(self, pad: int, count: int, drift: bool) -> bool:
        was = self.pressures[pad]
        below = (self._baseline[pad] >> 4) - count
        if below < -_TOUCHED:
            # A count above the baseline: the baseline was learnt while a hand lay there.
            self._baseline[pad] = count << 4
            below = 0
        if below < (_RELEASED if was else _TOUCHED):
            self._held[pad] = 0
            self.stuck &= ~(1 << pad)
            if drift:
                self._follow(pad)
            now = 0
        else:
            firm = below * 255 // _FULL
            now = (
                0
                if self._is_stuck(pad, count)
                else firm
                if 0 < firm < 256
                else 1
                if firm < 1
                else 255
            )
        self.pressures[pad] = now
        return now != was

    def _is_stuck(self, pad: int, count: int) -> bool:
        if not -3 < count - self._held_at[pad] < 3:
            self._held_at[pad] = count
            self._held[pad] = 0
            self.stuck &= ~(1 << pad)
        held = self._held[pad] = self._held[pad] + 1
        if held >= _STUCK_READS:
            self.stuck |= 1 << pad
        return held >= _STUCK_READS
