"""The shafts of the simulated servos. They follow their pulses, unless they are hot or stalled."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, TypeAlias

from moggy.body import Body
from moggy.servo_kinds import SERVO_KINDS
from moggy.sim.board.wires import Pulses, angles

ServoFault: TypeAlias = Literal["servos_hot", "servos_stalled"]
"""What may happen to all servos at once: hot ones turn slowly; stalled ones, as when somebody holds
the limbs, do not turn and draw their stall current. A hobby servo reports neither."""

FREE_RAD_S = 10.0
"""rad/s of a servo that is not held: 0.1 s for 60°, as small servos are sold."""
HOT_RAD_S = 1.0
"""rad/s of a hot servo. Our choice: slower than most motions, so that it can be seen."""
LEADS_OHM = 0.15
"""Ω of battery and leads, through which stalled servos pull the supply down. Our choice; to be
measured."""
DEAD_BAND_RAD = 0.02
"""rad between pulse and shaft that a servo does not notice; its resolution."""


class Shafts:
    """Where the shafts are. `step` must be called while `astray`, and while there is a fault."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._angles: dict[str, float] = {}
        self._now = 0.0
        self.astray = False
        """Whether some shaft may not be where its pulses want it."""
        self.sag = 0.0
        """Volts by which stalled servos pull the supply down now."""

    def step(self, now: float, pulses: Pulses, faults: Collection[str]) -> None:
        """Turn towards the pulses until `now`, s."""
        wanted = angles(self._body, pulses)
        if not self.astray:
            self._angles = dict(wanted)
        stalled = "servos_stalled" in faults
        speed = 0.0 if stalled else HOT_RAD_S if "servos_hot" in faults else FREE_RAD_S
        most, self._now = speed * (now - self._now if self.astray else 0.0), now
        self.astray, amperes = bool({"servos_hot", "servos_stalled"} & set(faults)), 0.0
        for name, angle in wanted.items():
            here = self._angles.setdefault(name, angle)
            self._angles[name] = here + min(max(angle - here, -most), most)
            if abs(angle - self._angles[name]) > DEAD_BAND_RAD:
                amperes += SERVO_KINDS[self._body.joints[name].servo].stalls
                self.astray = True
        self.sag = amperes * LEADS_OHM if stalled else 0.0

    def angles(self, pulses: Pulses) -> dict[str, float]:
        """Joint → rad at which its shaft stands; limp joints are left out."""
        wanted = angles(self._body, pulses)
        if not self.astray:
            return wanted
        return {name: self._angles.get(name, angle) for name, angle in wanted.items()}
