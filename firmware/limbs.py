"""All joints with their servos: attached one after another, stepped together, or limp."""

from micropython import const

from joint import Joint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Row, Servos

_TICKS_BETWEEN_ATTACHES = const(3)
"""Ticks (30 ms) from one servo's first pulse to the next. Servos that wake together draw more than
a battery gives."""
_GENTLY = const(6)
"""The highest speed is divided by this on the way to the rest pose. Our choice: the longest way
takes about two seconds."""
_SHORTEST_US = const(500)
"""Shortest pulse in µs that a common hobby servo takes; beyond it some turn on into their stop."""
_LONGEST_US = const(2500)
"""Longest pulse in µs that a common hobby servo takes."""


def joint_of(row: "Row") -> Joint:
    """The joint of a row of the body's config (shapes.Row names its fields), with its limits cut to
    the pulses that a servo takes."""
    name, _, _, low, high, rest, velocity, acceleration, zero, gain = row
    if gain:
        ends = sorted([(_SHORTEST_US - zero) * 65536 // gain, (_LONGEST_US - zero) * 65536 // gain])
        low, high = max(low, ends[0] + 1), min(high, ends[1])
    return Joint(name, low, high, min(max(rest, low), high), velocity, acceleration)


class Limbs:
    """The joints in the order of the body's config."""

    def __init__(self, rows: "tuple[Row, ...]", servos: "dict[str, Servos]") -> None:
        """`rows` as in the body's config; `servos` by the name of their driver."""
        self.joints = [joint_of(row) for row in rows]
        self._servos = list(servos.values())
        self._outputs = [
            (servos[driver].pulse, channel, zero, gain)
            for _, driver, channel, _, _, _, _, _, zero, gain in rows
        ]
        """For each joint: the driver's `pulse`, channel, zero (µs), gain (µs/65536 a cdeg)."""
        self._attached = 0
        self.attached = False
        """Whether every servo has its pulses."""
        self._wait = 0

    def aim(self, angles: tuple[int, ...], steps: int) -> None:
        """Send each joint to its angle (cdeg) within `steps` steps of 20 ms."""
        for joint, angle in zip(self.joints, angles):
            # Most joints are at rest where they are aimed at: this saves the call.
            if angle != joint.target or not joint.still:
                joint.aim(angle, steps)

    def aim_at_rest(self) -> None:
        """Send each joint to its rest angle, slowly; `hurry` ends the slowness."""
        for joint in self.joints:
            joint.slow = max(1, joint.fastest // _GENTLY)
            joint.aim(joint.rest, 1)

    def hurry(self) -> None:
        """Allow full speed again."""
        for joint in self.joints:
            joint.slow = 0

    def hold(self) -> None:
        """Brake every joint where it is."""
        for joint in self.joints:
            joint.hold()

    @property
    def still(self) -> bool:
        """Whether no joint moves."""
        for joint in self.joints:
            if not joint.still:
                return False
        return True

    def limp(self) -> None:
        """End all pulses at once. Raises OSError when the servo board does not answer."""
        for servos in self._servos:
            servos.all_off()
        for joint in self.joints:
            joint.drop()
        self._attached = self._wait = 0
        self.attached = False

    def attach(self) -> None:
        """Give the next servo its pulses, at the angle where it is believed to be. Called at each
        tick while starting, until `attached`. Raises OSError as `limp` does."""
        self._wait -= 1
        if self._wait <= 0 and self._attached < len(self.joints):
            self._pulse(self._attached)
            self._attached += 1
            self.attached = self._attached == len(self.joints)
            self._wait = _TICKS_BETWEEN_ATTACHES
            for servos in self._servos:
                servos.flush()

    def step(self) -> None:
        """Move every joint that is not still by one step and write the pulses. Called 50 times a
        second. Raises OSError as `limp` does."""
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
