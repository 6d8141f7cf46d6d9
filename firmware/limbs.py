"""All joints with their servos: attached one after another, stepped together, or limp. Limp is
asked for again at every tick until each driver has acknowledged it."""

from array import array

from machine import Pin
from micropython import const

from joint import Joint, aim, hold_all, moving, put_angles, slow_all, step, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Row, Servos

_TICKS_BETWEEN_ATTACHES = const(3)
"""Ticks (30 ms) from one servo's first pulse to the next. Servos that wake together draw more than
a battery gives."""
_GENTLY = const(6)
"""The highest speed is divided by this on the way to the rest pose. Our choice: the longest way of
the shipped body takes about two seconds."""
_TRIES = const(5)
"""Writes or looks in a row that may fail (100 ms) before the servos count as lost. Our choice: a
spike on the bus lasts for one transfer, and a servo keeps its last pulse meanwhile."""
_TICKS_BETWEEN_TRIES = const(2)
"""Ticks (20 ms, as between two steps) after which a first pulse that failed is tried again."""
_SHORTEST_US = const(500)
"""Shortest pulse in µs that a common hobby servo takes; beyond it some turn on into their stop."""
_LONGEST_US = const(2500)
"""Longest pulse in µs that a common hobby servo takes."""


def build(joint: Joint, row: "Row") -> None:
    """Build a joint from its row of the body's config (shapes.Row names its fields), with its
    limits cut to the pulses that a servo takes."""
    _, _, _, low, high, rest, velocity, acceleration, zero, gain = row
    if gain:
        ends = sorted([(_SHORTEST_US - zero) * 65536 // gain, (_LONGEST_US - zero) * 65536 // gain])
        low, high = max(low, ends[0] + 1), min(high, ends[1])
    rest = min(max(rest, low), high)
    joint.build(low, high, rest, velocity, acceleration, zero, gain)


class Limbs:
    """The joints in the order of the body's config."""

    def __init__(
        self, rows: "tuple[Row, ...]", servos: "dict[str, Servos]", disable: "Pin | None" = None
    ) -> None:
        """`rows` as in the body's config; `servos` by the name of their driver. `disable`: the
        output-enable pin of the servo board (OE), high without pulses; None where not wired."""
        self.count = len(rows)
        """How many joints there are."""
        self._states = table(self.count)
        for index in range(self.count):
            build(self.joint(index), rows[index])
        self._rests = array("h", [joint.rest for joint in self.joints])
        self._pulses = array("H", [0] * self.count)
        """µs for each joint; 0 is none."""
        self._servos = list(servos.values())
        self._moves = [[n for n in range(self.count) if rows[n][1] == name] for name in servos]
        """The joints of each driver."""
        self._disable = disable
        self._on = list(self._servos)
        """Drivers that have not acknowledged that they are off."""
        self._failed = self._unheard = 0
        """Writes and looks in a row that failed."""
        self._wrong = 0
        """Looks in a row in which a channel did not hold its pulse."""
        self.repairs = 0
        """How often that was since the start; stays at 65535."""
        self.doubtful = False
        """Whether the last look found no answer, so that the next should come soon."""
        self._attached = 0
        self.attached = False
        """Whether every servo has its pulses."""
        self._wait = 0

    def joint(self, index: int) -> Joint:
        """One of the joints."""
        return Joint(self._states, index)

    @property
    def joints(self) -> "list[Joint]":
        """All joints."""
        return [self.joint(index) for index in range(self.count)]

    def aim(self, angles: "array[int]", steps: int) -> None:
        """Send each joint to its angle (cdeg, an array of shorts) within `steps` steps of 20 ms."""
        aim(self._states, 0, self.count, angles, steps)

    def aim_at_rest(self) -> None:
        """Send each joint to its rest angle, slowly; `hurry` ends the slowness."""
        slow_all(self._states, _GENTLY)
        aim(self._states, 0, self.count, self._rests, 1)

    def hurry(self) -> None:
        """Allow full speed again."""
        slow_all(self._states, 0)

    def hold(self) -> None:
        """Brake every joint where it is."""
        hold_all(self._states)

    @property
    def still(self) -> bool:
        """Whether no joint moves."""
        return not moving(self._states, self.count)

    def put_angles(self, out: bytearray, at: int) -> None:
        """Write the angles of all joints into `out` from `at` on, as a message has them."""
        put_angles(self._states, self.count, out, at)

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
        for index in range(self.count):
            self.joint(index).drop()
            self._pulses[index] = 0
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
            except Exception:  # a driver of one's own may raise anything
                continue
            self._on.remove(servos)
        if not self._on:
            self._failed = self._wrong = 0

    def look(self) -> bool:
        """Look whether the next channels of each driver that is not asked to be off give what was
        written. If not they are written again; without pulses the driver is asked to be off. So
        many looks in a row that found others are as many failed writes. Returns whether any was."""
        found = False
        for servos in self._servos:
            try:
                if servos in self._on or servos.holds():
                    continue
            except Exception:
                continue  # `sound` tells
            found = True
            self.repairs = min(self.repairs + 1, 65535)
            if not self._attached:
                self._on.append(servos)
        self._wrong = self._wrong + 1 if found and self._attached else 0
        if self._wrong:
            self._failed = max(self._failed, _TRIES if self._wrong >= _TRIES else 1)
        return found

    def sound(self) -> bool:
        """Look whether every driver still has its configuration: a chip that was reset by a dip of
        its supply has not. One that does not answer counts as sound for the first looks."""
        for servos in self._servos:
            try:
                sound = servos.sound()
            except Exception:
                self._unheard = min(self._unheard + 1, _TRIES)
                self.doubtful = self._unheard < _TRIES
                return self.doubtful
            if not sound:
                return False
        self._unheard = 0
        self.doubtful = False
        return True

    def attach(self) -> None:
        """Give the next servo its pulses, at the angle where it is believed to be. Called at each
        tick while starting, until `attached`."""
        if self._disable is not None:
            self._disable.value(0)
        self._on.clear()  # what `look` found before the first pulse is not asked to be off now
        self._wait -= 1
        if self._wait <= 0 and self._attached < self.count:
            self._pulses[self._attached] = self.joint(self._attached).pulse
            if self._shown():
                self._attached += 1
                self._wait = _TICKS_BETWEEN_ATTACHES
            else:
                self._wait = _TICKS_BETWEEN_TRIES
        self.attached = self._attached == self.count

    def step(self, steps: int = 1) -> None:
        """Move every joint that is not still by `steps` steps of 20 ms, and write the pulses."""
        moved = step(self._states, self.count, steps, self._pulses)
        if moved or self._failed:
            self._shown()

    def _shown(self) -> bool:
        """Give the drivers the pulses; False where one did not acknowledge them. Its servos stay
        where they are: their joints take back the step, and go on from there without a jump."""
        answered = True
        for index in range(len(self._servos)):
            try:
                self._servos[index].show(self._pulses)
            except Exception:
                answered = False
                for moved in self._moves[index]:
                    if self._pulses[moved]:
                        self.joint(moved).take_back()
        self._failed = 0 if answered else self._failed + 1
        return answered
