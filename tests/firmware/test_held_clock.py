"""Something holds the bus's clock line: each transfer waits until it is given up, and no tick comes
near the watchdog's second."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from moggy.messages import BoardReport
from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note, write_config

from .rig import CAT, Rig

MOST_MS = 21
"""ms that a tick may wait for the bus. docs/wire.md says so."""


def faults(rig: Rig) -> tuple[str, ...]:
    """As last said."""
    return [sense.faults for sense in rig.senses if isinstance(sense, BoardReport)][-1]


@pytest.mark.parametrize("at_the_start", [False, True])
def test_no_tick_waits_long_for_a_clock_that_is_held(*, at_the_start: bool) -> None:
    rig = Rig()
    rig.bench.clock_held = at_the_start
    rig.board.restart()
    rig.bench.waited_us = 0
    if not at_the_start:
        rig.live(3.0, {"head_pan": 0.3})
        assert rig.state == "running"
        rig.bench.clock_held = True
    waits: list[int] = []
    for _ in range(500):
        before = rig.bench.waited_us
        rig.board._tick(rig.board._ticks)
        waits.append((rig.bench.waited_us - before) // 1000)
        rig.live(0.02, {"head_pan": 0.3})
    assert 0 < max(waits) <= MOST_MS
    rig.live(1.0)
    assert rig.state == "stopping"
    assert {"servos", "touch", "imu"} <= set(faults(rig))
    rig.bench.clock_held = False
    rig.live(6.0, {"head_pan": 0.3})
    assert (rig.state, faults(rig)) == ("running", ())


SCRIPT = """
import machine
machine.bench.clock_held = True
import main
board = main.build(machine.bench.line)
longest = 0
for now in range(10, 3000, 10):
    before = machine.bench.waited_us
    board.tick(now)
    longest = max(longest, (machine.bench.waited_us - before) // 1000)
held = board._limbs.off, board.faults
machine.bench.clock_held = False
for now in range(3000, 5000, 10):
    board.tick(now)
print(longest, held, board._limbs.off, board.faults & 4)
"""


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_nor_in_micropython(tmp_path: Path) -> None:
    command = interpreter()
    assert command is not None
    (tmp_path / "script.py").write_text(SCRIPT)
    write_config(CAT, tmp_path, 0)
    done = subprocess.run(
        [*command, "script.py"],
        cwd=tmp_path,
        env={"MICROPYPATH": f"{BENCH}:{FIRMWARE}:{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    longest, _, said = done.stdout.partition(" ")
    assert longest.isdigit(), done.stdout + done.stderr
    assert 0 < int(longest) <= MOST_MS
    assert said.strip() == "(False, 6) True 0"
