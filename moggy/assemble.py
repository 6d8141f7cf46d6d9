"""Puts the parts together, and is the only place that chooses real, simulated or replayed.

`begin` reads the files of a pet and `born` makes the pet. It lives in one of four ways:
`in_virtual_time`, in the `simulator`, as a `robot`, or `lived_again` from a journal.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moggy.actuators.actor import Actor
from moggy.actuators.serial_body import SerialBody
from moggy.behaviors.decider import Decider
from moggy.behaviors.motions import clips
from moggy.behaviors.retarget import on_body
from moggy.board_control import BoardControl
from moggy.body import Body
from moggy.brain.appraisals import Appraisals, whole_key
from moggy.brain.memory import Broken, Diary, LateDiary, Memory, Remembered, awake
from moggy.brain.mind import Mind
from moggy.clock import BentClock, SimulatedClock, WallClock, hour_of_day
from moggy.config import Files, Invalid, compose, with_change
from moggy.designs import EditedDesigns, designs, texts_for
from moggy.home import home, memory_file, memory_key
from moggy.link import MemoryLink, SerialLink
from moggy.loop import Ask, Listener, Loop, Sensor
from moggy.mcap_file import Told
from moggy.messages import AnySense, Edited
from moggy.pet import LivingPet, Start
from moggy.record import Recorder
from moggy.recording import Recording
from moggy.replay import Relived, relive
from moggy.sensor_package import GuardedDevice, guarded_readers, load_package
from moggy.sensors import ALWAYS
from moggy.sim.bent_time import BentTime
from moggy.sim.board.interpreter import note as no_interpreter
from moggy.sim.board.lock_step import LockStepBoard
from moggy.sim.board.micropython import SteppedMicroPython
from moggy.sim.board.relay import Relay
from moggy.sim.faults import Fault
from moggy.sim.script import Script
from moggy.sim.simulated_body import SimulatedBody, SimulatedSenses, Source
from moggy.sim.studio.guard import THIS_MACHINE
from moggy.sim.world import World
from moggy.version import __version__
from moggy.vocabulary import nearest
from moggy.worker import ProcessWorker, SimulatedWorker, Task, Worker

if TYPE_CHECKING:
    from moggy.real_time import RealTimeParts

FOLDERS = {
    "body": "body",
    "personality": "personalities",
    "tree": "trees",
    "appraisals": "appraisals",
}
"""Kind of file that a life begins with → the folder in which it is looked for."""

BOARDS = ("auto", "lockstep", "micropython")
"""Where the firmware of a simulated board may run."""


# ── A pet ─────────────────────────────────────────────────────────────────────────────────────────


def begin(
    files: Files,
    *,
    seed: int,
    hour: float,
    body: str = "cat",
    personality: str = "cat",
    tree: str = "cat",
    appraisals: str = "cat",
    remembered: Remembered | None = None,
) -> Start:
    """Read everything that a life begins with. `hour` is the local time of day at second 0, 0..24;
    the names are those of YAML files. Raises Invalid for one that is missing or wrong, or that uses
    a name which no other knows."""
    named = {"body": body, "personality": personality, "tree": tree, "appraisals": appraisals}
    chosen = {kind: f"{FOLDERS[kind]}/{name}.yaml" for kind, name in named.items()}
    start = Start(
        version=__version__,
        seed=seed,
        hour=hour,
        files=texts_for(files, *chosen.values()),
        remembered=None if remembered is None else remembered.as_data(),
        **chosen,
    )
    designs(start)
    return start


def with_file(start: Start, kind: str, name: str, files: Files) -> Start:
    """Return the start with another file, such as kind "personality" and name "shy". Raises
    Invalid where there is none."""
    file = f"{FOLDERS[kind]}/{name.removesuffix('.yaml')}.yaml"
    chosen: dict[str, Any] = {kind: file}
    return replace(start, files={**start.files, **files.texts(file)}, **chosen)


def with_value(start: Start, key: str, value: Any) -> Start:
    """Return the start with one value changed, such as `personality.temperament.neuroticism`,
    `tree.explore.base` or, short for an event's, `appraisals.stroke.pleasure`. Raises ValueError
    where there is no such place."""
    kind, _, inside = key.partition(".")
    if kind not in FOLDERS or not all(inside.split(".")):
        raise ValueError(
            f"{key}: should read KIND.KEY with KIND one of {', '.join(FOLDERS)}"
            f"{nearest(kind, FOLDERS) if kind not in FOLDERS else ''}"
        )
    file = getattr(start, kind)
    try:
        if kind == "appraisals":
            inside = whole_key(inside, compose(file, start.files, Appraisals).events)
        texts = with_change(file, start.files, inside, value)
    except (KeyError, ValueError) as error:
        raise ValueError(f"{key}: {file} has no such place ({error.args[0]})") from error
    except (IndexError, TypeError, AttributeError) as error:
        raise ValueError(f"{key}: {file} has no such place (a single value holds none)") from error
    return replace(start, files=texts)


def mistake_of_value(start: Start, error: Invalid) -> str:
    """What is wrong with a start after `with_value`; the place is named as `with_value` takes it,
    not as it stands in the file."""
    kind = next((kind for kind in FOLDERS if getattr(start, kind) == error.file), None)
    if kind is None or not error.key:
        return error.message
    return error.message.replace(error.key, f"{kind}.{error.key.removeprefix('change.')}", 1)


def body_of(start: Start) -> Body:
    """The body that a life begins in."""
    return compose(start.body, start.files, Body)


def devices_of(start: Start) -> list[GuardedDevice]:
    """What measures, made now, of the sensors that the body of a life names."""
    made = (sensor.device() for sensor in designs(start).sensors)
    return [device for device in made if device is not None]


def born(start: Start) -> LivingPet:
    """A pet made from nothing but its start: two pets of one start live the same life, given the
    same senses. Raises Invalid where a file is wrong."""
    edited = EditedDesigns(start)
    made = edited.now
    named = {sensor.name: sensor.package for sensor in made.sensors}
    packages = {name: load_package(name) for name in ALWAYS} | named
    number = count(1).__next__
    remembered = None if start.remembered is None else Remembered.from_data(start.remembered)
    mind = Mind(
        made.appraisals, made.personality, hour=start.hour, number=number, remembered=remembered
    )
    decider = Decider(made.tree, made.personality, random.Random(start.seed))
    actor = Actor(made.body, clips(on_body(made.motions, made.body)), made.personality)

    def adopt(edit: Edited, now: float) -> None:
        """Take an edited file. Raises Invalid, and changes nothing, where it is wrong or does not
        go with the others."""
        before = edited.now
        edited.take(edit.file, edit.text, edit.lives)
        made = edited.now
        if made.personality != before.personality:
            mind.adopt(personality=made.personality)
            decider.adopt(personality=made.personality, now=now)
            actor.adopt(personality=made.personality)
        if made.tree != before.tree:
            decider.adopt(tree=made.tree, now=now)
        if made.appraisals != before.appraisals:
            mind.adopt(appraisals=made.appraisals)
        if made.motions != before.motions:
            old, new = (on_body(each.motions, made.body) for each in (before, made))
            actor.adopt(motions=clips({n: each for n, each in new.items() if each != old.get(n)}))

    return LivingPet(
        hour=start.hour,
        readers=[
            reader
            for name, package in packages.items()
            for reader in guarded_readers(name, package, made.body)
        ],
        raw=tuple(message for package in packages.values() for message in package.raw),
        mind=mind,
        decider=decider,
        actor=actor,
        adopt=adopt,
        number=number,
    )


def slow_thinkers(*, simulated: bool) -> list[tuple[Ask, Worker]]:
    """The workers that read words again, slower and better than the loop can: the sentence
    embedding first, then the language model. `simulated` runs them at once and delivers after a
    modelled latency, in virtual time."""
    from moggy.brain.language import Asker, embedding_task, model_task

    def worker(make: Callable[[], Task], name: str, latency: float, deadline: float) -> Worker:
        return (
            SimulatedWorker(make, name=name, latency=latency)
            if simulated
            else ProcessWorker(make, name=name, deadline=deadline)
        )

    return [
        (Asker(), worker(embedding_task, "embedding", 0.1, 5.0)),
        (Asker(after="embedding"), worker(model_task, "language model", 0.8, 20.0)),
    ]


# ── Lives ─────────────────────────────────────────────────────────────────────────────────────────


def simulated_body(
    shape: Body,
    board: str = "auto",
    *,
    seed: int = 0,
    skipped: Callable[[], float] = lambda: 0.0,
) -> SimulatedBody:
    """A simulated body in a world of its own, with the firmware on a simulated board that lives
    tick by tick with the pet.

    `board` says where the firmware runs: "lockstep" under CPython, "micropython" in the board's own
    interpreter; "auto" is lockstep. Raises ValueError for any other. Faults of its wire follow
    `seed`. `skipped`: as for SimulatedBody.
    """
    if board not in BOARDS:
        raise ValueError(f"board: there is no {board!r:.80}{nearest(str(board), BOARDS)}")
    stepped = SteppedMicroPython(shape) if board == "micropython" else LockStepBoard(shape)
    line = Relay(stepped.line, seed)
    wired = SerialBody(MemoryLink(line), shape)
    return SimulatedBody(World(shape), stepped, wired, line, skipped)


def in_virtual_time(
    pet: LivingPet,
    senses: Iterable[AnySense] | Source,
    seconds: float,
    *,
    body: SimulatedBody,
    sensors: Sequence[Sensor] = (),
    listeners: Sequence[Listener] = (),
    think: bool = False,
) -> Loop:
    """A life in the simulator, as fast as the machine can: a loop to run.

    `senses` stand in the order of their time, or are a function that is asked at every tick for
    what happened up to then. `think` adds the embedding and the language model, with a modelled
    latency. The loop closes the body when it ends.
    """
    source = senses if callable(senses) else Script(senses).due
    loop = Loop(
        pet,
        SimulatedClock(seconds),
        sensors=[SimulatedSenses(source, body), *sensors],
        body=body,
        listeners=listeners,
        thinkers=slow_thinkers(simulated=True) if think else (),
    )
    loop.closing.callback(body.close)
    return loop


def lived_again(
    journal: Path,
    change: Callable[[Start], Start] = lambda start: start,
    told: Told | None = None,
) -> Iterator[Relived]:
    """Every tick of a recorded life beside the same tick lived again, by the same pet or a changed
    one. What is damaged is `told`. Raises NotAJournal, and Incomplete behind missing ticks."""
    return relive(journal, born, change, told)


@dataclass(frozen=True, slots=True)
class RealLife:
    """A life in real time, ready for `loop.run()`. Its studio is already being served."""

    loop: Loop
    start: Start
    address: str
    """Of the studio; empty where there is none."""
    note: str = ""
    """Why the simulated board runs no MicroPython; empty where it does."""
    recording: Recording | None = None
    """What records it; None where nothing does."""
    diary: Diary | LateDiary | None = None
    """What writes its memory; None where it keeps none."""


def simulator(
    *,
    personality: str,
    tree: str = "cat",
    seed: int,
    hour: float | None,
    board: str,
    studio_port: int,
    studio_host: str = THIS_MACHINE,
    remember: bool,
    body: str = "cat",
    record: Path | None,
    record_words: bool = False,
    microphone: str | None = None,
    faults: Sequence[Fault] = (),
    listeners: Sequence[Listener] = (),
) -> RealLife:
    """A simulated body in the studio, in a real time that the studio can bend; its board lives tick
    by tick with it. `hour` None is now; `remember` keeps a memory from day to day; `studio_host`
    is the address on which the studio listens, `microphone` what it hears through, as for a robot;
    `faults` of its body are in the order of their time. Raises OSError when the port is taken,
    ValueError where `studio_host` is no address, Invalid where a file is missing or wrong."""
    clock = BentClock()
    with ExitStack() as closing:
        parts = _in_real_time(
            closing, listeners, record, record_words, remember=remember,
            seed=seed, hour=hour, clock=clock, body=body, personality=personality, tree=tree,
        )  # fmt: skip
        inbox = parts.inbox(hears=microphone is None)
        if microphone is not None:
            parts.listen(microphone)
        firmware = "micropython" if board == "auto" else board
        made = simulated_body(parts.shape, firmware, seed=seed, skipped=lambda: clock.skipped)
        closing.callback(made.close)
        script = Script(faults)
        due = SimulatedSenses(lambda now: [*script.due(now), *inbox.poll(now)], made)
        parts.sensors.insert(0, due)
        address = parts.serve(inbox, studio_host, studio_port, made)
        note = "" if board == "lockstep" else no_interpreter()
        return RealLife(parts.loop(made), parts.start, address, note, parts.recording, parts.diary)


def robot(
    port: str,
    *,
    body: str,
    personality: str,
    tree: str = "cat",
    seed: int | None,
    camera: int | None,
    microphone: str | None,
    studio_port: int | None,
    studio_host: str = THIS_MACHINE,
    record: Path | None,
    record_words: bool = False,
    listeners: Sequence[Listener] = (),
) -> RealLife:
    """The pet in a real body on a serial port; a port that is absent is looked for while it lives.
    `seed` None is a new one each time. `camera` is the number of a camera; None: it sees what the
    studio's page shows it. `microphone` is the number of one or a part of its name, "default" the
    system's own choice; None: it does not hear. Raises as `simulator` does."""
    with ExitStack() as closing:
        parts = _in_real_time(
            closing, listeners, record, record_words, remember=True,
            seed=random.SystemRandom().randrange(2**31) if seed is None else seed,
            hour=None, body=body, personality=personality, tree=tree,
        )  # fmt: skip
        eye = None if camera is None else f"camera:{camera}"
        inbox = parts.inbox(eye, hears=microphone is None and studio_port is not None)
        if microphone is not None:
            parts.listen(microphone)
        for device in devices_of(parts.start):
            closing.callback(device.close)
            parts.sensors.append(device)
        address = ""
        if studio_port is not None:
            parts.sensors.append(inbox)
            address = parts.serve(inbox, studio_host, studio_port)
        parts.speak()
        # Opened last, so that it lies down before anything else is closed.
        link = SerialLink(port)
        wired = SerialBody(link, parts.shape)
        closing.callback(wired.close)
        parts.sensors.insert(0, wired)
        control = BoardControl(lambda: {"port": link.port, "studio": address, **wired.condition()})
        closing.callback(control.close)
        parts.sensors.append(control)
        return RealLife(parts.loop(wired), parts.start, address, "", parts.recording, parts.diary)


def _in_real_time(
    closing: ExitStack,
    listeners: Sequence[Listener],
    record: Path | None,
    record_words: bool,
    *,
    remember: bool,
    seed: int,
    hour: float | None,
    clock: BentClock | None = None,
    **names: str,
) -> RealTimeParts:
    """What a simulated and a real life share: a pet of the owner's files, with its memory where it
    is to remember, and a journal where `record` names one. `hour` None is now, and it follows the
    machine's clock from then on, unless `clock` is bent."""
    from moggy.real_time import RealTimeParts

    files = Files(home())
    memory, said = awake_memory() if remember else (None, "")
    if memory is not None:
        closing.callback(memory.close)
    remembered = None if memory is None else memory.load()
    began = hour_of_day() if hour is None else hour
    start = begin(files, seed=seed, hour=began, remembered=remembered, **names)
    parts = RealTimeParts(
        files=files,
        start=start,
        pet=born(start),
        shape=body_of(start),
        closing=closing,
        thinkers=slow_thinkers(simulated=False),
        bent=None if clock is None else BentTime(clock, began, body_of(start)),
        listeners=list(listeners),
    )
    for _, worker in parts.thinkers:
        closing.callback(worker.close)
    if hour is None:
        parts.sensors.append(WallClock(start.hour, bent=lambda: clock is not None and clock.bent))
    parts.watch()
    if remember:
        parts.keep(memory, said)
    if record is not None:
        parts.record(record, words=record_words)
    return parts


def awake_memory() -> tuple[Memory | None, str]:
    """The owner's memory file, opened for this pet alone, and what was set aside, or ""; or None
    and the reason why the pet has to live without it, which leaves the file as it is."""
    try:
        return awake(memory_file(), memory_key())
    except (Broken, OSError) as error:
        return None, str(error)


def recorder(out: Path, start: Start, *, words: bool = False) -> Recorder:
    """A listener that writes journal.mcap, ticks.jsonl and sound.wav into a folder; what people say
    only with `words`. Raises OSError where that is impossible."""
    from moggy.actuators.speaker import SoundTrack
    from moggy.actuators.synth import voice_of

    return Recorder(out, start, lambda path: SoundTrack(path, voice_of(start)), words=words)
