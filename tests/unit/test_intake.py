"""The loop takes in a bounded number of senses at a tick, whatever is sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moggy.intake import LIMIT, LIMITS, SAID_AGAIN_S, Intake
from moggy.messages import (
    Acceleration,
    AnySense,
    ClearFaults,
    Edited,
    Person,
    Setting,
    Touch,
    Trouble,
    Words,
)


def troubles(senses: list[AnySense]) -> list[str]:
    return [sense.message for sense in senses if isinstance(sense, Trouble)]


def test_an_ordinary_tick_passes_whole_and_in_order() -> None:
    senses = [
        Touch(at=0.0, pressure=0.5),
        Acceleration(at=0.0),
        Words(at=0.0, text="hello"),
        Touch(at=0.0, pressure=0.0),
        ClearFaults(at=0.0),
    ]
    intake = Intake("senses")
    intake.extend(senses)
    assert intake.take(0.0) == senses
    assert intake.take(0.02) == []


def test_sentences_are_read_ten_a_second_and_the_newest_are_kept() -> None:
    intake = Intake("page")
    for n in range(100):
        intake.add(Words(at=0.0, text=str(n)))
    heard = [
        sense.text for n in range(100) for sense in intake.take(n / 50) if isinstance(sense, Words)
    ]
    assert heard == [str(n) for n in range(100 - LIMITS[Words].waiting, 100)]
    assert intake.dropped == {"Words": 100 - LIMITS[Words].waiting}


@pytest.mark.parametrize("sample", [Touch(at=0.0, pressure=0.2), Acceleration(at=0.0)])
def test_of_a_flood_of_samples_the_newest_count(sample: AnySense) -> None:
    intake = Intake("senses")
    intake.extend(replace(sample, at=n / 1000) for n in range(5000))
    taken = [sense for sense in intake.take(5.0) if not isinstance(sense, Trouble)]
    assert len(taken) == LIMIT.each
    taken += intake.take(5.02)
    assert taken[-1].at == 4.999


def test_the_last_word_on_a_setting_and_a_file_counts() -> None:
    intake = Intake("page")
    for n in range(1000):
        intake.add(Setting(at=0.0, name="stop", on=n % 2 == 1))
        intake.add(Edited(at=0.0, file="trees/cat.yaml", text=str(n)))
        intake.add(Words(at=0.0, text="hello"))
    intake.add(Setting(at=0.0, name="quiet"))
    taken = intake.take(0.0)
    assert [(s.name, s.on) for s in taken if isinstance(s, Setting)] == [
        ("stop", False),
        ("stop", True),
        ("quiet", True),
    ]
    assert [sense.text for sense in taken if isinstance(sense, Edited)] == ["999"]


def test_a_stop_is_not_pushed_out_by_a_flood_of_something_else() -> None:
    intake = Intake("page")
    intake.add(Setting(at=0.0, name="stop"))
    intake.extend(Words(at=0.0, text="hello") for _ in range(10_000))
    intake.extend(Person(at=0.0, change="arrives") for _ in range(10_000))
    assert Setting(at=0.0, name="stop") in intake.take(0.0)


def test_a_flood_is_said_when_it_begins_and_now_and_then_and_when_it_is_over() -> None:
    intake = Intake("page")
    said = []
    for n in range(2500):
        now = n / 50
        if 5.0 <= now < 20.0:
            intake.extend(Words(at=now, text="hello") for _ in range(3))
        said += [(now, message) for message in troubles(intake.take(now))]
    (first, message), (again, more), (last, most), (over, nothing) = said
    assert 5.0 < first < 5.1
    assert message == "more came than is taken in; dropped so far: 3 Words"
    assert again == pytest.approx(first + SAID_AGAIN_S, abs=0.05)
    assert last == pytest.approx(again + SAID_AGAIN_S, abs=0.05)
    assert 400 < int(more.split()[-2]) < int(most.split()[-2]) == intake.dropped["Words"]
    assert over == pytest.approx(20.0 + SAID_AGAIN_S, abs=0.03)
    assert nothing == ""
