"""The docs name files, functions and commands that there are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
ROOMS = {path.name for path in ROOT.iterdir() if path.is_dir()}
EXAMPLES = {
    "actuators/body/NAME.yaml",
    "behaviors/motions/shrug.yaml",
    "sensors/thermometer/__init__.py",
    "sensors/thermometer/feelings.yaml",
}
"""Files that a reader is told to make."""


def named_files(text: str) -> Iterator[str]:
    """The files of this repository that a page names in backticks, and those that it links to."""
    for name in re.findall(r"`([\w./-]+\.(?:py|ts|tsx|yaml|yml|md|json|toml))`", text):
        if name.partition("/")[0] in ROOMS:
            yield name
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in link:
            yield link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_files_that_there_are(page: Path) -> None:
    absent = [
        name
        for name in named_files(page.read_text(encoding="utf-8"))
        if name not in EXAMPLES and not (ROOT / name).exists() and not (page.parent / name).exists()
    ]
    assert absent == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_prose_has_lines_of_at_most_100_characters(page: Path) -> None:
    blocks = page.read_text(encoding="utf-8").split("```")
    prose = [line for block in blocks[::2] for line in block.splitlines()]
    tables = [line for line in prose if line.lstrip().startswith("|")]
    assert [line for line in prose if len(line) > 100 and line not in tables] == []


def defined(file: Path) -> set[str]:
    """The functions of a file, and `Class.method` of its classes."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{part.name}"
                for part in node.body
                if isinstance(part, ast.FunctionDef)
            }
    return found


def steps() -> list[tuple[str, str]]:
    """(files, functions) of each step of the stroke."""
    text = (ROOT / "docs" / "one-stroke.md").read_text(encoding="utf-8")
    return re.findall(r"^\| \d+\. [^|]+\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)


def test_the_stroke_goes_through_functions_that_there_are() -> None:
    assert len(steps()) == 16
    for files, functions in steps():
        there: set[str] = set()
        for file in re.findall(r"`([^`]+)`", files):
            there |= defined(ROOT / file)
        assert set(re.findall(r"`([^`]+)`", functions)) <= there, files


def commands() -> set[str]:
    """`demo`, `memory forget` and so on, as the command line has them."""
    found = set()
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {part}" for part in getattr(command, "commands", ())}
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_commands_that_there_are(page: Path) -> None:
    known = commands()
    groups = {name.partition(" ")[0] for name in known if " " in name}
    for words in re.findall(
        r"(?:^|`|/)moggy ([a-z ]+)", page.read_text(encoding="utf-8"), re.MULTILINE
    ):
        first, *rest = words.split() or [""]
        assert first in known, words
        if first in groups and rest:
            assert f"{first} {rest[0]}" in known, words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_benches_that_there_are(page: Path) -> None:
    for name in re.findall(r"python -m bench (\w+)", page.read_text(encoding="utf-8")):
        assert (ROOT / "bench" / f"{name}.py").is_file(), name


BUILD = (ROOT / "docs" / "build-a-cat.md").read_text(encoding="utf-8")
"""The page for makers."""
PART = re.compile(r"\| (.+) \| (\d+) \| (\d+) \| (\d+) \| (\d+)–(\d+) \| .+ \|")
BODIES = ("plush", "lap", "cat")


def test_the_power_budget_of_the_docs_is_the_one_that_is_printed() -> None:
    printed = CliRunner().invoke(app, ["body", "power", "cat"]).output
    assert "\n".join(line.rstrip() for line in printed.splitlines()) in BUILD


def test_the_parts_list_has_the_parts_of_each_body_and_their_sum() -> None:
    parts = [found.groups() for found in PART.finditer(BUILD)]
    for column, name in enumerate(BODIES, 1):
        body = load(SHIPPED["body"] / f"{name}.yaml", Body)
        counts = {part[0]: int(part[column]) for part in parts}
        for kind in ("micro", "metal"):
            (listed,) = (n for part, n in counts.items() if f"kind `{kind}`" in part)
            assert listed == [joint.servo for joint in body.joints.values()].count(kind)
        has_board = any(joint.driver == "pca9685" for joint in body.joints.values())
        assert counts["PCA9685 on a board"] == has_board
        assert counts["two LEDs with resistors"] == (body.wiring.pupils is not None)
        assert counts["charger for them"] == (body.wiring.battery is not None)
        assert counts["LSM6DS3, LSM6DSO or MPU6050 on a board"] == body.wiring.imu
        low, high = (
            sum(int(part[column]) * int(part[price]) for part in parts) for price in (4, 5)
        )
        total = [line for line in BUILD.splitlines() if line.startswith("| **together")]
        assert f"**{low}–{high}**" == total[0].split(" | ")[column]
