"""MicroPython's `machine` module with simulated chips at register level, for MicroPython and
CPython.

`bench` holds the chips and pins: the simulator sets what they sense (`feel`, `adc`, `levels`) and
reads what they put out (`pulse_us`, `duty`). The classes have the parts of `machine` that the
firmware uses; those without a docstring do what MicroPython documents.
"""

from array import array

from chip import Noise, RegisterChip  # type: ignore[import-not-found]
from core import (  # type: ignore[import-not-found]
    FAULTS,
    PWRON_RESET,  # noqa: F401
    WDT_RESET,  # noqa: F401
    Core,
)
from motion_chips import SimulatedLsm6ds3  # type: ignore[import-not-found]
from servo_chip import SimulatedPca9685  # type: ignore[import-not-found]
from touch_chip import SimulatedMpr121  # type: ignore[import-not-found]

try:
    from micropython import (  # type: ignore[import-not-found, import-untyped, unused-ignore]
        heap_lock,
        heap_unlock,
    )
except ImportError:

    def heap_lock() -> None:
        """CPython cannot."""

    def heap_unlock() -> None:
        """Nothing was locked."""


TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def reset_cause() -> int:
    """As in MicroPython."""
    found: int = bench.core.cause
    return found


def reset() -> None:
    """As in MicroPython, except that the tick goes on to its end."""
    bench.core.ask_reset()


def begin(why: int, chip: str) -> None:
    """Start the microcontroller `chip`; both as Core.begin takes them."""
    bench.reset()
    bench.core.begin(why, chip)


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


_OF_CHIPS = (
    "servos_silent",
    "touch_silent",
    "imu_silent",
    "servos_reset",
    "touch_reset",
    "imu_reset",
    "bus_stuck",
    "servos_nack",
    "touch_nack",
    "imu_nack",
    "touch_stuck",
    "imu_stuck",
    "touch_noise",
    "imu_noise",
    "battery_noise",
    "brown_out",
    "servos_garbled",
    "servos_deaf",
    "servos_cut",
)
DEVICE_FAULTS: tuple[str, ...] = _OF_CHIPS + FAULTS
"""What may happen to a chip or to the microcontroller, lowest bit first. Silent: it does not
acknowledge. Reset: its supply dips for a moment, and it starts with its registers as after
power-up. Bus stuck: one holds the data line of the bus until it has had nine clocks. Nack: it
does not acknowledge one transfer. Stuck: it measures nothing new. Noise: the leads of the servos
lie beside its own. Brown-out: the supply of all chips falls to three fifths, they are silent,
and are reset when it is back; the microcontroller works on. Garbled: the first channel of the
servo board holds another pulse than was written. Deaf: it acknowledges one write that it does
not take. Late: one tick, or every tick, takes so long that the next comes late. Hung: a tick
hangs until the watchdog ends it. Reset of the board: by its button; the chips keep their
registers. Power cut: nothing has power, and all starts when it is back."""
TOUCH_NOISE = 20000
"""Standard deviation of a sample, thousandths of a count, in touch_noise. Our choice."""
IMU_NOISE = 60
"""Standard deviation of a reading, mg and mrad/s, in imu_noise. Our choice: beside a servo that
hums."""
PULL_KOHM = 50
"""A pin's pull to ground, kΩ: the strongest of an RP2040 (data sheet: 50 to 80)."""
BATTERY_NOISE = 2000
"""Standard deviation of a reading, counts, in battery_noise: 0.3 V behind a divider by three. Our
choice."""


class Bench:
    """The chips and pins of this board."""

    def __init__(self) -> None:
        self.servos = SimulatedPca9685()
        self.skin = SimulatedMpr121()
        self.imu = SimulatedLsm6ds3()
        self.chips: dict[int, RegisterChip] = {0x40: self.servos, 0x5A: self.skin, 0x6A: self.imu}
        self.levels: dict[int, int] = {}
        """Pin → level that the world drives; other pins have the level of their own pull."""
        self.watched: dict[int, Pin] = {}
        """Pins whose edges interrupt."""
        self.driven: dict[int, int] = {}
        """Pin → level to which the firmware drives it."""
        self.servos.driven = self.driven
        self.adc: dict[int, int] = {}
        """Pin → reading, 16 bits."""
        self.floating: set[int] = set()
        """Pins that nothing drives: those of the ADC follow their own pull to ground."""
        self.kohm: dict[int, int] = {}
        """Pin of the ADC → resistance of what drives it, kΩ; others have none."""
        self.pwms: dict[int, PWM] = {}
        self.slices: dict[int, int] = {}
        """Hz of each PWM slice."""
        self.faults = 0
        """Bits of DEVICE_FAULTS that there are now."""
        self.line = MemoryLine()
        self.core = Core()
        self.linger: Callable[[], None] = _on_time
        """Called at the end of each tick, when the watchdog is fed. What runs the firmware lets the
        time of Core.pause pass in it, and starts it anew."""
        self.bus = (-1, -1)
        """Pins of the bus: data, clock."""
        self.bus_open = False
        """Whether the bus has its pins; not after they were used as pins."""
        self.held = 0
        """Clocks until a chip lets go of the data line; no transfer succeeds before."""
        self.clock_held = False
        """Whether something holds the clock line, so that no transfer succeeds."""
        self.waited_us = 0
        """µs that transfers have waited until they were given up."""
        self._noise = Noise()

    def suffer(self, faults: int) -> None:
        """Set which of DEVICE_FAULTS there are now, a bit for each. A reset, a transfer that is not
        acknowledged and a bus that sticks happen when the bit begins."""
        dark = faults & (_bit("brown_out") | _bit("power_cut"))
        was_dark = self.faults & (_bit("brown_out") | _bit("power_cut"))
        began = faults & ~self.faults
        self.faults = faults
        was_dead = self.core.dead
        self.core.suffer([name for name in FAULTS if faults & _bit(name)])
        if self.core.dead and not was_dead:
            self.reset()
            self.held = 0
        for name, chip in (("servos", self.servos), ("touch", self.skin), ("imu", self.imu)):
            chip.present = not dark and not faults & _bit(name + "_silent")
            if began & (_bit(name + "_reset") | _bit("power_cut")) or (was_dark and not dark):
                chip.power_on()
            if began & _bit(name + "_nack"):
                chip.misses = 1
        if began & _bit("servos_garbled"):
            self.servos.garble()
        if began & _bit("servos_deaf"):
            self.servos.lapses = 2
        if began & _bit("servos_cut"):
            self.servos.cut = 3
        self.skin.stuck = bool(faults & _bit("touch_stuck"))
        self.imu.stuck = bool(faults & _bit("imu_stuck"))
        self.skin.noise = TOUCH_NOISE if faults & _bit("touch_noise") else 0
        self.imu.noise = IMU_NOISE if faults & _bit("imu_noise") else 0
        self.skin.measure()
        self.imu.measure()
        if began & _bit("bus_stuck"):
            self.held = 9

    def reset(self) -> None:
        """Let go of all pins, as a microcontroller that is reset; the chips keep their registers.
        A servo board's output enable has a pull-up."""
        self.pwms.clear()
        self.slices.clear()
        self.driven.clear()
        self.watched.clear()
        self.bus_open = False

    def drive(self, pin: int, level: int) -> None:
        """Set the level that the world drives a pin to; its edge interrupts whatever runs."""
        watched = self.watched.get(pin)
        before = level if watched is None else watched.value()
        self.levels[pin] = level
        if watched is not None and level != before:
            watched.edge(level)

    def reading(self, pin: int) -> int:
        """What the converter reads at a pin, 16 bits."""
        counts = self.adc.get(pin, 65535)
        if self.faults & _bit("brown_out"):
            counts = counts * 3 // 5
        if self.faults & _bit("battery_noise"):
            counts += self._noise.next(BATTERY_NOISE) >> 16
        return min(max(counts, 0), 65535)

    def pulse_us(self, driver: str, channel: int) -> int:
        """Length of a servo's pulses in µs; 0 is none."""
        if driver == "pca9685":
            us: int = self.servos.pulse_us(channel)
            return us
        pwm = self.pwms.get(channel)
        return 0 if pwm is None else pwm.ns // 1000

    def duty(self, pin: int) -> tuple[int, int]:
        """(duty 0..65535, Hz) of a PWM pin."""
        pwm = self.pwms.get(pin)
        return (0, 0) if pwm is None else (pwm.u16, pwm.hz)


def _on_time() -> None:
    """Let no time pass."""


bench = Bench()
mem32 = bench.core.memory


def _bit(fault: str) -> int:
    return 1 << DEVICE_FAULTS.index(fault)


class I2C:
    """The bus. As on the RP2040, a chip that is not `present` raises OSError(5), and a bus that is
    held raises OSError(110)."""

    def __init__(
        self,
        bus: int,
        *,
        sda: "Pin | None" = None,
        scl: "Pin | None" = None,
        freq: int = 400000,
        timeout: int = 50000,
    ) -> None:
        self._chips = bench.chips
        self._timeout = timeout
        if sda is not None and scl is not None:
            bench.bus = sda.number, scl.number
        bench.bus_open = True

    def _chip(self, address: int) -> RegisterChip:
        if bench.held or bench.clock_held or not bench.bus_open:
            bench.waited_us += self._timeout
            raise OSError(110, "timed out")  # CPython's has its errno with a text only
        chip = self._chips.get(address)
        if chip is None or not chip.present:
            raise OSError(5)
        if chip.misses:
            chip.misses -= 1
            raise OSError(5)
        return chip

    def writeto_mem(self, address: int, register: int, data: "bytes | memoryview") -> None:
        """As `machine.I2C.writeto_mem`. Raises OSError where the chip is not there."""
        self._chip(address).write(register, data)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        """As `machine.I2C.readfrom_mem`. Raises OSError where the chip is not there."""
        return bytes(self._chip(address).read(register, count))

    def readfrom_mem_into(
        self, address: int, register: int, buffer: "bytearray | array[int]"
    ) -> None:
        """As `machine.I2C.readfrom_mem_into`; `buffer` may be an array of shorts too."""
        if isinstance(buffer, bytearray):
            buffer[:] = self._chip(address).read(register, len(buffer))
            return
        data = self._chip(address).read(register, 2 * len(buffer))
        for index in range(len(buffer)):
            buffer[index] = data[2 * index] | data[2 * index + 1] << 8


class Pin:
    """A digital pin. `bench.levels` drives inputs; `bench.driven` has what outputs were set to."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8

    def __init__(
        self,
        number: int,
        mode: int = IN,
        pull: "int | None" = None,
        *,
        value: "int | None" = None,
    ) -> None:
        self.number = number
        self._rest = 1 if pull == self.PULL_UP or mode == self.OPEN_DRAIN else 0
        self._is_open_drain = mode == self.OPEN_DRAIN
        if self._is_open_drain and number in bench.bus:
            bench.bus_open = False
        if value is not None:
            bench.driven[number] = value
        self._handler: Callable[[Pin], None] | None = None
        self._trigger = 0
        self._hard = False

    def irq(
        self,
        handler: "Callable[[Pin], None]",
        trigger: int = IRQ_FALLING | IRQ_RISING,
        **hard: bool,
    ) -> None:
        """As `machine.Pin.irq` of the RP2040. An ESP32 does not know `hard`."""
        if hard and not bench.core.hard_interrupts:
            raise TypeError("extra keyword arguments given")
        self._handler, self._trigger = handler, trigger
        self._hard = hard.get("hard", False)
        bench.watched[self.number] = self

    def edge(self, level: int) -> None:
        """Its level has just changed. A hard handler interrupts whatever runs, and can allocate
        nothing; another waits for the interpreter, which a tick that hangs does not give back."""
        if self._handler is None or not self._trigger & (
            self.IRQ_RISING if level else self.IRQ_FALLING
        ):
            return
        if self._hard:
            heap_lock()
            self._handler(self)
            heap_unlock()
        elif not bench.core.starts:
            self._handler(self)

    def value(self, level: "int | None" = None) -> int:
        """As `machine.Pin.value`: the level now, or set it."""
        sda, scl = bench.bus
        if level is not None:
            if level and self.number == scl and not bench.driven.get(scl, 1):
                bench.held = max(0, bench.held - 1)
            bench.driven[self.number] = level
        if self.number == sda:
            return 0 if bench.held else bench.levels.get(sda, 1)
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
    """An analogue input; `bench.adc` drives it. As on the RP2040 a pin that measures has no pull,
    until its register is given one."""

    def __init__(self, pin: Pin) -> None:
        self._number = pin.number

    def read_u16(self) -> int:
        """As `machine.ADC.read_u16`: 0..65535 of the reference."""
        counts = bench.reading(self._number)
        loose, kohm = self._number in bench.floating, bench.kohm.get(self._number, 0)
        if (loose or kohm) and bench.core.pulled(self._number):
            return 300 if loose else counts * PULL_KOHM // (PULL_KOHM + kohm)
        return counts


class UART:
    """The serial port: the methods of `bench.line`."""

    def __init__(self, number: int, baudrate: int = 115200, *, txbuf: int = 256) -> None:
        self.any = bench.line.any
        self.readinto = bench.line.readinto
        self.write = bench.line.write


class WDT:
    """The watchdog. It bites in `board_hung` only: a firmware that hangs by itself is ended by the
    simulator."""

    def __init__(self, timeout: int = 5000) -> None:
        bench.core.watchdog_ms = timeout

    def feed(self) -> None:
        """As `machine.WDT.feed`."""
        bench.linger()
