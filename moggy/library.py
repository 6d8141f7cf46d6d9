"""What `import moggy` gives: a pet, days and senses to play to it, and the life that comes of it.

pet = moggy.Pet(personality="shy", seed=1)
life = moggy.live(pet, moggy.day("demo"))
life.table()["purr"]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import fields, replace
from inspect import isclass
from os.path import isdir
from pathlib import Path
from typing import Any

from moggy import assemble
from moggy.arguments import function, name_of, number, path_of, plain, seed_of, shown, switch
from moggy.body import Body
from moggy.brain.memory import Remembered
from moggy.clock import RATE
from moggy.config import Files, Invalid, path_texts
from moggy.designs import designs
from moggy.life import Life
from moggy.loop import Listener, Sent
from moggy.messages import AnySense, Tick
from moggy.pet import Start
from moggy.sense_file import LAST_MOMENT_S
from moggy.sim.day import Day, senses_of
from moggy.sim.random_day import random_day as made_up
from moggy.sim.script import CheckedSource, checked_in_order, length_s
from moggy.sim.script import read_script as read_lines
from moggy.sim.simulated_body import Source

SHORTEST_S = 1.0 / RATE
"""The shortest life, in seconds: one tick."""
LENGTH = f"length in seconds; it lies in {SHORTEST_S:g}..{LAST_MOMENT_S:,.0f} (31 days)"
"""How messages say what a life or a day may last."""
HOUR = 10.0
"""Local time of day at which a life begins where neither pet nor day says it."""


class Pet:
    """Who is to live: its character, body, tree, feelings and seed. It never changes: the same pet
    with the same senses lives the same life, to the bit, as often as you like."""

    hour: float | None
    """Local time of day at which it wakes, 0..24; None leaves that to the day."""
    start: Start
    """All that its lives depend on besides their senses."""

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
        of behaviors/personalities/shy.yaml; `files=moggy.Files("mine")` lays a folder of yours,
        which must be there, over them. `seed` is a whole number, 0 or more. `hour` is the local
        time of day at which it wakes, 0..24; None leaves that to the day. `remembered` is what an
        earlier life left: `Life.remembered`, or a memory's.

        Raises moggy.Invalid, a ValueError, where a file is missing or wrong; ValueError where an
        argument is.
        """
        files = _folder(files)
        chosen = {"personality": personality, "body": body, "tree": tree, "appraisals": appraisals}
        for what, name in chosen.items():
            name_of(what, name, files.names(assemble.FOLDERS[what]))
        if hour is not None:
            hour = number("hour", hour, 0.0, 24.0, "time of day; it lies in 0..24")
        start = assemble.begin(
            files,
            seed=seed_of(seed),
            hour=HOUR if hour is None else hour,
            remembered=None if remembered is None else _known(remembered),
            **chosen,
        )
        vars(self).update(hour=hour, start=start)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(
            f"{name}: a pet never changes, so it cannot be {shown(value)}; make another:"
            " moggy.Pet('shy', seed=1, hour=10.0), or pet.changed(key, value)"
        )

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def changed(self, key: str, value: Any) -> Pet:
        """The same pet with one value of its files changed: `personality.temperament.neuroticism`,
        or `appraisals.stroke.pleasure`, short for `appraisals.events.stroked.mood.pleasure`. Raises
        ValueError where there is no such place, or the value is not allowed there."""
        if not isinstance(key, str):
            raise ValueError(
                f"key: {shown(key)} is no place in a file, as personality.temperament.neuroticism"
            )
        other = copy(self)
        vars(other)["start"] = assemble.with_value(self.start, key, plain(key, value))
        try:
            designs(other.start)
        except Invalid as error:
            mistake = assemble.mistake_of_value(other.start, error)
            raise ValueError(f"{key}={value!r}: {mistake}") from error
        return other

    def __repr__(self) -> str:
        return f"<Pet {self.start.personality}, {self.start.body}, seed {self.start.seed}>"


def _folder(files: object) -> Files:
    if files is None:
        return Files()
    if not isinstance(files, Files):
        raise ValueError(f"files: {shown(files)} are no files; write files=moggy.Files('mine')")
    if files.own is not None and not isdir(files.own):
        raise ValueError(f"files: there is no folder {str(files.own)!r}; make it first")
    return files


def _known(remembered: object) -> Remembered:
    if isinstance(remembered, Remembered):
        remembered = {each.name: getattr(remembered, each.name) for each in fields(remembered)}
    if not isinstance(remembered, Mapping):
        raise ValueError(f"remembered: {shown(remembered)} is no memory; give life.remembered")
    try:
        return Remembered.checked(remembered)
    except ValueError as error:
        raise ValueError(f"remembered: {error}") from None


def day(name: str | Path) -> Day:
    """A day as a script: the name of a shipped one ("demo"), or the path of a YAML file. Raises
    moggy.Invalid where there is none, or it is wrong; ValueError for what is neither."""
    path = path_of("day", name)
    if path.suffix in (".yaml", ".yml"):
        return Day.of_file(path.name, path_texts(path))
    shipped = Files()
    file = f"days/{name_of('day', str(path), shipped.names('days'))}.yaml"
    return Day.of_file(file, shipped.texts(file))


def random_day(seed: int, seconds: float = 120.0, body: str = "cat") -> Day:
    """A day on which somebody comes and goes, strokes, hits, talks and shows their face by chance;
    the same seed, a whole number from 0, gives the same day. `seconds` is its length, at most 31
    days; `body` the name of the body that is touched. Raises ValueError where one is wrong."""
    shipped = Files()
    shape = name_of("body", body, shipped.names("body"))
    length = number("seconds", seconds, SHORTEST_S, LAST_MOMENT_S, LENGTH)
    return made_up(seed_of(seed), length, shipped.load(f"body/{shape}.yaml", Body))


def read_script(path: str | Path) -> list[AnySense]:
    """Senses from a file of JSON lines, in the order of their time (`moggy schema senses` prints
    what a line may say). Raises moggy.BadScript, a ValueError, at the first line that is wrong;
    ValueError for what is no path."""
    return read_lines(path_of("path", path))


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
    simulated person who answers the pet. `seconds` is how long it lives, from 0.02 (one tick) to 31
    days: a day says so itself, a list lasts until 5 seconds after its last sense. It must be given
    where neither says it: with a function, an empty list, or no senses at all. `listeners` are
    called after every tick with the tick and with what was sent to the body. `board="micropython"`
    runs the firmware in the board's own interpreter; `think` also asks the embedding and the
    language model.

    Raises moggy.BadScript, a ValueError, for senses that cannot be: a zone that there is not, a
    pressure of 40, a time before that of the sense before. A list is checked before the life
    begins, what a function gives when it comes. Raises ValueError where another argument is wrong.
    """
    if not isinstance(pet, Pet):
        raise ValueError(f"pet: {shown(pet)} is no pet; make one: moggy.Pet(personality='shy')")
    if seconds is not None:
        seconds = number("seconds", seconds, SHORTEST_S, LAST_MOMENT_S, LENGTH)
    heard = _functions(listeners)
    start, shape = pet.start, assemble.body_of(pet.start)
    played, length = _played(senses, shape)
    if isinstance(senses, Day) and pet.hour is None:
        start = replace(start, hour=senses.hour)
    seconds = length if seconds is None else seconds
    if seconds is None:
        raise ValueError("seconds: say how long it lives, as in live(pet, senses, seconds=60)")
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
        body=assemble.simulated_body(shape, board, seed=start.seed),
        listeners=[keep, *heard],
        think=switch("think", think),
    ).run()
    return Life(start, tuple(ticks), tuple(sents), living.mind.remember().as_data())


def _functions(listeners: object) -> list[Listener]:
    if not isinstance(listeners, Iterable) or isinstance(listeners, str | Mapping):
        raise ValueError(f"listeners: {shown(listeners)} is no list of functions of (tick, sent)")
    return [
        function(f"listeners[{n}]", listener, "tick", "sent")
        for n, listener in enumerate(listeners)
    ]


def _played(senses: object, shape: Body) -> tuple[Iterable[AnySense] | Source, float | None]:
    """What `live` plays, checked, and how long it says that the life lasts; None: it does not."""
    if isinstance(senses, Day):
        type(senses)(**dict(senses))  # a copy with an update was not checked
        return senses_of(senses, shape), senses.seconds
    if isinstance(senses, str | bytes | Path):
        raise ValueError(
            f"senses: {shown(senses)} is only a name; give moggy.day('demo')"
            " or moggy.read_script('senses.jsonl')"
        )
    if callable(senses) and not isclass(senses):
        return CheckedSource(function("senses", senses, "now"), shape), None
    if not isinstance(senses, Iterable) or isinstance(senses, Mapping) or isclass(senses):
        raise ValueError(
            f"senses: {shown(senses)} is no day, no list of senses and no function of (now);"
            " a single sense stands in a list too"
        )
    found = checked_in_order(senses, shape)
    return found, length_s(found) if found else None
