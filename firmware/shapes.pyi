"""Types for the type checker; no board loads this file."""

from array import array
from collections.abc import Callable
from typing import Protocol, TypeAlias

from _mpy_shed.time_mp import _TicksMs

Ms: TypeAlias = _TicksMs
"""Milliseconds that wrap: only ticks_add and ticks_diff may compute with them."""

Row: TypeAlias = tuple[str, str, int, int, int, int, int, int, int, int]
"""name, driver, channel, min, max, rest (cdeg), velocity (cdeg/s), acceleration (cdeg/s²), zero
(µs), gain (µs/65536 a cdeg)."""

Take: TypeAlias = Callable[[int, memoryview, Ms], int]
"""(type of message, payload, now) → index into wire.RESULTS."""
Begin: TypeAlias = Callable[[], None]
"""Called when a session begins."""

class Uart(Protocol):
    """What the port needs of machine.UART or of USB; no method waits. `write` takes `count` bytes
    from `start` on, as every stream of MicroPython does (py/stream.c; the stubs do not know it)."""

    def any(self) -> int: ...
    def readinto(self, buffer: bytearray, longest: int, /) -> int | None: ...
    def write(self, data: bytearray, start: int, count: int, /) -> int | None: ...

class Servos(Protocol):
    """A driver of servos; each method may raise OSError."""

    def show(self, pulses: array[int]) -> None: ...
    def all_off(self) -> None: ...
    def sound(self) -> bool: ...
    def holds(self) -> bool: ...
