"""Starts the firmware on the simulated devices, under MicroPython or CPython.

start.py real|steps FD RESET_CAUSE
"""

import sys

import clock  # type: ignore[import-not-found]
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


class ChannelLine:
    """A serial line whose bytes go over the channel, so that each arrives in an exact tick."""

    def __init__(self) -> None:
        self._in = b""
        self._out = b""

    def give(self, data: bytes) -> None:
        """Add bytes for the board."""
        self._in += data

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


def start(mode: str, fd: int, cause: int) -> None:
    """Run the firmware until it ends. An exception of its own is reported and raised again."""
    import body_config  # type: ignore[import-not-found]

    clock.channel.stepped = mode == "steps"
    clock.channel.outputs = [(row[1], row[2]) for row in body_config.JOINTS]
    clock.channel.pins = body_config.PINS
    for pad, channel in enumerate(body_config.PADS):
        machine.bench.skin.fur[channel] = body_config.FULL_FF[pad] // 8
    machine.bench.servos.enable_pin = body_config.PINS["servo_enable"]
    machine.bench.levels[body_config.PINS["stop"]] = 0 if body_config.STOP_CLOSED else 1
    machine.bench.line = ChannelLine() if clock.channel.stepped else FileLine(fd)
    machine.cause = cause
    import main  # type: ignore[import-not-found]

    try:
        main.run()
    except Exception as error:
        print("e", repr(error))
        raise


start(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
