"""A life in real time while it is put together, part by part: memory, eye, studio, loudspeaker,
watched files and a journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from moggy.actuators.calls import seconds_of
from moggy.actuators.speaker import SoundStream, Speaker
from moggy.actuators.synth import Synth, voice_of
from moggy.body import Body
from moggy.brain.memory import Diary, LateDiary, Memory, awake
from moggy.clock import RealClock
from moggy.config import Files
from moggy.desk import Desk
from moggy.home import home, memory_file, memory_key, studio_token
from moggy.loop import Ask, BodyOut, Listener, Loop, Sensor
from moggy.messages import Tick
from moggy.pet import LivingPet, Start
from moggy.recording import Recording, records_of
from moggy.sensors.vision import Eye, vision_task
from moggy.sensors.voice import Ears, Microphone, PageMicrophone, hearing_task
from moggy.sensors.words import get_ready
from moggy.setup.runtime import runtime_status
from moggy.sim.bent_time import BentTime
from moggy.sim.simulated_body import SimulatedBody
from moggy.sim.studio.api import Building
from moggy.sim.studio.guard import is_local
from moggy.sim.studio.inbox import PageInbox
from moggy.sim.studio.server import Studio
from moggy.sim.studio.view import time_shown
from moggy.watch import Watcher
from moggy.worker import InOurTime, ProcessWorker, Worker

EYE_DEADLINE = 5.0
"""Seconds for one picture, on a machine that is busy building."""
EARS_DEADLINE = 15.0
"""Seconds for one utterance: it takes 0.3 s of a core here (`python -m bench ears`), several times
that on a small computer, and more on a busy one."""


@dataclass(slots=True, kw_only=True)
class RealTimeParts:
    """The sensors and listeners of a life, gathered one by one. `closing` closes what was opened,
    the last first, also where a later part fails. `bent`: the time of a simulated pet, which the
    studio can bend."""

    files: Files
    start: Start
    pet: LivingPet
    shape: Body
    closing: ExitStack
    thinkers: Sequence[tuple[Ask, Worker]]
    bent: BentTime | None = None
    sensors: list[Sensor] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    desk: Desk = field(init=False)
    diary: Diary | LateDiary | None = None
    recording: Recording | None = None

    def __post_init__(self) -> None:
        get_ready()
        self.desk = Desk(self.files, self.start)
        self.closing.callback(self.desk.close)
        if self.bent is not None:
            self.listeners.append(self.bent)
        self.thinkers = [(ask, self._in_our_time(worker)) for ask, worker in self.thinkers]

    def _in_our_time(self, worker: Worker) -> Worker:
        bent = self.bent
        return worker if bent is None else InOurTime(worker, lambda: bent.clock.worked)

    def keep(self, memory: Memory | None, said: str) -> None:
        """Write what it learns of its people into the memory, in a thread beside the loop. None:
        `said` is why it could not be opened, and it is tried again; else `said` is what its owner
        should know of it, or ""."""
        beside = ThreadPoolExecutor(1, thread_name_prefix="diary")

        def begun(memory: Memory, note: str) -> Diary:
            mind, hour = self.pet.mind, self.start.hour
            return Diary(memory, mind.remember, hour=hour, beside=beside, note=note)

        if memory is None:
            diary: Diary | LateDiary = LateDiary(
                said, partial(awake, memory_file(), memory_key()), begun, beside
            )
        else:
            diary = begun(memory, said)
        self.closing.callback(diary.close)
        self.closing.callback(beside.shutdown)
        self.listeners.append(diary)
        self.sensors.append(diary)
        self.diary = diary

    def inbox(self, camera: str | None = None, *, hears: bool = True) -> PageInbox:
        """What the studio's page does to the pet, with the eye that its pictures are shown to.
        `camera` is what the eye looks through besides: "camera:0", or a file. `hears`: the pet
        hears through the page's microphone where its user switches it on. The inbox itself does not
        become a sensor here, since the touches of a simulated body go through that body."""
        spec = self.shape.camera
        look = partial(vision_task, spec.network)
        worker = ProcessWorker(look, name="vision", deadline=EYE_DEADLINE, network=spec.network)
        eye = Eye(self._in_our_time(worker), camera, spec.turned)
        self.closing.callback(eye.close)
        self.sensors.append(eye)
        self.listeners.append(eye)
        if not hears:
            return PageInbox(self.desk, eye.show, bent=self.bent)
        microphone = PageMicrophone()
        self._hear_by(microphone)
        return PageInbox(self.desk, eye.show, microphone.hear, self.bent)

    def serve(
        self, inbox: PageInbox, host: str, port: int, simulated: SimulatedBody | None = None
    ) -> str:
        """Serve a studio that shows this life; gives its address, with the owner's token where
        `host` is one that other machines reach. `simulated` is the body whose servos it draws;
        without one it draws what was sent. Raises OSError when the port is taken, ValueError where
        `host` is no address."""
        sound, bent = SoundStream(voice_of(self.start)), self.bent
        voice = self.desk.personality.voice

        def heard() -> bytes:
            """What it sounds; at another pace than ours that is no sound."""
            nonlocal voice
            if self.desk.personality.voice != voice:  # turned, or it is another character
                voice = self.desk.personality.voice
                speaker = self.shape.speaker
                sound.speak_with(Synth(speaker.rate, speaker, voice))
            made = sound.take()
            return made if bent is None or bent.is_ours else b""

        studio = Studio(
            self.shape,
            inputs=inbox,
            host=host,
            port=port,
            token="" if is_local(host) else studio_token(),
            sound=heard,
            building=building,
            time=lambda: None if bent is None else time_shown(bent),
            weighed=self.pet.decider.weighed,
            name=self.start.personality,
        )
        self.closing.callback(studio.close)
        self.closing.callback(self.desk.close)  # before it: a page may wait for the desk
        self.listeners += [sound, studio]
        if simulated is not None:
            self.listeners.append(ServosShown(studio, simulated))
        return studio.start()

    def speak(self) -> None:
        """Let it sound through this machine's loudspeaker."""
        speaker = Speaker(voice_of(self.start))
        self.closing.callback(speaker.close)
        self.listeners.append(speaker)

    def listen(self, device: str) -> None:
        """Let it hear how voices sound and what they say, through a microphone of this machine: its
        number, a part of its name, or "default", the system's own choice."""
        name = None if device == "default" else device
        self._hear_by(Microphone(int(device) if device.isdecimal() else name))

    def _hear_by(self, microphone: Microphone | PageMicrophone) -> None:
        worker = ProcessWorker(hearing_task, name="ears", deadline=EARS_DEADLINE)
        ears = Ears(
            self._in_our_time(worker),
            microphone,
            partial(seconds_of, pitch=voice_of(self.start).pitch),
        )
        self.closing.callback(microphone.close)
        self.closing.callback(ears.close)
        self.sensors += [microphone, ears]
        self.listeners.append(ears)

    def record(self, path: Path, *, words: bool) -> None:
        """Record it here, a file or a folder, within the bounds of the owner's `records.yaml`.
        `words`: with what people say. Raises Invalid where that file is wrong."""
        records = records_of(self.files.own or home(), words=words)
        self.recording = recording = Recording(path, self.start, records)
        self.closing.callback(recording.close)
        self.listeners.append(recording)
        self.sensors.append(recording)

    def watch(self) -> None:
        """Let whoever edits one of its files edit the pet."""
        edited = [name for name in self.start.files if not name.startswith("body/")]
        watcher = Watcher(self.files, edited, self.desk.take)
        self.closing.callback(watcher.close)
        self.sensors.append(watcher)

    def loop(self, body: BodyOut) -> Loop:
        """Make the loop that runs these parts on the real clock, or on that which can be bent."""
        return Loop(
            self.pet,
            RealClock() if self.bent is None else self.bent.clock,
            sensors=self.sensors,
            body=body,
            listeners=self.listeners,
            thinkers=self.thinkers,
            closing=self.closing.pop_all(),
        )


@dataclass(slots=True)
class ServosShown:
    """A listener that shows the studio the servos' pulses as angles: the cat that is seen went
    through the wire and the firmware."""

    studio: Studio
    body: SimulatedBody

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        pulses = self.body.pulses()
        self.studio.drawn(self.body.angles(), tick.commanded.purr, pulses.pupils)


def building() -> Building | None:
    """What the studio says of the language runtime's build; None once it is there."""
    status = runtime_status()
    if status.state == "ready":
        return None
    done = status.done / status.total if status.total else 0.0
    return Building(text=status.message, done=done)
