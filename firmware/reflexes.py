"""The fastest reflexes, which cannot wait for the brain: in free fall all movement freezes, so that
no leg is driven into the floor."""

from micropython import const

_FREE_FALL_MG = const(350)
_READS_TO_BELIEVE = const(3)
_READS_TO_FORGET = const(25)
"""Half a second after it feels weight again."""


class FreeFall:
    def __init__(self) -> None:
        self.falling = False
        self._light = 0
        self._heavy = 0

    def feel(self, x: int, y: int, z: int) -> bool:
        """mg, 50 times a second; says whether `falling` changed."""
        if x * x + y * y + z * z < _FREE_FALL_MG * _FREE_FALL_MG:
            self._heavy = 0
            self._light += 1
            if self._light == _READS_TO_BELIEVE:
                self.falling = True
                return True
        else:
            self._light = 0
            self._heavy += 1
            if self.falling and self._heavy >= _READS_TO_FORGET:
                self.falling = False
                return True
        return False
