"""Kills a living pet and its processes with `kill -9` at random, and counts what stays whole.

    python -m bench kills                 a hundred times: about ten minutes
    python -m bench kills --times 10 --seed 3
    python -m bench kills --encrypted     its memory is encrypted

The pet is the cat of `moggy sim`, with memory and journal, and with somebody at its page who
praises it twice a second: the brain, vision, embedding, language model and the simulated board's
interpreter, as far as they are installed. Half of the kills of a reader of words wait until it has
just answered. After the brain was killed its processes must end within 2 s, memory and journal must
be whole, and lack at most the last second; then the next pet wakes with that memory. After another
was killed the brain must say so within 2 s, and live on.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson
from rich.progress import track
from websockets.sync.client import connect
from websockets.typing import Origin

from moggy.assemble import simulator
from moggy.brain.memory import EPISODES, Broken, Memory, encrypt, is_encrypted
from moggy.home import memory_file
from moggy.journal import NotAJournal, read_ticks
from moggy.messages import Thought, Tick, Trouble

ORPHANED_S = 2.0
"""Bar: seconds after the brain's end in which its processes must end."""
SAID_S = 2.0
"""Bar: seconds in which the end of another process must be said."""
LOST_S = 1.0
"""Bar: seconds of the pet's life that memory and journal may lack."""
PRAISE_S = 0.5
"""Seconds from one praise to the next."""
PATIENCE_S = 120.0
"""Seconds for a pet to wake on a machine that is very busy."""
ROLES = {
    "moggy vision": "vision",
    "moggy embedding": "embedding",
    "moggy language": "language model",
}
"""Name of a process (moggy/worker.py) → which it is. Its troubles, and those of the board, are said
under the same name."""
ANSWERS = {"embedding": "embedding", "smollm2": "language model"}
"""Source of a thought → which process has answered."""
AT_WORK = 0.5
"""Share of the kills of a reader of words that wait for its answer; our choice."""
JUST_NOW_S = 0.5
"""Seconds since its last answer within which a reader of words counts as at work."""
ANSWER_S = 60.0
"""Seconds in which that must come; else it is killed without."""


class Process(NamedTuple):
    """A process, as /proc shows it."""

    pid: int
    parent: int
    began: str
    """Its start, in ticks of the system's clock: with the number it names one process for ever."""
    role: str
    """vision, embedding, language model, board; empty for others."""


def processes() -> dict[int, Process]:
    """Every process that has not ended, by number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            name, _, rest = (folder / "stat").read_text(errors="replace").rpartition(")")
            words = rest.split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
            role = ROLES.get(name.partition("(")[2].strip(), "")
            if b"-m micropython " in command:
                role = "board"
            if words[0] not in "ZX":
                pid = int(folder.name)
                found[pid] = Process(pid, int(words[1]), words[19], role)
    return found


def kin(pid: int) -> list[Process]:
    """The processes that a process has started, and those that these have."""
    every = processes()
    found: list[Process] = []
    parents = {pid}
    while parents:
        children = [one for one in every.values() if one.parent in parents]
        found += children
        parents = {one.pid for one in children}
    return found


def praise(address: str) -> None:
    """A thread: somebody at the page."""
    place = urlsplit(address).netloc
    text = orjson.dumps({"type": "say", "text": "good cat"}).decode()
    with connect(f"ws://{place}/live", origin=Origin(f"http://{place}")) as line:
        while True:
            line.send(text)
            until = time.monotonic() + PRAISE_S
            while time.monotonic() < until:
                with suppress(TimeoutError):
                    line.recv(timeout=PRAISE_S / 5)


def live(journal: Path) -> None:
    """The pet: it writes the time of each tick to its output, when it was praised, who has read
    words for it, and what it says of troubles."""

    def tell(tick: Tick, sent: Mapping[str, float]) -> None:
        lines = [f"{tick.at}"]
        lines += [f"+ {event.at}" for event in tick.events if event.name == "praised"]
        lines += [
            f"! {sense.part}: {sense.message}"
            for sense in tick.senses
            if isinstance(sense, Trouble)
        ]
        lines += [f"* {sense.source}" for sense in tick.senses if isinstance(sense, Thought)]
        os.write(1, "".join([f"{line}\n" for line in lines]).encode())

    life = simulator(
        personality="cat", seed=1, hour=10.0, board="auto", studio_port=0, remember=True,
        record=journal, listeners=[tell],
    )  # fmt: skip
    threading.Thread(target=praise, args=(life.address,), daemon=True).start()
    life.loop.run()


class Pet:
    """A pet in a process of its own, with what it told."""

    def __init__(self, home: Path, key: Path, number: int) -> None:
        """Its life of this number, with what lies in `home`; its memory is encrypted where `key` is
        there."""
        self.home, self.key = home, key
        self.journal = home / f"life-{number}.mcap"
        self.at = 0.0
        """s on its clock at its last tick."""
        self.ticked = time.monotonic()
        """When that was here."""
        self.praised: list[float] = []
        """When it was praised, s on its clock."""
        self.answered: dict[str, float] = {}
        """Which process → when its last answer was here."""
        self.troubles: list[tuple[float, str]] = []
        """(when it was said here, "part: message")."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.kills", "--live", str(self.journal)],
            env={**os.environ, "MOGGY_HOME": str(home), "MOGGY_MEMORY_KEY": str(key)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def wake(self) -> None:
        """Wait until it was praised and had time to write that down. Raises TimeoutError."""
        give_up = time.monotonic() + PATIENCE_S
        while not self.praised or self.at < self.praised[0] + 2.0 * LOST_S:
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise TimeoutError("the pet does not wake")
            time.sleep(0.05)

    def end(self) -> None:
        """Kill it, and hear its last words."""
        self.process.kill()
        self.process.wait()
        self._listening.join()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as told:
            for line in told:
                self.ticked = time.monotonic()
                if line.startswith(b"! "):
                    self.troubles.append((self.ticked, line[2:].decode().rstrip("\n")))
                elif line.startswith(b"* "):
                    role = ANSWERS.get(line[2:].decode().rstrip("\n"), "")
                    self.answered[role] = self.ticked
                elif line.startswith(b"+ "):
                    self.praised.append(float(line[2:]))
                else:
                    with suppress(ValueError):  # cut off by its end
                        self.at = float(line)


class Tally:
    """What was found so far."""

    def __init__(self) -> None:
        self.killed: Counter[str] = Counter()
        self.at_work: Counter[str] = Counter()
        self.encrypted = 0
        """Of the memories that stayed whole, those that were encrypted."""
        self.memories = self.journals = self.adopted = self.said = self.lived = 0
        self.orphans: list[str] = []
        self.longest_orphan = self.memory_lost = self.journal_lost = self.longest_said = 0.0
        self.wrong: list[str] = []
        """What was not as it must be, in words."""


def kill_brain(pet: Pet, praised_before: int, tally: Tally) -> int:
    """Kill the brain and look at what is left; returns how often it was praised in all its lives,
    as its memory has it."""
    family = kin(pet.process.pid)
    pet.end()
    ended = time.monotonic()
    left = family
    while left and time.monotonic() - ended < 3.0 * ORPHANED_S:
        here = processes()
        left = [one for one in left if one.pid in here and here[one.pid].began == one.began]
        if left:
            time.sleep(0.01)
    took = time.monotonic() - ended
    tally.longest_orphan = max(tally.longest_orphan, took)
    if took > ORPHANED_S:
        tally.orphans += [one.role or f"process {one.pid}" for one in family]
        tally.wrong.append(f"its processes ended only after {took:.1f} s: {left}")
    praised = praised_before
    try:
        path = pet.home / memory_file().name
        memory = Memory(path, pet.key)
        try:
            encrypted = is_encrypted(path)
            if encrypted != pet.key.exists():
                raise Broken("it is encrypted without a key, or plain with one")
            memory.check()
            if memory.damaged or memory.load() is None:
                raise Broken("; ".join(memory.damaged) or "it is empty")
            told = [one for one in memory.episodes(EPISODES) if one.what == "praised"]
        finally:
            memory.close()
        praised = sum([one.times for one in told])
        missing = pet.praised[praised - praised_before :]
        tally.memory_lost = max(tally.memory_lost, pet.at - min(missing, default=pet.at))
        tally.memories += 1
        tally.encrypted += encrypted
    except (Broken, OSError) as error:
        tally.wrong.append(f"memory: {error}")
    try:
        last = -1.0
        for number, entry in enumerate(read_ticks(pet.journal)):
            last = entry.at
            if entry.data["n"] != number:
                raise NotAJournal(f"tick {number} is missing")
        tally.journal_lost = max(tally.journal_lost, pet.at - last)
        tally.journals += 1
    except (NotAJournal, OSError) as error:
        tally.wrong.append(f"journal: {error}")
    return praised


def choose(pet: Pet, random: Random) -> Process | None:
    """The process to kill next: the brain (None) or one of its own. Of the readers of words some
    are waited for until they have answered."""
    others = [one for one in kin(pet.process.pid) if one.role]
    victim = random.choice([None, *others])
    if victim is not None and victim.role in ANSWERS.values() and random.random() < AT_WORK:
        seen = time.monotonic()
        while pet.answered.get(victim.role, 0.0) < seen and time.monotonic() < seen + ANSWER_S:
            here = processes().get(victim.pid)
            if here is None or here.began != victim.began:
                return choose(pet, random)
            time.sleep(0.01)
    return victim


def kill_other(pet: Pet, victim: Process, tally: Tally) -> None:
    """Kill one of the brain's processes, and wait until the brain has said so."""
    known = len(pet.troubles)
    # What is said already, since it has not come back from an earlier kill, is not said again.
    of_it = [said for _, said in pet.troubles if said.startswith(f"{victim.role}: ")]
    stands = bool(of_it) and not of_it[-1].endswith(": ")
    os.kill(victim.pid, signal.SIGKILL)
    killed = time.monotonic()
    if killed - pet.answered.get(victim.role, 0.0) < JUST_NOW_S:
        tally.at_work[victim.role] += 1

    def moment() -> float | None:
        if stands:
            return killed
        for at, said in pet.troubles[known:]:
            part, _, message = said.partition(": ")
            if message and part == victim.role:
                return at
        return None

    while moment() is None and time.monotonic() - killed < 3.0 * SAID_S:
        time.sleep(0.01)
    took = (moment() or time.monotonic()) - killed
    tally.longest_said = max(tally.longest_said, took)
    if took <= SAID_S:
        tally.said += 1
    else:
        tally.wrong.append(f"{victim.role}: not said within {SAID_S:g} s")
    if pet.process.poll() is None and time.monotonic() - pet.ticked < 1.0:
        tally.lived += 1
    else:
        tally.wrong.append(f"{victim.role}: it took the brain with it")


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill so many times and print what stayed whole; the exit code is 1 where something did
    not."""
    parser = argparse.ArgumentParser(
        prog="python -m bench kills",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--between", type=float, default=8.0, help="longest pause between two kills, s"
    )
    parser.add_argument("--encrypted", action="store_true", help="encrypt its memory")
    parser.add_argument("--live", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.live is not None:
        live(options.live)
        return 0
    random, tally = Random(options.seed), Tally()
    with tempfile.TemporaryDirectory() as name:
        home, key = Path(name) / "home", Path(name) / "key"
        home.mkdir()
        if options.encrypted:
            encrypt(home / memory_file().name, key)  # the key is made, for the memory to come
        praised = pets = 0
        pet: Pet | None = None
        try:
            for number in track(range(options.times), description="killing", transient=True):
                if pet is None or pet.process.poll() is not None:
                    pets += 1
                    pet = Pet(home, key, pets)
                    pet.wake()
                time.sleep(random.uniform(0.0, options.between))
                victim = choose(pet, random) if number else None
                tally.killed[victim.role if victim else "brain"] += 1
                if victim is None:
                    praised = kill_brain(pet, praised, tally)
                else:
                    kill_other(pet, victim, tally)
        finally:
            if pet is not None:
                pet.end()
    return report(tally)


def report(tally: Tally) -> int:
    """Print the figures; returns the exit code."""
    brains, others = tally.killed["brain"], tally.killed.total() - tally.killed["brain"]
    work = {role: f" ({n} at work)" for role, n in tally.at_work.items()}
    killed = [f"{role} {n}{work.get(role, '')}" for role, n in tally.killed.items()]
    print("killed: " + ", ".join(killed))
    print(f"memory intact {tally.memories} of {brains} ({tally.encrypted} encrypted), at most "
          f"{tally.memory_lost:.2f} s lost")  # fmt: skip
    print(f"journal readable {tally.journals} of {brains}, at most {tally.journal_lost:.2f} s lost")
    print(f"orphans after {ORPHANED_S:g} s: {len(tally.orphans)}; the last ended after "
          f"{tally.longest_orphan:.2f} s")  # fmt: skip
    print(f"the brain lived on {tally.lived} of {others} times, said it {tally.said} of {others} "
          f"times, after {tally.longest_said:.2f} s at most")  # fmt: skip
    for line in tally.wrong:
        print(f"  {line}")
    late = max(tally.memory_lost, tally.journal_lost) > LOST_S
    return 1 if tally.wrong or late else 0


if __name__ == "__main__":
    sys.exit(main())
