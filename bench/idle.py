"""What the whole brain costs in real time while the cat sleeps, while it is awake and alone, and
with a face before it: per cent of a core, of each process.

A cat lives on the simulated board, whose own process is not counted, with a camera of 640×480 whose
pictures come as JPEG, and with its language models where they are installed. The exit code is 1
where it costs 5 % of a core or more while it sleeps and nobody is there. `--seconds` is how long
each case is measured.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from bench.absent import attempt
from bench.look import wall
from bench.real_board import real_time_body
from moggy.assemble import begin, body_of, born, slow_thinkers
from moggy.clock import RealClock
from moggy.config import Files
from moggy.loop import Loop
from moggy.messages import AnySense, Tick
from moggy.sensors.vision import Eye, vision_task
from moggy.sensors.vision.movement import CHANGED, SIZE
from moggy.sensors.vision.pace import ASLEEP
from moggy.worker import ProcessWorker

BAR = 0.05
"""Share of a core while it sleeps and nobody is there."""
SETTLES_S = 45.0
"""Seconds before a measurement: the workers load their models."""
NOISE = 3.0
"""Standard deviation of the camera's noise, 0..255; of the table of movement it is 10."""
SHOWN = 10
"""Pictures a second that the camera gives."""
SEED = 1
"""Of the noise and the pet."""


class Room:
    """A camera: what it sees, with new noise in every picture of a second."""

    def __init__(self, eye: Eye, width: int) -> None:
        """`width` of the face, px; 0: nobody."""
        rng, self._eye, self._due = np.random.default_rng(SEED), eye, 0.0
        noisy = (wall(width) + rng.normal(0.0, NOISE, (480, 640, 3)) for _ in range(SHOWN))
        self._jpegs = [
            bytes(cv2.imencode(".jpg", picture.clip(0, 255).astype(np.uint8)[:, :, ::-1])[1])
            for picture in noisy
        ]

    def poll(self, now: float) -> Sequence[AnySense]:
        """Show the next picture when it is due."""
        if now >= self._due:
            self._due = now + 1.0 / SHOWN
            self._eye.show(self._jpegs[int(now * SHOWN) % SHOWN])
        return ()


def _spent(pid: int | None) -> float:
    """s of CPU that another process has taken."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lived(hour: float, width: int, seconds: float) -> tuple[dict[str, float], float]:
    """Share of a core of each process, and of the time that it slept."""
    start = begin(Files(), seed=SEED, hour=hour)
    body = real_time_body(body_of(start))
    vision = ProcessWorker(vision_task, name="vision")
    eye, thinkers = Eye(vision), slow_thinkers(simulated=False)
    workers = {"eye": vision} | {
        f"words {n}": worker
        for n, (_, worker) in enumerate(thinkers, 1)
        if isinstance(worker, ProcessWorker)
    }
    slept: list[bool] = []
    before: dict[str, float] = {}
    costs: dict[str, float] = {}

    def spent() -> Iterator[tuple[str, float]]:
        yield "loop", time.process_time()
        for name, worker in workers.items():
            yield name, _spent(worker.pid)

    def measure(tick: Tick, sent: Mapping[str, float]) -> None:
        if tick.at < SETTLES_S:
            return
        if not before:
            before.update(spent())
        slept.append(tick.decision.behavior in ASLEEP)
        if tick.at >= SETTLES_S + seconds:
            costs.update({name: (now - before[name]) / seconds for name, now in spent()})
            loop.stop()

    loop = Loop(
        born(start),
        RealClock(),
        sensors=[Room(eye, width), body, eye],
        body=body,
        listeners=[eye, measure],
        thinkers=thinkers,
    )
    for close in (body.close, eye.close, *(worker.close for _, worker in thinkers)):
        loop.closing.callback(close)
    loop.run()
    return costs, sum(slept) / len(slept)


def still() -> float:
    """By how much a small pixel of a noisy picture changes at most, 0..255."""
    rng = np.random.default_rng(SEED)
    pictures = (wall(0) + rng.normal(0.0, 10.0, (480, 640, 3)) for _ in range(20))
    small = [cv2.resize(p, SIZE, interpolation=cv2.INTER_AREA).mean(axis=2) for p in pictures]
    return float(np.abs(np.diff(np.array(small), axis=0)).max())


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of each case")
    seconds = parser.parse_args().seconds
    cases = {"asleep, nobody": (2.0, 0), "awake, nobody": (15.0, 0), "a near face": (15.0, 110)}
    good = True
    for name, (hour, width) in cases.items():
        costs, slept = lived(hour, width, seconds)
        total = sum(costs.values())
        each = "  ".join(f"{part} {cost:.1%}" for part, cost in costs.items())
        print(f"{name:16}{total:7.1%}   slept {slept:4.0%}   {each}", flush=True)
        good = good and (not name.startswith("asleep") or (total < BAR and slept > 0.9))
    print(f"still, noise of 10: a pixel changes by {still():.1f}, of {CHANGED:g} that count")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(attempt("idle", main))
