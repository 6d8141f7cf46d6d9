"""The ear: level and pitch of sound."""

from __future__ import annotations

import numpy as np
import pytest

from moggy.messages import Trouble
from moggy.sensors.voice.microphone import BLOCK, FLOOR_DBFS, Microphone, measure
from moggy.sensors.voice.utterances import RATE


def voice(pitch: float, level: float = 0.2) -> np.ndarray:
    """Six harmonics, as a throat makes them."""
    t = np.arange(BLOCK) / RATE
    wave = sum(np.sin(2 * np.pi * pitch * k * t) / k for k in range(1, 7))
    heard: np.ndarray = (level * wave / np.max(np.abs(wave))).astype(np.float32)
    return heard


@pytest.mark.parametrize("pitch", [90.0, 120.0, 165.0, 210.0, 300.0, 440.0])
def test_the_pitch_of_a_voice_is_found(pitch: float) -> None:
    found = measure(voice(pitch))[1]
    assert found == pytest.approx(pitch, rel=0.02)


def test_ten_times_the_amplitude_is_twenty_decibels() -> None:
    assert measure(voice(200.0, 0.5))[0] - measure(voice(200.0, 0.05))[0] == pytest.approx(
        20.0, abs=0.01
    )


def test_noise_has_a_level_and_no_pitch() -> None:
    level, pitch = measure(np.random.default_rng(1).normal(0.0, 0.1, BLOCK).astype(np.float32))
    assert level == pytest.approx(-20.0, abs=1.0)
    assert pitch is None


def test_silence_is_below_the_floor() -> None:
    assert measure(np.zeros(BLOCK, dtype=np.float32)) == (-100.0, None)
    assert measure(np.full(BLOCK, 0.3, dtype=np.float32))[0] < FLOOR_DBFS, (
        "a constant offset is no sound"
    )


def test_a_microphone_that_is_not_there_is_said_once() -> None:
    ear = Microphone(device="no such microphone")
    said = [s for n in range(50) for s in ear.poll(n * 0.02)]
    (trouble,) = said
    assert isinstance(trouble, Trouble)
    assert trouble.message.startswith("no microphone")
    ear.close()
