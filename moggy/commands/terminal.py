"""All that commands print goes through here: names and words of people come as they are, so that
neither brackets nor escape signs in them may do anything."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.text import Text

from moggy.printable import lines


def say(text: object, *, color: str | None = None, err: bool = False) -> None:
    """Print a text, as lines."""
    typer.secho(lines(text), fg=color, err=err)


def errors_of_its_own() -> TextIO:
    """The error output, by a descriptor of its own where it has one: PortAudio starts with the
    process's own, 2, turned away for a moment, and what another thread writes there is lost."""
    with suppress(OSError, ValueError):  # it is no file: a test's, or closed
        return open(os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding,
                    errors=sys.stderr.errors)  # fmt: skip
    return sys.stderr


def tell(text: object, *, color: str | None = None, err: bool = False) -> None:
    """Print a text of a pet that lives on where the output takes none: a full disk, or a pipe whose
    reader has gone. That output is then given up."""
    try:
        say(text, color=color, err=err)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2 if err else 1)


def draw(text: str) -> None:
    """Print a drawing of signs, light on dark whatever colours the terminal has."""
    for line in text.splitlines():
        typer.secho(lines(line), fg="bright_white", bg="black")


def warn(message: str) -> None:
    """Say on the error output what is damaged."""
    say(message, color="yellow", err=True)


def styled(*parts: str | tuple[str, str]) -> Text:
    """A text of plain parts and of (part, style)."""
    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*[(lines(part), style) for part, style in pairs])


class Shown(Console):
    """A terminal on which a plain text, also in a table, is what it is; `styled` gives others."""

    def __init__(self, **how: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **how)

    def render_str(self, text: str, **how: Any) -> Text:
        return super().render_str(lines(text), **how)
