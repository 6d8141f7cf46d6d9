"""Whether channels speak of the same feeling: agreement makes the estimate surer, contradiction
less sure than the surest alone.

Two channels are compared by a Bayes factor: how much likelier what the one says is, given the other
and the errors of both, than if it spoke of some feeling of its own. Above one it corroborates, and
the confidence rises towards that of both together; below one it contradicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, sqrt

from moggy.brain.appraisals import Channel
from moggy.messages import Evidence
from moggy.vocabulary import EvidenceChannel

OTHER = Channel()
"""Of a channel that the appraisal table does not name."""
SPREAD = 0.6
"""Standard deviation of valence and arousal about the person's baseline when nothing is seen."""
PRIOR = 1.0 / (SPREAD * SPREAD)
NOISE = 0.8
"""Standard deviations that two values may differ before they disagree."""
NOTHING = 0.01
"""Weight below which a channel says nothing."""
AROUSAL_AGAINST = 0.6
"""How much a contradiction in arousal counts beside one in valence: people are told apart by their
valence first."""
LOST = 0.7
"""Share of the confidence that is lost when two channels contradict each other wholly: one of them
is still right."""

Reading = tuple[float, float, float, float, float]
"""What one channel says: its whole weight, then weight and value of valence, weight and value of
arousal"""


def disagreement(difference: float, variance: float) -> float:
    """0..1: how much two values contradict each other, given the sum of their variances; noise
    alone gives almost none."""
    excess = abs(difference) / sqrt(variance) - NOISE
    return 0.0 if excess <= 0.0 else 1.0 - exp(-excess * excess)


def together(heard: list[Reading], valence: float, arousal: float) -> tuple[float, float, float]:
    """Confidence, conflict, and the variance of valence that the conflict adds: the surest channel
    first, each next beside those before.

    `valence` and `arousal` are the person's baseline, about which anybody's feelings are spread.
    """
    if len(heard) > 1:
        heard = sorted(heard, key=_weight, reverse=True)
    v, a, known_v, known_a = valence, arousal, PRIOR, PRIOR
    confidence = conflict = scatter = 0.0
    for n, (_, wv, says_v, wa, says_a) in enumerate(heard):
        after_v, after_a = known_v + wv, known_a + wa
        gain = 0.5 * PRIOR * (1.0 / known_v - 1.0 / after_v + 1.0 / known_a - 1.0 / after_a)
        if n == 0:
            confidence = gain
        else:
            agrees_v, agrees_a = (
                _agreement(says_v, wv, v, known_v, valence),
                _agreement(says_a, wa, a, known_a, arousal),
            )
            agrees = agrees_v if agrees_v < agrees_a else agrees_a
            if agrees > 0.0:
                confidence += gain * agrees
            if -agrees_v > conflict:
                conflict, scatter = -agrees_v, -agrees_v * 0.25 * (says_v - v) ** 2
            if -AROUSAL_AGAINST * agrees_a > conflict:
                conflict = -AROUSAL_AGAINST * agrees_a
        v += (says_v - v) * wv / after_v
        a += (says_a - a) * wa / after_a
        known_v, known_a = after_v, after_a
    return confidence * (1.0 - LOST * conflict), conflict, scatter


def _agreement(says: float, weight: float, mean: float, precision: float, base: float) -> float:
    """One more channel beside what is known (mean, precision): 1 where it says the same, below 0
    where it contradicts, down to −1."""
    if weight < NOTHING:
        return 1.0
    same, other = 1.0 / weight + 1.0 / precision, 1.0 / weight + SPREAD * SPREAD
    apart, odd = says - mean, says - base
    most = sqrt(other / same)
    factor = most * exp(0.5 * (odd * odd / other - apart * apart / same))
    if factor < 1.0:
        return factor - 1.0
    return 1.0 if factor >= most else (factor - 1.0) / (most - 1.0)


def _weight(said: Reading) -> float:
    return said[0]


BEGINS, OVER = 0.45, 0.2
"""Disagreement of two channels at which it is an event, and at which it is over."""
ALIKE = NOISE * NOISE
"""Squared difference over variance below which nothing disagrees."""
KEPT = 128
"""Last words kept, by person and channel; the oldest go first."""


class Contradictions:
    """Remembers the last word of each channel about each person."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], Evidence] = {}
        self._going_on: set[str] = set()
        self.channels: Mapping[EvidenceChannel, Channel] = {}

    def heard(self, said: Evidence) -> tuple[float, int] | None:
        """(how much, id of the evidence that it contradicts), when a contradiction begins."""
        if said.valence is None:
            return None
        channel = "words" if said.channel == "thought" else said.channel
        mine = self._variance(said, said.at)
        worst, other_id = 0.0, 0
        for (person, name), other in self._last.items():
            if person != said.person or name == channel or other.valence is None:
                continue
            apart = said.valence - other.valence
            if apart * apart > ALIKE * mine:
                found = disagreement(apart, mine + self._variance(other, said.at))
                if found > worst:
                    worst, other_id = found, other.id
        self._last[said.person, channel] = said
        if len(self._last) > KEPT:
            del self._last[next(iter(self._last))]
        if said.person in self._going_on:
            if worst < OVER:
                self._going_on.discard(said.person)
        elif worst > BEGINS:
            self._going_on.add(said.person)
            return worst, other_id
        return None

    def _variance(self, said: Evidence, now: float) -> float:
        """Of the valence that was said, grown with its age."""
        channel = self.channels.get(said.channel, OTHER)
        weight = said.confidence * max(1e-4, 1.0 - max(0.0, now - said.at) / (2.0 * channel.lasts))
        return channel.valence * channel.valence / max(1e-4, weight)
