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
    board = Rig().board
    model = board.module("touch_chip").SimulatedMpr121()
    model.board, model.clock = board, lambda: board._ms
    model.pads = [round(1000 * picofarads)] * 12
    return model


def charges(driver: Any) -> list[int]:
    """What all electrodes get."""
    return [driver.charge(electrode) for electrode in range(12)]


def counts(model: Any, ms: int = 128) -> list[int]:
    """The counts after so many ms: twice the time of the filter after a reset (4 samples, one each
    16 ms)."""
    model.board._ms += ms
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
    model.board = rig.board
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
    assert charges(driver) == pytest.approx(expected, rel=0.01)


def test_an_electrode_that_cannot_reach_the_limits_is_out_of_range() -> None:
    model, _ = tuned([10.0] * 9 + [5000.0] + [10.0] * 2)
    assert model.read(2, 2) == bytes((0, 0x80 | 1 << 1))


def test_the_driver_gives_a_chip_that_was_reset_the_same_charges_again() -> None:
    model, driver = tuned([20.0] * 12)
    before = counts(model)
    before_all = charges(driver)
    model.power_on()
    assert not driver.sound()
    model.feel((600,) * 12, (0,) * 12)  # by what it would find now
    driver.set_up()
    model.feel((0,) * 12, (0,) * 12)
    assert driver.sound()
    assert (counts(model), charges(driver)) == (before, before_all)
    driver.forget()
    model.feel((600,) * 12, (0,) * 12)
    driver.set_up()
    assert charges(driver) > before_all


@pytest.mark.parametrize("register", [CURRENT, TIME, ELECTRODES])
def test_each_register_of_the_configuration_is_read_back(register: int) -> None:
    model, driver = tuned([20.0] * 12)
    assert driver.sound()
    model.registers[register] ^= 4
    assert not driver.sound()


@pytest.mark.parametrize("register", [0x61, 0x6D], ids=["current", "time"])
def test_an_electrode_without_a_current_or_a_time_has_no_charge(register: int) -> None:
    model, driver = tuned([20.0] * 12)
    model.registers[register] = 0
    none = {2} if register == 0x61 else {2, 3}
    assert {pad for pad, charge in enumerate(charges(driver)) if charge == 0} == none


def test_the_counts_are_read_into_an_array_of_shorts() -> None:
    model, driver = tuned([float(value) for value in range(10, 22)])
    read = array("H", [0] * 12)
    now = counts(model)
    driver.read_into(read)
    assert list(read) == now
    assert 0 not in read


# ── The second filter's lag ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("second", "period", "ms"), [(2, 0, 10), (0, 0, 4), (3, 0, 18), (0, 4, 64), (1, 2, 24)]
)
def test_there_are_new_counts_when_the_second_filter_has_its_samples(
    second: int, period: int, ms: int
) -> None:
    """SFI samples (4, 6, 10 or 18), one each ESI ms (a power of two); a count is their mean."""
    model = chip()
    model.write(CURRENT, bytes((0x10, 0x20 | second << 3 | period)))
    model.write(ELECTRODES, b"\x0c")
    assert counts(model, ms - 1) == [0] * 12
    assert counts(model, 1) == [248] * 12
    samples = ms >> period
    for after in (0, 1, samples // 2, samples - 1):
        assert counts(model, after << period)[0] == 248
        model.feel((1250,) * 12, (0,) * 12)  # 20 pF: 124
        assert counts(model, ms - (after << period))[0] == 124 + 124 * after // samples
        assert counts(model, ms)[0] == 124
        model.feel((0,) * 12, (0,) * 12)
        assert counts(model, 2 * ms)[0] == 248


def pressed(ms: int, phase: int) -> list[int]:
    """The pressures of a pad in each tick after it was pressed with 204 of 255 for so many ms,
    where the filter's samples lie `phase` ms before those of the ticks."""
    rig = Rig()
    board, chip = rig.board, rig.bench.skin
    chip.clock = lambda: board._ms + 10 - phase
    rig.live(2.0)
    felt = []
    for tick in range(10):
        if tick in (1, 1 + ms // 10):
            hand = [0] * 12
            hand[board.module("body_config").PADS[0]] = 800 if tick == 1 else 0
            chip.feel(hand, (0,) * 12)
        board.advance(2.01 + tick / 100)
        felt.append(board._board._skin.pressures[0])
    return felt


@pytest.mark.parametrize("phase", range(10))
@pytest.mark.parametrize("ms", [20, 30, 50])
def test_a_hit_of_twenty_ms_is_felt_in_full_whatever_the_filters_phase(ms: int, phase: int) -> None:
    felt = pressed(ms, phase)
    assert max(felt) == pytest.approx(204, abs=4)
    touched = [tick for tick, pressure in enumerate(felt) if pressure]
    assert ms / 10 <= len(touched) <= ms / 10 + 1, "no more than a tick longer than it was"
    assert touched == list(range(touched[0], touched[-1] + 1))
    assert touched[0] in (1, 2)
