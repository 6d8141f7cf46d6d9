"""What is seen in real pictures is what the first version of MediaPipe that we ran saw in them.

`same_sight.json` was written under mediapipe 0.10.33, opencv 5.0.0.93 and numpy 2.4.6 on x86-64, by

    python -m tests.unit.test_same_sight > tests/unit/same_sight.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest

from moggy.messages import Face, Posture
from moggy.sensors.vision.eye import VisionTask

SEEN = Path(__file__).with_name("same_sight.json")
FACE = 0.01
"""Most by which a number of a face may differ: blendshapes, expression, looking (0..1), bearing
(rad), distance (m)."""
POSTURE = 0.0101
"""The same of the first posture: landmarks (m), and how visible they are (0..1), which is rounded
to 0.01. The next postures start from the one before, and drift apart: see
docs/decisions/0017-the-eye-has-no-network.md."""

Sight: TypeAlias = dict[str, dict[str, Any]]
"""Case → the last face, and the first posture."""
THEN: Sight = json.loads(SEEN.read_text(encoding="utf-8"))


def pictures() -> dict[str, list[np.ndarray]]:
    """Case → pictures, a tenth of a second apart."""
    from skimage import data

    portrait = np.ascontiguousarray(data.astronaut())  # type: ignore[no-untyped-call]

    def placed(scale: float, x: float, y: float, light: float = 1.0) -> np.ndarray:
        place = np.array([[scale, 0, x], [0, scale, y]], dtype=np.float32)
        return (cv2.warpAffine(portrait, place, (640, 480)) * light).astype(np.uint8)

    def people(*faces: tuple[int, int, int]) -> np.ndarray:
        wall, head = np.full((480, 640, 3), 100, dtype=np.uint8), portrait[0:200, 120:320]
        for width, x, y in faces:
            side = 2 * width
            wall[y : y + side, x : x + side] = cv2.resize(
                head, (side, side), interpolation=cv2.INTER_AREA
            )
        return wall

    def in_a_corner(n: int) -> np.ndarray:
        frame = np.zeros((720, 1280, 3), dtype=np.uint8)
        small = cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA)
        frame[420:676, 40 + 10 * n : 296 + 10 * n] = small
        return frame

    turned = {
        f"turned by {90 * n}°": [np.ascontiguousarray(np.rot90(portrait, n))] * 4 for n in (1, 3)
    }
    return {
        "the photograph": [portrait] * 4,
        "moved and darker": [
            placed(0.8 + 0.02 * n, 40.0 + 5.0 * n, 10.0, 1.0 - 0.05 * n) for n in range(12)
        ],
        "left": [placed(0.9, -100.0, 20.0)] * 4,
        "right": [placed(0.9, 280.0, 20.0)] * 4,
        "far": [placed(0.6, 200.0, 80.0)] * 4,
        "in a corner": [in_a_corner(n) for n in range(12)],
        "a small face": [people((30, 60, 200))] * 8,
        "two faces": [people((30, 60, 200), (90, 400, 140))] * 22,
        **turned,
    }


def seen(cases: dict[str, list[np.ndarray]]) -> Sight:
    """What the eye sees in them."""
    sight: Sight = {}
    for name, shown in cases.items():
        eye, found = VisionTask(), dict[str, Any]()
        for n, picture in enumerate(shown):
            for sense in eye.seen(picture, 1.0 + 0.1 * n):
                if isinstance(sense, Face):
                    found["face"] = {
                        **(sense.blendshapes or {}),
                        **(sense.expression or {}),
                        "looking": sense.looking,
                        "yaw": (sense.bearing or (9.0, 9.0))[0],
                        "pitch": (sense.bearing or (9.0, 9.0))[1],
                        "distance": sense.distance,
                    }
                elif isinstance(sense, Posture):
                    found.setdefault("posture", [list(mark) for mark in sense.landmarks or ()])
        eye.close()
        sight[name] = found
    return sight


@pytest.fixture(scope="module")
def now() -> Sight:
    pytest.importorskip("skimage.data")
    return seen(pictures())


@pytest.mark.needs_eye
@pytest.mark.parametrize("case", THEN)
def test_the_same_faces_and_postures_are_seen(case: str, now: Sight) -> None:
    then, found = THEN[case], now[case]
    assert found.keys() == then.keys()
    assert found["face"] == pytest.approx(then["face"], abs=FACE)
    if "posture" in then:
        assert np.array(found["posture"]) == pytest.approx(np.array(then["posture"]), abs=POSTURE)


if __name__ == "__main__":
    json.dump(seen(pictures()), sys.stdout, indent=None, separators=(",", ":"))
