"""How a person feels, from any subset of channels at any rate: valence and arousal with variances,
seven classes, and how sure that is.

Each channel keeps one track: the average of its recent samples, so that a channel counts once
however often it speaks. The tracks are weighed by their measured errors, confidence and age,
together with the person's own baseline, to which the estimate returns. What differs too much from
its own track is held back until it is repeated; channels that contradict each other lower the
confidence (`agreement.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from moggy.brain.appraisals import Channel
from moggy.brain.person.agreement import OTHER, PRIOR, SPREAD, Reading, together
from moggy.messages import Evidence, PersonEstimate, Probabilities
from moggy.vocabulary import CLASS_PLACES, CLASSES, EVERYBODY, EvidenceChannel

_PLACES = tuple(CLASS_PLACES.values())
ANCHOR_WIDTH = 0.45
NEARNESS = 0.5 / (ANCHOR_WIDTH * ANCHOR_WIDTH)
FARTHEST = 4.0 / NEARNESS
"""Squared distance from an anchor beyond which it makes no more difference."""
GATE, GATED_AFTER, ACCEPTED = 2.0, 2.5, 3
"""Errors away from its track from which a sample is held back; after how many recent samples; and
the repetitions that make it believed."""
HALF_A_SECOND_AGAIN = 1.5
"""Seconds within which a sample held back must be repeated."""
UNSURE = 0.3
"""Confidence below which the estimate says *unsure*."""
LEARNS = 4.0 * 3600.0
"""Seconds of being seen in which a person's baseline moves 63 % of the way."""
SURER = 0.7
"""A thought less sure than this share of what it would replace is not heard."""
PEOPLE = 64
"""People estimated at once; who was seen longest ago is forgotten first."""
_FLOOR = 0.02
_N = len(CLASSES)


class FilterTrack:
    """What one channel says now."""

    __slots__ = (
        "about",
        "arousal",
        "arousal_trust",
        "at",
        "mass",
        "odd",
        "odd_at",
        "odd_valence",
        "pool",
        "valence",
        "valence_trust",
    )

    def __init__(self) -> None:
        self.at = self.odd_at = -1e9
        self.valence = self.arousal = self.valence_trust = self.arousal_trust = self.mass = (
            self.odd_valence
        ) = 0.0
        self.pool: list[float] | None = None
        self.odd = 0
        self.about = 0

    def take(self, said: Evidence, channel: Channel) -> None:
        """One more sample."""
        gap = max(0.0, said.at - self.at)
        self.mass *= math.exp(-gap / channel.smooth) if channel.smooth else 0.0
        valence, arousal = _place_of(said)
        if self._is_odd(said, valence, channel, gap):
            return
        mass = self.mass + 1.0
        share = 1.0 / mass
        trust = said.confidence
        if valence is not None:
            self.valence += (valence - self.valence) * (share if self.valence_trust else 1.0)
            self.valence_trust += (trust - self.valence_trust) * share
        if arousal is not None:
            self.arousal += (arousal - self.arousal) * (share if self.arousal_trust else 1.0)
            self.arousal_trust += (trust - self.arousal_trust) * share
        pool = _log_odds(said.probabilities) if said.probabilities else _near(valence, arousal)
        old = self.pool
        self.pool = (
            pool
            if old is None or share == 1.0
            else [a + (b - a) * share for a, b in zip(old, pool, strict=True)]
        )
        self.mass, self.at = mass, max(self.at, said.at)

    def _is_odd(self, said: Evidence, valence: float | None, channel: Channel, gap: float) -> bool:
        if (
            valence is None
            or self.mass < GATED_AFTER
            or abs(valence - self.valence) < GATE * channel.valence
        ):
            self.odd = 0
            return False
        alike = (
            self.odd
            and abs(valence - self.odd_valence) < channel.valence
            and said.at - self.odd_at < HALF_A_SECOND_AGAIN
        )
        self.odd = self.odd + 1 if alike else 1
        self.odd_at, self.odd_valence = said.at, valence
        if self.odd < ACCEPTED:
            return True
        self.odd, self.mass = 0, 0.0
        return False


class Somebody:
    """One person: the tracks of the channels, and the baseline that is learnt."""

    __slots__ = ("arousal", "seen", "tracks", "valence")

    def __init__(self, valence: float = 0.0, arousal: float = 0.0) -> None:
        self.tracks: dict[EvidenceChannel, FilterTrack] = {}
        self.valence, self.arousal = valence, arousal
        self.seen = -1.0


Estimate = tuple[float, float, float, float, list[float], float, float]
"""valence, arousal, their standard deviations, class probabilities, confidence, conflict"""


class Fusion:
    """Everybody's estimate."""

    def __init__(
        self,
        channels: Mapping[EvidenceChannel, Channel],
        baselines: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        self.adopt(channels)
        self.people = {
            name: Somebody(b.get("valence", 0.0), b.get("arousal", 0.0))
            for name, b in (baselines or {}).items()
        }

    def adopt(self, channels: Mapping[EvidenceChannel, Channel]) -> None:
        self._channels = channels
        self._weights = {name: _weights(channel) for name, channel in channels.items()}

    def forget(self, person: str) -> None:
        if person == EVERYBODY:
            self.people.clear()
        else:
            self.people.pop(person, None)

    def take(self, said: Evidence) -> None:
        """Hear one channel out. A thought replaces what the words it is about said, unless there
        are newer ones or it is much less sure."""
        somebody = self.people.get(said.person)
        if somebody is None:
            somebody = self.people[said.person] = Somebody()
            if len(self.people) > PEOPLE:
                del self.people[
                    min(self.people, key=lambda name: (name == said.person, self.people[name].seen))
                ]
        somebody.seen = max(somebody.seen, said.at)
        channel, name = self._channels.get(said.channel, OTHER), said.channel
        about = said.because[0] if said.because else 0
        if name == "thought":
            name = "words"
            words = somebody.tracks.get(name)
            if words is not None and (
                words.about > about
                or (words.about == about and said.confidence < SURER * words.valence_trust)
            ):
                return
            if words is not None and words.about == about:
                words.mass = 0.0
                words.valence_trust = words.arousal_trust = 0.0
                words.pool = None
        track = somebody.tracks.get(name)
        if track is None:
            track = somebody.tracks[name] = FilterTrack()
        track.take(said, channel)
        track.about = about

    def learn(self, person: str, now: float, seconds: float) -> None:
        """Draw the person's baseline towards what is seen of them, by how sure that is."""
        somebody = self.people[person]
        valence, arousal, _, _, _, confidence, _ = self.estimate(person, now)
        if confidence > UNSURE:
            share = (1.0 - math.exp(-seconds / LEARNS)) * confidence
            somebody.valence = max(
                -0.5, min(0.5, somebody.valence + (valence - somebody.valence) * share)
            )
            somebody.arousal = max(
                -0.5, min(0.5, somebody.arousal + (arousal - somebody.arousal) * share)
            )

    def estimate(self, person: str, now: float) -> Estimate:
        """Somebody at `now`; of one never seen, what is true of anybody."""
        somebody = self.people.get(person)
        if somebody is None:
            return 0.0, 0.0, SPREAD, SPREAD, [1.0 / _N] * _N, 0.0, 0.0
        pv = pa = PRIOR
        v, a = PRIOR * somebody.valence, PRIOR * somebody.arousal
        weights = self._weights
        logits: list[float] | None = None
        heard: list[Reading] = []
        for name, track in somebody.tracks.items():
            age = now - track.at
            lasts, per_valence, per_arousal, classes = weights.get(name, UNKNOWN)
            fresh = math.exp(-age / lasts) if age > 0.0 else 1.0
            if fresh < 1e-6:
                continue
            wv = track.valence_trust * fresh * per_valence
            wa = track.arousal_trust * fresh * per_arousal
            pv += wv
            pa += wa
            v += wv * track.valence
            a += wa * track.arousal
            heard.append((wv + wa, wv, track.valence, wa, track.arousal))
            if track.pool is not None:
                trust = (
                    track.valence_trust
                    if track.valence_trust > track.arousal_trust
                    else track.arousal_trust
                )
                weight = classes * trust * fresh
                logits = (
                    [weight * x for x in track.pool]
                    if logits is None
                    else [y + weight * x for x, y in zip(track.pool, logits, strict=True)]
                )
        v, a = v / pv, a / pa
        confidence, conflict, scatter = together(heard, somebody.valence, somebody.arousal)
        return (
            v,
            a,
            math.sqrt(1.0 / pv + scatter),
            math.sqrt(1.0 / pa),
            _softmax(logits),
            confidence,
            conflict,
        )


def _weights(channel: Channel) -> tuple[float, float, float, float]:
    """Seconds that it lasts, its weights at full confidence in valence and arousal, and that of its
    classes."""
    return (
        channel.lasts,
        1.0 / (channel.valence * channel.valence),
        1.0 / (channel.arousal * channel.arousal),
        channel.classes,
    )


UNKNOWN = _weights(OTHER)


def published(
    person: str,
    estimate: Estimate,
    present: bool,
    attention: float,
    bearing: tuple[float, float] | None,
) -> PersonEstimate:
    valence, arousal, valence_sd, arousal_sd, probabilities, confidence, conflict = estimate
    return PersonEstimate(
        person=person,
        present=present,
        valence=max(-1.0, min(1.0, valence)),
        arousal=max(-1.0, min(1.0, arousal)),
        valence_sd=valence_sd,
        arousal_sd=arousal_sd,
        probabilities=dict(zip(CLASSES, probabilities, strict=True)),
        confidence=confidence,
        unsure=confidence < UNSURE or conflict > 0.7,
        conflict=conflict,
        attention=attention,
        bearing=bearing,
    )


def _place_of(said: Evidence) -> tuple[float | None, float | None]:
    if said.probabilities and (said.valence is None or said.arousal is None):
        total = sum(said.probabilities.values()) or 1.0
        odds = [said.probabilities.get(name, 0.0) / total for name in CLASSES]
        valence = sum(p * place[0] for p, place in zip(odds, _PLACES, strict=True))
        arousal = sum(p * place[1] for p, place in zip(odds, _PLACES, strict=True))
        return (valence if said.valence is None else said.valence), (
            arousal if said.arousal is None else said.arousal
        )
    return said.valence, said.arousal


def _log_odds(probabilities: Probabilities) -> list[float]:
    total = sum(probabilities.values()) or 1.0
    logs = [math.log(max(_FLOOR, probabilities.get(name, 0.0) / total)) for name in CLASSES]
    middle = sum(logs) / _N
    return [x - middle for x in logs]


def _near(valence: float | None, arousal: float | None) -> list[float]:
    """What valence and arousal alone say about the classes."""
    logs = []
    for v, a in _PLACES:
        far = (0.0 if valence is None else (valence - v) ** 2) + (
            0.0 if arousal is None else 0.5 * (arousal - a) ** 2
        )
        logs.append(-far * NEARNESS if far < FARTHEST else -4.0)
    middle = sum(logs) / _N
    return [x - middle for x in logs]


def _softmax(logits: list[float] | None) -> list[float]:
    if logits is None:
        return [1.0 / _N] * _N
    top = max(logits)
    powers = [math.exp(x - top) for x in logits]
    total = sum(powers)
    return [x / total for x in powers]
