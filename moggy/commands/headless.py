"""A life without a screen, in virtual time: a script of senses goes in; a journal, a line for each tick, the sound and pictures come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import orjson

from moggy.clock import SimulatedClock
from moggy.journal import Journal
from moggy.loop import Ask, BodyOut, Listener, Loop
from moggy.messages import Acceleration, AnySense, Battery, Tick, Touch
from moggy.pet import Pet, Start
from moggy.sim.script import Script
from moggy.sim.world import World
from moggy.worker import Worker


class Simulated(BodyOut, Protocol):
    """A body whose board lives in virtual time."""

    def step(self, now: float) -> None: ...

    def poll(self, now: float) -> Sequence[AnySense]: ...

    def close(self) -> None: ...


class ScriptedWorld:
    """A sensor: the script's raw touch, motion and battery go through the simulated body and its board, everything else comes as it is."""

    def __init__(self, senses: Sequence[AnySense], world: World, body: Simulated) -> None:
        self._script, self._world, self._body = Script(senses), world, body

    def poll(self, now: float) -> Sequence[AnySense]:
        direct: list[AnySense] = []
        for sense in self._script.due(now):
            self._body.step(sense.at)
            if not self._happens(sense):
                direct.append(sense)
        self._body.step(now)
        return [*direct, *self._body.poll(now)]

    def _happens(self, sense: AnySense) -> bool:
        match sense:
            case Touch(pressure=0.0):
                self._world.release()
            case Touch():
                self._world.touch(position=sense.position, zone=sense.zone, pads=sense.pads, pressure=sense.pressure, area=sense.area)
            case Acceleration():
                self._world.accelerate(sense.x, sense.y, sense.z, sense.gyro)
            case Battery():
                self._world.battery(sense.level)
            case _:
                return False
        return True


class TickLines:
    """A listener that writes a line of JSON for each tick, with what people look at first."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        pet = tick.pet
        line = {
            "at": tick.at,
            "person": tick.person,
            "pet": {"emotions": pet.emotions, "mood": pet.mood, "drives": pet.drives, "bond": pet.bond, "enough": pet.enough},
            "behavior": {"id": tick.decision.behavior, "why": tick.decision.why},
            "commanded": tick.commanded.pose,
            "sent": sent,
            "purr": tick.commanded.purr.level,
            "calls": tick.calls,
        }
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        self._file.close()


def live(
    pet: Pet,
    start: Start,
    senses: Sequence[AnySense],
    *,
    world: World,
    body: Simulated,
    until: float,
    out: Path | None,
    listeners: Sequence[Listener] = (),
    thinkers: Sequence[tuple[Ask, Worker]] = (),
    progress: Callable[[float], None] = lambda at: None,
) -> None:
    """Play the senses to the pet for `until` seconds of its time; with `out`, write journal.mcap and ticks.jsonl there."""
    told: list[Listener] = [*listeners, lambda tick, sent: progress(tick.at)]
    files: list[Journal | TickLines] = []
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        files = [Journal(out / "journal.mcap", start), TickLines(out / "ticks.jsonl")]
        told += files
    sensor = ScriptedWorld(senses, world, body)
    loop = Loop(pet, SimulatedClock(until), sensors=[sensor], body=body, listeners=told, thinkers=thinkers)
    for file in files:
        loop.closing.callback(file.close)
    loop.closing.callback(body.close)
    loop.run()
