"""What one tick of the loop costs, and how much faster than life the simulator runs: `python -m bench tick`.

The day is `days/demo.yaml`, a minute with strokes, words, a face and a hit. CPU time of this process: a busy machine does not count.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter, process_time

from moggy.actuators.speaker import SoundTrack
from moggy.actuators.synth import Synth
from moggy.assemble import begin, born
from moggy.body import Body
from moggy.commands.headless import boards, live
from moggy.config import Files
from moggy.loop import Loop
from moggy.messages import Command
from moggy.sim.day import Day, senses_of
from moggy.sim.script import Script
from moggy.sim.world import World

ROUNDS = 3


class Nobody:
    """A body that is not there: the brain's own cost."""

    def move(self, command: Command) -> Mapping[str, float]:
        return command.pose

    def stop(self, now: float) -> None: ...

    def release(self, now: float) -> None: ...


class Given:
    """The day's senses, handed over without a board."""

    def __init__(self, script: Script) -> None:
        self.poll = script.due


def brain_alone(day: Day, body: Body) -> list[float]:
    """CPU seconds of each tick."""
    start = begin(Files(), seed=1, hour=day.hour)
    loop = Loop(born(start), NoClock(), sensors=[Given(Script(senses_of(day, body)))], body=Nobody())
    gc.collect()
    gc.freeze()
    costs = []
    for n in range(round(day.seconds * 50)):
        before = process_time()
        loop.step(n / 50)
        costs.append(process_time() - before)
    return sorted(costs)


class NoClock:
    def ticks(self):  # type: ignore[no-untyped-def]
        return iter(())


def headless(day: Day, body: Body, out: Path) -> tuple[float, float]:
    """(wall, CPU) seconds for the whole day with journal, ticks and sound, through the wire and the firmware."""
    start = begin(Files(), seed=1, hour=day.hour)
    world = World(body)
    wall, cpu = perf_counter(), process_time()
    out.mkdir()
    with SoundTrack(out / "sound.wav", Synth(body.speaker.rate, body.speaker, 1.0)) as sound:
        live(
            born(start), start, senses_of(day, body), world=world, body=boards("lockstep", body, world), until=day.seconds, out=out,
            listeners=[sound],
        )  # fmt: skip
    return perf_counter() - wall, process_time() - cpu


def main() -> None:
    files = Files()
    day, body = files.load("days/demo.yaml", Day), files.load("body/cat.yaml", Body)
    brain_alone(day, body)
    rounds = [brain_alone(day, body) for _ in range(ROUNDS)]
    for name, share in (("median", 0.5), ("p99", 0.99), ("worst", 1.0)):
        figures = sorted(costs[min(int(len(costs) * share), len(costs) - 1)] * 1000 for costs in rounds)
        print(f"one tick without board and workers, {name}: {figures[ROUNDS // 2]:.3f} ms CPU")
    with tempfile.TemporaryDirectory() as folder:
        runs = [headless(day, body, Path(folder) / str(n)) for n in range(ROUNDS)]
    wall, cpu = (sorted(column)[ROUNDS // 2] for column in zip(*runs, strict=True))
    print(
        f"headless with board, journal, ticks and sound: {day.seconds / wall:.0f} × real time by the clock, {day.seconds / cpu:.0f} × by CPU"
    )


if __name__ == "__main__":
    main()
