"""Reflexes that are too fast for the way to the brain and back. In free fall all joints hold, so
that no leg is driven into the floor."""

from micropython import const

_FREE_FALL_MG = const(350)
"""mg of total acceleration below which the body falls: at rest it is 1000, in free fall 0. Our
choice, with room for the sensor's noise and for a body that turns while it falls."""
_READS_TO_BELIEVE = const(3)
"""Readings in a row (50 a second, so 60 ms) before a fall is believed: 2 cm of falling."""
_READS_TO_FORGET = const(25)
"""Readings in a row with weight (half a second) before the fall is over."""


class FreeFall:
    """Detects falls in the accelerometer's readings; `falling` says whether it falls now."""

    def __init__(self) -> None:
        self.falling = False
        self._light = 0
        self._heavy = 0

    def feel(self, x: int, y: int, z: int) -> None:
        """Take a reading in mg. Called 50 times a second."""
        if x * x + y * y + z * z < _FREE_FALL_MG * _FREE_FALL_MG:
            self._heavy = 0
            self._light += 1
            if self._light == _READS_TO_BELIEVE:
                self.falling = True
        else:
            self._light = 0
            self._heavy += 1
            if self._heavy == _READS_TO_FORGET:
                self.falling = False
