"""What a tick of the board costs, by part and by load, in time and in bytes allocated.

The firmware's compiled files, as `moggy board build` makes them, run in the MicroPython interpreter
of this machine, on simulated devices and with a prepared line, through ticks that a brain has
commanded. The times are multiplied by what an RP2040 at 125 MHz takes for the same code: an
emulated one (instruction by instruction, with MicroPython 1.25 built for it and these files) took
73 times as long for the ticks of 17 joints and a hand over UART, and 61 times over USB, where this
host waits for its system. RATIOS are higher, for what the emulator leaves out (the C code of the
bus, of USB and of interrupts). COBS alone took 55 to 64 times, crc32 71, a loop over bytes 96.

The simulated bus costs the host time that a chip does not spend: it is left out, and the time of
its bytes on a real bus, 9 bits each, is added. Hosts are not equally fast, nor always as fast as
themselves: a loop of the interpreter is timed before and after each tick, and times are those of a
host on which it takes REFERENCE_NS. Each tick counts with the median of its rounds, which do the
same work. Not counted: the start of MicroPython itself, and reading the files from the flash.
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
RATIOS = {"uart": 75, "usb": 62}
"""Time of a tick on an RP2040 at 125 MHz over that on this host, by the line; see above."""
HEAP_RATIO = 0.77
"""Bytes on the heap of an RP2040 over those here: pointers are half as long, names, machine code
and buffers are not. The emulated one had 55.9 kB where this host had 73.4."""
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
COUNTED = 250
"""Ticks at the end that count: two and a half seconds."""
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


class Interpreter:
    """The firmware for one body in the interpreter."""

    def __init__(self, body: Body, folder: Path, transport: str) -> None:
        self._folder, self.transport = folder, transport
        self.ratio = RATIOS[transport]
        self._flash = folder / "flash"
        write(board_files(body, arch=HERE, transport=transport, quiet_ms=0), self._flash)

    def run(self, what: str, lines: Path) -> list[str]:
        """The lines that `tick_costs.py` prints."""
        reading, writing = os.pipe()
        path = os.pathsep.join([str(BENCH), str(self._flash)])
        arguments = [self.transport, what, str(lines), str(COUNTED), str(writing)]
        results = self._folder / "costs"
        results.unlink(missing_ok=True)
        # Runs that end with running servos count as cuts of the supply.
        (self._folder / "boots.txt").unlink(missing_ok=True)
        with open(self._folder / "output", "wb") as output:
            self._spawn(arguments, path, output, reading, writing)
        found = results.read_text().splitlines() if results.exists() else []
        if not found or found.pop() != "done":
            said = (self._folder / "output").read_bytes()[-2000:]
            raise RuntimeError(said.decode(errors="replace"))
        return found

    def _spawn(
        self, arguments: list[str], path: str, output: BinaryIO, reading: int, writing: int
    ) -> None:
        command = interpreter()
        assert command is not None
        subprocess.run(
            [*command[:-1], "heapsize=8m", str(BENCH / "tick_costs.py"), *arguments],
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
        what each part took in the median of the rounds: ns of the host of REFERENCE_NS, or bytes
        allocated."""
        runs = [self.run(what, lines) for _ in range(rounds)]
        hz, *names = runs[0][0].split()
        ticks = []
        for same in zip(*(run[1:] for run in runs), strict=True):
            rows = []
            for reference, sent, *costs in ([int(word) for word in row.split()] for row in same):
                scale = 1.0 if what == "bytes" else REFERENCE_NS / reference
                rows.append([sent, *(round(cost * scale) for cost in costs)])
            ticks.append([round(median(numbers)) for numbers in zip(*rows, strict=True)])
        return int(hz), names, ticks


def on_chip(ns: int, sent: int, hz: int, ratio: float) -> float:
    """ms on the chip of what takes `ns` here, without the bus, and of `sent` bytes on a bus of
    `hz`."""
    return (ns * ratio + sent * 9e9 / hz) / 1e6


def print_load(board: Interpreter, name: str, lines: Path, rounds: int) -> bool:
    """Print what a load costs; returns whether it is within the bars."""
    hz, _, ticks = board.costs("ticks", lines, rounds)
    chip = [on_chip(ns, sent, hz, board.ratio) for sent, ns, *_ in ticks]
    mean, worst = fmean(chip), max(chip)
    good = mean <= MEAN_MS and worst <= WORST_MS
    sent = fmean(tick[0] for tick in ticks)
    here = [tick[1] / 1000.0 for tick in ticks]
    print(
        f"{name}: {mean:.2f} ms mean (bar {MEAN_MS:.0f}), {worst:.2f} ms worst (bar {WORST_MS:.0f})"
        f" on the chip{'' if good else ': TOO SLOW'};"
        f" here {fmean(here):.1f} µs mean, {max(here):.1f} µs worst;"
        f" {sent:.0f} bytes on the bus,"
        f" {sent * 9e3 / hz:.2f} ms at {hz // 1000} kHz"
    )
    _, parts, by_part = board.costs("parts", lines, rounds)
    _, _, bytes_by_part = board.costs("bytes", lines, 1)
    print_parts(parts, by_part, bytes_by_part, board.ratio)
    return good


def print_parts(
    names: Sequence[str],
    times: Sequence[Sequence[int]],
    allocated: Sequence[Sequence[int]],
    ratio: int,
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
            print_part(name, costs, taken, ratio)
        whole += 1
    print_part("together", all_times, all_bytes, ratio)


def print_part(name: str, costs: Sequence[int], taken: Sequence[int], ratio: int) -> None:
    """Print one line of the table."""
    mean, worst = fmean(costs) / 1000.0, max(costs) / 1000.0
    print(
        f"    {name:10} {mean:14.1f} {worst:7.1f} {mean * ratio:14.0f} {worst * ratio:7.0f}"
        f" {fmean(taken):12.0f} {max(taken):7}"
    )


def print_start(board: Interpreter, lines: Path, rounds: int) -> bool:
    """Print what the start takes; returns whether it is within the bars."""
    runs = [board.run("start", lines) for _ in range(rounds)]
    firsts = [[int(word) for word in run[0].split()] for run in runs]
    imported, built, ticked, bus_ns, sent, hz = [
        min(numbers) for numbers in zip(*firsts, strict=True)
    ]
    here = imported + built + ticked - bus_ns
    chip = on_chip(here, sent, hz, board.ratio)
    print(
        f"start: imports {imported / 1e6:.1f} ms here, building and the first tick"
        f" {(here - imported) / 1e6:.2f} ms; together {chip:.0f} ms on the chip"
        f" (bar {START_MS:.0f})"
    )
    heap, collecting = int(runs[0][1]), min(int(run[2]) for run in runs)
    held = heap * HEAP_RATIO / 1000.0
    print(
        f"heap after the first tick: {heap / 1000.0:.1f} kB here, {held:.1f} kB on the chip"
        f" (bar {HEAP_KB:.0f}); a collection {collecting / 1e6:.2f} ms here,"
        f" {collecting * board.ratio / 1e6:.0f} ms on the chip"
    )
    return chip <= START_MS and held <= HEAP_KB


def print_ping(board: Interpreter, lines: Path, body: Body, rounds: int) -> bool:
    """Print how long a ping waits that comes when the board has just listened; returns whether that
    is within the bar. It listens when a tick begins and in its middle, and in the middle of two or
    when the tick is done, whichever is later; what it hears is answered before it goes on."""
    waits = []
    for load_name in (LOADS[0], LOADS[-1]):
        lines.write_bytes(b"".join(script(load_name, body)))
        hz, _, ticks = board.costs("ticks", lines, rounds)
        _, parts, times = board.costs("parts", lines, rounds)
        of = parts.index("receive") + 1, parts.index("setpoint") + 1
        heard = max(sum(tick[part] for part in of) for tick in times) * board.ratio / 1e6
        busy = max(on_chip(ns, sent, hz, board.ratio) for *_, sent, ns in ticks)
        waits.append(max(busy, TICK_MS - LISTEN_MS, LISTEN_MS) + heard)
    alone, behind = waits
    good = max(waits) <= PING_MS
    print(
        f"ping: answered within {alone:.1f} ms (bar {PING_MS:.0f}{'' if good else ', MISSED'}),"
        f" {behind:.1f} ms behind a setpoint; and"
        f" {PING_BYTES / LINE_BYTES_S[board.transport] * 1000.0:.1f} ms on the line"
    )
    return good


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
        good = print_ping(board, lines, body, chosen.rounds) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
