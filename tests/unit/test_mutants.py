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
from bench.mutants import (
    Finder,
    Mutant,
    Verdict,
    changed_lines,
    chosen_of,
    commit,
    judge,
    mutants_of,
    mutated,
)

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


def commit_all(root: Path) -> str:
    """Commit the checkout as it is; returns the commit."""
    who = ["-c", "user.name=A cat", "-c", "user.email=cat@example.invalid"]
    subprocess.run(["git", "add", "--all"], cwd=root, check=True)
    made = ["git", *who, "-c", "commit.gpgsign=false", "commit", "-qm", "All", "--allow-empty"]
    subprocess.run(made, cwd=root, check=True)
    return commit("HEAD")


BEFORE = "def half(x):\n    return x / 2\n\n\ndef twice(x):\n    return x * 2\n"


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        (BEFORE, set()),
        (BEFORE.replace("x * 2", "x + x"), {6}),
        ("TAIL = 1\nLEGS = 4\n" + BEFORE, {1, 2}),
        (BEFORE.replace("x / 2", "move(\n        x,\n        3 + 2,\n    )"), {2, 3, 4, 5}),
        (BEFORE.partition("\n\n")[0] + "\n", set()),
    ],
    ids=("nothing", "a line", "two more", "four for one", "lines that are gone"),
)
def test_the_lines_that_changed_since_a_commit_are_those_of_the_file_now(
    checkout: Path, after: str, changed: set[int]
) -> None:
    (checkout / "half.py").write_text(BEFORE)
    since = commit_all(checkout)
    (checkout / "half.py").write_text(after)
    assert changed_lines("half.py", since) == changed
    assert {mutant.line for mutant in chosen_of("half.py", since)} <= changed
    commit_all(checkout)
    assert changed_lines("half.py", since) == changed


def test_only_mutants_that_change_a_line_that_has_changed_are_kept(checkout: Path) -> None:
    call = "def walk(x):\n    move(\n        x + 1,\n        0,\n    )\n    stop()\n"
    (checkout / "half.py").write_text(call)
    since = commit_all(checkout)
    assert chosen_of("half.py", since) == []
    assert chosen_of("half.py", None) == mutants_of("half.py")
    (checkout / "half.py").write_text(call.replace("0,", "5,"))
    kept = [(mutant.line, mutant.kind) for mutant in chosen_of("half.py", since)]
    assert sorted(kept) == [(2, "dropped"), (3, "arguments"), (4, "constant")]


def test_all_lines_of_a_file_that_is_newer_than_the_commit_have_changed(checkout: Path) -> None:
    since = commit_all(checkout)
    (checkout / "new.py").write_text("A = 1\nB = 2\n")
    commit_all(checkout)
    assert changed_lines("new.py", since) == {1, 2}


def test_a_commit_that_is_not_there_or_no_git_is_an_error_that_says_so(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commit_all(checkout)
    for name in ("HEAD~9", "no-such", "HEAD..HEAD", "--output=x", ""):
        monkeypatch.setattr("sys.argv", ["mutants", f"--since={name}", "--list"])
        with pytest.raises(SystemExit) as ended:
            mutants.main()
        assert ended.value.code == 2
        assert f"there is no commit {name!r}: fatal: " in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ValueError, match=r"^git is not installed"):
        commit("HEAD")


def test_an_area_without_changed_lines_is_no_failure(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "TESTS", {"safety": {"half.py": ("test_half.py",)}})
    commit_all(checkout)
    monkeypatch.setattr("sys.argv", ["mutants", "--since", "HEAD"])
    assert mutants.main() == 0
    assert capsys.readouterr().out == "safety: no mutants in lines that changed since HEAD\n"


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
