"""Response curves and design laws in numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from moggy.behaviors.curve import AnyTerm
from moggy.behaviors.law_scene import LawScene
from moggy.behaviors.laws import Laws, Violation, violations
from moggy.messages import Affect, Command, Decision, Event, PersonEstimate, Purr, Tick
from moggy.personality import Personality

# ── Curves ───────────────────────────────────────────────────────────────────────────────────────


def curve(**term: Any) -> Callable[[float], float]:
    found: Any = TypeAdapter(AnyTerm).validate_python({"of": "valence", **term})
    response: Callable[[float], float] = found.response()
    return response


def test_a_term_that_names_no_curve_is_a_straight_line_flat_outside_its_ends() -> None:
    rises = curve(zero=0.2, one=0.6)
    assert [rises(x) for x in (-1.0, 0.2, 0.4, 0.6, 2.0)] == pytest.approx([0, 0, 0.5, 1, 1])
    falls = curve(curve="linear", zero=0.6, one=0.2)
    assert [falls(x) for x in (0.0, 0.3, 0.9)] == pytest.approx([1.0, 0.75, 0.0])


def test_a_soft_threshold_is_one_half_in_its_middle() -> None:
    soft = curve(curve="logistic", half=0.4, slope=10.0)
    assert [soft(x) for x in (0.4, 0.5, 0.3)] == pytest.approx([0.5, 0.7311, 0.2689], abs=1e-4)
    assert curve(curve="logistic", half=0.4)(0.5) == soft(0.5)


def test_a_bell_is_one_at_its_peak_and_061_a_width_beside_it() -> None:
    bell = curve(curve="gaussian", peak=0.4, width=0.1)
    assert [bell(x) for x in (0.4, 0.5, 0.3)] == pytest.approx([1.0, 0.6065, 0.6065], abs=1e-4)


def test_a_step_has_one_value_below_and_another_from_there_on() -> None:
    step = curve(curve="step", at=0.5, below=0.1, above=0.7)
    assert [step(x) for x in (0.49, 0.5, 0.51)] == [0.1, 0.7, 0.7]
    assert [curve(curve="step", at=0.5)(x) for x in (0.49, 0.5)] == [0.0, 1.0]


def test_a_floor_lifts_the_whole_curve() -> None:
    lifted = curve(floor=0.2)
    assert [lifted(x) for x in (0.0, 0.5, 1.0)] == pytest.approx([0.2, 0.6, 1.0])
    assert curve(floor=0.2, zero=-0.5, one=0.5)(0.0) == pytest.approx(0.6)


@pytest.mark.parametrize(
    "term",
    [
        {"weight": 1.01},
        {"floor": -0.01},
        {"zero": 1.01e4},
        {"zero": -1.01e4},
        {"one": 1.01e4},
        {"one": -1.01e4},
        {"curve": "logistic", "half": 1.01e4},
        {"curve": "logistic", "half": -1.01e4},
        {"curve": "logistic", "half": 0.5, "slope": 101.0},
        {"curve": "logistic", "half": 0.5, "slope": -101.0},
        {"curve": "gaussian", "peak": 1.01e4, "width": 1.0},
        {"curve": "gaussian", "peak": -1.01e4, "width": 1.0},
        {"curve": "gaussian", "peak": 0.5, "width": 1.01e4},
        {"curve": "gaussian", "peak": 0.5, "width": 0.0},
        {"curve": "step", "at": 1.01e4},
        {"curve": "step", "at": -1.01e4},
    ],
)
def test_a_number_out_of_its_range_is_refused(term: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"(less|greater) than"):
        curve(**term)


def test_the_last_answer_is_remembered_and_no_other() -> None:
    step = curve(curve="step", at=0.5, below=0.1)
    assert [step(x) for x in (0.0, 0.9, 0.9, 0.0, 0.9)] == [0.1, 1.0, 1.0, 0.1, 1.0]
    assert curve(curve="step", at=-1.0, above=0.6)(0.0) == 0.6


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────


def tick(at: float, purr: float = 0.0, *events: str) -> Tick:
    return Tick(
        at=at,
        n=round(at * 10),
        person=PersonEstimate(),
        pet=Affect(),
        decision=Decision(at=at, behavior="loaf", why="loafs"),
        commanded=Command(at=at, purr=Purr(level=purr)),
        events=tuple(Event(at=at, name=name) for name in events),
    )


def breaches(law: dict[str, Any], ticks: list[Tick], **more: Any) -> list[float]:
    """When a life breaks this law."""
    laws = Laws.model_validate({"laws": [{"id": "x", "says": "it must not", **law}], **more})
    cat = Personality(name="cat")
    return [found.at for found in violations(laws, LawScene(cat, 12.0), ticks)]


def purring(*spans: tuple[float, float], until: float = 10.0) -> list[Tick]:
    """A life that purrs from `begin` up to before `end`, at ten ticks a second."""
    times = [n / 10 for n in range(round(until * 10))]
    return [tick(at, 0.5 * any(a <= at < b for a, b in spans)) for at in times]


def test_what_never_may_be_is_reported_when_it_begins_and_again_the_next_time() -> None:
    never = {"never": "purr > 0.1"}
    assert breaches(never, purring((2.0, 4.0), (6.0, 7.0))) == [2.0, 6.0]
    laws = Laws.model_validate({"laws": [{"id": "x", "says": "it must not", **never}]})
    (found,) = violations(laws, LawScene(Personality(name="cat"), 12.0), [tick(1.0, 0.5)])
    assert found == Violation("x", 1.0, "it must not", "loaf")


def test_a_law_holds_only_during_what_it_names() -> None:
    life = purring((2.0, 9.0))
    assert breaches({"never": "purr > 0.1", "during": "seconds > 5"}, life) == [5.1]


def answered(*events: float, purrs: tuple[float, float] = (99.0, 99.0)) -> list[Tick]:
    times = [n / 10 for n in range(100)]
    return [
        tick(at, 0.5 * (purrs[0] <= at < purrs[1]), *(["hit"] if at in events else []))
        for at in times
    ]


def test_what_must_follow_is_missed_when_its_time_is_over() -> None:
    law = {"after": "now.hit", "within": 1.5, "must": "purr > 0.1"}
    assert breaches(law, answered(2.0)) == [3.6]
    assert breaches(law, answered(2.0, purrs=(3.5, 4.0))) == []
    assert breaches(law, answered(2.0, purrs=(3.6, 4.0))) == []
    assert breaches(law, answered(2.0, purrs=(3.7, 4.0))) == [3.6]
    assert breaches(law, answered(2.0, purrs=(2.0, 2.1))) == []
    assert breaches(law, answered(2.0, 3.0)) == [3.6], "the first of them counts"
    assert breaches(law, answered(2.0, 5.0)) == [3.6, 6.6]


def test_a_stretch_is_too_long_from_its_length_on_and_a_pause_begins_a_new_one() -> None:
    law = {"longest": 2.0, "of": "purr > 0.1"}
    assert breaches(law, purring((1.0, 9.0))) == [3.1]
    assert breaches(law, purring((1.0, 3.0), (3.1, 5.0))) == []
    assert breaches(law, purring((0.0, 1.0), (4.0, 9.0))) == [6.1]


def test_so_many_may_begin_in_so_much_time() -> None:
    law = {"at_most": 2, "of": "purr > 0.1", "per": 3.0}
    often = [(1.0, 1.5), (2.0, 2.5), (3.0, 3.5)]
    assert breaches(law, purring(*often)) == [3.0]
    assert breaches(law, purring((1.0, 1.5), (2.0, 2.5), (4.0, 4.5))) == []
    assert breaches(law, purring((1.0, 9.0))) == []
    assert breaches({**law, "at_most": 0}, purring((1.0, 1.5))) == [1.0]


@pytest.mark.parametrize(
    "law",
    [
        {"at_most": 2, "of": "purr > 0.1", "per": 3.0, "within": 1.0},
        {"never": "purr > 0.1", "of": "purr > 0.1"},
        {"longest": 2.0, "per": 3.0},
    ],
)
def test_a_law_with_keys_of_two_shapes_or_of_none_is_refused(law: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="give `never`, or"):
        breaches(law, [])


def test_words_of_a_law_stand_for_their_expressions_everywhere() -> None:
    life = answered(2.0)
    let = {"loud": "purr > 0.4 or now.hit", "loudest": "purr > 0.9", "struck": "now.hit"}
    assert breaches({"never": "not loud and since.hit < 0.3"}, life, let=let) == [2.1]
    assert breaches({"never": "loudest or loud and loud"}, life, let=let) == [2.0]
    assert breaches({"never": "purr > 0.4", "during": "loud"}, life, let=let) == []
    after = {"after": "struck", "within": 1.0, "must": "loudest"}
    assert breaches(after, life, let=let) == [3.1]
    assert breaches({"at_most": 0, "of": "struck", "per": 1.0}, life, let=let) == [2.0]


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"after": "purr > 1", "within": 1.0},
        {"longest": 1.0},
        {"at_most": 1, "of": "purr > 1"},
        {"at_most": 1, "per": 1.0},
        {"never": "purr > 1", "after": "purr > 1", "within": 1.0, "must": "purr > 1"},
        {"longest": 1.0, "of": "purr > 1", "at_most": 1, "per": 1.0},
    ],
)
def test_a_law_has_exactly_one_shape(shape: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="law x: give"):
        breaches(shape, [])


def test_laws_that_are_no_laws_are_refused_by_the_schema() -> None:
    wrong: list[Any] = [[], {"let": {"a": "purr"}}, {"let": [], "laws": []}, {"laws": ["x"]}]
    for data in wrong:
        with pytest.raises(ValueError, match="validation error"):
            Laws.model_validate(data)
