"""A board under test: its joints are moved one at a time and slowly, and what it feels is kept."""

from __future__ import annotations

import os
import select
import sys
from collections import deque
from collections.abc import Callable, Iterable

from moggy import wire, wire_check
from moggy.actuators.serial_body import SerialBody
from moggy.board_config import CDEG_A_RAD
from moggy.body import Body
from moggy.clock import unix_time
from moggy.commands.board_session import PortSession
from moggy.commands.terminal import say
from moggy.messages import Command, Purr
from moggy.protocol import Heard, Said

SPEED = 0.4
"""rad/s of a joint under test: slow enough to stop it by hand. Our choice."""
LONGEST_STEP_S = 0.1
"""Seconds that a step of a movement makes up for at most; a pause of this machine is no jump."""
ANGLES_S = 5.0
"""Seconds in which a board at rest says where it believes its joints: it does every 4
(docs/wire.md)."""
START_S = 10.0
"""Seconds in which all servos have their pulses: one gets them every 30 ms, and a fault heals in
one. Our choice."""
AWAY_S = 1.5
"""Seconds without a look at the board after which a movement is given up: it holds for 2 s, and
then goes to rest (docs/wire.md), from where the next setpoint would hurry its joints back."""
LIMP_S = 3.0
"""Seconds in which a board has said that no servo has pulses any more. Our choice."""
KEPT = 2000
"""Samples that are kept, 40 s of them. Our choice."""
OFF = ("limp", "stopped", "fault")
"""States without pulses."""
ENDS = ("stopped", "fault", "stopping")
"""States from which setpoints wake no servo."""
FOLLOWS = ("running", "hold")
"""States in which a joint is where it was sent to."""
NOT_LIMP = (
    "the board has not said that it is limp; it goes limp by itself within seconds. Where a servo "
    "still moves, press its stop button or cut the servos' power"
)


class Typed:
    """The lines that are typed at the standard input, read without waiting."""

    def __init__(self) -> None:
        self._file, self._text = sys.stdin.fileno(), b""

    def line(self) -> str | None:
        """The next line, without spaces around it; None where none was typed. Raises RuntimeError
        at the end of the input."""
        if b"\n" not in self._text and select.select([self._file], [], [], 0.0)[0]:
            more = os.read(self._file, 4096)
            if not more:
                raise RuntimeError("nobody answers any more: the input has ended")
            self._text += more
        line, end, rest = self._text.partition(b"\n")
        if not end:
            return None
        self._text = rest
        return line.decode(errors="replace").strip()

    def forget(self) -> None:
        """Drop what was typed ahead, so that no answer is given before its question."""
        while self.line() is not None:
            pass


class Stand(PortSession):
    """A board under test. No joint moves but by `move`, within its limits and at SPEED."""

    def __init__(self, port: str, body: Body, typed: Typed) -> None:
        super().__init__(port, body, None)
        self.typed = typed
        self.interrupted = False
        """Set it where all is to end: the next `listen` raises KeyboardInterrupt, once."""
        self._mover = SerialBody(self._link, body)
        self.woken = False
        """Whether servos may have had pulses from here."""
        self._drives = self._awake = False
        """Whether setpoints are sent, and whether the board follows them."""
        self._drove_at, self._looked = 0.0, unix_time()
        self._goal: tuple[str, float] | None = None
        self._purr = Purr()
        self.pose = {name: joint.rest for name, joint in body.joints.items()}
        """Joint → angle to which it is sent, rad."""
        self._believed = False
        """Whether the board has said where it believes them."""
        self.touches: deque[tuple[int, ...]] = deque(maxlen=KEPT)
        """A pressure a pad, 0..255, by sample."""
        self.motions: deque[tuple[int, ...]] = deque(maxlen=KEPT)
        """mg and mrad/s, six a sample."""

    def hear(self, said: Iterable[Said]) -> None:
        """Keep what the board feels too."""
        said = list(said)
        super().hear(said)
        for one in said:
            if not isinstance(one, Heard):
                continue
            if one.kind in (wire.TOUCH, wire.TOUCHED):
                self.touches.append(wire_check.values(one.kind, one.payload))
            elif one.kind == wire.MOTION:
                self.motions.append(wire_check.fields(one.kind, one.payload)[1:])
            elif one.kind == wire.JOINTS and not self._drives:
                angles = wire_check.values(one.kind, one.payload)
                for name, angle in zip(self.body.joints, angles, strict=True):
                    self.pose[name] = (angle - wire.ANGLE_ZERO) / CDEG_A_RAD
                self._believed = True

    def listen(self, now: float) -> None:
        """Also send what keeps the joints where they are. Raises RuntimeError where the board is
        lost, or ends the movement by itself."""
        if self.interrupted:
            self.interrupted = False
            raise KeyboardInterrupt
        before, self._looked = self._looked, unix_time()  # which also passes in a sleep
        if self._drives and self._looked - before > AWAY_S:
            self._drives = False
            raise RuntimeError("this computer was suspended, and the board ends the movement")
        was = self.connected
        super().listen(now)
        if was and not self.connected:
            self._drives = False
            raise RuntimeError(f"the board at {self.port} was lost: {self._why}. {NOT_LIMP}")
        ends = self.state not in FOLLOWS if self._awake else self.state in ENDS
        if self._drives and ends:
            # Its joints are not where they were left, and the next setpoint would hurry them there.
            self._drives = False
            raise RuntimeError(
                f"the board at {self.port} has ended the movement: it is {self.condition}"
            )
        if self._drives:
            self._drive(now)

    def _drive(self, now: float) -> None:
        passed, self._drove_at = min(now - self._drove_at, LONGEST_STEP_S), now
        if self._goal is not None:
            name, angle = self._goal
            here = self.pose[name]
            step = min(SPEED, self.body.joints[name].velocity / 2.0) * passed
            self.pose[name] = min(max(angle, here - step), here + step)
            if self.pose[name] == angle:
                self._goal = None
        self._mover.move(Command(at=now, pose=self.pose, purr=self._purr))

    def wake(self) -> None:
        """Give all servos their pulses, where the board believes their joints. Raises RuntimeError
        where it does not say so, or they do not start."""
        if self._drives:
            return
        if self.state not in OFF:  # on its way to rest, after another program
            self.relax()
            self._believed = False
        self.pause(ANGLES_S, lambda: self._believed)
        if not self._believed:
            raise RuntimeError(f"the board at {self.port} does not say where its joints are")
        self.woken = self._drives = True
        self._drove_at = self._clock.now()
        self.pause(START_S, lambda: self.state == "running")
        if self.state != "running":
            raise RuntimeError(f"the servos do not start: the board is {self.condition}")
        self._awake = True

    def move(self, joint: str, angle: float, stop: Callable[[], object] = lambda: False) -> bool:
        """Move a joint slowly to an angle within its limits (rad), until it is there (True) or
        until something is so."""
        limits = self.body.joints[joint]
        self._goal = joint, min(max(angle, limits.min), limits.max)
        stopped = False

        def done() -> bool:
            nonlocal stopped
            stopped = bool(stop())
            return stopped or self._goal is None

        self.until(done, f"moving {joint}")
        self._goal = None
        return not stopped

    def purr(self, level: float) -> None:
        """Purr from now on: 0..1."""
        self._purr = Purr(level=level, breath=0.25)

    def relax(self) -> bool:
        """End all pulses; whether the board says that they have ended."""
        self._goal, self._purr = None, Purr()
        self._drives = self._awake = False
        self.send(wire.LIMP)
        self.pause(LIMP_S, self._is_limp)
        return self._is_limp()

    def _is_limp(self) -> bool:
        return self.state in OFF and self.result(wire.LIMP) != ""

    def ask(self, question: str, keys: str) -> str:
        """Ask and wait for one of the keys, without letting go of what moves; empty keys: for
        Enter. Raises RuntimeError at the end of the input."""
        self.typed.forget()
        say(f"{question} [{'/'.join(keys) or 'Enter'}]")
        given = ""

        def answered() -> bool:
            nonlocal given
            line = self.typed.line()
            if line is None:
                return False
            given = line[:1].lower()
            if not keys or (given and given in keys):
                return True
            say(f"one of {', '.join(keys)}, then Enter")
            return False

        self.until(answered, "asking")
        return given
