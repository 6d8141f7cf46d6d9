"""The schema of a tree: behaviours with stable ids, what each shows, and what speaks for it. A file
may also be a patch of another tree: see `moggy.layer`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    Tag,
    ValidationInfo,
    model_validator,
)

from moggy.behaviors.curve import AnyTerm
from moggy.behaviors.expression import levels, names, parse
from moggy.behaviors.inputs import may_ask
from moggy.behaviors.tree_language import LET, Expression, Sentence
from moggy.body import StrictModel
from moggy.vocabulary import CallName, EventName, GazeTarget, Trait, nearest
from moggy.yaml_file import Misplaced

Id = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_.]*$",
        max_length=40,
        description="stable: running behaviours carry on by it",
    ),
]
MOST_LEVELS = 100
"""Levels of an expression with what its names stand for: each is a call when it is worked out, and
Python's stack ends. Our choice."""
MOST_BEHAVIOURS = 400
"""Options of a selector, or reflexes of a lane: all are weighed five times a second. The shipped
tree has 40. Our choice."""
Seconds = Annotated[float, Field(ge=0.0, le=86400.0)]


Exponent = Annotated[float, Field(ge=-2.0, le=2.0)]
HalfLife = Annotated[float, Field(gt=0.0, le=3600.0)]


def ordered(span: tuple[float, float]) -> tuple[float, float]:
    """A check for pydantic; raises ValueError where the first is greater."""
    if span[0] > span[1]:
        raise ValueError(f"the first of {list(span)} should be the smaller")
    return span


Span = Annotated[tuple[Seconds, Seconds], AfterValidator(ordered)]
"""From, to: a length is drawn between them."""


class MotionSpec(StrictModel):
    """A motion that a behaviour plays."""

    motion: Annotated[str, Field(description="name of a motion")]
    layer: Literal["motion", "reflex"] = "motion"
    when: Annotated[
        Expression | None, Field(description="plays while this holds; left out: always")
    ] = None
    after: Annotated[Seconds, Field(description="s after the behaviour began, at the earliest")] = (
        0.0
    )
    every: Annotated[Span | None, Field(description="begins again after so many seconds")] = None
    weight: Annotated[Expression, Field(description="how much of it, 0..1")] = "1"
    speed: Annotated[float, Field(ge=0.1, le=4.0)] = 1.0


class CallSpec(StrictModel):
    """A call that a behaviour makes."""

    call: Annotated[CallName, Field(description="meow, trill, hiss, …")]
    loudness: Annotated[
        Expression, Field(description="0..1; the personality and quiet hours cap it")
    ] = "0.5"
    when: Expression | None = None
    after: Annotated[Seconds, Field(description="s after the behaviour began")] = 0.0
    every: Annotated[
        Span | None, Field(description="again after so many seconds; left out: once")
    ] = None
    chance: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            description="probability of each; the personality's `talkative` is a factor",
        ),
    ] = 1.0
    involuntary: Annotated[
        bool, Field(description="escapes the pet whether it is talkative or not: a hiss when hurt")
    ] = False


class ReasonSpec(StrictModel):
    """What a behaviour says of itself in one case."""

    when: Annotated[Expression, Field(description="the case")]
    say: Sentence


class BehaveSpec(StrictModel):
    """A leaf: shows something for a while, and says why."""

    kind: Literal["behave"] = "behave"
    id: Id | None = None
    why: Annotated[Sentence, Field(description="for people: what it does, and why")]
    reasons: Annotated[
        tuple[ReasonSpec, ...],
        Field(description="said in the place of `why`: the first whose case holds"),
    ] = ()
    posture: Annotated[
        str | None, Field(description="name of a posture; left out: stays as it is")
    ] = None
    plays: tuple[MotionSpec, ...] = ()
    calls: tuple[CallSpec, ...] = ()
    purr: Annotated[Expression, Field(description="0..1")] = "0"
    gaze: GazeTarget = "none"
    lasts: Annotated[
        Span | Seconds | None,
        Field(description="s, or [from, to]; left out: until something else is better"),
    ] = None
    until: Annotated[Expression, Field(description="ends as soon as this holds")] = "false"


class WhenSpec(StrictModel):
    """A condition: succeeds while it holds."""

    kind: Literal["when"]
    id: Id | None = None
    that: Expression


class WaitSpec(StrictModel):
    """Does nothing more until something holds, or a time is over; keeps the posture."""

    kind: Literal["wait"]
    id: Id | None = None
    until: Expression = "false"
    lasts: Annotated[Span | Seconds, Field(description="s, at the longest")]
    gaze: GazeTarget = "none"
    why: Sentence = "waits a moment"


class SequenceSpec(StrictModel):
    """One after the other; fails as soon as one fails."""

    kind: Literal["sequence"]
    id: Id | None = None
    memory: Annotated[
        bool,
        Field(
            description="goes on where it was; false asks the earlier conditions again at each tick"
        ),
    ] = True
    children: Annotated[tuple[NodeSpec, ...], Field(min_length=1)]


class SelectorSpec(StrictModel):
    """The first that does not fail."""

    kind: Literal["selector"]
    id: Id | None = None
    memory: bool = False
    children: Annotated[tuple[NodeSpec, ...], Field(min_length=1)]


class OptionSpec(StrictModel):
    """One behaviour among those that a utility selector weighs."""

    id: Id
    about: str = ""
    when: Annotated[Expression, Field(description="otherwise it is not even weighed")] = "true"
    base: Annotated[
        float,
        Field(
            gt=0.0,
            le=3.0,
            description="score when all terms are 1: idle 0.2, need 0.5, person 0.8, danger 1.5",
        ),
    ] = 0.5
    combine: Annotated[
        Literal["product", "mean", "max"], Field(description="how the terms come together")
    ] = "product"
    terms: tuple[AnyTerm, ...] = ()
    bend: dict[Trait, Exponent] = Field(
        default_factory=dict,
        description="trait → how much it speaks for (+) or against (−) this: a factor of e to "
        "that power at 1, and its inverse at 0",
    )
    dwell: Annotated[
        Span, Field(description="[min, max] s: not left before min, tires from max on")
    ] = (1.5, 120.0)
    cooldown: Annotated[Seconds, Field(description="s before it may run again")] = 0.0
    repetition: Annotated[
        float,
        Field(ge=0.0, le=3.0, description="how much less likely each time it ran lately makes it"),
    ] = 0.3
    recovery: Annotated[
        float, Field(gt=0.0, le=86400.0, description="s in which that fades to 1/e")
    ] = 120.0
    ageing: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            description="share by which the score grows at most while it has to wait",
        ),
    ] = 0.1
    interrupts: Annotated[
        Expression, Field(description="while it holds, waits for nobody's dwell and inertia")
    ] = "false"
    do: NodeSpec


class UtilitySpec(StrictModel):
    """Weighs its options and runs the best, with some inertia."""

    kind: Literal["utility"]
    id: Id | None = None
    every: Annotated[
        float, Field(ge=0.0, le=5.0, description="s between two weighings while nothing happens")
    ] = 0.5
    hysteresis: Annotated[
        float,
        Field(
            ge=0.0, le=1.0, description="share by which another must be better than the running one"
        ),
    ] = 0.15
    fallback: Annotated[Id, Field(description="the option to run where none has a score")]
    options: Annotated[tuple[OptionSpec, ...], Field(min_length=1, max_length=MOST_BEHAVIOURS)]

    @model_validator(mode="after")
    def _fallback(self) -> Self:
        names = [option.id for option in self.options]
        if self.fallback not in names:
            raise Misplaced(
                f"the fallback {self.fallback!r} is none of the options"
                f"{nearest(self.fallback, names)}",
                at=("fallback",),
                needs=("options", self.fallback),
            )
        return self


class ReflexSpec(StrictModel):
    """An answer that comes before everything else. The first of the lane is the most urgent."""

    id: Id
    about: str = ""
    on: Annotated[
        tuple[EventName, ...], Field(description="names of the events that set it off")
    ] = ()
    when: Annotated[Expression, Field(description="set off only while this holds")] = "true"
    whenever: Annotated[Expression, Field(description="sets it off without any event")] = "false"
    threshold: Annotated[
        float, Field(ge=0.0, le=1.0, description="strength of the event, at least")
    ] = 0.0
    habituates: Annotated[
        float,
        Field(
            ge=0.0,
            le=1.0,
            description="share of the strength lost with each time it was set off lately",
        ),
    ] = 0.0
    recovery: Annotated[
        float, Field(gt=0.0, le=86400.0, description="s in which that fades to 1/e")
    ] = 90.0
    do: NodeSpec


class ReflexesSpec(StrictModel):
    """A lane of reflexes that is asked first at every tick. Whatever runs below is ended when a
    reflex is set off."""

    kind: Literal["reflexes"]
    id: Id | None = None
    lane: Annotated[tuple[ReflexSpec, ...], Field(max_length=MOST_BEHAVIOURS)] = ()
    below: NodeSpec


def _kind(value: Any) -> str:
    kind = (
        value.get("kind", "behave") if isinstance(value, dict) else getattr(value, "kind", "behave")
    )
    return str(kind)


NodeSpec: TypeAlias = Annotated[
    Annotated[BehaveSpec, Tag("behave")]
    | Annotated[WhenSpec, Tag("when")]
    | Annotated[WaitSpec, Tag("wait")]
    | Annotated[SequenceSpec, Tag("sequence")]
    | Annotated[SelectorSpec, Tag("selector")]
    | Annotated[UtilitySpec, Tag("utility")]
    | Annotated[ReflexesSpec, Tag("reflexes")],
    Discriminator(_kind),
]


class Tree(StrictModel):
    """A pet's whole repertoire."""

    name: str
    about: str = ""
    let: dict[str, Expression] = Field(
        default_factory=dict, description="names for expressions; one may use another"
    )
    fades: dict[EventName, HalfLife] = Field(
        default_factory=dict,
        description="event → s in which its strength fades by half; 6 where left out",
    )
    purr_whenever: Annotated[
        Expression,
        Field(description="how much any behaviour below the reflexes purrs at least, 0..1"),
    ] = "0"
    purr_only: Annotated[Expression, Field(description="no behaviour purrs unless this holds")] = (
        "since.hit > 10"
    )
    root: NodeSpec
    renamed: dict[Id, Id] = Field(
        default_factory=dict, description="id of an earlier release → what it is called now"
    )
    removed: Annotated[
        tuple[Id, ...],
        Field(description="ids that the tree had once; other files may still name them"),
    ] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _names(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        """While the file is read its own names are known, so that an unknown one is reported where
        it stands."""
        let = data.get("let", {}) if isinstance(data, dict) else {}
        token = LET.set(frozenset(map(str, let)) if isinstance(let, dict) else frozenset())
        try:
            return handler(data)
        finally:
            LET.reset(token)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        shadows = [name for name in self.let if may_ask(name)]
        if shadows:
            raise Misplaced(
                f"let gives a name that is an input already: {', '.join(shadows)}",
                at=("let", shadows[0]),
            )
        followed: dict[str, int] = {}
        for name in self.let:
            _follow(self.let, name, (), followed)
        seen: set[str] = set()
        for name in ids(self.root):
            if name in seen:
                raise ValueError(f"the id {name!r} stands twice in the tree")
            seen.add(name)
        return self


def _follow(
    let: Mapping[str, str], name: str, above: tuple[str, ...], followed: dict[str, int]
) -> int:
    """Follow a name of `let` to all that it uses; gives how deep its expression nests with theirs.
    Raises Misplaced where it comes back to itself, or nests too deep."""
    if name in above:
        raise Misplaced(f"let {name!r} uses itself: {' → '.join((*above, name))}", at=("let", name))
    if name not in followed:
        used = {found.name for found in names(parse(let[name]))} & let.keys()
        within = 0
        if len(above) < MOST_LEVELS:
            within = max([_follow(let, each, (*above, name), followed) for each in used], default=0)
        followed[name] = levels(parse(let[name])) + within
        if followed[name] > MOST_LEVELS or len(above) >= MOST_LEVELS:
            message = f"let {name!r} and the names that it uses nest more than {MOST_LEVELS} levels"
            raise Misplaced(message, at=("let", name))
    return followed[name]


def ids(node: NodeSpec, name: str = "root") -> Iterator[str]:
    """All ids below and including a node; those left out follow from the parent's."""
    name = node.id or name
    yield name
    if isinstance(node, SequenceSpec | SelectorSpec):
        for n, child in enumerate(node.children, 1):
            yield from ids(child, f"{name}.{n}")
    elif isinstance(node, UtilitySpec):
        for option in node.options:
            yield from ids(option.do, option.id)
            if option.do.id not in (None, option.id):
                yield option.id
    elif isinstance(node, ReflexesSpec):
        for reflex in node.lane:
            yield from ids(reflex.do, reflex.id)
            if reflex.do.id not in (None, reflex.id):
                yield reflex.id
        yield from ids(node.below, f"{name}.below")


for _part in (SequenceSpec, SelectorSpec, OptionSpec, UtilitySpec, ReflexSpec, ReflexesSpec, Tree):
    _part.model_rebuild()
