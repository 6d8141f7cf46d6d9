"""`moggy memory`: the owner reads, takes along, erases or encrypts what the pet remembers."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from moggy.assemble import home
from moggy.brain import memory as pet_memory
from moggy.brain.memory import Broken, Memory, as_json, is_encrypted, sentences


def path() -> Path:
    """Where a pet in a real body keeps what it remembers."""
    return home() / "memory.db"


def key() -> Path:
    """Where the key of an encrypted memory lies: not beside it, so that it can be on another
    medium. MOGGY_MEMORY_KEY names another."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path(os.environ.get("MOGGY_MEMORY_KEY") or config / "moggy" / "memory.key")


def awake() -> tuple[Memory | None, str]:
    """For a pet that wakes: its memory, or why it lives without one this time; the file then stays
    as it is."""
    try:
        return Memory(path(), key()), ""
    except (Broken, OSError) as error:
        return (
            None,
            f"{error}. It lives without its memory this time and keeps nothing of what it learns",
        )


def show() -> None:
    if not path().exists():
        typer.echo(f"It remembers nothing yet ({path()} is not there; `moggy run` makes it).")
        return
    memory = Memory(path(), key())
    for sentence in sentences(memory):
        typer.echo(sentence)
    memory.close()


def export(to: Path) -> None:
    memory = _there()
    to.write_text(as_json(memory), encoding="utf-8")
    memory.close()
    typer.echo(f"written to {to}" + (", in plain text" if is_encrypted(path()) else ""))


def forget(who: str) -> None:
    memory = _there()
    gone = memory.forget(who)
    memory.close()
    typer.echo(f"forgotten: {gone} entries about {who}" if gone else f"it knew nothing about {who}")


def encrypt() -> None:
    pet_memory.encrypt(path(), key())
    typer.echo(
        f"{path()} is encrypted"
        if path().exists()
        else f"{path()} will be encrypted from its begin"
    )
    typer.echo(
        f"Its key is {key()}. Keep a copy of it somewhere else: without it nobody, you included, "
        "can read the memory again. Where memory and key lie on one card, it protects copies of "
        "the memory, not the card: docs/memory.md says how to keep the key elsewhere."
    )


def decrypt() -> None:
    pet_memory.decrypt(path(), key())
    typer.echo(f"{path()} is plain")
    typer.echo(
        f"Keep the key {key()} while there are encrypted copies. As long as it is there, a new "
        "memory would be encrypted again."
    )


def _there() -> Memory:
    if not path().exists():
        raise Broken(f"it remembers nothing yet ({path()} is not there; `moggy run` makes it)")
    return Memory(path(), key())
