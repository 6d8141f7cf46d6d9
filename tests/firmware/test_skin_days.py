"""The skin over whole days of virtual time."""

from __future__ import annotations

import numpy as np
import pytest

from .skin_rig import Numbers, SkinRig


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
        assert rig.skin.stuck == 0, f"hour {hour}"
    assert rig.skin.losses == rig.skin.implausible == 0
