"""`moggy memory`: the owner reads, takes along, erases or encrypts what the pet remembers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from moggy.brain.memory import (
    Broken,
    Memory,
    as_json,
    is_encrypted,
    sentences,
    set_aside,
)
from moggy.brain.memory import decrypt as decrypt_file
from moggy.brain.memory import encrypt as encrypt_file
from moggy.home import memory_file, memory_key, private

SAID = 5
"""Damaged rows that are named; the others are counted."""


def show() -> None:
    """What it remembers, in sentences."""
    if not memory_file().exists():
        typer.echo(
            f"It remembers nothing yet ({memory_file()} is not there; `moggy run` makes it)."
        )
        return
    with closing(Memory(memory_file(), memory_key())) as memory:
        for sentence in sentences(memory):
            typer.echo(sentence)
        _say_damage(memory)


def export(to: Path) -> None:
    """Write all that it remembers as JSON, for its owner's eyes only (mode 0600). Raises Broken
    where there is nothing."""
    with closing(_there()) as memory:
        with open(to, "w", encoding="utf-8", opener=private) as file:
            file.write(as_json(memory))
        _say_damage(memory)
    typer.echo(f"written to {to}" + (", in plain text" if is_encrypted(memory_file()) else ""))


def forget(who: str) -> None:
    """Erase a person, or everything for `all`. Raises Broken where there is nothing."""
    with closing(_there()) as memory:
        gone = memory.forget(who)
    typer.echo(f"forgotten: {gone} entries about {who}" if gone else f"it knew nothing about {who}")
    for kept in set_aside(memory_file()):
        typer.secho(
            f"{kept} is a damaged memory that was set aside: it may still hold the name; delete it"
            " when you need it no more",
            fg="yellow",
            err=True,
        )


def encrypt() -> None:
    """Encrypt the memory, or the one that will be made."""
    encrypt_file(memory_file(), memory_key())
    typer.echo(
        f"{memory_file()} is encrypted"
        if memory_file().exists()
        else f"{memory_file()} will be encrypted from its begin"
    )
    typer.echo(
        f"Its key is {memory_key()}. Keep a copy of it somewhere else: without it nobody, you"
        " included, can read the memory again. Where memory and key lie on one card, it protects"
        " copies of the memory, not the card: docs/memory.md says how to keep the key elsewhere."
    )


def decrypt() -> None:
    """Make the memory a plain file again. Raises Broken without its key."""
    decrypt_file(memory_file(), memory_key())
    typer.echo(f"{memory_file()} is plain")
    typer.echo(
        f"Keep the key {memory_key()} while there are encrypted copies. As long as it is there, a"
        " new memory would be encrypted again."
    )


def _say_damage(memory: Memory) -> None:
    for damage in memory.damaged[:SAID]:
        typer.secho(f"{memory_file()}: {damage} is left out", fg="yellow", err=True)
    if len(memory.damaged) > SAID:
        typer.secho(f"… and {len(memory.damaged) - SAID} more", fg="yellow", err=True)


def _there() -> Memory:
    if not memory_file().exists():
        raise Broken(
            f"it remembers nothing yet ({memory_file()} is not there; `moggy run` makes it)"
        )
    return Memory(memory_file(), memory_key())
