"""Estimates how a person feels from any channels at any rate: valence and arousal with variances,
probabilities of seven classes, and a confidence.

Each channel keeps one track, the average of its recent samples, so a channel counts once however
often it reports. The tracks are weighted by their measured errors, their confidence and their age;
the person's own baseline is one more, weak reading, to which the estimate returns. A sample that
differs too much from its track is held back until it is repeated. Channels that contradict each
other lower the confidence (`agreement.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from moggy.brain.feeling_shapes import Channel
from moggy.brain.person.agreement import OTHER, PRIOR, SPREAD, Reading, together
from moggy.messages import Evidence, PersonEstimate, Probabilities
from moggy.vocabulary import CLASS_PLACES, CLASSES, EVERYBODY, PEOPLE, EvidenceChannel, PersonClass

_PLACES = tuple(CLASS_PLACES.values())
PLACE_WIDTH = 0.45
"""Standard deviation, in valence and arousal, of a class about its place. Our choice: neighbouring
classes overlap, sad and happy do not."""
PER_SQUARE = 0.5 / (PLACE_WIDTH * PLACE_WIDTH)
"""Log-likelihood lost for each unit of squared distance from a place."""
FARTHEST = 4.0 / PER_SQUARE
"""Squared distance from a place beyond which it makes no more difference."""
AROUSAL_SHARE = 0.5
"""Weight of a distance in arousal beside one in valence: arousal is read less well from faces and
words (`python -m bench fuse`)."""
OUTLIER_SDS = 2.0
"""Standard deviations of the channel's error from its track at which a sample is held back."""
OUTLIER_AFTER = 2.5
"""Recent samples that a track needs before it holds anything back."""
OUTLIER_BELIEVED = 3
"""Times that a sample held back must be repeated to be believed."""
OUTLIER_WINDOW_S = 1.5
"""Seconds within which each repetition must come."""
UNSURE_BELOW = 0.3
"""Confidence below which the estimate is *unsure*. Our choice; `python -m bench fuse` prints how
often an unsure estimate is wrong."""
UNSURE_CONFLICT = 0.35
"""Conflict of the channels, 0..1, above which the estimate is *unsure* however confident. Chosen on
GoEmotions dev and half of the people with labelled faces, as the greatest one with which at least
three of four conflicts that both channels show are called unsure; `python -m bench fuse` prints
what it gives on the rest."""
BASELINE_S = 4.0 * 3600.0
"""Seconds of being seen in which a person's baseline moves 63 % of the way."""
BASELINE_REACH = 0.5
"""How far a baseline may lie from neutral, in valence and in arousal."""
THOUGHT_SURE = 0.7
"""A thought is ignored if it is less sure than this share of the reading it would replace."""
DISTRESS: tuple[PersonClass, ...] = ("sad", "afraid")
"""What is met with care."""
CARE_FROM = 0.35
"""Probability of distress, times confidence, from which care begins. Our choice."""
FRESH_LEAST = 1e-6
"""A track whose weight has faded below this share is left out."""
_PROBABILITY_FLOOR = 0.02
"""Below this a class probability counts as this much: no channel rules a class out."""
_N = len(CLASSES)
_DISTRESS = tuple(CLASSES.index(name) for name in DISTRESS)


class FilterTrack:
    """The average of one channel's recent samples about one person."""

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
        """Average one more sample in, unless it is an outlier that was not repeated yet."""
        gap = max(0.0, said.at - self.at)
        self.mass *= math.exp(-gap / channel.smooth) if channel.smooth else 0.0
        valence, arousal = _place_of(said)
        if self._is_outlier(said, valence, channel):
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

    def _is_outlier(self, said: Evidence, valence: float | None, channel: Channel) -> bool:
        """Whether to hold this sample back: it is far from the track and was not repeated yet."""
        if (
            valence is None
            or self.mass < OUTLIER_AFTER
            or abs(valence - self.valence) < OUTLIER_SDS * channel.valence
        ):
            self.odd = 0
            return False
        alike = (
            self.odd
            and abs(valence - self.odd_valence) < channel.valence
            and said.at - self.odd_at < OUTLIER_WINDOW_S
        )
        self.odd = self.odd + 1 if alike else 1
        self.odd_at, self.odd_valence = said.at, valence
        if self.odd < OUTLIER_BELIEVED:
            return True
        self.odd, self.mass = 0, 0.0
        return False


class TrackedPerson:
    """One person: a track for each channel, and the learnt baseline of valence and arousal."""

    __slots__ = ("arousal", "seen", "tracks", "valence")

    def __init__(self, valence: float = 0.0, arousal: float = 0.0) -> None:
        self.tracks: dict[EvidenceChannel, FilterTrack] = {}
        self.valence, self.arousal = valence, arousal
        self.seen = -1.0


class Estimate(NamedTuple):
    """How a person feels now, before it is published. Valence and arousal −1..1 with standard
    deviations, probabilities in the order of CLASSES, confidence and conflict 0..1."""

    valence: float
    arousal: float
    valence_sd: float
    arousal_sd: float
    probabilities: list[float]
    confidence: float
    conflict: float


class ChannelWeights(NamedTuple):
    """What a track of a channel weighs at full confidence."""

    lasts: float
    """Seconds to fade to 37 %."""
    valence: float
    """1 / variance of its error in valence."""
    arousal: float
    """1 / variance of its error in arousal."""
    classes: float
    """Weight of its class probabilities in the pool."""


class Fusion:
    """Keeps the tracks of everybody and estimates any of them at any time."""

    def __init__(
        self,
        channels: Mapping[EvidenceChannel, Channel],
        baselines: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:
        self.adopt(channels)
        self.people: dict[str, TrackedPerson] = {}
        self.recall(baselines or {})

    def recall(self, baselines: Mapping[str, Mapping[str, float]]) -> None:
        """Take how these people usually seem, in place of what was learnt since; what they show now
        stays."""
        for name, usual in baselines.items():
            somebody = self.people.setdefault(name, TrackedPerson())
            somebody.valence = usual.get("valence", 0.0)
            somebody.arousal = usual.get("arousal", 0.0)

    def adopt(self, channels: Mapping[EvidenceChannel, Channel]) -> None:
        """Use other errors and life times of the channels from now on; the tracks carry on."""
        self._channels = channels
        self._weights = {name: _weights(channel) for name, channel in channels.items()}

    def forget(self, person: str) -> None:
        """Drop what is known of a person, or of EVERYBODY."""
        if person == EVERYBODY:
            self.people.clear()
        else:
            self.people.pop(person, None)

    def take(self, said: Evidence) -> None:
        """Add one piece of evidence to its channel's track.

        A thought replaces the reading of the words that it is about, unless newer words came or it
        is much less sure than that reading.
        """
        somebody = self.people.get(said.person)
        if somebody is None:
            somebody = self.people[said.person] = TrackedPerson()
            if len(self.people) > PEOPLE:  # who was seen longest ago is dropped
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
                or (words.about == about and said.confidence < THOUGHT_SURE * words.valence_trust)
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
        """Move the person's baseline towards the estimate, by its confidence. `seconds` passed."""
        somebody = self.people[person]
        estimate = self.estimate(person, now)
        valence, arousal, confidence = estimate.valence, estimate.arousal, estimate.confidence
        if confidence > UNSURE_BELOW:
            share = (1.0 - math.exp(-seconds / BASELINE_S)) * confidence
            somebody.valence = _baseline(somebody.valence + (valence - somebody.valence) * share)
            somebody.arousal = _baseline(somebody.arousal + (arousal - somebody.arousal) * share)

    def estimate(self, person: str, now: float) -> Estimate:
        """How a person feels at `now` (s); for a person never seen, neutral with no confidence."""
        somebody = self.people.get(person)
        if somebody is None:
            return Estimate(0.0, 0.0, SPREAD, SPREAD, [1.0 / _N] * _N, 0.0, 0.0)
        pv = pa = PRIOR
        v, a = PRIOR * somebody.valence, PRIOR * somebody.arousal
        weights = self._weights
        logits: list[float] | None = None
        heard: list[Reading] = []
        for name, track in somebody.tracks.items():
            age = now - track.at
            lasts, per_valence, per_arousal, classes = weights.get(name, UNKNOWN)
            fresh = math.exp(-age / lasts) if age > 0.0 else 1.0
            if fresh < FRESH_LEAST:
                continue
            wv = track.valence_trust * fresh * per_valence
            wa = track.arousal_trust * fresh * per_arousal
            pv += wv
            pa += wa
            v += wv * track.valence
            a += wa * track.arousal
            heard.append(Reading(wv + wa, wv, track.valence, wa, track.arousal))
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
        return Estimate(
            v,
            a,
            math.sqrt(1.0 / pv + scatter),
            math.sqrt(1.0 / pa),
            _softmax(logits),
            confidence,
            conflict,
        )


def _weights(channel: Channel) -> ChannelWeights:
    return ChannelWeights(
        channel.lasts,
        1.0 / (channel.valence * channel.valence),
        1.0 / (channel.arousal * channel.arousal),
        channel.classes,
    )


UNKNOWN = _weights(OTHER)
"""The weights of a channel that the table does not name."""


def _baseline(x: float) -> float:
    return max(-BASELINE_REACH, min(BASELINE_REACH, x))


def distress_of(estimate: Estimate) -> float:
    """0..1: how far a person is in distress, as far as the estimate is sure."""
    felt = sum(estimate.probabilities[i] for i in _DISTRESS) * estimate.confidence
    return max(0.0, min(1.0, (felt - CARE_FROM) / (1.0 - CARE_FROM)))


def published(
    person: str,
    estimate: Estimate,
    present: bool,
    attention: float,
    bearing: tuple[float, float] | None,
) -> PersonEstimate:
    """The estimate as the rest of the pet is given it.

    `attention`: 0..1; `bearing`: yaw and pitch of the face, rad, or None where it is not seen.
    """
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
        unsure=confidence < UNSURE_BELOW or conflict > UNSURE_CONFLICT,
        conflict=conflict,
        distress=distress_of(estimate),
        attention=attention,
        bearing=bearing,
    )


def _place_of(said: Evidence) -> tuple[float | None, float | None]:
    """Valence and arousal as said, or from the class probabilities where they were not."""
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
    """Log-probabilities of CLASSES about their mean."""
    total = sum(probabilities.values()) or 1.0
    shares = [probabilities.get(name, 0.0) / total for name in CLASSES]
    logs = [math.log(max(_PROBABILITY_FLOOR, share)) for share in shares]
    middle = sum(logs) / _N
    return [x - middle for x in logs]


def _near(valence: float | None, arousal: float | None) -> list[float]:
    """Log-probabilities of CLASSES about their mean from valence and arousal alone, by the distance
    to each class's place."""
    logs = []
    for v, a in _PLACES:
        far = (0.0 if valence is None else (valence - v) ** 2) + (
            0.0 if arousal is None else AROUSAL_SHARE * (arousal - a) ** 2
        )
        logs.append(-far * PER_SQUARE if far < FARTHEST else -4.0)
    middle = sum(logs) / _N
    return [x - middle for x in logs]


def _softmax(logits: list[float] | None) -> list[float]:
    if logits is None:
        return [1.0 / _N] * _N
    top = max(logits)
    powers = [math.exp(x - top) for x in logits]
    total = sum(powers)
    return [x / total for x in powers]
