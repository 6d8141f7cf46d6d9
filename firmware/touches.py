"""Where touches begin and end, in the counts of all pads at each read, and how firm they are."""

import sys

from micropython import const

if sys.implementation.name != "micropython":
    from wire import micropython, ptr8, ptr16, ptr32

SHORTED = const(8)
"""Counts below this are those of an electrode that is shorted, or not measured at all."""
CLIPPED = const(1016)
"""Counts from this on are those of an electrode whose voltage has reached the supply (1023)."""
_COUNT_FF = const(155152)
"""Counts times fF for one µA during half a microsecond: 1024 · 0.5 pC / 3.3 V (data sheet)."""
_MOST_FIRM = const(1 << 26)
"""So that 16 times as much is a number of 32 bits: 12 times the most at 1 pF a hand and 30 pF."""
_NEARLY_FULL = const(240)
"""Pressure, of 255, at which a pad counts as full where all of them are. Our choice: pads that are
driven to the end differ by their noise."""
_FIRM = const(32)
"""Counts below the baseline from which one read begins a touch (a hand at an eighth of the full
pressure); weaker ones begin on the mean of three. Our choice: 12 times the noise of the fault
`touch_noise`. A step from read to read counts as noise up to this."""
_FIRM_NOISE = const(2)
"""Squared counts of that one read, by the noise of the reads before it (32 variances): 8 standard
deviations of it, as above."""
_WEAK_NOISE = const(6)
"""The same for the squared sum of three reads: 8 standard deviations of their mean. A step of a
quiet pad's count, which is noise too at first, passes it in its third read: 9 to 5.3."""
_WARY = const(4)
"""Reads without weak beginnings after a count of an untouched pad was as far above its baseline as
a touch begins below. Hands make counts smaller; noise that begins makes some of them larger."""
_LEAST_STEP = const(6)
"""Counts below the baseline at which a touch begins on a pad without noise. Our choice: the
chip's own steps, and the lag of the baseline while the weather changes (8 counts a second: 2)."""
_MOST_STEP = const(60)
"""Counts below the baseline at which a touch begins on the noisiest pad."""
_NOISES = const(8)
"""Standard deviations of a pad's noise at which a touch begins; it ends at half of that. Of normal
noise 6 would be passed once a day (12 pads, 100 reads a second); more for noise that is not."""


def firm_for(charge: int, full_ff: int) -> int:
    """Pressure · count, in 16ths, of a hand that adds so many fF to an electrode with this charge
    (µA times half microseconds)."""
    return min(charge * (255 * _COUNT_FF // full_ff), _MOST_FIRM) << 4


def step_for(noise: int) -> int:
    """Counts below the baseline at which a touch begins on a pad with this noise (variance, 16ths
    of a squared count)."""
    step = _LEAST_STEP
    while step < _MOST_STEP and 16 * step * step < _NOISES * _NOISES * noise:
        step += 1
    return step


@micropython.viper
def feel(
    counts: ptr16,
    channels: ptr8,
    pads: int,
    touch_at: ptr16,
    steps: ptr16,
    base: ptr32,
    firm: ptr32,
    clipped: int,
    recent: ptr16,
    turn: int,
    flicker: ptr32,
    pressures: ptr8,
) -> int:
    """Turn the counts of pads that are or were touched into pressures: what a hand adds is what the
    capacitance (charge by count) has risen since the baseline. Returns five numbers of pads, each
    up to twelve, in four bits each from the lowest on: whose pressure changed; of those that are or
    were touched, whose count is none; that are pressed about as firmly as can be told; that are
    touched; that are not clipped. The arguments are those of `Skin`."""
    changed = 0
    zeros = 0
    full = 0
    touched = 0
    sound = 0
    before = (turn + 2) % 3 * pads
    row = turn % 3 * pads
    wary = int(flicker[pads])
    if wary:
        flicker[pads] = wary - 1
    for pad in range(pads):
        count = int(counts[int(channels[pad])])
        if (clipped >> pad) & 1 == 0:
            sound += 1
        recent[row + pad] = count
        was = int(pressures[pad])
        limit = int(touch_at[pad])
        least = int(steps[pad])
        usual = int(flicker[pad])
        noise = usual
        if was == 0:
            step = count - int(recent[before + pad])
            if step > _FIRM or step < -_FIRM:
                step = _FIRM
            noise += step * step - (usual >> 4)
            if count >= limit + 2 * least and (clipped >> pad) & 1 == 0:
                flicker[pads] = _WARY
        now = 0
        if was or count <= limit:
            if count < SHORTED:
                zeros += 1
            level = int(base[pad]) >> 4
            depth = level - count
            if was:
                least = least >> 1
            elif depth < _FIRM or depth * depth < _FIRM_NOISE * usual:
                three = 3 * level - int(recent[pad]) - int(recent[pads + pad])
                three -= int(recent[2 * pads + pad])
                if wary or three < 3 * least or three * three < _WEAK_NOISE * noise:
                    least = 1024
            if depth >= least and count >= SHORTED and (clipped >> pad) & 1 == 0:
                now = depth * (int(firm[pad]) // level) // count >> 4
                if now < 1:
                    now = 1
                if now > 255:
                    now = 255
                noise = usual
            if now != was:
                pressures[pad] = now
                changed += 1
                if now == 0:
                    noise = 0  # A touch that noise has ended goes on.
            if now:
                touched += 1
            if now >= _NEARLY_FULL:
                full += 1
        flicker[pad] = noise
    return changed | zeros << 4 | full << 8 | touched << 12 | sound << 16
