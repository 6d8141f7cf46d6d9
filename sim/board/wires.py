"""What passes between the simulated world and a simulated board: what the board's devices sense,
and the pulses that it puts out."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias, get_args

from moggy.body import Body

DeviceFault: TypeAlias = Literal[
    "servos_silent",
    "touch_silent",
    "imu_silent",
    "servos_reset",
    "touch_reset",
    "imu_reset",
    "bus_stuck",
    "servos_nack",
    "touch_nack",
    "imu_nack",
    "touch_stuck",
    "imu_stuck",
    "touch_noise",
    "imu_noise",
    "battery_noise",
    "brown_out",
    "servos_garbled",
    "servos_deaf",
    "servos_cut",
    "tick_late",
    "ticks_late",
    "board_hung",
    "board_reset",
    "power_cut",
]
"""What may happen to a simulated board and its devices: DEVICE_FAULTS of bench/machine.py says what
each is, and has them in the same order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldInputs:
    """What the board's devices sense now."""

    pads: tuple[float, ...] = (0.0,) * 12
    """Pressure 0..1 on each electrode, by channel."""
    drifts: tuple[int, ...] = (0,) * 12
    """How far temperature and humidity have raised each electrode's capacitance; fF."""
    acceleration: tuple[float, float, float] = (0.0, 0.0, 1.0)
    """g."""
    gyro: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """rad/s."""
    volts: float = 8.4
    """Of the battery."""
    charging: bool = False
    stop: bool = False
    """The emergency button is pressed."""
    faults: tuple[DeviceFault, ...] = ()
    """What is wrong with the board and its devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulses:
    """What the board drives now."""

    servos: Mapping[str, int] = field(default_factory=dict)
    """Joint → length of its servo's pulses in µs; 0 is limp."""
    purr: float = 0.0
    """Level of the vibration motor, 0..1."""
    purr_hz: float = 25.0
    """Rate of the vibration motor, Hz."""
    pupils: float = 0.0
    """0 a slit … 1 fully open."""


class SimulatedBoard(Protocol):
    """A simulated board: the firmware under CPython or MicroPython, in virtual or in real time."""

    def feed(self, inputs: WorldInputs) -> None:
        """Set what its devices sense from now on."""
        ...

    def advance(self, now: float) -> None:
        """Let it run until `now`, seconds since the start."""
        ...

    def outputs(self) -> Pulses:
        """What it drives now."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


def angles(body: Body, pulses: Pulses) -> dict[str, float]:
    """Joint → angle to which its servo is driven, rad; limp joints are left out."""
    found = {}
    for name, us in pulses.servos.items():
        if us:
            joint = body.joints[name]
            found[name] = (us - joint.zero_us) / joint.us_per_rad
    return found


def fault_bits(faults: Collection[DeviceFault]) -> int:
    """A bit for each fault, in the order of DeviceFault."""
    return sum(1 << bit for bit, name in enumerate(get_args(DeviceFault)) if name in faults)


def stop_level(pressed: bool, body: Body) -> int:
    """Level at the pin of the stop button. A normally closed one ties it to ground until it is
    pressed, another one while it is pressed."""
    return 1 if pressed == body.wiring.stop_normally_closed else 0


def milli(value: float) -> int:
    """`value` in thousandths, rounded, as the simulated chips take it."""
    return math.floor(value * 1000.0 + 0.5)


def adc_counts(volts: float, divider: float) -> int:
    """What a 16-bit converter with a range of 3.3 V reads at this battery voltage."""
    return min(max(round(volts / divider / 3.3 * 65535), 0), 65535)


def pulses_of(
    joints: Sequence[str], us: Sequence[int], purr: int, purr_hz: int, pupils: int
) -> Pulses:
    """Pulses of pulse lengths in µs, one a joint, and duties of motor and eye lights, 0..65535."""
    return Pulses(
        servos=dict(zip(joints, us, strict=True)),
        purr=min(purr / 32640.0, 1.0),
        purr_hz=float(purr_hz),
        pupils=pupils / 65535.0,
    )
