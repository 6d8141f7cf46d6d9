"""Which of several faces the eye follows: the nearest and most turned to it. Every two seconds the
whole picture is searched, since the finder stays with a face once it has one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moggy.sensors.vision.camera import Picture

SEARCH_EVERY_S = 2.0
"""Seconds between two searches of the whole picture. Our choice: `python -m bench look` prints what
one costs."""
MOST_FACES = 4
"""Faces that a search finds at most."""
CLEARLY = 1.4
"""How many times as salient another face must be to be followed instead. Our choice: two people on
one sofa do not take turns."""
SAME_FACE = 0.6
"""Widths of a face within which two sightings are of the same."""
ROOM = 2.8
"""Width of the part in which a face is followed / width of the face: the finder needs a margin."""


class FaceBox(NamedTuple):
    """A face in a picture: middle and width in pixels, and how much it is turned to the camera."""

    x: float
    y: float
    width: float
    turned: float
    """0..1."""

    @property
    def salience(self) -> float:
        """Width, weighed by turning as the brain weighs who has the attention."""
        return self.width * (0.4 + 0.6 * self.turned)

    def is_at(self, other: FaceBox) -> bool:
        """Whether both are sightings of one face."""
        reach = SAME_FACE * max(self.width, other.width)
        return math.hypot(self.x - other.x, self.y - other.y) < reach


def better(found: Sequence[FaceBox], followed: FaceBox | None) -> FaceBox | None:
    """The face to follow from now on instead of `followed`; None: stay with it. Where none is
    followed, the most salient of several: a single one is found without help."""
    if followed is None:
        return max(found, key=lambda face: face.salience) if len(found) > 1 else None
    others = [face for face in found if not face.is_at(followed)]
    best = max(others, key=lambda face: face.salience, default=None)
    return best if best is not None and best.salience > CLEARLY * followed.salience else None


def box_of(marks: Sequence[tuple[float, float]], turned: float) -> FaceBox:
    """The box of a face's landmarks, in pixels."""
    xs, ys = [x for x, _ in marks], [y for _, y in marks]
    return FaceBox(0.5 * (min(xs) + max(xs)), 0.5 * (min(ys) + max(ys)), max(xs) - min(xs), turned)


class FaceSearch:
    """Finds all faces in whole pictures, each by itself."""

    def __init__(self, landmarker: Path) -> None:
        """The file of MediaPipe's face model."""
        from mediapipe.tasks.python import BaseOptions, vision

        self._landmarker = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(landmarker)),
                running_mode=vision.RunningMode.IMAGE,
                num_faces=MOST_FACES,
                output_facial_transformation_matrixes=True,
            )
        )
        self._at = float("-inf")

    def due(self, at: float) -> bool:
        """Whether it is time for a search again."""
        return at - self._at >= SEARCH_EVERY_S or at < self._at

    def faces(self, picture: Picture, at: float) -> list[FaceBox]:
        """All faces that are found, at most MOST_FACES."""
        from mediapipe import Image, ImageFormat

        self._at = at
        height, width = picture.shape[:2]
        found = self._landmarker.detect(
            Image(image_format=ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        )
        both = zip(found.face_landmarks, found.facial_transformation_matrixes, strict=True)
        return [
            box_of([(m.x * width, m.y * height) for m in marks], _turned(matrix))
            for marks, matrix in both
        ]

    def close(self) -> None:
        """Release the network."""
        self._landmarker.close()


def _turned(matrix: NDArray[np.float64]) -> float:
    """0..1: how far a head points to the camera; 1 straight at it, 0 from a right angle on."""
    ahead = np.asarray(matrix)[:3, 2]
    to_pet = -np.asarray(matrix)[:3, 3]
    return max(0.0, float(ahead @ to_pet) / (float(np.linalg.norm(ahead) * np.linalg.norm(to_pet))))
