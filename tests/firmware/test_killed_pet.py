"""What a killed pet leaves of its simulated board: no process, and a folder only until the next
start."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from moggy.sim.board.flash import Flash
from tests.processes import Program

PATIENCE = 120.0
"""Seconds; only a bound for a machine that is very busy."""
LIVING = """
from moggy.sim.board.micropython import MicroPythonBoard
from tests.firmware.rig import CAT
board = MicroPythonBoard(CAT)
print(board._process.pid, flush=True)
input()
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_killed_pets_board_ends_and_its_folder_is_removed_by_the_next_start(
    temporary: Path,
) -> None:
    root = Path(__file__).resolve().parents[2]
    with Program(
        [sys.executable, "-c", LIVING],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as pet:
        assert pet.stdout is not None
        board = Path("/proc", pet.stdout.readline().strip(), "comm")
        assert board.exists()
        (left,) = temporary.iterdir()
        living = Flash()
        assert left.exists(), "its pet lives"
        pet.kill()
    give_up = time.monotonic() + PATIENCE
    while board.exists():
        assert time.monotonic() < give_up, "the interpreter lives on without the pet"
        time.sleep(0.01)
    new = Flash()
    assert set(temporary.iterdir()) == {living.path, new.path}
    living.close()
    new.close()
    assert list(temporary.iterdir()) == []


def test_a_folder_that_another_start_has_locked_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that is suspended while it looks for what was left behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    real, made = tempfile.TemporaryDirectory, list[int]()

    def looked_at(prefix: str) -> tempfile.TemporaryDirectory[str]:
        folder = real(prefix=prefix)
        if not made:
            made.append(os.open(Path(folder.name, "lock"), os.O_CREAT | os.O_WRONLY))
            fcntl.flock(made[0], fcntl.LOCK_EX)
        return folder

    def waits(*_: object) -> None:
        raise TimeoutError("it waits for the other start")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", looked_at)
    before = signal.signal(signal.SIGALRM, waits)
    signal.alarm(5)
    try:
        Flash().close()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        os.close(made[0])
