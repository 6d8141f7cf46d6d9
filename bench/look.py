"""What looking costs: CPU milliseconds of each thing that the eye does with a picture of 640×480,
beside MediaPipe's face task alone, and the share of a core at the pace for a face in view.

Each is measured three times; the least counts, since another process only adds. The pictures are
decoded already: a camera's JPEG costs 2 ms more. The search of the whole picture and the check of
the face, every two seconds, are in the looks. The face that changes loses its mouth in every second
picture.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import cv2
import numpy as np

from bench.absent import attempt
from moggy import models
from moggy.no_network import leave
from moggy.sensors.vision.camera import Picture
from moggy.sensors.vision.eye import VisionTask
from moggy.sensors.vision.pace import FACE

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


def _alone() -> Callable[[Picture], object]:
    """MediaPipe's face task by itself, as the eye sets it up."""
    from mediapipe import Image, ImageFormat
    from mediapipe.tasks.python import BaseOptions, vision

    apart = ThreadPoolExecutor(1, initializer=leave)
    task = apart.submit(
        vision.FaceLandmarker.create_from_options,
        vision.FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(models.verify("face_landmarker"))),
            running_mode=vision.RunningMode.VIDEO,
            output_face_blendshapes=True,
            output_facial_transformation_matrixes=True,
        ),
    ).result()
    stamps = count(1)

    def detect(picture: Picture) -> object:
        image = Image(image_format=ImageFormat.SRGB, data=picture)
        return apart.submit(task.detect_for_video, image, next(stamps)).result()

    return detect


def main() -> int:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    near, far, nobody = wall(90), wall(30), wall(0)
    gagged = near.copy()
    gagged[250:290, 350:410] = 100
    eye, alone = VisionTask(), _alone()
    at = 0.0

    def look(picture: Picture, posture: bool = False) -> object:
        nonlocal at
        at += FACE.face_s
        return eye.seen(picture, at, posture=posture)

    least, face = _cost(lambda n: alone(near)), _cost(lambda n: look(near))
    rows = {
        "MediaPipe's face task alone": (least, FACE.face_s),
        "a look at a face": (face, FACE.face_s),
        "at one that changes": (_cost(lambda n: look((near, gagged)[n % 2])), FACE.face_s),
        "at one far away": (_cost(lambda n: look(far)), FACE.face_s),
        "at an empty room": (_cost(lambda n: look(nobody)), FACE.face_s),
        "a body besides": (_cost(lambda n: look(near, True)) - face, FACE.posture_s),
    }
    print(f"{'':30}{'CPU ms':>10}{'ratio':>8}{'a second':>10}{'of a core':>10}")
    for name, (cost, every) in rows.items():
        print(f"{name:30}{cost:10.1f}{cost / least:8.2f}{1.0 / every:10.1f}"
              f"{cost / every / 1000.0:10.1%}")  # fmt: skip
    eye.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(attempt("look", main))
