"""The programs in examples/ run as they stand, and show what they say that they show."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from moggy.assemble import lived_again

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def numbers(printed: str) -> list[list[float]]:
    """The numbers of each line."""
    return [
        [float(number) for number in re.findall(r"[-+]?\d+\.\d+", line)]
        for line in printed.splitlines()
    ]


def two_cats(printed: str, folder: Path) -> None:
    cuddler, shy = numbers(printed)
    assert cuddler[0] > shy[0], "it purrs longer"
    assert cuddler[1] < shy[1], "it is less afraid"


def where_to_stroke(printed: str, folder: Path) -> None:
    feels = {line.split()[0]: float(line.split()[2]) for line in printed.splitlines()}
    assert min(feels["cheeks"], feels["neck"], feels["back"]) > 0.3
    assert max(feels["belly"], feels["tail"]) < 0.0


def one_number(printed: str, folder: Path) -> None:
    rows = numbers(printed)
    assert len(rows) == 3
    assert rows == sorted(rows), "fear and its length grow with it"
    assert rows[0][1] < rows[2][1]
    assert rows[0][2] < rows[2][2]


def a_person_who_answers(printed: str, folder: Path) -> None:
    lets_go, end, _ = numbers(printed)
    assert 5.0 < lets_go[0] < 85.0
    assert end[0] < 0.4, "less than when she let go"
    relived = list(lived_again(folder / "out" / "anna.mcap"))
    assert len(relived) == 90 * 50
    assert [moment.was.at for moment in relived if moment.differs] == []


def five_evenings(printed: str, folder: Path) -> None:
    rows = numbers(printed)
    assert len(rows) == 5
    for before, after in pairwise(rows):
        assert before[0] < after[0], "trust grows"
        assert before[1] < after[1], "familiarity grows"
    with (folder / "out" / "last_evening.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 60 * 50
    assert float(lines[-1]["trust"]) == pytest.approx(rows[-1][0], abs=1e-3)


SHOWS: dict[str, Callable[[str, Path], None]] = {
    check.__name__: check
    for check in (two_cats, where_to_stroke, one_number, a_person_who_answers, five_evenings)
}


def test_every_example_is_checked_here() -> None:
    assert [path.stem for path in EXAMPLES] == sorted(SHOWS)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_shows_what_it_says(path: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    SHOWS[path.stem](done.stdout, tmp_path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_short_and_begins_with_a_sentence(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40
    assert re.fullmatch(r'""".+[.?]"""', lines[0])


def test_the_readme_shows_one_of_them_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    texts = [path.read_text(encoding="utf-8").split("\n\n", 1)[1] for path in EXAMPLES]
    assert [block in texts for block in blocks] == [True]
