"""Faults of the simulated body: switched from a script, a day, Python and the command line, and
what the pet notices of them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import moggy
from bench.real_board import real_time_body
from moggy import Day, Fault, Life, Pet
from moggy.assemble import simulated_body
from moggy.body import Body
from moggy.clock import RealClock
from moggy.config import Files, parse
from moggy.main import app
from moggy.messages import BoardReport, Command, Trouble
from moggy.sim.faults import FAULTS, fault_of, in_order
from moggy.sim.simulated_body import SimulatedBody

CAT = Files().load("body/cat.yaml", Body)
DEAD = Fault(at=2.0, name="servos_silent", seconds=1.0)


def reports(life: Life) -> list[BoardReport]:
    return [sense for tick in life.ticks for sense in tick.senses if isinstance(sense, BoardReport)]


def troubles(life: Life) -> list[tuple[float, str]]:
    return [
        (sense.at, sense.message)
        for tick in life.ticks
        for sense in tick.senses
        if isinstance(sense, Trouble)
    ]


def test_a_fault_of_a_list_is_noticed_and_heals() -> None:
    life = moggy.live(Pet(), [DEAD], 10.0)
    states = [state for state, _ in groupby(report.state for report in reports(life))]
    assert states[states.index("stopping") :] == [
        "stopping", "fault", "limp", "running", "rest", "running",
    ]  # fmt: skip
    first = next(report for report in reports(life) if "servos" in report.faults)
    assert 2.0 < first.at < 2.3
    assert [sense for tick in life.ticks for sense in tick.senses if isinstance(sense, Fault)] == []


def test_a_day_a_script_and_the_command_line_say_the_same(tmp_path: Path) -> None:
    listed = troubles(moggy.live(Pet(), [DEAD], 6.0))
    assert len(listed) == 2
    day = parse(
        "day.yaml",
        "hour: 10\nseconds: 6\nacts: [{at: 2.0, fault: {name: servos_silent, seconds: 1.0}}]\n",
        Day,
    )
    assert troubles(moggy.live(Pet(), day)) == listed
    script = tmp_path / "senses.jsonl"
    script.write_text('{"at": 2.0, "kind": "fault", "name": "servos_silent", "seconds": 1}')
    assert moggy.read_script(script) == [DEAD]
    assert fault_of("servos_silent=1@2") == fault_of("servos_silent=1.0s@2s") == DEAD


def test_a_fault_lasts_from_its_moment_for_so_long_or_for_good() -> None:
    def lost_at(fault: Fault) -> set[float]:
        body = simulated_body(CAT)
        body.step(1.0)
        body.take(fault)
        felt = set()
        for n in range(51, 150):
            body.step(n / 50)
            if not body.board.bench.imu.present:  # type: ignore[attr-defined]
                felt.add(n / 50)
        return felt

    assert lost_at(Fault(at=1.0, name="imu_silent", seconds=0.5)) == {n / 50 for n in range(51, 76)}
    assert lost_at(Fault(at=1.0, name="imu_silent", seconds=0.001)) == {1.02}
    assert lost_at(Fault(at=1.0, name="imu_silent")) == {n / 50 for n in range(51, 150)}


def test_the_command_line_orders_faults_and_refuses_wrong_ones_with_the_nearest() -> None:
    assert in_order(["wire_unplug=5@20", "touch_nack@3", "imu_stuck"]) == [
        Fault(at=0.0, name="imu_stuck"),
        Fault(at=3.0, name="touch_nack"),
        Fault(at=20.0, name="wire_unplug", seconds=5.0),
    ]
    for wrong, words in (
        ("servos_slient=2@10", "no 'servos_slient', did you mean 'servos_silent'?"),
        ("xyz", "there are wire_drop, "),
        ("wire_drop=2@", "should read NAME=SECONDS@START"),
        ("wire_drop=1.2.3@4", "should read NAME=SECONDS@START"),
        ("wire_drop=0@4", "should read NAME=SECONDS@START"),
        ("wire_drop=-1@4", "should read NAME=SECONDS@START"),
        ("", "should read NAME=SECONDS@START"),
    ):
        with pytest.raises(ValueError, match=r"^fault: ") as refused:
            fault_of(wrong)
        assert words in str(refused.value)
    with pytest.raises(ValueError, match=r"day.yaml:1: acts.0.fault.name: unknown name 'wire_drp'"):
        parse("day.yaml", "acts: [{at: 1, fault: {name: wire_drp}}]", Day)
    with pytest.raises(moggy.BadScript, match="did you mean 'wire_drop'"):
        moggy.live(Pet(), [Fault(at=1.0, name="wire_drp")], 2.0)  # type: ignore[arg-type]


def simulated(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sim", "--headless", *arguments])


def test_the_simulator_takes_faults_and_says_what_the_pet_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOGGY_HOME", str(tmp_path))
    said = simulated("--until", "8", "--fault", "wire_unplug=2@3", "--fault", "touch_silent=1@2")
    assert said.exit_code == 0, said.output
    assert "board: the board does not answer" in said.stderr
    assert "board: well again" in said.stderr
    assert "the touch chip does not answer" in said.stderr
    said = simulated("--fault", "touch_silent=1@61")
    assert said.stderr.count("well again") == 1, "it lives until the fault is over"
    said = simulated("--until", "8", "--fault", "wire_unplugged=2@3")
    assert "did you mean 'wire_unplug'?" in str(said.exception)


def test_the_page_about_the_wire_says_what_every_fault_does() -> None:
    page = Path("docs/wire.md").read_text(encoding="utf-8")
    assert [name for name in FAULTS if f"`{name}`" not in page] == []


# ── The servos ───────────────────────────────────────────────────────────────────────────────────


def awake(battery: float = 1.0) -> SimulatedBody:
    """A body at rest whose battery is so full."""
    body = simulated_body(CAT)
    body.world.battery(battery)
    move(body, 0.0, 3.0, 0.0)
    return body


def move(body: SimulatedBody, begin: float, end: float, head_pan: float) -> list[BoardReport]:
    """Lead the head there; gives what the board says."""
    heard = []
    for n in range(round(begin * 50) + 1, round(end * 50) + 1):
        heard += [one for one in body.poll(n / 50) if isinstance(one, BoardReport)]
        body.move(Command(at=n / 50, pose={**dict.fromkeys(CAT.joints, 0.0), "head_pan": head_pan}))
    return heard


def test_a_stalled_servo_stays_and_the_board_drives_on() -> None:
    body = awake()
    body.take(Fault(at=3.0, name="servos_stalled", seconds=2.0))
    said = move(body, 3.0, 5.0, 0.8)
    assert body.angles()["head_pan"] == pytest.approx(0.0, abs=0.01)
    assert {report.state for report in said} <= {"running"}, "one servo of a full battery"
    assert body.pulses().servos["head_pan"] == pytest.approx(1500 + 0.8 * 637, abs=5)
    move(body, 5.0, 5.06, 0.8)
    assert body.angles()["head_pan"] == pytest.approx(0.6, abs=0.05), "as fast as it can, 10 rad/s"
    move(body, 5.06, 6.0, 0.8)
    assert body.angles()["head_pan"] == pytest.approx(0.8, abs=0.01)


def test_many_stalled_servos_pull_a_low_battery_into_its_fault_which_ends_their_current() -> None:
    body = awake(0.5)
    body.take(Fault(at=3.0, name="servos_stalled"))
    pose = {name: joint.max for name, joint in CAT.joints.items()}
    states: list[str] = []
    for n in range(151, 100 * 50):
        states += [one.state for one in body.poll(n / 50) if isinstance(one, BoardReport)]
        body.move(Command(at=n / 50, pose=pose))
    changes = [state for state, _ in groupby(states)]
    assert changes.count("fault") == 4, "three times it heals, then it waits for a person"
    assert states[-1] == "fault"
    assert not any(body.pulses().servos.values())


def test_a_hot_servo_is_slow_and_arrives() -> None:
    body = awake()
    body.take(Fault(at=3.0, name="servos_hot", seconds=2.0))
    said = move(body, 3.0, 3.5, 0.8)
    assert body.angles()["head_pan"] == pytest.approx(0.45, abs=0.1), "1 rad/s"
    said += move(body, 3.5, 4.2, 0.8)
    assert body.angles()["head_pan"] == pytest.approx(0.8, abs=0.02)
    assert {report.state for report in said} <= {"running"}


def test_in_real_time_a_fault_of_the_wire_is_one_of_its_port() -> None:
    body = real_time_body(CAT, relayed=True)
    states: list[str] = []
    taken = False
    try:
        for now in RealClock(until=120.0).ticks():
            states += [one.state for one in body.poll(now) if isinstance(one, BoardReport)]
            body.move(Command(at=now))
            if "running" in states and not taken:
                taken = body.take(Fault(at=now, name="wire_unplug", seconds=1.0))
            if "lost" in states and states[-1] == "running":
                break
    finally:
        body.close()
    assert "lost" in states
    assert states[-1] == "running"
    with pytest.raises(ValueError, match="no relay"):
        simulated_body_without_relay().take(Fault(at=0.0, name="wire_drop"))


def test_in_real_time_a_board_that_hangs_or_loses_its_power_starts_anew() -> None:
    body = real_time_body(CAT)
    reports: list[BoardReport] = []
    pulsed: list[int] = []
    begun = 0
    try:
        for now in RealClock(until=120.0).ticks():
            reports += [one for one in body.poll(now) if isinstance(one, BoardReport)]
            body.move(Command(at=now))
            pulsed.append(sum(1 for us in body.pulses().servos.values() if us))
            if reports and reports[-1].state == "running" and pulsed[-1] == len(CAT.joints):
                if begun == 0:
                    body.take(Fault(at=now, name="board_hung", seconds=0.1))
                elif "watchdog" in reports[-1].faults and begun == 1:
                    body.take(Fault(at=now, name="power_cut", seconds=1.0))
                elif begun == 2 and not reports[-1].faults:
                    break
                else:
                    continue
                begun += 1
                pulsed.clear()
    finally:
        body.close()
    assert begun == 2
    assert 0 in pulsed


def simulated_body_without_relay() -> SimulatedBody:
    whole = simulated_body(CAT)
    return SimulatedBody(whole.world, whole.board, whole._body)
