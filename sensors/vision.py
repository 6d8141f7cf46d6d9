"""The eye, seen from the loop: pictures are handed to a process of its own, and what it says in
numbers comes back as senses.

    VisionSensor ──Look(bytes or source)──▶ ProcessWorker ──▶ VisionTask (own process):
                 FaceLandmarker, expression network, PoseLandmarker ◀── Face(blendshapes,
                 expression, bearing, distance, looking), Posture(landmarks), Trouble ──

Pictures go in, from a browser or from a camera that only that process opens; only numbers come out.
What the numbers mean is read in the loop, by `FaceReader` and `PostureReader`.
"""

from __future__ import annotations

from collections.abc import Sequence

from moggy.messages import AnySense
from moggy.sensors.look import Look
from moggy.worker import Task, Worker

FACES = 0.1
"""s between two looks at the face (10 a second)"""
POSTURES = 0.2
"""s between two looks at the body: it costs as much as the face and changes slower"""


def vision_task() -> Task:
    """Makes the task, in the process that shall run it."""
    # OpenCV and MediaPipe are loaded there, not in the loop's process.
    from moggy.sensors.eye import VisionTask

    return VisionTask()


class VisionSensor:
    """Hands pictures to the eye and brings back what it saw. Pictures that come while it is busy
    are dropped: only the newest counts."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._source = ""
        self._face_at = self._posture_at = float("-inf")

    def show(self, picture: bytes, now: float) -> bool:
        """Show it the bytes of a JPEG or PNG; False: it is busy, the picture is gone."""
        return self._offer(now, picture=picture)

    def watch(self, name: str) -> None:
        """Look through `camera:0`, a video file or a picture from now on; empty: no longer."""
        self._source = name

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was seen since the last call."""
        if self._source and now - self._face_at >= FACES - 1e-6:
            self._offer(now, source=self._source)
        return self._worker.poll(now)

    def close(self) -> None:
        self._worker.close()

    def _offer(
        self, now: float, *, picture: bytes | None = None, source: str | None = None
    ) -> bool:
        posture = now - self._posture_at >= POSTURES - 1e-6
        taken = self._worker.offer(
            Look(at=now, picture=picture, source=source, posture=posture), now
        )
        if taken:
            self._face_at = now
            if posture:
                self._posture_at = now
        return taken


class Eye:
    """A sensor: pictures from the studio's page, or a camera that the vision process opens itself.
    The newest picture wins; none is kept."""

    def __init__(self, worker: Worker, source: str | None = None) -> None:
        """`worker` runs `vision_task`; `source` is "camera:0", a video file or a picture."""
        self._vision = VisionSensor(worker)
        self._newest: bytes | None = None
        if source is not None:
            self._vision.watch(source)

    def show(self, picture: bytes) -> None:
        """Show it the bytes of a JPEG or PNG; from any thread."""
        self._newest = picture

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was seen since the last call."""
        picture, self._newest = self._newest, None
        if picture is not None and not self._vision.show(picture, now) and self._newest is None:
            self._newest = picture
        return self._vision.poll(now)

    def close(self) -> None:
        """End the vision process."""
        self._vision.close()
