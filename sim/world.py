"""The simulated world round the body: a hand, motion and a battery."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Battery, Place, Touch
from moggy.sim.board.wires import WorldInputs

GRAVITY = (0.0, 0.0, 1.0)
"""g; what the accelerometer feels of a body that stands."""
STILL = (0.0, 0.0, 0.0)
"""rad/s."""
FALLING = (0.0, 0.0, 0.05)
"""g; what it feels of a body that falls."""

WorldFault: TypeAlias = Literal["fall"]
"""What may happen to the body as a whole: it falls."""


class World:
    """What happens to the body now, and what the board's devices feel of it."""

    def __init__(self, body: Body) -> None:
        """At first nobody touches it, it stands still, and its battery is full."""
        self.body = body
        self._channels = {name: pad.channel for name, pad in body.pads.items()}
        self._no_pads: tuple[float, ...] = (0.0,) * 12
        self._pads: tuple[float, ...] = self._no_pads
        self._acceleration, self._gyro = GRAVITY, STILL
        self._volts = body.power.full_mv / 1000.0
        self._charging = False
        self._inputs: WorldInputs | None = None

    def touch(
        self,
        *,
        position: Place | None = None,
        zone: str | None = None,
        pads: Mapping[str, float] | None = None,
        pressure: float = 0.4,
        area: float = 0.2,
    ) -> None:
        """A hand lies here from now on: on pads with pressures of their own, or with `pressure` at
        a position on the skin (m, body frame), or in the middle of a zone. `area` is the share of a
        palm. Pressure 0 takes it away."""
        if pressure <= 0.0:
            self.release()
            return
        if pads is not None:
            pressed = {name: value for name, value in pads.items() if name in self._channels}
        elif position is not None:
            pressed = self._near(position, pressure, area)
        else:
            pressed = dict.fromkeys(self._middle(zone), pressure)
        felt = [0.0] * 12
        for name, value in pressed.items():
            felt[self._channels[name]] = min(max(value, 0.0), 1.0)
        self._pads, self._inputs = tuple(felt), None

    def release(self) -> None:
        """The hand is gone."""
        self._pads, self._inputs = self._no_pads, None

    def accelerate(self, x: float, y: float, z: float, gyro: Place = STILL) -> None:
        """What the accelerometer feels from now on (g), and the gyroscope (rad/s)."""
        self._acceleration, self._gyro, self._inputs = (x, y, z), gyro, None

    def battery(self, level: float, charging: bool = False) -> None:
        """Set the battery to 0..1; its voltage is linear between empty and full."""
        power = self.body.power
        self._volts = (
            power.empty_mv + min(max(level, 0.0), 1.0) * (power.full_mv - power.empty_mv)
        ) / 1000.0
        self._charging, self._inputs = charging, None

    def take(self, sense: AnySense) -> bool:
        """Let raw touch, motion and battery happen to the body; False for a sense that comes to the
        pet as it is."""
        match sense:
            case Touch():
                self.touch(
                    position=sense.position,
                    zone=sense.zone,
                    pads=sense.pads,
                    pressure=sense.pressure,
                    area=sense.area,
                )
            case Acceleration():
                self.accelerate(sense.x, sense.y, sense.z, sense.gyro)
            case Battery():
                self.battery(sense.level, sense.charging)
            case _:
                return False
        return True

    def inputs(self) -> WorldInputs:
        """What the board's devices feel now; the same object until something changes."""
        if self._inputs is None:
            self._inputs = WorldInputs(
                pads=self._pads,
                acceleration=self._acceleration,
                gyro=self._gyro,
                volts=self._volts,
                charging=self._charging,
            )
        return self._inputs

    def _near(self, position: Place, pressure: float, area: float) -> dict[str, float]:
        """Pressure on each pad: a Gaussian of the distance, wider for a larger area. Between the
        pads the skin is less sensitive, but the nearest feels at least half of the pressure; then
        the others feel more in the same proportion, so that nothing jumps as the hand moves on."""
        spread = 0.025 + 0.06 * area
        away = {
            name: 0.5 * (math.dist(position, pad.at) / spread) ** 2
            for name, pad in self.body.pads.items()
        }
        nearest = min(away.values())
        firmest = pressure * max(0.5, math.exp(-nearest))
        felt = {name: firmest * math.exp(nearest - off) for name, off in away.items()}
        return {name: value for name, value in felt.items() if value > 0.02}

    def _middle(self, zone: str | None) -> list[str]:
        names = [name for name, pad in self.body.pads.items() if pad.zone == zone]
        half = (len(names) - 1) // 2
        return names[half : len(names) - half]
