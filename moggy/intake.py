"""The senses of a tick are bounded here: whatever a page, a sensor or a link sends, the loop takes
in only what it has time for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from itertools import count
from typing import NamedTuple

from moggy.messages import AnySense, Edited, Setting, Trouble, Words


class Limit(NamedTuple):
    """How many senses of one kind are taken in."""

    each: int
    """Senses in one tick."""
    waiting: int
    """Senses that wait for the next ticks; where more come, the oldest are dropped."""
    apart_s: float = 0.0
    """Seconds from one tick with such senses to the next."""


LIMITS: dict[type[AnySense], Limit] = {
    Words: Limit(each=1, waiting=8, apart_s=0.1),
    Edited: Limit(each=1, waiting=1),
    Setting: Limit(each=1, waiting=1),
}
"""Kinds with a limit of their own. A sentence takes up to 3 ms to read, and the slower readers
think about it for longer; a person says one in seconds. Of edits of one file, of a setting that is
switched on, and of one that is switched off, the newest counts, so that no stop is lost."""

LIMIT = Limit(each=20, waiting=40)
"""Of any other kind: a sensor that is read 1,000 times a second gives 20 in a tick. More would take
too long: `python -m bench abuse` measures ticks with all that these let in."""

SAID_AGAIN_S = 10.0
"""Seconds between two Troubles of one flood; after as many without a drop it is over. Our
choice."""


class _Queue:
    """Senses of one kind that wait, with their numbers."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._waiting: deque[tuple[int, AnySense]] = deque()
        self._taken_at = float("-inf")

    def add(self, number: int, sense: AnySense) -> bool:
        """Add a sense; whether the oldest was dropped for it."""
        self._waiting.append((number, sense))
        if len(self._waiting) <= self._limit.waiting:
            return False
        self._waiting.popleft()
        return True

    def take(self, now: float) -> list[tuple[int, AnySense]]:
        """Those that are taken in at `now`."""
        waiting, limit = self._waiting, self._limit
        if not waiting or now - self._taken_at < limit.apart_s:
            return []
        self._taken_at = now
        return [waiting.popleft() for _ in range(min(limit.each, len(waiting)))]


class Intake:
    """A queue of senses between those who send them and the loop. It keeps their order, except that
    what waits for a later tick comes later. Not thread-safe."""

    def __init__(self, part: str) -> None:
        """`part` stands in the Trouble that says what was dropped."""
        self._part = part
        self._queues: dict[tuple[type[AnySense], str], _Queue] = {}
        self._number = count()
        self.dropped: Counter[str] = Counter()
        """Kind → number of senses so far that were dropped."""
        self._seen = self._told = 0
        """How many of them the last tick knew of, and the last Trouble."""
        self._last = self._said = float("-inf")
        """When something was last dropped, and when that was last said; s."""

    def add(self, sense: AnySense) -> None:
        """Queue a sense; the oldest of its kind is dropped where too many wait."""
        kind = type(sense)
        key = (kind, _name(sense))
        if key not in self._queues:
            self._queues[key] = _Queue(LIMITS.get(kind, LIMIT))
        if self._queues[key].add(next(self._number), sense):
            self.dropped[kind.__name__] += 1

    def extend(self, senses: Iterable[AnySense]) -> None:
        """Queue senses, in order."""
        for sense in senses:
            self.add(sense)

    def take(self, now: float) -> list[AnySense]:
        """The senses of this tick; also a Trouble where senses were dropped. `now` is s on the
        pet's clock."""
        due: list[tuple[int, AnySense]] = []
        for queue in self._queues.values():
            due += queue.take(now)
        due.sort(key=lambda numbered: numbered[0])
        return [sense for _, sense in due] + self._tell(now)

    def _tell(self, now: float) -> list[AnySense]:
        dropped = self.dropped.total()
        if dropped > self._seen:
            self._seen, self._last = dropped, now
        message = ""
        if self._told < dropped and now - self._said >= SAID_AGAIN_S:
            self._told, self._said = dropped, now
            counts = ", ".join(f"{number} {kind}" for kind, number in self.dropped.items())
            message = f"more came than is taken in; dropped so far: {counts}"
        elif self._said == float("-inf") or now - self._last < SAID_AGAIN_S:
            return []
        else:
            self._said = float("-inf")
        return [Trouble(at=now, part=self._part, message=message)]


def _name(sense: AnySense) -> str:
    """Of the file, or of the setting and its state; empty for other kinds."""
    match sense:
        case Edited():
            return sense.file
        case Setting():
            return f"{sense.name} {sense.on}"
    return ""
