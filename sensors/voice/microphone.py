"""The microphone: how loud and how high the sound is, ten times a second. Without ears
(`ears.py`) the sound itself does not leave the audio callback."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from moggy.messages import AnySense, Trouble, Voice
from moggy.sensors.voice.utterances import RATE

BLOCK = 1600
"""Samples of one measurement: 0.1 s."""
LOWEST_HZ = 75.0
"""Hz of the lowest pitch that is looked for: below the voices of men."""
HIGHEST_HZ = 500.0
"""Hz of the highest: above the voices of children."""
VOICED = 0.5
"""Autocorrelation from which a sound has a pitch: 1 is a pure tone, noise is below 0.3."""
PERIOD_LIKENESS = 0.9
"""Share of the best autocorrelation from which a shorter period counts as the pitch's: twice the
period fits as well."""
SILENT_DBFS = -100.0
"""dBFS that stands for no sound at all."""
FLOOR_DBFS = -60.0
"""dBFS below which nothing is told."""
REOPEN_S = 10.0
"""Seconds before a microphone that is not there is tried again."""


def measure(block: NDArray[np.float32], rate: int = RATE) -> tuple[float, float | None]:
    """Level in dBFS (a sine of full scale has −3) and pitch in Hz by autocorrelation, None where
    there is none; of samples within ±1."""
    x = block.astype(np.float64) - float(block.mean())
    power = float(np.mean(x * x))
    level = 10.0 * math.log10(power) if power > 1e-10 else SILENT_DBFS
    if level < FLOOR_DBFS:
        return level, None
    n = len(x)
    spectrum = np.fft.rfft(x, 2 * n)
    same = np.fft.irfft(spectrum * np.conj(spectrum))[:n]
    first, last = int(rate / HIGHEST_HZ), min(n - 1, int(rate / LOWEST_HZ))
    energy = np.cumsum(x * x)
    lags = np.arange(first, last)
    both = np.sqrt(energy[n - 1 - lags] * np.maximum(energy[-1] - energy[lags - 1], 1e-12))
    likeness = same[lags] / np.maximum(both, 1e-12)
    peaks = [
        k for k in range(1, len(likeness) - 1) if likeness[k - 1] < likeness[k] >= likeness[k + 1]
    ]
    best = max((likeness[k] for k in peaks), default=0.0)
    if best < VOICED:
        return level, None
    k = next(k for k in peaks if likeness[k] > PERIOD_LIKENESS * best)
    a, b, c = likeness[k - 1], likeness[k], likeness[k + 1]
    shift = 0.5 * (a - c) / (a - 2.0 * b + c) if a - 2.0 * b + c < 0.0 else 0.0
    return level, float(rate / (lags[k] + shift))


class Listening:
    """Sound that comes in blocks, each of which becomes a Voice."""

    def __init__(self) -> None:
        self._heard: SimpleQueue[tuple[float, float | None]] = SimpleQueue()
        self.also: Callable[[NDArray[np.float32]], None] | None = None
        """Who else gets the sound: samples within ±1, (n,), in the thread that it comes in."""

    @property
    def on(self) -> bool:
        """Whether sound is to be expected: nothing is started for ears that hear none."""
        return True

    def take(self, block: NDArray[np.float32]) -> None:
        """Take BLOCK samples within ±1 at RATE, (n,), in any one thread."""
        self._heard.put(measure(block))
        also = self.also
        if also is not None:
            also(block)

    def voices(self, now: float) -> list[AnySense]:
        """A Voice for each block since the last call that is no silence."""
        out: list[AnySense] = []
        while True:
            try:
                level, pitch = self._heard.get_nowait()
            except Empty:
                return out
            if level >= FLOOR_DBFS:
                pitch = None if pitch is None else round(pitch, 1)
                out.append(Voice(at=now, level=round(level, 1), pitch=pitch))


class Microphone(Listening):
    """A sensor that gives Voice with level and pitch. Without the package sounddevice or a
    microphone it says so once and tries again every 10 s.

    A pet has one only where its owner asked for it.
    """

    def __init__(
        self,
        device: Annotated[
            int | str | None,
            Field(description="number or part of the name, as sounddevice lists them"),
        ] = None,
    ) -> None:
        """`device` None is the system's own choice. It is opened at the first `poll`."""
        super().__init__()
        self._device = device
        self._stream: Any = None
        self._try_after = float("-inf")
        self._said = ""

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was heard since the last call; a Trouble, once, where nothing can be heard."""
        if self._stream is not None and not self._stream.active:
            return self._lost("it was unplugged", now)
        if self._stream is None:
            if now < self._try_after:
                return ()
            try:
                self._open()
            except (ImportError, OSError) as error:
                return self._lost(
                    f"{error} (pip install sounddevice; apt install libportaudio2)", now
                )
            except Exception as error:  # PortAudioError, which exists only where the import worked
                return self._lost(f"{error}; plug one in, or choose another", now)
        return [*self._say("", now), *self.voices(now)]

    def close(self) -> None:
        """Release the microphone; the next `poll` opens it again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _open(self) -> None:
        import sounddevice

        def listen(block: NDArray[np.float32], frames: int, at: Any, status: Any) -> None:
            self.take(block[:, 0].copy())

        stream = sounddevice.InputStream(
            samplerate=RATE,
            channels=1,
            blocksize=BLOCK,
            dtype="float32",
            device=self._device,
            callback=listen,
        )
        stream.start()
        self._stream = stream

    def _lost(self, why: str, now: float) -> Sequence[AnySense]:
        self.close()
        self._try_after = now + REOPEN_S
        return self._say(f"no microphone: {why}", now)

    def _say(self, message: str, now: float) -> Sequence[AnySense]:
        if message == self._said:
            return ()
        self._said = message
        return (Trouble(at=now, part="microphone", message=message),)
