"""The linter finds what is dead, starving or misspelt; the coverage table finds the holes."""

from __future__ import annotations

import pytest

from moggy.behaviors.coverage import CELLS, coverage
from moggy.behaviors.lint import lint, slots
from moggy.behaviors.tree import Tree
from moggy.config import SHIPPED, load, parse
from moggy.personality import Personality

AVERAGE = Personality(name="average")


def small(*options: str, more: str = "") -> Tree:
    lines = "\n".join(
        f"    - {{{option}}}" for option in ("id: rest, base: 0.2, do: {why: 'rests'}", *options)
    )
    return parse(
        "small.yaml",
        f"name: small\n{more}root:\n  kind: utility\n  id: choose\n"
        f"  fallback: rest\n  options:\n{lines}\n",
        Tree,
    )


def problems(*options: str, more: str = "") -> list[str]:
    return [str(problem) for problem in lint(small(*options, more=more), samples=300)]


def test_the_shipped_tree_has_no_problem() -> None:
    assert [str(problem) for problem in lint(load(SHIPPED["trees"] / "cat.yaml", Tree))] == []


def test_a_sound_small_tree_has_no_problem() -> None:
    assert (
        problems(
            "id: purr, when: touch.on, base: 0.9, do: {why: 'purrs', plays: [{motion: knead}]}"
        )
        == []
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (
            "id: x, when: '1 > 2', base: 0.9, do: {why: 'does x'}",
            "x: can never run: its condition is always false",
        ),
        (
            "id: x, base: 0.9, terms: [{of: '0'}], do: {why: 'does x'}",
            "x: its term '0' is always 0",
        ),
        (
            "id: x, when: 'enough > 2', base: 0.9, do: {why: 'does x'}",
            "x: cannot run: it had no score in any of 300 moments",
        ),
        (
            "id: x, base: 0.1, do: {why: 'does x'}",
            "x: starves: never the best in 300 moments; at its best (0.11) it lost to rest",
        ),
        (
            "id: x, base: 0.9, do: {kind: sequence, children: [{why: 'for ever'}, {why: 'never'}]}",
            "x: step 2 is never reached: step 1 never ends",
        ),
        (
            "id: x, base: 0.9, "
            "do: {kind: selector, children: [{why: 'always', lasts: 2}, {why: 'never'}]}",
            "x: step 2 is never reached: step 1 never fails",
        ),
    ],
)
def test_it_finds_what_is_wrong(option: str, said: str) -> None:
    assert said in problems(option)


def test_it_finds_a_name_that_nobody_uses() -> None:
    assert problems(more="let: {calm: emotion.fear < 0.3}\n") == ["let: 'calm' is never used"]


def test_an_appetite_of_nought_is_meant() -> None:
    tree = small("id: x, base: 0.9, do: {why: 'does x'}")
    assert lint(tree, personality=Personality(name="never", appetite={"x": 0.0}), samples=300) == []


def test_coverage_lists_what_changes_nothing_and_what_never_comes() -> None:
    tree = small(
        "id: jump, when: since.loud_noise < 2, base: 0.9, interrupts: 'true', do: {why: 'jumps'}",
        "id: gloat, when: hour > 20, do: {why: 'gloats'}",
    )
    found = coverage(tree, AVERAGE, events=("loud_noise", "praised"))
    assert found.table["low pleasure, high arousal", "loud_noise"][0] == "jump"
    assert found.holes == tuple((cell, "praised") for cell in CELLS)
    assert found.unused == ("gloat",)


def test_every_event_has_an_answer_and_every_behaviour_its_moment() -> None:
    """In two of the nine moods, since the whole table takes long: `moggy coverage` prints all."""
    tree = load(SHIPPED["trees"] / "cat.yaml", Tree)
    cells = {
        name: CELLS[name]
        for name in ("middle pleasure, middle arousal", "low pleasure, high arousal")
    }
    found = coverage(tree, AVERAGE, cells=cells)
    assert found.holes == ()
    assert set(found.unused) <= {
        "ignore_hand",
        "look_around",
        "follow_person",
        "watch",
        "beg_play",
        "lean_in",
        "stretch",
        "bask",
        "sit_up",
        "size_up",
        "look_up",
    }, "these need longer than a scene lasts, a stranger, or quiet hours"


def test_the_slots_of_a_tree_are_its_reflexes_and_options() -> None:
    assert [slot.id for slot in slots(small("id: x, do: {why: 'does x'}").root)] == ["rest", "x"]
