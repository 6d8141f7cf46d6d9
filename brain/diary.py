"""Writes down what the pet should remember, once a second, beside the loop: the feelings themselves never wait for the disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moggy.brain.memory import Episode, Memory
from moggy.brain.remembered import Remembered
from moggy.messages import Event, Tick

EVERY = 1.0
"""Seconds between two entries: what a crash can cost."""
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
BOUT = 30.0
"""Seconds after which a touch that goes on is told again."""


class Diary:
    """A listener: call it with every tick."""

    def __init__(self, memory: Memory, remember: Callable[[], Remembered], *, hour: float) -> None:
        self._memory, self._remember, self._hour = memory, remember, hour
        memory.begin()
        self._written = 0.0
        self._told: dict[tuple[str, str | None], float] = {}
        self._new: list[Episode] = []
        self._day: float | None = None

    def __call__(self, tick: Tick, *_: Any) -> None:
        """Note what is worth telling; write when a second is over."""
        for event in tick.events:
            if event.name in WORTH_TELLING:
                self._note(event, tick)
        if tick.at - self._written >= EVERY:
            self._written = tick.at
            self.write()

    def write(self) -> None:
        """Write now; also at the end of a life."""
        self._memory.keep(self._remember(), self._new)
        self._new.clear()

    def _note(self, event: Event, tick: Tick) -> None:
        if self._day is None:
            self._day = self._remember().day - tick.at / 86400.0
        key = (event.name, event.person)
        if event.at - self._told.get(key, -BOUT) < BOUT and event.dose != 1.0:
            self._told[key] = event.at
            return
        self._told[key] = event.at
        self._new.append(
            Episode(
                day=self._day + event.at / 86400.0,
                hour=(self._hour + event.at / 3600.0) % 24.0,
                person=event.person or "",
                what=event.name,
                behavior=tick.decision.behavior,
                pleasure=tick.pet.mood.pleasure,
            )
        )
