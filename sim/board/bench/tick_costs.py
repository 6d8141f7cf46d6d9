"""Runs the firmware through a prepared script of lines (clock.py) in the MicroPython interpreter
and prints what its ticks cost; `bench/board_tick.py` starts it.

tick_costs.py uart|usb WHAT FILE LAST [FD]
    WHAT: `ticks` (ns of each tick), `parts` (ns by part), `bytes` (allocated by part) or `start`
    (ns and heap of the start). FILE: the script's lines. LAST: how many ticks at the end count.
    FD: the other end of standard input, for `usb`.

Results go to the file `costs`: on USB standard output is the serial line.
"""

import gc
import io
import sys

import clock  # type: ignore[import-not-found]
import machine  # type: ignore[import-not-found]
from utime import time_ns  # type: ignore[import-not-found]

results = open("costs", "w")  # noqa: SIM115
transport, what, path = sys.argv[1:4]
last = int(sys.argv[4])

PARTS = (
    # part, owner, method: the first that the board has counts for its name.
    ("receive", "_port", "receive"),
    ("setpoint", "", "_do_setpoint"),
    ("skin", "_skin", "read"),
    ("imu", "_imu", "read"),
    ("limbs", "_limbs", "step"),
    ("watch", "", "_watch"),
    ("report", "", "_report"),
    ("touch told", "", "_tell_touch"),
    ("motion told", "", "_tell_motion"),
    ("flush", "_port", "flush"),
)
NAMES = ["other", "bus"] + [part[0] for part in PARTS]


def spent() -> int:
    """What is measured, so far: ns, or bytes allocated."""
    now: int = gc.mem_alloc() if what == "bytes" else time_ns()  # type: ignore[attr-defined]
    return now


class Meter:
    """What each part has spent by itself, without the parts that it calls."""

    def __init__(self) -> None:
        self.sums = [0] * len(NAMES)
        self.on = False
        self._part = 0
        self._since = 0

    def enter(self, part: int) -> int:
        """Count for `part` from now on; returns the part that was counted for."""
        before, now = self._part, spent()
        self.sums[before] += now - self._since
        self._part = part
        self._since = spent()
        return before


meter = Meter()


SimulatedI2C = machine.I2C


class MeteredI2C(SimulatedI2C):  # type: ignore[misc, valid-type]
    """The simulated bus, whose time is no time of the chip: bytes on the wire are counted."""

    hz = 0
    sent = 0
    ns = 0

    def __init__(
        self, bus: int, *, sda: object = None, scl: object = None, freq: int = 0, timeout: int = 0
    ) -> None:
        SimulatedI2C.__init__(self, bus, sda=sda, scl=scl, freq=freq, timeout=timeout)
        MeteredI2C.hz = freq

    def writeto_mem(self, address: int, register: int, data: "bytes | memoryview") -> None:
        """Address, register and data."""
        MeteredI2C.sent += 2 + len(data)
        before = meter.enter(1) if meter.on else 0
        begun = time_ns()
        SimulatedI2C.writeto_mem(self, address, register, data)
        MeteredI2C.ns += time_ns() - begun
        if meter.on:
            meter.enter(before)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        """Address, register, address again, data."""
        MeteredI2C.sent += 3 + count
        before = meter.enter(1) if meter.on else 0
        begun = time_ns()
        data: bytes = SimulatedI2C.readfrom_mem(self, address, register, count)
        MeteredI2C.ns += time_ns() - begun
        if meter.on:
            meter.enter(before)
        return data

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        """Address, register, address again, data."""
        MeteredI2C.sent += 3 + len(buffer)
        before = meter.enter(1) if meter.on else 0
        begun = time_ns()
        SimulatedI2C.readfrom_mem_into(self, address, register, buffer)
        MeteredI2C.ns += time_ns() - begun
        if meter.on:
            meter.enter(before)


class PreparedLine:
    """A UART that has its bytes before the tick begins, and takes all that is written."""

    def __init__(self) -> None:
        self._data = io.BytesIO()
        self._left = 0

    def give(self, data: bytes) -> None:
        """Bytes for the next tick."""
        rest = self._data.read()
        self._data = io.BytesIO(rest + data)
        self._left = len(rest) + len(data)

    def any(self) -> int:
        """How many bytes wait."""
        return self._left

    def readinto(self, buffer: bytearray, longest: int) -> int:
        """Take at most `longest` bytes into the buffer's begin; returns how many."""
        count: int = self._data.readinto(buffer, longest)  # type: ignore[call-arg]
        self._left -= count
        return count

    def write(self, data: bytearray, start: int, count: int) -> int:
        """Take all."""
        return count


class LoopedUsb:
    """The other end of the pipe that is standard input."""

    def __init__(self, fd: int) -> None:
        self._file = open(fd, "wb", buffering=0)  # noqa: SIM115

    def give(self, data: bytes) -> None:
        """Bytes for the next tick."""
        self._file.write(data)


def metered(owner: object, name: str, part: int) -> None:
    """Make the meter count for `part` while this method of `owner` runs."""
    method = getattr(owner, name)

    def counted(a: object = None, b: object = None, c: object = None) -> object:
        if not meter.on:
            return called(a, b, c)
        before = meter.enter(part)
        try:
            return called(a, b, c)
        finally:
            meter.enter(before)

    def called(a: object, b: object, c: object) -> object:
        if c is not None:
            return method(a, b, c)
        if b is not None:
            return method(a, b)
        return method() if a is None else method(a)

    setattr(owner, name, counted)


def say(*words: object) -> None:
    """Write a line of results."""
    print(*words, file=results)


def run() -> None:
    """Start the board, let it live the script, and print what its last ticks cost."""
    import body_config  # type: ignore[import-not-found]

    clock.channel.stepped = True
    clock.channel.outputs = [(row[1], row[2]) for row in body_config.JOINTS]
    clock.channel.pins = body_config.PINS
    machine.I2C = MeteredI2C
    line = PreparedLine() if transport == "uart" else LoopedUsb(int(sys.argv[5]))
    machine.bench.line = line
    gc.collect()
    empty, begun = gc.mem_alloc(), time_ns()  # type: ignore[attr-defined]
    main = __import__("firmware")

    imported, MeteredI2C.ns = time_ns(), 0
    if transport == "usb":
        from usb import Usb  # type: ignore[import-not-found]

        board = main.build(Usb())
    else:
        board = main.build(line)
    main.forget()
    built = time_ns()
    if what == "start":
        board.tick(0)
        say(
            imported - begun,
            built - imported,
            time_ns() - built,
            MeteredI2C.ns,
            MeteredI2C.sent,
            MeteredI2C.hz,
        )
        gc.collect()
        say(gc.mem_alloc() - empty)  # type: ignore[attr-defined]
        begun = time_ns()
        gc.collect()
        say(time_ns() - begun)
        say("done")
        results.close()
        return
    if what in ("parts", "bytes"):
        for index, (_, owner, method) in enumerate(PARTS):
            holder = getattr(board, owner, None) if owner else board
            if holder is not None and hasattr(holder, method):
                metered(holder, method, index + 2)
    elif what == "ticks":
        listening(board._port)
    with open(path) as file:
        lines = file.read().split("\n")
    ticks = sum([1 for text in lines if text.startswith("g")])
    gc.collect()
    gc.disable()
    costs = []
    for text in lines:
        if text.startswith("w"):
            clock.channel._take(text)
        elif text:
            words = text.split()
            if len(words) > 2:
                line.give(bytes.fromhex(words[2]))
            now = clock.channel.now = int(words[1])
            ticks -= 1
            if ticks >= last:
                board.tick(now)
                gc.collect()
                continue
            sums = one_tick(board, now)
            costs.append(sums)
    say(
        MeteredI2C.hz,
        " ".join(NAMES).replace("touch told", "touch").replace("motion told", "motion"),
    )
    for sums in costs:
        say(*sums)
    say("done")
    results.close()


ways: list[tuple[int, int]] = []
"""Moments of a tick: its begin, begin and end of each time that it listens, and its end."""


def moment() -> tuple[int, int]:
    """ns without those of the bus, and bytes on the bus so far."""
    return time_ns() - MeteredI2C.ns, MeteredI2C.sent


def listening(port: object) -> None:
    """Note when the board listens to its brain."""
    receive = port.receive  # type: ignore[attr-defined]

    def noted(take: object, begin: object, now: int) -> None:
        ways.append(moment())
        receive(take, begin, now)
        ways.append(moment())

    port.receive = noted  # type: ignore[attr-defined]


class Reference:
    """What the interpreter does in a tick, as far as its speed goes: calls of methods, attributes,
    small numbers, arrays."""

    def __init__(self) -> None:
        self._numbers = bytearray(16)
        self._sum = 0

    def _add(self, index: int) -> None:
        number = self._numbers[index & 15]
        self._sum = (self._sum + number + index) & 1023
        self._numbers[index & 15] = self._sum & 255

    def ns(self) -> int:
        """How long the same work takes now."""
        begun = time_ns()
        for index in range(120):
            self._add(index)
        taken: int = time_ns() - begun
        return taken


reference = Reference()


def one_tick(board: object, now: int) -> list[int]:
    """ns of the reference, then bytes on the bus and what the tick spent: by part, or in all
    without the bus, and the bytes and ns of the longest way between listening to the brain."""
    MeteredI2C.sent = MeteredI2C.ns = 0
    before = reference.ns()
    if what != "ticks":
        meter.sums = [0] * len(NAMES)
        meter.on = True
        meter._part, meter._since = 0, spent()
        board.tick(now)  # type: ignore[attr-defined]
        meter.enter(0)
        meter.on = False
        return [min(before, reference.ns()), MeteredI2C.sent] + meter.sums  # noqa: RUF005
    ways.clear()
    ways.append(moment())
    board.tick(now)  # type: ignore[attr-defined]
    ways.append(moment())
    longest = max([(b[0] - a[0], b[1] - a[1]) for a, b in zip(ways[::2], ways[1::2])])  # noqa: B905
    whole = ways[-1][0] - ways[0][0]
    return [min(before, reference.ns()), MeteredI2C.sent, whole, longest[1], longest[0]]


run()
