"""What one tick of the loop costs, and how much faster than real time the simulator runs.

The day is `days/demo.yaml`, a minute with strokes, words, a face and a hit; it is lived several
times. A busy machine does not count where it can be helped: each tick counts with the best of its
rounds, and a loop that always does the same is timed between the rounds, to say how much slower
than at its quietest the machine was meanwhile. A tick of the brain alone is measured in CPU time,
the life without a screen by the clock on the wall, from its first file to its last.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from moggy.assemble import begin, born, in_virtual_time, recorder, simulated_body
from moggy.body import Body
from moggy.config import Files
from moggy.loop import Loop
from moggy.messages import Command, Tick
from moggy.sim.day import Day, senses_of
from moggy.sim.script import Script

ROUNDS = 5
"""How often the day is lived; the best round of each tick counts."""
REFERENCE_STEPS = 20_000
"""Steps of the reference loop that are timed at once."""
BUSY = 1.15
"""The reference loop takes so many times its best: from there on the machine's load dominates the
figures."""


class Nobody:
    """No body: what is measured is the brain alone."""

    def move(self, command: Command) -> Mapping[str, float]:
        """The commanded pose in radians, as if it had been reached."""
        return command.pose

    def stop(self, now: float) -> None:
        """Do nothing."""

    def clear(self, now: float) -> None:
        """Do nothing."""

    def release(self, now: float) -> None:
        """Do nothing."""


class ScriptedSenses:
    """The day's senses, handed over without a board."""

    def __init__(self, script: Script) -> None:
        self.poll = script.due


class NoClock:
    """A clock that never ticks: the loop is stepped by hand."""

    def ticks(self) -> Iterator[float]:
        """No moments."""
        return iter(())

    def end(self) -> None:
        """Do nothing."""


class Stopwatch:
    """A listener that notes when each tick is over."""

    def __init__(self) -> None:
        self.moments: list[float] = []
        """Seconds of the performance counter."""

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Note the moment at which a tick is over."""
        self.moments.append(perf_counter())


def brain_alone(day: Day, body: Body) -> list[float]:
    """CPU seconds of each tick of a day without body and board."""
    start = begin(Files(), seed=1, hour=day.hour)
    loop = Loop(
        born(start),
        NoClock(),
        sensors=[ScriptedSenses(Script(list(senses_of(day, body))))],
        body=Nobody(),
    )
    gc.collect()
    gc.freeze()
    costs = []
    for n in range(round(day.seconds * 50)):
        before = process_time()
        loop.step(n / 50)
        costs.append(process_time() - before)
    return costs


def headless(day: Day, body: Body, out: Path) -> list[float]:
    """Seconds on the wall clock of each tick of a day with journal, ticks and sound, through the
    wire and the firmware.

    The first and the last entry are opening and closing.
    """
    gc.collect()
    watch, begun = Stopwatch(), perf_counter()
    start = begin(Files(), seed=1, hour=day.hour)
    with recorder(out, start) as aside:
        in_virtual_time(
            born(start),
            senses_of(day, body),
            day.seconds,
            body=simulated_body(body),
            listeners=[watch, aside],
        ).run()
    moments = [begun, *watch.moments, perf_counter()]
    return [after - before for before, after in pairwise(moments)]


class Reference:
    """A loop of plain Python that always does the same, to compare the machine with itself."""

    def __init__(self) -> None:
        self.times: list[float] = []
        """CPU seconds of each round of REFERENCE_STEPS steps."""

    def run(self) -> None:
        """Time eight rounds of the loop."""
        table = {n: float(n) for n in range(64)}
        for _ in range(8):
            before, total = process_time(), 0.0
            for n in range(REFERENCE_STEPS):
                total += max(table[n & 63], 1.0)
            self.times.append(process_time() - before)

    def slower(self) -> float:
        """Median time of a round over the best one; 1 on a quiet machine."""
        return median(self.times) / min(self.times)


def best(rounds: list[list[float]]) -> list[float]:
    """The least seconds of each tick over all rounds."""
    return [min(costs) for costs in zip(*rounds, strict=True)]


def main() -> None:
    """Print the cost of a tick, the speed of a day without a screen, and the machine's load."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="how often the day is lived")
    times = options.parse_args().rounds
    files = Files()
    day, body = files.load("days/demo.yaml", Day), files.load("body/cat.yaml", Body)
    reference, rounds, runs = Reference(), [], []
    with tempfile.TemporaryDirectory() as folder:
        for n in range(times):
            reference.run()
            rounds.append(brain_alone(day, body))
            reference.run()
            runs.append(headless(day, body, Path(folder) / str(n)))
    costs = sorted(best(rounds))
    for name, share in (("median", 0.5), ("p99", 0.99), ("worst", 1.0)):
        cost = costs[min(int(len(costs) * share), len(costs) - 1)]
        print(f"one tick without board and workers, {name}: {cost * 1000:.3f} ms CPU")
    ticks, typical = best(runs), median(sum(run) for run in runs)
    print(
        "headless with board, journal, ticks and sound:"
        f" {day.seconds / sum(ticks):.0f} × real time, each tick at its best"
        f" ({sum(ticks[1:-1]) / len(ticks) * 1000:.3f} ms a tick,"
        f" {(ticks[0] + ticks[-1]) * 1000:.0f} ms to open and close),"
        f" {day.seconds / typical:.0f} × as it was"
    )
    print(
        f"the machine: {min(reference.times) / REFERENCE_STEPS * 1e9:.0f} ns"
        " for a step of the reference loop at its best; usually"
        f" {reference.slower():.2f} times as much"
        + (
            ": it was busy, and the pet is faster than that on a quiet one"
            if reference.slower() > BUSY
            else ""
        )
    )
