"""What the pet remembers: it comes back whole, survives being killed, stays small, and is its
owner's to read and to erase."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bench.rehearse import a_mind, rehearse, touch
from moggy.brain.appraisals import Appraisals
from moggy.brain.memory import (
    EPISODES,
    Broken,
    Diary,
    Episode,
    Memory,
    Remembered,
    encrypt,
)
from moggy.brain.memory.encryption import connect
from moggy.commands.memory import as_json, sentences
from moggy.config import Files
from moggy.messages import (
    Affect,
    AnySense,
    Command,
    Decision,
    Event,
    Face,
    Person,
    PersonEstimate,
    Setting,
    Tick,
    Trouble,
    Words,
)
from moggy.personality import Personality

TABLE = Files().load("appraisals/cat.yaml", Appraisals)
CAT = Personality(name="cat")


def a_life() -> list[AnySense]:
    return [
        Person(at=1.0, id=1, person="anna", change="arrives"),
        Words(
            at=2.0,
            id=2,
            person="anna",
            text="good cat",
            intent="praise",
            valence=0.6,
            arousal=0.1,
            confidence=0.8,
        ),
        *(
            Face(
                at=3.0 + 0.2 * i, id=10 + i, person="anna", valence=0.5, arousal=0.1, confidence=0.9
            )
            for i in range(100)
        ),
        *touch("head", 4.0, 20.0),
        *touch("back", 22.0, 22.1, "hit", pressure=0.95),
        Setting(at=24.0, id=3, name="away"),
    ]


def lived() -> Remembered:
    mind = a_mind(TABLE, CAT)
    for _ in rehearse(mind, a_life(), 30.0):
        pass
    return mind.remember()


def test_a_snapshot_is_the_same_after_a_way_through_json() -> None:
    known = lived()
    assert set(known.people) == {"anna"}
    assert Remembered.from_data(json.loads(json.dumps(known.as_data()))) == known


def test_a_pet_wakes_up_as_it_fell_asleep() -> None:
    known = lived()
    mind = a_mind(TABLE, CAT, remembered=known)
    pet = mind.feel((), (), 0.02, 0.02)[1]
    assert pet.mood.pleasure == pytest.approx(known.mood["pleasure"])
    assert pet.drives["company"] == pytest.approx(known.drives["company"])
    assert mind.feelings.bonds.trust("anna") == pytest.approx(known.people["anna"]["trust"])
    assert mind.remember() == replace(known, day=mind.remember().day)


def test_two_pets_with_the_same_memory_live_the_same_life() -> None:
    known = lived()
    lives = [
        [m.pet for m in rehearse(a_mind(TABLE, CAT, remembered=known), a_life(), 25.0)]
        for _ in range(2)
    ]
    assert lives[0] == lives[1]


def test_the_file_keeps_what_was_remembered(tmp_path: Path) -> None:
    known = lived()
    memory = Memory(tmp_path / "memory.db")
    assert memory.load() is None
    memory.keep(known, [Episode(day=0.0, hour=10.5, person="anna", what="arrived")])
    memory.close()
    again = Memory(tmp_path / "memory.db")
    loaded = again.load()
    assert loaded is not None
    assert loaded.people["anna"]["trust"] == pytest.approx(known.people["anna"]["trust"], abs=2e-4)
    assert loaded.arrivals["anna"] == pytest.approx(known.arrivals["anna"], abs=0.005)
    assert loaded.quiet == pytest.approx(known.quiet, abs=0.005)
    assert loaded.zones["anna"] == pytest.approx(dict(known.zones["anna"]), abs=2e-4)
    assert [e.what for e in again.episodes()] == ["arrived"]


WRITER = """
import sys
from pathlib import Path
from moggy.brain.memory import Episode, Memory, Remembered
memory = Memory(Path(sys.argv[1]), Path(sys.argv[2]))
n = 0
while True:
    n += 1
    people = {f"p{i}": {"trust": (n % 100) / 100.0, "familiarity": 0.5} for i in range(20)}
    came = Episode(day=float(n), hour=1.0, person="p1", what=f"e{n}")
    memory.keep(Remembered(day=float(n), people=people), [came])
    print(n, flush=True)
"""


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_process_that_is_killed_loses_nothing_that_it_had_written(
    tmp_path: Path, encrypted: bool
) -> None:
    """Five times: kill −9 in the midst of writing; the file is whole and holds at least the last
    write that was reported."""
    path, key = tmp_path / "data" / "memory.db", tmp_path / "memory.key"
    if encrypted:
        encrypt(path, key)
    for writes in (1, 3, 10, 30, 60):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(key)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        reported = 0
        for line in process.stdout:
            reported = int(line)
            if reported >= writes:
                break
        os.kill(process.pid, signal.SIGKILL)
        reported = max([reported, *(int(line) for line in process.stdout if line.endswith("\n"))])
        process.wait()
        process.stdout.close()
        assert encrypted == all(b"trust" not in file.read_bytes() for file in path.parent.iterdir())
        memory = Memory(path, key)
        db, _ = connect(path, key)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
        loaded = memory.load()
        assert loaded is not None
        assert loaded.day >= reported
        trusts = {facts["trust"] for facts in loaded.people.values()}
        assert trusts == {loaded.day % 100 / 100.0}, "half a transaction"
        memory.close()


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
def test_it_is_bounded_in_size(tmp_path: Path, encrypted: bool) -> None:
    path, key = tmp_path / "data" / "memory.db", tmp_path / "memory.key"
    if encrypted:
        encrypt(path, key)
    memory = Memory(path, key)
    for block in range(30):
        memory.keep(
            Remembered(day=float(block)),
            [
                Episode(day=1.0 * block, hour=1.0, person="", what=f"e{block} {i}")
                for i in range(100)
            ],
        )
    assert len(memory.episodes(10 * EPISODES)) == EPISODES
    for n in range(1000):
        memory.keep(
            Remembered(day=30.0, people={f"p{i}": {"trust": n / 1000.0} for i in range(128)})
        )
    assert path.with_name("memory.db-journal").stat().st_size == 0
    memory.close()
    assert sum(f.stat().st_size for f in path.parent.iterdir()) < 1_000_000


def test_the_mind_is_bounded_in_people() -> None:
    mind = a_mind(TABLE, CAT)
    for i in range(300):
        at = 1.0 + i
        senses: list[AnySense] = [
            Face(at=at, id=3 * i + 1, person=f"p{i}", valence=0.3, confidence=0.8),
            Person(at=at, id=3 * i + 2, person=f"p{i}", change="arrives"),
            Words(at=at, id=3 * i + 3, person=f"p{i}", intent="praise", confidence=0.8),
        ]
        events, evidence = mind.perceive(senses, at)
        mind.feel(events, evidence, at, 1.0)
    known = mind.remember()
    assert len(known.people) <= 128
    assert len(known.arrivals) <= 64


def test_a_person_can_be_erased_and_leaves_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    memory = Memory(path)
    came = Episode(day=0.0, hour=10.5, person="anna", what="arrived")
    memory.keep(lived(), [came, Episode(day=0.0, hour=11.0, person="bob", what="left")])
    assert memory.forget("anna") > 5
    loaded = memory.load()
    assert loaded is not None
    assert "anna" not in loaded.people
    assert [e.person for e in memory.episodes()] == ["bob"]
    memory.close()
    assert all(b"anna" not in f.read_bytes() for f in tmp_path.iterdir())
    again = Memory(path)
    again.forget("all")
    assert again.load() is None
    assert again.episodes() == []


def test_a_pet_that_runs_does_not_write_again_who_was_erased(tmp_path: Path) -> None:
    known = lived()
    running = Memory(tmp_path / "memory.db")
    running.begin()
    running.keep(known)
    owner = Memory(tmp_path / "memory.db")
    owner.forget("anna")
    running.keep(replace(known, day=7.0), [Episode(day=7.0, hour=1.0, person="anna", what="hit")])
    reread = Memory(tmp_path / "memory.db").load()
    assert reread is not None
    assert reread.day == 7.0
    assert not {"anna"} & {*reread.people, *reread.zones, *reread.arrivals}
    assert owner.episodes() == []


def test_the_owner_can_read_and_take_it_along(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.db")
    assert sentences(memory) == ["It remembers nothing yet."]
    memory.keep(
        lived(), [Episode(day=0.4, hour=10.5, person="anna", what="arrived", behavior="greet")]
    )
    said = "\n".join(sentences(memory))
    assert "anna: trust 0." in said
    assert "10:30: arrived (anna)" in said
    exported = json.loads(as_json(memory))
    assert Remembered.from_data(exported["remembered"]) == memory.load()
    assert exported["episodes"][0]["behavior"] == "greet"


def test_what_is_no_memory_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    path.write_bytes(b"this is a letter and not a database, however one looks at it" * 20)
    with pytest.raises(Broken, match=r"memory\.db is not a memory"):
        Memory(path)


def a_tick(at: float, *events: Event) -> Tick:
    loafs = Decision(at=at, behavior="loaf")
    return Tick(
        at=at,
        n=round(at * 50),
        events=events,
        person=PersonEstimate(),
        pet=Affect(),
        decision=loafs,
        commanded=Command(at=at),
    )


def test_a_full_disk_is_said_once_and_what_was_not_written_is_written_when_there_is_room(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path / "memory.db")
    known = lived()
    diary = Diary(memory, lambda: known, hour=10.0)
    pages = memory._db.execute("PRAGMA page_count").fetchone()[0]
    memory._db.execute(
        f"PRAGMA max_page_count={pages}"
    )  # the nearest to a full disk that a test may make
    said: list[AnySense] = []
    for second in range(1, 8):
        happened = (
            [Event(at=float(second), name="hit", person=f"somebody {second} " + "x" * 3000)]
            if second < 4
            else []
        )
        diary(a_tick(float(second), *happened))
        said += diary.poll(second + 0.02)
        if second == 5:
            memory._db.execute("PRAGMA max_page_count=100000")
    full, well = (sense.message for sense in said if isinstance(sense, Trouble))
    assert (
        "memory.db cannot be written (database or disk is full); "
        "the pet keeps it in its head and tries again"
    ) in full
    assert well == ""
    assert {e.person[:10] for e in memory.episodes()} == {"somebody 1", "somebody 2", "somebody 3"}
    assert memory.load() is not None
    diary.close()
    memory.close()


def test_the_loop_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """While an entry is being written nothing is handed over, and at the end nothing is missing."""
    memory = Memory(tmp_path / "memory.db")
    known = lived()
    disk = threading.Event()
    beside = ThreadPoolExecutor(1)
    beside.submit(disk.wait)
    diary = Diary(memory, lambda: known, hour=10.0, beside=beside)
    for second in range(1, 5):
        diary(a_tick(float(second), Event(at=float(second), name="praised", person="anna")))
        assert diary.poll(second + 0.02) == []
    assert memory.episodes() == []
    disk.set()
    beside.shutdown()
    diary.close()
    assert sum(episode.times for episode in memory.episodes()) == 4
    memory.close()


def test_who_was_erased_stays_erased_though_the_next_entry_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads the file just then, such as a program that makes backups."""
    monkeypatch.setattr("moggy.brain.memory.encryption.PATIENCE", 0.1)
    path = tmp_path / "memory.db"
    with closing(Memory(path)) as memory, closing(Memory(path)) as owner:
        memory.keep(Remembered(day=1.0, people={"anna": {"trust": 0.5}, "ben": {"trust": 0.4}}))
        owner.forget("anna")
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM facts").fetchall()
        later = Remembered(day=1.1, people={"anna": {"trust": 0.6}, "ben": {"trust": 0.5}})
        with pytest.raises(Broken, match="locked"):
            memory.keep(later)
        reader.close()
        assert memory.keep(later) == ("anna",)
    with closing(Memory(path)) as owner:
        known = owner.load()
    assert known is not None
    assert known.people == {"ben": {"trust": 0.5}}


def test_the_diary_writes_once_a_second_and_tells_a_long_stroke_once(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.db")
    mind = a_mind(TABLE, CAT)
    diary = Diary(memory, mind.remember, hour=10.0)
    for n, moment in enumerate(rehearse(mind, a_life(), 30.0)):
        assert diary.poll(moment.at) == []
        diary(
            Tick(
                at=moment.at,
                n=n,
                events=moment.events,
                person=moment.person,
                pet=moment.pet,
                decision=Decision(at=moment.at, behavior="loaf"),
                commanded=Command(at=moment.at),
            )
        )
    told = [(e.what, e.times) for e in reversed(memory.episodes())]
    assert told == [
        ("arrived", 1),
        ("greeted", 1),
        ("praised", 1),
        ("stroked", 1),
        ("hit", 1),
        ("conflict", 1),
        ("sent_off", 1),
    ]
    loaded = memory.load()
    assert loaded is not None
    assert loaded.people["anna"]["familiarity"] > 0.0
