"""All joints with the servos that move them: attached one after another, stepped together, or limp."""

from micropython import const

from joint import Joint

_TICKS_BETWEEN_ATTACHES = const(3)
"""Servos that wake together draw more than a battery gives."""
_GENTLY = const(6)
"""Divides the speed on the way to the rest pose."""


class Limbs:
    def __init__(self, rows: tuple[tuple[str, str, int, int, int, int, int, int, int, int], ...], servos: dict[str, object]) -> None:
        """Rows as in the body's config; `servos` by the name of their driver, with pulse(channel, us), off, flush and all_off."""
        self.joints = [
            Joint(name, low, high, rest, velocity, acceleration) for name, _, _, low, high, rest, velocity, acceleration, _, _ in rows
        ]
        self._servos = list(servos.values())
        self._outputs = [(servos[driver], channel, zero, gain) for _, driver, channel, _, _, _, _, _, zero, gain in rows]
        self._attached = 0
        self._wait = 0

    @property
    def attached(self) -> bool:
        """Whether every servo has its pulses."""
        return self._attached == len(self.joints)

    def aim(self, angles: tuple[int, ...], ticks: int) -> None:
        """Centidegrees for every joint, to be reached within so many ticks."""
        for joint, angle in zip(self.joints, angles):
            joint.aim(angle, ticks)

    def aim_at_rest(self) -> None:
        for joint in self.joints:
            joint.slow = max(1, joint.fastest // _GENTLY)
            joint.aim(joint.rest, 1)

    def hurry(self) -> None:
        """Full speed again."""
        for joint in self.joints:
            joint.slow = 0

    def hold(self) -> None:
        for joint in self.joints:
            joint.hold()

    @property
    def still(self) -> bool:
        for joint in self.joints:
            if not joint.still:
                return False
        return True

    def limp(self) -> None:
        """No pulses, at once."""
        for servos in self._servos:
            servos.all_off()
        for joint in self.joints:
            joint.drop()
        self._attached = self._wait = 0

    def attach(self) -> None:
        """Called each tick while starting: gives the next servo its pulses, at the angle where it is believed to be."""
        self._wait -= 1
        if self._wait <= 0 and self._attached < len(self.joints):
            self._pulse(self._attached)
            self._attached += 1
            self._wait = _TICKS_BETWEEN_ATTACHES
            for servos in self._servos:
                servos.flush()

    def step(self) -> None:
        """One tick: move every joint that is not still, and write the pulses."""
        moved = False
        for index, joint in enumerate(self.joints):
            if not joint.still:
                joint.step()
                if joint.speed:
                    self._pulse(index)
                    moved = True
        if moved:
            for servos in self._servos:
                servos.flush()

    def _pulse(self, index: int) -> None:
        servos, channel, zero, gain = self._outputs[index]
        servos.pulse(channel, min(max(zero + ((self.joints[index].angle * gain + 32768) >> 16), 500), 2500))
