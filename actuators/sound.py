"""Arrays of sound, and sound as bytes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Sound: TypeAlias = npt.NDArray[np.float32]
"""Samples of one channel, (n,), within ±1."""
Curve: TypeAlias = npt.NDArray[np.float64]
"""Values over time or frequency."""


def pcm(sound: Sound) -> bytes:
    """16-bit samples, little-endian, mono."""
    return (sound * 32767.0).astype("<i2").tobytes()
