"""The living pet in real time: in the simulator with its studio, or on a real body."""

from __future__ import annotations

import random
import signal
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from moggy.actuators.serial_body import SerialBody
from moggy.actuators.speaker import SoundStream, Speaker
from moggy.actuators.synth import Synth
from moggy.assemble import SCHEMAS, begin, born, home, slow_thinkers
from moggy.body import Body
from moggy.brain.memory import Diary, Memory, Without
from moggy.clock import RealClock, hour_of_day
from moggy.commands.headless import SimulatedSenses, boards
from moggy.commands.memory import awake
from moggy.config import Files, Invalid, parse
from moggy.journal import Journal
from moggy.link import SerialLink
from moggy.loop import BodyOut, Listener, Loop, Sensor
from moggy.messages import AnySense, Tick, Trouble
from moggy.personality import Personality
from moggy.pet import Start
from moggy.sensors.vision import VisionSensor, vision_task
from moggy.setup.runtime import runtime_status
from moggy.sim.board.micropython import MicroPythonBoard
from moggy.sim.simulated_body import SimulatedBody
from moggy.sim.studio.inbox import PageInbox
from moggy.sim.studio.server import Studio
from moggy.sim.world import World
from moggy.watch import Watcher, check_aside
from moggy.worker import ProcessWorker

EYE_DEADLINE = 5.0
"""Seconds for one picture, on a machine that is busy building."""


def simulate(
    *,
    port: int,
    open_browser: bool,
    record: Path | None,
    board: str,
    remember: bool,
    hour: float | None,
    personality: str,
    seed: int,
) -> None:
    """The cat in the studio."""
    files = Files(home())
    memory, trouble = awake() if remember else (None, "")
    start = begin(
        files,
        seed=seed,
        hour=hour_of_day() if hour is None else hour,
        personality=personality,
        remembered=None if memory is None else memory.load(),
    )
    body = parse(start.body, start.files[start.body], Body)
    world = World(body)
    simulated = in_real_time(board, body, world)
    eye = Eye()
    inbox = PageInbox(Shelf(files, start), eye.show)
    life = Life(start, files, [SimulatedSenses(inbox.poll, world, simulated), eye], simulated)
    if remember:
        life.remember(memory, trouble)
    studio = life.show(
        body, inbox, port, drawn=lambda: (simulated.angles(), simulated.pulses().pupils)
    )
    life.closing(simulated.close, eye.close)
    address = studio.start()
    typer.echo(f"The cat lives at {address} (Ctrl-C ends it)")
    if open_browser:
        webbrowser.open(address)
    life.live(record)


def run_robot(
    port: str,
    *,
    body: str,
    camera: int | None,
    microphone: bool,
    studio_port: int | None,
    record: Path | None,
    personality: str,
    seed: int | None,
) -> None:
    """The pet in a real body."""
    files = Files(home())
    seed = random.SystemRandom().randrange(2**31) if seed is None else seed
    memory, trouble = awake()
    remembered = None if memory is None else memory.load()
    start = begin(
        files,
        seed=seed,
        hour=hour_of_day(),
        body=body,
        personality=personality,
        remembered=remembered,
    )
    shape = parse(start.body, start.files[start.body], Body)
    out = SerialBody(SerialLink(port), shape)
    eye = Eye(None if camera is None else f"camera:{camera}")
    sensors: list[Sensor] = [out, eye]
    if microphone:
        from moggy.sensors.microphone import Microphone

        sensors.append(Microphone())
    life = Life(start, files, sensors, out)
    life.remember(memory, trouble)
    life.closing(out.close, eye.close)
    if studio_port is not None:
        inbox = PageInbox(Shelf(files, start), eye.show)
        sensors.append(inbox)
        typer.echo(f"The studio is at {life.show(shape, inbox, studio_port).start()}")
    speaker = Speaker(voice_of(start, shape))
    life.listeners.append(speaker)
    life.closing(speaker.close)
    typer.echo(
        f"{start.personality.removeprefix('personalities/').removesuffix('.yaml')} lives on {port} (Ctrl-C lets it lie down)"
    )
    life.live(record)


def in_real_time(kind: str, body: Body, world: World) -> SimulatedBody:
    """The body for the living simulator: on the board's own interpreter at the end of a serial
    port, unless lock step was asked for."""
    if kind == "lockstep":
        return boards(kind, body, world)
    board = MicroPythonBoard(body)
    if board.note:
        typer.secho(f"board: {board.note}", fg="yellow", err=True)
    return SimulatedBody(world, board, SerialBody(SerialLink(board.path), body))


class Life:
    """What a pet in real time has beside its body: slow thoughts, files that are watched, a
    journal, a terminal that says troubles."""

    def __init__(self, start: Start, files: Files, sensors: list[Sensor], body: BodyOut) -> None:
        self._start, self._body = start, body
        self._pet = born(start)
        self._sensors = sensors
        self._watcher = Watcher(
            files, [name for name in start.files if not name.startswith("body/")], SCHEMAS
        )
        self._closing: list[Callable[[], None]] = [self._watcher.close]
        self.listeners: list[Listener] = [say_troubles]

    def closing(self, *closers: Callable[[], None]) -> None:
        """What to close at the end, the last first."""
        self._closing += closers

    def show(
        self,
        body: Body,
        inbox: PageInbox,
        port: int,
        drawn: Callable[[], tuple[Mapping[str, float], float]] | None = None,
    ) -> Studio:
        """A studio that hears this life; `drawn` gives angles and pupils as the servos have them."""
        sound = SoundStream(voice_of(self._start, body))
        studio = Studio(
            body,
            inputs=inbox,
            port=port,
            sound=sound.take,
            building=building,
            name=self._start.personality,
        )
        self.listeners += [sound, studio]
        if drawn is not None:
            self.listeners.append(Drawing(studio, drawn))
        self._closing.append(studio.close)
        return studio

    def remember(self, memory: Memory | None, trouble: str) -> None:
        """Keep in a file what it learns of its people; without the file, say why."""
        if memory is None:
            self._sensors.append(Without(trouble))
            return
        beside = ThreadPoolExecutor(1, thread_name_prefix="diary")
        diary = Diary(memory, self._pet.mind.remember, hour=self._start.hour, beside=beside)
        self.listeners.append(diary)
        self._sensors.append(diary)
        self.closing(memory.close, diary.close, beside.shutdown)

    def live(self, record: Path | None) -> None:
        thinkers = slow_thinkers(simulated=False)
        for _, worker in thinkers:
            self._closing.append(worker.close)
        if record is not None:
            record.parent.mkdir(parents=True, exist_ok=True)
            journal = Journal(record, self._start)
            self.listeners.append(journal)
            self._closing.append(journal.close)
        sensors = [*self._sensors, self._watcher]
        loop = Loop(
            self._pet,
            RealClock(),
            sensors=sensors,
            body=self._body,
            listeners=self.listeners,
            thinkers=thinkers,
        )
        for closer in self._closing:
            loop.closing.callback(closer)
        signal.signal(signal.SIGINT, lambda *_: loop.stop())
        signal.signal(signal.SIGTERM, lambda *_: loop.stop())
        loop.run()
        typer.echo("It lies down. Goodbye.")


@dataclass(slots=True)
class Drawing:
    """Shows the studio the servos' pulses as angles: the cat that is seen went through the wire and
    the firmware."""

    studio: Studio
    drawn: Callable[[], tuple[Mapping[str, float], float]]

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        angles, pupils = self.drawn()
        self.studio.drawn(angles, tick.commanded.purr, pupils)


class Eye:
    """A sensor: pictures from the page, or a camera that the vision process opens itself. The
    newest picture wins; none is kept."""

    def __init__(self, source: str | None = None) -> None:
        self._vision = VisionSensor(
            ProcessWorker(vision_task, name="vision", deadline=EYE_DEADLINE)
        )
        self._newest: bytes | None = None
        if source is not None:
            self._vision.watch(source)

    def show(self, picture: bytes) -> None:
        """From any thread."""
        self._newest = picture

    def poll(self, now: float) -> Sequence[AnySense]:
        picture, self._newest = self._newest, None
        if picture is not None and not self._vision.show(picture, now) and self._newest is None:
            self._newest = picture
        return self._vision.poll(now)

    def close(self) -> None:
        self._vision.close()


class Shelf:
    """The designers' files for the studio: those that this pet is made from, and all others of
    their kinds."""

    def __init__(self, files: Files, start: Start) -> None:
        self._files, self._start = files, start

    def names(self) -> list[str]:
        return [name for name in self._files.all() if name.partition("/")[0] in SCHEMAS]

    def read(self, name: str) -> str:
        return self._files.read(name)

    def save(self, name: str, text: str) -> None:
        schema = SCHEMAS.get(name.partition("/")[0])
        if schema is None:
            raise Invalid(name, 1, f"the studio saves {', '.join(SCHEMAS)}")
        self._files.save(name, text, schema)
        check_aside(name, text, SCHEMAS)


def voice_of(start: Start, body: Body) -> Synth:
    character = parse(start.personality, start.files[start.personality], Personality)
    return Synth(body.speaker.rate, body.speaker, character.voice)


def building() -> Mapping[str, Any] | None:
    """What the studio says of the runtime's build; nothing once it is there."""
    status = runtime_status()
    if status.state == "ready":
        return None
    return {"text": status.message, "done": status.done / status.total if status.total else 0.0}


def say_troubles(tick: Tick, sent: Mapping[str, float]) -> None:
    """A listener: what is missing or broken, once, on the terminal."""
    for sense in tick.senses:
        if isinstance(sense, Trouble):
            typer.secho(
                f"{sense.part}: {sense.message or 'well again'}",
                fg="yellow" if sense.message else "green",
                err=True,
            )
    for refused in tick.refused:
        typer.secho(refused, fg="yellow", err=True)
