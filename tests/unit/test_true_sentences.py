"""What a shipped behaviour says of itself is true for the numbers that it says, in any state, and
in words that a stranger understands."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

import moggy
from bench.seen_sentences import (
    AGO,
    HAPPENED,
    SHARES,
    ending,
    strange_numbers,
    templates,
    untrue,
)
from moggy import Pet
from moggy.behaviors.build import Built
from moggy.behaviors.moment import Moment
from moggy.behaviors.nodes import Leaf
from moggy.behaviors.samples import moments
from moggy.behaviors.tree import Tree
from moggy.behaviors.tree_language import TreeLanguage, holes
from moggy.config import SHIPPED, load
from moggy.messages import Tick
from moggy.personality import Personality
from moggy.tree_data import nodes
from moggy.vocabulary import events_of

DRAWS = 6000
TREE = load(SHIPPED["trees"] / "cat.yaml", Tree)
TEMPLATES = templates(TREE)
SHOWN = ("drive.", "emotion.", "mood.", "bond.")
"""Whose levels stand on the page under their own names."""


def said() -> Iterator[str]:
    """What the cat says in random moments, each tried in the whole tree."""
    rng = random.Random(3)
    moment = Moment(Personality(name="average"), rng, TREE.fades)
    built = Built(TREE, moment)
    ids = [id for id, node in nodes(TREE.model_dump()).items() if node.is_behaviour]
    for _ in moments(moment, ids, rng, DRAWS):
        built.root.tick_once()
        path = built.path()
        if path and isinstance(path[-1], Leaf):
            yield path[-1].feedback_message


def test_what_it_says_in_random_moments_is_true_of_the_number_beside_it() -> None:
    sentences = set(said())
    assert [(each, untrue(each)) for each in sentences if untrue(each)] == []
    drawn = {
        template.text
        for template in TEMPLATES
        if any(template.pattern.fullmatch(each) for each in sentences)
    }
    assert len(drawn) > 0.65 * len(TEMPLATES), "the rest is drawn in random days"


def fresh(ticks: tuple[Tick, ...]) -> Iterator[Tick]:
    """The ticks in which it says something new."""
    before = ""
    for tick in ticks:
        if tick.decision.why != before:
            before = tick.decision.why
            yield tick


@pytest.mark.parametrize(("seed", "personality"), [(61, "cat"), (62, "shy"), (63, "playful")])
def test_what_it_says_over_a_random_day_is_true_of_that_day(seed: int, personality: str) -> None:
    """Of its own feelings in that tick, and of what happened so many seconds before."""
    life = moggy.live(Pet(personality, seed=seed), moggy.random_day(seed, 150.0))
    last: dict[str, float] = {}
    new = {id(tick) for tick in fresh(life.ticks)}
    for tick in life.ticks:
        last |= {event.name: tick.at for event in tick.events}
        if id(tick) not in new:
            continue
        sentence = tick.decision.why
        assert untrue(sentence) == "", sentence
        for words, number, unit in AGO.findall(sentence):
            event = HAPPENED[ending(words, HAPPENED) or ""][0]
            if event and unit == "s":
                ago = min(tick.at - last.get(name, -1e9) for name in events_of(event))
                assert ago == pytest.approx(float(number), abs=0.8), sentence
        for name, value in tick.decision.numbers.items():
            first, _, second = name.partition(".")
            if first in ("emotion", "drive"):
                levels = tick.pet.emotions if first == "emotion" else tick.pet.drives
                felt = {str(each): level for each, level in levels.items()}[second]
                assert value == pytest.approx(felt, abs=0.02), sentence


def test_every_number_in_a_sentence_is_one_that_its_behaviour_weighs() -> None:
    assert strange_numbers(TREE) == []


def test_a_level_in_a_sentence_is_the_one_that_the_page_shows() -> None:
    """And not another one under its name, such as what a drive lacks."""
    language, others = TreeLanguage(TREE.let), []
    for template in TEMPLATES:
        for what, _ in holes(template.text):
            shown = {name for name in language.inputs(what) if name.startswith(SHOWN)}
            if shown - {what}:
                others.append(f"{template.behavior}: {what}")
    assert others == []


def test_every_claim_is_one_of_the_shipped_cat() -> None:
    """Where a sentence changes, so does what is claimed here."""
    text = " ".join(" ".join(template.text.split()) for template in TEMPLATES)
    assert [claim for claim in (*SHARES, *HAPPENED) if claim not in text] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "lies down: not much energy (0.66)",
        "hides: it is afraid (2 %)",
        "purrs along: stroked on the neck, which it likes (-3 %)",
        "sleeps: it is tired (energy 66 %)",
        "play.2, as a moment ago",
        "startles at loud_noise",
        "looks up: it heard you call 9999 s ago",
        "looks up: it heard you call 45 s ago",
        "hides: it is brave (40 %)",
    ],
)
def test_what_is_not_true_or_not_for_strangers_is_found(sentence: str) -> None:
    assert untrue(sentence)
