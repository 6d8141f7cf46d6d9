"""`moggy why`: prints the chain behind a moment, or behind one actuator, as sentences or as data;
and how many changes have one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from moggy.why.answer import ChainCoverage, Explanation, changes, coverage, why
from moggy.why.chain import Chain
from moggy.why.ledger import Cause

SHOWN = 12
"""Causes and movers in a print-out; --json has all."""
SAMPLES = 2
"""Samples in a row that are printed: a stroke has dozens."""


def explain(journal: Path, at: float | None, of: str | None, as_json: bool) -> None:
    """One moment; the newest change of one output; without either, every change of behaviour."""
    if at is None and of is None:
        for moment, behavior, sentence in changes(journal):
            if as_json:
                typer.echo(orjson.dumps({"at": moment, "behavior": behavior, "why": sentence}))
            else:
                typer.echo(f"{moment:8.2f} s  {behavior:<18} {sentence}")
        return
    answer = why(journal, float("inf") if at is None else at, of)
    if as_json:
        typer.echo(orjson.dumps(answer))
    else:
        _print(answer, of)


def cover(journal: Path, as_json: bool) -> int:
    """0 when every change of every output is explained, 1 otherwise."""
    found = coverage(journal)
    if as_json:
        typer.echo(orjson.dumps({"share": found.share, "coverage": found}))
    else:
        _print_coverage(found)
    return 1 if found.broken else 0


def _print(answer: Explanation, of: str | None) -> None:
    console = Console(highlight=False)
    if of is not None:
        _print_chain(console, answer.changes[0])
    else:
        console.print(f"At {answer.at:.2f} s it does [bold]{answer.behavior}[/]: {answer.why}")
        if answer.numbers:
            console.print(
                "  with "
                + ", ".join(f"{name} {value:.2f}" for name, value in answer.numbers.items())
            )
        _print_scores(console, answer.scores)
        _print_moved(console, answer)
    _print_causes(console, answer.causes)
    if of is not None:
        return
    person = answer.person
    sure = "unsure" if person["unsure"] else f"confidence {person['confidence']:.2f}"
    console.print(
        f"It takes {person['person']} for valence {person['valence']:+.2f}, arousal {person['arousal']:+.2f} ({sure})."
    )
    strongest = sorted(answer.pet["emotions"].items(), key=lambda pair: -pair[1])[:3]
    console.print("It feels " + ", ".join(f"{name} {value:.2f}" for name, value in strongest) + ".")


def _print_chain(console: Console, chain: Chain) -> None:
    """One change, from the command back."""
    change, source = chain.change, chain.source
    console.print(f"At {change.at:.2f} s {chain.sentence()}")
    if chain.others:
        console.print("  besides, weaker: " + ", ".join(chain.others))
    if source.node is not None:
        console.print(
            f"  node: {' → '.join(source.node.path)}, decided at {source.node.decided:.2f} s (tick {source.node.tick})"
        )
    for felt in source.felt:
        event = f" (#{felt.event})" if felt.event else ""
        console.print(f"  felt: {felt.feeling} {felt.by:+.3f} by {felt.cause}{event}")
    for cause in source.within:
        console.print(f"  from within: {cause}")
    for hole in chain.holes:
        console.print(f"  [red]missing[/]: {hole}")


def _print_causes(console: Console, causes: list[Cause]) -> None:
    if not causes:
        console.print("Nothing from outside led here: its own feelings and drives do.")
        return
    console.print("Back to the samples, latest first:")
    shown = run = 0
    for n, cause in enumerate(causes):
        run = run + 1 if cause.kind == "sample" else 0
        if run > SAMPLES:
            continue
        if shown == SHOWN:
            console.print(f"  and {len(causes) - n} more (--json has all)")
            return
        console.print(f"  {cause.at:8.2f} s  #{cause.id} {cause.what}{_because(cause)}")
        shown += 1


def _print_scores(console: Console, scores: list[dict[str, Any]]) -> None:
    if not scores:
        return
    table = Table(
        "behaviour",
        "score",
        "what made it",
        box=None,
        title="What it weighed",
        title_justify="left",
        title_style="",
    )
    for score in scores[:5]:
        terms = ", ".join(f"{name} {value:.2f}" for name, value in list(score["terms"].items())[:6])
        table.add_row(score["id"], f"{score['score']:.3f}", terms)
    console.print(table)


def _print_moved(console: Console, answer: Explanation) -> None:
    """What moves, each mover once with all that it moves."""
    movers: dict[str, tuple[Chain, list[str]]] = {}
    for chain in answer.changes:
        movers.setdefault(chain.source.name, (chain, []))[1].append(chain.change.output)
    for name, (chain, outputs) in list(movers.items())[:SHOWN]:
        node = chain.source.node
        whose = f", of {node.behavior} since {node.since:.2f} s" if node is not None else ""
        inner = (
            f", from within ({chain.source.within[0]})"
            if chain.source.within and not chain.source.because
            else ""
        )
        console.print(f"  {name} ({chain.source.layer}{whose}{inner}) moves {', '.join(outputs)}")
    for call in answer.calls:
        console.print(f"  calls: {call['name']}, loudness {call['loudness']:.2f}")
    if answer.changes:
        console.print(f"  (--of {answer.changes[0].change.output}: the whole chain of one)")


def _print_coverage(found: ChainCoverage) -> None:
    console = Console(highlight=False)
    for at, output, holes in found.holes:
        console.print(f"  {at:8.2f} s  [red]{output}[/]: {'; '.join(holes)}")
    more = found.broken.total() - len(found.holes)
    if more > 0:
        console.print(f"  and {more} more")
    movers = ", ".join(f"{layer} {n}" for layer, n in found.layers.most_common())
    console.print(
        f"What moved them: {movers}; {found.carried} carried on by the limiter after it was over"
    )
    whole = "100 %" if not found.broken else f"{min(found.share, 0.9999):.2%}"
    console.print(
        f"{found.changes.total()} changes of {len(found.changes)} outputs, {whole} explained"
    )


def _because(cause: Cause) -> str:
    because = cause.because
    return f"  ← {', '.join(f'#{number}' for number in because[:6])}" if because else ""
