"""`moggy flash` on a pseudo-terminal behind which a real MicroPython gives its prompt or runs the
firmware from its flash, as a board does from one restart to the next."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest
from typer.testing import CliRunner, Result

from moggy import flashing, wire
from moggy.board_files import board_files, write
from moggy.body import Body
from moggy.commands import flash as flash_command
from moggy.config import SHIPPED, load
from moggy.flashing import WAITING, has_prompt
from moggy.main import app
from moggy.sim.board.interpreter import BENCH, WITH_BRAIN, interpreter, note, said_of
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import WorldInputs

from .rig import CAT, INTERPRETERS, Life, started
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


def assert_has(board: Board, body: Body = CAT) -> None:
    """That the flash has the files of a body, and no other that would be loaded."""
    wanted = board_files(body, arch="x64", transport="uart")
    found = [path for path in board.flash.iterdir() if path.suffix in (".py", ".mpy")]
    assert {path.name: path.read_bytes() for path in found} == wanted


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


def test_an_interrupted_one_leaves_a_board_that_waits_and_can_be_repeated(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(board_files(CAT, arch="x64", transport="uart"), board.flash)
    (board.flash / "wire.mpy").write_bytes(b"of another version")
    with monkeypatch.context() as patched:
        patched.setattr(flashing, "_copy", interrupt)
        said = flash(board)
    assert said.exit_code != 0
    assert (board.flash / "main.py").read_text() == WAITING
    assert has_prompt(board.port)
    said = flash(board)
    assert said.exit_code == 0, said.output + str(said.exception)
    assert_has(board)


def interrupt(port: str, files: list[Path]) -> None:
    raise KeyboardInterrupt


def test_what_waits_ends_all_pulses_and_starts_nothing(tmp_path: Path) -> None:
    write(board_files(CAT, arch="x64", transport="uart"), tmp_path)
    (tmp_path / "main.py").write_text(WAITING)
    script = tmp_path / "script.py"
    script.write_text(
        "import machine\nimport sys\nservos = machine.bench.servos\n"
        "servos.write(0, bytes([0x20]))\nservos.write(6, bytes([0, 0, 0x33, 1]))\n"
        "print(servos.pulse_us(0))\nimport main\n"
        "print(servos.pulse_us(0), 'board' in sys.modules)\n"
    )
    command = interpreter()
    assert command is not None
    done = subprocess.run(
        [*command, str(script)],
        env={"MICROPYPATH": os.pathsep.join([str(BENCH), str(tmp_path)])},
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    moving, said, after = done.stdout.splitlines()
    assert int(moving) > 0
    assert said == "half flashed: run `moggy flash` again"
    assert after == "0 False"


def test_a_file_that_the_flash_did_not_keep_is_named(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flashing, "_copy", lambda port, files: None)
    said = flash(board)
    assert said.exit_code != 0
    assert "wire.mpy" in str(said.exception)
    assert (board.flash / "main.py").read_text() == WAITING


def test_a_board_of_another_chip_is_left_alone(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flash_command, "PLATFORMS", {"linux": "esp32s3"})
    said = flash(board)
    assert "this board is no rp2040" in str(said.exception)
    assert not list(board.flash.iterdir())


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
    assert "hold its stop button" in str(said.exception)
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
        if name == "micropython":
            with pytest.raises(ChildProcessError):  # no firmware runs at the prompt
                life.asked(wire.PROMPT)
            return
        assert life.asked(wire.PROMPT).result == "done"
        life.live(2.0, None)  # this board starts its firmware always
        identity = life.link.identity
        assert identity is not None
        assert identity.reset_cause == ASKED


def test_a_board_that_was_asked_gives_the_prompt_once() -> None:
    board = LockStepBoard(CAT)
    Life(board).live(0.5, None).asked(wire.PROMPT)
    restart = board.module("restart")
    assert restart.prompt_asked()
    assert not restart.prompt_asked()


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
