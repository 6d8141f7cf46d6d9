"""Numbers that look random, without a generator: the nth number of a kind is always the same, so
acting needs no seed and keeps no state."""

from __future__ import annotations

_MASK = 0xFFFFFFFFFFFFFFFF
"""Mask of 64 bits."""


def throw(kind: int, n: int) -> float:
    """The `n`th number of a kind, 0..1: evenly spread and unrelated to its neighbours (splitmix64,
    Steele et al. 2014)."""
    z = (kind * 0xD1342543DE82EF95 + n * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) / 9007199254740992.0
