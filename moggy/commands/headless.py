"""`moggy sim --headless`: a script of senses goes in; a journal, ticks, sound and pictures come
out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from heapq import merge
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from moggy import ctrl_c
from moggy.assemble import (
    begin,
    born,
    in_virtual_time,
    recorder,
    simulated_body,
)
from moggy.body import Body
from moggy.commands.live import WORDS_KEPT, say_troubles
from moggy.commands.progress import progress
from moggy.commands.terminal import say
from moggy.config import Files, path_texts
from moggy.designs import know_sensors
from moggy.home import home
from moggy.loop import Listener
from moggy.messages import AnySense
from moggy.record import Recorder
from moggy.sense_file import LAST_MOMENT_S
from moggy.sim.day import WRITE_A_DAY, Day, senses_of
from moggy.sim.faults import Fault
from moggy.sim.script import length_s, read_script
from moggy.unreadable import readable

if TYPE_CHECKING:
    from moggy.sim.pictures import Pictures


class Given(NamedTuple):
    """What a headless life is given: its senses, its hour and its length (s)."""

    senses: Iterable[AnySense]
    hour: float
    """Local time of day at second 0."""
    seconds: float


def headless(
    script: Path | None,
    *,
    until: float | None,
    out: Path | None,
    pictures: bool,
    board: str,
    think: bool,
    hour: float | None,
    faults: Sequence[Fault],
    body: str,
    personality: str,
    tree: str,
    seed: int,
    words: bool,
) -> int:
    """Read the script, live it with the faults, which stand in the order of their time; say what
    the pet noticed of these, what was written and how fast it went. Returns 0 when all that was
    asked for is written, else 1."""
    files = Files(home())
    know_sensors(files)
    shape = files.load(f"body/{body}.yaml", Body)
    given = _read(script, shape)
    start = begin(
        files, seed=seed, hour=given.hour if hour is None else hour,
        body=body, personality=personality, tree=tree,
    )  # fmt: skip
    seconds = max(given.seconds, length_s(faults) if faults else 0.0) if until is None else until
    if not seconds <= LAST_MOMENT_S:
        raise ValueError(f"--until: {seconds:g} s are more than {LAST_MOMENT_S:,.0f} (31 days)")
    pet = born(start)
    ctrl_c.raises()  # from here on there are records to end
    before = perf_counter()
    records: Recorder | None = None
    shown: Pictures | None = None
    if out is not None and words:
        say(WORDS_KEPT, err=True)
    with ExitStack() as closing:
        listeners: list[Listener] = []
        if out is not None:
            records = closing.enter_context(recorder(out, start, words=words))
            listeners.append(records)
        simulated = simulated_body(shape, board, seed=seed)
        if out is not None and pictures:
            from moggy.sim.pictures import Pictures

            shown = Pictures(out / "pictures", shape, simulated.angles)
            listeners.append(shown)
        advance = closing.enter_context(progress("living", seconds))
        listeners.append(lambda tick, sent: advance(tick.at))
        if faults:
            listeners.append(say_troubles)
        senses = merge(given.senses, faults, key=lambda sense: sense.at)
        in_virtual_time(
            pet, senses, seconds, body=simulated, listeners=listeners, think=think
        ).run()
    took = perf_counter() - before
    lived = f"{seconds:g} s of its life in {took:.2f} s ({seconds / took:.0f} times as fast)"
    if records is None or out is None:
        say(lived, err=True)
        return 0
    if why := records.why or (shown.why if shown else ""):
        say(f"{lived}; its records are not whole: {why}", color="red", err=True)
        return 1
    there = ", ".join(sorted(path.name for path in out.iterdir()))
    say(f"{lived}; in {out}: {there}", err=True)
    return 0


def _read(script: Path | None, body: Body) -> Given:
    """A day in YAML says its own hour and length; a script of senses begins at 10 o'clock."""
    if script is not None and script.suffix in (".yaml", ".yml"):
        day = Day.of_file(script.name, path_texts(readable(script, WRITE_A_DAY)))
        return Given(senses_of(day, body), day.hour, day.seconds)
    senses = [] if script is None else read_script(script, body)
    return Given(senses, 10.0, length_s(senses))
