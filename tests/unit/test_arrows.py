"""The table of arrows: who may import whom. A part never reaches into another's inside."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("brain", "sensors", "actuators", "behaviors", "sim")
SPINE = {
    "messages",
    "vocabulary",
    "ongoing",
    "clock",
    "worker",
    "journal",
    "config",
    "wire",
    "link",
    "loop",
    "pet",
    "motion",
    "board",
    "protocol",
    "body",
    "personality",
    "models",
    "watch",
    "why",
    "replay",
}
MAY_IMPORT = {
    "sensors": SPINE | {"sensors"},
    "brain": SPINE | {"brain"},
    "behaviors": SPINE | {"behaviors"},
    "actuators": SPINE | {"actuators"},
    "sim": SPINE | {"sim"},
}
KNOWS_EVERYBODY = {"assemble", "main", "__main__", "commands"}
"""And the spine itself imports only the spine."""


def imports_of(path: Path) -> Iterator[str]:
    """Names of the parts of moggy that a file imports: 'brain', 'messages', …"""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = (
                [f"moggy.{alias.name}" for alias in node.names]
                if node.module == "moggy"
                else [node.module]
            )
        for name in names:
            parts = name.split(".")
            if parts[0] == "moggy" and len(parts) > 1:
                yield parts[1]


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "node_modules" not in path.parts]


def wrong_arrows(room: str, files: list[Path], allowed: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} → moggy.{name}"
        for path in files
        for name in imports_of(path)
        if name not in allowed and not name.startswith("__")
    ]


def test_rooms_import_the_spine_and_themselves_only() -> None:
    wrong = [
        arrow
        for room in ROOMS
        for arrow in wrong_arrows(room, files_of(ROOT / room), MAY_IMPORT[room])
    ]
    assert wrong == []


def test_only_assemble_and_the_command_line_know_everybody() -> None:
    spine = [path for path in (ROOT / "moggy").glob("*.py") if path.stem not in KNOWS_EVERYBODY]
    wrong = wrong_arrows("moggy", spine, {path.stem for path in spine})
    assert wrong == []


def test_the_spines_own_rooms_import_the_spine_and_what_is_below_them() -> None:
    spine = {path.stem for path in (ROOT / "moggy").glob("*.py")} - KNOWS_EVERYBODY
    below = {"models": {"models"}, "setup": {"setup", "models"}, "why": {"why"}}
    wrong = [
        arrow
        for room, own in below.items()
        for arrow in wrong_arrows(room, files_of(ROOT / "moggy" / room), spine | own)
    ]
    assert wrong == []


def test_a_wrong_arrow_is_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text(
        "from moggy.brain.mind import Mind\nfrom moggy import actuators\n", encoding="utf-8"
    )
    assert list(imports_of(bad)) == ["brain", "actuators"]
