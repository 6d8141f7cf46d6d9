"""The simulated world round the body: a hand, gravity and a battery."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from moggy.body import Body
from moggy.messages import Place
from moggy.sim.board.wires import WorldInputs

Vector3 = tuple[float, float, float]
ForceScript = Callable[[float], tuple[Vector3, Vector3] | None]
"""Seconds since it began → (g, rad/s), or None when it is over."""

GRAVITY = (0.0, 0.0, 1.0)
STILL = (0.0, 0.0, 0.0)


class World:
    """What happens to the body now. `inputs` is what the board's devices feel of it."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._channels = {name: pad.channel for name, pad in body.pads.items()}
        self._no_pads: tuple[float, ...] = (0.0,) * 12
        self._pads: tuple[float, ...] = self._no_pads
        self._acceleration, self._gyro = GRAVITY, STILL
        self._volts = body.power.full_mv / 1000.0
        self._charging = self._stop = False
        self._script: tuple[float, ForceScript] | None = None
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
        """A hand lies here now: at a position on the skin, in the middle of a zone, or on pads with
        their own pressures."""
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
        """What the accelerometer feels from now on, in g; and the gyroscope, in rad/s."""
        self._script = None
        self._acceleration, self._gyro, self._inputs = (x, y, z), gyro, None

    def battery(self, level: float, charging: bool = False) -> None:
        """0..1, linear between the empty and the full voltage."""
        power = self.body.power
        self._volts = (
            power.empty_mv + min(max(level, 0.0), 1.0) * (power.full_mv - power.empty_mv)
        ) / 1000.0
        self._charging, self._inputs = charging, None

    def press_stop(self, pressed: bool) -> None:
        """The emergency button."""
        self._stop, self._inputs = pressed, None

    def lift(self, now: float) -> None:
        """Somebody picks the body up, and it stays in their hands."""
        self._script = (now, _lift)

    def put_down(self, now: float) -> None:
        """It is set down again."""
        self._script = (now, _put_down)

    def hit(self, now: float, strength: float) -> None:
        """A blow of 0..1."""
        self._script = (now, lambda t: _hit(t, strength))

    def step(self, now: float) -> None:
        """Let what goes on go on until `now`."""
        if self._script is not None:
            began, script = self._script
            felt = script(now - began)
            if felt is None:
                self._script, felt = None, (GRAVITY, STILL)
            self._acceleration, self._gyro = felt
            self._inputs = None

    def inputs(self) -> WorldInputs:
        if self._inputs is None:
            self._inputs = WorldInputs(
                pads=self._pads,
                acceleration=self._acceleration,
                gyro=self._gyro,
                volts=self._volts,
                charging=self._charging,
                stop=self._stop,
            )
        return self._inputs

    def _near(self, position: Place, pressure: float, area: float) -> dict[str, float]:
        """Pressure falls off with the distance like a bell; a larger area is a wider bell. The
        nearest pad feels at least half of it."""
        spread = 0.025 + 0.06 * area
        distances = {name: math.dist(position, pad.at) for name, pad in self.body.pads.items()}
        nearest = min(distances, key=distances.__getitem__)
        pressed = {
            name: pressure * math.exp(-0.5 * (distance / spread) ** 2)
            for name, distance in distances.items()
        }
        pressed[nearest] = max(pressed[nearest], 0.5 * pressure)
        return {name: value for name, value in pressed.items() if value > 0.02}

    def _middle(self, zone: str | None) -> list[str]:
        names = [name for name, pad in self.body.pads.items() if pad.zone == zone]
        half = (len(names) - 1) // 2
        return names[half : len(names) - half]


def _lift(t: float) -> tuple[Vector3, Vector3] | None:
    """A third of a second up, a third slowing, and then the small sway of hands."""
    sway = 0.02 * math.sin(2.0 * math.pi * 1.3 * t)
    up = 0.45 * math.sin(2.0 * math.pi * t / 0.7) if t < 0.7 else 0.0
    return (sway, 1.5 * sway, 1.0 + up + 0.5 * sway), (2.0 * sway, 3.0 * sway, 0.0)


def _put_down(t: float) -> tuple[Vector3, Vector3] | None:
    """Down gently, and a short bump when the feet meet the ground."""
    if t > 0.7:
        return None
    bump = 0.5 * math.exp(-((t - 0.6) ** 2) / 0.0008)
    return (
        0.0,
        0.0,
        1.0 - 0.25 * math.sin(2.0 * math.pi * t / 0.6) + bump if t < 0.6 else 1.0 + bump,
    ), STILL


def _hit(t: float, strength: float) -> tuple[Vector3, Vector3] | None:
    """A jerk of up to 3 g that rings for a moment."""
    if t > 0.25:
        return None
    ring = strength * math.exp(-t / 0.05) * math.cos(2.0 * math.pi * 12.0 * t)
    return (3.0 * ring, 1.2 * ring, 1.0 - 0.8 * ring), (0.0, 4.0 * ring, 2.0 * ring)
