"""The skin over whole days of virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from .skin_rig import HAND_FF, Numbers, SkinRig, on


def weather(t: Numbers) -> Numbers:
    """fF at seconds of the day: the day's wave of 2 pF, and 1 pF more in ten minutes in the morning
    and in the evening; each pad has its own share."""
    hours = t / 3600.0
    wave = 2000.0 * np.sin(2.0 * np.pi * hours / 24.0)
    steam = [1000.0 / (1.0 + np.exp((at - hours) * 30.0)) for at in (7.0, 18.5)]
    return np.outer(wave + steam[0] + steam[1], np.linspace(0.6, 1.4, 12))


@pytest.mark.parametrize("noise", [0.0, 1.2, 3.0])
def test_a_day_of_weather_is_no_touch_and_no_stuck_pad(noise: float) -> None:
    """Ten reads a second stand for a hundred, which makes the weather ten times faster."""
    rig = SkinRig(noise=noise, quiet_reads=3000)
    for hour in range(24):
        start = 3600.0 * hour
        felt = rig.live(3600.0, lambda t, at=start: weather(t + at), hz=10)  # type: ignore[misc]
        assert not felt.any(), f"hour {hour}"
        assert rig.skin.stuck() == 0, f"hour {hour}"
    assert rig.skin.losses == rig.skin.implausible == 0


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("picofarads", [0.5, 2.0])
def test_a_cable_that_moves_towards_ground_is_named_within_two_minutes(picofarads: float) -> None:
    rig = SkinRig()
    rig.live(60.0)
    moved = on(4, 1000.0 * picofarads)
    felt = rig.live(120.0, moved)
    assert felt[100][4] > 0, "so might a hand begin"
    assert not felt[-1].any()
    assert not np.delete(felt, 4, axis=1).any()
    assert rig.skin.stuck() == 1 << 4
    assert not rig.live(300.0, moved).any()
    assert rig.live(0.3, moved + on(4, 0.5 * HAND_FF))[-1][4] == pytest.approx(128, abs=12)
    rig.live(1.0, moved)
    rig.skin.accept()
    assert not rig.live(120.0, moved).any()
    assert rig.skin.stuck() == 0, "it is to stay so"


def test_a_cable_that_moves_away_from_ground_costs_half_a_second() -> None:
    rig = SkinRig()
    rig.live(60.0)
    moved = on(4, -1000.0)
    assert not rig.live(0.5, moved).any()
    assert rig.live(0.3, moved + on(4, 0.5 * HAND_FF))[-1][4] == pytest.approx(128, abs=12)
    rig.live(0.5, moved)
    assert not rig.live(120.0, moved).any()
    assert rig.skin.stuck() == 0


def test_small_steps_of_cables_are_no_touch() -> None:
    """As many as in a day in which one cable moves every ten minutes, by up to 0.1 pF either way,
    and stays there; of each the first fifteen seconds."""
    rig = SkinRig()
    where = np.zeros(12)
    for _ in range(24 * 6):
        where[rig.random.integers(12)] += rig.random.uniform(-100.0, 100.0)
        assert not rig.live(15.0, where).any()
    assert rig.skin.stuck() == 0
    assert rig.live(0.3, where + on(7, 0.5 * HAND_FF))[-1][7] == pytest.approx(128, abs=12)


@pytest.mark.parametrize("seconds", [10.0, 60.0])
def test_steam_that_comes_and_goes_within_seconds_touches_nothing(seconds: float) -> None:
    """As from a door that is opened: 1.5 pF more on the pads that it meets first."""
    rig = SkinRig()
    rig.live(60.0)
    share = np.linspace(0.3, 1.0, 12) * 1500.0
    assert not rig.live(seconds, lambda t: np.outer(t / seconds, share)).any()
    assert not rig.live(60.0, share).any()
    assert not rig.live(seconds, lambda t: np.outer(1.0 - t / seconds, share)).any()
    assert not rig.live(60.0).any()
    assert rig.skin.stuck() == rig.skin.losses == 0


def test_damp_on_all_pads_at_once_ends_within_two_minutes() -> None:
    """As when it is taken into a bath: what no drift explains begins as a touch of all pads."""
    rig = SkinRig()
    rig.live(60.0)
    damp = np.full(12, 1500.0)
    assert not rig.live(120.0, damp)[-1].any()
    assert rig.skin.stuck() == 0xFFF
    assert rig.live(0.3, damp + on(7, 0.5 * HAND_FF))[-1][7] == pytest.approx(128, abs=15)
    assert not rig.live(60.0, damp)[100:].any()
    rig.live(120.0, lambda t: np.outer(1.0 - t / 120.0, damp))
    assert not rig.live(1.0).any()
    assert rig.skin.stuck() == 0, "they are free when it has dried"
