"""Every fault of the wire, the board, its devices and the servos, and a fall, in every state of the
board: it ends in a safe state that is said, no pulse jumps over a limit, and it heals as its policy
says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

import pytest

from moggy import wire
from moggy.actuators.serial_body import SerialBody
from moggy.link import MemoryLink
from moggy.messages import BoardReport, Command
from moggy.sim.board.relay import Relay
from moggy.sim.faults import FAULTS, WIRE_FAULTS, Fault, FaultName
from moggy.sim.simulated_body import SimulatedBody
from moggy.sim.world import World

from .rig import CAT, COUNT_US, INTERPRETERS, Board, Listening, Told, started

LASTS = 3.0
"""Seconds of a fault."""
FALL = 2.0
"""Seconds of the longest fall that is believed."""
HEALED = 4.0
"""Seconds after which all is as before: the servos have started, chips are tried once a second."""
RESTED = 14.0
"""Seconds after which all is as before a fault that ended all movement: 5 for the battery, 1 for
the servo board, and the slow way to rest."""
SMOOTH = 60.4
"""Seconds without a late tick after which it is forgotten."""
WITHOUT: Mapping[str, str] = {
    "starting": "running",
    "running": "running",
    "hold": "rest",
    "rest": "rest",
    "limp": "limp",
    "stopped": "stopped",
    "fault": "fault",
}
"""State → what it has become after LASTS seconds without another fault."""
FALLS = 2
"""Bit of the state's flags: it falls."""
STEPS_AT_ONCE = 5
"""Steps of 20 ms that the board makes up for at most after a late tick."""
LATE = ("tick_late", "ticks_late")
"""Faults that make ticks late."""
RESTARTS = ("board_hung", "board_reset", "power_cut")
"""Faults after which the board starts anew."""
UNTOLD = ("servos_nack", "servos_silent", "brown_out", "board_hung", "servos_deaf", "servos_cut")
"""Faults in which a servo driver may miss pulses."""
GARBLED = next(name for name, joint in CAT.joints.items() if joint.channel == 0)
"""The joint whose pulse is another for a moment in servos_garbled."""
GARBLED_S = 1.0
"""Seconds in which every channel has been looked at."""


class Patient(Told):
    """A simulated body with a relay on its wire. It looks at the pulses once a step of 20 ms."""

    def __init__(self, board: Board, seed: int = 1) -> None:
        super().__init__(board)
        relay = Relay(board.line, seed)
        self.line = Listening(relay)
        self.link = MemoryLink(self.line)
        self.body = SimulatedBody(World(CAT), board, SerialBody(self.link, CAT), relay)
        self.fast: list[str] = []
        """Where a pulse moved faster or began faster than its joint may, or servos woke
        together."""
        self._untold = False
        """Whether a servo may have missed pulses."""
        self._late_until = 0.0
        """Until when ticks may come late, s."""
        self._at_once = 1
        """Servos that may wake at once: one whose write was not taken wakes with the next."""
        self._garbled_until = 0.0
        """Until when one channel may give another pulse, s."""
        self._stood = dict.fromkeys(CAT.joints, 1)
        """For how many looks each pulse has stood."""
        self.most_pulsed = 0
        """Most servos that had pulses at once."""
        self._before: list[Mapping[str, int]] = [{}, {}]

    def live(self, seconds: float, *, led: bool = True) -> None:
        """Let time pass. `led`: a pose that swings is sent fifty times a second."""
        for _ in range(round(seconds * 50)):
            self.now = round(self.now + 0.02, 6)
            for sense in self.body.poll(self.now):
                if isinstance(sense, BoardReport):
                    self.reports.append(sense)
            if led:
                self.body.move(Command(at=self.now, pose=swinging(self.now)))
            self._look(self.board.outputs().servos)

    def ask(self, kind: int) -> None:
        """Send a command. Pulses that it ends may begin again before the next look."""
        self._untold = self._untold or kind in (wire.LIMP, wire.STOP)
        self.link.command(kind, b"", self.now)

    def suffer(self, name: FaultName, seconds: float) -> None:
        """Let a fault begin now."""
        self._untold = self._untold or name in UNTOLD
        if name == "servos_deaf":
            self._at_once = 3
        if name == "servos_garbled":
            self._garbled_until = self.now + GARBLED_S + 0.1
        if name in LATE or name == "servos_deaf":  # the next step comes with the one it missed
            self._late_until = max(self._late_until, self.now + seconds + 0.5)
        self.body.take(Fault(at=self.now, name=name, seconds=seconds))

    def _look(self, pulses: Mapping[str, int]) -> None:
        before, last = self._before
        if self.now < self._garbled_until:
            pulses = {name: us for name, us in pulses.items() if name != GARBLED}
        woken = [name for name, us in pulses.items() if us and not last.get(name)]
        if self.now < self._garbled_until + 0.1 and GARBLED in woken:
            woken.remove(GARBLED)
        if len(woken) > self._at_once:
            self.fast.append(f"{self.now:.2f} {woken} at once")
        for name, us in pulses.items():
            joint = CAT.joints[name]
            gain = abs(joint.us_per_rad)
            was, was_before = last.get(name, 0), before.get(name, 0)
            if us and was:
                step = us - was
                late = self.now < self._late_until
                # Ticks that come late lie anywhere between two looks.
                steps = min(self._stood[name], STEPS_AT_ONCE) + 1 if late else 1
                if abs(step) > steps * gain * joint.velocity / 50 + COUNT_US + 1:
                    self.fast.append(f"{self.now:.2f} {name} {was} → {us} µs")
                # A servo that is not told its next pulse stops dead.
                if was_before and not late and (step or not self._untold):
                    change = abs(step - (was - was_before))
                    if change > gain * joint.acceleration / 2500 + 2 * COUNT_US + 2:
                        self.fast.append(f"{self.now:.2f} {name} {was_before} → {was} → {us} µs")
            if us != was:
                self._stood[name] = 0
            self._stood[name] += 1
        self._before = [last, pulses]
        self.most_pulsed = max(self.most_pulsed, sum(1 for us in pulses.values() if us))


def swinging(now: float) -> dict[str, float]:
    """A pose that jumps from end to end, and never stands still."""
    share = 0.85 if int(now / 0.6) % 2 else 0.15
    share += 0.05 * (now % 0.6)
    return {name: joint.min + share * (joint.max - joint.min) for name, joint in CAT.joints.items()}


def enter(patient: Patient, state: str) -> None:
    """Bring the board into a state."""
    patient.live(0.2 if state == "starting" else 2.0)
    if state == "hold":
        patient.live(0.6, led=False)
    elif state in ("rest", "limp", "stopped"):
        patient.ask({"rest": wire.REST, "limp": wire.LIMP, "stopped": wire.STOP}[state])
        patient.live(0.2, led=False)
    elif state == "fault":
        patient.suffer("brown_out", 4.0)
        patient.live(5.5)
    assert patient.state == ("running" if state == "starting" else state)


def said(name: str, state: str) -> tuple[set[str], set[str]]:
    """The states of which the last may be said when a fault ends, and the board's faults that must
    be said while it lasts."""
    chip = name.partition("_")[0]
    if name == "power_cut":
        return {"lost"}, set()
    if name in RESTARTS:
        anew = {"hold": "limp", "rest": "limp", "fault": "running"}.get(state, WITHOUT[state])
        return {anew}, {"watchdog"} if name == "board_hung" else set()
    if name in LATE:  # setpoints wait for their tick
        return {"running", "hold"} if WITHOUT[state] == "running" else {WITHOUT[state]}, {"overrun"}
    if name == "wire_unplug":
        return {"lost"}, set()
    if name in ("wire_drop", "wire_flip", "wire_burst"):
        lossy = {"running", "hold"} if WITHOUT[state] == "running" else {WITHOUT[state]}
        return lossy, set()
    if name == "wire_slow":  # setpoints come too late
        return {"hold", "rest"} if WITHOUT[state] == "running" else {WITHOUT[state]}, set()
    if name == "servos_silent":
        return {"stopping"}, {"servos"}
    if name == "brown_out":
        return {"stopping"}, {"servos", "touch", "imu", "battery"}
    if name == "servos_reset":
        healing = {"limp", "running", "rest"} if WITHOUT[state] == "running" else {"limp"}
        return {state} if state in ("stopped", "fault") else healing, {"servos"}
    if name == "servos_stalled" and WITHOUT[state] in ("running", "rest"):
        return {WITHOUT[state], "fault"}, set()
    if name in ("touch_silent", "touch_reset", "imu_silent", "imu_reset", "imu_stuck"):
        return {WITHOUT[state]}, {chip}
    if name == "fall":  # nothing falls for so long
        return {WITHOUT[state]}, {"imu"}
    if name == "bus_stuck":
        return {WITHOUT[state]}, {"touch", "imu"}
    return {WITHOUT[state]}, set()


@pytest.fixture(params=INTERPRETERS)
def patient(request: pytest.FixtureRequest) -> Iterator[Patient]:
    with started(request.param) as board:
        yield Patient(board)


@pytest.mark.parametrize("state", WITHOUT)
@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_in_every_state_ends_safe_is_said_and_heals(
    name: FaultName, state: str, patient: Patient
) -> None:
    enter(patient, state)
    may_be_said, must_be_said = said(name, state)
    before = len(patient.reports)
    patient.most_pulsed = 0
    patient.suffer(name, LASTS)
    patient.live(LASTS, led=state not in ("hold", "rest", "limp"))
    assert patient.state in may_be_said
    if patient.state in ("limp", "stopped", "fault") or name == "power_cut":
        assert patient.pulsed == 0, "what is said is true"
    assert not patient.line.flags & FALLS
    if state in ("limp", "stopped") or (state == "fault" and name not in RESTARTS):
        assert patient.most_pulsed == 0, "no servo has had a pulse meanwhile"
    heard = {fault for report in patient.reports[before:] for fault in report.faults}
    assert must_be_said <= heard
    assert heard <= must_be_said | {"battery"}

    if state == "stopped":
        patient.live(1.0)
        assert (patient.state, patient.pulsed) == ("stopped", 0), "only a release ends it"
        patient.ask(wire.RELEASE)
    ended = state == "fault" or must_be_said & {"servos"} or "fault" in may_be_said
    patient.live(RESTED if ended else HEALED)
    if must_be_said & {"watchdog", "overrun"}:
        assert set(patient.faults) == must_be_said, "they do not heal as quickly"
        if (name, state) == ("ticks_late", "running"):
            patient.live(SMOOTH - HEALED)
        else:
            patient.ask(wire.CLEAR)
            patient.live(0.1)
    assert (patient.state, patient.faults, patient.line.flags) == ("running", (), 0)
    assert patient.pulsed == len(CAT.joints)
    assert patient.fast == []


@pytest.mark.parametrize("seed", range(12))
def test_after_many_faults_at_once_it_still_stops_and_all_heals(
    seed: int, patient: Patient
) -> None:
    chance = Random(seed)
    patient.live(2.0)
    for _ in range(25):
        for _ in range(chance.choice((1, 1, 2, 3))):
            patient.suffer(chance.choice(FAULTS), chance.choice((0.01, 0.05, 0.3, 1.0, 3.0)))
        if chance.random() < 0.4:
            patient.ask(chance.choice((wire.STOP, wire.RELEASE, wire.CLEAR, wire.LIMP, wire.REST)))
        patient.live(chance.choice((0.04, 0.2, 1.0, 3.0)), led=chance.random() < 0.8)
    patient.live(LASTS + HEALED)
    patient.ask(wire.STOP)
    patient.live(1.0)
    assert (patient.state, patient.pulsed) == ("stopped", 0)
    patient.ask(wire.RELEASE)
    patient.live(6.0)  # the battery has been above its low mark for five seconds
    patient.ask(wire.CLEAR)
    patient.live(HEALED)
    assert (patient.state, patient.faults, patient.line.flags) == ("running", (), 0)
    assert patient.pulsed == len(CAT.joints)
    assert patient.fast == []


@pytest.mark.parametrize("state", WITHOUT)
def test_a_body_that_falls_stands_still_in_every_state(state: str, patient: Patient) -> None:
    enter(patient, state)
    patient.suffer("fall", FALL)
    patient.live(1.0, led=state not in ("hold", "rest", "limp"))
    assert patient.line.flags & FALLS
    still = patient.board.outputs().servos
    for _ in range(round((FALL - 1.0) * 50)):
        patient.live(0.02, led=state not in ("hold", "rest", "limp"))
        assert patient.board.outputs().servos == still


@pytest.mark.parametrize("name", WIRE_FAULTS)
def test_a_stop_arrives_over_every_broken_wire_or_as_soon_as_it_is_whole(
    name: FaultName, patient: Patient
) -> None:
    patient.live(2.0)
    patient.suffer(name, LASTS)
    patient.live(1.0)
    patient.ask(wire.STOP)
    patient.live(LASTS - 1.0 if name in ("wire_unplug", "wire_slow") else 1.2)
    if name != "wire_unplug":
        assert patient.pulsed == 0
    patient.live(LASTS + 0.5)
    assert (patient.state, patient.pulsed) == ("stopped", 0)
    assert patient.fast == []


@pytest.mark.parametrize("name", LATE + RESTARTS)
def test_a_stop_arrives_at_late_ticks_and_as_soon_as_the_board_has_started_anew(
    name: FaultName, patient: Patient
) -> None:
    patient.live(2.0)
    patient.suffer(name, LASTS)
    patient.live(0.5)
    patient.ask(wire.STOP)
    patient.live(LASTS if name == "power_cut" else 1.0)
    assert patient.pulsed == 0
    patient.live(LASTS)
    assert (patient.state, patient.pulsed) == ("stopped", 0)
    assert patient.fast == []


def test_an_unplugged_wire_is_held_at_then_rested_then_limp(patient: Patient) -> None:
    patient.live(2.0)
    patient.suffer("wire_unplug", 20.0)
    patient.live(1.0)
    held = patient.board.outputs().servos
    patient.live(1.2)
    assert patient.board.outputs().servos == held, "it holds for two seconds"
    patient.live(3.5)
    rest = {
        name: joint.zero_us + joint.rest * joint.us_per_rad for name, joint in CAT.joints.items()
    }
    assert patient.board.outputs().servos == pytest.approx(rest, abs=COUNT_US)
    patient.live(6.0)
    assert (patient.state, patient.pulsed) == ("lost", 0)
    assert patient.fast == []
