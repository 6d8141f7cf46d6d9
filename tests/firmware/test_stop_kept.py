"""An emergency stop outlives a restart, whatever restarts the board; servos are off before anything
of the firmware can fail; and the flash is not worn by a brain that wakes and ends the servos."""

from __future__ import annotations

import subprocess
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from moggy import wire
from moggy.board_files import START
from moggy.commands.board_session import FLAGS
from moggy.sim.board.interpreter import BENCH, FIRMWARE, interpreter, note, write_config
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import WorldInputs

from .rig import CAT, Brain, Life, wired
from .test_restarts import HUNG, POWER

ALL = len(CAT.joints)
FILES = sorted({file.stem for file in FIRMWARE.glob("*.py")})


def tapped(life: Life) -> None:
    """Tap the stop button of a body that moves."""
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL)
    life.live(0.04, stop=True).live(0.2, stop=False)
    assert (life.state, life.pulsed) == ("stopped", 0)


def on_flash(life: Life) -> str:
    """What the board keeps of its starts."""
    board = life.board
    if isinstance(board, LockStepBoard):
        return board._files["boots.txt"]
    return (board._flash.path / "boots.txt").read_text()


@pytest.mark.parametrize(
    ("name", "cause"), [("RP2040", POWER), ("RP2040", HUNG), ("RP2350", HUNG), ("ESP32S3", HUNG)]
)
def test_a_stop_outlives_restarts_until_it_is_released(
    name: str, cause: int, wake: Callable[..., Life]
) -> None:
    life = wake(chip=name)
    tapped(life)
    for _ in range(2):
        life.board.restart(cause)
        life.live(5.0)
        assert (life.state, life.pulsed) == ("stopped", 0)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert (life.state, life.pulsed) == ("running", ALL)
    life.board.restart(cause)
    life.live(5.0)
    assert (life.state, life.pulsed) == ("running", ALL), "a release is kept too"


def test_a_stop_by_command_outlives_a_restart_and_is_said_until_the_release() -> None:
    brain = Brain().awake()
    assert brain.asked(wire.STOP) == "done"
    before = 1 << FLAGS.index("it was stopped before it restarted: release it")
    assert brain.status == ("stopped", 0, 0, 0)
    brain.board.restart()
    brain.live(5.0, head_pan=0.3)
    assert brain.rig.limp
    assert brain.status == ("stopped", 0, 0, before)
    assert brain.asked(wire.CLEAR) == "done"
    assert brain.asked(wire.LIMP) == "refused"
    assert brain.status == ("stopped", 0, 0, before)
    assert brain.asked(wire.RELEASE) == "done"
    assert brain.status == ("limp", 0, 0, 0)


@pytest.mark.parametrize("name", ["RP2040", "RP2350"])
def test_the_chip_keeps_a_stop_that_the_servos_have_not_acknowledged(
    name: str, wake: Callable[..., Life]
) -> None:
    """Nothing is on the flash yet."""
    life = wake(chip=name).live(3.0)
    life.live(0.04, stop=True, faults=("servos_silent",)).live(0.04, stop=False)
    assert (life.state, life.pulsed) == ("stopping", ALL - 1), "the eyelids are on a pin"
    assert on_flash(life).endswith(" 0")
    life.board.restart(HUNG)
    life.live(1.0)
    assert life.state == "stopping", "also before they answer"
    life.live(5.0, faults=())
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert on_flash(life).endswith(" 1")
    assert life.asked(wire.RELEASE).result == "done"
    life.board.restart(HUNG)
    life.live(5.0)
    assert (life.state, life.pulsed) == ("running", ALL)


class Hung(BaseException):
    """A transfer that never ends, until the watchdog resets the board."""


def test_the_chip_keeps_a_stop_in_whose_tick_the_bus_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brain = Brain().awake()
    board = brain.board

    def hang(*_: Any) -> None:
        raise Hung

    monkeypatch.setattr(board._board._limbs, "limp", hang)
    brain.link.command(wire.STOP, b"", brain.now)
    with pytest.raises(Hung):
        brain.live(0.1)
    board.restart(HUNG)
    assert board._board._mode.state == board.module("mode").STOPPED


@pytest.mark.parametrize(("name", "cause"), [("RP2040", POWER), ("ESP32S3", HUNG)])
def test_a_stop_is_on_the_flash_after_a_tenth_of_a_second_that_the_servos_are_silent(
    name: str, cause: int, wake: Callable[..., Life]
) -> None:
    life = wake(chip=name).live(3.0)
    life.live(0.04, stop=True, faults=("servos_silent",)).live(0.04, stop=False)
    assert on_flash(life).endswith(" 0"), "they are asked first"
    life.live(0.08)
    assert (life.state, on_flash(life)[-2:]) == ("stopping", " 1")
    life.board.restart(cause)
    life.live(6.0, faults=())
    assert (life.state, life.pulsed) == ("stopped", 0)
    assert life.asked(wire.RELEASE).result == "done"


def test_a_stop_that_is_repeated_is_on_the_flash_as_soon() -> None:
    brain = Brain().awake()
    brain.rig.feel(faults=("servos_silent",))
    for _ in range(4):
        brain.link.command(wire.STOP, b"", brain.now)
        brain.live(0.05)
    assert brain.board._files["boots.txt"].endswith(" 1")


@pytest.mark.parametrize("seconds", [2.5, 62.0])
def test_a_dip_that_the_servo_board_sees_first_counts(life: Life, seconds: float) -> None:
    """Its fault ends the servos of a run that the next dip then ends."""
    for _ in range(3):
        life.live(seconds)
        life.blip("servos_reset", ms=40)
        life.live(3.2)
        life.board.restart()
    life.live(5.0)
    assert (life.state, life.faults, life.pulsed) == ("fault", ("restarts",), 0)


def test_clear_keeps_the_mark_of_the_run_under_way(life: Life) -> None:
    for _ in range(2):
        life.live(3.0)
        life.board.restart()
    life.live(3.0)
    assert life.asked(wire.CLEAR).result == "done"
    for _ in range(2):
        life.board.restart()
        life.live(4.0)
        assert (life.state, life.pulsed) == ("running", ALL)
    life.board.restart()
    life.live(4.0)
    assert (life.state, life.faults) == ("fault", ("restarts",)), "the cleared run was the first"


def test_servos_that_wake_and_end_in_turns_write_the_flash_twice_a_minute() -> None:
    brain = Brain()
    written: list[float] = []
    opened = brain.board._builtins["open"]

    def noted(name: str, mode: str = "r") -> Any:
        if "w" in mode:
            written.append(brain.now)
        return opened(name, mode)

    brain.board._builtins["open"] = noted
    for _ in range(300):
        brain.live(0.3, head_pan=0.1)
        brain.link.command(wire.LIMP, b"", brain.now)
        brain.live(0.3)
    assert 1 <= len(written) <= 6, "in three minutes"
    brain.live(60.0)
    assert brain.board._files["boots.txt"].split()[1] == "0", "ended in order"


def test_stops_and_releases_in_turns_write_the_flash_twice_a_minute() -> None:
    brain = Brain()
    brain.live(1.0)
    written: list[str] = []
    opened = brain.board._builtins["open"]

    def noted(name: str, mode: str = "r") -> Any:
        if "w" in mode:
            written.append(f"{brain.now:.1f}")
        return opened(name, mode)

    brain.board._builtins["open"] = noted
    for _ in range(1000):
        assert brain.asked(wire.STOP) == "done"
        assert brain.board._files["boots.txt"].endswith(" 1"), "a stop is kept at once"
        assert brain.asked(wire.RELEASE) == "done"
    assert 1 <= len(written) <= 8, "in 200 s"
    brain.live(60.0)
    assert brain.board._files["boots.txt"].endswith(" 0")


def test_a_release_is_kept_on_the_flash_a_minute_after_the_stop_and_by_the_chip_at_once(
    wake: Callable[..., Life],
) -> None:
    life = wake()
    tapped(life)
    life.live(10.0)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(3.0)
    assert on_flash(life).endswith(" 1")
    life.board.restart(HUNG)
    life.live(5.0)
    assert (life.state, life.pulsed) == ("running", ALL), "the register is newer"
    assert on_flash(life).endswith(" 0")
    tapped(life)
    assert life.asked(wire.RELEASE).result == "done"
    life.live(58.0)
    assert on_flash(life).endswith(" 1")
    life.live(3.0)
    assert on_flash(life).endswith(" 0")


# ── Before anything else ─────────────────────────────────────────────────────────────────────────


def test_with_the_button_held_at_the_start_the_servos_are_asked_until_they_are_off() -> None:
    board = LockStepBoard(CAT)
    Life(board).live(3.0)
    board.feed(WorldInputs(stop=True))
    all_off, servos = board.module("all_off"), board.bench.servos
    slept: list[int] = []
    said: list[str] = []

    def sleep(ms: int) -> None:
        assert said, "before it waits"
        slept.append(ms)
        servos.present = sum(slept) >= 7000

    all_off.sleep_ms = sleep
    all_off.print = said.append
    servos.present = False
    board.module("main").run()
    assert sum(slept) == 7000
    assert not any(servos.pulse_us(channel) for channel in range(16))
    assert len([line for line in said if "does not answer" in line]) == 3
    assert len([line for line in said if "Ctrl-C gives the prompt" in line]) == 3


def test_each_driver_moves_its_own_joints_on_the_pins_of_the_body() -> None:
    board = LockStepBoard(wired(servo_enable=0))
    all_off, pins = board.module("all_off"), board.module("body_config").PINS
    assert all_off.disable() is not None, "0 is a pin too"
    wires = all_off.bus()
    assert (wires._sda, wires._scl) == (pins["i2c_sda"], pins["i2c_scl"])
    board.bench.servos.enable_pin = -1
    pulses = array("H", [1000 + 20 * index for index in range(ALL)])
    for driver in all_off.servos(wires).values():
        driver.show(pulses)
    shown = [board.bench.pulse_us(one.driver, one.channel) for one in CAT.joints.values()]
    assert all(abs(us - told) <= 3 for us, told in zip(shown, pulses, strict=True)), shown


def test_the_enable_pin_ends_the_pulses_while_the_servo_board_is_silent() -> None:
    """At the start, and again where it is asked until it answers."""
    body = wired(servo_enable=20)
    board = LockStepBoard(body)
    assert Life(board, body).live(3.0).pulsed
    board.bench.servos.present = False
    for module in FILES:
        board._modules.pop(module, None)
    all_off = board.module("all_off")
    assert not any(board.bench.servos.pulse_us(channel) for channel in range(16))
    board.module("machine").Pin(20).value(0)
    assert any(board.bench.servos.pulse_us(channel) for channel in range(16))

    def interrupt(ms: int) -> None:
        assert not any(board.bench.servos.pulse_us(channel) for channel in range(16))
        raise KeyboardInterrupt

    all_off.sleep_ms = interrupt
    with pytest.raises(KeyboardInterrupt):
        all_off.until_acknowledged()


def test_ctrl_c_gives_the_prompt_and_says_that_servos_may_be_on() -> None:
    board = LockStepBoard(CAT)
    Life(board).live(3.0)
    board.feed(WorldInputs(stop=True))
    said: list[str] = []

    def interrupt(ms: int) -> None:
        raise KeyboardInterrupt

    board.module("all_off").sleep_ms = interrupt
    board.module("main").print = said.append
    board.bench.servos.present = False
    board.module("main").run()
    assert any("MAY HAVE PULSES" in line for line in said)


SCRIPT = """
import sys
from array import array
import machine
import body_config
import all_off

def pulsed():
    return sum(1 for channel in range(16) if machine.bench.servos.pulse_us(channel))

def wake():
    for driver in all_off.servos(all_off.bus()).values():
        driver.all_off()
        driver.show(array("H", [1500] * len(body_config.JOINTS)))
    return pulsed()

said = [wake()]
machine.bench.levels[body_config.PINS["stop"]] = 0
machine.bench.servos.present = False
slept = [0]
def sleep(ms):
    slept[0] += ms
    machine.bench.servos.present = slept[0] >= 4000
all_off.sleep_ms = sleep
import main
main.run()
said += [slept[0], pulsed(), wake()]
for name in FILES:
    sys.modules.pop(name, None)
sys.path.insert(0, "broken")
try:
    import main
    said.append("started")
except (ImportError, SyntaxError):
    said.append(pulsed())
print(said)
"""


def run_script(folder: Path, modules: str) -> subprocess.CompletedProcess[str]:
    """Run the folder's script.py in MicroPython, with these places of modules."""
    command = interpreter()
    assert command is not None
    return subprocess.run(
        [*command[:-1], "heapsize=1m", "script.py"],
        cwd=folder,
        env={"MICROPYPATH": modules},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
@pytest.mark.parametrize("name", ["board", "limbs", "restart", "wire", "skin", "pin_servos"])
def test_no_file_that_is_damaged_keeps_the_servos_powered_in_micropython(
    tmp_path: Path, name: str
) -> None:
    """And the button held at the start, with servos that are silent for four seconds."""
    (tmp_path / "script.py").write_text(SCRIPT.replace("FILES", repr(FILES)))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / f"{name}.py").write_text("def")
    write_config(CAT, tmp_path, 0)
    done = run_script(tmp_path, f"{BENCH}:{FIRMWARE}:{tmp_path}")
    assert done.stdout.splitlines()[-1:] == ["[16, 4000, 0, 16, 0]"], done.stdout + done.stderr


FAILED_START = """
import machine
import body_config
import all_off
from array import array

def pulsed():
    return sum(1 for channel in range(16) if machine.bench.servos.pulse_us(channel))

for driver in all_off.servos(all_off.bus()).values():
    driver.all_off()
    driver.show(array("H", [1500] * len(body_config.JOINTS)))
said = [pulsed()]
machine.bench.servos.present = False
slept = [0]
def sleep(ms):
    slept[0] += ms
    machine.bench.servos.present = slept[0] >= 4000
all_off.sleep_ms = sleep
try:
    exec(START)
except BaseException as error:
    said += [type(error).__name__, slept[0], pulsed()]
print(said)
"""


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
@pytest.mark.parametrize(
    ("firmware", "error"),
    [
        ("import a_file_that_is_missing", "ImportError"),
        ("def", "SyntaxError"),
        ("def run():\n    raise ValueError('no such pin')", "ValueError"),
        ("def run():\n    raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_a_start_that_fails_asks_the_servos_until_they_are_off(
    tmp_path: Path, firmware: str, error: str
) -> None:
    (tmp_path / "script.py").write_text(FAILED_START.replace("START", repr(START)))
    (tmp_path / "firmware.py").write_text(firmware)
    write_config(CAT, tmp_path, 0)
    done = run_script(tmp_path, f"{tmp_path}:{BENCH}:{FIRMWARE}")
    expected = f"[16, '{error}', 4000, 0]"
    assert done.stdout.splitlines()[-1:] == [expected], done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "silent"),
    [("board", False), ("limbs", False), ("restart", False), ("skin", False), ("pin_servos", False),
     ("pin_servos", True), ("servo_drivers", False), ("servo_drivers", True)],
)  # fmt: skip
def test_no_file_that_is_damaged_keeps_the_servos_powered(name: str, silent: bool) -> None:
    """As in MicroPython, where the servo drivers do without `wire`. A servo board that is silent
    while `all_off` itself fails is asked again: the rest does not come."""
    board = LockStepBoard(CAT)
    Life(board).live(3.0)
    slept: list[int] = []

    def sleep(ms: int) -> None:
        slept.append(ms)
        board.bench.servos.present = sum(slept) >= 4000

    if silent:
        board.module("time").sleep_ms = sleep
        board.bench.servos.present = False
    assert board.bench.servos.pulse_us(0) > 0
    damaged = compile("raise ImportError", name, "exec")
    board._sources = {**board._sources, name: damaged}
    for module in FILES:
        board._modules.pop(module, None)
    with pytest.raises(ImportError):
        board.module("main")
    assert not any(board.bench.servos.pulse_us(channel) for channel in range(16))


# ── Faults that wait for a person ────────────────────────────────────────────────────────────────


def servos_fail_four_times(life: Life) -> None:
    life.live(3.0)
    for _ in range(4):
        life.blip("servos_reset", ms=40)
        life.live(8.0)
    assert (life.state, life.faults, life.pulsed) == ("fault", ("servos",), 0)


def battery_is_empty_four_times(life: Life) -> None:
    life.live(3.0)
    for _ in range(4):
        life.live(6.0, volts=5.0)
        life.live(14.0, volts=8.0)
    assert (life.state, life.faults, life.pulsed) == ("fault", ("battery",), 0)


WAITING = {"servos": servos_fail_four_times, "battery": battery_is_empty_four_times}


@pytest.mark.parametrize("fault", WAITING)
@pytest.mark.parametrize(
    ("name", "cause"), [("RP2040", POWER), ("RP2040", HUNG), ("RP2350", HUNG), ("ESP32S3", HUNG)]
)
def test_a_fault_that_waits_for_a_person_outlives_restarts_until_it_is_cleared(
    name: str, cause: int, fault: str, wake: Callable[..., Life]
) -> None:
    life = wake(chip=name)
    WAITING[fault](life)
    for _ in range(2):
        life.board.restart(cause)
        life.live(8.0)
        assert (life.state, life.pulsed) == ("fault", 0)
        assert set(life.faults) == {fault, "watchdog"} - ({"watchdog"} if cause == POWER else set())
    assert life.asked(wire.CLEAR).result == "done"
    life.live(8.0)
    assert (life.state, life.faults, life.pulsed) == ("running", (), ALL)
    life.board.restart(cause)
    life.live(5.0)
    assert (life.state, life.pulsed) == ("running", ALL), "that it was cleared is kept too"


def test_what_is_kept_is_cleared_only_when_its_cause_has_gone() -> None:
    """A restart does not know yet whether it has: a clear at once lets the fault heal."""
    brain = Brain()
    brain.rig.bench.core.memory[0x40058010] = 0x6D7300 | 2
    brain.board.restart(HUNG)
    brain.live(0.2)
    servos, watchdog = (1 << wire.FAULTS.index(name) for name in ("servos", "watchdog"))
    assert brain.status[:2] == ("fault", servos | watchdog)
    assert brain.asked(wire.CLEAR) == "done"
    assert brain.status[:2] == ("fault", servos)
    brain.live(1.5)
    assert brain.status[:2] == ("limp", 0)


@pytest.mark.parametrize(
    ("register", "state"),
    [(0, "limp"), (1, "limp"), (0x6D73, "limp"), (0x6D7300, "limp"), (0x6D7301, "stopped")],
)
def test_only_what_the_board_wrote_itself_is_believed(register: int, state: str) -> None:
    brain = Brain()
    brain.rig.bench.core.memory[0x40058010] = register
    brain.board.restart(HUNG)
    brain.live(3.0)
    assert (brain.status[0], brain.status[1]) == (state, 1 << wire.FAULTS.index("watchdog"))


def test_a_stop_and_a_fault_that_wait_are_kept_side_by_side() -> None:
    brain = Brain()
    brain.rig.bench.core.memory[0x40058010] = 0x6D7300 | 1 | 4
    brain.board.restart(HUNG)
    brain.live(8.0)
    brain.asked(wire.CLEAR)
    assert brain.status[0] == "stopped"
    assert not brain.status[1] & 1 << wire.FAULTS.index("battery")
    assert brain.asked(wire.RELEASE) == "done"
    brain.live(0.1)
    assert brain.rig.bench.core.memory[0x40058010] == 0x6D7300
