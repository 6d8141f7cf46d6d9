"""MicroPython's `machine` module with simulated chips at register level, for MicroPython and
CPython.

`bench` holds the chips and pins: the simulator sets what they sense (`feel`, `adc`, `levels`) and
reads what they put out (`pulse_us`, `duty`). The classes have the parts of `machine` that the
firmware uses; those without a docstring do what MicroPython documents.
"""

PWRON_RESET = 1
"""Cause of a reset: power on, as on the RP2040."""
WDT_RESET = 3
"""Cause of a reset: the watchdog, as on the RP2040."""

cause = PWRON_RESET
"""What `reset_cause` returns; set before the firmware starts."""


def reset_cause() -> int:
    """As in MicroPython."""
    return cause


class Chip:
    """A device on the I2C bus: registers whose address counts up in a transfer."""

    def __init__(self, size: int) -> None:
        self.registers = bytearray(size)
        self.present = True

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Take the bytes of one transfer."""
        self.registers[register : register + len(data)] = data


class SimulatedPca9685(Chip):
    """The servo board: ON and OFF counts of sixteen channels, and the registers for all of them."""

    def __init__(self) -> None:
        Chip.__init__(self, 256)
        self.registers[0] = 0x11
        self.registers[0xFE] = 30
        for channel in range(16):
            self.registers[9 + 4 * channel] = 0x10

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Write registers of the chip, as over I2C."""
        if register == 0xFE and not self.registers[0] & 0x10:
            return  # the prescaler can be written while the oscillator sleeps only
        Chip.write(self, register, data)
        if register <= 0xFD and register + len(data) > 0xFA:
            for channel in range(16):
                for index in range(4):
                    self.registers[6 + 4 * channel + index] = self.registers[0xFA + index]

    def pulse_us(self, channel: int) -> int:
        """Length of a channel's pulses in µs; 0 is none."""
        registers, at = self.registers, 6 + 4 * channel
        if registers[0] & 0x10 or registers[at + 3] & 0x10:
            return 0
        on = registers[at] | (registers[at + 1] & 15) << 8
        off = registers[at + 2] | (registers[at + 3] & 15) << 8
        return (((off - on) & 4095) * (registers[0xFE] + 1) + 12) // 25


class SimulatedMpr121(Chip):
    """The touch chip: filtered counts of twelve electrodes. A touch makes them smaller."""

    UNTOUCHED = 700
    """Counts of an electrode that nothing touches; our choice, in the middle of the chip's
    range."""
    FULL = 200
    """Counts by which the full pressure lowers an electrode; as `_FULL` of firmware/skin.py."""

    def __init__(self) -> None:
        Chip.__init__(self, 256)
        self._reset()

    def _reset(self) -> None:
        for register in range(256):
            self.registers[register] = 0
        self.registers[0x5D] = 0x24
        self.feel((0,) * 12, (0,) * 12)

    def write(self, register: int, data: "bytes | memoryview") -> None:
        """Write registers of the chip, as over I2C."""
        if register == 0x80:
            if data[0] == 0x63:
                self._reset()
            return
        Chip.write(self, register, data)

    def feel(self, pressures: "list[int] | tuple[int, ...]", drifts: tuple[int, ...]) -> None:
        """Set what the electrodes sense: pressures in thousandths, drifts in counts."""
        for electrode in range(12):
            count = min(
                max(
                    self.UNTOUCHED
                    + drifts[electrode]
                    - (pressures[electrode] * self.FULL + 500) // 1000,
                    0,
                ),
                1023,
            )
            self.registers[4 + 2 * electrode] = count & 255
            self.registers[5 + 2 * electrode] = count >> 8


def _put16(registers: bytearray, at: int, value: int, big: bool) -> None:
    value = min(max(value, -32768), 32767) & 0xFFFF
    registers[at + (0 if big else 1)] = value >> 8
    registers[at + (1 if big else 0)] = value & 255


class SimulatedLsm6ds3(Chip):
    """The LSM6DS3 at the ranges that the firmware sets."""

    def __init__(self) -> None:
        Chip.__init__(self, 128)
        self.registers[0x0F] = 0x69
        self.feel(0, 0, 1000, 0, 0, 0)

    def feel(self, x: int, y: int, z: int, gx: int, gy: int, gz: int) -> None:
        """Set what it senses: mg and mrad/s."""
        for index, value in enumerate((gx, gy, gz)):
            _put16(self.registers, 0x22 + 2 * index, value * 1000 // 611, False)
        for index, value in enumerate((x, y, z)):
            _put16(self.registers, 0x28 + 2 * index, value * 1000 // 244, False)


class SimulatedMpu6050(Chip):
    """The MPU6050 at the ranges that the firmware sets."""

    def __init__(self) -> None:
        Chip.__init__(self, 128)
        self.registers[0x75] = 0x68
        self.registers[0x6B] = 0x40
        self.feel(0, 0, 1000, 0, 0, 0)

    def feel(self, x: int, y: int, z: int, gx: int, gy: int, gz: int) -> None:
        """Set what it senses: mg and mrad/s."""
        for index, value in enumerate((x, y, z)):
            _put16(self.registers, 0x3B + 2 * index, (value * 4096) // 1000, True)
        for index, value in enumerate((gx, gy, gz)):
            _put16(self.registers, 0x43 + 2 * index, value * 1000 // 532, True)


class MemoryLine:
    """A serial line without another end; replaced by a real one before the board starts."""

    def any(self) -> int:
        """As `machine.UART.any`: none."""
        return 0

    def readinto(self, buffer: bytearray, longest: int) -> int:
        """As `machine.UART.readinto`: nothing comes."""
        return 0

    def write(self, data: bytearray, start: int, count: int) -> "int | None":
        """As `machine.UART.write`."""
        return count


class Bench:
    """The chips and pins of this board."""

    def __init__(self) -> None:
        self.servos = SimulatedPca9685()
        self.skin = SimulatedMpr121()
        self.imu = SimulatedLsm6ds3()
        self.chips: dict[int, Chip] = {0x40: self.servos, 0x5A: self.skin, 0x6A: self.imu}
        self.levels: dict[int, int] = {}
        """Pin → level that the world drives; other pins have the level of their own pull."""
        self.adc: dict[int, int] = {}
        """Pin → reading, 16 bits."""
        self.pwms: dict[int, PWM] = {}
        self.slices: dict[int, int] = {}
        """Hz of each PWM slice."""
        self.line = MemoryLine()
        self.fed = 0
        """How often the watchdog was fed."""

    def pulse_us(self, driver: str, channel: int) -> int:
        """Length of a servo's pulses in µs; 0 is none."""
        if driver == "pca9685":
            return self.servos.pulse_us(channel)
        pwm = self.pwms.get(channel)
        return 0 if pwm is None else pwm.ns // 1000

    def duty(self, pin: int) -> tuple[int, int]:
        """(duty 0..65535, Hz) of a PWM pin."""
        pwm = self.pwms.get(pin)
        return (0, 0) if pwm is None else (pwm.u16, pwm.hz)


bench = Bench()


class I2C:
    """The bus. A chip that is not `present` raises OSError(19), as in MicroPython."""

    def __init__(
        self, bus: int, *, sda: "Pin | None" = None, scl: "Pin | None" = None, freq: int = 400000
    ) -> None:
        self._chips = bench.chips

    def _chip(self, address: int) -> Chip:
        chip = self._chips.get(address)
        if chip is None or not chip.present:
            raise OSError(19)
        return chip

    def scan(self) -> list[int]:
        """As `machine.I2C.scan`: the addresses that answer."""
        return sorted([address for address in self._chips if self._chips[address].present])

    def writeto_mem(self, address: int, register: int, data: "bytes | memoryview") -> None:
        """As `machine.I2C.writeto_mem`. Raises OSError where the chip is not there."""
        self._chip(address).write(register, data)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        """As `machine.I2C.readfrom_mem`. Raises OSError where the chip is not there."""
        return bytes(self._chip(address).registers[register : register + count])

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        """As `machine.I2C.readfrom_mem_into`."""
        buffer[:] = self._chip(address).registers[register : register + len(buffer)]


class Pin:
    """A digital input; `bench.levels` drives it."""

    IN = 0
    OUT = 1
    PULL_UP = 1
    PULL_DOWN = 2

    def __init__(self, number: int, mode: int = IN, pull: "int | None" = None) -> None:
        self.number = number
        self._rest = 1 if pull == self.PULL_UP else 0

    def value(self) -> int:
        """As `machine.Pin.value`: the level now."""
        return bench.levels.get(self.number, self._rest)


class PWM:
    """A PWM output as on the RP2040: two pins share a slice, and a slice has one frequency."""

    def __init__(self, pin: Pin, *, freq: int = 0, duty_u16: int = 0) -> None:
        self._slice = pin.number >> 1 & 7
        self.u16 = duty_u16
        bench.slices[self._slice] = freq
        bench.pwms[pin.number] = self

    @property
    def hz(self) -> int:
        """Frequency of its slice, which the other pin of the pair shares; Hz."""
        return bench.slices[self._slice]

    @property
    def ns(self) -> int:
        """Length of a pulse, ns."""
        return (self.u16 * 1000000000 // self.hz + 32767) // 65535

    def freq(self, hz: int) -> None:
        """As `machine.PWM.freq`."""
        bench.slices[self._slice] = hz

    def duty_u16(self, duty: int) -> None:
        """As `machine.PWM.duty_u16`: share of a period, 0..65535."""
        self.u16 = duty

    def duty_ns(self, ns: int) -> None:
        """As `machine.PWM.duty_ns`: length of a pulse, ns."""
        self.u16 = (ns * self.hz * 65535 + 500000000) // 1000000000


class ADC:
    """An analogue input; `bench.adc` drives it."""

    def __init__(self, pin: Pin) -> None:
        self._number = pin.number

    def read_u16(self) -> int:
        """As `machine.ADC.read_u16`: 0..65535 of the reference."""
        return bench.adc.get(self._number, 65535)


class UART:
    """The serial port: the methods of `bench.line`."""

    def __init__(self, number: int, baudrate: int = 115200) -> None:
        self.any = bench.line.any
        self.readinto = bench.line.readinto
        self.write = bench.line.write


class WDT:
    """The watchdog. It never bites: a hung firmware is ended by the simulator."""

    def __init__(self, timeout: int = 5000) -> None:
        pass

    def feed(self) -> None:
        """As `machine.WDT.feed`."""
        bench.fed += 1
