"""Pads that stick, and counts that no hand makes: each rule at its boundary, on exact counts."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from .skin_rig import WINDOW, Pads, SkinRig, noise, on, wander

# ── Stuck pads ───────────────────────────────────────────────────────────────────────────────────


def masked(pad: Pads, windows: list[list[int]]) -> bool:
    """Whether the only pad is masked after these windows, of which the first begins the touch."""
    pad.turns(count for window in windows for count in window)
    pad.turns(windows[-1][:1])
    return bool(pad.skin.stuck())


def block(low: int, more: int, turns: int) -> list[int]:
    """A window in which so many turns have a higher count than the others."""
    return [low + more] * turns + [low] * (WINDOW - turns)


def test_a_touch_that_does_not_move_for_twelve_windows_is_stuck() -> None:
    pad = Pads(700)
    assert not masked(pad, [block(572, 0, 0)] * 12), "in the first of these it came"
    assert pad.pressure > 0
    assert 0 not in pad.turns([572] * (WINDOW - 1))
    assert pad.read(572) == [True], "its end is told"
    assert (pad.pressure, pad.skin.stuck()) == (0, 1)


def moves(
    before: list[int], window: list[int], base: float, usual: float, noisiest: float
) -> set[str]:
    """What of a window no stuck pad does, by the rule as docs/wire.md states it. `usual` is the
    variance of the pad's noise, `noisiest` that of the noisiest window since it last moved."""
    mean, variance = float(np.mean(window)), float(np.var(window))
    depth = base - mean
    little = (depth / 32) ** 2
    steps = np.diff([before[-1], *window])
    noise = min(float(np.mean(steps**2)) / 2, (depth / 4) ** 2)
    most = max(usual, noise, noisiest)
    return {
        reason
        for reason, found in {
            "slow": variance > little + max(2 * usual, 1.75 * noise),
            "mean": (mean - np.mean(before)) ** 2 > 4 * little + most / 2,
        }.items()
        if found
    }


def white(deviation: float, seed: int, around: float = 572.0) -> list[int]:
    """A window of normal noise."""
    random = np.random.default_rng(seed)
    return [int(count) for count in np.round(random.normal(around, deviation, WINDOW))]


@pytest.mark.parametrize(
    ("before", "window", "reason"),
    [
        (block(572, 0, 0), block(572, 0, 0), None),
        (block(572, 8, 32), block(572, 9, 22), "slow"),
        (block(572, 8, 32), block(572, 9, 20), None),
        (noise(30, around=572), noise(30, around=572), None),
        (noise(38, around=572), noise(38, around=572), None),
        (noise(44, around=572), noise(44, around=572), "slow"),
        (noise(50, around=572), noise(50, around=572), "slow"),
        (([596] * 4 + [572] * 4) * 8, ([596] * 4 + [572] * 4) * 8, "slow"),
        (block(572, 0, 0), block(580, 0, 0), "mean"),
        (block(572, 0, 0), block(579, 0, 0), None),
        (white(2.0, 1), white(8.0, 2), None),
        (white(8.0, 2), white(2.0, 1), None),
        (block(572, 0, 0), block(581, 0, 0), "mean"),
        (white(8.0, 2), block(581, 0, 0), None),
        (white(8.0, 2), block(583, 0, 0), "mean"),
    ],
)
def test_what_moves_in_a_window_is_no_stuck_pad(
    before: list[int], window: list[int], reason: str | None
) -> None:
    pad = Pads(700)
    pad.turns([*before, *before])
    usual = pad.skin._noise[0] / 16
    pad.turns(window[:1])
    was = pad.skin._still[0]
    steps = np.diff([before[-1], *before])
    noisiest = float(np.mean(steps**2)) / 2 if was else 0.0
    pad.turns([*window[1:], window[-1]])
    assert moves(before, window, pad.base, usual, noisiest) == ({reason} if reason else set())
    assert pad.skin._still[0] == (0 if reason else was + 1)


@pytest.mark.parametrize(("more", "still"), [(12, True), (13, False)])
def test_twice_the_noise_of_the_untouched_pad_is_no_movement(more: int, *, still: bool) -> None:
    pad = Pads(700)
    pad.turns(noise(3, 12 * WINDOW))
    usual = pad.skin._noise[0] / 16
    window = block(572, more, 32)
    pad.turns([*window, *window, window[0]])
    assert moves(window, window, pad.base, usual, 0.0) == (set() if still else {"slow"})
    assert bool(pad.skin._still[0]) == still


@pytest.mark.parametrize("depth", [24, 60, 128])
def test_windows_of_any_noise_are_judged_as_the_rule_says(depth: int) -> None:
    """All but those that are within 3 % of a limit."""
    judged: Counter[bool] = Counter()
    pad = Pads(700)
    random = np.random.default_rng(depth)
    earlier = before = [700 - depth] * WINDOW
    was, usual = 0, 0.0
    for seed in range(80):
        around = 700 - depth + random.normal(0.0, depth / 16)
        window = white(depth * 10 ** random.uniform(-2.2, -0.7), seed, around)
        if was > 9:
            pad.skin._moved(0)
        most = pad.skin._noisiest[0] / 16
        pad.turns(window[:1])  # The one before ends with the first sample of the next.
        still = pad.skin._still[0]
        bases = [pad.base * share for share in (0.985, 1.0, 1.015)]
        found = [moves(earlier, before, base, usual, most) for base in bases]
        found += [moves(earlier, before, pad.base, usual * x, most * x) for x in (0.97, 1.03)]
        if seed > 2 and len({bool(reasons) for reasons in found}) == 1 and was < 11:
            judged[bool(found[0])] += 1
            assert (still == 0) == bool(found[0]), (seed, found)
        was, usual = still, pad.skin._noise[0] / 16
        pad.turns(window[1:])
        assert pad.pressure > 0
        earlier, before = before, window
    assert min(judged.values()) >= 5, judged


@pytest.mark.parametrize(
    ("usual", "more", "turns", "stuck"),
    [(0, 5, 23, True), (0, 5, 25, False), (2, 7, 19, True), (2, 7, 22, False)],
)
def test_twelve_windows_together_are_judged_as_the_rule_says(
    usual: int, more: int, turns: int, *, stuck: bool
) -> None:
    """What their variances, each of which is allowed, have beyond noise and a quarter of the square
    of a 32nd of the depth, against twice the sum of both."""
    pad = Pads(700)
    pad.turns(noise(usual, 12 * WINDOW))
    window = block(572, more, turns)
    pad.turns(window)
    base, known = pad.base, pad.skin._noise[0] / 16
    pad.turns(window * 12 + window[:1])
    assert moves(window, window, base, known, 0.0) == set()
    steps = np.diff([window[-1], *window])
    least = max(known, float(np.mean(steps**2)) / 2)
    least += ((base - float(np.mean(window))) / 32) ** 2 / 4.0 + 1 / 16
    assert (12.0 * (float(np.var(window)) / least - 1.0) <= 2.0) == stuck, np.var(window) / least
    assert (bool(pad.skin.stuck()), pad.skin._still[0]) == (stuck, 0)


@pytest.mark.parametrize(("by", "stuck"), [(0.3, True), (1.3, False)])
def test_what_is_slow_in_each_of_twelve_windows_by_a_little_is_a_hand(
    by: float, *, stuck: bool
) -> None:
    """Noise of 1.2 counts at a depth of 16, and a wave of five seconds of so many counts: in no
    window alone is it more than the noise explains."""
    pad = Pads(700)
    pad.turns(count for seed in range(12) for count in white(1.2, 900 + seed, 700.0))
    wave = by * 2**0.5 * np.sin(np.arange(14 * WINDOW) * 2 * np.pi * 0.12 / 5.0)
    random = np.random.default_rng(4)
    counts = [int(c) for c in np.round(random.normal(684.0 + wave, 1.2))]
    pad.turns(counts[:WINDOW])
    still = []
    for start in range(WINDOW, len(counts), WINDOW):
        pad.turns(counts[start : start + WINDOW])
        still.append(pad.skin._still[0])
    pad.turns([684])
    assert bool(pad.skin.stuck()) == stuck


def test_on_a_masked_pad_a_hand_is_felt_as_long_as_on_another() -> None:
    pad = Pads(700)
    assert masked(pad, [block(572, 0, 0)] * 13)
    pad.turns([572] * (WINDOW - 1))
    assert 0 not in pad.turns([472] * 13 * WINDOW)
    assert pad.turns([472]) == {0}, "and is named too"


def test_what_a_masked_pad_shows_may_be_accepted_and_may_stick_again() -> None:
    pad = Pads(700)
    assert masked(pad, [block(600, 0, 0)] * 13)
    pad.skin.accept()
    assert (pad.skin.stuck(), pad.base) == (0, 600.0)
    pad.turns([600] * (WINDOW - 1))
    assert masked(pad, [block(500, 0, 0)] * 13)
    pad.turns([550] * 4)
    assert pad.skin.stuck() == 0, "it is free at half of the way to what was accepted"


@pytest.mark.parametrize(("count", "free"), [(649, False), (650, True)])
@pytest.mark.parametrize("fast", [False, True])
def test_a_masked_pad_is_free_when_it_has_come_back_by_half(
    count: int, *, free: bool, fast: bool
) -> None:
    pad = Pads(700)
    assert masked(pad, [block(600, 0, 0)] * 13)
    pad.turns([count] * 4 if fast else [*np.repeat(range(600, count), 8), *[count] * 80])
    assert pad.skin.stuck() == (not free)


def test_a_masked_pad_that_sticks_deeper_is_free_at_half_of_its_own_baseline() -> None:
    pad = Pads(700)
    assert masked(pad, [block(600, 0, 0)] * 13)
    pad.turns([600] * (WINDOW - 1))
    assert masked(pad, [block(500, 0, 0)] * 13)
    assert pad.pressure == 0
    pad.turns([649] * 4)
    assert pad.skin.stuck()
    pad.turns([660] * 4)
    assert not pad.skin.stuck()


GHOSTS = [
    (noise_before, noise_then, depth)
    for noise_before, noise_then in ((0.2, 0.2), (0.8, 0.8), (1.2, 1.2), (0.5, 2.0), (1.0, 5.0))
    for depth in (10, 16, 24, 60)
    if depth >= 4 * noise_then and depth > 8 * noise_before + 1
]
"""Noise of a pad in counts, and once it is stuck, and by how many counts it is lower then: as deep
as a touch must be to begin on that pad, and not less than four times the noise that comes."""


@pytest.mark.parametrize(("noise_before", "noise_then", "depth"), GHOSTS)
def test_a_ghost_is_named_within_two_minutes_however_shallow_and_noisy(
    noise_before: float, noise_then: float, depth: int
) -> None:
    for seed in range(4):
        rig = SkinRig(noise=noise_before, seed=seed)
        rig.live(60.0)
        ghost = on(4, rig.counts_ff(4, depth))
        rig.noise = noise_then
        assert rig.live(5.0, ghost)[:, 4].any(), "so might a hand begin"
        felt = rig.live(115.0, ghost)
        assert rig.skin.stuck() == 1 << 4, seed
        assert not felt[-10:].any()


@pytest.mark.parametrize(("deviation", "depth", "share"), [(0.3, 16, 0.1), (1.2, 24, 0.1),
    (0.3, 60, 0.03), (1.2, 60, 0.05)])  # fmt: skip
def test_a_light_hand_is_felt_for_ten_minutes(deviation: float, depth: int, share: float) -> None:
    """Its pressure wanders by that share of itself within about a second."""
    for seed in range(2):
        rig = SkinRig(noise=deviation, seed=seed)
        rig.live(60.0)
        hand = rig.counts_ff(4, depth) * (1.0 + share * wander(rig.random, 600.0))
        for start in range(0, 60000, 20000):
            rig.live(200.0, on(4, hand[start : start + 20000]))
            assert rig.skin.stuck() == 0, seed


# ── Counts that no hand makes ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("counts", "believed"),
    [
        ((7, 7), False),
        ((8, 7), True),
        ((8, 8), True),
        ((0, 0), False),
        ((0, 700), True),
        ((0,), False),
        ((8,), True),
    ],
)
def test_counts_below_eight_on_all_pads_are_those_of_a_chip_that_was_reset(
    counts: tuple[int, ...], *, believed: bool
) -> None:
    usual = [700] * len(counts)
    pad = Pads(*usual)
    pad.read(*usual, times=2)
    pad.read(*counts)
    assert (pad.skin.answers, pad.skin.implausible) == (believed, 0 if believed else 1)
    assert [pressure > 0 for pressure in pad.skin.pressures] == [
        believed and 8 <= count < 700 for count in counts
    ]


def test_a_reset_chip_gets_the_charges_that_it_had() -> None:
    pad = Pads(700, 700)
    pad.read(700, 700)
    pad.read(500, 700)
    pressure = pad.pressure
    pad.chip.is_sound = False
    assert pad.read(0, 0) == [True], "the touch ends"
    assert not any(pad.skin.pressures)
    pad.read(500, 700, times=30)
    assert (pad.chip.set_ups, pad.chip.searches) == (2, 0)
    assert pad.pressure == pressure, "the baselines are kept"


def test_charges_of_zero_are_looked_for_until_there_are_some() -> None:
    pad = Pads(700, 700, charge=0, windows=0)
    pad.read(700, 700, times=400)
    assert not pad.skin.answers
    assert (pad.chip.searches, pad.skin.losses) == (3, 4), "after 50 ms, then once a second"
    pad.chip.each = 60
    pad.read(700, 700, times=110)
    pad.read(500, 700)
    assert pad.skin.answers
    assert pad.pressure > 60


@pytest.mark.parametrize("pads", [3, 4])
def test_four_pads_that_are_all_pressed_firmly_in_one_read_are_no_hand(pads: int) -> None:
    pad = Pads(*[700] * pads)
    pad.read(*[700] * pads)
    pad.read(*[100] * pads)
    assert pad.skin.answers == (pads < 4)
    assert set(pad.skin.pressures) == ({255} if pads < 4 else {0})
    pad.read(*[100] * pads, times=30)
    assert pad.chip.searches == (0 if pads < 4 else 1)
    assert set(pad.skin.pressures) == ({255} if pads < 4 else {0}), "with new baselines"
    assert pad.skin.answers
    pad.read(90, *[100] * (pads - 1), times=3)
    assert pad.pressure > 0


def test_one_reading_that_no_hand_makes_is_a_fault_within_a_quarter_of_a_second() -> None:
    pad = Pads(700, 700)
    pad.chip.once = [3, 3]
    pad.read(700, 700, times=26)
    assert (pad.skin.losses, pad.skin.implausible) == (1, 1)


def test_pads_that_are_pressed_one_after_another_are_a_hand() -> None:
    """The last two 60 ms apart."""
    pad = Pads(*[700] * 4)
    pad.read(*[700] * 4)
    for pressed in range(1, 5):
        pad.read(*[100] * pressed, *[700] * (4 - pressed), times=6)
    assert pad.skin.answers
    assert set(pad.skin.pressures) == {255}


@pytest.mark.parametrize(
    "steps",
    [[(100, 700, 700, 700)], [(690, 700, 700, 700)], [(300,) * 4], [(500,) * 4, (300,) * 4]],
    ids=["one is touched", "one is a little lower", "over two reads", "over three reads"],
)
def test_all_pads_that_become_full_at_once_are_no_hand(steps: list[tuple[int, ...]]) -> None:
    pad = Pads(*[700] * 4)
    pad.read(*[700] * 4)
    for counts in steps:
        pad.read(*counts)
    pad.read(*[100] * 4)
    assert not pad.skin.answers
    assert (set(pad.skin.pressures), pad.skin.implausible) == ({0}, 1)


@pytest.mark.parametrize(("reads", "hand"), [(1, False), (4, False), (5, True), (12, True)])
def test_it_is_no_hand_where_more_than_half_are_touched_and_all_full_within_five_reads(
    reads: int, *, hand: bool
) -> None:
    pad = Pads(*[700] * 4)
    pad.read(*[700] * 4)
    pad.read(100, 100, 700, 700, times=12)
    pad.read(100, 100, 100, 700, times=reads)
    pad.read(*[100] * 4)
    assert pad.skin.answers == hand


@pytest.mark.parametrize("reads", [15, 30, 100])
@pytest.mark.parametrize("pads", [4, 12])
def test_a_hug_that_rises_on_all_pads_together_is_a_hand(pads: int, reads: int) -> None:
    pad = Pads(*[700] * pads)
    pad.read(*[700] * pads, times=12)
    for read in range(1, reads + 1):
        pad.read(*[700 - 600 * read // reads] * pads)
    assert pad.skin.answers
    assert set(pad.skin.pressures) == {255}


def test_hands_on_all_pads_are_felt_again_after_the_chip_was_reset() -> None:
    pad = Pads(*[700] * 4)
    pad.read(*[700] * 4, times=12)
    pad.read(*[100] * 3, 700, times=6)
    pad.read(*[100] * 4, times=6)
    pad.chip.is_sound = False
    pad.read(*[100] * 4, times=60)
    assert (pad.skin.losses, pad.skin.implausible) == (1, 0)
    assert set(pad.skin.pressures) == {255}


@pytest.mark.parametrize(
    ("count", "named"), [(7, True), (8, False), (1015, False), (1016, True), (1023, True)]
)
def test_a_pad_without_a_plausible_count_is_named(count: int, *, named: bool) -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(count, 700, times=12)
    assert pad.skin.stuck() == (1 if named else 0)
    pad.read(count, 700, times=12)
    assert pad.skin.implausible == (1 if named else 0)


def test_it_feels_nothing_until_its_next_turn() -> None:
    pad = Pads(700, 700)
    pad.read(3, 700, times=2)
    pad.read(500, 500)
    assert [pressure > 0 for pressure in pad.skin.pressures] == [False, True]


def test_a_pad_that_comes_back_has_its_count_as_its_baseline() -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(3, 700, times=12)
    pad.read(600, 700, times=12)
    assert (pad.skin.stuck(), pad.base, pad.pressure) == (0, 600.0, 0)
    pad.read(700, 3, times=12)
    assert pad.skin.stuck() == 2
    assert pad.skin.implausible == 2


@pytest.mark.parametrize(("count", "searches"), [(840, 0), (841, 3), (1023, 3)])
def test_charges_that_are_too_large_are_looked_for_three_times(count: int, searches: int) -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(count, 700, times=240)
    assert pad.chip.searches == searches
    assert pad.skin.losses == 0
    pad.read(700, 700, times=36)
    pad.read(count, 700, times=240)
    assert pad.chip.searches == 2 * searches, "and again when that happens again"


def test_with_new_charges_no_pad_is_masked() -> None:
    pad = Pads(700)
    assert masked(pad, [block(600, 0, 0)] * 13)
    pad.turns([900])
    pad.turns([600] * 4)
    assert pad.chip.searches == 1
    assert pad.skin.stuck() == 0


def test_they_are_not_looked_for_while_a_touch_is_felt() -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(900, 600, times=240)
    assert pad.chip.searches == 0
    pad.read(900, 700, times=36)
    assert pad.chip.searches == 1


def test_they_wait_for_the_end_of_a_touch_that_begins_before_they_are_looked_for() -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    while not pad.skin._retune:
        pad.read(900, 700)
    pad.read(900, 600, times=100)
    assert pad.chip.searches == 0
    pad.read(900, 700, times=36)
    assert pad.chip.searches == 1


def test_they_are_not_looked_for_where_the_count_was_too_large_in_a_touch_only() -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(900, 600, times=24)  # in a third turn it would be the baseline
    pad.read(700, 700, times=240)
    assert pad.chip.searches == 0


def test_what_no_hand_makes_is_counted_up_to_65535() -> None:
    pad = Pads(700, 700)
    pad.skin.implausible = 65534
    for _ in range(3):
        pad.read(700, 700, times=12)
        pad.read(3, 700, times=12)
    assert pad.skin.implausible == 65535
