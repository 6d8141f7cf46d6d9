"""The painted cat: feet on the ground, a picture that moves with the joints, the same bytes every
time."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from moggy.body import Body
from moggy.config import Files
from moggy.messages import Affect, Command, Decision, PersonEstimate, Tick
from moggy.sim.pictures import Pictures
from moggy.sim.studio.still.painter import PainterCamera, paint
from moggy.sim.studio.still.skeleton import pose, stance
from moggy.sim.studio.still.surface import skin

BODY = Files().load("body/cat.yaml", Body)
SMALL = PainterCamera(width=160, height=120)


def some_pose(seed: int) -> dict[str, float]:
    rng = random.Random(seed)
    return {name: rng.uniform(joint.min, joint.max) for name, joint in BODY.joints.items()}


def test_the_pads_lie_on_the_standing_cats_skin() -> None:
    points = skin().posed(pose({}))
    for name, pad in BODY.pads.items():
        nearest = np.linalg.norm(points - np.array(pad.at), axis=1).min()
        # `paws` stands for four paws, between them.
        assert nearest < (0.05 if name == "paws" else 0.03), name


@pytest.mark.parametrize("seed", range(20))
def test_no_pose_sinks_into_the_ground_or_floats(seed: int) -> None:
    lowest = skin().posed(pose(some_pose(seed)))[:, 2].min()
    assert -0.03 < lowest < 0.015


def test_a_sitting_cat_has_its_chest_high_and_its_rump_low() -> None:
    sitting = dict.fromkeys(("front_left_shoulder", "front_right_shoulder"), -0.5)
    sitting |= dict.fromkeys(("hind_left_hip", "hind_right_hip"), 0.95) | dict.fromkeys(
        ("hind_left_knee", "hind_right_knee"), 1.75
    )
    now = stance(sitting)
    assert now.chest[2] > now.pelvis[2] + 0.06


def test_the_signs_are_those_of_the_bodys_file() -> None:
    def nose(**angles: float) -> np.ndarray:
        tip: np.ndarray = pose(angles)["head"] @ np.array([0.255, 0.0, 0.23, 1.0])
        return tip

    assert nose(head_pan=0.5)[1] > 0.02  # left
    assert nose(head_tilt=0.4)[2] > nose()[2] + 0.01  # up
    tip = np.array([-0.43, 0.0, 0.28, 1.0])
    assert (pose({"tail_pitch": 1.0})["tail_8"] @ tip)[2] > 0.35
    assert (pose({"tail_yaw": 0.6})["tail_8"] @ tip)[1] > 0.03
    assert (pose({"head_roll": 0.4})["head"] @ np.array([0.19, 0.0, 0.29, 1.0]))[1] > 0.01
    assert (pose({"jaw": 0.5})["jaw"] @ np.array([0.24, 0.0, 0.21, 1.0]))[2] < 0.2


def test_a_picture_shows_a_ginger_cat_and_moves_with_its_joints() -> None:
    standing = np.asarray(paint({}, camera=SMALL)).astype(float)
    red, green, blue = standing.reshape(-1, 3).T
    ginger = (red - blue > 70) & (red > 120) & (green < red - 30)
    assert 0.05 < ginger.mean() < 0.6
    looking = np.asarray(paint({"head_pan": 0.8}, camera=SMALL)).astype(float)
    assert np.abs(standing - looking).mean() > 0.5


def test_pictures_are_written_twice_a_second_with_the_same_bytes(tmp_path: Path) -> None:
    def write(folder: Path) -> dict[str, bytes]:
        pictures = Pictures(folder, BODY, lambda: {"head_pan": 0.3}, camera=SMALL)
        for n in range(76):
            at = n * 0.02
            decision = Decision(at=at, behavior="sit")
            tick = Tick(
                at=at,
                n=n,
                person=PersonEstimate(),
                pet=Affect(),
                decision=decision,
                commanded=Command(at=at),
            )
            pictures(tick, {})
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    first, second = write(tmp_path / "a"), write(tmp_path / "b")
    assert sorted(first) == [
        "cat_0000.00.png",
        "cat_0000.50.png",
        "cat_0001.00.png",
        "cat_0001.50.png",
    ]
    assert first == second
