"""The simulated board's time, and its channel to the simulator: lines of text on standard input and
output.

In:
    w PADS×12 DRIFTS×12 X Y Z GX GY GZ ADC STOP CHARGING FAULTS
        What the devices sense from now on: thousandths, fF, mg, mrad/s, counts of the ADC, 0 or
        1 for the two pins, and the bits of machine.DEVICE_FAULTS.
    g MS [HEX]
        In steps: run until this moment, with these bytes on the serial line.
    t MS
        In steps: set the microcontroller's clock ahead.
    r WHY
        Start the firmware anew; `why` as machine.begin takes it.
Out:
    p MS HEX US×JOINTS DUTY HZ DUTY
        The moment, bytes from the board (- for none), pulses of the joints, purr motor, pupils.
    e TEXT
        The exception that ended the firmware.

In real time the channel is read while the firmware sleeps, and a `p` goes out when a pulse has
changed or a second has passed. In steps, time stands still until a `g`.
"""

import binascii
import select
import sys

import machine  # type: ignore[import-not-found]

try:
    from utime import ticks_ms as _real_ms  # type: ignore[import-not-found]
except ImportError:
    import time as _time

    def _real_ms() -> int:
        return int(_time.monotonic() * 1000.0) & 0x3FFFFFFF  # noqa: TID251


class Restart(BaseException):
    """The microcontroller starts anew."""

    def __init__(self, why: int) -> None:
        self.why = why
        """As machine.begin takes it."""


class SimulatorChannel:
    """The channel. Set `stepped`, `outputs` and `pins` before the board starts."""

    def __init__(self) -> None:
        self.stepped = False
        """Whether time goes in steps."""
        self.outputs: list[tuple[str, int]] = []
        """(driver, channel) of each joint."""
        self.pins: dict[str, int] = {}
        """Number of each named pin, as in the body's config."""
        self.now = self.until = 0
        """In steps: ms now, and the moment to which the simulator let it run."""
        self.born = 0
        """In steps: when the microcontroller last started, ms."""
        self._asked = False
        self._said = ""
        self._said_at = 0
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def sleep(self, ms: int) -> None:
        """Let `ms` pass and handle what comes over the channel meanwhile. Ends the process when
        the simulator is gone."""
        if self.stepped:
            while self.now + ms > self.until:
                if self._asked:
                    self.say(self.until)
                    self._asked = False
                self._take(sys.stdin.readline())
            self.now += ms
            return
        self._tell(_real_ms())
        end = _real_ms() + ms
        while True:
            left = ticks_diff(end, _real_ms())
            if left <= 0:
                return
            if self._poll.poll(left):
                self._take(sys.stdin.readline())

    def linger(self) -> None:
        """Let the time pass in which no tick comes because of a fault of the board. Raises
        Restart."""
        core = machine.bench.core
        while core.upset:
            self.sleep(core.pause())
            if core.starts and not core.dead:
                raise Restart(core.starts)
            if not core.dead:
                return

    def say(self, ms: int) -> None:
        """Write a `p` line."""
        out = binascii.hexlify(machine.bench.line.taken()).decode() if self.stepped else ""
        print("p", ms, out or "-", self._pulses())
        flush = getattr(sys.stdout, "flush", None)
        if flush is not None:
            flush()

    def hear(self) -> None:
        """Handle the next line; waits for it."""
        self._take(sys.stdin.readline())

    def _tell(self, ms: int) -> None:
        """Write a `p` line when a pulse has changed, fifty times a second at most, and once a
        second in any case as a sign of life."""
        since = ticks_diff(ms, self._said_at)
        if since >= 20:
            pulses = self._pulses()
            if pulses != self._said or since >= 1000:
                self._said, self._said_at = pulses, ms
                self.say(ms)

    def _pulses(self) -> str:
        bench, pins = machine.bench, self.pins
        values = [bench.pulse_us(driver, channel) for driver, channel in self.outputs]
        values.extend(bench.duty(pins["purr"]))
        values.append(bench.duty(pins["pupils"])[0])
        return " ".join([str(value) for value in values])

    def _take(self, line: str) -> None:
        if not line:
            sys.exit()
        words = line.split()
        if words[0] == "g":
            self.until = int(words[1])
            self._asked = True
            if len(words) > 2:
                machine.bench.line.give(binascii.unhexlify(words[2]))
        elif words[0] == "t":
            self.born -= int(words[1])
        elif words[0] == "w":
            self._feel([int(word) for word in words[1:]])
        elif words[0] == "r":
            self.now = self.until
            raise Restart(int(words[1]))

    def _feel(self, felt: list[int]) -> None:
        bench = machine.bench
        bench.skin.feel(felt[:12], tuple(felt[12:24]))
        bench.imu.feel(*felt[24:30])
        bench.adc[self.pins["battery"]] = felt[30]
        bench.drive(self.pins["stop"], felt[31])
        bench.levels[self.pins["charging"]] = felt[32]
        bench.suffer(felt[33])


channel = SimulatorChannel()


def ticks_ms() -> int:
    """As `time.ticks_ms` of MicroPython, in the simulator's time."""
    return channel.now - channel.born & 0x3FFFFFFF if channel.stepped else _real_ms()


machine.bench.skin.clock = ticks_ms


def ticks_add(ticks: int, delta: int) -> int:
    """As `time.ticks_add` of MicroPython: wraps at 2³⁰."""
    return ticks + delta & 0x3FFFFFFF


def ticks_diff(end: int, start: int) -> int:
    """As `time.ticks_diff` of MicroPython: −2²⁹ … 2²⁹ − 1."""
    return (end - start + 0x20000000 & 0x3FFFFFFF) - 0x20000000


def sleep_ms(ms: int) -> None:
    """As `time.sleep_ms` of MicroPython, in the simulator's time."""
    channel.sleep(ms)
    if machine.bench.core.dead or machine.bench.core.starts:
        channel.linger()
