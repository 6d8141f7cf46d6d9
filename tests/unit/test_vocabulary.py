"""The names that all rooms share stand once, and what uses them agrees with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from moggy import vocabulary, wire
from moggy.actuators import calls, reactions
from moggy.assemble import begin
from moggy.brain.appraisals import Appraisals
from moggy.brain.language import prompts
from moggy.brain.memory import diary
from moggy.config import Files, Invalid
from moggy.designs import designs
from moggy.vocabulary import (
    CALLS,
    CLASS_PLACES,
    CLASS_PRIOR,
    CLASSES,
    DRIVES,
    EMOTIONS,
    EVENTS,
    GESTURE_EVENTS,
    GESTURES,
    INTENT_EVENTS,
    INTENTS,
    PET_EVENTS,
    SEEN_EVENTS,
    SETTINGS,
    TOLD_EVENTS,
    TRAITS,
    ZONES,
    BoardState,
    BodyMotionName,
    EventKind,
    declare_event,
    events_of,
    known,
)

ROOT = Path(__file__).resolve().parents[2]
SETS = {
    "CLASSES": frozenset(CLASSES),
    "EMOTIONS": frozenset(EMOTIONS),
    "DRIVES": frozenset(DRIVES),
    "TRAITS": frozenset(TRAITS),
    "GESTURES": frozenset(GESTURES),
    "ZONES": frozenset(ZONES),
    "INTENTS": frozenset(INTENTS),
    "SETTINGS": frozenset(SETTINGS),
    "CALLS": frozenset(CALLS),
    "BodyMotionName": frozenset(get_args(BodyMotionName)),
    "BoardState": frozenset(get_args(BoardState)),
    "urgent events": frozenset(name for name, kind in EVENTS.items() if kind.urgent),
    "addressing events": frozenset(name for name, kind in EVENTS.items() if kind.addresses),
    "kind events": frozenset(name for name, kind in EVENTS.items() if kind.kindly),
    "rough events": frozenset(name for name, kind in EVENTS.items() if kind.rough),
}


def sources() -> Iterator[Path]:
    for room in ("moggy", "brain", "sensors", "behaviors", "actuators", "sim", "bench"):
        for path in sorted((ROOT / room).rglob("*.py")):
            inside = path.relative_to(ROOT).parts
            if "node_modules" not in inside and not any(
                (ROOT / Path(*inside[:n])).is_symlink() for n in range(1, len(inside) + 1)
            ):
                yield path


def listed(tree: ast.AST) -> Iterator[tuple[int, frozenset[str]]]:
    """(line, words) of every tuple, list, set or `Literal` of words in a source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            words = [each.value for each in node.elts if isinstance(each, ast.Constant)]
            if len(words) == len(node.elts):
                yield node.lineno, frozenset(word for word in words if isinstance(word, str))


LABEL_ORDER = "benchmark.py"
"""Lists the classes in the order of a data set's labels, which is not ours to choose."""


def said_again(path: Path, text: str) -> list[str]:
    return [
        f"{path.name}:{line} lists {name}"
        for line, words in listed(ast.parse(text))
        for name, members in SETS.items()
        if len(words) > 3 and len(words ^ members) <= 1
    ]


def test_no_set_of_names_is_listed_a_second_time() -> None:
    again = [
        found
        for path in sources()
        if path.name not in ("vocabulary.py", LABEL_ORDER)
        for found in said_again(path, path.read_text(encoding="utf-8"))
    ]
    assert again == []


def test_a_set_that_is_listed_again_is_found() -> None:
    text = 'DRIVES = ("energy", "company", "play", "comfort", "curiosity")\n'
    assert said_again(Path("copy.py"), text) == ["copy.py:1 lists DRIVES"]


def test_the_page_has_a_switch_for_every_setting_but_the_stop() -> None:
    text = (ROOT / "sim" / "studio" / "page" / "src" / "main.tsx").read_text(encoding="utf-8")
    modes = text[text.index("const MODES") :]
    listed = re.findall(r'\["(\w+)", "', modes[: modes.index("];")])
    assert listed == [name for name in SETTINGS if name != "stop"]


def test_every_class_has_a_place_and_a_prior() -> None:
    assert tuple(CLASS_PLACES) == tuple(CLASS_PRIOR) == CLASSES
    assert sum(CLASS_PRIOR.values()) == pytest.approx(1.0)


def test_every_gesture_wish_and_named_feeling_has_its_event() -> None:
    assert tuple(GESTURE_EVENTS) == GESTURES or set(GESTURE_EVENTS) == set(GESTURES)
    assert set(INTENT_EVENTS) == set(INTENTS) - {"none"}
    assert set(SEEN_EVENTS) == {*CLASSES, "calm"} - {"neutral"}
    assert {*PET_EVENTS, *TOLD_EVENTS} < set(SEEN_EVENTS)


def test_the_shipped_table_appraises_every_event_but_advice() -> None:
    table = Files().load("appraisals/cat.yaml", Appraisals)
    assert set(table.events) == set(EVENTS) - {"advised"}


def test_tables_about_events_name_only_events() -> None:
    for table in (reactions.ANSWERS, prompts.HAPPENED, diary.WORTH_TELLING):
        assert set(table) <= set(EVENTS)


def test_every_call_has_a_shape_and_every_state_of_the_board_a_name() -> None:
    assert set(calls.SHAPES) == set(CALLS)
    assert set(wire.STATES) - {"starting"} <= set(get_args(BoardState))


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="unknown zone 'bely', did you mean 'belly'"):
        known("zone", ZONES)("bely")


def test_an_event_of_ones_own_may_be_declared_once() -> None:
    kind = EventKind("it gets warm")
    try:
        declare_event("warmed_up", kind)
        declare_event("warmed_up", kind)
        with pytest.raises(ValueError, match="declared already"):
            declare_event("warmed_up", EventKind("something else"))
    finally:
        del vocabulary.EVENTS["warmed_up"]


@pytest.mark.parametrize(
    ("name", "old", "new", "near"),
    [
        ("trees/cat/reflexes.yaml", "[loud_noise", "[loud_niose", "loud_noise"),
        ("trees/cat/reflexes.yaml", "call: hiss", "call: hisss", "hiss"),
        ("trees/cat.yaml", "since.rough > 10", "since.roguh > 10", "since.rough"),
        ("appraisals/cat.yaml", "  scolded:", "  scoldde:", "scolded"),
        ("appraisals/cat.yaml", "  face:    {", "  faec:    {", "face"),
        ("personalities/shy.yaml", "belly:", "bely:", "belly"),
        ("personalities/shy.yaml", "hide:", "hied:", "hide"),
    ],
)
def test_a_wrong_name_in_a_file_is_refused_with_its_line_and_the_nearest(
    name: str, old: str, new: str, near: str
) -> None:
    start = begin(Files(), seed=1, hour=10.0, personality="shy")
    text = start.files[name]
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(Invalid) as error:
        designs(start, {**start.files, name: text.replace(old, new, 1)})
    assert error.value.file == name
    assert abs(error.value.line - line) <= 2
    assert f"did you mean '{near}'" in error.value.message


def test_groups_of_events_are_what_the_kinds_say() -> None:
    assert set(events_of("rough")) == {"hit", "squeezed", "shaken"}
    assert set(events_of("turned_to")) < {n for n, kind in EVENTS.items() if kind.addresses}
    assert {"praised", "patted", "smiled_at"} <= set(events_of("turned_to"))
    assert "scolded" not in events_of("turned_to")
    assert events_of("hit") == ("hit",)
    with pytest.raises(ValueError, match="'rough' is a group of events"):
        declare_event("rough", EventKind("something"))
