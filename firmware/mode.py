"""What the board is doing: starting → running → hold → rest → limp as the brain comes and goes, and
stopped or fault, which latch."""

from time import ticks_add, ticks_diff

from micropython import const

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

STARTING = const(0)
RUNNING = const(1)
HOLD = const(2)
REST = const(3)
LIMP = const(4)
STOPPED = const(5)
FAULT = const(6)

_HOLD_MS = const(2000)
"""A lost link may be a brain that restarts: hold for so long."""
_RESTED_MS = const(3000)
"""Then lie down, and go limp this long after the rest pose is reached."""


class Mode:
    def __init__(self, now: "Ms") -> None:
        self.state = LIMP
        self.entered = now
        self._fresh = False
        self._fresh_until = now

    def enter(self, state: int, now: "Ms") -> None:
        self.state = state
        self.entered = now

    def refresh(self, now: "Ms", ttl_ms: int) -> None:
        """A setpoint came that is good for so long."""
        self._fresh = True
        self._fresh_until = ticks_add(now, ttl_ms)

    def forget(self) -> None:
        """The last setpoint no longer counts."""
        self._fresh = False

    def next(self, now: "Ms", attached: bool, still: bool) -> int:
        """The state that follows now, or the same."""
        if self._fresh and ticks_diff(now, self._fresh_until) > 0:
            self._fresh = False
        state, fresh = self.state, self._fresh
        if state == RUNNING:
            return RUNNING if fresh else HOLD
        since = ticks_diff(now, self.entered)
        if state == STARTING:
            return STARTING if not attached else RUNNING if fresh else HOLD
        if state == HOLD:
            return RUNNING if fresh else REST if since >= _HOLD_MS else HOLD
        if state == REST:
            if not still:
                self.entered = now
            return RUNNING if fresh else LIMP if still and since >= _RESTED_MS else REST
        if state == LIMP:
            return STARTING if fresh else LIMP
        return state
