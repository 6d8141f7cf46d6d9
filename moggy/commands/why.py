"""`moggy why`: prints the chain behind a moment as sentences, or as data."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from moggy.why import Answer, Cause, changes, why

SHOWN = 12
"""Causes and joints in a print-out; --json has all."""


def explain(journal: Path, at: float | None, as_json: bool) -> None:
    if at is None:
        for moment, behavior, sentence in changes(journal):
            if as_json:
                typer.echo(orjson.dumps({"at": moment, "behavior": behavior, "why": sentence}))
            else:
                typer.echo(f"{moment:8.2f} s  {behavior:<18} {sentence}")
        return
    answer = why(journal, at)
    if as_json:
        typer.echo(orjson.dumps(asdict(answer)))
    else:
        _print(answer)


def _print(answer: Answer) -> None:
    console = Console(highlight=False)
    console.print(f"At {answer.at:.2f} s it does [bold]{answer.behavior}[/]: {answer.why}")
    if answer.numbers:
        console.print("  with " + ", ".join(f"{name} {value:.2f}" for name, value in answer.numbers.items()))
    _print_scores(console, answer.scores)
    _print_moved(console, answer)
    if answer.causes:
        console.print("Back to the samples, latest first:")
        for cause in answer.causes[:SHOWN]:
            console.print(f"  {cause.at:8.2f} s  #{cause.id} {cause.what}{_because(cause)}")
        if len(answer.causes) > SHOWN:
            console.print(f"  and {len(answer.causes) - SHOWN} more (--json has all)")
    else:
        console.print("Nothing from outside led here: its own feelings and drives do.")
    person = answer.person
    sure = "unsure" if person["unsure"] else f"confidence {person['confidence']:.2f}"
    console.print(f"It takes {person['person']} for valence {person['valence']:+.2f}, arousal {person['arousal']:+.2f} ({sure}).")
    strongest = sorted(answer.pet["emotions"].items(), key=lambda pair: -pair[1])[:3]
    console.print("It feels " + ", ".join(f"{name} {value:.2f}" for name, value in strongest) + ".")


def _print_scores(console: Console, scores: list[dict[str, Any]]) -> None:
    if not scores:
        return
    table = Table("behaviour", "score", "what made it", box=None, title="What it weighed", title_justify="left", title_style="")
    for score in scores[:5]:
        terms = ", ".join(f"{name} {value:.2f}" for name, value in list(score["terms"].items())[:6])
        table.add_row(score["id"], f"{score['score']:.3f}", terms)
    console.print(table)


def _print_moved(console: Console, answer: Answer) -> None:
    movers: dict[str, list[str]] = {}
    for output, names in answer.moved.items():
        if names:
            movers.setdefault(names[0], []).append(output)
    for name, outputs in list(movers.items())[:SHOWN]:
        console.print(f"  {name} moves {', '.join(outputs)}")
    if answer.purr > 0.01:
        console.print(f"  purrs at {answer.purr:.2f}")
    for call in answer.calls:
        console.print(f"  calls: {call['name']}, loudness {call['loudness']:.2f}")


def _because(cause: Cause) -> str:
    because = cause.data.get("because")
    return f"  ← {', '.join(f'#{number}' for number in because[:6])}" if because else ""
