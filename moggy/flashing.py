"""Puts the firmware on a board: brings it to MicroPython's prompt, copies what differs with
mpremote, checks every file by its hash, and restarts it.

A board that is half flashed does not move: its `main.py` is the first file that is replaced, by one
that only ends all pulses and gives the prompt, and the last one that is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
import termios
from collections.abc import Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from serial import Serial

from moggy.board_files import START_FILE
from moggy.clock import RealClock

BAUD = 115200
PROMPT_WAIT = 0.5
"""Seconds in which a prompt answers. Our choice."""
SCRIPT_WAIT = 60.0
"""Seconds for a script on the board: it hashes about 60 kB. Our choice."""
COPY_WAIT = 300.0
"""Seconds for copying all files: mpremote copies some kB a second. Our choice."""
ARCHITECTURES = {
    2: "x64", 4: "armv6m", 5: "armv6m", 6: "armv6m", 7: "armv6m", 8: "armv6m", 10: "xtensawin",
}  # fmt: skip
"""Number of a MicroPython's machine code (py/persistentcode.h) → what mpy-cross is to make for it.
A Cortex-M of a higher kind runs the code of the smallest. 2 is the interpreter of the tests."""
PLATFORMS = {"rp2": "rp2040", "esp32": "esp32s3"}
"""`sys.platform` of MicroPython → the chip of a body's wiring."""
MPY = (6, 3)
"""Version of compiled files with machine code that mpy-cross makes, as from MicroPython 1.23 on."""
WAITING = (
    "import all_off\n\nall_off.until_acknowledged()\n"
    "print('half flashed: run `moggy flash` again')\n"
)
"""The `main.py` of a board that is being flashed."""
LOOK = """
import hashlib, json, os, sys
from binascii import hexlify
def look(name):
    data, found = bytearray(512), hashlib.sha256()
    with open(name, "rb") as file:
        while True:
            count = file.readinto(data)
            if not count:
                return hexlify(found.digest()).decode()
            found.update(memoryview(data)[:count])
files = {}
for name, kind, *_ in os.ilistdir():
    if kind == 0x8000 and name.endswith((".py", ".mpy")):
        files[name] = look(name)
print(json.dumps([sys.platform, sys.implementation._mpy, list(sys.implementation.version), files]))
"""
"""Prints what a board is and has."""
BEGIN = """
import os
with open("main.py", "w") as file:
    file.write({waiting!r})
for name in {old!r}:
    os.remove(name)
"""


class FlashError(RuntimeError):
    """The board has not the firmware: why, and the way out."""


class Found(NamedTuple):
    """What a board is and has."""

    platform: str
    architecture: str
    """Name of its machine code, for mpy-cross."""
    version: str
    """Of its MicroPython."""
    files: Mapping[str, str]
    """Name → sha256 of each file that it could load."""


def has_prompt(port: str) -> bool:
    """Whether MicroPython's prompt answers at a port. Ctrl-C is sent, which ends what runs there
    unless it is the firmware over USB. Raises OSError where the port cannot be opened."""
    with Serial(port, BAUD, timeout=PROMPT_WAIT, write_timeout=1.0, exclusive=True) as line:
        line.reset_input_buffer()
        line.write(b"\r\x03\x02")  # Ctrl-C; Ctrl-B, in case another program left it in raw mode
        return bytes(line.read_until(b">>> ", 4096)).endswith(b">>> ")


def wait_for_prompt(port: str, seconds: float) -> bool:
    """Wait until the prompt answers at a port, which may be away meanwhile; False: it does not."""
    for _ in RealClock(seconds, rate=2.0).ticks():
        try:
            if has_prompt(port):
                return True
        except (OSError, termios.error):
            continue  # it restarts
    return False


def look(port: str) -> Found:
    """What the board at a prompt is and has. Raises FlashError where it cannot take the
    firmware."""
    said = _mpremote(port, "exec", LOOK, seconds=SCRIPT_WAIT)
    try:
        platform, mpy, version, files = json.loads(said.strip().splitlines()[-1])
    except (ValueError, IndexError):
        heard = said.strip()[-200:]
        raise FlashError(f"the board at {port} said {heard!r} at its prompt") from None
    release = ".".join(str(part) for part in version[:3])
    if (mpy & 255, mpy >> 8 & 3) != MPY or mpy >> 10 & 15 not in ARCHITECTURES:
        raise FlashError(
            f"MicroPython {release} of the board does not load what mpy-cross makes: put one of "
            "1.23 or newer on it (docs/wire.md, On a real board)"
        )
    return Found(platform, ARCHITECTURES[mpy >> 10 & 15], release, files)


def copy(port: str, files: Mapping[str, bytes], found: Found) -> list[str]:
    """Make the files those of the board: what differs is copied, other files that it could load
    are removed, except `boot.py`. Gives the names of what was copied. Raises FlashError; then the
    board gives no pulses, and the same call can be repeated."""
    wanted = {name: sha256(data).hexdigest() for name, data in files.items()}
    changed = [name for name in files if found.files.get(name) != wanted[name]]
    old = sorted(set(found.files) - set(files) - {"boot.py"})
    if not changed and not old:
        return []
    _mpremote(port, "exec", BEGIN.format(waiting=WAITING, old=old), seconds=SCRIPT_WAIT)
    rest = [name for name in changed if name != START_FILE]
    with TemporaryDirectory() as folder:
        for name in [*rest, START_FILE]:
            Path(folder, name).write_bytes(files[name])
        if rest:
            _copy(port, [Path(folder, name) for name in rest])
        _check(port, wanted, [name for name in files if name != START_FILE])
        _copy(port, [Path(folder, START_FILE)])
        _check(port, wanted, [START_FILE])
    return [*rest, START_FILE]


def restart(port: str) -> None:
    """Restart the board, which then runs what is on it."""
    _mpremote(port, "reset", seconds=SCRIPT_WAIT)


def _copy(port: str, files: list[Path]) -> None:
    words = [word for path in files for word in ("fs", "cp", str(path), f":{path.name}", "+")]
    _mpremote(port, *words[:-1], seconds=COPY_WAIT, shown=True)


def _check(port: str, wanted: Mapping[str, str], names: list[str]) -> None:
    """Raise FlashError where one of the board's files is another one."""
    has = look(port).files
    if wrong := [name for name in names if has.get(name) != wanted[name]]:
        raise FlashError(
            f"the board's {', '.join(wrong)} is not what was copied: run it again; where that does "
            "not help, its flash is worn out or full"
        )


def _mpremote(port: str, *words: str, seconds: float, shown: bool = False) -> str:
    """Run mpremote on a board at its prompt; gives what it printed. `shown`: it goes to the
    terminal instead. Raises FlashError."""
    if find_spec("mpremote") is None:
        raise FlashError("mpremote is missing: pip install 'moggy[firmware]'")
    command = [sys.executable, "-m", "mpremote", "connect", port, "resume", *words]
    out = None if shown else subprocess.PIPE
    try:
        done = subprocess.run(
            command, stdout=out, stderr=subprocess.PIPE, text=True, errors="replace",
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise FlashError(f"the board at {port} did not answer for {seconds:g} s") from None
    if done.returncode:
        said = (done.stderr.strip() or (done.stdout or "").strip()).splitlines()
        raise FlashError(f"the board at {port}: {said[-1] if said else 'mpremote failed'}")
    return done.stdout or ""
