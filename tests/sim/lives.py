"""Short lives for tests: a day or a few senses in, all ticks out; the whole path, through the wire
and the firmware."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from moggy.assemble import begin, born
from moggy.body import Body
from moggy.commands.headless import boards, live
from moggy.config import Files, parse
from moggy.journal import Journal
from moggy.loop import Listener
from moggy.messages import AnySense, Tick
from moggy.sim.day import Day, senses_of
from moggy.sim.world import World

BODY = Files().load("body/cat.yaml", Body)


def of_day(
    text: str, *, seed: int = 1, personality: str = "cat", out: Path | None = None
) -> list[Tick]:
    """Live a day written in YAML."""
    day = parse("day.yaml", text, Day)
    return of_senses(
        senses_of(day, BODY),
        day.seconds,
        seed=seed,
        personality=personality,
        hour=day.hour,
        out=out,
    )


def of_senses(
    senses: Sequence[AnySense],
    seconds: float,
    *,
    seed: int = 1,
    personality: str = "cat",
    hour: float = 10.0,
    out: Path | None = None,
) -> list[Tick]:
    start = begin(Files(), seed=seed, hour=hour, personality=personality)
    world = World(BODY)
    ticks: list[Tick] = []
    listeners: list[Listener] = [lambda tick, sent: ticks.append(tick)]
    with ExitStack() as closing:
        if out is not None:
            listeners.append(closing.enter_context(Journal(out / "journal.mcap", start)))
        live(
            born(start),
            senses,
            world=world,
            body=boards("lockstep", BODY, world),
            until=seconds,
            listeners=listeners,
        )
    return ticks


def behaviors(ticks: Sequence[Tick]) -> list[str]:
    """What it did, each change once."""
    done: list[str] = []
    for tick in ticks:
        if not done or done[-1] != tick.decision.behavior:
            done.append(tick.decision.behavior)
    return done


def between(ticks: Sequence[Tick], start: float, end: float) -> list[Tick]:
    return [tick for tick in ticks if start <= tick.at < end]
