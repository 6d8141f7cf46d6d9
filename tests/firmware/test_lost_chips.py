"""The touch chip and the accelerometer when they are lost and found: a missed acknowledgement, a
dip of the supply, a chip that holds the bus."""

from __future__ import annotations

from typing import Any

import pytest

from moggy import wire
from moggy.messages import Touch

from .rig import Brain, Life, Rig, of

TOUCH = 1 << wire.FAULTS.index("touch")
IMU = 1 << wire.FAULTS.index("imu")


class Refusing:
    """Makes the next `transfers` reads of a chip fail."""

    def __init__(self, chip: Any) -> None:
        self.transfers = 0
        self.asked = 0
        self._read = chip.read
        chip.read = self.read

    def read(self, register: int, count: int) -> bytearray:
        self.asked += 1
        if self.transfers:
            self.transfers -= 1
            raise OSError(5)
        data: bytearray = self._read(register, count)
        return data


def pressures(brain: Brain) -> list[bytes]:
    """Those of the touches that were told so far, as they began and ended."""
    return [one.payload[4:] for one in of(wire.TOUCHED, brain.heard)]


def held(**rig: Any) -> Brain:
    """A board with a hand on its back."""
    brain = Brain(**rig)
    brain.live(1.0)
    brain.rig.touch(back=0.5)
    brain.live(0.5)
    assert len(pressures(brain)) == 1
    return brain


# ── A read that fails ────────────────────────────────────────────────────────────────────────────


def test_a_read_that_fails_once_is_repeated_in_the_same_tick() -> None:
    brain = held()
    for name in ("skin", "imu"):
        refusing = Refusing(getattr(brain.rig.bench, name))
        for _ in range(20):
            refusing.transfers = 1
            brain.live(0.05)
    assert brain.status[1] == 0
    assert len(pressures(brain)) == 1, "the touch goes on"
    assert len(of(wire.TOUCH, brain.live(1.0))) == pytest.approx(50, abs=2)


def test_a_chip_that_is_gone_ends_the_touch_and_one_that_is_back_begins_it_anew() -> None:
    brain = held()
    firm = pressures(brain)[0]
    brain.rig.bench.skin.present = False
    brain.live(0.05)
    assert brain.status[1] == TOUCH
    assert not any(pressures(brain)[-1])
    assert of(wire.TOUCH, brain.live(0.5))[1:] == []
    brain.rig.bench.skin.present = True
    brain.live(1.05)
    assert brain.status[1] == 0
    assert pressures(brain)[-1] == firm, "the hand has lain there all the time"
    assert len(pressures(brain)) == 3


@pytest.mark.parametrize(("away", "felt"), [((8.0,), True), ((13.0,), False), ((6.0, 6.0), True)])
def test_after_ten_seconds_without_a_reading_the_baselines_are_learnt_anew(
    away: tuple[float, ...], felt: bool
) -> None:
    brain = held()
    for seconds in away:
        brain.rig.bench.skin.present = False
        brain.live(seconds)
        brain.rig.bench.skin.present = True
        brain.live(3.0)
    assert brain.status[1] == 0
    assert any(pressures(brain)[-1]) == felt


def test_a_disturbance_of_eight_milliseconds_costs_a_tenth_of_a_second() -> None:
    brain = held()
    brain.rig.bench.skin.present = False
    brain.live(0.01)
    brain.rig.bench.skin.present = True
    heard = brain.live(0.07)
    assert (brain.status[1], len(pressures(brain))) == (0, 3)
    assert len(of(wire.STATE, heard)) >= 1


@pytest.mark.parametrize("name", ["skin", "imu"])
def test_a_chip_that_stays_away_is_tried_once_a_second(name: str) -> None:
    rig = Rig()
    rig.live(1.0)
    refusing = Refusing(getattr(rig.bench, name))
    refusing.transfers = 1_000_000
    rig.live(1.0)
    before = refusing.asked
    rig.live(30.0)
    assert 30 <= refusing.asked - before <= 60, "one try has one or two transfers"


def test_a_chip_that_is_lost_again_and_again_is_set_up_once_a_second() -> None:
    brain = held()
    chip = brain.board._board._skin._chip
    set_ups: list[float] = []
    set_up = chip.set_up

    def counted() -> None:
        set_ups.append(brain.now)
        set_up()

    chip.set_up = counted
    for _ in range(1000):
        brain.rig.bench.skin.power_on()
        brain.live(0.01)
    assert 10 <= len(set_ups) <= 12
    assert not any(pressures(brain)[-1])


@pytest.mark.parametrize(("name", "fault"), [("skin", TOUCH), ("imu", IMU)])
def test_a_chip_that_comes_after_the_start_is_taken(name: str, fault: int) -> None:
    brain = Brain()
    chip = getattr(brain.rig.bench, name)
    chip.present = False
    brain.board.restart()
    brain.live(1.0)
    assert brain.status[1] == fault
    chip.present = True
    brain.live(1.5)
    assert brain.status[1] == 0
    brain.rig.touch(back=0.5)
    brain.rig.feel(acceleration=(0.5, 0.0, 1.0))
    heard = brain.live(0.5)
    assert of(wire.TOUCHED, heard)
    assert of(wire.MOTION, heard)


def test_what_came_and_went_is_counted_in_the_log() -> None:
    brain = held()
    for _ in range(3):
        brain.rig.bench.skin.present = False
        brain.live(0.1)
        brain.rig.bench.skin.present = True
        brain.live(1.5)
    said = [one.payload.decode() for one in of(wire.LOG, brain.heard)]
    assert "touch chip lost 3 times" in said[-1]
    assert "IMU lost 0 times" in said[-1]


# ── A dip of the supply ──────────────────────────────────────────────────────────────────────────


def test_a_touch_chip_that_was_reset_is_no_hand_on_all_pads() -> None:
    brain = held()
    firm = pressures(brain)[0]
    brain.live(0.1)  # the next look at its configuration is not due
    brain.rig.bench.skin.power_on()
    brain.live(0.3)
    told = pressures(brain)
    assert told == [firm, bytes(12), firm], "ended, and felt again with the same pressure"
    assert brain.status[1] == 0
    assert brain.board._board._skin.implausible == 1


def test_a_touch_chip_that_measures_zeros_with_its_configuration_whole_is_set_up_again() -> None:
    brain = held()
    chip = brain.rig.bench.skin
    reset = chip.power_on

    def cured() -> None:
        chip.stuck = False
        reset()

    chip.power_on, chip.stuck = cured, True
    chip.registers[4:28] = bytes(24)
    brain.live(1.5)
    assert (brain.status[1], chip.stuck) == (0, False)
    assert pressures(brain)[-1] == pressures(brain)[0]


@pytest.mark.parametrize("register", [0x5C, 0x5D, 0x5E])
def test_a_touch_chip_that_measures_otherwise_is_set_up_again(register: int) -> None:
    brain = held()
    brain.rig.bench.skin.registers[register] ^= 4
    brain.live(0.3)
    assert brain.status[1] in (TOUCH, 0)
    brain.live(0.2)
    assert (brain.status[1], brain.board._board._skin.losses) == (0, 1)
    assert pressures(brain)[-1] == pressures(brain)[0]


def test_an_accelerometer_that_was_reset_is_no_fall() -> None:
    brain = Brain()
    brain.live(1.0)
    brain.rig.feel(acceleration=(0.3, 0.0, 0.9))
    brain.live(1.1)  # the next look at its configuration is not due
    brain.rig.bench.imu.power_on()
    brain.live(1.0)
    states = [one.payload for one in of(wire.STATE, brain.heard)]
    assert all(payload[-1] == 0 for payload in states), "no flag of a fall"
    assert brain.status[1] == 0
    assert brain.board._board._imu.losses == 1
    assert list(brain.board._board._imu.felt)[:3] == pytest.approx([300, 0, 900], abs=2)


@pytest.mark.parametrize("register", [0x10, 0x11, 0x12])
def test_each_register_of_the_accelerometer_is_read_back(register: int) -> None:
    rig = Rig()
    rig.live(1.0)
    rig.bench.imu.registers[register] ^= 4
    rig.live(0.5)
    assert rig.board._board._imu.losses == 1
    assert rig.board._board._imu.answers


# ── The bus ──────────────────────────────────────────────────────────────────────────────────────


def test_nine_clocks_free_a_bus_that_a_chip_holds() -> None:
    rig = Rig()
    rig.live(0.1)
    board = rig.board
    machine, bench = board.module("machine"), board.bench
    bus = board.module("i2c_bus").Bus(4, 5)
    bench.held = 9
    with pytest.raises(OSError):  # noqa: PT011 (it has no text)
        bus.i2c.readfrom_mem(0x5A, 0x5D, 1)
    assert machine.Pin(4).value() == 0
    bus.recover()
    assert bench.held == 0
    assert bus.i2c.readfrom_mem(0x5A, 0x5E, 1) == b"\x4c"


def test_a_freed_bus_has_had_as_many_clocks_as_it_needed_and_a_stop_condition() -> None:
    rig = Rig()
    rig.live(0.1)
    board = rig.board
    machine, bench = board.module("machine"), board.bench
    sda, scl = bench.bus
    set_to: list[tuple[str, int]] = []
    value = machine.Pin.value

    def noted(pin: Any, level: int | None = None) -> int:
        if level is not None:
            set_to.append(({sda: "data", scl: "clock"}[pin.number], level))
        read: int = value(pin, level)
        return read

    machine.Pin.value = noted
    bus = rig.board._board._skin._bus
    bench.held = 3
    bus.recover()
    stop = [("clock", 0), ("data", 0), ("clock", 1), ("data", 1)]
    assert set_to == [("clock", 0), ("clock", 1)] * 3 + stop
    set_to.clear()
    bench.held = 100
    bus.recover()
    assert set_to == [("clock", 0), ("clock", 1)] * 9 + stop, "it does not wait for ever"


def test_a_transfer_on_a_held_bus_takes_less_than_a_third_of_a_tick() -> None:
    board = Rig().board
    machine = board.module("machine")
    opened: list[dict[str, Any]] = []

    def noted(bus: int, **options: Any) -> Any:
        opened.append({"bus": bus, **options})
        return machine.I2C(bus, **options)

    board.module("i2c_bus").I2C = noted
    board.module("i2c_bus").Bus(4, 5)
    assert (opened[0]["bus"], opened[0]["freq"]) == (0, 400_000), "pins 4 and 5 are of bus 0"
    assert 64 * 9 / 0.4 < opened[0]["timeout"] < 10_000 / 3, "µs; 64 bytes take 1.5 ms"


def test_a_lost_accelerometer_gives_no_reading_and_lies_still() -> None:
    rig = Rig()
    rig.live(1.0)
    rig.feel(acceleration=(0.5, 0.2, 0.8), gyro=(1.0, 2.0, 3.0))
    imu = rig.board._board._imu
    assert imu.read(1010)
    rig.bench.imu.present = False
    assert not imu.read(1020)
    assert list(imu.felt) == [0, 0, 1000, 0, 0, 0]


def test_a_bus_that_was_held_at_the_start_is_freed_at_the_start() -> None:
    board = Rig().board
    board.bench.held = 9
    bus = board.module("i2c_bus").Bus(4, 5)
    assert bus.i2c.readfrom_mem(0x40, 0, 1)


class GivenUp:
    """Counts transfers that are given up since the bus is held; on a board each takes 3 ms."""

    def __init__(self, board: Any) -> None:
        self.count = 0
        i2c = board.module("machine").I2C
        chip = i2c._chip

        def counted(bus: Any, address: int) -> Any:
            try:
                return chip(bus, address)
            except OSError as error:
                self.count += error.args == (110,)
                raise

        i2c._chip = counted


@pytest.mark.parametrize("moving", [False, True], ids=["stop", "motion"])
def test_the_servos_free_a_bus_that_a_chip_holds_in_the_same_tick(moving: bool) -> None:
    """With the servo board alone on the bus, which nobody else would free."""
    brain = Brain()
    for address in (0x5A, 0x6A):
        brain.rig.bench.chips.pop(address)
    brain.awake()
    brain.live(0.1, head_pan=0.5)
    given_up, before = GivenUp(brain.board), brain.board.outputs().servos["head_pan"]
    brain.rig.bench.held = 9
    if moving:
        brain.live(0.02, head_pan=0.5)
        assert brain.board.outputs().servos["head_pan"] > before
    else:
        brain.rig.feel(stop=True)
        brain.live(0.01)
        assert brain.rig.limp
        brain.live(0.05)
        assert brain.status[0] == "stopped"
    assert (brain.rig.bench.held, given_up.count) == (0, 0)


def test_a_short_circuit_of_the_bus_makes_no_servo_wait_and_heals() -> None:
    brain = Brain().awake()
    brain.rig.feel(stop=True)
    given_up, clocks = GivenUp(brain.board), []
    brain.rig.bench.held = before = 1_000_000
    for _ in range(100):
        brain.live(0.01)
        clocks.append(before - brain.rig.bench.held)
        before = brain.rig.bench.held
    assert brain.status[0] == "stopping"
    assert given_up.count <= 8, "of touch chip and IMU, as they are lost and tried"
    assert max(clocks) <= 5 * 10, "nine and a stop condition, a few times a tick at most"
    brain.rig.bench.held = 0
    brain.live(0.05)
    assert (brain.status[0], brain.rig.limp) == ("stopped", True)


# ── In both interpreters ─────────────────────────────────────────────────────────────────────────


def felt(life: Life, seconds: float, **inputs: Any) -> list[Touch]:
    """The touches that are told meanwhile."""
    found: list[Touch] = []
    poll = life.body.poll

    def noted(now: float) -> Any:
        heard = list(poll(now))
        found.extend(sense for sense in heard if isinstance(sense, Touch))
        return heard

    life.body.poll = noted  # type: ignore[method-assign]
    life.live(seconds, **inputs)
    life.body.poll = poll  # type: ignore[method-assign]
    return found


PADS = (0.0,) * 6 + (0.5,) + (0.0,) * 5


@pytest.mark.parametrize("fault", ["touch_reset", "touch_silent", "bus_stuck"])
def test_a_touch_outlives_what_happens_to_the_chip(life: Life, fault: Any) -> None:
    life.live(1.0)
    assert felt(life, 2.0, pads=PADS)[-1].pressure == pytest.approx(0.5, abs=0.02)
    told = felt(life, 0.2, faults=(fault,)) + felt(life, 2.0, faults=())
    assert 0.0 in [touch.pressure for touch in told], "told as ended"
    assert max(touch.pressure for touch in told) == pytest.approx(0.5, abs=0.02)
    assert told[-1].pressure == pytest.approx(0.5, abs=0.02)
    assert told[-1].pads == pytest.approx({"back": 0.5}, abs=0.02)
    assert "touch" not in life.faults
    assert "touch" in [name for report in life.reports for name in report.faults]


def test_a_touch_chip_that_had_noise_and_measures_nothing_new_is_said(life: Life) -> None:
    life.live(100.0, faults=("touch_noise",))
    life.live(40.0, faults=("touch_stuck",))
    assert "touch" in life.faults
    life.live(2.0, faults=())
    assert life.faults == ()
    assert felt(life, 0.5, pads=PADS)[-1].pads == pytest.approx({"back": 0.5}, abs=0.02)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [("touch_silent", 60), ("touch_silent", 15), ("touch_stuck", 60), ("brown_out", 60)],
)
def test_weather_while_the_touch_chip_is_away_is_no_touch(
    life: Life, fault: Any, seconds: int
) -> None:
    life.live(100.0, faults=("touch_noise",))
    for second in range(1, seconds + 1):
        life.live(1.0, drifts=(20 * second,) * 12, faults=(fault,))
    told = felt(life, 5.0, faults=("touch_noise",))
    assert [touch.pressure for touch in told if touch.pressure] == []
    assert felt(life, 0.5, pads=PADS)[-1].pads == pytest.approx({"back": 0.5}, abs=0.08)


@pytest.mark.parametrize("at", [0.02, 0.04, 0.2])
def test_a_touch_chip_that_is_reset_before_its_charges_were_read_looks_for_them_again(
    life: Life, at: float
) -> None:
    life.live(at, None)
    life.blip("touch_reset")
    life.live(2.0, None)
    told = felt(life, 0.5, pads=PADS)
    assert told[-1].pads == pytest.approx({"back": 0.5}, abs=0.02)
    assert life.faults == ()


@pytest.mark.parametrize("fault", ["imu_reset", "imu_silent", "bus_stuck"])
def test_the_accelerometer_is_found_again(life: Life, fault: Any) -> None:
    life.live(2.0)
    life.live(0.5, faults=(fault,))
    life.live(2.0, faults=())
    assert "imu" in [name for report in life.reports for name in report.faults]
    assert life.faults == ()
