"""The accelerometers with gyroscope that a body may have, at register level."""

from chip import Noise, RegisterChip  # type: ignore[import-not-found]


def _put16(registers: bytearray, at: int, value: int, big: bool) -> None:
    value = min(max(value, -32768), 32767) & 0xFFFF
    registers[at + (0 if big else 1)] = value >> 8
    registers[at + (1 if big else 0)] = value & 255


class SimulatedImu(RegisterChip):  # type: ignore[misc]
    """An accelerometer with a gyroscope."""

    def __init__(self) -> None:
        RegisterChip.__init__(self, 128)
        self.noise = 0
        """Standard deviation of each reading; mg and mrad/s."""
        self.hum = 1
        """Counts by which an acceleration differs from sample to sample at most: less than the 3 of
        an LSM6DS3's own noise (0.8 mg), which are below what the firmware tells."""
        self._noise = Noise()
        self._felt = (0, 0, 1000, 0, 0, 0)
        self.power_on()

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Write registers of the chip, as over I2C."""
        RegisterChip.write(self, register, data)
        self.measure()

    def read(self, register: int, count: int) -> bytearray:
        """Give registers of the chip, as over I2C."""
        if self.noise or self.hum:
            self.measure()
        data: bytearray = RegisterChip.read(self, register, count)
        return data

    def feel(self, x: int, y: int, z: int, gx: int, gy: int, gz: int) -> None:
        """Set what it senses: mg and mrad/s."""
        self._felt = (x, y, z, gx, gy, gz)
        self.measure()

    def measure(self) -> None:
        """Fill the data registers, unless it is stuck."""
        if not self.stuck:
            noise = self.noise
            self._put([v + (self._noise.next(noise) >> 16 if noise else 0) for v in self._felt])

    def hummed(self) -> int:
        """Counts of the chip's own noise in one acceleration of this sample."""
        return self._noise.below(2 * self.hum + 1) - self.hum if self.hum else 0

    def _put(self, felt: list[int]) -> None:
        """Fill the data registers of the halves that measure."""
        raise NotImplementedError


class SimulatedLsm6ds3(SimulatedImu):
    """The LSM6DS3 at the ranges that the firmware sets. Each half measures once it has a rate."""

    def power_on(self) -> None:
        """Set the registers as they are after power-up: it measures nothing."""
        for register in range(128):
            self.registers[register] = 0
        self.registers[0x0F] = 0x69

    def _put(self, felt: list[int]) -> None:
        for axis in range(3):
            if self.registers[0x11] & 0xF0:
                _put16(self.registers, 0x22 + 2 * axis, felt[3 + axis] * 1000 // 611, False)
            if self.registers[0x10] & 0xF0:
                count = felt[axis] * 1000 // 244 + self.hummed()
                _put16(self.registers, 0x28 + 2 * axis, count, False)


class SimulatedMpu6050(SimulatedImu):
    """The MPU6050 at the ranges that the firmware sets. It measures once it is awake."""

    def power_on(self) -> None:
        """Set the registers as they are after power-up: it sleeps."""
        for register in range(128):
            self.registers[register] = 0
        self.registers[0x75] = 0x68
        self.registers[0x6B] = 0x40

    def _put(self, felt: list[int]) -> None:
        if self.registers[0x6B] & 0x40:
            return
        for axis in range(3):
            count = felt[axis] * 4096 // 1000 + self.hummed()
            _put16(self.registers, 0x3B + 2 * axis, count, True)
            _put16(self.registers, 0x43 + 2 * axis, felt[3 + axis] * 1000 // 532, True)
