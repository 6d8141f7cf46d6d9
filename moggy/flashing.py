"""Puts the firmware on a board: brings it to MicroPython's prompt, copies what differs with
mpremote, checks every file by its hash, and restarts it.

A board that is half flashed does not move. First a folder of its own gets all that ends pulses;
then `main.py` is replaced by one that does so from there and gives the prompt; last, when all else
is there, by the one that starts the firmware. Both replacements are renamings, which are done or
not done.
"""

from __future__ import annotations

import json
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from serial import Serial

from moggy.board_files import START_FILE, files_that_end_pulses
from moggy.clock import RealClock

BAUD = 115200
PROMPT_WAIT = 0.5
"""Seconds in which a prompt answers. Our choice."""
SCRIPT_WAIT = 60.0
"""Seconds for a script on the board: it hashes about 60 kB. Our choice."""
COPY_WAIT = 300.0
"""Seconds for copying all files: mpremote copies some kB a second. Our choice."""
KINDS = (
    "none", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp",
    "xtensa", "xtensawin", "rv32imc", "rv64imc",
)  # fmt: skip
"""Machine codes by their number in MicroPython (py/persistentcode.h)."""
ARCHITECTURES = {
    "x64": "x64", "armv6m": "armv6m", "armv7m": "armv6m", "armv7em": "armv6m",
    "armv7emsp": "armv6m", "armv7emdp": "armv6m", "xtensawin": "xtensawin",
}  # fmt: skip
"""Machine code of a MicroPython → what mpy-cross is to make for it. A Cortex-M of a higher kind
runs the code of the smallest. x64 is the interpreter of the tests."""
MPY = (6, 3)
"""Version of compiled files with machine code that mpy-cross makes, as from MicroPython 1.23 on."""
MAY_HAVE_PULSES = "SERVOS MAY HAVE PULSES"
"""What firmware/main.py says where Ctrl-C ended its asking of the servo drivers."""
ENDED = "KeyboardInterrupt"
"""What MicroPython says where Ctrl-C ended a program."""
FOLDER = "half_flashed"
"""Folder on the board with what its `main.py` needs meanwhile: no file of another version, and no
body's config that older files would read, comes between."""
WAITING = f"""import sys

sys.path.insert(0, {FOLDER!r})
try:
    import all_off

    all_off.until_acknowledged()
except KeyboardInterrupt:
    print("{MAY_HAVE_PULSES}: their board has not answered")
print("half flashed: run `moggy flash` again")
"""
"""The `main.py` of a board that is being flashed."""
LOOK = f"""
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
files, folders = {{}}, []
for name, kind, *_ in os.ilistdir():
    if kind == 0x4000:
        folders.append(name)
    elif name[-3:] == ".py" or name[-4:] == ".mpy":
        files[name] = look(name)
if {FOLDER!r} in folders:
    for name, *_ in os.ilistdir({FOLDER!r}):
        files[{FOLDER + "/"!r} + name] = look({FOLDER + "/"!r} + name)
about = sys.implementation
machine = getattr(about, "_machine", "")
try:
    from machine import unique_id
    number = hexlify(unique_id()).decode()
except ImportError:
    number = ""
version = list(about.version)
print(json.dumps([sys.platform, machine, about._mpy, version, files, folders, number]))
"""
"""Prints what a board is and has."""
BEGIN = f"""
import os
try:
    os.mkdir({FOLDER!r})
except OSError:
    pass
"""
"""Makes the folder, or finds it made."""
START_WITH = """
import os
with open("main.new", "w") as file:
    file.write({text!r})
os.rename("main.new", "main.py")
for name in {old!r}:
    os.remove(name)
"""
"""Replaces `main.py`, and removes files."""
END = f"""
import os
for name, *_ in os.ilistdir({FOLDER!r}):
    os.remove({FOLDER + "/"!r} + name)
os.rmdir({FOLDER!r})
try:
    os.remove("prompt.txt")
except OSError:
    pass
"""
"""Removes the folder, and what would have the next start give the prompt once more: a firmware with
a damaged file does not come to read it (firmware/restart.py)."""


class FlashError(RuntimeError):
    """The board has not the firmware: why, and the way out."""


class Found(NamedTuple):
    """What a board is and has."""

    platform: str
    machine: str
    """Name of its board and chip: `sys.implementation._machine`."""
    architecture: str
    """Name of its machine code, for mpy-cross."""
    version: str
    """Of its MicroPython."""
    files: Mapping[str, str]
    """Name → sha256 of each file that it could load, and of those in FOLDER."""
    folders: tuple[str, ...]
    """Names of its folders."""
    number: str = ""
    """The one that its chip was made with, in hex; empty where it has none."""

    @property
    def chip(self) -> str | None:
        """The chip of a body's wiring that it has; empty for the interpreter of the tests, which is
        any; None where it is another one."""
        # Boards name it ESP32S3, ESP32-S3 or ESP32-S3-PICO-1; a plain ESP32 has other pins.
        if self.platform == "esp32":
            return "esp32s3" if "ESP32S3" in self.machine.upper().replace("-", "") else None
        return {"rp2": "rp2040", "linux": ""}.get(self.platform)


def has_prompt(port: str, heard: Callable[[str], None]) -> bool:
    """Whether MicroPython's prompt answers at a port. Ctrl-C is sent, which ends what runs there
    unless it is the firmware over USB; `heard` gets what the user must know of that. Raises OSError
    where the port cannot be opened."""
    with Serial(port, BAUD, timeout=PROMPT_WAIT, write_timeout=1.0, exclusive=True) as line:
        line.reset_input_buffer()
        line.write(b"\r\x03\x02")  # Ctrl-C; Ctrl-B, in case another program left it in raw mode
        said = bytes(line.read_until(b">>> ", 4096))
    for words in said.decode(errors="replace").splitlines():
        if MAY_HAVE_PULSES in words:
            heard(f"{words.strip()}: switch off their supply")
        elif words.startswith(ENDED):
            heard("Ctrl-C ended a program on the board; servos that it moved may have pulses")
    return said.endswith(b">>> ")


def wait_for_prompt(port: str, seconds: float, heard: Callable[[str], None]) -> bool:
    """Wait until the prompt answers at a port, which may be away meanwhile; False: it does not.
    `heard` as in `has_prompt`."""
    for _ in RealClock(seconds, rate=2.0).ticks():
        try:
            if has_prompt(port, heard):
                return True
        except (OSError, termios.error):
            continue  # it restarts
    return False


def look(port: str) -> Found:
    """What the board at a prompt is and has. Raises FlashError where it cannot take the
    firmware."""
    said = _mpremote(port, "exec", LOOK, seconds=SCRIPT_WAIT)
    try:
        answer = json.loads(said.strip().splitlines()[-1])
        platform, machine, mpy, version, files, folders, number = answer
    except (ValueError, IndexError):
        heard = said.strip()[-200:]
        raise FlashError(f"the board at {port} said {heard!r} at its prompt") from None
    release = ".".join(str(part) for part in version[:3])
    if (mpy & 255, mpy >> 8 & 3) != MPY:
        raise FlashError(
            f"MicroPython {release} of the board does not load what mpy-cross makes: put one of "
            "1.23 or newer on it (docs/wire.md, On a real board)"
        )
    kind = dict(enumerate(KINDS)).get(mpy >> 10 & 15, f"number {mpy >> 10 & 15}")
    if kind not in ARCHITECTURES:
        raise FlashError(
            f"the board ({machine or platform}) takes machine code of the kind {kind}, and the "
            "firmware has parts that are compiled for a Cortex-M or an ESP32-S3 only: RISC-V and "
            "others are not supported"
        )
    return Found(platform, machine, ARCHITECTURES[kind], release, files, tuple(folders), number)


def copy(port: str, files: Mapping[str, bytes], found: Found) -> list[str]:
    """Make the files those of the board: what differs is copied, other files that it could load
    are removed, except `boot.py`. Gives the names of what was copied. Raises FlashError; then the
    board starts what it had, or ends all pulses and gives the prompt, and the same call can be
    repeated. Call `refuse_folders` before."""
    wanted = {name: sha256(data).hexdigest() for name, data in files.items()}
    changed = [name for name in files if found.files.get(name) != wanted[name]]
    old = sorted(set(found.files) - set(files) - {"boot.py"})
    if not changed and not old:
        return []
    first = {f"{FOLDER}/{name}": files[name] for name in files_that_end_pulses()}
    _mpremote(port, "exec", BEGIN, seconds=SCRIPT_WAIT)
    _copy(port, first)
    _check(port, first)
    _start_with(port, WAITING, [name for name in old if name not in first])
    rest = {name: files[name] for name in changed if name != START_FILE}
    if rest:
        _copy(port, rest)
    _check(port, {name: data for name, data in files.items() if name != START_FILE})
    _start_with(port, files[START_FILE].decode(), [])
    _check(port, {START_FILE: files[START_FILE]})
    _mpremote(port, "exec", END, seconds=SCRIPT_WAIT)
    return [*rest, START_FILE]


def refuse_folders(port: str, files: Mapping[str, bytes], found: Found) -> None:
    """Raise FlashError where the board has a folder that it would load instead of a file."""
    if hides := [name for name in found.folders if {f"{name}.mpy", f"{name}.py"} & set(files)]:
        ways = " ".join([f"rm -r :{name} +" for name in hides]).removesuffix(" +")
        raise FlashError(
            f"the board would load its folder {', '.join(hides)} instead of the file of that name: "
            f"remove it with `mpremote connect {port} resume {ways}`, and run this again"
        )


def restart(port: str) -> None:
    """Restart the board, which then runs what is on it."""
    _mpremote(port, "reset", seconds=SCRIPT_WAIT)


def _start_with(port: str, text: str, old: list[str]) -> None:
    """Make `text` the board's `main.py` at once, then remove old files."""
    script = START_WITH.format(text=text, old=old)
    _mpremote(port, "exec", script, seconds=SCRIPT_WAIT)


def _copy(port: str, files: Mapping[str, bytes]) -> None:
    words: list[str] = []
    with TemporaryDirectory() as folder:
        for number, (name, data) in enumerate(files.items()):
            source = Path(folder, str(number), Path(name).name)
            source.parent.mkdir()
            source.write_bytes(data)
            words += ["fs", "cp", str(source), f":{name}", "+"]
        _mpremote(port, *words[:-1], seconds=COPY_WAIT, shown=True)


def _check(port: str, files: Mapping[str, bytes]) -> None:
    """Raise FlashError where one of the board's files is another one."""
    has = look(port).files
    wrong = [name for name, data in files.items() if has.get(name) != sha256(data).hexdigest()]
    if wrong:
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
