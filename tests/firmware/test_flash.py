"""`moggy flash` on a pseudo-terminal behind which a real MicroPython gives its prompt or runs the
firmware from its flash, as a board does from one restart to the next."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from types import TracebackType

import pytest
from typer.testing import CliRunner, Result

from moggy import flashing, wire
from moggy.board_files import board_files, files_that_end_pulses, write
from moggy.body import Body
from moggy.commands import flash as flash_command
from moggy.config import SHIPPED, load
from moggy.flashing import FOLDER, WAITING, FlashError, Found, look
from moggy.main import app
from moggy.sim.board.interpreter import (
    BENCH,
    FIRMWARE,
    WITH_BRAIN,
    interpreter,
    note,
    said_of,
    write_config,
)
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import MicroPythonBoard, SteppedMicroPython
from moggy.sim.board.wires import WorldInputs

from .rig import CAT, INTERPRETERS, Brain, Life, started
from .test_restarts import ASKED
from .test_stop_kept import ALL

pytestmark = pytest.mark.skipif(interpreter() is None, reason=f"not run: {note()}")

AT_PROMPT = "import sys\ndef reset():\n    sys.exit()\n"
"""The module `machine` of a prompt."""


class Board:
    """A board on a pty. It runs what `main.py` of its flash says, and gives the prompt when that
    ends or is not there; `machine.reset` starts it again."""

    def __init__(self, folder: Path) -> None:
        self.flash, self._prompt = folder / "flash", folder / "prompt"
        self.flash.mkdir()
        self._prompt.mkdir()
        (self._prompt / "machine.py").write_text(AT_PROMPT)
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False
        self.starts = 0
        self._thread = threading.Thread(target=self._live)

    def __enter__(self) -> Board:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        self._over = True
        if self._process is not None:
            self._process.kill()
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def _live(self) -> None:
        while not self._over:
            self.starts += 1
            if (self.flash / "main.py").exists():
                self._run([str(BENCH / "start.py"), "real", str(self._master), "1", "RP2040"])
            if not self._over:
                self._run([])

    def _run(self, script: list[str]) -> None:
        """Run a script of the bench on the flash, or the prompt, until it ends."""
        modules = BENCH if script else self._prompt
        stream = subprocess.PIPE if script else self._master
        os.set_blocking(self._master, not script)
        self._process = subprocess.Popen(
            [sys.executable, "-c", WITH_BRAIN, *script],
            cwd=self.flash,
            env={**os.environ, "MICROPYPATH": os.pathsep.join([str(modules), str(self.flash)])},
            stdin=stream, stdout=stream, stderr=subprocess.DEVNULL, pass_fds=(self._master,),
        )  # fmt: skip
        if self._process.stdout is not None:
            assert self._process.stdin is not None
            self._process.stdin.write(said_of(WorldInputs(), CAT))
            self._process.stdin.flush()
            for _ in self._process.stdout:
                pass
        self._process.wait()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path) as made:
        yield made


def flash(board: Board, *more: str) -> Result:
    return CliRunner().invoke(app, ["flash", "--port", board.port, "--transport", "uart", *more])


def assert_has(board: Board, body: Body = CAT, left: Set[str] = frozenset()) -> None:
    """That the flash has the files of a body, no other that would be loaded, and no folder but
    these."""
    wanted = board_files(body, arch="x64", transport="uart")
    found = [path for path in board.flash.iterdir() if path.suffix in (".py", ".mpy")]
    assert {path.name: path.read_bytes() for path in found} == wanted
    assert {path.name for path in board.flash.iterdir() if path.is_dir()} <= left


def test_a_bare_board_is_flashed_and_again_while_it_runs(board: Board) -> None:
    (board.flash / "board.py").write_text("raise SystemExit  # of a test with the sources")
    said = flash(board)
    assert said.exit_code == 0, said.output + str(said.exception)
    assert "27 of 27 copied" in said.output
    assert "runs, for this body" in said.output
    assert_has(board)
    said = flash(board)
    assert said.exit_code == 0, said.output + str(said.exception)
    assert "prompt" in said.output, "it asked the firmware for it"
    assert "0 of 27 copied" in said.output
    assert "runs, for this body" in said.output


def test_for_another_body_only_its_config_is_copied(
    board: Board, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(board_files(CAT, arch="x64", transport="uart"), board.flash)
    (board.flash / "boot.py").write_text("kept = 1")
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "body").mkdir(parents=True)
    text = (SHIPPED["body"] / "cat.yaml").read_text(encoding="utf-8")
    other = text + "\nservo_oscillator_hz: 26000000\n"
    (tmp_path / "home" / "body" / "mine.yaml").write_text(other, encoding="utf-8")
    said = flash(board, "--body", "mine")
    assert said.exit_code == 0, said.output + str(said.exception)
    assert "2 of 27 copied" in said.output, "with main.py, which waits meanwhile"
    assert (board.flash / "boot.py").read_text() == "kept = 1"
    (board.flash / "boot.py").unlink()
    assert_has(board, load(tmp_path / "home" / "body" / "mine.yaml", Body))


def test_a_plush_is_flashed_and_runs_without_a_servo_board(board: Board) -> None:
    said = flash(board, "--body", "plush")
    assert said.exit_code == 0, said.output + str(said.exception)
    assert "runs, for this body" in said.output
    assert_has(board, load(SHIPPED["body"] / "plush.yaml", Body))


def test_whenever_it_is_interrupted_the_board_moves_nothing_and_it_can_be_repeated(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a board with the sources, which had their own all_off.py."""
    for path in FIRMWARE.glob("*.py"):
        (board.flash / path.name).write_bytes(path.read_bytes())
    write_config(CAT, board.flash, 0)
    (board.flash / "main.py").unlink()  # so that it gives the prompt
    steps, waits = 3, 0  # before that, it has only looked and copied into the folder
    while (said := interrupted(board, monkeypatch, steps)).exit_code:
        assert isinstance(said.exception, SystemExit), said.output + str(said.exception)
        if (board.flash / "main.py").exists():
            if (board.flash / "main.py").read_text() == WAITING:
                waits += 1
                before, *_, after = pulses(board.flash)
                assert int(before) > 0
                assert after == "0 False", f"after {steps} steps"
            else:
                assert_has(board, left={FOLDER})
            (board.flash / "main.py").unlink()
        steps += 1
    assert waits >= 2, "before the rest is copied, and before main.py is written"
    assert flash(board).exit_code == 0
    assert_has(board)


def interrupted(board: Board, monkeypatch: pytest.MonkeyPatch, steps: int) -> Result:
    """Flash it, and end that after so many steps at the board."""
    done, real = 0, flashing._mpremote

    def counted(port: str, *words: str, seconds: float, shown: bool = False) -> str:
        nonlocal done
        if done == steps:
            raise KeyboardInterrupt
        done += 1
        return real(port, *words, seconds=seconds, shown=shown)

    with monkeypatch.context() as patched:
        patched.setattr(flashing, "_mpremote", counted)
        return flash(board)


def test_what_waits_ends_all_pulses_and_starts_nothing(tmp_path: Path) -> None:
    """With what its folder has, and whatever else is there."""
    files = board_files(CAT, arch="x64", transport="uart")
    (tmp_path / FOLDER).mkdir()
    for name in files_that_end_pulses():
        (tmp_path / FOLDER / name).write_bytes(files[name])
        (tmp_path / name).with_suffix(".py").write_text("raise SystemExit  # of another version")
    (tmp_path / "main.py").write_text(WAITING)
    before, said, after = pulses(tmp_path)
    assert int(before) > 0
    assert said == "half flashed: run `moggy flash` again"
    assert after == "0 False"


def test_what_waits_says_so_where_it_was_not_let_to_end_the_pulses(tmp_path: Path) -> None:
    (tmp_path / "all_off.py").write_text("raise KeyboardInterrupt")
    (tmp_path / "main.py").write_text(WAITING)
    _, said, _, after = pulses(tmp_path)
    assert said.startswith(flashing.MAY_HAVE_PULSES)
    assert not after.startswith("0 ")


def pulses(folder: Path) -> list[str]:
    """The pulse of a servo, µs; what `main.py` of a flash then says at a start; the pulse after,
    and whether the firmware runs."""
    script = folder.parent / "script.py"
    script.write_text(
        "import machine\nimport sys\nservos = machine.bench.servos\n"
        "servos.write(0, bytes([0x20]))\nservos.write(6, bytes([0, 0, 0x33, 1]))\n"
        "print(servos.pulse_us(0))\n"
        "import main\n"
        "print(servos.pulse_us(0), 'board' in sys.modules)\n"
    )
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join([str(BENCH), str(folder)])},
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_a_file_that_the_flash_did_not_keep_is_named(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = flashing._copy

    def lost(port: str, files: Mapping[str, bytes]) -> None:
        real(port, {name: data for name, data in files.items() if name != "wire.mpy"})

    monkeypatch.setattr(flashing, "_copy", lost)
    said = flash(board)
    assert said.exit_code != 0
    assert "wire.mpy" in str(said.exception)
    assert (board.flash / "main.py").read_text() == WAITING


def test_a_folder_that_would_be_loaded_is_refused_with_the_command_that_removes_it(
    board: Board,
) -> None:
    (board.flash / "board").mkdir()
    (board.flash / "firmware").mkdir()
    (board.flash / "pictures").mkdir()
    said = flash(board)
    assert said.exit_code != 0
    assert not list(board.flash.glob("*.*py"))
    _, command, _ = str(said.exception).split("`")
    done = subprocess.run([sys.executable, "-m", *command.split()], timeout=60, check=False)
    assert done.returncode == 0
    assert [path.name for path in board.flash.iterdir()] == ["pictures"]


def test_a_board_of_another_chip_is_left_alone(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = flashing.LOOK.replace("sys.platform", "'esp32'")
    monkeypatch.setattr(flashing, "LOOK", other)
    said = flash(board)
    assert "has no rp2040, the chip of the wiring" in str(said.exception)
    assert not list(board.flash.iterdir())


@pytest.mark.parametrize(
    ("platform", "machine", "chip"),
    [
        ("rp2", "Raspberry Pi Pico with RP2040", "rp2040"),
        ("rp2", "Raspberry Pi Pico2 with RP2350", "rp2040"),
        ("esp32", "Generic ESP32S3 module with ESP32S3", "esp32s3"),
        ("esp32", "XIAO with ESP32-S3-PICO-1", "esp32s3"),
        ("esp32", "Generic ESP32 module with ESP32", None),
        ("esp32", "Generic ESP32S2 module with ESP32S2", None),
        ("pyboard", "PYBv1.1 with STM32F405RG", None),
    ],
)
def test_a_chip_is_told_by_what_its_micropython_says(
    platform: str, machine: str, chip: str | None
) -> None:
    assert Found(platform, machine, "armv6m", "1.24.1", {}, ()).chip == chip


@pytest.mark.parametrize(
    ("mpy", "why"),
    [
        (6 | 3 << 8 | 11 << 10, "machine code of the kind rv32imc"),
        (6 | 3 << 8, "machine code of the kind none"),
        (6 | 2 << 8 | 4 << 10, "put one of 1.23 or newer on it"),
    ],
)
def test_a_micropython_that_cannot_load_it_is_told_why(
    mpy: int, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = ["esp32", "ESP32C3 module with ESP32C3", mpy, [1, 24, 1, ""], {}, [], ""]
    said = json.dumps(found)
    monkeypatch.setattr(flashing, "_mpremote", lambda *_, **__: f"{said}\r\n")
    with pytest.raises(FlashError, match=why):
        look("/dev/ttyACM0")


def test_a_board_whose_servo_board_is_silent_is_said_with_the_way_by_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board = MicroPythonBoard(CAT)
    monkeypatch.setattr(flash_command, "ANSWER", 60.0)  # for a machine that is very busy
    monkeypatch.setattr(flash_command, "wait_for_prompt", lambda *_: pytest.fail("it waits"))
    try:
        board.feed(WorldInputs(faults=("servos_silent",)))
        status = ["board", "status", "--port", board.path]
        while "state    stopping" not in CliRunner().invoke(app, status).stdout:
            pass
        said = CliRunner().invoke(app, ["flash", "--port", board.path])
    finally:
        board.close()
    assert "is stopping (" in str(said.exception)
    assert "Switch off the servos' supply" in str(said.exception)
    assert "stop button (pin 22 to ground) while you restart it" in str(said.exception)


def test_that_servos_may_have_pulses_is_passed_on_before_anything_is_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the firmware says where Ctrl-C ends its asking of a silent servo board."""
    main = LockStepBoard(CAT).module("main")
    monkeypatch.setattr(main.restart, "prompt_asked", lambda: True)
    monkeypatch.setattr(main.all_off, "until_acknowledged", interrupt)
    said: list[str] = []
    main.print = said.append
    main.run()
    monkeypatch.setattr(flash_command, "look", nothing_more)
    for words, caution in (
        ("\n".join([*said, ""]), "caution  SERVOS MAY HAVE PULSES"),
        ("Traceback\n  File main.py\nKeyboardInterrupt: \n", "caution  Ctrl-C ended a program"),
        ("the prompt is yours\n", ""),
    ):
        master, slave = os.openpty()
        tty.setraw(slave)
        board = threading.Thread(target=answer, args=(master, words))
        board.start()
        result = CliRunner().invoke(app, ["flash", "--port", os.ttyname(slave)])
        board.join()
        os.close(master)
        os.close(slave)
        assert "nothing more" in str(result.exception)
        assert caution in result.output
        assert ("caution" in result.output) == bool(caution)


def interrupt() -> None:
    raise KeyboardInterrupt


def answer(master: int, words: str) -> None:
    """Answer Ctrl-C with what a program says, and the prompt."""
    while b"\x03" not in os.read(master, 100):
        pass
    os.write(master, words.replace("\n", "\r\n").encode() + b">>> ")


def nothing_more(port: str) -> Found:
    raise FlashError("nothing more")


def test_a_port_where_nobody_answers_is_told_the_way_by_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flash_command, "ANSWER", 0.5)
    monkeypatch.setattr(flash_command, "RESTART", 1.0)
    master, slave = os.openpty()
    try:
        said = CliRunner().invoke(app, ["flash", "--port", os.ttyname(slave)])
    finally:
        os.close(master)
        os.close(slave)
    assert "hold its stop button (pin 22 to ground)" in str(said.exception)
    assert "BOOTSEL" in str(said.exception)


@pytest.mark.parametrize("name", INTERPRETERS)
def test_the_firmware_restarts_to_the_prompt_only_without_pulses(name: str) -> None:
    with started(name) as board:
        life = Life(board).live(3.0)
        assert life.state == "running"
        assert life.asked(wire.PROMPT).result == "refused"
        life.live(0.1, None)
        assert life.pulsed == ALL
        assert life.asked(wire.LIMP).result == "done"
        assert life.asked(wire.PROMPT).result == "done"
        life.live(4.0, None)
        if name == "micropython":
            assert (life.state, life.pulsed) == ("lost", 0), "no firmware runs at the prompt"
            return
        # The other board starts its firmware always.
        identity = life.link.identity
        assert identity is not None
        assert identity.reset_cause == ASKED


@pytest.mark.parametrize("name", INTERPRETERS)
def test_no_prompt_is_given_while_a_servo_board_may_still_pulse(name: str) -> None:
    with started(name) as board:
        life = Life(board).live(3.0)
        life.live(0.1, None, faults=("servos_silent",))
        assert life.asked(wire.LIMP).result == "done"
        assert life.state == "stopping"
        assert life.asked(wire.PROMPT).result == "refused"


def test_a_run_that_ends_at_the_prompt_is_no_cut_of_the_supply() -> None:
    """It counts its starts, and how many runs in a row ended with running servos."""
    board = LockStepBoard(CAT)
    life = Life(board).live(3.0)
    assert board._files["boots.txt"] == "1 1 0"
    life.asked(wire.LIMP)
    assert board._files["boots.txt"] == "1 1 0", "the flash is spared for a minute"
    life.asked(wire.PROMPT)
    assert board._files["boots.txt"].split()[1:] == ["0", "0"]


def test_a_board_that_was_asked_gives_the_prompt_once() -> None:
    board = LockStepBoard(CAT)
    Life(board).live(0.5, None).asked(wire.PROMPT)
    restart = board.module("restart")
    assert restart.prompt_asked()
    assert not restart.prompt_asked()


def test_a_damaged_wish_for_the_prompt_is_none() -> None:
    """In MicroPython, which reads no text that is not UTF-8."""
    board = SteppedMicroPython(CAT)
    try:
        (board._flash.path / "prompt.txt").write_bytes(b"\xff\xfe1")
        board.restart()
        assert Life(board).live(3.0).state == "running"
    finally:
        board.close()


def test_ctrl_c_restarts_to_the_prompt() -> None:
    """At the USB prompt of a board whose line is its UART."""
    board = LockStepBoard(CAT)
    main = board.module("main")

    def interrupted(ms: int) -> None:
        raise KeyboardInterrupt

    main.sleep_ms = interrupted
    main.run()
    assert board.bench.core.starts, "machine.reset was called"
    assert board.module("restart").prompt_asked()


def test_a_board_that_cannot_write_its_flash_refuses_the_prompt() -> None:
    board = LockStepBoard(CAT)
    life = Life(board).live(0.5, None)
    board.module("restart").open = full
    assert life.asked(wire.PROMPT).result == "refused"


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "full")


def test_a_stop_just_before_the_prompt_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both come in one burst; the reset of a chip ends the tick in which they are carried out."""
    brain = Brain(chip="ESP32S3").awake()
    board = brain.board
    assert brain.asked(wire.LIMP) == "done"

    def reset() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(board.module("machine"), "reset", reset)
    take, now = board._board._take, board._ticks
    assert take(wire.STOP, memoryview(b""), now) == 0
    with pytest.raises(KeyboardInterrupt):
        take(wire.PROMPT, memoryview(b""), now)
    assert board._files["boots.txt"].endswith(" 1")
