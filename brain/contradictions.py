"""Where what one channel says of a person contradicts another: she smiles, but the hand is rough."""

from __future__ import annotations

from collections.abc import Mapping

from moggy.brain.agreement import NOISE, disagreement
from moggy.brain.appraisals import Channel
from moggy.brain.fusion import OTHER
from moggy.messages import Evidence

BEGINS, OVER = 0.45, 0.2
"""Disagreement of two channels at which it is an event, and at which it is over."""
ALIKE = NOISE * NOISE
"""Squared difference over variance below which nothing disagrees."""
KEPT = 128


class Contradictions:
    """Remembers the last word of each channel about each person."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], Evidence] = {}
        self._going_on: set[str] = set()
        self.channels: Mapping[str, Channel] = {}

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
