"""Replaces the interpreter's own `time`, so that the firmware runs in the simulator's time."""

from clock import sleep_ms, ticks_add, ticks_diff, ticks_ms  # type: ignore[import-not-found]

__all__ = ("sleep_ms", "ticks_add", "ticks_diff", "ticks_ms")
