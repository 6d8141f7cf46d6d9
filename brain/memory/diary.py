"""Writes to the memory's file once a second, in a thread beside the loop, so that the loop never
waits for the disk.

What the file answers reaches the pet as senses: Forget for a person whom the owner had erased,
Trouble where the file cannot be written, and Recalled for what a file holds that could be opened
only while the pet lived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any

from moggy.brain.memory.lock import Broken
from moggy.brain.memory.rows import Episode
from moggy.brain.memory.snapshot import Remembered
from moggy.brain.memory.store import EPISODES, Memory
from moggy.clock import DAY_S, DayTime
from moggy.messages import AnySense, Event, Forget, LocalTime, Recalled, Tick, Trouble
from moggy.vocabulary import EVERYBODY

EVERY = 1.0
"""Seconds between two entries, and so what a crash can cost."""
WORTH_TELLING = (
    "arrived",
    "left",
    "greeted",
    "stroked",
    "held",
    "scratched",
    "hit",
    "squeezed",
    "shaken",
    "falling",
    "praised",
    "scolded",
    "comfort_asked",
    "play_asked",
    "sent_off",
    "sadness_seen",
    "anger_at_pet",
    "conflict",
    "loud_noise",
    "stopped",
)
"""Events that become episodes."""
BOUT = 30.0
"""Seconds after which a touch that goes on becomes another episode."""


RETRY = 10.0
"""Seconds between two attempts to open a memory; our choice."""
WITHOUT = (
    ". Until then it lives without its memory, and keeps what it learns in its head; it tries again"
    f" every {RETRY:g} seconds"
)


LOST = "What it learned in its last {:.0f} s is lost: {}"
"""What is said at the end of what could not be written, in s, and why."""
IN_HEAD = "the pet keeps it in its head and tries again"
"""What becomes of an entry that could not be written."""


class Diary:
    """A listener and a sensor: call it with every tick, and poll it for what the file answered."""

    def __init__(
        self,
        memory: Memory,
        remember: Callable[[], Remembered],
        *,
        hour: float,
        beside: Executor | None = None,
        note: str = "",
    ) -> None:
        """`remember` gives what the mind knows now, `hour` is the hour of the day at which the
        clock was 0. `beside` is where entries are written; without it each is written at once, as
        virtual time needs it. `note` is said once, as a Trouble. Raises Broken."""
        self._memory, self._remember, self._beside = memory, remember, beside
        self._day_time = DayTime(hour)
        memory.begin()
        self.lost = ""
        """What the file lacks at the end, and why; empty where all of it is written."""
        self._now = self._written = self._kept = 0.0
        """s: of this tick, of the last entry, and of the last that is in the file."""
        self._told: dict[tuple[str, str | None], float] = {}
        self._new: list[Episode] = []
        self._day: float | None = None
        self._entry: list[Episode] = []
        self._writing: Future[tuple[str, ...]] | None = None
        self._said, self._note_to_say = "", note

    def __call__(self, tick: Tick, *_: Any) -> None:
        """Note the episodes of this tick. Begin the next entry when EVERY seconds are over and the
        last entry was polled."""
        self._now = tick.at
        for sense in tick.senses:
            if isinstance(sense, LocalTime):
                self._day_time.take(sense)
        for event in tick.events:
            if event.name in WORTH_TELLING:
                self._note(event, tick)
        if self._writing is None and tick.at - self._written >= EVERY:
            self._written = tick.at
            self._entry, self._new = self._new, []
            self._writing = self._begin(self._remember(), self._entry)

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the last entry reported, once it is written.

        The senses of a tick are felt before the next entry is made, so a person in a Forget is not
        written again.
        """
        if self._note_to_say:
            note, self._note_to_say = self._note_to_say, ""
            return [Trouble(at=now, part="memory", message=note)]
        if self._writing is None or not self._writing.done():
            return []
        writing, self._writing = self._writing, None
        try:
            erased = writing.result()
        except Broken as error:
            self._new = [*self._entry, *self._new][-EPISODES:]
            return self._say(f"{error}; {IN_HEAD}", now)
        self._kept = self._written
        for person in erased:
            self._drop(person)
        self._memory.note, note = "", self._memory.note
        return [*self._say(note, now), *(Forget(at=now, person=person) for person in erased)]

    def close(self) -> None:
        """Write the last entry. Does not raise: `lost` says what is not there."""
        erased: tuple[str, ...] = ()
        if self._writing is not None:
            try:
                erased = self._writing.result()
                self._kept = self._written
            except Broken:
                self._new = [*self._entry, *self._new]
        # `erased` names people whom the owner had erased while that entry was written. The brain
        # still knows them, since no tick has felt the Forget, and would write them again: so the
        # episodes since that entry are dropped.
        if not erased:
            try:
                self._memory.keep(self._remember(), self._new)
            except Broken as error:
                self.lost = LOST.format(self._now - self._kept, error)

    def _begin(self, remembered: Remembered, episodes: list[Episode]) -> Future[tuple[str, ...]]:
        if self._beside is not None:
            return self._beside.submit(self._memory.keep, remembered, episodes)
        written: Future[tuple[str, ...]] = Future()
        try:
            written.set_result(self._memory.keep(remembered, episodes))
        except Broken as error:
            written.set_exception(error)
        return written

    def _say(self, message: str, now: float) -> Sequence[AnySense]:
        if message == self._said:
            return []
        self._said = message
        return [Trouble(at=now, part="memory", message=message)]

    def _drop(self, person: str) -> None:
        """Leave out what was noted about an erased person while the entry was written."""
        self._new = [episode for episode in self._new if person not in (episode.person, EVERYBODY)]
        self._told = {
            key: at for key, at in self._told.items() if person not in (key[1], EVERYBODY)
        }
        self._day = None

    def _note(self, event: Event, tick: Tick) -> None:
        if self._day is None:
            self._day = self._remember().day - tick.at / DAY_S
        key = (event.name, event.person)
        if event.at - self._told.get(key, -BOUT) < BOUT and event.dose != 1.0:
            self._told[key] = event.at
            return
        self._told[key] = event.at
        self._new.append(
            Episode(
                day=self._day + event.at / DAY_S,
                hour=self._day_time.hour(event.at),
                person=event.person or "",
                what=event.name,
                behavior=tick.decision.behavior,
                pleasure=tick.pet.mood.pleasure,
            )
        )


class LateDiary:
    """Stands for a Diary while the memory cannot be opened: because the disk is full, another pet
    has it, or the medium with its key is not there.

    It says why, and tries again every RETRY seconds. Once the memory opens, the pet is told in a
    Recalled what it holds, and everything is written into it from then on.
    """

    def __init__(
        self,
        why: str,
        open_memory: Callable[[], tuple[Memory, str]],
        begin: Callable[[Memory, str], Diary],
        beside: Executor | None = None,
    ) -> None:
        """`why` it could not be opened. `open_memory` tries, raises Broken or OSError, and is
        called `beside` the loop; `begin` makes the diary of what it gave."""
        self._why, self._open, self._begin, self._beside = why, open_memory, begin, beside
        self._said = ""
        self._next = RETRY
        self._opening: Future[tuple[Memory, str]] | None = None
        self._memory: Memory | None = None
        self._diary: Diary | None = None
        self._now = 0.0
        """s, of this tick."""

    @property
    def lost(self) -> str:
        """As Diary at the end; all that it learned where there never was one."""
        return self._diary.lost if self._diary else LOST.format(self._now, self._why)

    def __call__(self, tick: Tick, *_: Any) -> None:
        """As Diary, once there is one."""
        self._now = tick.at
        if self._diary is not None:
            self._diary(tick)

    def poll(self, now: float) -> Sequence[AnySense]:
        """Why there is no memory, once for each reason; what it holds, when it could be opened;
        then as Diary."""
        if self._diary is not None:
            return self._diary.poll(now)
        if self._opening is not None and self._opening.done():
            try:
                return self._opened(self._opening, now)
            except (Broken, OSError) as error:
                self._why = str(error)
            self._opening = None
        if self._opening is None and now >= self._next:
            self._next = now + RETRY
            self._opening = _attempt(self._open, self._beside)
        if self._why == self._said:
            return []
        self._said = self._why
        return [Trouble(at=now, part="memory", message=self._why + WITHOUT)]

    def close(self) -> None:
        """As Diary, and close the memory."""
        try:
            if self._diary is not None:
                self._diary.close()
        finally:
            if self._memory is None and self._opening is not None and not self._opening.cancel():
                with suppress(Broken, OSError):
                    self._memory = self._opening.result()[0]
            if self._memory is not None:
                self._memory.close()

    def _opened(self, opening: Future[tuple[Memory, str]], now: float) -> Sequence[AnySense]:
        self._memory, note = opening.result()
        held = self._memory.load()
        self._diary = self._begin(self._memory, note)
        well = Trouble(at=now, part="memory", message="")
        return [well] if held is None else [well, Recalled(at=now, remembered=held.as_data())]


def _attempt(
    open_memory: Callable[[], tuple[Memory, str]], beside: Executor | None
) -> Future[tuple[Memory, str]]:
    if beside is not None:
        return beside.submit(open_memory)
    tried: Future[tuple[Memory, str]] = Future()
    try:
        tried.set_result(open_memory())
    except (Broken, OSError) as error:
        tried.set_exception(error)
    return tried
