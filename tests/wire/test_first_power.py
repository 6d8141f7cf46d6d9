"""`moggy board test` as a process that is talked with, on a simulated board at a real port."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from moggy.actuators.speaker import Fill
from moggy.body import Body, JointSpec
from moggy.command_groups import Part
from moggy.commands import first_power
from moggy.commands.first_power import Seen, changes
from moggy.commands.stand import SPEED
from moggy.config import Files
from moggy.main import app
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import WorldInputs, angles
from tests.processes import Program

PATIENCE_S = 60.0
"""Seconds for an answer; only a bound for a machine that is very busy."""
SMALL = """\
# A head on a desk.
name: small
joints:
  head_pan: {min: -0.3, max: 0.3, channel: 0}  # + looks left
  jaw: {min: 0.0, max: 0.3, driver: pwm, channel: 16}  # + opens
pads:
  chin: {zone: chin, at: [0.2, 0.0, 0.2], channel: 3}
  neck: {zone: neck, at: [0.1, 0.0, 0.2], channel: 4}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    (tmp_path / "body").mkdir()
    (tmp_path / "body" / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def small(home: Path) -> Body:
    return Files(home).load("body/small.yaml", Body)


@pytest.fixture
def board(small: Body) -> Iterator[MicroPythonBoard]:
    made = MicroPythonBoard(small)
    yield made
    made.close()


class Talk:
    """A `moggy board test` that is talked with."""

    def __init__(self, board: MicroPythonBoard, only: str, body: str = "small") -> None:
        self.board, self.said = board, ""
        self._unread = b""
        words = ["board", "test", "--body", body, "--port", board.path, "--only", only]
        self.process: Program[bytes] = Program(
            [sys.executable, "-m", "moggy", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *raised: object) -> None:
        self.process.__exit__(None, None, None)

    def until(self, words: str) -> str:
        """Read up to the line that has these words; gives it."""
        while True:
            line, end, rest = self._unread.partition(b"\n")
            if end:
                self._unread = rest
                text = line.decode()
                self.said += f"{text}\n"
                if words in text:
                    return text
            elif not self._read():
                pytest.fail(f"{words!r} does not come:\n{self.said}{self._unread.decode()}")

    def _read(self) -> bool:
        """Read more; False at the end."""
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], PATIENCE_S)[0]:
            pytest.fail(f"it says nothing more:\n{self.said}{self._unread.decode()}")
        more = os.read(self.process.stdout.fileno(), 4096)
        self._unread += more
        return bool(more)

    def answer(self, words: str, key: str) -> None:
        """Wait for a question and answer it."""
        self.until(words)
        self.type(key)

    def type(self, key: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{key}\n".encode())
        self.process.stdin.flush()

    def end(self) -> int:
        """Its exit status; what it still says is in `said`."""
        while self._read():
            pass
        self.said += self._unread.decode()
        return self.process.wait()


class Watch:
    """Where the joints of a simulated board are driven, as often as it says so."""

    def __init__(self, board: MicroPythonBoard, body: Body) -> None:
        self.seen: list[tuple[float, dict[str, float]]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(board, body), daemon=True)
        self._thread.start()

    def _look(self, board: MicroPythonBoard, body: Body) -> None:
        while not self._over.wait(0.01):
            now = angles(body, board.outputs())
            if not self.seen or self.seen[-1][1] != now:
                self.seen.append((time.monotonic(), now))

    def stop(self) -> list[tuple[float, dict[str, float]]]:
        self._over.set()
        self._thread.join()
        return self.seen


def waits(board: MicroPythonBoard, what: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, board.outputs()
        time.sleep(0.01)


def limp(board: MicroPythonBoard) -> bool:
    return not any(board.outputs().servos.values())


def assert_was_made_limp(board: MicroPythonBoard) -> None:
    """That it is limp sooner than it goes limp by itself; what it drives is told a little late."""
    waits(board, lambda: limp(board), seconds=1.5)


def test_servos_are_tested_one_by_one_slowly_within_their_limits_and_saved_with_comments(
    board: MicroPythonBoard, small: Body, home: Path
) -> None:
    watch = Watch(board, small)
    with Talk(board, "servos") as talk:
        talk.until("are all horns off")
        assert limp(board)
        talk.type("y")
        talk.answer("head_pan (pca9685 0): move to its centre, 1500", "y")
        for key in ("+", "+", "-", "+", "y"):
            talk.answer("is it at its centre?", key)
        talk.answer("move a little to + and back?", "y")
        talk.answer("is + in the body's file?", "y")
        talk.answer("lower end, -0.30 rad", "y")
        waits(board, lambda: angles(small, board.outputs()).get("head_pan", 0.0) < -0.1)
        talk.type("")
        talk.until("which is its lower end from now on")
        talk.answer("upper end, +0.30 rad", "y")
        asked = talk.until("Save it?")
        assert "zero_us: 1525, min: -0.1" in asked
        talk.type("y")
        talk.answer("jaw (pwm 16): move to its centre, 1500", "y")
        talk.answer("is it at its centre?", "y")
        talk.answer("move a little to + and back?", "y")
        talk.answer("is + in the body's file?", "n")
        talk.answer("jaw: us_per_rad: -637. Save it?", "y")
        assert talk.end() == 0, talk.said
    assert "the body is at rest: limp" in talk.said
    assert_was_made_limp(board)
    made = Files(home).load("body/small.yaml", Body)
    assert made.joints["head_pan"].zero_us == 1525
    assert made.joints["head_pan"].max == 0.26, "no farther than was seen"
    assert -0.3 < made.joints["head_pan"].min < -0.1
    assert made.joints["jaw"].us_per_rad == -637.0
    text = (home / "body" / "small.yaml").read_text(encoding="utf-8")
    assert text.startswith("# A head on a desk.")
    assert "# + looks left" in text
    seen = watch.stop()
    for name, joint in small.joints.items():
        driven = [(at, pose[name]) for at, pose in seen if name in pose]
        where = [angle for _, angle in driven]
        assert min(where) > joint.min - 0.002
        assert max(where) < joint.max + 0.002
        jumps = [abs(b - a) for a, b in pairwise(where)]
        assert max(jumps) < 0.1, "no jump, also where this machine looked late"
        took = driven[-1][0] - driven[0][0]
        assert sum(jumps) < SPEED * took + 0.1


def test_ctrl_c_in_a_movement_leaves_the_body_limp(board: MicroPythonBoard, small: Body) -> None:
    with Talk(board, "servos") as talk:
        talk.answer("are all horns off", "y")
        talk.answer("move to its centre", "y")
        talk.answer("is it at its centre?", "y")
        talk.answer("move a little", "s")
        talk.answer("lower end", "y")
        waits(board, lambda: angles(small, board.outputs()).get("head_pan", 0.0) < -0.1)
        talk.process.send_signal(signal.SIGINT)
        assert talk.end() == 130, talk.said
    assert "the body is at rest: limp" in talk.said
    assert_was_made_limp(board)
    assert "saved in" not in talk.said


def test_when_it_was_suspended_it_moves_nothing_any_more(
    board: MicroPythonBoard, small: Body
) -> None:
    """The board has gone to rest and limp by itself: its joints are not where they were left."""
    with Talk(board, "servos") as talk:
        talk.answer("are all horns off", "y")
        talk.answer("move to its centre", "y")
        talk.answer("is it at its centre?", "+")
        talk.until("is it at its centre?")
        talk.process.send_signal(signal.SIGSTOP)
        waits(board, lambda: limp(board))
        watch = Watch(board, small)
        talk.process.send_signal(signal.SIGCONT)
        assert talk.end() == 2, talk.said
    assert "this computer was suspended" in talk.said
    assert_was_made_limp(board)
    assert not [pose for _, pose in watch.stop() if pose], "no servo got pulses again"


def test_at_the_end_of_its_input_it_leaves_the_body_limp(board: MicroPythonBoard) -> None:
    with Talk(board, "servos") as talk:
        talk.answer("are all horns off", "y")
        talk.until("move to its centre")
        assert not limp(board)
        assert talk.process.stdin is not None
        talk.process.stdin.close()
        assert talk.end() == 2
    assert "nobody answers any more" in talk.said
    assert_was_made_limp(board)


def test_a_stop_button_that_is_pressed_ends_it(board: MicroPythonBoard) -> None:
    with Talk(board, "servos") as talk:
        talk.answer("are all horns off", "y")
        talk.until("move to its centre")
        board.feed(WorldInputs(stop=True))
        assert talk.end() == 2
    assert "is stopp" in talk.said
    assert "stop button pressed" in talk.said
    assert_was_made_limp(board)


def test_pads_are_told_with_counts_and_noise_and_swapped_wires_are_seen(
    board: MicroPythonBoard,
) -> None:
    hand = tuple(0.6 if channel == 3 else 0.0 for channel in range(12))
    with Talk(board, "pads") as talk:
        talk.answer("take all hands away", "")
        talk.until("chin (electrode 3): lay a hand on it")
        board.feed(WorldInputs(pads=hand))
        said = talk.until("samples")
        assert int(said.split()[1]) > 50
        assert 0.5 * 255 < float(said.split()[3]) < 0.7 * 255
        assert "beside it at most 0" in said
        talk.until("neck (electrode 4): lay a hand on it")
        talk.until("chin (electrode 3) felt more: are their wires swapped?")
        assert talk.end() == 1
    assert "no servo got pulses" in talk.said
    assert "pads     FAILED" in talk.said


def test_a_chip_that_is_mounted_the_wrong_way_is_told_by_its_axes(board: MicroPythonBoard) -> None:
    with Talk(board, "imu") as talk:
        talk.answer("stand it upright", "y")
        assert "z +1000" in talk.until("mg")
        talk.until("nose straight up")
        board.feed(replace(WorldInputs(), acceleration=(0.0, -1.0, 0.0)))
        talk.type("y")
        talk.until("up is -y and has to be +x: turn the chip")
        talk.answer("on its right side", "s")
        assert talk.end() == 1


def test_it_purrs_when_it_may_and_is_limp_then(board: MicroPythonBoard) -> None:
    with Talk(board, "purr") as talk:
        talk.until("may it purr")
        assert limp(board)
        talk.type("y")
        waits(board, lambda: board.outputs().purr > 0.5)
        talk.until("did you feel it purr?")
        waits(board, lambda: limp(board) and not board.outputs().purr)
        talk.type("y")
        assert talk.end() == 0, talk.said


def test_of_a_plush_it_tests_the_purr_and_leaves_out_what_it_has_not(home: Path) -> None:
    plush = MicroPythonBoard(Files(home).load("body/plush.yaml", Body))
    try:
        with Talk(plush, "purr", "plush") as talk:
            assert "servos" not in talk.until("may it purr")
            talk.type("y")
            waits(plush, lambda: plush.outputs().purr > 0.5)
            talk.answer("did you feel it purr?", "y")
            assert talk.end() == 0, talk.said
        for part, lacks in (("servos", "plush has no servos"), ("imu", "has no accelerometer")):
            with Talk(plush, part, "plush") as talk:
                talk.until(lacks)
                assert talk.end() == 0, talk.said
    finally:
        plush.close()


def test_the_stop_button_is_seen_pressed_let_go_and_released(board: MicroPythonBoard) -> None:
    with Talk(board, "stop") as talk:
        talk.until("press the stop button")
        board.feed(WorldInputs(stop=True))
        talk.until("the board is stopped")
        board.feed(WorldInputs())
        talk.until("let go and released: the board is limp")
        assert talk.end() == 0, talk.said


class Deaf:
    """A stand at which only a tone is asked for."""

    body = Body(name="deaf", joints={}, pads={})

    def __init__(self, heard: str) -> None:
        self._answers = iter(["y", heard])

    def ask(self, question: str, keys: str) -> str:
        return next(self._answers)

    def pause(self, seconds: float) -> None:
        pass


def test_the_loudspeaker_gets_a_tone_and_one_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = np.zeros(1000, np.float32)

    class Stream:
        def close(self) -> None:
            pass

    def opened(rate: int, fill: Fill) -> Stream:
        fill(out[:500])
        fill(out[500:])
        return Stream()

    monkeypatch.setattr(first_power, "loudspeaker", opened)
    for heard, outcome in (("y", "ok"), ("n", "FAILED")):
        assert first_power._speaker(Deaf(heard), "deaf") == outcome  # type: ignore[arg-type]
    assert 0.25 < out.max() < 0.35
    assert np.abs(np.diff(out)).max() < 0.05, "no click between two pieces"

    def none(rate: int, fill: Fill) -> Stream:
        raise OSError("no loudspeaker: connect one")

    monkeypatch.setattr(first_power, "loudspeaker", none)
    assert first_power._speaker(Deaf("y"), "deaf") == "FAILED"  # type: ignore[arg-type]
    assert "no loudspeaker: connect one" in capsys.readouterr().out


def test_a_shipped_body_gets_a_patch_in_the_owners_folder(home: Path) -> None:
    place = first_power.save("cat", "head_pan", {"zero_us": 1525})
    assert Path(place) == home / "body" / "cat.yaml"
    assert "extends: cat" in Path(place).read_text(encoding="utf-8")
    files = Files(home)
    assert files.load("body/cat.yaml", Body).joints["head_pan"].zero_us == 1525
    assert "# + looks left" in files.shown("body/cat.yaml")
    first_power.save("cat", "jaw", {"max": 0.5})
    made = files.load("body/cat.yaml", Body).joints
    assert (made["head_pan"].zero_us, made["jaw"].max) == (1525, 0.5)


def test_a_board_of_another_body_is_moved_by_nothing(board: MicroPythonBoard, home: Path) -> None:
    (home / "body" / "small.yaml").write_text(SMALL.replace("max: 0.3,", "max: 0.2,"))
    with Talk(board, "servos") as talk:
        assert talk.end() == 2
    assert 'built for another body than "small"' in talk.said
    assert "no servo got pulses" in talk.said


def test_help_shows_examples_and_the_parts() -> None:
    said = CliRunner().invoke(app, ["board", "test", "--help"]).output
    assert "moggy board test --only pads --only imu" in " ".join(said.split())
    assert list(first_power.PARTS) == list(Part)
    for part in Part:
        assert part in said


@pytest.mark.parametrize(
    ("seen", "wanted"),
    [
        (Seen(0.0), {}),
        (Seen(0.0, low=-1.0, high=1.0), {}),
        (Seen(0.1), {"zero_us": 1560}),
        (Seen(0.1, low=-1.0, high=1.0), {"zero_us": 1560, "max": 0.9}),
        (Seen(-0.1, low=-1.0, high=1.0), {"zero_us": 1440, "min": -0.9}),
        (Seen(0.0, low=-0.2, high=1.0), {"min": -0.2, "rest": -0.2}),
        (Seen(0.1, turned=True), {"zero_us": 1560, "us_per_rad": -600.0}),
    ],
)
def test_what_was_seen_of_a_servo_only_narrows_its_limits(
    seen: Seen, wanted: dict[str, float]
) -> None:
    joint = JointSpec(min=-1.0, max=1.0, rest=-0.4, channel=0, us_per_rad=600.0)
    assert changes(joint, seen) == pytest.approx(wanted)
