"""Whether a life that lasts stays as it began: memory, open files, threads, the journal's size and
how late its ticks are, sampled every minute (in virtual time) or every ten seconds (in real time).

    python -m bench soak                          an hour in virtual time, about two minutes
    python -m bench soak --hours 24 --plot day.png
    python -m bench soak --real --hours 8         the cat of `moggy sim`, with nobody at its page

In virtual time random days follow one another, with journal, ticks and sound; a tick's cost is CPU
time. In real time a tick's lateness is the gap to the tick before, less its 20 ms; its records have
parts of ten minutes, since the index of a part is in memory until it ends (3 MB in an hour, which
is the usual part), and a straight line would take that for growth. The exit code is 1 where
something grew: the first third of the samples is left out, as caches fill then; in real time at
least the ten minutes in which the studio's history fills, and a life of less than 75 minutes is too
short to judge, which it says (exit code 2).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import monotonic, process_time

import numpy as np

from moggy.assemble import begin, born, in_virtual_time, recorder, simulated_body, simulator
from moggy.body import Body
from moggy.config import Files
from moggy.messages import AnySense, Tick
from moggy.recording import RECORDS
from moggy.sim.day import senses_of
from moggy.sim.random_day import random_day
from moggy.sim.studio.view import HISTORY_LENGTH

DAY_S = 600.0
"""Seconds of each random day."""
GROWTH_MB_PER_HOUR = 4.0
"""Bar: MB of resident memory that may be added in an hour of the pet's time, by a straight line
through the samples. Our choice: a week of it fits into the memory of a small board."""
PART_MINUTES = 10.0
"""Minutes of one part of the records in real time; see above."""
FILLS_S = HISTORY_LENGTH
"""Seconds in which a life in real time fills what it keeps: the studio's history for its page."""
SHORTEST_H = 1.25
"""Hours of the shortest life in real time whose growth is judged; our choice. Memory grows in steps
too: with one of 2 MB, as was seen, a line through the last fifty minutes stays below the bar."""
TOO_SHORT = (
    f"too short to judge growth: the studio's history fills for the first {FILLS_S / 60.0:g} "
    f"minutes, and memory grows in steps; --hours {SHORTEST_H:g} is the least"
)
"""What is said of a shorter one."""
PAGE = os.sysconf("SC_PAGE_SIZE")
"""Bytes of a page of memory."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The process at one moment."""

    at: float
    """s on the pet's clock."""
    memory_mb: float
    """Resident memory."""
    descriptors: int
    """Open files, pipes and sockets."""
    threads: int
    journal_mb: float
    late_ms: float
    """The 99th percentile since the sample before: ms of CPU in virtual time, ms late in real time.
    """
    latest_ms: float
    """The worst since the sample before."""


LABELS = {
    "memory_mb": "memory, MB",
    "descriptors": "open files",
    "threads": "threads",
    "journal_mb": "journal, MB",
    "late_ms": "tick p99, ms",
    "latest_ms": "tick worst, ms",
}
"""Fields of Sample and how a plot names them."""


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


class Sampler:
    """A listener: takes a sample every so many seconds of the pet's time, and prints it."""

    def __init__(self, every: float, journal: Path, *, real: bool) -> None:
        self.samples: list[Sample] = []
        self._every, self._journal, self._real = every, journal, real
        self._costs: list[float] = []
        self._before = 0.0

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Note what this tick cost; sample and print where it is time to."""
        now = monotonic() if self._real else process_time()
        if self._before:
            self._costs.append((now - self._before) * 1000.0 - (20.0 if self._real else 0.0))
        self._before = now
        if tick.at >= self._every * (len(self.samples) + 1):
            costs = sorted(self._costs)
            self.samples.append(
                Sample(
                    at=tick.at,
                    memory_mb=resident_mb(),
                    descriptors=len(os.listdir("/proc/self/fd")),
                    threads=threading.active_count(),
                    journal_mb=sum(file.stat().st_size for file in self._journal.rglob("*.mcap"))
                    / 1e6,
                    late_ms=costs[int(0.99 * (len(costs) - 1))],
                    latest_ms=costs[-1],
                )
            )
            self._costs.clear()
            print_sample(self.samples[-1])
            self._before = monotonic() if self._real else process_time()


def print_sample(one: Sample) -> None:
    """Print a line of the table."""
    print(
        f"{one.at / 60.0:8.1f}{one.memory_mb:10.1f}{one.descriptors:8}{one.threads:9}"
        f"{one.journal_mb:12.2f}{one.late_ms:9.2f}{one.latest_ms:9.2f}",
        flush=True,
    )


def days(body: Body) -> Iterator[AnySense]:
    """The senses of random days that follow one another, without end."""
    for n in count():
        for sense in senses_of(random_day(n, DAY_S, body), body):
            yield replace(sense, at=sense.at + n * DAY_S)


def virtual(hours: float, folder: Path) -> list[Sample]:
    """Live so many hours in virtual time; gives the samples of each minute."""
    files = Files()
    body = files.load("body/cat.yaml", Body)
    start = begin(files, seed=1, hour=10.0)
    sampler = Sampler(60.0, folder, real=False)
    with recorder(folder, start) as records:
        in_virtual_time(
            born(start),
            days(body),
            hours * 3600.0 + 0.1,
            body=simulated_body(body),
            listeners=[records, sampler],
        ).run()
    return sampler.samples


def real(hours: float, folder: Path) -> list[Sample]:
    """Let the cat of the simulator live so many hours; gives the samples of each ten seconds."""
    home = folder / "home"
    home.mkdir()
    (home / RECORDS).write_text(f"part_minutes: {PART_MINUTES}\n")
    os.environ["MOGGY_HOME"] = str(home)
    sampler = Sampler(10.0, folder, real=True)
    life = simulator(
        personality="cat", seed=1, hour=10.0, board="auto", studio_port=0, remember=False,
        record=folder / "journal.mcap", listeners=[sampler],
    )  # fmt: skip
    timer = threading.Timer(hours * 3600.0, life.loop.stop)
    timer.daemon = True
    timer.start()
    life.loop.run()
    return sampler.samples


def grown(samples: list[Sample], fills: float = 0.0) -> list[str]:
    """What grew after the first third of the samples, and after so many seconds, in words; empty
    where all stayed flat."""
    later = [one for one in samples[len(samples) // 3 :] if one.at > fills]
    if len(later) < 3:
        return ["too short: three samples after the first third are the least"]
    hours = np.array([one.at for one in later]) / 3600.0
    slope = float(np.polyfit(hours, [one.memory_mb for one in later], 1)[0])
    found = []
    if slope > GROWTH_MB_PER_HOUR:
        found.append(f"memory by {slope:.1f} MB an hour (bar {GROWTH_MB_PER_HOUR:g})")
    for what, first, last in (
        ("open files", later[0].descriptors, later[-1].descriptors),
        ("threads", later[0].threads, later[-1].threads),
    ):
        if last > first:
            found.append(f"{what} from {first} to {last}")
    return found


def plot(samples: list[Sample], path: Path) -> None:
    """Draw every column of the table over time."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(LABELS), sharex=True, figsize=(8, 10))
    for axis, (name, label) in zip(axes, LABELS.items(), strict=True):
        values = [getattr(one, name) for one in samples]
        axis.plot([one.at / 60.0 for one in samples], values)
        axis.set_ylabel(label)
        axis.set_ylim(0.0, 1.1 * max(*values, 1e-3))
    axes[-1].set_xlabel("minutes of the pet's time")
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def main() -> int:
    """Print the samples and whether anything grew; returns 1 where it did."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--hours", type=float, default=1.0, help="of the pet's time")
    options.add_argument("--real", action="store_true", help="in real time")
    options.add_argument("--plot", type=Path, help="draw the samples here (PNG)")
    given = options.parse_args()
    is_short = given.real and given.hours < SHORTEST_H
    if is_short:
        print(TOO_SHORT)
    print(f"{'minutes':>8}{'memory MB':>10}{'files':>8}{'threads':>9}{'journal MB':>12}"
          f"{'p99 ms':>9}{'worst':>9}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        samples = (real if given.real else virtual)(given.hours, Path(folder))
    if given.plot is not None:
        plot(samples, given.plot)
        print(f"plot: {given.plot}")
    if is_short:
        print(TOO_SHORT)
        return 2
    found = grown(samples, FILLS_S if given.real else 0.0)
    print("grew: " + "; ".join(found) if found else "flat: memory, open files and threads")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
