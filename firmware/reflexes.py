"""Reflexes that are too fast for the way to the brain and back. In free fall all joints hold, so
that no leg is driven into the floor: until it has landed, or for as long as anything falls."""

from micropython import const

_FREE_FALL_MG = const(350)
"""mg of total acceleration below which the body falls: at rest it is 1000, in free fall 0. Our
choice, with room for the sensor's noise and for a body that turns while it falls."""
_READS_TO_BELIEVE = const(3)
"""Readings in a row (50 a second, so 60 ms) before a fall is believed: 2 cm of falling."""
_READS_TO_FORGET = const(25)
"""Readings in a row with weight (half a second) before the fall is over."""
_LONGEST_FALL = const(100)
"""Readings (2 s) after which a fall is over whatever is felt, and light readings in a row after
which it is the sensor that is wrong: in that time a body falls 20 m, from the sixth floor. Our
choice."""


def is_light(x: int, y: int, z: int) -> bool:
    """Whether a body that feels this (mg) has no weight."""
    return x * x + y * y + z * z < _FREE_FALL_MG * _FREE_FALL_MG


class FreeFall:
    """Detects falls in the accelerometer's readings; `falling` says whether it falls now."""

    def __init__(self) -> None:
        self.falling = False
        self._light = self._heavy = 0
        """Readings without and with weight in a row."""
        self._reads = 0
        """Readings since the fall began."""
        self._blind = False
        """Whether a fall was too long, and there has not been weight for half a second since."""

    def feel(self, x: int, y: int, z: int) -> bool:
        """Take a reading in mg; returns whether the sensor is wrong, once. A fall that is longer
        than any ends, and the next begins after half a second with weight: a body that is shaken
        may be light again and again. Called 50 times a second."""
        if self.falling:
            self._reads += 1
        if is_light(x, y, z):
            self._heavy = 0
            self._light += 1
            if self._light == _READS_TO_BELIEVE and not (self.falling or self._blind):
                self.falling = True
                self._reads = self._light
        else:
            self._light = 0
            self._heavy = min(self._heavy + 1, _READS_TO_FORGET)
            if self._heavy == _READS_TO_FORGET:
                self.falling = self._blind = False
        if self.falling and self._reads > _LONGEST_FALL:
            self.falling = False
            self._blind = True
        return self._light == _LONGEST_FALL + 1
