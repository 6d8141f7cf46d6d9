"""What a board says while the brain is stopped comes at once when it goes on, and the board is not
blamed for it; a flood is, whatever its stamps say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest

from bench.hostile_board import Liar
from moggy import wire
from moggy.board_clock import MESSAGES_A_SECOND, MESSAGES_AT_ONCE, PILED_AGAIN, PILED_S, Allowance
from moggy.protocol import Heard, LinkChange, Protocol, Refused, Said
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.board.wires import WorldInputs
from tests.firmware.rig import CAT
from tests.processes import Program

SOUND = 105
"""Messages a second of a board that is stroked and moves."""


class Board:
    """A board in virtual time that measures on, whether it is listened to or not."""

    def __init__(self) -> None:
        self.protocol, self.liar = Protocol(1), Liar(CAT)
        self.now = self.board_s = 0.0
        self.said: list[Said] = []
        self.protocol.begin(0.0)

    def samples(self, seconds: float, rate: int = SOUND) -> bytes:
        """What it measures in the next seconds of its own."""
        out = bytearray()
        for _ in range(round(seconds * rate)):
            self.board_s += 1.0 / rate
            ms = int(self.board_s * 1000.0).to_bytes(4, "little")
            out += wire.frame(wire.TOUCH, 0, ms + bytes(len(CAT.pads)))
        return bytes(out)

    def live(self, seconds: float, rate: int = SOUND) -> None:
        """Fifty ticks a second."""
        for _ in range(round(seconds * 50.0)):
            self.now += 0.02
            answer = self.liar.hears(self.protocol.outgoing(self.now), self.board_s)
            self.said += self.protocol.receive(answer + self.samples(0.02, rate), self.now)

    def stop(self, seconds: float, passed: float) -> None:
        """The brain is stopped for some seconds, of which its clock says that `passed` passed; it
        is the first to look, and then all comes at once."""
        self.now += passed
        self.said += self.protocol.receive(b"", self.now)
        self.said += self.protocol.receive(self.samples(seconds), self.now)

    def of(self, kind: type) -> list[Said]:
        """What was said of a kind."""
        return [one for one in self.said if isinstance(one, kind)]


@pytest.mark.parametrize("share", [1.0, 0.0], ids=["stopped", "machine stopped"])
@pytest.mark.parametrize("seconds", [1.0, 2.0, 20.0, 59.0])
def test_what_piled_up_while_the_brain_was_stopped_is_no_flood(
    seconds: float, share: float
) -> None:
    board = Board()
    board.live(3.0)
    board.said.clear()
    board.stop(seconds, seconds * share)
    board.live(10.0)
    assert board.of(Refused) == []
    assert len(board.of(Heard)) == pytest.approx((seconds + 10.0) * SOUND, rel=0.1)
    assert board.of(LinkChange) == [], "the silence was not the board's"


def test_one_stop_after_another_is_no_flood() -> None:
    board = Board()
    for _ in range(20):
        board.live(3.0)
        board.stop(30.0, 30.0)
    board.live(3.0)
    assert board.of(Refused) == []


def test_a_board_that_falls_silent_is_lost_after_a_stop_too() -> None:
    board = Board()
    board.live(3.0)
    board.stop(20.0, 20.0)
    for _ in range(100):
        board.now += 0.02
        board.said += board.protocol.receive(b"", board.now)
    assert [change.message for change in board.said if isinstance(change, LinkChange)] == [
        "",
        "the board does not answer",
    ]


def test_a_flood_after_a_stop_is_blamed() -> None:
    board = Board()
    board.live(3.0)
    board.stop(20.0, 20.0)
    board.said.clear()
    board.live(10.0, rate=1000)
    assert len(board.of(Refused)) == 1
    assert len(board.of(Heard)) <= 10.0 * MESSAGES_A_SECOND + MESSAGES_AT_ONCE


def test_whatever_its_stamps_say_a_board_gains_a_minute_by_them_and_a_tenth() -> None:
    random, seconds = Random(1), 600
    for stamp in (
        lambda n: n * 1000,
        lambda n: random.randrange(1 << 32),
        lambda n: n % 2 * 59_000,
        lambda n: n % 2 * (1 << 29),
    ):
        allowance, taken = Allowance(), 0
        for n in range(seconds * 500):
            taken += allowance.take(n / 500.0, stamp(n))
        most = MESSAGES_A_SECOND * (PILED_S + (1.0 + PILED_AGAIN) * seconds) + MESSAGES_AT_ONCE
        assert taken <= most


LIVES = """
import sys
from moggy.actuators.serial_body import SerialBody
from moggy.clock import RealClock
from moggy.link import SerialLink
from moggy.messages import Command, Touch, Trouble
from tests.firmware.rig import CAT
link = SerialLink(sys.argv[1])
body, until, touches, lives = SerialBody(link, CAT), 300.0, 0, False
for now in RealClock(until=300.0).ticks():
    if now > until:
        break
    senses = body.poll(now)
    before, touches = touches, touches + sum(isinstance(sense, Touch) for sense in senses)
    for sense in senses:
        if isinstance(sense, Trouble) and sense.part.startswith("board"):
            print(sense.part, sense.message, flush=True)
    if before <= 50 < touches:
        print("is touched", flush=True)
    until = min(until, now + 3.0) if touches > 250 else until
    if not lives and now > 1.0 and link.identity is not None:
        lives = True
        print("lives", flush=True)
    body.move(Command(at=now, pose={"head_pan": 0.5}))
print(touches, "touches")
link.close()
"""


def test_a_brain_that_is_stopped_and_goes_on_says_nothing_of_its_board() -> None:
    board = MicroPythonBoard(CAT)
    try:
        with Program(
            [sys.executable, "-c", LIVES, board.path], stdout=subprocess.PIPE, text=True
        ) as pet:
            assert pet.stdout is not None
            assert pet.stdout.readline() == "lives\n"
            board.feed(WorldInputs(pads=(0.6,) * 3 + (0.0,) * 9))
            assert pet.stdout.readline() == "is touched\n"
            os.kill(pet.pid, signal.SIGSTOP)
            time.sleep(5.0)
            os.kill(pet.pid, signal.SIGCONT)
            said = pet.stdout.read()
    finally:
        board.close()
    assert said.endswith(" touches\n")
    assert said.count("\n") == 1, said
