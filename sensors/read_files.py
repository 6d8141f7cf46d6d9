"""Reads files as the senses would: faces and postures in a picture or a video, gestures in samples
of touch. `moggy perceive` prints the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from moggy import config, models
from moggy.body import Body
from moggy.clock import RATE
from moggy.messages import Acceleration, Face, Gesture, Posture, Touch, adapter_of
from moggy.models.processor import TooOld
from moggy.no_network import HasNetwork
from moggy.sense_file import json_lines, line_sense
from moggy.sensors.touch import TouchReader
from moggy.sensors.vision.face_reader import FaceReader
from moggy.sensors.vision.pace import FACE
from moggy.sensors.vision.posture_reader import PostureReader
from moggy.unreadable import readable

if TYPE_CHECKING:
    from moggy.sensors.vision.camera import Picture
    from moggy.sensors.vision.eye import VisionTask

PerceivedRow: TypeAlias = dict[str, Any]
"""One estimate, as JSON: at (s), valence, arousal, probabilities, confidence, unsure, milliseconds,
and what the sense adds."""

UNSURE = 0.5
"""Confidence below which an estimate is called unsure: of the others, four faces in five are read
right (`python -m bench perceive_face`)."""
TICK_S = 1.0 / RATE
"""Seconds between two ticks, as in a life."""
SILENCE_S = 0.3
"""Seconds after the last sample, in which contacts end."""
EXAMPLE = '{"at": 1.2, "kind": "touch", "zone": "back", "pressure": 0.4}'
"""What a line of touch may look like."""


class NoFile(ValueError):
    """A file from which nothing can be read; the message names it and says why."""


def perceive_face(path: Path) -> Iterator[PerceivedRow]:
    """A row for a picture, ten rows a second for a video; confidence 0 where there is no face.
    Raises ValueError with the file and the way out."""
    reader = FaceReader()

    def row(task: VisionTask, picture: Picture, at: float) -> PerceivedRow:
        faces = reader.read(
            [
                s
                for s in task.seen(picture, at, posture=False, thorough=True)
                if isinstance(s, Face)
            ],
            at,
        )
        for face in faces:
            if isinstance(face, Face):
                seen = {
                    "looking": face.looking,
                    "distance": face.distance,
                    "blendshapes": face.blendshapes,
                    "expression": face.expression,
                }
                return (
                    _row(face.valence, face.arousal, face.probabilities, face.confidence)
                    | {"face": True}
                    | seen
                )
        return _row(None, None, None, 0.0) | {"face": False}

    return _look(path, row)


def perceive_posture(path: Path) -> Iterator[PerceivedRow]:
    """A row for a picture, ten rows a second for a video; always unsure, since the rules are not
    validated. Raises ValueError with the file and the way out."""
    reader = PostureReader()

    def row(task: VisionTask, picture: Picture, at: float) -> PerceivedRow:
        postures = reader.read([s for s in task.seen(picture, at) if isinstance(s, Posture)], at)
        for posture in postures:
            if isinstance(posture, Posture):
                seen = {
                    "body": True,
                    "engagement": posture.engagement,
                    "landmarks": posture.landmarks,
                }
                return _row(posture.valence, posture.arousal, None, posture.confidence) | seen
        return _row(None, None, None, 0.0) | {"body": False, "engagement": None}

    return _look(path, row)


def perceive_touch(
    path: Path, guesses: Mapping[str, tuple[float, float]] | None = None, body: Body | None = None
) -> Iterator[PerceivedRow]:
    """A row for each gesture in JSON lines of Touch (and Acceleration) senses.

    `guesses`: gesture → valence and arousal of somebody who makes it, as the appraisal table has
    them; without, the rows have none. `body` None is the shipped cat. Raises ValueError with the
    file and the line.
    """
    reader = TouchReader(body or config.load(config.SHIPPED["body"] / "cat.yaml", Body))
    samples = sorted(_samples(path), key=lambda sample: sample.at)
    if not samples:
        raise NoFile(f"{path}: no samples; a line is such as {EXAMPLE}")
    waiting, end = iter(samples), samples[-1].at + SILENCE_S
    coming = next(waiting, None)
    n, touched = int(samples[0].at / TICK_S), samples[0].at
    while n <= int(end / TICK_S) + 1:
        now, due = n * TICK_S, []
        n += 1
        while coming is not None and coming.at <= now + 1e-9:
            due.append(coming)
            touched, coming = coming.at, next(waiting, None)
        if coming is not None and now > touched + SILENCE_S:
            n = max(n, int(coming.at / TICK_S))  # nothing happens in between
        began = perf_counter()
        told = reader.read(due, now)
        spent = (perf_counter() - began) * 1000.0
        yield from (
            _gesture(sense, guesses) | {"milliseconds": round(spent, 3)}
            for sense in told
            if isinstance(sense, Gesture)
        )


def _gesture(gesture: Gesture, guesses: Mapping[str, tuple[float, float]] | None) -> PerceivedRow:
    """The row of one gesture."""
    p = gesture.probabilities
    valence = (
        sum(q * guesses[name][0] for name, q in p.items() if name in guesses) if guesses else None
    )
    arousal = (
        sum(q * guesses[name][1] for name, q in p.items() if name in guesses) if guesses else None
    )
    names = (
        "gesture",
        "zone",
        "phase",
        "pressure",
        "peak",
        "area",
        "speed",
        "duration",
        "along_fur",
    )
    return (
        {"at": round(gesture.at, 3)}
        | _row(valence, arousal, p, gesture.confidence)
        | {name: _rounded(getattr(gesture, name)) for name in names}
    )


def _row(
    valence: float | None,
    arousal: float | None,
    probabilities: Mapping[Any, float] | None,
    confidence: float | None,
) -> PerceivedRow:
    """What the rows of all senses have."""
    sure = confidence or 0.0
    return {
        "valence": _rounded(valence),
        "arousal": _rounded(arousal),
        "probabilities": dict(probabilities) if probabilities is not None else None,
        "confidence": sure,
        "unsure": sure < UNSURE,
    }


def _rounded(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def _look(
    path: Path, row: Callable[[VisionTask, Picture, float], PerceivedRow]
) -> Iterator[PerceivedRow]:
    """A row for each picture, with its time and how long it took."""
    # OpenCV and MediaPipe take a second to load.
    from moggy.sensors.vision.camera import Video, source
    from moggy.sensors.vision.eye import VisionTask

    pictures = source(str(readable(path, "give a picture or a video")))
    try:
        task = VisionTask()
    except (models.Missing, models.Corrupt, TooOld, HasNetwork) as shut:
        raise NoFile(f"{path}: {shut}") from shut
    try:
        if isinstance(pictures, Video):
            yield from (_timed(task, row, picture, at) for at, picture in _every(pictures, path))
        else:
            picture = pictures.picture(0.0)
            if picture is not None:
                yield _timed(task, row, picture, 0.0)
    finally:
        pictures.close()
        task.close()


def _every(video: Any, path: Path) -> Iterator[tuple[float, Picture]]:
    """(s, picture) of a video, ten a second."""
    n, due, found = 0, 0.0, False
    while (picture := video.step()) is not None:
        at = n / video.rate
        n, found = n + 1, True
        if at >= due - 1e-6:
            due += FACE.face_s
            yield at, picture
    if not found:
        raise NoFile(f"{path}: the video has no pictures that can be read")


def _timed(
    task: VisionTask,
    row: Callable[[VisionTask, Picture, float], PerceivedRow],
    picture: Picture,
    at: float,
) -> PerceivedRow:
    began = perf_counter()
    found = row(task, picture, at)
    return (
        {"at": round(at, 3)} | found | {"milliseconds": round((perf_counter() - began) * 1000.0, 1)}
    )


def _samples(path: Path) -> list[Touch | Acceleration]:
    samples: list[Touch | Acceleration] = []
    for where, data in json_lines(path, f"a line of one is such as {EXAMPLE}"):
        sense = line_sense(where, {"kind": "touch"} | data, adapter_of((Touch, Acceleration)))
        if isinstance(sense, Touch | Acceleration):
            samples.append(sense)
    return samples
