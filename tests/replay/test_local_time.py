"""A pet that wakes with a wrong clock: the hour is set right, and its own time is never moved."""

from __future__ import annotations

from itertools import count, pairwise
from pathlib import Path

import pytest

from moggy.assemble import begin, body_of, born, in_virtual_time, simulated_body
from moggy.behaviors.law_scene import LawScene
from moggy.brain.appraisals import Appraisals
from moggy.brain.mind import Mind
from moggy.clock import LOOK_S, OFF_S, DayTime, WallClock
from moggy.config import Files
from moggy.journal import Journal
from moggy.messages import LocalTime, Person, Tick
from moggy.ongoing import Ongoing
from moggy.personality import Personality, Quiet
from moggy.replay import relive

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
NOON = "options: [{id: dine, base: 3, when: 'between(hour, 12, 14)', do: {why: 'it is {hour:1}'}}]"
"""What a pet does at noon, before all else."""


class Wall:
    """A machine's clock: right from second `set_at` of the pet's life on, and until then `off`
    hours late, as a machine without a clock chip is until it hears of the time."""

    def __init__(self, hour: float, off: float, set_at: float) -> None:
        self.hour, self.off, self.set_at = hour, off, set_at
        self.now = 0.0

    def read(self) -> float:
        late = self.off if self.now < self.set_at else 0.0
        return (self.hour + self.now / 3600.0 - late) % 24.0


def told(wall: Wall, seconds: int) -> list[LocalTime]:
    """What a pet that woke by this clock is told, asked once a second."""
    clock, found = WallClock(wall.read(), wall.read), list[LocalTime]()
    for n in range(seconds):
        wall.now = float(n)
        found += clock.poll(wall.now)
    return found


def test_a_clock_that_is_set_is_told_once_within_a_minute() -> None:
    (said,) = told(Wall(12.0, off=9.0, set_at=100.0), 7200)
    assert 100.0 <= said.at <= 100.0 + LOOK_S
    assert said.hour == pytest.approx(12.0 + said.at / 3600.0)


def test_a_clock_that_goes_as_the_pets_own_is_never_told_of() -> None:
    assert told(Wall(23.5, off=0.0, set_at=0.0), 7200) == []
    assert told(Wall(23.5, off=0.9 * OFF_S / 3600.0, set_at=100.0), 7200) == []
    assert len(told(Wall(23.5, off=1.1 * OFF_S / 3600.0, set_at=100.0), 7200)) == 1


def test_a_step_over_midnight_is_the_short_way_round() -> None:
    back = Wall(0.01, off=-0.02, set_at=30.0)
    assert len(told(back, 600)) == 1
    assert told(Wall(0.001, off=-0.002, set_at=30.0), 600) == []


def test_a_pet_that_woke_at_three_goes_by_noon_once_the_clock_is_set_and_replays_exactly(
    tmp_path: Path,
) -> None:
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "cat.yaml").write_text(f"extends: cat\n{NOON}\n", encoding="utf-8")
    wall = Wall(12.0, off=9.0, set_at=20.0)
    start, ticks = begin(Files(tmp_path), seed=1, hour=wall.read()), list[Tick]()
    path, shape = tmp_path / "journal.mcap", body_of(start)

    def pass_time(tick: Tick, sent: object) -> None:
        wall.now = tick.at
        ticks.append(tick)

    with Journal(path, start) as journal:
        in_virtual_time(
            born(start), [], 66.0, body=simulated_body(shape),
            sensors=[WallClock(start.hour, wall.read)], listeners=[pass_time, journal],
        ).run()  # fmt: skip
    dined = [tick.at for tick in ticks if tick.decision.behavior == "dine"]
    assert min(dined) == pytest.approx(60.0, abs=1.0)
    assert ticks[-1].decision.why == "it is 12.0"
    assert all(after.at - before.at == pytest.approx(0.02) for before, after in pairwise(ticks))
    assert [each.was.at for each in relive(path, born) if each.differs] == []


def energy(*senses: LocalTime) -> float:
    """Its energy after four hours of a life that began at two at night."""
    mind = Mind(TABLE, Personality(name="cat"), hour=2.0, number=count(1).__next__)
    for minute in range(240):
        at = 60.0 * minute
        heard = [sense for sense in senses if at <= sense.at < at + 60.0]
        events, evidence = mind.perceive(heard, at)
        affect = mind.feel(events, evidence, at, 60.0)[1]
    return affect.drives["energy"]


def test_by_day_it_is_not_as_tired_as_by_night() -> None:
    assert energy(LocalTime(at=60.0, hour=10.0)) > energy() + 0.05


def test_who_comes_after_the_step_comes_at_the_right_hour() -> None:
    mind = Mind(TABLE, Personality(name="cat"), hour=3.0, number=count(1).__next__)
    mind.perceive([LocalTime(at=10.0, id=1, hour=18.0)], 10.0)
    mind.perceive([Person(at=20.0, id=2, person="anna", change="arrives")], 20.0)
    assert [half for half, chance in enumerate(mind.remember().arrivals["anna"]) if chance] == [36]


def test_the_laws_go_by_the_hour_that_the_pet_goes_by() -> None:
    pet, scene = (
        born(begin(Files(), seed=1, hour=3.0)),
        LawScene(Personality(name="cat", quiet=Quiet(hours=(22.0, 7.0))), 3.0),
    )
    scene.take(pet.tick(0.0, []))
    assert scene.quiet
    scene.take(pet.tick(0.02, [LocalTime(at=0.02, hour=12.0)]))
    assert scene.hour == pytest.approx(12.0)
    assert not scene.quiet


def test_the_hour_goes_on_with_the_pets_clock() -> None:
    assert DayTime(23.5).hour(3600.0) == pytest.approx(0.5)
    now = Ongoing(23.5)
    now.take([LocalTime(at=7200.0, hour=6.0)], 7200.0)
    assert now.day_time.hour(10_800.0) == pytest.approx(7.0)
