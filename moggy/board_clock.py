"""What the board's own milliseconds tell: when something was measured, and over what time messages
were sent that come at once."""

from __future__ import annotations

from collections import deque

TICKS_WRAP = 1 << 30
"""ms at which the clock of a MicroPython board wraps, after twelve days."""
MESSAGES_A_SECOND = 150.0
"""Events and samples that are taken from a board, a second; a sound one sends 105. More
samples are dropped, and more events are not acknowledged, so that they come again."""
MESSAGES_AT_ONCE = 120.0
"""Events and samples that may come at once, as after a tick that took a second."""
PILED_S = 60.0
"""Seconds of messages that may have piled up while the brain was stopped. Our choice: the 4 kB of a
serial port hold two, the 64 kB of a USB port thirty."""
PILED_AGAIN = 0.1
"""Of these, how many are granted anew, a second. Our choice: all of them after ten minutes."""


def ms_between(board_ms: int, then_ms: int) -> int:
    """ms from one moment of the board's clock to another, less than six days before or behind."""
    return (board_ms - then_ms + TICKS_WRAP // 2) % TICKS_WRAP - TICKS_WRAP // 2


class BoardClock:
    """Translates the board's milliseconds to our clock, by the ping with the shortest round trip of
    the last sixteen (as NTP's clock filter does: Mills 1991)."""

    def __init__(self) -> None:
        self._trips: deque[tuple[float, float, int]] = deque(maxlen=16)
        """(round trip in s, its middle on our clock, the board's ms then)."""
        self._best: tuple[float, float, int] | None = None

    @property
    def round_trip(self) -> float | None:
        """Shortest of the last round trips, s; None before the first."""
        return None if self._best is None else self._best[0]

    def pong(self, sent: float, received: float, board_ms: int) -> None:
        """Take the answer to a ping: when it was sent and received (s), and the board's clock."""
        self._trips.append((received - sent, (sent + received) / 2.0, board_ms))
        self._best = min(self._trips)

    def at(self, board_ms: int, now: float) -> float:
        """When the board's clock showed `board_ms`, s on ours; never later than `now`."""
        if self._best is None:
            return now
        _, moment, then_ms = self._best
        return max(0.0, min(now, moment + ms_between(board_ms, then_ms) / 1000.0))


class Allowance:
    """How many events and samples may come: MESSAGES_A_SECOND, of the board's time where that runs
    ahead of ours. What piled up while the brain was stopped comes at once, and its stamps say over
    what time it was sent. A board that lies gains PILED_S by it, and PILED_AGAIN."""

    def __init__(self) -> None:
        self._left, self._at = MESSAGES_AT_ONCE, 0.0
        self._newest: int | None = None
        """Of the stamps, ms."""
        self._ahead = 0.0
        """Seconds by which the stamps have run ahead of our clock, as far as they count."""

    def take(self, now: float, board_ms: int | None) -> bool:
        """Whether another may come at `now`, s; `board_ms` is its stamp, None without one."""
        here, there = max(0.0, now - self._at), self._since(board_ms)
        self._at = now
        ahead = min(PILED_S, max(0.0, self._ahead + there - here))
        passed = here + ahead - self._ahead
        self._ahead = max(0.0, ahead - PILED_AGAIN * here)
        self._left = min(MESSAGES_AT_ONCE, self._left + passed * MESSAGES_A_SECOND)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True

    def _since(self, board_ms: int | None) -> float:
        """Seconds from the newest stamp to this one; 0 for one that is older, or of a board that
        has restarted."""
        if board_ms is None:
            return 0.0
        since = 0 if self._newest is None else ms_between(board_ms, self._newest)
        if self._newest is None or since > 0 or since < -1000.0 * PILED_S:
            self._newest = board_ms
        return max(0, since) / 1000.0
