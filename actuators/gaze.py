"""Where it looks: at the person, at the hand that touches, around, or away. The ears go before the
head."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from moggy.actuators.chance import throw
from moggy.body import Body
from moggy.messages import Gesture, PersonEstimate
from moggy.vocabulary import GazeTarget, ZoneName

PAN_SHARE, TILT_SHARE = 0.85, 0.7
"""How much of the way the head turns; the eyes would do the rest."""
HEAD_FROM = 0.17
"""m; what is touched further forward is on the head itself"""
WIDEST = 1.1
RELAXED = 0.7
"""How far it turns back from a welcome hand after a second."""
FORGOTTEN = 1.5
"""s after which it no longer looks where the hand was"""


def _places(body: Body) -> Mapping[ZoneName, tuple[float, float, float]]:
    """Zone → pan to one side, tilt, and which side the zone is on (0: either)."""
    places = {}
    for zone in body.zones:
        pads = [pad.at for pad in body.pads.values() if pad.zone == zone]
        x, y, z = (sum(at[axis] for at in pads) / len(pads) for axis in range(3))
        pan = min(WIDEST, 0.25 + 3.2 * max(0.0, 0.2 - x))
        tilt = 0.12 if x > HEAD_FROM else 2.5 * (z - 0.25)
        places[zone] = (pan, tilt, 0.0 if abs(y) < 0.01 else y / abs(y))
    return places


class Gaze:
    """`pan` and `tilt` are the head's; `ahead` is where the ears already are."""

    def __init__(self, body: Body) -> None:
        self._places = _places(body)
        self.pan = self.tilt = self.ahead = 0.0
        self.side = 1.0
        self._touches = 0
        self._touched: tuple[float, ZoneName] | None = None
        self._glance = 0
        self._glance_until = 0.0
        self._dt = self._ears = 0.0

    def touched(self) -> None:
        """A touch begins: from which side a hand on the middle comes is not known, so it takes them
        in turn."""
        self._touches += 1
        self.side = 1.0 if throw(11, self._touches) < 0.5 else -1.0

    def look(
        self,
        where: GazeTarget,
        person: PersonEstimate,
        gesture: Gesture | None,
        arousal: float,
        stares: bool,
        now: float,
        dt: float,
    ) -> None:
        """One tick on; the head follows in 0.1 to 0.4 s, the more aroused the faster. `stares`: it
        does not look away from a hand."""
        pan, tilt = self._aim(where, person, gesture, arousal, now)
        if where == "touch" and gesture is not None and not stares:
            # A hand that is welcome gets a glance, not a stare.
            glance = 1.0 - RELAXED * min(1.0, max(0.0, gesture.duration - 1.0))
            pan, tilt = pan * glance, tilt * glance
        near = 1.0 - exp(-dt / (0.22 - 0.12 * arousal))
        if dt != self._dt:
            self._dt, self._ears = dt, 1.0 - exp(-dt / 0.06)
        self.ahead += (pan - self.ahead) * self._ears
        self.pan += (pan - self.pan) * near
        self.tilt += (tilt - self.tilt) * near

    def _aim(
        self,
        where: GazeTarget,
        person: PersonEstimate,
        gesture: Gesture | None,
        arousal: float,
        now: float,
    ) -> tuple[float, float]:
        if where == "person":
            yaw, pitch = person.bearing or (0.0, 0.2)
            return PAN_SHARE * yaw, TILT_SHARE * pitch
        if where == "touch":
            if gesture is not None:
                self._touched = (now, gesture.zone)
            if self._touched is not None and now - self._touched[0] < FORGOTTEN:
                pan, tilt, side = self._places.get(self._touched[1], (0.0, 0.0, 0.0))
                return (side or self.side) * pan, tilt
            return 0.0, 0.0
        if where == "around":
            return self._glances(arousal, now)
        if where == "away":
            yaw = person.bearing[0] if person.bearing else 0.1 * self.side
            return (-0.75 if yaw > 0.0 else 0.75), -0.08
        return 0.0, 0.0

    def _glances(self, arousal: float, now: float) -> tuple[float, float]:
        """Jumps from place to place and stays a while, as cats look about."""
        if now >= self._glance_until:
            self._glance += 1
            self._glance_until = now + (1.0 + 2.8 * throw(12, self._glance)) * (
                1.15 - 0.5 * arousal
            )
        return 1.5 * (throw(13, self._glance) - 0.5), 0.4 * (throw(14, self._glance) - 0.4)
