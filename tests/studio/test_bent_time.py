"""The hour, people and scenes of a simulated pet, as a page asks for them."""

from __future__ import annotations

from typing import Any

import pytest

from moggy.assemble import begin
from moggy.body import Body
from moggy.clock import BentClock
from moggy.config import Files, Invalid
from moggy.desk import Desk
from moggy.messages import Affect, AnySense, Command, Decision, LocalTime, PersonEstimate, Tick
from moggy.sim.bent_time import BentTime
from moggy.sim.studio.inbox import PageInbox
from moggy.sim.studio.talk import tell, understand
from moggy.sim.studio.view import time_shown
from tests.studio.test_inbox import OneFile

BODY = Files().load("body/cat.yaml", Body)


class Room:
    """A simulated pet's time and its inbox, ticked by hand."""

    def __init__(self) -> None:
        self.bent = BentTime(BentClock(), 17.0, BODY)
        self.inbox = PageInbox(OneFile(), lambda jpeg: None, bent=self.bent)
        self.now = 0.0

    def say(self, text: str) -> dict[str, Any] | None:
        said = understand(text)
        assert not isinstance(said, dict), said
        return tell(said, self.inbox)

    def live(self, seconds: float) -> list[AnySense]:
        felt: list[AnySense] = []
        for _ in range(round(seconds * 50)):
            self.now += 0.02
            senses = tuple(self.inbox.poll(self.now))
            self.bent(
                Tick(
                    at=self.now,
                    n=0,
                    senses=senses,
                    person=PersonEstimate(),
                    pet=Affect(),
                    decision=Decision(at=self.now, behavior="sit"),
                    commanded=Command(at=self.now),
                ),
                {},
            )
            felt += senses
        return felt


def test_a_scene_is_played_at_its_hour_and_ends_by_itself() -> None:
    room = Room()
    room.live(100.0)
    assert room.say('{"type": "scene", "file": "days/one.yaml"}') is None
    felt = room.live(2.0)
    (word,) = [sense for sense in felt if sense.kind == "words"]
    assert word.at == pytest.approx(101.02)
    assert [sense.hour for sense in felt if isinstance(sense, LocalTime)] == [19.5]
    shown = time_shown(room.bent)
    assert shown.hour == pytest.approx(19.5, abs=1 / 60 + 1e-9)
    assert shown.scene is not None
    assert (shown.scene.file, shown.scene.about) == ("days/one.yaml", "A word.")
    assert [sense.kind for sense in room.live(3.0)] == ["touch", "acceleration"], "hands off"
    assert time_shown(room.bent).scene is None


@pytest.mark.parametrize("way", ["end", "skip", "another"])
def test_a_scene_that_is_ended_says_nothing_more(way: str) -> None:
    room = Room()
    room.say('{"type": "scene", "file": "days/one.yaml"}')
    room.live(0.5)
    if way == "end":
        room.say('{"type": "end_scene"}')
    elif way == "skip":
        room.bent.clock.skipped += 3600.0
        room.now += 3600.0
    else:
        room.say('{"type": "scene", "file": "days/one.yaml"}')
    felt = room.live(0.9)
    assert not [sense for sense in felt if sense.kind == "words"]
    assert (room.bent.scene is None) == (way != "another")


def test_who_came_is_there_until_they_go() -> None:
    room = Room()
    for who, change in (("anna", "arrives"), ("ben", "arrives"), ("anna", "leaves")):
        room.say(f'{{"type": "person", "who": "{who}", "change": "{change}"}}')
        room.live(0.1)
    assert list(time_shown(room.bent).people) == ["ben"]


def test_the_hour_is_set_without_time() -> None:
    room = Room()
    room.live(1.0)
    assert room.say('{"type": "hour", "hour": 6.5}') is None
    room.live(0.1)
    assert room.bent.hour == pytest.approx(6.5, abs=0.001)
    assert room.bent.clock.bent, "the machine's clock does not set it back"


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "hour", "hour": 6.5}',
        '{"type": "skip", "seconds": 3600}',
        '{"type": "scene", "file": "days/one.yaml"}',
        '{"type": "end_scene"}',
    ],
)
def test_a_real_body_has_no_other_hour_and_no_scenes(text: str) -> None:
    inbox = PageInbox(OneFile(), lambda jpeg: None)
    said = understand(text)
    assert not isinstance(said, dict)
    answer = tell(said, inbox)
    assert answer is not None
    assert "real body" in answer["message"]
    assert inbox.scenes() == []


def test_a_scene_that_is_wrong_is_refused_at_its_line(tmp_path: Any) -> None:
    (tmp_path / "days").mkdir()
    wrong = "acts:\n  - {at: 1.0, say: hello}\n  - {at: 2.0, press: {pad: bely}}\n"
    (tmp_path / "days" / "mine.yaml").write_text(wrong, encoding="utf-8")
    files = Files(tmp_path)
    desk = Desk(files, begin(files, seed=1, hour=10.0))
    try:
        assert "days/mine.yaml" in desk.scenes()
        assert desk.scene("days/demo.yaml").seconds == 64
        with pytest.raises(Invalid, match=r"mine.yaml:3.*'bely'.*belly"):
            desk.scene("days/mine.yaml")
        with pytest.raises(Invalid, match="only days"):
            desk.scene("personalities/cat.yaml")
    finally:
        desk.close()


@pytest.mark.parametrize("file", Files().names("days"))
def test_a_shipped_scene_is_a_day_that_the_cat_can_feel(file: str) -> None:
    files = Files()
    desk = Desk(files, begin(files, seed=1, hour=10.0))
    try:
        assert desk.scene(file).about.endswith(".")
    finally:
        desk.close()
