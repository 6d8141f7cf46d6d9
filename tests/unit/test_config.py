"""Designers' files: errors at the line, the owner's over the shipped, comments that stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from moggy.assemble import begin
from moggy.behaviors.tree import Tree
from moggy.body import Body
from moggy.config import Files, Invalid, parse, with_value
from moggy.personality import Personality
from tests.full_disk import no_file_above

CAT = Files().read("body/cat.yaml")


def error_of(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        parse("body/cat.yaml", text, Body)
    return caught.value


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_the_shipped_body_is_valid() -> None:
    body = parse("body/cat.yaml", CAT, Body)
    assert len(body.joints) == 17
    assert "neck" in body.zones


def test_an_unknown_key_names_the_line_and_the_likely_one() -> None:
    text = CAT.replace("speaker:", "speakr:")
    error = error_of(text)
    assert error.line == line_of(text, "speakr")
    assert "did you mean 'speaker'" in error.message


def test_a_value_out_of_range_names_the_line_the_key_and_the_range() -> None:
    text = CAT.replace("tail_yaw:    {min: -1.2", "tail_yaw:    {min: -9.0")
    error = error_of(text)
    assert error.line == line_of(text, "tail_yaw")
    assert "joints.tail_yaw.min" in error.message
    assert "-3.2" in error.message
    assert "-9.0" in error.message


def test_a_wrong_key_deep_in_a_tree_names_the_likely_one() -> None:
    tree = Files().shown("trees/cat.yaml").replace("dwell: [6, 90]", "dwel: [6, 90]", 1)
    with pytest.raises(Invalid) as caught:
        parse("trees/cat.yaml", tree, Tree)
    assert caught.value.line == line_of(tree, "dwel: ")
    assert "did you mean 'dwell'" in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "name: [",
        "just words",
        "- a\n- list",
        "",
        "a: *nowhere",
        "{" * 5000,
        "\x00",
        "name: !!python/object:os.system {}",
    ],
)
def test_what_is_no_yaml_is_an_error_and_never_a_crash(text: str) -> None:
    assert "body/cat.yaml:" in str(error_of(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nlikes_touch: {bely: 1}\n", "unknown name 'bely', did you mean 'belly'?"),
        ("name: x\nlikes_touch: {wings: 1}\n", "there are head, cheeks, chin"),
        ("name: x\nvoise: 2\n", "unknown key 'voise', did you mean 'voice'?"),
        ("name: x\nwings: 2\n", "unknown key 'wings'"),
        ("about: x\n", "'name' is missing"),
        (
            "name: x\nvoice: high\n",
            "valid number, unable to parse string as a number (it is 'high')",
        ),
    ],
)
def test_a_mistake_says_what_was_probably_meant_or_what_there_is(text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse("personalities/x.yaml", text, Personality)
    assert said in caught.value.message


def test_a_missing_file_names_the_likely_one() -> None:
    with pytest.raises(Invalid, match=r"did you mean 'personalities/shy\.yaml'"):
        Files().load("personalities/shi.yaml", Personality)


def test_the_owners_file_lies_over_the_shipped_one(tmp_path: Path) -> None:
    files = Files(tmp_path)
    text = "name: mine\ntemperament: {neuroticism: 0.9}\n"
    saved = files.save("personalities/cat.yaml", text, Personality)
    assert saved.is_relative_to(tmp_path)
    assert files.load("personalities/cat.yaml", Personality).name == "mine"
    assert Files().load("personalities/cat.yaml", Personality).name == "cat"


def test_an_invalid_text_is_not_saved(tmp_path: Path) -> None:
    files = Files(tmp_path)
    with pytest.raises(Invalid):
        files.save("personalities/cat.yaml", "name: mine\nlikes_tuoch: {}\n", Personality)
    assert list(tmp_path.rglob("*.yaml")) == []


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "personalities/../../x.yaml",
        "body/.hidden.yaml",
        "nonsense/cat.yaml",
        "body/cat.txt",
    ],
)
def test_a_name_cannot_leave_its_folder(name: str) -> None:
    with pytest.raises(Invalid):
        Files().path(name)


def test_one_value_changes_and_the_comments_stay() -> None:
    changed = with_value(
        "# a cat\ntemperament:\n  neuroticism: 0.5  # calm\n", "temperament.neuroticism", 0.9
    )
    assert changed == "# a cat\ntemperament:\n  neuroticism: 0.9  # calm\n"


def test_a_full_disk_is_said_with_the_files_name_and_costs_no_file(tmp_path: Path) -> None:
    files = Files(tmp_path)
    saved = files.save("personalities/cat.yaml", "name: mine\n", Personality)
    before = saved.read_text()
    with no_file_above(0), pytest.raises(OSError, match="too large") as full:
        files.save("personalities/cat.yaml", "name: other\n", Personality)
    assert full.value.filename == str(saved)
    assert {file: file.read_text() for file in saved.parent.iterdir()} == {saved: before}


def test_the_text_of_a_shipped_file_can_be_read_by_its_full_name(tmp_path: Path) -> None:
    files = Files(tmp_path)
    (tmp_path / "personalities").mkdir()
    (tmp_path / "personalities" / "cat.yaml").write_text("extends: cat\nvoice: 1.4\n")
    assert "voice: 1.4" in files.shown("personalities/cat.yaml")
    assert files.shown("shipped/personalities/cat.yaml") == Files().shown("personalities/cat.yaml")
    with pytest.raises(Invalid, match=r"^shipped/x/cat.yaml:1: no such file; names read"):
        files.shown("shipped/x/cat.yaml")
    with pytest.raises(Invalid, match=r"no such file; names read"):
        files.shown("personalities/c\0t.yaml")
    with pytest.raises(Invalid, match=r"stays as it is; save it as personalities/cat\.yaml"):
        files.save("shipped/personalities/cat.yaml", "name: x\n", Personality)


def test_a_file_of_the_owners_that_leads_nowhere_is_said_and_not_passed_over(
    tmp_path: Path,
) -> None:
    files, who = Files(tmp_path), "personalities/cat.yaml"
    path = tmp_path / who
    path.parent.mkdir()
    for target, said in (
        (path, "cannot be read (Too many levels of symbolic links)"),
        (tmp_path / "gone", "a link that leads nowhere"),
    ):
        path.unlink(missing_ok=True)
        path.symlink_to(target)
        with pytest.raises(Invalid) as refused:
            begin(files, seed=1, hour=10.0)
        assert str(refused.value).startswith(f"{who}:1: {said}")
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("no folder")
    with pytest.raises(Invalid, match=r"cat\.yaml:1: .*/personalities is not a folder; move it"):
        begin(files, seed=1, hour=10.0)


def test_saving_keeps_the_mode_of_a_file_and_writes_where_a_link_leads(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "personalities"
    folder.mkdir(parents=True)
    real = tmp_path / "kept elsewhere.yaml"
    real.write_text("name: before\n")
    real.chmod(0o640)
    (folder / "mine.yaml").symlink_to(real)
    Files(tmp_path / "home").save("personalities/mine.yaml", "name: mine\n", Personality)
    assert (folder / "mine.yaml").is_symlink()
    assert real.read_text() == "name: mine\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_saving_takes_no_file_that_lies_beside(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "personalities"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("name: before\n")
    (folder / "mine.yaml.new").write_text("a draft of mine")
    Files(tmp_path / "home").save("personalities/mine.yaml", "name: mine\n", Personality)
    assert sorted(path.name for path in folder.iterdir()) == ["mine.yaml", "mine.yaml.new"]
    assert (folder / "mine.yaml.new").read_text() == "a draft of mine"
