"""What a face says, from numbers to feelings."""

from __future__ import annotations

import json

import pytest

from moggy import models
from moggy.messages import Face
from moggy.sensors.vision.face_reader import HEAD, FaceReader
from moggy.vocabulary import CLASSES


def seen(**given: object) -> Face:
    (face,) = FaceReader().read([Face(at=1.0, **given)], 1.0)  # type: ignore[arg-type]
    assert isinstance(face, Face)
    return face


SMILE = {
    "mouthSmileLeft": 0.9,
    "mouthSmileRight": 0.9,
    "cheekSquintLeft": 0.4,
    "cheekSquintRight": 0.4,
    "mouthUpperUpLeft": 0.3,
}
GAPE = {
    "jawOpen": 0.7,
    "eyeWideLeft": 0.6,
    "eyeWideRight": 0.6,
    "browInnerUp": 0.8,
    "browOuterUpLeft": 0.8,
    "browOuterUpRight": 0.8,
}


def test_a_smile_is_happy_and_pleasant() -> None:
    face = seen(blendshapes=SMILE)
    assert face.probabilities is not None
    assert face.probabilities is not None
    assert max(face.probabilities.items(), key=lambda pair: pair[1])[0] == "happy"
    assert (face.valence or 0.0) > 0.4


def test_wide_eyes_and_an_open_mouth_are_surprised_and_aroused() -> None:
    face = seen(blendshapes=GAPE)
    assert face.probabilities is not None
    assert face.probabilities is not None
    assert max(face.probabilities.items(), key=lambda pair: pair[1])[0] == "surprised"
    assert (face.arousal or 0.0) > 0.4


def test_a_resting_face_is_neutral() -> None:
    face = seen(blendshapes=json.loads(HEAD.read_text())["rest"])
    assert face.probabilities is not None
    assert face.probabilities["neutral"] > 0.6
    assert abs(face.valence or 0.0) < 0.2


@pytest.mark.parametrize(("name", "sign"), [("happy", 1), ("sad", -1), ("angry", -1)])
def test_the_network_alone_gives_the_sign_of_valence(name: str, sign: int) -> None:
    face = seen(expression={k: 0.97 if k == name else 0.005 for k in CLASSES})
    assert (face.valence or 0.0) * sign > 0.2


def test_both_agreeing_are_surer_than_either() -> None:
    happy = {k: 0.97 if k == "happy" else 0.005 for k in CLASSES}
    both = seen(blendshapes=SMILE, expression=happy).confidence or 0.0
    assert (
        both
        >= max(seen(blendshapes=SMILE).confidence or 0.0, seen(expression=happy).confidence or 0.0)
        - 0.03
    )
    assert both > 0.8


def test_when_nothing_is_clear_the_confidence_is_low() -> None:
    assert (seen(expression=dict.fromkeys(CLASSES, 1 / 7)).confidence or 0.0) < 0.6
    torn = seen(blendshapes=SMILE, expression={k: 0.9 if k == "angry" else 0.01 for k in CLASSES})
    assert (torn.confidence or 0.0) < (seen(blendshapes=SMILE).confidence or 0.0) + 0.1


def test_probabilities_are_the_seven_classes_and_sum_to_one() -> None:
    face = seen(blendshapes=SMILE)
    assert face.probabilities is not None
    assert tuple(face.probabilities) == CLASSES
    assert sum(face.probabilities.values()) == pytest.approx(1.0, abs=0.001)


def test_a_given_estimate_is_left_alone() -> None:
    face = Face(at=1.0, valence=0.6, arousal=0.2, confidence=0.8)
    assert FaceReader().read([face], 1.0) == (face,)


def test_given_probabilities_get_valence_and_arousal() -> None:
    face = seen(probabilities={"sad": 0.8, "neutral": 0.2})
    assert face.valence == pytest.approx(-0.504, abs=0.01)
    assert face.confidence == pytest.approx(0.8)


def test_an_empty_face_is_passed_on_without_confidence() -> None:
    assert seen().confidence == 0.0


def test_odd_numbers_are_borne() -> None:
    assert (
        seen(blendshapes={"jawOpen": 7.0, "nothing": 1.0, "mouthSmileLeft": -2.0}).confidence
        is not None
    )


def test_the_head_belongs_to_the_models_that_ship() -> None:
    head = json.loads(HEAD.read_text())
    assert head["models"] == {name: models.MODELS[name].files[0].sha256 for name in head["models"]}
    assert HEAD.stat().st_size < 300_000
