"""Puts the parts together: the only place that knows everybody. Real, simulated or replayed is
decided here and nowhere else."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pydantic import BaseModel

from moggy import __version__
from moggy.actuators.act import Actor
from moggy.behaviors.decide import Decider
from moggy.behaviors.motions import MotionFile, load_motions
from moggy.behaviors.tree import Tree
from moggy.body import Body
from moggy.brain.appraisals import Appraisals
from moggy.brain.memory import Remembered
from moggy.brain.mind import Mind
from moggy.config import Files, parse
from moggy.loop import Ask
from moggy.personality import Personality
from moggy.pet import Pet, Start
from moggy.sensors.body_motion import BodyMotionReader
from moggy.sensors.face import FaceReader
from moggy.sensors.posture import PostureReader
from moggy.sensors.touch import TouchReader
from moggy.sensors.voice import VoiceReader
from moggy.sensors.words import WordsReader
from moggy.worker import ProcessWorker, SimulatedWorker, Task, Worker

SCHEMAS: dict[str, type[BaseModel]] = {
    "personalities": Personality,
    "trees": Tree,
    "appraisals": Appraisals,
    "motions": MotionFile,
}
"""Kind of file that may be edited while the pet lives → what it must say."""


def home() -> Path:
    """The owner's folder: files laid over the shipped ones, the memory, the settings. MOGGY_HOME
    names another."""
    return Path(os.environ.get("MOGGY_HOME") or Path.home() / ".local" / "share" / "moggy")


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
    """Everything that a life begins with, read from the files. Raises Invalid with the names that
    there are."""
    chosen = {
        "body": f"body/{body}.yaml",
        "personality": f"personalities/{personality}.yaml",
        "tree": f"trees/{tree}.yaml",
        "appraisals": f"appraisals/{appraisals}.yaml",
    }
    names = [*chosen.values(), *files.names("motions")]
    return Start(
        version=__version__,
        seed=seed,
        hour=hour,
        files={name: files.read(name) for name in names},
        remembered=None if remembered is None else remembered.as_data(),
        **chosen,
    )


def born(start: Start) -> Pet:
    """A pet made from nothing but its start: born twice, it lives the same life twice."""
    files = start.files
    body = parse(start.body, files[start.body], Body)
    personality = parse(start.personality, files[start.personality], Personality)
    tree = parse(start.tree, files[start.tree], Tree)
    appraisals = parse(start.appraisals, files[start.appraisals], Appraisals)
    motions = {name: text for name, text in files.items() if name.startswith("motions/")}
    texts = dict(files)
    number = count(1).__next__
    remembered = None if start.remembered is None else Remembered.from_data(start.remembered)
    mind = Mind(appraisals, personality, hour=start.hour, number=number, remembered=remembered)
    decider = Decider(tree, personality, random.Random(start.seed))
    actor = Actor(body, load_motions(motions), personality)

    def adopt(file: str, text: str, now: float) -> None:
        """Take an edited file in place of the one that the pet was made from; raises Invalid and
        changes nothing otherwise."""
        if texts.get(file) == text:
            return
        if file == start.personality:
            changed = parse(file, text, Personality)
            mind.adopt(personality=changed)
            decider.adopt(personality=changed, now=now)
            actor.adopt(personality=changed)
        elif file == start.tree:
            decider.adopt(tree=parse(file, text, Tree), now=now)
        elif file == start.appraisals:
            mind.adopt(appraisals=parse(file, text, Appraisals))
        elif file in motions:
            changed_motions = load_motions({**motions, file: text})
            motions[file] = text
            actor.adopt(motions=changed_motions)
        texts[file] = text

    return Pet(
        hour=start.hour,
        readers=(
            TouchReader(body),
            BodyMotionReader(),
            VoiceReader(),
            FaceReader(),
            PostureReader(),
            WordsReader(),
        ),
        mind=mind,
        decider=decider,
        actor=actor,
        adopt=adopt,
        number=number,
    )


def slow_thinkers(*, simulated: bool) -> list[tuple[Ask, Worker]]:
    """What reads words again, slower and better; simulated: in virtual time, at a modelled pace."""
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
