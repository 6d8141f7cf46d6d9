"""Where the voice goes: a loudspeaker, a sound file, or the studio's page. All are listeners of the loop."""

from __future__ import annotations

import wave
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from moggy.actuators.synth import Synth
from moggy.messages import Tick

__all__ = ["SoundStream", "SoundTrack", "Speaker"]

CHUNK = 2.0
"""s of sound made at once for a file: the longer, the cheaper"""
AHEAD = 0.12
"""s of sound that wait at most before a loudspeaker; what is older is dropped rather than late"""


def pcm(sound: npt.NDArray[np.float32]) -> bytes:
    """16-bit, little-endian, mono."""
    return (sound * 32767.0).astype("<i2").tobytes()


class SoundTrack:
    """Writes all that the pet sounds into a WAV file, from its first tick to its last."""

    def __init__(self, path: Path, synth: Synth) -> None:
        self._synth, self._at, self._written = synth, 0.0, 0.0
        self._file = wave.open(str(path), "wb")  # noqa: SIM115 – closed in close()
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(synth.rate)

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self._synth.hear(tick.at, tick.calls, tick.commanded.purr)
        self._at = tick.at
        if tick.at - self._written >= CHUNK:
            self._write()

    def close(self) -> None:
        self._write()
        self._file.close()

    def _write(self) -> None:
        self._file.writeframesraw(pcm(self._synth.take(self._at)))
        self._written = self._at

    def __enter__(self) -> SoundTrack:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class SoundStream:
    """Feeds a page in another thread: `feed` each tick, `take` the samples since the last time."""

    def __init__(self, synth: Synth) -> None:
        self._synth, self._at, self._lock = synth, 0.0, Lock()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self.feed(tick)

    def feed(self, tick: Tick) -> None:
        with self._lock:
            self._synth.hear(tick.at, tick.calls, tick.commanded.purr)
            self._at = tick.at

    def take(self) -> bytes:
        """16-bit PCM, mono, at the synth's rate."""
        with self._lock:
            sound = self._synth.take(self._at)
        return pcm(sound)


class Speaker:
    """Plays through the machine's loudspeaker. Where there is none it says so once, as an OSError that the loop turns into a Trouble."""

    def __init__(self, synth: Synth) -> None:
        self._synth = synth
        self._waiting: deque[npt.NDArray[np.float32]] = deque()
        self._lock = Lock()
        self._stream: Any = None

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        if self._stream is None:
            self._stream = self._open()
        self._synth.hear(tick.at, tick.calls, tick.commanded.purr)
        sound = self._synth.take(tick.at)
        with self._lock:
            self._waiting.append(sound)
            while sum(map(len, self._waiting)) > AHEAD * self._synth.rate + len(sound):
                self._waiting.popleft()

    def close(self) -> None:
        if self._stream is not None:
            with suppress(Exception):
                self._stream.close()

    def _open(self) -> Any:
        try:
            import sounddevice
        except OSError as error:
            raise OSError(f"no sound: {error}; install PortAudio (apt install libportaudio2)") from error
        try:
            stream = sounddevice.OutputStream(samplerate=self._synth.rate, channels=1, dtype="float32", callback=self._play)
            stream.start()
        except sounddevice.PortAudioError as error:
            raise OSError(f"no loudspeaker: {error}; connect one and start again") from error
        return stream

    def _play(self, out: npt.NDArray[np.float32], frames: int, time: Any, status: Any) -> None:
        """Called by PortAudio in a thread of its own: silence where nothing waits."""
        out[:] = 0.0
        done = 0
        with self._lock:
            while done < frames and self._waiting:
                chunk = self._waiting[0]
                n = min(frames - done, len(chunk))
                out[done : done + n, 0] = chunk[:n]
                done += n
                if n == len(chunk):
                    self._waiting.popleft()
                else:
                    self._waiting[0] = chunk[n:]
