"""A joint whose whole state can be seen and set, for tests: the board needs less of it."""

from __future__ import annotations

from typing import Any

from moggy.firmware import joint as table_of
from moggy.firmware.joint import Joint, move


class SeenJoint(Joint):
    """One row of a table. Angles in cdeg, speeds in cdeg per step."""

    @property
    def speed(self) -> int:
        """How it moves."""
        return self._signed(table_of._SPEED)

    @property
    def low(self) -> int:
        """The lower limit now."""
        return self._signed(table_of._LOW)

    @property
    def high(self) -> int:
        """The upper limit now."""
        return self._signed(table_of._HIGH)

    @property
    def fastest(self) -> int:
        """The highest speed now."""
        return self._states[self._at + table_of._FASTEST]

    @property
    def glide(self) -> int:
        """Steps until its goal is at the target."""
        return self._states[self._at + table_of._GLIDE]

    @property
    def still(self) -> bool:
        """Whether it is where it was aimed at, so that `step` would change nothing."""
        return self._states[self._at + table_of._STILL] == 1

    @property
    def slow(self) -> int:
        """A lower speed limit for the way to rest; 0 is none."""
        return self._states[self._at + table_of._SLOW]

    @slow.setter
    def slow(self, fastest: int) -> None:
        self._states[self._at + table_of._SLOW] = fastest

    def hold(self) -> None:
        """Brake as hard as allowed, and stay where that ends."""
        table_of.hold(self._states, self._at)

    def step(self) -> None:
        """Move by one step."""
        self._states[self._at + table_of._TOLD] = self._states[self._at + table_of._ANGLE]
        move(self._states, self._at)


def seen(limbs: Any) -> list[SeenJoint]:
    """All joints of the limbs."""
    return [SeenJoint(limbs._states, row) for row in range(limbs.count)]
