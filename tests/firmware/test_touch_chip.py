"""The touch chip at register level: the simulated MPR121 against the data sheet's formulas, and the
driver that sets it up."""

from __future__ import annotations

import statistics
from array import array
from typing import Any

import pytest

from .rig import Rig

CURRENT = 0x5C
"""Register of the MPR121: filter and global charge current."""
TIME = 0x5D
"""Register: filter and global charge time."""
ELECTRODES = 0x5E
"""Register: which electrodes run; 0 stops the chip."""
AUTO = 0x7B
"""Register: what the search for each electrode's charge does."""


def chip(picofarads: float = 10.0) -> Any:
    """A simulated chip whose electrodes all have this capacitance."""
    model = Rig().board.module("touch_chip").SimulatedMpr121()
    model.pads = [round(1000 * picofarads)] * 12
    return model


def counts(model: Any) -> list[int]:
    data = model.read(4, 24)
    return [data[index] | data[index + 1] << 8 for index in range(0, 24, 2)]


# ── The model ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("current", "time", "picofarads", "count"),
    [
        (16, 1, 10.0, 248),  # 16 µA · 0.5 µs / 10 pF = 0.8 V
        (32, 1, 10.0, 496),
        (16, 2, 10.0, 496),
        (16, 1, 20.0, 124),
        (63, 7, 1000.0, 625),  # 63 µA · 32 µs
        (63, 7, 10.0, 1023),  # more than the supply
    ],
)
def test_a_count_is_the_voltage_of_the_charge_in_1024ths_of_the_supply(
    current: int, time: int, picofarads: float, count: int
) -> None:
    model = chip(picofarads)
    model.write(CURRENT, bytes((current, time << 5)))
    model.write(ELECTRODES, b"\x0c")
    assert counts(model) == [count] * 12


def test_an_electrodes_own_charge_comes_before_the_common_one() -> None:
    model = chip()
    model.write(0x5F, bytes((0, 8, 16)))
    model.write(0x6C, b"\x10\x02")
    model.write(ELECTRODES, b"\x0c")
    assert counts(model)[:4] == [248, 124, 496, 248]


def test_in_stop_mode_nothing_is_measured() -> None:
    model = chip()
    model.feel((500,) * 12, (0,) * 12)
    assert counts(model) == [0] * 12
    model.write(ELECTRODES, b"\x04")
    assert [count > 0 for count in counts(model)] == [True] * 4 + [False] * 8
    model.write(ELECTRODES, b"\x00")
    before = counts(model)
    model.feel((0,) * 12, (0,) * 12)
    assert counts(model) == before


def test_while_it_measures_its_configuration_cannot_be_written() -> None:
    model = chip()
    model.write(ELECTRODES, b"\x0c")
    model.write(CURRENT, b"\x20")
    assert model.read(CURRENT, 1) == b"\x10"
    model.write(0x80, b"\x63")
    assert model.read(ELECTRODES, 1) == b"\x00"


def test_hand_fur_cable_and_humidity_add_picofarads() -> None:
    model = chip(12.0)
    model.pads[1] = 20000
    model.fur[2] = 250
    model.feel((1000,) * 12, (0, 0, 0, 700) + (0,) * 8)
    assert [model.capacitance(pad) for pad in range(5)] == [20000, 28000, 14000, 20700, 20000]


def spread(first: int, second: int) -> float:
    model = chip()
    model.noise = 20000
    model.write(CURRENT, bytes((0x10 | first << 6, 0x20 | second << 3)))
    model.write(ELECTRODES, b"\x0c")
    return statistics.pstdev([counts(model)[0] for _ in range(2000)])


def test_the_filters_average_the_noise() -> None:
    assert spread(0, 0) == pytest.approx(20.0 / 24**0.5, rel=0.1)
    assert spread(3, 0) == pytest.approx(20.0 / 136**0.5, rel=0.1)
    assert spread(0, 3) == pytest.approx(20.0 / 108**0.5, rel=0.1)


# ── Auto-configuration ───────────────────────────────────────────────────────────────────────────


def tuned(picofarads: list[float]) -> tuple[Any, Any]:
    """A board's chip with these electrodes, set up by the driver; and the driver."""
    rig = Rig()
    model = rig.bench.skin
    model.pads = [round(1000 * value) for value in picofarads]
    driver = rig.board.module("mpr121").MPR121(rig.board.module("machine").I2C(0))
    driver.set_up()
    return model, driver


def test_it_brings_every_electrode_just_below_its_target() -> None:
    sizes = [5.0, 8.0, 10.0, 14.0, 20.0, 33.0, 47.0, 80.0, 120.0, 200.0, 500.0, 800.0]
    model, driver = tuned(sizes)
    volts = [count * 3.3 / 1024.0 for count in counts(model)]
    target = 0.9 * (3.3 - 0.7)
    assert all(target * 0.94 <= value <= target + 0.01 for value in volts), volts
    assert model.read(2, 2) == b"\0\0", "no electrode is out of range"
    measured = zip(counts(model), sizes, strict=True)
    expected = [round(count * size * 3.3 / 512.0) for count, size in measured]
    assert driver.charges() == pytest.approx(expected, rel=0.01)


def test_an_electrode_that_cannot_reach_the_limits_is_out_of_range() -> None:
    model, _ = tuned([10.0] * 9 + [5000.0] + [10.0] * 2)
    assert model.read(2, 2) == bytes((0, 0x80 | 1 << 1))


def test_the_driver_gives_a_chip_that_was_reset_the_same_charges_again() -> None:
    model, driver = tuned([20.0] * 12)
    before = counts(model)
    charges = driver.charges()
    model.power_on()
    assert not driver.sound()
    model.feel((600,) * 12, (0,) * 12)  # by what it would find now
    driver.set_up()
    model.feel((0,) * 12, (0,) * 12)
    assert driver.sound()
    assert (counts(model), driver.charges()) == (before, charges)
    driver.forget()
    model.feel((600,) * 12, (0,) * 12)
    driver.set_up()
    assert driver.charges() > charges


@pytest.mark.parametrize("register", [CURRENT, TIME, ELECTRODES])
def test_each_register_of_the_configuration_is_read_back(register: int) -> None:
    model, driver = tuned([20.0] * 12)
    assert driver.sound()
    model.registers[register] ^= 4
    assert not driver.sound()


def test_the_counts_are_read_into_an_array_of_shorts() -> None:
    model, driver = tuned([float(value) for value in range(10, 22)])
    read = array("H", [0] * 12)
    driver.read_into(read)
    assert list(read) == counts(model)
