"""Which setpoints are followed: each has a number and the time at which the brain sent it, so that
one that was recorded, repeated or held up on the way moves nothing."""

import sys
from time import ticks_add, ticks_diff

from micropython import const

if sys.implementation.name != "micropython":
    from wire import micropython, ptr8, ptr16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from shapes import Ms

_CREEP_MS = const(1000)
"""ms in which the shortest way that was seen is forgotten by 1 ms: more than two clocks drift apart
(100 ppm are 0.1 ms a second), so that drift is never taken for delay."""
_PAUSED = const(10)
"""How much slower it is forgotten while no setpoints come: by 100 ppm, since the first one after a
pause may be one that was held up."""
_LONG_S = const(3600)
"""Seconds without a setpoint after which the shortest way is not known any more: two clocks that
drift apart by 100 ppm are as far off as a setpoint is good for. Our choice."""
_IN_A_ROW = const(128)
"""Setpoints in a row that are refused before it is the number or the clock that is taken for wrong.
Our choice: five seconds at 25 a second, more than a slow line holds back."""
_ON_THE_WAY = const(64)
"""Numbers by which one that was repeated or overtaken on its way is behind at most: it does not end
such a row. Our choice: more than a second."""
_AHEAD = const(2048)
"""By how much the next number may be higher: by all that is lost in forty seconds at 50 a second,
on a line that carries only what the board says. Our choice."""
_SOONER_MS = const(2000)
"""ms by which a way may be shorter than the shortest before. Our choice: more than a first setpoint
is held up; what is farther ahead is of another time."""


@micropython.viper
def shorts(data: ptr8, at: int, count: int, zero: int, into: ptr16) -> int:
    """Read `count` numbers of 16 bits from `at` on, less `zero`, into shorts; returns their end."""
    for index in range(count):
        number = (int(data[at]) | int(data[at + 1]) << 8) - zero
        into[index] = ((number + 32768) & 65535) - 32768
        at += 2
    return at


class Setpoints:
    """The number of the newest setpoint, and the shortest way from the brain in this session."""

    def __init__(self, now: "Ms") -> None:
        self._origin = now
        """Any moment: ways are measured against it."""
        self._crept = now
        self._number = self._shortest = self._refused = self._last = 0
        self._paused = 0
        """Seconds since the last setpoint that was followed."""
        self.learnt = 0
        """How often number and way were learnt anew within a session, since all setpoints were
        refused."""
        self.clear()

    def clear(self) -> None:
        """Begin a new session; its first setpoint is followed whatever its number."""
        self._known = False
        """Whether the shortest way is known."""

    def is_new(self, number: int, sent_ms: int, ttl_ms: int, now: "Ms") -> bool:
        """Whether to follow a setpoint. `number`: one more with each, modulo 65536, from 1 in each
        session. `sent_ms`: the brain's clock, modulo 65536. `ttl_ms`: how long it is good; one
        that came later by this than the quickest is too old. After _IN_A_ROW refused ones with
        rising numbers the brain's clock was set, or one of its times or numbers was wrong."""
        way = ticks_diff(ticks_add(now, -sent_ms), self._origin) & 0xFFFF
        later = way - self._shortest & 0xFFFF
        if not self._known:
            self._known = True
            self._shortest, self._crept = way, now
        elif not 0 < (number - self._number & 0xFFFF) <= _AHEAD:
            if not self._is_learnt(number, way):
                return False
        elif later > 0xFFFF - _SOONER_MS or self._paused >= _LONG_S:
            self._shortest, self._crept = way, now
        elif later > ttl_ms and not self._is_learnt(number, way):
            return False
        self._refused = self._paused = 0
        self._number = number
        return True

    def creep(self, now: "Ms") -> None:
        """Forget a little of the shortest way. Called several times a second."""
        if ticks_diff(now, self._crept) >= _CREEP_MS:
            self._crept = now
            if self._paused % _PAUSED == 0:
                self._shortest = self._shortest + 1 & 0xFFFF
            self._paused += 1

    def _is_learnt(self, number: int, way: int) -> bool:
        """Count a setpoint that is refused; whether so many were that it is believed."""
        if self._last - number & 0xFFFF < _ON_THE_WAY:
            return False
        rises = 0 < (number - self._last & 0xFFFF) <= _AHEAD
        self._last = number
        self._refused = self._refused + 1 if rises else 1
        if self._refused < _IN_A_ROW:
            return False
        self.learnt += 1
        self._shortest = way
        return True
