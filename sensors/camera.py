"""Where pictures come from: a camera, a video or picture file, or bytes. They are read inside the
eye's process and never leave it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

os.environ.setdefault(
    "OPENCV_IO_MAX_IMAGE_PIXELS", str(2**26)
)  # a small file must not unfold into gigabytes

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.utils.logging.setLogLevel(
    cv2.utils.logging.LOG_LEVEL_SILENT
)  # OpenCV would print what we say better

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB"""

LARGEST = 1280
"""pixels of the longer side that is kept: more costs time, and a face too small in that is out of
reach anyway"""
MOST_BYTES = 20_000_000
REOPEN = 5.0
"""s before a camera that does not answer is tried again"""
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


class NoPicture(ValueError):
    """What should have been a picture is none; the message says what to do."""


class FrameSource(Protocol):
    """Gives the picture of a moment."""

    def picture(self, at: float) -> Picture | None:
        """The picture at `at` seconds of the pet's clock; None: there is none now. Raises
        NoPicture."""
        ...

    def close(self) -> None: ...


def source(name: str) -> FrameSource:
    """`camera:0`, a video file or a picture file. Nothing on a network: pictures stay in the house.
    Raises NoPicture."""
    if name.startswith("camera:"):
        number = name.removeprefix("camera:")
        if not number.isdecimal():
            raise NoPicture(f"{name}: a camera is named camera:0, camera:1, …")
        return Camera(int(number))
    path = Path(name)
    if "://" in name or not path.is_file():
        raise NoPicture(f"{name}: there is no such file; give camera:0, a video file or a picture")
    return (
        Still(path) if path.suffix.lower() in PICTURES or cv2.haveImageReader(name) else Video(path)
    )


def decoded(data: bytes, name: str = "what was shown") -> Picture:
    """The picture in the bytes of a JPEG, PNG, …. Raises NoPicture."""
    if len(data) > MOST_BYTES:
        raise NoPicture(
            f"{name} has {len(data) / 1e6:.0f} MB; a picture may have {MOST_BYTES / 1e6:.0f}"
        )
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:
        picture = None
    if picture is None:
        raise NoPicture(f"{name} is not a picture that can be read; give a JPEG or a PNG")
    return _shown(picture)


class Still:
    """A picture file, looked at over and over."""

    def __init__(self, path: Path) -> None:
        self._picture = decoded(path.read_bytes(), str(path))

    def picture(self, at: float) -> Picture | None:
        return self._picture

    def close(self) -> None:
        pass


class Video:
    """A video file, played in the pet's time from the first look on, once."""

    def __init__(self, path: Path) -> None:
        self._video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._video.isOpened():
            raise NoPicture(
                f"{path} is not a video that can be read; try MP4 with H.264, or a picture"
            )
        rate = self._video.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 1.0 <= rate <= 240.0 else 25.0
        """pictures a second"""
        self._began: float | None = None
        self._next = 0

    def picture(self, at: float) -> Picture | None:
        if self._began is None:
            self._began = at
        wanted = int((at - self._began) * self.rate)
        while self._next < wanted and self._video.grab():
            self._next += 1
        return self.step() if wanted >= self._next else None

    def step(self) -> Picture | None:
        """The next picture; None at the end."""
        good, picture = self._video.read()
        self._next += 1
        return _shown(picture) if good else None

    def close(self) -> None:
        self._video.release()


class Camera:
    """A camera of this machine. One that is missing or unplugged is tried again every few seconds."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._camera: cv2.VideoCapture | None = None
        self._try_after = float("-inf")

    def picture(self, at: float) -> Picture | None:
        if self._camera is None:
            if at < self._try_after:
                return None
            self._open(at)
        good, picture = self._camera.read() if self._camera is not None else (False, None)
        if not good or picture is None:
            raise self._lost(at, "gives no pictures")
        return _shown(picture)

    def _open(self, at: float) -> None:
        camera = cv2.VideoCapture(self._number)
        if not camera.isOpened():
            camera.release()
            raise self._lost(at, "is not there")
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest picture, not the oldest
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, 640)
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, 480)
        self._camera = camera

    def _lost(self, at: float, why: str) -> NoPicture:
        self.close()
        self._try_after = at + REOPEN
        return NoPicture(
            f"camera:{self._number} {why}: plug it in, or let this user open /dev/video{self._number} (group video); it is tried again"
        )

    def close(self) -> None:
        if self._camera is not None:
            self._camera.release()
            self._camera = None


def _shown(picture: NDArray[Any]) -> Picture:
    """OpenCV's picture, at most LARGEST on a side, in RGB."""
    scale = LARGEST / max(picture.shape[:2])
    if scale < 1.0:
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)
