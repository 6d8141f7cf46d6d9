"""A life without a screen, in virtual time: a script of senses goes in; a journal, ticks, sound and
pictures come out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Protocol

import typer

from moggy.actuators.serial_body import SerialBody
from moggy.assemble import begin, born, home, slow_thinkers
from moggy.body import Body
from moggy.clock import SimulatedClock
from moggy.commands.progress import progress
from moggy.commands.record import Recorder
from moggy.config import Files
from moggy.link import MemoryLink
from moggy.loop import Ask, BodyOut, Listener, Loop
from moggy.messages import Acceleration, AnySense, Battery, Touch
from moggy.pet import Pet
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.day import Day, senses_of
from moggy.sim.script import Script, last_moment, read_script
from moggy.sim.simulated_body import SimulatedBody
from moggy.sim.world import World
from moggy.worker import Worker


class Simulated(BodyOut, Protocol):
    """A body whose board lives in virtual time."""

    def step(self, now: float) -> None: ...

    def poll(self, now: float) -> Sequence[AnySense]: ...

    def close(self) -> None: ...


class SimulatedSenses:
    """A sensor: raw touch, motion and battery of a source go through the simulated body and its
    board, everything else comes as it is."""

    def __init__(
        self, source: Callable[[float], Sequence[AnySense]], world: World, body: Simulated
    ) -> None:
        """`source` is asked once a tick for what has happened up to now: a script, or the studio's
        page."""
        self._source, self._world, self._body = source, world, body

    def poll(self, now: float) -> Sequence[AnySense]:
        direct: list[AnySense] = []
        for sense in self._source(now):
            self._body.step(sense.at)
            if not happens(self._world, sense):
                direct.append(sense)
        self._body.step(now)
        return [*direct, *self._body.poll(now)]


def happens(world: World, sense: AnySense) -> bool:
    """Let raw touch, motion and battery happen in the simulated world; False for a sense that comes
    to the pet as it is."""
    match sense:
        case Touch():
            world.touch(
                position=sense.position,
                zone=sense.zone,
                pads=sense.pads,
                pressure=sense.pressure,
                area=sense.area,
            )
        case Acceleration():
            world.accelerate(sense.x, sense.y, sense.z, sense.gyro)
        case Battery():
            world.battery(sense.level, sense.charging)
        case _:
            return False
    return True


def live(
    pet: Pet,
    senses: Sequence[AnySense],
    *,
    world: World,
    body: Simulated,
    until: float,
    listeners: Sequence[Listener] = (),
    thinkers: Sequence[tuple[Ask, Worker]] = (),
    progress: Callable[[float], None] = lambda at: None,
) -> None:
    """Play the senses to the pet for `until` seconds of its time."""
    told: list[Listener] = [*listeners, lambda tick, sent: progress(tick.at)]
    sensor = SimulatedSenses(Script(senses).due, world, body)
    loop = Loop(
        pet, SimulatedClock(until), sensors=[sensor], body=body, listeners=told, thinkers=thinkers
    )
    loop.closing.callback(body.close)
    loop.run()


def headless(
    script: Path | None,
    *,
    until: float | None,
    out: Path | None,
    pictures: bool,
    board: str,
    think: bool,
    hour: float | None,
    personality: str,
    seed: int,
) -> None:
    """The command: read the script, live it, say what was written and how fast it went."""
    files = Files(home())
    body = files.load("body/cat.yaml", Body)
    senses, hour_of_day, length = _read(script, body)
    start = begin(
        files, seed=seed, hour=hour_of_day if hour is None else hour, personality=personality
    )
    until = length if until is None else until
    world = World(body)
    before = perf_counter()
    with ExitStack() as closing:
        listeners: list[Listener] = (
            [] if out is None else [closing.enter_context(Recorder(out, start))]
        )
        simulated = boards(board, body, world)
        if out is not None and pictures:
            from moggy.sim.pictures import Pictures

            listeners.append(Pictures(out / "pictures", body, simulated.angles))
        live(
            born(start), senses, world=world, body=simulated, until=until, listeners=listeners,
            thinkers=slow_thinkers(simulated=True) if think else (), progress=closing.enter_context(progress("living", until)),
        )  # fmt: skip
    took = perf_counter() - before
    where = f"; in {out}: {', '.join(sorted(path.name for path in out.iterdir()))}" if out else ""
    typer.echo(
        f"{until:g} s of its life in {took:.2f} s ({until / took:.0f} times as fast){where}",
        err=True,
    )


def boards(kind: str, body: Body, world: World) -> SimulatedBody:
    """The simulated board for virtual time."""
    if kind in ("auto", "lockstep"):
        lock_step = LockStepBoard(body)
        return SimulatedBody(world, lock_step, SerialBody(MemoryLink(lock_step.line), body))
    if kind == "micropython":
        from moggy.sim.board.micropython import stepped_board

        stepped = stepped_board(body)
        return SimulatedBody(world, stepped, SerialBody(MemoryLink(stepped.line), body))
    raise ValueError(f"--board {kind}: there are auto, lockstep and micropython")


def _read(script: Path | None, body: Body) -> tuple[Sequence[AnySense], float, float]:
    """(senses, hour of day, seconds); a day in YAML says its own hour and length."""
    if script is None:
        return (), 10.0, 60.0
    if script.suffix in (".yaml", ".yml"):
        from moggy.config import load

        day = load(script, Day)
        return senses_of(day, body), day.hour, day.seconds
    senses = read_script(script)
    return senses, 10.0, last_moment(senses) + 5.0
