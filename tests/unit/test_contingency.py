"""The statistic by which touch is shown to matter: small p where it does, and none where it does
not."""

from __future__ import annotations

import random

from bench.contingency import permutation_test


def a_life(rng: random.Random, answers: bool) -> tuple[list[int], list[float]]:
    """Times of touches, and a restless course in which each touch is answered, or none."""
    times, at = [], 0
    while (at := at + 60 + round(rng.expovariate(1 / 200))) < 9_800:
        times.append(at)
    course, here = [], 0.0
    for _ in range(10_000):
        here += 0.05 * (rng.gauss(0.0, 1.0) - here)
        course.append(here)
    if answers:
        for time in times:
            course[time] += 0.3
    return times, course


def test_answers_that_follow_touches_are_found() -> None:
    times, course = a_life(random.Random(1), answers=True)
    observed, shuffled, p = permutation_test(times, course, 500, random.Random(2))
    assert observed > shuffled
    assert p < 0.01


def test_where_nothing_hangs_on_the_touches_p_is_small_no_more_often_than_by_chance() -> None:
    """Over a hundred lives the p-values lie evenly in 0..1, although the course is restless and the
    touches are not evenly spread."""
    found = []
    for seed in range(100):
        times, course = a_life(random.Random(seed), answers=False)
        found.append(permutation_test(times, course, 200, random.Random(seed + 1))[2])
    assert sum(p < 0.05 for p in found) <= 12
    assert sum(p < 0.01 for p in found) <= 4
    assert 0.35 < sum(found) / len(found) < 0.65


def test_the_same_answer_everywhere_gives_no_small_p() -> None:
    assert permutation_test([10, 50, 400], [1.0] * 1000, 500, random.Random(1)) == (1.0, 1.0, 1.0)
