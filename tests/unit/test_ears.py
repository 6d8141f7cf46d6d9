"""The tests of ears_alone.py in a process of their own: the library that tells speech brings one
under the name of a library of llama.cpp, and a process has one of a name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).with_name("ears_alone.py")


@pytest.mark.needs_ears
def test_the_ears_in_a_process_of_their_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", TESTS],
        capture_output=True, text=True, check=False, cwd=TESTS.parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
