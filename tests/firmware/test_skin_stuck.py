"""Pads that stick, and counts that no hand makes: each rule at its boundary, on exact counts."""

from __future__ import annotations

import numpy as np
import pytest

from .skin_rig import WINDOW, Pads, far, noise

# ── Stuck pads ───────────────────────────────────────────────────────────────────────────────────


def masked(pad: Pads, windows: list[list[int]]) -> bool:
    """Whether the only pad is masked after these windows, of which the first begins the touch."""
    pad.turns(count for window in windows for count in window)
    pad.turns(windows[-1][:1])
    return bool(pad.skin.stuck)


def block(low: int, more: int, turns: int) -> list[int]:
    """A window in which so many turns have a higher count than the others."""
    return [low + more] * turns + [low] * (WINDOW - turns)


def test_a_touch_that_does_not_move_for_twelve_windows_is_stuck() -> None:
    pad = Pads(700)
    assert not masked(pad, [block(572, 0, 0)] * 12), "in the first of these it came"
    assert pad.pressure > 0
    assert 0 not in pad.turns([572] * (WINDOW - 1))
    assert pad.read(572) == [True], "its end is told"
    assert (pad.pressure, pad.skin.stuck) == (0, 1)


@pytest.mark.parametrize(("turns", "stuck"), [(20, True), (22, False)])
def test_it_moves_if_it_varies_by_more_than_a_32nd_of_its_depth_and_the_noise(
    turns: int, *, stuck: bool
) -> None:
    """Depth 128: 4² and twice the noise of the window (two steps of 9 in 64 samples)."""
    share = turns / WINDOW
    at_rest = (128 - 9 * share) ** 2 / 32**2 + 2 * (2 * 9**2 / (2 * WINDOW))
    assert (9**2 * share * (1 - share) <= at_rest) == stuck
    assert masked(Pads(700), [block(572, 9, turns)] * 14) == stuck


@pytest.mark.parametrize(("turns", "stuck"), [(18, True), (30, False)])
def test_the_noise_of_the_untouched_pad_is_no_movement(turns: int, *, stuck: bool) -> None:
    pad = Pads(700)
    pad.turns(noise(3, 12 * WINDOW))
    share = turns / WINDOW
    at_rest = (128 - 13 * share) ** 2 / 32**2 + 2 * far(3) ** 2
    assert (13**2 * share * (1 - share) <= at_rest) == stuck
    assert masked(pad, [block(572, 13, turns)] * 14) == stuck


@pytest.mark.parametrize(("blocks", "stuck"), [(4, False), (5, True)])
def test_the_noise_of_a_touch_is_that_from_sample_to_sample(blocks: int, *, stuck: bool) -> None:
    """Half of the samples are 12 higher, in so many blocks: two steps for each."""
    depth = 128 - 6
    at_rest = depth**2 / 32**2 + 2 * (2 * blocks * 12**2 / (2 * WINDOW))
    assert (at_rest >= 6**2) == stuck
    lengths = [7, 7, 6, 6, 6][:blocks] if blocks == 5 else [8] * 4
    window = [count for length in lengths for count in [584] * length + [572] * length]
    assert masked(Pads(700), [window] * 14) == stuck


@pytest.mark.parametrize(("higher", "stuck"), [(12, True), (13, False)])
def test_it_counts_up_to_twice_what_counts_as_a_movement(higher: int, *, stuck: bool) -> None:
    """Every second sample is higher than the others by that; depth 70."""
    at_rest = ((70 - higher / 2) / 32) ** 2
    at_rest += 2 * 4 * at_rest
    assert ((higher / 2) ** 2 <= at_rest) == stuck
    window = noise(higher // 2, around=630 + higher // 2)
    if higher % 2:
        window = [630, 630 + higher] * (WINDOW // 2)
    assert masked(Pads(700), [window] * 14) == stuck


@pytest.mark.parametrize(("change", "stuck"), [(7, True), (8, False)])
def test_it_moves_if_its_mean_changes_by_more_than_a_16th(change: int, *, stuck: bool) -> None:
    """Depth 128 and less by the change."""
    windows = [block(572, 0, 0), block(572, change, WINDOW)]
    assert masked(Pads(700), windows * 8) == stuck


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
    assert (pad.skin.stuck, pad.base) == (0, 600.0)
    pad.turns([600] * (WINDOW - 1))
    assert masked(pad, [block(500, 0, 0)] * 13)
    pad.turns([550] * 4)
    assert pad.skin.stuck == 0, "it is free at half of the way to what was accepted"


@pytest.mark.parametrize(("count", "free"), [(649, False), (650, True)])
@pytest.mark.parametrize("fast", [False, True])
def test_a_masked_pad_is_free_when_it_has_come_back_by_half(
    count: int, *, free: bool, fast: bool
) -> None:
    pad = Pads(700)
    assert masked(pad, [block(600, 0, 0)] * 13)
    pad.turns([count] * 4 if fast else [*np.repeat(range(600, count), 8), *[count] * 80])
    assert pad.skin.stuck == (not free)


def test_a_masked_pad_that_sticks_deeper_is_free_at_half_of_its_own_baseline() -> None:
    pad = Pads(700)
    assert masked(pad, [block(600, 0, 0)] * 13)
    pad.turns([600] * (WINDOW - 1))
    assert masked(pad, [block(500, 0, 0)] * 13)
    assert pad.pressure == 0
    pad.turns([649] * 4)
    assert pad.skin.stuck
    pad.turns([660] * 4)
    assert not pad.skin.stuck


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
    pad.read(90, *[100] * (pads - 1))
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


@pytest.mark.parametrize(
    ("count", "named"), [(7, True), (8, False), (1015, False), (1016, True), (1023, True)]
)
def test_a_pad_without_a_plausible_count_is_named(count: int, *, named: bool) -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(count, 700, times=12)
    assert pad.skin.stuck == (1 if named else 0)
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
    assert (pad.skin.stuck, pad.base, pad.pressure) == (0, 600.0, 0)
    pad.read(700, 3, times=12)
    assert pad.skin.stuck == 2
    assert pad.skin.implausible == 2


@pytest.mark.parametrize(("count", "searches"), [(840, 0), (841, 1), (1023, 1)])
def test_charges_that_are_too_large_are_looked_for_once(count: int, searches: int) -> None:
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
    assert pad.skin.stuck == 0


def test_they_are_not_looked_for_while_a_touch_is_felt() -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=12)
    pad.read(900, 600, times=240)
    assert pad.chip.searches == 0
    pad.read(900, 700, times=60)
    assert pad.chip.searches == 1


def test_what_no_hand_makes_is_counted_up_to_65535() -> None:
    pad = Pads(700, 700)
    pad.skin.implausible = 65534
    for _ in range(3):
        pad.read(700, 700, times=12)
        pad.read(3, 700, times=12)
    assert pad.skin.implausible == 65535
