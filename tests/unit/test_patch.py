"""An edited shipped file is saved as a patch: only what is different, making the same whole."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

from moggy.behaviors.tree import Tree
from moggy.brain.appraisals import Appraisals
from moggy.config import Files, Invalid, compose, parse
from moggy.personality import Personality
from moggy.tree_data import nodes
from moggy.yaml_file import read_yaml, round_trip, written

TREE = "trees/cat.yaml"
SHOWN = Files().shown(TREE)
ELSEWHERE = {"removed", "renamed"}


def saved(own: Path, text: str) -> str:
    """What stands in the owner's folder after the text was saved."""
    return Files(own).save(TREE, text, Tree).read_text(encoding="utf-8")


def in_option(id: str, old: str, new: str, text: str = SHOWN) -> str:
    """The text with the first `old` of an option replaced."""
    before, mark, after = text.partition(f"id: {id}\n")
    assert old in after
    return before + mark + after.replace(old, new, 1)


def test_the_shipped_tree_is_shown_whole_with_the_comments_of_its_parts() -> None:
    assert parse(TREE, SHOWN, Tree) == Files().load(TREE, Tree)
    assert "# A hand that is welcome, a lap, and being carried." in SHOWN


def test_a_text_that_is_saved_as_it_was_shown_writes_nothing(tmp_path: Path) -> None:
    Files(tmp_path).save(TREE, SHOWN, Tree)
    assert list(tmp_path.rglob("*.yaml")) == []


def test_one_changed_number_is_all_that_is_saved(tmp_path: Path) -> None:
    text = in_option("explore", "base: 0.46", "base: 0.6  # more curious")
    assert saved(tmp_path, text) == (
        "# What is yours of trees/cat.yaml; all else is as shipped.\n"
        "extends: cat\n"
        "change:\n"
        "  explore:\n"
        "    base: 0.6  # more curious\n"
    )
    assert Files(tmp_path).shown(TREE) == text


@pytest.mark.parametrize("beside", ["  # bolder", ""])
def test_the_comment_beside_a_changed_number_can_be_changed_and_deleted(
    tmp_path: Path, beside: str
) -> None:
    text = in_option("explore", "base: 0.46", "base: 0.6  # more curious")
    text = re.sub(r"\npurr_only: .*", "\npurr_only: enough < 0.4  # less", text)
    saved(tmp_path, text)
    now = text.replace("  # more curious", beside).replace("  # less", beside)
    patch = saved(tmp_path, now)
    assert f"    base: 0.6{beside}\n" in patch
    assert f"purr_only: enough < 0.4{beside}\n" in patch
    assert "more curious" not in patch
    assert patch.count("#") == 1 + 2 * bool(beside)
    assert [line.split() for line in Files(tmp_path).shown(TREE).splitlines()] == [
        line.split() for line in now.splitlines()
    ]


def test_a_comment_beside_a_number_in_brackets_is_shown_at_the_end_of_its_line(
    tmp_path: Path,
) -> None:
    name = "personalities/shy.yaml"
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(
        "extends: shy\ntemperament:\n  neuroticism: 0.77  # braver\n", encoding="utf-8"
    )
    files = Files(tmp_path)
    shown = files.shown(name)
    assert "temperament:\n  neuroticism: 0.77  # braver\n  extraversion: 0.25\n" in shown
    assert parse(name, shown, Personality) == files.load(name, Personality)


def test_a_comment_beside_a_number_of_a_motion_is_shown_at_the_end_of_its_line(
    tmp_path: Path,
) -> None:
    own = (
        "extends: cat\nchange:\n  groom:\n    do:\n      plays:\n        groom:\n"
        "          after: 0.9  # slower\n"
    )
    (tmp_path / TREE).parent.mkdir()
    (tmp_path / TREE).write_text(own, encoding="utf-8")
    shown = Files(tmp_path).shown(TREE)
    assert "plays:\n            - motion: groom\n              after: 0.9  # slower\n" in shown
    assert saved(tmp_path, shown) == own


def test_comments_of_a_patch_beside_what_the_studio_does_not_show_stay(tmp_path: Path) -> None:
    (tmp_path / TREE).parent.mkdir()
    (tmp_path / TREE).write_text(
        "extends: cat  # mine\nremove: [chase_tail]  # too wild\nchange:\n  explore: {base: 0.6}\n",
        encoding="utf-8",
    )
    patch = saved(tmp_path, Files(tmp_path).shown(TREE).replace("base: 0.6", "base: 0.7", 1))
    assert "extends: cat  # mine\nremove: [chase_tail]  # too wild\n" in patch
    assert "0.7" in patch


def test_a_number_of_a_motion_and_of_a_name_are_saved_by_their_places(tmp_path: Path) -> None:
    text = in_option("groom", "after: 0.6", "after: 1.5")
    text = text.replace("calm: emotion.fear < 0.3 ", "calm: emotion.fear < 0.2 ")
    assert read_yaml("patch.yaml", saved(tmp_path, text)) == {
        "extends": "cat",
        "let": {"calm": "emotion.fear < 0.2 and emotion.anger < 0.4"},
        "change": {"groom": {"do": {"plays": {"groom": {"after": 1.5}}}}},
    }


def test_a_save_that_only_adds_comments_keeps_them_where_they_stood(tmp_path: Path) -> None:
    above = "      # Bored at night.\n      - id: explore\n"
    text = SHOWN.replace("      - id: explore\n", above)
    text = in_option("bask", "base: 0.29", "base: 0.29  # in the sun", text)
    text = f"{text}# The end.\n"
    assert read_yaml("patch.yaml", saved(tmp_path, text)) == {
        "extends": "cat",
        "remarks": {
            "explore.id": "# Bored at night.",
            "bask.base": "# in the sun",
            "end": "# The end.",
        },
    }
    shown = Files(tmp_path).shown(TREE)
    assert above in shown
    assert "        # in the sun\n        base: 0.29\n" in shown
    assert shown.endswith("# The end.\n")
    assert Files(tmp_path).load(TREE, Tree) == Files().load(TREE, Tree)
    again = saved(tmp_path, shown)
    assert Files(tmp_path).shown(TREE) == shown
    assert again.count("# Bored at night.") == 1
    assert "# Bored" not in saved(tmp_path, shown.replace("      # Bored at night.\n", ""))


def test_a_number_sign_in_quotes_is_no_comment(tmp_path: Path) -> None:
    text = in_option("groom", 'why: "', 'why: "is # 1: ')
    assert "remarks" not in saved(tmp_path, text)


def test_a_text_whose_comments_no_patch_can_keep_is_saved_as_it_is(tmp_path: Path) -> None:
    text = re.sub("^about: .*$", "about: # mine|+\n  a cat\n\n", SHOWN, count=1, flags=re.M)
    assert text != SHOWN
    assert saved(tmp_path, text) == text


def test_comments_of_a_personality_are_kept_too(tmp_path: Path) -> None:
    name = "personalities/shy.yaml"
    text = Files(tmp_path).shown(name).replace("likes_touch:", "# Ask Anna.\nlikes_touch:", 1)
    Files(tmp_path).save(name, text, Personality)
    assert "# Ask Anna.\nlikes_touch:" in Files(tmp_path).shown(name)


def test_an_added_option_keeps_its_comments_and_its_place(tmp_path: Path) -> None:
    dance = (
        "      - id: dance\n"
        "        when: since.praised < 5  # kind words\n"
        '        do: {why: "dances", plays: [{motion: play_bow}], lasts: 3}\n'
    )
    text = SHOWN.replace("      - id: look_around\n", dance + "      - id: look_around\n")
    patch = saved(tmp_path, text)
    assert "when: since.praised < 5 # kind words" in " ".join(patch.split())
    assert "before: look_around" in patch
    assert "chase_tail" not in patch


def test_saving_again_keeps_the_comments_of_the_patch(tmp_path: Path) -> None:
    saved(tmp_path, in_option("explore", "base: 0.46", "base: 0.6"))
    own = tmp_path / TREE
    own.write_text(
        own.read_text(encoding="utf-8").replace("  explore:", "  # Bored at night.\n  explore:"),
        encoding="utf-8",
    )
    shown = Files(tmp_path).shown(TREE)
    patch = saved(tmp_path, in_option("bask", "base: 0.29", "base: 0.4", shown))
    assert "  # Bored at night.\n  explore:" in patch
    assert read_yaml("patch.yaml", patch)["change"] == {
        "explore": {"base": 0.6},
        "bask": {"base": 0.4},
    }


def test_undoing_the_last_change_leaves_a_patch_that_says_nothing(tmp_path: Path) -> None:
    saved(tmp_path, in_option("explore", "base: 0.46", "base: 0.6"))
    assert read_yaml("patch.yaml", saved(tmp_path, SHOWN)) == {"extends": "cat"}
    assert Files(tmp_path).load(TREE, Tree) == Files().load(TREE, Tree)


def test_an_old_copy_of_the_whole_file_becomes_a_patch_when_it_is_saved(tmp_path: Path) -> None:
    own = tmp_path / TREE
    own.parent.mkdir()
    own.write_text(in_option("explore", "base: 0.46", "base: 0.6"), encoding="utf-8")
    patch = saved(tmp_path, Files(tmp_path).shown(TREE))
    assert read_yaml("patch.yaml", patch)["change"] == {"explore": {"base": 0.6}}


def test_a_behaviour_that_the_owner_renames_is_saved_with_its_old_id(tmp_path: Path) -> None:
    text = SHOWN.replace("id: explore\n", "id: roam\n") + "renamed: {explore: roam}\n"
    patch = read_yaml("patch.yaml", saved(tmp_path, text))
    assert (patch["remove"], patch["renamed"]) == (["explore"], {"explore": "roam"})
    assert [option["id"] for option in patch["options"]] == ["roam"]


def test_a_patch_of_ones_own_hand_is_saved_as_it_is(tmp_path: Path) -> None:
    patch = "extends: cat\nchange: {explore: {base: 0.6}}  # by hand\n"
    assert saved(tmp_path, patch) == patch


def test_a_text_that_is_wrong_is_refused_at_its_line_and_nothing_is_written(tmp_path: Path) -> None:
    text = in_option("explore", "base: 0.46", "base: 46")
    with pytest.raises(Invalid) as refused:
        saved(tmp_path, text)
    assert text.splitlines()[refused.value.line - 1].strip() == "base: 46"
    assert list(tmp_path.rglob("*.yaml")) == []


def test_a_broken_file_of_the_owners_is_shown_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / TREE
    own.parent.mkdir()
    own.write_text("extends: [", encoding="utf-8")
    assert Files(tmp_path).shown(TREE) == "extends: ["


def test_a_broken_file_is_mended_by_saving_a_whole_one(tmp_path: Path) -> None:
    own = tmp_path / TREE
    own.parent.mkdir()
    own.write_text("extends: [", encoding="utf-8")
    patch = saved(tmp_path, in_option("explore", "base: 0.46", "base: 0.6"))
    assert read_yaml("patch.yaml", patch)["change"] == {"explore": {"base": 0.6}}


def test_a_later_release_reaches_all_that_the_owner_has_not_changed(tmp_path: Path) -> None:
    """The patch is laid over the shipped files as they are then."""
    saved(tmp_path, in_option("explore", "base: 0.46", "base: 0.6"))
    files = Files(tmp_path)
    texts = files.texts(TREE)
    texts["trees/cat/rest.yaml"] = texts["trees/cat/rest.yaml"].replace("base: 0.29", "base: 0.5")
    below = compose(TREE, texts, Tree).model_dump()["root"]["below"]
    options = {each["id"]: each for each in below["options"]}
    assert (options["explore"]["base"], options["bask"]["base"]) == (0.6, 0.5)


def test_a_personality_and_a_table_are_saved_as_patches_too(tmp_path: Path) -> None:
    files = Files(tmp_path)
    shy = files.shown("personalities/shy.yaml").replace("hide: 1.4", "hide: 1.9")
    saved_shy = files.save("personalities/shy.yaml", shy, Personality)
    assert read_yaml("patch.yaml", saved_shy.read_text(encoding="utf-8")) == {
        "extends": "shy",
        "appetite": {"hide": 1.9},
    }
    table = files.shown("appraisals/cat.yaml").replace("pleases: 1.0", "pleases: 0.8")
    saved_table = files.save("appraisals/cat.yaml", table, Appraisals)
    assert read_yaml("patch.yaml", saved_table.read_text(encoding="utf-8")) == {
        "extends": "cat",
        "events": {"stroked": {"pleases": 0.8}},
    }


def edited(tree: dict[str, Any], rng: Random) -> None:
    """One thing that a designer may do to a tree."""
    lists = [tree["root"]["lane"], tree["root"]["below"]["options"]]
    items = rng.choice(lists)
    item = rng.choice(items)
    if item["id"] == "loaf":
        return
    match rng.randrange(9):
        case 0:
            items.remove(item)
        case 1:
            items.remove(item)
            items.insert(rng.randrange(len(items) + 1), item)
        case 2:
            new = {"id": f"new_{rng.randrange(10**6)}", "do": {"why": "is new", "lasts": 2}}
            items.insert(rng.randrange(len(items) + 1), new)
        case 3:
            item.pop(rng.choice([key for key in item if key not in ("id", "do")] or ["about"]), 0)
        case 4:
            item["about"] = f"Changed {rng.random()}."
        case 5:
            item["do"] = {"why": "does another thing", "posture": "sit"}
        case 6:
            for term in item.get("terms", ()):
                term["weight"] = round(rng.random(), 2)
        case 7:
            node = rng.choice(list(nodes(tree).values())).data
            for shown in node.get("plays", ()):
                shown["after"] = rng.randrange(9)
            node.get("plays", [0]).pop()
        case 8:
            tree["let"][rng.choice(list(tree["let"]))] = "enough > 0.5"
            tree["fades"][rng.choice(["hit", "lifted"])] = rng.randrange(1, 99)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_was_edited_the_patch_makes_the_same_whole(seed: int, tmp_path: Path) -> None:
    rng = Random(seed)
    tree = round_trip().load(SHOWN)
    for _ in range(rng.randrange(1, 6)):
        edited(tree, rng)
    text = written(tree)
    wanted = parse(TREE, text, Tree)
    patch = saved(tmp_path, text)
    assert Files(tmp_path).load(TREE, Tree).model_dump(exclude=ELSEWHERE) == wanted.model_dump(
        exclude=ELSEWHERE
    )
    assert len(patch) < 0.2 * len(SHOWN)
