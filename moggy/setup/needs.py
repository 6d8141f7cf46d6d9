"""What the machine must have, how that is checked, and the command that installs it. Standard
library only, since it runs first."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OLDEST = (3, 11)
"""Oldest Python that works; as `requires-python` in pyproject.toml."""
NEWEST = (3, 14)
"""Newest Python for which every locked package has a wheel (`make resolve`)."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that the machine must have."""

    what: str
    present: Callable[[], bool]
    package: str
    """Debian's package; empty where there is none."""
    without: str
    """What does not work without it."""
    fatal: bool = False
    """Whether nothing works without it."""
    way_out: str = ""
    """What to do where no package helps."""

    def command(self) -> str:
        """The command that installs it."""
        return self.way_out or f"{'' if os.geteuid() == 0 else 'sudo '}apt install {self.package}"


def loads(library: str) -> Callable[[], bool]:
    """A check: whether the dynamic loader finds this shared library."""

    def look() -> bool:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
        return True

    return look


def on_path(*programs: str) -> Callable[[], bool]:
    """A check: whether one of the programs is on the PATH."""
    return lambda: any(shutil.which(program) for program in programs)


def importable(module: str) -> bool:
    """Whether a module is installed, without importing it."""
    return importlib.util.find_spec(module) is not None


def venv_package() -> str:
    """Debian's package of this Python's venv module."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


PYTHON = Need(
    f"Python {'.'.join(map(str, OLDEST))} to {'.'.join(map(str, NEWEST))}",
    lambda: sys.version_info >= OLDEST,
    "python3",
    "nothing runs",
    fatal=True,
    way_out="name another one: make sim PYTHON=python3.12",
)
VENV = Need(
    "Python's venv module",
    lambda: importable("venv") and importable("ensurepip"),
    venv_package(),
    "no environment",
    fatal=True,
)
COMPILER = Need(
    "a C++ compiler",
    on_path(os.environ.get("CXX", "g++"), "g++", "clang++"),
    "g++",
    "no language model: its runtime is compiled",
)
CHROMIUM = Need("Chromium", on_path("chromium"), "chromium", "the browser tests do not run")
GIT = Need("git", on_path("git"), "git", "no updates, and no pre-commit checks")

LIBRARIES = (
    Need(
        "libEGL.so.1",
        loads("libEGL.so.1"),
        "libegl1",
        "no face and no posture (MediaPipe links to it)",
    ),
    Need(
        "libGLESv2.so.2",
        loads("libGLESv2.so.2"),
        "libgles2",
        "no face and no posture (MediaPipe links to it)",
    ),
    Need(
        "libGL.so.1",
        loads("libGL.so.1"),
        "libgl1",
        "no pictures and no camera (OpenCV links to it)",
    ),
    Need(
        "libgthread-2.0.so.0",
        loads("libgthread-2.0.so.0"),
        "libglib2.0-0",
        "no pictures and no camera (OpenCV links to it)",
    ),
    Need(
        "libportaudio.so.2",
        loads("libportaudio.so.2"),
        "libportaudio2",
        "no microphone, and no sound on this machine's speaker; the studio plays in the browser",
    ),
)


@functools.cache
def checkout() -> Path | None:
    """The top of the clone that this runs from, or None if moggy was installed from a wheel."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "requirements" / "main.lock").is_file() else None
