"""Movement is paced by arousal, and what has an end is neither too short nor too long."""

from __future__ import annotations

from bench.seen import motions_are_paced, what_ends_has_a_length
from moggy.actuators.layers import Layers
from moggy.actuators.mix import Mix
from moggy.behaviors.motions import load_motions
from moggy.messages import Affect, Play


def test_every_shipped_motion_is_twice_as_fast_in_an_excited_cat() -> None:
    promise = motions_are_paced()
    assert promise.kept, promise.figure


def test_nine_of_ten_motions_and_steps_with_an_end_last_two_to_ten_seconds() -> None:
    promise = what_ends_has_a_length()
    assert promise.kept, promise.figure


def test_a_posture_fades_in_faster_the_more_aroused_the_cat_is() -> None:
    motions = load_motions(
        {
            "motions/stand.yaml": "about: Up.\nmove: {jaw: 0.0}",
            "motions/low.yaml": "about: Down.\nfade: 1.0\nmove: {jaw: 1.0}",
            "motions/even.yaml": "about: As written.\nfade: 1.0\ntempo: {}\nmove: {jaw: 1.0}",
        }
    )

    def reached(name: str, arousal: float) -> float:
        layers, mix = Layers(motions), Mix(["jaw"])
        play = Play(motion=name, started=0.0, layer="posture")
        for n in range(20):  # 0.4 s
            mix.begin(n * 0.02)
            layers.take(mix, [play], (), Affect(arousal=arousal), 0.02)
            layers.lay_postures(mix, Affect(arousal=arousal))
        return mix.values["jaw"]

    assert reached("low", -0.5) < reached("low", 0.0) < reached("low", 0.5)
    assert reached("even", -0.5) == reached("even", 0.5) == reached("low", 0.0)
