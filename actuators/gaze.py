"""Where it looks: at the person, at the hand that touches, around, or away. The ears turn before
the head."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import NamedTuple

from moggy.actuators.chance import throw
from moggy.body import Body
from moggy.messages import Gesture, PersonEstimate
from moggy.motion import pace
from moggy.vocabulary import GazeTarget, ZoneName

PAN_SHARE = 0.85
"""Share of the way to a person that the head turns sideways; the eyes would do the rest."""
TILT_SHARE = 0.7
"""Share of the way to a person that the head turns up or down."""
UNSEEN_TILT_RAD = 0.2
"""rad above level at which a person is assumed who is there and not seen."""
HEAD_FROM_M = 0.17
"""Metres forward in the body's frame beyond which a zone is on the head itself."""
MIDDLE_M = 0.01
"""Metres from the middle line within which a zone may be reached from either side."""
WIDEST_RAD = 1.1
"""rad that the head turns at most towards a hand."""
AWAY_RAD = 0.75
"""rad that the head turns away from somebody."""
RELAXED = 0.7
"""Share of the way that it turns back from a welcome hand after a second."""
HAND_FORGOTTEN_S = 1.5
"""Seconds after which it no longer looks where the hand was."""
SLOW_S = 0.22
"""Time constant of the head at arousal 0, in seconds."""
EARS_S = 0.06
"""Time constant of the ears, in seconds."""


class ZonePlace(NamedTuple):
    """Where the head turns to look at a zone."""

    pan: float
    """rad, to the side that the zone is on."""
    tilt: float
    """rad, + up."""
    side: float
    """1 left, −1 right; 0 where it may be either."""


AHEAD = ZonePlace(0.0, 0.0, 0.0)
"""Where it looks for a zone that the body does not have: straight ahead."""


def _places(body: Body) -> Mapping[ZoneName, ZonePlace]:
    """By the mean place of a zone's pads: the further back, the further it turns."""
    places = {}
    for zone in body.zones:
        pads = [pad.at for pad in body.pads.values() if pad.zone == zone]
        x, y, z = (sum(at[axis] for at in pads) / len(pads) for axis in range(3))
        pan = min(WIDEST_RAD, 0.25 + 3.2 * max(0.0, 0.2 - x))
        tilt = 0.12 if x > HEAD_FROM_M else 2.5 * (z - 0.25)
        places[zone] = ZonePlace(pan, tilt, 0.0 if abs(y) < MIDDLE_M else y / abs(y))
    return places


class Gaze:
    """Turns the head and the ears: `look` every tick."""

    def __init__(self, body: Body) -> None:
        self._places = _places(body)
        self.pan = 0.0
        """The head's, rad, + to its left."""
        self.tilt = 0.0
        """The head's, rad, + up."""
        self.ahead = 0.0
        """The pan to which the ears have turned, rad."""
        self.side = 1.0
        """The side from which the hand comes: 1 left, −1 right."""
        self._touches = 0
        self._touched: tuple[float, ZoneName] | None = None
        self._glance = 0
        self._glance_until = 0.0
        self._dt = self._ears = 0.0

    def touched(self) -> None:
        """A hand arrives. From which side a hand on the middle comes is not known: it is drawn."""
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
        """Move on to `now` (s), `dt` seconds after the last; the more aroused (−1..1), the faster
        the head follows. `stares`: it does not look away from a hand."""
        pan, tilt = self._aim(where, person, gesture, arousal, now)
        if where == "touch" and gesture is not None and not stares:
            # A hand that is welcome gets a glance, not a stare.
            glance = 1.0 - RELAXED * min(1.0, max(0.0, gesture.duration - 1.0))
            pan, tilt = pan * glance, tilt * glance
        near = 1.0 - exp(-dt * pace(arousal) / SLOW_S)
        if dt != self._dt:
            self._dt, self._ears = dt, 1.0 - exp(-dt / EARS_S)
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
        """(pan, tilt) of what it looks at, rad."""
        if where == "person":
            yaw, pitch = person.bearing or (0.0, UNSEEN_TILT_RAD)
            return PAN_SHARE * yaw, TILT_SHARE * pitch
        if where == "touch":
            if gesture is not None:
                self._touched = (now, gesture.zone)
            if self._touched is not None and now - self._touched[0] < HAND_FORGOTTEN_S:
                pan, tilt, side = self._places.get(self._touched[1], AHEAD)
                return (side or self.side) * pan, tilt
            return 0.0, 0.0
        if where == "around":
            return self._glances(arousal, now)
        if where == "away":
            yaw = person.bearing[0] if person.bearing else 0.1 * self.side
            return (-AWAY_RAD if yaw > 0.0 else AWAY_RAD), -0.08
        return 0.0, 0.0

    def _glances(self, arousal: float, now: float) -> tuple[float, float]:
        """(pan, tilt) of a look around, rad: it jumps from place to place and stays a while."""
        if now >= self._glance_until:
            self._glance += 1
            self._glance_until = now + (1.0 + 2.8 * throw(12, self._glance)) / pace(arousal)
        return 1.5 * (throw(13, self._glance) - 0.5), 0.4 * (throw(14, self._glance) - 0.4)
