"""The board's state: starting → running → hold → rest → limp as the brain comes and goes. Stopped
is only left by a command, fault when it heals or by a command. The numbers are indexes into
wire.STATES."""

from time import ticks_add, ticks_diff

from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

STARTING = const(0)
"""Servos are attached one after another."""
RUNNING = const(1)
"""Setpoints are followed."""
HOLD = const(2)
"""No valid setpoint: the joints stay where they are."""
REST = const(3)
"""No valid setpoint for longer: slowly to the rest pose."""
LIMP = const(4)
"""No pulses."""
STOPPED = const(5)
"""Emergency stop; left by `release` only. Said as STOPPING until all pulses have ended."""
FAULT = const(6)
"""A critical fault; left when it heals (faults.py) or by `clear`."""
STOPPING = const(7)
"""Only said, never entered: limp, stopped or fault, and some driver has not yet acknowledged that
it gives no pulses."""

_HOLD_MS = const(2000)
"""ms in HOLD before REST: time for a brain that restarts its link."""
_RESTED_MS = const(3000)
"""ms in the rest pose before LIMP, so that the servos do not heat up for nothing."""


class Mode:
    """The state, when it was entered, and how long the last setpoint is valid."""

    def __init__(self, now: "Ms") -> None:
        self.state = LIMP
        self.entered = now
        self.gently = False
        """Whether it goes slowly to the rest pose before it follows setpoints, as after a fault:
        nobody knows where the limp joints are."""
        self._fresh = False
        self._fresh_until = now

    def enter(self, state: int, now: "Ms") -> None:
        """Change to `state`."""
        self.state = state
        self.entered = now

    def refresh(self, now: "Ms", ttl_ms: int) -> None:
        """Note that a setpoint came, which is valid for `ttl_ms`."""
        self._fresh = True
        self._fresh_until = ticks_add(now, ttl_ms)

    def forget(self) -> None:
        """Make the last setpoint invalid."""
        self._fresh = False

    def next(self, now: "Ms", attached: bool, still: bool) -> int:
        """The state that should be entered now; the current one if none. `attached`: every servo
        has its pulses; `still`: no joint moves."""
        if self._fresh and ticks_diff(now, self._fresh_until) > 0:
            self._fresh = False
        state, fresh = self.state, self._fresh
        if state == RUNNING:
            return RUNNING if fresh else HOLD
        since = ticks_diff(now, self.entered)
        if state == STARTING:
            return STARTING if not attached else REST if self.gently else RUNNING if fresh else HOLD
        if state == HOLD:
            return RUNNING if fresh else REST if since >= _HOLD_MS else HOLD
        if state == REST:
            if not still:
                self.entered = now
            elif self.gently:
                self.gently = False
            if self.gently:
                return REST
            return RUNNING if fresh else LIMP if still and since >= _RESTED_MS else REST
        if state == LIMP:
            return STARTING if fresh else LIMP
        return state
