"""The time of a simulated pet, as the studio bends it, and who comes and what happens in it. A real
body has none such."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from moggy.body import Body
from moggy.clock import BentClock, DayTime
from moggy.messages import Acceleration, AnySense, LocalTime, Person, Tick, Touch
from moggy.sim.day import Day, senses_of
from moggy.sim.script import Script


@dataclass(frozen=True, slots=True)
class Scene:
    """A day that is played now."""

    file: str
    day: Day
    begun: float
    """s of the pet's time."""
    script: Script
    skipped: float
    """How far the clock had been set ahead when it began."""


class BentTime:
    """Bends the time. `due` is a source of senses and calling it a listener, both for the loop; the
    other methods are called from the web server's threads."""

    def __init__(self, clock: BentClock, hour: float, body: Body) -> None:
        """`hour`: local time of day at second 0, 0..24; `body` is what scenes touch."""
        self.clock, self._body = clock, body
        self._day, self._at = DayTime(hour), 0.0
        self._hours: deque[float] = deque(maxlen=1)
        self._wanted: deque[tuple[str, Day] | None] = deque(maxlen=1)
        """The scene that is to begin, or None: the one that is played is to end."""
        self._scene: Scene | None = None
        self.people: tuple[str, ...] = ()
        """Who came and has not gone."""

    @property
    def is_ours(self) -> bool:
        """Whether it goes, and as fast as ours."""
        return not self.clock.paused and self.clock.speed == 1.0

    @property
    def hour(self) -> float:
        """The pet's local time of day, 0..24."""
        return self._day.hour(self._at)

    @property
    def scene(self) -> tuple[str, str, float, float] | None:
        """File and sentence of the scene that is played, and s of it that have passed, of all."""
        scene = self._scene
        if scene is None:
            return None
        return scene.file, scene.day.about, self._at - scene.begun, scene.day.seconds

    def set_hour(self, hour: float) -> None:
        """Let it be this time of day, 0..24, without any time passing."""
        self.clock.bent = True
        self._hours.append(hour)

    def play(self, file: str, day: Day) -> None:
        """Let what people do in a day happen from now on, at its hour. It ends what is played, and
        so does a skip."""
        self.clock.bent = True
        self._wanted.append((file, day))

    def end_scene(self) -> None:
        """Let nothing more of the scene happen, and take the hands off the pet."""
        self._wanted.append(None)

    def due(self, now: float) -> list[AnySense]:
        """What happened up to `now`, s."""
        found: list[AnySense] = []
        scene = self._scene
        if scene is not None:
            passed, is_over = now - scene.begun, bool(self._wanted)
            if scene.skipped == self.clock.skipped:
                happened = scene.script.due(min(passed, scene.day.seconds))
                found += [replace(each, at=each.at + scene.begun) for each in happened]
            if is_over or passed >= scene.day.seconds or scene.skipped != self.clock.skipped:
                found += [Touch(at=now, pressure=0.0), Acceleration(at=now)]
                self._scene = None
        if self._wanted and (wanted := self._wanted.popleft()) is not None:
            file, day = wanted
            script = Script(senses_of(day, self._body))
            self._scene = Scene(file, day, now, script, self.clock.skipped)
            self._hours.append(day.hour)
        if self._hours:
            found.append(LocalTime(at=now, hour=self._hours.popleft()))
        return found

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self._at = tick.at
        for sense in tick.senses:
            if isinstance(sense, LocalTime):
                self._day.take(sense)
            elif isinstance(sense, Person):
                others = [name for name in self.people if name != sense.person]
                self.people = (*others, sense.person) if sense.change == "arrives" else (*others,)
