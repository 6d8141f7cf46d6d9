"""Layers lie over one another, fade in and out, and remember who moved what."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from moggy.actuators.layers import Layers
from moggy.actuators.mix import Mix
from moggy.behaviors.motions import load_motions
from moggy.messages import Affect, Mover, Play

MOTIONS = load_motions(
    {
        "motions/low.yaml": "about: A posture.\nfade: 0.4\nmove: {jaw: 0.1, head_pan: 0.5}",
        "motions/high.yaml": "about: Another.\nfade: 0.4\nmove: {jaw: 0.5, head_pan: -0.5}",
        "motions/open.yaml": "about: Opens.\nduration: 1.0\nfade: 0.2\nmove: {jaw: 0.4}",
        "motions/nod.yaml": "about: On top.\nfade: 0.2\nadd: {head_pan: 0.2}",
        "motions/snap.yaml": "about: A reflex.\nfade: 0.05\nmove: {jaw: 0.0}",
    }
)
CALM = Affect()
LOW = Play(motion="low", started=0.0, layer="posture")
DT = 0.02


class Stage:
    """Layers over a sheet of two joints, ticked at 50 Hz."""

    def __init__(self) -> None:
        self.layers, self.mix, self.now = Layers(MOTIONS), Mix(["jaw", "head_pan"]), 0.0

    def play(
        self, plays: Sequence[Play], seconds: float = 1.0, size: float = 1.0
    ) -> list[dict[str, float]]:
        seen = []
        for _ in range(round(seconds / DT)):
            self.now += DT
            self.mix.begin(self.now)
            self.layers.take(self.mix, plays, (), CALM, DT)
            self.layers.lay_postures(self.mix, CALM)
            self.layers.lay_motions(self.mix, CALM, size)
            self.layers.lay_reflexes(self.mix, CALM)
            seen.append(dict(self.mix.values))
        return seen


def test_a_motion_covers_only_the_joints_that_it_moves() -> None:
    stage = Stage()
    stage.play([LOW])
    last = stage.play([LOW, Play(motion="open", started=1.0)], 0.5)[-1]
    assert last == {"jaw": pytest.approx(0.4), "head_pan": pytest.approx(0.5)}


def test_what_adds_lies_on_top_of_what_is_below() -> None:
    stage = Stage()
    stage.play([LOW])
    assert stage.play([LOW, Play(motion="nod", started=1.0)])[-1]["head_pan"] == pytest.approx(0.7)


def test_a_motion_that_is_over_lets_go_although_it_is_still_asked_for() -> None:
    stage = Stage()
    stage.play([LOW])
    assert stage.play([LOW, Play(motion="open", started=1.0)], 2.0)[-1]["jaw"] == pytest.approx(0.1)


def test_a_motion_begun_again_plays_again() -> None:
    stage = Stage()
    stage.play([LOW, Play(motion="open", started=0.0)], 2.0)
    assert max(
        pose["jaw"] for pose in stage.play([LOW, Play(motion="open", started=2.0)], 1.0)
    ) == pytest.approx(0.4, abs=0.01)


def test_a_reflex_lies_over_all() -> None:
    stage = Stage()
    stage.play([LOW, Play(motion="open", started=0.0)], 0.4)
    both = [LOW, Play(motion="open", started=0.0), Play(motion="snap", started=0.4, layer="reflex")]
    assert stage.play(both, 0.1)[-1]["jaw"] == pytest.approx(0.0)


def test_one_posture_goes_over_into_the_next_and_stays_when_nothing_is_asked() -> None:
    stage = Stage()
    stage.play([LOW])
    high = Play(motion="high", started=1.0, layer="posture")
    poses = stage.play([high])
    assert poses[0]["jaw"] < 0.15
    assert poses[-1]["jaw"] == pytest.approx(0.5)
    assert stage.play([])[-1]["jaw"] == pytest.approx(0.5)


def test_back_and_forth_between_postures_never_jumps() -> None:
    stage = Stage()
    poses = stage.play([LOW], 0.3)
    for n, motion in enumerate(("high", "low", "high", "low")):
        poses += stage.play([Play(motion=motion, started=n + 1.0, layer="posture")], 0.14)
    steps = [abs(b["head_pan"] - a["head_pan"]) for a, b in pairwise(poses)]
    assert max(steps) < 0.09


def test_a_weak_play_goes_half_the_way() -> None:
    stage = Stage()
    stage.play([LOW])
    assert stage.play([LOW, Play(motion="open", started=1.0, weight=0.5)], 0.5)[-1][
        "jaw"
    ] == pytest.approx(0.25)


def test_a_motion_that_nobody_wrote_is_passed_over() -> None:
    assert Stage().play([LOW, Play(motion="moonwalk", started=0.0)])[-1]["jaw"] == pytest.approx(
        0.1
    )


def test_the_strongest_mover_is_named_first() -> None:
    mix = Mix(["jaw"])
    breath, yawn = mix.source("breath", "breath"), mix.source("motion", "yawn", (7,))
    for n in range(5):
        mix.begin(n * DT)
        mix.add("jaw", 0.001 * n, breath)
        mix.add("jaw", 0.1 * n, yawn)
    assert mix.movers("jaw") == (
        Mover(layer="motion", name="yawn", because=(7,)),
        Mover(layer="breath", name="breath"),
    )


def test_a_joint_that_is_still_on_its_way_names_what_pushed_it_last() -> None:
    mix = Mix(["jaw"])
    mix.begin(0.0)
    mix.add("jaw", 0.3, mix.source("motion", "yawn"))
    mix.begin(5.0)
    assert mix.movers("jaw") == (Mover(layer="motion", name="yawn"),)


def test_a_mover_names_its_newest_causes_at_once() -> None:
    mix = Mix(["jaw"])
    mix.begin(0.0)
    mix.add("jaw", 0.3, mix.source("mood", "mood", (1,)))
    assert mix.movers("jaw")[0].because == (1,)
    mix.begin(DT)
    mix.source("mood", "mood", (2, 1))
    assert mix.movers("jaw")[0].because == (2, 1)


def test_a_motion_and_a_call_of_one_name_are_two_movers() -> None:
    mix = Mix(["jaw"])
    mix.begin(0.0)
    mix.add("jaw", 0.3, mix.source("motion", "chirp"))
    mix.add("jaw", 0.1, mix.source("voice", "chirp"))
    assert [mover.layer for mover in mix.movers("jaw")] == ["motion", "voice"]


def test_a_motion_goes_back_to_what_led_to_the_decision_that_began_it() -> None:
    stage = Stage()
    stage.mix.begin(0.0)
    stage.layers.take(stage.mix, [LOW], (3, 1), CALM, DT)
    stage.layers.lay_postures(stage.mix, CALM)
    expected = Mover(layer="posture", name="low", because=(3, 1))
    assert stage.mix.movers("jaw") == (expected,)
