"""Looks at whole pictures now and then: which of several faces the eye follows (the nearest and
most turned to it), and how the head is tilted, since the eye reads an inverted face wrongly."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from moggy.sensors.vision.camera import Picture

SEARCH_EVERY_S = 2.0
"""Seconds between two searches of the whole picture. Our choice: `python -m bench look` prints what
one costs."""
CLEARLY = 1.4
"""How many times as salient another face must be to be followed instead. Our choice: two people on
one sofa do not take turns."""
SAME_FACE = 0.6
"""Widths of a face within which two sightings are of the same."""
ROOM = 2.8
"""Width of the part in which a face is followed / width of the face: the finder needs a margin."""
UPRIGHT_SCORE = 0.7
"""Score (0..1) from which a face that is found in its part stands there as the finder says. Of a
portrait the right way up it is above 0.8, upside down below 0.7. Our choice."""


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
    here = next((face for face in found if face.is_at(followed)), followed)
    others = [face for face in found if not face.is_at(followed)]
    best = max(others, key=lambda face: face.salience, default=None)
    return best if best is not None and best.salience > CLEARLY * here.salience else None


def box_of(marks: Sequence[tuple[float, float]], turned: float) -> FaceBox:
    """The box of a face's landmarks, in pixels."""
    xs, ys = [x for x, _ in marks], [y for _, y in marks]
    return FaceBox(0.5 * (min(xs) + max(xs)), 0.5 * (min(ys) + max(ys)), max(xs) - min(xs), turned)


class FaceSearch:
    """Finds all faces in whole pictures, each picture by itself, by the detector that the face
    model brings."""

    def __init__(self, landmarker: Path) -> None:
        """The file of MediaPipe's face model."""
        from mediapipe.tasks.python import BaseOptions, vision

        with zipfile.ZipFile(landmarker) as bundle:
            detector = bundle.read("face_detector.tflite")
        self._detector = vision.FaceDetector.create_from_options(
            vision.FaceDetectorOptions(base_options=BaseOptions(model_asset_buffer=detector))
        )
        self._at = float("-inf")
        self._quarters = 0

    def due(self, at: float) -> bool:
        """Whether it is time for a search again."""
        return at - self._at >= SEARCH_EVERY_S or at < self._at

    def faces(self, picture: Picture, at: float) -> list[FaceBox]:
        """All faces that are found."""
        self._at = at
        return [_box(face, picture) for face in self._detect(picture)]

    def tilt(self, picture: Picture, face: FaceBox) -> float | None:
        """By how much the head of a face is tilted in the picture, rad, counter-clockwise, −π..π;
        None where that is not clear."""
        side = max(1, round(ROOM * face.width))
        left, top = max(0, round(face.x - side / 2)), max(0, round(face.y - side / 2))
        part = picture[top : top + side, left : left + side]
        best, tilt = UPRIGHT_SCORE, None
        for quarters in range(4):
            turned = np.rot90(part, quarters)
            for found in self._detect(turned):
                score = found.categories[0].score
                if score > best:
                    best, tilt = score, _tilt(found, turned) - quarters * math.pi / 2.0
        return None if tilt is None else math.remainder(tilt, 2.0 * math.pi)

    def turned_face(self, picture: Picture) -> float | None:
        """The tilt of a face that is found only in the turned picture: by one, two and three
        quarters in turn."""
        self._quarters = self._quarters % 3 + 1
        turned = np.rot90(picture, self._quarters)
        for found in self._detect(turned)[:1]:
            tilt = self.tilt(turned, _box(found, turned))
            if tilt is not None:
                return math.remainder(tilt - self._quarters * math.pi / 2.0, 2.0 * math.pi)
        return None

    def close(self) -> None:
        """Release the network."""
        self._detector.close()

    def _detect(self, picture: Picture) -> list[Any]:
        from mediapipe import Image, ImageFormat

        whole = Image(image_format=ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        return list(self._detector.detect(whole).detections)


def _box(found: Any, picture: Picture) -> FaceBox:
    """The box of a found face, and how far it is turned to the camera, by where the nose is between
    the ears."""
    box, marks = found.bounding_box, found.keypoints
    across = marks[_LEFT_EAR].x - marks[_RIGHT_EAR].x
    nose = 2.0 * (marks[_NOSE].x - marks[_RIGHT_EAR].x) / across - 1.0 if across else 1.0
    turned = math.sqrt(max(0.0, 1.0 - nose * nose))
    return FaceBox(
        box.origin_x + box.width / 2, box.origin_y + box.height / 2, float(box.width), turned
    )


def _tilt(found: Any, picture: Picture) -> float:
    """The tilt of a found face, rad, counter-clockwise: of the line from mouth to eyes."""
    height, width = picture.shape[:2]
    marks = found.keypoints
    x = marks[_MOUTH].x - 0.5 * (marks[_RIGHT_EYE].x + marks[_LEFT_EYE].x)
    y = marks[_MOUTH].y - 0.5 * (marks[_RIGHT_EYE].y + marks[_LEFT_EYE].y)
    return math.atan2(x * width, y * height)


_RIGHT_EYE = 0
_LEFT_EYE = 1
_NOSE = 2
_MOUTH = 3
_RIGHT_EAR = 4
_LEFT_EAR = 5
"""Places of the detector's keypoints."""
