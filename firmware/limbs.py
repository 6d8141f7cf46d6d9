"""All joints with their servos: attached one after another, stepped together, or limp. Limp is
asked for again at every tick until each driver has acknowledged it."""

from machine import Pin
from micropython import const

from joint import Joint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from shapes import Row, Servos

_TICKS_BETWEEN_ATTACHES = const(3)
"""Ticks (30 ms) from one servo's first pulse to the next. Servos that wake together draw more than
a battery gives."""
_GENTLY = const(6)
"""The highest speed is divided by this on the way to the rest pose. Our choice: the longest way
takes about two seconds."""
_TRIES = const(5)
"""Writes in a row that may fail (100 ms of steps) before the servos count as lost. Our choice: a
spike on the bus lasts for one transfer, and a servo keeps its last pulse meanwhile."""
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

    def __init__(
        self, rows: "tuple[Row, ...]", servos: "dict[str, Servos]", disable: "Pin | None" = None
    ) -> None:
        """`rows` as in the body's config; `servos` by the name of their driver. `disable`: the
        output-enable pin of the servo board (OE), high without pulses; None where not wired."""
        self.joints = [joint_of(row) for row in rows]
        self._servos = list(servos.values())
        self._disable = disable
        self._on = list(self._servos)
        """Drivers that have not acknowledged that they are off."""
        self._failed = 0
        """Writes in a row that failed."""
        self._outputs = [
            (servos[driver].pulse, channel, zero, gain)
            for _, driver, channel, _, _, _, _, _, zero, gain in rows
        ]
        """For each joint: the driver's `pulse`, channel, zero (µs), gain (µs/65536 a cdeg)."""
        self._attached = 0
        self.attached = False
        """Whether every servo has its pulses."""
        self._wait = 0

    def aim(self, angles: "Sequence[int]", steps: int) -> None:
        """Send each joint to its angle (cdeg) within `steps` steps of 20 ms."""
        joints = self.joints
        for index in range(len(joints)):
            joint = joints[index]
            # Most joints are at rest where they are aimed at: this saves the call.
            if angles[index] != joint.target or not joint.still:
                joint.aim(angles[index], steps)

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

    @property
    def off(self) -> bool:
        """Whether every driver has acknowledged that it gives no pulses."""
        return not self._on

    @property
    def lost(self) -> bool:
        """Whether so many writes in a row have failed that the servos cannot be trusted."""
        return self._failed >= _TRIES

    def limp(self) -> None:
        """End all pulses. What a driver does not acknowledge is asked again by `off_again`."""
        for joint in self.joints:
            joint.drop()
        self._attached = self._wait = 0
        self.attached = False
        self._on = list(self._servos)
        self.off_again()

    def off_again(self) -> None:
        """Ask each driver that may still give pulses to end them, each on its own: one that does
        not answer keeps no other from it. Called at each tick while limp."""
        if self._disable is not None:
            self._disable.value(1)
        for servos in list(self._on):
            try:
                servos.all_off()
            except OSError:
                continue
            self._on.remove(servos)
        if not self._on:
            self._failed = 0

    def sound(self) -> bool:
        """Whether every driver answers and still has its configuration: a chip that was reset by a
        dip of its supply has not."""
        try:
            for servos in self._servos:
                if not servos.sound():
                    return False
        except OSError:
            return False
        return True

    def attach(self) -> None:
        """Give the next servo its pulses, at the angle where it is believed to be. Called at each
        tick while starting, until `attached`."""
        if self._disable is not None:
            self._disable.value(0)
        self._wait -= 1
        if self._wait <= 0 and self._attached < len(self.joints):
            self._pulse(self._attached)
            if self._flushed():
                self._attached += 1
                self.attached = self._attached == len(self.joints)
                self._wait = _TICKS_BETWEEN_ATTACHES

    def step(self, steps: int = 1) -> None:
        """Move every joint that is not still by `steps` steps of 20 ms, and write the pulses. What
        could not be written is written by the next call."""
        moved = self._failed > 0
        joints, outputs = self.joints, self._outputs
        for index in range(len(joints)):
            joint = joints[index]
            if not joint.still:
                for _ in range(steps):
                    joint.step()
                pulse, channel, zero, gain = outputs[index]
                pulse(channel, zero + (joint.angle * gain + 32768 >> 16))
                moved = True
        if moved:
            self._flushed()

    def _flushed(self) -> bool:
        """Write what is staged; False where a driver did not acknowledge it."""
        try:
            for servos in self._servos:
                servos.flush()
        except OSError:
            self._failed += 1
            return False
        self._failed = 0
        return True

    def _pulse(self, index: int) -> None:
        pulse, channel, zero, gain = self._outputs[index]
        pulse(channel, zero + (self.joints[index].angle * gain + 32768 >> 16))
