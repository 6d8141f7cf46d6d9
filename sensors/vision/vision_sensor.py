"""Vision as the loop has it: pictures go to a process of their own, and what is seen in them comes
back in numbers, as senses.

    VisionSensor ──Look(bytes or source)──▶ ProcessWorker ──▶ VisionTask (own process):
                 FaceLandmarker, expression network, PoseLandmarker ◀── Face(blendshapes,
                 expression, bearing, distance, looking), Posture(landmarks), Trouble ──

Pictures come from a browser, or from a camera that only that process opens. What the numbers mean
is read in the loop, by `FaceReader` and `PostureReader`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from moggy.messages import AnySense, Tick
from moggy.no_network import HasNetwork, leave
from moggy.sensors.vision.look import Look
from moggy.sensors.vision.pace import FACE, Looking
from moggy.worker import Task, Worker


def vision_task(network: bool = False) -> Task:
    """Make the task. To be called in the process that runs it, before all else: the process leaves
    the network. Raises what VisionTask raises; `network` as there."""
    with suppress(HasNetwork):  # is asked again by VisionTask
        leave()
    # OpenCV and MediaPipe are loaded here, not in the loop's process.
    from moggy.sensors.vision.eye import VisionTask

    try:
        return VisionTask(network)
    except HasNetwork as has:
        raise HasNetwork(
            f"{has}; to look all the same, write `camera: {{network: true}}` in the body's file"
        ) from None


class VisionSensor:
    """Hands pictures to the vision process and gives back what it saw. A picture that comes while
    it is busy is dropped."""

    def __init__(self, worker: Worker) -> None:
        """`worker` runs `vision_task`."""
        self._worker = worker
        self._source, self._turned = "", 0
        self._face_at = self._posture_at = float("-inf")
        self.pace = FACE
        """How often to look."""

    def show(self, picture: bytes, now: float) -> bool:
        """Show it the bytes of a JPEG or PNG. False: it is busy, and the picture is dropped."""
        return self._offer(now, picture=picture)

    def watch(self, name: str, turned: int = 0) -> None:
        """From now on look through `camera:0`, a video file or a picture, whose pictures must be
        `turned` clockwise to be upright (°, a multiple of 90); empty: at nothing."""
        self._source, self._turned = name, turned

    def due(self, now: float) -> bool:
        """Whether it is time to look again."""
        return now - self._face_at >= self.pace.face_s - 1e-6

    def poll(self, now: float) -> Sequence[AnySense]:
        """Faces and postures since the last call, and Troubles of the camera or the process."""
        if self._source and self.due(now):
            self._offer(now, source=self._source)
        return self._worker.poll(now)

    def close(self) -> None:
        """End the vision process."""
        self._worker.close()

    def _offer(
        self, now: float, *, picture: bytes | None = None, source: str | None = None
    ) -> bool:
        posture = now - self._posture_at >= self.pace.posture_s - 1e-6
        look = Look(
            at=now,
            picture=picture,
            source=source,
            turned=self._turned if picture is None else 0,
            moved=self.pace.moved,
            posture=posture,
        )
        taken = self._worker.offer(look, now)
        if taken:
            self._face_at = now
            if posture:
                self._posture_at = now
        return taken


class Eye:
    """A sensor: pictures from the studio's page, or a camera that the vision process opens itself.
    Of pictures that wait the newest is looked at; none is kept. As a listener it hears when a look
    is worth less."""

    def __init__(self, worker: Worker, source: str | None = None, turned: int = 0) -> None:
        """`worker` runs `vision_task`; `source` is "camera:0", a video file or a picture, and
        `turned` as in VisionSensor.watch."""
        self._vision, self._looking = VisionSensor(worker), Looking()
        self._newest: bytes | None = None
        if source is not None:
            self._vision.watch(source, turned)

    def show(self, picture: bytes) -> None:
        """Show it the bytes of a JPEG or PNG; from any thread."""
        self._newest = picture

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Hear what the pet did in this tick."""
        self._looking.lived(tick)

    def poll(self, now: float) -> Sequence[AnySense]:
        """What was seen since the last call."""
        self._vision.pace = self._looking.pace(now)
        if self._vision.due(now):
            picture, self._newest = self._newest, None
            if picture is not None and not self._vision.show(picture, now) and self._newest is None:
                self._newest = picture
        seen = self._vision.poll(now)
        self._looking.saw(seen, now)
        return seen

    def close(self) -> None:
        """End the vision process."""
        self._vision.close()
