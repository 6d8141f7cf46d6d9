"""`moggy why`: prints the chain behind a moment, or behind one actuator, as sentences or as data;
and how many changes have one."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import chain as chained
from pathlib import Path
from typing import Any

import orjson
import typer
from rich.table import Table

from moggy.behaviors.build import Built
from moggy.behaviors.moment import Moment
from moggy.behaviors.selectors import Utility
from moggy.behaviors.slot import OptionSlot, ReflexSlot
from moggy.behaviors.tree_language import TreeLanguage
from moggy.commands.damaged import Damage
from moggy.commands.terminal import Shown, say, styled
from moggy.designs import designs
from moggy.journal_reading import as_written
from moggy.pet import Start
from moggy.why.answer import ChainCoverage, Explanation, changes, coverage, why
from moggy.why.chain import Chain, SourceLayer, named
from moggy.why.felt import in_words
from moggy.why.ledger import ChainLink
from moggy.why.repertoire import BehaviorInputs
from moggy.why.words import behavior_in_words

CAUSES_SHOWN = 12
"""Causes and movers in a print-out; --json has all."""
SAMPLES_SHOWN = 2
"""Samples in a row that are printed: a stroke has dozens."""
SCORES_SHOWN = 5
"""Behaviours whose scores are printed."""
TERMS_SHOWN = 6
"""Terms of a score that are printed."""


def inputs_of(start: Start) -> Mapping[str, BehaviorInputs]:
    """What each behaviour of a life's tree reads, by its id. Raises Invalid for a tree that cannot
    be read."""
    made = designs(start)
    moment = Moment(made.personality, random.Random(start.seed), made.tree.fades)
    built = Built(made.tree, moment)
    selectors = [node for node in built.root.iterate() if isinstance(node, Utility)]
    fallbacks = {selector.fallback.id for selector in selectors}
    return {
        name: _inputs(slot, built.language, fallback=name in fallbacks)
        for name, slot in built.slots.items()
        if isinstance(slot, OptionSlot | ReflexSlot)
    }


def _inputs(
    slot: OptionSlot | ReflexSlot, language: TreeLanguage, *, fallback: bool
) -> BehaviorInputs:
    def inputs(*texts: str) -> tuple[str, ...]:
        names = chained.from_iterable(sorted(language.inputs(text)) for text in texts)
        return tuple(dict.fromkeys(names))

    if isinstance(slot, OptionSlot):
        terms = inputs(*(term.of for term in slot.spec.terms))
        return BehaviorInputs(terms, inputs(slot.spec.when), "fallback" if fallback else "option")
    events = [f"event.{name}" for name in slot.spec.on]
    return BehaviorInputs((), (*events, *inputs(slot.spec.when, slot.spec.whenever)), "reflex")


def explain(journal: Path, at: float | None, of: str | None, as_json: bool) -> int:
    """Print one moment (s); the newest change of one output; without either, every change of
    behaviour. Returns 1 where something up to there is missing, else 0. Raises NotAJournal;
    ValueError for an output that never changed."""
    with as_written(journal):
        damage = Damage()
        try:
            _explain(journal, at, of, as_json, damage)
        except ValueError:
            if not damage.empty:  # that no tick is left is said in the last line
                raise
        finally:
            damage.rest()
        return damage.end(err=as_json)


def _explain(journal: Path, at: float | None, of: str | None, as_json: bool, told: Damage) -> None:
    if at is None and of is None:
        for moment, behavior, sentence in changes(journal, told):
            if as_json:
                typer.echo(orjson.dumps({"at": moment, "behavior": behavior, "why": sentence}))
            else:
                say(f"{moment:8.2f} s  {behavior:<18} {sentence}")
        return
    answer = why(journal, inputs_of, float("inf") if at is None else at, of, told)
    if as_json:
        typer.echo(orjson.dumps(answer))
    else:
        _print(answer, of)


def cover(journal: Path, as_json: bool) -> int:
    """Print how many changes are explained; 0 when every change of every output is and the journal
    is whole, 1 otherwise."""
    damage = Damage()
    with as_written(journal):
        found = coverage(journal, inputs_of, damage)
    if as_json:
        typer.echo(orjson.dumps({"share": found.share, "coverage": found}))
    else:
        _print_coverage(found)
    return damage.end(err=as_json) or (1 if found.broken else 0)


def _print(answer: Explanation, of: str | None) -> None:
    console = Shown()
    if of is not None:
        _print_chain(console, answer.changes[0])
    else:
        _print_moment(console, answer)
    _print_causes(console, answer.causes)
    if of is None:
        _print_feelings(console, answer)


def _print_moment(console: Shown, answer: Explanation) -> None:
    """What it does, what it weighed, and what moves."""
    doing = behavior_in_words(answer.behavior)
    console.print(styled(f"At {answer.at:.2f} s it does ", (doing, "bold"), f": {answer.why}"))
    if answer.numbers:
        numbers = [f"{name} {value:.2f}" for name, value in answer.numbers.items()]
        console.print("  with " + ", ".join(numbers))
    _print_scores(console, answer.scores)
    _print_moved(console, answer)


def _print_feelings(console: Shown, answer: Explanation) -> None:
    """How it takes the person to feel, and how it feels itself."""
    person = answer.person
    sure = "unsure" if person["unsure"] else f"confidence {person['confidence']:.2f}"
    felt = f"valence {person['valence']:+.2f}, arousal {person['arousal']:+.2f}"
    console.print(f"It takes {person['person']} for {felt} ({sure}).")
    strongest = sorted(answer.pet["emotions"].items(), key=lambda pair: -pair[1])[:3]
    console.print("It feels " + ", ".join(f"{name} {value:.2f}" for name, value in strongest) + ".")


def _print_chain(console: Shown, chain: Chain) -> None:
    """One change, from the command back."""
    change, source = chain.change, chain.source
    console.print(f"At {change.at:.2f} s {chain.sentence()}")
    if chain.others:
        others = [named(mover.layer, mover.name) for mover in chain.others]
        console.print("  besides, weaker: " + ", ".join(others))
    node = source.node
    if node is not None:
        decided = f"decided at {node.decided:.2f} s (tick {node.tick})"
        path = " → ".join(map(behavior_in_words, node.path))
        console.print(f"  node: {path}, {decided}")
    for felt in source.felt:
        event = f" (#{felt.event})" if felt.event else ""
        console.print(f"  felt: {felt.feeling} {felt.by:+.3f} by {in_words(felt.cause)}{event}")
    for cause in source.within:
        console.print(f"  from within: {cause}")
    for hole in chain.holes:
        console.print(styled("  ", ("missing", "red"), f": {hole}"))


def _print_causes(console: Shown, causes: list[ChainLink]) -> None:
    if not causes:
        console.print("Nothing from outside led here: its own feelings and drives do.")
        return
    console.print("Back to the samples, latest first:")
    shown = run = 0
    for n, cause in enumerate(causes):
        run = run + 1 if cause.kind == "sample" else 0
        if run > SAMPLES_SHOWN:
            continue
        if shown == CAUSES_SHOWN:
            console.print(f"  and {len(causes) - n} more (--json has all)")
            return
        console.print(f"  {cause.at:8.2f} s  #{cause.id} {cause.what}{_because(cause)}")
        shown += 1


def _print_scores(console: Shown, scores: list[dict[str, Any]]) -> None:
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
    for score in scores[:SCORES_SHOWN]:
        terms = [f"{name} {value:.2f}" for name, value in score["terms"].items()]
        if score["refused"] is not None:
            terms.insert(0, f"waits for {score['refused']['by']}")
        table.add_row(score["id"], f"{score['score']:.3f}", ", ".join(terms[:TERMS_SHOWN]))
    console.print(table)


def _print_moved(console: Shown, answer: Explanation) -> None:
    """What moves, each mover once with all that it moves."""
    movers: dict[tuple[SourceLayer, str], tuple[Chain, list[str]]] = {}
    for chain in answer.changes:
        source = chain.source
        movers.setdefault((source.layer, source.name), (chain, []))[1].append(chain.change.output)
    for (layer, name), (chain, outputs) in list(movers.items())[:CAUSES_SHOWN]:
        source = chain.source
        whose = ""
        if source.node is not None:
            whose = f" (of {source.node.behavior} since {source.node.since:.2f} s)"
        elif source.within and not source.because:
            whose = f" (from within: {source.within[0]})"
        console.print(f"  {named(layer, name)}{whose} moves {', '.join(outputs)}")
    for call in answer.calls:
        console.print(f"  calls: {call['name']}, loudness {call['loudness']:.2f}")
    if answer.changes:
        console.print(f"  (--of {answer.changes[0].change.output}: the whole chain of one)")


def _print_coverage(found: ChainCoverage) -> None:
    console = Shown()
    for at, output, holes in found.holes:
        console.print(styled(f"  {at:8.2f} s  ", (output, "red"), f": {'; '.join(holes)}"))
    more = found.broken.total() - len(found.holes)
    if more > 0:
        console.print(f"  and {more} more")
    movers = ", ".join(f"{layer} {n}" for layer, n in found.layers.most_common())
    carried = f"{found.carried} carried on by the limiter after it was over"
    console.print(f"What moved them: {movers}; {carried}")
    if not found.changes:
        console.print("no output changes in it: nothing to explain")
        return
    whole = "100 %" if not found.broken else f"{min(found.share, 0.9999):.2%}"
    total, outputs = found.changes.total(), len(found.changes)
    console.print(f"{total} changes of {outputs} outputs, {whole} explained")


def _because(cause: ChainLink) -> str:
    because = cause.because
    return f"  ← {', '.join(f'#{number}' for number in because[:6])}" if because else ""
