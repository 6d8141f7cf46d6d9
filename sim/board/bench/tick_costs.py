"""Runs the firmware through a prepared script of lines (clock.py) in the MicroPython interpreter
and notes what its ticks spend; `bench/board_tick.py` starts it and sums up.

tick_costs.py uart|usb WHAT PARTED FILE LAST [FD]
    WHAT: `ns`, `bytes` (allocated), `instructions` (which valgrind counts, see MARK) or `start`
    (imports, the first tick, two collections, and bytes on the heap). PARTED: `parts`, or `whole`
    for ticks of which only the bus and the listening to the brain are told apart. FILE: the
    script's lines. LAST: how many ticks at the end count. FD: the other end of standard input, for
    `usb`.

Results go to the file `costs`: on USB standard output is the serial line. A line for each tick:
what the reference took, then for each moment the part that begins, what was spent and the bytes
that were sent on the bus so far.
"""

import gc
import io
import sys
from array import array

import clock  # type: ignore[import-not-found]
import machine  # type: ignore[import-not-found]
from utime import time_ns  # type: ignore[import-not-found]

results = open("costs", "w")  # noqa: SIM115
transport, what, parted, path = sys.argv[1:5]
last = int(sys.argv[5])

PARTS = (
    # part, owner, method: the first that the board has counts for its name.
    ("receive", "_port", "receive"),
    ("setpoint", "", "_do_setpoint"),
    ("skin", "_skin", "read"),
    ("imu", "_imu", "read"),
    ("limbs", "_limbs", "step"),
    ("watch", "", "_watch"),
    ("report", "", "_report"),
    ("touch", "", "_tell_touch"),
    ("motion", "", "_tell_motion"),
    ("flush", "_port", "flush"),
)
NAMES = ["other", "bus"] + [part[0] for part in PARTS]
BUS = 1
"""Number of the part that the chip does not do."""
MARK = gc.isenabled
"""A function that nothing else calls: valgrind notes at each call how many instructions ran since
the one before."""


def spent() -> int:
    """What is measured, so far: ns, or bytes allocated."""
    now: int = gc.mem_alloc() if what == "bytes" else time_ns()  # type: ignore[attr-defined]
    return now


class Moments:
    """When each part of a tick began. The first two moments show what noting one takes."""

    most = 400
    """Moments of a tick."""

    def __init__(self) -> None:
        self.on = False
        self.count = 0
        self.part = 0
        self._parts = bytearray(self.most)
        self._spent = array("q", [0] * self.most)
        self._sent = array("q", [0] * self.most)

    def begin(self, part: int) -> int:
        """`part` begins; returns the part that ends."""
        MARK()
        before, count = self.part, self.count
        self.part = self._parts[count] = part
        self._spent[count] = spent()
        self._sent[count] = MeteredI2C.sent
        self.count = count + 1
        return before

    def noted(self) -> list[int]:
        """Part, spent and sent of each moment, one after the other."""
        found: list[int] = []
        for n in range(self.count):
            found.extend((self._parts[n], self._spent[n], self._sent[n]))
        return found


moments = Moments()


SimulatedI2C = machine.I2C


class MeteredI2C(SimulatedI2C):  # type: ignore[misc, valid-type]
    """The simulated bus, whose time is no time of the chip: bytes on the wire are counted."""

    hz = 0
    sent = 0

    def __init__(
        self, bus: int, *, sda: object = None, scl: object = None, freq: int = 0, timeout: int = 0
    ) -> None:
        SimulatedI2C.__init__(self, bus, sda=sda, scl=scl, freq=freq, timeout=timeout)
        MeteredI2C.hz = freq

    def writeto_mem(self, address: int, register: int, data: "bytes | memoryview") -> None:
        """Address, register and data."""
        before = moments.begin(BUS) if moments.on else 0
        SimulatedI2C.writeto_mem(self, address, register, data)
        MeteredI2C.sent += 2 + len(data)
        if moments.on:
            moments.begin(before)

    def readfrom_mem(self, address: int, register: int, count: int) -> bytes:
        """Address, register, address again, data."""
        before = moments.begin(BUS) if moments.on else 0
        data: bytes = SimulatedI2C.readfrom_mem(self, address, register, count)
        MeteredI2C.sent += 3 + count
        if moments.on:
            moments.begin(before)
        return data

    def readfrom_mem_into(self, address: int, register: int, buffer: bytearray) -> None:
        """Address, register, address again, data."""
        before = moments.begin(BUS) if moments.on else 0
        SimulatedI2C.readfrom_mem_into(self, address, register, buffer)
        MeteredI2C.sent += 3 + len(buffer)
        if moments.on:
            moments.begin(before)


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
    """Note when this method of `owner` begins, and when it ends."""
    method = getattr(owner, name)

    def counted(a: object = None, b: object = None, c: object = None) -> object:
        if not moments.on:
            return called(a, b, c)
        before = moments.begin(part)
        try:
            return called(a, b, c)
        finally:
            moments.begin(before)

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
    """Start the board, let it live the script, and write what its last ticks spent."""
    import body_config  # type: ignore[import-not-found]

    clock.channel.stepped = True
    clock.channel.outputs = [(row[1], row[2]) for row in body_config.JOINTS]
    clock.channel.pins = body_config.PINS
    machine.I2C = MeteredI2C
    line = PreparedLine() if transport == "uart" else LoopedUsb(int(sys.argv[6]))
    machine.bench.line = line
    gc.collect()
    empty = gc.mem_alloc()  # type: ignore[attr-defined]
    if what == "start":
        moments.on = True
        moments.begin(0)
        moments.begin(0)
    main = __import__("firmware")
    if moments.on:
        moments.begin(0)
    if transport == "usb":
        from usb import Usb  # type: ignore[import-not-found]

        board = main.build(Usb())
    else:
        board = main.build(line)
    main.forget()
    if what == "start":
        board.tick(0)
        moments.begin(0)
        gc.collect()
        held = gc.mem_alloc() - empty  # type: ignore[attr-defined]
        moments.begin(0)
        gc.collect()
        moments.begin(0)
        say(MeteredI2C.hz, *NAMES)
        say(0, *moments.noted())
        say(held)
    else:
        live(board)
    say("done")
    results.close()


def live(board: object) -> None:
    """Live the script."""
    for index, (_, owner, method) in enumerate(PARTS):
        holder = getattr(board, owner, None) if owner else board
        if holder is not None and hasattr(holder, method) and (parted == "parts" or index == 0):
            metered(holder, method, index + 2)
    with open(path) as file:
        lines = file.read().split("\n")
    ticks = sum([1 for text in lines if text.startswith("g")])
    gc.collect()
    gc.disable()
    say(MeteredI2C.hz, *NAMES)
    for text in lines:
        if text.startswith("w"):
            clock.channel._take(text)
        elif text:
            words = text.split()
            if len(words) > 2:
                machine.bench.line.give(bytes.fromhex(words[2]))
            now = clock.channel.now = int(words[1])
            ticks -= 1
            if ticks >= last:
                board.tick(now)  # type: ignore[attr-defined]
                gc.collect()
            else:
                one_tick(board, now)


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


def one_tick(board: object, now: int) -> None:
    """Let the board tick once and write the moments."""
    before = reference.ns()
    MeteredI2C.sent = moments.count = 0
    moments.on = True
    moments.begin(0)
    moments.begin(0)
    board.tick(now)  # type: ignore[attr-defined]
    moments.begin(0)
    moments.on = False
    say(0 if what == "bytes" else min(before, reference.ns()), *moments.noted())


run()
