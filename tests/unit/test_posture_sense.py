"""What the way somebody holds themselves says."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from moggy.messages import AnySense, Posture
from moggy.sensors.vision.posture_reader import HIGHEST_CONFIDENCE, PostureReader, measure

Mark = tuple[float, float, float]
GLAD = {"nose_y": -0.65, "elbow_x": 0.33}
"""Upright and open."""
CROSS = {"nose_y": -0.58, "elbow_x": 0.2, "bent": 0.1}
"""Head and trunk thrust forward, elbows close."""


def body(
    *,
    nose_y: float = -0.63,
    hand_x: float = 0.25,
    hand_y: float = -0.05,
    elbow_x: float = 0.24,
    lean: float = 0.0,
    turn: float = 0.0,
    bent: float = 0.0,
    size: float = 1.0,
) -> tuple[Mark, ...]:
    """33 landmarks of somebody who faces the camera; y is down. `bent`, rad, is the whole upper
    body about the hips, `size` that of the body, 1 for an adult."""
    marks: list[Mark] = [(0.0, -0.7, -0.1)] * 33
    c, s = math.cos(turn), math.sin(turn)

    def put(k: int, side: int, x: float, y: float, z: float) -> None:
        marks[k] = (side * x * c, y, z + side * x * s)

    marks[0] = (0.0, nose_y, -0.15 - lean)
    for side, (shoulder, elbow, wrist, hip) in ((1, (11, 13, 15, 23)), (-1, (12, 14, 16, 24))):
        put(shoulder, side, 0.17, -0.48, -lean)
        put(elbow, side, elbow_x, -0.25, 0.0)
        put(wrist, side, hand_x, hand_y, 0.0)
        put(hip, side, 0.1, 0.0, 0.0)
    c, s = size * math.cos(bent), size * math.sin(bent)
    return tuple((size * x, c * y - s * z, s * y + c * z) for x, y, z in marks)


def moving(by: float, seconds: float = 5.0, **held: float) -> Posture:
    """Somebody whose hands go up and down, `by` m (of an adult) from picture to picture."""
    return read(
        *[body(hand_y=-0.1 - by * (n % 2), hand_x=0.3, **held) for n in range(int(5 * seconds))]
    )


def read(*frames: tuple[tuple[float, ...], ...], every: float = 0.2) -> Posture:
    reader = PostureReader()
    out: list[AnySense] = []
    for n, marks in enumerate(frames):
        out += reader.read([Posture(at=n * every, landmarks=marks)], n * every)
    last = out[-1]
    assert isinstance(last, Posture)
    return last


def test_moving_arms_are_more_aroused_than_still_ones() -> None:
    still = read(*[body()] * 20)
    waving = read(
        *[body(hand_y=-0.5 - 0.2 * (n % 2), hand_x=0.3 + 0.15 * (n % 3)) for n in range(20)]
    )
    assert (waving.arousal or 0.0) > 0.3 > 0.0 > (still.arousal or 0.0)


def test_a_dropped_head_and_folded_arms_are_less_pleasant_than_open_and_upright() -> None:
    low = read(body(nose_y=-0.54, hand_x=0.02, elbow_x=0.18, hand_y=-0.3))
    up = read(body(nose_y=-0.66, hand_x=0.4, elbow_x=0.35))
    assert (low.valence or 0.0) < -0.1 < 0.1 < (up.valence or 0.0)


@pytest.mark.parametrize("size", [0.45, 0.7, 1.0, 1.15])
def test_tired_is_less_aroused_than_normal_and_normal_less_than_active(size: float) -> None:
    """From a small child to a tall man; movement is compared with the body that makes it."""
    tired = moving(0.03, bent=0.2, nose_y=-0.6, size=size).arousal or 0.0
    normal = moving(0.1, size=size).arousal or 0.0
    active = moving(0.35, size=size).arousal or 0.0
    assert tired + 0.15 < normal < active - 0.15
    assert normal == pytest.approx(moving(0.1).arousal, abs=0.01)


@pytest.mark.parametrize("degrees", range(0, 40, 4))
def test_each_few_degrees_of_bending_lower_arousal_and_valence(degrees: int) -> None:
    less, more = (read(body(bent=math.radians(each))) for each in (degrees, degrees + 4))
    assert (more.arousal or 0.0) < (less.arousal or 0.0) - 0.003
    assert (more.valence or 0.0) < (less.valence or 0.0) - 0.003


def test_each_few_centimetres_of_the_arms_open_it() -> None:
    apart = [measure(body(hand_x=x, elbow_x=0.18 + 0.4 * x)) for x in (n / 25 for n in range(12))]
    openness = [each.openness for each in apart if each and each.openness is not None]
    steps = [after - before for before, after in pairwise(openness)]
    assert len(steps) == 11
    assert min(steps) > 0.02
    assert openness[0] < -0.5 < 0.5 < openness[-1]


def test_the_valence_of_somebody_lively_is_hardly_said() -> None:
    """Joy and anger are both lively: a posture does not tell which."""
    still = [moving(0.01, **held).valence or 0.0 for held in (GLAD, CROSS)]
    lively = [moving(0.4, **held).valence or 0.0 for held in (GLAD, CROSS)]
    assert still[0] - still[1] > 0.25
    assert abs(lively[0] - lively[1]) < 0.12
    assert moving(0.4, **CROSS).arousal == pytest.approx(moving(0.4, **GLAD).arousal, abs=0.15)


def test_an_arm_that_goes_out_of_sight_does_not_stop_the_measuring() -> None:
    def half_seen(n: int) -> tuple[tuple[float, ...], ...]:
        marks = body(hand_y=-0.1 - 0.35 * (n % 2))
        hidden = 15 + n // 2 % 2
        return tuple((*mark, 0.1 if k == hidden else 0.9) for k, mark in enumerate(marks))

    seen, still = read(*[half_seen(n) for n in range(25)]), read(*[half_seen(0)] * 25)
    assert (seen.arousal or 0.0) > (still.arousal or 0.0) + 0.3


def test_somebody_turned_away_is_less_engaged() -> None:
    assert (read(body(turn=1.2)).engagement or 0.0) < 0.4 * (read(body()).engagement or 0.0)


def test_leaning_towards_the_pet_is_engaged() -> None:
    assert (read(body(lean=0.15)).engagement or 0.0) > (read(body(lean=-0.1)).engagement or 0.0)


def test_posture_is_never_sure() -> None:
    for marks in (body(), body(nose_y=-0.5), body(hand_x=0.5, hand_y=-0.9)):
        assert (read(marks, marks).confidence or 0.0) <= HIGHEST_CONFIDENCE


def test_without_visible_shoulders_nothing_is_said() -> None:
    hidden = tuple((*m, 0.1) for m in body())
    assert measure(hidden) is None
    assert read(hidden).confidence == 0.0


def test_a_given_estimate_is_left_alone() -> None:
    given = Posture(at=0.0, valence=0.1, arousal=0.5, confidence=0.2)
    assert PostureReader().read([given], 0.0) == (given,)
