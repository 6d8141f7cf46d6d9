"""How much current a body draws at rest, moving, and in the worst case, computed from its file."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from moggy.body import Body
from moggy.servo_kinds import SERVO_KINDS

SERVO_V = 6.0
"""V of the servos' supply: the most that small ones take (SG90, MG90S: 4.8 to 6 V)."""
EFFICIENCY = 0.85
"""Of a step-down regulator at some amperes. Typical of a data sheet; our choice."""
LOGIC_A = {"rp2040": 0.1, "esp32s3": 0.1}
"""A of the microcontroller without radio, at full speed. Our choice, rounded up."""
TOUCH_A = 0.001
"""A of an MPR121: 0.4 mA at its shortest interval (data sheet, *current consumption*), rounded
up."""
IMU_A = 0.004
"""A of an MPU6050 (data sheet: 3.9 mA), which draws more than an LSM6DS3."""
SERVO_BOARD_A = 0.01
"""A of a PCA9685's own supply (data sheet: 10 mA at most)."""
PURR_A = 0.12
"""A of a small vibration motor at 3 V while it starts. Typical of coin and 7 mm motors."""
LIGHTS_A = 0.012
"""A of two LEDs behind 220 Ω each at 3.3 V, which is what one pin gives."""
BOARD_3V3_A = 0.3
"""A that a Pico's 3.3 V output may give (data sheet: keep the load below 300 mA)."""


class Draw(NamedTuple):
    """What a part draws, A."""

    part: str
    rest: float
    """Awake, with pulses, and still."""
    moving: float
    """All at once, without load."""
    worst: float
    """All servos stalled, the motor starting."""


class Budget(NamedTuple):
    """What a body draws, by supply."""

    logic: tuple[Draw, ...]
    """From 3.3 V."""
    servos: tuple[Draw, ...]
    """From SERVO_V; empty where the body has none."""
    battery_v: float
    """At which the board goes limp, V; 0 where it has no battery."""

    @property
    def logic_in_all(self) -> Draw:
        """The sum of `logic`."""
        return total(self.logic)

    @property
    def servos_in_all(self) -> Draw:
        """The sum of `servos`."""
        return total(self.servos)

    def from_battery(self, amperes: float) -> float:
        """A that a nearly empty battery gives for so many at SERVO_V."""
        return amperes * SERVO_V / EFFICIENCY / self.battery_v


def budget(body: Body) -> Budget:
    """The power budget of a body; without the brain and its camera, which it does not name."""
    wiring = body.wiring
    logic = [_steady(f"microcontroller ({wiring.chip})", LOGIC_A[wiring.chip])]
    if body.pads:
        logic.append(_steady("touch chip", TOUCH_A))
    if wiring.imu:
        logic.append(_steady("accelerometer", IMU_A))
    if any(joint.driver == "pca9685" for joint in body.joints.values()):
        logic.append(_steady("servo board's chip", SERVO_BOARD_A))
    logic.append(Draw("purr motor", 0.0, PURR_A, PURR_A))
    if wiring.pupils is not None:
        logic.append(Draw("eye lights", LIGHTS_A, LIGHTS_A, LIGHTS_A))
    counted = Counter(joint.servo for joint in body.joints.values())
    servos = [
        Draw(
            f"{count} servos, {name} ({kind.like})",
            count * kind.holds, count * kind.turns, count * kind.stalls,
        )
        for name, kind in SERVO_KINDS.items()
        if (count := counted[name])
    ]  # fmt: skip
    volts = 0.0 if wiring.battery is None else body.power.empty_mv / 1000.0
    return Budget(tuple(logic), tuple(servos), volts)


def total(draws: tuple[Draw, ...]) -> Draw:
    """The sum of what parts draw."""
    return Draw(
        "together",
        sum(draw.rest for draw in draws),
        sum(draw.moving for draw in draws),
        sum(draw.worst for draw in draws),
    )


def _steady(part: str, amperes: float) -> Draw:
    return Draw(part, amperes, amperes, amperes)
