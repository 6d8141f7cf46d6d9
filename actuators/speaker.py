"""Where the sound goes: a loudspeaker, a file, or the studio's page. All are listeners of the
loop."""

from __future__ import annotations

import wave
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from moggy.actuators.sound import Sound, pcm
from moggy.actuators.synth import Synth
from moggy.home import private
from moggy.messages import Call, Purr, Tick

__all__ = ["SoundStream", "SoundTrack", "Speaker"]

CHUNK_S = 2.0
"""Seconds of sound made at once for a file: the longer, the cheaper."""
BUFFER_S = 0.08
"""Seconds that PortAudio keeps: a call takes some 10 ms to make."""
UNHEARD_S = 2.0
"""Seconds of sound that are kept while nobody takes them."""
EARLIEST_S = 0.05
"""Seconds of sound that must wait before a loudspeaker begins: with less it would stutter."""
LATEST_S = 0.15
"""Seconds of sound that wait at most: with more it would come too late, so the oldest goes."""


class SoundTrack:
    """Writes all that the pet sounds into a WAV file, from its first tick to its last. Close it, or
    use it in a `with`."""

    def __init__(self, path: Path, synth: Synth) -> None:
        self._synth, self._at, self._written = synth, 0.0, 0.0
        """Begin the file, which only its owner may read. Raises OSError."""
        self._out = open(path, "wb", opener=private)  # noqa: SIM115 – closed in close()
        self._file = wave.open(self._out, "wb")  # noqa: SIM115 – closed in close()
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(synth.rate)

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        if tick.commanded.at == tick.at:
            self.hear(tick.at, tick.calls, tick.commanded.purr)

    def hear(self, at: float, calls: Sequence[Call], purr: Purr) -> None:
        """Add the calls that begin at `at` (s), and the purr of that moment, to the sound."""
        self._synth.hear(at, calls, purr)
        self._at = at
        if at - self._written >= CHUNK_S:
            self._write()

    def close(self) -> None:
        """Write what is left, and close the file."""
        try:
            self._write()
            self._file.close()
        finally:
            self._out.close()

    def _write(self) -> None:
        self._file.writeframesraw(pcm(self._synth.take(self._at)))
        self._written = self._at

    def __enter__(self) -> SoundTrack:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class SoundStream:
    """Carries the voice into another thread: `feed` each tick, which costs the loop little, and
    `take` there, which makes the sound."""

    def __init__(self, synth: Synth) -> None:
        self._synth = synth
        self._fed: deque[tuple[float, Sequence[Call], Purr]] = deque()
        self._feeding, self._taking = Lock(), Lock()
        self._at: float | None = None

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self.feed(tick)

    def feed(self, tick: Tick) -> None:
        """Note what a tick sounds. What nobody takes for UNHEARD_S is dropped."""
        if tick.commanded.at != tick.at:
            return
        with self._feeding:
            self._fed.append((tick.at, tick.calls, tick.commanded.purr))
            if tick.at - self._fed[0][0] > UNHEARD_S:
                self._fed.popleft()

    def speak_with(self, synth: Synth) -> None:
        """Sound with another voice from now on; what sounds ends."""
        with self._taking:
            synth.skip(self._at or 0.0)
            self._synth = synth

    def take(self) -> bytes:
        """All that sounded since the last time: 16-bit PCM, mono, at the synth's rate."""
        return pcm(self.samples())

    def samples(self) -> Sound:
        """All that sounded since the last time, as samples (n,) within ±1."""
        with self._taking:
            with self._feeding:
                fed, self._fed = self._fed, deque()
            for at, calls, purr in fed:
                if self._at is not None and at - self._at > UNHEARD_S:
                    self._synth.skip(at)
                self._synth.hear(at, calls, purr)
                self._at = at
            return self._synth.take(self._at) if self._at is not None else np.zeros(0, np.float32)


class Stream(Protocol):
    """A loudspeaker that asks for samples in a thread of its own."""

    def close(self) -> None:
        """Fall silent, and give the loudspeaker back."""
        ...


Fill: TypeAlias = Callable[[Sound], None]
"""Fills an array (n,) with the next samples."""


def loudspeaker(rate: int, fill: Fill) -> Stream:
    """The machine's own loudspeaker, through PortAudio. Where there is none, raises OSError, which
    says what to do."""
    try:
        import sounddevice
    except ImportError as error:
        raise OSError(
            "no sound: the package sounddevice is missing; pip install 'moggy[speaker]'"
        ) from error
    except OSError as error:
        raise OSError(f"no sound: {error}; apt install libportaudio2") from error

    def ask(out: npt.NDArray[np.float32], frames: int, time: object, status: object) -> None:
        fill(out[:, 0])

    try:
        stream = sounddevice.OutputStream(
            samplerate=rate, channels=1, dtype="float32", latency=BUFFER_S, callback=ask
        )
        stream.start()
    except sounddevice.PortAudioError as error:
        raise OSError(f"no loudspeaker: {error}; connect one and start again") from error
    return cast(Stream, stream)


class Speaker:
    """Plays what the pet sounds. Where there is no loudspeaker, its first tick raises an OSError,
    which the loop turns into a Trouble."""

    def __init__(self, synth: Synth, opened: Callable[[int, Fill], Stream] = loudspeaker) -> None:
        self._rate, self._voice, self._opened = synth.rate, SoundStream(synth), opened
        self._stream: Stream | None = None
        self._waiting: deque[Sound] = deque()
        self._samples = 0
        self._flows = False

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        if self._stream is None:
            self._stream = self._opened(self._rate, self.fill)
        self._voice.feed(tick)

    def fill(self, out: Sound) -> None:
        """Fill in the next samples, (n,), made here in the loudspeaker's own thread; silence until
        enough of them wait to flow without gaps."""
        sound = self._voice.samples()
        self._waiting.append(sound)
        self._samples += len(sound)
        while self._samples > LATEST_S * self._rate + len(out) and len(self._waiting) > 1:
            self._samples -= len(self._waiting.popleft())
        out[:] = 0.0
        self._flows = self._samples >= (
            len(out) if self._flows else max(len(out), EARLIEST_S * self._rate)
        )
        done = 0
        while self._flows and done < len(out):
            chunk = self._waiting.popleft()
            n = min(len(out) - done, len(chunk))
            out[done : done + n] = chunk[:n]
            done += n
            if n < len(chunk):
                self._waiting.appendleft(chunk[n:])
        self._samples -= done

    def close(self) -> None:
        """Fall silent; the next tick opens the loudspeaker again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
