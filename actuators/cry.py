"""One call as sound: harmonics of a bending pitch and the noise of breath, both shaped by the
resonances of a mouth that moves."""

from __future__ import annotations

from math import ceil, pi

import numpy as np

from moggy.actuators.calls import CallShape, seconds_of, shape_of, signed
from moggy.actuators.sound import Curve, Sound
from moggy.messages import Call

FRAME = 64
"""Samples between two values of the slow curves; between them they are straight lines."""
MOST_HARMONICS = 48
"""Harmonics of a call at most: those above are weak, and each costs time."""
OWN_PITCH = 0.05
"""Share by which the pitch of a call differs from the next of its kind at most. Our choice."""
LOUDEST = 0.75
"""Amplitude of a meow at loudness 1: it leaves room for a purr beside it."""
SOFTEST = 0.12
"""Share of the full amplitude (`LOUDEST`) that is left at loudness 0."""
HIGHEST_SHARE = 0.45
"""Share of the sampling rate up to which harmonics are made."""


def cry(call: Call, rate: int, pitch: float, lowest: float) -> Sound:
    """The whole call, (n,), within ±1, from silence to silence; the same call gives the same
    samples.

    `rate` is in Hz; `pitch` is a factor, 1 of an adult; `lowest` is the lowest frequency that the
    speaker carries, Hz. A name without a shape sounds as a meow.
    """
    shape, seconds = shape_of(call.name), seconds_of(call, pitch)
    valence, arousal = signed(call.valence), signed(call.arousal)
    rng = np.random.default_rng(call.seed & 0xFFFFFFFF)
    higher = 1.0 + OWN_PITCH * (2.0 * rng.random() - 1.0)
    frames = max(4, ceil(seconds * rate / FRAME))
    place = np.linspace(0.0, 1.0, frames + 1)
    loudness = np.interp(place, *_columns(shape.swell)) * _roll(shape, place * seconds)
    resonances = _resonances(shape, place, pitch**0.6 * (1.0 + 0.06 * valence))
    sound = np.zeros(frames * FRAME)
    if shape.pitch:
        f0 = _pitch(shape, place, valence, arousal, pitch * higher, rng)
        tilt = shape.tilt - 0.25 * arousal - 0.2 * (call.loudness - 0.5)
        sound += _voice(
            f0, resonances, tilt, _rough(shape, valence, arousal), loudness, rate, lowest
        )
    if shape.noise > 0.0:
        noise = _breath(resonances, len(sound), rate, lowest, rng) * _ramps(loudness)
        share = shape.noise * (1.0 + 0.8 * max(arousal, -valence, 0.0)) if shape.pitch else 1.0
        sound += noise * share * (_rms(sound) or 1.0) / (_rms(noise) or 1.0)
    peak = float(np.max(np.abs(sound))) or 1.0
    loudest = SOFTEST + (1.0 - SOFTEST) * min(max(call.loudness, 0.0), 1.0)
    quiet = LOUDEST * shape.level * loudest
    return (sound * (min(quiet, 0.95) / peak)).astype(np.float32)


def _columns(points: tuple[tuple[float, float], ...]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _rms(sound: Curve) -> float:
    return float(np.sqrt(np.mean(sound * sound)))


def _ramps(frames: Curve) -> Curve:
    """Values at the frames → values at every sample, in straight lines."""
    step = np.arange(FRAME) / FRAME
    result: Curve = (frames[:-1, None] + np.diff(frames)[:, None] * step).ravel()
    return result


def _roll(shape: CallShape, seconds: Curve) -> Curve:
    hz, depth = shape.roll
    return 1.0 - depth * (0.5 + 0.5 * np.cos(2.0 * pi * hz * seconds))


def _rough(shape: CallShape, valence: float, arousal: float) -> float:
    """How rough the voice is, 0..1: distress and excitement break it."""
    return min(0.9, shape.rough + 0.25 * max(0.0, arousal - 0.3) + 0.1 * max(0.0, -valence))


def _pitch(
    shape: CallShape,
    place: Curve,
    valence: float,
    arousal: float,
    pitch: float,
    rng: np.random.Generator,
) -> Curve:
    """f0 in Hz at the frames. From the middle on it bends up or down with valence."""
    f0: Curve = np.interp(place, *_columns(shape.pitch))
    end = np.clip((place - 0.45) / 0.55, 0.0, 1.0)
    semitones = (
        shape.higher * valence
        + 1.2 * arousal
        + (shape.rise * valence + shape.bias) * end * end * (3.0 - 2.0 * end)
    )
    slow = np.convolve(rng.standard_normal(len(place) + 8), np.full(9, 1.0 / 3.0), mode="valid")
    jitter = 1.0 + shape.wobble * (1.0 + max(0.0, arousal)) * slow
    return f0 * 2.0 ** (semitones / 12.0) * jitter * pitch


def _resonances(shape: CallShape, place: Curve, scale: float) -> Curve:
    """(frames, resonance, 3): Hz, bandwidth, gain at the frames."""
    places = [x for x, _ in shape.formants]
    table = np.array([formants for _, formants in shape.formants])
    result = np.empty((len(place), *table.shape[1:]))
    for i in range(table.shape[1]):
        for j in range(3):
            result[:, i, j] = np.interp(place, places, table[:, i, j])
    result[:, :, :2] *= scale
    return result


def _mouth(hz: Curve, resonances: Curve, lowest: float) -> Curve:
    """Gain at frequencies: (frames, m) for `hz` (frames, m), the resonances side by side, and what
    the speaker carries."""
    gain = np.full(hz.shape, 0.01)
    for i in range(resonances.shape[1]):
        centre, width, level = resonances[:, i, 0:1], resonances[:, i, 1:2], resonances[:, i, 2:3]
        gain = gain + level / (1.0 + ((hz - centre) / width) ** 2)
    carried = (hz / lowest) ** 2
    result: Curve = gain * carried / (1.0 + carried)
    return result


def _voice(
    f0: Curve,
    resonances: Curve,
    tilt: float,
    rough: float,
    loudness: Curve,
    rate: int,
    lowest: float,
) -> Curve:
    """Harmonics by the recurrence sin kθ = 2 cos θ sin (k−1)θ − sin (k−2)θ, each with the gain of
    the mouth at its pitch."""
    count = int(min(MOST_HARMONICS, HIGHEST_SHARE * rate / float(np.max(f0))))
    k = np.arange(1, max(count, 1) + 1)
    gains = _mouth(f0[:, None] * k, resonances, lowest) * k**-tilt * loudness[:, None]
    phase = np.cumsum(_ramps(f0)) * (2.0 * pi / rate)
    twice = 2.0 * np.cos(phase)
    before, sine = np.zeros_like(phase), np.sin(phase)
    sound = np.zeros_like(phase)
    for i in range(len(k)):
        sound += _ramps(gains[:, i]) * sine
        before, sine = sine, twice * sine - before
    if rough > 0.0:
        # Every second cycle weaker: energy at half the pitch and between the harmonics.
        sound *= 1.0 + rough * np.cos(0.5 * phase)
    return sound


def _breath(resonances: Curve, n: int, rate: int, lowest: float, rng: np.random.Generator) -> Curve:
    """Noise through the mean position of the mouth."""
    size = 1 << (n - 1).bit_length()
    spectrum = np.fft.rfft(rng.standard_normal(size))
    hz: Curve = np.fft.rfftfreq(size, 1.0 / rate)[None, :].astype(np.float64)
    gain = _mouth(hz, np.mean(resonances, axis=0, keepdims=True), lowest)[0]
    result: Curve = np.fft.irfft(spectrum * gain, size)[:n]
    return result
