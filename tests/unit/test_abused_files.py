"""Files with mistakes of every kind are taken or refused at their line: nothing else escapes.

`python -m bench abuse_files --minutes 30` tries more of the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.abuse_files import NASTY, Tried, cat, loads, saves, scripts
from moggy.config import Files, Invalid
from moggy.designs import save
from moggy.yaml_file import read_yaml, with_comments, written

PIECES = st.sampled_from(
    [*NASTY, "a", "b: ", "\n", "\n  ", "1", " ", "- c\n", "{a: 1}", "[1, 2]", "*b", "&b "]
)


def test_saved_files_with_mistakes_are_taken_or_refused(tmp_path: Path) -> None:
    tried, attack = Tried("files"), saves(tmp_path)
    for seed in range(40):
        tried.one(seed, attack)
    assert tried.escaped == []
    assert tried.refused > 20
    assert tried.taken > 2


def test_bodies_days_and_laws_with_mistakes_are_read_or_refused() -> None:
    tried = Tried("files")
    for seed in range(60):
        tried.one(seed, loads)
    assert tried.escaped == []
    assert tried.refused > 20
    assert tried.taken > 2


def test_senses_with_mistakes_are_taken_or_refused(tmp_path: Path) -> None:
    tried, attack = Tried("senses"), scripts(tmp_path)
    for seed in range(400):
        tried.one(seed, attack)
    assert tried.escaped == []
    assert tried.refused > 200
    assert tried.taken > 2


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused_and_what_is_read_can_be_written(text: str) -> None:
    try:
        data = read_yaml("x.yaml", text)
        kept = with_comments("x.yaml", text)
    except Invalid:
        return
    assert read_yaml("x.yaml", written(kept)) == data


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("motions/groom.yaml", f"extends: {'é' * 300}\n"),
        (f"motions/{'é' * 200}.yaml", "name: x\n"),
        ("motions/\ud800.yaml", "name: x\n"),
        ("motions/a\0b.yaml", "name: x\n"),
    ],
)
def test_a_name_that_no_disk_can_hold_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(Invalid):
        save(Files(tmp_path), cat(), name, text)
