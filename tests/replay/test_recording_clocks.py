"""Records are kept by the order of lives and by days with records, whatever the machine's clock is
set to. Its time is given here: nothing waits."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import moggy
from moggy.clock import DAY_S
from moggy.link import SerialLink
from moggy.recording import OWN, Recording, Records

ROOMY = Records(least_free_mb=0.0)
NOON = 20_000.5 * DAY_S
"""The noon of a day in 2024, s since 1970."""


@pytest.fixture(scope="module")
def life() -> moggy.Life:
    return moggy.live(moggy.Pet(seed=3), moggy.random_day(4, 40.0))


class Machine:
    """Its clock, and the lives that are recorded on it."""

    def __init__(self, folder: Path, life: moggy.Life, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.life, self.now = folder, life, NOON
        patch.setattr("moggy.recording.unix_time", lambda: self.now)
        patch.setattr("moggy.clock.time.time", lambda: self.now)

    def lives(self, records: Records = ROOMY, seconds: float = 0.1) -> Recording:
        """A life is recorded, and its parts are as old as the clock says."""
        recording = Recording(self.folder, self.life.start, records)
        for tick, sent in zip(self.life.ticks, self.life.sent, strict=True):
            if tick.at < seconds:
                recording(tick, sent)
                while recording.waiting > 300:
                    pass
        recording.close()
        assert recording.missing == 0
        for part in self.folder.glob(f"{recording.path.stem}*"):
            os.utime(part, (self.now, self.now))
        return recording

    def size(self) -> int:
        return sum(part.stat().st_size for part in self.folder.glob("moggy-*.mcap"))


@pytest.fixture
def machine(life: moggy.Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, life, monkeypatch)


@pytest.mark.parametrize("step_days", [366.0, -366.0, -20_000.0])
def test_a_clock_that_is_set_between_lives_makes_no_life_old(
    machine: Machine, step_days: float
) -> None:
    before = [machine.lives().path for _ in range(3)]
    machine.now += step_days * DAY_S
    after = [machine.lives().path for _ in range(3)]
    machine.now = NOON
    assert machine.lives().path.exists()
    assert all(path.exists() for path in (*before, *after))


def beyond() -> float:
    """What Python does where nanoseconds since 1970 do not fit in 64 bits."""
    raise OverflowError("timestamp too large to convert to C _PyTime_t")


CLOCKS: dict[str, Callable[[], float]] = {
    "before 1970": lambda: -1e9,
    "the year 1": lambda: -62_135_596_800.0,
    "the year 2300": lambda: 10_413_792_000.0,
    "the year 12000": lambda: 316_516_204_800.0,
    "the year 2262": beyond,
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_life_is_recorded_whatever_year_the_clock_is_set_to(
    life: moggy.Life, clock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moggy.clock.time.time", CLOCKS[clock])
    for number in (1, 2):
        recording = Recording(tmp_path, life.start, ROOMY)
        for tick, sent in zip(life.ticks[:10], life.sent[:10], strict=True):
            recording(tick, sent)
        recording.close()
        assert (recording.missing, recording.why) == (0, "")
        name = OWN.fullmatch(recording.path.name)
        assert name is not None, "it is known as ours to delete"
        assert int(name[1]) == number


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_link_is_made_whatever_year_the_clock_is_set_to(
    clock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moggy.link.time.time", CLOCKS[clock])
    if CLOCKS[clock] is beyond:
        monkeypatch.setattr("moggy.link.time.time_ns", beyond)
    link = SerialLink("/dev/no-such-port")
    assert 0 <= link.protocol._nonce < 0xFFFF
    link.close()


def test_a_part_goes_when_more_later_days_have_records_than_are_kept(machine: Machine) -> None:
    records = ROOMY.model_copy(update={"most_days": 3.0})
    paths = []
    for _ in range(6):
        paths += [machine.lives(records).path for _ in range(2)]
        machine.now += DAY_S
    assert [path.exists() for path in paths] == [False] * 4 + [True] * 8
    machine.now += 100.0 * DAY_S
    machine.lives(records)
    assert [path.exists() for path in paths] == [False] * 6 + [True] * 6, "one day, not a hundred"


def test_lives_whose_dates_lie_in_the_future_go_before_this_one(machine: Machine) -> None:
    for day in (1, 2, 3):
        with (machine.folder / f"moggy-2099010{day}-000000.mcap").open("wb") as file:
            file.truncate(1_200_000)
    records = ROOMY.model_copy(update={"part_minutes": 0.1, "most_mb": 4.0})
    recording = machine.lives(records, seconds=40.0)
    names = sorted(part.name for part in machine.folder.iterdir())
    mine = [name for name in names if name.startswith(recording.path.stem)]
    assert len(mine) == 7, "every part of this life is there"
    assert "moggy-20990101-000000.mcap" not in names
    assert machine.size() < 4_000_000


def test_lives_go_in_the_order_they_were_lived_though_the_clock_was_set_back(
    machine: Machine,
) -> None:
    records = ROOMY.model_copy(update={"most_mb": 2.0})
    first = machine.lives(records, seconds=40.0)
    machine.now = 0.5 * DAY_S
    second = machine.lives(records, seconds=40.0)
    length = second.path.stat().st_size
    assert first.path.exists()
    tight = ROOMY.model_copy(update={"most_mb": 2.5 * length / 1_000_000})
    third = machine.lives(tight)
    assert not first.path.exists()
    assert second.path.exists()
    assert third.path.exists()


def test_a_life_that_alone_is_too_much_loses_its_own_oldest_parts(machine: Machine) -> None:
    records = ROOMY.model_copy(update={"part_minutes": 0.1, "most_mb": 1.0})
    before = machine.lives(records)
    recording = machine.lives(records, seconds=40.0)
    assert not before.path.exists()
    assert not recording.path.exists()
    assert machine.size() < 1_000_000
