"""The drivers of the servo outputs alone: the chip's registers by its data sheet, and the pins."""

from __future__ import annotations

from array import array
from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

MODE1 = 0x00
MODE2 = 0x01
PRESCALE = 0xFE
FULL = 0x10
"""Bit of a high byte: always on, or always off."""
ALL = list(range(16))
AHEAD = array("H", [1500] * 16)
NONE = array("H", [0] * 16)


class Outputs:
    """A servo board on the bus and a driver for it, which notes what goes over the wire."""

    def __init__(self, channels: list[int] = ALL) -> None:
        board = LockStepBoard(CAT)
        self.bench, self.chip = board.bench, board.bench.servos
        self._module = board.module("pca9685")
        self._bus = board.module("i2c_bus").Bus(CAT.wiring.i2c_sda, CAT.wiring.i2c_scl)
        self.driver = self.another(channels)
        self.written: list[tuple[int, int]] = []
        self.seen: list[tuple[int, int]] = []
        self.left = 1000
        """Writes to come that are acknowledged."""
        self.lapse = 0
        """Which of the next writes is acknowledged and not taken; 0: none."""
        self._write, self._read = self.chip.write, self.chip.read
        self.chip.write, self.chip.read = self._noted_write, self._noted_read

    def another(self, channels: list[int]) -> Any:
        """A driver as after a reset of the microcontroller."""
        return self._module.PCA9685(self._bus, channels)

    def _noted_write(self, register: int, data: Any) -> None:
        assert register + len(data) <= 256
        if not self.left:
            raise OSError(5)
        self.left -= 1
        self.lapse -= 1
        self.written.append((register, len(data)))
        if self.lapse != 0:
            self._write(register, data)

    def _noted_read(self, register: int, count: int) -> Any:
        self.seen.append((register, count))
        return self._read(register, count)

    @property
    def pulses(self) -> int:
        """How many channels have pulses."""
        return sum(self.chip.pulse_us(channel) > 0 for channel in ALL)

    def running(self) -> Outputs:
        """All sixteen outputs with pulses."""
        self.driver.all_off()
        self.driver.show(AHEAD)
        assert self.pulses == 16
        self.written.clear()
        self.seen.clear()
        return self


@pytest.mark.parametrize(
    ("mode1", "mode2", "writes"),
    [(0x20, 0x04, 1), (0x00, 0x04, 1), (0x20, 0x0C, 2), (0x00, 0x0C, 3)],
)
def test_the_pulses_end_with_the_first_writes_though_the_bus_fails_after_them(
    mode1: int, mode2: int, writes: int
) -> None:
    """By whether its addresses count up, and when its outputs change."""
    outputs = Outputs().running()
    outputs.chip.registers[MODE1], outputs.chip.registers[MODE2] = mode1, mode2
    outputs.left = writes
    with pytest.raises(OSError, match="5"):
        outputs.another(ALL).all_off()
    assert outputs.pulses == 0


def test_its_outputs_are_driven_both_ways_and_not_inverted() -> None:
    outputs = Outputs()
    outputs.driver.all_off()
    mode2 = outputs.chip.registers[MODE2]
    assert mode2 & 0x04, "OUTDRV: totem pole"
    assert not mode2 & 0x10, "INVRT: a servo would get the gaps as pulses"
    assert outputs.chip.registers[PRESCALE] == 121


@pytest.mark.parametrize("lapse", range(1, 8))
def test_a_write_of_the_set_up_that_is_not_taken_is_noticed(lapse: int) -> None:
    outputs = Outputs().running()
    outputs.chip.power_on()
    outputs.lapse = lapse
    again = outputs.another(ALL)
    try:
        again.all_off()
    except OSError:
        again.all_off()
    assert outputs.pulses == 0
    assert outputs.chip.registers[PRESCALE] == 121
    assert again.sound()
    again.show(AHEAD)
    assert [outputs.chip.pulse_us(channel) for channel in ALL] == pytest.approx([1500] * 16, abs=3)


def test_a_chip_that_keeps_nothing_is_said_to() -> None:
    outputs = Outputs()
    outputs.chip.power_on()
    outputs.chip.write = lambda register, data: None
    with pytest.raises(OSError, match="it keeps nothing"):
        outputs.driver.all_off()


@pytest.mark.parametrize(
    ("register", "bits", "sound"),
    [
        (MODE1, 0x80, True),  # it tells of a restart
        (MODE1, 0x10, False),  # asleep
        (MODE1, 0x20, False),  # addresses do not count up
        (MODE1, 0x01, False),  # answers to the address of all
        (MODE2, 0x08, False),  # outputs change at the end of a transfer
        (MODE2, 0x10, False),  # inverted
    ],
)
def test_it_is_sound_with_its_configuration_only(register: int, bits: int, sound: bool) -> None:
    outputs = Outputs().running()
    assert outputs.driver.sound()
    outputs.chip.registers[register] ^= bits
    assert outputs.driver.sound() == sound


def test_a_channel_without_pulses_is_off_by_its_bit_and_another_is_not() -> None:
    outputs = Outputs().running()
    for channel in ALL:
        pulses = array("H", AHEAD)
        pulses[channel] = 0
        outputs.driver.show(pulses)
        offs = [outputs.chip.registers[9 + 4 * one] & FULL > 0 for one in ALL]
        assert offs == [one == channel for one in ALL]


def test_pulses_begin_a_sixteenth_of_the_period_apart_and_none_is_always_on() -> None:
    registers = Outputs().running().chip.registers
    begins = [registers[6 + 4 * channel] | registers[7 + 4 * channel] << 8 for channel in ALL]
    assert begins == [256 * channel for channel in ALL], "bit 12 would be always on"


def test_only_the_four_channels_of_which_one_changed_are_written() -> None:
    outputs = Outputs().running()
    pulses = array("H", AHEAD)
    for channel in ALL:
        pulses[channel] = 1600
        outputs.driver.show(pulses)
        assert outputs.written == [(6 + 16 * (channel // 4), 16)]
        outputs.written.clear()
    outputs.driver.show(pulses)
    assert outputs.written == []


def test_after_all_off_what_stays_without_pulses_is_not_written_again() -> None:
    outputs = Outputs().running()
    outputs.driver.all_off()
    outputs.written.clear()
    outputs.driver.show(NONE)
    assert outputs.written == []
    outputs.driver.show(AHEAD)
    assert outputs.pulses == 16


def test_a_look_reads_what_it_looks_at_and_no_more() -> None:
    """The bus is shared with all other chips; 16 bytes take 0.4 ms of a tick."""
    outputs = Outputs().running()
    for _ in ALL[:4]:
        outputs.driver.holds()
    assert sorted(outputs.seen) == [(6, 16), (22, 16), (38, 16), (54, 16)]
    outputs.seen.clear()
    outputs.driver.sound()
    assert outputs.seen == [(MODE1, 2)]
    outputs.seen.clear()
    outputs.driver.all_off()
    assert sorted(outputs.seen) == [(MODE1, 2), (6, 16), (22, 16), (38, 16), (54, 16)]


@pytest.mark.parametrize("other", [-1, 16, 31])
def test_channels_that_the_chip_does_not_have_are_another_drivers(other: int) -> None:
    outputs = Outputs([other, 3])
    outputs.driver.all_off()
    outputs.driver.show(array("H", [2000, 1500]))
    assert outputs.pulses == 1
    assert outputs.chip.pulse_us(3) == pytest.approx(1500, abs=3)


@pytest.mark.parametrize("method", ["all_off", "holds", "sound", "show"])
def test_each_method_frees_a_bus_that_a_chip_holds(method: str) -> None:
    outputs = Outputs().running()
    outputs.bench.held = 9
    arguments = (NONE,) if method == "show" else ()
    getattr(outputs.driver, method)(*arguments)
    assert outputs.bench.held == 0
    assert outputs.pulses == (0 if method in {"show", "all_off"} else 16)


# ── Servos on pins of the microcontroller ────────────────────────────────────────────────────────


def test_pins_have_no_pulses_at_first_and_none_after_all_off() -> None:
    board = LockStepBoard(CAT)
    pwms = board.bench.pwms
    pwms.clear()
    driver = board.module("pin_servos").PinServos([0, -1, 9])
    assert {pin: pwm.u16 for pin, pwm in pwms.items()} == {0: 0, 9: 0}, "−1 is another driver's"
    for _ in range(2):
        driver.show(array("H", [1500, 700, 2000]))
        assert {pin: pwm.ns for pin, pwm in pwms.items()} == pytest.approx(
            {0: 1_500_000, 9: 2_000_000}, abs=400
        )
        driver.all_off()
        assert {pin: pwm.u16 for pin, pwm in pwms.items()} == {0: 0, 9: 0}


def test_an_output_of_a_pin_is_set_only_when_its_pulse_changes() -> None:
    board = LockStepBoard(CAT)
    driver = board.module("pin_servos").PinServos([8])
    told: list[int] = []
    board.bench.pwms[8].duty_ns = told.append
    for us in (0, 1500, 1500, 1600, 1600, 1500):
        driver.show(array("H", [us]))
    driver.all_off()
    driver.show(array("H", [0]))
    assert told == [1_500_000, 1_600_000, 1_500_000]
