"""The clone's own environment, `.venv`: made with the machine's Python, filled from a lock with
hashes, and compared with that lock by a stamp.

Standard library only, since it runs before any package is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import threading
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path

from moggy import cache

ROOT = Path(__file__).resolve().parents[2]
"""The top of the clone."""
VENV = ROOT / ".venv"
"""The environment."""
PYTHON = VENV / "bin" / "python"
"""Its interpreter."""
MAIN = ROOT / "requirements" / "main.lock"
"""The packages for running."""
DEV = ROOT / "requirements" / "dev.lock"
"""The packages for running and for development."""


class Stop(RuntimeError):
    """Set-up cannot go on. The message says what is missing and how to install it."""


def fresh(lock: Path) -> bool:
    """Whether `.venv` holds what this lock and pyproject.toml say. An environment for development
    also counts for MAIN, since DEV includes it."""
    stamp = read_stamp()
    enough = {DEV: {digest([MAIN, DEV])}, MAIN: {digest([MAIN]), digest([MAIN, DEV])}}[lock]
    own = digest([ROOT / "pyproject.toml"])
    return (
        stamp.get("lock") in enough
        and stamp.get("project") == own
        and stamp.get("place") == str(ROOT)
        and PYTHON.exists()
    )


def install(lock: Path) -> None:
    """Install every package of the lock by its hash, and moggy as an editable package. Raises
    Stop."""
    begun = VENV / ".moggy-begun"
    # An interrupted pip leaves packages that look installed and are not: make the environment anew.
    # pip's downloads are cached.
    if begun.exists() or not PYTHON.exists() or read_stamp().get("place", str(ROOT)) != str(ROOT):
        print(f"      making .venv with Python {platform.python_version()}", flush=True)
        venv.create(VENV, clear=True, symlinks=True, with_pip=True, prompt="moggy")
    begun.touch()
    had = read_stamp().get("lock")
    wanted = DEV if had == digest([MAIN, DEV]) else lock
    key = digest([MAIN, DEV] if wanted == DEV else [MAIN])
    if had != key:
        pip(["install", "--require-hashes", "--requirement", str(wanted)], total=locked(wanted))
    pip(
        ["install", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)],
        total=1,
    )
    stamp = {"lock": key, "project": digest([ROOT / "pyproject.toml"]), "place": str(ROOT)}
    cache.write(VENV / ".moggy-setup.json", json.dumps(stamp))
    begun.unlink()


def pip(arguments: Sequence[str], total: int) -> None:
    """Run the environment's pip and show its progress: how many of `total` packages. Raises Stop
    with the end of its output when it fails."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    command: list[str | Path] = [PYTHON, "-m", "pip", *arguments, "--progress-bar", "off"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    count = 0
    done = threading.Event()
    unpacking = threading.Thread(target=count_unpacked, args=(done,), daemon=True)
    try:
        for line in process.stdout or ():
            said = [*said[-20:], line.rstrip()]
            found = re.match(
                r"(?:Collecting|Requirement already satisfied:|Obtaining) ([^\s=]+)", line
            )
            count += bool(found)
            if found:
                show(f"      {count} of {total}: {found[1]}", whole=count % 10 == 0)
            elif line.startswith("Installing collected"):
                show(f"      unpacking {line.count(',') + 1}", whole=True)
                unpacking.start()
        if process.wait():
            raise Stop("pip could not install the packages:\n" + "\n".join(said[-12:]))
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
        done.set()
        show("", whole=False)


def count_unpacked(done: threading.Event) -> None:
    """Show once a second how many packages are installed, until `done`: pip prints nothing while it
    unpacks, which takes longest."""
    while not done.wait(1.0):
        show(
            f"      unpacked {len(list(VENV.glob('lib/python*/site-packages/*.dist-info')))}",
            whole=False,
        )


def locked(lock: Path) -> int:
    """How many packages of a lock are for this kind of machine."""
    return len(re.findall(rf"^\S+==\S+ ;.*{platform.machine()}", lock.read_text(), re.MULTILINE))


def show(text: str, whole: bool) -> None:
    """Print a line of progress. On a terminal the next one overwrites it; elsewhere only `whole`
    ones are printed, each on its own line."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="", flush=True)
    elif whole:
        print(text, flush=True)


def digest(files: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    total = hashlib.sha256()
    for file in files:
        total.update(f"{os.path.relpath(file, ROOT)}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def read_stamp() -> dict[str, str]:
    """What `.venv` was made from, by `install`; empty where that is not known."""
    try:
        content = json.loads((VENV / ".moggy-setup.json").read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
