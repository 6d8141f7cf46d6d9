"""The wires of a body as a picture: the microcontroller to the left, what is at its pins to the
right, and between them the rails that several share. It is drawn from the body's file alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

from moggy.body import PCA9685_CHANNELS, Body
from moggy.chips import CHIPS
from moggy.power_budget import SERVO_V, budget

RAILS: Mapping[str, str] = {
    "GND": "#333333",
    "3V3": "#c8374f",
    "SDA": "#2479a8",
    "SCL": "#2f8f46",
    "V+": "#d97a16",
    "BAT": "#8a3f8f",
}
"""Rail → its colour, from left to right. V+: the servos' supply."""
PIN = "#5a55c8"
"""Colour of a wire from a pin."""
WIDTH = 1000
"""Of the picture, as all that follow in its units."""
BOARD = (30, 240)
"""Left and right edge of the microcontroller."""
FIRST_RAIL = 300
RAIL_STEP = 40
PARTS = (590, 970)
"""Left and right edge of what is at the pins."""
DETAILS = 750
"""Where the lists in the parts begin."""
ROW = 24
TOP = 124
"""Of the first row."""
GAP = 16
PICO_PADS = {
    **{0: 1, 1: 2, 2: 4, 3: 5, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12, 10: 14, 11: 15, 12: 16},
    **{13: 17, 14: 19, 15: 20, 16: 21, 17: 22, 18: 24, 19: 25, 20: 26, 21: 27, 22: 29},
    **{26: 31, 27: 32, 28: 34},
}
"""GPIO → number of its pad on a Pico (data sheet, 2.1)."""
PICO_SUPPLY = {"GND": "pad 38", "3V3": "pad 36"}
"""Rail → its pad."""
BOARD_NAMES = {"rp2040": "Raspberry Pi Pico", "esp32s3": "ESP32-S3"}
LOWER_KOHM = 100
"""kΩ from the battery's pin to ground. Our choice: 750 or less (docs/wire.md)."""


class Terminal(NamedTuple):
    """A place for a wire."""

    name: str
    to: str
    """A rail, or the number of a pin."""


class Part(NamedTuple):
    """What is at the other end of wires."""

    title: str
    terminals: tuple[Terminal, ...]
    details: tuple[str, ...] = ()
    """What else is connected there, a line each."""
    note: str = ""
    """What has to be between or beside."""


def picture(body: Body) -> str:
    """The wires of a body as an SVG, the same bytes each time."""
    parts = list(_parts(body))
    tops, y = [], TOP + 3 * ROW + GAP
    for part in parts:
        tops.append(y)
        y += _height(part) + GAP
    bottom = y
    lines = [_line_to_brain(body, bottom)]
    lines += [_board_row(body, rail, TOP + n * ROW) for n, rail in enumerate(_of_board(body))]
    ends = {rail: [TOP + n * ROW] for n, rail in enumerate(_of_board(body))}
    wires: list[str] = []
    for part, top in zip(parts, tops, strict=True):
        lines += _drawn(part, top)
        for n, terminal in enumerate(part.terminals):
            at = top + ROW + ROW // 2 + n * ROW
            if terminal.to in RAILS:
                ends.setdefault(terminal.to, []).append(at)
                wires += _wire(_rail_x(terminal.to), PARTS[0], at, RAILS[terminal.to], dot=True)
            else:
                wires += _wire(BOARD[1], PARTS[0], at, PIN)
                lines.append(_pad(body, int(terminal.to), at))
    rails = [
        f'<path d="M{_rail_x(rail)} {min(at)}V{max(at)}" stroke="{RAILS[rail]}"/>'
        for rail, at in ends.items()
    ]
    names = [
        _text(_rail_x(rail), TOP - 18, rail, f'text-anchor="middle" fill="{RAILS[rail]}"')
        for rail in ends
    ]
    from_board = [
        line
        for n, rail in enumerate(_of_board(body))
        for line in _wire(BOARD[1], _rail_x(rail), TOP + n * ROW, RAILS[rail], dot=True)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 30}"'
            ' font-family="sans-serif" font-size="13">',
            f"<title>The wires of the body {escape(body.name)}</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            _text(BOARD[0], 36, f"The wires of “{body.name}”", 'font-size="20"'),
            _text(BOARD[0], 58, "From the pins of its file. A dot joins; lines that cross do not."),
            '<g fill="none" stroke-width="2">',
            *rails, *from_board, *wires,
            "</g>",
            f'<rect x="{BOARD[0]}" y="{TOP - 46}" width="{BOARD[1] - BOARD[0]}"'
            f' height="{bottom - TOP + 46}" rx="8" fill="none" stroke="#333333"/>',
            _text(BOARD[0] + 10, TOP - 26, BOARD_NAMES[body.wiring.chip], 'font-weight="bold"'),
            *names, *lines,
            "</svg>", "",
        ]
    )  # fmt: skip


def _of_board(body: Body) -> tuple[str, ...]:
    return ("GND", "3V3", "SDA", "SCL") if _on_bus(body) else ("GND", "3V3")


def _on_bus(body: Body) -> bool:
    servo_board = any(joint.driver == "pca9685" for joint in body.joints.values())
    return bool(body.pads) or body.wiring.imu or servo_board


BUS = (Terminal("VCC", "3V3"), *(Terminal(net, net) for net in ("GND", "SDA", "SCL")))
"""Terminals of a chip on the I²C bus."""


def _parts(body: Body) -> Iterator[Part]:
    """What is at the wires of a body, from top to bottom."""
    wiring = body.wiring
    if body.pads:
        pads = sorted(body.pads.items(), key=lambda pad: pad[1].channel)
        yield Part(
            "Touch chip MPR121", BUS,
            tuple(f"electrode {pad.channel}: {name}" for name, pad in pads),
            "address 0x5A: ADDR at GND",
        )  # fmt: skip
    if wiring.imu:
        yield Part("Accelerometer", BUS, ("LSM6DS3, -TR-C or LSM6DSO,", "or MPU6050 and its kind"))
    yield from _servos(body)
    yield Part(
        "Purr motor",
        (Terminal("gate", f"{wiring.purr}"), Terminal("+", "3V3"), Terminal("GND", "GND")),
        ("N-channel MOSFET that opens", "at 3.3 V, between motor and", "GND; 100 kΩ from its gate",
         "to GND; diode across motor"),
    )  # fmt: skip
    if wiring.pupils is not None:
        yield Part(
            "Eye lights", (Terminal("+", f"{wiring.pupils}"), Terminal("GND", "GND")),
            ("two LEDs, 220 Ω each",),
        )  # fmt: skip
    closed = "closed until" if wiring.stop_normally_closed else "open until"
    yield Part(
        "Stop button", (Terminal("pin", f"{wiring.stop}"), Terminal("GND", "GND")),
        (f"{closed} it is pressed",),
    )  # fmt: skip
    yield from _supply(body)


def _servos(body: Body) -> Iterator[Part]:
    by_driver: dict[str, list[tuple[str, int]]] = {}
    for name, joint in body.joints.items():
        by_driver.setdefault(joint.driver, []).append((name, joint.channel))
    if on_board := sorted(by_driver.pop("pca9685", []), key=lambda one: one[1]):
        enable = body.wiring.servo_enable
        free = PCA9685_CHANNELS - len(on_board)
        yield Part(
            "Servo board PCA9685",
            (*BUS, Terminal("V+", "V+"), Terminal("OE", "GND" if enable is None else f"{enable}")),
            tuple(f"channel {channel}: {name}" for name, channel in on_board),
            (f"{free} channels free" if free else "") if enable is None else "10 kΩ from OE to VCC",
        )
    if at_pins := by_driver.pop("pwm", []):
        yield Part(
            "Servos at pins",
            (*(Terminal(name, f"{pin}") for name, pin in at_pins), Terminal("+", "V+"),
             Terminal("−", "GND")),
        )  # fmt: skip
    for driver, joints in by_driver.items():
        yield Part(
            f"Servos of the driver {driver}", (),
            tuple(f"channel {channel}: {name}" for name, channel in joints),
        )  # fmt: skip


def _supply(body: Body) -> Iterator[Part]:
    wiring, power = body.wiring, body.power
    if wiring.charging is not None:
        yield Part(
            "Charger", (Terminal("charges", f"{wiring.charging}"), Terminal("GND", "GND")),
            ("3.3 V at the pin while it charges,", "never more"),
        )  # fmt: skip
    if wiring.battery is not None:
        upper = round((power.divider - 1.0) * LOWER_KOHM)
        yield Part(
            "Battery",
            (Terminal("+", "BAT"), Terminal("−", "GND"), Terminal("divider", f"{wiring.battery}")),
            (f"{power.empty_mv / 1000:g} to {power.full_mv / 1000:g} V; fuse, switch",
             f"{upper} kΩ from + to the pin,", f"{LOWER_KOHM} kΩ from the pin to GND"),
        )  # fmt: skip
    if body.joints:
        worst = budget(body).servos_in_all.worst
        into = () if wiring.battery is None else (Terminal("in", "BAT"),)
        yield Part(
            "Supply of the servos", (*into, Terminal("GND", "GND"), Terminal("out", "V+")),
            (f"5 to {SERVO_V:g} V, step-down" if into else f"5 to {SERVO_V:g} V",
             f"{worst:.1f} A: all servos stalled"),
        )  # fmt: skip


def _height(part: Part) -> int:
    rows = max(len(part.terminals) * ROW, len(part.details) * 17 + 4)
    return ROW + rows + (20 if part.note else 6)


def _drawn(part: Part, top: int) -> list[str]:
    left, right = PARTS
    lines = [
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{_height(part)}" rx="8"'
        ' fill="none" stroke="#333333"/>',
        _text(left + 10, top + 18, part.title, 'font-weight="bold"'),
    ]
    for n, terminal in enumerate(part.terminals):
        lines.append(_text(left + 10, top + ROW + ROW // 2 + n * ROW + 4, terminal.name))
    for n, detail in enumerate(part.details):
        lines.append(_text(DETAILS, top + ROW + 14 + n * 17, detail))
    if part.note:
        lines.append(_text(left + 10, top + _height(part) - 9, part.note, 'fill="#666666"'))
    return lines


def _board_row(body: Body, rail: str, at: int) -> str:
    pins = {"SDA": body.wiring.i2c_sda, "SCL": body.wiring.i2c_scl}
    if rail in pins:
        return _pad(body, pins[rail], at)
    pad = f" · {PICO_SUPPLY[rail]}" if body.wiring.chip == "rp2040" else ""
    return _text(BOARD[1] - 8, at + 4, f"{rail}{pad}", 'text-anchor="end"')


def _pad(body: Body, pin: int, at: int) -> str:
    pad = PICO_PADS.get(pin) if body.wiring.chip == "rp2040" else None
    name = f"GP{pin} · pad {pad}" if pad else f"GPIO {pin}"
    return _text(BOARD[1] - 8, at + 4, name, 'text-anchor="end"')


def _line_to_brain(body: Body, bottom: int) -> str:
    chip = CHIPS[body.wiring.chip]
    sends, receives = chip.uart
    line = (
        "USB: to the brain"
        if chip.lines[0] == "usb"
        else f"UART: GPIO {sends} sends, {receives} receives"
    )
    return _text(BOARD[0] + 10, bottom - 12, line)


def _rail_x(rail: str) -> int:
    return FIRST_RAIL + RAIL_STEP * list(RAILS).index(rail)


def _wire(left: int, right: int, at: int, color: str, *, dot: bool = False) -> list[str]:
    """A level wire that passes over what it crosses."""
    start, end = sorted((left, right))
    joined = left if left > BOARD[1] else right
    lines = [
        f'<path d="M{start} {at}H{end}" stroke="#ffffff" stroke-width="6"/>',
        f'<path d="M{start} {at}H{end}" stroke="{color}"/>',
    ]
    if dot:
        lines.append(f'<circle cx="{joined}" cy="{at}" r="4" fill="{color}" stroke="none"/>')
    return lines


def _text(x: int, y: int, text: str, style: str = "") -> str:
    return f'<text x="{x}" y="{y}"{" " if style else ""}{style}>{escape(text)}</text>'
