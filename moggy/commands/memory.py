"""`moggy memory`: the owner reads, takes along or erases what the pet remembers."""

from __future__ import annotations

from pathlib import Path

import typer

from moggy.assemble import home
from moggy.brain.memory import Memory, as_json, sentences


def path() -> Path:
    """Where a pet in a real body keeps what it remembers."""
    return home() / "memory.db"


def show() -> None:
    if not path().exists():
        typer.echo(f"It remembers nothing yet ({path()} is not there; `moggy run` makes it).")
        return
    memory = Memory(path())
    for sentence in sentences(memory):
        typer.echo(sentence)
    memory.close()


def export(to: Path) -> None:
    memory = Memory(path())
    to.write_text(as_json(memory), encoding="utf-8")
    memory.close()
    typer.echo(f"written to {to}")


def forget(who: str) -> None:
    memory = Memory(path())
    gone = memory.forget(who)
    memory.close()
    typer.echo(f"forgotten: {gone} entries about {who}" if gone else f"it knew nothing about {who}")
