"""How GoEmotions numbers its classes (Demszky et al. 2020, Apache-2.0)."""

from __future__ import annotations

from moggy.vocabulary import PersonClass

EKMAN: tuple[PersonClass, ...] = (
    "angry",
    "disgusted",
    "afraid",
    "happy",
    "neutral",
    "sad",
    "surprised",
)
"""GoEmotions' Ekman numbers 0..6 as our classes."""
