"""A body's file: what can be wired, and what of it is flashed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from moggy import wire
from moggy.board_config import body_hash, firmware_config
from moggy.board_faults import FAULT_WORDS, in_words
from moggy.body import LONGEST_NAMES, Body, JointSpec
from moggy.chips import CHIPS, cautions
from moggy.config import SHIPPED, Invalid, load
from moggy.vocabulary import JOINTS

CAT = load(SHIPPED["body"] / "cat.yaml", Body)


def changed(part: str, **values: Any) -> Body:
    """The cat with something changed in one part of its file; "" is its outermost level."""
    data = CAT.model_dump()
    place = data[part] if part else data
    for name, value in values.items():
        if isinstance(value, Mapping):
            place[name] |= value
        else:
            place[name] = value
    return Body.model_validate(data)


def flashed(body: Body) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(firmware_config(body), names)
    return names


@pytest.mark.parametrize(
    ("part", "values", "said"),
    [
        ("wiring", {"purr": 12}, "purr and pupils are both at pin 12"),
        ("wiring", {"servo_enable": 22}, "stop and servo_enable are both at pin 22"),
        ("joints", {"eyelids": {"channel": 5}}, "i2c_scl and eyelids are both at pin 5"),
        ("joints", {"jaw": {"channel": 0}}, "head_pan and jaw are both at channel 0 of pca9685"),
        ("joints", {"jaw": {"channel": 16}}, "jaw: channel 16; the board has 0 to 15"),
        ("pads", {"chin": {"channel": 0}}, "forehead and chin are both at electrode 0"),
        ("wiring", {"stop": 30}, "stop: the rp2040 has no pin 30"),
        ("wiring", {"battery": 3}, "pin 3 of the rp2040 cannot measure; pin 26 is free"),
        ("wiring", {"chip": "esp32s3", "battery": 1}, "charging: the esp32s3 has no pin 27"),
        ("wiring", {"battery": 25}, "battery: pin 25 of the rp2040 cannot measure; pin 26 is free"),
        ("wiring", {"i2c_sda": 5, "i2c_scl": 4}, "pin 5 of the rp2040 cannot be i2c_sda; pin 8 is"),
        ("wiring", {"i2c_scl": 6}, "pin 6 of the rp2040 cannot be i2c_scl; pin 5 is free"),
        ("wiring", {"stop": -1}, "greater than or equal to 0"),
        ("", {"servo_oscillator_hz": 22_999_999}, "greater than or equal to 23000000"),
        ("", {"servo_oscillator_hz": 27_000_001}, "less than or equal to 27000000"),
    ],
)
def test_what_cannot_be_wired_is_refused(part: str, values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        changed(part, **values)


@pytest.mark.parametrize(
    ("part", "values", "said"),
    [
        (
            "wiring",
            {"pupils": 14},
            "purr at pin 15 (the purr's rate) and pupils at pin 14 (1000 Hz) are of one PWM slice "
            "of the rp2040, which has one frequency and two outputs; pin 2 is free for pupils",
        ),
        (
            "joints",
            {"eyelids": {"channel": 13}},
            "pupils at pin 12 (1000 Hz) and eyelids at pin 13 (50 Hz) are of one PWM slice of the "
            "rp2040, which has one frequency and two outputs; pin 2 is free for eyelids",
        ),
        (
            "joints",
            {"eyelids": {"channel": 28}},  # 12 + 16
            "pupils at pin 12 (1000 Hz) and eyelids at pin 28 (50 Hz) are of one PWM slice",
        ),
        (
            "joints",
            {"jaw": {"driver": "pwm", "channel": 0}},  # 16 - 16
            "jaw at pin 0 (50 Hz) and eyelids at pin 16 (50 Hz) are of one PWM slice of the "
            "rp2040, which has one frequency and two outputs; pin 2 is free for eyelids",
        ),
    ],
    ids=["other rate", "servo", "sixteen above", "same output"],
)
def test_pins_that_cannot_have_their_rates_are_refused_with_a_free_one(
    part: str, values: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError) as error:
        changed(part, **values)
    assert said in str(error.value)


@pytest.mark.parametrize("pin", [1, 17])
def test_two_servos_may_share_a_slice(pin: int) -> None:
    body = changed("joints", jaw={"driver": "pwm", "channel": pin})
    assert body.joints["jaw"].channel == pin


def test_an_esp32_has_eight_pwm_outputs_and_no_slices() -> None:
    data = CAT.model_dump()
    data["wiring"] |= {
        "chip": "esp32s3", "battery": 1, "charging": 2, "stop": 18, "purr": 6, "pupils": 7,
    }  # fmt: skip
    for pin, joint in enumerate(list(data["joints"].values())[:5]):
        joint |= {"driver": "pwm", "channel": 8 + pin}
    assert Body.model_validate(data)
    data["joints"]["ear_right"] |= {"driver": "pwm", "channel": 14}
    with pytest.raises(ValidationError, match=r"has 8 PWM outputs; purr, .*, eyelids are 9"):
        Body.model_validate(data)


@pytest.mark.parametrize("pin", [22, 25, 26, 32, 48])
def test_an_esp32_lacks_some_pins_and_needs_some_for_its_flash(pin: int) -> None:
    data = CAT.model_dump()
    data["wiring"] |= {"chip": "esp32s3", "battery": 1, "charging": 2, "stop": pin}
    if pin == 48:
        assert Body.model_validate(data).wiring.stop == 48
        return
    with pytest.raises(ValidationError, match=f"stop: the esp32s3 has no pin {pin}; pin 6 is free"):
        Body.model_validate(data)


@pytest.mark.parametrize("chip", list(CHIPS))
def test_who_takes_each_pin_that_is_named_comes_to_a_body_that_fits(chip: str) -> None:
    """From a body with all at one pin, which no chip has."""
    wiring: dict[str, Any] = dict.fromkeys(CAT.wiring.pins, 23)
    data = CAT.model_dump()
    data["wiring"] |= {**wiring, "chip": chip}
    data["joints"]["eyelids"]["channel"] = 23
    for _ in range(9):
        with pytest.raises(ValidationError) as error:
            Body.model_validate(data)
        found = re.search(r"pin (\d+) is free for (\w+)", str(error.value))
        assert found, str(error.value)
        pin, what = int(found[1]), found[2]
        if what == "eyelids":
            data["joints"][what]["channel"] = pin
        else:
            data["wiring"][what] = pin
    body = Body.model_validate(data)
    assert len({*body.wiring.pins.values(), body.joints["eyelids"].channel}) == 9


def test_a_joint_is_one_word() -> None:
    data = CAT.model_dump()
    data["joints"]["the jaw"] = data["joints"].pop("jaw")
    with pytest.raises(ValidationError, match="a name has no spaces"):
        Body.model_validate(data)


def test_what_is_optional_is_flashed_as_absent() -> None:
    names = flashed(CAT)
    assert names["PINS"] == {
        "i2c_sda": 4, "i2c_scl": 5, "purr": 15, "pupils": 12, "battery": 26, "charging": 27,
        "stop": 22, "servo_enable": -1,
    }  # fmt: skip
    assert names["STOP_CLOSED"] is False
    assert names["OSCILLATOR_HZ"] == 25_000_000
    assert names["BODY_HASH"] == body_hash(CAT)
    body = changed("wiring", servo_enable=21, stop_normally_closed=True)
    names = flashed(body.model_copy(update={"servo_oscillator_hz": 26_100_000}))
    assert names["PINS"]["servo_enable"] == 21
    assert names["STOP_CLOSED"] is True
    assert names["OSCILLATOR_HZ"] == 26_100_000


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("joints", {"jaw": {"max": 0.5}}),
        ("pads", {"chin": {"channel": 4}, "neck": {"channel": 3}}),
        ("pads", {"chin": {"full_pf": 4.0}}),
        ("wiring", {"purr": 14}),
        ("wiring", {"servo_enable": 21}),
        ("wiring", {"stop_normally_closed": True}),
        ("", {"servo_oscillator_hz": 25_500_000}),
        ("power", {"empty_mv": 6500}),
        ("power", {"divider": 3.1}),
    ],
)
def test_the_hash_covers_all_that_the_board_is_built_from(
    part: str, values: dict[str, Any]
) -> None:
    assert body_hash(changed(part, **values)) != body_hash(CAT)


def test_the_hash_covers_the_number_of_pads_and_not_what_the_board_does_not_use() -> None:
    fewer = CAT.model_copy(update={"pads": dict(list(CAT.pads.items())[:8])})
    assert body_hash(fewer) != body_hash(CAT)
    assert body_hash(changed("speaker", pitch=2.0)) == body_hash(CAT)
    assert flashed(CAT)["BODY_HASH"] == body_hash(CAT)


def test_every_fault_has_words_and_says_what_to_do() -> None:
    assert set(FAULT_WORDS) == set(wire.FAULTS)
    for name, fault in FAULT_WORDS.items():
        assert in_words(name) == f"{fault.means}: {fault.do}"
        assert fault.means
        assert fault.do
    assert "touch pad chin" in in_words("stuck pad chin")
    assert in_words("what a later firmware says") == "what a later firmware says"


@pytest.mark.parametrize(("slip", "joint"), [("tail_yawq", "tail_yaw"), ("ear_lfet", "ear_left")])
def test_a_joint_that_is_misspelt_is_refused_and_one_of_its_own_is_not(
    slip: str, joint: str
) -> None:
    data = CAT.model_dump()
    data["joints"]["whiskers"] = data["joints"].pop("jaw")
    assert "whiskers" in Body.model_validate(data).joints
    data["joints"][slip] = data["joints"].pop(joint)
    with pytest.raises(ValueError, match=f"'{slip}': did you mean '{joint}'"):
        Body.model_validate(data)


def test_the_shipped_body_has_the_joints_that_the_shipped_motions_move() -> None:
    assert set(CAT.joints) == set(JOINTS)


def test_a_misspelt_joint_is_found_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = (SHIPPED["body"] / "cat.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("head_pan", "haed_pan"), encoding="utf-8")
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "head_pan" in each)
    with pytest.raises(Invalid, match=r"'haed_pan': did you mean 'head_pan'\?") as caught:
        load(path, Body)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "volts",
    [
        {"full_mv": 6400, "low_mv": 6300, "empty_mv": 6400},
        {"full_mv": 6800},
        {"low_mv": 6400},
        {"empty_mv": 6800},
        {"empty_mv": 0},
        {"empty_mv": -1},
        {"full_mv": 60_001},
    ],
)
def test_a_batterys_marks_are_in_order(volts: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match=r"has to hold|greater than 0|less than or equal"):
        changed("power", **volts)


def test_a_divider_that_gives_the_pin_more_than_it_takes_is_refused() -> None:
    for divider in (1.0, 1e-9, 2.54):
        with pytest.raises(ValidationError, match=r"more than the 3300 mV .*: 2\.55 or more is"):
            changed("power", divider=divider)
    assert changed("power", divider=2.55)


def test_a_joint_whose_pulse_hardly_changes_is_refused() -> None:
    for us in (0.0, 49.0, -49.0):
        with pytest.raises(ValidationError, match="the joint would hardly move"):
            JointSpec(min=-1.0, max=1.0, channel=0, us_per_rad=us)
    assert JointSpec(min=-1.0, max=1.0, channel=0, us_per_rad=-50.0)


def test_names_of_joints_that_the_board_cannot_tell_are_refused() -> None:
    data = CAT.model_dump()
    data["joints"]["j" * (LONGEST_NAMES - 1)] = data["joints"]["jaw"]
    with pytest.raises(ValidationError, match=f"tells at most {LONGEST_NAMES}: shorter names"):
        Body.model_validate(data)


def test_pins_that_a_chip_or_its_line_uses_itself_are_refused() -> None:
    data = CAT.model_dump()
    data["wiring"] |= {"chip": "esp32s3", "battery": 1, "charging": 2, "stop": 18}
    start = [(pin, "read at its start") for pin in (0, 3, 45, 46)]
    for pin, why in (*start, (19, "USB D−"), (20, "USB D"), (43, "UART"), (44, "UART")):
        data["wiring"]["stop"] = pin
        with pytest.raises(ValidationError, match=f"stop: pin {pin} .*{why}.*is free for stop"):
            Body.model_validate(data)
    on_uart = CAT.model_copy(update={"wiring": CAT.wiring.model_copy(update={"stop": 1})})
    assert "TRANSPORT = 'usb'" in firmware_config(on_uart)
    with pytest.raises(ValueError, match="stop: pin 1 of the rp2040 is its UART's"):
        firmware_config(on_uart, transport="uart")


def test_an_esp32s3_talks_over_its_uart_and_says_why_not_over_usb() -> None:
    data = CAT.model_dump()
    data["wiring"] |= {"chip": "esp32s3", "battery": 1, "charging": 2, "stop": 18}
    body = Body.model_validate(data)
    assert "TRANSPORT = 'uart'" in firmware_config(body)
    with pytest.raises(ValueError, match=r"never waits.*--transport uart"):
        firmware_config(body, transport="usb")


def test_a_pin_that_a_pico_has_wired_is_a_caution_only() -> None:
    data = CAT.model_dump()
    data["wiring"] |= {"stop": 24}
    body = Body.model_validate(data)
    assert cautions("rp2040", body.used_pins) == [
        "stop: pin 24, which a Pico has wired to the sensing of USB power"
    ]
    assert cautions("rp2040", CAT.used_pins) == []


@pytest.mark.parametrize("name", ['x"""\nraise SystemExit\n"""', '"cat"', "a\\"])
def test_a_name_is_a_text_in_the_board_s_config_and_no_code(name: str) -> None:
    found: dict[str, object] = {}
    exec(firmware_config(CAT.model_copy(update={"name": name})), found)
    assert found["NAME"] == name
