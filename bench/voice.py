"""How our meows compare with real ones, how fast the purr beats, and what the sounds cost.

The 30 real meows are of the set cat_catmeows (Ludovico et al. 2020, CC BY 4.0); without it the rest
is measured.
"""

from __future__ import annotations

import argparse
import wave
from time import process_time

import numpy as np
import numpy.typing as npt

from bench.absent import attempt, folder_of
from moggy.actuators.breath import PURRING_BPM
from moggy.actuators.calls import SHAPES
from moggy.actuators.cry import cry
from moggy.actuators.synth import Synth
from moggy.body import SpeakerSpec
from moggy.messages import Call, Purr

RATE = 22050
"""Samples a second of our own sounds."""
CONTEXTS = {
    "B": ("brushed", 0.7, 0.0),
    "F": ("waiting for food", 0.2, 0.4),
    "I": ("alone in a strange place", -0.7, 0.2),
}
"""Letter of the recordings → the situation, and the valence and arousal, −1..1, that we give it."""
Signal = npt.NDArray[np.float64]
"""Samples (n,), or a course made from them."""


def pitch_track(sound: Signal, rate: int) -> tuple[Signal, Signal]:
    """Times (s) and f0 (Hz) of the voiced frames, by normalised autocorrelation between 150 and
    1200 Hz."""
    size, hop = int(0.03 * rate), int(0.01 * rate)
    loudest = max(
        np.sqrt(np.mean(sound[i : i + size] ** 2)) for i in range(0, len(sound) - size, hop)
    )
    times, pitches = [], []
    for i in range(0, len(sound) - size, hop):
        frame = (sound[i : i + size] - sound[i : i + size].mean()) * np.hanning(size)
        if np.sqrt(np.mean(frame**2)) < 0.1 * loudest:
            continue
        power = np.abs(np.fft.rfft(frame, 8 * size)) ** 2
        echo = np.fft.irfft(power)
        window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), 8 * size)) ** 2)
        low, high = rate // 1200, min(rate // 150, size // 2 - 1)
        clear = (echo[: size // 2] / echo[0]) / (window[: size // 2] / window[0])
        peaks = [
            lag
            for lag in range(low, high)
            if clear[lag] >= clear[lag - 1] and clear[lag] > clear[lag + 1]
        ]
        best = max((clear[lag] for lag in peaks), default=0.0)
        if best > 0.5:
            times.append(i / rate)
            pitches.append(rate / next(lag for lag in peaks if clear[lag] > 0.85 * best))
    return np.array(times), np.array(pitches)


def measure(sound: Signal, rate: int) -> dict[str, float]:
    """Length in seconds, median f0 in Hz, slope of f0 over its last half in semitones a second, and
    spectral centroid up to 4 kHz in Hz."""
    level = np.convolve(sound**2, np.full(rate // 50, 50.0 / rate), mode="same")
    heard = np.flatnonzero(level > 0.003 * level.max())
    times, pitches = pitch_track(sound, rate)
    late = times > 0.5 * (times.min() + times.max()) if len(times) else times > 0
    slope = (
        np.polyfit(times[late], 12 * np.log2(pitches[late]), 1)[0]
        if late.sum() > 3
        else float("nan")
    )
    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1.0 / rate)
    below = hz < 4000.0
    return {
        "seconds": (heard[-1] - heard[0]) / rate,
        "f0": float(np.median(pitches)) if len(pitches) else float("nan"),
        "slope": float(slope),
        "centroid": float((power * hz)[below].sum() / power[below].sum()),
    }


def real(letter: str) -> list[dict[str, float]]:
    """The measures of every real meow of a situation."""
    found = []
    folder = folder_of("cat_catmeows")
    for path in sorted(folder.glob(f"{letter}_*.wav")):
        with wave.open(str(path)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768.0
            found.append(measure(samples, file.getframerate()))
    return found


def ours(valence: float, arousal: float) -> list[dict[str, float]]:
    """The measures of ten meows of ours at this valence and arousal, −1..1."""
    sounds = [
        cry(
            Call(at=0.0, name="meow", valence=valence, arousal=arousal, seed=seed),
            RATE,
            1.0,
            150.0,
        )
        for seed in range(10)
    ]
    return [measure(sound.astype(np.float64), RATE) for sound in sounds]


def show(name: str, rows: list[dict[str, float]]) -> None:
    """Print the median of each measure, with the 10th and the 90th percentile."""

    def spread(key: str) -> str:
        low, middle, high = np.nanpercentile([row[key] for row in rows], (10, 50, 90))
        return f"{middle:7.2f} [{low:7.2f} …{high:8.2f}]"

    print(
        f"  {name:34s} {spread('seconds')} s {spread('f0')} Hz "
        f"{spread('slope')} st/s {spread('centroid')} Hz"
    )


def show_real() -> None:
    """Print the measures of the real meows of each situation."""
    for letter, (words, _, _) in CONTEXTS.items():
        show(f"{words}, real", real(letter))


def purring(at: float, level: float) -> Purr:
    """A purr at `at` (s) that breathes 32 times a minute."""
    return Purr(level=level, breath=at * PURRING_BPM / 60.0 % 1.0)


def purr_beat() -> float:
    """Hz of the strongest beat, between 8 and 60 Hz, of two seconds of purr."""
    synth = Synth(RATE, SpeakerSpec(), 1.0)
    for tick in range(151):
        synth.hear(tick / 50, (), purring(tick / 50, 0.8))
    sound = synth.take(3.0)[RATE:]
    envelope = np.abs(sound)
    beat = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(len(envelope))))
    hz = np.fft.rfftfreq(len(envelope), 1.0 / RATE)
    return float(hz[np.argmax(np.where((hz > 8.0) & (hz < 60.0), beat, 0.0))])


def speed(chunk: float, level: float) -> float:
    """How many times faster than real time a purr is made in chunks of so many seconds."""
    synth, began, taken = Synth(RATE, SpeakerSpec(), 1.0), process_time(), 0.0
    for tick in range(1001):
        synth.hear(tick / 50, (), purring(tick / 50, level))
        if tick / 50 - taken >= chunk:
            taken = tick / 50
            synth.take(taken)
    return 20.0 / (process_time() - began)


def main() -> None:
    """Print the measures of real and of our meows, the cost of every call, and the purr."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print("meows: median [10 … 90 %]")
    for words, valence, arousal in CONTEXTS.values():
        show(f"{words}, ours ({valence:+.1f}, {arousal:+.1f})", ours(valence, arousal))
    attempt("the comparison with real meows", show_real)
    print("calls at valence 0:")
    for name in SHAPES:
        began = process_time()
        sound = cry(Call(at=0.0, name=name, seed=1), RATE, 1.0, 150.0)
        cost, seconds = process_time() - began, len(sound) / RATE
        print(
            f"  {name:10s} {seconds:5.2f} s, made in {cost * 1000:5.1f} ms, "
            f"{seconds / cost:6.0f} × real time"
        )
    print(
        f"purr: beats at {purr_beat():.1f} Hz; made at {speed(0.1, 0.7):.0f} × real time "
        f"in chunks of 0.1 s, {speed(1.0, 0.7):.0f} × of 1 s"
    )
