"""What happens to the body, from its accelerometer."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from moggy.messages import Acceleration, AnySense, BodyMotion
from moggy.sensors.body_motion import BodyMotionReader

Way = Callable[[float], tuple[float, float, float]]


def said(
    way: Way, seconds: float, noise: float = 0.004, tremor: Callable[[float], float] = lambda t: 0.0
) -> list[tuple[float, str]]:
    """What a fresh reader says when the body moves so; 50 samples a second, x, y, z in g."""
    reader, rng = BodyMotionReader(), random.Random(3)
    out: list[tuple[float, str]] = []
    for n in range(int(seconds * 50)):
        now = n * 0.02
        shake = tremor(now)
        x, y, z = (
            v + rng.gauss(0.0, noise) + shake * math.sin(2 * math.pi * 6.0 * now + k)
            for k, v in enumerate(way(now))
        )
        told = reader.read(
            [Acceleration(at=now, id=n + 1, x=x, y=y, z=z, gyro=(5 * shake, 0.0, 0.0))], now
        )
        out += [(s.at, s.motion) for s in told if isinstance(s, BodyMotion)]
    return out


def names(told: list[tuple[float, str]]) -> list[str]:
    return [name for _, name in told]


def rest(t: float) -> tuple[float, float, float]:
    return 0.0, 0.0, 1.0


def picked_up_and_set_down(t: float) -> tuple[float, float, float]:
    if 1.0 <= t < 1.3:
        return 0.0, 0.0, 1.2
    if 1.3 <= t < 1.6:
        return 0.0, 0.0, 0.8
    if 4.0 <= t < 4.3:
        return 0.0, 0.0, 0.8
    if 4.3 <= t < 4.6:
        return 0.0, 0.0, 1.2
    return 0.0, 0.0, 1.0


def in_hand(t: float) -> float:
    return 0.04 if 1.0 <= t < 4.7 else 0.0


def test_a_body_at_rest_is_still_once() -> None:
    assert names(said(rest, 5.0)) == ["still"]


def test_lifted_held_once_a_second_and_put_down() -> None:
    told = said(picked_up_and_set_down, 8.0, tremor=in_hand)
    assert names(told) == [
        "still",
        "lifted",
        *["held"] * names(told).count("held"),
        "put_down",
        "still",
    ]
    assert names(told).count("held") in (3, 4)
    lifted = next(at for at, name in told if name == "lifted")
    assert lifted - 1.0 < 0.25
    down = next(at for at, name in told if name == "put_down")
    assert 4.3 < down < 6.0


def test_free_fall_is_known_within_sixty_milliseconds() -> None:
    told = said(
        lambda t: (
            (0.0, 0.0, 0.03)
            if 2.0 <= t < 2.4
            else (0.0, 0.0, 3.0)
            if 2.4 <= t < 2.44
            else (0.0, 0.0, 1.0)
        ),
        5.0,
    )
    assert names(told) == ["still", "falling", "knocked", "still"]
    assert told[1][0] - 2.0 <= 0.06


def test_a_jerk_while_standing_is_a_knock() -> None:
    told = said(lambda t: (1.2, 0.2, 1.3) if 2.0 <= t < 2.04 else (0.0, 0.0, 1.0), 5.0)
    assert names(told) == ["still", "knocked", "still"]
    assert told[1][0] - 2.0 <= 0.02


def test_shaking_is_said_once() -> None:
    told = said(
        lambda t: (
            (1.0 * math.sin(2 * math.pi * 4.0 * t), 0.0, 1.0) if 2.0 <= t < 4.0 else (0.0, 0.0, 1.0)
        ),
        7.0,
    )
    assert names(told).count("shaken") == 1
    assert "lifted" not in names(told)


def test_a_body_on_its_side_is_tipped_once() -> None:
    told = said(
        lambda t: (
            0.0,
            math.sin(min(1.5, max(0.0, t - 2.0))),
            math.cos(min(1.5, max(0.0, t - 2.0))),
        ),
        8.0,
    )
    assert names(told).count("tipped") == 1


def test_an_offset_and_noise_are_borne() -> None:
    assert names(said(lambda t: (0.08, -0.06, 1.07), 6.0, noise=0.008)) in (["still"], [])


def test_a_sensor_with_gravity_taken_out_is_found_out() -> None:
    told = names(said(lambda t: (0.0, 0.0, 0.0), 6.0))
    assert "lifted" not in told
    assert told.count("falling") <= 1
    assert told[-1] == "still"


def test_the_cats_own_purr_is_no_hand() -> None:
    assert "lifted" not in names(
        said(lambda t: (0.0, 0.0, 1.0 + 0.1 * math.sin(2 * math.pi * 23.0 * t)), 6.0)
    )


def test_few_samples_do_too() -> None:
    reader, out = BodyMotionReader(), []
    sparse: dict[int, AnySense] = {
        0: Acceleration(at=0.0),
        100: Acceleration(at=2.0, z=1.3),
        115: Acceleration(at=2.3, z=1.0),
        300: Acceleration(at=6.0, z=0.7),
        312: Acceleration(at=6.24, z=1.0),
        320: Acceleration(at=6.4, z=1.0),
        340: Acceleration(at=6.8, z=1.0),
    }
    for n in range(500):
        out += [
            s.motion
            for s in reader.read([sparse[n]] if n in sparse else [], n * 0.02)
            if isinstance(s, BodyMotion) and s.motion != "still"
        ]
    assert out == ["lifted", *["held"] * out.count("held"), "put_down"]
    assert 3 <= out.count("held") <= 5


def test_nothing_felt_nothing_said() -> None:
    assert [BodyMotionReader().read([], n * 0.02) for n in range(3)] == [(), (), ()]
