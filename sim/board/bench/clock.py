"""The simulated board's time and its channel to the simulator, one line of text for each thing
said, on standard input and output.

    w pads×12 drifts×12 x y z gx gy gz adc stop charging   in: what the devices feel; thousandths,
    mg, mrad/s, counts, 0 or 1 g ms hex                                               in: live until
    then, with these bytes on the serial line p ms hex µs×joints duty hz duty
    out: the moment, bytes from the board, pulses, purr motor, pupils e text
    out: the firmware died of this

In real time the channel is looked at while the firmware sleeps, and a `p` goes out when a pulse
changed, or a second has gone. In steps, time stands until a `g`.
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


class BenchState:
    """Set `stepped`, `outputs` and `pins` before the board starts."""

    def __init__(self) -> None:
        self.stepped = False
        self.outputs: list[tuple[str, int]] = []
        """(driver, channel) of each joint."""
        self.pins: dict[str, int] = {}
        self.now = self.until = 0
        self._asked = False
        self._said = ""
        self._said_at = 0
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    def sleep(self, ms: int) -> None:
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

    def say(self, ms: int) -> None:
        out = binascii.hexlify(machine.bench.line.taken()).decode() if self.stepped else ""
        print("p", ms, out or "-", self._pulses())
        flush = getattr(sys.stdout, "flush", None)
        if flush is not None:
            flush()

    def _tell(self, ms: int) -> None:
        """A `p` when a pulse changed, fifty times a second at most; and once a second, which says
        that it lives."""
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
            sys.exit()  # the simulator is gone
        words = line.split()
        if words[0] == "g":
            self.until = int(words[1])
            self._asked = True
            if len(words) > 2:
                machine.bench.line.give(binascii.unhexlify(words[2]))
        elif words[0] == "w":
            self._feel([int(word) for word in words[1:]])

    def _feel(self, felt: list[int]) -> None:
        bench = machine.bench
        bench.skin.feel(felt[:12], tuple(felt[12:24]))
        bench.imu.feel(*felt[24:30])
        bench.adc[self.pins["battery"]] = felt[30]
        bench.levels[self.pins["stop"]] = felt[31]
        bench.levels[self.pins["charging"]] = felt[32]


channel = BenchState()


def ticks_ms() -> int:
    return channel.now if channel.stepped else _real_ms()


def ticks_add(ticks: int, delta: int) -> int:
    return ticks + delta & 0x3FFFFFFF


def ticks_diff(end: int, start: int) -> int:
    return (end - start + 0x20000000 & 0x3FFFFFFF) - 0x20000000


def sleep_ms(ms: int) -> None:
    channel.sleep(ms)
