"""Whether something moves in pictures that come a second apart: all that is looked at while the pet
sleeps."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from moggy.sensors.vision.camera import Picture

SIZE = (64, 48)
"""Pixels of the small pictures that are compared: averaging takes the noise of a camera away."""
CHANGED = 12.0
"""Brightness (0..255) by which such a pixel changes at least where something moves. Noise with a
standard deviation of 10 changes one by 4 (`python -m bench idle`)."""
MOVED_PX = 12
"""Such pixels that change at least: a hand at two metres. Our choice."""


class Movement:
    """Compares each picture with the one before."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None

    def seen(self, picture: Picture) -> bool:
        """Whether something has moved since the picture before; a first picture has."""
        small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA).mean(axis=2)
        last, self._last = self._last, small.astype(np.float32)
        if last is None:
            return True
        # The camera's exposure makes the whole picture lighter or darker.
        change = small - last
        return int((np.abs(change - np.median(change)) > CHANGED).sum()) >= MOVED_PX
