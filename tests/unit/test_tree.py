"""The schema of a tree's file: what it takes, and how it says no."""

from __future__ import annotations

from pathlib import Path

import pytest

from moggy.assemble import begin
from moggy.behaviors.tree import Tree, ids
from moggy.behaviors.tree_language import TreeLanguage
from moggy.config import SHIPPED, Files, Invalid, load, parse
from moggy.designs import designs

SMALL = """\
name: small
let:
  calm: emotion.fear < 0.3
root:
  kind: utility
  id: choose
  fallback: rest
  options:
    - id: rest
      base: 0.2
      do: {why: "rests", posture: lie}
    - id: purr
      when: touch.on and calm
      terms:
        - {of: bond.trust, one: 0.5}
        - {of: touch.good, curve: logistic, half: 0.4}
      do: {why: "purrs, trusts you ({bond.trust})", purr: 0.6}
"""


def broken(old: str, new: str) -> Invalid:
    assert old in SMALL
    with pytest.raises(Invalid) as caught:
        parse("small.yaml", SMALL.replace(old, new), Tree)
    return caught.value


def test_the_shipped_tree_is_valid_and_has_about_forty_behaviours() -> None:
    tree = load(SHIPPED["trees"] / "cat.yaml", Tree)
    assert len(set(ids(tree.root))) > 40


def test_the_twelve_behaviours_of_every_cat_are_there() -> None:
    tree = load(SHIPPED["trees"] / "cat.yaml", Tree)
    wanted = {
        *("sleep", "loaf", "look_around", "greet", "purr_along", "lean_in"),
        *("knead", "play", "startle", "hide", "enough", "ask_for_company"),
    }
    assert wanted <= set(ids(tree.root))


def test_a_small_tree_is_read() -> None:
    tree = parse("small.yaml", SMALL, Tree)
    assert list(ids(tree.root)) == ["choose", "rest", "purr"]


def test_a_mistake_in_an_expression_names_the_line_and_the_character() -> None:
    error = broken("when: touch.on and calm", "when: touch.on and clam")
    assert error.line == 13
    assert "did you mean 'calm'?" in error.message
    assert "at character 14" in error.message


def test_a_mistake_in_a_sentence_names_the_line() -> None:
    assert broken("({bond.trust})", "({bond.thrust})").line == 17


def test_an_id_that_stands_twice_is_refused() -> None:
    assert "'rest' stands twice" in str(broken("id: purr", "id: rest"))


def test_a_fallback_that_is_no_option_is_refused() -> None:
    assert "fallback 'sleep' is none of the options" in str(
        broken("fallback: rest", "fallback: sleep")
    )


def test_an_unknown_key_is_refused_at_its_line() -> None:
    error = broken("base: 0.2", "bas: 0.2")
    assert "unknown key" in error.message
    assert error.line == 10


def test_a_number_out_of_range_is_refused_with_the_range() -> None:
    assert "less than or equal to 3" in str(broken("base: 0.2", "base: 20"))


def test_a_let_may_use_another_wherever_it_stands() -> None:
    text = SMALL.replace("calm: emotion.fear < 0.3", "calm: not tense\n  tense: enough > 0.5")
    language = TreeLanguage(parse("small.yaml", text, Tree).let)
    assert language.inputs("calm") == {"enough"}


def test_a_let_that_uses_itself_is_refused() -> None:
    error = broken("calm: emotion.fear < 0.3", "calm: not tense\n  tense: not calm")
    assert "let 'calm' uses itself: calm → tense → calm" in error.message


@pytest.mark.parametrize("order", [1, -1])
def test_names_that_stand_for_names_without_end_are_refused(order: int) -> None:
    """Each is a call when it is worked out: the stack would end at a tick."""
    lets = [f"  let{n}: let{n + 1} + 1" for n in range(2000)][::order]
    error = broken("calm: emotion.fear < 0.3", "\n".join(["calm: let0 > 1", *lets, "  let2000: 1"]))
    assert "and the names that it uses nest more than 100 levels" in error.message


def test_a_let_cannot_take_the_name_of_an_input() -> None:
    assert "input already" in str(
        broken("calm: emotion.fear < 0.3", "calm: emotion.fear < 0.3\n  enough: 0.2")
    )


def test_a_dwell_that_ends_before_it_begins_is_refused() -> None:
    assert "should be the smaller" in str(broken("base: 0.2", "base: 0.2\n      dwell: [9, 3]"))


def test_the_guide_for_designers_shows_a_tree_that_works(tmp_path: Path) -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "add-a-behaviour.md"
    blocks = [
        block.split("```")[0] for block in guide.read_text(encoding="utf-8").split("```yaml\n")[1:]
    ]
    (tmp_path / "trees").mkdir()
    whole = next(block for block in blocks if "name: tiny" in block)
    (tmp_path / "trees" / "tiny.yaml").write_text(whole, encoding="utf-8")
    made = designs(begin(Files(tmp_path), seed=1, hour=10.0, tree="tiny"))
    assert made.tree.name == "tiny"
