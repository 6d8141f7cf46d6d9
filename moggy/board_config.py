"""Translates a body's YAML file to `body_config.py`, the file that is flashed beside the firmware:
centidegrees, pulses in µs, and pins.

    python -m moggy.board_config actuators/body/cat.yaml > body_config.py
"""

from __future__ import annotations

import math
import sys
from binascii import crc32
from pathlib import Path
from typing import NamedTuple

from moggy.body import Body, JointSpec
from moggy.chips import line_misfit, usual_line
from moggy.config import Invalid, load

CDEG_A_RAD = 18000.0 / math.pi
"""Centidegrees per radian."""


class JointRow(NamedTuple):
    """A joint as the firmware has it: whole numbers only."""

    name: str
    driver: str
    channel: int
    min_cdeg: int
    max_cdeg: int
    rest_cdeg: int
    velocity_cdeg_s: int
    acceleration_cdeg_s2: int
    zero_us: int
    """Pulse at 0 rad."""
    gain: int
    """µs per centidegree, times 65536."""


def cdeg(rad: float) -> int:
    """`rad` in whole centidegrees."""
    return math.floor(rad * CDEG_A_RAD + 0.5)


def joint_rows(body: Body) -> tuple[JointRow, ...]:
    """The table of joints. Its order is that of the angles in a setpoint."""
    return tuple([_row(name, joint) for name, joint in body.joints.items()])


def _row(name: str, joint: JointSpec) -> JointRow:
    return JointRow(
        name=name,
        driver=joint.driver,
        channel=joint.channel,
        min_cdeg=cdeg(joint.min),
        max_cdeg=cdeg(joint.max),
        rest_cdeg=cdeg(joint.rest),
        velocity_cdeg_s=cdeg(joint.velocity),
        acceleration_cdeg_s2=cdeg(joint.acceleration),
        zero_us=joint.zero_us,
        gain=round(joint.us_per_rad / CDEG_A_RAD * 65536.0),
    )


def body_hash(body: Body) -> int:
    """Hash of all of the body that a board is built from: joints, pads, wiring and power. It is
    compared with that of the board's identity."""
    return crc32(_tables(body).encode())


def firmware_config(body: Body, *, quiet_ms: int = 30_000, transport: str = "") -> str:
    """The text of `body_config.py`. `quiet_ms`: how long after a start touches are ignored, while
    the touch chip settles. `transport`: "usb" or "uart"; empty: the usual one of the chip. Raises
    ValueError where the chip or the wiring cannot have it."""
    transport = transport or usual_line(body.wiring.chip)
    if unfit := line_misfit(body.wiring.chip, transport, body.used_pins):
        raise ValueError(unfit)
    return config_text(body, quiet_ms, transport)


def config_text(body: Body, quiet_ms: int, transport: str) -> str:
    """As `firmware_config`, also for a simulated line that no pins carry."""
    return (
        '"""A body, written by `moggy.board_config.firmware_config`."""\n\n'
        f"NAME = {body.name!r}\n"
        f"{_tables(body)}"
        f"# hash of the tables above\n"
        f"BODY_HASH = {body_hash(body)!r}\n"
        f"QUIET_MS = {quiet_ms!r}\n"
        f"TRANSPORT = {transport!r}\n"
    )


def _tables(body: Body) -> str:
    """What the firmware does with the body: the part of `body_config.py` that is hashed."""
    wiring, power = body.wiring, body.power
    rows = "".join(f"    {tuple(row)!r},\n" for row in joint_rows(body))
    millivolts = (power.full_mv, power.low_mv, power.empty_mv, round(power.divider * 1000.0))
    return (
        f"# name, driver, channel, min, max, rest (cdeg), velocity (cdeg/s),\n"
        f"# acceleration (cdeg/s2), zero (us), gain (us/65536 a cdeg)\n"
        f"JOINTS = (\n{rows})\n"
        f"# electrode of each touch pad\n"
        f"PADS = {tuple(pad.channel for pad in body.pads.values())!r}\n"
        f"# fF that a hand adds to each at full pressure\n"
        f"FULL_FF = {tuple(round(pad.full_pf * 1000.0) for pad in body.pads.values())!r}\n"
        f"# -1: not wired\n"
        f"PINS = {wiring.pins!r}\n"
        f"# whether there is an accelerometer\n"
        f"IMU = {wiring.imu!r}\n"
        f"# whether the stop button is closed until it is pressed\n"
        f"STOP_CLOSED = {wiring.stop_normally_closed!r}\n"
        f"# Hz of the servo board's oscillator\n"
        f"OSCILLATOR_HZ = {body.servo_oscillator_hz!r}\n"
        f"# full, low, empty (mV), divider (thousandths)\n"
        f"POWER = {millivolts!r}\n"
    )


def main() -> None:
    """Print the config for the body file that the first argument names."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m moggy.board_config actuators/body/cat.yaml > body_config.py")
    try:
        sys.stdout.write(firmware_config(load(Path(sys.argv[1]), Body)))
    except Invalid as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
