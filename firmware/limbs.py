"""All joints with the servos that move them: attached one after another, stepped together, or limp."""

from micropython import const

from joint import Joint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Row, Servos

_TICKS_BETWEEN_ATTACHES = const(3)
"""Servos that wake together draw more than a battery gives."""
_GENTLY = const(6)
"""Divides the speed on the way to the rest pose."""


_SHORTEST_US = const(500)
_LONGEST_US = const(2500)


def joint_of(row: "Row") -> Joint:
    """The joint of a row, its limits cut to what pulses a servo bears."""
    name, _, _, low, high, rest, velocity, acceleration, zero, gain = row
    if gain:
        ends = sorted([(_SHORTEST_US - zero) * 65536 // gain, (_LONGEST_US - zero) * 65536 // gain])
        low, high = max(low, ends[0] + 1), min(high, ends[1] - 1)
    return Joint(name, low, high, min(max(rest, low), high), velocity, acceleration)


class Limbs:
    def __init__(self, rows: "tuple[Row, ...]", servos: "dict[str, Servos]") -> None:
        """Rows as in the body's config; `servos` by the name of their driver, with pulse(channel,
        us), off, flush and all_off."""
        self.joints = [joint_of(row) for row in rows]
        self._servos = list(servos.values())
        self._outputs = [
            (servos[driver].pulse, channel, zero, gain)
            for _, driver, channel, _, _, _, _, _, zero, gain in rows
        ]
        self._attached = 0
        self.attached = False
        """Whether every servo has its pulses."""
        self._wait = 0

    def aim(self, angles: tuple[int, ...], steps: int) -> None:
        """Centidegrees for every joint, to be reached within so many steps."""
        for joint, angle in zip(self.joints, angles):
            if (
                angle != joint.target or not joint.still
            ):  # most joints are at rest where they are aimed at: save the call
                joint.aim(angle, steps)

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
        self.attached = False

    def attach(self) -> None:
        """Called each tick while starting: gives the next servo its pulses, at the angle where it
        is believed to be."""
        self._wait -= 1
        if self._wait <= 0 and self._attached < len(self.joints):
            self._pulse(self._attached)
            self._attached += 1
            self.attached = self._attached == len(self.joints)
            self._wait = _TICKS_BETWEEN_ATTACHES
            for servos in self._servos:
                servos.flush()

    def step(self) -> None:
        """Fifty times a second: move every joint that is not still, and write the pulses."""
        moved = False
        for joint, (pulse, channel, zero, gain) in zip(self.joints, self._outputs):
            if not joint.still:
                joint.step()
                pulse(channel, zero + (joint.angle * gain + 32768 >> 16))
                moved = True
        if moved:
            for servos in self._servos:
                servos.flush()

    def _pulse(self, index: int) -> None:
        pulse, channel, zero, gain = self._outputs[index]
        pulse(channel, zero + (self.joints[index].angle * gain + 32768 >> 16))
