"""The wires of a body as a picture, and what the body draws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from moggy.body import Body
from moggy.config import SHIPPED, load
from moggy.main import app
from moggy.power_budget import SERVO_V, budget
from moggy.servo_kinds import SERVO_KINDS
from moggy.wiring_picture import PICO_PADS, RAILS, picture

ROOT = Path(__file__).resolve().parents[2]
BODIES = {path.stem: load(path, Body) for path in sorted(SHIPPED["body"].glob("*.yaml"))}
CAT = BODIES["cat"]
LAP = BODIES["lap"]
PLUSH = BODIES["plush"]
WIRE = re.compile(r"M(\d+) (\d+)H(\d+)")
RAIL = re.compile(r"M(\d+) (\d+)V(\d+)")


def changed(body: Body, part: str, **values: Any) -> Body:
    data = body.model_dump()
    data[part] |= values
    return Body.model_validate(data)


def elements(body: Body, kind: str) -> list[ElementTree.Element]:
    return [
        each for each in ElementTree.fromstring(picture(body)).iter() if each.tag.endswith(kind)
    ]


def texts(body: Body) -> list[str]:
    return [each.text or "" for each in elements(body, "}text")]


def wired(body: Body) -> dict[str, str]:
    """Name of a terminal in a part → the pad of the board at the other end of its wire."""
    rows: dict[int, dict[str, str]] = {}
    for each in elements(body, "}text"):
        left = each.get("text-anchor") == "end"
        rows.setdefault(int(each.get("y", "0")) - 4, {})["pad" if left else "name"] = (
            each.text or ""
        )
    found = {}
    for each in elements(body, "}path"):
        if wire := WIRE.fullmatch(each.get("d", "")):
            row = rows.get(int(wire[2]), {})
            if {"pad", "name"} <= row.keys():
                found[row["name"]] = row["pad"]
    return found


def test_the_docs_show_the_picture_that_the_command_draws(tmp_path: Path) -> None:
    drawn = tmp_path / "cat.svg"
    done = CliRunner().invoke(app, ["body", "wiring", "cat", "-o", str(drawn)])
    assert done.exit_code == 0, done.output
    assert drawn.read_bytes() == (ROOT / "docs" / "pictures" / "cat_wiring.svg").read_bytes(), (
        "moggy body wiring cat -o docs/pictures/cat_wiring.svg"
    )


@pytest.mark.parametrize("name", BODIES)
def test_all_that_a_body_has_is_in_its_picture(name: str) -> None:
    body = BODIES[name]
    said = "\n".join(texts(body))
    for joint, spec in body.joints.items():
        if spec.driver == "pca9685":
            assert f"channel {spec.channel}: {joint}" in said
    for pad, at in body.pads.items():
        assert f"electrode {at.channel}: {pad}" in said
    for pin in body.used_pins.values():
        assert f"GP{pin} · pad {PICO_PADS[pin]}" in said


def test_each_wire_ends_at_the_pin_of_the_file() -> None:
    assert wired(LAP)["tail_yaw"] == "GP11 · pad 15"
    assert wired(LAP)["gate"] == "GP15 · pad 20"
    moved = changed(LAP, "wiring", purr=14)
    assert wired(moved)["gate"] == "GP14 · pad 19"
    assert wired(CAT)["divider"] == "GP26 · pad 31"


def test_a_rail_reaches_from_its_first_to_its_last_wire() -> None:
    paths = [each.get("d", "") for each in elements(CAT, "}path")]
    rails = {int(found[1]): found for path in paths if (found := RAIL.fullmatch(path))}
    assert len(rails) == len(RAILS)
    for dot in elements(CAT, "}circle"):
        rail = rails[int(dot.get("cx", "0"))]
        assert int(rail[2]) <= int(dot.get("cy", "0")) <= int(rail[3])


def test_what_a_body_lacks_is_not_drawn() -> None:
    said = "\n".join(texts(PLUSH))
    for absent in ("Accelerometer", "Servo", "servos", "Eye", "Charger", "Battery", "V+", "BAT"):
        assert absent not in said
    assert "Accelerometer" in "\n".join(texts(changed(PLUSH, "wiring", imu=True)))
    assert "Servo board" not in "\n".join(texts(LAP))


def test_the_picture_says_what_the_file_says_of_button_divider_and_enable() -> None:
    said = "\n".join(texts(changed(CAT, "wiring", stop_normally_closed=True, servo_enable=21)))
    assert "closed until it is pressed" in said
    assert "10 kΩ from OE to VCC" in said
    assert wired(changed(CAT, "wiring", servo_enable=21))["OE"] == "GP21 · pad 27"
    assert "200 kΩ from + to the pin," in texts(CAT)
    assert "300 kΩ from + to the pin," in texts(changed(CAT, "power", divider=4.0))


def test_another_chip_has_its_own_names_and_line() -> None:
    esp = changed(LAP, "wiring", chip="esp32s3", battery=1, charging=2, stop=18, pupils=12)
    said = texts(esp)
    assert "UART: GPIO 43 sends, 44 receives" in said
    assert "GPIO 15" in said
    assert not [text for text in said if "pad" in text]


def test_a_name_cannot_break_the_picture() -> None:
    odd = PLUSH.model_copy(update={"name": "<b>&</b>"})
    assert "The wires of “<b>&</b>”" in texts(odd)


def test_the_worst_case_is_all_servos_stalled_at_once() -> None:
    micro, metal = SERVO_KINDS["micro"], SERVO_KINDS["metal"]
    found = budget(CAT)
    assert found.servos_in_all.worst == pytest.approx(9 * micro.stalls + 8 * metal.stalls)
    assert found.servos_in_all.moving == pytest.approx(9 * micro.turns + 8 * metal.turns)
    assert found.from_battery(1.0) == pytest.approx(SERVO_V / 0.85 / 6.4)
    assert budget(LAP).servos_in_all.worst == pytest.approx(6 * micro.stalls)
    assert budget(PLUSH).servos == ()
    assert f"{found.servos_in_all.worst:.1f} A: all servos stalled" in texts(CAT)
    stronger = CAT.model_dump()
    stronger["joints"]["jaw"]["servo"] = "standard"
    more = budget(Body.model_validate(stronger)).servos_in_all.worst
    assert more - found.servos_in_all.worst == pytest.approx(2.5 - 0.8)


def test_of_a_kind_of_servo_the_worst_is_the_most() -> None:
    for kind in SERVO_KINDS.values():
        assert 0.0 < kind.holds < kind.turns < kind.stalls


def test_the_budget_counts_what_the_body_has() -> None:
    def parts(body: Body) -> set[str]:
        return {draw.part.partition(" (")[0] for draw in budget(body).logic}

    assert parts(PLUSH) == {"microcontroller", "touch chip", "purr motor"}
    assert parts(CAT) - parts(LAP) == {"servo board's chip"}


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("cat", ("of a battery at 6.4 V", "a Pico gives 300 mA: 53 mA to spare")),
        ("plush", ("a Pico gives 300 mA: 79 mA to spare",)),
    ],
)
def test_the_command_prints_the_budget(command: str, says: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["body", "power", command])
    assert done.exit_code == 0, done.output
    assert all(words in done.output for words in says), done.output


def test_an_unknown_kind_of_servo_is_refused_with_the_nearest(tmp_path: Path) -> None:
    data: Mapping[str, Any] = CAT.model_dump()
    data["joints"]["jaw"]["servo"] = "mikro"
    with pytest.raises(ValueError, match="unknown kind of servo 'mikro', did you mean 'micro'"):
        Body.model_validate(data)
