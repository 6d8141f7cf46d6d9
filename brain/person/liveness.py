"""Whether a face is alive: people blink and move within seconds, a poster does neither.

That is all it is. A face on a television moves and blinks, and is taken for a person; so is a
picture that somebody carries. Where the camera turns with the head, a poster moves in its pictures
whenever the head does.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import sub

from moggy.brain.feeling_shapes import PresenceShape
from moggy.brain.person.presence import SignKind
from moggy.messages import Face
from moggy.vocabulary import PEOPLE

MOVED_RAD = 0.01
"""rad by which a face moves at least: 6 mm at 0.6 m. That of a still picture in a noisy camera
moves by 0.001 at most (`python -m bench liveness`)."""
NEARED = 0.08
"""Share by which its distance changes at least; that of a still picture changes by 0.02 (the same
bench)."""
BLINKED = 0.15
"""Change of the lids' blendshape (0..1) that is a blink; that of a still picture is below 0.02 (the
same bench), a blink is about 0.5."""


class _Look:
    """How a face was when it last moved or blinked."""

    __slots__ = ("at", "bearing", "distance", "lids", "lives", "seen")

    def __init__(self, face: Face, shapes: Mapping[str, float], at: float, lives: bool) -> None:
        self.at = self.seen = at
        self.lives = lives
        """Whether it has moved or blinked since it came into view."""
        self.bearing, self.distance = face.bearing, face.distance
        lids = _lids(shapes)
        self.lids = (lids, lids)

    def changed(self, face: Face, shapes: Mapping[str, float]) -> bool:
        """Whether the face has moved or blinked since."""
        if face.bearing is not None and self.bearing is not None:
            turned = map(abs, map(sub, face.bearing, self.bearing))
            if max(turned) >= MOVED_RAD:
                return True
        now, then = face.distance, self.distance
        if now is not None and then is not None and abs(now - then) >= NEARED * then:
            return True
        lids = _lids(shapes)
        self.lids = min(self.lids[0], lids), max(self.lids[1], lids)
        return self.lids[1] - self.lids[0] >= BLINKED


class Liveness:
    """Follows the faces of everybody."""

    def __init__(self) -> None:
        self._looks: dict[str, _Look] = {}

    def sign(self, face: Face, at: float, shape: PresenceShape) -> SignKind | None:
        """What a face is a sign of: "face" once it has moved or blinked since it came into view,
        "still" before, and None where it has done neither for `shape.still`. A face that no camera
        measured (without blendshapes) is always one."""
        shapes = face.blendshapes
        if not shapes:
            return "face"
        look = self._looks.get(face.person)
        in_view = look is not None and at - look.seen <= shape.gap
        if look is None or look.changed(face, shapes):
            look = self._looks[face.person] = _Look(face, shapes, at, lives=in_view)
            if len(self._looks) > PEOPLE:
                del self._looks[min(self._looks, key=lambda name: self._looks[name].seen)]
        look.seen, look.lives = at, look.lives and in_view
        if at - look.at >= shape.still:
            return None
        return "face" if look.lives else "still"

    def is_picture(self, person: str, at: float, shape: PresenceShape) -> bool:
        """Whether the face of `person`, seen just now, is that of a picture."""
        look = self._looks.get(person)
        return look is not None and at - look.seen <= shape.gap and at - look.at >= shape.still


def _lids(shapes: Mapping[str, float]) -> float:
    return 0.5 * (shapes.get("eyeBlinkLeft", 0.0) + shapes.get("eyeBlinkRight", 0.0))
