"""A camera that shows nothing, or is mounted turned, is noticed, said once, and costs the pet its
eyes until it is well."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from moggy.sensors.vision.camera_faults import (
    BAD_CHECKS,
    BAD_S,
    BLACK,
    BLUE,
    FROZEN,
    GOOD_CHECKS,
    GOOD_S,
    PLAIN,
    FaceFaults,
    PictureFaults,
)
from moggy.sensors.vision.faces import CheckedFace

RNG = np.random.default_rng(1)
ROOM = np.linspace(40, 200, 480 * 640).reshape(480, 640, 1).repeat(3, axis=2).astype(np.uint8)
"""Darker above than below."""


def noisy(picture: np.ndarray, sd: float = 2.0) -> np.ndarray:
    return np.clip(picture + RNG.normal(0.0, sd, picture.shape), 0, 255).astype(np.uint8)


def plain(red: int, green: int, blue: int) -> np.ndarray:
    return np.full((480, 640, 3), (red, green, blue), dtype=np.uint8)


def faults(pictures: Sequence[np.ndarray], *, live: bool = True, every: float = 0.1) -> list[str]:
    found = PictureFaults()
    return [found.fault(picture, n * every, live=live) for n, picture in enumerate(pictures)]


@pytest.mark.parametrize("every", [0.1, 1.0])
@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (plain(0, 0, 0), BLACK),
        (noisy(plain(3, 3, 3)), BLACK),
        (plain(0, 135, 0), PLAIN),
        (plain(255, 255, 255), PLAIN),
        (noisy(ROOM), FROZEN),
    ],
)
def test_pictures_without_anything_to_see_are_a_fault_until_they_are_well(
    bad: np.ndarray, fault: str, every: float
) -> None:
    pictures = [noisy(ROOM), *[bad] * 60, *(noisy(ROOM) for _ in range(20))]
    said = faults(pictures, every=every)
    assert [s for s, before in zip(said[1:], said, strict=False) if s != before] == [fault, ""]
    assert BAD_S <= said.index(fault) * every <= BAD_S + 2.0 * every
    assert (60 - 1e-9) * every + GOOD_S <= said.index("", said.index(fault)) * every


def test_a_room_at_night_and_a_moment_of_black_are_no_fault() -> None:
    assert set(faults([noisy((ROOM * 0.1).astype(np.uint8)) for _ in range(50)])) == {""}
    flickers = [plain(0, 0, 0) if n % 25 < 20 else noisy(ROOM) for n in range(200)]
    assert set(faults(flickers)) == {""}


def test_a_picture_file_may_stay_the_same() -> None:
    assert set(faults([ROOM] * 100, live=False)) == {""}


def checks(*, degrees: float = 0.0, blue: bool = False, times: int = 1) -> list[CheckedFace]:
    return [CheckedFace(math.radians(degrees), blue)] * times


def said(found: FaceFaults, faces: Sequence[CheckedFace | None], turned: int = 0) -> list[str]:
    return [found.fault(face, turned) for face in faces]


@pytest.mark.parametrize(
    ("degrees", "turned", "line"), [(180, 0, 180), (-178, 0, 180), (85, 0, 90), (-95, 0, 270),
                                    (180, 180, 0), (90, 270, 0)],
)  # fmt: skip
def test_faces_that_are_always_turned_give_the_line_for_the_bodys_file(
    degrees: float, turned: int, line: int
) -> None:
    found = FaceFaults()
    said_first = said(found, [None, *checks(degrees=degrees, times=BAD_CHECKS)], turned)
    assert set(said_first[:-1]) == {""}
    assert f"camera: {{turned: {line}}}" in said_first[-1]
    assert said(found, [None, *checks()], turned) == [said_first[-1], ""]


def test_who_lies_down_says_nothing_of_a_camera_that_was_well() -> None:
    found = FaceFaults()
    lies = [*checks(degrees=20.0, times=GOOD_CHECKS), *checks(degrees=90.0, times=100)]
    assert set(said(found, lies)) == {""}
    assert found.doubtful, "how the body lies is not read from it"


def test_blue_faces_are_said_to_be_swapped_colours() -> None:
    found = FaceFaults()
    assert said(found, checks(blue=True, times=BAD_CHECKS))[-1] == BLUE
    assert said(found, checks()) == [""]
