"""The files of a pet are checked against one another wherever they come together: when a life
begins, when it takes an edited file, and when the studio saves one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from moggy import designs as pet_files
from moggy import overlay
from moggy.assemble import begin, born
from moggy.behaviors.laws import Laws
from moggy.behaviors.tree import Tree
from moggy.brain.appraisals import Appraisals
from moggy.config import Files, Invalid, parse
from moggy.designs import check_laws, designs
from moggy.messages import AnySense, Edited, Tick
from moggy.personality import Personality
from moggy.pet import LivingPet, Start

TREE = "trees/cat.yaml"
WHO = "personalities/cat.yaml"
TABLE = "appraisals/cat.yaml"
SHIPPED = begin(Files(), seed=1, hour=10.0)
REST = "name: t\nroot: {kind: utility, fallback: rest, options: [{id: rest, do: {why: 'rests'}}"


def with_files(**texts: str) -> Start:
    """The shipped start with texts of the owner's over it: `tree`, `personality`, `appraisals`."""
    own = {getattr(SHIPPED, kind): text for kind, text in texts.items()}
    below = {f"shipped/{name}": SHIPPED.files[name] for name in own}
    return replace(SHIPPED, files={**SHIPPED.files, **below, **own})


def patch(text: str) -> Start:
    """The shipped start with a patch of the owner's over the tree."""
    return with_files(tree=f"extends: cat\n{text}")


def refused(start: Start) -> Invalid:
    with pytest.raises(Invalid) as caught:
        born(start)
    return caught.value


def took(pet: LivingPet, at: float, *edits: tuple[str, str]) -> Tick:
    """The tick in which the pet hears of edited files."""
    senses: Sequence[AnySense] = [Edited(at=at, file=file, text=text) for file, text in edits]
    return pet.tick(at, senses)


@pytest.mark.parametrize("name", Files().names("personalities"))
def test_every_shipped_character_begins(name: str) -> None:
    character = name.removeprefix("personalities/").removesuffix(".yaml")
    begin(Files(), seed=1, hour=10.0, personality=character)


@pytest.mark.parametrize(
    ("start", "file", "line", "said"),
    [
        (
            with_files(personality="name: x\nappetite:\n  play: 1.2\n  hied: 2\n"),
            WHO,
            4,
            "appetite.hied: unknown behaviour 'hied', did you mean 'hide'?",
        ),
        (
            with_files(personality="extends: cat\nappetite: {hied: 2}\n"),
            WHO,
            2,
            "did you mean 'hide'?",
        ),
        (
            with_files(appraisals="extends: cat\nbehaviors: {explor: {play: 0.1}}\n"),
            TABLE,
            2,
            "behaviors.explor: unknown behaviour 'explor', did you mean 'explore'?",
        ),
        (
            patch("change:\n  groom:\n    do:\n      plays: [{motion: grom}]\n"),
            TREE,
            5,
            "change.groom.do.plays.0.motion: unknown motion 'grom', did you mean 'groom'?",
        ),
        (
            patch("change:\n  bask: {do: {posture: strech_out}}\n"),
            TREE,
            3,
            "unknown posture 'strech_out', did you mean 'stretch_out'?",
        ),
        (
            patch("change:\n  bask: {when: ran.slep > 60}\n"),
            TREE,
            3,
            "ran.slep: unknown behaviour 'slep', did you mean 'sleep'?",
        ),
        (
            patch("let: {busy: running.plya}\n"),
            TREE,
            2,
            "running.plya: unknown behaviour 'plya', did you mean 'play'?",
        ),
        (
            patch("change:\n  bask: {do: {why: 'basks after {ran.slep:0} s'}}\n"),
            TREE,
            3,
            "did you mean 'sleep'?",
        ),
        (patch("change:\n  bask: {terms: [{of: ran.slep}]}\n"), TREE, 3, "did you mean 'sleep'?"),
        (patch("purr_only: not running.plya\n"), TREE, 2, "did you mean 'play'?"),
    ],
)
def test_a_name_that_no_other_file_knows_is_refused_at_its_line(
    start: Start, file: str, line: int, said: str
) -> None:
    error = refused(start)
    assert (error.file, error.line) == (file, line)
    assert said in error.message


@pytest.mark.parametrize(
    ("file", "text", "line", "said"),
    [
        (
            TREE,
            "name: x\nroot:\n  kind: reflexes\n  lane:\n    - id: a\n      on: [loud_niose]\n"
            "      do: {why: 'does a'}\n  below: {why: 'rests'}\n",
            6,
            "unknown event 'loud_niose', did you mean 'loud_noise'?",
        ),
        (
            TREE,
            "name: x\nfades:\n  loud_niose: 3\nroot: {why: 'rests'}\n",
            3,
            "did you mean 'loud_noise'?",
        ),
        (
            TREE,
            "name: x\nlet:\n  noisy: event.loud_niose > 0.1\nroot: {why: 'rests'}\n",
            3,
            "unknown input 'event.loud_niose', did you mean 'event.loud_noise'?",
        ),
        (
            TREE,
            "name: x\nroot:\n  why: rests\n  calls:\n    - {call: miaow}\n",
            5,
            "unknown name 'miaow', did you mean 'meow'?",
        ),
        (
            TREE,
            "name: x\nroot:\n  kind: sequense\n  children: []\n",
            2,
            "unknown name 'sequense', did you mean 'sequence'?",
        ),
        (
            TREE,
            "name: x\nlet: {a: now.hit}\nroot: {why: 'rests'}\n",
            2,
            "unknown input 'now.hit': a tree asks 'event.hit' for its strength",
        ),
        (TREE, "name: x\nlet: {a: behavior.x}\nroot: {why: 'rests'}\n", 2, "asks 'running.x'"),
        (
            TREE,
            "name: x\nlet: {a: setting.qiet}\nroot: {why: 'rests'}\n",
            2,
            "did you mean 'setting.quiet'?",
        ),
        (
            TREE,
            "name: x\nlet: {a: setting.loud}\nroot: {why: 'rests'}\n",
            2,
            "; there are setting.quiet, setting.focus, setting.lap, setting.away, setting.stop",
        ),
        (
            TREE,
            "name: x\nlet: {a: evnt.hti}\nroot: {why: 'rests'}\n",
            2,
            "did you mean 'event.hit'?",
        ),
        (
            TREE,
            "name: x\nlet: {a: feeling.joy}\nroot: {why: 'rests'}\n",
            2,
            "did you mean 'emotion.joy'?",
        ),
        (TREE, "name: x\nlet: {a: enuogh}\nroot: {why: 'rests'}\n", 2, "did you mean 'enough'?"),
        (
            WHO,
            "name: x\nsetting: qiet\n",
            2,
            "unknown key 'setting'; there are name, about, temperament",
        ),
        (TREE, "name: x\nroot:\n  why: rests\n  gaze: persn\n", 4, "did you mean 'person'?"),
        (WHO, "name: x\nlikes_touch:\n  bely: 1\n", 3, "'bely', did you mean 'belly'?"),
        (
            WHO,
            "name: x\ntemperament: {neurotisism: 1}\n",
            2,
            "unknown key 'temperament.neurotisism', did you mean 'neuroticism'?",
        ),
        (
            TABLE,
            "extends: cat\nevents:\n  scoldde: {pleases: 1}\n",
            3,
            "unknown event 'scoldde', did you mean 'scolded'?",
        ),
        (
            TABLE,
            "extends: cat\nevents:\n  stroked:\n    also:\n      - when: {zone: [bely]}\n",
            5,
            "'bely', did you mean 'belly'?",
        ),
        (
            TABLE,
            "extends: cat\nevents:\n  stroked:\n    emotions: {joi: 1}\n",
            4,
            "did you mean 'joy'?",
        ),
    ],
)
def test_a_name_that_the_code_does_not_know_is_refused_at_its_line(
    file: str, text: str, line: int, said: str
) -> None:
    below = {f"shipped/{file}": SHIPPED.files[file]}
    error = refused(replace(SHIPPED, files={**SHIPPED.files, **below, file: text}))
    assert (error.file, error.line) == (file, line)
    assert said in error.message


def test_a_life_does_not_begin_with_a_wrong_name(tmp_path: Path) -> None:
    (tmp_path / "personalities").mkdir()
    (tmp_path / WHO).write_text("name: x\nappetite: {hied: 2}\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"personalities/cat\.yaml:2: appetite\.hied"):
        begin(Files(tmp_path), seed=1, hour=10.0)


def test_a_behaviour_that_the_owner_removed_may_still_be_named_by_shipped_files() -> None:
    start = patch("remove: [chase_tail, explore]\n")
    assert designs(start).tree.removed == ("chase_tail", "explore")
    assert "explore" in designs(start).appraisals.behaviors


def test_a_tree_of_ones_own_that_extends_the_shipped_one_lives_with_all_other_files() -> None:
    root = "root: {kind: utility, fallback: nap, options: [{id: nap, do: {why: 'naps'}}]}\n"
    tick = born(patch(root)).tick(0.02, ())
    assert tick.decision.behavior == "nap"
    assert "unknown behaviour" in refused(with_files(tree=f"name: x\n{root}")).message


def test_what_names_a_behaviour_by_an_old_id_holds_for_the_new_one_and_its_owner_is_told() -> None:
    who = "name: x\nappetite:\n  wander: 2\n"
    table = "extends: cat\nbehaviors: {wander: {play: 0.1}}\n"
    start = patch("renamed: {wander: explore}\n")
    files = {WHO: who, TABLE: table, f"shipped/{TABLE}": SHIPPED.files[TABLE]}
    made = designs(replace(start, files={**start.files, **files}))
    assert made.personality.appetite == {"explore": 2.0}
    assert "wander" not in made.appraisals.behaviors
    assert made.notes == (
        f"{WHO}:3: 'wander' is called 'explore' now: write 'explore'",
        f"{TABLE}:2: 'wander' is called 'explore' now: write 'explore'",
    )


def test_a_running_pet_keeps_its_last_good_state_and_says_what_is_wrong() -> None:
    pet, twin = born(SHIPPED), born(SHIPPED)
    tick = took(pet, 0.02, (WHO, "name: x\nappetite: {hied: 3}\n"))
    assert tick.refused == (
        f"{WHO}:2: appetite.hied: unknown behaviour 'hied', did you mean 'hide'?",
    )
    twin.tick(0.02, ())
    for n in range(2, 60):
        assert replace(pet.tick(n / 50, ()), refused=()) == replace(
            twin.tick(n / 50, ()), refused=()
        )


def test_a_mistake_in_another_file_than_the_edited_one_names_both() -> None:
    pet = born(SHIPPED)
    text = f"{REST}]}}\n"
    (said,) = took(pet, 0.02, (TREE, text)).refused
    assert said.startswith(f"{TREE}: {TABLE}:")
    assert "unknown behaviour 'explore'" in said


def test_files_that_are_right_only_together_are_taken_when_the_last_has_come() -> None:
    pet = born(SHIPPED)
    below = (f"shipped/{TREE}", SHIPPED.files[TREE])
    plays = "extends: cat\nchange: {explore: {base: 3, do: {plays: [{motion: shrug}]}}}\n"
    shrug = "about: Lifts its shoulders.\nduration: 1\nmove: {shoulders: 0.2}\n"
    for n in range(1, 20):
        pet.tick(n / 50, ())
    (said,) = took(pet, 0.4, below, (TREE, plays)).refused
    assert "unknown motion 'shrug'" in said
    assert took(pet, 0.42, ("motions/shrug.yaml", shrug)).refused == ()
    seen = [pet.tick(n / 10, ()) for n in range(5, 300)]
    assert any(play.motion == "shrug" for tick in seen for play in tick.decision.plays)


def test_a_broken_file_does_not_keep_others_from_being_taken() -> None:
    pet = born(SHIPPED)
    assert len(took(pet, 0.02, (WHO, "name: [")).refused) == 1
    louder = SHIPPED.files[TABLE].replace("pleases: 1.0", "pleases: 0.9", 1)
    assert took(pet, 0.04, (TABLE, louder)).refused == ()


def test_what_runs_goes_on_by_its_id_when_a_file_below_a_patch_is_edited() -> None:
    start = patch("change: {loaf: {base: 2}}\n")
    pet = born(start)
    before = [pet.tick(n / 50, ()) for n in range(1, 100)][-1]
    assert before.decision.behavior == "loaf"
    alone = "trees/cat/alone.yaml"
    edited = start.files[alone].replace("loafs: nothing asks", "loafs on: nothing asks")
    assert took(pet, 2.0, (alone, edited)).refused == ()
    after = [pet.tick(n / 50, ()) for n in range(101, 130)][-1]
    assert after.decision.behavior == "loaf"
    assert after.decision.since == before.decision.since
    assert after.decision.why.startswith("loafs on:")


def test_the_studio_saves_the_difference_and_hands_the_pet_what_it_needs(tmp_path: Path) -> None:
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    text = files.shown(TREE).replace("base: 0.24", "base: 2", 1)
    edits = pet_files.save(files, start, TREE, text)
    assert list(edits) == [f"shipped/{TREE}", TREE]
    assert edits[TREE] == (tmp_path / TREE).read_text(encoding="utf-8")
    assert edits[TREE].endswith("extends: cat\nchange:\n  loaf:\n    base: 2\n")
    pet = born(start)
    assert took(pet, 0.02, *edits.items()).refused == ()
    scores = took(pet, 0.12).decision.scores
    assert next(score for score in scores if score.id == "loaf").terms["base"] == 2.0


def test_the_studio_refuses_a_wrong_name_at_the_line_of_the_text_and_writes_nothing(
    tmp_path: Path,
) -> None:
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    text = files.shown(TREE).replace("motion: sniff", "motion: snif", 1)
    with pytest.raises(Invalid, match="did you mean 'sniff'") as caught:
        pet_files.save(files, start, TREE, text)
    assert caught.value.file == TREE
    assert "motion: snif," in text.splitlines()[caught.value.line - 1]
    shy = "personalities/shy.yaml"
    with pytest.raises(Invalid, match="did you mean 'hide'"):
        pet_files.save(files, start, shy, files.shown(shy).replace("hide:", "hied:"))
    assert list(tmp_path.rglob("*.yaml")) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (WHO, "appetite: {hied: 1}", "unknown behaviour 'hied', did you mean 'hide'?"),
        (WHO, "likes_touch: {bely: 1}", "unknown name 'bely', did you mean 'belly'?"),
        (TREE, "change: {groom: {do: {plays: [{motion: grom}]}}}", "did you mean 'groom'?"),
        (TREE, "change: {groom: {do: {posture: strech_out}}}", "did you mean 'stretch_out'?"),
        (TREE, "change: {groom: {do: {calls: [{call: chrip}]}}}", "did you mean 'chirp'?"),
        (TREE, "change: {groom: {when: ran.slep > 3}}", "did you mean 'sleep'?"),
        (TREE, "change: {groom: {when: event.greted}}", "did you mean 'event.greeted'?"),
        (TREE, "change: {groom: {when: zone.bely}}", "did you mean 'zone.belly'?"),
        (
            TREE,
            "reflexes: [{id: x, on: [hitt], do: {why: flees}}]",
            "unknown event 'hitt', did you",
        ),
        (TREE, "fades: {hitt: 3}", "unknown event 'hitt', did you mean 'hit'?"),
        (TABLE, "events: {hitt: {hurts: 1}}", "unknown event 'hitt', did you mean 'hit'?"),
        (TABLE, "behaviors: {explor: {play: 0.1}}", "did you mean 'explore'?"),
        (TABLE, "gestures: {strok: {valence: 1, arousal: 0}}", "did you mean 'stroke'?"),
        ("motions/groom.yaml", "move: {tial_yaw: [[0, 0], [1, 0]]}", "did you mean 'tail_yaw'?"),
    ],
)
def test_every_name_that_refers_to_something_is_checked_when_it_is_saved(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    with pytest.raises(Invalid) as caught:
        pet_files.save(files, start, name, f"extends: {Path(name).stem}\n{text}\n")
    assert (caught.value.file, caught.value.line) == (name, 2)
    assert said in caught.value.message
    assert list(tmp_path.rglob("*.yaml")) == []


def test_another_file_that_is_broken_does_not_hinder_saving_this_one(tmp_path: Path) -> None:
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    (tmp_path / "appraisals").mkdir()
    (tmp_path / TABLE).write_text("events: [", encoding="utf-8")
    pet_files.save(files, start, WHO, files.shown(WHO).replace("voice: 1.0", "voice: 1.5"))
    assert files.load(WHO, Personality).voice == 1.5


@pytest.mark.parametrize(
    ("other", "broken"),
    [
        ("motions/yawn.yaml", "extends: yawn\nkeyz: 1\n"),
        ("motions/mine.yaml", "{"),
        (TABLE, "extends: cat\nbehaviors: {nobody: {}}\n"),
        (TREE, "\xff"),
    ],
)
def test_names_are_checked_though_another_file_is_broken(
    tmp_path: Path, other: str, broken: str
) -> None:
    files = Files(tmp_path)
    start = begin(files, seed=1, hour=10.0)
    (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / other).write_text(broken, encoding="latin-1")
    with pytest.raises(Invalid, match="explorr") as caught:
        pet_files.save(files, start, WHO, "extends: cat\nappetite: {explorr: 2.0}\n")
    assert caught.value.file == WHO
    assert not (tmp_path / WHO).exists()
    pet_files.save(files, start, WHO, "extends: cat\nappetite: {explore: 1.1}\n")
    assert (tmp_path / WHO).exists()


def test_a_law_that_asks_for_a_behaviour_that_is_not_there_is_refused() -> None:
    text = "laws:\n  - id: x\n    says: y\n    never: behavior.slep and purr > 0.5\n"
    laws = overlay.compose("laws/x.yaml", {"laws/x.yaml": text})
    with pytest.raises(Invalid, match=r"laws/x\.yaml:4: .*'slep', did you mean 'sleep'"):
        check_laws(laws, overlay.compose(TREE, SHIPPED.files))


def test_the_shipped_laws_ask_only_for_behaviours_that_there_are() -> None:
    laws = overlay.compose("laws/cat.yaml", Files().texts("laws/cat.yaml"))
    check_laws(laws, overlay.compose(TREE, SHIPPED.files))


def test_a_law_that_asks_for_an_event_as_a_tree_does_is_told_the_laws_own_word() -> None:
    text = "laws:\n  - {id: x, says: y, never: event.hit > 0.5}\n"
    with pytest.raises(Invalid, match=r"it asks 'now\.hit', which holds in the tick"):
        parse("laws/x.yaml", text, Laws)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("zone.head", "what the hand does, such as 'touch.stroke', not where"),
        ("running.sleep", "it asks 'behavior.sleep'"),
        ("setting.qiet", "did you mean 'setting.quiet'?"),
        ("now.hti", "did you mean 'now.hit'?"),
        ("purr_wnted", "did you mean 'purr_wanted'?"),
        ("mood.hit", "there are now.hit, since.hit, touch.hit"),
        ("mood.plesure", "did you mean 'mood.pleasure'?"),
        ("event.hitt", "it asks 'now.hit', which"),
        ("battery", "'battery': that is a word of trees"),
        ("touch.good", "'touch.good': that is a word of trees"),
        ("behavior", "say which, as behavior.NAME"),
        ("zone.X", "'.X': names are written in small letters, at character 5"),
    ],
)
def test_a_law_that_asks_for_what_there_is_not_is_told_what_is_meant(asked: str, said: str) -> None:
    text = f"laws:\n  - {{id: x, says: y, never: {asked} > 0.5}}\n"
    with pytest.raises(Invalid) as caught:
        parse("laws/x.yaml", text, Laws)
    assert said in caught.value.message


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("now.hitt", "a tree asks 'event.hit' for its strength"),
        ("purr", "a tree cannot ask for what it decides; laws can"),
        ("touch.zone", "an expression asks for one zone, such as 'zone.back'"),
        ("person.trust", "did you mean 'bond.trust'? at character 1"),
        ("fear", "did you mean 'emotion.fear'?"),
        ("hit", "there are touch.hit, event.hit, since.hit, count.hit"),
        ("clam", "did you mean 'calm'?"),
    ],
)
def test_a_tree_that_asks_for_what_there_is_not_is_told_what_is_meant(
    asked: str, said: str
) -> None:
    text = f"name: t\nlet:\n  calm: enough < 0.1\n  x: {asked}\nroot: {{why: rests}}\n"
    with pytest.raises(Invalid) as caught:
        parse("trees/x.yaml", text, Tree)
    assert said in caught.value.message


def test_every_kind_that_is_edited_while_it_lives_has_its_schema() -> None:
    assert {Tree, Personality, Appraisals} <= set(pet_files.SCHEMAS.values())
    with pytest.raises(Invalid, match="only personalities, trees, appraisals, motions"):
        pet_files.save(Files(), SHIPPED, "body/cat.yaml", "name: x\n")


def with_motion(joint: str, body: str) -> Start:
    """The shipped start with a motion `wave` of this joint, and this text of the body."""
    wave = f"about: waves\nadd:\n  head_pan: 0.1\n  {joint}: 0.2\n"
    files = {**SHIPPED.files, SHIPPED.body: body, "motions/wave.yaml": wave}
    return replace(SHIPPED, files=files)


def test_a_motion_of_a_joint_that_nobody_has_is_refused_at_its_line() -> None:
    error = refused(with_motion("paw", SHIPPED.files[SHIPPED.body]))
    assert (error.file, error.line) == ("motions/wave.yaml", 4)
    assert "has a joint 'paw'" in str(error)


def test_a_motion_may_move_a_joint_that_only_the_body_has() -> None:
    paw = "joints:\n  paw: {min: -1, max: 1, channel: 18, driver: pwm}\n"
    body = SHIPPED.files[SHIPPED.body].replace("joints:\n", paw, 1)
    assert "wave" in designs(with_motion("paw", body)).motions
