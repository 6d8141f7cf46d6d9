"""`moggy body`: a robot's body, as its file describes it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from moggy.assemble import begin
from moggy.behaviors.motions import GROUPS
from moggy.behaviors.retarget import Played, played
from moggy.body import Body
from moggy.chips import cautions
from moggy.commands.terminal import Shown, say
from moggy.config import Files, Invalid
from moggy.designs import designs
from moggy.home import home, private_file
from moggy.power_budget import BOARD_3V3_A, EFFICIENCY, SERVO_V, Draw, budget
from moggy.wiring_picture import picture

LEGS = {"legs": [joint for name, group in GROUPS.items() if name != "ears" for joint in group]}


def check(names: Sequence[str]) -> int:
    """Say of each body, or of all, whether it can be built and what to look at before it is wired;
    1 where one cannot."""
    files, outcome = Files(home()), 0
    for name in names or [file[len("body/") : -len(".yaml")] for file in files.names("body")]:
        try:
            begin(files, seed=1, hour=12.0, body=name)
        except Invalid as error:
            say(error, color="red")
            outcome = 1
            continue
        body = body_named(name)
        say(f"{name}: {_parts(body)}")
        for caution in cautions(body.wiring.chip, body.used_pins):
            say(f"{name}: {caution}", color="yellow")
    return outcome


def show(name: str) -> None:
    """Print what a body has, and how it plays each motion. Raises Invalid."""
    made = designs(begin(Files(home()), seed=1, hour=12.0, body=name))
    body, out = made.body, Shown(width=100)
    say(f"{name}: {_parts(body)}")
    if body.joints:
        joints = Table("joint", "from", "to", "rest", "rad/s", "driven by", box=None)
        for joint, spec in body.joints.items():
            angles = (f"{angle:+.2f}" for angle in (spec.min, spec.max, spec.rest))
            joints.add_row(joint, *angles, f"{spec.velocity:g}", f"{spec.driver} {spec.channel}")
        out.print(joints)
    pads = Table("pad", "zone", "electrode", box=None)
    for pad, at in body.pads.items():
        pads.add_row(pad, at.zone, str(at.channel))
    out.print(pads)
    say(f"pins of the {body.wiring.chip}: {', '.join(f'{n} {p}' for n, p in _pins(body))}")
    plays = {each: played(each, made.motions, body) for each in made.motions}
    whole = [each for each, how in plays.items() if not (how.instead or how.lacks)]
    silent = [each for each, how in plays.items() if not (how.moves or how.stand_ins)]
    say(f"\n{len(plays)} motions: {len(whole)} whole, {len(silent)} that nothing of it plays")
    if silent and body.joints:
        say(f"not played: {', '.join(silent)}")
    partly = Table("motion", "left out", "what stands in", box=None)
    for each, how in plays.items():
        if each not in whole and each not in silent:
            partly.add_row(each, _in_groups(how.left_out), _instead(how))
    if partly.row_count:
        out.print(partly)


def wiring(name: str, to: Path) -> None:
    """Draw the wires of a body. Raises Invalid, and OSError."""
    text = picture(body_named(name))
    with private_file(to) as file:
        file.write(text.encode())
    say(f"{to}: the wires of the body {name}")


def power(name: str) -> None:
    """Print how much current a body draws, by its supplies. Raises Invalid."""
    found = budget(body_named(name))
    _say_draws("3.3 V, from the board", found.logic, found.logic_in_all, "mA", 1000.0)
    spare = round((BOARD_3V3_A - found.logic_in_all.worst) * 1000.0)
    left = f"{spare} mA to spare" if spare >= 0 else f"{-spare} mA too little"
    gives = f"  a Pico gives {BOARD_3V3_A * 1000:.0f} mA: {left}"
    say(gives, color=None if spare >= 0 else "red")
    if not found.servos:
        return
    _say_draws(f"{SERVO_V:g} V, the servos' supply", found.servos, found.servos_in_all, "A", 1.0)
    if found.battery_v:
        drawn = [found.from_battery(amperes) for amperes in found.servos_in_all[1:]]
        say(_row(f"of a battery at {found.battery_v:g} V (regulator {EFFICIENCY:.0%})", drawn, 2))


def export(name: str, to: Path) -> None:
    """Write all that holds for a body. Raises Invalid, and OSError."""
    text = body_named(name).model_dump_json(indent=1)
    with private_file(to) as file:
        file.write(f"{text}\n".encode())
    say(f"{to}: the body {name}")


def _say_draws(
    supply: str, draws: Sequence[Draw], together: Draw, unit: str, in_units: float
) -> None:
    say(f"{supply + ', ' + unit:44}   rest moving  worst")
    for draw in (*draws, together):
        say(_row(draw.part, [each * in_units for each in draw[1:]], 2 if in_units == 1.0 else 0))


def _row(part: str, numbers: Sequence[float], digits: int) -> str:
    return f"  {part:42}" + "".join(f"{number:7.{digits}f}" for number in numbers)


def body_named(name: str) -> Body:
    """The body of a file in body/. Raises Invalid."""
    return Files(home()).load(f"body/{name}.yaml", Body)


def _parts(body: Body) -> str:
    motor = "accelerometer, " if body.wiring.imu else ""
    return f"{len(body.joints)} joints, {len(body.pads)} touch pads, {motor}purr"


def _pins(body: Body) -> list[tuple[str, int]]:
    return [(name, pin) for name, pin in body.wiring.pins.items() if pin >= 0]


def _in_groups(joints: Sequence[str]) -> str:
    """Joints by the names of their groups; all of the legs are one."""
    left, said = list(joints), []
    for name, group in (LEGS | GROUPS).items():
        if set(group) <= set(left):
            said.append(name)
            left = [joint for joint in left if joint not in group]
    return ", ".join(said + left)


def _instead(how: Played) -> str:
    stand_ins = [f"{other} for {joint}" for joint, other in how.stand_ins.items()]
    return ", ".join(([f"the motion {how.instead}"] if how.instead else []) + stand_ins)
