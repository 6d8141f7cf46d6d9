"""Somebody comes and goes without a script: by a face, a voice, a hand or words."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from bench.rehearse import a_mind, rehearse, touch
from moggy.brain.appraisals import Appraisals
from moggy.config import Files
from moggy.messages import AnySense, Face, Person, Posture, Voice, Words
from moggy.personality import Personality

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
RULE = TABLE.presence
REST = {"mouthSmileLeft": 0.1, "mouthSmileRight": 0.1}


def moves(
    senses: Sequence[AnySense], until: float = 60.0, rate: float = 50.0, table: Appraisals = TABLE
) -> list[tuple[str, float, str | None]]:
    """Who arrived and left, and when, to 10 ms."""
    mind = a_mind(table, Personality(name="cat"))
    return [
        (event.name, round(event.at, 2), event.person)
        for moment in rehearse(mind, sorted(senses, key=lambda s: s.at), until, rate=rate)
        for event in moment.events
        if event.name in ("arrived", "left")
    ]


def seen(
    begin: float,
    end: float,
    *,
    person: str = "someone",
    every: float = 0.1,
    blinks: bool = True,
    sways: bool = True,
) -> list[AnySense]:
    """A face as the camera's process tells of it: it sways by a centimetre and blinks each 4 s."""
    faces: list[AnySense] = []
    for n in range(round((end - begin) / every)):
        at = begin + n * every
        lids = 0.6 if blinks and at % 4.0 < 0.15 else 0.1
        yaw = 0.1 + (0.02 * math.sin(at) if sways else 0.0)
        shapes = {**REST, "eyeBlinkLeft": lids, "eyeBlinkRight": lids}
        faces.append(
            Face(
                at=at, person=person, blendshapes=shapes, bearing=(yaw, 0.2), distance=0.8,
                looking=0.8,
            )
        )  # fmt: skip
    return faces


def speaks(begin: float, end: float) -> list[AnySense]:
    count = round((end - begin) * 10)
    return [Voice(at=begin + n / 10, level=-30.0, pitch=160.0) for n in range(count)]


@pytest.mark.parametrize("rate", [10.0, 50.0, 200.0])
def test_a_face_arrives_after_a_second_and_is_gone_three_minutes_after_it_was_seen(
    rate: float,
) -> None:
    assert moves(seen(20.0, 80.0), 300.0, rate) == [
        ("arrived", 21.0, "someone"),
        ("left", pytest.approx(79.9 + RULE.leaves, abs=0.02), "someone"),
    ]


def test_a_hand_a_voice_and_words_bring_somebody_too() -> None:
    assert moves(list(touch("back", 1.0, 3.0)))[0][0] == "arrived"
    assert moves(speaks(1.0, 3.0)) == [("arrived", 1.5, "someone")]
    assert moves([Words(at=2.0, text="hello", person="anna")]) == [("arrived", 2.0, "anna")]


def test_a_glimpse_a_blow_a_click_and_a_noise_bring_nobody() -> None:
    assert moves(seen(1.0, 1.8)) == []
    assert moves([*seen(1.0, 1.2), *seen(2.1, 2.3), *seen(5.0, 5.2)]) == []
    assert moves(list(touch("back", 1.0, 1.1, "hit"))) == []
    assert moves(speaks(1.0, 1.2)) == []
    assert moves([Voice(at=1.0 + n / 10, level=-20.0) for n in range(50)]) == []
    assert moves([Posture(at=1.0 + n / 5) for n in range(50)]) == [], "a body without a face"


def test_a_face_that_is_lost_for_some_looks_neither_comes_nor_goes_again() -> None:
    flickers = [face for face in seen(1.0, 400.0) if int(face.at * 10) % 7 < 2]
    assert [name for name, _, _ in moves(flickers, 420.0)] == ["arrived"]
    gaps = [face for face in seen(1.0, 900.0) if face.at % 120.0 < 5.0]
    assert [name for name, _, _ in moves(gaps, 900.0)] == ["arrived"]


def test_one_look_a_second_is_enough_to_arrive_within_three() -> None:
    ((name, at, _),) = moves(seen(1.0, 20.0, every=1.0))
    assert (name, at) == ("arrived", 4.0)


def test_a_body_a_voice_or_a_hand_keeps_somebody_there() -> None:
    turned_away: list[AnySense] = [Posture(at=5.0 + n) for n in range(600)]
    assert [name for name, _, _ in moves([*seen(1.0, 5.0), *turned_away], 650.0)] == ["arrived"]
    talks = [sense for n in range(6) for sense in speaks(100.0 * n, 100.0 * n + 1.0)]
    assert [name for name, _, _ in moves([*seen(1.0, 5.0), *talks], 600.0)] == ["arrived"]


def test_what_a_script_says_counts_once_and_lasts_until_it_says_otherwise() -> None:
    comes = Person(at=1.0, person="anna", change="arrives")
    goes = Person(at=800.0, person="anna", change="leaves")
    said = [("arrived", 1.0, "anna"), ("left", 800.0, "anna")]
    assert moves([comes, *seen(1.0, 60.0), goes], 900.0) == said
    again = Person(at=30.0, change="arrives")
    assert moves([*seen(20.0, 40.0), again], 900.0) == [("arrived", 21.0, "someone")]


def test_whoever_is_said_to_leave_must_be_out_of_sight_before_they_come_again() -> None:
    comes = Person(at=1.0, person="anna", change="arrives")
    goes = Person(at=20.0, person="anna", change="leaves")
    found = moves([comes, goes, *seen(2.0, 40.0), *seen(45.0, 50.0)])
    assert [name for name, _, _ in found] == ["arrived", "left", "arrived"]
    assert 46.0 <= found[2][1] <= 47.0


def test_whoever_was_noticed_without_a_name_is_the_one_who_comes_with_one() -> None:
    comes = Person(at=30.0, person="anna", change="arrives")
    found = moves([*seen(20.0, 60.0), comes], 600.0)
    assert found == [("arrived", 21.0, "someone"), ("arrived", 30.0, "anna")]


def test_a_picture_brings_nobody_and_what_moves_or_blinks_does() -> None:
    still = seen(1.0, 300.0, blinks=False, sways=False)
    body: list[AnySense] = [Posture(at=1.0 + n) for n in range(300)]
    assert moves([*still, *body], 300.0) == []
    assert len(moves(seen(1.0, 300.0, sways=False), 300.0)) == 1
    assert len(moves(seen(1.0, 300.0, blinks=False), 300.0)) == 1


def test_whoever_sits_still_is_there_with_their_first_blink() -> None:
    blinks_at_eight = [*seen(4.5, 7.5, sways=False), *seen(7.5, 20.0, sways=False)]
    assert moves(blinks_at_eight) == [("arrived", 8.0, "someone")]


def test_a_picture_keeps_nobody_there_longer_than_it_takes_to_tell() -> None:
    owner, poster = seen(1.0, 10.0), seen(10.0, 600.0, blinks=False, sways=False)
    (_, (name, at, _)) = moves([*owner, *poster], 600.0)
    assert name == "left"
    assert at == pytest.approx(10.0 + RULE.still + RULE.leaves, abs=2.0)
    comes_again = seen(500.0, 510.0)
    found = moves([*owner, *(f for f in poster if not 500.0 <= f.at < 510.0), *comes_again], 600.0)
    assert [name for name, _, _ in found] == ["arrived", "left", "arrived"]


def test_a_homecoming_is_more_than_a_face_that_was_there_a_moment_ago() -> None:
    mind = a_mind(TABLE, Personality(name="cat"))
    faces = [*seen(1.0, 5.0), *seen(300.0, 305.0), *seen(5000.0, 5005.0)]
    lived = rehearse(mind, faces, 5010.0, rate=10.0)
    news = [e.strength for moment in lived for e in moment.events if e.name == "arrived"]
    assert news == [0.5, pytest.approx(0.27, abs=0.01), 1.0]


def test_how_long_it_takes_is_the_designers() -> None:
    table = TABLE.model_copy(update={"presence": RULE.model_copy(update={"face": 5.0})})
    assert moves(seen(1.0, 30.0), table=table) == [("arrived", 6.0, "someone")]
    hasty = TABLE.model_copy(update={"presence": RULE.model_copy(update={"leaves": 10.0})})
    assert [name for name, _, _ in moves(seen(1.0, 5.0), table=hasty)] == ["arrived", "left"]
