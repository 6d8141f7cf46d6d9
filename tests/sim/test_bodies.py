"""Lives in other bodies than the cat's, and `moggy body`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import moggy
from moggy.body import Body
from moggy.config import SHIPPED, Files, load
from moggy.main import app
from moggy.messages import Acceleration, AnySense
from moggy.sense_file import BadScript

BODIES = {path.stem: load(path, Body) for path in sorted(SHIPPED["body"].glob("*.yaml"))}
PLUSH = BODIES["plush"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "home"))


def said(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def stroked(body: Body) -> Iterator[AnySense]:
    """A hand that strokes from neck to back, again and again, after the pads have settled."""
    way = [pad.at for pad in body.pads.values() if pad.zone in ("neck", "back")]
    begin, end = way[0], way[-1]
    for n in range(1000):
        if (share := n % 100 / 90.0) > 1.0:
            yield moggy.Touch(at=32.0 + n / 50, pressure=0.0)
            continue
        x, y, z = (a + share * (b - a) for a, b in zip(begin, end, strict=True))
        yield moggy.Touch(at=32.0 + n / 50, position=(x, y, z), pressure=0.4, area=0.3)


@pytest.mark.parametrize("name", BODIES)
def test_every_body_purrs_when_it_is_stroked(name: str) -> None:
    life = moggy.live(moggy.Pet(body=name, seed=1), stroked(BODIES[name]), 55.0)
    assert max(tick.commanded.purr.level for tick in life.ticks) > 0.3
    events = {event.name for tick in life.ticks for event in tick.events}
    assert "stroked" in events
    assert all(set(sent) == set(BODIES[name].joints) for sent in life.sent)


def test_a_plush_is_not_lifted_and_says_what_it_cannot_feel() -> None:
    lifted = [Acceleration(at=1.0 + n / 50, z=1.6 if n < 20 else 1.0) for n in range(100)]
    life = moggy.live(moggy.Pet(body="plush", seed=1), lifted, 5.0)
    assert "lifted" not in {event.name for tick in life.ticks for event in tick.events}
    with pytest.raises(BadScript, match=r"no pads on the paws; it has some on head, neck"):
        moggy.live(moggy.Pet(body="plush"), [moggy.Touch(at=1.0, zone="paws", pressure=0.4)], 2.0)


def test_a_headless_life_in_another_body_draws_it_as_it_is_made(tmp_path: Path) -> None:
    done = said(
        "sim", "--headless", "--body", "plush", "--until", "1", "--pictures", "--out", f"{tmp_path}"
    )
    assert done.exit_code == 0, done.output
    drawn = {picture.read_bytes() for picture in (tmp_path / "pictures").glob("*.png")}
    done = said("sim", "--headless", "--until", "1", "--pictures", "--out", f"{tmp_path / 'cat'}")
    assert done.exit_code == 0, done.output
    assert drawn.isdisjoint(
        picture.read_bytes() for picture in (tmp_path / "cat" / "pictures").glob("*.png")
    )
    angles, pupils = PLUSH.drawn({}, 0.9)
    assert angles == {name: at for name, at in PLUSH.fixed.items() if name != "pupils"}
    assert pupils == PLUSH.fixed["pupils"], "its eyes have no lights"
    again = said("replay", str(tmp_path / "journal.mcap"))
    assert again.exit_code == 0, again.output


def test_every_shipped_body_can_be_built() -> None:
    done = said("body", "check")
    assert done.exit_code == 0, done.output
    assert [line.partition(":")[0] for line in done.output.splitlines()] == [*BODIES]
    assert "plush: 0 joints, 4 touch pads, purr" in done.output


def test_a_body_that_cannot_be_built_is_said_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "body"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("name: mine\njoints: {}\npads: {}\nwiring: {prr: 5}\n")
    done = said("body", "check", "plush", "mine")
    assert done.exit_code == 1
    assert "mine.yaml:4" in done.output
    assert "plush: 0 joints" in done.output


def test_what_is_fixed_is_a_joint_of_the_cat(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "body"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("name: mine\njoints: {}\npads: {}\nfixed:\n  hed_tilt: 0.1\n")
    done = said("body", "check", "mine")
    assert done.exit_code == 1
    assert "mine.yaml:5" in done.output
    assert "no joint 'hed_tilt', did you mean 'head_tilt'?" in done.output


def test_a_body_is_shown_with_how_it_plays_the_motions() -> None:
    done = said("body", "show", "plush")
    assert done.exit_code == 0, done.output
    assert "i2c_sda 4, i2c_scl 5, purr 15, stop 22" in done.output
    assert "that nothing of it plays" in done.output
    whole = said("body", "show", "cat").output
    assert "motions: " in whole
    assert "0 that nothing of it plays" in whole
    assert "what stands in" not in whole


@pytest.mark.parametrize("name", BODIES)
def test_an_exported_body_is_the_same_body(name: str, tmp_path: Path) -> None:
    done = said("body", "export", name, str(tmp_path / "body.json"))
    assert done.exit_code == 0, done.output
    text = (tmp_path / "body.json").read_text(encoding="utf-8")
    assert Body.model_validate(json.loads(text)) == BODIES[name]
    folder = tmp_path / "home" / "body"
    folder.mkdir(parents=True)
    (folder / "again.yaml").write_text(text, encoding="utf-8")
    assert Files(tmp_path / "home").load("body/again.yaml", Body) == BODIES[name]
