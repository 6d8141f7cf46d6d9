"""What a tick of the board costs, by part and by load, in time and in bytes allocated.

The firmware's files run in the MicroPython interpreter of this machine, on simulated devices and
with a prepared line, through ticks that a brain has commanded. An RP2040 at 125 MHz takes 55 to 96
times as long for the same MicroPython code (measured on an emulated one: COBS 55 to 64, crc32 71, a
loop over bytes 96), so the figures are times 75. Whole ticks of version 0.1.0 took that chip about
200 times as long: calls and attributes cost it more than these loops do, and it collected garbage;
so the mean is printed times 200 too. How much machine code (viper) costs it, and the calls that read
and write USB, is not measured.

The simulated bus costs the host time that a chip does not spend: it is left out, and the time of its
bytes on a real bus, 9 bits each, is added. Each tick counts with the median of its rounds, since
this machine does other things too and its clock has steps of 1 µs. What stands on the heap is
counted in 64-bit words here; an RP2040's are half as long.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from typing import BinaryIO

from moggy.actuators.serial_body import SerialBody
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.link import MemoryLink
from moggy.messages import Command, Purr
from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note, said_of, write_config
from moggy.sim.board.lock_step import TICK_MS, LockStepBoard
from moggy.sim.board.wires import WorldInputs

RATIO = 75
"""Time of the same MicroPython code on an RP2040 at 125 MHz over that on this host; see above."""
RATIO_OF_CALLS = 200
"""The same for whole ticks of version 0.1.0: 18.0 and 8.3 ms in turn, 1.5 of them on the bus, with
17 joints moving on the emulated chip, and 58 µs here."""
MEAN_MS = 6.0
"""Bar: mean ms of a tick."""
WORST_MS = 9.0
"""Bar: ms of the worst tick."""
START_MS = 600.0
"""Bar: ms from power to the end of the first tick."""
HEAP_KB = 60.0
"""Bar: kB on the heap of an RP2040."""
LIVED = 4.0
"""Seconds that each load is lived before its ticks count: all servos are attached by then."""
COUNTED = 200
"""Ticks at the end that count: two seconds."""
ROUNDS = 5
"""How often each load is run; the median of each tick counts."""
LOADS = ("no setpoints", "still", "8 joints and a hand", "17 joints and a hand")
"""The loads; the hand moves on four pads, and the body shakes."""


def commands(load_name: str, body: Body, now: float) -> Command | None:
    """What the brain sends at `now` (s)."""
    if load_name == "no setpoints":
        return None
    moving = {"still": 0, "8 joints and a hand": 8}.get(load_name, len(body.joints))
    pose = {}
    for index, (name, joint) in enumerate(body.joints.items()):
        swing = math.sin(3.0 * now + index) if index < moving else 0.0
        pose[name] = joint.rest + swing * 0.5 * min(joint.max - joint.rest, joint.rest - joint.min)
    return Command(at=now, pose=pose, purr=Purr(level=0.5, rate=24.0, breath=now % 1.0), pupils=0.5)


def world(load_name: str, body: Body, tick: int) -> WorldInputs:
    """What the body feels at a tick."""
    if "hand" not in load_name:
        return WorldInputs()
    pads = [0.0] * 12
    for index, pad in enumerate([*body.pads.values()][:4]):
        pads[pad.channel] = 0.5 + 0.3 * math.sin(0.2 * tick + index)
    shake = 0.2 * math.sin(0.3 * tick)
    return replace(WorldInputs(), pads=tuple(pads), acceleration=(shake, -shake, 1.0))


def script(load_name: str, body: Body) -> Iterator[bytes]:
    """The lines that the board lives through. They are what a brain says to the same firmware in
    this process."""
    board = LockStepBoard(body)
    pet = SerialBody(MemoryLink(board.line), body)
    for tick in range(1, round(LIVED * 1000 / TICK_MS) + COUNTED + 1):
        now = tick * TICK_MS / 1000.0
        inputs = world(load_name, body, tick)
        board.feed(inputs)
        yield said_of(inputs, body)
        if tick % 2:
            list(pet.poll(now))
            command = commands(load_name, body, now)
            if command is not None:
                pet.move(command)
        yield f"g {tick * TICK_MS} {bytes(board.line.to_board).hex()}\n".encode()
        board.advance(now)


class Interpreter:
    """The firmware for one body in the interpreter."""

    def __init__(self, body: Body, folder: Path, transport: str) -> None:
        self._folder, self._transport = folder, transport
        (folder / "boots.txt").write_text("0")
        write_config(body, folder, 0)

    def run(self, what: str, lines: Path) -> list[str]:
        """The lines that `tick_costs.py` prints."""
        reading, writing = os.pipe()
        path = os.pathsep.join([str(BENCH), str(FIRMWARE), str(self._folder)])
        arguments = [self._transport, what, str(lines), str(COUNTED), str(writing)]
        results = self._folder / "costs"
        results.unlink(missing_ok=True)
        with open(self._folder / "output", "wb") as output:
            self._spawn(arguments, path, output, reading, writing)
        *found, end = results.read_text().splitlines() if results.exists() else ["none"]
        if end != "done":
            said = (self._folder / "output").read_bytes()[-2000:]
            raise RuntimeError(said.decode(errors="replace"))
        return found

    def _spawn(
        self, arguments: list[str], path: str, output: BinaryIO, reading: int, writing: int
    ) -> None:
        command = interpreter()
        assert command is not None
        subprocess.run(
            [*command[:-1], "heapsize=64m", str(BENCH / "tick_costs.py"), *arguments],
            cwd=self._folder,
            env={**os.environ, "MICROPYPATH": path},
            stdin=reading,
            stdout=output,
            pass_fds=(writing,),
            check=False,
        )
        os.close(reading)
        os.close(writing)

    def costs(self, what: str, lines: Path, rounds: int) -> tuple[int, list[str], list[list[int]]]:
        """The bus clock in Hz, the names of the parts, and for each tick the bytes on the bus and
        what each part took in the median of the rounds."""
        runs = [self.run(what, lines) for _ in range(rounds)]
        hz, *names = runs[0][0].split()
        ticks = [
            [
                round(median(numbers))
                for numbers in zip(*(map(int, line.split()) for line in same), strict=True)
            ]
            for same in zip(*(run[1:] for run in runs), strict=True)
        ]
        return int(hz), names, ticks


def print_load(board: Interpreter, name: str, lines: Path, rounds: int) -> bool:
    """Print what a load costs; returns whether it is within the bars."""
    hz, _, ticks = board.costs("ticks", lines, rounds)
    chip = [(ns * RATIO + sent * 9 * 1_000_000_000 // hz) / 1e6 for _, ns, sent in ticks]
    mean, worst = fmean(chip), max(chip)
    good = mean <= MEAN_MS and worst <= WORST_MS
    sent = fmean(tick[2] for tick in ticks)
    here = [tick[1] / 1000.0 for tick in ticks]
    calls = (fmean(here) * RATIO_OF_CALLS + sent * 9e6 / hz) / 1000.0
    print(
        f"{name}: {mean:.2f} ms mean (bar {MEAN_MS:.0f}), {worst:.2f} ms worst (bar {WORST_MS:.0f})"
        f" on the chip{'' if good else ': TOO SLOW'} ({calls:.2f} ms at {RATIO_OF_CALLS} times);"
        f" here {fmean(here):.1f} µs mean, {max(here):.1f} µs worst;"
        f" {sent:.0f} bytes on the bus,"
        f" {sent * 9e3 / hz:.2f} ms at {hz // 1000} kHz"
    )
    _, parts, by_part = board.costs("parts", lines, rounds)
    _, _, bytes_by_part = board.costs("bytes", lines, 1)
    print_parts(parts, by_part, bytes_by_part)
    return good


def print_parts(
    names: Sequence[str], times: Sequence[Sequence[int]], allocated: Sequence[Sequence[int]]
) -> None:
    """Print a line for each part: µs here, µs on the chip, bytes."""
    print(f"    {'part':10} {'µs here: mean':>14} {'worst':>7} {'µs chip: mean':>14} {'worst':>7}"
          f" {'bytes: mean':>12} {'worst':>7}")  # fmt: skip
    whole, all_times, all_bytes = 0, [0] * len(times), [0] * len(times)
    for index, name in enumerate(names):
        if name == "bus":
            continue
        costs = [tick[index + 1] for tick in times]
        taken = [tick[index + 1] for tick in allocated]
        all_times = [a + b for a, b in zip(all_times, costs, strict=True)]
        all_bytes = [a + b for a, b in zip(all_bytes, taken, strict=True)]
        if any(costs) or any(taken):
            print_part(name, costs, taken)
        whole += 1
    print_part("together", all_times, all_bytes)


def print_part(name: str, costs: Sequence[int], taken: Sequence[int]) -> None:
    """Print one line of the table."""
    mean, worst = fmean(costs) / 1000.0, max(costs) / 1000.0
    print(
        f"    {name:10} {mean:14.1f} {worst:7.1f} {mean * RATIO:14.0f} {worst * RATIO:7.0f}"
        f" {fmean(taken):12.0f} {max(taken):7}"
    )


def print_start(board: Interpreter, lines: Path, rounds: int) -> bool:
    """Print what the start takes; returns whether it is within the bars."""
    runs = [board.run("start", lines) for _ in range(rounds)]
    firsts = [[int(word) for word in run[0].split()] for run in runs]
    imported, built, ticked, bus_ns, sent, hz = [
        min(numbers) for numbers in zip(*firsts, strict=True)
    ]
    chip = ((built + ticked - bus_ns) * RATIO + sent * 9 * 1_000_000_000 // hz) / 1e6
    heap, collecting = int(runs[0][1]), min(int(run[2]) for run in runs)
    print(
        f"start: imports {imported / 1e6:.1f} ms here, compiled from source; building and the first"
        f" tick {(built + ticked - bus_ns) / 1e6:.2f} ms here, {chip:.0f} ms on the chip of the"
        f" {START_MS:.0f} ms from power to the first tick"
    )
    print(
        f"heap: {heap / 1024:.1f} kB here with the code, about {heap / 2048:.1f} kB on the chip"
        f" (bar {HEAP_KB:.0f}); a collection {collecting / 1e6:.2f} ms here,"
        f" {collecting * RATIO / 1e6:.0f} ms on the chip"
    )
    return chip <= START_MS and heap / 2048 <= HEAP_KB


def main() -> int:
    """Print the cost of a tick; returns 1 where a bar is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="how often each load is run")
    options.add_argument("--load", choices=LOADS, action="append", help="only this load")
    options.add_argument("--transport", choices=("uart", "usb"), default="usb", help="the line")
    chosen = options.parse_args()
    if note():
        print(note(), file=sys.stderr)
        return 2
    body = load(SHIPPED["body"] / "cat.yaml", Body)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        board = Interpreter(body, Path(folder), chosen.transport)
        for name in chosen.load or LOADS:
            lines = Path(folder) / "script"
            lines.write_bytes(b"".join(script(name, body)))
            good = print_load(board, name, lines, chosen.rounds) and good
        good = print_start(board, lines, chosen.rounds) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
