"""Where pictures come from: a camera, a file, or bytes. They are read inside the vision process and
do not leave it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

# Before OpenCV is loaded: a small file must not unpack to gigabytes, and what goes wrong is raised
# as NoPicture, which OpenCV would print as well. All its versions read these.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(2**26))
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(height, width, 3), RGB, 0..255."""

LARGEST_PX = 1280
"""Pixels of the longer side to which a larger picture is scaled: more costs time, and a face that
is too small then is out of reach anyway."""
MOST_BYTES = 20_000_000
"""Bytes of the largest picture that is decoded. Our choice: above any camera's JPEG."""
REOPEN_S = 5.0
"""Seconds before a camera that does not answer is tried again."""
STALE_S = 0.3
"""Seconds since the last look from which the picture that waits in the camera is an old one."""
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"""Ends of the names of picture files; other files are taken for videos, unless OpenCV knows better.
"""
USUAL_RATE = 25.0
"""Pictures a second of a video that gives no believable rate."""


class NoPicture(ValueError):
    """There is no picture where one was expected; the message says what to do."""


class FrameSource(Protocol):
    """A camera or a file that is looked at again and again."""

    live: bool
    """Whether each picture differs from the one before, if only by noise."""

    def picture(self, at: float) -> Picture | None:
        """The picture at `at` seconds of the pet's clock; None: there is none now. Raises
        NoPicture."""
        ...

    def close(self) -> None:
        """Release the device or the file."""
        ...


def source(name: str) -> FrameSource:
    """The source of a name: `camera:0`, a video file or a picture file. Addresses on a network are
    refused. Raises NoPicture."""
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
    """The picture in the bytes of a JPEG, PNG or the like; `name` is for the message of NoPicture,
    which is raised where it cannot be read."""
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
    """A picture file: the same picture at every moment."""

    live = False

    def __init__(self, path: Path) -> None:
        """Raises NoPicture."""
        self._picture = decoded(path.read_bytes(), str(path))

    def picture(self, at: float) -> Picture | None:
        """The picture."""
        return self._picture

    def close(self) -> None:
        """Nothing is open."""


class Video:
    """A video file, played once in the pet's time, from the first look on."""

    live = False

    def __init__(self, path: Path) -> None:
        """Raises NoPicture."""
        self._video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        if not self._video.isOpened():
            raise NoPicture(
                f"{path} is not a video that can be read; try MP4 with H.264, or a picture"
            )
        rate = self._video.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 1.0 <= rate <= 240.0 else USUAL_RATE
        """Pictures a second."""
        self._began: float | None = None
        self._next = 0

    def picture(self, at: float) -> Picture | None:
        """The picture at that time of the video; None where it was given already, or at the end."""
        if self._began is None:
            self._began = at
        wanted = int((at - self._began) * self.rate)
        while self._next < wanted and self._video.grab():
            self._next += 1
        return self.step() if wanted >= self._next else None

    def step(self) -> Picture | None:
        """The next picture of the file; None at its end."""
        good, picture = self._video.read()
        self._next += 1
        return _shown(picture) if good else None

    def close(self) -> None:
        """Close the file."""
        self._video.release()


class Camera:
    """A camera of this machine. One that is missing or unplugged is tried again every 5 s."""

    live = True

    def __init__(self, number: int) -> None:
        """`number` as in /dev/video0. It is opened at the first look."""
        self._number = number
        self._camera: cv2.VideoCapture | None = None
        self._try_after = self._read_at = float("-inf")

    def picture(self, at: float) -> Picture | None:
        """What it sees; None while it waits to be tried again. Raises NoPicture when it is lost."""
        if self._camera is None:
            if at < self._try_after:
                return None
            self._open(at)
        if self._camera is not None and at - self._read_at > STALE_S:
            self._camera.grab()  # the one that has waited since
        self._read_at = at
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
        self._try_after = at + REOPEN_S
        return NoPicture(
            f"camera:{self._number} {why}: plug it in, or let this user open "
            f"/dev/video{self._number} (group video); it is tried again"
        )

    def close(self) -> None:
        """Release the camera; the next look opens it again."""
        if self._camera is not None:
            self._camera.release()
            self._camera = None


def _shown(picture: NDArray[Any]) -> Picture:
    """A picture of OpenCV (BGR) in RGB, with at most LARGEST_PX on a side."""
    scale = LARGEST_PX / max(picture.shape[:2])
    if scale < 1.0:
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)
