"""Finds the nearest face in pictures that follow each other, small ones too: its place, its
blendshapes and its expression.

MediaPipe looks for faces in the picture scaled to 128 pixels and finds none that is narrower than a
tenth of it, so none beyond about a metre. While nobody is found in the whole picture, it is also
shown parts of it that are half as high, a few each time; a face found in a part is followed there.
That doubles the reach, and costs nothing while a near face is in view. Where somebody else is
nearer or more turned to the pet, that face is followed instead (`face_choice.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from moggy.messages import Face
from moggy.sensors.vision.camera import Picture
from moggy.sensors.vision.expression_network import MARGIN, ExpressionNetwork
from moggy.sensors.vision.face_choice import (
    ROOM,
    SEARCH_EVERY_S,
    FaceBox,
    FaceSearch,
    better,
    box_of,
)
from moggy.vocabulary import PersonClass

LOOKS_AWAY_RAD = 0.35
"""rad between gaze and pet at which somebody looks at it half as much: 20°, where the estimate of
the gaze errs by 5° to 10°. Our choice."""
EYE_TURN_RAD = 0.3
"""rad of gaze for a blendshape of 1 in one of the two eyes, so that both together are 0.6."""
CLOSED_FROM = 0.4
"""Blendshape of a blink (0..1) from which an eye begins to count as closed."""
VIEW_RAD = math.radians(63.0)
"""rad of vertical view that MediaPipe assumes of a camera; real ones differ, so that the distance
is right to about a third."""
PARTS_A_LOOK = 2
"""Parts of the picture that are looked at beside the whole, while no face is found."""
PARTS_A_SLOW_LOOK = 4
"""The same where looks are rarer: a small face is found within three of them."""
EXPRESSED_S = 1.0
"""Seconds after which the expression network looks again at a face that has not changed: it costs
nearly as much as all else of a look (`python -m bench look`). Our choice."""
EXPRESSED_LEAST_S = 0.18
"""The same of a face that changes: every second look. Our choice: an expression lasts half a second
at least (Ekman 2003)."""
STIRRED = 0.1
"""Change of any blendshape (0..1) from which a face has changed. Our choice."""
SLOW_S = 0.45
"""Seconds between two looks from which they are slow."""
CENTRAL = 0.3
"""How far from the middle of its part a face may be, in shares of the part, before the part moves.
"""
NEAR = 0.5
"""Share of its part's width from which a face is found in the whole picture too."""

CHEEKS = (50, 101, 280, 330)
"""Landmarks on the cheeks."""
BLUER = 1.15
"""Blue of a face's skin / its red, from which the two are taken to be swapped: skin of every colour
is redder than it is blue. Our choice."""
CHECK_AGAIN_S = 0.5
"""Seconds until a face that is read wrongly is checked again; another is with the next search."""
TILTED_RAD = 0.5
"""rad of tilt from which a face is turned upright for the expression network. Our choice: at 30° it
still reads as upright (`python -m bench camera_faults`)."""
AGREES_RAD = 0.6
"""rad by which the tilt of a head by the check and by its landmarks may differ. Our choice: what
that lets through stands in the same bench."""

NOTHING: Picture = np.zeros((64, 64, 3), dtype=np.uint8)
"""A picture in which MediaPipe loses the face that it follows, so that it searches the next."""


Marks: TypeAlias = Sequence[tuple[float, float]]
"""Landmarks of a face, in pixels."""


class FacePart(NamedTuple):
    """A part of a picture, in pixels."""

    left: int
    top: int
    width: int
    height: int


class Expressed(NamedTuple):
    """What the expression network said of the followed face."""

    at: float
    shapes: Mapping[str, float]
    """The blendshapes then."""
    expression: dict[PersonClass, float]

    def holds(self, shapes: Mapping[str, float], at: float) -> bool:
        """Whether it still does: the face has hardly changed since, or only just now."""
        since = abs(at - self.at)
        if since >= EXPRESSED_S:
            return False
        changed = any(abs(shapes[name] - then) > STIRRED for name, then in self.shapes.items())
        return not changed or since < EXPRESSED_LEAST_S


class CheckedFace(NamedTuple):
    """What the check of a face says of the camera."""

    tilt: float
    """rad, counter-clockwise, −π..π."""
    blue: bool
    """Whether its skin is bluer than red."""


class FaceFinder:
    """Pictures → Face, one at a time, in order of time."""

    checked: CheckedFace | None = None
    """The check that the latest picture brought; None: there was none."""

    def __init__(self, landmarker: Path, expression: Path) -> None:
        """The files of MediaPipe's face model and of the expression network."""
        from mediapipe.tasks.python import BaseOptions, vision

        self._landmarker = vision.FaceLandmarker.create_from_options(
            vision.FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(landmarker)),
                running_mode=vision.RunningMode.VIDEO,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
        )
        self._search = FaceSearch(landmarker)
        self._expression = ExpressionNetwork(expression)
        self._stamp = 0
        self._part: FacePart | None = None
        self._followed: FaceBox | None = None
        self._turn = 0
        self._expressed: Expressed | None = None
        self._looked_at = self._checked_at = float("-inf")
        self._tilt: float | None = None

    def find(self, picture: Picture, at: float, *, thorough: bool = False) -> Face | None:
        """The face in the picture, None where there is none; `thorough` looks at every part of it
        now, not at a few each time."""
        self._stamp = max(self._stamp, round(at * 1000.0))  # VIDEO mode needs rising times
        self.checked = None
        self._expressed = None if thorough else self._expressed
        if thorough or self._search.due(at):
            self._search_all(picture, at, thorough)
        slow, self._looked_at = at - self._looked_at > SLOW_S, at
        for part in self._parts(picture, thorough, slow):
            left, top, width, height = part
            cut = picture[top : top + height, left : left + width]
            found = self._detect(cut)
            if found.face_landmarks:
                marks = [(m.x * width + left, m.y * height + top) for m in found.face_landmarks[0]]
                self._follow(picture, part, marks)
                face = self._face(found, picture, part, marks, at)
                afresh = thorough or self._followed is None
                self._followed = box_of(marks, face.looking)
                return face if self._is_read(found, picture, marks, at, afresh) else None
        self._part = self._followed = self._expressed = None
        return None

    def _search_all(self, picture: Picture, at: float, thorough: bool) -> None:
        """Look at the whole picture for a face that should rather be followed."""
        faces = self._search.faces(picture, at)
        best = better(faces, None if thorough else self._followed)
        if best is not None:
            self._part, self._expressed = _round(best, picture), None
            self._detect(NOTHING)
        elif not faces and self._followed is None:
            tilt = self._search.turned_face(picture)
            self.checked = None if tilt is None else CheckedFace(tilt, blue=False)

    def _is_read(self, found: Any, picture: Picture, marks: Marks, at: float, afresh: bool) -> bool:
        """Whether the followed face is read rightly: MediaPipe fits an upright face into one that
        is upside down, which is checked now and then."""
        pause = SEARCH_EVERY_S if self._agrees(found) else CHECK_AGAIN_S
        if (afresh or abs(at - self._checked_at) >= pause) and self._followed is not None:
            self._checked_at, self._tilt = at, self._search.tilt(picture, self._followed)
            if self._tilt is not None:
                self.checked = CheckedFace(self._tilt, _is_blue(picture, marks))
        return self._agrees(found)

    def _agrees(self, found: Any) -> bool:
        """Whether the landmarks' tilt is that of the latest check, or none is known."""
        if self._tilt is None:
            return True
        return abs(math.remainder(self._tilt - _tilt(found), 2.0 * math.pi)) < AGREES_RAD

    def close(self) -> None:
        """Release the network. Needed where the process goes on: MediaPipe may hang when the
        garbage collector closes it during an import."""
        self._landmarker.close()
        self._search.close()

    def _detect(self, cut: Picture) -> Any:
        from mediapipe import Image, ImageFormat

        self._stamp += 1
        return self._landmarker.detect_for_video(
            Image(image_format=ImageFormat.SRGB, data=np.ascontiguousarray(cut)), self._stamp
        )

    def _parts(self, picture: Picture, thorough: bool, slow: bool) -> list[FacePart]:
        """Where to look: where the face was, the whole, and some of its parts in turn."""
        height, width = picture.shape[:2]
        whole = FacePart(0, 0, width, height)
        side = max(1, min(height // 2, width))
        step = max(1, side // 2)
        parts = [
            FacePart(x, y, side, side)
            for y in range(0, height - side + 1, step)
            for x in range(0, width - side + 1, step)
        ]
        n = len(parts) if thorough else PARTS_A_SLOW_LOOK if slow else PARTS_A_LOOK
        turn = [parts[(self._turn + k) % len(parts)] for k in range(n)]
        self._turn = (self._turn + n) % len(parts)
        there = self._part
        if there is None or there.left + there.width > width or there.top + there.height > height:
            return [whole, *turn]
        # The same part twice: MediaPipe first follows the face from its last place. Where the part
        # has moved, that fails, and the second call searches the part anew.
        return [there, there, whole, *turn]

    def _follow(self, picture: Picture, part: FacePart, marks: Marks) -> None:
        """Keep a small face in the middle of the part that is looked at."""
        height, width = picture.shape[:2]
        if part.width == width and part.height == height:
            self._part = None
            return
        self._turn = 0
        xs, ys = [x for x, _ in marks], [y for _, y in marks]
        x, y = 0.5 * (min(xs) + max(xs)), 0.5 * (min(ys) + max(ys))
        off = max(
            abs(x - part.left - part.width / 2) / part.width,
            abs(y - part.top - part.height / 2) / part.height,
        )
        if max(xs) - min(xs) > NEAR * part.width:
            self._part = None
        elif off > CENTRAL:
            left = min(max(0, round(x - part.width / 2)), width - part.width)
            top = min(max(0, round(y - part.height / 2)), height - part.height)
            self._part = FacePart(left, top, part.width, part.height)
        else:
            self._part = part

    def _face(
        self,
        found: Any,
        picture: Picture,
        part: FacePart,
        marks: Marks,
        at: float,
    ) -> Face:
        shapes = {shape.category_name: round(shape.score, 3) for shape in found.face_blendshapes[0]}
        matrix = found.facial_transformation_matrixes[0]
        bearing, distance = _where(matrix, picture, part, marks)
        expressed = self._expressed
        if expressed is None or not expressed.holds(shapes, at):
            expression = self._expression(_cut(picture, marks, _tilt(found)))
            expressed = self._expressed = Expressed(at, shapes, expression)
        return Face(
            at=at,
            blendshapes=shapes,
            expression={name: round(p, 4) for name, p in expressed.expression.items()},
            looking=_looking(matrix, shapes),
            bearing=bearing,
            distance=distance,
        )


def _round(face: FaceBox, picture: Picture) -> FacePart:
    """The part of the picture in which to follow a face: a square round it."""
    height, width = picture.shape[:2]
    side = max(1, min(round(ROOM * face.width), height, width))
    left = min(max(0, round(face.x - side / 2)), width - side)
    top = min(max(0, round(face.y - side / 2)), height - side)
    return FacePart(left, top, side, side)


def _cut(picture: Picture, marks: Marks, tilt: float) -> Picture:
    """The face cut out: the box of its landmarks with a margin, within the picture; upright where
    it is tilted (rad)."""
    height, width = picture.shape[:2]
    if abs(tilt) > TILTED_RAD:
        middle = (sum(x for x, _ in marks) / len(marks), sum(y for _, y in marks) / len(marks))
        turn = cv2.getRotationMatrix2D(middle, -math.degrees(tilt), 1.0)
        picture = np.asarray(cv2.warpAffine(picture, turn, (width, height)), dtype=np.uint8)
        marks = [(float(x), float(y)) for x, y in np.array(marks) @ turn[:, :2].T + turn[:, 2]]
    xs, ys = [x for x, _ in marks], [y for _, y in marks]
    dx, dy = MARGIN * (max(xs) - min(xs)), MARGIN * (max(ys) - min(ys))
    left, right = max(0, int(min(xs) - dx)), min(width, math.ceil(max(xs) + dx))
    top, bottom = max(0, int(min(ys) - dy)), min(height, math.ceil(max(ys) + dy))
    cut = picture[top:bottom, left:right]
    return cut if cut.size else picture


def _tilt(found: Any) -> float:
    """The tilt of a head in the picture by its landmarks' matrix, rad, counter-clockwise."""
    matrix = found.facial_transformation_matrixes[0]
    return math.atan2(float(matrix[1][0]), float(matrix[0][0]))


def _is_blue(picture: Picture, marks: Marks) -> bool:
    """Whether the skin of both cheeks is bluer than red, as where the two are swapped."""
    height, width = picture.shape[:2]
    places = [(int(marks[n][0]), int(marks[n][1])) for n in CHEEKS]
    skin = [picture[y, x].tolist() for x, y in places if 0 <= x < width and 0 <= y < height]
    return bool(skin) and all(blue > BLUER * red for red, _, blue in skin)


def _where(
    matrix: NDArray[np.float64],
    picture: Picture,
    part: FacePart,
    marks: Marks,
) -> tuple[tuple[float, float], float]:
    """Bearing (yaw left +, pitch up +, rad) and distance (m, at least 0.05) of the face.

    MediaPipe's matrix (cm, −z ahead) is that of a camera that sees only the part; seen by the whole
    one the face is farther, by the ratio of their heights.
    """
    height, width = picture.shape[:2]
    focal = 0.5 * height / math.tan(0.5 * VIEW_RAD)
    x = sum(x for x, _ in marks) / len(marks) - 0.5 * width
    y = sum(y for _, y in marks) / len(marks) - 0.5 * height
    ahead = -float(matrix[2][3]) / 100.0 * height / part.height
    away = ahead * math.sqrt(1.0 + (x * x + y * y) / (focal * focal))
    return (round(math.atan2(-x, focal), 3), round(math.atan2(-y, math.hypot(x, focal)), 3)), max(
        0.05, round(away, 2)
    )


def _looking(matrix: NDArray[np.float64], shapes: Mapping[str, float]) -> float:
    """0..1: how much somebody looks at the camera, which stands for the pet's eyes: by the head's
    direction and the turn of the eyes in it."""
    ahead = (float(matrix[0][2]), float(matrix[1][2]), float(matrix[2][2]))
    to_pet = (-float(matrix[0][3]), -float(matrix[1][3]), -float(matrix[2][3]))
    yaw = math.atan2(ahead[0], ahead[2]) - math.atan2(to_pet[0], to_pet[2])
    pitch = math.atan2(ahead[1], math.hypot(ahead[0], ahead[2])) - math.atan2(
        to_pet[1], math.hypot(to_pet[0], to_pet[2])
    )
    # Looking to the person's own left is towards the camera's right, which is +x.
    left = shapes.get("eyeLookOutLeft", 0.0) + shapes.get("eyeLookInRight", 0.0)
    right = shapes.get("eyeLookInLeft", 0.0) + shapes.get("eyeLookOutRight", 0.0)
    up = shapes.get("eyeLookUpLeft", 0.0) + shapes.get("eyeLookUpRight", 0.0)
    down = shapes.get("eyeLookDownLeft", 0.0) + shapes.get("eyeLookDownRight", 0.0)
    yaw += EYE_TURN_RAD * (left - right)
    pitch += EYE_TURN_RAD * (up - down)
    blink = 0.5 * (shapes.get("eyeBlinkLeft", 0.0) + shapes.get("eyeBlinkRight", 0.0))
    closed = max(0.0, blink - CLOSED_FROM) / (1.0 - CLOSED_FROM)
    off = (yaw * yaw + pitch * pitch) / (LOOKS_AWAY_RAD * LOOKS_AWAY_RAD)
    return round(math.pow(0.5, off) * (1.0 - closed), 3)
