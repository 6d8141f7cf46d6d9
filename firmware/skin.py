"""Turns the counts of the touch electrodes into pressures. A baseline follows temperature and
humidity, thresholds follow each pad's noise, and pads that are stuck are masked.

Every read looks at all pads for touches, and takes statistics of one pad in turn: each pad gives a
sample in twelve reads, and 64 samples (7.7 s) make a window.
"""

from array import array

from micropython import const

from i2c_bus import Bus, Watched
from mpr121 import MPR121
from touches import CLIPPED, SHORTED, feel, firm_for, step_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

_FULL_FF = const(8000)
"""fF that a hand adds to an electrode at the full pressure, 255, unless the body's file says how
many. Our choice: a palm on 5 mm of fur (30 cm², ε = 1.5); to be measured on a real body."""
_NOISE = const(16)
"""Variance of a pad's noise that is believed at the start, 16ths of a squared count. Our guess."""
_MOST_SLOPE = const(768)
"""512ths of a count a turn (12 counts a second) by which the weather moves a count at most. Our
choice: a hand comes faster."""
_TURNS = const(12)
"""Reads in which each pad has its turn: as many as the chip has electrodes."""
_WINDOW = const(64)
"""Samples of a pad in a window."""
_LEAST_HIGHS = const(8)
"""Samples above the baseline that tell the noise of a window."""
_FORGETS = const(32)
"""Windows (four minutes) in which the noise that is believed comes down to a third."""
_ABOVE = const(3)
"""Turns in a row with a count above the baseline after which that is the baseline: it was learnt
while a hand lay there. Our choice: single disturbances are shorter."""
_LOW = const(8)
"""Turns in a row (1 s) for which the baseline does not follow a count that is lower than where a
touch begins. Our choice: touches begin within three reads, and later where there is noise."""
_TOUCHED = const(255)
"""In the place of such a number of turns."""
_STILL_WINDOWS = const(12)
"""Windows in a row (92 s) in which a touch did not move after which the pad counts as stuck."""
_MOVES = const(32)
"""A touch moved if the standard deviation of its count in a window, beyond noise, was more than a
32nd of its depth, or its mean changed by more than a 16th from window to window, beyond noise. Our
choice: the pressure of a hand that rests on a breathing body wanders by about a tenth of itself."""
_SLOW = const(512)
"""256ths by which the variances of twelve windows may exceed noise and a quarter of that 32nd,
together: 4.8 standard deviations of normal noise. Each window counts by its own noise, so that the
quiet ones tell of a hand where noise comes and goes."""
_NOISY = const(4)
"""Noise of a window (von Neumann 1941: half the mean square of the steps from sample to sample) is
believed up to a standard deviation of a fourth of the depth. Our choice: what changes faster than
that is a hand that scratches or kneads."""
_ALL = const(4)
"""Pads that are not clipped from which on all of them full at once are no hands."""
_AT_ONCE = const(5)
"""Reads (50 ms) from the touch of more than half of the pads until all are full, at once. Our
choice: the chip's filters spread a step over some reads, and hands take longer."""
_LIVELY = const(8)
"""Noise of a pad (0.7 counts; 16ths of a squared count) that changes bits all the time."""
_LIVELY_WINDOWS = const(16)
"""Windows, less those without, of such noise that are counted at most, for each pad."""
_STALE = const(1000)
"""Ticks (10 s) without a reading after which the baselines are learnt anew. Our choice: weather of
1 pF in ten minutes moves a count by less than a touch in a minute."""
_FROZEN = const(256)
"""Turns (31 s, four windows) without a change of any bit after which a chip measures nothing any
more, if four windows of such noise are still counted then. Our choice."""
_SETTLE_READS = const(5)
"""Reads (50 ms) after a set-up until counts are used: the charges are found, the filters fill."""
_BEGUN = const(4)
"""Pads whose baselines are taken in one read, so that no tick is too long."""
_HIGH = const(840)
"""Counts above this are not linear any more (0.7 V below the supply is 806): the charge was found
while a hand lay there, or the weather has become dry. The chip looks for its charges anew while
nothing is touched."""
_LOOKS = const(3)
"""Such searches for one pad until its count was lower, as it never is where its wire is cut. Our
choice: more than one, since a hand may lie there and leave during a search."""


class Skin(Watched):
    """The touch pads; `pressures` has one byte for each, where 255 is the firmest. While the chip
    is lost (see `Watched`) they are 0."""

    def __init__(
        self,
        bus: Bus,
        channels: tuple[int, ...],
        quiet_reads: int,
        full_ff: "tuple[int, ...]" = (),
    ) -> None:
        """`channels`: the electrode of each pad. `quiet_reads`: how many reads after the start only
        move the baseline, since the chip settles and would report touches. `full_ff`: fF that a
        hand adds to each at full pressure; empty: as our choice."""
        Watched.__init__(self, bus)
        count = len(channels)
        self.answers = not channels
        self._full = full_ff or (_FULL_FF,) * count
        self._chip = MPR121(bus.i2c)
        self._channels = bytes(channels)
        self._quiet = quiet_reads
        self._settle = 0
        """Reads until the counts are used."""
        self._away = 0
        """Ticks in a row without a reading."""
        self._turn = self._samples = 0
        self._changed = False
        self._known = 0
        """How many pads have baselines that fit the chip's charges."""
        self._retune = False
        """Whether the chip shall look for its charges anew."""
        self._nonsense = False
        """Whether no hand makes the last counts, until the chip is set up anew."""
        self._looks = bytearray(count)
        """Searches for each pad since its count was lower."""
        self._clipped = self._masked = 0
        """Bits of the pads without a plausible count, and of those with a touch that is none."""
        self._counts = array("H", [0] * 12)
        self._recent = _zeros("H", 3 * count)
        """The counts of each pad in the last three reads, in turn."""
        self._flicker = _zeros("i", count + 1)
        """Noise of the last sixteen reads or so without a touch: the sum of the squared steps from
        read to read, fading; 32 variances. Then the reads to be wary in."""
        self._base = _zeros("i", count)
        """Sixteenths of a count."""
        self._slope = _zeros("i", count)
        """Of the baseline: 512ths of a count a turn."""
        self._same = self._lively = 0
        """Turns in a row without a change, and windows with noise, less those without."""
        self._drift = self._moves = self._free = 0
        """By how much the baselines of touched pads move in this turn; the sum of what the others
        have moved and these have not yet, both 16ths of a count; and how many others there were."""
        self._step = array("h", [step_for(_NOISE)] * count)
        """Counts below the baseline at which a touch begins."""
        self._touch_at = _zeros("H", count)
        """The count at which a touch begins."""
        self._noise = array("i", [_NOISE] * count)
        """Variance while untouched, 16ths of a squared count."""
        self._above = bytearray(count)
        self._low = bytearray(count)
        """Turns in a row in which an untouched pad was lower than where a touch begins; _TOUCHED if
        it was touched in its last turn, and may be touched again at once."""
        self._still = bytearray(count)
        self._free_at = _zeros("h", count)
        """Baseline from which on a masked pad is free again."""
        self._last = _zeros("h", count)
        self._sum = _zeros("i", count)
        self._squares = _zeros("i", count)
        """The newest count, and the sums of those of the window and of their squares."""
        self._highs = bytearray(count)
        self._high_squares = _zeros("i", count)
        """Samples of an untouched pad above its baseline, and the sum of their squared distances,
        16ths of a squared count. Hands make counts smaller, so that is noise."""
        self._mean = _zeros("h", count)
        """Of the window before: 16ths of a count."""
        self._noisiest = _zeros("i", count)
        """Noise of the noisiest of the windows in which it was still, 16ths of a squared count."""
        self._slow = _zeros("i", count)
        """Sum over the windows in which it was still of what their variances had beyond noise and
        what is no movement, by both; 256ths."""
        self._steps = _zeros("i", count)
        """Sum of the squared differences from sample to sample."""
        self._firm = _zeros("i", count)
        """Pressure · count of a hand that adds as many fF as the pad has; 16ths."""
        self.pressures = bytearray(count)
        self._filling = 0
        """Reads in a row in which more than half of the pads were touched."""
        self.implausible = 0
        """How often counts were none that hands can make; stays at 65535."""

    def stuck(self) -> int:
        """A bit for each pad that is masked."""
        return self._clipped | self._masked

    def accept(self) -> None:
        """Take what the masked pads show for good: none is named any more."""
        self._masked = 0

    def read(self, now: "Ms") -> bool:
        """Read the chip, at each tick; returns whether a pressure changed."""
        self._changed = False
        if not self._channels:
            return False
        if self.attend(now):
            self._away = 0
        elif self._away < _STALE:
            self._away += 1
        else:
            self._known = 0
        return self._changed

    def _sound(self) -> bool:
        if self._nonsense:
            return False
        if self._retune and not any(self.pressures):
            self._set_up()
        return self._chip.sound()

    def _set_up(self) -> None:
        if self._retune:
            self._known = 0
            self._chip.forget()
        self._chip.set_up()
        self._retune = self._nonsense = False
        self._settle = _SETTLE_READS

    def _lose(self) -> None:
        if self._nonsense:
            self._count_implausible()
        self._silence()

    def _silence(self) -> None:
        """End all touches."""
        for pad in range(len(self.pressures)):
            if self.pressures[pad]:
                self.pressures[pad] = 0
                self._changed = True

    def _read(self) -> None:
        if self._settle:
            self._settle -= 1
            return
        counts, channels, turn = self._counts, self._channels, self._turn
        self._chip.read_into(counts)
        if self._known < len(channels):
            self._begin()  # instead of looking for touches, since it takes longer
        elif not self._quiet:
            self._feel_all()
        if self._quiet:
            self._quiet -= 1
        if turn < len(channels):
            self._sample(turn, counts[channels[turn]])
        turn += 1
        if turn == _TURNS:
            turn = 0
            self._samples = (self._samples + 1) % _WINDOW
            self._end_turn()
        self._turn = turn

    def _begin(self) -> None:
        """Take the counts of some pads as their baselines. Raises OSError, and lets the chip look
        for its charges anew, when it was reset or has none."""
        count = len(self._channels)
        sound = self._chip.sound()
        for pad in range(self._known, min(self._known + _BEGUN, count)):
            channel = self._channels[pad]
            charge = self._chip.charge(channel)
            if not sound or not charge:
                self._retune = True
                raise OSError("the touch chip has not found its charges")
            self._firm[pad] = firm_for(charge, self._full[pad])
            for row in range(3):
                self._recent[row * count + pad] = self._counts[channel]
            self._rebase(pad, self._counts[channel])
            self._known += 1
        self._masked = self._clipped = 0

    def _feel_all(self) -> None:
        """Look for touches in new counts. Raises OSError when no hand can have made them."""
        channels, pressures = self._channels, self.pressures
        pads = len(channels)
        felt = feel(
            self._counts, channels, pads, self._touch_at, self._step, self._base, self._firm,
            self._clipped, self._recent, self._turn, self._flicker, pressures,
        )  # fmt: skip
        if not felt & 0xFFFF:
            self._filling = 0
            return
        self._changed = felt & 15 > 0
        zeros, full, sound = felt >> 4 & 15, felt >> 8 & 15, felt >> 16
        self._filling = self._filling + 1 if (felt >> 12 & 15) * 2 > sound else 0
        if zeros == pads > 0 or (full == sound >= _ALL and self._filling <= _AT_ONCE):
            self._retune = zeros != pads  # counts of 0 are those of a chip that was reset
            self._nonsense = True
            self._filling = 0  # the read is repeated, and may not pass for a later one
            self._silence()
            raise OSError("the touch chip gives counts that no hand makes")

    def _sample(self, pad: int, count: int) -> None:
        """Take a sample of a pad for its baseline and its statistics."""
        bit = 1 << pad
        if count <= _HIGH:
            self._looks[pad] = 0
        elif self._looks[pad] < _LOOKS and not (self._retune or any(self.pressures)):
            self._looks[pad] += 1
            self._retune = True
        if self._samples == 0:
            self._end_window(pad)
        if not SHORTED <= count < CLIPPED:
            if not self._clipped & bit:
                self._clipped |= bit
                self._count_implausible()
            return
        if self._clipped & bit:
            self._clipped ^= bit
            self._rebase(pad, count)
        step = count - self._last[pad]
        if step:
            if self._same >= _FROZEN:  # the baselines are as old as that
                self._known = 0
            self._same = 0
        self._sum[pad] += count
        self._squares[pad] += count * count
        self._steps[pad] += step * step
        self._last[pad] = count
        if self.pressures[pad]:
            self._low[pad] = _TOUCHED
            self._base[pad] += self._drift
        else:
            self._follow(pad, count)

    def _end_turn(self) -> None:
        """Find whether the chip is frozen, and by how much the weather moves touched pads: as it
        has moved the others, where those are at least half of all."""
        self._same += 1
        if self._same == _FROZEN:
            self._nonsense = self._lively > 4 * len(self._channels)
            self._same = _FROZEN if self._nonsense else 0
        free = self._free
        if free * 2 < len(self._channels):
            self._drift = self._moves = 0
        else:
            self._drift = self._moves // free
            self._moves -= self._drift * free
        self._free = 0

    def _follow(self, pad: int, count: int) -> None:
        """Move the baseline of an untouched pad. It follows a steady change without lag (an α-β
        filter with α = 1/4, β = 1/32)."""
        # More names here would put them on the heap: 30 µs of each tick on an RP2040.
        if self._low[pad] == _TOUCHED:
            self._low[pad] = 0
            return
        if count > self._touch_at[pad]:
            self._low[pad] = 0
        elif self._low[pad] < _LOW:
            self._low[pad] += 1
            return
        off = (count << 4) - self._base[pad]
        if off > self._step[pad] << 4:
            self._above[pad] += 1
            if self._above[pad] >= _ABOVE:
                self._rebase(pad, count)
            return
        self._above[pad] = 0
        if off > 0:
            self._highs[pad] += 1
            self._high_squares[pad] += off * off >> 4
        slope = self._slope[pad] + off
        self._slope[pad] = min(max(slope, -_MOST_SLOPE), _MOST_SLOPE)
        off = (off * 8 + slope + 16) >> 5
        self._base[pad] += off
        self._moves += off
        self._free += 1
        self._touch_at[pad] = max((self._base[pad] >> 4) - self._step[pad], 0)
        if self._masked and self._base[pad] >> 4 >= self._free_at[pad]:
            self._masked &= ~(1 << pad)

    def _rebase(self, pad: int, count: int) -> None:
        self._base[pad] = count << 4
        self._slope[pad] = self._above[pad] = self._still[pad] = 0
        self._touch_at[pad] = max(count - self._step[pad], 0)

    def _end_window(self, pad: int) -> None:
        """Use the window's statistics, and clear them."""
        total = self._sum[pad]
        mean = total // _WINDOW
        rest = total - mean * _WINDOW
        squares = self._squares[pad] - 2 * mean * total + _WINDOW * mean * mean
        # Both in 16ths of a squared count. That from sample to sample sees no slow changes.
        variance = (squares - rest * rest // _WINDOW) // 4
        noise = self._steps[pad] // 8
        self._sum[pad] = self._squares[pad] = self._steps[pad] = 0
        lively = -1
        if self._highs[pad] >= _LEAST_HIGHS:
            high = self._high_squares[pad] // self._highs[pad]
            self._learn_noise(pad, high)
            lively = 1 if high >= _LIVELY else -1
        self._lively = min(max(self._lively + lively, 0), _LIVELY_WINDOWS * len(self._channels))
        self._highs[pad] = self._high_squares[pad] = 0
        fine = total * 16 // _WINDOW
        if not self.pressures[pad]:
            self._moved(pad)
        elif self._is_stuck(pad, fine, variance, noise):
            self._mask(pad, mean)
        self._mean[pad] = fine

    def _learn_noise(self, pad: int, noise: int) -> None:
        """Believe more noise soon, less of it slowly: servos that stop will run again."""
        less = noise - self._noise[pad]
        self._noise[pad] += less // 2 if less > 0 else less // _FORGETS
        self._step[pad] = step_for(self._noise[pad])

    def _is_stuck(self, pad: int, mean: int, variance: int, noise: int) -> bool:
        """Whether a touch has been for `_STILL_WINDOWS` what a stuck pad with normal noise, each
        sample independent of the one before, would be within 4 standard deviations. Those of 64
        samples: 12 % for the ratio of variance to noise, and 4 % for that of twelve windows; 18 %
        of the noise's for the difference of two means. Noise that comes and goes is no movement:
        what is compared over windows may differ by the noise of the noisiest of them."""
        depth = self._base[pad] - mean
        depth = depth * depth >> 4  # 16ths of a squared count, as all below
        moves = depth // (_MOVES * _MOVES)
        noise = min(noise, depth // (_NOISY * _NOISY))
        usual = self._noise[pad]
        most = max(usual, noise, self._noisiest[pad])
        change = mean - self._mean[pad]
        if (
            variance > moves + max(2 * usual, noise * 7 // 4)
            or change * change >> 4 > 4 * moves + most // 2
        ):
            self._moved(pad)
            return False
        self._noisiest[pad] = most
        self._still[pad] += 1
        least = max(usual, noise) + moves // 4 + 1
        self._slow[pad] += (variance - least) * 256 // least
        if self._still[pad] < _STILL_WINDOWS:
            return False
        slow = self._slow[pad]
        self._moved(pad)
        return slow <= _SLOW

    def _moved(self, pad: int) -> None:
        """Begin to count anew the windows in which a pad is still."""
        self._still[pad] = self._slow[pad] = self._noisiest[pad] = 0

    def _mask(self, pad: int, mean: int) -> None:
        """Name a pad as stuck. What it shows is its baseline, so that hands are felt on top of it,
        until it has come back by half."""
        if not self._masked >> pad & 1:
            self._free_at[pad] = ((self._base[pad] >> 4) + mean) // 2
        self._masked |= 1 << pad
        self.pressures[pad] = 0
        self._changed = True
        self._rebase(pad, mean)

    def _count_implausible(self) -> None:
        self.implausible = min(self.implausible + 1, 65535)


def _zeros(kind: str, count: int) -> "array[int]":
    return array(kind, [0] * count)
