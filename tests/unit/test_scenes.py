"""The scenes of the bench are well written, and ask enough of the pet."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import scenes as bench
from bench.scene import FOLDER, Scene, WrongAnswer, acted, all_scenes, judged, read
from moggy import overlay
from moggy.behaviors.names import behaviours
from moggy.config import Files, Invalid, parse

SCENES = dict(all_scenes())
HOUSE = (FOLDER / "house.yaml").read_text(encoding="utf-8")
PURRS = """
name: Somebody strokes it
seconds: 10
acts: [{at: 2, stroke: {times: 2}}]
expect:
  - {says: it purrs soon, between: [2, 4], some: purr > 0.05}
  - {says: it purrs most of the time, between: [2, 6], mostly: purr > 0.05}
  - {says: it feels better, between: [3, 6], more: valence, than: [0, 2], by: 0.1}
  - {says: it does not flee, between: [2, 10], never: flees}
let: {flees: behavior.hide}
wrong: [{says: it does nothing}]
"""


def judge(text: str, **answer: object) -> list[bool]:
    scene = parse("scene.yaml", text, Scene)
    wrong = WrongAnswer(says="an answer", **answer)  # type: ignore[arg-type]
    return [each.right for each in judged(scene, acted(scene, wrong))]


def test_there_are_fifty_scenes_of_ten_to_ninety_seconds_with_names_of_their_own() -> None:
    assert len(SCENES) == 50
    assert len({scene.name for scene in SCENES.values()}) == 50
    assert all(10.0 <= scene.seconds <= 90.0 for scene in SCENES.values())
    assert all(scene.source and scene.name[0].isupper() for scene in SCENES.values())


def test_they_spread_over_the_day_and_over_characters() -> None:
    assert {int(scene.hour // 6) for scene in SCENES.values()} == {0, 1, 2, 3}
    assert len({scene.personality for scene in SCENES.values()}) >= 6
    assert {"karl", "anna", "ben", "mia"} <= {
        act.who for scene in SCENES.values() for act in scene.acts
    }


@pytest.mark.parametrize("file", SCENES)
def test_each_wrong_answer_is_found_wrong(file: str) -> None:
    scene = SCENES[file]
    for wrong in scene.wrong:
        missed = [each for each in judged(scene, acted(scene, wrong)) if not each.right]
        assert missed, f"{wrong.says} passes as right"


def test_every_behaviour_of_the_tree_stands_in_a_group_of_the_house() -> None:
    tree = overlay.compose("trees/cat.yaml", Files().texts("trees/cat.yaml")).data
    former = {*tree.get("renamed", ()), *tree.get("removed", ())}
    missing = [
        each for each in behaviours(tree) - former if f"behavior.{each}" not in HOUSE.split()
    ]
    assert missing == [], "put them into a group of bench/scenes/house.yaml"


def test_an_answer_that_is_expected_is_right() -> None:
    assert judge(PURRS, does="purr_along", purr=0.5, valence=0.3) == [True, True, True, True]


def test_a_deliberately_wrong_expectation_fails() -> None:
    assert judge(PURRS, does="hide") == [False, False, False, False]
    assert judge(PURRS, does="loaf", purr=0.04, valence=0.09) == [False, False, False, True]
    wrong = PURRS.replace("some: purr > 0.05", "never: purr > 0.05")
    assert not judge(wrong, does="purr_along", purr=0.5, valence=0.3)[0]


def test_a_part_of_the_day_that_was_not_lived_is_not_right() -> None:
    scene = parse("scene.yaml", PURRS, Scene)
    verdicts = judged(scene, ())
    assert [each.right for each in verdicts] == [False] * 4
    assert "the life has no such part" in verdicts[3].found


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        ("more", [0.1, 0.5], [0.09, -0.2]),
        ("less", [-0.1, -0.5], [-0.09, 0.2]),
        ("no_more", [0.09, -0.5], [0.11]),
        ("no_less", [-0.09, 0.5], [-0.11]),
        ("alike", [0.09, -0.09], [0.11, -0.11]),
    ],
)
def test_a_comparison_bounds_the_change(shape: str, right: list[float], wrong: list[float]) -> None:
    text = PURRS.replace("more: valence", f"{shape}: valence")
    assert all(judge(text, valence=valence)[2] for valence in right)
    assert not any(judge(text, valence=valence)[2] for valence in wrong)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("some: purr", "some: pur", "did you mean 'purr'"),
        ("some: purr > 0.05", "some: purr > 0.05, never: call", "give exactly one of some, never"),
        ("than: [0, 2], by: 0.1", "by: 0.1", "compare with a part of the day"),
        ("between: [2, 4]", "between: [4, 2]", "[4, 2] is no part of a day"),
        ("between: [2, 10]", "between: [2, 11]", "ends at 11 s, the day at 10 s"),
        ("name: Somebody", "nam: Somebody", "did you mean 'name'"),
        ("wrong: [{says: it does nothing}]", "wrong: []", "wrong"),
        ("seconds: 10", "remembered: {people: {a: {trst: 1}}}\nseconds: 10", "trst"),
        ("stroke: {times: 2}", "strike: {times: 2}", "did you mean 'stroke'"),
    ],
)
def test_a_mistake_in_a_scene_is_said(old: str, new: str, message: str) -> None:
    assert old in PURRS
    with pytest.raises(Invalid) as error:
        parse("scene.yaml", PURRS.replace(old, new, 1), Scene)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("behavior.hide", "behavior.hyde"),
        ("says: it does nothing", "does: naps, says: it does nothing"),
    ],
)
def test_a_behaviour_that_there_is_not_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = PURRS.replace(old, new)
    (tmp_path / "scene.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"unknown behaviour '(hyde|naps)'"):
        read(tmp_path / "scene.yaml")


def test_a_scene_is_lived_and_told_with_what_was_wrong() -> None:
    text = PURRS.replace("never: flees", "never: purr > 0.05")
    scene = parse("scene.yaml", text, Scene)
    found = bench.Outcome("scene", scene.name, {1: bench.played(scene, 1)})
    assert not found.right
    lines = list(bench.told(found))
    assert lines[0] == "WRONG scene: Somebody strokes it"
    assert "not so: it does not flee" in lines[1]
    assert "seed 1: it happened at" in lines[2]
    assert not any("it purrs soon" in line for line in lines)
    idle = bench.played(scene, 1, nothing=True)
    assert [each.right for each in idle] == [False, False, False, True]


def test_a_name_that_is_no_scene_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="did you mean 'door_slams'"):
        bench.chosen(["door_slam"])
