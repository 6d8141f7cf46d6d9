"""An edit of one file costs about as much with very many motions as with few: what stands in those
that nobody edited is neither read, nor checked, nor sent again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from moggy import assemble
from moggy.assemble import begin
from moggy.behaviors.motions import Clip, MotionFile, clips
from moggy.config import SHIPPED, Files, Invalid
from moggy.designs import designs
from moggy.desk import Clerk, Desk
from moggy.messages import Edited
from moggy.yaml_file import _read

MANY = 300
"""Motions of the owner's; twice what else is remembered of files."""
YAWN = (SHIPPED["motions"] / "yawn.yaml").read_text(encoding="utf-8")
START = begin(Files(), seed=1, hour=10.0)
TEXTS = {**START.files, **{f"motions/m{n:03}.yaml": f"{YAWN}# {n}\n" for n in range(MANY)}}


def test_only_what_is_new_is_read() -> None:
    made = designs(START, TEXTS)
    before = _read.cache_info().misses
    more = designs(START, {**TEXTS, "motions/m000.yaml": f"{YAWN}# new\n"})
    assert _read.cache_info().misses - before < 10
    assert more.motions == made.motions
    with pytest.raises(Invalid, match=r"^motions/m007\.yaml:2: add\.antenna: neither the body"):
        designs(START, {**TEXTS, "motions/m007.yaml": "about: x\nadd: {antenna: 0.1}\n"})


def test_a_motion_of_another_that_is_edited_changes_too() -> None:
    texts = {**TEXTS, "motions/child.yaml": "extends: m000\n"}
    fade = designs(START, texts).motions["child"].fade
    edited = designs(START, {**texts, "motions/m000.yaml": YAWN.replace("fade: 0.3", "fade: 0.8")})
    assert (fade, edited.motions["child"].fade) == (0.3, 0.8)


def test_only_what_is_new_is_sent() -> None:
    clerk, who = Clerk(Files(), START), START.personality
    changed = clerk.changed({**TEXTS, "motions/new.yaml": YAWN}, TEXTS, who, who)
    assert list(changed) == ["motions"]
    assert list(changed["motions"]) == ["new"]
    assert clerk.changed(TEXTS, TEXTS, who, who) == {}


def test_only_what_is_new_is_made_ready_to_play(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []
    ready = clips

    def noted(motions: Mapping[str, MotionFile]) -> dict[str, Clip]:
        made.append(list(motions))
        return ready(motions)

    monkeypatch.setattr(assemble, "clips", noted)
    pet = assemble.born(START)
    pet.tick(0.0, [Edited(at=0.0, file="motions/new.yaml", text=YAWN)])
    pet.tick(0.02, [Edited(at=0.02, file="motions/yawn.yaml", text=f"{YAWN}# same\n")])
    assert made[1:] == [["new"]]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Path, Desk]]:
    (tmp_path / "motions").mkdir()
    desk = Desk(Files(tmp_path), START)
    yield tmp_path, desk
    desk.close()


def test_the_pet_gets_them_as_if_it_had_read_them_itself(own: tuple[Path, Desk]) -> None:
    folder, desk = own
    texts = dict(START.files)
    for name in ("b-b", "b", "yawn", "a"):
        file = f"motions/{name}.yaml"
        texts[file] = f"{YAWN}# {name}\n"
        (folder / file).write_text(texts[file], encoding="utf-8")
        assert desk.take(file, texts[file]) == {file: texts[file]}
    sent = designs(START, texts).motions
    assert list(sent) == [Path(file).stem for file in sorted(texts) if file.startswith("motions/")]
    assert sent["a"] == sent["b"] == sent["b-b"] == sent["yawn"]
