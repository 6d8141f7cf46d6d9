"""The voice: calls and purr as samples, made when they are needed. Nothing is a recording; the same
calls give the same samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from moggy.actuators.calls import voice_pitch
from moggy.actuators.cry import cry
from moggy.actuators.purr import LOUDEST, PurrTable, breathing
from moggy.actuators.sound import Curve, Sound
from moggy.body import Body, SpeakerSpec
from moggy.config import compose
from moggy.messages import Call, Purr
from moggy.personality import Personality
from moggy.pet import Start

__all__ = ["Synth", "voice_of"]

KNEE = 0.8
"""Amplitude from which sound is pressed together, so that nothing clips."""


class PurrMoment(NamedTuple):
    """A moment at which the purr is known."""

    at: float
    """Seconds on the pet's clock."""
    cycles: float
    """Cycles of the larynx since the purr began."""
    into: float
    """Gain of breathing in."""
    out: float
    """Gain of breathing out."""


class Synth:
    """Hears what the pet calls and purrs, moment by moment, and gives the samples up to a time.

    A sample depends on its own time only, not on how the stream is cut.
    """

    def __init__(self, rate: int, speaker: SpeakerSpec, voice: float) -> None:
        """`rate` in Hz; `voice` is the personality's factor on the pitch of the body."""
        self.rate = rate
        self.pitch, self._lowest = voice_pitch(speaker, voice), speaker.lowest
        """The factor on the pitch of all calls."""
        self._table = PurrTable(speaker.lowest, self.pitch)
        self._done: int | None = None
        self._cries: list[tuple[int, Sound]] = []
        self._moments: list[PurrMoment] = []
        self._purr, self._at = Purr(), 0.0

    def hear(self, at: float, calls: Sequence[Call], purr: Purr) -> None:
        """What begins at `at` (s, never earlier than before), and the purr of that moment."""
        if self._done is None:
            self._done = ceil(at * self.rate - 1e-6)
        for call in calls:
            self._cries.append(
                (ceil(at * self.rate - 1e-6), cry(call, self.rate, self.pitch, self._lowest))
            )
        before, since = self._purr, at - self._at
        if purr.level > 0.0 or before.level > 0.0:
            if not self._moments:
                self._moments.append(PurrMoment(self._at, 0.0, 0.0, 0.0))
            cycles = self._moments[-1].cycles + 0.5 * (before.rate + purr.rate) * since
            into, out = breathing(purr.breath)
            gain = LOUDEST * purr.level
            self._moments.append(PurrMoment(at, cycles, gain * into, gain * out))
        elif self._moments and not (self._moments[-1].into or self._moments[-1].out):
            self._moments = []
        self._purr, self._at = purr, at

    def take(self, until: float) -> Sound:
        """The samples from the last ones taken up to `until` (s), (n,), within ±1. `until` is not
        later than what has been heard."""
        end = ceil(until * self.rate - 1e-6)
        begin = end if self._done is None else self._done
        n = max(0, end - begin)
        self._done = begin + n
        sound = self._purred(begin, n)
        for start, samples in self._cries:
            a, b = max(start, begin), min(start + len(samples), begin + n)
            if a < b:
                sound[a - begin : b - begin] += samples[a - start : b - start]
        self._cries = [
            (start, samples) for start, samples in self._cries if start + len(samples) > begin + n
        ]
        return _within(sound)

    def skip(self, until: float) -> None:
        """Leave out the samples up to `until` (s): the purr goes on, calls that sound are cut."""
        self._done = ceil(until * self.rate - 1e-6)
        self._cries, self._moments = [], []
        self._purr, self._at = Purr(), until

    def _purred(self, begin: int, n: int) -> Sound:
        """The purr at samples begin … begin + n, silence where there is none."""
        moments = self._moments
        if not moments or n == 0:
            return np.zeros(n, dtype=np.float32)
        at = np.arange(begin, begin + n) / self.rate
        times, cycles, into, out = np.array(moments).T
        sound = self._table.read(
            np.interp(at, times, cycles), _between(at, times, into), _between(at, times, out)
        )
        keep = max(0, int(np.searchsorted(times, at[-1])) - 1)
        self._moments = moments[keep:]
        return sound


def _between(at: Curve, times: Curve, values: Curve) -> Curve | None:
    return np.interp(at, times, values, left=0.0, right=values[-1]) if values.any() else None


def _within(sound: Sound) -> Sound:
    """The sound within ±1: sample by sample, so that it does not matter how the stream is cut."""
    loud = np.abs(sound) > KNEE
    if loud.any():
        room = 1.0 - KNEE
        sound[loud] = np.sign(sound[loud]) * (
            KNEE + room * np.tanh((np.abs(sound[loud]) - KNEE) / room)
        )
    return sound


def voice_of(start: Start) -> Synth:
    """What makes the sounds of the pet that begins so: its body's loudspeaker, its character's
    pitch."""
    speaker = compose(start.body, start.files, Body).speaker
    character = compose(start.personality, start.files, Personality)
    return Synth(speaker.rate, speaker, character.voice)
