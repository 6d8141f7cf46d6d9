"""A chip that is read again and again: when it is looked at, lost, tried and found; times in ms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT


class Watch:
    """A chip on the bus of a board. What it does is noted with its time, as long as it answers."""

    def __init__(self) -> None:
        self.board = LockStepBoard(CAT)
        self.now = 0
        self.done: list[tuple[int, str]] = []
        self.fails: set[str] = set()
        """What raises OSError: read, sound or set up."""
        self.is_sound = False
        module = self.board.module("i2c_bus")
        watch = self

        class Chip(module.Watched):  # type: ignore[misc,name-defined]
            def _read(self) -> None:
                watch.note("read")

            def _sound(self) -> bool:
                watch.note("sound")
                return watch.is_sound

            def _set_up(self) -> None:
                watch.note("set up")
                watch.is_sound = True

            def _lose(self) -> None:
                watch.note("lost")

        self.chip: Any = Chip(module.Bus(CAT.wiring.i2c_sda, CAT.wiring.i2c_scl))

    def note(self, what: str) -> None:
        self.done.append((self.now, what))
        if what in self.fails:
            raise OSError(5)

    def attend(self, times: Iterable[int]) -> list[int]:
        """Attend to it at these times; gives those at which there was a reading."""
        found = []
        for self.now in times:
            if self.chip.attend(self.now & 0x3FFFFFFF):
                found.append(self.now)
        return found

    def when(self, what: str) -> list[int]:
        """The times at which it did this."""
        return [at for at, done in self.done if done == what]


def test_it_is_set_up_at_once_and_read_every_time() -> None:
    watch = Watch()
    assert watch.attend(range(0, 100, 10)) == list(range(0, 100, 10))
    assert watch.when("set up") == [0]
    assert watch.when("read") == list(range(0, 100, 10))
    assert (watch.chip.answers, watch.chip.losses) == (True, 0)


def test_a_chip_that_has_its_configuration_is_not_set_up() -> None:
    watch = Watch()
    watch.is_sound = True
    watch.attend([0, 10])
    assert watch.when("set up") == []


@pytest.mark.parametrize("begin", [0, (1 << 30) - 600], ids=["", "across the wrap"])
def test_its_configuration_is_looked_at_four_times_a_second(begin: int) -> None:
    watch = Watch()
    watch.attend(range(begin, begin + 3000, 10))
    looks = sorted(set(watch.when("sound")))
    assert looks == [begin, *range(begin + 1000, begin + 3000, 250)], "first after a second"


def test_a_read_that_fails_is_repeated_once() -> None:
    watch = Watch()
    watch.attend([0])
    watch.fails = {"read"}
    assert watch.attend([10]) == []
    assert watch.when("read") == [0, 10, 10]
    assert watch.when("lost") == [10]
    assert (watch.chip.answers, watch.chip.losses) == (False, 1)


def test_a_lost_chip_is_tried_after_50_ms_and_then_once_a_second() -> None:
    watch = Watch()
    watch.attend(range(0, 1500, 10))
    watch.fails = {"sound"}
    watch.done.clear()
    assert watch.attend(range(1500, 6000, 10)) == []
    looks = sorted(set(watch.when("sound")))
    assert looks == [1500, 1550, 2550, 3550, 4550, 5550]
    watch.fails.clear()
    assert watch.attend(range(6000, 6600, 10)) == list(range(6550, 6600, 10))
    assert watch.chip.losses == 1, "it was lost once, however long"


def test_one_that_is_lost_less_than_a_second_after_it_was_found_waits_for_a_second() -> None:
    watch = Watch()
    watch.attend(range(0, 1000, 10))
    for lost, tried in ((1000, 1050), (2049, 3049), (4049, 4099)):
        watch.fails = {"read"}
        assert watch.attend([lost]) == []
        watch.fails.clear()
        assert watch.attend([tried - 1]) == []
        assert watch.attend([tried]) == [tried]


def test_a_chip_that_has_lost_its_configuration_is_lost_and_set_up_again() -> None:
    watch = Watch()
    watch.attend(range(0, 2000, 10))
    watch.is_sound = False
    assert watch.attend(range(2000, 2060, 10)) == [2050]
    assert watch.when("set up") == [0, 2050]
    assert watch.chip.losses == 1


@pytest.mark.parametrize("what", ["read", "sound", "set up"])
def test_a_chip_that_never_answered_was_not_lost(what: str) -> None:
    watch = Watch()
    watch.fails = {what}
    assert watch.attend(range(0, 3000, 10)) == []
    assert watch.when("sound")[0] == 0
    assert watch.chip.losses == (3 if what == "read" else 0)
    assert not watch.chip.answers


def test_the_bus_is_freed_before_a_lost_chip_is_tried() -> None:
    watch = Watch()
    watch.board.bench.held = 9
    watch.attend([0])
    assert watch.board.bench.held == 0


def test_losses_are_counted_up_to_65535() -> None:
    watch = Watch()
    watch.chip.losses = 65534
    for begin in (0, 5000, 10000):
        watch.fails.clear()
        watch.attend(range(begin, begin + 2000, 10))
        watch.fails = {"read"}
        watch.attend([begin + 2000])
    assert watch.chip.losses == 65535


def test_a_data_line_that_stays_low_is_told_as_a_transfer_that_was_given_up() -> None:
    board = LockStepBoard(CAT)
    bus = board.module("i2c_bus").Bus(CAT.wiring.i2c_sda, CAT.wiring.i2c_scl)
    bus.ready()
    board.bench.held = 9
    bus.ready()
    assert board.bench.held == 0
    board.bench.held = 1000
    with pytest.raises(OSError, match="110"):
        bus.ready()
