"""A scene: a short day of one pet with the answer that a cat owner expects, as a YAML file.

It is a day as `moggy schema day` describes it, and in addition says which pet lives it (`name`,
`personality`, `remembered`), what is expected (`expect`), and answers that would be wrong
(`wrong`), which the tests hold against what is expected. Conditions are those of design laws;
`extends: house` brings words for them and the people of the house (bench/scenes/house.yaml).

Where a scene is not about somebody's coming, the person is a face that is seen from the first
second on: joy over an arrival fades for a minute, and would be measured in all that follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field, field_validator, model_validator

from bench.absent import ROOT
from moggy import overlay
from moggy.behaviors.expression import Compiler, parse
from moggy.behaviors.law_scene import LawScene, reader
from moggy.behaviors.laws import Condition, spelt_out
from moggy.behaviors.names import behaviours, unknown_in_laws
from moggy.body import StrictModel
from moggy.brain.memory import Remembered
from moggy.config import Files, Invalid, path_texts
from moggy.messages import Affect, Call, Command, Decision, PersonEstimate, Purr, Tick
from moggy.personality import Personality
from moggy.sim.day import Day
from moggy.vocabulary import CallName, Emotion

FOLDER: Final = ROOT / "bench" / "scenes"
"""Where the scenes are, one a file, with house.yaml for all of them."""
TREE: Final = "trees/cat.yaml"
"""The shipped tree, whose behaviours scenes may name."""
SHAPES: Final = ("some", "never", "mostly", "more", "less", "no_more", "no_less", "alike")
"""Keys of an expectation of which it has exactly one."""
COMPARING: Final = SHAPES[3:]
"""Those that compare with another part of the day."""
CALL_EVERY_S: Final = 2.0
"""Seconds between two calls of a wrong answer that calls; our choice."""
STEP_S: Final = 0.1
"""Seconds between two ticks of a wrong answer; our choice."""

Span = tuple[Annotated[float, Field(ge=0.0)], Annotated[float, Field(ge=0.0)]]
"""From, to: seconds of the day."""


class Expectation(StrictModel):
    """What a cat owner expects in a part of the day."""

    says: Annotated[str, Field(min_length=8, description="the expectation as a sentence")]
    between: Annotated[Span, Field(description="the part of the day that it is about, s")]
    some: Annotated[Condition | None, Field(description="holds at least once")] = None
    never: Annotated[Condition | None, Field(description="does not hold once")] = None
    mostly: Annotated[Condition | None, Field(description="holds half of the time")] = None
    more: Annotated[Condition | None, Field(description="its mean is higher than in `than`")] = None
    less: Annotated[Condition | None, Field(description="its mean is lower than in `than`")] = None
    no_more: Annotated[Condition | None, Field(description="its mean is no higher")] = None
    no_less: Annotated[Condition | None, Field(description="its mean is no lower")] = None
    alike: Annotated[Condition | None, Field(description="its mean is as in `than`")] = None
    than: Annotated[Span | None, Field(description="the part that it is compared with, s")] = None
    by: Annotated[
        float,
        Field(ge=0.0, description="of more and less the least difference; of the others the most"),
    ] = 0.0

    @model_validator(mode="after")
    def _one_shape(self) -> Expectation:
        given = [name for name in SHAPES if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(SHAPES)}")
        if (given[0] in COMPARING) != (self.than is not None):
            raise ValueError(f"{', '.join(COMPARING)} compare with a part of the day, `than`")
        for begin, end in filter(None, (self.between, self.than)):
            if begin >= end:
                raise ValueError(f"[{begin:g}, {end:g}] is no part of a day")
        return self

    @property
    def shape(self) -> str:
        """Which of SHAPES it has."""
        return next(name for name in SHAPES if getattr(self, name) is not None)


class WrongAnswer(StrictModel):
    """An answer that a cat owner would find wrong: all that the pet does from the beginning of the
    first expectation on. Before that it loafs, feels nothing and is silent."""

    says: Annotated[str, Field(min_length=8)]
    does: Annotated[str, Field(description="a behaviour of the tree")] = "loaf"
    purr: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    call: CallName | None = None
    loudness: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    valence: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    arousal: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    emotions: dict[Emotion, float] = Field(default_factory=dict)


class Scene(Day):
    """A day of a pet with what is expected of it."""

    name: Annotated[str, Field(min_length=8, description="what happens, in plain words")]
    source: Annotated[str, Field(description="who says that a cat answers so")] = ""
    personality: str = "cat"
    remembered: Annotated[
        dict[str, Any], Field(description="as `moggy memory export` writes it: bonds, drives, mood")
    ] = Field(default_factory=dict)
    let: dict[str, str] = Field(
        default_factory=dict, description="name → expression, put in the place of the name"
    )
    expect: Annotated[tuple[Expectation, ...], Field(min_length=1)]
    wrong: Annotated[tuple[WrongAnswer, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _with_words(cls, data: object) -> object:
        """Put the words of `let` into the conditions, so that each is checked as it will be
        read."""
        if not isinstance(data, dict) or not isinstance(data.get("let"), dict):
            return data
        words = {str(name): f"({text})" for name, text in data["let"].items()}
        expect = data.get("expect")
        if not isinstance(expect, list) or not all(isinstance(each, dict) for each in expect):
            return data
        said = [
            {
                key: spelt_out(value, words) if key in SHAPES else value
                for key, value in each.items()
            }
            for each in expect
        ]
        return {**data, "expect": said}

    @field_validator("remembered")
    @classmethod
    def _can_be_remembered(cls, data: dict[str, Any]) -> dict[str, Any]:
        Remembered.checked(data)
        return data

    @model_validator(mode="after")
    def _is_about_the_day(self) -> Scene:
        for n, each in enumerate(self.expect):
            if each.between[1] > self.seconds:
                raise ValueError(
                    f"expect.{n} ends at {each.between[1]:g} s, the day at {self.seconds:g} s"
                )
        return self


class Verdict(NamedTuple):
    """What is said of one expectation in one life."""

    says: str
    right: bool
    found: str
    """What was found instead; empty where it is right."""


def read(path: Path) -> Scene:
    """The scene of a file. Raises Invalid, also where it asks for a behaviour that the shipped tree
    does not have."""
    scene = Scene.of_file(path.name, path_texts(path))
    known = behaviours(overlay.compose(TREE, Files().texts(TREE)).data)
    asked = {str(n): getattr(each, each.shape) for n, each in enumerate(scene.expect)}
    for unknown in unknown_in_laws({"let": asked}, known):
        raise Invalid(path.name, 1, unknown.message)
    for wrong in scene.wrong:
        if wrong.does not in known:
            raise Invalid(path.name, 1, f"unknown behaviour {wrong.does!r} of a wrong answer")
    return scene


def all_scenes() -> Iterator[tuple[str, Scene]]:
    """Name of the file and scene, in the order of the names. Raises Invalid."""
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem != "house":
            yield path.stem, read(path)


class _Course:
    """The values of an expectation's condition in its two parts of the day."""

    def __init__(self, expected: Expectation, compiler: Compiler[LawScene]) -> None:
        self._expected = expected
        self._evaluate = compiler.compile(parse(getattr(expected, expected.shape)))
        self._values: list[tuple[float, float, str]] = []
        self._before: list[float] = []

    def take(self, moment: LawScene) -> None:
        """Note the condition at a tick."""
        begin, end = self._expected.between
        if begin <= moment.at < end:
            value = float(self._evaluate(moment))
            self._values.append((moment.at, value, moment.tick.decision.behavior))
        if self._expected.than is not None:
            begin, end = self._expected.than
            if begin <= moment.at < end:
                self._before.append(float(self._evaluate(moment)))

    def verdict(self) -> Verdict:
        """Whether what was expected came."""
        right, found = self._judged()
        return Verdict(self._expected.says, right, "" if right else f"{found}; {self._did()}")

    def _judged(self) -> tuple[bool, str]:
        values = [value for _, value, _ in self._values]
        if not values or (self._expected.than is not None and not self._before):
            return False, "the life has no such part"
        if self._expected.shape == "some":
            return any(values), "it did not happen"
        if self._expected.shape == "never":
            held = [(at, value) for at, value, _ in self._values if value]
            return not held, f"it happened at {held[0][0]:.1f} s" if held else ""
        mean = fmean(values)
        if self._expected.shape == "mostly":
            return mean >= 0.5, f"{mean:.0%} of the time"
        before, by = fmean(self._before), self._expected.by
        return _compares(
            self._expected.shape, mean - before, by
        ), f"{before:+.2f} became {mean:+.2f}"

    def _did(self) -> str:
        """What it did in this part, each change once."""
        did: list[str] = []
        for _, _, behavior in self._values:
            if not did or did[-1] != behavior:
                did.append(behavior)
        return "it did " + (", ".join(did[:8]) + (", …" if len(did) > 8 else ""))


def _compares(shape: str, change: float, by: float) -> bool:
    """Whether a change of the mean is as an expectation of this shape, one of COMPARING, wants."""
    return {
        "more": change > 0.0 and change >= by,
        "less": change < 0.0 and -change >= by,
        "no_more": change <= by,
        "no_less": -change <= by,
        "alike": abs(change) <= by,
    }[shape]


def judged(scene: Scene, ticks: Iterable[Tick]) -> list[Verdict]:
    """What is said of each expectation of a scene in a life."""
    files = Files()
    personality = files.load(f"personalities/{scene.personality}.yaml", Personality)
    moment, compiler = LawScene(personality, scene.hour), Compiler[LawScene](reader)
    courses = [_Course(each, compiler) for each in scene.expect]
    for tick in ticks:
        moment.take(tick)
        for course in courses:
            course.take(moment)
    return [course.verdict() for course in courses]


def acted(scene: Scene, wrong: WrongAnswer) -> Iterator[Tick]:
    """A life in which a pet gives that answer."""
    begins = min(each.between[0] for each in scene.expect)
    silent = WrongAnswer(says="before it")
    for n in range(round(scene.seconds / STEP_S)):
        at = n * STEP_S
        answer = wrong if at >= begins - 1e-9 else silent
        called = at >= begins and round((at - begins) / STEP_S) % round(CALL_EVERY_S / STEP_S) == 0
        calls = (
            (Call(at=at, name=answer.call, loudness=answer.loudness),)
            if answer.call is not None and called
            else ()
        )
        since = begins if answer is wrong else 0.0
        yield Tick(
            at=at,
            n=n,
            person=PersonEstimate(),
            pet=Affect(emotions=answer.emotions, valence=answer.valence, arousal=answer.arousal),
            decision=Decision(at=at, behavior=answer.does, since=since, purr=answer.purr),
            commanded=Command(at=at, purr=Purr(level=answer.purr)),
            calls=calls,
        )
