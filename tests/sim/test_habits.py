"""Care that comes of itself: what four evenings teach, kept in the file from one to the next, shows
on the fifth."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

import moggy
from bench.rehearse import touch
from moggy.brain.appraisals import Appraisals
from moggy.brain.memory import Memory, Remembered
from moggy.brain.mind import Mind
from moggy.commands.memory import sentences
from moggy.config import Files
from moggy.messages import AnySense, Face, Person, Tick, Words
from moggy.personality import Personality

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
CAT = Files().load("personalities/cat.yaml", Personality)
BEGIN = 17.0
"""The hour at which it is switched on each evening."""
COMES = {"ask_for_company", "beg_play", "head_bunt", "greet", "play"}


def at(hour: float, after: float = 0.0) -> float:
    return (hour - BEGIN) * 3600.0 + after


def an_evening() -> list[AnySense]:
    """Anna comes at five past six and smiles, strokes its neck, then its belly, and at ten past
    eight wants to be left alone."""
    senses: list[AnySense] = [
        Person(at=at(18.0, 300.0), person="anna", change="arrives"),
        *(
            Face(at=at(18.0, 300.0 + i), person="anna", valence=0.6, arousal=0.2, confidence=0.9)
            for i in range(1200)
        ),
        *(
            sense
            for n in range(6)
            for sense in touch("neck", at(18.2, 120.0 * n), at(18.2, 120.0 * n + 20.0))
        ),
        *touch("belly", at(18.5), at(18.5, 10.0)),
        *(
            Words(
                at=at(20.0, 600.0 + 60.0 * i),
                person="anna",
                text="leave me",
                intent="leave_me_alone",
                confidence=0.9,
            )
            for i in range(5)
        ),
        Person(at=at(20.5), person="anna", change="leaves"),
    ]
    return sorted(senses, key=lambda sense: sense.at)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file after four evenings of four hours, each a life of its own; one look a second."""
    path = tmp_path_factory.mktemp("home") / "memory.db"
    for _ in range(4):
        memory = Memory(path)
        mind = Mind(TABLE, CAT, hour=BEGIN, number=count(1).__next__, remembered=memory.load())
        waiting, n = an_evening(), 0
        for second in range(4 * 3600):
            heard = []
            while n < len(waiting) and waiting[n].at <= second:
                heard.append(waiting[n])
                n += 1
            mind.feel(*mind.perceive(heard, float(second)), float(second), 1.0)
        memory.keep(mind.remember())
        memory.close()
    return path


@pytest.fixture(scope="module")
def learnt(path: Path) -> Remembered:
    memory = Memory(path)
    known = memory.load()
    memory.close()
    assert known is not None
    return known


def live(
    known: Remembered | None, hour: float, senses: list[AnySense], seconds: float
) -> list[Tick]:
    """The whole pet, woken at `hour` with what it knows."""
    pet = moggy.Pet(seed=3, hour=hour, remembered=known)
    return list(moggy.live(pet, senses, seconds).ticks)


def names(ticks: list[Tick]) -> set[str]:
    return {tick.decision.behavior for tick in ticks}


def test_the_file_holds_bond_baseline_likings_and_habits_of_a_person(learnt: Remembered) -> None:
    assert learnt.people["anna"]["familiarity"] > 0.01
    assert learnt.people["anna"]["valence"] > 0.02, "she smiles: that is how she usually is"
    assert learnt.people["anna"]["trust"] > 0.3
    assert learnt.zones["anna"]["neck"] > 0.0 > learnt.zones["anna"]["belly"]
    assert max(range(48), key=learnt.arrivals["anna"].__getitem__) == 36, "18:00–18:30"
    assert learnt.arrivals["anna"][36] > 0.35
    assert max(range(24), key=learnt.quiet.__getitem__) == 20
    assert learnt.quiet[20] > 0.35
    assert learnt.day == pytest.approx(4 * 4.0 / 24.0, abs=1e-3)


def test_its_owner_can_read_it_in_sentences(path: Path) -> None:
    memory = Memory(path)
    said = "\n".join(sentences(memory))
    memory.close()
    assert "comes about 18:00" in said
    assert "sent off at 20 o'clock" in said
    assert "belly −" in said or "belly -" in said


def test_one_bad_evening_makes_no_habit(learnt: Remembered) -> None:
    """Five times sent off in one hour count as one."""
    mind = Mind(TABLE, CAT, hour=BEGIN, number=count(1).__next__)
    for sense in an_evening():
        mind.perceive([sense], sense.at)
    assert 0.0 < mind.remember().quiet[20] < 0.2


def test_it_waits_for_somebody_before_the_usual_time(learnt: Remembered) -> None:
    ticks = live(learnt, 17.74, [], 120.0)
    (event,) = [event for tick in ticks for event in tick.events if event.name == "expecting"]
    assert event.person == "anna"
    assert event.at == pytest.approx(0.01 * 3600.0, abs=0.1), "a quarter of an hour before six"
    assert "expect" in names(ticks)
    assert "expect" not in names(live(None, 17.74, [], 120.0))


@pytest.mark.parametrize("wakes", [19.995, 20.05], ids=["before", "within"])
def test_in_the_hour_in_which_it_is_usually_sent_off_it_stays_away_by_itself(
    learnt: Remembered, wakes: float
) -> None:
    """Also when it is switched on in the middle of that hour; and who turns to it is answered."""
    lonely = Remembered.from_data(
        {**learnt.as_data(), "drives": {**learnt.drives, "company": 0.0, "play": 0.1}}
    )
    alone = [Person(at=40.0, person="anna", change="arrives")]
    calls = Words(at=160.0, person="anna", text="come, Moggy", intent="call", confidence=0.9)
    ticks = live(lonely, wakes, [*alone, calls], 170.0)
    assert "retire" in names([tick for tick in ticks if tick.at < 40.0])
    assert not names([tick for tick in ticks if 20.0 < tick.at < 160.0]) & COMES
    assert "answer_call" in names([tick for tick in ticks if tick.at >= 160.0])
    unlearnt = Remembered.from_data({**lonely.as_data(), "quiet": ()})
    assert (
        names([tick for tick in live(unlearnt, wakes, [*alone], 160.0) if tick.at > 20.0]) & COMES
    )
