"""The designers' small language: what it means, and where it says that something is wrong."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moggy.behaviors.expression import Compiler, Evaluate, Wrong, constant, names, parse
from moggy.behaviors.inputs import FAMILIES, PLAIN, may_ask, reader
from moggy.behaviors.tree_language import check, check_sentence

Values = dict[str, float]


def worth(text: str, **values: float) -> float:
    def resolve(name: str) -> Evaluate[Values]:
        return lambda m: m[name]

    return float(Compiler[Values](resolve).compile(parse(text))(values))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-2 * -3", 6),
        ("8 / 4 / 2", 1),
        ("1 / 0", 0),
        ("1 < 2 < 3", 1),
        ("1 < 3 < 2", 0),
        ("not 1 < 2", 0),
        ("not 0 and 1", 1),
        ("0 or 0 or 3", 1),
        ("1 and 0 or 1", 1),
        ("true", 1),
        ("min(3, 1, 2) + max(1, 2)", 3),
        ("clamp(7, 0, 5)", 5),
        ("between(23, 22, 7) + between(12, 22, 7) + between(12, 9, 17)", 2),
        ("if(0, 1, 2)", 2),
        ("rise(0.5, 0, 1) + rise(0.5, 1, 0)", 1),
        ("abs(-2)", 2),
        ("logistic(0.5, 0.5, 10)", 0.5),
        ("bell(1, 1, 0.2)", 1),
    ],
)
def test_expressions_mean_what_they_say(text: str, value: float) -> None:
    assert worth(text) == pytest.approx(value)


def test_names_are_read_from_the_moment() -> None:
    assert worth("a > 0.5 and not b", a=0.7, b=0.0) == 1
    assert [name.name for name in names(parse("mood.pleasure + max(a, 2)"))] == [
        "mood.pleasure",
        "a",
    ]


def test_a_long_chain_holds_only_if_all_of_it_holds_whatever_was_asked_before() -> None:
    compiled = Compiler[Values](lambda name: lambda m: m[name]).compile(parse("a and b and c"))
    for bits in [0b111, 0b011, 0b101, 0b110, 0b111, 0b000, 0b111]:
        assert bool(compiled({"a": bits & 1, "b": bits & 2, "c": bits & 4})) == (bits == 0b111)


@pytest.mark.parametrize(
    ("text", "character", "message"),
    [
        ("enough > ", 10, "before the end"),
        ("enough >> 2", 9, "expected a number or a name, not '>'"),
        ("1 + (2", 7, "expected ')'"),
        ("1 2", 3, "did not expect '2'"),
        ("a ? b", 3, "means nothing here"),
        ("sin(2)", 1, "no function 'sin'"),
        ("clamp(1)", 1, "takes 3 arguments, not 1"),
        ("", 1, "says nothing"),
        ("a and and b", 7, "not 'and'"),
    ],
)
def test_a_mistake_is_reported_at_its_character(text: str, character: int, message: str) -> None:
    with pytest.raises(Wrong, match=f"at character {character} of") as caught:
        parse(text)
    assert message in str(caught.value)


def test_an_unknown_input_is_reported_with_a_suggestion() -> None:
    with pytest.raises(
        Wrong, match=r"unknown input 'enogh', did you mean 'enough'\? at character 5 of"
    ):
        check("1 + enogh")
    with pytest.raises(Wrong, match=r"emotion\.joy"):
        check("emotion.joi > 0.2")


def test_a_sentence_with_a_hole_that_cannot_be_filled_is_refused() -> None:
    assert check_sentence("purrs on the {touch.zone} for {touch.seconds:0} s")
    with pytest.raises(ValueError, match="did you mean"):
        check_sentence("trusts you {bond.thrust}")
    with pytest.raises(ValueError, match="not closed"):
        check_sentence("trusts you {bond.trust")


def test_nesting_has_a_limit_so_that_no_file_can_exhaust_the_stack() -> None:
    with pytest.raises(Wrong, match="more than 100 parts"):
        parse("(" * 500 + "1" + ")" * 500)


def test_every_input_of_the_vocabulary_can_be_read() -> None:
    fixed = [
        f"{first}.{second}"
        for first, (_, seconds, _) in FAMILIES.items()
        for second in seconds or ()
    ]
    for name in [*PLAIN, *fixed]:
        assert may_ask(name)
        assert callable(reader(name))


def test_what_has_no_name_in_it_is_constant() -> None:
    assert constant(parse("2 * 3 > 5")) == 1
    assert constant(parse("enough > 0.5")) is None


@given(st.text(max_size=60))
def test_any_text_is_either_read_or_refused_politely(text: str) -> None:
    position = 0
    try:
        parse(text)
    except Wrong as error:
        position = error.position
    assert 0 <= position <= len(text)


numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: f"({x:f})")


@given(
    st.recursive(
        numbers,
        lambda inner: st.tuples(inner, st.sampled_from("+-*/<>"), inner).map(
            lambda t: f"({t[0]}{t[1]}{t[2]})"
        ),
        max_leaves=12,
    )
)
def test_arithmetic_never_fails(text: str) -> None:
    assert not math.isnan(worth(text))


@pytest.mark.parametrize(
    "shape", ["{0}", "{0} - {0}", "{0} / 0.{1}1", "-{0} * {0}", "bell({0}, 0, 0.{1}1)"]
)
def test_no_product_leaves_the_numbers(shape: str) -> None:
    huge = "(" + "*".join(["9" * 20] * 20) + ")"
    assert abs(worth(shape.format(huge, "0" * 15))) <= 1e102


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1" + " + 1" * 100, "more than 100 parts, at character 401"),
        ("1" + " and 1" * 100, "more than 100 parts"),
        ("not " * 100 + "1", "more than 100 parts"),
        ("1" * 21, "a number with too many digits, at character 1"),
        ("1" + " " * 2000, "more than 2000 characters"),
    ],
)
def test_an_expression_that_would_end_pythons_stack_is_refused(text: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        parse(text)


def test_a_bell_far_from_its_peak_is_nothing() -> None:
    assert worth("bell(x, 0, 1)", x=1e300) == pytest.approx(0.0)
    assert worth("bell(x, 0, 1)", x=1.0) == pytest.approx(math.exp(-0.5))
    assert worth("bell(x, 0, 0)", x=1.0) == pytest.approx(0.0)
    assert worth("bell(x, 2, 0)", x=2.0) == 1.0
