"""What looking costs: CPU milliseconds of each thing that the eye does with a picture of 640×480,
and the share of a core that it takes at its pace.

Each is measured three times; the least counts, since another process only adds. The pictures are
decoded already: a camera's JPEG costs 2 ms more.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import cv2
import numpy as np

from bench.absent import attempt
from moggy import models
from moggy.sensors.vision.camera import Picture
from moggy.sensors.vision.eye import VisionTask
from moggy.sensors.vision.face_choice import SEARCH_EVERY_S, FaceSearch
from moggy.sensors.vision.pace import FACE, NOBODY

LOOKS = 60
"""Pictures of one measurement."""
ROUNDS = 3
"""Measurements of each."""


def wall(width: int) -> Picture:
    """A face of so many pixels before a grey wall; 0: nobody."""
    from skimage import data

    picture = np.full((480, 640, 3), 100, np.uint8)
    if width:
        astronaut = data.astronaut()  # type: ignore[no-untyped-call]
        side = 2 * width
        head = cv2.resize(astronaut[0:200, 120:320], (side, side), interpolation=cv2.INTER_AREA)
        picture[120 : 120 + side, 300 : 300 + side] = head
    return picture


def _cost(act: Callable[[int], object]) -> float:
    """CPU ms of one of LOOKS acts, of all threads of the process."""
    least = float("inf")
    for k in range(ROUNDS):
        began = time.process_time()
        for n in range(LOOKS):
            act(k * LOOKS + n)
        least = min(least, (time.process_time() - began) / LOOKS * 1000.0)
    return least


def main() -> int:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    near, far, nobody = wall(90), wall(30), wall(0)
    eye, search = VisionTask(), FaceSearch(models.verify("face_landmarker"))
    at = 0.0

    def look(picture: Picture, posture: bool = False) -> object:
        nonlocal at
        at += 0.001  # so that the slow search comes once in a measurement at most
        return eye.seen(picture, at, posture=posture)

    face, empty = _cost(lambda n: look(near)), _cost(lambda n: look(nobody))
    rows = {
        "a look at a near face": (face, 1.0 / FACE.face_s),
        "a look at a far face": (_cost(lambda n: look(far)), 1.0 / FACE.face_s),
        "a look at an empty room": (empty, 1.0 / NOBODY.face_s),
        "a body besides": (_cost(lambda n: look(near, True)) - face, 1.0 / FACE.posture_s),
        "a search for nearer faces": (
            _cost(lambda n: search.faces(near, float(n))),
            1.0 / SEARCH_EVERY_S,
        ),
    }
    print(f"{'':30}{'CPU ms':>10}{'a second':>10}{'of a core':>10}")
    for name, (cost, rate) in rows.items():
        print(f"{name:30}{cost:10.1f}{rate:10.1f}{cost * rate / 1000.0:10.1%}")
    eye.close()
    search.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(attempt("look", main))
