"""The owner has somebody erased while the pet is awake: file and mind let go of them within a
second, and a replay does the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from moggy.assemble import begin, body_of, born, in_virtual_time, lived_again, simulated_body
from moggy.brain.memory import Broken, Diary, LateDiary, Memory, Remembered, awake, encrypt
from moggy.brain.mind import Mind
from moggy.config import Files
from moggy.journal import Journal
from moggy.messages import AnySense, EventCause, Face, Forget, Person, Tick, Touch, Trouble, Words
from tests.processes import Program


def with_two(until: float, stays: bool = False) -> list[AnySense]:
    """Anna and Ben come; both praise it, Anna strokes it and smiles; she goes at 8.5 s and comes
    back at 15 s, unless she stays."""
    senses: list[AnySense] = []
    for name, at in (("ben", 0.1), ("anna", 4.2)):
        senses += [
            Person(at=at, person=name, change="arrives"),
            Words(
                at=at + 1.0,
                person=name,
                text="good cat",
                intent="praise",
                valence=0.7,
                arousal=0.2,
                confidence=0.9,
            ),
        ]
    senses += [
        Face(at=4.5 + 0.2 * i, person="anna", valence=0.6, arousal=0.2, confidence=0.9)
        for i in range(20)
    ]
    senses += [Touch(at=5.5 + i / 50.0, zone="neck", pressure=0.4, area=0.3) for i in range(125)]
    senses += [Touch(at=8.05, zone="neck", pressure=0.0)]
    if not stays:
        senses += [
            Person(at=8.5, person="anna", change="leaves"),
            Person(at=15.0, person="anna", change="arrives"),
        ]
    return sorted((sense for sense in senses if sense.at < until), key=lambda sense: sense.at)


class Owner:
    """A sensor that senses nothing: at a moment it does what `moggy memory forget` does in another
    process."""

    def __init__(self, path: Path, key: Path, at: float, who: str) -> None:
        self._path, self._key, self._at, self._who = path, key, at, who

    def poll(self, now: float) -> Sequence[AnySense]:
        if now >= self._at:
            self._at = float("inf")
            memory = Memory(self._path, self._key)
            assert memory.forget(self._who) > 0
            memory.close()
        return ()


class Life:
    """Both people's quarter of a minute, remembered in a file, with somebody erased at 10.3 s."""

    def __init__(
        self,
        folder: Path,
        who: str,
        *,
        encrypted: bool = False,
        until: float = 14.0,
        stays: bool = False,
    ) -> None:
        self.path, key = folder / "home" / "memory.db", folder / "memory.key"
        if encrypted:
            encrypt(self.path, key)
        self.journal = folder / "life.mcap"
        start = begin(Files(), seed=4, hour=18.0)
        pet = born(start)
        assert isinstance(pet.mind, Mind)
        self.mind = pet.mind
        memory, journal = Memory(self.path, key), Journal(self.journal, start)
        diary = Diary(memory, pet.mind.remember, hour=18.0)
        self.ticks: list[Tick] = []
        self.known: list[tuple[float, set[str]]] = []
        loop = in_virtual_time(
            pet,
            with_two(until, stays),
            until,
            body=simulated_body(body_of(start)),
            sensors=[diary, Owner(self.path, key, 10.3, who)],
            listeners=[
                journal,
                diary,
                lambda tick, sent: self.ticks.append(tick),
                lambda tick, sent: self._look(tick.at),
            ],
        )
        for close in (memory.close, diary.close, journal.close):
            loop.closing.callback(close)
        loop.run()
        again = Memory(self.path, key)
        remembered = again.load()
        assert remembered is not None
        self.written, self.episodes = remembered, again.episodes()
        again.close()

    def _look(self, at: float) -> None:
        known = self.mind.remember()
        self.known.append((at, {*known.people, *known.zones, *known.arrivals}))


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_somebody_erased_leaves_the_awake_mind_within_a_second_and_the_file_for_good(
    tmp_path: Path, encrypted: bool
) -> None:
    life = Life(tmp_path, "anna", encrypted=encrypted)
    assert [names for at, names in life.known if at < 10.3][-1] == {"anna", "ben"}
    assert next(names for at, names in life.known if at >= 11.3) == {"ben"}
    assert life.known[-1][1] == {"ben"}
    assert [
        sense.person for tick in life.ticks for sense in tick.senses if isinstance(sense, Forget)
    ] == ["anna"]
    assert {*life.written.people, *life.written.zones, *life.written.arrivals} == {"ben"}
    assert {episode.person for episode in life.episodes} == {"ben"}
    assert life.written.people["ben"]["familiarity"] > 0.0
    assert all(b"anna" not in file.read_bytes() for file in life.path.parent.iterdir())


def test_it_is_towards_her_as_towards_a_stranger_and_the_tick_says_why(tmp_path: Path) -> None:
    life = Life(tmp_path, "anna", stays=True)
    before = next(tick for tick in reversed(life.ticks) if tick.at < 10.3)
    assert before.person.person == "anna"
    assert before.pet.bond.familiarity > 0.0
    after = life.ticks[-1]
    assert after.person.person == "anna"
    assert after.pet.bond.familiarity == 0.0
    (event,) = [event for tick in life.ticks for event in tick.events if event.name == "forgotten"]
    stirs = [
        stir
        for tick in life.ticks
        for stir in tick.pet.stirred
        if stir.cause == EventCause(event="forgotten")
    ]
    assert {stir.feeling for stir in stirs} == {"trust", "familiarity"}
    assert {stir.event for stir in stirs} == {event.id}
    (sense,) = [sense for tick in life.ticks for sense in tick.senses if isinstance(sense, Forget)]
    assert event.because == (sense.id,)


def test_a_life_in_which_somebody_was_erased_replays_exactly(tmp_path: Path) -> None:
    life = Life(tmp_path, "anna", until=17.0)
    relived = list(lived_again(life.journal))
    assert len(relived) == len(life.ticks)
    assert [(moment.was.at, moment.differs) for moment in relived if moment.differs] == []


def test_who_comes_again_is_learnt_anew(tmp_path: Path) -> None:
    life = Life(tmp_path, "anna", until=17.0)
    assert life.known[-1][1] == {"anna", "ben"}
    before = next(tick.pet.bond for tick in reversed(life.ticks) if tick.at < 10.3)
    assert 0.0 < life.written.people["anna"]["familiarity"] < before.familiarity
    assert [episode.what for episode in life.episodes if episode.person == "anna"] == ["arrived"]


def test_with_everything_erased_it_begins_anew(tmp_path: Path) -> None:
    life = Life(tmp_path, "all")
    assert next(names for at, names in life.known if at >= 11.3) == set()
    assert not {*life.written.people, *life.written.zones, *life.written.arrivals}
    assert 0.0 < life.written.day < 4.0 / 86400.0
    assert life.episodes == []


LEFT = Remembered(
    day=30.0,
    people={"anna": {"trust": 0.9, "familiarity": 0.8, "valence": 0.2, "arousal": 0.1}},
    zones={"anna": {"neck": 0.25}},
    mood={"pleasure": -0.9},
)


def without_memory(path: Path, journal: Path, room_at: float) -> tuple[list[Tick], Mind]:
    """A life of 25 s whose memory cannot be opened before `room_at`."""
    start, ticks = begin(Files(), seed=4, hour=18.0), list[Tick]()
    pet, late = born(start), list[float]()
    assert isinstance(pet.mind, Mind)

    def no_room_at_first() -> tuple[Memory, str]:
        late.append(ticks[-1].at)
        if ticks[-1].at < room_at:
            raise Broken("memory.db cannot be read now (database or disk is full)")
        return awake(path)

    diary = LateDiary(
        "memory.db cannot be read now (database or disk is full)",
        no_room_at_first,
        lambda memory, note: Diary(memory, pet.mind.remember, hour=18.0, note=note),
    )
    written = Journal(journal, start)
    loop = in_virtual_time(
        pet,
        with_two(25.0, stays=True),
        25.0,
        body=simulated_body(body_of(start)),
        sensors=[diary],
        listeners=[lambda tick, sent: ticks.append(tick), diary, written],
    )
    loop.closing.callback(diary.close)
    loop.closing.callback(written.close)
    loop.run()
    return ticks, pet.mind


def troubles(ticks: Sequence[Tick]) -> list[str]:
    return [
        sense.message
        for tick in ticks
        for sense in tick.senses
        if isinstance(sense, Trouble) and sense.part == "memory"
    ]


def test_a_pet_without_its_memory_says_so_once_and_gets_it_when_there_is_room(
    tmp_path: Path,
) -> None:
    path, journal = tmp_path / "memory.db", tmp_path / "life.mcap"
    first, _ = awake(path)
    first.keep(LEFT)
    first.close()
    ticks, mind = without_memory(path, journal, 15.0)
    why, well = troubles(ticks)
    assert why.startswith("memory.db cannot be read now (database or disk is full). Until then it")
    assert well == ""
    assert len(ticks) == 25 * 50
    bonds = [tick.pet.bond.familiarity for tick in ticks if tick.person.person == "anna"]
    assert max(bonds[:200]) < 0.1
    assert bonds[-1] > 0.7
    assert mind.remember().mood["pleasure"] > -0.5, "mood and drives are those of now"
    after = Memory(path).load()
    assert after is not None
    assert after.day > 30.0
    assert after.people["anna"]["trust"] > 0.8
    assert "ben" in after.people, "who came first while it had no memory is remembered too"
    assert [moment.was.at for moment in lived_again(journal) if moment.differs] == []


def test_a_memory_that_never_opens_is_said_once_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    ticks, _ = without_memory(path, tmp_path / "life.mcap", 99.0)
    assert len(troubles(ticks)) == 1
    assert len(ticks) == 25 * 50
    assert not path.exists()


AWAKE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from moggy.assemble import awake_memory, begin, body_of, born, simulated_body
from moggy.brain.memory import Diary
from moggy.clock import RealClock
from moggy.config import Files
from moggy.loop import Loop
from moggy.messages import Face, Person, Words
from moggy.sim.script import Script
from moggy.sim.simulated_body import SimulatedSenses

memory, trouble = awake_memory()
assert memory is not None, trouble
start = begin(Files(), seed=1, hour=18.0)
body = simulated_body(body_of(start))
pet = born(start)
diary = Diary(memory, pet.mind.remember, hour=18.0, beside=ThreadPoolExecutor(1))
senses = [Person(at=0.1, person=name, change="arrives") for name in ("anna", "ben")]
senses += [
    Face(at=0.3 + 0.1 * i, person=name, valence=0.5, confidence=0.9)
    for i in range(20)
    for name in ("anna", "ben")
]
senses += [Person(at=2.5, person="anna", change="leaves")]
senses += [
    Words(at=3.0 + 0.5 * i, person="ben", text="good cat", intent="praise", confidence=0.9)
    for i in range(200)
]
senses.sort(key=lambda sense: sense.at)

def say(tick, sent):
    if tick.n % 5 == 0:
        known = pet.mind.remember()
        print(f"{known.day:.9f}", *sorted(known.people), flush=True)

sensors = [SimulatedSenses(Script(senses).due, body), diary]
Loop(pet, RealClock(), sensors=sensors, body=body, listeners=[diary, say]).run()
"""


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_one_process_lives_another_erases_and_kill_9_costs_at_most_a_second(
    tmp_path: Path, encrypted: bool
) -> None:
    home, key = tmp_path / "home", tmp_path / "key" / "memory.key"
    environment = {**os.environ, "MOGGY_HOME": str(home), "MOGGY_MEMORY_KEY": str(key)}
    if encrypted:
        encrypt(home / "memory.db", key)
    days: list[float] = []
    with Program(
        [sys.executable, "-c", AWAKE], stdout=subprocess.PIPE, text=True, env=environment
    ) as pet:
        assert pet.stdout is not None
        erased_at = None
        for line in pet.stdout:
            day, *names = line.split()
            days.append(float(day))
            if erased_at is None and names == ["anna", "ben"] and days[-1] * 86400.0 > 3.0:
                command = [sys.executable, "-m", "moggy", "memory", "forget", "anna"]
                assert (
                    "forgotten"
                    in subprocess.run(
                        command, env=environment, capture_output=True, text=True, check=True
                    ).stdout
                )
                erased_at = len(days)
            if erased_at is not None and names == ["ben"] and days[-1] * 86400.0 > 6.0:
                break
        pet.send_signal(signal.SIGKILL)
        rest = [line for line in pet.stdout if line.endswith("\n")]
    assert erased_at is not None
    assert all(line.split()[1:] == ["ben"] for line in rest)
    last = max([days[-1], *(float(line.split()[0]) for line in rest)])
    memory = Memory(home / "memory.db", key)
    written = memory.load()
    assert written is not None
    assert set(written.people) == {"ben"}
    assert "anna" not in {episode.person for episode in memory.episodes()}
    memory.close()
    assert last - written.day <= 2.0 / 86400.0, (
        "the last second, and the one in which it is written"
    )
    assert all(b"anna" not in file.read_bytes() for file in home.iterdir())
