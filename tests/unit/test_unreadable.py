"""Files that people name, and what they may be instead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from moggy import config
from moggy.config import Files, Invalid
from moggy.personality import Personality
from moggy.sense_file import BadScript, json_lines
from moggy.sensors.read_files import perceive_touch
from moggy.unreadable import Unreadable, readable
from moggy.yaml_reader import LONGEST


def refused(path: Path) -> str:
    with pytest.raises(Invalid) as caught:
        config.load(path, Personality)
    return str(caught.value)


def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "shy.yaml"
    os.mkfifo(pipe)
    assert refused(pipe) == "shy.yaml:1: cannot be read (it is a pipe, not a file)"
    with pytest.raises(BadScript, match=r"it is a pipe, not a file\); write one"):
        list(json_lines(pipe, "write one"))
    with pytest.raises(Unreadable, match="it is a pipe, not a file"):
        readable(pipe, "")


def test_a_device_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "it is a folder, not a file" in refused(tmp_path)
    endless = tmp_path / "zero.yaml"
    endless.symlink_to("/dev/zero")
    assert "it is a device, not a file" in refused(endless)
    with pytest.raises(BadScript, match="it is a device, not a file"):
        list(json_lines(Path("/dev/zero"), ""))


def test_a_file_of_another_encoding_is_refused_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "shy.yaml"
    path.write_bytes("name: shy\nabout: grün\n".encode("latin-1"))
    assert "shy.yaml:2: byte 0xfc is not UTF-8; save the file as UTF-8" in refused(path)
    path.write_bytes("name: shy\n".encode("utf-16"))
    assert "shy.yaml:1: this is UTF-16; save the file as UTF-8" in refused(path)


def test_the_mark_that_some_editors_write_first_is_no_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "shy.yaml"
    path.write_text("name: shy\n", encoding="utf-8-sig")
    assert config.load(path, Personality).name == "shy"
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"at": 1}\n', encoding="utf-8-sig")
    assert list(json_lines(lines, "")) == [(f"{lines}:1", {"at": 1})]


def test_no_more_than_the_bound_is_taken_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "personalities" / "shy.yaml"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(10_000_000_000)
    with pytest.raises(Invalid, match=f"more than {4 * LONGEST} bytes"):
        Files(tmp_path).read("personalities/shy.yaml")
    with pytest.raises(BadScript, match=r"shy\.yaml:1: a line of more than"):
        list(json_lines(path, ""))


def test_samples_of_touch_are_held_to_the_bounds_of_a_script(tmp_path: Path) -> None:
    path = tmp_path / "touch.jsonl"
    for line, said in (
        ('{"at": 1785400000.0, "zone": "back", "pressure": 0.4}', "not the time of a calendar"),
        ('{"at": 1, "kind": "acceleration", "x": 1e308}', "x: 1e\\+308 is no measurement"),
        ('{"at": 1, "kind": "acceleration", "x": NaN}', "not JSON"),
        ('{"at": 1, "zone": "bakc"}', "unknown zone 'bakc', did you mean 'back'"),
        ('{"at": 1, "zone": "back", "presure": 1}', "unknown field 'presure' of touch, did you"),
    ):
        path.write_text(f"{line}\n", encoding="utf-8")
        with pytest.raises(BadScript, match=rf"touch\.jsonl:1: .*{said}"):
            list(perceive_touch(path))


def test_days_between_two_touches_are_not_lived(tmp_path: Path) -> None:
    path = tmp_path / "touch.jsonl"
    near = '{"at": %s, "zone": "back", "pressure": 0.4}\n{"at": %s, "zone": "back"}\n'
    path.write_text(near % (1, 1.4) + near % (2_000_000, 2_000_000.4), encoding="utf-8")
    rows = list(perceive_touch(path))
    assert [row["at"] for row in rows if row["phase"] == "end"] == [1.16, 2_000_000.16]


def test_what_is_no_file_is_not_taken_for_absent(tmp_path: Path) -> None:
    (tmp_path / "personalities" / "shy.yaml").mkdir(parents=True)
    with pytest.raises(Invalid, match=r"^personalities/shy\.yaml:1: cannot be read \(it is a fold"):
        Files(tmp_path).load("personalities/shy.yaml", Personality)
