"""A living tree as it is shown: its nodes, what it weighs and what lost by what, and that looking
changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import moggy
from moggy.assemble import begin, born
from moggy.behaviors.expression import parse
from moggy.behaviors.shown import shown_nodes
from moggy.behaviors.tree import Tree, ids
from moggy.behaviors.why_not import written
from moggy.config import Files
from moggy.messages import AnySense, Decision, Edited
from moggy.pet import LivingPet
from moggy.shown_tree import TreeNow

START = begin(Files(), seed=1, hour=17.0)
TREE = Files().load("trees/cat.yaml", Tree)
HAND: Sequence[AnySense] = [
    moggy.Touch(at=3.0 + n * 0.1, zone="back", pressure=0.4) for n in range(40)
]


def lived(seconds: float, *, watched: bool) -> tuple[LivingPet, list[Decision]]:
    pet, made = born(START), list[Decision]()
    due = list(HAND)
    for n in range(round(seconds * 50)):
        now = n * 0.02
        senses = [due.pop(0) for _ in due[:] if due[0].at <= now]
        made.append(pet.tick(now, senses).decision)
        if watched and n % 3 == 0:
            pet.decider.weighed()
    return pet, made


def seen(pet: LivingPet) -> TreeNow:
    now = pet.decider.weighed()
    assert now is not None
    return now


def test_all_nodes_are_shown_once_each_below_its_parent() -> None:
    nodes = shown_nodes(TREE)
    assert {node.id for node in nodes} == set(ids(TREE.root))
    known = {""}
    for node in nodes:
        assert node.parent in known
        assert node.id not in known
        known.add(node.id)
    explore = next(node for node in nodes if node.id == "explore")
    assert (explore.slot, explore.base) == ("option", 0.46)
    assert explore.terms[0].of == "drive.curiosity"
    assert explore.terms[0].numbers == {"zero": 0.75, "one": 0.2}


def test_nothing_is_weighed_before_the_first_tick() -> None:
    assert born(START).decider.weighed() is None


def test_a_pet_that_is_watched_lives_the_same_life() -> None:
    assert lived(20.0, watched=True)[1] == lived(20.0, watched=False)[1]


def test_every_option_is_weighed_and_every_one_that_lost_says_why() -> None:
    pet, made = lived(20.0, watched=False)
    now, last = seen(pet), made[-1]
    options = {node.id for node in shown_nodes(TREE) if node.slot == "option"}
    assert options <= now.weighed.keys()
    assert [id for id in options if now.weighed[id].loses == ""] == [last.behavior]
    assert {id for id, status in now.statuses.items() if status == "running"} == set(last.path)
    for id in options:
        one = now.weighed[id]
        assert bool(one.why) == (one.loses == "condition") or one.loses in ("", "cooldown", "never")
        if one.loses == "score":
            assert one.score + one.short == pytest.approx(
                now.weighed[last.behavior].score, abs=0.02
            )
    for score in last.scores:
        if score.id in now.weighed and score.id != last.behavior:
            assert now.weighed[score.id].score == pytest.approx(score.score, abs=0.05)


def test_what_of_a_condition_fails_is_said_through_the_names_of_let() -> None:
    pet = born(START)
    pet.tick(0.0, [])
    weighed = seen(pet).weighed
    assert weighed["greet"].loses == "condition"
    assert weighed["greet"].why[0] == "welcome: person.present"
    assert weighed["save_strength"].why == ("battery < 0.15 (now 1)",)
    # What would run if it could is known all the same.
    assert weighed["leave_alone"].score == 0.0 < weighed["leave_alone"].would


def test_an_edited_tree_has_another_edition() -> None:
    pet = born(START)
    pet.tick(0.0, [])
    before = seen(pet).edition
    patch = "extends: cat\nchange:\n  explore: {base: 0.9}\n"
    texts = Files().texts("trees/cat.yaml", patch)
    edits = [
        Edited(at=0.02, file=name, text=texts[name])
        for name in ("shipped/trees/cat.yaml", "trees/cat.yaml")
    ]
    assert pet.tick(0.02, edits).refused == ()
    assert seen(pet).edition > before


@pytest.mark.parametrize(
    "text",
    [
        "a and (b or not c) and d < 0.5",
        "a - (b - c) * 2 < -d",
        "min(a, b + 1) / 3 >= if(c, 1, 0)",
        "not (a and b) or not c > 1",
        "(a < b) < c",
    ],
)
def test_an_expression_is_written_as_it_was_read(text: str) -> None:
    assert written(parse(text)) == text
