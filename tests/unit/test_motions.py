"""Motions are data: they load or say at which line they are wrong, never jump, and follow the
feelings without a step."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy.behaviors.motions import Clip, load_motions
from moggy.body import Body
from moggy.config import SHIPPED, Invalid, load
from moggy.messages import Affect

BODY = load(SHIPPED["body"] / "cat.yaml", Body)
MOTIONS = load_motions(sorted(SHIPPED["motions"].glob("*.yaml")))
POSTURES = ("stand", "sit", "loaf", "lie", "curl", "crouch", "stretch_out", "hide_low")
# fmt: off
VOCABULARY = (
    "look_around", "greet", "rub", "lean_in", "knead", "slow_blink", "pounce", "bat", "play_bow",
    "chase_tail", "yawn", "groom", "stretch", "head_tilt", "sniff", "tail_up", "tail_swish",
    "tail_lash", "tail_twitch", "tail_wrap", "skin_ripple", "ears_back", "ears_flat",
    "ears_forward", "turn_to_hand", "turn_away", "nip", "startle", "hide", "shake_off", "head_bunt",
    "paw_lift", "meow_mouth", "beg_company", "settle", "tuck_head", "perk_up", "nod_off",
    "comfort_press", "limp", "brace", "blink", "freeze", "ear_flick",
)
# fmt: on
FEELING = st.builds(Affect, valence=st.floats(-1, 1), arousal=st.floats(-1, 1))


def one(text: str) -> Clip:
    return load_motions({"motions/test.yaml": text})["test"]


@pytest.mark.parametrize("name", [*POSTURES, *VOCABULARY])
def test_every_motion_that_a_tree_may_name_is_there(name: str) -> None:
    assert name in MOTIONS


@pytest.mark.parametrize("name", sorted(MOTIONS))
def test_a_motion_moves_only_what_the_cat_has(name: str) -> None:
    assert MOTIONS[name].channels <= {*BODY.joints, "pupils"}
    assert set(MOTIONS[name].pose(Affect(), 0.1)) == MOTIONS[name].channels


@pytest.mark.parametrize("name", POSTURES)
def test_a_posture_says_where_every_joint_is_and_both_sides_are_alike(name: str) -> None:
    pose = MOTIONS[name].pose(Affect(), 0.0)
    assert set(BODY.joints) <= set(pose)
    assert all(
        pose[joint] == pose[joint.replace("left", "right")] for joint in pose if "left" in joint
    )
    assert all(
        BODY.joints[joint].min <= angle <= BODY.joints[joint].max
        for joint, angle in pose.items()
        if joint in BODY.joints
    )


@pytest.mark.parametrize("name", sorted(MOTIONS))
def test_a_motion_never_jumps(name: str) -> None:
    clip, step = MOTIONS[name], 0.002
    before = clip.pose(Affect(), 0.0)
    for n in range(1, int(12.0 / step)):
        after = clip.pose(Affect(), n * step)
        # The fastest is the spring of a pounce, below 35 rad/s; the limiter still comes after it.
        assert all(abs(after[joint] - before[joint]) < 35.0 * step for joint in after), (
            f"{name} jumps at {n * step:.3f} s"
        )
        before = after


@given(feeling=FEELING, name=st.sampled_from(sorted(MOTIONS)), t=st.floats(0, 30))
@settings(deadline=None)
def test_a_feeling_bends_a_motion_without_a_step(feeling: Affect, name: str, t: float) -> None:
    clip, near = MOTIONS[name], 1e-6
    nearly = Affect(valence=feeling.valence + near, arousal=feeling.arousal + near)
    pose, beside = clip.pose(feeling, t), clip.pose(nearly, t)
    assert all(abs(angle) < 4.0 for angle in pose.values())
    assert all(abs(angle - beside[joint]) < 10 * near for joint, angle in pose.items())
    assert 0.3 <= clip.tempo(feeling) <= 2.5


def test_a_sad_cat_hangs_its_tail_lower_than_a_glad_one() -> None:
    glad, sad = (MOTIONS["stand"].pose(Affect(valence=v), 0.0)["tail_pitch"] for v in (0.8, -0.8))
    assert glad > sad + 0.2


def test_an_excited_tail_lashes_faster() -> None:
    assert MOTIONS["tail_lash"].tempo(Affect(arousal=0.8)) > MOTIONS["tail_lash"].tempo(
        Affect(arousal=-0.5)
    )


def test_a_loop_ends_where_it_began() -> None:
    clip = one("about: x\nloop: 2.0\nmove: {jaw: [[0.0, 0.1], [1.0, 0.5]]}")
    assert clip.duration is None
    assert clip.pose(Affect(), 1.9999)["jaw"] == pytest.approx(
        clip.pose(Affect(), 2.0001)["jaw"], abs=1e-3
    )


def test_a_group_means_both_sides_and_a_joint_of_its_own_wins() -> None:
    pose = one("about: x\nmove: {ears: 0.3, ear_left: -0.2}").pose(Affect(), 0.0)
    assert pose == {"ear_left": -0.2, "ear_right": 0.3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("about: x\nmove: {tial_yaw: 0.3}", ("test.yaml:2", "tial_yaw", "did you mean 'tail_yaw'")),
        (
            "about: x\nswing:\n  jaw: {by: 0.1, hz: 1}\n  ears_left: {by: 0.1, hz: 1}",
            ("test.yaml:4", "did you mean 'ear_left'"),
        ),
        ("about: x\nmoove: {jaw: 0.3}", ("test.yaml:2", "moove", "did you mean 'move'")),
        ("about: x\nmove: {jaw: 9.0}", ("test.yaml:2", "3.2")),
        ("about: x\nmove: {jaw: [[1.0, 0.1], [0.5, 0.2]]}", ("test.yaml:2", "ascend")),
        ("about: x", ("moves something",)),
        ("move: {jaw: 0.3}", ("about", "missing")),
        ("about: x\nswing:\n  jaw: {by: 0.1, hz: 99}", ("test.yaml:3", "15")),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as mistake:
        one(text)
    assert all(word in str(mistake.value) for word in words), str(mistake.value)


def test_a_body_may_have_joints_that_the_cat_lacks() -> None:
    assert one("about: x\nmove: {antenna: 0.4}").channels == {"antenna"}


def test_names_come_from_the_files(tmp_path: Path) -> None:
    (tmp_path / "wink.yaml").write_text("about: One eye.\nmove: {eyelids: 0.5}")
    assert list(load_motions([tmp_path / "wink.yaml"])) == ["wink"]
