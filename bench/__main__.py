"""Runs benches by name: `python -m bench NAME [options]`.

    python -m bench                   the short ones: together a few minutes, without data
    python -m bench tick decide       these two
    python -m bench words --quick     options go to the bench before them
    python -m bench words --help      what it measures, and its options

The exit code is 1 where a bench is not as good as it should be, and 2 where something that it needs
is not on this machine.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from bench.absent import attempt
from moggy.vocabulary import nearest

SHORT = ("touch_to_wire", "tick", "decide", "reload", "act", "feel", "fuse", "contingency", "voice")
"""The benches that run where none is named."""


def benches() -> dict[str, str]:
    """Every bench with the first sentence of its docstring, read without importing it."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name for node in module.body if isinstance(node, ast.FunctionDef)}
        if path.stem != "__main__" and "main" in functions:
            about = " ".join((ast.get_docstring(module) or "").split())
            found[path.stem] = about.split(". ")[0].rstrip(".") + "."
    return found


def help_text() -> str:
    """How to run a bench, and the list of them."""
    groups: dict[str, list[str]] = {"short": [], "longer, or on data": [], "training": []}
    for name, about in benches().items():
        training = "training" if name.startswith("train_") else "longer, or on data"
        groups["short" if name in SHORT else training].append(
            fill(about, 100, initial_indent=f"  {name:16}", subsequent_indent=" " * 18)
        )
    lists = [f"{group}:\n" + "\n".join(lines) for group, lines in groups.items()]
    return "\n\n".join([(__doc__ or "").strip(), *lists])


def chosen(arguments: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each named bench with its options; every one of SHORT where none is named. Raises ValueError
    for a name that there is not."""
    names, runs = benches(), list[tuple[str, list[str]]]()
    for argument in arguments:
        if argument in names:
            runs.append((argument, []))
        elif runs:
            runs[-1][1].append(argument)
        else:
            raise ValueError(f"there is no bench {argument!r}{nearest(argument, names)}")
    return runs or [(name, []) for name in SHORT]


def run(name: str, options: Sequence[str]) -> int:
    """Run one bench; returns its exit code."""
    sys.argv = [f"python -m bench {name}", *options]
    return attempt(name, lambda: importlib.import_module(f"bench.{name}").main())


def main(arguments: Sequence[str]) -> int:
    """Run the benches that the arguments name; returns the worst exit code."""
    if arguments and arguments[0] in ("-h", "--help"):
        print(help_text())
        return 0
    try:
        runs = chosen(arguments)
    except ValueError as error:
        print(f"{error}\n`python -m bench --help` lists them all.", file=sys.stderr)
        return 2
    worst = 0
    for name, options in runs:
        print(f"── {name} ──", flush=True)
        worst = max(worst, run(name, options))
    return worst


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:  # as with `| head`: whoever read the output has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
