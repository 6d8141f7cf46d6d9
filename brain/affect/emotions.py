"""The pet's emotions: each is stirred by causes, rises with an attack, fades with a decay, and
shows above a threshold.

Causes that reinforce each other combine as a soft maximum (a cube norm), so their order does not
matter and no sum runs away; one cause that comes twice counts once. Between events everything is
a closed-form exponential: the same at any tick rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from moggy.brain.feeling_shapes import Tendency
from moggy.messages import Cause
from moggy.personality import Temperament
from moggy.vocabulary import EMOTIONS, Emotion

NORM = 3.0
"""Exponent of the soft maximum: two equal causes of 0.5 stir to 0.63, not to 1."""
FAINT = 1e-12
"""An emotion below this is set to 0 and costs nothing."""
CAUSES = 256
"""Causes remembered at once; the faintest are forgotten first."""
CALMEST = 0.9
"""Factor on the decay of unpleasant emotions of a cat without any neuroticism."""
MOST_ANXIOUS = 1.1
"""Factor on that decay at neuroticism 1. Our choice: recovery time follows neuroticism (Litchfield
et al. 2017 relate it to fearfulness)."""
_NONE = dict.fromkeys(EMOTIONS, 0.0)


class Emotions:
    """A level in 0..1 of each of EMOTIONS. `stir` at an event, `flow` between them."""

    def __init__(self, shapes: Mapping[Emotion, Tendency], temperament: Temperament) -> None:
        self._stirred = [0.0] * len(EMOTIONS)
        self.levels = [0.0] * len(EMOTIONS)
        self._causes: dict[tuple[int, Cause], tuple[float, float, float]] = {}
        self._calmed = [0.0] * len(EMOTIONS)
        self.awake = False
        """Whether anything is stirred."""
        self.adopt(shapes, temperament)

    def adopt(self, shapes: Mapping[Emotion, Tendency], temperament: Temperament) -> None:
        """Use other shapes and another temperament from now on; the levels stay."""
        order = [shapes[name] for name in EMOTIONS]
        slower = CALMEST + (MOST_ANXIOUS - CALMEST) * temperament.neuroticism
        self._decays = [shape.decay * (slower if shape.pleasure < 0.0 else 1.0) for shape in order]
        self._attacks = [
            min(shape.attack, 0.5 * decay) for shape, decay in zip(order, self._decays, strict=True)
        ]
        self.gains = [_gain(shape, temperament) for shape in order]
        self.places = [(shape.pleasure, shape.arousal, shape.dominance) for shape in order]
        self.shares = [shape.share for shape in order]
        self._rows = [
            (name, shape.threshold, 1.0 / (1.0 - shape.threshold), shape.pleasure, shape.arousal)
            for name, shape in zip(EMOTIONS, order, strict=True)
        ]
        self._factors = lru_cache(self._factors_for)

    def stir(self, emotion: int, cause: Cause, level: float, share: float, now: float) -> float:
        """Stir an emotion (its place in EMOTIONS) by a cause towards `level`, `share` of the way.

        Returns by how much it was stirred, 0..1; 0 where the cause already stirs it as much.
        """
        wanted = min(1.0, level) ** NORM
        key = (emotion, cause)
        held = self._held(key, now)
        if wanted <= held:
            return 0.0
        more = (wanted - held) * share
        self._causes[key] = (held + more, now, self._calmed[emotion])
        if len(self._causes) > CAUSES:
            self._forget(now)
        self.awake = True
        before = self._stirred[emotion]
        after: float = min(1.0, before**NORM + more) ** (1.0 / NORM)
        self._stirred[emotion] = after
        return after - before

    def take_back(self, cause: Cause, now: float) -> list[tuple[int, float]]:
        """Undo what a cause still stirs, as if it had not been. Returns (emotion, by how much it is
        stirred less) of each emotion that it stirred."""
        found = []
        for key in [key for key in self._causes if key[1] == cause]:
            emotion, held = key[0], self._held(key, now)
            del self._causes[key]
            before = self._stirred[emotion]
            after: float = max(0.0, before**NORM - held) ** (1.0 / NORM)
            self._stirred[emotion] = after
            found.append((emotion, before - after))
        return found

    def calm(self, emotion: int, depth: float) -> float:
        """Leave exp(-depth) of what stirs an emotion, whatever caused it; `depth` is 0 or more.

        Returns by how much it is stirred less.
        """
        before = self._stirred[emotion]
        self._stirred[emotion] = before * math.exp(-depth)
        self._calmed[emotion] += NORM * depth
        return before - self._stirred[emotion]

    def flow(self, dt: float) -> None:
        """Let `dt` seconds pass."""
        if not self.awake:
            return
        factors = self._factors(dt)
        stirred, levels = self._stirred, self.levels
        self.awake = False
        for i, s in enumerate(stirred):
            level = levels[i]
            if s or level:
                fade, rise, keep = factors[i]
                levels[i] = level * keep + s * rise
                stirred[i] = s * fade
                if s < FAINT and level < FAINT:
                    stirred[i] = levels[i] = 0.0
                else:
                    self.awake = True

    def shown(self) -> tuple[dict[Emotion, float], float, float]:
        """(what of each emotion shows, 0..1; summed pleasure; summed arousal)."""
        shown, pleasure, arousal = dict(_NONE), 0.0, 0.0
        if self.awake:
            for (name, low, high, p, a), level in zip(self._rows, self.levels, strict=True):
                if level > low:
                    shown[name] = shows = (level - low) * high
                    pleasure += shows * p
                    arousal += shows * a
        return shown, pleasure, arousal

    def _held(self, key: tuple[int, Cause], now: float) -> float:
        """What a cause still stirs, cubed, after the time and the calming since."""
        if key not in self._causes:
            return 0.0
        held, at, calmed = self._causes[key]
        return held * math.exp(
            -NORM * (now - at) / self._decays[key[0]] + calmed - self._calmed[key[0]]
        )

    def _factors_for(self, dt: float) -> list[tuple[float, float, float]]:
        """(fade of the stirring, its part in the level, what the level keeps): the exact solution
        of s' = −s/d, l' = (s − l)/a."""
        found = []
        for attack, decay in zip(self._attacks, self._decays, strict=True):
            fade, keep = math.exp(-dt / decay), math.exp(-dt / attack)
            found.append((fade, decay / (decay - attack) * (fade - keep), keep))
        return found

    def _forget(self, now: float) -> None:
        strength = {key: self._held(key, now) for key in self._causes}
        keep = sorted(strength, key=lambda key: -strength[key])[: CAUSES // 2]
        self._causes = {key: self._causes[key] for key in keep}


def _gain(shape: Tendency, temperament: Temperament) -> float:
    more = sum(
        weight * (2.0 * float(getattr(temperament, trait)) - 1.0)
        for trait, weight in shape.temperament.items()
    )
    return min(2.0, max(0.2, 1.0 + more))
