"""The shipped personalities: valid, different, and each true to its name."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import pytest

from moggy.assemble import begin
from moggy.behaviors.decider import Decider
from moggy.behaviors.lint import lint
from moggy.behaviors.tree import Tree
from moggy.config import SHIPPED, Files, load
from moggy.designs import designs
from moggy.messages import Affect, Bond, Context, Event, Gesture, PersonEstimate
from moggy.personality import Personality, Quiet, Temperament
from moggy.vocabulary import EMOTIONS, Drive

NAMES = ("cat", "shy", "bold", "cuddler", "grump", "playful", "kitten")


@cache
def tree() -> Tree:
    return load(SHIPPED["trees"] / "cat.yaml", Tree)


@cache
def personality(name: str) -> Personality:
    return load(SHIPPED["personalities"] / f"{name}.yaml", Personality)


Name = TypeVar("Name", bound=str)


def wander(levels: dict[Name, float], home: float, rng: random.Random) -> None:
    """Move each level a little by chance, and back to `home`, within 0..1."""
    for name, level in levels.items():
        levels[name] = min(1.0, max(0.0, level + 0.01 * (home - level) + rng.gauss(0.0, 0.012)))


@cache
def day(name: str, seed: int = 1) -> Counter[str]:
    """Tenths of seconds of each behaviour in twelve mixed minutes; the feelings are the same for
    all, only the character differs."""
    decider = Decider(tree(), personality(name), random.Random(seed))
    script = random.Random(99)
    done: Counter[str] = Counter()
    feelings = dict.fromkeys(EMOTIONS, 0.0)
    drives: dict[Drive, float] = {
        "energy": 0.6,
        "company": 0.4,
        "play": 0.35,
        "comfort": 0.5,
        "curiosity": 0.35,
    }
    for n in range(7_200):
        at = (n + 1) / 10
        wander(feelings, 0.05, script)
        wander(drives, 0.4, script)
        names = [
            event
            for event in ("arrived", "called", "praised", "loud_noise", "play_asked", "smiled_at")
            if script.random() < 0.0025
        ]
        stroked = 90 < at % 150 < 110
        decision = decider.decide(
            Context(
                at=at,
                dt=0.1,
                hour=15.0,
                person=PersonEstimate(
                    present=at % 200 < 150, attention=0.4, confidence=0.5, unsure=at % 60 < 15
                ),
                pet=Affect(
                    emotions=dict(feelings),
                    drives=dict(drives),
                    bond=Bond(trust=0.45, familiarity=0.5),
                ),
                events=tuple(Event(at=at, id=n, name=event) for event in names),
                gesture=Gesture(
                    at=at, id=n, zone="neck", gesture="stroke", speed=0.06, duration=at % 150 - 90
                )
                if stroked
                else None,
            )
        )
        done[decision.behavior] += 1
    return done


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_personality_says_its_name_and_a_sentence(name: str) -> None:
    assert personality(name).name == name
    assert personality(name).about


@pytest.mark.parametrize("name", NAMES)
def test_no_personality_shuts_a_behaviour_out_by_accident(name: str) -> None:
    assert [
        str(problem)
        for problem in lint(tree(), personality=personality(name))
        if "cannot run" in problem.message
    ] == []


def test_the_default_character_shows_every_handle_with_its_default() -> None:
    cat = personality("cat")
    for part in (cat, cat.temperament, cat.quiet):
        assert part.model_fields_set == set(type(part).model_fields)


def test_the_cat_is_the_average_of_them() -> None:
    assert personality("cat") == Personality(name="cat", about=personality("cat").about)


def apart(a: Counter[str], b: Counter[str]) -> float:
    """Half the difference of two shares of time, 0..1."""
    return sum(abs(a[key] / a.total() - b[key] / b.total()) for key in {*a, *b}) / 2


def test_personalities_differ_more_from_each_other_than_from_themselves() -> None:
    for one, other in combinations(NAMES, 2):
        assert apart(day(one), day(other)) > apart(day(one), day(one, seed=2)), (one, other)


def test_each_does_more_of_what_its_name_says() -> None:
    assert (
        day("playful")["play"] + day("playful")["chase_tail"]
        > day("cat")["play"] + day("cat")["chase_tail"]
    )
    assert day("bold")["explore"] > day("cat")["explore"] > day("grump")["explore"]
    assert (
        day("cuddler")["follow_person"] + day("cuddler")["head_bunt"]
        > day("cat")["follow_person"] + day("cat")["head_bunt"]
    )
    assert day("grump")["doze"] + day("grump")["loaf"] > day("bold")["doze"] + day("bold")["loaf"]
    assert day("shy")["watch"] > day("bold")["watch"]


def test_touch_a_grump_on_the_belly_and_a_cuddler_on_the_belly() -> None:
    assert (
        personality("grump").likes_touch["belly"]
        < -0.5
        < personality("cuddler").likes_touch["belly"]
    )


def test_the_personality_that_the_guide_shows_works(tmp_path: Path) -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "personalities.md").read_text("utf-8")
    (tmp_path / "personalities").mkdir()
    text = guide.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "personalities" / "poppy.yaml").write_text(text, encoding="utf-8")
    start = begin(Files(tmp_path), seed=1, hour=10.0, personality="poppy")
    poppy, shy = designs(start).personality, personality("shy")
    assert (poppy.likes_touch["back"], poppy.likes_touch["belly"]) == (
        0.9,
        shy.likes_touch["belly"],
    )
    assert (poppy.name, poppy.temperament) == ("poppy", shy.temperament)


def test_the_guide_names_every_handle_and_every_shipped_character() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "personalities.md").read_text("utf-8")
    handles = {*Personality.model_fields, *Temperament.model_fields} - {"name", "about", "quiet"}
    handles |= {f"quiet.{name}" for name in Quiet.model_fields}
    names = {
        name.removeprefix("personalities/").removesuffix(".yaml")
        for name in Files().names("personalities")
    }
    assert [name for name in sorted(handles | names) if f"`{name}`" not in guide] == []
