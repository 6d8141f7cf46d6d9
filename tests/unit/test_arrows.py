"""Who may import whom: a room never reaches into another's inside, and nobody imports in a
circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("brain", "sensors", "actuators", "behaviors", "sim")
KNOWS_EVERYBODY = {
    "__init__",
    "__main__",
    "assemble",
    "command_groups",
    "commands",
    "designs",
    "desk",
    "library",
    "main",
    "real_time",
    "robot_commands",
}
"""May import every room. And the spine itself imports only the spine."""
SPINE = {path.stem for path in (ROOT / "moggy").glob("*.py")} - KNOWS_EVERYBODY
SPINES_ROOMS = {"models": {"models"}, "setup": {"setup", "models"}, "why": {"why"}}
"""The spine's own rooms, and what each imports besides the spine."""


def imports_of(path: Path) -> Iterator[str]:
    """Full names of all that a file imports from moggy, wherever in it: `moggy.brain.mind`,
    `moggy.messages.Touch`, …"""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.startswith("moggy."))


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*.py")) if "node_modules" not in path.parts]


def module_of(path: Path) -> str:
    """`brain/affect/mood.py` is `moggy.brain.affect.mood`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("moggy", *parts) if parts[0] != "moggy" else parts).removesuffix(".__init__")


def product() -> dict[str, Path]:
    """Every module of moggy and its file; without the firmware and the simulated chips, which
    import nothing of it."""
    files = [path for room in ROOMS for path in files_of(ROOT / room)]
    files += (ROOT / "moggy").glob("*.py")
    files += [
        path for room in ("commands", *SPINES_ROOMS) for path in files_of(ROOT / "moggy" / room)
    ]
    return {module_of(path): path for path in files if path.parent.name != "bench"}


def wrong_arrows(files: list[Path], allowed: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} → {name}"
        for path in files
        for name in imports_of(path)
        if name.split(".")[1] not in allowed and not name.split(".")[1].startswith("__")
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_the_spine_and_itself_only(room: str) -> None:
    assert wrong_arrows(files_of(ROOT / room), {*SPINE, "models", "why", room}) == []


def test_only_assemble_the_library_and_the_command_line_know_everybody() -> None:
    spine = [path for path in (ROOT / "moggy").glob("*.py") if path.stem in SPINE]
    assert wrong_arrows(spine, SPINE) == []


@pytest.mark.parametrize("room", SPINES_ROOMS)
def test_the_spines_own_rooms_import_the_spine_and_what_is_below_them(room: str) -> None:
    assert wrong_arrows(files_of(ROOT / "moggy" / room), SPINE | SPINES_ROOMS[room]) == []


def too_deep(modules: Mapping[str, Path]) -> list[str]:
    """Imports that reach behind the door of a room of the brain."""
    return [
        f"{module} → {name}"
        for module, path in modules.items()
        for name in imports_of(path)
        for inside in [name.rpartition(".")[0] if name not in modules else name]
        if inside.startswith("moggy.brain.")
        and inside.count(".") > 2
        and not module.startswith(".".join(inside.split(".")[:3]))
    ]


def test_rooms_of_the_brain_are_reached_one_level_deep() -> None:
    assert too_deep(product()) == []


def circle(modules: Mapping[str, Path]) -> list[str]:
    """Modules that import one another in a circle; empty where none do.

    `moggy` itself is left out: it loads what it names when it is asked for it.
    """
    arrows = {
        module: {
            known
            for name in imports_of(path)
            for known in [name if name in modules else name.rpartition(".")[0]]
            if known in modules and known not in (module, "moggy")
        }
        for module, path in modules.items()
        if module != "moggy"
    }
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_nobody_imports_in_a_circle() -> None:
    assert circle(product()) == []


def written(folder: Path, **texts: str) -> dict[str, Path]:
    """Modules with these texts; `__` in a name stands for the dot."""
    modules = {}
    for name, text in texts.items():
        path = folder / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        modules[f"moggy.{name.replace('__', '.')}"] = path
    return modules


def test_a_wrong_arrow_is_found(tmp_path: Path) -> None:
    bad = written(tmp_path, bad="from moggy.brain.mind import Mind\nfrom moggy import actuators\n")[
        "moggy.bad"
    ]
    assert list(imports_of(bad)) == ["moggy.brain.mind.Mind", "moggy.actuators"]


def test_a_circle_is_found_also_within_a_function(tmp_path: Path) -> None:
    modules = written(
        tmp_path,
        egg="from moggy.hen import Hen\n",
        hen="def lay():\n    from moggy import egg\n",
        cock="from moggy.hen import Hen\n",
    )
    assert set(circle(modules)) == {"moggy.egg", "moggy.hen"}


def test_a_reach_behind_the_door_is_found(tmp_path: Path) -> None:
    modules = written(
        tmp_path,
        brain__affect="",
        brain__affect__mood="from moggy.brain.affect.bonds import Bonds\n",
        brain__affect__bonds="",
        brain__mind="from moggy.brain.affect import Bonds\n",
        loop="from moggy.brain.affect.mood import Mood\n",
    )
    assert too_deep(modules) == ["moggy.loop → moggy.brain.affect.mood.Mood"]


def assigned_together(source: str) -> list[int]:
    """Lines of a module that give several names their values at once. Not where one value is
    taken apart, as a tuple of unknown parts."""
    return [
        node.lineno
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and len(node.targets[0].elts) > 1
        and isinstance(node.value, ast.Tuple | ast.GeneratorExp)
    ]


def test_constants_stand_one_a_line() -> None:
    rooms = (*ROOMS, "moggy", "firmware", "bench", "examples", "tests")
    together = [
        f"{path.relative_to(ROOT)}:{line}"
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "node_modules" not in path.parts
        for line in assigned_together(path.read_text(encoding="utf-8"))
    ]
    assert together == []
    assert assigned_together("A = 1\nB, C = 2, 3\n") == [2]


def test_no_source_file_is_longer_than_450_lines() -> None:
    rooms = ("moggy", "brain", "sensors", "behaviors", "actuators", "sim", "firmware", "bench")
    long = {
        str(path.relative_to(ROOT)): lines
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "node_modules" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}
