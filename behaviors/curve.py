"""Response curves: how strongly an input speaks for a behaviour, from 0 to 1."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from moggy.behaviors.expression import bell, logistic, rise
from moggy.behaviors.tree_language import Expression
from moggy.body import StrictModel
from moggy.messages import Unit

Response: TypeAlias = Callable[[float], float]


class Term(StrictModel):
    """One input, bent by a curve."""

    of: Annotated[Expression, Field(description="the input: a name or an expression")]
    weight: Annotated[
        Unit,
        Field(description="how much it counts; in a product, 0.3 lets it take away at most 30 %"),
    ] = 1.0
    floor: Annotated[Unit, Field(description="lowest value of the curve")] = 0.0

    @abstractmethod
    def shape(self, x: float) -> float:
        """The curve before `floor`, 0..1."""

    def response(self) -> Response:
        """The whole curve as one function. It keeps its last answer, since most inputs do not
        change from tick to tick."""
        shape, floor = self.shape, self.floor
        last_x, last_y = 0.0, floor + (1.0 - floor) * shape(0.0)

        def respond(x: float) -> float:
            nonlocal last_x, last_y
            if x != last_x:
                last_x, last_y = x, floor + (1.0 - floor) * shape(x)
            return last_y

        return respond


class Linear(Term):
    """A straight line between two inputs, flat outside them."""

    curve: Literal["linear"] = "linear"
    zero: Annotated[float, Field(ge=-1e4, le=1e4, description="the input at which it is 0")] = 0.0
    one: Annotated[
        float,
        Field(
            ge=-1e4,
            le=1e4,
            description="the input at which it is 1; smaller than `zero` makes it fall",
        ),
    ] = 1.0

    def shape(self, x: float) -> float:
        """As `Term.shape`."""
        return rise(x, self.zero, self.one)


class Logistic(Term):
    """A soft threshold."""

    curve: Literal["logistic"]
    half: Annotated[float, Field(ge=-1e4, le=1e4, description="the input at which it is one half")]
    slope: Annotated[float, Field(ge=-100.0, le=100.0, description="steepness; negative falls")] = (
        10.0
    )

    def shape(self, x: float) -> float:
        """As `Term.shape`."""
        return logistic(x, self.half, self.slope)


class Gaussian(Term):
    """A bell: right in the middle, less on both sides."""

    curve: Literal["gaussian"]
    peak: Annotated[float, Field(ge=-1e4, le=1e4, description="the input at which it is 1")]
    width: Annotated[
        float, Field(gt=0.0, le=1e4, description="how far from the peak it has fallen to 0.61")
    ]

    def shape(self, x: float) -> float:
        """As `Term.shape`."""
        return bell(x, self.peak, self.width)


class StepCurve(Term):
    """One value below, another from there on."""

    curve: Literal["step"]
    at: Annotated[
        float, Field(ge=-1e4, le=1e4, description="the input from which on it is `above`")
    ]
    below: Unit = 0.0
    above: Unit = 1.0

    def shape(self, x: float) -> float:
        """As `Term.shape`."""
        return self.above if x >= self.at else self.below


def _curve(value: Any) -> str:
    """Where a term names no curve it is a straight line."""
    return str(
        value.get("curve", "linear")
        if isinstance(value, dict)
        else getattr(value, "curve", "linear")
    )


AnyTerm: TypeAlias = Annotated[
    Annotated[Linear, Tag("linear")]
    | Annotated[Logistic, Tag("logistic")]
    | Annotated[Gaussian, Tag("gaussian")]
    | Annotated[StepCurve, Tag("step")],
    Discriminator(_curve),
]
