"""Why the board started, and what becomes of a board whose supply gives way under its servos."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from moggy import wire
from moggy.sim.board.interpreter import FIRMWARE, interpreter, note
from moggy.sim.board.lock_step import LockStepBoard

from .rig import CAT, Brain, Life

RESTARTS = 1 << wire.FAULTS.index("restarts")
POWER = 1
"""Number of a cause: power came."""
RESET_PIN = 2
HUNG = 3
"""The watchdog ended a tick that hung."""
ASKED = 5
"""A restart was asked for."""
DIP = 6
"""The supply dipped."""
SCRATCH = {"RP2040": 0x4005800C, "RP2350": 0x400D800C}
PADS = (0x4001C000, 0x40038000)
"""Where the pins' pulls are."""
CHIP_RESET = {"RP2040": 0x40064008, "RP2350": 0x4010002C}


def on_chip(name: str) -> tuple[Any, Any]:
    """restart.py and machine.py of a board with this chip after power-up."""
    board = LockStepBoard(CAT)
    restart, machine = board.module("restart"), board.module("machine")
    platform = "rp2" if name else "esp32"
    build = SimpleNamespace(_machine=f"Raspberry Pi Pico with {name}")
    restart.sys = SimpleNamespace(platform=platform, implementation=build)
    if name:
        machine.mem32.update({SCRATCH[name]: 0, CHIP_RESET[name]: 0})
    return restart, machine


@pytest.mark.parametrize("name", ["RP2040", "RP2350"])
def test_only_a_hung_tick_counts_as_the_watchdogs_reset(name: str) -> None:
    restart, machine = on_chip(name)
    assert restart.cause() == POWER
    machine.bench.core.cause = machine.WDT_RESET
    assert restart.cause() == ASKED, "machine.reset was asked for at the prompt"
    restart.ticking()
    assert machine.mem32[SCRATCH[name]] != 0
    assert restart.cause() == HUNG
    assert restart.cause() == ASKED, "it is told once"


@pytest.mark.parametrize(
    ("name", "bits", "cause"),
    [
        ("RP2040", 1 << 8, POWER),
        ("RP2040", 1 << 16, RESET_PIN),
        ("RP2350", 1 << 16, POWER),
        ("RP2350", 1 << 17, DIP),
    ],
)
def test_what_the_chip_tells_of_its_reset_is_told(name: str, bits: int, cause: int) -> None:
    restart, machine = on_chip(name)
    machine.mem32[CHIP_RESET[name]] = bits
    assert restart.cause() == cause


def test_a_build_that_does_not_name_its_chip_is_for_the_rp2040() -> None:
    restart, _ = on_chip("RP2040")
    restart.sys.implementation = SimpleNamespace()
    assert restart.chip() == "RP2040"


@pytest.mark.parametrize(
    ("name", "pin", "address"),
    [
        ("RP2040", 26, 0x4001C000 + 4 + 104),
        ("RP2350", 26, 0x40038000 + 4 + 104),
        ("RP2040", 0, 0x4001C004),
        ("RP2040", -1, 0),
        ("", 26, 0),
    ],
)
def test_the_pulls_of_a_pin_have_a_register(name: str, pin: int, address: int) -> None:
    assert on_chip(name)[0].pin_register(pin) == address


@pytest.mark.parametrize("chip", [*SCRATCH, "ESP32S3"])
def test_no_register_but_those_for_software_is_written_as_it_stops_and_restarts(chip: str) -> None:
    """Data sheets: SCRATCH0 to 3; 4 to 7 are the boot code's, those below set the watchdog. A write
    across two words, or to a chip without them, is a fault of the processor."""
    board = LockStepBoard(CAT, chip=chip)
    board.bench.core.memory.clear()
    life = Life(board).live(3.0)
    life.live(0.2, faults=("board_hung",)).live(0.3, stop=True).live(0.3, stop=False)
    life.live(4.0, faults=())
    assert (life.state == "stopped") == (chip in SCRATCH), "an ESP32 keeps no register"
    life.live(0.2, stop=True)
    pads = [address for address in board.bench.core.memory if address & ~0xFF in PADS]
    scratch = set(board.bench.core.memory) - set(pads)
    first = SCRATCH.get(chip, 0)
    assert scratch <= ({first + 4 * n for n in range(4)} if first else set())
    assert all(address % 4 == 0 for address in pads)


def test_the_scratch_register_is_left_alone_where_there_is_none() -> None:
    restart, machine = on_chip("")
    machine.mem32.clear()
    assert restart.cause() == POWER
    restart.ticking()
    assert machine.mem32 == {}
    machine.bench.core.cause = machine.WDT_RESET
    assert restart.cause() == HUNG, "on other chips the cause of a reset is enough"


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("RP2040", POWER),
        ("RP2040", RESET_PIN),
        ("RP2040", HUNG),
        ("RP2350", ASKED),
        ("RP2350", HUNG),
        ("RP2350", DIP),
        ("ESP32S3", HUNG),
    ],
)
def test_the_cause_is_told_in_the_identity(
    name: str, cause: int, wake: Callable[..., Life]
) -> None:
    life = wake(chip=name).live(1.0)
    life.board.restart(cause)
    life.live(3.0)
    identity = life.link.identity
    assert identity is not None
    assert (identity.boots, identity.reset_cause) == (2, cause)
    assert life.faults == (("watchdog",) if cause == HUNG else ())


# ── Runs that end while the servos run ───────────────────────────────────────────────────────────


def restarted(brain: Brain, cause: int = POWER) -> None:
    """The board starts anew, with what is on its flash."""
    brain.board.restart(cause)


def cut(brain: Brain, seconds: float, times: int = 1) -> None:
    """So often, the power goes so long after the brain began to move the body."""
    for _ in range(times):
        brain.live(seconds, head_pan=0.1)
        restarted(brain)


def test_after_three_cuts_under_load_the_servos_wait_for_a_person() -> None:
    brain = Brain()
    cut(brain, 2.0, times=2)
    brain.live(3.0, head_pan=0.1)
    assert brain.status[:2] == ("running", 0)
    restarted(brain)
    brain.live(60.0, head_pan=0.1)
    assert brain.status[:2] == ("fault", RESTARTS)
    assert brain.rig.limp
    restarted(brain)
    brain.live(3.0, head_pan=0.1)
    assert brain.status[:2] == ("fault", RESTARTS), "another restart is no person"
    assert brain.asked(wire.CLEAR) == "done"
    brain.live(8.0, head_pan=0.1)
    assert brain.status[:2] == ("running", 0)
    cut(brain, 3.0, times=2)
    brain.live(3.0, head_pan=0.1)
    assert brain.status[:2] == ("running", 0), "they are counted anew"


def test_a_cut_in_the_very_tick_of_the_start_counts() -> None:
    """The servos' inrush comes with the first pulse."""
    brain = Brain()
    for _ in range(3):
        brain.live(1.0)
        while brain.rig.limp:
            brain.live(0.02, head_pan=0.1)
        restarted(brain)
    brain.live(3.0, head_pan=0.1)
    assert brain.status[:2] == ("fault", RESTARTS)


@pytest.mark.parametrize("end", ["rest", "limp", "stop"])
def test_power_that_goes_while_the_servos_are_off_does_not_count(end: str) -> None:
    brain = Brain()
    for _ in range(4):
        brain.live(60.0, head_pan=0.1)
        kind = {"rest": wire.REST, "limp": wire.LIMP, "stop": wire.STOP}[end]
        assert brain.asked(kind) == "done"
        brain.live(8.0 if end == "rest" else 0.5)
        assert brain.rig.limp
        restarted(brain)
        if end == "stop":
            brain.live(0.5)
            assert brain.asked(wire.RELEASE) == "done"
    brain.live(3.0, head_pan=0.1)
    assert brain.status[:2] == ("running", 0)


@pytest.mark.parametrize(("seconds", "latched"), [(198.0, True), (202.0, False)])
def test_what_was_counted_is_forgotten_after_200_seconds(seconds: float, latched: bool) -> None:
    brain = Brain()
    cut(brain, 2.0, times=2)
    brain.live(0.5)
    cut(brain, seconds)
    brain.live(3.0, head_pan=0.1)
    assert brain.status[:2] == (("fault", RESTARTS) if latched else ("running", 0))


@pytest.mark.parametrize(("silent_s", "off"), [(0.08, True), (1.0, False)])
def test_a_stop_is_written_to_the_flash_once_when_the_servos_are_off_or_long_silent(
    silent_s: float, off: bool
) -> None:
    brain = Brain().awake()
    written: list[tuple[str, bool]] = []
    opened = brain.board._builtins["open"]

    def noted(name: str, mode: str = "r") -> Any:
        written.append((mode, brain.rig.limp))
        return opened(name, mode)

    brain.board._builtins["open"] = noted
    brain.rig.bench.servos.present = False
    brain.rig.feel(stop=True)
    brain.live(silent_s)
    assert written == ([] if off else [("w", False)])
    brain.rig.bench.servos.present = True
    brain.live(1.0)
    assert written == [("w", off)]


@pytest.mark.parametrize("between", ["servos_ended", "clear"])
def test_servos_that_start_again_in_the_same_run_count_again(between: str) -> None:
    board = LockStepBoard(CAT)
    boots = board.module("boots").Boots()
    boots.servos_start(0)
    if between == "clear":
        boots.clear()
    else:
        boots.servos_ended(60_000)
    for _ in range(3):
        assert not boots.latched
        boots.servos_start(1000)
        boots = board.module("boots").Boots()
    assert boots.latched


def test_the_first_start_of_all_comes_after_nothing() -> None:
    board = LockStepBoard(CAT)
    board._files.clear()
    for _ in range(2):
        board.module("boots").Boots().servos_start(0)
    assert not board.module("boots").Boots().latched


def test_a_run_of_200_seconds_does_not_count_itself() -> None:
    board = LockStepBoard(CAT)
    boots = board.module("boots").Boots()
    boots.servos_start(0)
    boots.servos_run(200_000)
    for _ in range(2):
        board.module("boots").Boots().servos_start(0)
    assert not board.module("boots").Boots().latched


def test_servos_that_start_again_after_200_seconds_are_marked_again() -> None:
    board = LockStepBoard(CAT)
    boots = board.module("boots").Boots()
    boots.servos_start(0)
    boots.servos_run(200_000)
    assert board._files["boots.txt"].split()[1] == "0"
    boots.servos_start(210_000)
    assert board._files["boots.txt"].split()[1] == "1"


@pytest.mark.parametrize("text", ["", "x", "7", "7 x", "-"])
def test_a_damaged_count_is_no_reason_not_to_start(text: str) -> None:
    board = LockStepBoard(CAT)
    board._files["boots.txt"] = text
    boots = board.module("boots").Boots()
    assert (boots.count, boots.latched) == (8 if text == "7" else 1, False)
    assert not boots.kept, "it tells of no stop"


def test_a_flash_that_cannot_be_written_is_no_reason_not_to_start() -> None:
    board = LockStepBoard(CAT)
    opened = board._open

    def refused(name: str, mode: str = "r") -> Any:
        if mode == "w":
            raise OSError(30)
        return opened(name, mode)

    board._builtins["open"] = refused
    boots = board.module("boots").Boots()
    boots.servos_start(0)
    boots.servos_run(300_000)
    boots.keep(7, True, 0)
    boots.keep(0, True, 60_000)
    assert (boots.count, boots.latched) == (0, False)


def test_a_stop_that_the_flash_did_not_take_is_written_again_after_a_minute() -> None:
    board = LockStepBoard(CAT)
    opened, tries = board._open, list[str]()
    refuses = False

    def open_(name: str, mode: str = "r") -> Any:
        if mode == "w":
            tries.append(name)
            if refuses:
                raise OSError(28)
        return opened(name, mode)

    board._builtins["open"] = open_
    boots = board.module("boots").Boots()
    refuses = True
    tries.clear()
    for now in range(0, 60_000, 10):
        boots.keep(1, True, now)
    assert len(tries) == 1, "a flash that refuses is not asked at each tick"
    refuses = False
    boots.keep(1, True, 60_000)
    assert len(tries) == 2
    assert board.module("boots").Boots().kept == 1
    boots.keep(1, True, 60_010)
    assert len(tries) == 3, "of the start"


SCRIPT = """
from boots import Boots

said = []
for run in range(5):
    boots = Boots()
    said.append((boots.count, boots.latched))
    boots.servos_start(0)
    boots.servos_run(199_999)
boots.clear()
boots.servos_start(0)
boots = Boots()
said.append((boots.count, boots.latched))
boots.servos_start(5000)
boots.servos_run(205_000)
said.append(open("boots.txt").read())
print(said)
"""


@pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")
def test_the_count_is_the_same_in_micropython(tmp_path: Path) -> None:
    command = interpreter()
    assert command is not None
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [*command, "script.py"],
        cwd=tmp_path,
        env={"MICROPYPATH": str(FIRMWARE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == (
        "[(1, False), (2, False), (3, False), (4, True), (5, True), (6, False), '6 0 0']"
    )
