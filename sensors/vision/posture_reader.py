"""Reads postures: open or closed, upright or slumped, turned to the pet or away, moving or still
become arousal, engagement and a little of valence.

These rules are **not validated**: no packaged model maps posture to feeling, and no labelled set
with a clear licence is at hand. So the confidence is at most 0.3. In studies of acted bodies an
expansive, upright posture goes with positive states, a contracted, bowed one with negative states,
and speed of movement with arousal (Wallbott 1998; de Meijer 1989).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
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
MOVING_M_S = 0.12
"""m/s of hands, elbows and head relative to the hips; below is sitting still and the jitter of the
network."""
LIVELY_M_S = 0.6
"""m/s of somebody who gestures."""
AT_FIRST_M_S = 0.06
"""m/s before anything was seen to move."""
TYPICAL_HEAD = 0.45
"""Height of the nose above the shoulders / width of the shoulders, of somebody who sits upright
(0.44 measured on one portrait)."""
TYPICAL_ARMS = 1.0
"""Mean distance between wrists and between elbows / width of the shoulders: hands in the lap 0.95,
folded arms 0.8, hanging ones 1.4."""
MOVEMENT_LASTS_S = 1.0
"""Seconds over which movement is averaged."""
LONGEST_GAP_S = 2.0
"""Seconds between two postures above which no speed is measured."""


class Movement(NamedTuple):
    """What is kept of one person from posture to posture."""

    at: float
    places: tuple[Place, ...]
    """Of nose, elbows and wrists as far as visible, relative to the hips; m."""
    speed: float
    """Their mean speed, m/s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How somebody holds themselves at one moment; None: not visible."""

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
        energy = self._movement(posture)
        # 0 at rest, 1 lively.
        moving = math.log(max(energy, 0.02) / MOVING_M_S) / math.log(LIVELY_M_S / MOVING_M_S)
        arousal = (
            0.9 * math.tanh(0.8 * (moving - 0.3))
            + 0.3 * holding.raised
            - 0.3 * (holding.slump or 0.0)
        )
        valence = (
            0.25 * (holding.openness or 0.0)
            + 0.35 * holding.head
            - 0.25 * (holding.slump or 0.0)
            + 0.25 * holding.raised
        )
        engagement = holding.facing * (
            0.65 + 0.25 * (holding.lean or 0.0) - 0.25 * max(0.0, -holding.head)
        )
        clear = abs(valence) + abs(arousal)
        return replace(
            posture,
            valence=round(_clip(valence, -0.6, 0.6), 3),
            arousal=round(_clip(arousal, -0.8, 0.8), 3),
            engagement=round(_clip(engagement, 0.0, 1.0), 3),
            confidence=round(HIGHEST_CONFIDENCE * holding.seen * (0.5 + 0.5 * min(1.0, clear)), 3),
        )

    def _movement(self, posture: Posture) -> float:
        """m/s of hands, elbows and head relative to the hips, averaged over about a second."""
        marks = posture.landmarks or ()
        hips = _between(marks, HIPS)
        here = tuple(
            _minus(_place(marks, k), hips) for k in (NOSE, *ELBOWS, *WRISTS) if _visible(marks, k)
        )
        first = Movement(posture.at, here, AT_FIRST_M_S)
        at, there, energy = self._before.get(posture.person, first)
        dt = posture.at - at
        if 0.0 < dt < LONGEST_GAP_S and here and len(here) == len(there):
            speed = sum(math.dist(a, b) for a, b in zip(here, there, strict=True)) / len(here) / dt
            energy += (speed - energy) * (1.0 - math.exp(-dt / MOVEMENT_LASTS_S))
        self._before[posture.person] = Movement(posture.at, here, energy)
        return energy


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
    elbows = [_place(marks, k) for k in ELBOWS]
    used = (NOSE, *SHOULDERS, *ELBOWS, *WRISTS, *HIPS)
    return Holding(
        openness=_clip(
            ((math.dist(*wrists) + math.dist(*elbows)) / (2.0 * width) - TYPICAL_ARMS) / 0.5,
            -1.0,
            1.0,
        )
        if arms
        else None,
        head=_clip(((shoulders[1] - nose[1]) / width - TYPICAL_HEAD) / 0.3, -1.0, 1.0),
        slump=_clip(
            (math.acos(_clip((hips[1] - shoulders[1]) / torso, -1.0, 1.0)) - 0.25) / 0.7, 0.0, 1.0
        )
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
