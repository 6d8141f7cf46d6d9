"""The MPR121 at register level, with electrodes as capacitances. Formulas are those of the data
sheet: an electrode of C pF that is charged with I µA for T µs has I·T/C volts, and a count is that
voltage in 1024ths of the supply, 3.3 V. A count that can be read is the mean of SFI samples (second
filter), one each ESI ms, and there is a new one when they are complete: SFI · ESI ms."""

from chip import Noise, RegisterChip  # type: ignore[import-not-found]

_RESET = 0x80
_AFE1 = 0x5C
_AFE2 = 0x5D
_ELECTRODES = 0x5E
_CURRENTS = 0x5F
_TIMES = 0x6C
_GPIO = range(0x73, 0x7B)
"""Registers that can be written while it measures, as _ELECTRODES and _RESET."""
_AUTO = 0x7B
_UPPER = 0x7D
_LOWER = 0x7E
_TARGET = 0x7F

_COUNT_FF = 155152
"""Counts times fF for one µA during half a microsecond: 1024 · 0.5 pC / 3.3 V."""
_FIRST_FILTER = (6, 10, 18, 34)
"""Samples that the first filter averages, by the highest bits of AFE1."""
_SECOND_FILTER = (4, 6, 10, 18)
"""Samples that the second filter averages, by bits 3 and 4 of AFE2."""


def _no_time() -> int:
    return 0


class SimulatedMpr121(RegisterChip):  # type: ignore[misc]
    """The touch chip. While it is in stop mode nothing is measured. The first filter takes some
    µs, which are not simulated; nor is the time of the auto-configuration, nor its repetition while
    measuring (ARE)."""

    HAND_FF = 8000
    """fF that the full pressure of a hand adds; our choice, a palm on 5 mm of fur (30 cm²,
    ε = 1.5)."""

    def __init__(self) -> None:
        RegisterChip.__init__(self, 256)
        self.pads = [14000 + 1000 * electrode for electrode in range(12)]
        """fF of each electrode with its cable."""
        self.fur = [1000] * 12
        """Thousandths of a hand's capacitance that reach each electrode through what covers it."""
        self.noise = 0
        """Standard deviation of one sample before the filters, thousandths of a count."""
        self._noise = Noise()
        self.clock = _no_time
        """Gives the ms now, modulo 2³⁰; what runs the firmware sets it."""
        self._hand: list[int] | tuple[int, ...] = (0,) * 12
        self._drifts: list[int] | tuple[int, ...] = (0,) * 12
        self._now = [0] * 12
        """The count of a sample now, as are those since `_taken_at`."""
        self._sums = [0] * 12
        self._taken = 0
        """Samples that the second filter has taken for its next counts, and their sums. These are
        kept while counts change."""
        self._taken_at = 0
        """When it took the last of them, ms."""
        self._counts = [0] * 12
        """The counts that can be read, without noise."""
        self._blocks = 0
        """Counts to come until they no longer change."""
        self._noisy = False
        """Whether noise is in the registers."""
        self.power_on()

    def power_on(self) -> None:
        """Set the registers as they are after power-up or a soft reset."""
        for register in range(256):
            self.registers[register] = 0
        self.registers[_AFE1] = 0x10
        self.registers[_AFE2] = 0x24
        self._counts = [0] * 12

    def feel(
        self, pressures: "list[int] | tuple[int, ...]", drifts: "list[int] | tuple[int, ...]"
    ) -> None:
        """Set what the electrodes sense: pressures in thousandths; fF by which temperature and
        humidity have raised their capacitances."""
        self.measure()
        self._hand, self._drifts = pressures, drifts
        self._change()

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Write registers of the chip, as over I2C. While it measures most cannot be written."""
        if register == _RESET:
            if data[0] == 0x63:
                self.power_on()
            return
        self.measure()
        for value in data:
            if register == _ELECTRODES:
                starts = value & 0x3F and not self.registers[_ELECTRODES] & 0x3F
                self._begin()
                self.registers[register] = value
                if starts and self.registers[_AUTO] & 1:
                    for electrode in range(self._measured()):
                        self._tune(electrode)
            elif not self.registers[_ELECTRODES] & 0x3F or register in _GPIO:
                self.registers[register] = value
            register += 1
        self._change()

    def read(self, register: int, count: int) -> bytearray:
        """Give registers of the chip, as over I2C."""
        self.measure()
        data: bytearray = RegisterChip.read(self, register, count)
        return data

    def capacitance(self, electrode: int) -> int:
        """fF of an electrode now."""
        hand: int = self._hand[electrode] * self.HAND_FF // 1000 * self.fur[electrode] // 1000
        return self.pads[electrode] + self._drifts[electrode] + hand

    def _measured(self) -> int:
        enabled: int = self.registers[_ELECTRODES] & 15
        return min(enabled, 12)

    def measure(self) -> None:
        """Take the samples that are due, and fill the data registers; not while it is stuck."""
        period = 1 << (self.registers[_AFE2] & 7)
        now = self.clock()
        passed = now - self._taken_at & 0x3FFFFFFF
        if not self._measured() or passed > 0x1FFFFFFF:
            self._taken_at = now  # or the microcontroller began to count anew
            return
        samples = passed // period
        self._taken_at = self._taken_at + samples * period & 0x3FFFFFFF
        if not self.stuck and (self._filter(samples) or self.noise or self._noisy):
            self._put()

    def _begin(self) -> None:
        self._taken_at = self.clock()
        self._taken, self._sums, self._blocks = 0, [0] * 12, 2

    def _change(self) -> None:
        """Find what a sample is from now on."""
        if not self._blocks:
            self._sums = [self._taken * now for now in self._now]
        for electrode in range(self._measured()):
            count = self._charge(electrode) * _COUNT_FF // self.capacitance(electrode)
            self._now[electrode] = min(count, 1023)
        self._blocks = 2

    def _filter(self, samples: int) -> bool:
        """Pass so many samples, which are all as now, to the second filter. Returns whether there
        are new counts that may differ."""
        size = _SECOND_FILTER[self.registers[_AFE2] >> 3 & 3]
        done = (self._taken + samples) // size
        added = size - self._taken if done else samples
        self._taken = (self._taken + samples) % size
        if not self._blocks or not samples:
            return False
        for electrode in range(12):
            now = self._now[electrode]
            total = self._sums[electrode] + added * now
            if done:
                self._counts[electrode] = total // size if done == 1 else now
                total = self._taken * now
            self._sums[electrode] = total
        self._blocks = max(self._blocks - done, 0)
        return done > 0

    def _put(self) -> None:
        self._noisy = self.noise > 0
        for electrode in range(self._measured()):
            count = self._counts[electrode]
            if self.noise:
                count = (count * 1000 + self._disturbance() + 500) // 1000
            count = min(max(count, 0), 1023)
            self.registers[4 + 2 * electrode] = count & 255
            self.registers[5 + 2 * electrode] = count >> 8

    def _charge(self, electrode: int) -> int:
        """µA times half microseconds."""
        registers = self.registers
        time = registers[_TIMES + electrode // 2] >> 4 * (electrode & 1) & 7
        current = registers[_CURRENTS + electrode] & 63
        time, current = time or registers[_AFE2] >> 5, current or registers[_AFE1] & 63
        return current << time - 1 if time else 0

    def _tune(self, electrode: int) -> None:
        """Find the shortest charge time, and with it the largest current, at which the electrode
        does not exceed the target. One that is then beside the limits is out of range."""
        registers, capacitance = self.registers, self.capacitance(electrode)
        wanted = registers[_TARGET] * 4 * capacitance // _COUNT_FF
        time = 1
        while time < 7 and wanted >> time - 1 > 63:
            time += 1
        current = min(max(wanted >> time - 1, 1), 63)
        registers[_CURRENTS + electrode] = current
        at, shift = _TIMES + electrode // 2, 4 * (electrode & 1)
        registers[at] = registers[at] & 0xF0 >> shift | time << shift
        level = self._charge(electrode) * _COUNT_FF // capacitance // 4
        if not registers[_LOWER] <= level <= registers[_UPPER]:
            registers[2 + electrode // 8] |= 1 << electrode % 8
            registers[3] |= 0x80

    def _disturbance(self) -> int:
        """Thousandths of a count."""
        samples = _FIRST_FILTER[self.registers[_AFE1] >> 6]
        samples *= _SECOND_FILTER[self.registers[_AFE2] >> 3 & 3]
        return int(self._noise.next(self.noise) / samples**0.5) >> 16
