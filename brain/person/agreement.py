"""How far channels agree about a person: agreement makes the estimate surer, contradiction makes it
less sure than the surest channel alone.

Two channels are compared by a Bayes factor: how much likelier one reading is, given the other and
the errors of both, than if it came from an unrelated feeling. Above one it corroborates, and the
confidence rises towards that of both together; below one it contradicts.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, sqrt
from typing import NamedTuple

from moggy.brain.feeling_shapes import Channel
from moggy.messages import Evidence
from moggy.vocabulary import EvidenceChannel

OTHER = Channel()
"""The errors of a channel that the appraisal table does not name."""
SPREAD = 0.6
"""Standard deviation of valence and arousal about the person's baseline when nothing is seen."""
PRIOR = 1.0 / (SPREAD * SPREAD)
"""Weight (1 / variance) of that baseline."""
NOISE_SDS = 0.8
"""Standard deviations by which two values may differ before they count as disagreeing."""
LEAST_WEIGHT = 0.01
"""Weight (1 / variance) below which a channel says nothing."""
AROUSAL_CONFLICT = 0.6
"""What a contradiction in arousal counts beside one in valence. Our choice: valence tells people's
feelings apart first."""
CONFLICT_COST = 0.7
"""Share of the confidence that is lost when two channels contradict each other completely; not all,
since one of them is still right. Our choice; `python -m bench fuse` prints its effect."""
SCATTER_SHARE = 0.25
"""Share of the squared difference that a full contradiction adds to the variance of valence: half
the distance is the deviation of each from their middle."""


class Reading(NamedTuple):
    """What one channel says now. Weights are 1 / variance; valence and arousal −1..1."""

    weight: float
    valence_weight: float
    valence: float
    arousal_weight: float
    arousal: float


def disagreement(difference: float, variance: float) -> float:
    """0..1: how much two values contradict each other, given the sum of their variances.

    Differences within the noise give almost none.
    """
    excess = abs(difference) / sqrt(variance) - NOISE_SDS
    return 0.0 if excess <= 0.0 else 1.0 - exp(-excess * excess)


def together(heard: list[Reading], valence: float, arousal: float) -> tuple[float, float, float]:
    """(confidence, conflict, variance of valence that the conflict adds) of all readings.

    The surest channel comes first; each further one is compared with all before it. `valence` and
    `arousal` are the person's baseline, about which feelings spread by SPREAD.
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
                conflict, scatter = -agrees_v, -agrees_v * SCATTER_SHARE * (says_v - v) ** 2
            if -AROUSAL_CONFLICT * agrees_a > conflict:
                conflict = -AROUSAL_CONFLICT * agrees_a
        v += (says_v - v) * wv / after_v
        a += (says_a - a) * wa / after_a
        known_v, known_a = after_v, after_a
    return confidence * (1.0 - CONFLICT_COST * conflict), conflict, scatter


def _agreement(says: float, weight: float, mean: float, precision: float, base: float) -> float:
    """Compare one more reading with what is known so far (mean, precision): 1 where it says the
    same, below 0 where it contradicts, down to −1."""
    if weight < LEAST_WEIGHT:
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


CONFLICT_BEGINS = 0.45
"""Disagreement of two channels, 0..1, from which it is an event."""
CONFLICT_OVER = 0.2
"""Disagreement below which it is over; the next is an event again."""
ALIKE = NOISE_SDS * NOISE_SDS
"""Squared difference over variance below which nothing disagrees."""
FORGOTTEN_S = 15.0
"""Seconds without anything from either channel after which their contradiction is over."""
KEPT = 128
"""Last words kept, by person and channel; the oldest go first."""


class _GoingOn(NamedTuple):
    """A contradiction that has been told."""

    channels: frozenset[str]
    at: float
    """When one of the two was heard last, s."""


class Contradictions:
    """Keeps the newest evidence of each channel about each person, and finds contradictions: she
    smiles, but the hand is rough."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], Evidence] = {}
        self._going_on: dict[str, _GoingOn] = {}
        self.channels: Mapping[EvidenceChannel, Channel] = {}

    def heard(self, said: Evidence) -> tuple[float, int] | None:
        """Take one piece of evidence. Returns (disagreement 0..1, id of the evidence that it
        contradicts) when a contradiction begins, else None."""
        if said.valence is None:
            return None
        channel = "words" if said.channel == "thought" else said.channel
        mine = self._variance(said, said.at)
        apart: dict[str, tuple[float, int]] = {}
        for (person, name), other in self._last.items():
            if person == said.person and name != channel and other.valence is not None:
                by, both = said.valence - other.valence, mine + self._variance(other, said.at)
                far = by * by > ALIKE * mine
                apart[name] = disagreement(by, both) if far else 0.0, other.id
        self._last[said.person, channel] = said
        if len(self._last) > KEPT:
            del self._last[next(iter(self._last))]
        told = self._going_on.get(said.person)
        if told is not None and said.at - told.at <= FORGOTTEN_S:
            if channel in told.channels:
                (name,) = told.channels - {channel}
                if apart.get(name, (0.0, 0))[0] < CONFLICT_OVER:
                    del self._going_on[said.person]
                else:
                    self._going_on[said.person] = told._replace(at=said.at)
            return None
        name, worst = max(apart.items(), key=lambda item: item[1][0], default=("", (0.0, 0)))
        if worst[0] <= CONFLICT_BEGINS:
            return None
        self._going_on[said.person] = _GoingOn(frozenset((channel, name)), said.at)
        return worst

    def _variance(self, said: Evidence, now: float) -> float:
        """Variance of the valence that was said; it grows with age."""
        channel = self.channels.get(said.channel, OTHER)
        weight = said.confidence * max(1e-4, 1.0 - max(0.0, now - said.at) / (2.0 * channel.lasts))
        return channel.valence * channel.valence / max(1e-4, weight)
