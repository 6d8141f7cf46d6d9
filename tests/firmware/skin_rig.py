"""The skin alone, in virtual time: the firmware's own `skin.py` reads counts that are computed from
capacitances by the data sheet's formula, with noise."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

Numbers = npt.NDArray[np.float64]
COUNT_FF = 155152.0
"""Counts times fF for one µA during half a microsecond: 1024 · 0.5 pC / 3.3 V."""
HAND_FF = 8000.0
"""fF that the firmest touch adds; as _FULL_FF of firmware/skin.py."""
WINDOW = 64
"""Turns of a window."""


class Chip:
    """The counts of an MPR121 in the place of the driver, block by block."""

    def __init__(self, pads_ff: Numbers, found: list[int]) -> None:
        self.pads_ff, self._charges = pads_ff, np.array(found, float)
        self.rows: list[bytes] = []
        self.at = 0
        self.set_ups = 0

    def load(self, more_ff: Numbers, noise: Numbers) -> None:
        """Counts to come: fF more than the pads have, and noise in counts."""
        counts = np.floor(self._charges * COUNT_FF / (self.pads_ff + more_ff) + noise + 0.5)
        self.rows = [row.tobytes() for row in np.clip(counts, 0, 1023).astype("<u2")]
        self.at = 0

    def read_into(self, counts: array[int]) -> None:
        counts[:] = array("H", self.rows[min(self.at, len(self.rows) - 1)])
        self.at += 1

    def charge(self, electrode: int) -> int:
        return int(self._charges[electrode])

    def sound(self) -> bool:
        return self.set_ups > 0

    def set_up(self) -> None:
        self.set_ups += 1

    def forget(self) -> None:
        """Nothing: the charges stay."""


class SkinRig:
    """A skin of twelve pads. `live` lets reads pass and notes what was felt."""

    def __init__(
        self,
        *,
        noise: float = 1.2,
        pads_ff: Numbers | None = None,
        seed: int = 1,
        quiet_reads: int = 0,
    ) -> None:
        self.random = np.random.default_rng(seed)
        self.noise = noise
        board = LockStepBoard(CAT)
        pins = CAT.wiring
        bus = board.module("i2c_bus").Bus(pins.i2c_sda, pins.i2c_scl)
        self.skin: Any = board.module("skin").Skin(bus, tuple(range(12)), quiet_reads)
        sizes = np.linspace(14000.0, 25000.0, 12) if pads_ff is None else pads_ff
        model = board.module("touch_chip").SimulatedMpr121()
        model.pads = [int(value) for value in sizes]
        driver = board.module("mpr121").MPR121(board.module("machine").I2C(0))
        board.bench.chips[0x5A] = model
        driver.set_up()
        self.chip = self.skin._chip = Chip(sizes, [driver.charge(pad) for pad in range(12)])
        self.ms = 0
        self.live(2.0)

    def counts_ff(self, pad: int, counts: float) -> float:
        """fF more that lower a pad by so many counts."""
        pads_ff, base = self.chip.pads_ff[pad], self.skin._base[pad] / 16.0
        return float(pads_ff * counts / (base - counts))

    def live(
        self,
        seconds: float,
        more_ff: Callable[[Numbers], Numbers] | Numbers | float = 0.0,
        *,
        hz: int = 100,
        noise: Numbers | None = None,
    ) -> npt.NDArray[np.int64]:
        """Let time pass with so many fF more on the pads (rows of time in s, columns of pads);
        gives the pressures, a row for each read."""
        felt = []
        times = np.arange(round(seconds * hz)) / hz
        for start in range(0, len(times), 20000):
            block = times[start : start + 20000]
            if noise is None:
                counts = self.random.normal(0.0, self.noise, (len(block), 12))
            else:
                counts = noise[start : start + len(block)]
            more = more_ff(block) if callable(more_ff) else np.asarray(more_ff, float)
            self.chip.load(np.broadcast_to(more, (len(block), 12)), counts)
            read, pressures = self.skin.read, self.skin.pressures
            for _ in range(len(block)):
                self.ms += 10
                read(self.ms)
                felt.append(bytes(pressures))
        return np.frombuffer(b"".join(felt), np.uint8).reshape(-1, 12).astype(int)


class Counts:
    """The counts of an MPR121 in the place of the driver, as they are set."""

    def __init__(self, counts: Sequence[int], charge: int) -> None:
        self.counts, self.each = list(counts), charge
        self.set_ups = self.searches = 0
        self.is_sound = False
        self.once: list[int] | None = None
        """Counts of the next reading only."""

    def read_into(self, counts: array[int]) -> None:
        counts[: len(self.counts)] = array("H", self.once or self.counts)
        self.once = None

    def charge(self, electrode: int) -> int:
        return self.each

    def sound(self) -> bool:
        return self.is_sound

    def set_up(self) -> None:
        self.set_ups += 1
        self.is_sound = True

    def forget(self) -> None:
        self.searches += 1


class Pads:
    """A skin of few pads with exact counts, after a window with these counts: the next read is the
    first of the second. Twelve reads are a turn, 64 turns a window."""

    def __init__(
        self,
        *counts: int,
        charge: int = 60,
        full_ff: int = 8000,
        quiet_reads: int = 0,
        windows: int = 1,
    ) -> None:
        board = LockStepBoard(CAT)
        pins = CAT.wiring
        bus = board.module("i2c_bus").Bus(pins.i2c_sda, pins.i2c_scl)
        channels = tuple(range(len(counts)))
        self.skin: Any = board.module("skin").Skin(
            bus, channels, quiet_reads, (full_ff,) * len(counts)
        )
        self.chip = self.skin._chip = Counts(counts, charge)
        self.ms = 0
        self.reads = -5
        """Reads with counts that are used: the chip settles in the first five."""
        self.read(*counts, times=5 + 768 * windows)

    def read(self, *counts: int, times: int = 1) -> list[bool]:
        """Read these counts so often; gives whether a pressure changed, for each read."""
        self.chip.counts[:] = counts
        changed = []
        for _ in range(times):
            self.ms += 10
            self.reads += 1
            changed.append(self.skin.read(self.ms))
        return changed

    def turns(self, counts: Iterable[int]) -> set[int]:
        """A turn with each of these counts, of the only pad; gives the pressures that it had after
        them."""
        found = set()
        for count in counts:
            self.read(count, times=12)
            found.add(self.pressure)
        return found

    def threshold(self, count: int) -> int:
        """The fewest counts below this one that begin a touch on the only pad, up to 64. It is
        tried between the pad's turns, in which it has this count; takes 18 turns."""
        low, high = 0, 64
        while high - low > 1:
            while self.reads % 12 != 1:
                self.read(count)
            middle = (low + high) // 2
            self.read(count - middle, times=3)
            low, high = (low, middle) if self.pressure else (middle, high)
            self.read(count, times=24)
        return high

    @property
    def pressure(self) -> int:
        """That of the first pad."""
        return int(self.skin.pressures[0])

    @property
    def base(self) -> float:
        """The baseline of the first pad, in counts."""
        return float(self.skin._base[0] / 16.0)


def on(pad: int, femtofarads: float | Numbers) -> Numbers:
    """So many fF on one pad; one value, or one for each read."""
    values = np.atleast_1d(np.asarray(femtofarads, float))
    rows = np.zeros((len(values), 12))
    rows[:, pad] = values
    return rows


def bursts(
    random: np.random.Generator, seconds: float, low: float, high: float, on: float, every: float
) -> Numbers:
    """Normal noise of all pads, 100 a second: `high` counts for `on` s in `every` s, else `low`."""
    deviations = np.where(np.arange(round(seconds * 100)) / 100 % every < on, high, low)
    return random.normal(0.0, 1.0, (len(deviations), 12)) * deviations[:, None]


def wander(random: np.random.Generator, seconds: float, slowness: float = 1.0) -> Numbers:
    """A random wandering of standard deviation 1 with a time constant of `slowness` s, 100 a
    second."""
    keep = np.exp(-0.01 / slowness)
    steps = random.normal(0.0, np.sqrt(1.0 - keep * keep), round(seconds * 100))
    values = np.empty_like(steps)
    value = random.normal()
    for index, step in enumerate(steps):
        value = value * keep + step
        values[index] = value
    return values


def noise(size: int, turns: int = WINDOW, around: int = 700) -> list[int]:
    """Counts that go up and down by `size` from turn to turn."""
    return list(islice(cycle((around + size, around - size)), turns))


def far(deviation: float) -> float:
    """The standard deviation of such a count from its baseline: the baseline goes up and down with
    it, by a seventh (a + c = 8 c, where c is that of the baseline and it takes a quarter)."""
    return deviation * 8.0 / 7.0
