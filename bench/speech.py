"""Speech to hear: a synthetic voice, and one recording that a package ships. Sound is float32
within ±1, (n,), 16,000 samples a second."""

from __future__ import annotations

import ctypes
import io
import threading
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.io import wavfile
from scipy.signal import resample_poly

from moggy.cache import root, scratch
from moggy.models.packages import Package, download, read
from moggy.sensors.voice.utterances import RATE

JFK = Package(registry="npm", name="nodejs-whisper", version="0.3.1")
"""Ships a recording of 11 s (J. F. Kennedy 1961, public domain)."""
JFK_FILE = "cpp/whisper.cpp/bindings/go/samples/jfk.wav"
JFK_TEXT = (
    "and so my fellow americans ask not what your country can do for you"
    " ask what you can do for your country"
)
VOICES = ("en-us", "en-gb", "en-us+f3", "en-gb+f4", "en-us+m3")
"""Voices of espeak-ng: of two accents, higher and lower."""

Sound = NDArray[np.float32]
_one_at_a_time = threading.Lock()


@cache
def _espeak() -> tuple[ctypes.CDLL, int]:
    """The library, and its samples a second. Raises ImportError where its package is absent."""
    import espeakng_loader

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    retrieval = 1
    rate = library.espeak_Initialize(retrieval, 0, espeakng_loader.get_data_path().encode(), 0)
    return library, rate


def spoken(text: str, voice: str = "en-us") -> Sound:
    """A text as espeak-ng's synthetic voice says it. Raises ImportError without it."""
    library, rate = _espeak()
    pieces: list[bytes] = []

    def take(wave: int | None, samples: int, events: int | None) -> int:
        if wave and samples > 0:
            pieces.append(ctypes.string_at(wave, 2 * samples))
        return 0

    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(take)
    with _one_at_a_time:
        library.espeak_SetSynthCallback(callback)
        library.espeak_SetVoiceByName(voice.encode())
        raw, utf8 = text.encode() + b"\0", 1
        library.espeak_Synth(raw, len(raw), 0, 0, 0, utf8, None, None)
        library.espeak_Synchronize()
    return _ours(np.frombuffer(b"".join(pieces), "<i2"), rate)


def recorded() -> Sound:
    """The recording, fetched once into the cache. Raises FetchFailed."""
    place = root() / "speech" / f"jfk-{JFK.version}.wav"
    if not place.is_file():
        with scratch(place.parent) as folder:
            content = read(download(JFK, folder / "archive"), JFK_FILE)
            (folder / "jfk.wav").write_bytes(content)
            (folder / "jfk.wav").replace(place)
    rate, samples = wavfile.read(io.BytesIO(place.read_bytes()))
    return _ours(samples, rate)


def in_room(sound: Sound, snr_db: float | None = None, seed: int = 0) -> Sound:
    """A sound with a second of the room before and after it, and the noise of that room: pink, so
    many dB below the sound; None: no noise."""
    padded = np.pad(sound, RATE)
    if snr_db is None:
        return padded
    rng = np.random.default_rng(seed)
    white = np.fft.rfft(rng.normal(0.0, 1.0, len(padded)))
    pink = np.fft.irfft(white / np.sqrt(np.arange(1, len(white) + 1)), len(padded))
    power = float(np.mean(sound**2)) * 10.0 ** (-snr_db / 10.0)
    noisy: Sound = (padded + pink * np.sqrt(power / np.mean(pink**2))).astype(np.float32)
    return noisy


def _ours(samples: NDArray[np.int16], rate: int) -> Sound:
    divide = int(np.gcd(RATE, rate))
    sound = resample_poly(samples.astype(np.float32) / 32768.0, RATE // divide, rate // divide)
    ours: Sound = np.clip(sound, -1.0, 1.0).astype(np.float32)
    return ours
