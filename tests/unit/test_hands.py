"""A hand is read beside what is usual for it and for the skin that it touches."""

from __future__ import annotations

from itertools import count

import pytest

from bench.touch_people import contrast, touched
from moggy.brain.appraisals import Appraisals
from moggy.brain.perception.habits import Habits
from moggy.brain.perception.hands import REMEMBERED, HandManner, Hands, Usual
from moggy.brain.perception.perception import Perception
from moggy.config import Files
from moggy.messages import Forget, Gesture
from moggy.vocabulary import EVERYBODY, PEOPLE, GestureName

PAUSE_S = 20.0


def pressed(
    hands: Hands,
    *pressures: float,
    person: str = "anna",
    gesture: GestureName = "hold",
    speed: float = 0.0,
    every: float = PAUSE_S,
) -> HandManner:
    """A hand touches so often, with these pressures; how the last touch differs."""
    for n, pressure in enumerate(pressures):
        hands.begins(person, n * every)
        end = Gesture(
            at=n * every + 1.0,
            zone="back",
            gesture=gesture,
            phase="end",
            pressure=pressure,
            speed=speed,
        )
        manner = hands.manner(person, end)
    return manner


@pytest.mark.parametrize("gives", [0.5, 1.0, 1.6])
def test_an_angry_hand_looks_angry_on_any_skin(gives: float) -> None:
    calm = [gives * (0.36 + 0.01 * (n % 5)) for n in range(30)]
    angry = pressed(Hands(), *calm, gives * 0.6)
    usual = pressed(Hands(), *calm, gives * 0.38)
    assert angry.rough > 0.1
    assert usual.rough == 0.0
    assert angry.valence(0.4) < usual.valence(0.4) - 0.2
    assert angry.probabilities({"happy": 1.0})["angry"] > 0.1


def test_a_firm_person_becomes_usual_and_a_gentle_one_pressing_as_firmly_does_not() -> None:
    hands = Hands()
    firm = pressed(hands, *[0.7] * 30, person="ben")
    gentle = pressed(hands, *[0.25] * 30, 0.7, person="mia")
    assert firm.rough == 0.0
    assert gentle.rough > 0.2


def test_a_new_hand_is_judged_by_the_skin() -> None:
    """On a skin that gives little, somebody new who presses as all others there do is usual."""
    hands = Hands()
    pressed(hands, *[0.1, 0.12, 0.15, 0.11] * 8, person="anna")
    assert abs(pressed(hands, 0.12, person="ben").firm) < 0.5
    assert pressed(Hands(), 0.12, person="ben").firm < -1.0


def test_a_hold_is_not_always_the_same() -> None:
    usual = [0.4] * 12
    light, firm = pressed(Hands(), *usual, 0.2), pressed(Hands(), *usual, 0.7)
    assert light.valence(0.2) > 0.2 > firm.valence(0.2)
    assert light.arousal(-0.3, holds=True) < -0.3 < firm.arousal(-0.3, holds=True)
    assert firm.arousal(-0.3, holds=True) > firm.arousal(-0.3, holds=False)


def test_a_quicker_hand_is_more_aroused() -> None:
    slow = pressed(Hands(), 0.4, gesture="stroke", speed=0.05)
    quick = pressed(Hands(), 0.4, gesture="stroke", speed=0.4)
    rhythm = pressed(Hands(), 0.4, 0.4, 0.4, gesture="pat", every=0.3)
    assert slow.quick < 0.0 < quick.quick
    assert rhythm.quick > 0.0
    assert quick.arousal(0.0, holds=False) > slow.arousal(0.0, holds=False)


@pytest.mark.parametrize("forgotten", ["mia", EVERYBODY])
def test_who_is_forgotten_is_judged_as_new(forgotten: str) -> None:
    hands = Hands()
    pressed(hands, *[0.4, 0.6] * 20, person="ben")
    pressed(hands, *[0.2] * 30, person="mia")
    before = pressed(hands, 0.5, person="mia").firm
    hands.forget(forgotten)
    assert pressed(hands, 0.5, person="mia").firm < before


def test_a_pet_that_forgets_somebody_judges_their_hand_as_new() -> None:
    """By way of the senses: the first touch after it is read as the very first one was."""
    table = Files().load("appraisals/cat.yaml", Appraisals)
    perception = Perception(count(1000).__next__, Habits(10.0))
    perception.adopt(table)

    def read(at: float, pressure: float) -> float | None:
        end = Gesture(at=at, zone="back", gesture="hold", phase="end", pressure=pressure)
        return perception.perceive([end], at)[1][0].valence

    first = read(0.0, 0.6)
    for n in range(1, 40):
        read(PAUSE_S * n, 0.6)
    usual = read(PAUSE_S * 40, 0.6)
    perception.perceive([Forget(at=PAUSE_S * 41, person=EVERYBODY)], PAUSE_S * 41)
    assert first is not None
    assert usual is not None
    assert first < usual
    assert read(PAUSE_S * 42, 0.6) == first


def test_what_is_kept_is_bounded() -> None:
    usual = Usual((0.5,))
    usual.seen.extend(range(10 * REMEMBERED))
    assert len(usual.seen) == REMEMBERED
    hands = Hands()
    for n in range(3 * PEOPLE):
        pressed(hands, 0.4, person=f"person {n}")
    assert len(hands.known) == PEOPLE
    assert f"person {3 * PEOPLE - 1}" in hands.known


@pytest.mark.parametrize("gives", [1.0, 0.4])
def test_most_simulated_people_are_read_right_on_any_skin(gives: float) -> None:
    """`python -m bench touch_people` says how many; by chance it would be every second."""
    table = Files().load("appraisals/cat.yaml", Appraisals)
    lives = [touched(seed, table, gives) for seed in range(100, 124)]
    assert sum(contrast(bouts, "valence") < 0.0 for bouts in lives) >= 17
    assert sum(contrast(bouts, "arousal") > 0.0 for bouts in lives) >= 15
