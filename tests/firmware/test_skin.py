"""Touches, weather, noise and stuck pads: the skin over minutes of virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from .skin_rig import HAND_FF, Pads, SkinRig, on, wander

# ── Weather ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("pads", [range(12), range(3, 4)], ids=["all", "one"])
@pytest.mark.parametrize("counts", [8.0, -8.0], ids=["damp", "dry"])
def test_eight_counts_a_second_for_twenty_seconds_touch_nothing(pads: range, counts: float) -> None:
    rig = SkinRig()
    ends = np.zeros(12)
    for pad in pads:
        ends[pad] = rig.counts_ff(pad, 160.0 if counts > 0 else -110.0)
    seconds = 20.0 if counts > 0 else 13.75
    felt = rig.live(seconds, lambda t: np.outer(t / seconds, ends))
    assert not felt.any()
    assert not rig.live(60.0, ends).any(), "nor when it ends"
    assert rig.skin.stuck() == 0
    felt = rig.live(1.0, ends + on(3, 0.5 * HAND_FF))
    assert felt[-1][3] == pytest.approx(128, abs=8), "and a hand is felt as before"


@pytest.mark.parametrize(
    ("counts", "seconds"),
    [(12.0, 600.0), (-12.0, 600.0), (60.0, 600.0), (30.0, 30.0), (40.0, 10.0)],
)
def test_after_a_hand_is_lifted_nothing_of_the_weather_meanwhile_is_felt(
    counts: float, seconds: float
) -> None:
    """The weather moves one pad by so many counts, and the others a little more or less. The hand
    wanders by a tenth."""
    rig = SkinRig(seed=3)
    rig.live(60.0)
    rates = [rig.counts_ff(pad, counts * (0.85 + 0.027 * pad)) for pad in range(12)]
    hand = on(3, 4000.0 * (1.0 + 0.1 * wander(rig.random, seconds)))
    for start in range(0, len(hand), 20000):
        block = hand[start : start + 20000]
        times = (start + np.arange(len(block))) / (100.0 * seconds)
        felt = rig.live(len(block) / 100.0, block + np.outer(times, rates))
        assert felt[0 if start else 3 :, 3].all()
        assert not felt[:, :3].any()
        assert rig.skin.stuck() == 0
    assert not rig.live(120.0, np.array(rates))[20:].any()
    assert rig.skin.stuck() == 0
    assert rig.live(0.3, np.array(rates) + on(3, 4000.0))[-1][3] == pytest.approx(128, abs=12)


@pytest.mark.parametrize(("touched", "carried"), [(1, True), (2, True), (3, False)])
def test_weather_is_carried_to_touched_pads_from_half_of_all_pads_or_more(
    touched: int, *, carried: bool
) -> None:
    pad = Pads(*[700] * 4)
    for lower in range(40):
        pad.read(*[500] * touched, *[700 - lower] * (4 - touched), times=24)
    assert pad.base == pytest.approx(661.0 if carried else 700.0, abs=1.5)


def test_noise_that_begins_all_at_once_is_learnt_within_a_minute() -> None:
    """As when a motor starts."""
    rig = SkinRig(noise=0.8, quiet_reads=3000)
    rig.live(600.0)
    noise = rig.random.normal(0.0, 5.0, (42000, 12))
    assert not rig.live(420.0, noise=noise).any()
    assert min(rig.skin._step) >= 36
    assert rig.skin.stuck() == 0


def test_the_threshold_of_a_very_noisy_pad_has_a_limit() -> None:
    rig = SkinRig(noise=15.0, quiet_reads=3000)
    rig.live(120.0)
    assert set(rig.skin._step) == {60}


def test_a_game_of_taps_does_not_make_a_pad_deaf() -> None:
    rig = SkinRig()
    rig.live(60.0)
    before = rig.skin._step[2]
    taps = on(2, np.where(np.arange(12000) // 10 % 4 == 0, 4000.0, 0.0))
    rig.live(120.0, taps)
    assert rig.skin._step[2] <= before + 3


def test_a_single_disturbance_upwards_leaves_the_baseline() -> None:
    rig = SkinRig()
    for _ in range(50):
        rig.live(0.01, -1500.0)
        assert not rig.live(0.37).any()


# ── Thresholds and pressures ─────────────────────────────────────────────────────────────────────


def test_the_same_hand_gives_the_same_pressure_on_every_pad_and_cable() -> None:
    rig = SkinRig(noise=0.5, pads_ff=np.linspace(8000.0, 60000.0, 12))
    for share in (0.25, 0.5, 1.0):
        for pad in range(12):
            felt = rig.live(0.3, on(pad, share * HAND_FF))[:, pad]
            assert np.mean(felt[5:]) / 255.0 == pytest.approx(share, abs=0.04)
            rig.live(0.3)


def test_a_pad_with_much_noise_needs_more_and_a_quiet_one_feels_a_fifth_of_a_picofarad() -> None:
    rig = SkinRig(quiet_reads=3000)
    noise = rig.random.normal(0.0, 0.3, (60000, 12))
    noise[:, 5] = rig.random.normal(0.0, 4.0, 60000)
    felt = rig.live(60.0, noise=noise[:6000])  # learns
    felt = rig.live(540.0, noise=noise[6000:])
    assert not felt.any()
    assert rig.skin._step[5] == pytest.approx(36, abs=6)
    assert rig.counts_ff(2, 9.0) < 210.0
    assert rig.live(0.3, on(2, rig.counts_ff(2, 9.0)), noise=noise[:30])[-1][2] > 0
    rig.live(0.3, noise=noise[:30])
    assert rig.live(0.3, on(5, rig.counts_ff(5, 20.0)), noise=noise[:30])[-1][5] == 0


def test_a_touch_begins_within_three_reads_and_ends_at_half_of_its_threshold() -> None:
    rig = SkinRig(noise=0.0)
    rig.live(60.0)
    step = rig.skin._step[0]
    assert list(rig.live(0.03, on(0, rig.counts_ff(0, step + 1)))[:, 0] > 0) == [0, 0, 1]
    assert rig.live(0.01, on(0, rig.counts_ff(0, step // 2 + 1)))[0][0] > 0
    assert rig.live(0.01, on(0, rig.counts_ff(0, step // 2 - 1)))[0][0] == 0


# ── Stuck pads ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("before", [0.0, 1.4], ids=["silent", "noisy"])
@pytest.mark.parametrize("kind", ["constant", "two counts", "normal"])
def test_a_ghost_is_masked_and_named_within_two_minutes(kind: str, before: float) -> None:
    rig = SkinRig(noise=before)
    rig.live(60.0)
    shape = (12000, 12)
    noise = {
        "constant": rig.random.normal(0.0, before, shape) * (np.arange(12) != 4),
        "two counts": rig.random.integers(-2, 3, shape).astype(float),
        "normal": rig.random.normal(0.0, 1.6, shape),
    }[kind]
    ghost = on(4, rig.counts_ff(4, 60.0))
    felt = rig.live(120.0, ghost, noise=noise)
    assert felt[5000][4] > 0, "a hand might lie so still"
    assert not felt[-1].any()
    assert rig.skin.stuck() == 1 << 4
    rig.live(1.0, ghost, noise=noise)
    felt = rig.live(1.0, ghost + on(4, 4000.0) + on(8, 4000.0), noise=noise)
    assert felt[-1][8] > 100, "the other pads are felt"
    assert felt[-1][4] > 80, "and a hand on top of it"
    assert not rig.live(300.0, ghost)[100:].any()
    assert rig.skin.stuck() == 1 << 4
    rig.live(1.0)
    assert rig.skin.stuck() == 0, "it is free when it has come back"
    assert rig.live(0.2, on(4, 4000.0))[-1][4] == pytest.approx(128, abs=12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("firm", [0.08, 0.3, 0.9])
def test_a_hand_that_rests_for_ten_minutes_is_felt_for_ten_minutes(firm: float, seed: int) -> None:
    """Its pressure wanders by a tenth of itself (standard deviation) within about a second: breath,
    pulse and muscles of two bodies. Our choice."""
    rig = SkinRig(seed=seed)
    rig.live(30.0)
    hand = firm * HAND_FF * (1.0 + 0.1 * wander(rig.random, 600.0))
    rows = on(2, hand) + on(7, 0.7 * hand)
    for start in range(0, 60000, 20000):
        felt = rig.live(200.0, rows[start : start + 20000])
        assert felt[0 if start else 2 :, 2].all()
        assert rig.skin.stuck() == 0
    assert not rig.live(1.0)[50:].any()


@pytest.mark.parametrize(("share", "stuck"), [(0.012, True), (0.06, False)])
def test_what_wanders_by_less_than_a_32nd_of_its_depth_is_no_hand(
    share: float, stuck: bool
) -> None:
    rig = SkinRig(noise=0.4, quiet_reads=3000)
    rig.live(900.0)
    ghost = rig.counts_ff(4, 120.0) * (1.0 + share * wander(rig.random, 120.0))
    rig.live(120.0, on(4, ghost))
    assert rig.skin.stuck() == (1 << 4 if stuck else 0)


def test_a_ghost_with_more_noise_than_the_pad_ever_had_is_named_too() -> None:
    rig = SkinRig(noise=0.4, quiet_reads=3000)
    rig.live(900.0)
    noise = rig.random.normal(0.0, 3.0, (12000, 12))
    noise[:, :4] = noise[:, 5:] = 0.0
    rig.live(120.0, on(4, rig.counts_ff(4, 60.0)), noise=noise)
    assert rig.skin.stuck() == 1 << 4


def test_a_hand_that_moves_once_a_minute_is_no_stuck_pad() -> None:
    rig = SkinRig()
    rig.live(30.0)
    for minute in range(10):
        felt = rig.live(60.0, on(2, (0.4 + 0.05 * (minute % 2)) * HAND_FF))
        assert felt[:, 2].all()
    assert rig.skin.stuck() == 0


def test_a_masked_pad_that_dries_slowly_is_free_again() -> None:
    rig = SkinRig()
    wet = rig.counts_ff(4, 60.0)
    rig.live(120.0, on(4, wet))
    assert rig.skin.stuck() == 1 << 4
    rig.live(300.0, lambda t: np.outer(1.0 - t / 300.0, on(4, wet)[0]))
    assert rig.skin.stuck() == 0


# ── Counts that no hand makes ────────────────────────────────────────────────────────────────────


def test_all_pads_at_full_within_one_read_are_a_fault_that_is_counted() -> None:
    rig = SkinRig()
    felt = rig.live(0.02, 4.0 * HAND_FF)
    assert not felt.any()
    assert (rig.skin.answers, rig.skin.implausible, rig.skin.losses) == (False, 1, 1)
    assert not rig.live(2.0, 4.0 * HAND_FF).any(), "it is set up anew, with new baselines"
    assert rig.skin.answers
    assert rig.chip.set_ups == 2


@pytest.mark.parametrize(
    ("noise", "before", "seconds", "frozen"),
    [(1.2, 120.0, 29.0, 0), (1.2, 120.0, 34.0, 1), (1.2, 120.0, 600.0, 1), (1.2, 30.0, 600.0, 0),
     (0.0, 120.0, 600.0, 0), (0.9, 120.0, 40.0, 1), (0.4, 120.0, 600.0, 0)],
)  # fmt: skip
def test_a_chip_that_had_noise_and_changes_no_bit_for_half_a_minute_is_set_up_anew(
    noise: float, before: float, seconds: float, frozen: int
) -> None:
    rig = SkinRig(noise=noise)
    rig.live(before)
    hand = on(3, 4000.0)
    felt = rig.live(seconds, hand, noise=np.zeros((round(seconds * 100), 12)))
    assert (rig.skin.losses, rig.skin.implausible) == (frozen, frozen)
    assert felt[50, 3]
    if frozen:
        assert rig.skin.answers
        rig.live(2.0)
        assert rig.live(0.3, hand)[-1][3] == pytest.approx(128, abs=12), "as before"


@pytest.mark.parametrize(("quiet", "frozen"), [(80.0, 1), (105.0, 0)])
def test_a_chip_that_has_become_quiet_may_change_no_bit(quiet: float, frozen: int) -> None:
    """However long it had noise before: after twelve windows (92 s) without, it may be quiet."""
    rig = SkinRig(noise=1.2)
    rig.live(400.0)
    noise = np.zeros((round(quiet * 100), 12))
    noise[::1000, 3] = 2.0
    rig.live(quiet, noise=noise)
    assert rig.skin.losses == 0
    rig.live(45.0, noise=np.zeros((4500, 12)))
    assert rig.skin.losses == frozen


@pytest.mark.parametrize("pads", [0, 1, 3])
def test_on_a_body_with_few_pads_all_at_full_may_be_a_hand(pads: int) -> None:
    rig = SkinRig()
    few = type(rig.skin)(rig.skin._bus, tuple(range(pads)), 0)
    few._chip = rig.chip
    for more in (0.0, 2.0 * HAND_FF):
        rig.chip.load(np.full((20, 12), more), np.zeros((20, 12)))
        for _ in range(20):
            rig.ms += 10
            changed = few.read(rig.ms)
            assert not changed or pads, "a body without pads has no touches to tell"
    assert bytes(few.pressures) == b"\xff" * pads
    assert (few.answers, few.losses) == (True, 0)


def test_hands_on_all_pads_one_after_another_are_hands() -> None:
    rig = SkinRig()
    for pads in range(1, 13):
        felt = rig.live(0.02, np.where(np.arange(12) < pads, 1.5 * HAND_FF, 0.0))
    assert felt[-1].all()
    assert rig.skin.implausible == 0


@pytest.mark.parametrize("more_ff", [1e12, -13000.0], ids=["zero", "clipped"])
def test_a_pad_without_a_plausible_count_is_named_and_the_others_go_on(more_ff: float) -> None:
    rig = SkinRig()
    felt = rig.live(1.0, on(0, more_ff) + on(6, 4000.0))
    assert felt[50:, 0].max() == 0
    assert felt[-1][6] > 100
    assert rig.skin.stuck() == 1
    assert rig.skin.implausible == 1
    rig.live(1.0)
    assert rig.skin.stuck() == 0
    assert rig.live(0.2, on(0, 4000.0))[-1][0] == pytest.approx(128, abs=20)


def test_a_clipped_pad_makes_the_chip_look_for_its_charges_three_times() -> None:
    """As after a start with a hand on a pad, which is too light for its charge afterwards."""
    rig = SkinRig()
    rig.live(30.0, on(0, -3000.0))
    assert (rig.chip.set_ups, rig.skin.losses) == (4, 0)
    rig.live(1.0)
    rig.live(1.0, on(0, -3000.0) + on(5, 4000.0))
    assert rig.chip.set_ups == 4, "not while a hand is felt"
    rig.live(2.0, on(0, -3000.0))
    assert rig.chip.set_ups == 7


def test_a_hand_that_comes_before_the_search_is_waited_for() -> None:
    rig = SkinRig()
    rig.live(30.0)
    while not rig.skin._retune:
        rig.live(0.01, on(0, -3000.0))
    felt = rig.live(1.0, on(0, -3000.0) + on(5, 4000.0))
    assert felt[-1, 5] == pytest.approx(128, abs=12)
    assert rig.chip.set_ups == 1
    rig.live(0.3, on(0, -3000.0))
    assert rig.chip.set_ups == 2


def test_a_search_that_fails_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = SkinRig()
    rig.live(30.0)
    asked: list[str] = []

    def set_up() -> None:
        asked.append("set up")
        if len(asked) == 2:
            raise OSError

    monkeypatch.setattr(rig.chip, "set_up", set_up)
    monkeypatch.setattr(rig.chip, "forget", lambda: asked.append("forget"))
    rig.live(0.4, on(0, -3000.0))
    assert asked[:4] == ["forget", "set up"] * 2, "the second asks for new charges too"


@pytest.mark.parametrize("pad", [0, 4])
@pytest.mark.parametrize("others", [-12000.0, 1e9], ids=["cut", "shorted"])
def test_all_pads_that_are_not_clipped_at_full_at_once_are_a_fault(pad: int, others: float) -> None:
    """Beside a wire that is cut, and one that is shorted."""
    rig = SkinRig()
    rig.live(30.0, on(pad, others))
    before = rig.skin.implausible
    felt = rig.live(0.1, np.full(12, 4.0 * HAND_FF) + on(pad, others - 4.0 * HAND_FF))
    assert not felt.any()
    assert rig.skin.implausible == before + 1


@pytest.mark.parametrize(("free", "moves"), [(5, False), (6, True)])
def test_baselines_under_hands_move_where_half_of_the_pads_are_free(free: int, moves: bool) -> None:
    rig = SkinRig()
    rig.live(30.0)
    hands = np.zeros(12)
    hands[free:] = HAND_FF
    rig.live(2.0, hands)
    before = list(rig.skin._base)
    rig.live(60.0, lambda t: hands + np.outer(t / 60.0, np.full(12, 1500.0)))
    moved = np.subtract(before, rig.skin._base) / 16.0
    assert moved[:free].min() > 30.0
    assert (moved[free:].min() > 15.0) == (moved[free:].max() > 0.0) == moves
