"""The reader of designers' files: bounds, mistakes at their line, the values that words mean."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from moggy.config import Files
from moggy.yaml_file import Invalid, line_of, read_yaml, with_comments, written
from moggy.yaml_reader import DEEPEST, LARGEST, LONGEST, read


def refused(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_yaml("trees/x.yaml", text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: " + "[" * 100_000, 2, f"more than {DEEPEST} mappings and lists within one"),
        ("- " * 50_000, 1, f"more than {DEEPEST} mappings and lists within one"),
        ("\n".join(" " * n + "a:" for n in range(300)), DEEPEST + 1, "within one another"),
        ("a: [" + "1, " * LARGEST + "]", 1, f"more than {LARGEST} keys and values"),
        (
            "a: 1\nb: " + "x" * 190_000,
            2,
            "a text of 190000 characters; at most 10000 are read: make",
        ),
        ("a: " + "x" * LONGEST, 1, f"{LONGEST + 3} characters; at most {LONGEST} are read"),
        ("a: 1\nb: &b [*b]", 2, "the alias *b stands within its own anchor"),
        ("a: 1\nb: *b", 2, "no anchor &b before this alias"),
        ("a: &n 1\nb: &n 2", 2, "the anchor &n stands here and in line 1; rename one"),
        ("a: &n [1]\nb: [&n {c: d}]", 2, "the anchor &n stands here and in line 1"),
        ("a: &n [&n 1]", 1, "the anchor &n stands here and in line 1"),
        ("a: [&n 1, &n 2]", 1, "the anchor &n stands here and in line 1"),
        ("a: 1\n9223372036854775803: 2", 2, "a key is a word, not so large a number"),
        ("a: 1\n-1e30: 2", 2, "a key is a word, not so large a number"),
        ("a: &a {<<: *a}", 1, "the key << is not read"),
        ("a: 1\nb: !!bool foo", 2, "the tag !!bool is not read; leave it out"),
        ("a: 1\nb: " + "9" * 5000, 2, "a number of 5000 characters"),
        ("a: 1\nb: 0b_", 2, "0b_ is no number; a word is written in quotes: '0b_'"),
        ("a: 1\nb: [0o_]", 2, "0o_ is no number"),
        ("a: 1\nb: 1e999", 2, "1e999 is not a number that anything can have"),
        ("a: 1\nb: [-.inf]", 2, "-.inf is not a number that anything can have"),
        ("a: 1\nb: .nan", 2, ".nan is not a number that anything can have"),
        ("a: 1\nb: '\0'", 2, r"the character '\x00' cannot stand in a file"),
        ("a: 1\nb: \ud800", 2, r"the character '\ud800' cannot stand in a file"),
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' stands here and in line 1; keep one"),
        ("a:\n  b: 1\n  c: {b: 1,\n    b: 2}", 4, "the key 'b' stands here and in line 3"),
        ("a: {b: 1, c: 2\nd: 3", 1, "the '{' that opens here is not closed: a ',' or '}' is miss"),
        ("a:\n- [1\n", 2, "the '[' that opens here is not closed: a ',' or ']' is missing at the"),
        ("a:\n- [1,\n  2\nb: 3", 2, "the '[' that opens here is not closed: a ',' or ']' is miss"),
        ("a:\n- [1,\n", 2, "the '[' that opens here is not closed: a value or ']' is missing at"),
        ("a: 1\nb: {c: [1, 2}", 2, "a ',' or ']' is missing after the '[' of this line"),
        ("a: 1\nb: {c: 1}}\nd: 2", 2, "a '}' that closes nothing; leave it out"),
        ("- a\n- [1, 2]]", 2, "a ']' that closes nothing; leave it out"),
        ("- a\nb: 1", 2, "it does not go on with the list above"),
        ("a: - b", 1, "a list's '-' behind something else"),
        ("a: {b:1}", 1, "a space is missing after a ':'"),
        ('a: "\\x9"', 1, "without the number of a character; use single quotes"),
        ('a: "\\ud800"', 1, "without the number of a character; use single quotes"),
        ("%YAML 9.9\n---\na: 1", 1, "a line that begins with '%'; leave it out"),
        ("%\na: 1", 1, "a line that begins with '%'; leave it out"),
        ("~: 1\n~: 2", 2, "the key 'null' stands here and in line 1"),
        ("true: 1\ntrue: 2", 2, "the key 'true' stands here and in line 1"),
        ('a: 1\nb: "c\nd: 2', 2, "the quote that opens here is not closed"),
        ("a: {b: 1,\n c: @}", 2, "the '{' of line 1 is still open"),
        ("? [a]\n: b", 1, "a key is a word, not a list or a mapping"),
        ("%YAML 1.1\n---\na: yes", 1, "lines that begin with % are not read"),
        ("a: 1\n---\nb: 2", 2, "a second document begins here"),
        ("a: b: c", 1, "a ':' where none can be; indent the line like those beside it, or"),
        ("a:\n\t- x", 2, "a tab stands before what it says; use spaces"),
        ("a: 1\n\tb: 2", 2, "it is indented with a tab; use spaces"),
        ("a: @x", 1, "nothing can begin with '@'; put it in quotes"),
        ("a: 1\n- b", 2, "it does not go on from what is above; indent it like those beside it"),
        ("'a'\n: 1", 2, "it does not go on from what is above; indent it like those beside it"),
        ("a: &", 1, "a value that begins with '&' or '*'; put it in quotes"),
        ("a: !x!y z", 1, "a value that begins with '!'; put it in quotes"),
        ("x: }", 1, "a value is missing before this"),
        ("%FOO\na: 1", 1, "a line that begins with '%'; leave it out"),
        ("", 1, "should be keys and values"),
        ("- a", 1, "should be keys and values"),
    ],
)
def test_a_mistake_is_refused_at_its_line(text: str, line: int, said: str) -> None:
    error = refused(text)
    assert said in error.message
    assert error.line == line


def test_aliases_are_counted_as_what_they_stand_for() -> None:
    doubling = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
    assert "aliases that stand for more" in refused(f"a0: &a0 [x]\n{doubling}").message
    nested = "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, DEEPEST + 1))
    assert "within one another" in refused(f"a0: &a0 [x]\n{nested}").message
    long = f"a: &a {'x' * 9_000}\nb: [{'*a, ' * 200}]"
    assert "aliases that stand for more" in refused(long).message


def test_an_alias_is_what_its_anchor_says() -> None:
    data = read_yaml("x.yaml", "a: &one {b: [1, 2]}\nc: *one\nd: &two 3\ne: [*two, *two]\n")
    assert data == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}, "d": 3, "e": [3, 3]}


def test_what_is_at_the_bounds_is_read() -> None:
    deep = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert read_yaml("x.yaml", f"a: {deep}\n")["a"] == eval(deep)
    many = read_yaml("x.yaml", "a: [" + "1, " * (LARGEST - 3) + "]")
    assert len(many["a"]) == LARGEST - 3


@pytest.mark.parametrize("name", Files().all())
def test_shipped_files_are_read_as_the_writer_reads_them(name: str) -> None:
    text = Files().shown(name)
    data: Any = read(text).data
    assert data == YAML(typ="rt").load(text)
    assert read(written(data)).data == data


@pytest.mark.parametrize(
    "word",
    ["'1'", '"2"', "-.5", "1__0", "e5", "_1", "190:20:30.15"],
)
def test_words_mean_what_the_writer_takes_them_for(word: str) -> None:
    """The studio's patches compare one with the other."""
    text = f"a: {word}\n"
    mine, theirs = read(text).data["a"], YAML(typ="safe").load(text)["a"]
    assert (type(mine), mine) == (type(theirs), theirs)


def test_the_line_of_a_place_is_that_of_its_key_or_item() -> None:
    text = "a:\n  - b: 1\n  - {c: 2,\n     d: 3}\n\ne: >\n  long\n  text\nf: 1\n"
    places = {("a",): 1, ("a", 0): 2, ("a", 1, "d"): 4, ("e",): 6, ("f",): 9, ("a", 7): 1}
    assert {where: line_of("x.yaml", text, where) for where in places} == places


def test_what_is_refused_is_refused_for_its_comments_too() -> None:
    with pytest.raises(Invalid, match="within one another"):
        with_comments("x.yaml", "a: " + "[" * 100_000)


@pytest.mark.parametrize("text", ["a: # b|+\n  c\n\n", "a: 1.5\t\t? \n", "a: |# b\n\n    c\n"])
def test_where_comments_cannot_be_kept_that_is_said(text: str) -> None:
    with pytest.raises(Invalid, match=r"x\.yaml:\d: its comments cannot be kept"):
        with_comments("x.yaml", text)


def test_a_comment_never_becomes_a_value() -> None:
    document = with_comments("x.yaml", "a: # not a value\n>\n")
    with pytest.raises(Invalid, match="could be taken for values"):
        written(document)


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\ufeff"])
def test_line_ends_that_readers_take_differently_are_refused(mark: str) -> None:
    said = refused(f"a: 1\nb: c{mark}d\n")
    assert said.line == 2
    assert "cannot stand in a file" in said.message
    assert read_yaml("x.yaml", "\ufeffa: 1\n") == {"a": 1}


def test_a_date_is_a_text_for_the_writer_too() -> None:
    document = with_comments("x.yaml", "a: 2020-01-01 # b\n")
    assert document == {"a": "2020-01-01"}
    assert read_yaml("x.yaml", written(document)) == document


def test_a_message_about_a_long_text_is_short() -> None:
    assert len(str(refused(f"{'k' * 5000}: 1\n{'k' * 5000}: 2"))) < 700
