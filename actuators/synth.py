"""The voice: calls and purr as samples, made when they are needed. Nothing is recorded; the same
calls give the same samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np
import numpy.typing as npt

from moggy.actuators.cry import cry
from moggy.actuators.purr import LOUDEST, PurrTable, breathing
from moggy.body import Body, SpeakerSpec
from moggy.config import compose
from moggy.messages import Call, Purr
from moggy.personality import Personality
from moggy.pet import Start

__all__ = ["Synth", "voice_of"]

Sound = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

SMOOTH = 0.02
"""s; a purr that changes between two chunks does so within this time"""
PACE = 32.0 / 60.0
"""Breaths a second of a purring cat, until two purrs have told it."""
KNEE = 0.8
"""Louder than this is pressed together, so that nothing clips."""


class Synth:
    """Hears what the pet says and purrs, moment by moment, and gives the samples up to a time.

    Every sample depends on its own time only, never on how the stream is cut.
    """

    def __init__(self, rate: int, speaker: SpeakerSpec, voice: float) -> None:
        self.rate = rate
        self._pitch, self._lowest = min(max(voice * speaker.pitch, 0.4), 4.0), speaker.lowest
        self._table = PurrTable(speaker.lowest, self._pitch)
        self._done: int | None = None
        self._cries: list[tuple[int, Sound]] = []
        # Moments at which the purr is known: time, cycles of the flutter, gain breathing in, gain
        # breathing out.
        self._moments: list[tuple[float, float, float, float]] = []
        self._purr, self._at, self._pace = Purr(), 0.0, PACE

    def hear(self, at: float, calls: Sequence[Call], purr: Purr) -> None:
        """What begins at `at` (s, never earlier than before), and the purr of that moment."""
        if self._done is None:
            self._done = ceil(at * self.rate - 1e-6)
        for call in calls:
            self._cries.append(
                (ceil(at * self.rate - 1e-6), cry(call, self.rate, self._pitch, self._lowest))
            )
        before, since = self._purr, at - self._at
        if purr.level > 0.0 or before.level > 0.0:
            if not self._moments:
                self._moments.append((self._at, 0.0, 0.0, 0.0))
            cycles = self._moments[-1][1] + 0.5 * (before.rate + purr.rate) * since
            into, out = breathing(purr.breath)
            gain = LOUDEST * purr.level
            self._moments.append((at, cycles, gain * into, gain * out))
        elif self._moments and not any(self._moments[-1][2:]):
            self._moments = []
        if 0.0 < since < 1.0 and purr.level > 0.0 and before.level > 0.0:
            self._pace = ((purr.breath - before.breath) % 1.0) / since
        self._purr, self._at = purr, at

    def take(self, until: float) -> Sound:
        """The samples from the last ones taken up to `until` (s), (n,), within ±1. Take only what
        has been heard."""
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
        """Pass over what nobody heard; the purr goes on, calls that sound now are cut."""
        self._done = ceil(until * self.rate - 1e-6)
        self._cries, self._moments = [], []
        self._purr, self._at = Purr(), until

    def render(self, now: float, seconds: float, calls: Sequence[Call], purr: Purr) -> Sound:
        """As `hear` and `take` in one: a chunk that begins at `now` with these calls, and this purr
        going on breathing."""
        drawn = (
            self._breathed(self._purr, now - self._at)
            if self._done is not None
            else Purr(rate=purr.rate, breath=purr.breath)
        )
        self.hear(now, calls, drawn)
        if seconds > SMOOTH:
            self.hear(now + SMOOTH, (), self._breathed(purr, SMOOTH))
        self.hear(now + seconds, (), self._breathed(purr, seconds))
        return self.take(now + seconds)

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

    def _breathed(self, purr: Purr, seconds: float) -> Purr:
        """The same purr a little later."""
        return replace(purr, breath=(purr.breath + self._pace * seconds) % 1.0)


def _between(at: Floats, times: Floats, values: Floats) -> Floats | None:
    return np.interp(at, times, values, left=0.0, right=values[-1]) if values.any() else None


def _within(sound: Sound) -> Sound:
    """Sample by sample, so that it does not matter how the stream is cut."""
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
