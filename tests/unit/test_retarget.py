"""A body plays motions that were written for the whole cat as well as it can, and says how."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from moggy.actuators.actor import Actor
from moggy.assemble import begin
from moggy.behaviors.motions import MotionFile, clips
from moggy.behaviors.retarget import STAND_INS, on_body, played
from moggy.body import Body
from moggy.config import Files, Invalid
from moggy.messages import Affect, Decision, PersonEstimate, Play
from moggy.personality import Personality
from moggy.vocabulary import JOINTS

FILES = Files()
MOTIONS = {
    name.removeprefix("motions/").removesuffix(".yaml"): FILES.load(name, MotionFile)
    for name in FILES.names("motions")
}
BODIES = {name: FILES.load(name, Body) for name in sorted(FILES.names("body"))}
CAT = BODIES["body/cat.yaml"]


def with_joints(*names: str, **more: Any) -> Body:
    """The cat with these joints only."""
    data = CAT.model_dump()
    return Body.model_validate(
        data | {"joints": {name: data["joints"][name] for name in names}} | more
    )


def motion(**parts: Any) -> Mapping[str, MotionFile]:
    return {"one": MotionFile.model_validate({"about": "-", **parts})}


def test_the_whole_cat_plays_every_motion_as_it_is_written() -> None:
    assert on_body(MOTIONS, CAT) == MOTIONS
    assert not any(played(name, MOTIONS, CAT).lacks for name in MOTIONS)


def test_a_joint_that_is_lacking_is_stood_in_for_by_one_that_the_motion_does_not_move() -> None:
    yawn = motion(move={"jaw": [[0.0, 0.0], [1.0, 0.6], [2.0, 0.0]], "ears": 0.1})
    body = with_joints("head_tilt", "ear_left", "ear_right")
    how = played("one", yawn, body)
    assert how.stand_ins == {"jaw": "head_tilt"}
    assert how.left_out == ()
    assert set(how.moves) == {"ear_left", "ear_right"}
    (clip,) = clips(on_body(yawn, body)).values()
    assert "head_tilt" in clip.adds, "on top of where the head looks"
    gain = STAND_INS["jaw"][1]
    assert clip.pose(Affect(), 1.0)["head_tilt"] == pytest.approx(0.6 * gain)
    assert clip.pose(Affect(), 0.0)["head_tilt"] == 0.0

    nods = motion(move={"jaw": [[0.0, 0.0], [1.0, 0.6]]}, add={"head_tilt": 0.1})
    assert played("one", nods, body).stand_ins == {}
    assert played("one", nods, body).left_out == ("jaw",)
    assert on_body(nods, body) == nods


def test_what_swings_is_stood_in_for_by_what_swings() -> None:
    wiggle = motion(swing={"hind_left_hip": {"by": 0.2, "hz": 2.0}})
    (clip,) = clips(on_body(wiggle, with_joints("tail_pitch"))).values()
    whole = clips(wiggle)["one"].pose(Affect(), 0.1)["hind_left_hip"]
    assert clip.pose(Affect(), 0.1)["tail_pitch"] == pytest.approx(
        STAND_INS["hind_left_hip"][1] * whole
    )


def test_a_joint_that_is_only_held_somewhere_has_no_stand_in() -> None:
    lies = motion(move={"elbows": 2.0, "eyelids": {"keys": [[0.0, 0.5], [1.0, 0.5]]}})
    how = played("one", lies, with_joints("head_tilt"))
    assert how.stand_ins == {}
    assert set(how.left_out) == {"front_left_elbow", "front_right_elbow", "eyelids"}


def test_one_joint_stands_in_for_one() -> None:
    both = motion(add={"jaw": [[0.0, 0.0], [1.0, 0.5]], "eyelids": [[0.0, 0.0], [1.0, 1.0]]})
    how = played("one", both, with_joints("head_tilt"))
    assert how.stand_ins == {"jaw": "head_tilt"}
    assert how.left_out == ("eyelids",)


def test_a_body_may_play_another_motion_instead() -> None:
    sits = with_joints("head_tilt", instead={"stand": "sit"})
    assert on_body(MOTIONS, sits)["stand"].move["head_tilt"] == MOTIONS["sit"].move["head_tilt"]
    assert played("stand", MOTIONS, sits).instead == "sit"
    assert played("sit", MOTIONS, sits).instead == ""


def test_a_lap_cats_head_is_level_in_each_posture_that_holds_it_level() -> None:
    lap, level = BODIES["body/lap.yaml"], clips(on_body(MOTIONS, BODIES["body/lap.yaml"]))
    assert lap.fixed["head_tilt"] == pytest.approx(-0.35), "as the cat sits"
    for posture in ("stand", "sit", "lie", "loaf", "crouch"):
        assert abs(level[posture].pose(Affect(), 0.0)["head_tilt"]) < 0.06, posture
    assert level["curl"].pose(Affect(), 0.0)["head_tilt"] < -0.5, "asleep it hangs its head"


def test_every_motion_shows_on_a_lap_cat() -> None:
    for name in MOTIONS:
        how = played(name, MOTIONS, BODIES["body/lap.yaml"])
        assert how.moves or how.stand_ins, name


def test_a_motion_that_is_not_there_is_refused_at_its_line(tmp_path: Any) -> None:
    (tmp_path / "body").mkdir()
    (tmp_path / "body" / "mine.yaml").write_text(
        "name: mine\njoints: {}\npads: {}\ninstead:\n  stand: sit\n  lie: sitt\n"
    )
    with pytest.raises(Invalid, match=r"mine\.yaml:6: .*no motion 'sitt', did you mean 'sit'"):
        begin(Files(tmp_path), seed=1, hour=12.0, body="mine")


def test_stand_ins_are_joints_of_the_cat_and_never_stand_in_for_themselves() -> None:
    for joint, (stand_in, gain) in STAND_INS.items():
        assert {joint, stand_in} <= {*JOINTS}
        assert joint != stand_in
        assert 0.0 < abs(gain) < 1.0, "a hint"


@pytest.mark.parametrize("name", sorted(BODIES))
def test_a_body_plays_every_motion_without_a_jump_and_within_its_limits(name: str) -> None:
    body, rng = BODIES[name], random.Random(name)
    actor = Actor(body, clips(on_body(MOTIONS, body)), Personality(name="test"))
    before: Mapping[str, float] | None = None
    now = 0.0
    for each in MOTIONS:
        plays = (Play(motion=each, started=now, layer=rng.choice(("motion", "posture", "reflex"))),)
        for _ in range(40):
            now += 0.02
            command, _ = actor.act(
                Decision(at=now, behavior="test", why="", plays=plays),
                PersonEstimate(), Affect(), (), None, now, 0.02,
            )  # fmt: skip
            assert set(command.pose) == set(body.joints)
            for joint, angle in command.pose.items():
                spec = body.joints[joint]
                assert spec.min <= angle <= spec.max
                if before is not None:
                    assert abs(angle - before[joint]) <= spec.velocity * 0.02 + 1e-6, each
            before = command.pose
