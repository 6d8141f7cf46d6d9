"""Types that only the type checker reads; no board ever loads this file."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from _mpy_shed.time_mp import _TicksMs

Ms: TypeAlias = _TicksMs
"""Milliseconds that wrap: only ticks_add and ticks_diff may touch them."""

Row: TypeAlias = tuple[str, str, int, int, int, int, int, int, int, int]
"""name, driver, channel, min, max, rest (cdeg), velocity (cdeg/s), acceleration (cdeg/s²), zero
(µs), gain (µs/65536 a cdeg)."""

Felt: TypeAlias = tuple[int, int, int, int, int, int]
"""x, y, z in mg, and in mrad/s."""

Take: TypeAlias = Callable[[int, bytes, Ms], int]
Begin: TypeAlias = Callable[[], None]

class Uart(Protocol):
    """machine.UART, USB, or anything like it: none of these waits."""

    def any(self) -> int: ...
    def read(self, longest: int, /) -> bytes | None: ...
    def write(self, data: bytes | bytearray, /) -> int | None: ...

class Servos(Protocol):
    def pulse(self, channel: int, us: int) -> None: ...
    def off(self, channel: int) -> None: ...
    def flush(self) -> None: ...
    def all_off(self) -> None: ...

class Imu(Protocol):
    def read(self) -> Felt | None: ...
