"""`import moggy`: a pet, a day or senses, and the life that comes of it."""

from __future__ import annotations

import math
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

import moggy
from moggy.assemble import lived_again
from moggy.body import Body
from moggy.messages import AnySense
from moggy.sim.day import senses_of
from moggy.vocabulary import CLASSES, DIMENSIONS, DRIVES, EMOTIONS

BODY = moggy.Files().load("body/cat.yaml", Body)
STROKE = [moggy.Touch(at=1.0 + n / 50, zone="neck", pressure=0.4, area=0.3) for n in range(100)]


@pytest.fixture(scope="module")
def demo() -> moggy.Life:
    return moggy.live(moggy.Pet(personality="shy", seed=1), moggy.day("demo"))


def test_a_day_is_lived_whole_at_its_own_hour(demo: moggy.Life) -> None:
    assert len(demo.ticks) == 64 * 50
    assert demo.start.hour == 18.5
    assert demo.start.personality == "personalities/shy.yaml"


def test_the_table_has_a_column_for_each_thing_that_it_feels_and_does(demo: moggy.Life) -> None:
    table = demo.table()
    assert {"at", "behavior", "why", "events", "calls", "trust", "enough", "purr"} <= set(table)
    assert {
        *EMOTIONS,
        *(f"mood_{name}" for name in DIMENSIONS),
        *(f"drive_{name}" for name in DRIVES),
        *(f"person_{name}" for name in CLASSES),
    } <= set(table)
    assert {len(column) for column in table.values()} == {64 * 50}
    assert table["at"][100] == 2.0
    assert max(table["purr"]) > 0.3
    assert "hit" in " ".join(table["events"]).split()
    assert list(table["fear"]) == [tick.pet.emotions["fear"] for tick in demo.ticks]
    assert table["person_unsure"].dtype == bool


def test_the_same_pet_lives_the_same_life_twice_and_another_seed_another() -> None:
    pet, day = moggy.Pet(seed=4), moggy.random_day(seed=4, seconds=20.0)
    life = moggy.live(pet, day)
    assert life.ticks == moggy.live(pet, day).ticks
    assert life.ticks != moggy.live(moggy.Pet(seed=5), day).ticks


def test_behaviors_events_and_parts_of_a_life(demo: moggy.Life) -> None:
    assert demo.behaviors()[-1] == demo.ticks[-1].decision.behavior
    assert all(a != b for a, b in zip(demo.behaviors(), demo.behaviors()[1:], strict=False))
    (hit,) = demo.events("hit")
    assert demo.between(50.0, 51.0).events("hit") == [hit]
    assert demo.between(50.0, 51.0).ticks == demo.ticks[2500:2550]
    assert demo.between(51.0, 60.0).events("hit") == []


def test_a_saved_life_is_read_again_whole_and_replays_exactly(
    demo: moggy.Life, tmp_path: Path
) -> None:
    demo.save(tmp_path / "life.mcap")
    again = moggy.Life.read(tmp_path / "life.mcap")
    assert again.start == demo.start
    assert again.behaviors() == demo.behaviors()
    assert [dict(sent) for sent in again.sent] == [dict(sent) for sent in demo.sent]
    assert {name: list(column) for name, column in again.table().items()} == {
        name: list(column) for name, column in demo.table().items()
    }
    relived = list(lived_again(tmp_path / "life.mcap"))
    assert [moment.was.at for moment in relived if moment.differs] == []


def test_a_part_of_a_life_is_not_saved_as_a_whole_one(demo: moggy.Life, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="save the whole one"):
        demo.between(10.0, 20.0).save(tmp_path / "part.mcap")
    assert not (tmp_path / "part.mcap").exists()


def test_one_changed_value_makes_another_pet_and_leaves_the_first() -> None:
    cat = moggy.Pet()
    nervous = cat.changed("personality.temperament.neuroticism", 1.0)
    assert "neuroticism: 1.0" in nervous.start.files["personalities/cat.yaml"]
    assert cat.start == moggy.Pet().start
    short = cat.changed("appraisals.stroke.pleasure", 0.3).start
    whole = cat.changed("appraisals.events.stroked.mood.pleasure", 0.3).start
    assert short == whole != cat.start


def test_what_it_remembered_is_where_the_next_life_begins() -> None:
    first = moggy.live(
        moggy.Pet(), [moggy.Person(at=0.5, person="anna", change="arrives"), *STROKE]
    )
    assert first.remembered is not None
    second = moggy.live(moggy.Pet(remembered=first.remembered), seconds=1.0)
    assert second.remembered is not None
    assert set(second.remembered["people"]) == {"anna"}


def test_senses_last_until_five_seconds_after_the_last() -> None:
    assert len(moggy.live(moggy.Pet(), STROKE[:1]).ticks) == 6 * 50
    assert len(moggy.live(moggy.Pet(), STROKE, seconds=2.0).ticks) == 100


def test_a_person_who_answers_is_asked_at_every_tick() -> None:
    asked: list[float] = []

    def person(now: float) -> Sequence[AnySense]:
        asked.append(now)
        return [moggy.Touch(at=now, zone="neck", pressure=0.4)] if now >= 1.0 else []

    life = moggy.live(moggy.Pet(), person, seconds=3.0)
    assert asked == [n / 50 for n in range(150)]
    assert life.events("touched")


def test_acts_that_overlap_are_played_in_the_order_of_time() -> None:
    acts = [
        {"at": 0.5, "press": {"seconds": 2.0, "times": 3}},
        {"at": 1.0, "who": "anna", "face": {"seconds": 3.0}, "say": "hello"},
    ]
    times = [sense.at for sense in senses_of(moggy.Day.model_validate({"acts": acts}), BODY)]
    assert times == sorted(times)
    assert len(times) == 3 * 101 + 30 + 1


def test_a_press_of_hours_is_made_only_as_far_as_it_is_lived() -> None:
    hours = moggy.Day.model_validate(
        {"acts": [{"at": 0.0, "press": {"seconds": 3600.0, "times": 5}}]}
    )
    tracemalloc.start()
    first = list(islice(senses_of(hours, BODY), 100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert first[-1].at == 99 / 50
    assert peak < 1e6, "900,000 samples would take more than a hundred megabytes"


def test_the_largest_numbers_that_pass_stop_nothing() -> None:
    shaken = [moggy.Acceleration(at=n / 50, x=1e6, y=-1e6, gyro=(1e6, 0.0, -1e6)) for n in range(9)]
    far = moggy.Touch(at=1.0, position=(1e6, -1e6, 1e6), pressure=1.0, area=1.0)
    assert len(moggy.live(moggy.Pet(), [*shaken, far], 2.0).ticks) == 100


LATER = 1_785_400_000.0
"""Unix time of a summer's day."""


@pytest.mark.parametrize(
    ("senses", "words"),
    [
        (
            [moggy.Touch(at=1, zone="bely", pressure=0.4)],  # type: ignore[arg-type]
            "zone 'bely', did you mean 'belly'?",
        ),
        ([moggy.Touch(at=1, zone="belly", pressure=40)], "less than or equal to 1 (it is 40)"),
        ([moggy.Touch(at=1, pads={"nek": 0.4}, pressure=0.4)], "pad 'nek', did you mean 'neck'?"),
        ([moggy.Touch(at=1, pressure=0.4)], "a touch needs a zone, pads or a position"),
        (
            [STROKE[1], STROKE[1], STROKE[0]],
            "time runs backwards: touch at 1 s after touch at 1.02",
        ),
        ([moggy.Touch(at=-1.0, zone="back")], "at: Input should be greater than or equal to 0"),
        ([moggy.Touch(at=LATER, zone="back", pressure=0.4)], "not the time of a calendar"),
        ([moggy.Words(at=math.nan, text="hm")], "(it is nan)"),
        ([moggy.Acceleration(at=1, x=1e308)], "x: 1e+308 is no measurement"),
        ([moggy.Face(at=1, bearing=(math.inf, 0.0))], "bearing.0: inf is no measurement"),
        (
            [moggy.Face(at=1, probabilities={"hapy": 1.0})],  # type: ignore[dict-item]
            "'hapy', did you mean 'happy'?",
        ),
        ([moggy.Words(at=1, text="\ud800")], "half of a character"),
        ([moggy.Words(at="soon", text="")], "a valid number"),  # type: ignore[arg-type]
        ([{"at": 1.0, "kind": "touch"}], "is no sense; one is moggy.Touch("),
    ],
)
def test_a_sense_that_cannot_be_is_refused_before_anything_is_lived(
    senses: list[AnySense], words: str
) -> None:
    asked: list[float] = []
    with pytest.raises(moggy.BadScript) as caught:
        moggy.live(moggy.Pet(), senses, listeners=[lambda tick, sent: asked.append(tick.at)])
    assert str(caught.value).startswith(f"senses[{len(senses) - 1}]: ")
    assert words in str(caught.value)
    assert asked == []


def test_a_person_who_answers_too_late_or_too_early_is_refused() -> None:
    with pytest.raises(moggy.BadScript, match=r"at 1 s: .*has not happened yet"):
        moggy.live(
            moggy.Pet(),
            lambda now: [moggy.Words(at=now + 1.0, text="hi")] if now == 1.0 else [],
            seconds=2.0,
        )
    times = iter([0.5, 0.2])
    with pytest.raises(moggy.BadScript, match="time runs backwards"):
        moggy.live(
            moggy.Pet(),
            lambda now: [moggy.Words(at=next(times), text="hi")] if now >= 0.5 else [],
            seconds=2.0,
        )


def test_a_pet_that_cannot_be_is_refused_when_it_is_made(tmp_path: Path) -> None:
    with pytest.raises(moggy.Invalid, match=r"personalities/shi.yaml.*shy"):
        moggy.Pet("shi")
    with pytest.raises(ValueError, match=r"hour: 25\.0 is no time of day"):
        moggy.Pet(hour=25.0)
    with pytest.raises(ValueError, match=r"^personality.temperament.neuroticism=7.0: .*less than"):
        moggy.Pet().changed("personality.temperament.neuroticism", 7.0)
    with pytest.raises(ValueError, match=r"should read KIND\.KEY"):
        moggy.Pet().changed("neuroticism", 0.5)
    (tmp_path / "personalities").mkdir()
    (tmp_path / "personalities" / "mine.yaml").write_text("name: mine\ntemperment: {}\n")
    with pytest.raises(moggy.Invalid, match=r"mine\.yaml:2: .*did you mean 'temperament'"):
        moggy.Pet("mine", files=moggy.Files(tmp_path))


def test_every_public_name_is_there_and_importing_loads_none_of_them() -> None:
    for name in moggy.__all__:
        assert getattr(moggy, name) is not None
    assert dir(moggy) == moggy.__all__
    with pytest.raises(AttributeError, match="no attribute 'Kitten'"):
        moggy.Kitten  # noqa: B018
    code = "import sys, moggy; print(sorted(name for name in sys.modules if 'moggy' in name))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = [name for name in eval(done.stdout) if not name.startswith("__editable__")]
    assert loaded == ["moggy", "moggy.version"]


def test_a_life_in_a_notebook_is_one_line() -> None:
    life = moggy.live(moggy.Pet(personality="shy", seed=3), seconds=1.0)
    assert repr(life) == "<Life of shy, seed 3: 50 ticks, 0.98 s>"
