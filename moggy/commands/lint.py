"""`moggy lint` and `moggy coverage`: what is wrong with designers' files, and what they lack."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import typer
from rich.table import Table

from moggy import overlay
from moggy.assemble import begin
from moggy.behaviors.coverage import coverage as cover
from moggy.behaviors.laws import Laws
from moggy.behaviors.lint import lint as lint_tree
from moggy.commands.terminal import Shown, say, styled
from moggy.config import MISNAMED, SHIPPED, Files, Invalid
from moggy.designs import check_laws, designs
from moggy.home import home
from moggy.layer import below


def lint(tree: str, appraisals: str) -> int:
    """Print what is wrong with a tree, and with the personalities and laws beside it; 0 when there
    is nothing to mend, 1 otherwise. Raises Invalid where the tree or the table is not valid."""
    files, file = Files(home()), f"trees/{tree}.yaml"
    start = begin(files, seed=1, hour=12.0, tree=tree, appraisals=appraisals)
    for note in designs(start).notes:
        say(note)
    own = own_names(file, start.files)
    problems = [str(problem) for problem in lint_tree(designs(start).tree, own=own)]
    problems += [f"{name} {MISNAMED}" for kind in SHIPPED for name in files.misnamed(kind)]
    for name in files.names("personalities"):
        personality = name.removeprefix("personalities/").removesuffix(".yaml")
        try:
            begin(
                files, seed=1, hour=12.0, personality=personality, tree=tree, appraisals=appraisals
            )
        except Invalid as error:
            problems.append(str(error))
    for name in files.names("laws"):
        try:
            files.load(name, Laws)
            check_laws(overlay.compose(name, files.texts(name)), overlay.compose(file, start.files))
        except Invalid as error:
            problems.append(str(error))
    for problem in problems:
        say(problem, color="yellow")
    say(f"{file}: {len(problems)} problems" if problems else f"{file}: nothing to mend")
    return 1 if problems else 0


def own_names(file: str, texts: Mapping[str, str]) -> list[str]:
    """The names of `let` that a tree's file or its parts give, not one that it extends: what the
    owner's patch leaves unused of the shipped tree, a later release may use."""
    whole, theirs = overlay.compose(file, texts), below(file, texts)
    return [
        name
        for name in whole.data.get("let") or ()
        if whole.locate(("let", name)).file not in theirs
    ]


def coverage(tree: str, personality: str, as_json: bool) -> None:
    """Print which behaviours each event leads to in which mood, and the pairs in which nothing
    happens; as JSON, one line an event."""
    start = begin(Files(home()), seed=1, hour=12.0, tree=tree, personality=personality)
    made = designs(start)
    found = cover(made.tree, made.personality, events=list(made.appraisals.events))
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
    console = Shown(width=220)
    console.print(shown)
    for cell, event in found.holes:
        console.print(styled(("hole", "yellow"), f": {event} changes nothing in {cell}"))
    for behavior in found.unused:
        console.print(styled(("never seen", "yellow"), f": {behavior}"))
    console.print(
        f"{len(found.table)} cells, {len(found.holes)} holes, "
        f"{len(found.unused)} behaviours that never came"
    )
