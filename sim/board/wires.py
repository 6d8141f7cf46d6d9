"""What goes between the simulated world and a simulated board: what it feels, and the pulses that
it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from moggy.body import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldInputs:
    """What the board's devices feel now."""

    pads: tuple[float, ...] = (0.0,) * 12
    """Pressure 0..1 on each electrode, by channel."""
    drifts: tuple[int, ...] = (0,) * 12
    """How far weather has moved each electrode's counts."""
    acceleration: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """g."""
    gyro: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """rad/s."""
    volts: float = 8.4
    charging: bool = False
    stop: bool = False
    """The emergency button is pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulses:
    """What the board does to the world now."""

    servos: Mapping[str, int] = field(default_factory=dict)
    """Joint → length of its servo's pulse in µs; 0 is limp."""
    purr: float = 0.0
    """0..1 of the vibration motor."""
    purr_hz: float = 25.0
    pupils: float = 0.0
    """0..1."""


class Line(Protocol):
    """The brain's end of a serial line in memory."""

    def read(self) -> bytes: ...

    def write(self, data: bytes) -> None: ...


class SimulatedBoard(Protocol):
    """A board on the bench: the firmware's files under CPython or in the interpreter, in virtual
    time or living by itself."""

    def feed(self, inputs: WorldInputs) -> None:
        """What its devices feel from now on."""
        ...

    def advance(self, now: float) -> None:
        """Live until `now`, seconds since the start."""
        ...

    def outputs(self) -> Pulses: ...

    def close(self) -> None: ...


def angles(body: Body, pulses: Pulses) -> dict[str, float]:
    """Joint → rad to which its servo is driven; limp joints are left out."""
    found = {}
    for name, us in pulses.servos.items():
        if us:
            joint = body.joints[name]
            found[name] = (us - joint.zero_us) / joint.us_per_rad
    return found


def milli(value: float) -> int:
    """Thousandths, as the simulated chips take them."""
    return math.floor(value * 1000.0 + 0.5)


def adc_counts(volts: float, divider: float) -> int:
    """What the converter of 3.3 V and 16 bits reads for so many volts at the battery."""
    return min(max(round(volts / divider / 3.3 * 65535), 0), 65535)


def pulses_of(
    joints: Sequence[str], us: Sequence[int], purr: int, purr_hz: int, pupils: int
) -> Pulses:
    """From the lengths of the servos' pulses and the duties of the motor and the lights, 0..65535."""
    return Pulses(
        servos=dict(zip(joints, us, strict=True)),
        purr=min(purr / 32640.0, 1.0),
        purr_hz=float(purr_hz),
        pupils=pupils / 65535.0,
    )
