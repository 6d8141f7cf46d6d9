"""Vision as the loop has it: pictures go to a process of their own, and what is seen in them comes
back in numbers, as senses.

    VisionSensor ──Look(bytes or source)──▶ ProcessWorker ──▶ VisionTask (own process):
                 FaceLandmarker, expression network, PoseLandmarker ◀── Face(blendshapes,
                 expression, bearing, distance, looking), Posture(landmarks), Trouble ──

Pictures come from a browser, or from a camera that only that process opens. What the numbers mean
is read in the loop, by `FaceReader` and `PostureReader`.
"""

from __future__ import annotations

from collections.abc import Sequence

from moggy.messages import AnySense
from moggy.sensors.vision.look import Look
from moggy.worker import Task, Worker

FACE_EVERY_S = 0.1
"""Seconds between two looks at the face. Our choice: an expression lasts half a second at least
(Ekman 2003)."""
POSTURE_EVERY_S = 0.2
"""Seconds between two looks at the body: they cost as much as those at the face, and it changes
slower. """


def vision_task() -> Task:
    """Make the task. To be called in the process that runs it; raises what VisionTask raises."""
    # OpenCV and MediaPipe are loaded here, not in the loop's process.
    from moggy.sensors.vision.eye import VisionTask

    return VisionTask()


class VisionSensor:
    """Hands pictures to the vision process and gives back what it saw. A picture that comes while
    it is busy is dropped."""

    def __init__(self, worker: Worker) -> None:
        """`worker` runs `vision_task`."""
        self._worker = worker
        self._source, self._turned = "", 0
        self._face_at = self._posture_at = float("-inf")

    def show(self, picture: bytes, now: float) -> bool:
        """Show it the bytes of a JPEG or PNG. False: it is busy, and the picture is dropped."""
        return self._offer(now, picture=picture)

    def watch(self, name: str, turned: int = 0) -> None:
        """From now on look through `camera:0`, a video file or a picture, whose pictures must be
        `turned` clockwise to be upright (°, a multiple of 90); empty: at nothing."""
        self._source, self._turned = name, turned

    def poll(self, now: float) -> Sequence[AnySense]:
        """Faces and postures since the last call, and Troubles of the camera or the process."""
        if self._source and now - self._face_at >= FACE_EVERY_S - 1e-6:
            self._offer(now, source=self._source)
        return self._worker.poll(now)

    def close(self) -> None:
        """End the vision process."""
        self._worker.close()

    def _offer(
        self, now: float, *, picture: bytes | None = None, source: str | None = None
    ) -> bool:
        posture = now - self._posture_at >= POSTURE_EVERY_S - 1e-6
        turned = self._turned if picture is None else 0
        look = Look(at=now, picture=picture, source=source, turned=turned, posture=posture)
        taken = self._worker.offer(look, now)
        if taken:
            self._face_at = now
            if posture:
                self._posture_at = now
        return taken


class Eye:
    """A sensor: pictures from the studio's page, or a camera that the vision process opens itself.
    Of pictures that wait the newest is looked at; none is kept."""

    def __init__(self, worker: Worker, source: str | None = None, turned: int = 0) -> None:
        """`worker` runs `vision_task`; `source` is "camera:0", a video file or a picture, and
        `turned` as in VisionSensor.watch."""
        self._vision = VisionSensor(worker)
        self._newest: bytes | None = None
        if source is not None:
            self._vision.watch(source, turned)

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
