"""Writes to the memory's file once a second, in a thread beside the loop, so that the loop never
waits for the disk.

What the file answers reaches the pet as senses: Forget for a person whom the owner had erased, and
Trouble where the file cannot be written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import Any

from moggy.brain.memory.snapshot import Remembered
from moggy.brain.memory.store import EPISODES, Broken, Episode, Memory
from moggy.clock import DAY_S
from moggy.messages import AnySense, Event, Forget, Tick, Trouble
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
    "conflict",
    "loud_noise",
    "stopped",
)
"""Events that become episodes."""
BOUT = 30.0
"""Seconds after which a touch that goes on becomes another episode."""


class Diary:
    """A listener and a sensor: call it with every tick, and poll it for what the file answered."""

    def __init__(
        self,
        memory: Memory,
        remember: Callable[[], Remembered],
        *,
        hour: float,
        beside: Executor | None = None,
    ) -> None:
        """`remember` gives what the mind knows now, `hour` is the hour of the day at which the
        clock was 0. `beside` is where entries are written; without it each is written at once, as
        virtual time needs it. Raises Broken."""
        self._memory, self._remember, self._hour, self._beside = memory, remember, hour, beside
        memory.begin()
        self._written = 0.0
        self._told: dict[tuple[str, str | None], float] = {}
        self._new: list[Episode] = []
        self._day: float | None = None
        self._entry: list[Episode] = []
        self._writing: Future[tuple[str, ...]] | None = None
        self._said = ""

    def __call__(self, tick: Tick, *_: Any) -> None:
        """Note the episodes of this tick. Begin the next entry when EVERY seconds are over and the
        last entry was polled."""
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
        if self._writing is None or not self._writing.done():
            return []
        writing, self._writing = self._writing, None
        try:
            erased = writing.result()
        except Broken as error:
            self._new = [*self._entry, *self._new][-EPISODES:]
            return self._say(str(error), now)
        for person in erased:
            self._drop(person)
        return [*self._say("", now), *(Forget(at=now, person=person) for person in erased)]

    def close(self) -> None:
        """Write the last entry. Raises Broken."""
        erased: tuple[str, ...] = ()
        if self._writing is not None:
            try:
                erased = self._writing.result()
            except Broken:
                self._new = [*self._entry, *self._new]
        # `erased` names people whom the owner had erased while that entry was written. The brain
        # still knows them, since no tick has felt the Forget, and would write them again: so the
        # episodes since that entry are dropped.
        if not erased:
            self._memory.keep(self._remember(), self._new)

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
                hour=(self._hour + event.at / 3600.0) % 24.0,
                person=event.person or "",
                what=event.name,
                behavior=tick.decision.behavior,
                pleasure=tick.pet.mood.pleasure,
            )
        )


class NoMemory:
    """A sensor in place of a Diary: says once, as a Trouble, why there is no memory this time."""

    def __init__(self, why: str) -> None:
        self._why = why

    def poll(self, now: float) -> Sequence[AnySense]:
        """The Trouble at the first call, then nothing."""
        why, self._why = self._why, ""
        return [Trouble(at=now, part="memory", message=why)] if why else []
