"""What is told on the terminal never makes the loop wait for it."""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
from moggy.commands.live import UNSAID_KEPT, Terminal
from moggy.messages import Affect, Command, Decision, PersonEstimate, Tick, Trouble

terminal = Terminal()
for n in range(20 * UNSAID_KEPT):
    trouble = Trouble(at=0.0, part="board", message=f"number {n} " + 200 * "x")
    decision = Decision(at=0.0, behavior="loaf", why="rests")
    terminal(
        Tick(at=0.0, n=n, person=PersonEstimate(), pet=Affect(), decision=decision,
             commanded=Command(at=0.0), understood=(trouble,)), {},
    )
print("went on", flush=True)
terminal.close()
print("closed", flush=True)
"""


def test_a_pipe_that_nobody_reads_stops_nothing() -> None:
    reading, writing = os.pipe()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=writing, text=True,
        timeout=120.0, check=True,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading, errors="replace") as read:
        said = read.read()
    assert done.stdout.splitlines() == ["went on", "closed"]
    assert "board: number 0 " in said


def test_what_was_told_is_written_before_it_closes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("20 * UNSAID_KEPT", "3")],
        capture_output=True, text=True, timeout=120.0, check=True,
    )  # fmt: skip
    assert [line[:15] for line in done.stderr.splitlines()] == [
        f"board: number {n}" for n in range(3)
    ]


HIDDEN = """
import os
from moggy.commands.live import Terminal
from moggy.messages import Affect, Command, Decision, PersonEstimate, Tick, Trouble

terminal = Terminal()
kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 2)  # as sounddevice does while PortAudio starts
trouble = Trouble(at=0.0, part="memory", message="its key is not there")
terminal(
    Tick(at=0.0, n=0, person=PersonEstimate(), pet=Affect(),
         decision=Decision(at=0.0, behavior="loaf", why="rests"),
         commanded=Command(at=0.0), understood=(trouble,)), {},
)
terminal.close()
os.dup2(kept, 2)
"""


def test_what_is_said_while_portaudio_starts_is_not_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN], capture_output=True, text=True, timeout=120.0
    )
    assert done.stderr == "memory: its key is not there\n"
