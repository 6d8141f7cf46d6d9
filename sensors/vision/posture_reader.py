"""Reads postures: open or closed, upright or slumped, turned to the pet or away, moving or still
become arousal, engagement and a little of valence.

These rules are **not validated**: no packaged model maps posture to feeling, and no labelled set
with a clear licence is at hand. So the confidence is at most 0.3. In studies of acted bodies an
expansive, upright posture goes with positive states, a contracted, bowed one with negative states,
and speed of movement with arousal (Wallbott 1998; de Meijer 1989). Lively, expansive movement is
joy as well as anger (Wallbott 1998), so the livelier the movement, the less the valence says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from moggy.messages import AnySense, Place, Posture

# Numbers of MediaPipe's 33 landmarks. World landmarks: m, x to the picture's right, y down, z away
# from the camera, origin between the hips. Pairs are left and right.
NOSE = 0
SHOULDERS = (11, 12)
ELBOWS = (13, 14)
WRISTS = (15, 16)
HIPS = (23, 24)

VISIBLE = 0.5
"""Visibility (0..1) below which a landmark is a guess."""
HIGHEST_CONFIDENCE = 0.3
"""Of rules that are not validated."""
MOST_VALENCE = 0.6
"""Valence (−1..1) that a posture can come near; our choice."""
MOST_AROUSAL = 0.8
"""As MOST_VALENCE, of arousal."""
MOVING = 0.35
"""Body sizes a second of hands, elbows and head relative to the hips; below is sitting still and
the jitter of the network."""
LIVELY = 1.75
"""Body sizes a second of somebody who gestures."""
AT_FIRST = 0.18
"""Body sizes a second before anything was seen to move."""
LEAST_MOVING = 0.06
"""Body sizes a second; slower movement counts as this much."""
TORSO = 0.7
"""Width of the shoulders / length of the torso, between the joints: 0.34 and 0.48 m; our choice."""
TYPICAL_HEAD = 0.45
"""Height of the nose above the shoulders / width of the shoulders, of somebody who sits upright
(0.44 measured on one portrait)."""
HEAD_RANGE = 0.3
"""As TYPICAL_HEAD: the difference from it that counts 0.76."""
TYPICAL_ARMS = 1.15
"""Mean distance between wrists and between elbows / width of the shoulders: hands in the lap 0.95,
folded arms 0.8, hanging ones 1.4; the middle of lap and hanging is neither open nor closed."""
ARMS_RANGE = 0.7
"""As TYPICAL_ARMS: the difference from it that counts 0.76."""
SLUMP_RAD = 0.6
"""rad of the torso from upright that count 0.76; our choice."""
LIVELY_HIDES = 0.8
"""Share of the valence that is not said of somebody who moves as fast as LIVELY; our choice."""
MOVEMENT_LASTS_S = 1.0
"""Seconds over which movement is averaged."""
LONGEST_GAP_S = 2.0
"""Seconds between two postures above which no speed is measured."""


class Movement(NamedTuple):
    """What is kept of one person from posture to posture."""

    at: float
    places: Mapping[int, Place]
    """Landmark → place relative to the hips, m: of nose, elbows and wrists as far as visible."""
    speed: float
    """Their mean speed, body sizes a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How somebody holds themselves at one moment; None: not visible."""

    size: float
    """m: the width of the shoulders, as far as the torso agrees."""
    openness: float | None
    """−1 arms folded or held close, 1 spread."""
    head: float
    """−1 dropped, 0 up as usual, 1 thrown back."""
    slump: float | None
    """0 upright, 1 bent over."""
    raised: float
    """0..1: hands above the shoulders."""
    facing: float
    """0 turned away, 1 shoulders square to the pet."""
    lean: float | None
    """−1 leant back, 1 leant towards the pet."""
    seen: float
    """0..1: share of the landmarks used that are visible."""


class PostureReader:
    """Posture with `landmarks` → the same with arousal, engagement, a cautious valence and a low
    confidence."""

    def __init__(self) -> None:
        self._before: dict[str, Movement] = {}

    def read(self, senses: Sequence[AnySense], now: float) -> Sequence[AnySense]:
        """The postures among the senses, with their estimates."""
        return tuple(self._understood(sense) for sense in senses if isinstance(sense, Posture))

    def _understood(self, posture: Posture) -> Posture:
        if posture.landmarks is None or posture.valence is not None or posture.arousal is not None:
            if posture.confidence is not None:
                return posture
            return replace(posture, confidence=HIGHEST_CONFIDENCE)
        holding = measure(posture.landmarks)
        if holding is None:
            return replace(posture, confidence=0.0)
        speed = self._movement(posture, posture.landmarks, holding.size)
        # 0 at rest, 1 lively.
        moving = math.log(max(speed, LEAST_MOVING) / MOVING) / math.log(LIVELY / MOVING)
        slump, dropped = holding.slump or 0.0, max(0.0, -holding.head)
        arousal = (
            0.9 * math.tanh(0.8 * (moving - 0.3))
            + 0.3 * holding.raised
            - 0.3 * slump
            - 0.15 * dropped
        )
        valence = 0.25 * (holding.openness or 0.0) + 0.35 * holding.head - 0.25 * slump
        valence *= 1.0 - LIVELY_HIDES * _clip(moving, 0.0, 1.0)
        engagement = holding.facing * (0.65 + 0.25 * (holding.lean or 0.0) - 0.25 * dropped)
        clear = abs(valence) + abs(arousal)
        return replace(
            posture,
            valence=round(MOST_VALENCE * math.tanh(valence / MOST_VALENCE), 3),
            arousal=round(MOST_AROUSAL * math.tanh(arousal / MOST_AROUSAL), 3),
            engagement=round(_clip(engagement, 0.0, 1.0), 3),
            confidence=round(HIGHEST_CONFIDENCE * holding.seen * (0.5 + 0.5 * min(1.0, clear)), 3),
        )

    def _movement(self, posture: Posture, marks: Sequence[Sequence[float]], size: float) -> float:
        """Speed of hands, elbows and head relative to the hips, averaged over about a second, in
        body sizes (`size`, m) a second: a child who waves is as lively as a man who does."""
        hips = _between(marks, HIPS)
        here = {
            k: _minus(_place(marks, k), hips)
            for k in (NOSE, *ELBOWS, *WRISTS)
            if _visible(marks, k)
        }
        first = Movement(posture.at, here, AT_FIRST)
        at, there, speed = self._before.get(posture.person, first)
        dt, both = posture.at - at, here.keys() & there.keys()
        if 0.0 < dt < LONGEST_GAP_S and both:
            way = sum(math.dist(here[k], there[k]) for k in sorted(both)) / len(both)
            speed += (way / size / dt - speed) * (1.0 - math.exp(-dt / MOVEMENT_LASTS_S))
        self._before[posture.person] = Movement(posture.at, here, speed)
        return speed


def measure(marks: Sequence[Sequence[float]]) -> Holding | None:
    """How somebody holds themselves, from 33 landmarks of (x, y, z) or (x, y, z, visibility); None
    where nose and shoulders are not all visible."""
    left, right = (_place(marks, k) for k in SHOULDERS)
    width = math.dist(left, right)
    if width < 0.05 or not all(_visible(marks, k) for k in (*SHOULDERS, NOSE)):
        return None
    shoulders, hips, nose = _between(marks, SHOULDERS), _between(marks, HIPS), _place(marks, NOSE)
    torso = math.dist(shoulders, hips)
    legs = all(_visible(marks, k) for k in HIPS) and torso > 0.1
    wrists = [_place(marks, k) for k in WRISTS if _visible(marks, k)]
    arms = len(wrists) == 2 and all(_visible(marks, k) for k in ELBOWS)
    spread = math.dist(*wrists) + math.dist(*(_place(marks, k) for k in ELBOWS)) if arms else 0.0
    used = (NOSE, *SHOULDERS, *ELBOWS, *WRISTS, *HIPS)
    return Holding(
        size=0.5 * (width + TORSO * torso) if legs else width,
        openness=math.tanh((0.5 * spread / width - TYPICAL_ARMS) / ARMS_RANGE) if arms else None,
        head=math.tanh(((shoulders[1] - nose[1]) / width - TYPICAL_HEAD) / HEAD_RANGE),
        slump=math.tanh(math.acos(_clip((hips[1] - shoulders[1]) / torso, -1.0, 1.0)) / SLUMP_RAD)
        if legs
        else None,
        raised=_clip(sum(max(0.0, shoulders[1] - w[1]) for w in wrists) / (2.0 * width), 0.0, 1.0),
        facing=_clip(1.3 * abs(left[0] - right[0]) / width - 0.3, 0.0, 1.0),
        lean=_clip((hips[2] - shoulders[2]) / torso / 0.5, -1.0, 1.0) if legs else None,
        seen=sum(_visible(marks, k) for k in used) / len(used),
    )


def _place(marks: Sequence[Sequence[float]], k: int) -> Place:
    return marks[k][0], marks[k][1], marks[k][2]


def _visible(marks: Sequence[Sequence[float]], k: int) -> bool:
    return len(marks[k]) < 4 or marks[k][3] >= VISIBLE


def _between(marks: Sequence[Sequence[float]], pair: tuple[int, int]) -> Place:
    a, b = _place(marks, pair[0]), _place(marks, pair[1])
    return 0.5 * (a[0] + b[0]), 0.5 * (a[1] + b[1]), 0.5 * (a[2] + b[2])


def _minus(a: Place, b: Place) -> Place:
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def _clip(value: float, low: float, high: float) -> float:
    return max(low, min(high, value))
