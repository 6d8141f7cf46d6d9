"""A Ctrl-C at any moment of a start: it ends, and nothing is said that is not so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import Program

ROOT = Path(__file__).resolve().parents[2]
SIGNAL_AT = """
import os, sys

class SignalAt:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["SIGNAL_AT"] and "moggy" in sys.orig_argv:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), int(os.environ["SIGNAL"]))

sys.meta_path.insert(0, SignalAt())
"""
"""sitecustomize.py: the program sends itself a signal where it first looks for a module."""
LIVE = ("sim", "--no-open", "--board", "lockstep", "--port", "0")
HEADLESS = ("sim", "--headless", "--until", "1")


def ended(
    folder: Path, command: tuple[str, ...], at: str, number: signal.Signals = signal.SIGINT
) -> tuple[int, str]:
    """(status, what was said) of a command that gets the signal where it looks for module `at`."""
    (folder / "sitecustomize.py").write_text(SIGNAL_AT, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "moggy", *command],
        env={
            **os.environ,
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
            "MOGGY_HOME": str(folder / "home"),
            "SIGNAL_AT": at,
            "SIGNAL": str(int(number)),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=120.0,
        check=False,
        preexec_fn=not_ignored,
    )
    return done.returncode, done.stdout


def not_ignored() -> None:
    """As in a terminal, whatever runs the tests."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("command", "at"),
    [
        (LIVE, "moggy.main"),
        (LIVE, "typer"),
        (LIVE, "moggy.assemble"),
        (HEADLESS, "moggy.assemble"),
        (HEADLESS, "moggy.sim.day"),
        (("demo",), "moggy.commands.demo"),
        (("lint",), "moggy.commands.lint"),
    ],
)
def test_while_nothing_is_open_it_ends_the_process_without_a_word(
    tmp_path: Path, command: tuple[str, ...], at: str
) -> None:
    assert ended(tmp_path, command, at) == (-signal.SIGINT, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("at", ["moggy.real_time", "moggy.sim.studio.server"])
def test_while_the_parts_are_opened_it_is_noted_and_all_of_them_are_closed(
    tmp_path: Path, at: str, number: signal.Signals
) -> None:
    status, said = ended(
        tmp_path, (*LIVE, "--remember", "--record", str(tmp_path / "j")), at, number
    )
    assert status == 0, said
    assert [line.split()[0] for line in said.splitlines()] == ["The", "It", "recorded"], said


def test_a_command_that_puts_something_away_gets_to_do_so(tmp_path: Path) -> None:
    status, said = ended(tmp_path, ("export", "nowhere.mcap"), "moggy.commands.export")
    assert status == 130, said
    assert "Traceback" not in said


HANGING = """
import time
from moggy.commands import live

live.HANGS_S = 0.2
ending = live.Ending()
print("ready", flush=True)
try:
    while True:
        time.sleep(60.0)
except KeyboardInterrupt:
    print("ended", flush=True)
"""


def test_a_second_ctrl_c_ends_what_hangs() -> None:
    with Program(
        [sys.executable, "-c", HANGING],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=not_ignored,
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(signal.SIGINT)
        assert "Ctrl-C again ends it" in program.stdout.readline()
        program.send_signal(signal.SIGINT)
        assert program.stdout.readline() == "ended\n"
