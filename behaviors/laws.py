"""Design laws: what this pet must never do and always do, written by a designer, checked over
recorded and random lives."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field, model_validator

from moggy.behaviors.expression import Compiler, Evaluate, names, parse
from moggy.behaviors.law_scene import LawScene, reader
from moggy.body import StrictModel
from moggy.messages import Tick
from moggy.yaml_file import Misplaced


def _check(text: str) -> str:
    for name in names(parse(text)):
        try:
            reader(name.name)
        except KeyError as error:
            raise Misplaced(str(error.args[0]), needs=("let", name.name)) from error
    return text


Condition = Annotated[
    str,
    AfterValidator(_check),
    Field(description="an expression over a tick, such as «purr > 0.05 and since.hit < 10»"),
]


SHAPES = ({"never"}, {"after", "within", "must"}, {"longest", "of"}, {"at_most", "of", "per"})
"""The keys that make a law, each set one shape."""


class Law(StrictModel):
    """One rule, in one of four shapes: `never`; `after … within … must`; `longest … of`; `at_most …
    of … per`."""

    id: str
    says: Annotated[str, Field(description="the rule as a sentence")]
    during: Annotated[
        Condition | None, Field(description="the rule holds only while this is true")
    ] = None
    never: Condition | None = None
    after: Condition | None = None
    within: Annotated[float | None, Field(gt=0.0, description="s")] = None
    must: Condition | None = None
    longest: Annotated[float | None, Field(gt=0.0, description="s at a stretch")] = None
    at_most: Annotated[int | None, Field(ge=0, description="times")] = None
    per: Annotated[float | None, Field(gt=0.0, description="s")] = None
    of: Condition | None = None

    @model_validator(mode="after")
    def _one_shape(self) -> Law:
        given = self.model_fields_set - {"id", "says", "during"}
        if {key for key in given if getattr(self, key) is not None} not in SHAPES:
            raise ValueError(
                f"law {self.id}: give `never`, or `after`, `within` and `must`, or `longest` and "
                "`of`, or `at_most`, `of` and `per`"
            )
        return self


class Laws(StrictModel):
    """A designer's laws, and words of their own to write them with."""

    let: dict[str, str] = Field(
        default_factory=dict, description="name → expression, put in the place of the name"
    )
    laws: Annotated[tuple[Law, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _with_words(cls, data: object) -> object:
        """Put the words of `let` into the laws, so that each is checked as it will be read."""
        if (
            not isinstance(data, dict)
            or not isinstance(data.get("let"), dict)
            or not isinstance(data.get("laws"), list)
        ):
            return data
        words = {str(name): f"({text})" for name, text in data["let"].items()}
        return {**data, "laws": [_law_spelt_out(law, words) for law in data["laws"]]}


def _law_spelt_out(law: object, words: Mapping[str, str]) -> object:
    if not isinstance(law, dict):
        return law
    return {
        key: spelt_out(value, words) if key in ("during", "never", "after", "must", "of") else value
        for key, value in law.items()
    }


def spelt_out(text: object, words: Mapping[str, str]) -> object:
    """An expression with the words of `let`, each in brackets, in the place of their names."""
    if not isinstance(text, str):
        return text
    for found in reversed(list(names(parse(text)))):
        if found.name in words:
            end = found.position + len(found.name)
            text = text[: found.position] + words[found.name] + text[end:]
    return text


@dataclass(frozen=True, slots=True)
class Violation:
    """A law was broken."""

    law: str
    at: float
    says: str
    behavior: str


class Watch(Protocol):
    """Follows one law through a life."""

    def breaks(self, scene: LawScene) -> bool:
        """Whether the law is broken at this tick. Called with every tick, in order."""
        ...


class NeverWatch:
    """Something never holds."""

    def __init__(self, never: Evaluate[LawScene]) -> None:
        self._never = never

    def breaks(self, scene: LawScene) -> bool:
        """As `Watch.breaks`."""
        return bool(self._never(scene))


class ResponseWatch:
    """After something, something else comes within so many seconds."""

    def __init__(self, after: Evaluate[LawScene], within: float, must: Evaluate[LawScene]) -> None:
        self._after, self._within, self._must = after, within, must
        self._due: float | None = None

    def breaks(self, scene: LawScene) -> bool:
        """As `Watch.breaks`."""
        if self._due is None and self._after(scene):
            self._due = scene.at + self._within
        if self._due is not None and self._must(scene):
            self._due = None
        if self._due is not None and scene.at > self._due + 1e-9:
            self._due = None
            return True
        return False


class StretchWatch:
    """Something holds for no longer than so many seconds at a stretch."""

    def __init__(self, longest: float, of: Evaluate[LawScene]) -> None:
        self._longest, self._of = longest, of
        self._began: float | None = None

    def breaks(self, scene: LawScene) -> bool:
        """As `Watch.breaks`."""
        if not self._of(scene):
            self._began = None
            return False
        self._began = scene.at if self._began is None else self._began
        return scene.at - self._began > self._longest + 1e-9


class RateWatch:
    """Something begins at most so many times in so many seconds."""

    def __init__(self, at_most: int, of: Evaluate[LawScene], per: float) -> None:
        self._at_most, self._of, self._per = at_most, of, per
        self._begun: deque[float] = deque()
        self._on = False

    def breaks(self, scene: LawScene) -> bool:
        """As `Watch.breaks`."""
        on = bool(self._of(scene))
        begins, self._on = on and not self._on, on
        if not begins:
            return False
        self._begun.append(scene.at)
        while self._begun[0] <= scene.at - self._per:
            self._begun.popleft()
        return len(self._begun) > self._at_most


class LawMonitor:
    """Checks a life against all laws. A breach that lasts is reported once, when it begins."""

    def __init__(self, laws: Laws, scene: LawScene) -> None:
        self._scene = scene
        compile_ = Compiler[LawScene](reader)
        self._watches = [
            (
                law,
                None if law.during is None else compile_.compile(parse(law.during)),
                watch(law, compile_),
            )
            for law in laws.laws
        ]
        self._broken: set[str] = set()

    def see(self, tick: Tick) -> Iterator[Violation]:
        """The breaches that begin at this tick. Called with every tick, in order."""
        self._scene.take(tick)
        for law, during, each in self._watches:
            breaks = each.breaks(self._scene) and (during is None or bool(during(self._scene)))
            if breaks and law.id not in self._broken:
                yield Violation(law.id, tick.at, law.says, tick.decision.behavior)
            (self._broken.add if breaks else self._broken.discard)(law.id)


def watch(law: Law, compiler: Compiler[LawScene]) -> Watch:
    """What follows this law, by its shape."""

    def read(text: str | None) -> Evaluate[LawScene]:
        assert text is not None, "the schema sees to that"
        return compiler.compile(parse(text))

    if law.never is not None:
        return NeverWatch(read(law.never))
    if law.within is not None:
        return ResponseWatch(read(law.after), law.within, read(law.must))
    if law.longest is not None:
        return StretchWatch(law.longest, read(law.of))
    assert law.at_most is not None
    assert law.per is not None
    return RateWatch(law.at_most, read(law.of), law.per)


def violations(laws: Laws, scene: LawScene, ticks: Iterable[Tick]) -> list[Violation]:
    """All breaches in a life that was recorded."""
    monitor = LawMonitor(laws, scene)
    return [found for tick in ticks for found in monitor.see(tick)]
