"""What the eye's process does: finds a face and a body in a picture and says in numbers how they are. Pictures stay here.

MediaPipe 0.10.33 opens no network socket (newer ones do); a test watches that.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moggy import models
from moggy.messages import AnySense, Face, Posture, Trouble
from moggy.sensors.camera import NoPicture, Picture, Source, decoded, source
from moggy.sensors.expression import MARGIN, Expression

if TYPE_CHECKING:
    from moggy.sensors.vision import Look

SHOWN = "what was shown"
EDGE = 0.35
"""rad between gaze and pet at which somebody looks at it half as much (20°; the eyes' own error is 5° to 10°)"""


class VisionTask:
    """Look → Face, Posture. Lives in the process where it is made. Raises moggy.models.Missing when it is made without its models."""

    def __init__(self) -> None:
        faces, bodies, expression = (models.path(name) for name in ("face_landmarker", "pose_landmarker_lite", "face_expression"))
        with _quiet():
            from mediapipe.tasks.python import BaseOptions, vision

            video = vision.RunningMode.VIDEO
            self._faces = vision.FaceLandmarker.create_from_options(
                vision.FaceLandmarkerOptions(
                    base_options=BaseOptions(model_asset_path=str(faces)),
                    running_mode=video,
                    output_face_blendshapes=True,
                    output_facial_transformation_matrixes=True,
                )
            )
            self._bodies = vision.PoseLandmarker.create_from_options(
                vision.PoseLandmarkerOptions(base_options=BaseOptions(model_asset_path=str(bodies)), running_mode=video)
            )
            self._expression = Expression(expression)
            self._stamp = 0
            self._met = False
            self.seen(np.full((240, 320, 3), 127, dtype=np.uint8), 0.0)  # the first picture takes ten times as long
        self._source: tuple[str, Source] | None = None
        self._said = ""

    def __call__(self, job: Look) -> Sequence[AnySense]:
        try:
            picture = decoded(job.picture, SHOWN) if job.picture is not None else self._through(job.source or "", job.at)
        except NoPicture as trouble:
            return self._say(str(trouble), job.at)
        if picture is None:
            return ()
        return (*self._say("", job.at), *self.seen(picture, job.at, posture=job.posture))

    def seen(self, picture: Picture, at: float, *, posture: bool = True) -> Sequence[AnySense]:
        """What is in a picture; `at` seconds, later than the one before."""
        from mediapipe import Image, ImageFormat

        self._stamp = max(self._stamp + 1, round(at * 1000.0))  # VIDEO mode wants time to go forward
        image = Image(image_format=ImageFormat.SRGB, data=picture)
        with nullcontext() if self._met else _quiet():
            face = self._face(self._faces.detect_for_video(image, self._stamp), picture, at)
            body = self._body(self._bodies.detect_for_video(image, self._stamp), at) if posture else None
        self._met = self._met or face is not None
        return tuple(sense for sense in (face, body) if sense is not None)

    def _through(self, name: str, at: float) -> Picture | None:
        if self._source is None or self._source[0] != name:
            if self._source is not None:
                self._source[1].close()
                self._source = None
            self._source = (name, source(name))
        return self._source[1].picture(at)

    def _say(self, message: str, at: float) -> Sequence[AnySense]:
        """A trouble once, and once that it is over."""
        if message == self._said:
            return ()
        self._said = message
        return (Trouble(at=at, part="camera", message=message),)

    def _face(self, found: Any, picture: Picture, at: float) -> Face | None:
        if not found.face_landmarks:
            return None
        shapes = {shape.category_name: round(shape.score, 3) for shape in found.face_blendshapes[0]}
        matrix = found.facial_transformation_matrixes[0]
        bearing, distance = _where(matrix)
        return Face(
            at=at,
            blendshapes=shapes,
            expression={name: round(p, 4) for name, p in self._expression(_cut(picture, found.face_landmarks[0])).items()},
            looking=_looking(matrix, shapes),
            bearing=bearing,
            distance=distance,
        )

    def _body(self, found: Any, at: float) -> Posture | None:
        if not found.pose_world_landmarks:
            return None
        marks = found.pose_world_landmarks[0]
        return Posture(at=at, landmarks=tuple((round(m.x, 3), round(m.y, 3), round(m.z, 3), round(m.visibility, 2)) for m in marks))


def _cut(picture: Picture, marks: Sequence[Any]) -> Picture:
    """The face: the box of its landmarks with a margin, within the picture."""
    height, width = picture.shape[:2]
    xs, ys = [m.x * width for m in marks], [m.y * height for m in marks]
    dx, dy = MARGIN * (max(xs) - min(xs)), MARGIN * (max(ys) - min(ys))
    left, right = max(0, int(min(xs) - dx)), min(width, math.ceil(max(xs) + dx))
    top, bottom = max(0, int(min(ys) - dy)), min(height, math.ceil(max(ys) + dy))
    cut = picture[top:bottom, left:right]
    return cut if cut.size else picture


def _where(matrix: NDArray[np.float64]) -> tuple[tuple[float, float], float]:
    """Bearing (yaw left +, pitch up +, rad) and distance (m) of a face, from MediaPipe's matrix: cm, x right, y up, −z ahead.

    It takes a camera with a vertical view of 63° for granted, so the distance is right to a third or so.
    """
    x, y, z = float(matrix[0][3]), float(matrix[1][3]), float(matrix[2][3])
    distance = math.sqrt(x * x + y * y + z * z) / 100.0
    return (round(math.atan2(-x, -z), 3), round(math.atan2(y, math.hypot(x, z)), 3)), max(0.05, round(distance, 2))


def _looking(matrix: NDArray[np.float64], shapes: Mapping[str, float]) -> float:
    """How much somebody looks at the camera, which is where the pet's eyes are: the head's direction, with the eyes' turn added."""
    ahead = (float(matrix[0][2]), float(matrix[1][2]), float(matrix[2][2]))
    to_pet = tuple(-float(matrix[k][3]) for k in range(3))
    yaw = math.atan2(ahead[0], ahead[2]) - math.atan2(to_pet[0], to_pet[2])
    pitch = math.atan2(ahead[1], math.hypot(ahead[0], ahead[2])) - math.atan2(to_pet[1], math.hypot(to_pet[0], to_pet[2]))
    # A blendshape of 1 is about 0.6 rad of the eye. Looking to the person's own left is towards the camera's right, which is +x.
    left = shapes.get("eyeLookOutLeft", 0.0) + shapes.get("eyeLookInRight", 0.0)
    right = shapes.get("eyeLookInLeft", 0.0) + shapes.get("eyeLookOutRight", 0.0)
    up = shapes.get("eyeLookUpLeft", 0.0) + shapes.get("eyeLookUpRight", 0.0)
    down = shapes.get("eyeLookDownLeft", 0.0) + shapes.get("eyeLookDownRight", 0.0)
    yaw += 0.3 * (left - right)
    pitch += 0.3 * (up - down)
    closed = max(0.0, 0.5 * (shapes.get("eyeBlinkLeft", 0.0) + shapes.get("eyeBlinkRight", 0.0)) - 0.4) / 0.6
    return round(math.pow(0.5, (yaw * yaw + pitch * pitch) / (EDGE * EDGE)) * (1.0 - closed), 3)


@contextmanager
def _quiet() -> Iterator[None]:
    """MediaPipe greets on stderr while it loads and at the first face; what fails is raised all the same."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
