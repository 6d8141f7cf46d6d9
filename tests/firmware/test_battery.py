"""The battery gauge alone: what each voltage at its pin says."""

from __future__ import annotations

from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

PIN = CAT.wiring.battery
MARKS = (8400, 6801, 6400)
"""Full, low and empty, mV; the low one is a voltage that the converter can tell."""
A_COUNT_MV = 3
"""mV of the battery for 1 mV at the pin."""


class Gauge:
    """A gauge whose pin is behind a divider by three."""

    def __init__(self, chip: str | None = None) -> None:
        self.bench = (board := LockStepBoard(CAT, chip=chip)).bench
        module = board.module("battery")
        self.gauge = module.BatteryGauge(PIN, CAT.wiring.charging, *MARKS, 1000 * A_COUNT_MV)

    def read(self, *millivolts: int) -> Any:
        """The gauge after these readings, one after the other."""
        for mv in millivolts:
            self.bench.adc[PIN] = -(-mv * 65535 // (3300 * A_COUNT_MV))
            self.gauge.read()
        return self.gauge

    def anew(self, mv: int) -> Any:
        """A gauge that has read nothing else."""
        self.gauge.mv = 0
        return self.read(mv)


@pytest.mark.parametrize(
    ("mv", "percent"),
    [(5001, 0), (6399, 0), (6402, 0), (6900, 25), (7401, 50), (8397, 99), (8400, 100), (9000, 100)],
)
def test_the_charge_is_the_share_of_the_way_from_empty_to_full(mv: int, percent: int) -> None:
    gauge = Gauge().read(mv)
    assert (gauge.mv, gauge.percent) == (mv, percent)


def test_three_readings_in_a_row_make_it_empty_and_one_that_is_well_begins_anew() -> None:
    battery = Gauge()
    assert [battery.read(mv).empty for mv in (6300, 6300, 6420, 6300, 6300)] == [False] * 5
    assert battery.read(6300).empty
    assert not battery.read(6420).empty


def test_exactly_the_low_mark_is_not_low_and_just_below_it_is() -> None:
    battery = Gauge()
    assert not battery.anew(6801).low
    assert battery.anew(6798).low
    assert battery.anew(6999).low, "less than 0.2 V above it"
    assert not battery.anew(7002).low


def test_less_than_half_of_the_empty_mark_is_no_battery_and_has_no_voltage() -> None:
    battery = Gauge()
    assert (battery.read(3201).wired, battery.gauge.mv) == (True, 3201)
    assert (battery.read(3150).wired, battery.gauge.mv) == (False, 0)
    assert (battery.read(8100).wired, battery.gauge.mv) == (True, 8100), "at once, not smoothed"


@pytest.mark.parametrize("mv", [3300, 6000, 6600, 6900, 6999])
def test_what_a_pin_floats_at_is_no_battery_up_to_where_a_low_one_would_be_well(mv: int) -> None:
    battery = Gauge()
    battery.bench.floating.add(PIN)
    assert (battery.read(mv).wired, battery.gauge.mv) == (False, 0)
    battery.bench.floating.clear()
    assert (battery.read(mv).wired, battery.gauge.mv) == (True, mv)


@pytest.mark.parametrize("chip", ["RP2040", "RP2350"])
def test_to_ask_whether_it_is_driven_pulls_the_pin_and_changes_no_more_of_it(chip: str) -> None:
    battery = Gauge(chip)
    register = battery.gauge._pull
    battery.bench.core.memory[register] = 0x52
    pulls: list[int] = []
    reading = battery.bench.reading

    def noted(pin: int) -> int:
        pulls.append(battery.bench.core.memory[register])
        found: int = reading(pin)
        return found

    battery.bench.reading = noted
    assert battery.read(6600).wired
    assert pulls == [0x52, 0x56], "data sheet: bit 2 is the pull to ground"
    assert battery.bench.core.memory[register] == 0x52


def test_an_esp32_which_cannot_pull_while_it_measures_believes_what_it_reads() -> None:
    battery = Gauge("ESP32S3")
    assert battery.read(6000, 6000, 6000).wired
    assert battery.gauge.empty
    assert not battery.bench.core.memory
