"""`moggy lint` and `moggy coverage`: what a designer's tree and personalities lack."""

from __future__ import annotations

from pathlib import Path

import orjson
import typer
from rich.console import Console
from rich.table import Table

from moggy.behaviors.coverage import coverage as cover
from moggy.behaviors.lint import Problem, lint_personality
from moggy.behaviors.lint import lint as lint_tree
from moggy.behaviors.tree import Tree
from moggy.brain.appraisals import Appraisals
from moggy.config import Files
from moggy.home import home
from moggy.personality import Personality


def lint(tree: str, appraisals: str) -> int:
    """0 when there is nothing to mend."""
    files = Files(home())
    spec = files.load(f"trees/{tree}.yaml", Tree)
    events = files.load(f"appraisals/{appraisals}.yaml", Appraisals).events
    motions = [Path(name).stem for name in files.names("motions")]
    problems: list[Problem] = lint_tree(spec, motions=motions, events=list(events))
    for name in files.names("personalities"):
        problems += lint_personality(files.load(name, Personality), spec)
    for problem in problems:
        typer.secho(str(problem), fg="yellow")
    typer.echo(
        f"trees/{tree}.yaml: {len(problems)} problems"
        if problems
        else f"trees/{tree}.yaml: nothing to mend"
    )
    return 1 if problems else 0


def coverage(tree: str, personality: str, as_json: bool) -> None:
    """The table, and the holes in it."""
    files = Files(home())
    events = list(files.load("appraisals/cat.yaml", Appraisals).events)
    found = cover(
        files.load(f"trees/{tree}.yaml", Tree),
        files.load(f"personalities/{personality}.yaml", Personality),
        events=events,
    )
    rows = list(dict.fromkeys(event for _, event in found.table))
    cells = list(dict.fromkeys(cell for cell, _ in found.table))
    if as_json:
        for event in rows:
            typer.echo(
                orjson.dumps(
                    {
                        "event": event,
                        "behaviors": {cell: found.table[cell, event] for cell in cells},
                    }
                )
            )
        return
    shown = Table("event", *[cell.replace(", ", "\n") for cell in cells], box=None, padding=(0, 1))
    for event in rows:
        shown.add_row(event, *[", ".join(found.table[cell, event]) for cell in cells])
    console = Console(highlight=False, width=220)
    console.print(shown)
    for cell, event in found.holes:
        console.print(f"[yellow]hole[/]: {event} changes nothing in {cell}")
    for behavior in found.unused:
        console.print(f"[yellow]never seen[/]: {behavior}")
    console.print(
        f"{len(found.table)} cells, {len(found.holes)} holes, {len(found.unused)} behaviours that never came"
    )
