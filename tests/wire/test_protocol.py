"""The two ends of the wire against each other in virtual time, over lines that lose, repeat and
damage."""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moggy import wire
from moggy.board_clock import BoardClock
from moggy.board_config import body_hash
from moggy.link import Line
from moggy.messages import BoardReport, Touch, Trouble
from moggy.protocol import LinkChange, Protocol, Said
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import angles
from tests.firmware.rig import CAT, BadLine, Rig


def bad_rig(seed: int, loss: float = 0.3, twice: float = 0.3, damage: float = 0.1) -> Rig:
    def spoil(line: Line) -> Line:
        return BadLine(line, Random(seed), loss, twice, damage)

    return Rig(line=spoil)


def test_the_board_says_who_it_is() -> None:
    rig = Rig()
    rig.live(0.1)
    identity = rig.link.identity
    assert identity is not None
    assert identity.schema == wire.SCHEMA_HASH
    assert identity.body == body_hash(CAT)
    assert identity.joints == tuple(CAT.joints)
    assert identity.boots == 1
    assert identity.reset_cause == 1


def test_both_interpreters_read_one_file() -> None:
    assert LockStepBoard(CAT).module("wire").SCHEMA_HASH == wire.SCHEMA_HASH


def test_two_versions_of_the_wire_are_told_with_both_hashes() -> None:
    protocol = Protocol(1)
    protocol.begin(0.0)
    assert protocol.outgoing(0.0)
    answer = wire.frame(
        wire.IDENTITY, 0, struct.pack("<I", 0xDEADBEEF) + b"whatever an older firmware says"
    )
    (heard,) = protocol.receive(answer, 0.1)
    assert isinstance(heard, LinkChange)
    assert heard == LinkChange(0.1, False, heard.message)
    assert "deadbeef" in heard.message
    assert f"{wire.SCHEMA_HASH:08x}" in heard.message
    assert protocol.receive(answer, 0.4) == [], "it is said once"
    assert protocol.identity is None


def test_a_board_refuses_another_version() -> None:
    board = LockStepBoard(CAT)
    board.line.write(wire.frame(wire.HELLO, 0, struct.pack("<IH", 0xDEADBEEF, 7)))
    board.advance(0.05)
    answer = wire.Frames().feed(board.line.read())
    assert [kind for kind, _, _ in answer] == [wire.IDENTITY]
    assert int.from_bytes(answer[0][2][:4], "little") == wire.SCHEMA_HASH
    board.line.write(wire.frame(wire.PING, 0, bytes(4)))
    board.advance(0.1)
    assert [kind for kind, _, _ in wire.Frames().feed(board.line.read())] == [wire.IDENTITY], (
        "no session began"
    )


def test_damaged_frames_are_counted_and_the_pet_goes_on() -> None:
    rig = bad_rig(1, loss=0.0, twice=0.0, damage=0.2)
    rig.live(5.0, {"head_pan": 0.5})
    assert rig.link.protocol.errors > 3
    assert angles(CAT, rig.board.outputs())["head_pan"] == pytest.approx(0.5, abs=0.01)


def test_a_setpoint_that_changes_nothing_is_sent_seldom() -> None:
    rig = Rig()
    rig.live(2.0)
    written: list[bytes] = []
    write = rig.board.line.write

    def noted(data: bytes) -> None:
        written.append(data)
        write(data)

    rig.board.line.write = noted  # type: ignore[method-assign]
    rig.live(2.0)
    setpoints = [
        kind for data in written for kind, _, _ in wire.Frames().feed(data) if kind == wire.SETPOINT
    ]
    assert 18 <= len(setpoints) <= 22


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_over_a_bad_line_every_command_is_done_exactly_once_and_in_order(seed: int) -> None:
    rig = bad_rig(seed)
    board = rig.board.module("board").Board
    done: list[str] = []
    for name in ("_do_narrow", "_do_rest", "_do_clear", "_do_limp"):
        method = getattr(board, name)
        command = getattr(wire, name[4:].upper())
        obeyed = rig.board._board._command

        def noted(
            payload: bytes, now: int, name: str = name, method: Callable[..., int] = method
        ) -> int:
            done.append(name[4:])
            return method(rig.board._board, payload, now)

        obeyed[command] = noted
    rig.live(1.0)
    for _ in range(3):
        rig.body.clear(rig.now)
        rig.body.narrow("jaw", 0.0, 0.1, 1.0, rig.now)
        rig.body.rest(rig.now)
        rig.live(0.1)
    for _ in range(40):
        rig.live(0.5)
        if not rig.link.waiting:
            break
    assert done == ["clear", "narrow", "rest"] * 3


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_over_a_bad_line_no_touch_is_lost_and_none_is_felt_twice(seed: int) -> None:
    rig = bad_rig(seed, loss=0.25)
    rig.live(2.0)
    for _ in range(4):
        rig.touch(back=0.5)
        rig.live(0.1)
        rig.touch()
        rig.live(1.5)
    rig.live(3.0)
    pressed = [touch.pressure > 0.0 for touch in rig.senses if isinstance(touch, Touch)]
    changes = [
        after for before, after in zip([False, *pressed], pressed, strict=False) if before != after
    ]
    assert changes.count(False) == 4
    assert pressed[-1] is False


def test_a_board_that_restarts_begins_a_new_session_and_is_told_so() -> None:
    rig = Rig()
    rig.live(2.0, {"head_pan": 0.5})
    rig.board = LockStepBoard(CAT, boots=1)
    rig.link._line = rig.board.line
    rig.now = 0.0
    rig.body = type(rig.body)(rig.link, CAT)
    rig.link.protocol._heard = 0.0
    heard = rig.live(2.0, {"head_pan": 0.5})
    assert [sense.message for sense in heard if isinstance(sense, Trouble)] == [
        "the board restarted",
        "",
    ]
    assert rig.link.identity is not None
    assert rig.link.identity.boots == 2
    assert rig.state == "running"


def test_a_silent_board_is_a_trouble_once_and_well_again_once() -> None:
    rig = Rig()
    rig.live(2.0)
    line = rig.link._line
    rig.link._line = BadLine(line, Random(0), 1.0, 0.0, 0.0)
    troubles = [sense.message for sense in rig.live(10.0) if isinstance(sense, Trouble)]
    assert troubles == ["the board does not answer"]
    assert [sense.state for sense in rig.senses if isinstance(sense, BoardReport)][-1] == "lost"
    rig.link._line = line
    troubles = [sense.message for sense in rig.live(3.0) if isinstance(sense, Trouble)]
    assert troubles == [""]
    assert rig.state == "running"


def test_after_silence_the_board_says_its_state_in_a_new_session() -> None:
    rig = Rig()
    rig.live(2.0)
    rig.body.stop(rig.now)
    rig.live(0.1)
    line = rig.link._line
    rig.link._line = BadLine(line, Random(0), 1.0, 0.0, 0.0)
    rig.live(3.0)
    rig.link._line = line
    heard = [sense.state for sense in rig.live(0.5) if isinstance(sense, BoardReport)]
    assert heard == ["connected", "stopped"]


def test_a_late_answer_to_an_earlier_hello_ends_nothing() -> None:
    rig = Rig()
    rig.live(2.0)
    protocol = rig.link.protocol
    answer = wire.frame(wire.IDENTITY, 0, rig.board._board._port._who(protocol._nonce))
    for tick in range(100):
        protocol.receive(b"", rig.now + 0.02 * tick)
    assert protocol.identity is None
    nonce = protocol._nonce
    assert protocol.receive(answer, rig.now + 2.1) == []
    assert (protocol.identity, protocol._nonce) == (None, nonce)
    rig.live(2.5)
    assert protocol.identity is not None
    assert protocol._nonce == nonce


def test_a_stop_that_was_asked_for_while_the_board_was_away_is_done_when_it_comes() -> None:
    rig = Rig()
    rig.live(2.0)
    line = rig.link._line
    rig.link._line = BadLine(line, Random(0), 1.0, 0.0, 0.0)
    rig.live(3.0)
    rig.body.stop(rig.now)
    rig.live(1.0)
    rig.link._line = line
    rig.live(3.0)
    assert rig.state == "stopped"
    assert rig.limp


def sent(protocol: Protocol, now: float) -> list[int]:
    """Types of the frames that go out now."""
    return [kind for kind, _, _ in wire.Frames().feed(protocol.outgoing(now))]


def test_a_stop_overtakes_everything_and_is_never_dropped() -> None:
    rig = Rig()
    rig.live(2.0, {"head_pan": 0.5})
    for _ in range(40):
        for kind in (wire.LIMP, wire.CLEAR, wire.REST, wire.RELEASE):
            rig.link.protocol.command(kind)
    rig.body.stop(rig.now)
    assert rig.link.waiting == 1 + 32 // 4, "the stop and the limps; it overrules the others"
    rig.live(0.06, {"head_pan": 0.5})
    assert rig.state == "stopped"
    assert rig.limp


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(st.sampled_from(["stop", "release", "rest", "clear"]), min_size=1, max_size=12),
)
def test_over_a_bad_line_the_last_of_stop_and_release_holds(seed: int, asked: list[str]) -> None:
    rig = bad_rig(seed)
    rig.live(1.0)
    for what in asked:
        getattr(rig.body, what)(rig.now)
        rig.live(0.04, {"head_pan": 0.1})
    for _ in range(100):
        rig.live(0.2, {"head_pan": 0.1})
        if not rig.link.waiting:
            break
    last = next((one for one in reversed(asked) if one in ("stop", "release")), "release")
    assert (rig.board._board._mode.state == wire.STATES.index("stopped")) == (last == "stop")


def test_a_stop_is_repeated_until_it_is_acknowledged_and_no_setpoint_follows_it() -> None:
    protocol = Rig().link.protocol
    protocol.begin(0.0)
    protocol.receive(hello_answer(protocol), 0.0)
    protocol.command(wire.STOP)
    stops = 0
    for n in range(50):
        protocol.setpoint(bytes(6))
        kinds = sent(protocol, 0.02 * n)
        stops += wire.STOP in kinds
        assert wire.SETPOINT not in kinds
    assert stops >= 1.0 / 0.08, "at least every 80 ms"


def test_a_stop_does_not_wait_for_the_acknowledgement_of_what_is_on_its_way() -> None:
    protocol = Protocol(1)
    protocol.begin(0.0)
    protocol.receive(hello_answer(protocol), 0.0)
    protocol.command(wire.NARROW, bytes(9))
    assert wire.NARROW in sent(protocol, 0.01)
    protocol.command(wire.STOP)
    assert sent(protocol, 0.02) == [wire.STOP]
    assert sent(protocol, 0.10) == [wire.NARROW, wire.STOP], "again, in the order of their numbers"


def test_a_stop_holds_for_a_board_that_restarts_until_a_release_is_asked_for() -> None:
    protocol = Protocol(1)
    protocol.begin(0.0)
    protocol.receive(hello_answer(protocol), 0.0)
    protocol.command(wire.STOP)
    assert sent(protocol, 0.01)[-1] == wire.STOP
    protocol.receive(wire.frame(wire.ACK, 0, bytes((1, 0, protocol._nonce & 255))), 0.02)
    assert not protocol.waiting
    for begun in (1.0, 2.0):
        protocol.begin(begun)
        protocol.receive(hello_answer(protocol), begun)
        assert wire.STOP in sent(protocol, begun + 0.01)
    protocol.command(wire.RELEASE)
    protocol.begin(3.0)
    protocol.receive(hello_answer(protocol), 3.0)
    assert wire.STOP not in sent(protocol, 3.01)
    protocol.setpoint(bytes(6))
    assert wire.SETPOINT in sent(protocol, 3.02)


def hello_answer(protocol: Protocol) -> bytes:
    """What a board without joints answers to the protocol's hello."""
    head = struct.pack("<IIHHBBBBB", wire.SCHEMA_HASH, 0, protocol._nonce, 1, 0, 1, 0, 1, 0)
    return wire.frame(wire.IDENTITY, 0, head + b"board")


def test_the_boards_clock_is_known_from_the_shortest_round_trip_and_may_wrap() -> None:
    clock = BoardClock()
    assert clock.at(5, 3.0) == 3.0, "before any ping: now"
    wrap = 1 << 30
    clock.pong(10.0, 10.5, wrap - 100)
    clock.pong(11.0, 11.01, 800 - 100 - 45)
    assert clock.round_trip == pytest.approx(0.01)
    assert clock.at(755, 20.0) == pytest.approx(11.105)
    assert clock.at(wrap - 45, 20.0) == pytest.approx(11.005 - 0.7)
    assert clock.at(100_000, 12.0) == 12.0, "nothing was felt in the future"


def test_senses_are_stamped_with_the_moment_on_the_board() -> None:
    rig = Rig()
    rig.live(3.0)
    rig.touch(back=0.4)
    rig.live(1.0)
    moments = [touch.at for touch in rig.senses if isinstance(touch, Touch)]
    assert moments == sorted(moments)
    assert moments[0] == pytest.approx(3.01, abs=0.011)


def test_why_a_board_that_fell_silent_stays_away_is_said_once_it_is_known() -> None:
    """Its identity is longer than any message may be."""
    rig = Rig()
    rig.live(1.0)
    protocol = rig.link.protocol
    assert protocol.identity is not None
    identity = wire.frame(wire.IDENTITY, 0, struct.pack("<I", wire.SCHEMA_HASH) + b"x" * 100)
    long = identity[:-1] + b"x" * 100_000 + b"\0"
    said: list[str] = []
    for tick in range(1000):
        now = 10.0 + 0.02 * tick
        asks = bool(protocol.outgoing(now)) and protocol.identity is None
        said += [
            one.message
            for one in protocol.receive(long if asks else b"", now)
            if isinstance(one, LinkChange)
        ]
    assert said[0] == "the board does not answer"
    assert "no message of a board, which has at most 512 bytes" in said[1]
    assert len(said) == 2, "each reason is said once"


def test_reasons_without_end_are_not_all_said() -> None:
    protocol = Protocol(1)
    protocol.begin(0.0)
    said: list[Said] = []
    for tick in range(3000):
        schema = struct.pack("<I", 0xDEADBEEF + tick // 10)
        said += protocol.receive(wire.frame(wire.IDENTITY, 0, schema), 0.02 * tick)
    assert len(said) == 3


def test_an_acknowledgement_of_an_earlier_session_acknowledges_nothing() -> None:
    protocol = Protocol(1)
    protocol.begin(0.0)
    protocol.receive(hello_answer(protocol), 0.0)
    protocol.command(wire.CLEAR)
    assert wire.CLEAR in sent(protocol, 0.01)
    held_back = wire.frame(wire.ACK, 0, bytes((1, 0, protocol._nonce & 255)))
    protocol.begin(2.0)
    protocol.command(wire.STOP)
    protocol.receive(held_back, 2.1)
    assert protocol.waiting == 1
    protocol.receive(hello_answer(protocol), 2.2)
    protocol.receive(held_back, 2.3)
    assert protocol.waiting == 1
    assert wire.STOP in sent(protocol, 2.4)
    protocol.receive(wire.frame(wire.ACK, 0, bytes((1, 0, protocol._nonce & 255))), 2.5)
    assert not protocol.waiting


def test_no_hello_has_the_byte_that_is_ctrl_c_at_a_prompt() -> None:
    protocol, numbers = Protocol(0), set()
    for n in range(3000):
        protocol.begin(float(n))
        hello = protocol.outgoing(float(n))
        assert b"\x03" not in hello
        numbers.add(hello)
    assert len(numbers) == 3000
