"""Feelings by name, for tests that set a few of them."""

from __future__ import annotations

from moggy.vocabulary import EMOTIONS, Emotion


def emotions(**levels: float) -> dict[Emotion, float]:
    """The level of every emotion, 0..1: as given, and 0 where none is given.

    Raises KeyError for a name that is no emotion.
    """
    unknown = set(levels) - set(EMOTIONS)
    if unknown:
        raise KeyError(f"no emotions: {sorted(unknown)}")
    return {name: levels.get(name, 0.0) for name in EMOTIONS}
