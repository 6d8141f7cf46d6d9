"""The body on the wire: what a command is as bytes, and what the board's bytes say."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from typing import Any

import pytest

from moggy import wire
from moggy.actuators.serial_body import (
    FAULTS_AT_ONCE,
    FLAPPING,
    FLAPPING_S,
    SerialBody,
    purr_level,
)
from moggy.board_config import CDEG_A_RAD, body_hash
from moggy.board_faults import all_in_words
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.messages import (
    Acceleration,
    AnySense,
    Battery,
    BoardReport,
    Command,
    Purr,
    Touch,
    Trouble,
)
from moggy.protocol import Heard, Identity, LinkChange, Refused, Said

CAT = load(SHIPPED["body"] / "cat.yaml", Body)
NAMES = list(CAT.joints)
ZERO = wire.ANGLE_ZERO


class NotedLink:
    """A link that writes down what is sent, and gives what a board would have said."""

    def __init__(self) -> None:
        self.setpoints: list[tuple[float, bytes]] = []
        self.commands: list[tuple[int, bytes, float]] = []
        self.said: list[Said] = []
        self.expected: tuple[int, int] | None = None
        self.identity: Identity | None = Identity(
            schema=1,
            body=body_hash(CAT),
            nonce=1,
            boots=1,
            version=(1, 0, 0),
            reset_cause=1,
            board="board",
            joints=tuple(NAMES),
        )
        self.waiting = 0
        self.closed = False

    def expect(self, joints: int, pads: int) -> None:
        self.expected = (joints, pads)

    def poll(self, now: float) -> list[Said]:
        said, self.said = self.said, []
        return said

    def setpoint(self, payload: bytes, now: float) -> None:
        self.setpoints.append((now, payload))

    def command(self, kind: int, payload: bytes, now: float) -> None:
        self.commands.append((kind, payload, now))

    def close(self) -> None:
        self.closed = True


def wired() -> tuple[SerialBody, NotedLink]:
    link = NotedLink()
    return SerialBody(link, CAT), link


def hear(body: SerialBody, link: NotedLink, *said: Said) -> list[AnySense]:
    link.said = list(said)
    return list(body.poll(9.0))


# ── Setpoints ────────────────────────────────────────────────────────────────────────────────────


def test_a_setpoint_holds_its_time_the_eyes_the_purr_and_every_angle_in_order() -> None:
    body, link = wired()
    purr = Purr(level=0.5, breath=0.25, rate=25.4)
    sent = body.move(
        Command(at=1.0, pose={"head_pan": 0.5, "tail_yaw": -0.4}, pupils=0.4, purr=purr)
    )
    ((at, payload),) = link.setpoints
    ttl, over, pupils, level, rate, *angles = struct.unpack(f"<HBBBB{len(NAMES)}H", payload)
    assert (at, ttl, over, pupils, level, rate) == (1.0, 300, 40, 102, 127, 25)
    by_name = dict(zip(NAMES, angles, strict=True))
    assert by_name["head_pan"] - ZERO == round(0.5 * 18000 / math.pi)
    assert by_name["tail_yaw"] - ZERO == -round(0.4 * 18000 / math.pi)
    assert sent["head_pan"] == pytest.approx(0.5, abs=1e-4)
    for name, joint in CAT.joints.items():
        if name not in ("head_pan", "tail_yaw"):
            assert sent[name] == pytest.approx(joint.rest, abs=1e-4)
            assert by_name[name] - ZERO == pytest.approx(joint.rest * CDEG_A_RAD, abs=0.5)


@pytest.mark.parametrize(
    ("pupils", "byte"), [(-1.0, 0), (0.0, 0), (0.5, 127), (1.0, 255), (7.0, 255)]
)
def test_pupils_are_cut_to_a_byte(pupils: float, byte: int) -> None:
    body, link = wired()
    body.move(Command(at=0.0, pupils=pupils))
    assert link.setpoints[0][1][3] == byte


def test_an_angle_beyond_a_joint_is_cut_and_nonsense_leaves_it_where_it_is() -> None:
    body, _ = wired()
    pan = CAT.joints["head_pan"]
    cut = {x: body.move(Command(at=0.0, pose={"head_pan": x}))["head_pan"] for x in (3.0, -3.0)}
    assert cut[3.0] == pytest.approx(pan.max, abs=1e-4)
    assert cut[-3.0] == pytest.approx(pan.min, abs=1e-4)
    body.move(Command(at=0.0, pose={"head_pan": 0.3, "jaw": 0.2}))
    sent = body.move(Command(at=0.1, pose={"head_pan": math.nan, "jaw": 0.1}))
    assert (sent["head_pan"], sent["jaw"]) == pytest.approx((0.3, 0.1), abs=1e-4)
    sent = body.move(Command(at=0.2, pose={"head_pan": math.inf, "jaw": -math.inf}))
    jaw = CAT.joints["jaw"]
    assert (sent["head_pan"], sent["jaw"]) == pytest.approx((pan.max, jaw.min), abs=1e-4)
    assert body.move(Command(at=0.3, pose={"jaw": 1e300}))["jaw"] == pytest.approx(
        jaw.max, abs=1e-4
    )


@pytest.mark.parametrize("far", [3.0, -3.0, math.inf, -math.inf])
def test_a_whole_pose_is_cut_to_the_limits_of_each_joint(far: float) -> None:
    body, link = wired()
    sent = body.move(Command(at=0.0, pose=dict.fromkeys(NAMES, far)))
    ends = {name: joint.max if far > 0 else joint.min for name, joint in CAT.joints.items()}
    assert sent == pytest.approx(ends, abs=1e-4)
    angles = struct.unpack_from(f"<{len(NAMES)}H", link.setpoints[0][1], 6)
    assert [angle - ZERO for angle in angles] == pytest.approx(
        [ends[name] * CDEG_A_RAD for name in NAMES], abs=1.0
    )


def test_what_does_not_change_is_sent_again_ten_times_a_second_and_what_changes_at_once() -> None:
    body, link = wired()
    still = Command(at=0.0, pose={"head_pan": 0.3})
    for n in range(18):
        body.move(replace(still, at=n / 50))
    assert [at for at, _ in link.setpoints] == pytest.approx([0.0, 0.1, 0.2, 0.3], abs=0.021)
    body.move(replace(still, at=0.36, pupils=0.9))
    assert link.setpoints[-1][0] == 0.36
    link.setpoints.clear()
    same = Command(at=0.38, pose={"head_pan": -0.3})
    first = body.move(same)
    assert body.move(same) is first
    assert len(link.setpoints) == 1


def test_after_the_board_came_back_the_same_setpoint_is_sent_at_once() -> None:
    body, link = wired()
    still = Command(at=0.0, pose={"head_pan": 0.3})
    body.move(still)
    hear(body, link, LinkChange(at=0.01, connected=True))
    body.move(replace(still, at=0.02))
    assert len(link.setpoints) == 2


@pytest.mark.parametrize(
    ("level", "breath", "expected"),
    [
        (0.0, 0.25, 0),
        (-0.5, 0.25, 0),
        (0.5, 0.25, 127),
        (2.0, 0.25, 255),
        (1.0, 0.015, 127),
        (1.0, 0.485, 127),
        (1.0, 0.515, 127),
        (1.0, 0.0, 0),
        (1.0, 0.5, 0),
        (1.0, 0.97, 255),
        (1.0, 0.03, 255),
    ],
)
def test_the_purr_motor_pauses_where_the_breath_turns(
    level: float, breath: float, expected: int
) -> None:
    assert purr_level(Purr(level=level, breath=breath)) == pytest.approx(
        expected, abs=1 if expected else 0
    )


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────


def test_each_order_is_its_own_command_at_its_moment() -> None:
    body, link = wired()
    body.stop(1.0)
    body.release(2.0)
    body.rest(3.0)
    body.clear(4.0)
    assert link.commands == [
        (wire.STOP, b"", 1.0),
        (wire.RELEASE, b"", 2.0),
        (wire.REST, b"", 3.0),
        (wire.CLEAR, b"", 4.0),
    ]


def test_a_joint_is_narrowed_by_its_number_in_centidegrees() -> None:
    body, link = wired()
    body.narrow("jaw", -0.1, 0.2, 1.5, 2.0)
    body.narrow("jaw", 0.0, 0.1, -1.0, 3.0)
    kind, payload, at = link.commands[0]
    assert (kind, at) == (wire.NARROW, 2.0)
    assert struct.unpack("<BhhI", payload) == (NAMES.index("jaw"), -572, 1145, 8594)
    assert struct.unpack("<BhhI", link.commands[1][1])[3] == 0


def test_closed_it_lies_down_unless_the_board_is_gone() -> None:
    body, link = wired()
    body.close()
    assert link.commands == [(wire.REST, b"", 0.0)]
    assert link.closed
    body, link = wired()
    body.move(Command(at=7.0))
    body.close()
    assert link.commands == [(wire.REST, b"", 7.0)]
    body, link = wired()
    hear(body, link, LinkChange(at=1.0, connected=False, message="it is unplugged"))
    body.close()
    assert link.commands == []
    assert link.closed


# ── What the board says ──────────────────────────────────────────────────────────────────────────


def pads(**pressed: int) -> bytes:
    names = list(CAT.pads)
    return struct.pack("<I", 5) + bytes(pressed.get(name, 0) for name in names)


@pytest.mark.parametrize("kind", [wire.TOUCH, wire.TOUCHED])
def test_a_touch_says_which_pads_how_firmly_and_how_large(kind: int) -> None:
    body, link = wired()
    one, two = list(CAT.pads)[1:3]
    (touch,) = hear(body, link, Heard(2.0, kind, pads(**{one: 255, two: 51})))
    assert isinstance(touch, Touch)
    assert (touch.at, touch.pressure) == (2.0, 1.0)
    assert touch.pads == {one: 1.0, two: 0.2}
    assert touch.area == pytest.approx(1.2 / 5.0)
    (palm,) = hear(body, link, Heard(2.0, kind, pads(**dict.fromkeys(list(CAT.pads)[:8], 100))))
    assert isinstance(palm, Touch)
    assert (palm.area, palm.pressure) == (1.0, 100 / 255)
    (gone,) = hear(body, link, Heard(2.5, kind, pads()))
    assert gone == Touch(at=2.5, pressure=0.0, area=0.0, pads={})
    (padless,) = hear(body, link, Heard(2.6, kind, struct.pack("<I", 5)))
    assert padless == Touch(at=2.6, pressure=0.0, area=0.0, pads={})


def test_motion_and_battery_come_in_their_units() -> None:
    body, link = wired()
    motion = struct.pack("<Ihhhhhh", 5, 100, -200, 1000, 1500, -2500, 3500)
    battery = struct.pack("<IHBB", 5, 7400, 45, 1)
    felt, charge = hear(
        body, link, Heard(1.0, wire.MOTION, motion), Heard(1.5, wire.BATTERY, battery)
    )
    assert felt == Acceleration(at=1.0, x=0.1, y=-0.2, z=1.0, gyro=(1.5, -2.5, 3.5))
    assert charge == Battery(at=1.5, level=0.45, volts=7.4, charging=True)


def state(number: int, faults: int = 0, stuck: int = 0) -> Heard:
    return Heard(1.0, wire.STATE, struct.pack("<IBHHB", 5, number, faults, stuck, 0))


def test_its_state_is_told_with_its_faults_and_its_stuck_pads_by_name() -> None:
    body, link = wired()
    number = wire.STATES.index("hold")
    first, _, third, *_ = CAT.pads
    report, trouble = hear(body, link, state(number, 0b101, 0b101))
    assert isinstance(report, BoardReport)
    assert isinstance(trouble, Trouble)
    assert report.state == "hold"
    assert report.faults == (
        wire.FAULTS[0],
        wire.FAULTS[2],
        f"stuck pad {first}",
        f"stuck pad {third}",
    )
    for words in ("servo board", "accelerometer", f"touch pad {first} ", f"touch pad {third} "):
        assert words in trouble.message
    (again,) = hear(body, link, state(number, 0b101, 0b101))
    assert again == report, "words for what is new alone"
    starting, well = hear(body, link, state(wire.STATES.index("starting")))
    assert isinstance(starting, BoardReport)
    assert (starting.state, starting.faults) == ("running", ())
    assert well == Trouble(at=1.0, part="board's faults", message="")


def test_faults_that_come_and_go_are_said_once_until_they_stay() -> None:
    body, link = wired()
    troubles: list[str] = []
    for n in range(200):
        at = 1.0 + 0.1 * n
        link.said = [replace(state(1, n % 2), at=at)]
        senses = body.poll(at)
        assert sum(isinstance(sense, BoardReport) for sense in senses) == 1
        troubles += [sense.message for sense in senses if isinstance(sense, Trouble)]
    assert len(troubles) == FAULTS_AT_ONCE
    assert all(not said.startswith(FLAPPING) for said in troubles[:-1])
    assert troubles[-1].startswith(FLAPPING)
    link.said = []
    assert body.poll(at + 0.9 * FLAPPING_S) == []
    (still,) = body.poll(at + FLAPPING_S + 0.1)
    assert isinstance(still, Trouble)
    assert still.message == all_in_words((wire.FAULTS[0],))


def test_faults_of_a_board_that_is_lost_are_taken_back() -> None:
    body, link = wired()
    hear(body, link, state(wire.STATES.index("fault"), 1))
    senses = hear(body, link, LinkChange(at=2.0, connected=False, message="it is unplugged"))
    assert Trouble(at=2.0, part="board's faults", message="") in senses


def test_messages_that_were_dropped_are_a_trouble_until_the_next_session() -> None:
    body, link = wired()
    (trouble,) = hear(body, link, Refused(1.0, "the board sent nonsense"))
    assert trouble == Trouble(at=1.0, part="board's messages", message="the board sent nonsense")
    senses = hear(body, link, LinkChange(at=2.0, connected=True))
    assert Trouble(at=2.0, part="board's messages", message="") in senses
    assert len(hear(body, link, LinkChange(at=3.0, connected=True))) == 1


def test_the_link_is_told_how_many_joints_and_pads_there_are() -> None:
    _, link = wired()
    assert link.expected == (len(NAMES), len(CAT.pads))


def test_where_the_joints_are_is_told_beside_the_newest_state() -> None:
    body, link = wired()
    angles = [ZERO + 100 * n for n in range(len(NAMES))]
    where = struct.pack(f"<I{len(NAMES)}H", 5, *angles)
    *_, report = hear(
        body, link, state(wire.STATES.index("rest"), 1), Heard(2.0, wire.JOINTS, where)
    )
    assert isinstance(report, BoardReport)
    assert (report.at, report.state, report.faults) == (2.0, "rest", (wire.FAULTS[0],))
    assert report.joints == {
        name: pytest.approx(100 * n / CDEG_A_RAD) for n, name in enumerate(NAMES)
    }


def test_until_its_state_is_heard_a_board_is_connected_and_without_a_fault() -> None:
    body, link = wired()
    angles = struct.pack(f"<I{len(NAMES)}H", 5, *[ZERO] * len(NAMES))
    hear(body, link, state(wire.STATES.index("rest"), 1))
    hear(body, link, LinkChange(at=1.5, connected=False, message="it is unplugged"))
    hear(body, link, LinkChange(at=2.0, connected=True))
    (report,) = hear(body, link, Heard(2.1, wire.JOINTS, angles))
    assert isinstance(report, BoardReport)
    assert (report.state, report.faults) == ("connected", ())


def test_what_it_does_not_know_is_passed_over() -> None:
    body, link = wired()
    assert hear(body, link, Heard(1.0, 250, b"")) == []


# ── Lost and found ───────────────────────────────────────────────────────────────────────────────


def test_a_lost_board_is_said_and_a_board_that_is_back_is_well_again() -> None:
    body, link = wired()
    assert hear(body, link, LinkChange(at=1.0, connected=True)) == [
        BoardReport(at=1.0, state="connected")
    ]
    lost = hear(body, link, LinkChange(at=2.0, connected=False, message="it is unplugged"))
    assert lost == [
        BoardReport(at=2.0, state="lost"),
        Trouble(at=2.0, part="board", message="it is unplugged"),
    ]
    back = hear(body, link, LinkChange(at=3.0, connected=True))
    assert back == [
        BoardReport(at=3.0, state="connected"),
        Trouble(at=3.0, part="board", message=""),
    ]
    assert hear(body, link, LinkChange(at=4.0, connected=True)) == [
        BoardReport(at=4.0, state="connected")
    ]


@pytest.mark.parametrize("other", [{"body": 7}, {"joints": ("one",)}])
def test_a_board_of_another_body_is_said_and_neither_moved_nor_felt(other: dict[str, Any]) -> None:
    body, link = wired()
    assert link.identity is not None
    own, link.identity = link.identity, replace(link.identity, **other)
    senses = hear(body, link, LinkChange(at=1.0, connected=True))
    (trouble,) = [sense for sense in senses if isinstance(sense, Trouble)]
    assert trouble.message.startswith('the board was built for another body than "cat"')
    assert "moggy flash" in trouble.message
    at_rest = body.move(Command(at=1.1, pose={"head_pan": 0.5}))
    assert at_rest["head_pan"] == 0.0, "what was not sent is not said to be sent"
    assert link.setpoints == []
    stuck = state(wire.STATES.index("fault"), 1, 1)
    report, *_ = hear(body, link, Heard(1.0, wire.TOUCHED, pads(back=9)), stuck)
    assert report == BoardReport(at=1.0, state="fault", faults=(wire.FAULTS[0],))
    body.stop(1.2)
    assert link.commands == [(wire.STOP, b"", 1.2)]
    link.identity = own
    assert Trouble(at=2.0, part="board", message="") in hear(
        body, link, LinkChange(at=2.0, connected=True)
    )
    body.move(Command(at=2.1))
    assert len(link.setpoints) == 1
    link.identity = None
    assert hear(body, link, LinkChange(at=3.0, connected=True)) == [
        BoardReport(at=3.0, state="connected")
    ]
