"""A servo driver is one file of the firmware and one line in its table, which the brain reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from moggy.body import Body
from moggy.config import Invalid, parse
from moggy.servo_drivers import DRIVERS
from moggy.sim.board import lock_step

from .rig import CAT, Rig

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
NEW_DRIVER = """
made = []

def servos(bus, channels, oscillator_hz):
    made.append(Pulses(channels))
    return made[-1]

class Pulses:
    def __init__(self, channels):
        self.channels = channels
        self.us = {channel: 0 for channel in channels if channel >= 0}

    def show(self, pulses):
        for index, channel in enumerate(self.channels):
            if channel >= 0:
                self.us[channel] = pulses[index]

    def sound(self):
        return True

    def holds(self):
        return True

    def all_off(self):
        for channel in self.us:
            self.us[channel] = 0
"""


def test_a_driver_that_is_misspelt_is_refused_at_its_line_with_the_nearest() -> None:
    text = "name: ball\npads: {}\njoints:\n  head: {min: -1, max: 1, driver: pca9865, channel: 0}\n"
    with pytest.raises(Invalid, match=r"ball\.yaml:4: .*'pca9865', did you mean 'pca9685'"):
        parse("ball.yaml", text, Body)


def test_every_driver_is_a_file_that_makes_servos() -> None:
    for module in DRIVERS.values():
        assert "\ndef servos(" in (FIRMWARE / f"{module}.py").read_text(encoding="utf-8")


def test_a_new_driver_is_one_file_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    table = (FIRMWARE / "servo_drivers.py").read_text(encoding="utf-8")
    line = '    "mine": "my_servos",\n}'
    sources = {
        **lock_step._sources(),
        "my_servos": compile(NEW_DRIVER, "my_servos.py", "exec"),
        "servo_drivers": compile(table.replace("}", line, 1), "servo_drivers.py", "exec"),
    }
    monkeypatch.setattr(lock_step, "_sources", lambda: sources)
    monkeypatch.setitem(DRIVERS, "mine", "my_servos")
    data = CAT.model_dump()
    data["joints"]["head_pan"] |= {"driver": "mine", "channel": 3}
    rig = Rig(Body.model_validate(data))
    *first, outputs = rig.board.module("my_servos").made
    assert [one.us for one in first] == [{3: 0}], "made to end the pulses, before all else"
    assert outputs.us == {3: 0}
    rig.live(1.5)
    at_rest = outputs.us[3]
    assert at_rest > 500
    rig.live(1.0, {"head_pan": 0.3})
    assert outputs.us[3] == pytest.approx(at_rest + 0.3 * CAT.joints["head_pan"].us_per_rad, abs=3)


def test_a_body_on_pins_alone_needs_no_servo_board() -> None:
    data = CAT.model_dump()
    data["joints"] = dict(list(data["joints"].items())[:6])
    for pin, joint in enumerate(data["joints"].values()):
        joint |= {"driver": "pwm", "channel": 6 + pin}
    data["wiring"] |= {"chip": "esp32s3", "battery": 1, "charging": 2, "stop": 18}
    rig = Rig(Body.model_validate(data))
    rig.bench.servos.present = False
    rig.live(3.0)
    assert rig.state == "running"
    assert not rig.limp


def test_the_servo_board_is_off_before_another_driver_is_even_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whose file may hang. Its name would come first."""
    table = (FIRMWARE / "servo_drivers.py").read_text(encoding="utf-8")
    sources = {
        **lock_step._sources(),
        "my_servos": compile(NEW_DRIVER, "my_servos.py", "exec"),
        "servo_drivers": compile(
            table.replace("}", '    "a": "my_servos",\n}', 1), "servo_drivers.py", "exec"
        ),
    }
    monkeypatch.setattr(lock_step, "_sources", lambda: sources)
    monkeypatch.setitem(DRIVERS, "a", "my_servos")
    data = CAT.model_dump()
    data["joints"]["head_pan"] |= {"driver": "a", "channel": 3}
    rig = Rig(Body.model_validate(data))
    rig.live(3.0)
    text = f"raise KeyboardInterrupt\n{NEW_DRIVER}"
    rig.board._sources = {**sources, "my_servos": compile(text, "my_servos.py", "exec")}
    del rig.board._modules["my_servos"]
    with pytest.raises(KeyboardInterrupt):
        rig.board.restart()
    assert not any(rig.bench.servos.pulse_us(channel) for channel in range(16))


@pytest.mark.parametrize("raised", ["OSError(5)", "ValueError('damaged')", "MemoryError()"])
@pytest.mark.parametrize("where", ["", "making", "asking"])
def test_a_driver_that_raises_keeps_no_other_servo_powered(
    where: str, raised: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where its file, its making or its asking fails after a reset, also by what is no OSError. Its
    name would come before that of the servo board."""
    table = (FIRMWARE / "servo_drivers.py").read_text(encoding="utf-8")
    sources = {
        **lock_step._sources(),
        "my_servos": compile(NEW_DRIVER, "my_servos.py", "exec"),
        "servo_drivers": compile(
            table.replace("}", '    "a": "my_servos",\n}', 1), "servo_drivers.py", "exec"
        ),
    }
    monkeypatch.setattr(lock_step, "_sources", lambda: sources)
    monkeypatch.setitem(DRIVERS, "a", "my_servos")
    data = CAT.model_dump()
    data["joints"]["head_pan"] |= {"driver": "a", "channel": 3}
    rig = Rig(Body.model_validate(data))
    rig.live(3.0, {"head_pan": 0.3})
    assert rig.bench.servos.pulse_us(1) > 0
    head = {"making": "def servos(", "asking": "def all_off(self"}.get(where)
    text = f"raise {raised}\n{NEW_DRIVER}"
    if head is not None:
        lines = NEW_DRIVER.splitlines()
        at = next(index for index, line in enumerate(lines) if head in line)
        indent = " " * (len(lines[at]) - len(lines[at].lstrip()) + 4)
        text = "\n".join([*lines[: at + 1], f"{indent}raise {raised}", *lines[at + 1 :], ""])
    rig.board._sources = {**sources, "my_servos": compile(text, "my_servos.py", "exec")}
    del rig.board._modules["my_servos"]
    if where != "asking":
        with pytest.raises(Exception, match=r"5|damaged|^$"):
            rig.board.restart()
    else:
        rig.board.restart()
    assert not any(rig.bench.servos.pulse_us(channel) for channel in range(16))
