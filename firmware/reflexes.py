"""Reflexes that are too fast for the way to the brain and back. In free fall all joints hold, so
that no leg is driven into the floor: until it has landed, or longer than anything falls."""

from micropython import const

_FREE_FALL_MG = const(350)
"""mg of total acceleration below which the body falls: at rest it is 1000, in free fall 0. Our
choice, with room for the sensor's noise and for a body that turns while it falls."""
_READS_TO_BELIEVE = const(3)
"""Readings in a row (50 a second, so 60 ms) before a fall is believed: 2 cm of falling."""
_READS_TO_FORGET = const(25)
"""Readings in a row with weight (half a second) before the fall is over."""
_LONGEST_FALL = const(100)
"""Light readings in one fall (2 s) after which it is the sensor that is wrong: in that time a body
falls 20 m, from the sixth floor. Our choice."""


def is_light(x: int, y: int, z: int) -> bool:
    """Whether a body that feels this (mg) has no weight."""
    return x * x + y * y + z * z < _FREE_FALL_MG * _FREE_FALL_MG


class FreeFall:
    """Detects falls in the accelerometer's readings; `falling` says whether it falls now."""

    def __init__(self) -> None:
        self.falling = False
        self._light = 0
        """Light readings: of this fall, and before it in a row."""
        self._heavy = 0
        """Readings with weight in a row."""
        self._blind = False
        """Whether a fall was too long, and there has not been weight for half a second since."""

    def feel(self, x: int, y: int, z: int) -> bool:
        """Take a reading in mg; returns whether the fall is longer than any, which ends it: the
        next begins after half a second with weight. Called 50 times a second."""
        if is_light(x, y, z):
            self._heavy = 0
            if self._blind:
                return False
            self._light += 1
            if self._light >= _READS_TO_BELIEVE:
                self._blind = self._light > _LONGEST_FALL
                self.falling = not self._blind
            return self._blind
        self._heavy += 1
        if self._heavy >= _READS_TO_FORGET:
            self.falling = self._blind = False
        if not self.falling:
            self._light = 0
        return False
