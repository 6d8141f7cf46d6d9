"""What a tick of the board costs, by part and by load, in time and in bytes allocated.

The firmware's compiled files, as `moggy board build` makes them, run in the MicroPython interpreter
of this machine, on simulated devices and with a prepared line, through ticks that a brain has
commanded. valgrind counts the instructions that the interpreter needs for them, which are the same
on every machine of this kind (x86-64), whatever else it does. An emulated RP2040 at 125 MHz, with
MicroPython 1.28 built for it, these files, and 45 cycles for what its cache of the flash misses,
took 15.4 to 16.8 ns for each of them in two firmwares, over UART and over USB: NS_PER_INSTRUCTION.

`--time` measures time instead, for where there is no valgrind; it varies with the machine and with
what else it does. A loop of the interpreter is timed before and after each tick, and times are
those of a host on which it takes REFERENCE_NS. Each tick counts with the median of its rounds. The
emulated chip took 88 times as long as that for a tick of 17 joints and a hand over UART and 63
times over USB, where the host waits for its system.

The simulated bus costs the host what a chip does not spend: it is left out, and the time of its
bytes on a real bus, 9 bits each, is added. Not counted: the start of MicroPython itself, and
reading the files from the flash.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from operator import add
from pathlib import Path
from statistics import fmean, median
from typing import BinaryIO, NamedTuple

from moggy.actuators.serial_body import SerialBody
from moggy.board_files import board_files, write
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.link import MemoryLink
from moggy.messages import Command, Purr
from moggy.sim.board.interpreter import BENCH, interpreter, note, said_of
from moggy.sim.board.lock_step import LISTEN_MS, TICK_MS, LockStepBoard
from moggy.sim.board.wires import WorldInputs

HERE = "x64"
"""What mpy-cross calls the machine code of this host."""
RATIOS = {"uart": 88, "usb": 63}
"""Time of a tick on an RP2040 at 125 MHz over that on this host, by the line; see above."""
NS_PER_INSTRUCTION = 16.8
"""ns on an RP2040 at 125 MHz for an instruction of this host's interpreter; see above."""
MARK = "gc_isenabled"
"""The function in the interpreter that MARK of tick_costs.py calls."""
HEAP_RATIO = 0.796
"""Bytes on the heap of an RP2040 over those here: pointers are half as long, machine code is on the
heap there and not here. The emulated one had 60.4 kB where this host had 75.9 (USB)."""
PING_MS = 12.0
"""Bar: ms from when a ping has come until it is answered."""
LINE_BYTES_S = {"uart": 11_520, "usb": 1_000_000}
"""Bytes per second of the line: 115200 baud; full-speed USB in bulk, about."""
PING_BYTES = 13 + 17
"""Of a ping and its answer as frames."""
MEAN_MS = 6.0
"""Bar: mean ms of a tick."""
WORST_MS = 9.0
"""Bar: ms of the worst tick."""
START_MS = 600.0
"""Bar: ms from power to the end of the first tick."""
HEAP_KB = 60.0
"""Bar: kB (1000 bytes) on the heap of an RP2040."""
LIVED = 4.0
"""Seconds that each load is lived before its ticks count: all servos are attached by then."""
COUNTED = 120
"""Ticks at the end that count: more than a second, in which all that is told at times is told."""
ROUNDS = 7
"""How often each load is run; the median of each tick counts."""
REFERENCE_NS = 30_000
"""What `tick_costs.Reference` takes on the host that RATIOS were measured on: so that the median
of scaled ticks is what the shortest ones took there (46.7 µs with 17 joints and a hand, UART)."""
SILENT = "17 joints and a hand, then no brain"
"""The load whose setpoints end when its ticks begin to count: the joints are held, then rest."""
LOADS = ("no setpoints", "still", "8 joints and a hand", SILENT, "17 joints and a hand")
"""The loads; the hand moves on four pads, and the body shakes."""


def commands(load_name: str, body: Body, now: float) -> Command | None:
    """What the brain sends at `now` (s)."""
    if load_name == "no setpoints" or (load_name == SILENT and now > LIVED):
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


class Segment(NamedTuple):
    """A stretch of a tick that belongs to one part."""

    part: int
    """Its number among the names of the parts."""
    spent: int
    """ns on the host of REFERENCE_NS, instructions, or bytes allocated."""
    sent: int
    """Bytes on the bus."""


class Costs(NamedTuple):
    """What the ticks that count have spent."""

    hz: int
    """Of the bus."""
    parts: list[str]
    ticks: list[list[Segment]]


class Interpreter:
    """The firmware for one body in the interpreter."""

    def __init__(self, body: Body, folder: Path, transport: str, *, counted: bool) -> None:
        self._folder, self.transport = folder, transport
        self.what = "instructions" if counted else "ns"
        self.per_unit = NS_PER_INSTRUCTION if counted else RATIOS[transport]
        self._flash = folder / "flash"
        write(board_files(body, arch=HERE, transport=transport, quiet_ms=0), self._flash)

    def run(self, what: str, parted: str, lines: Path) -> tuple[list[str], list[int]]:
        """The lines that `tick_costs.py` prints, and the instructions up to each MARK."""
        reading, writing = os.pipe()
        path = os.pathsep.join([str(BENCH), str(self._flash)])
        arguments = [self.transport, what, parted, str(lines), str(COUNTED), str(writing)]
        results, counts = self._folder / "costs", self._folder / "counts"
        for file in (results, counts, self._folder / "boots.txt"):
            # Runs that end with running servos count as cuts of the supply.
            file.unlink(missing_ok=True)
        counts_too = self.what == "instructions" and what != "bytes"
        with open(self._folder / "output", "wb") as output:
            self._spawn(counter(counts) if counts_too else [], arguments, path,
                        output, reading, writing)  # fmt: skip
        found = results.read_text().splitlines() if results.exists() else []
        if not found or found.pop() != "done":
            said = (self._folder / "output").read_bytes()[-2000:]
            raise RuntimeError(said.decode(errors="replace"))
        return found, counted(counts) if counts_too else []

    def on_chip(self, costs: Costs, segments: Sequence[Segment]) -> float:
        """ms on the chip of these segments, without what the simulated bus spends here."""
        bus = costs.parts.index("bus")
        spent = sum(segment.spent for segment in segments if segment.part != bus)
        sent = sum(segment.sent for segment in segments)
        return (spent * self.per_unit + sent * 9e9 / costs.hz) / 1e6

    def _spawn(
        self,
        before: list[str],
        arguments: list[str],
        path: str,
        output: BinaryIO,
        reading: int,
        writing: int,
    ) -> None:
        command = interpreter()
        assert command is not None
        subprocess.run(
            [*before, *command[:-1], "heapsize=8m", str(BENCH / "tick_costs.py"), *arguments],
            cwd=self._folder,
            env={**os.environ, "MICROPYPATH": path},
            stdin=reading,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            check=False,
        )
        os.close(reading)
        os.close(writing)

    def costs(self, what: str, parted: str, lines: Path, rounds: int) -> Costs:
        """What each tick has spent: its segments, each with the median of the rounds. Instructions
        and bytes are the same in each round, so that one is enough."""
        runs = [self.run(what, parted, lines) for _ in range(rounds if what == "ns" else 1)]
        hz, *names = runs[0][0][0].split()
        rounds_of = [ticks_of(what, *run) for run in runs]
        ticks = [
            [
                segments[0]._replace(spent=round(median(s.spent for s in segments)))
                for segments in zip(*same, strict=True)
            ]
            for same in zip(*rounds_of, strict=True)
        ]
        return Costs(int(hz), names, ticks)


def counter(file: Path) -> list[str]:
    """The command under which a program's instructions are counted into `file`."""
    return ["valgrind", "--quiet", "--tool=callgrind", "--combine-dumps=yes",
            f"--dump-before={MARK}", f"--callgrind-out-file={file}"]  # fmt: skip


def counted(file: Path) -> list[int]:
    """The instructions between each two calls of MARK, the first since the program began."""
    with open(file, encoding="ascii", errors="replace") as lines:
        return [int(line.split()[1]) for line in lines if line.startswith("totals:")]


def ticks_of(what: str, lines: Sequence[str], instructions: Sequence[int]) -> list[list[Segment]]:
    """The segments of each tick that one run has written."""
    counts = iter(instructions)
    ticks = []
    for line in lines[1:]:
        reference, *numbers = map(int, line.split())
        moments = list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
        if what == "instructions":
            spent = [next(counts) for _ in moments][1:]
        else:
            scale = REFERENCE_NS / reference if reference else 1.0
            spent = [round((after[1] - before[1]) * scale) for before, after in pairwise(moments)]
        noting, *spent = spent
        ticks.append(
            [
                Segment(begin[0], cost - noting, end[2] - begin[2])
                for cost, (begin, end) in zip(spent, pairwise(moments[1:]), strict=True)
            ]
        )
    return ticks


def print_load(board: Interpreter, name: str, lines: Path, rounds: int) -> bool:
    """Print what a load costs; returns whether it is within the bars."""
    costs = board.costs(board.what, "whole", lines, rounds)
    chip = [board.on_chip(costs, tick) for tick in costs.ticks]
    mean, worst = fmean(chip), max(chip)
    good = mean <= MEAN_MS and worst <= WORST_MS
    sent = fmean(sum(segment.sent for segment in tick) for tick in costs.ticks)
    print(
        f"{name}: {mean:.2f} ms mean (bar {MEAN_MS:.0f}), {worst:.2f} ms worst (bar {WORST_MS:.0f})"
        f" on the chip{'' if good else ': TOO SLOW'};"
        f" {sent:.0f} bytes on the bus, {sent * 9e3 / costs.hz:.2f} ms at {costs.hz // 1000} kHz"
    )
    print_parts(
        board.costs(board.what, "parts", lines, rounds),
        board.costs("bytes", "parts", lines, 1),
        board,
    )
    return good


def print_parts(costs: Costs, allocated: Costs, board: Interpreter) -> None:
    """Print a line for each part: spent here, µs on the chip without the bus, bytes."""
    print(f"    {'part':10} {board.what + ': mean':>19} {'worst':>8} {'µs chip: mean':>14}"
          f" {'worst':>7} {'bytes: mean':>12} {'worst':>7}")  # fmt: skip
    together = [0] * len(costs.ticks), [0] * len(costs.ticks)
    for part, name in enumerate(costs.parts):
        if name == "bus":
            continue
        both = of_part(costs, part), of_part(allocated, part)
        for sums, added in zip(together, both, strict=True):
            sums[:] = map(add, sums, added)
        if any(map(any, both)):
            print_part(name, *both, board.per_unit)
    print_part("together", *together, board.per_unit)


def of_part(costs: Costs, part: int) -> list[int]:
    """What a part has spent in each tick."""
    return [sum(s.spent for s in tick if s.part == part) for tick in costs.ticks]


def print_part(name: str, spent: Sequence[int], taken: Sequence[int], per_unit: float) -> None:
    """Print one line of the table."""
    mean, worst = fmean(spent), max(spent)
    print(
        f"    {name:10} {mean:19,.0f} {worst:8,} {mean * per_unit / 1e3:14.0f}"
        f" {worst * per_unit / 1e3:7.0f} {fmean(taken):12.0f} {max(taken):7}"
    )


def print_start(board: Interpreter, lines: Path) -> bool:
    """Print what the start takes; returns whether it is within the bars."""
    (names, moments, heap), counts = board.run("start", "whole", lines)
    hz, *parts = names.split()
    (all_of_it,) = ticks_of(board.what, [names, moments], counts)
    start = Costs(int(hz), parts, [all_of_it])
    # The last two are collections: of what the start left, and of nothing.
    chip, imports, collection = (
        board.on_chip(start, all_of_it[some])
        for some in (slice(0, -2), slice(0, 1), slice(-1, None))
    )
    held = int(heap) * HEAP_RATIO / 1000.0
    print(
        f"start: {chip:.0f} ms on the chip (bar {START_MS:.0f}), {imports:.0f} of them for imports"
    )
    print(
        f"heap after the first tick: {int(heap) / 1000.0:.1f} kB here, {held:.1f} kB on the chip"
        f" (bar {HEAP_KB:.0f}); a collection {collection:.1f} ms on the chip"
    )
    return chip <= START_MS and held <= HEAP_KB


def print_ping(board: Interpreter, lines: Path, body: Body, rounds: int) -> bool:
    """Print how long a ping waits that comes when the board has just listened; returns whether that
    is within the bar. It listens when a tick begins and in its middle, and in the middle of two or
    when the tick is done, whichever is later; what it hears is answered before it goes on."""
    waits = []
    for load_name in (LOADS[0], LOADS[-1]):
        lines.write_bytes(b"".join(script(load_name, body)))
        costs = board.costs(board.what, "whole", lines, rounds)
        listens = [split_at(tick, costs.parts.index("receive")) for tick in costs.ticks]
        heard = max(board.on_chip(costs, hears) for hears, _ in listens)
        busy = max(board.on_chip(costs, way) for _, ways in listens for way in ways)
        waits.append(max(busy, TICK_MS - LISTEN_MS, LISTEN_MS) + heard)
    alone, behind = waits
    good = max(waits) <= PING_MS
    print(
        f"ping: answered within {alone:.1f} ms (bar {PING_MS:.0f}{'' if good else ', MISSED'}),"
        f" {behind:.1f} ms behind a setpoint; and"
        f" {PING_BYTES / LINE_BYTES_S[board.transport] * 1000.0:.1f} ms on the line"
    )
    return good


def split_at(tick: Sequence[Segment], part: int) -> tuple[list[Segment], list[list[Segment]]]:
    """The segments of one part, and the ways between them."""
    ways = [list(way) for found, way in groupby(tick, lambda s: s.part == part) if not found]
    return [segment for segment in tick if segment.part == part], ways


def main() -> int:
    """Print the cost of a tick; returns 1 where a bar is missed, 2 where it cannot be measured."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS, help="how often each load is run")
    options.add_argument("--load", choices=LOADS, action="append", help="only this load")
    options.add_argument("--transport", choices=("uart", "usb"), default="usb", help="the line")
    options.add_argument(
        "--time", dest="count", action="store_false", help="measure time, which varies, not count"
    )
    chosen = options.parse_args()
    missing = note()
    if chosen.count and shutil.which("valgrind") is None:
        missing = missing or "valgrind is missing: install Debian's package valgrind, or use --time"
    if missing:
        print(missing, file=sys.stderr)
        return 2
    body = load(SHIPPED["body"] / "cat.yaml", Body)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        board = Interpreter(body, Path(folder), chosen.transport, counted=chosen.count)
        for name in chosen.load or LOADS:
            lines = Path(folder) / "script"
            lines.write_bytes(b"".join(script(name, body)))
            good = print_load(board, name, lines, chosen.rounds) and good
        good = print_start(board, lines) and good
        good = print_ping(board, lines, body, chosen.rounds) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
