"""An hour of each personality, lived by the mind and the tree: a stranger can tell from the log who
it was."""

from __future__ import annotations

from bench.character import NAMES, told_apart


def test_a_stranger_tells_the_personalities_apart_nine_times_in_ten() -> None:
    """Learnt from an hour of each, tried on an hour of each with another seed and another day. It
    takes a minute and a half."""
    pairs = told_apart(hours=1)
    assert len(pairs) == len(NAMES) == 7
    assert sum(name == guess for name, guess in pairs) >= 0.9 * len(pairs), pairs
