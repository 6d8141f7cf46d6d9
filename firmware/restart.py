"""Tells a restart after a hung tick from one that was asked for. On the RP2040 `machine.reset` goes
through the watchdog too, so `reset_cause` is the same for both."""

import sys

import machine
from micropython import const

_SCRATCH = const(0x4005800C)
"""Address of SCRATCH0 of the RP2040's watchdog (data sheet, 4.7.6): kept through a reset, 0 after
power-up. The boot code uses 4 to 7 only."""
_TICKING = const(0x6D6F)
"""What stands there while the firmware ticks. Our choice."""


def _has_scratch() -> bool:
    return sys.platform == "rp2" and "RP2040" in getattr(sys.implementation, "_machine", "RP2040")


def hung() -> bool:
    """Whether the watchdog ended a tick that hung. Call it once, before `ticking`."""
    if machine.reset_cause() != machine.WDT_RESET:
        return False
    if not _has_scratch():
        return True
    was = machine.mem32[_SCRATCH]
    machine.mem32[_SCRATCH] = 0
    return was == _TICKING


def ticking() -> None:
    """Note that the firmware ticks from now on."""
    if _has_scratch():
        machine.mem32[_SCRATCH] = _TICKING
