"""What `import moggy` gives: a pet, days and senses to play to it, and the life that comes of it.

pet = moggy.Pet(personality="shy", seed=1)
life = moggy.live(pet, moggy.day("demo"))
life.table()["purr"]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from moggy import assemble
from moggy.body import Body
from moggy.brain.memory import Remembered
from moggy.config import Files, load
from moggy.designs import designs
from moggy.life import Life
from moggy.loop import Listener, Sent
from moggy.messages import AnySense, Tick
from moggy.sim.day import Day, senses_of
from moggy.sim.random_day import random_day as made_up
from moggy.sim.script import CheckedSource, checked_in_order, length_s
from moggy.sim.script import read_script as read_lines
from moggy.sim.simulated_body import Source

HOUR = 10.0
"""Local time of day at which a life begins where neither pet nor day says it."""


class Pet:
    """Who is to live: its character, body, tree, feelings and seed. It never changes: the same pet
    with the same senses lives the same life, to the bit, as often as you like."""

    def __init__(
        self,
        personality: str = "cat",
        *,
        seed: int = 1,
        hour: float | None = None,
        body: str = "cat",
        tree: str = "cat",
        appraisals: str = "cat",
        files: Files | None = None,
        remembered: Remembered | Mapping[str, Any] | None = None,
    ) -> None:
        """`personality`, `body`, `tree` and `appraisals` are names of shipped files, such as "shy"
        of behaviors/personalities/shy.yaml; `files=moggy.Files(Path("mine"))` lays a folder of
        yours over them. `hour` is the local time of day at which it wakes, 0..24; None leaves that
        to the day. `remembered` is what an earlier life left: `Life.remembered`, or a memory's.

        Raises moggy.Invalid, a ValueError, where a file is missing or wrong.
        """
        if not isinstance(seed, int) or isinstance(seed, bool):
            raise ValueError(f"seed: {seed!r} is no whole number")
        if hour is not None and not 0.0 <= hour <= 24.0:
            raise ValueError(f"hour: {hour:g} is no time of day; it lies in 0..24")
        if remembered is not None and not isinstance(remembered, Remembered):
            remembered = Remembered.from_data(remembered)
        self.hour = hour
        self.start = assemble.begin(
            files or Files(),
            seed=seed,
            hour=HOUR if hour is None else hour,
            body=body,
            personality=personality,
            tree=tree,
            appraisals=appraisals,
            remembered=remembered,
        )

    def changed(self, key: str, value: Any) -> Pet:
        """The same pet with one value of its files changed: `personality.temperament.neuroticism`,
        or `appraisals.stroke.pleasure`, short for `appraisals.events.stroked.mood.pleasure`. Raises
        ValueError where there is no such place, or the value is not allowed there."""
        other = copy(self)
        other.start = assemble.with_value(self.start, key, value)
        designs(other.start)
        return other

    def __repr__(self) -> str:
        return f"<Pet {self.start.personality}, {self.start.body}, seed {self.start.seed}>"


def day(name: str | Path) -> Day:
    """A day as a script: the name of a shipped one ("demo"), or the path of a YAML file. Raises
    moggy.Invalid where there is none, or it is wrong."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return load(path, Day)
    return Files().load(f"days/{name}.yaml", Day)


def random_day(seed: int, seconds: float = 120.0, body: str = "cat") -> Day:
    """A day on which somebody comes and goes, strokes, hits, talks and shows their face by chance;
    the same seed gives the same day."""
    return made_up(seed, seconds, Files().load(f"body/{body}.yaml", Body))


def read_script(path: str | Path) -> list[AnySense]:
    """Senses from a file of JSON lines, in the order of their time (`moggy schema senses` prints
    what a line may say). Raises moggy.BadScript, a ValueError, at the first line that is wrong."""
    return read_lines(Path(path))


def live(
    pet: Pet,
    senses: Day | Iterable[AnySense] | Source = (),
    seconds: float | None = None,
    *,
    board: str = "lockstep",
    think: bool = False,
    listeners: Sequence[Listener] = (),
) -> Life:
    """Let a pet live in virtual time, through a simulated body and the firmware: many times
    faster than life; `python -m bench tick` prints how much.

    `senses` is a day; or a list of senses in the order of their time, seconds since the pet was
    born; or a function `senses(now)` that is asked at every tick for what happened up to now, as a
    simulated person who answers the pet. `seconds` is how long it lives: a day says so itself, a
    list lasts until 5 seconds after its last sense. `listeners` are called after every tick with
    the tick and with what was sent to the body. `board="micropython"` runs the firmware in the
    board's own interpreter; `think` also asks the embedding and the language model.

    Raises moggy.BadScript, a ValueError, for senses that cannot be: a zone that there is not, a
    pressure of 40, a time before that of the sense before. A list is checked before the life
    begins, what a function gives when it comes.
    """
    if not isinstance(pet, Pet):
        raise TypeError(f"live(pet, …): {pet!r} is no pet; make one: moggy.Pet(personality='shy')")
    if seconds is not None and not (isinstance(seconds, int | float) and seconds >= 0.0):
        raise ValueError(f"seconds: {seconds!r} is no length of a life; give seconds, 0 or more")
    start, shape = pet.start, assemble.body_of(pet.start)
    played: Sequence[AnySense] | Source
    if isinstance(senses, Day):
        start = start if pet.hour is not None else replace(start, hour=senses.hour)
        played, length = senses_of(senses, shape), senses.seconds
    elif callable(senses):
        played, length = CheckedSource(senses, shape), None
    else:
        played = checked_in_order(senses, shape)
        length = length_s(played)
    seconds = length if seconds is None else seconds
    if seconds is None:
        raise ValueError("say how long it lives: live(pet, person, seconds=60)")
    living = assemble.born(start)
    ticks: list[Tick] = []
    sents: list[Sent] = []

    def keep(tick: Tick, sent: Sent) -> None:
        ticks.append(tick)
        sents.append(sent)

    assemble.in_virtual_time(
        living,
        played,
        seconds,
        body=assemble.simulated_body(shape, board),
        listeners=[keep, *listeners],
        think=think,
    ).run()
    return Life(start, tuple(ticks), tuple(sents), living.mind.remember().as_data())
