"""The body as the board knows it: centidegrees, pulses and pins, as the file `body_config.py` that
is flashed beside the firmware.

`python -m moggy.board_config actuators/body/cat.yaml > body_config.py` writes it.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TypeAlias

from moggy.body import Body, JointSpec
from moggy.config import Invalid, load
from moggy.wire import limits_hash

CDEG_A_RAD = 18000.0 / math.pi
"""Centidegrees in a radian."""

Row: TypeAlias = tuple[str, str, int, int, int, int, int, int, int, int]
"""name, driver, channel, min, max and rest in cdeg, cdeg/s, cdeg/s², µs at 0, 65536ths of a µs a
cdeg."""


def cdeg(rad: float) -> int:
    return math.floor(rad * CDEG_A_RAD + 0.5)


def joint_rows(body: Body) -> tuple[Row, ...]:
    """The table of joints, in the order in which the wire carries their angles."""
    return tuple([_row(name, joint) for name, joint in body.joints.items()])


def _row(name: str, joint: JointSpec) -> Row:
    return (
        name,
        joint.driver,
        joint.channel,
        cdeg(joint.min),
        cdeg(joint.max),
        cdeg(joint.rest),
        cdeg(joint.velocity),
        cdeg(joint.acceleration),
        joint.zero_us,
        round(joint.us_per_rad / CDEG_A_RAD * 65536.0),
    )


def limits_of(body: Body) -> int:
    """Hash of the joints' table; the board gives its own when it identifies itself."""
    return limits_hash(joint_rows(body))


def firmware_config(body: Body, *, quiet_ms: int = 30_000, transport: str = "usb") -> str:
    """Text of `body_config.py`. `quiet_ms`: how long after boot touches are not believed;
    `transport`: "usb" or "uart"."""
    wiring, power = body.wiring, body.power
    rows = "".join(f"    {row!r},\n" for row in joint_rows(body))
    return (
        f'"""The body "{body.name}", written by `moggy.board_config.firmware_config`."""\n\n'
        f"NAME = {body.name!r}\n"
        f"# name, driver, channel, min, max, rest (cdeg), velocity (cdeg/s), acceleration (cdeg/s2), zero (us), gain (us/65536 a cdeg)\n"
        f"JOINTS = (\n{rows})\n"
        f"# electrode of each touch pad\n"
        f"PADS = {tuple(pad.channel for pad in body.pads.values())!r}\n"
        f"PINS = {wiring.model_dump()!r}\n"
        f"# full, low, empty (mV), divider (thousandths)\n"
        f"POWER = {(power.full_mv, power.low_mv, power.empty_mv, round(power.divider * 1000.0))!r}\n"
        f"QUIET_MS = {quiet_ms!r}\n"
        f"TRANSPORT = {transport!r}\n"
    )


def main() -> None:
    """Write the config of the body in the file that is named."""
    try:
        sys.stdout.write(firmware_config(load(Path(sys.argv[1]), Body)))
    except (IndexError, Invalid) as error:
        sys.exit(
            f"{error}\nusage: python -m moggy.board_config actuators/body/cat.yaml > body_config.py"
        )


if __name__ == "__main__":
    main()
