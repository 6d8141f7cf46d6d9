"""What repetition does: the same event counts less each time (habituation), what hurts counts more
(sensitisation), and touch adds up to *enough* (over-stimulation).

Kept for each event × zone × person. After Thompson & Spencer 1966 (Psychological Review 73, 16–43):
exponential wear, spontaneous recovery, dishabituation by another strong stimulus, sensitisation.
"""

from __future__ import annotations

import math

from moggy.brain.appraisals import EnoughShape, Rule
from moggy.personality import Temperament
from moggy.vocabulary import EVERYBODY

SPELL = 3.0
"""Seconds of an ongoing event that wear as much as one event."""
MOST = 0.5, 0.85
"""The largest share of an answer that wears off: of what goes on, and of what happens."""
KEPT = 256
"""Keys remembered at once; the longest untouched are forgotten first."""

Key = tuple[str, str | None, str | None]
"""event, zone, person"""


class _Worn:
    __slots__ = ("at", "roused", "sharp", "worn")

    def __init__(self, at: float, roused: float) -> None:
        self.at, self.roused = at, roused
        self.worn = self.sharp = 0.0


class Habituation:
    """How much of its answer each repeated event still gets."""

    def __init__(self) -> None:
        self._keys: dict[Key, _Worn] = {}
        self._roused = 0.0
        """All that was rousing so far; a key notes it after its own share, for nothing
        dishabituates to itself."""

    def answer(self, key: Key, rule: Rule, now: float) -> float:
        """Factor on what the event does: below 1 where it wore off, above where it became sharper,
        at most 2."""
        one = self._keys.get(key)
        if one is None:
            return 1.0
        fade = math.exp(-(now - one.at) / rule.recovers)
        worn = one.worn * fade * math.exp(one.roused - self._roused)
        return (1.0 - worn) * (1.0 + one.sharp * fade)

    def forget(self, person: str) -> None:
        """Nobody is used to what a stranger does."""
        self._keys = {
            key: worn for key, worn in self._keys.items() if person not in (key[2], EVERYBODY)
        }

    def happened(self, key: Key, rule: Rule, dose: float, strength: float, now: float) -> None:
        """Wear or sharpen by one event, or by `dose` seconds of one that goes on."""
        if not (rule.wears or rule.sharpens or rule.rouses):
            return
        one = self._keys.pop(key, None) or _Worn(now, self._roused)
        times = dose / SPELL if rule.ongoing else dose
        fade = math.exp(-(now - one.at) / rule.recovers)
        worn = one.worn * fade * math.exp(one.roused - self._roused)
        most = MOST[0] if rule.ongoing else MOST[1]
        if worn < most:
            worn += (most - worn) * (1.0 - (1.0 - rule.wears / most) ** times)
        one.worn = worn
        sharp = one.sharp * fade
        one.sharp = sharp + (1.0 - sharp) * (1.0 - (1.0 - rule.sharpens) ** times)
        rouse = rule.rouses * strength * min(1.0, times) * (1.0 - worn)
        self._roused += rouse
        one.at, one.roused = now, self._roused
        self._keys[key] = one
        if len(self._keys) > KEPT:
            del self._keys[next(iter(self._keys))]


def sensitivity(liking: float) -> float:
    """How fast skin that is liked so much (−1..1) has had enough: the worst skin 1, the temple
    about a sixth."""
    return 0.12 + 0.44 * (1.0 - liking)


class Enough:
    """One level in 0..1."""

    def __init__(self, shape: EnoughShape, temperament: Temperament) -> None:
        self.level = 0.0
        self.adopt(shape, temperament)

    def adopt(self, shape: EnoughShape, temperament: Temperament) -> None:
        self._shape = shape
        self._drains = 1.0 / (shape.drains * (0.75 + 0.5 * temperament.neuroticism))
        self._patience = 1.0 - shape.agreeableness * (temperament.agreeableness - 0.5)

    def add(self, amount: float, trust: float, pleasure: float) -> None:
        """`amount` of touch, scaled by zone, from somebody trusted so much, in a mood so pleasant.
        What has soured builds faster."""
        crossness = 1.0 + 0.4 * max(0.0, -pleasure) + self.soured()
        self.level = min(
            1.0,
            self.level + amount * (1.0 - self._shape.trust * trust) * self._patience * crossness,
        )

    def flow(self, dt: float) -> None:
        if self.level:
            self.level *= math.exp(-dt * self._drains)

    def soured(self) -> float:
        """0: a liked touch is bliss; 1: it is wholly unwelcome."""
        low, high = self._shape.sours
        x = (self.level - low) / (high - low)
        return 0.0 if x <= 0.0 else 1.0 if x >= 1.0 else x * x * (3.0 - 2.0 * x)
