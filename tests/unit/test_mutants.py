"""The mutation run: which mistakes it makes in a piece of code, and that it can tell when a test
notices."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from bench import mutant_copy, mutants
from bench.absent import ROOT
from bench.mutant_copy import Copy
from bench.mutant_tests import TESTS
from bench.mutants import Finder, Mutant, Verdict, judge, mutants_of, mutated

CODE = b'''"""A module with a docstring of 3 words."""
LIMIT = 0.5


class Cat:
    def __init__(self) -> None:
        self.fear = 0.0
        self.size = 3

    def hit(self, force: float) -> float:
        """How afraid it is, up to 1."""
        self.fear = min(1.0, self.fear + force)
        if force > LIMIT and not self.calm:
            self.stop()
        return round(self.fear, 4)
'''


def changes(source: bytes) -> dict[str, list[str]]:
    """Kind → the line of each mutant, as it reads then."""
    finder = Finder("cat.py", source)
    finder.visit(ast.parse(source))
    found: dict[str, list[str]] = {}
    for mutant in finder.mutants:
        line = mutated(source, mutant).splitlines()[mutant.line - 1].decode().strip()
        found.setdefault(mutant.kind, []).append(line)
    return found


def test_each_kind_of_mistake_is_made_where_it_can_be() -> None:
    found = changes(CODE)
    assert found["comparison"] == ["if force <= LIMIT and not self.calm:"]
    assert found["and/or"] == ["if force > LIMIT or not self.calm:"]
    assert found["not"] == ["if force > LIMIT and (self.calm):"]
    assert found["arithmetic"] == ["self.fear = min(1.0, self.fear - force)"]
    assert found["counterpart"] == ["self.fear = max(1.0, self.fear + force)", "self.release()"]
    assert found["dropped"] == ["pass", "pass"]
    assert found["constant"] == [
        "LIMIT = 1.0",
        "self.size = 4",
        "self.fear = min(2.0, self.fear + force)",
    ]


def test_arguments_are_swapped_where_their_order_matters() -> None:
    found = changes(b"move(a, b, c)\nisinstance(a, b)\nmove(*a, b)\nmove(a, a)\n")
    assert found == {"arguments": ["move(b, a, c)"], "dropped": ["pass"] * 4}


def test_texts_annotations_and_tolerances_are_left_as_they_are() -> None:
    assert changes(b"x: Annotated[float, 3] = y\nprint_ = f'{x + 1} of 3'\nz = 1e-9\n") == {}


def test_every_mutant_of_every_file_is_python_and_differs_from_it() -> None:
    for file in ("moggy/loop.py", "firmware/mode.py", "behaviors/curve.py"):
        source = (ROOT / file).read_bytes()
        found = mutants_of(file)
        assert len(found) > 20
        for mutant in found:
            assert mutated(source, mutant) != source
            ast.parse(mutated(source, mutant))


def test_every_file_and_every_test_of_the_table_is_there() -> None:
    for area in TESTS.values():
        for file, tests in area.items():
            assert (ROOT / file).is_file()
            assert all((ROOT / test).is_file() for test in tests)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one file and its test."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "half.py").write_text("def half(x):\n    return x / 2 if x > 0 else 0\n")
    (root / "test_half.py").write_text(
        "from half import half\n\ndef test_half():\n    assert half(4) == 2\n"
    )
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    monkeypatch.setattr(mutants, "ROOT", root)
    return root


def test_a_mutant_that_a_test_notices_is_killed_and_another_survives(
    checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "copy").mkdir()
    copy = Copy(checkout, tmp_path / "copy")
    arithmetic, nothing = (
        next(m for m in mutants_of("half.py") if (m.kind, m.new) == change)
        for change in (("arithmetic", "*"), ("constant", "1"))
    )
    noticed = judge(copy, arithmetic, ("test_half.py",))
    assert noticed == Verdict(arithmetic, True, "test_half.py::test_half")
    assert not judge(copy, nothing, ("test_half.py",)).killed
    copy.close()
    assert (tmp_path / "copy" / "half.py").read_text() == (checkout / "half.py").read_text()


def test_a_mutant_that_never_ends_is_killed_by_time(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutant_copy, "ROOM_S", 0.0)
    (tmp_path / "copy").mkdir()
    copy = Copy(checkout, tmp_path / "copy")
    endless = Mutant("half.py", 1, 0, 0, "while True:\n    pass\n", "endless")
    assert judge(copy, endless, ("test_half.py",)) == Verdict(endless, True, "time")
    copy.close()


def test_tests_that_fail_without_a_mutant_are_refused(checkout: Path, tmp_path: Path) -> None:
    (checkout / "test_half.py").write_text("def test_half():\n    assert False\n")
    (tmp_path / "copy").mkdir()
    nothing = Mutant("half.py", 1, 0, 0, "", "nothing")
    copy = Copy(checkout, tmp_path / "copy")
    with pytest.raises(RuntimeError, match="test_half fails already"):
        judge(copy, nothing, ("test_half.py",))
    copy.close()
