"""The drivers against simulated chips at register level: the very files that run on the board."""

from __future__ import annotations

from array import array

import pytest

from moggy import wire
from moggy.messages import Acceleration, BoardReport, Command, Purr, Touch

from .rig import CAT, Brain, Rig, of


def touches(rig: Rig, seconds: float) -> list[Touch]:
    return [sense for sense in rig.live(seconds) if isinstance(sense, Touch)]


def test_the_servo_board_runs_at_fifty_hertz_and_gives_the_pulse_it_was_asked_for() -> None:
    board = Rig().board
    chip, driver = (
        board.bench.servos,
        board.module("pca9685").PCA9685(board.module("i2c_bus").Bus(4, 5), [15, -1, 0, 7]),
    )
    assert chip.registers[0xFE] == 121
    driver.all_off()
    driver.show(array("H", [2500, 999, 500, 1500]))
    for channel, us in ((0, 500), (7, 1500), (15, 2500)):
        assert chip.pulse_us(channel) == pytest.approx(us, abs=3)
    driver.show(array("H", [2500, 999, 0, 1500]))
    assert [chip.pulse_us(channel) > 0 for channel in (0, 7, 15)] == [False, True, True]
    driver.all_off()
    assert [chip.pulse_us(channel) for channel in range(16)] == [0] * 16


def pulses_of_chip(told_hz: int, real_hz: int, us: int) -> float:
    """µs that a chip with this oscillator gives, where the body's file says another."""
    board = Rig().board
    bus, chip = board.module("i2c_bus").Bus(4, 5), board.bench.servos
    chip.oscillator_hz = real_hz
    driver = board.module("pca9685").PCA9685(bus, [3], told_hz)
    driver.all_off()
    driver.show(array("H", [us]))
    found: int = chip.pulse_us(3)
    return found


@pytest.mark.parametrize("hz", range(23_000_000, 27_000_001, 250_000))
def test_a_calibrated_servo_board_is_right_to_half_a_count_and_another_is_not(hz: int) -> None:
    """A count is 4.9 µs; the period is up to 0.5 % from 20 ms, 12 µs in 2500."""
    for us in (500, 1500, 2500):
        assert pulses_of_chip(hz, hz, us) == pytest.approx(us, abs=3.1)
    if abs(hz - 25_000_000) >= 250_000:
        off = abs(pulses_of_chip(25_000_000, hz, 2500) - 2500)
        assert off > 2500 * abs(hz - 25_000_000) / 27e6 - 5


def test_each_channel_is_read_back_within_four_looks() -> None:
    board = Rig().board
    bus, registers = board.module("i2c_bus").Bus(4, 5), board.bench.servos.registers
    driver = board.module("pca9685").PCA9685(bus, list(range(16)))
    pulses = array("H", [1000 + 100 * channel for channel in range(16)])
    pulses[7] = 0
    driver.all_off()
    driver.show(pulses)
    before = bytes(registers[6:70])
    assert all(driver.holds() for _ in range(8))
    for channel in range(16):
        for byte, bit in ((0, 1), (1, 1), (2, 128), (3, 2), (3, 16)):
            if channel == 7 and bit != 16:
                continue
            registers[6 + 4 * channel + byte] ^= bit
            looks = [driver.holds() for _ in range(4)]
            assert False in looks
            assert driver.holds(), "a write is due"
            driver.show(pulses)
            assert registers[6:70] == before
            assert all(driver.holds() for _ in range(4))


def test_a_channel_that_was_not_taken_off_is_no_acknowledged_off() -> None:
    board = Rig().board
    chip = board.bench.servos
    driver = board.module("pca9685").PCA9685(board.module("i2c_bus").Bus(4, 5), [12])
    driver.all_off()
    driver.show(array("H", [1500]))
    chip.lapses = 2
    with pytest.raises(OSError, match="still gives pulses"):
        driver.all_off()
    assert chip.pulse_us(12) > 0
    driver.all_off()
    assert chip.pulse_us(12) == 0
    assert all(driver.holds() for _ in range(4))
    chip.garble()
    assert False in [driver.holds() for _ in range(4)]


@pytest.mark.parametrize("taken", range(1, 64))
def test_a_write_that_breaks_off_leaves_each_pulse_old_or_new(taken: int) -> None:
    board = Rig().board
    chip = board.bench.servos
    driver = board.module("pca9685").PCA9685(board.module("i2c_bus").Bus(4, 5), [*range(16)])
    driver.all_off()
    before, after = array("H", [1283] * 16), array("H", [1024] * 16)
    driver.show(before)
    old = chip.pulse_us(0)
    chip.cut = taken
    with pytest.raises(OSError, match="5"):
        driver.show(after)
    new = [chip.pulse_us(channel) for channel in range(16)]
    whole = taken // 4
    assert new[whole:] == [old] * (16 - whole)
    assert old not in new[:whole]
    driver.show(after)
    assert old not in [chip.pulse_us(channel) for channel in range(16)]


@pytest.mark.parametrize("mode2", [0x04, 0x0C])
@pytest.mark.parametrize("increments", [True, False])
def test_off_ends_the_pulses_whatever_the_configuration_was(
    mode2: int, *, increments: bool
) -> None:
    board = Rig().board
    chip = board.bench.servos
    driver = board.module("pca9685").PCA9685(board.module("i2c_bus").Bus(4, 5), [*range(16)])
    driver.all_off()
    driver.show(array("H", [1500] * 16))
    assert chip.pulse_us(3) > 0
    chip.registers[1] = mode2
    if not increments:
        chip.registers[0] &= ~0x20
    again = board.module("pca9685").PCA9685(board.module("i2c_bus").Bus(4, 5), [*range(16)])
    again.all_off()
    assert [chip.pulse_us(channel) for channel in range(16)] == [0] * 16
    assert again.sound()


def test_the_pulses_of_the_servos_do_not_all_begin_at_once() -> None:
    rig = Rig()
    rig.live(1.5)
    registers = rig.bench.servos.registers
    begins = {registers[6 + 4 * channel] | registers[7 + 4 * channel] << 8 for channel in range(16)}
    assert len(begins) == 16


def test_only_the_four_servos_of_which_one_moved_are_written() -> None:
    rig = Rig()
    rig.live(3.0, {"head_roll": 0.1})
    written: list[tuple[int, int]] = []
    write = rig.bench.servos.write

    def noted(register: int, data: bytes | memoryview) -> None:
        written.append((register, len(data)))
        write(register, data)

    rig.bench.servos.write = noted
    rig.live(0.2, {"head_roll": 0.1})
    assert written == []
    rig.live(0.2, {"head_roll": 0.15})
    assert set(written) == {(6 + 16 * (CAT.joints["head_roll"].channel // 4), 16)}


def test_a_pin_servo_gets_its_pulse() -> None:
    rig = Rig()
    rig.live(2.0, {"eyelids": 0.8})
    joint = CAT.joints["eyelids"]
    assert rig.bench.pwms[joint.channel].hz == 50
    assert rig.bench.pulse_us("pwm", joint.channel) == pytest.approx(
        joint.zero_us + 0.8 * joint.us_per_rad, abs=2
    )


def test_no_two_outputs_of_another_rate_share_a_slice_of_the_microcontroller() -> None:
    rig = Rig()
    rig.live(2.0, {"eyelids": 0.8})
    pins = {
        **{joint.channel: 50 for joint in CAT.joints.values() if joint.driver == "pwm"},
        CAT.wiring.purr: 25,
        CAT.wiring.pins["pupils"]: 1000,
    }
    assert {pin: rig.bench.pwms[pin].hz for pin in pins} == pins


LSM6DS3 = ("SimulatedLsm6ds3", 0x0F, (0x10, 0x11, 0x12))
MPU6050 = ("SimulatedMpu6050", 0x75, (0x6B, 0x1A, 0x1B, 0x1C))
"""Model, register of its name, registers of its configuration."""
ACCELEROMETERS = [
    *[(LSM6DS3, address, name) for address in (0x6A, 0x6B) for name in (0x69, 0x6A, 0x6C)],
    *[
        (MPU6050, address, name)
        for address in (0x68, 0x69)
        for name in (0x68, 0x70, 0x71, 0x72, 0x73, 0x98)
    ],
]


@pytest.mark.parametrize(
    ("kind", "address", "name"),
    ACCELEROMETERS,
    ids=[f"{kind[0]} {address:x} {name:x}" for kind, address, name in ACCELEROMETERS],
)
def test_either_accelerometer_is_found_and_gives_g_and_rad_a_second(
    kind: tuple[str, int, tuple[int, ...]], address: int, name: int
) -> None:
    board = Rig().board
    machine = board.module("machine")
    simulated, who_am_i, settings = kind
    model = getattr(board.module("motion_chips"), simulated)()
    model.hum = 0
    model.registers[who_am_i] = name
    board.bench.chips.pop(0x6A)
    board.bench.chips[address] = model
    imu, felt = board.module("imu").find(machine.I2C(0)), array("h", [0] * 6)
    model.feel(250, -500, 1500, 100, -2000, 3000)
    assert imu.read_into(felt)
    assert list(felt) == pytest.approx([250, -500, 1500, 100, -2000, 3000], abs=2)
    assert not imu.read_into(felt), "nothing changed"
    assert imu.sound()
    for register in settings:
        model.registers[register] ^= 4
        assert not imu.sound()
        model.registers[register] ^= 4
    model.power_on()
    with pytest.raises(OSError, match="reset"):
        imu.read_into(felt)


@pytest.mark.parametrize(
    ("kind", "address"), [(LSM6DS3, 0x6A), (LSM6DS3, 0x6B), (MPU6050, 0x68), (MPU6050, 0x69)]
)
def test_a_chip_of_another_name_is_not_taken_for_an_accelerometer(
    kind: tuple[str, int, tuple[int, ...]], address: int
) -> None:
    """Such as a clock DS3231, which has the address of an MPU6050."""
    board = Rig().board
    machine = board.module("machine")
    model = getattr(board.module("motion_chips"), kind[0])()
    model.registers[kind[1]] = 0x11
    board.bench.chips.pop(0x6A)
    board.bench.chips[address] = model
    before = bytes(model.registers)
    with pytest.raises(OSError, match="no LSM6DS3"):
        board.module("imu").find(machine.I2C(0))
    assert bytes(model.registers) == before, "nothing was written to it"


def test_without_an_accelerometer_the_board_says_so_and_lives() -> None:
    board = Rig().board
    board.bench.chips.pop(0x6A)
    with pytest.raises(OSError, match="no LSM6DS3"):
        board.module("imu").find(board.module("machine").I2C(0))


def test_a_chip_that_is_no_mpr121_is_refused() -> None:
    board = Rig().board
    board.bench.skin.write = lambda register, data: None
    board.bench.skin.registers[0x5D] = 0
    with pytest.raises(OSError, match="MPR121"):
        board.module("mpr121").MPR121(board.module("machine").I2C(0)).set_up()


def test_a_touch_is_told_at_once_fifty_times_a_second_and_its_end_once() -> None:
    rig = Rig()
    rig.live(1.0)
    rig.touch(back=0.4, neck=0.1)
    told = touches(rig, 1.0)
    assert 49 <= len(told) <= 52
    assert told[0].at - 1.0 <= 0.021
    assert told[-1].pads == pytest.approx({"back": 0.4, "neck": 0.1}, abs=0.01)
    assert told[-1].pressure == pytest.approx(0.4, abs=0.01)
    rig.touch()
    ended = touches(rig, 1.0)
    assert [touch.pressure for touch in ended] == [0.0]


def test_a_tap_between_two_ticks_of_the_loop_is_not_lost() -> None:
    rig = Rig()
    rig.live(1.0)
    rig.touch(chin=0.5)
    rig.board.advance(rig.now + 0.01)
    rig.touch()
    told = touches(rig, 0.3)
    assert [round(touch.pressure, 1) for touch in told] == [0.5, 0.0]


def test_weather_moves_the_baseline_and_never_touches() -> None:
    rig = Rig()
    rig.live(1.0)
    for drift in range(0, 2400, 40):  # fF, about a count a step
        rig.feel(drifts=(drift,) * 12)
        assert touches(rig, 0.5) == []
    rig.touch(back=0.3)
    assert touches(rig, 0.2)[-1].pads == pytest.approx({"back": 0.3}, abs=0.05)


def test_a_pad_that_was_held_at_boot_works_once_it_was_let_go() -> None:
    rig = Rig()
    rig.touch(chin=0.6)
    rig.live(2.0)
    rig.touch()
    rig.live(1.0)
    rig.touch(chin=0.4)
    assert touches(rig, 0.2)[-1].pads == pytest.approx({"chin": 0.4}, abs=0.02)


def test_a_start_under_a_firm_hand_costs_no_strength_afterwards() -> None:
    rig = Rig()
    rig.touch(forehead=1.0, chin=0.7)
    rig.live(2.0)
    rig.touch()
    rig.live(2.0)
    counts = rig.board._board._skin._counts
    assert all(680 < count < 725 for count in counts), "each charge is right again"
    rig.touch(forehead=0.5)
    assert touches(rig, 0.2)[-1].pads == pytest.approx({"forehead": 0.5}, abs=0.02)
    reports = [sense for sense in rig.senses if isinstance(sense, BoardReport)]
    assert not any("touch" in report.faults for report in reports)


def test_in_the_quiet_time_after_boot_nothing_is_believed() -> None:
    rig = Rig(quiet_ms=3000)
    rig.live(0.5)
    rig.touch(chin=0.6)
    assert touches(rig, 0.5) == []
    rig.touch()
    rig.live(2.5)
    rig.touch(back=0.4)
    assert touches(rig, 0.1)


def test_a_pad_that_sticks_is_masked_and_named_and_comes_back() -> None:
    rig = Rig()
    rig.live(1.0)
    rig.touch(belly=0.5)
    rig.live(110.0)
    assert touches(rig, 1.0) == []
    assert (
        "stuck pad belly"
        in [
            sense.faults for sense in rig.senses if isinstance(sense, BoardReport) and sense.faults
        ][-1]
    )
    rig.touch(belly=0.5, back=0.3)
    assert touches(rig, 0.2)[-1].pads == pytest.approx({"back": 0.3}, abs=0.02)
    rig.touch()
    rig.live(0.5)
    rig.touch(belly=0.5)
    assert touches(rig, 0.2)[-1].pads == pytest.approx({"belly": 0.5}, abs=0.02)


def test_a_stuck_pad_that_is_to_stay_so_is_cleared() -> None:
    brain = Brain()
    brain.live(1.0)
    brain.rig.touch(belly=0.5)
    brain.live(110.0)
    assert brain.status[2] == 1 << list(CAT.pads).index("belly")
    assert brain.asked(wire.CLEAR) == "done"
    assert brain.status[2] == 0
    heard = brain.live(120.0)
    assert (brain.status[2], of(wire.TOUCHED, heard)) == (0, [])


def test_a_battery_that_is_low_is_well_only_some_way_above_the_mark() -> None:
    board = Rig().board
    battery = board.module("battery").BatteryGauge(
        CAT.wiring.battery, CAT.wiring.charging, 8400, 6800, 6400, 3000
    )
    low = []
    for millivolts in (7000, 6700, 6900, 6950, 7100, 6900):
        battery.mv = 0
        board.bench.adc[CAT.wiring.battery] = millivolts * 65535 // 9900
        battery.read()
        low.append(battery.low)
    assert low == [False, True, True, True, False, False]


def test_a_short_dip_of_the_battery_is_not_the_end() -> None:
    rig = Rig()
    rig.live(2.0)
    rig.feel(volts=6.0)
    rig.live(1.5)
    rig.feel(volts=7.5)
    rig.live(5.0)
    assert rig.state == "running"


def test_acceleration_is_told_fast_while_something_happens_and_rarely_at_rest() -> None:
    rig = Rig()
    rig.live(2.0)
    still = [sense for sense in rig.live(10.0) if isinstance(sense, Acceleration)]
    assert len(still) <= 25
    for step in range(50):
        rig.feel(acceleration=(0.01 * step, 0.0, 1.0), gyro=(0.0, 0.5, 0.0))
        rig.live(0.02)
    told = [sense for sense in rig.senses if isinstance(sense, Acceleration) and sense.at > 12.0]
    assert len(told) >= 45
    assert told[-1].x == pytest.approx(0.48, abs=0.02)
    assert told[-1].gyro[1] == pytest.approx(0.5, abs=0.002)


def test_the_purr_motor_runs_at_the_rate_of_the_purr_and_rests_with_the_breath() -> None:
    rig = Rig()
    rig.live(1.5)
    levels = []
    for step in range(100):
        rig.now += 0.02
        rig.board.advance(rig.now)
        rig.body.poll(rig.now)
        rig.body.move(
            Command(at=rig.now, purr=Purr(level=0.8, rate=23.0, breath=step / 100), pupils=0.7)
        )
        levels.append(rig.board.outputs().purr)
    outputs = rig.board.outputs()
    assert outputs.purr_hz == 23.0
    assert outputs.pupils == pytest.approx(0.7, abs=0.01)
    assert max(levels) == pytest.approx(0.8, abs=0.01)
    assert min(levels[50:55]) < 0.2
    rig.live(1.0, silent=True)
    assert rig.board.outputs().purr == 0.0, "a lost brain purrs no more"
