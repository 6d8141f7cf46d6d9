"""`moggy update`: another version of moggy from a wheel's file, into the environment that runs this
one. It is tried before it counts, and the version before it is kept."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from moggy.commands.install import option_of, systemctl, units
from moggy.commands.terminal import say
from moggy.serial_port import ports_here
from moggy.setup.needs import checkout
from moggy.setup.service import NAME
from moggy.version import __version__

KEPT = Path(sys.prefix) / "moggy-before"
"""The folder in the environment where the wheel of the version before this one is."""
MADE_BY_PIP = ("INSTALLER", "REQUESTED", "RECORD", "direct_url.json")
"""Files that pip adds to what was in a wheel, or writes anew."""
TRIED_S = 2.0
"""Seconds of a life with which a version is tried. Our choice."""


def update(wheel: Path | None) -> int:
    """Install a wheel, or, for None, the version before this one. Returns 1, and puts this version
    back, where the other does not live. Raises ValueError for what is no wheel of moggy, and
    RuntimeError where nothing can be installed."""
    if checkout() is not None:
        raise RuntimeError("this is a clone: `git pull`, then `make run`")
    if wheel is None:
        wheel = next(iter(sorted(KEPT.glob("moggy-*.whl"))), None)
        if wheel is None:
            raise RuntimeError(f"there is no version to go back to: {KEPT} holds none")
    version = version_of(wheel)
    with tempfile.TemporaryDirectory(prefix="moggy-update-") as folder:
        new = Path(shutil.copy(wheel, folder))
        before = pack(Path(folder, "before"))
        try:
            _pip(new)
            _try(version)
            for unit in units():
                systemctl(unit, "restart", NAME)
        except RuntimeError as error:
            _pip(before)
            for unit in units():
                systemctl(unit, "restart", NAME)
            say(f"{version} does not live here: {error}", color="red", err=True)
            say(f"it is {__version__} again", err=True)
            return 1
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir()
        shutil.copy(before, KEPT)
    say(f"{__version__} → {version}; back with `moggy update --back`", color="green")
    return _look_at_the_boards()


def version_of(wheel: Path) -> str:
    """The version of moggy in a wheel. Raises ValueError where it is no wheel of moggy."""
    try:
        with zipfile.ZipFile(wheel) as files:
            (name,) = [each for each in files.namelist() if each.endswith(".dist-info/METADATA")]
            found = HeaderParser().parsestr(files.read(name).decode())
            damaged = files.testzip()
    except (zipfile.BadZipFile, ValueError) as error:
        raise ValueError(f"{wheel}: it is no wheel ({error})") from None
    if found["Name"] != "moggy" or damaged:
        raise ValueError(f"{wheel}: {damaged or 'it'} is damaged, or no wheel of moggy")
    return str(found["Version"])


def pack(folder: Path) -> Path:
    """A wheel of the moggy that is installed, made into a folder."""
    installed = importlib.metadata.distribution("moggy")
    files = {
        str(file): file.read_binary()
        for file in installed.files or ()
        if not str(file).startswith("..") and file.suffix != ".pyc" and file.name not in MADE_BY_PIP
    }
    about = next(name for name in files if name.endswith(".dist-info/METADATA"))
    record = about.replace("METADATA", "RECORD")
    lines = [f"{name},{_hash(data)},{len(data)}" for name, data in files.items()] + [f"{record},,"]
    folder.mkdir()
    wheel = folder / f"moggy-{installed.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
        made.writestr(record, "\n".join(lines) + "\n")
    return wheel


def _hash(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def _pip(wheel: Path) -> None:
    _run("pip", "install", "--no-index", "--no-deps", "--force-reinstall", str(wheel))


def _try(version: str) -> None:
    """Raises RuntimeError where the installed version is not this one, lacks a package, or does
    not live for TRIED_S."""
    said = _run("moggy", "--version")
    if said.split()[-1:] != [version]:
        raise RuntimeError(f"it says that it is {said.strip()}")
    missing = [
        line for line in _run("pip", "check", fails=True).splitlines() if line[:6] == "moggy "
    ]
    if missing:
        raise RuntimeError(f"{'; '.join(missing)} (pip install brings it, from the network)")
    _run("moggy", "sim", "--headless", "--until", f"{TRIED_S:g}")


def _run(module: str, *words: str, fails: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words], capture_output=True, text=True, check=False, cwd="/"
    )
    if done.returncode and not fails:
        last = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise RuntimeError(f"`{module} {' '.join(words)}` failed: {' '.join(last)}")
    return done.stdout


def _look_at_the_boards() -> int:
    """Whether the boards speak the language of the new version; 1 where one does not."""
    ports = {option_of(unit, "--port") for unit in units()}
    ports |= {each.device for each in ports_here() if each.vid is not None}
    wrong = 0
    for port in sorted(ports):
        try:
            _run("moggy", "board", "status", "--port", port)
        except RuntimeError as error:
            wrong = 1
            say(
                f"the board at {port}: {error}; where its firmware is another's: `moggy flash`",
                color="yellow", err=True,
            )  # fmt: skip
    return wrong
