"""The rules of the skin, each at its boundary, on exact counts."""

from __future__ import annotations

import numpy as np
import pytest

from .skin_rig import COUNT_FF, HAND_FF, WINDOW, Pads, far, noise

# ── Touches ──────────────────────────────────────────────────────────────────────────────────────


def test_a_touch_begins_at_the_threshold_and_ends_below_half_of_it() -> None:
    pad = Pads(700)
    pad.read(700)
    felt = []
    for count in (693, 693, 693, 693, 692, 692, 692, 696, 697, 693):
        pad.read(count)
        felt.append(pad.pressure > 0)
    assert felt == [False] * 6 + [True, True, False, False]


@pytest.mark.parametrize("base", [300, 700, 830])
@pytest.mark.parametrize("charge", [20, 60, 126])
def test_a_pressure_is_the_capacitance_that_a_hand_adds(base: int, charge: int) -> None:
    pad = Pads(base, charge=charge)
    pad.read(base)
    free = charge * COUNT_FF / base
    for count in range(base - 9, base // 4, -11):
        while pad.reads % 12 > 8:
            pad.read(base)
        pad.read(count, times=3)
        added = charge * COUNT_FF / count - free
        assert pad.pressure == pytest.approx(min(255.0 * added / HAND_FF, 255.0), abs=1.1)
        pad.read(base, times=24)


def test_the_largest_charge_and_the_lightest_hand_have_a_pressure() -> None:
    """63 µA during 32 µs, and 1 pF: the numbers on the way are cut to 32 bits."""
    pad = Pads(700, charge=63 << 6, full_ff=1000)
    pad.read(700)
    pad.read(650)
    assert pad.pressure == 255


def test_a_hand_adds_eight_picofarads_where_the_file_says_nothing() -> None:
    pad = Pads(700)
    skin = type(pad.skin)(pad.skin._bus, (0,), 0)
    skin._chip = pad.chip
    for now in range(10, 80, 10):
        skin.read(now)
    half = 60 * COUNT_FF / (60 * COUNT_FF / 700 + HAND_FF / 2)
    pad.chip.counts[0] = round(half)
    skin.read(80)
    assert skin.pressures[0] == pytest.approx(128, abs=2)


def test_a_touch_is_never_weaker_than_one() -> None:
    pad = Pads(700, charge=1)
    pad.read(700)
    pad.read(690, times=3)
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
    pad.read(700, 668)
    assert [pressure > 0 for pressure in pad.skin.pressures] == [False, True], "and then at once"
    pad.read(700, 700)
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
    for _ in range(500):
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
    pad.turns(noise(5, 2 * WINDOW) + noise(10, 4 * WINDOW))
    assert pad.skin._step[0] == 60
    pad = Pads(700)
    pad.turns([701, 700] * 6 * WINDOW)
    assert pad.skin._step[0] == 6


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
