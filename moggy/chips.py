"""The microcontrollers: which pins they have, what these can do, and whether a wiring fits them. A
misfit is a sentence that names the pins and, where there is one, a free pin."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple


class Chip(NamedTuple):
    """What a microcontroller has."""

    pins: frozenset[int]
    """Those that a body may use."""
    adc: frozenset[int]
    """Pins of the analogue converter that works at all times."""
    spare: tuple[int, ...]
    """Those that common boards bring out and that serve nothing else; free ones are named."""
    sda: frozenset[int]
    """Pins that the first I2C bus can have for its data."""
    scl: frozenset[int]
    """Pins that it can have for its clock."""
    pwms: int
    """PWM outputs that it can give at once."""
    slices: bool
    """Whether pins share PWM slices: a slice has one frequency and two outputs, and drives the pins
    2n and 2n + 1, and again those 16 above."""
    lines: tuple[str, ...]
    """Lines to the brain that never wait, the usual one first: usb, uart."""
    uart: tuple[int, int]
    """Pins of its first UART: sends, receives."""
    own: Mapping[int, str]
    """Pins that it needs itself → for what."""
    wired: Mapping[int, str]
    """Pins that a common board has wired → which, and to what. Other boards bring them out."""


_S3 = frozenset([*range(22), *range(33, 49)])
CHIPS: Mapping[str, Chip] = {
    "rp2040": Chip(
        frozenset(range(30)), frozenset(range(26, 30)), (*range(2, 23), *range(26, 29)),
        frozenset(range(0, 30, 4)), frozenset(range(1, 30, 4)), 16, True,
        ("usb", "uart"), (0, 1), {},
        {23: "a Pico has wired to the power saving of its regulator",
         24: "a Pico has wired to the sensing of USB power", 25: "a Pico has wired to its light",
         29: "a Pico has wired to the measuring of its supply"},
    ),
    "esp32s3": Chip(
        _S3, frozenset(range(1, 11)), (1, 2, *range(4, 19), 21, *range(38, 43), 47, 48),
        _S3, _S3, 8, False,
        ("uart",), (43, 44),
        {0: "read at its start (low, it waits for a program)", 3: "read at its start (its JTAG)",
         19: "USB D−", 20: "USB D+", 45: "read at its start (the voltage of its flash)",
         46: "read at its start (what its ROM does)"},
        dict.fromkeys(range(33, 38), "a module with octal memory (R8, R16) has wired to that"),
    ),
}  # fmt: skip
"""From the data sheets: RP2040 1.4.2, 1.4.3, 4.5.2 and 4.9; ESP32-S3 2.3 (GPIO 22 to 25 do not
exist, 26 to 32 serve its flash; ADC1; *strapping pins*: a button or a pull-up at one of them can
keep it from starting) and its reference manual, *LED PWM controller* (8 channels,
and 4 timers, where three rates are used). A Pico brings out 0 to 22 and 26 to 28; what it has wired
to the others: its data sheet, 2.1. MicroPython's `sys.stdout` says on an ESP32-S3 at all times that
there is room, and a write then waits for up to half a second (ports/esp32/mphalport.c,
usb_serial_jtag.c): no line that never waits."""
NO_USB = (
    "the {0} has no USB line that never waits: MicroPython says there at all times that there is "
    "room, and waits for up to 500 ms in a write while nobody reads. Use its UART "
    "(--transport uart), with a USB-to-serial adapter at its pins {1[0]} and {1[1]}"
)
"""Why a chip's USB is refused, for its name and the pins of its UART."""


def usual_line(name: str) -> str:
    """The line to the brain that the chip `name` has where none is chosen."""
    return CHIPS[name].lines[0]


def line_misfit(name: str, line: str, pins: Mapping[str, int]) -> str:
    """Why a wiring cannot have this line to the brain; empty where it can. As `misfit`."""
    chip = CHIPS[name]
    if line not in chip.lines:
        return NO_USB.format(name, chip.uart)
    for what, pin in pins.items():
        if line == "uart" and pin in chip.uart:
            why = f"{what}: pin {pin} of the {name} is its UART's, which is the line to the brain"
            return why + _free(chip, what, pins, {})
    return ""


def cautions(name: str, pins: Mapping[str, int]) -> list[str]:
    """What to look at before wiring: pins that a common board of the chip uses itself."""
    return [
        f"{what}: pin {pin}, which {CHIPS[name].wired[pin]}"
        for what, pin in pins.items()
        if pin in CHIPS[name].wired
    ]


def misfit(name: str, pins: Mapping[str, int], rates: Mapping[str, str]) -> str:
    """Why a wiring does not fit the chip `name`; empty where it does. `pins`: what → its pin;
    `rates`: what has a PWM output → a word for its rate."""
    chip = CHIPS[name]
    if len(rates) > chip.pwms:
        return (
            f"the {name} has {chip.pwms} PWM outputs; {', '.join(rates)} are {len(rates)}: give "
            "some servos to the servo board (driver pca9685)"
        )
    why, what = _problem(name, chip, pins, rates)
    return why + _free(chip, what, pins, rates) if why else ""


def _problem(
    name: str, chip: Chip, pins: Mapping[str, int], rates: Mapping[str, str]
) -> tuple[str, str]:
    """What is wrong, and what needs another pin; empty where nothing is."""
    first: dict[int, str] = {}
    for what, pin in pins.items():
        if pin not in chip.pins:
            return f"{what}: the {name} has no pin {pin}", what
        if pin in chip.own:
            return f"{what}: pin {pin} of the {name} is {chip.own[pin]}", what
        if pin in first:
            return f"{first[pin]} and {what} are both at pin {pin}", what
        first[pin] = what
    for what, pin in pins.items():
        if pin not in _able(chip, what):
            verb = "measure" if what == "battery" else f"be {what}"
            return f"{what}: pin {pin} of the {name} cannot {verb}", what
    for one, other in combinations(rates, 2):
        if chip.slices and _clash(pins[one], rates[one], pins[other], rates[other]):
            return (
                f"{one} at pin {pins[one]} ({rates[one]}) and {other} at pin {pins[other]} "
                f"({rates[other]}) are of one PWM slice of the {name}, which has one frequency and "
                "two outputs"
            ), other
    return "", ""


def _clash(one: int, rate: str, other: int, its_rate: str) -> bool:
    """Whether two PWM pins of an RP2040 cannot both have what they need."""
    return (one ^ other) >> 1 & 7 == 0 and (rate != its_rate or (one ^ other) & 1 == 0)


def _able(chip: Chip, what: str) -> frozenset[int]:
    """The pins that can do it."""
    return {"battery": chip.adc, "i2c_sda": chip.sda, "i2c_scl": chip.scl}.get(what, chip.pins)


def _free(chip: Chip, what: str, pins: Mapping[str, int], rates: Mapping[str, str]) -> str:
    """A pin for it, as the end of a sentence; empty where there is none."""
    able = _able(chip, what)
    for pin in chip.spare:
        clashes = chip.slices and any(
            _clash(pin, rates[what], pins[other], rates[other])
            for other in rates
            if what in rates and other != what
        )
        if pin in able and pin not in pins.values() and not clashes:
            return f"; pin {pin} is free for {what}"
    return ""
