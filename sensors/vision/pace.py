"""How often the eye looks: as often as it is worth. A face in view is looked at ten times a second,
an empty room once a second, and while the pet sleeps only what moves is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from moggy.messages import AnySense, Face, Tick, Touch

ASLEEP = frozenset(("sleep", "nap"))
"""Behaviours in which its eyes are shut (`behaviors/trees/cat/rest.yaml`)."""
FACE_GONE_S = 10.0
"""Seconds since a face was last seen for which it is still looked for as often. Our choice: people
turn away for as long."""
HAND_GONE_S = 10.0
"""Seconds since a touch for which somebody is near. Our choice."""
NEVER = float("inf")


class Pace(NamedTuple):
    """How often to look."""

    face_s: float
    """Seconds between two looks at the face."""
    posture_s: float
    """Seconds between two looks at the body."""
    moved: bool = False
    """Whether to look only at a picture in which something has moved."""


FACE = Pace(0.1, 0.2)
"""A face is in view. Our choice: an expression lasts half a second at least (Ekman 2003); a look at
the body costs as much as one at the face, and it changes slower."""
NEAR = Pace(0.5, 2.0)
"""Somebody is there or has a hand on the pet, and no face is seen. Our choice, as are the others.
"""
NOBODY = Pace(1.0, NEVER)
"""A face is then seen within a second, and looked at ten times a second from there on."""
SLEEPS = Pace(1.0, NEVER, moved=True)


class Looking:
    """Follows what the pet sees and does, and says how often to look. Times are seconds on the
    pet's clock."""

    def __init__(self) -> None:
        self._face_at = self._hand_at = float("-inf")
        self._asleep = self._present = False

    def saw(self, senses: Sequence[AnySense], now: float) -> None:
        """Take what the eye has seen."""
        if any(isinstance(sense, Face) for sense in senses):
            self._face_at = now

    def lived(self, tick: Tick) -> None:
        """Take what else the pet felt, and what it does."""
        self._asleep = tick.decision.behavior in ASLEEP
        self._present = tick.person.present
        if any(isinstance(sense, Touch) and sense.pressure > 0.0 for sense in tick.senses):
            self._hand_at = tick.at

    def pace(self, now: float) -> Pace:
        """How often to look now."""
        if self._asleep:
            return SLEEPS
        if now - self._face_at < FACE_GONE_S:
            return FACE
        return NEAR if self._present or now - self._hand_at < HAND_GONE_S else NOBODY
