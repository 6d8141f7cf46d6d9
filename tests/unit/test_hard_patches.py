"""Patches that a fresh tester found to break a life: each is refused, or harmless."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import moggy
from moggy.assemble import begin
from moggy.behaviors.laws import Laws
from moggy.behaviors.lint import slots
from moggy.config import Files, Invalid
from moggy.designs import designs, save
from moggy.pet import Start
from moggy.sense_file import BadScript


def put_together(start: Start, texts: Mapping[str, str]) -> None:
    designs(start, {**start.files, **texts})


@pytest.fixture(scope="module")
def start() -> Start:
    return begin(Files(), seed=1, hour=10.0)


def owned(tmp_path: Path, name: str, text: str) -> Files:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(text, encoding="utf-8")
    return Files(tmp_path)


def test_a_behaviour_that_is_removed_twice_is_gone_once(tmp_path: Path) -> None:
    files = owned(tmp_path, "trees/cat.yaml", "extends: cat\nremove: [explore, explore]\n")
    made = designs(begin(files, seed=1, hour=10.0))
    assert "explore" not in {slot.id for slot in slots(made.tree.root)}


def test_a_reflex_that_is_removed_twice_is_gone_once(tmp_path: Path) -> None:
    files = owned(tmp_path, "trees/cat.yaml", "extends: cat\nremove: [startle, startle]\n")
    made = designs(begin(files, seed=1, hour=10.0))
    assert "startle" not in {slot.id for slot in slots(made.tree.root)}


def test_an_id_may_not_be_changed_by_a_patch(tmp_path: Path, start: Start) -> None:
    text = "extends: cat\nchange: {explore: {id: exp2}}\n"
    with pytest.raises(Invalid, match="an id cannot be changed"):
        save(Files(tmp_path), start, "trees/cat.yaml", text)
    assert not (tmp_path / "trees").exists()


def test_a_circle_of_renames_ends(tmp_path: Path) -> None:
    option = "options: [{id: ID, after: explore, do: {why: it turns round}}]\n"
    texts = {
        "trees/a.yaml": "extends: cat\n" + option.replace("ID", "bb") + "renamed: {aa: bb}\n",
        "trees/b.yaml": "extends: a\nremove: [bb]\n"
        + option.replace("ID", "aa")
        + "renamed: {bb: aa}\n",
        "trees/c.yaml": "extends: b\nremove: [aa]\nchange: {aa: {base: 0.5}}\n",
    }
    for name, text in texts.items():
        files = owned(tmp_path, name, text)
    with pytest.raises(Invalid, match="aa"):
        begin(files, seed=1, hour=10.0, tree="c")


def test_a_reflex_has_no_appetite(start: Start) -> None:
    text = start.files["personalities/cat.yaml"].replace("appetite: {}", "appetite: {flinch: 0}")
    with pytest.raises(Invalid, match="unknown behaviour 'flinch'"):
        put_together(start, {"personalities/cat.yaml": text})


@pytest.mark.parametrize("pads", [{"bely": 0.4}, {"belly": 0.4}])
def test_a_touch_by_pads_needs_pads_that_there_are_and_a_pressure(pads: dict[str, float]) -> None:
    with pytest.raises(BadScript, match="pad"):
        moggy.live(moggy.Pet(), [moggy.Touch(at=1.0, pads=pads)])


def test_the_schema_names_the_events() -> None:
    from moggy.behaviors.tree import Tree

    assert "loud_noise" in str(Tree.model_json_schema())


LAW = "laws: [{id: no_hiss_ever, says: It never hisses., never: call.hiss}]\n"


def test_laws_of_ones_own_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    shipped = [law.id for law in Files().load("laws/cat.yaml", Laws).laws]
    text = (
        "extends: cat\n" + LAW + "change: {quiet_hours: {never: loudness > 0.1}}\n"
        "remove: [quiet_hours_alone]\n"
    )
    laws = owned(tmp_path, "laws/cat.yaml", text).load("laws/cat.yaml", Laws).laws
    assert [law.id for law in laws] == [
        *(id for id in shipped if id != "quiet_hours_alone"),
        "no_hiss_ever",
    ]
    assert next(law.never for law in laws if law.id == "quiet_hours") == "loudness > 0.1"


def test_a_law_that_loses_a_part_is_refused_at_the_line_that_takes_it(tmp_path: Path) -> None:
    text = "extends: cat\nremove:\n  - quiet_hours_alone\n  - quiet_hours.never\n"
    with pytest.raises(Invalid, match=r"^laws/cat\.yaml:4: remove: quiet_hours\.never: ") as caught:
        owned(tmp_path, "laws/cat.yaml", text).load("laws/cat.yaml", Laws)
    assert "give `never`" in caught.value.message
    assert "see shipped/laws/cat.yaml:" in caught.value.message


def test_a_law_with_the_id_of_another_is_refused(tmp_path: Path) -> None:
    text = "extends: cat\n" + LAW.replace("no_hiss_ever", "quiet_hours")
    with pytest.raises(Invalid, match="there is a 'quiet_hours' already"):
        owned(tmp_path, "laws/cat.yaml", text).load("laws/cat.yaml", Laws)
