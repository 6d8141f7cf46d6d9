"""The two accelerometers: which chips are taken, how they are set up by their data sheets, and what
their numbers mean."""

from __future__ import annotations

import math
from array import array
from typing import Any

import pytest

from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT

SIMULATED = {"LSM6DS3": "SimulatedLsm6ds3", "MPU6050": "SimulatedMpu6050"}
WHO_AM_I = {"LSM6DS3": 0x0F, "MPU6050": 0x75}
ADDRESS = {"LSM6DS3": 0x6A, "MPU6050": 0x68}
GYRO = {"LSM6DS3": 0x22, "MPU6050": 0x43}
"""First register of the turning rates."""
ACCELERATION = {"LSM6DS3": 0x28, "MPU6050": 0x3B}
"""First register of the accelerations."""
KINDS = sorted(SIMULATED)


class Imu:
    """A bus with one accelerometer."""

    def __init__(self, kind: str, address: int | None = None, name: int | None = None) -> None:
        self.kind = kind
        board = LockStepBoard(CAT)
        machine = board.module("machine")
        self.model: Any = getattr(board.module("motion_chips"), SIMULATED[kind])()
        self.model.hum = 0
        if name is not None:
            self.model.registers[WHO_AM_I[kind]] = name
        board.bench.chips.pop(0x6A)
        board.bench.chips[address or ADDRESS[kind]] = self.model
        self.i2c = machine.I2C(0)
        self.module = board.module("imu")
        self.board = board

    def found(self) -> str:
        """The driver that is taken."""
        return type(self.module.find(self.i2c)).__name__

    def put(self, first: int, values: tuple[int, ...]) -> None:
        """Fill registers with numbers of 16 bits in the order of the chip's bytes."""
        for index, value in enumerate(values):
            data = (value & 0xFFFF).to_bytes(2, "little" if self.kind == "LSM6DS3" else "big")
            self.model.registers[first + 2 * index : first + 2 * index + 2] = data


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("LSM6DS3", 0x69),
        ("LSM6DS3", 0x6A),  # LSM6DS3TR-C
        ("LSM6DS3", 0x6C),  # LSM6DSO
        ("MPU6050", 0x68),
        ("MPU6050", 0x70),  # MPU6500
        ("MPU6050", 0x71),  # MPU9250
        ("MPU6050", 0x72),  # MPU6052C
        ("MPU6050", 0x73),  # MPU9255
        ("MPU6050", 0x98),  # a clone
    ],
)
@pytest.mark.parametrize("above", [0, 1])
def test_relatives_are_taken_at_both_of_their_addresses(kind: str, name: int, above: int) -> None:
    assert Imu(kind, ADDRESS[kind] + above, name).found() == kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [0x00, 0x33, 0xFF])
def test_another_chip_at_the_same_address_is_refused(kind: str, name: int) -> None:
    imu = Imu(kind, name=name)
    with pytest.raises(OSError, match="no LSM6DS3"):
        imu.found()


def test_the_lsm6ds3_measures_104_times_a_second_up_to_8_g_and_1000_degrees_a_second() -> None:
    imu = Imu("LSM6DS3")
    imu.found()
    acceleration, gyro, control = imu.model.registers[0x10:0x13]
    assert acceleration == 0b0100 << 4 | 0b11 << 2, "104 Hz, ±8 g"
    assert gyro == 0b0100 << 4 | 0b10 << 2, "104 Hz, ±1000 °/s"
    assert control == 1 << 6 | 1 << 2, "whole samples (BDU), addresses count up (IF_INC)"


def test_the_mpu6050_is_awake_filters_and_measures_up_to_8_g_and_1000_degrees_a_second() -> None:
    imu = Imu("MPU6050")
    imu.found()
    registers = imu.model.registers
    assert registers[0x6B] == 1, "awake, clocked by the gyroscope"
    assert registers[0x1A] == 3, "low pass at 42 Hz"
    assert (registers[0x1B], registers[0x1C]) == (0b10 << 3, 0b10 << 3), "±1000 °/s, ±8 g"


MG = {"LSM6DS3": 0.244, "MPU6050": 1000.0 / 4096.0}
"""mg a count."""
MRAD_S = {"LSM6DS3": math.radians(35.0), "MPU6050": math.radians(1000.0 / 32.8)}
"""mrad/s a count."""


@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_milli_g_and_milliradians_a_second(kind: str) -> None:
    imu = Imu(kind)
    chip, felt = imu.module.find(imu.i2c), array("h", [0] * 6)
    for counts in ((0, 1, -1), (2, 3, -3), (4097, -5000, 77), (32767, -32768, 256), (9, 255, -256)):
        imu.put(ACCELERATION[kind], counts)
        imu.put(GYRO[kind], counts[::-1])
        assert chip.read_into(felt)
        assert list(felt[:3]) == [math.floor(count * MG[kind] + 0.5) for count in counts]
        rates = [count * MRAD_S[kind] for count in counts[::-1]]
        assert list(felt[3:]) == pytest.approx(rates, abs=0.51, rel=4e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_before_it_has_measured_for_the_first_time_it_is_no_fall(kind: str) -> None:
    imu = Imu(kind)
    chip, felt = imu.module.find(imu.i2c), array("h", [7] * 6)
    imu.put(ACCELERATION[kind], (0, 0, 0))
    imu.put(GYRO[kind], (0, 0, 0))
    assert not chip.read_into(felt)
    assert list(felt) == [7] * 6


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_at_all_is_a_fall_as_long_as_the_chip_has_its_configuration(kind: str) -> None:
    imu = Imu(kind)
    chip, felt = imu.module.find(imu.i2c), array("h", [7] * 6)
    chip.read_into(felt)
    imu.put(ACCELERATION[kind], (0, 0, 0))
    imu.put(GYRO[kind], (0, 0, 0))
    assert chip.read_into(felt)
    assert list(felt) == [0] * 6
    imu.put(ACCELERATION[kind], (1, 0, 0))
    assert chip.read_into(felt)
    imu.model.power_on()
    with pytest.raises(OSError, match="reset"):
        chip.read_into(felt)


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_has_no_reading_yet_or_no_chip_lies_still(kind: str) -> None:
    imu = Imu(kind)
    bus = imu.board.module("i2c_bus").Bus(CAT.wiring.i2c_sda, CAT.wiring.i2c_scl)
    sensor = imu.module.MotionSensor(bus)
    assert list(sensor.felt) == [0, 0, 1000, 0, 0, 0]
    imu.model.present = False
    assert not sensor.read(0)
    imu.model.present = True
    imu.model.feel(300, -200, 900, 40, 50, 60)
    assert sensor.read(1000)
    assert list(sensor.felt) == pytest.approx([300, -200, 900, 40, 50, 60], abs=1)
    assert not sensor.read(1010), "nothing changed"
    imu.model.present = False
    assert not sensor.read(1020)
    assert list(sensor.felt) == [0, 0, 1000, 0, 0, 0]


class Sensor(Imu):
    """The accelerometer of a body, read fifty times a second; its chip hums."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.model.hum = 1
        bus = self.board.module("i2c_bus").Bus(CAT.wiring.i2c_sda, CAT.wiring.i2c_scl)
        self.sensor = self.module.MotionSensor(bus)
        self.ms = 0

    def answers(self, seconds: float) -> list[bool]:
        """Whether it answered, for each read."""
        found = []
        for _ in range(round(seconds * 50)):
            self.sensor.read(self.ms)
            found.append(self.sensor.answers)
            self.ms += 20
        return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_chip_that_hums_answers_though_nothing_moves(kind: str) -> None:
    sensor = Sensor(kind)
    sensor.model.feel(0, 0, 1000, 0, 0, 0)
    assert all(sensor.answers(30.0))
    assert list(sensor.sensor.felt) == [0, 0, 1000, 0, 0, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_reading_for_two_seconds_is_a_lost_chip_until_there_is_another(kind: str) -> None:
    sensor = Sensor(kind)
    sensor.answers(3.0)
    sensor.model.stuck = True
    assert sensor.answers(10.0) == [True] * 99 + [False] * 401
    assert sensor.sensor.losses == 1, "it was not found in between"
    sensor.model.stuck = False
    assert sensor.answers(1.02)[-1]
    assert all(sensor.answers(10.0))


@pytest.mark.parametrize("kind", KINDS)
def test_a_chip_that_was_not_believed_must_give_another_reading_with_weight(kind: str) -> None:
    sensor = Sensor(kind)
    sensor.sensor.distrust(0)
    assert sensor.sensor.losses == 0, "it was not found yet"
    sensor.model.feel(0, 0, 100, 0, 0, 0)
    sensor.answers(2.0)
    sensor.sensor.distrust(sensor.ms)
    assert list(sensor.sensor.felt) == [0, 0, 1000, 0, 0, 0]
    assert not any(sensor.answers(5.0)), "it hums, and is as light as before"
    sensor.model.feel(0, 0, 1000, 0, 0, 0)
    assert sensor.answers(1.02)[-1]
    assert sensor.sensor.losses == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("along", [0, 1, 2])
def test_weight_along_any_axis_brings_back_a_chip_that_was_not_believed(
    kind: str, along: int
) -> None:
    sensor = Sensor(kind)
    sensor.model.feel(0, 0, 100, 0, 0, 0)
    sensor.answers(2.0)
    sensor.sensor.distrust(sensor.ms)
    sensor.model.feel(*(-1000 if axis == along else 0 for axis in range(3)), 0, 0, 0)
    assert sensor.answers(1.02)[-1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_chip_that_was_found_again_has_two_seconds_of_the_same_reading_anew(kind: str) -> None:
    sensor = Sensor(kind)
    sensor.answers(3.0)
    sensor.model.stuck = True
    assert not sensor.answers(4.0)[-1]
    sensor.model.stuck, sensor.model.hum = False, 0
    sensor.model.feel(0, 500, 800, 0, 0, 0)
    found = sensor.answers(6.0)
    assert found.count(True) == 99, "the hundredth that is the same is not believed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_chip_is_not_doubted_too(kind: str) -> None:
    """It may come back with the reading that was its last."""
    sensor = Sensor(kind)
    sensor.model.hum = 0
    sensor.answers(1.0)
    sensor.model.present = False
    sensor.answers(0.1)
    sensor.sensor.distrust(sensor.ms)
    sensor.model.present = True
    assert sensor.answers(1.02)[-1]
    assert sensor.sensor.losses == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_bus_that_is_held_costs_one_wait_and_not_one_for_each_address(kind: str) -> None:
    imu = Imu(kind)
    imu.board.bench.clock_held = True
    imu.board.bench.waited_us = 0
    with pytest.raises(OSError, match="110"):
        imu.found()
    assert imu.board.bench.waited_us == imu.i2c._timeout


@pytest.mark.parametrize(
    ("felt", "said", "found"),
    [
        ((20, -20, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), 0),
        ((21, -21, 0, 0, 0, 0), (0, 0, 0, 0, 0, 0), 2),
        ((-5, 5, 0, 0, 0, 21), (5, -5, 0, 0, 0, 0), 1),
        ((8000, 0, 0, 0, 0, 0), (-8000, 0, 0, 0, 0, 0), 1),
    ],
)
def test_how_many_axes_changed_by_more_than_so_much(
    felt: tuple[int, ...], said: tuple[int, ...], found: int
) -> None:
    """Also where the sign changed."""
    changed = LockStepBoard(CAT).module("imu").changed
    assert (
        changed(array("H", [n & 65535 for n in felt]), array("H", [n & 65535 for n in said]), 20)
        == found
    )
