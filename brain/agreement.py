"""Whether channels speak of the same feeling: agreement makes the estimate surer, contradiction less sure than the surest alone.

Two channels are compared by a Bayes factor: how much likelier what the one says is, given the other and the errors of both, than if it
spoke of some feeling of its own. Above one it corroborates, and the confidence rises towards that of both together; below one it
contradicts.
"""

from __future__ import annotations

import math

SPREAD = 0.6
"""Standard deviation of valence and arousal about the person's baseline when nothing is seen."""
PRIOR = 1.0 / (SPREAD * SPREAD)
NOTHING = 0.01
"""Weight below which a channel says nothing."""
AROUSAL_AGAINST = 0.6
"""How much a contradiction in arousal counts beside one in valence: people are told apart by their valence first."""
LOST = 0.7
"""Share of the confidence that is lost when two channels contradict each other wholly: one of them is still right."""

Said = tuple[float, float, float, float, float]
"""What one channel says: its whole weight, then weight and value of valence, weight and value of arousal"""


def disagreement(difference: float, variance: float) -> float:
    """0..1: how much two values contradict each other, given the sum of their variances; noise alone gives almost none."""
    excess = abs(difference) / math.sqrt(variance) - 0.8
    return 0.0 if excess <= 0.0 else 1.0 - math.exp(-excess * excess)


def together(heard: list[Said], valence: float, arousal: float) -> tuple[float, float, float]:
    """Confidence, conflict, and the variance of valence that the conflict adds: the surest channel first, each next beside those before."""
    v, a = _Known(valence), _Known(arousal)
    confidence = conflict = scatter = 0.0
    for n, (_, wv, says_v, wa, says_a) in enumerate(sorted(heard, key=_weight, reverse=True) if len(heard) > 1 else heard):
        before = v.share + a.share
        far = says_v - v.mean
        gained, against = v.hear(says_v, wv)
        gained_a, against_a = a.hear(says_a, wa)
        if n == 0:
            confidence = 0.5 * (v.share + a.share)
            continue
        confidence += 0.5 * (v.share + a.share - before) * min(gained, gained_a)
        if against > conflict:
            scatter = against * 0.25 * far * far
        conflict = max(conflict, against, AROUSAL_AGAINST * against_a)
    return confidence * (1.0 - LOST * conflict), conflict, scatter


class _Known:
    """One dimension of somebody: the baseline, and what the channels heard so far make of it."""

    __slots__ = ("_base", "mean", "precision")

    def __init__(self, base: float) -> None:
        self._base = self.mean = base
        self.precision = PRIOR

    @property
    def share(self) -> float:
        """0..1: how much of what is not known of anybody is known."""
        return 1.0 - PRIOR / self.precision

    def hear(self, says: float, weight: float) -> tuple[float, float]:
        """One more channel. Gives how far it corroborates, 0..1: 1 for the same value; and how far it contradicts, 0..1."""
        if weight < NOTHING:
            return 1.0, 0.0
        noise = 1.0 / weight
        same, other = noise + 1.0 / self.precision, noise + SPREAD * SPREAD
        apart, odd = says - self.mean, says - self._base
        most = math.sqrt(other / same)
        factor = most * math.exp(0.5 * (odd * odd / other - apart * apart / same))
        self.mean += (says - self.mean) * weight / (self.precision + weight)
        self.precision += weight
        if factor < 1.0:
            return 0.0, 1.0 - factor
        return (1.0 if factor >= most else (factor - 1.0) / (most - 1.0)), 0.0


def _weight(said: Said) -> float:
    return said[0]
