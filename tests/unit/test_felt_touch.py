"""A touch is appraised once: the brain publishes how it felt, and the tree acts by that alone."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from moggy.assemble import begin, born
from moggy.brain.memory import Remembered
from moggy.config import Files, with_value
from moggy.messages import FeltTouch, Gesture, Person, Tick
from moggy.vocabulary import GestureName, ZoneName

ROOT = Path(__file__).resolve().parents[2]


def petted(
    *,
    trust: float,
    taste: float = 0.0,
    zone: ZoneName = "back",
    gesture: GestureName = "stroke",
    speed: float = 0.05,
    seconds: float = 8.0,
    then_s: float = 0.0,
) -> Sequence[Tick]:
    """Anna, known with this trust and taste, touches a waking cat from second 2 on, then leaves it
    alone for `then_s`."""
    known = Remembered(
        people={"anna": {"trust": trust, "familiarity": 0.5}}, zones={"anna": {zone: taste}}
    )
    pet = born(begin(Files(), seed=1, hour=10.0, remembered=known))
    ticks = []
    goes = round(50 * (2.0 + seconds))
    for n in range(goes + round(50 * then_s)):
        now = n / 50.0
        senses: list[Person | Gesture] = []
        if n == 5:
            senses.append(Person(at=now, person="anna", change="arrives"))
        if (100 <= n < goes and n % 10 == 0) or n == goes:
            senses.append(
                Gesture(
                    at=now,
                    zone=zone,
                    gesture=gesture,
                    phase="begin" if n == 100 else "end" if n == goes else "during",
                    pressure=0.4,
                    speed=speed,
                    duration=now - 2.0,
                )
            )
        ticks.append(pet.tick(now, senses))
    return ticks


def felt(ticks: Sequence[Tick]) -> FeltTouch:
    """How the last touch was felt."""
    touch = ticks[-1].pet.touch
    assert touch is not None
    return touch


def test_a_trusted_hand_on_the_back_is_felt_good_and_purred_at() -> None:
    ticks = petted(trust=0.6)
    assert felt(ticks).good > 0.4 > felt(ticks).bad
    assert ticks[-1].commanded.purr.level > 0.2


def test_a_hand_that_the_cat_dislikes_is_never_purred_at() -> None:
    """Trust 0 and a learnt dislike: the brain feels anger, and so the tree may not purr."""
    ticks = petted(trust=0.0, taste=-0.3)
    touch = felt(ticks)
    assert touch.liking < -0.3
    assert touch.bad > touch.good
    assert ticks[-1].pet.emotions["anger"] > 0.1
    assert max(tick.decision.purr for tick in ticks) == 0.0
    assert "shrink_away" in {tick.decision.behavior for tick in ticks}


def test_low_trust_sours_a_touch_that_is_otherwise_liked() -> None:
    assert felt(petted(trust=0.0)).liking < felt(petted(trust=0.3)).liking - 0.5


@pytest.mark.parametrize("seconds", [2.0, 8.0])
def test_the_learnt_taste_reaches_the_tree(seconds: float) -> None:
    """The tree reads as `touch.liking` what the brain felt, with the taste in it."""
    plain, spoilt = (felt(petted(trust=0.6, taste=taste, seconds=seconds)) for taste in (0.0, -0.3))
    assert plain.liking - spoilt.liking == pytest.approx(0.3, abs=0.02)


def test_the_best_speed_is_the_same_for_feeling_and_for_purring() -> None:
    """Both follow the one curve of the brain, best near 3 cm/s (Löken et al. 2009)."""
    speeds = (0.003, 0.03, 0.5)
    ticks = {speed: petted(trust=0.6, speed=speed) for speed in speeds}
    good = {speed: felt(ticks[speed]).good for speed in speeds}
    content = {speed: ticks[speed][-1].pet.emotions["contentment"] for speed in speeds}
    assert good[0.03] > max(good[0.003], good[0.5])
    assert content[0.03] > max(content[0.003], content[0.5])


def test_a_hit_is_felt_bad_wherever_it_lands() -> None:
    touch = felt(petted(trust=0.6, zone="head", gesture="hit", seconds=0.2))
    assert (touch.good, touch.bad > 0.5) == (0.0, True)


def test_no_part_of_the_tree_works_the_pleasure_of_a_touch_out_again() -> None:
    """Nothing in behaviors/ reads the liking of zones from the personality, or a stroke's speed
    other than as the input `touch.speed`."""
    read = {
        (path.name, node.attr)
        for path in sorted((ROOT / "behaviors").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("likes_touch", "along_fur")
    }
    assert read <= {("samples.py", "likes_touch")}


def test_a_touch_that_neither_pleases_nor_hurts_replaces_the_one_before() -> None:
    """As when a designer sets `hurts` of a hit to 0: the stroke before must not stand on."""
    start = begin(Files(), seed=1, hour=10.0)
    table = with_value(start.files[start.appraisals], "events.hit.hurts", 0.0)
    pet = born(replace(start, files={**start.files, start.appraisals: table}))
    pet.tick(0.0, [Gesture(at=0.0, zone="neck", gesture="stroke", phase="begin")])
    stroked = pet.tick(0.2, [Gesture(at=0.2, zone="neck", gesture="stroke", duration=0.2)])
    hit = pet.tick(0.4, [Gesture(at=0.4, zone="back", gesture="hit", phase="begin", peak=0.9)])
    assert stroked.pet.touch is not None
    assert hit.pet.touch is not None
    assert stroked.pet.touch.good > 0.3
    assert (hit.pet.touch.zone, hit.pet.touch.good) == ("back", 0.0)


@pytest.mark.parametrize(
    ("zone", "seconds", "looks_up"),
    [("neck", 1.5, True), ("neck", 6.0, True), ("belly", 1.5, False), ("belly", 6.0, False)],
)
def test_it_looks_up_for_a_hand_that_has_gone_only_where_its_touch_was_liked(
    zone: ZoneName, seconds: float, looks_up: bool
) -> None:
    """The belly of a cat that is content all the same: what counts is how the hand felt."""
    ticks = petted(trust=0.6, zone=zone, seconds=seconds, then_s=8.0)
    looked = {tick.decision.why for tick in ticks if tick.decision.behavior == "want_more"}
    assert bool(looked) is looks_up
    assert all(f"on the {zone}, it was pleasant" in why for why in looked)
    assert (felt(ticks).good > felt(ticks).bad) is looks_up
