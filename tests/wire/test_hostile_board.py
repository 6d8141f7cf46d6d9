"""A board that lies or floods neither ends the pet nor stops its setpoints, and the owner is told
once; `python -m bench hostile_board` does the same to `moggy run`."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bench.hostile_board import ATTACKS, Liar, main, touch
from moggy.actuators.serial_body import LOSSES, UNSTEADY, SerialBody
from moggy.board_clock import MESSAGES_A_SECOND, MESSAGES_AT_ONCE
from moggy.link import A_TICK, MemoryLink
from moggy.messages import AnySense, Battery, BoardReport, Command, Touch, Trouble
from moggy.wire import LONGEST
from tests.firmware.rig import CAT

TICK = 0.02


class Line:
    """A line in memory, in virtual time, to a board that lies at every tick."""

    def __init__(self) -> None:
        self.liar = Liar(CAT)
        self.lie = ATTACKS["nothing"].lie
        self.now = 0.0
        self.link = MemoryLink(self)
        self.body = SerialBody(self.link, CAT)
        self.latency = 0
        """Ticks that an answer takes."""
        self._waiting = b""
        self._on_their_way: list[bytes] = []

    def read(self) -> bytes:
        lies = self.lie(self.liar)[:A_TICK]  # no more comes through a port
        self._on_their_way.append(self._waiting + lies + b"\0")
        self._waiting = b""
        return self._on_their_way.pop(0) if len(self._on_their_way) > self.latency else b""

    def write(self, data: bytes) -> None:
        self._waiting += self.liar.hears(data, self.now)

    def live(self, seconds: float) -> list[AnySense]:
        """What is felt in this time; the pose changes at every tick, so each is sent."""
        self.liar.setpoints.clear()
        senses: list[AnySense] = []
        for _ in range(round(seconds / TICK)):
            self.now += TICK
            senses += self.body.poll(self.now)
            pose = {"head_pan": 0.1 * (round(self.now / TICK) % 2)}
            self.body.move(Command(at=self.now, pose=pose))
        return senses

    @property
    def gap(self) -> float:
        """The longest time without a setpoint since `live` began, s; only at its end it counts
        what follows the last one."""
        times = [*self.liar.setpoints, self.now]
        return max(after - before for before, after in pairwise(times))


def troubles(senses: list[AnySense], part: str = "") -> list[str]:
    return [
        sense.message
        for sense in senses
        if isinstance(sense, Trouble) and sense.part.startswith(part)
    ]


@pytest.mark.parametrize("name", [name for name in ATTACKS if "noise" not in name])
def test_the_pet_goes_on_and_the_owner_is_told_once(name: str) -> None:
    line, attack = Line(), ATTACKS[name]
    line.live(2.0)
    assert line.link.identity is not None
    line.lie = attack.lie
    senses = line.live(10.0)
    said = troubles(senses)
    assert bool([message for message in said if message]) == (attack.is_said or attack.is_silent)
    assert max([said.count(message) for message in said], default=0) <= LOSSES
    assert len(set(said)) <= 20, "each type of message once"
    if not attack.is_silent:
        assert line.gap < 0.5
    for sense in senses:
        if isinstance(sense, Touch):
            assert set(sense.pads or ()) <= set(CAT.pads)
        if isinstance(sense, Battery):
            assert 0.0 <= sense.level <= 1.0
        if isinstance(sense, BoardReport):
            assert 0.0 <= sense.at <= line.now
    felt = [sense.at for sense in senses if not isinstance(sense, Trouble)]
    assert felt == sorted(felt), "nothing was felt before what was told before it"
    line.lie, line.liar.says_who = ATTACKS["nothing"].lie, True
    line.live(5.0)
    assert line.gap < 0.1, "well again"


def test_a_flood_is_cut_to_what_a_tick_can_bear() -> None:
    line = Line()
    line.live(1.0)
    line.lie = ATTACKS["flood of touches"].lie
    felt = [sense for sense in line.live(2.0) if isinstance(sense, Touch)]
    assert len(felt) == pytest.approx(2.0 * MESSAGES_A_SECOND + MESSAGES_AT_ONCE, abs=10.0)
    assert line.link.protocol.refused > 5000


def test_what_came_in_a_tick_that_took_a_second_is_not_lost() -> None:
    line = Line()
    line.live(1.0)
    line._waiting += b"".join([touch(line.liar) for _ in range(100)])
    senses = line.live(1.0)
    assert len([sense for sense in senses if isinstance(sense, Touch)]) == 100
    assert troubles(senses) == []


def test_a_board_that_restarts_again_and_again_is_said_once_and_well_again_when_it_holds() -> None:
    line = Line()
    line.live(2.0)
    said = []
    for _ in range(8):
        line.liar.nonce = 0
        said += troubles(line.live(2.0), "board")
    assert said.count(UNSTEADY) == 1
    assert said[-1] == UNSTEADY
    assert troubles(line.live(15.0)) == []
    assert troubles(line.live(5.0)) == [""]


def test_a_board_that_is_unsteady_and_then_gone_is_told_as_gone() -> None:
    line = Line()
    line.live(2.0)
    for _ in range(8):
        line.liar.nonce = 0
        line.live(2.0)
    line.liar.says_who, line.liar.nonce = False, 0
    assert troubles(line.live(30.0)) == ["the board does not answer"]


def test_what_is_no_board_is_told_from_one_that_is_silent() -> None:
    line = Line()
    line.liar.says_who = False
    line.lie = ATTACKS["noise"].lie
    (said,) = troubles(line.live(5.0))
    assert "no message of a board" in said
    line = Line()
    line.liar.says_who = False
    line.lie = ATTACKS["more pads than known"].lie
    said = " ".join(troubles(line.live(5.0)))
    assert "not who it is" in said


@pytest.mark.parametrize(("bytes_a_tick", "sooner"), [(LONGEST, True), (20, False)])
def test_a_board_that_says_very_much_that_is_no_message_is_told_at_once(
    bytes_a_tick: int, sooner: bool
) -> None:
    """What says little may be one that starts."""
    line = Line()
    line.live(2.0)
    line.liar.says_who, line.liar.nonce = False, 0
    line.lie = lambda liar: b"x" * bytes_a_tick
    assert troubles(line.live(2.0)) == ["the board does not answer"]
    said = troubles(line.live(1.5))
    assert ["no message of a board" in message for message in said] == [True] * sooner


def test_an_answer_to_an_older_hello_does_not_begin_the_session_anew() -> None:
    line = Line()
    line.latency = 30  # 0.6 s: three hellos are on their way
    line.live(1.2)
    line.liar.nonce = 0
    assert troubles(line.live(2.0)) == ["the board restarted", ""]
    assert line.link.identity is not None


def test_moggy_run_lives_through_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--seconds", "0.2"])
    assert "it was ended 0 times" in capsys.readouterr().out
