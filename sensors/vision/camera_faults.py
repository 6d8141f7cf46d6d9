"""What is wrong with a camera, by its pictures: black, of one colour or frozen ones; faces that
always stand upside down or sideways, or are blue."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from moggy.sensors.vision.camera import Picture
from moggy.sensors.vision.faces import CheckedFace

COARSE_PX = 8
"""One pixel of so many in both directions is looked at."""
BRIGHTEST = 98.0
"""Percentile of the brightness of a picture that is its bright part: a lamp in a dark room or a hot
pixel is no light."""
DARK = 12.0
"""Brightness (0..255) of that part below which nothing can be seen: the light in which a face is
found (`python -m bench camera_faults`)."""
FLAT = 1.0
"""Standard deviation (0..255) of each colour below which a picture has one colour. Our choice: a
camera's own noise is more."""
BAD_S = 3.0
"""Seconds for which pictures must be bad until it is said. Our choice."""
GOOD_S = 1.0
"""Seconds for which they must be good until it is over. Our choice."""
BAD_CHECKS = 15
"""Checks of faces in a row until a fault is said by them. Our choice: half a minute of faces that
are read, and eight seconds of faces that cannot be."""
GOOD_CHECKS = 3
"""Good checks after which none says a fault any more: who then stands sideways lies down."""

BLACK = "its pictures are black: is the lens covered, or is it dark?"
PLAIN = "its pictures have one colour only: is something before the lens, or its cable loose?"
FROZEN = "it gives the same picture again and again: plug it in anew"
BLUE = "faces are blue in its pictures, so red and blue are swapped: use another driver or camera"


class PictureFaults:
    """Finds pictures in which there is nothing to see. Times are seconds on the pet's clock."""

    def __init__(self) -> None:
        self._said = self._now = ""
        self._since = float("-inf")
        self._last: NDArray[np.uint8] | None = None

    def fault(self, picture: Picture, at: float, *, live: bool) -> str:
        """What is wrong with the pictures up to this one; empty: nothing. `live`: of a camera that
        gives another picture each time."""
        now = self._wrong(picture, live)
        if now != self._now:
            self._now, self._since = now, at
        if at - self._since >= (BAD_S if now else GOOD_S):
            self._said = now
        return self._said

    def _wrong(self, picture: Picture, live: bool) -> str:
        coarse = picture[::COARSE_PX, ::COARSE_PX]
        last, self._last = self._last, coarse.copy()
        if np.percentile(coarse.max(axis=2), BRIGHTEST) < DARK:
            return BLACK
        if coarse.std(axis=(0, 1)).max() < FLAT:
            return PLAIN
        return FROZEN if live and last is not None and np.array_equal(coarse, last) else ""


class FaceFaults:
    """Finds that a camera is mounted turned, or swaps colours: no face is well, and many are wrong
    in the same way."""

    def __init__(self) -> None:
        self._said = self._now = ""
        self._count = self._good = 0

    @property
    def doubtful(self) -> bool:
        """Whether the latest face was wrong."""
        return bool(self._now)

    def fault(self, checked: CheckedFace | None, turned: int) -> str:
        """What is wrong with the camera by the faces that were checked up to this one; empty:
        nothing. `turned` is how it is said to be mounted."""
        if checked is None:
            return self._said
        now = _wrong(checked, turned)
        if not now:
            self._said, self._good = "", self._good + 1
        elif self._good < GOOD_CHECKS:
            self._count = self._count + 1 if now == self._now else 1
            self._said = now if self._count >= BAD_CHECKS else self._said
        self._now = now
        return self._said


def _wrong(checked: CheckedFace, turned: int) -> str:
    quarters = round(checked.tilt / (0.5 * math.pi)) % 4
    if quarters:
        stands = "upside down" if quarters == 2 else "sideways"
        return (
            f"faces stand {stands} in its pictures: give `camera: {{turned: "
            f"{(turned + 90 * quarters) % 360}}}` in the body's file, or turn it"
        )
    return BLUE if checked.blue else ""
