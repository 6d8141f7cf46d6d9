"""Every shipped body on a board: it starts without a fault, feels, purrs and moves what it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from moggy import wire
from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.main import app
from moggy.messages import Acceleration, AnySense, BoardReport, Command, Purr, Touch
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.wires import WorldInputs, angles

from .rig import CAT, Life

BODIES = {path.stem: load(path, Body) for path in sorted(SHIPPED["body"].glob("*.yaml"))}
PLUSH = BODIES["plush"]
QUIET_S = 32.0
"""Seconds after a start in which a board in MicroPython ignores touches, and two more."""


@pytest.fixture(params=BODIES)
def body(request: pytest.FixtureRequest) -> Body:
    return BODIES[request.param]


def test_a_body_wakes_without_a_fault_and_moves_all_that_it_has(
    wake: Callable[..., Life], body: Body
) -> None:
    life = wake(body)
    pose = {name: (joint.min + joint.max) / 2.0 for name, joint in body.joints.items()}
    life.live(5.0, pose)
    assert (life.state, life.faults) == ("running", ())
    assert life.link.identity is not None
    assert life.link.identity.joints == tuple(body.joints)
    assert angles(body, life.board.outputs()) == pytest.approx(pose, abs=0.01)


def test_a_body_feels_each_of_its_pads_and_purrs(wake: Callable[..., Life], body: Body) -> None:
    life = wake(body).live(QUIET_S)
    for index, (name, pad) in enumerate(body.pads.items()):
        pressed = tuple(0.8 if channel == pad.channel else 0.0 for channel in range(12))
        life.board.feed(replace(WorldInputs(), pads=pressed))
        felt: list[Touch] = []
        for _ in range(30):
            life.now = round(life.now + 0.02, 6)
            life.board.advance(life.now)
            felt += [sense for sense in life.body.poll(life.now) if isinstance(sense, Touch)]
            life.body.move(Command(at=life.now, purr=Purr(level=0.5, breath=0.25)))
        assert felt, name
        strongest = max(felt[-1].pads or {}, key=(felt[-1].pads or {}).__getitem__)
        assert strongest == list(body.pads)[index]
        assert life.board.outputs().purr > 0.3
        life.live(0.5, pads=(0.0,) * 12)


def test_a_body_without_an_accelerometer_has_no_fault_and_feels_no_motion(
    wake: Callable[..., Life],
) -> None:
    life = wake(PLUSH)
    life.board.feed(replace(life.inputs, acceleration=(0.0, 1.0, 0.2)))
    senses: list[AnySense] = []
    for n in range(200):
        life.board.advance(n / 50)
        senses += life.body.poll(n / 50)
    assert [sense.faults for sense in senses if isinstance(sense, BoardReport)][-1] == ()
    assert not [sense for sense in senses if isinstance(sense, Acceleration)]
    has_one = wake(CAT)
    assert has_one.live(2.0, faults=("imu_silent",)).faults == ("imu",)


def test_a_body_without_eye_lights_and_charger_has_their_pins_free() -> None:
    board = LockStepBoard(PLUSH)
    board.advance(0.1)
    assert set(board.bench.pwms) == {PLUSH.wiring.purr}


def test_servos_at_the_pins_need_no_chip_and_end_with_a_stop(wake: Callable[..., Life]) -> None:
    life = wake(BODIES["lap"]).live(2.0, faults=("servos_silent",))
    assert (life.state, life.faults, life.pulsed) == ("running", (), 6)
    life.live(0.3, stop=True)
    assert (life.state, life.pulsed) == ("stopped", 0)


def test_the_stop_button_ends_the_purr_of_a_body_without_servos(
    wake: Callable[..., Life],
) -> None:
    life = wake(PLUSH).live(1.0)
    life.live(0.3, stop=True)
    assert life.state == "stopped"
    life.live(0.1, stop=False)
    assert life.asked(wire.RELEASE).result == "done"
    assert life.live(0.5).state == "running"


def test_the_files_of_a_body_are_built(tmp_path: Path, body: Body) -> None:
    said = CliRunner().invoke(app, ["board", "build", str(tmp_path), "--body", body.name])
    assert said.exit_code == 0, said.output
    assert (tmp_path / "body_config.mpy").read_bytes()
