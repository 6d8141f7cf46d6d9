"""Touch, understood: from samples of a hand on the skin to gestures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy import config
from moggy.body import Body
from moggy.messages import Acceleration, AnySense, Forget, Gesture, Place, Touch
from moggy.sensors.touch import TouchReader
from moggy.sensors.touch.gestures import Features
from moggy.sensors.touch.skin_range import USUAL, SkinRange
from moggy.vocabulary import EVERYBODY, GESTURES, GestureName, ZoneName

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def body() -> Body:
    return config.load(ROOT / "actuators/body/cat.yaml", Body)


def felt(body: Body, senses: Iterable[AnySense], until: float = 3.0) -> list[Gesture]:
    """What a fresh reader says of these senses, in 20 ms ticks."""
    reader, out, waiting = TouchReader(body), [], sorted(senses, key=lambda s: s.at)
    for n in range(int(until * 50) + 1):
        now = n * 0.02
        ripe = [s for s in waiting if s.at <= now + 1e-9]
        waiting = [s for s in waiting if s.at > now + 1e-9]
        out += [g for g in reader.read(ripe, now) if isinstance(g, Gesture)]
    return out


def hand(
    start: float,
    seconds: float,
    place: Place | Callable[[float], Place] | None = None,
    pressure: float | Callable[[float], float] = 0.4,
    area: float = 0.3,
    zone: ZoneName | None = None,
) -> list[AnySense]:
    """50 samples a second; place and pressure may be functions of the time since the start."""
    times = [k * 0.02 for k in range(int(seconds * 50))]
    at = place if callable(place) else lambda t: place
    push = pressure if callable(pressure) else lambda t: pressure
    samples: list[AnySense] = [
        Touch(at=start + t, id=1 + k, zone=zone, position=at(t), pressure=push(t), area=area)
        for k, t in enumerate(times)
    ]
    return [*samples, Touch(at=start + seconds, pressure=0.0)]


def down_the_back(speed: float) -> Callable[[float], Place]:
    return lambda t: (0.08 - speed * t, 0.0, 0.24)


def test_contact_is_told_in_the_tick_of_its_first_sample(body: Body) -> None:
    first = felt(body, hand(0.5, 0.5, zone="back"))[0]
    assert (first.phase, first.zone) == ("begin", "back")
    assert first.at == pytest.approx(0.5)


def test_a_contact_is_told_about_five_times_a_second_and_ends_once(body: Body) -> None:
    told = felt(body, hand(0.1, 2.0, zone="back"))
    assert [g.phase for g in told].count("begin") == 1
    assert [g.phase for g in told].count("end") == 1
    assert 8 <= len(told) - 2 <= 10
    assert told[-1].duration == pytest.approx(1.98, abs=0.03)


def test_a_hand_drawn_down_the_back_is_a_stroke_with_its_speed(body: Body) -> None:
    last = felt(body, hand(0.1, 1.6, down_the_back(0.1)))[-2]
    assert last.gesture == "stroke"
    assert last.speed == pytest.approx(0.1, rel=0.2)
    assert last.along_fur > 0.9


def test_against_the_fur_is_told_apart(body: Body) -> None:
    last = felt(body, hand(0.1, 1.2, lambda t: (-0.08 + 0.1 * t, 0.0, 0.24)))[-2]
    assert last.gesture == "stroke"
    assert last.along_fur < -0.9


def test_a_hand_that_lies_still_holds(body: Body) -> None:
    last = felt(body, hand(0.1, 2.0, (0.0, 0.0, 0.24), area=0.5))[-2]
    assert last.gesture == "hold"
    assert last.speed < 0.005


def test_a_constant_zone_is_a_stroke_on_the_back_with_less_confidence_than_a_place(
    body: Body,
) -> None:
    by_zone = next(g for g in felt(body, hand(0.1, 1.6, zone="back")) if g.duration > 0.5)
    by_place = next(g for g in felt(body, hand(0.1, 1.6, down_the_back(0.1))) if g.duration > 0.9)
    assert by_zone.gesture == "stroke"
    assert 0.2 < by_zone.confidence < by_place.confidence
    assert by_zone.speed == 0.05


def test_a_constant_zone_elsewhere_is_a_hold(body: Body) -> None:
    assert felt(body, hand(0.1, 1.5, zone="belly", area=0.5))[-2].gesture == "hold"
    assert felt(body, hand(0.1, 1.5, zone="back", area=0.9, pressure=0.75))[-2].gesture == "hold"


def test_flat_short_contacts_in_a_row_are_pats(body: Body) -> None:
    pats = [
        s
        for k in range(4)
        for s in hand(0.1 + 0.4 * k, 0.16, (0.0, 0.0, 0.24), pressure=0.45, area=0.35)
    ]
    assert [g.gesture for g in felt(body, pats) if g.phase == "end"][1:] == ["pat"] * 3


def test_one_short_light_contact_of_a_finger_is_a_tap(body: Body) -> None:
    assert (
        felt(body, hand(0.1, 0.1, (0.0, 0.0, 0.24), pressure=0.3, area=0.06))[-1].gesture == "tap"
    )


def test_a_hard_finger_pokes(body: Body) -> None:
    assert (
        felt(
            body, hand(0.1, 0.35, (0.0, 0.0, 0.24), pressure=lambda t: min(0.75, 4 * t), area=0.05)
        )[-1].gesture
        == "poke"
    )


def test_fingers_going_to_and_fro_scratch_and_light_ones_tickle(body: Body) -> None:
    def rub(t: float) -> Place:
        return (0.2 + 0.015 * math.sin(2 * math.pi * 4.5 * t), 0.0, 0.27)

    assert felt(body, hand(0.1, 1.6, rub, pressure=0.5, area=0.18))[-2].gesture == "scratch"
    assert felt(body, hand(0.1, 1.6, rub, pressure=0.14, area=0.1))[-2].gesture == "tickle"


def pats(start: float, pressure: float) -> list[AnySense]:
    return [s for n in range(3) for s in hand(start + n * 0.4, 0.16, (0.0, 0.0, 0.24), pressure)]


def on_a_weak_skin(first: Callable[[float, float], list[AnySense]], body: Body) -> GestureName:
    """What three pats are taken for on a skin that gives 0.4 of the usual, after eight touches."""
    senses = [s for n in range(8) for s in first(3.0 * n, 0.16)]
    return felt(body, [*senses, *pats(24.0, 0.16)], 27.0)[-1].gesture


def test_on_a_skin_that_gives_little_hands_that_rest_tell_what_is_firm(body: Body) -> None:
    def rest(at: float, pressure: float) -> list[AnySense]:
        return hand(at, 1.5, (0.0, 0.0, 0.24), pressure)

    assert on_a_weak_skin(pats, body) == "tap", "pats alone tell nothing of the skin"
    assert on_a_weak_skin(rest, body) == "pat"
    gone = [s for n in range(8) for s in rest(3.0 * n, 0.16)]
    forgotten = [*gone, Forget(at=23.5, person=EVERYBODY), *pats(24.0, 0.16)]
    assert felt(body, forgotten, 27.0)[-1].gesture == "tap"


def test_a_slap_on_a_skin_that_gives_little_is_one(body: Body) -> None:
    def hit(at: float) -> list[AnySense]:
        return hand(at, 0.08, (0.0, 0.0, 0.24), 0.36)

    rests = [s for n in range(8) for s in hand(3.0 * n, 1.5, (0.0, 0.0, 0.24), 0.16)]
    assert felt(body, hit(1.0))[0].gesture != "hit"
    assert felt(body, [*rests, *hit(24.0)], 26.0)[-1].gesture == "hit"


def test_tickles_do_not_make_a_skin_seem_weak() -> None:
    skin = SkinRange()
    seen = Features(
        duration=3.0, ended=True, pulses=1, rise=2.0, peak=0.2, pressure=0.13, area=0.1,
        speed=0.1, path=0.3, straightness=0.3, reversals=8.0, frequency=4.0,
    )  # fmt: skip
    for _ in range(40):
        skin.learn(seen)
    assert skin.factor == 1.0
    for _ in range(40):
        skin.learn(replace(seen, frequency=0.0))
    assert skin.factor == pytest.approx(USUAL / 0.13, abs=0.1)


def test_a_slap_is_known_within_fifty_milliseconds(body: Body) -> None:
    alone = felt(body, hand(0.5, 0.1, (0.0, 0.0, 0.24), pressure=0.95))
    hit = next(g for g in alone if g.gesture == "hit")
    assert hit.at - 0.5 <= 0.05


def test_a_jolt_beside_a_steep_touch_is_a_slap_and_makes_it_surer(body: Body) -> None:
    soft = hand(0.5, 0.1, (0.0, 0.0, 0.24), pressure=0.6)
    jolt = Acceleration(at=0.54, x=0.4, y=0.3, z=1.6)
    assert not [g for g in felt(body, soft) if g.gesture == "hit"]
    hits = [g for g in felt(body, [*soft, jolt]) if g.gesture == "hit"]
    assert hits[0].at == pytest.approx(0.54)
    assert hits[0].confidence > 0.9


def test_a_firm_squeeze_that_grows_is_no_slap(body: Body) -> None:
    told = felt(
        body, hand(0.1, 1.5, zone="belly", pressure=lambda t: min(0.9, 2.0 * t + 0.05), area=0.6)
    )
    assert "hit" not in {g.gesture for g in told}
    assert told[-2].gesture == "hold"
    assert told[-2].peak == pytest.approx(0.9)


def test_silence_ends_a_contact(body: Body) -> None:
    told = felt(body, hand(0.1, 0.5, zone="back")[:-1])
    assert told[-1].phase == "end"
    assert told[-1].at == pytest.approx(0.1 + 0.48 + 0.15, abs=0.03)


def test_pads_give_zone_place_and_speed(body: Body) -> None:
    row = ("shoulders", "back", "loin")
    senses: list[AnySense] = []
    for k in range(80):
        x = 0.07 - 0.1 * k * 0.02
        near = {n: math.exp(-(((body.pads[n].at[0] - x) / 0.05) ** 2)) * 0.5 for n in row}
        senses.append(Touch(at=0.1 + k * 0.02, pads=near, pressure=max(near.values())))
    told = felt(body, [*senses, Touch(at=1.7, pads={})])
    assert {g.zone for g in told} == {"back"}
    assert [g.phase for g in told].count("begin") == 1
    assert told[-2].gesture == "stroke"
    assert 0.06 < told[-2].speed < 0.14
    assert told[-2].along_fur > 0.9


def test_one_pad_does_not_tell_stroking_from_holding_and_two_do(body: Body) -> None:
    one = [Touch(at=0.1 + k * 0.02, pads={"back": 0.4}, pressure=0.4) for k in range(60)]
    two = [
        Touch(at=0.1 + k * 0.02, pads={"back": 0.4, "loin": 0.3}, pressure=0.4, area=0.4)
        for k in range(60)
    ]
    assert felt(body, one)[-2].gesture == "stroke"
    assert felt(body, one)[-2].confidence < 0.5
    assert felt(body, two)[-2].gesture == "hold"


def test_two_hands_are_two_contacts(body: Body) -> None:
    both = [
        Touch(
            at=0.1 + k * 0.02,
            pads={"forehead": 0.4, **({"loin": 0.4} if k > 20 else {})},
            pressure=0.4,
        )
        for k in range(60)
    ]
    begins = [g for g in felt(body, both) if g.phase == "begin"]
    assert [g.zone for g in begins] == ["head", "back"]


def test_the_zone_does_not_flicker_between_two_pads_pressed_alike(body: Body) -> None:
    noise = [
        Touch(
            at=0.1 + k * 0.02, pads={"neck": 0.4 + 0.03 * (-1) ** k, "shoulders": 0.4}, pressure=0.4
        )
        for k in range(60)
    ]
    assert len({g.zone for g in felt(body, noise)}) == 1


def test_probabilities_are_over_the_eight_gestures_and_sum_to_one(body: Body) -> None:
    for g in felt(body, hand(0.1, 1.0, down_the_back(0.1))):
        assert tuple(g.probabilities) == GESTURES
        assert sum(g.probabilities.values()) == pytest.approx(1.0, abs=0.01)


def test_a_gesture_names_the_samples_it_came_from(body: Body) -> None:
    told = felt(body, hand(0.1, 0.5, zone="back"))
    assert told[0].because == (1,)
    assert len(told[1].because) > 3


def test_same_samples_same_gestures(body: Body) -> None:
    samples = hand(0.1, 1.0, down_the_back(0.07))
    assert felt(body, samples) == felt(body, samples)


SAMPLE = st.builds(
    Touch,
    at=st.just(0.0),
    pressure=st.floats(0.0, 1.0),
    area=st.floats(0.0, 1.0),
    zone=st.none() | st.sampled_from(["back", "head", "belly", "nowhere"]),
    pads=st.none()
    | st.dictionaries(
        st.sampled_from(["forehead", "neck", "back", "loin", "belly", "unknown"]),
        st.floats(0.0, 1.0),
        max_size=4,
    ),
    position=st.none() | st.tuples(*[st.floats(-1.0, 1.0)] * 3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.none() | SAMPLE, max_size=60))
def test_whatever_is_felt_every_contact_begins_and_ends_once(
    body: Body, samples: list[Touch | None]
) -> None:
    told = felt(
        body,
        [replace(s, at=0.02 * k) for k, s in enumerate(samples) if s is not None],
        until=0.02 * len(samples) + 0.4,
    )
    begun = 0
    for g in told:
        begun += {"begin": 1, "during": 0, "end": -1}[g.phase]
        assert begun >= 0
        assert 0.0 <= g.confidence <= 1.0
        assert g.speed >= 0.0
        assert sum(g.probabilities.values()) == pytest.approx(1.0, abs=0.01)
    assert begun == 0


def test_a_body_of_one_pad_feels_too() -> None:
    small = Body.model_validate(
        {
            "name": "ball",
            "joints": {},
            "pads": {"top": {"zone": "back", "at": [0, 0, 0.1], "channel": 0}},
        }
    )
    assert felt(small, hand(0.1, 0.3, (0.0, 0.0, 0.1)))[0].zone == "back"
