"""The body on the wire: commands become setpoints for the board, and what the board says becomes
senses."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import isnan, nan
from typing import Any, cast

from moggy import wire, wire_check
from moggy.board_config import CDEG_A_RAD, body_hash, joint_rows
from moggy.board_faults import STUCK_PAD, all_in_words
from moggy.body import Body
from moggy.link import Link
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
from moggy.pet import ACT_PERIOD
from moggy.protocol import Heard, Identity, LinkChange, Refused
from moggy.vocabulary import BoardState

TTL_MS = 300
"""Milliseconds for which a setpoint stays good: fifteen ticks of the loop. Then the board holds,
rests and goes limp."""
OVER_MS = round(1000 * ACT_PERIOD)
"""Milliseconds in which the board glides to a setpoint: until the next one comes."""
REFRESH_S = 0.1
"""Seconds after which a setpoint that does not change is sent again, so that it stays good."""
HALF_ABOVE_ZERO = wire.ANGLE_ZERO + 0.5
"""What is added to an angle in centidegrees before it is cut to a whole number of the wire."""
PALM_PADS = 5.0
"""How many pads a whole palm presses; the share of that is `area`."""
TURN = 0.06
"""Share of a half breath in which the purr motor pauses where the breath turns."""

BOARD = "board"
"""The part that a Trouble names for a board that is lost or was built for another body."""
FAULTS_PART = "board's faults"
"""The part for the faults that the board reports."""
WIRE = "board's messages"
"""The part for messages that were dropped."""
OTHER_BODY = (
    'the board was built for another body than "{0}", so nothing is moved and no touch is felt: '
    "run `moggy flash`, or name its own body with --body"
)
"""What to do about a board of another body."""
LOSSES = 4
"""A board that is lost so many times within LOST_WITHIN is unsteady, which is said once. Our
choice."""
LOST_WITHIN = 20.0
"""Seconds; a board that was unsteady and has held for as long is well again. Our choice."""
UNSTEADY = (
    "the board is lost again and again: check its USB cable and plug, and whether the servos pull "
    "its supply down; `moggy board status` says why it last started"
)
"""What is said of it."""
FAULTS_AT_ONCE = 6
"""Changes of the faults within FLAPPING_S from which they are said once, and then no more until
they have stayed for as long. Our choice."""
FLAPPING_S = 10.0
"""Seconds. Our choice: a fault that heals by itself waits a second or more (docs/wire.md)."""
FLAPPING = "they come and go again and again; the latest: "
"""What is said of them."""

_STATES: tuple[BoardState, ...] = tuple(
    cast(BoardState, "running" if name == "starting" else name) for name in wire.STATES
)
"""The firmware's states as the pet is told of them; one that starts is as good as running."""


class SerialBody:
    """Moves what is at the other end of the link, and hears what it feels. It says once that the
    board is lost, and once that it is back."""

    def __init__(self, link: Link, body: Body) -> None:
        self._link, self._body = link, body
        rows = joint_rows(body)
        zero = wire.ANGLE_ZERO
        self._joints = tuple(body.joints)
        self._limits = [(row[0], row[3] + zero, row[4] + zero) for row in rows]
        self._sent_pose = {row[0]: row[5] / CDEG_A_RAD for row in rows}
        self._setpoint = struct.Struct(f"<HBBBB{len(rows)}H")
        self._pads = tuple(body.pads)
        self._hash = body_hash(body)
        link.expect(len(rows), len(self._pads))
        self._sent = b""
        self._sent_at = float("-inf")
        self._lost = self._foreign = self._refused = self._unsteady = False
        self._losses: deque[float] = deque(maxlen=LOSSES)
        """When the board was lost, s."""
        self._lost_why = ""
        self._state: BoardState = "lost"
        self._said_state, self._flags = "", 0
        """The state under the wire's name, and the flags, as it last said them."""
        self._faults: tuple[str, ...] = ()
        self._fault_changes: deque[float] = deque(maxlen=FAULTS_AT_ONCE)
        """When they changed, s."""
        self._flapping = False
        self._hear: dict[int, Callable[[Heard], AnySense]] = {
            wire.TOUCHED: self._touch,
            wire.TOUCH: self._touch,
            wire.MOTION: self._motion,
            wire.BATTERY: self._battery,
            wire.JOINTS: self._driven,
        }

    def move(self, command: Command) -> Mapping[str, float]:
        """Send the command; gives joint → rad as it was sent: in whole centidegrees, within the
        limits. Joints that are left out, or are no number, stay. A board that was built for another
        body is sent nothing."""
        if self._foreign:
            return self._sent_pose
        wired = self._wired(command.pose)
        payload = self._setpoint.pack(
            TTL_MS,
            OVER_MS,
            int(min(max(command.pupils, 0.0), 1.0) * 255.0),
            purr_level(command.purr),
            int(command.purr.rate + 0.5) & 255,
            *wired,
        )
        if payload != self._sent:
            self._sent_pose = dict(
                zip(
                    self._joints,
                    [(angle - wire.ANGLE_ZERO) / CDEG_A_RAD for angle in wired],
                    strict=True,
                )
            )
        elif command.at - self._sent_at < REFRESH_S:
            return self._sent_pose
        self._link.setpoint(payload, command.at)
        self._sent, self._sent_at = payload, command.at
        return self._sent_pose

    def _wired(self, pose: Mapping[str, float]) -> list[int]:
        """The angles as the wire carries them."""
        try:
            return [
                low
                if (angle := int(pose[name] * CDEG_A_RAD + HALF_ABOVE_ZERO)) < low
                else high
                if angle > high
                else angle
                for name, low, high in self._limits
            ]
        except (KeyError, ValueError, OverflowError):
            # A joint that is left out, or is no number, stays where it is.
            whole = dict(self._sent_pose)
            for name, joint in self._body.joints.items():
                rad = pose.get(name, nan)
                if not isnan(rad):
                    whole[name] = min(max(rad, joint.min), joint.max)
            return self._wired(whole)

    def poll(self, now: float) -> Sequence[AnySense]:
        """What the board said since the last call, up to `now` (s)."""
        senses: list[AnySense] = []
        for heard in self._link.poll(now):
            if isinstance(heard, LinkChange):
                senses += self._changed(heard)
            elif isinstance(heard, Refused):
                if not self._foreign:
                    self._refused = True
                    senses.append(Trouble(at=heard.at, part=WIRE, message=heard.message))
            elif heard.kind == wire.STATE:
                senses += self._status(heard)
            elif not self._foreign and heard.kind in self._hear:
                senses.append(self._hear[heard.kind](heard))
        if self._unsteady and now - self._losses[-1] > LOST_WITHIN:
            self._unsteady = False
            senses.append(Trouble(at=now, part=BOARD, message=self._wrong()))
        if self._flapping and now - self._fault_changes[-1] > FLAPPING_S:
            self._flapping = False
            message = all_in_words(self._faults)
            senses.append(Trouble(at=now, part=FAULTS_PART, message=message))
        return senses

    def _wrong(self) -> str:
        """What is wrong with the board; empty where nothing is."""
        if self._lost:
            return self._lost_why
        return OTHER_BODY.format(self._body.name) if self._foreign else ""

    def condition(self) -> Mapping[str, Any]:
        """How the board is, for `moggy board`: `moggy.board_control.Condition` without its port."""
        identity = None if self._lost else self._link.identity
        return {
            "connected": identity is not None,
            "state": self._said_state,
            "faults": self._faults,
            "flags": self._flags,
            "identity": None if identity is None else asdict(identity),
        }

    def stop(self, now: float) -> None:
        """Emergency stop: every servo limp at once, until `release`."""
        self._link.command(wire.STOP, b"", now)

    def release(self, now: float) -> None:
        """Let it move again after a stop."""
        self._link.command(wire.RELEASE, b"", now)

    def rest(self, now: float) -> None:
        """Go slowly to the rest pose and then limp; the next `move` wakes it."""
        self._link.command(wire.REST, b"", now)

    def clear(self, now: float) -> None:
        """Forget the faults that have latched, such as an overload."""
        self._link.command(wire.CLEAR, b"", now)

    def narrow(self, joint: str, low: float, high: float, velocity: float, now: float) -> None:
        """Give a joint tighter limits, rad and rad/s; wider ones than the board's own have no
        effect."""
        index = list(self._body.joints).index(joint)
        payload = struct.pack(
            "<BhhI",
            index,
            int(low * CDEG_A_RAD),
            int(high * CDEG_A_RAD),
            max(0, int(velocity * CDEG_A_RAD)),
        )
        self._link.command(wire.NARROW, payload, now)

    def close(self) -> None:
        """Send the body to rest, and close the link."""
        if not self._lost:
            self.rest(self._sent_at if self._sent else 0.0)
        self._link.close()

    def _changed(self, change: LinkChange) -> list[AnySense]:
        at = change.at
        self._state, self._said_state = "connected" if change.connected else "lost", ""
        senses: list[AnySense] = [BoardReport(at=at, state=self._state)]
        if self._faults or self._flapping:
            self._faults, self._flapping = (), False
            senses.append(Trouble(at=at, part=FAULTS_PART, message=""))
        if not change.connected:
            self._lost, self._lost_why = True, change.message
            self._losses.append(at)
            if self._unsteady:
                return senses
            self._unsteady = len(self._losses) == LOSSES and at - self._losses[0] < LOST_WITHIN
            message = UNSTEADY if self._unsteady else change.message
            return [*senses, Trouble(at=at, part=BOARD, message=message)]
        self._sent = b""
        identity = self._link.identity
        was_wrong, self._lost = self._lost or self._foreign, False
        self._foreign = identity is not None and not self._fits(identity)
        if (was_wrong or self._foreign) and not self._unsteady:
            senses.append(Trouble(at=at, part=BOARD, message=self._wrong()))
        if self._refused:
            senses.append(Trouble(at=at, part=WIRE, message=""))
        self._refused = False
        return senses

    def _fits(self, identity: Identity) -> bool:
        return identity.body == self._hash and identity.joints == self._joints

    def _touch(self, heard: Heard) -> Touch:
        pressures = wire_check.values(heard.kind, heard.payload)
        firmest = max(pressures, default=0)
        if not firmest:
            return Touch(at=heard.at, pressure=0.0, area=0.0, pads={})
        pads = {self._pads[index]: value / 255.0 for index, value in enumerate(pressures) if value}
        return Touch(
            at=heard.at,
            pressure=firmest / 255.0,
            area=min(1.0, sum(pressures) / firmest / PALM_PADS),
            pads=pads,
        )

    def _motion(self, heard: Heard) -> Acceleration:
        _, x, y, z, gx, gy, gz = wire_check.fields(heard.kind, heard.payload)
        return Acceleration(
            at=heard.at,
            x=x / 1000.0,
            y=y / 1000.0,
            z=z / 1000.0,
            gyro=(gx / 1000.0, gy / 1000.0, gz / 1000.0),
        )

    def _battery(self, heard: Heard) -> Battery:
        _, mv, percent, charging = wire_check.fields(heard.kind, heard.payload)
        return Battery(
            at=heard.at, level=percent / 100.0, volts=mv / 1000.0, charging=bool(charging)
        )

    def _status(self, heard: Heard) -> list[AnySense]:
        """The state, and the faults in words where they have changed."""
        _, state, faults, stuck, self._flags = wire_check.fields(heard.kind, heard.payload)
        self._state, self._said_state = _STATES[state], wire.STATES[state]
        before, self._faults = (
            self._faults,
            fault_names(faults, stuck, () if self._foreign else self._pads),
        )
        report = BoardReport(at=heard.at, state=self._state, faults=self._faults)
        if self._faults == before:
            return [report]
        changes = self._fault_changes
        changes.append(heard.at)
        if self._flapping:
            return [report]
        message = all_in_words(self._faults)
        self._flapping = len(changes) == FAULTS_AT_ONCE and heard.at - changes[0] < FLAPPING_S
        if self._flapping:
            message = FLAPPING + (message or "none")
        return [report, Trouble(at=heard.at, part=FAULTS_PART, message=message)]

    def _driven(self, heard: Heard) -> BoardReport:
        angles = wire_check.values(heard.kind, heard.payload)
        joints = {
            name: (angle - wire.ANGLE_ZERO) / CDEG_A_RAD
            for name, angle in zip(self._joints, angles, strict=True)
        }
        return BoardReport(at=heard.at, state=self._state, faults=self._faults, joints=joints)


def fault_names(faults: int, stuck: int, pads: Sequence[str]) -> tuple[str, ...]:
    """The names of the set bits of a board's state."""
    names = [name for bit, name in enumerate(wire.FAULTS) if faults >> bit & 1]
    names += [STUCK_PAD + name for bit, name in enumerate(pads) if stuck >> bit & 1]
    return tuple(names)


def purr_level(purr: Purr) -> int:
    """The purr motor's level, 0..255: it pauses shortly where the breath turns, as the sound does
    (Eklund 2010)."""
    if purr.level <= 0.0:
        return 0
    half = purr.breath * 2.0 % 1.0
    return int(min(1.0, half / TURN, (1.0 - half) / TURN) * min(purr.level, 1.0) * 255.0)
