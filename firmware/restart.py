"""Why the board started, and how it restarts to the prompt. Where the chip tells no more,
MicroPython's `reset_cause` is taken for the cause.

- RP2040: `machine.reset` goes through the watchdog too; a mark in a scratch register tells it from
  a tick that hung. A dip of the supply is a power-on: the chip cannot tell them apart.
- RP2350: the same mark, and the chip tells of a dip.
- ESP32-S3: MicroPython counts a dip among the watchdog's resets (ports/esp32/modmachine.c).
"""

import sys

import machine
from micropython import const

RESET_PIN = const(2)
"""MicroPython's HARD_RESET, as the next two."""
HUNG = const(3)
"""The watchdog ended a tick that hung."""
ASKED = const(5)
"""A restart that was asked for."""
DIP = const(6)
"""Ours: the supply dipped."""

_PROMPT = "prompt.txt"
"""File that has a 1 while the next start is to give the prompt."""
_TICKING = const(0x6D6F)
"""What stands in the scratch register while the firmware ticks. Our choice."""
_RUN_PIN_2040 = const(0x10000)
"""Bit of CHIP_RESET (data sheet, 2.12.7)."""
_DIP_2350 = const(0x20000)
"""Bit of CHIP_RESET of POWMAN (data sheet, 6.4)."""


def chip() -> str:
    """RP2040 or RP2350; empty for others."""
    if sys.platform != "rp2":
        return ""
    return "RP2350" if "RP2350" in getattr(sys.implementation, "_machine", "") else "RP2040"


def _scratch() -> int:
    """Address of SCRATCH0 of the watchdog: kept through a reset, 0 after power-up. The boot code
    uses 4 to 7 only."""
    return 0x400D800C if chip() == "RP2350" else 0x4005800C


def cause() -> int:
    """The number of the cause: MicroPython's, or one of the above. Call it once, before
    `ticking`."""
    found, name = machine.reset_cause() & 255, chip()
    if not name:
        return found
    if found == machine.WDT_RESET:
        was = machine.mem32[_scratch()]
        machine.mem32[_scratch()] = 0
        return HUNG if was == _TICKING else ASKED
    if name == "RP2350":
        return DIP if machine.mem32[0x4010002C] & _DIP_2350 else found
    return RESET_PIN if machine.mem32[0x40064008] & _RUN_PIN_2040 else found


def ticking() -> None:
    """Note that the firmware ticks from now on."""
    if chip():
        machine.mem32[_scratch()] = _TICKING


def pin_register(pin: int) -> int:
    """Address of the register that has the pulls of a pin (PADS_BANK0), for battery.py; 0 where the
    chip has none, or for a pin below 0."""
    if pin < 0 or not chip():
        return 0
    return (0x40038004 if chip() == "RP2350" else 0x4001C004) + 4 * pin


def stop_register() -> int:
    """Address of a register that is kept through a reset as SCRATCH0 is, for boots.py; 0 where the
    chip has none. The one after it is for stop_button.py."""
    return _scratch() + 4 if chip() else 0


def to_prompt() -> bool:
    """Start anew, and give the prompt then instead of ticking, once. Call it when all pulses have
    ended, or where nothing else can end them. False where the flash cannot be written."""
    try:
        with open(_PROMPT, "w") as file:
            file.write("1")
    except OSError:
        return False
    machine.reset()
    return True


def prompt_asked() -> bool:
    """Whether this start is to give the prompt. It is told once."""
    try:
        with open(_PROMPT) as file:
            asked = file.read() == "1"
        if asked:
            open(_PROMPT, "w").close()
    except (OSError, ValueError):  # ValueError: it is damaged
        return False
    return asked
