"""Starts the firmware on the simulated devices, under MicroPython or CPython.

start.py real|steps FD WHY CHIP

WHY and CHIP: as machine.begin takes them.
"""

import gc
import sys

import clock  # type: ignore[import-not-found]
import core  # type: ignore[import-not-found]
import machine  # type: ignore[import-not-found]

if sys.implementation.name != "micropython":
    # CPython lacks these modules.
    sys.modules["time"] = clock
    sys.modules["micropython"] = type(sys)("micropython")
    vars(sys.modules["micropython"]).update(
        const=lambda value: value,
        kbd_intr=lambda character: None,
        native=lambda function: function,
    )

LINE_BYTES = 2048
"""Bytes that wait for the board at most, as LINE_BYTES of lock_step.py."""


class FileLine:
    """A serial line over a non-blocking file descriptor: one end of a pseudo-terminal."""

    def __init__(self, fd: int) -> None:
        self._file = open(fd, "r+b", buffering=0)  # noqa: SIM115
        self._read = b""

    def any(self) -> int:
        """Bytes that can be read now."""
        if not self._read:
            self._read = self._file.read(512) or b""
        return len(self._read)

    def readinto(self, buffer: bytearray, longest: int) -> int:
        """Take at most `longest` bytes into the buffer; returns how many."""
        data, self._read = self._read[:longest], self._read[longest:]
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytearray, start: int, count: int) -> "int | None":
        """Send bytes; gives how many went."""
        return self._file.write(data[start : start + count])

    def clear(self) -> None:
        """Lose the bytes that wait for the board."""
        self._read = b""
        while self._file.read(512):
            pass


class ChannelLine:
    """A serial line whose bytes go over the channel, so that each arrives in an exact tick."""

    def __init__(self) -> None:
        self._in = b""
        self._out = b""

    def give(self, data: bytes) -> None:
        """Add bytes for the board, as far as there is room."""
        self._in += data[: LINE_BYTES - len(self._in)]

    def taken(self) -> bytes:
        """The bytes that the board wrote since the last call."""
        data, self._out = self._out, b""
        return data

    def any(self) -> int:
        """Bytes that can be read now."""
        return len(self._in)

    def readinto(self, buffer: bytearray, longest: int) -> int:
        """Take at most `longest` bytes into the buffer; returns how many."""
        data, self._in = self._in[:longest], self._in[longest:]
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: bytearray, start: int, count: int) -> int:
        """Send bytes; gives how many went."""
        self._out += bytes(data[start : start + count])
        return count

    def clear(self) -> None:
        """Lose the bytes that wait for the board."""
        self._in = b""


def start(mode: str, fd: int, why: int, chip: str) -> None:
    """Run the firmware until it ends, and again when it is started anew."""
    import body_config  # type: ignore[import-not-found]

    clock.channel.stepped = mode == "steps"
    clock.channel.outputs = [(row[1], row[2]) for row in body_config.JOINTS]
    clock.channel.pins = body_config.PINS
    for pad, channel in enumerate(body_config.PADS):
        machine.bench.skin.fur[channel] = body_config.FULL_FF[pad] // 8
    machine.bench.servos.oscillator_hz = body_config.OSCILLATOR_HZ
    machine.bench.servos.enable_pin = body_config.PINS["servo_enable"]
    machine.bench.levels[body_config.PINS["stop"]] = 0 if body_config.STOP_CLOSED else 1
    machine.bench.line = ChannelLine() if clock.channel.stepped else FileLine(fd)
    machine.bench.linger = clock.channel.linger
    if not clock.channel.stepped:
        clock.channel.hear()  # what the devices sense comes before the first tick
    why = run(why, chip, True)
    while why:
        why = run(why, chip, False)


def run(why: int, chip: str, first: bool) -> int:
    """Run the firmware from a start of the microcontroller until it ends (0), or until its next
    start, with why it starts then. An exception of its own is reported and raised again. `first`:
    this process has not run it before."""
    machine.begin(why, chip)
    machine.bench.line.clear()
    clock.channel.born = clock.channel.now
    gc.collect()
    before = set(sys.modules)
    try:
        import main  # type: ignore[import-not-found]

        if "firmware" in sys.modules:
            return 0  # the main.py of compiled files ran it, and it has ended
        restart = sys.modules["restart"]
        restart.sys = core.Platform(chip)  # type: ignore[attr-defined]
        if first and why == core.WDT_RESET:
            restart.ticking()  # until its process was ended
        main.run()
        while clock.channel.stepped:  # at its prompt, until it starts anew
            clock.sleep_ms(core.TICK_MS)
    except clock.Restart as anew:
        for name in set(sys.modules) - before:
            del sys.modules[name]
        return int(anew.why)
    except Exception as error:
        print("e", repr(error))
        raise
    return 0


start(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
