"""How many deliberate mistakes in the code the tests notice (mutation testing), for three areas.

    python -m bench mutants --file moggy/loop.py --sample 0     # 0: every mutant of the file
    python -m bench mutants --since HEAD~3 --sample 0     # of the lines that changed since then

A mutant is one file with one small change: a comparison turned round, a constant changed, an
operator, `not` or statement taken away, arguments swapped, or a call replaced by its counterpart.
The tests of that file run on a copy of the checkout; the mutant is killed where one fails or takes
too long. docs/mutation-testing.md explains the survivors, and why no tool from PyPI was taken.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from rich.console import Console
from rich.progress import Progress

from bench.absent import ROOT
from bench.mutant_copy import Copy
from bench.mutant_tests import TESTS
from moggy.vocabulary import nearest

COUNTERPARTS = {
    name: other
    for pair in (("stop", "release"), ("min", "max"), ("any", "all"), ("hold", "rest"))
    for name, other in (pair, pair[::-1])
}
"""Calls that are replaced by one another."""
SYMMETRIC = {
    *("min", "max", "isclose", "hypot", "ticks_add"),
    *("isinstance", "getattr", "Field", "zip", "cast", "TypeVar"),
}
"""Calls whose arguments are not swapped: it changes nothing, or every test would fail."""
COMPARISONS: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", ">="),
    ast.LtE: ("<=", ">"),
    ast.Gt: (">", "<="),
    ast.GtE: (">=", "<"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
"""A comparison is turned round. Turning `<` into `<=` would change nothing for real numbers."""
ARITHMETIC: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}
TOLERANCE = 1e-5
"""Numbers below are tolerances against rounding, and are not changed."""
ENOUGH = 0.9
"""Share of the mutants of an area that tests should notice. Our choice."""


class Mutant(NamedTuple):
    """One change of one file: the bytes from `start` to `end` are replaced by `new`."""

    file: str
    line: int
    start: int
    end: int
    new: str
    kind: str


class Verdict(NamedTuple):
    """What became of a mutant."""

    mutant: Mutant
    killed: bool
    by: str
    """The first test that failed, or *time*; empty where it survived."""


class Finder(ast.NodeVisitor):
    """Collects the mutants of one file."""

    def __init__(self, file: str, source: bytes) -> None:
        self._file, self._source = file, source
        self._offsets = [0]
        for line in source.splitlines(keepends=True):
            self._offsets.append(self._offsets[-1] + len(line))
        self._constructing = False
        self.mutants: list[Mutant] = []

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._offsets[node.lineno - 1] + node.col_offset,
            self._offsets[node.end_lineno - 1] + node.end_col_offset,
        )

    def _text(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self._source[start:end].decode()

    def _replace(self, start: int, end: int, new: str, kind: str) -> None:
        line = self._source.count(b"\n", 0, start) + 1
        self.mutants.append(Mutant(self._file, line, start, end, new, kind))

    def _between(
        self, left: ast.expr, right: ast.expr, operators: tuple[str, str], kind: str
    ) -> None:
        """Replace the operator that stands between two expressions."""
        start, end = self._span(left)[1], self._span(right)[0]
        old, new = operators
        pattern = r"\s+".join(re.escape(word) for word in old.split())
        found = re.search(pattern.encode(), self._source[start:end])
        if found is not None:
            self._replace(start + found.start(), start + found.end(), new, kind)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Another comparison."""
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            self._between(left, right, COMPARISONS[type(operator)], "comparison")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """`or` for `and`, and the reverse."""
        operators = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, operators, "and/or")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Another operator."""
        sides = (node.left, node.right)
        texts = (ast.List, ast.Tuple, ast.JoinedStr)
        plain = not any(
            isinstance(side, texts)
            or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in sides
        )
        if plain and type(node.op) in ARITHMETIC:
            self._between(*sides, ARITHMETIC[type(node.op)], "arithmetic")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Without `not` or minus."""
        if isinstance(node.op, ast.Not | ast.USub):
            kind = "not" if isinstance(node.op, ast.Not) else "sign"
            self._replace(*self._span(node), f"({self._text(node.operand)})", kind)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Another constant."""
        value = node.value
        if isinstance(value, bool):
            self._replace(*self._span(node), str(not value), "constant")
        elif isinstance(value, int):
            new = value + 1 if value <= 10 else 2 * value
            self._replace(*self._span(node), str(new), "constant")
        elif isinstance(value, float) and (value == 0.0 or abs(value) >= TOLERANCE):
            self._replace(*self._span(node), repr(2.0 * value or 1.0), "constant")

    def visit_Call(self, node: ast.Call) -> None:
        """Another function, or its arguments swapped."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else self._text(node.func)
        if name in COUNTERPARTS:
            _, end = self._span(node.func)
            self._replace(end - len(name), end, COUNTERPARTS[name], "counterpart")
        if name not in SYMMETRIC and len(node.args) >= 2:
            one, two = (self._text(argument) for argument in node.args[:2])
            start, end = self._span(node.args[0])[0], self._span(node.args[1])[1]
            if one != two and "*" not in (one[0], two[0]):
                self._replace(start, end, f"{two}, {one}", "arguments")
        if name == "round":
            self.visit(node.args[0])  # how a number is rounded is how it looks
        else:
            self.generic_visit(node)

    def _drop(self, node: ast.stmt) -> None:
        self._replace(*self._span(node), "pass", "dropped")

    def visit_Expr(self, node: ast.Expr) -> None:
        """Without the statement."""
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call):
            self._drop(node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        # In a constructor a missing attribute is an error at once, as a missing name is anywhere;
        # and a 0 or False there stands for *nothing yet*, which is overwritten before it is read.
        """Without the assignment."""
        if not self._constructing and isinstance(node.targets[0], ast.Attribute | ast.Subscript):
            self._drop(node)
        nothing_yet = isinstance(node.value, ast.Constant) and not node.value.value
        if not (self._constructing and nothing_yet):
            self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Without the assignment."""
        if node.value is not None:
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Without the change."""
        self._drop(node)
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        """`break` in its place."""
        self._drop(node)

    def visit_Break(self, node: ast.Break) -> None:
        """`continue` in its place."""
        self._drop(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Without the error."""
        self._drop(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """What stands in its body."""
        outer, self._constructing = self._constructing, node.name == "__init__"
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self.visit(default)
        for statement in node.body:
            self.visit(statement)
        self._constructing = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """What stands in its body."""
        for statement in node.body:
            self.visit(statement)

    def visit_keyword(self, node: ast.keyword) -> None:
        """The value of an argument."""
        if node.arg != "strict":  # it only checks what zip is given
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Texts for people are not changed."""


def mutants_of(file: str) -> list[Mutant]:
    """Every mutant of one file of the checkout; each is valid Python."""
    source = (ROOT / file).read_bytes()
    finder = Finder(file, source)
    finder.visit(ast.parse(source))
    return [mutant for mutant in finder.mutants if _valid(source, mutant)]


def commit(revision: str) -> str:
    """The commit that git knows by this name. Raises ValueError where there is none, or no git."""
    try:
        return _git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    except subprocess.CalledProcessError as error:
        raise ValueError(f"there is no commit {revision!r}: {error.stderr.strip()}") from None


def changed_lines(file: str, since: str) -> set[int]:
    """The lines, counted from 1, that the file has now and had not at this commit: all of them
    where it is newer."""
    told = _git("diff", "--unified=0", "--no-color", "--no-ext-diff", since, "--", file)
    lines = set[int]()
    for first, count in re.findall(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", told, flags=re.MULTILINE):
        lines.update(range(int(first), int(first) + int(count or 1)))
    return lines


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(
            ["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
    except FileNotFoundError:
        raise ValueError("git is not installed") from None


def chosen_of(file: str, since: str | None) -> list[Mutant]:
    """Every mutant of one file, or those that change a line that has changed since that commit."""
    mutants = mutants_of(file)
    if since is None:
        return mutants
    lines, source = changed_lines(file, since), (ROOT / file).read_bytes()
    return [
        mutant
        for mutant in mutants
        if lines.intersection(
            range(mutant.line, mutant.line + source.count(b"\n", mutant.start, mutant.end) + 1)
        )
    ]


def _valid(source: bytes, mutant: Mutant) -> bool:
    try:
        ast.parse(mutated(source, mutant))
    except SyntaxError:
        return False
    return True


def mutated(source: bytes, mutant: Mutant) -> bytes:
    """The source with the change in it."""
    return source[: mutant.start] + mutant.new.encode() + source[mutant.end :]


def shown(mutant: Mutant) -> str:
    """The place and the change: the lines before and after."""
    source = (ROOT / mutant.file).read_bytes()
    before, after = source, mutated(source, mutant)
    first = source.rfind(b"\n", 0, mutant.start) + 1
    last = source.find(b"\n", mutant.end)
    grown = len(after) - len(before)
    old = before[first:last].decode().splitlines()
    new = after[first : last + grown].decode().splitlines()
    lines = [f"{mutant.file}:{mutant.line} ({mutant.kind})"]
    return "\n".join([*lines, *(f"  - {line}" for line in old), *(f"  + {line}" for line in new)])


def judge(copy: Copy, mutant: Mutant, tests: tuple[str, ...]) -> Verdict:
    """Run the tests on the mutant. Raises RuntimeError where they fail without it."""
    failed = copy.failed(mutant.file, mutated(copy.read(mutant.file), mutant), tests)
    return Verdict(mutant, bool(failed), failed)


def judged(
    chosen: Sequence[Mutant], tests: Mapping[str, tuple[str, ...]], workers: int
) -> Iterator[Verdict]:
    """The verdict on each mutant as it comes; each worker has a copy of its own."""
    with tempfile.TemporaryDirectory(prefix="moggy-mutants-") as folder:
        copies = [Copy(ROOT, Path(folder) / str(n)) for n in range(workers)]
        free: SimpleQueue[Copy] = SimpleQueue()
        for copy in copies:
            free.put(copy)

        def one(mutant: Mutant) -> Verdict:
            copy = free.get()
            try:
                return judge(copy, mutant, tests[mutant.file])
            finally:
                free.put(copy)

        try:
            with ThreadPoolExecutor(workers) as pool:
                yield from pool.map(one, chosen)
        finally:
            for copy in copies:
                copy.close()


def measure(area: str, files: Sequence[str], options: argparse.Namespace) -> float:
    """Print what became of a sample of the mutants of these files; returns the share killed."""
    population = [mutant for file in files for mutant in chosen_of(file, options.since)]
    if not population:
        print(f"{area}: no mutants in lines that changed since {options.since}")
        return 1.0
    rng = random.Random(options.seed)
    size = min(options.sample or len(population), len(population))
    chosen = sorted(rng.sample(population, size))
    console = Console(highlight=False, soft_wrap=True)
    verdicts: list[Verdict] = []
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task(area, total=len(chosen))
        for verdict in judged(chosen, TESTS[area], options.workers):
            verdicts.append(verdict)
            progress.advance(bar)
            if not verdict.killed:
                console.print(f"survived: {shown(verdict.mutant)}", markup=False)
            elif options.verbose:
                console.print(f"{verdict.by} killed: {shown(verdict.mutant)}", markup=False)
    for file in files:
        found = [verdict.killed for verdict in verdicts if verdict.mutant.file == file]
        print(f"{file}: {sum(found)} of {len(found)} killed")
    killed = sum(verdict.killed for verdict in verdicts)
    print(
        f"{area}: {killed} of {len(chosen)} killed ({killed / max(1, len(chosen)):.0%}), "
        f"a sample of {len(population)} mutants, seed {options.seed}",
        flush=True,
    )
    return killed / max(1, len(chosen))


def main() -> int:
    """Print the mutants that survive; 1 where fewer than 90 % of an area are killed, else 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--area", choices=tuple(TESTS), help="all three where none is named")
    parser.add_argument("--file", help="only the mutants of this file")
    parser.add_argument("--since", help="only in lines that changed since this commit")
    parser.add_argument("--sample", type=int, default=40, help="mutants an area; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--workers", type=int, default=1, help="processes that run tests")
    parser.add_argument("--list", action="store_true", help="count the mutants, run nothing")
    parser.add_argument("--verbose", action="store_true", help="show the killed ones too")
    options, good = parser.parse_args(), True
    every = {file for tests in TESTS.values() for file in tests}
    if options.file not in {None, *every}:
        parser.error(f"no tests are named for {options.file!r}{nearest(options.file, every)}")
    if options.since is not None:
        try:
            commit(options.since)
        except ValueError as error:
            parser.error(str(error))
    for area, tests in TESTS.items():
        files = [file for file in tests if options.file in (None, file)]
        if not files or options.area not in (None, area):
            continue
        try:
            if options.list:
                for file in files:
                    print(f"{area:10}{len(chosen_of(file, options.since)):6}  {file}")
            else:
                good &= measure(area, files, options) >= ENOUGH
        except RuntimeError as error:
            print(f"{area} cannot be measured: {error}")
            return 2
    return 0 if good else 1
