"""What the way somebody holds themselves says."""

from __future__ import annotations

import math

from moggy.messages import AnySense, Posture
from moggy.sensors.vision.posture_reader import HIGHEST_CONFIDENCE, PostureReader, measure

Mark = tuple[float, float, float]


def body(
    *,
    nose_y: float = -0.63,
    hand_x: float = 0.25,
    hand_y: float = -0.05,
    elbow_x: float = 0.24,
    lean: float = 0.0,
    turn: float = 0.0,
) -> tuple[Mark, ...]:
    """33 landmarks of somebody who faces the camera; y is down."""
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
    return tuple(marks)


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
