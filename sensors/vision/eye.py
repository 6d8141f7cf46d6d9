"""What the vision process does: it finds a face and a body in a picture and describes them in
numbers. Pictures do not leave it. MediaPipe has no network (`moggy/no_network.py`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from moggy import models
from moggy.messages import AnySense, Posture, Trouble
from moggy.models import processor
from moggy.no_network import HasNetwork, leave
from moggy.sensors.vision.camera import FrameSource, NoPicture, Picture, decoded, source
from moggy.sensors.vision.camera_faults import FaceFaults, PictureFaults
from moggy.sensors.vision.faces import CheckedFace, FaceFinder
from moggy.sensors.vision.look import Look
from moggy.sensors.vision.movement import Movement

P = ParamSpec("P")
T = TypeVar("T")

SHOWN = "what was shown"
"""What to call a picture that came without a name."""


class VisionTask:
    """Look → Face, Posture, or a Trouble of the camera. MediaPipe's threads have no network, also
    where the rest of the process has one."""

    def __init__(self, network: bool = False) -> None:
        """Load the networks, in the process that will use them. Raises moggy.models.Missing where
        they are not here, Corrupt where one is damaged, TooOld where the processor is, and
        HasNetwork where the kernel lets nobody take the network away, unless `network` says that it
        may stay."""
        if processor.too_old():
            raise processor.TooOld(f"the eye stays shut: {processor.TOO_OLD}")
        faces, bodies, expression = map(models.verify, models.EYE)
        self._met = False
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="eye")
        with suppress(HasNetwork) if network else nullcontext():
            self._apart(leave)
        with _quiet():
            self._faces = self._apart(FaceFinder, faces, expression)
            self._bodies = self._apart(BodyFinder, bodies)
            # The first picture takes ten times as long as the others: let it be an empty one.
            self.seen(np.full((240, 320, 3), 127, dtype=np.uint8), 0.0)
        self._source: tuple[str, FrameSource] | None = None
        self._pictures, self._people = PictureFaults(), FaceFaults()
        self._movement = Movement()
        self._said = ""

    def __call__(self, job: Look) -> Sequence[AnySense]:
        """What is seen in one picture; a Trouble, once, where there is none or the camera is at
        fault."""
        try:
            picture = (
                decoded(job.picture, SHOWN)
                if job.picture is not None
                else self._through(job.source or "", job.at)
            )
        except NoPicture as trouble:
            return self._say(str(trouble), job.at)
        if picture is None:
            return ()
        live = job.picture is None and self._source is not None and self._source[1].live
        fault = self._pictures.fault(picture, job.at, live=live)
        senses: Sequence[AnySense] = ()
        moves = not job.moved or self._movement.seen(picture)
        if moves and not fault:
            picture = np.ascontiguousarray(np.rot90(picture, -(job.turned // 90)))
            posture = job.posture and not self._people.doubtful
            senses = self.seen(picture, job.at, posture=posture)
            fault = self._people.fault(self.checked, job.turned)
        if fault:
            return self._say(f"{job.source or SHOWN}: {fault}", job.at)
        return (*self._say("", job.at), *senses)

    def seen(
        self, picture: Picture, at: float, *, posture: bool = True, thorough: bool = False
    ) -> Sequence[AnySense]:
        """What is in a picture; `at` seconds, later than the one before."""
        with nullcontext() if self._met else _quiet():
            face = self._apart(self._faces.find, picture, at, thorough=thorough)
            body = self._apart(self._bodies.find, picture, at) if posture else None
        self._met = self._met or face is not None
        return tuple(sense for sense in (face, body) if sense is not None)

    @property
    def checked(self) -> CheckedFace | None:
        """The check of a face that the latest picture brought."""
        return self._faces.checked

    def close(self) -> None:
        """Release the camera and the networks; needed where the process goes on."""
        if self._source is not None:
            self._source[1].close()
            self._source = None
        with _quiet():
            self._apart(self._faces.close)
            self._apart(self._bodies.close)
        self._beside.shutdown()

    def _apart(self, act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """Let the thread without a network do it."""
        return self._beside.submit(act, *given, **named).result()

    def _through(self, name: str, at: float) -> Picture | None:
        """The picture that a source gives now, which is opened when it is first asked for."""
        if self._source is None or self._source[0] != name:
            if self._source is not None:
                self._source[1].close()
                self._source = None
            self._source = (name, source(name))
        return self._source[1].picture(at)

    def _say(self, message: str, at: float) -> Sequence[AnySense]:
        """A Trouble when the message is another than before; empty: it is over."""
        if message == self._said:
            return ()
        self._said = message
        return (Trouble(at=at, part="camera", message=message),)


class BodyFinder:
    """Pictures → Posture, one at a time, in order of time."""

    def __init__(self, landmarker: Path) -> None:
        """`landmarker` is the file of MediaPipe's pose model."""
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(landmarker)),
            running_mode=vision.RunningMode.VIDEO,
        )
        self._landmarker = vision.PoseLandmarker.create_from_options(options)
        self._stamp = 0

    def find(self, picture: Picture, at: float) -> Posture | None:
        """The 33 landmarks of the body in the picture, in m, to the millimetre, with their
        visibility (0..1); None where there is no body."""
        from mediapipe import Image, ImageFormat

        self._stamp = max(self._stamp + 1, round(at * 1000.0))
        found = self._landmarker.detect_for_video(
            Image(image_format=ImageFormat.SRGB, data=picture), self._stamp
        )
        if not found.pose_world_landmarks:
            return None
        marks = found.pose_world_landmarks[0]
        return Posture(
            at=at,
            landmarks=tuple(
                (round(m.x, 3), round(m.y, 3), round(m.z, 3), round(m.visibility, 2)) for m in marks
            ),
        )

    def close(self) -> None:
        """Release the network."""
        self._landmarker.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep stderr silent: MediaPipe writes to it while it loads, at the first face and when it is
    closed. Errors are raised as ever."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
