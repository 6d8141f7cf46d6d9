"""Behaviours made from a template: they fit into any tree, and the linter has nothing to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from moggy.assemble import begin
from moggy.behaviors.lint import lint
from moggy.behaviors.templates import template_text, templates
from moggy.behaviors.tree import Tree, ids
from moggy.config import Files, Invalid, compose
from moggy.desk import Desk
from moggy.tree_edits import with_behaviour

CAT = "trees/cat.yaml"
TINY = """\
name: tiny
root:
  kind: reflexes
  lane:
    - {id: flinch, on: [hit], do: {why: it flinches, lasts: 1}}
  below:
    kind: utility
    fallback: rest
    options:
      - {id: rest, base: 0.2, do: {why: it rests}} # always
"""


@pytest.mark.parametrize("template", templates())
def test_a_behaviour_from_a_template_passes_the_linter(template: str) -> None:
    texts = {CAT: Files().shown(CAT)}
    text = with_behaviour(CAT, texts, template_text(template), "new_one")
    tree = compose(CAT, {CAT: text}, Tree)
    assert "new_one" in ids(tree.root)
    assert lint(tree) == []


@pytest.mark.parametrize("template", templates())
def test_it_fits_into_a_tree_without_names_of_its_own_and_keeps_comments(template: str) -> None:
    text = with_behaviour(
        "trees/tiny.yaml", {"trees/tiny.yaml": TINY}, template_text(template), "x"
    )
    tree = compose("trees/tiny.yaml", {"trees/tiny.yaml": text}, Tree)
    assert list(ids(tree.root))[-1 if template != "reflex" else 2] == "x"
    assert "# always" in text
    assert "# s" in text
    assert "new_" not in text


def test_it_stands_behind_the_one_that_was_chosen() -> None:
    texts = {CAT: Files().shown(CAT)}
    text = with_behaviour(CAT, texts, template_text("need"), "dance", "explore")
    order = list(ids(compose(CAT, {CAT: text}, Tree).root))
    assert order.index("dance") == order.index("explore") + 1
    for id, after, why in (
        ("explore", "", "already"),
        ("dance", "flinch", "none of the options"),
        ("dance", "exlpore", "did you mean"),
    ):
        with pytest.raises(Invalid, match=why):
            with_behaviour(CAT, texts, template_text("need"), id, after)
    with pytest.raises(Invalid, match="did you mean 'need'"):
        template_text("nede")


def test_only_the_new_behaviour_is_saved_in_the_owners_file(tmp_path: Path) -> None:
    files = Files(tmp_path)
    desk = Desk(files, begin(files, seed=1, hour=10.0))
    try:
        assert list(desk.add("need", "dance", "explore")) == ["shipped/trees/cat.yaml", CAT]
        own = (tmp_path / CAT).read_text()
        assert own.count("id:") == 1
        assert "id: dance" in own
        assert "# nothing at 0.5" in own
        ids_now = [node["id"] for node in desk.tree()["nodes"]]
        assert ids_now.index("dance") == ids_now.index("explore") + 1
        with pytest.raises(Invalid, match="pattern"):
            desk.add("need", "Dance now", "")
    finally:
        desk.close()


def test_in_a_tree_that_extends_another_it_is_added_to_its_own_layer(tmp_path: Path) -> None:
    mine = tmp_path / "trees" / "mine.yaml"
    mine.parent.mkdir()
    mine.write_text("# Mine.\nextends: cat\n")
    files = Files(tmp_path)
    desk = Desk(files, begin(files, seed=1, hour=10.0, tree="mine"))
    try:
        desk.add("idle", "hum", "explore")
        desk.add("reflex", "prick", "")
        order = [node["id"] for node in desk.tree()["nodes"]]
        assert order.index("hum") == order.index("explore") + 1
        assert "prick" in order
        assert mine.read_text().startswith("# Mine.\nextends: cat\n")
    finally:
        desk.close()
