"""`moggy board test`: the first power of a body, one part after another, in the terminal."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from math import ceil, floor, pi, sin
from statistics import fmean, pstdev
from typing import NamedTuple

from moggy import wire
from moggy.actuators.serial_body import OTHER_BODY
from moggy.actuators.sound import Sound
from moggy.actuators.speaker import loudspeaker
from moggy.board_faults import STUCK_PAD, in_words
from moggy.body import Body, JointSpec
from moggy.commands.board_session import BUTTON, PetSession, TimeIsOverError, session_of
from moggy.commands.stand import NOT_LIMP, Stand, Typed
from moggy.commands.terminal import say
from moggy.config import Files
from moggy.home import home
from moggy.yaml_file import Invalid, with_comments, written

CONNECT_S = 5.0
"""Seconds for the board's first answer. Our choice."""
NUDGE = 0.02
"""rad by which a joint is nudged to its centre: one degree. Our choice."""
A_LITTLE = 0.2
"""rad of the movement that shows the direction. Our choice."""
ALIKE = 0.002
"""rad below which two angles are the same: the wire has steps of 0.0002."""
LISTEN_S = 3.0
"""Seconds for which pads and accelerometer are listened to: six samples of one at rest."""
PURR_S = 2.0
"""Seconds of purr. Our choice."""
TONE_HZ = 440.0
"""Of the tone: every small loudspeaker carries it. Our choice."""
TONE_S = 1.0
"""Seconds of it. Our choice."""
UPRIGHT_MG = 850
"""mg that the axis upwards has at least: within 30° of it."""
WAYS_UP = (
    ("stand it upright, as it stands", 2),
    ("hold it with its nose straight up", 0),
    ("lay it on its right side, so that its left side is up", 1),
)
"""How to hold it, and which axis then points up: x forward, y left, z up."""
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end the test; each is heeded between two ticks, so that none breaks one off."""
OK = "ok"
FAILED = "FAILED"
SKIPPED = "skipped"


def run(port: str, body: str, only: Sequence[str]) -> int:
    """Go through these of PARTS, or all; 1 where one failed, 130 after Ctrl-C. However it ends, the
    body is limp, or it is said that this is not known. Raises RuntimeError where the board cannot
    be tested."""
    made = Files(home()).load(f"body/{body}.yaml", Body)
    stand = _stand(port, made)
    outcomes: dict[str, str] = {}
    interrupted = False

    def end(number: int, frame: object) -> None:
        stand.interrupted = True

    before = [(each, signal.getsignal(each)) for each in ENDS]
    for each, does in before:
        if does != signal.SIG_IGN:
            signal.signal(each, end)
    try:
        _begin(stand, body)
        for part in only or PARTS:
            say(f"\n{part.upper()}")
            outcomes[part] = PARTS[part](stand, body)
            say(f"{part}: {outcomes[part]}")
    except KeyboardInterrupt:
        interrupted = True
    finally:
        try:
            _end(stand)
        finally:
            for each, does in before:
                signal.signal(each, does)
    if interrupted:
        say("interrupted; `--only` goes on with one part", color="yellow", err=True)
        return 130
    say("")
    for part, outcome in outcomes.items():
        say(f"{part:8} {outcome}")
    return 1 if FAILED in outcomes.values() else 0


def _stand(port: str, body: Body) -> Stand:
    """The board. Raises RuntimeError where a pet or another command has it."""
    found = session_of(port, body, CONNECT_S)
    place = found.port
    found.close()
    if isinstance(found, PetSession):
        raise RuntimeError(f"{found.who} has this board: end it first")
    try:
        typed = Typed()
    except (OSError, ValueError):
        raise RuntimeError(
            "`moggy board test` asks before each movement: run it in a terminal"
        ) from None
    return Stand(place, body, typed)


def _begin(stand: Stand, body: str) -> None:
    """Connect, and refuse a board that cannot be tested."""
    stand.pause(CONNECT_S, lambda: stand.identity is not None and stand.state)
    if stand.identity is None or not stand.state:
        raise TimeIsOverError(f"connecting at {stand.port}: the board does not answer")
    if not stand.fits:
        raise RuntimeError(OTHER_BODY.format(body))
    say(f"board at {stand.port}: {stand.condition}")
    for fault in stand.faults:
        say(f"{fault}: {in_words(fault)}", color="yellow")
    say(
        "Ctrl-C ends all pulses at any moment. Nothing moves before you have answered y. Have a "
        "supply with a current limit, and the stop button at hand."
    )


def _end(stand: Stand) -> None:
    """Leave the body limp, and let go of the board."""
    limp = False
    try:
        with suppress(RuntimeError):  # it was lost: said already
            limp = not stand.woken or stand.relax()
    finally:
        stand.close()
        if limp and not stand.woken:
            say("no servo got pulses")
        elif limp:
            say(f"the body is at rest: {stand.state}")
        else:
            say(NOT_LIMP, color="red", err=True)


# Servos.


class Seen(NamedTuple):
    """What was seen of a servo, rad in the frame of the file that the board has."""

    centre: float
    turned: bool = False
    """Whether + went the other way."""
    low: float | None = None
    """The lowest angle that it went to; None: not tried."""
    high: float | None = None


def changes(joint: JointSpec, seen: Seen) -> dict[str, float]:
    """The keys of a joint's line that change by what was seen. Limits only become narrower; those
    of a servo that was the wrong way round are not told by what was seen."""
    neutral = min(max(0.0, joint.min), joint.max)
    pulse = joint.zero_us + seen.centre * joint.us_per_rad
    slope = -joint.us_per_rad if seen.turned else joint.us_per_rad
    found: dict[str, float] = {}
    zero = round(pulse - neutral * slope)
    if zero != joint.zero_us:
        found["zero_us"] = zero
    if seen.turned:
        return found | {"us_per_rad": slope}
    moved = seen.centre - neutral
    low, high = joint.min, joint.max
    if seen.low is not None and seen.low - moved > low + ALIKE:
        low = found["min"] = ceil((seen.low - moved) * 1000.0) / 1000.0
    if seen.high is not None and seen.high - moved < high - ALIKE:
        high = found["max"] = floor((seen.high - moved) * 1000.0) / 1000.0
    if not low <= joint.rest <= high:
        found["rest"] = min(max(joint.rest, low), high)
    return found


def save(body: str, joint: str, values: Mapping[str, float]) -> str:
    """Write a joint's keys into the body's file in the owner's folder, whose comments stay; gives
    the file. Raises Invalid, or OSError."""
    files, name = Files(home()), f"body/{body}.yaml"
    document = with_comments(name, files.shown(name))
    document["joints"][joint].update(values)
    return str(files.save(name, written(document), Body))


def _servos(stand: Stand, body: str) -> str:
    if not stand.body.joints:
        say(f"{body} has no servos")
        return SKIPPED
    say(
        "Take every horn off. At the first movement all servos get pulses, one after another, and "
        "each jumps to where the board believes it."
    )
    if stand.ask("are all horns off, and may the servos get their pulses?", "yn") == "n":
        return SKIPPED
    stand.wake()
    outcome, file = OK, ""
    for name, joint in stand.body.joints.items():
        seen = _servo(stand, name, joint)
        values = {} if seen is None else changes(joint, seen)
        if not values:
            continue
        said = ", ".join(f"{key}: {value:g}" for key, value in values.items())
        if stand.ask(f"{name}: {said}. Save it?", "yn") == "y":
            try:
                file = save(body, name, values)
            except (Invalid, OSError) as error:
                say(f"not saved: {error}", color="red", err=True)
                outcome = FAILED
    if not stand.relax():
        raise RuntimeError(NOT_LIMP)
    if file:
        say(f"saved in {file}; the board has the old values until `moggy flash --body {body}`")
    return outcome


def _servo(stand: Stand, name: str, joint: JointSpec) -> Seen | None:
    """Centre, direction and ends of a servo; None where it is left out."""
    neutral = min(max(0.0, joint.min), joint.max)
    us = round(joint.zero_us + neutral * joint.us_per_rad)
    where = f"{name} ({joint.driver} {joint.channel})"
    if stand.ask(f"{where}: move to its centre, {us} µs? s leaves it out", "ys") == "s":
        return None
    stand.move(name, neutral)
    say("put its horn on so that the joint stands at 0, as near as the teeth let you; then take it")
    say("off again, or keep it on where nothing is in its way")
    while (key := stand.ask("is it at its centre? + and - nudge it", "y+-")) != "y":
        stand.move(name, stand.pose[name] + (NUDGE if key == "+" else -NUDGE))
    seen = Seen(centre := stand.pose[name])
    far = joint.max if joint.max - centre > A_LITTLE / 2 else joint.min
    towards = min(max(far, centre - A_LITTLE), centre + A_LITTLE)
    sign = "+" if towards > centre else "-"
    if stand.ask(f"{name}: move a little to {sign} and back?", "ys") == "y":
        stand.move(name, towards)
        stand.move(name, centre)
        question = f"did it go the way that is {sign} in the body's file?"
        seen = seen._replace(turned=stand.ask(question, "yn") == "n")
    if seen.turned:
        say("its ends are tried when it turns the right way: save, flash, and test it again")
        return seen
    seen = seen._replace(low=_end_of(stand, name, "lower", joint.min, centre))
    return seen._replace(high=_end_of(stand, name, "upper", joint.max, centre))


def _end_of(stand: Stand, name: str, which: str, end: float, centre: float) -> float | None:
    """The angle to which it went towards an end, and came back from, rad."""
    question = f"{name}: move slowly to its {which} end, {end:+.2f} rad, and back?"
    if stand.ask(f"{question} Enter then stops it there", "ys") == "s":
        return None
    if not stand.move(name, end, lambda: stand.typed.line() is not None):
        say(f"stopped at {stand.pose[name]:+.2f} rad, which is its {which} end from now on")
    reached = stand.pose[name]
    stand.move(name, centre)
    return reached


# What it feels.


def _pads(stand: Stand, body: str) -> str:
    names = list(stand.body.pads)
    if "touch" in stand.faults:
        say(in_words("touch"))
        return FAILED
    say("For half a minute after its start a board ignores touches. Counts are 1 to 255.")
    stand.ask("take all hands away; then Enter", "")
    outcome = OK
    stand.touches.clear()
    stand.pause(LISTEN_S)
    for name, most in zip(names, _most(stand, len(names)), strict=True):
        if most or f"{STUCK_PAD}{name}" in stand.faults:
            say(f"{name}: felt up to {most} without a hand: dry it, check its wire", color="yellow")
            outcome = FAILED
    for index in range(len(names)):
        if _pad(stand, names, index) == FAILED:
            outcome = FAILED
    return outcome


def _pad(stand: Stand, names: Sequence[str], index: int) -> str:
    name = names[index]
    channel = stand.body.pads[name].channel
    stand.touches.clear()
    stand.typed.forget()
    say(f"{name} (electrode {channel}): lay a hand on it firmly and hold it there [Enter skips]")
    skipped = False

    def felt() -> bool:
        nonlocal skipped
        skipped = stand.typed.line() is not None
        return skipped or any(any(sample) for sample in stand.touches)

    stand.until(felt, "touching")
    if skipped:
        return SKIPPED
    stand.pause(LISTEN_S / 6)  # until the hand lies still
    stand.touches.clear()
    stand.pause(LISTEN_S)
    samples = [sample for sample in stand.touches if sample]
    counts = [sample[index] for sample in samples if sample[index]]
    most = _most(stand, len(names))
    firmest = max(range(len(names)), key=lambda pad: most[pad])
    if not counts or firmest != index:
        other = f"{names[firmest]} (electrode {stand.body.pads[names[firmest]].channel})"
        say(f"{name}: {other} felt more: are their wires swapped?", color="red")
        return FAILED
    full = stand.body.pads[name].full_pf
    beside = max([0, *most[:index], *most[index + 1 :]])
    say(
        f"{name}: {len(counts)} samples, {fmean(counts):.0f} ± {pstdev(counts):.1f} of 255, at "
        f"most {max(counts)}; beside it at most {beside}"
    )
    if max(counts) < 255:
        say(f"  a firm hand is to give 255: full_pf {full * max(counts) / 255.0:.1f} makes it so")
    else:
        say(f"  where every touch gives 255, full_pf has to be more than {full:g}")
    return OK


def _most(stand: Stand, pads: int) -> list[int]:
    """The firmest pressure that each pad felt."""
    samples = [sample for sample in stand.touches if sample]
    return [max((sample[pad] for sample in samples), default=0) for pad in range(pads)]


def _imu(stand: Stand, body: str) -> str:
    if not stand.body.wiring.imu:
        say(f"{body} has no accelerometer")
        return SKIPPED
    if "imu" in stand.faults:
        say(in_words("imu"))
        return FAILED
    outcome = SKIPPED
    for words, axis in WAYS_UP:
        if stand.ask(f"{words}, and hold it still; s leaves it out", "ys") == "s":
            continue
        stand.motions.clear()
        stand.pause(LISTEN_S)
        means = [fmean(values) for values in zip(*stand.motions, strict=True)]
        if not means:
            say("no reading came", color="red")
            return FAILED
        noise = [pstdev(values) for values in zip(*stand.motions, strict=True)]
        x, y, z, *turns = means
        say(
            f"x {x:+.0f}, y {y:+.0f}, z {z:+.0f} mg ± {max(noise[:3]):.0f}; turns at most "
            f"{max(map(abs, turns)):.0f} mrad/s ± {max(noise[3:]):.0f}"
        )
        if means[axis] < UPRIGHT_MG:
            up = max(range(3), key=lambda each: abs(means[each]))
            sign = "-" if means[up] < 0 else "+"
            say(f"up is {sign}{'xyz'[up]} and has to be +{'xyz'[axis]}: turn the chip", color="red")
            outcome = FAILED
        elif outcome != FAILED:
            outcome = OK
    return outcome


# What it gives, and the button.


def _purr(stand: Stand, body: str) -> str:
    if stand.body.joints:
        say(
            "The board purrs only while its servos have pulses: all get them, each where the board "
            "believes it, and jump there."
        )
    servos = "may the servos get their pulses, and " if stand.body.joints else ""
    if stand.ask(f"{servos}may it purr for {PURR_S:g} s?", "ys") == "s":
        return SKIPPED
    stand.wake()
    stand.purr(1.0)
    stand.pause(PURR_S)
    if not stand.relax():
        raise RuntimeError(NOT_LIMP)
    return OK if stand.ask("did you feel it purr?", "yn") == "y" else FAILED


def _speaker(stand: Stand, body: str) -> str:
    rate, done = stand.body.speaker.rate, 0

    def fill(out: Sound) -> None:
        nonlocal done
        for n in range(len(out)):
            out[n] = 0.3 * sin(2.0 * pi * TONE_HZ * (done + n) / rate)
        done += len(out)

    if stand.ask(f"a tone of {TONE_S:g} s from this machine's loudspeaker?", "ys") == "s":
        return SKIPPED
    try:
        stream = loudspeaker(rate, fill)
    except OSError as error:
        say(str(error), color="red")
        return FAILED
    try:
        stand.pause(TONE_S)
    finally:
        stream.close()
    return OK if stand.ask("did you hear it?", "yn") == "y" else FAILED


def _stop(stand: Stand, body: str) -> str:
    stand.relax()
    asks = "press the stop button and hold it [Enter skips]"
    if not _seen(stand, asks, lambda: BUTTON in stand.flags):
        return SKIPPED
    stand.pause(LISTEN_S, lambda: stand.state == "stopped")
    if stand.state != "stopped":
        say(f"pressed, but the board is {stand.condition}", color="red")
        return FAILED
    asks = "pressed: the board is stopped. Let it go [Enter: it is let go]"
    if not _seen(stand, asks, lambda: BUTTON not in stand.flags):
        say("it still counts as pressed: see stop_normally_closed in the body's file", color="red")
        return FAILED
    if stand.order(wire.RELEASE, "the release was not acknowledged") != "done":
        return FAILED
    stand.pause(LISTEN_S, lambda: stand.state == "limp")
    say(f"let go and released: the board is {stand.condition}")
    return OK


def _seen(stand: Stand, asks: str, what: Callable[[], bool]) -> bool:
    """Ask for something, and wait until it is so (True), or until Enter."""
    stand.typed.forget()
    say(asks)
    entered = False

    def done() -> bool:
        nonlocal entered
        entered = stand.typed.line() is not None
        return entered or what()

    stand.until(done, "waiting")
    return what()


PARTS: Mapping[str, Callable[[Stand, str], str]] = {
    "servos": _servos,
    "pads": _pads,
    "imu": _imu,
    "purr": _purr,
    "speaker": _speaker,
    "stop": _stop,
}
"""Name of a part → what tests it, with the name of the body's file; gives OK, FAILED or SKIPPED."""
