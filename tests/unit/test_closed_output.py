"""A pet lives on where nobody takes what its command prints, and under any umask."""

from __future__ import annotations

import fcntl
import os
import pty
import resource
import shlex
import signal
import subprocess
import sys
import termios
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Program

COMMAND = [
    sys.executable, "-m", "moggy", "sim", "--no-open", "--port", "0", "--board", "lockstep",
]  # fmt: skip
SOON_S = 60.0
"""Until when it lives on any machine."""


@pytest.mark.parametrize("output", [">/dev/full", ">&-", ">&- 2>&- <&-", "pipe"])
def test_the_pet_lives_where_its_output_is_full_closed_or_read_by_nobody(
    tmp_path: Path, output: str
) -> None:
    journal = tmp_path / "life.mcap"
    command = shlex.join([*COMMAND, "--record", str(journal)])
    reading, writing = os.pipe()
    os.close(reading)
    with Program(
        ["/bin/sh", "-c", f"exec {command} {'' if output == 'pipe' else output}"],
        env={**os.environ, "MOGGY_HOME": str(tmp_path / "home")},
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.DEVNULL,
    ) as program:
        os.close(writing)
        wait_for_ticks(program, journal)
        program.send_signal(signal.SIGINT)
        assert program.wait(SOON_S) == 0
    assert journal.read_bytes().endswith(b"\x89MCAP0\r\n"), "its records are whole"


@pytest.mark.parametrize("ignored", [False, True], ids=["as it is", "behind nohup"])
def test_a_pet_whose_terminal_is_closed_lies_down_unless_nohup_says_otherwise(
    tmp_path: Path, ignored: bool
) -> None:
    journal = tmp_path / "life.mcap"
    ours, theirs = pty.openpty()
    with Program(
        [*COMMAND[:-2], "--record", str(journal)],
        env={**os.environ, "MOGGY_HOME": str(tmp_path / "home")},
        start_new_session=True,
        preexec_fn=partial(of_this_terminal, ignored),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as program:
        os.close(theirs)
        wait_for_ticks(program, journal)
        assert all(map(deaf_to_its_end, children(program.pid))), "they end when the pet does"
        os.close(ours)
        if ignored:
            with pytest.raises(subprocess.TimeoutExpired):
                program.wait(3.0)
            program.send_signal(signal.SIGTERM)
        assert program.wait(SOON_S) == 0
    assert journal.read_bytes().endswith(b"\x89MCAP0\r\n"), "its records are whole"


def of_this_terminal(ignored: bool) -> None:
    """The terminal at descriptor 0 is that of a process; its end is told to it, or ignored as
    behind nohup."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def deaf_to_its_end(pid: int) -> bool:
    """Whether a process never sees that its terminal is closed."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (blocked,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))
    return bool(int(blocked, 16) >> signal.SIGHUP - 1 & 1)


def wait_for_ticks(program: Program[Any], journal: Path, more_than: int = 1000) -> None:
    """Wait until so many bytes of it are recorded."""
    until = time.monotonic() + SOON_S
    while not (journal.exists() and journal.stat().st_size > more_than):
        assert program.poll() is None, "it ended by itself"
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_full_disk_behind_the_output_is_said() -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {shlex.join(COMMAND[:3])} schema senses > /dev/full"],
        stderr=subprocess.PIPE,
        text=True,
        timeout=SOON_S,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "moggy: what is printed: No space left on device\n"


def test_what_is_made_under_any_umask_can_be_read_by_its_owner(tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = shlex.join([*COMMAND[:4], "--headless", "--until", "1", "--out", str(out)])
    subprocess.run(["/bin/sh", "-c", f"umask 0777; exec {command}"], check=True, timeout=SOON_S)
    assert out.stat().st_mode & 0o700 == 0o700
    assert (out / "journal.mcap").stat().st_mode & 0o777 == 0o600


def test_a_crash_leaves_no_core_dump_of_the_pet_or_of_its_workers(tmp_path: Path) -> None:
    with Program(
        COMMAND,
        env={**os.environ, "MOGGY_HOME": str(tmp_path)},
        preexec_fn=core_dumps_allowed,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as program:
        until = time.monotonic() + SOON_S
        while not (workers := children(program.pid)):
            assert program.poll() is None, "it ended by itself"
            assert time.monotonic() < until
            time.sleep(0.1)
        for pid in (program.pid, *workers):
            limits = Path(f"/proc/{pid}/limits").read_text(encoding="utf-8")
            (line,) = (line for line in limits.splitlines() if line.startswith("Max core"))
            assert line.split()[4:6] == ["0", "0"]


def core_dumps_allowed() -> None:
    """As far as this machine allows them."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def children(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="utf-8").split()
    ]
