"""Runs the same tests again and again, each time in a process that is forked from this one, which
has imported what they need from other packages: that takes longer than most of these tests.

Started by mutant_copy.py in a copy of the checkout, with the tests as arguments. Each line of the
input has two numbers, the seconds of CPU and of the clock that a run may take. Each is answered by
a line of JSON: the exit code (negative: the signal that ended it), the seconds of CPU that it used,
and what pytest said.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import tempfile
from contextlib import suppress
from typing import IO

import pytest

OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-k", "not micropython")
"""Tests that run under CPython and under MicroPython run under the first only, which is faster."""


def forget(folder: str) -> None:
    """Forget every module that was imported from this folder, so that it is imported anew."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file is not None and file.startswith(folder + os.sep):
            del sys.modules[name]


def run(tests: list[str], cpu_s: int, clock_s: int, said: IO[str]) -> tuple[int, float, str]:
    """Run the tests in a new process."""
    said.seek(0)
    said.truncate()
    process = os.fork()
    if process == 0:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
        signal.alarm(clock_s)
        forget(os.getcwd())
        code = int(pytest.main([*OPTIONS, *tests]))
        sys.stdout.flush()
        os._exit(code)
    _, status, used = os.wait4(process, 0)
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)  # what the tests have started
    said.seek(0)
    return os.waitstatus_to_exitcode(status), used.ru_utime, said.read()


def serve() -> None:
    """Answer until the input ends."""
    tests, sys.path[0] = sys.argv[1:], os.getcwd()
    answers = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryFile("w+") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        pytest.main(["--collect-only", *OPTIONS, *tests])  # imports everything
        sys.stdout.flush()
        for line in sys.stdin:
            cpu_s, clock_s = map(int, line.split())
            print(json.dumps(run(tests, cpu_s, clock_s, said)), file=answers, flush=True)


if __name__ == "__main__":
    serve()
