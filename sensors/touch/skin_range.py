"""What a skin gives: how firmly hands that rest on it or stroke it usually press, so that a gesture
is told on a skin that gives little as on any other."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from moggy.sensors.touch.gestures import Features

PRIOR: Final[Sequence[float]] = (0.30, 0.38, 0.46)
"""Pressures, 0..1, that a new skin is taken to have felt: about those of a hold and a stroke in
PATTERNS (gestures.py)."""
USUAL: Final = 0.38
"""Their median: what such a hand presses on the skin that PATTERNS speak of."""
REMEMBERED: Final = 30
"""Such touches that are remembered. Our choice."""
LASTS_S: Final = 0.7
"""Seconds that a hand must rest or stroke to count: pokes are over by then. Our choice."""
RUBS_HZ: Final = 1.5
"""Turns or swells a second from which a hand rubs or tickles. How firmly it does tells these two
apart, so it must not tell what the skin gives. Our choice."""
FACTORS: Final = (1.0, 3.0)
"""The least and the most that a pressure is multiplied with. Our choice: where hands press harder
than usual they are firm, not the skin, whose range ends anyway."""


class SkinRange:
    """The median pressure of the latest hands that rested or stroked."""

    def __init__(self) -> None:
        self._felt: deque[float] = deque(maxlen=REMEMBERED)
        self.factor = 1.0
        """What a pressure on this skin is multiplied with to be that of the usual skin."""

    def learn(self, seen: Features) -> None:
        """Take a contact that has ended; what is brief or rubs tells nothing."""
        if seen.duration < LASTS_S or seen.pulses > 1 or seen.frequency > RUBS_HZ:
            return
        self._felt.append(seen.pressure)
        low, high = FACTORS
        usual = median((*PRIOR, *self._felt))
        self.factor = max(low, min(high, USUAL / usual)) if usual > 0.0 else high

    def usual(self, seen: Features) -> Features:
        """A contact as the usual skin would have felt it."""
        if self.factor == 1.0:
            return seen
        return replace(
            seen,
            peak=min(1.0, self.factor * seen.peak),
            pressure=min(1.0, self.factor * seen.pressure),
        )

    def forget(self) -> None:
        """Take the skin for a new one."""
        self._felt.clear()
        self.factor = 1.0
