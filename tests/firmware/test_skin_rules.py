"""The rules of the skin, each at its boundary, on exact counts."""

from __future__ import annotations

from itertools import cycle, islice

import numpy as np
import pytest

from .skin_rig import COUNT_FF, HAND_FF, Pads

WINDOW = 64
"""Turns of a window."""


def noise(size: int, turns: int = WINDOW, around: int = 700) -> list[int]:
    """Counts that go up and down by `size` from turn to turn."""
    return list(islice(cycle((around + size, around - size)), turns))


def far(deviation: float) -> float:
    """The standard deviation of such a count from its baseline: the baseline goes up and down with
    it, by a seventh (a + c = 8 c, where c is that of the baseline and it takes a quarter)."""
    return deviation * 8.0 / 7.0


# ── Touches ──────────────────────────────────────────────────────────────────────────────────────


def test_a_touch_begins_at_the_threshold_and_ends_below_half_of_it() -> None:
    pad = Pads(700)
    pad.read(700)
    felt = []
    for count in (693, 692, 696, 697, 693):
        pad.read(count)
        felt.append(pad.pressure > 0)
    assert felt == [False, True, True, False, False]


@pytest.mark.parametrize("base", [300, 700, 830])
@pytest.mark.parametrize("charge", [20, 60, 126])
def test_a_pressure_is_the_capacitance_that_a_hand_adds(base: int, charge: int) -> None:
    pad = Pads(base, charge=charge)
    pad.read(base)
    free = charge * COUNT_FF / base
    for count in range(base - 9, base // 4, -11):
        pad.read(count)
        added = charge * COUNT_FF / count - free
        assert pad.pressure == pytest.approx(min(255.0 * added / HAND_FF, 255.0), abs=1.1)
        pad.read(base, times=2 if pad.reads % 12 == 11 else 1)


def test_a_touch_is_never_weaker_than_one() -> None:
    pad = Pads(700, charge=1)
    pad.read(700)
    pad.read(690)
    assert pad.pressure == 1


def test_a_read_tells_whether_a_pressure_changed() -> None:
    pad = Pads(700, 700)
    told = [pad.read(*counts)[0] for counts in ((700, 700), (600, 700), (600, 700), (590, 700))]
    told += [pad.read(*counts)[0] for counts in ((590, 500), (700, 500), (700, 700), (700, 700))]
    assert told == [False, True, False, True, True, True, True, False]


def test_each_pad_has_its_own_electrode() -> None:
    pad = Pads(700, 700, 700)
    skin = type(pad.skin)(pad.skin._bus, (2, 0), 0)
    skin._chip = pad.chip
    for now in range(10, 80, 10):
        skin.read(now)
    pad.chip.counts[:] = [600, 500, 700]
    skin.read(80)
    assert [pressure > 0 for pressure in skin.pressures] == [False, True]


@pytest.mark.parametrize("quiet", [0, 1, 40])
def test_so_many_reads_after_the_start_no_touch_is_believed(quiet: int) -> None:
    pad = Pads(700, quiet_reads=quiet, windows=0)
    pad.read(700)
    felt = []
    for read in range(1, 60):
        pad.read(700 if read % 12 == 0 else 600)
        felt.append(pad.pressure > 0)
    assert felt == [read >= quiet and read % 12 != 0 for read in range(1, 60)]


def test_counts_from_before_the_chip_has_settled_are_not_used() -> None:
    pad = Pads(90, 90, windows=0)
    pad.read(700, 700)
    pad.read(700, 693)
    assert list(pad.skin.pressures) == [0, 0]
    pad.chip.is_sound = False
    while pad.chip.set_ups == 1:
        pad.read(700, 700)
    pad.read(90, 90, times=4)
    pad.read(700, 700)
    assert list(pad.skin.pressures) == [0, 0]
    pad.read(700, 650)
    assert pad.skin.pressures[1] > 0


# ── Weather ──────────────────────────────────────────────────────────────────────────────────────


def test_the_baseline_follows_as_an_alpha_beta_filter() -> None:
    """α = 1/4, β = 1/32; within an eighth of a count."""
    random = np.random.default_rng(3)
    pad = Pads(700)
    base, slope, count = 700.0, 0.0, 700
    for _ in range(3000):
        count += int(random.choice((-1, 0, 0, 1)))
        count = int(min(max(count, base - 6), base + 6))
        pad.turns([count])
        off = count - base
        slope += off / 32.0
        base += off / 4.0 + slope
        assert pad.base == pytest.approx(base, abs=0.15)


@pytest.mark.parametrize(("counts_a_second", "felt"), [(24.0, False), (34.0, True)])
def test_what_lowers_a_count_faster_than_weather_is_felt_even_if_it_began_slowly(
    counts_a_second: float, *, felt: bool
) -> None:
    """The baseline moves by 12.5 counts a second at most, and by two more for each count that it
    lags."""
    rates = np.minimum(np.arange(400) * 0.03, counts_a_second * 0.12)
    path = 830.0 - np.cumsum(rates)
    assert any(Pads(830).turns(int(count) for count in path[path > 300.0])) == felt


def test_three_turns_in_a_row_above_the_baseline_are_the_baseline() -> None:
    pad = Pads(700)
    bases = []
    for count in (730, 730, 700, 730, 730, 730, 760, 760, 730, 760, 760, 760):
        pad.turns([count])
        bases.append(pad.base)
    assert bases == [700.0] * 5 + [730.0] * 6 + [760.0]


@pytest.mark.parametrize(("above", "jumps"), [(8, False), (9, True)])
def test_a_count_is_above_where_it_is_farther_off_than_a_touch_begins(
    above: int, *, jumps: bool
) -> None:
    pad = Pads(700)
    pad.turns([700 + above] * 3)
    assert (pad.base == 700 + above) == jumps


def test_weather_is_forgotten_when_the_baseline_jumps() -> None:
    pad = Pads(500)
    pad.turns(int(500 + 1.4 * turn) for turn in range(100))
    pad.turns([700] * 3)
    assert pad.base == 700.0
    pad.turns([700] * 20)
    assert pad.base == 700.0


# ── Noise ────────────────────────────────────────────────────────────────────────────────────────


def test_before_anything_is_known_the_noise_is_taken_for_one_count() -> None:
    pad = Pads(700)
    assert pad.threshold(700) == 8
    pad.turns(noise(1, 4 * WINDOW))
    assert pad.threshold(700) == pytest.approx(8.0 * far(1), abs=1)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_a_touch_begins_at_eight_standard_deviations_of_the_noise(size: int) -> None:
    pad = Pads(700)
    pad.turns(noise(size, 12 * WINDOW))
    assert pad.threshold(700) == pytest.approx(8.0 * far(size), abs=1.6)


def test_the_threshold_is_sixty_at_most_and_six_at_least() -> None:
    pad = Pads(700)
    pad.turns(noise(5, 4 * WINDOW) + noise(10, 6 * WINDOW))
    assert pad.skin._step[0] == 60
    pad = Pads(700)
    pad.turns([701, 700] * 80 * WINDOW)
    assert pad.threshold(700) == 6


def test_half_of_more_noise_is_believed_after_a_window() -> None:
    pad = Pads(700)
    pad.turns(noise(5))
    expected = 1.0
    for _ in range(4):
        expected += (far(5) ** 2 - expected) / 2.0
        pad.read(705)
        assert pad.skin._step[0] == pytest.approx(8.0 * expected**0.5, abs=1.2)
        pad.read(705, times=11)
        pad.turns(noise(5)[1:])


def test_less_noise_is_believed_slowly() -> None:
    """What is too much comes down to a third in 32 windows."""
    pad = Pads(700)
    pad.turns(noise(5, 12 * WINDOW))
    pad.turns(noise(1, 32 * WINDOW + 1))
    more, less = far(5) ** 2, far(1) ** 2
    expected = less + (more - less) * (31 / 32) ** 32
    assert pad.skin._step[0] == pytest.approx(8.0 * expected**0.5, abs=1.2)


@pytest.mark.parametrize(("free", "learns"), [(7, False), (8, True)])
def test_a_window_with_few_counts_of_an_untouched_pad_tells_no_noise(
    free: int, *, learns: bool
) -> None:
    pad = Pads(700)
    pad.turns([*range(702, 702 + 2 * free, 2), *[600] * (WINDOW - free + 1)])
    assert (pad.skin._step[0] > 8) == learns


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


@pytest.mark.parametrize(("size", "stuck"), [(6, True), (7, False)])
def test_noise_of_a_touch_counts_up_to_twice_what_counts_as_a_movement(
    size: int, *, stuck: bool
) -> None:
    """Depth 64: 2², and twice (2 · 2)²."""
    assert (size**2 <= 2**2 + 2 * 4**2) == stuck
    assert masked(Pads(700), [noise(size, around=636)] * 14) == stuck


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
    [((7, 7), False), ((8, 7), True), ((8, 8), True), ((0, 0), False), ((0, 700), True)],
)
def test_counts_below_eight_on_all_pads_are_those_of_a_chip_that_was_reset(
    counts: tuple[int, int], *, believed: bool
) -> None:
    pad = Pads(700, 700)
    pad.read(700, 700, times=2)
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
    pad.read(0, 0)
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


@pytest.mark.parametrize("first", [(100, 700, 700, 700), (690, 700, 700, 700)])
def test_pads_that_are_pressed_one_after_another_are_a_hand(first: tuple[int, ...]) -> None:
    pad = Pads(*[700] * 4)
    pad.read(*[700] * 4)
    pad.read(*first)
    pad.read(*[100] * 4)
    assert pad.skin.answers
    assert set(pad.skin.pressures) == {255}


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
