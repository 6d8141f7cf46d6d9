"""Files over files: patches by stable id, parts, renamed ids, and errors at the line of whoever
made the mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from moggy import overlay
from moggy.behaviors.laws import Laws
from moggy.behaviors.tree import OptionSpec, ReflexesSpec, Tree, UtilitySpec
from moggy.body import Body
from moggy.brain.appraisals import Appraisals
from moggy.config import Files, Invalid, compose, with_change
from moggy.personality import Personality

BASE = """\
name: base
let:
  calm: emotion.fear < 0.3
fades: {hit: 20}
root:
  kind: reflexes
  id: cat
  lane:
    - {id: flinch, on: [hit], do: {why: "flinches", plays: [{motion: startle}], lasts: 1}}
    - {id: startle, on: [loud_noise], threshold: 0.3, do: {why: "startles", lasts: 1}}
  below:
    kind: utility
    id: choose
    fallback: rest
    options:
      - id: rest
        base: 0.2
        do: {why: "rests", posture: lie}
      - id: play
        when: calm
        cooldown: 20
        terms:
          - {of: drive.play, zero: 0.4, one: 0.1}
          - {of: bond.trust, curve: logistic, half: 0.3}
        do:
          why: "plays"
          plays: [{motion: pounce, every: [3, 6]}, {motion: tail_up}]
      - id: sleep
        do:
          kind: sequence
          children:
            - {why: "lies down", posture: lie, lasts: 3}
            - {why: "sleeps", posture: curl}
"""


def patched(patch: str, base: str = BASE) -> Tree:
    """The base with the patch of an owner."""
    return compose("trees/cat.yaml", texts(patch, base), Tree)


def texts(patch: str, base: str = BASE) -> dict[str, str]:
    return {"trees/cat.yaml": f"extends: cat\n{patch}", "shipped/trees/cat.yaml": base}


def refused(patch: str, base: str = BASE) -> Invalid:
    with pytest.raises(Invalid) as caught:
        patched(patch, base)
    return caught.value


def notes(patch: str, base: str = BASE) -> tuple[str, ...]:
    return overlay.compose("trees/cat.yaml", texts(patch, base)).notes


def lane(tree: Tree) -> ReflexesSpec:
    assert isinstance(tree.root, ReflexesSpec)
    return tree.root


def choose(tree: Tree) -> UtilitySpec:
    below = lane(tree).below
    assert isinstance(below, UtilitySpec)
    return below


def option(tree: Tree, id: str) -> OptionSpec:
    return next(each for each in choose(tree).options if each.id == id)


def shows(tree: Tree, id: str) -> Any:
    """What an option does."""
    return option(tree, id).do


def test_a_patch_that_says_nothing_is_the_base() -> None:
    assert patched("") == compose("trees/cat.yaml", {"trees/cat.yaml": BASE}, Tree)


def test_a_key_whose_entries_are_all_commented_out_says_nothing() -> None:
    assert patched("change:\n  # play: {base: 1}\nremove:\noptions:\n") == patched("")


def test_one_number_of_an_option_changes_and_all_else_stays() -> None:
    tree = patched("change: {play: {base: 0.9}}\n")
    assert option(tree, "play").base == 0.9
    assert option(tree, "play").model_copy(update={"base": 0.5}) == option(patched(""), "play")
    assert option(tree, "rest") == option(patched(""), "rest")


def test_a_reflex_a_selector_and_a_step_change_by_their_ids() -> None:
    tree = patched(
        "change:\n  startle: {threshold: 0.5}\n  choose: {hysteresis: 0.3}\n"
        "  sleep.2: {posture: loaf}\n"
    )
    assert lane(tree).lane[1].threshold == 0.5
    assert choose(tree).hysteresis == 0.3
    assert [step.posture for step in shows(tree, "sleep").children] == ["lie", "loaf"]


def test_single_motions_and_terms_of_a_list_change_by_their_names() -> None:
    tree = patched(
        "change:\n  play:\n    terms: {drive.play: {one: 0.2}}\n"
        "    do: {plays: {pounce: {every: [4, 5]}}}\n"
    )
    play = option(tree, "play")
    assert [getattr(term, "one", None) for term in play.terms] == [0.2, None]
    assert [(shown.motion, shown.every) for shown in shows(tree, "play").plays] == [
        ("pounce", (4, 5)),
        ("tail_up", None),
    ]


def test_a_list_in_the_place_of_a_list_replaces_it() -> None:
    tree = patched("change: {play: {do: {plays: [{motion: bat}]}}}\n")
    assert [shown.motion for shown in shows(tree, "play").plays] == ["bat"]


def test_another_kind_replaces_all_of_the_old() -> None:
    tree = patched("change: {sleep: {do: {kind: behave, why: 'only sleeps'}}}\n")
    assert shows(tree, "sleep").why == "only sleeps"
    tree = patched("change: {play: {terms: {bond.trust: {curve: step, at: 0.5}}}}\n")
    assert option(tree, "play").terms[1].curve == "step"


def test_behaviours_are_added_last_or_where_they_are_placed() -> None:
    tree = patched(
        "options:\n  - {id: dance, do: {why: 'dances'}}\n"
        "  - {id: sing, before: play, do: {why: 'sings'}}\n"
        "reflexes:\n  - {id: blink, after: flinch, on: [touched], do: {why: 'blinks', lasts: 1}}\n"
    )
    assert [each.id for each in choose(tree).options] == ["rest", "sing", "play", "sleep", "dance"]
    assert [each.id for each in lane(tree).lane] == ["flinch", "blink", "startle"]


def test_behaviours_names_fades_and_keys_are_removed() -> None:
    tree = patched(
        "remove: [sleep, flinch, fades.hit, play.cooldown, play.when, play.terms.bond.trust, "
        "play.do.plays.tail_up, let.calm]\n"
    )
    assert [each.id for each in choose(tree).options] == ["rest", "play"]
    assert [each.id for each in lane(tree).lane] == ["startle"]
    assert (tree.fades, tree.let) == ({}, {})
    play = option(tree, "play")
    assert (play.cooldown, play.when) == (0.0, "true")
    assert [term.of for term in play.terms] == ["drive.play"]
    assert [shown.motion for shown in shows(tree, "play").plays] == ["pounce"]
    assert set(tree.removed) == {"sleep", "flinch"}


def test_a_removed_behaviour_may_come_back_at_another_place() -> None:
    tree = patched("remove: [sleep]\noptions: [{id: sleep, before: rest, do: {why: 'sleeps'}}]\n")
    assert [each.id for each in choose(tree).options] == ["sleep", "rest", "play"]
    assert tree.removed == ()


def test_names_and_fades_are_added_and_changed_in_any_order() -> None:
    tree = patched(
        "let:\n  calm: emotion.fear < edge\n  edge: 0.2 + 0.1 * bond.trust\nfades: {left: 5}\n"
    )
    assert list(tree.let) == ["calm", "edge"]
    assert tree.fades == {"hit": 20, "left": 5}


def test_a_root_of_ones_own_replaces_the_base_whose_ids_stay_known() -> None:
    tree = patched(
        "root: {kind: utility, fallback: nap, options: [{id: nap, do: {why: 'naps'}}]}\n"
    )
    assert set(tree.removed) == {"flinch", "startle", "rest", "play", "sleep"}
    assert "calm" in tree.let


@pytest.mark.parametrize(
    ("patch", "line", "said"),
    [
        ("change:\n  pley: {base: 0.9}\n", 3, "no 'pley' here, did you mean 'play'?"),
        ("remove:\n  - rest\n  - slep\n", 4, "no 'slep' here, did you mean 'sleep'?"),
        ("remove: [play.cooldwn]\n", 2, "no 'cooldwn' here, did you mean 'cooldown'?"),
        ("remove: [choose]\n", 2, "neither an option nor a reflex"),
        ("options:\n  - {id: play, do: {why: 'plays'}}\n", 3, "there is a 'play' already"),
        ("options:\n  - {do: {why: 'plays'}}\n", 3, "needs an `id`"),
        (
            "options:\n  - {id: x, before: pley, do: {why: 'x'}}\n",
            3,
            "no 'pley' here, did you mean 'play'?",
        ),
        ("options:\n  - {id: x, before: flinch, do: {why: 'x'}}\n", 3, "not stand in this list"),
        ("change:\n  play:\n    base: 9\n", 4, "less than or equal to 3 (it is 9)"),
        ("change:\n  play:\n    bse: 1\n", 4, "did you mean 'base'?"),
        ("change:\n  play:\n    do: {plays: {ponce: {after: 1}}}\n", 4, "did you mean 'pounce'?"),
        ("change: {play: {when: clam}}\n", 2, "did you mean 'calm'?"),
        ("optons: []\n", 2, "unknown key 'optons', did you mean 'options'?"),
        ("let: {calm: brave, brave: calm}\n", 2, "let 'calm' uses itself: calm → brave → calm"),
        ("change: 5\n", 2, "change: should be keys and values (it is 5)"),
        ("includes: [cat/nowhere]\n", 2, "includes: trees/cat/nowhere.yaml: no such file"),
    ],
)
def test_a_mistake_in_a_patch_is_refused_at_its_line(patch: str, line: int, said: str) -> None:
    error = refused(patch)
    assert (error.file, error.line) == ("trees/cat.yaml", line)
    assert said in error.message


def test_more_behaviours_than_a_tick_can_weigh_are_refused() -> None:
    many = "".join(f"  - {{id: o{n}, do: {{why: 'plays'}}}}\n" for n in range(301))
    assert "at most 300 items" in refused(f"options:\n{many}").message
    assert "at most 300 items" in refused(f"reflexes:\n{many}").message


def test_a_mistake_in_the_base_names_the_base() -> None:
    error = refused("change: {play: {base: 0.9}}\n", BASE.replace("cooldown: 20", "cooldown: -1"))
    assert error.file == "shipped/trees/cat.yaml"
    assert BASE.splitlines()[error.line - 1].strip() == "cooldown: 20"


def test_files_that_extend_one_another_in_a_circle_are_refused() -> None:
    files = {"trees/a.yaml": "extends: b\n", "trees/b.yaml": "name: b\nextends: a\n"}
    with pytest.raises(Invalid, match=r"trees/b\.yaml:2: files go round in a circle"):
        compose("trees/a.yaml", files, Tree)


def test_an_alias_within_its_own_anchor_is_refused() -> None:
    with pytest.raises(Invalid, match="alias"):
        patched("about: &a [*a]\n")


def test_aliases_that_stand_for_too_much_are_refused() -> None:
    doubling = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(Invalid, match="aliases that stand for more than"):
        patched(f"a0: &a0 [x]\n{doubling}")


def test_a_patch_for_a_renamed_behaviour_is_applied_and_its_owner_is_told() -> None:
    base = BASE.replace("id: play", "id: romp") + "renamed: {play: romp}\n"
    patch = (
        "change:\n  play: {base: 0.9}\n"
        "options: [{id: x, after: play, when: ran.play > 60, do: {why: 'does x'}}]\n"
    )
    tree = patched(patch, base)
    assert option(tree, "romp").base == 0.9
    assert option(tree, "x").when == "ran.romp > 60"
    assert [each.id for each in choose(tree).options] == ["rest", "romp", "x", "sleep"]
    assert set(notes(patch, base)) == {
        "trees/cat.yaml:3: 'play' is called 'romp' now: write 'romp'",
        "trees/cat.yaml:4: 'play' is called 'romp' now: write 'romp'",
    }


def test_a_patch_for_a_behaviour_that_a_release_removed_does_nothing_and_says_so() -> None:
    base = BASE + "removed: [hop]\n"
    patch = "change:\n  hop: {base: 0.9}\nremove: [hop]\n"
    assert choose(patched(patch, base)) == choose(patched("", base))
    assert notes(patch, base) == (
        "trees/cat.yaml:4: 'hop' is no longer in the tree: this does nothing",
        "trees/cat.yaml:3: 'hop' is no longer in the tree: this does nothing",
    )


def test_a_renamed_id_must_lead_to_one_that_is_there() -> None:
    error = refused("", BASE + "renamed: {hop: ply}\n")
    assert error.file == "shipped/trees/cat.yaml"
    assert "did you mean 'play'?" in error.message


def test_the_shipped_tree_is_small_files_that_a_reader_finds_by_family() -> None:
    files = Files().texts("trees/cat.yaml")
    assert list(files) == [
        "trees/cat.yaml",
        *(
            f"trees/cat/{family}.yaml"
            for family in (
                "reflexes",
                "danger",
                "hand",
                "gestures",
                "person",
                "company",
                "rest",
                "alone",
            )
        ),
    ]
    assert max(text.count("\n") for text in files.values()) < 250
    assert max(len(line) for text in files.values() for line in text.splitlines()) <= 100


def test_a_personality_and_a_table_are_extended_by_their_keys(tmp_path: Path) -> None:
    for name, text in (
        ("personalities/mine", "extends: shy\nname: mine\nlikes_touch: {back: 0.9}\n"),
        ("appraisals/mine", "extends: cat\nevents: {stroked: {pleases: 0.5}}\n"),
    ):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    files = Files(tmp_path)
    shy = Files().load("personalities/shy.yaml", Personality)
    mine = files.load("personalities/mine.yaml", Personality)
    assert mine.likes_touch == {**shy.likes_touch, "back": 0.9}
    assert mine.temperament == shy.temperament
    table = files.load("appraisals/mine.yaml", Appraisals)
    assert table.events["stroked"].pleases == 0.5
    assert table.events["held"] == Files().load("appraisals/cat.yaml", Appraisals).events["held"]


def test_the_patch_that_the_guide_shows_works() -> None:
    guide = Path(__file__).resolve().parents[2] / "docs" / "add-a-behaviour.md"
    patch = guide.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    below = Files().texts("trees/cat.yaml")
    files = {**below, "shipped/trees/cat.yaml": below["trees/cat.yaml"], "trees/cat.yaml": patch}
    tree = compose("trees/cat.yaml", files, Tree)
    assert option(tree, "explore").base == 0.6
    assert (option(tree, "explore").cooldown, tree.fades["hit"]) == (0.0, 30)
    ids = [each.id for each in choose(tree).options]
    assert ids.index("dance") == ids.index("play") + 1
    assert "chase_tail" not in ids


def test_what_only_trees_know_is_refused_in_other_files(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"personalities/x.yaml:2: unknown key 'change'"):
        compose(
            "personalities/x.yaml", {"personalities/x.yaml": "name: x\nchange: {}\n"}, Personality
        )


def test_one_value_of_a_behaviour_is_set_over_all_files_below() -> None:
    name = "trees/cat.yaml"
    changed = with_change(name, Files().texts(name), "explore.base", 0.9)
    assert option(compose(name, changed, Tree), "explore").base == 0.9
    changed = with_change(name, changed, "explore.do.plays.sniff.after", 2)
    plays = shows(compose(name, changed, Tree), "explore").plays
    assert [play.after for play in plays if play.motion == "sniff"] == [2.0]
    changed = with_change(name, changed, "let.calm", "emotion.fear < 0.1")
    assert compose(name, changed, Tree).let["calm"] == "emotion.fear < 0.1"


@pytest.mark.parametrize(
    ("name", "patch", "line", "said"),
    [
        ("trees", "remove:\n  - loaf\n", 3, "remove: loaf: the fallback 'loaf' is none"),
        ("trees", "change:\n  choose: {fallback: laof}\n", 3, "'laof' is none of the options, did"),
        ("trees", "remove: [let.calm]\n", 2, "remove: let.calm: unknown input 'calm'"),
        ("trees", "remove: [explore.do.why]\n", 2, "remove: explore.do.why: 'why' is missing"),
        ("trees", "remove: [root]\n", 2, "remove: root: 'root' is missing"),
        ("trees", "name: x\nlet: {calm: hurt, hurt: calm}\n", 3, "let.calm: let 'calm' uses"),
        ("trees", "name: x\nlet: {hour: 1}\n", 3, "let.hour: let gives a name"),
        ("trees", "name: x\nincludes: [cat/danger]\n", 3, "cat/danger is a part already"),
        ("trees", "options:\n  - {id: x, do: {id: loaf, why: lies}}\n", 3, "a 'loaf' already"),
        (
            "trees",
            "options:\n  - {id: x, into: chose, do: {why: x}}\n",
            3,
            "'chose' to put it in, ",
        ),
        ("appraisals", "about: x\nremove: [emotions.joy]\n", 3, "remove: emotions.joy: joy is"),
        (
            "appraisals",
            "emotions:\n  sadness: {decay: 2}\n",
            3,
            "emotions.sadness.decay: attack 1.5 s should be at most half of decay 2 s; see "
            "shipped/appraisals/cat.yaml:",
        ),
        (
            "appraisals",
            "events:\n  sadness_seen:\n    also:\n      - {when: {}, emotions: {fear: 0.3}}\n",
            5,
            "events.sadness_seen.also.0.emotions.fear: sadness_seen may not stir fear",
        ),
        ("laws", "remove: [let.asks]\n", 2, "remove: let.asks: a law cannot ask 'asks'"),
        ("body", "joints:\n  jaw: {min: 3.0}\n", 3, "joints.jaw.min: a joint needs min 3.0 < max"),
    ],
)
def test_what_a_patch_breaks_in_the_shipped_file_is_the_mistake_of_the_patch(
    tmp_path: Path, name: str, patch: str, line: int, said: str
) -> None:
    path = tmp_path / name / "cat.yaml"
    path.parent.mkdir()
    path.write_text(f"extends: cat\n{patch}", encoding="utf-8")
    models: dict[str, type[BaseModel]] = {
        "trees": Tree,
        "appraisals": Appraisals,
        "laws": Laws,
        "body": Body,
    }
    with pytest.raises(Invalid) as caught:
        Files(tmp_path).load(f"{name}/cat.yaml", models[name])
    assert (caught.value.file, caught.value.line) == (f"{name}/cat.yaml", line)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            "name: x\nincludes: [cat/dagner]\nroot: {kind: selector, children: []}\n",
            2,
            "includes: trees/cat/dagner.yaml: no such file, did you mean 'danger.yaml'?",
        ),
        ("name: x\nroot: {why: 'saw {last.evnt}'}\n", 2, "did you mean 'last.event'?"),
        ("name: x\nroot: {why: 'at {touch.zoen}'}\n", 2, "did you mean 'touch.zone'?"),
        ("name: x\nroot: {why: 'by {person.nmae}'}\n", 2, "did you mean 'person.name'?"),
        ("name: x\nroot: {why: 'at {touch.zoen + 1}'}\n", 2, "did you mean 'touch.on'?"),
        (
            "name: x\nroot:\n  kind: reflexes\n  lane: [purrr]\n  below: {why: rests}\n",
            4,
            "root.lane.0: should be keys and values, such as `id: …` and `about: …`",
        ),
        ("extends: cat\noptions: [purrr]\n", 2, "options.0: should be keys and values"),
        ("extends: cat\nadd: [{id: x}]\n", 2, "includes, options, reflexes, change, remove"),
    ],
)
def test_a_mistake_names_the_bad_word_and_what_may_stand_there(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    path = tmp_path / "trees" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as caught:
        Files(tmp_path).load("trees/mine.yaml", Tree)
    assert (caught.value.file, caught.value.line) == ("trees/mine.yaml", line)
    assert said in caught.value.message
