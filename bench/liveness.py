"""How much a face in a picture that does not move seems to move, through the eye's real networks.

Each case shows one portrait forty times, as a camera would: with new noise in every picture, larger
and smaller, packed as JPEG, and in a light that flickers. What is printed has to stay below what
counts as a movement or a blink (`brain/person/liveness.py`). The exit code is 1 where it does not.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.absent import attempt
from moggy.brain.person.liveness import BLINKED, MOVED_RAD, NEARED
from moggy.messages import Face
from moggy.sensors.vision.camera import Picture
from moggy.sensors.vision.eye import VisionTask

SEED = 1
"""Of the noise."""
LOOKS = 40
"""Pictures of each case."""
SETTLES = 5
"""Pictures in which the face finder settles, as in `sensors/vision`: they are left out."""


def _cases() -> dict[str, Callable[[int], Picture]]:
    """Name → the nth picture."""
    from skimage import data

    portrait = np.asarray(data.astronaut())  # type: ignore[no-untyped-call]
    rng = np.random.default_rng(SEED)

    def noisy(picture: NDArray[np.uint8], sd: float) -> Picture:
        return np.clip(picture + rng.normal(0.0, sd, picture.shape), 0, 255).astype(np.uint8)

    def room(share: float) -> Picture:
        """The portrait in a grey picture, so high a share of it."""
        picture, side = np.full((480, 640, 3), 90, np.uint8), int(480 * share)
        small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
        picture[100 : 100 + side, 200 : 200 + side] = small
        return picture

    def packed(n: int) -> Picture:
        jpeg = cv2.imencode(".jpg", noisy(room(0.7), 6.0), [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
        return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), dtype=np.uint8)

    return {
        "the same picture": lambda n: portrait,
        "near, noise of 4": lambda n: noisy(portrait, 4.0),
        "near, noise of 10": lambda n: noisy(portrait, 10.0),
        "0.7 m, noise of 4": lambda n: noisy(room(0.7), 4.0),
        "1.2 m, noise of 4": lambda n: noisy(room(0.4), 4.0),
        "1.2 m, noise of 10": lambda n: noisy(room(0.4), 10.0),
        "0.7 m, JPEG": packed,
        "light that flickers": lambda n: noisy(
            (room(0.7) * (1.0 + 0.05 * np.sin(1.7 * n))).clip(0, 255).astype(np.uint8), 4.0
        ),
    }


def _lids(face: Face) -> float:
    shapes = face.blendshapes or {}
    return 0.5 * (shapes["eyeBlinkLeft"] + shapes["eyeBlinkRight"])


def main() -> int:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    eye, still = VisionTask(), True
    print(f"{'a still portrait':24}{'found':>8}{'rad':>10}{'distance':>10}{'lids':>10}")
    for case, (name, picture) in enumerate(_cases().items()):
        shown = [eye.seen(np.ascontiguousarray(picture(n)), 100.0 * case + 0.1 * n, posture=False)
                 for n in range(LOOKS)]  # fmt: skip
        faces = [sense for senses in shown for sense in senses if isinstance(sense, Face)]
        settled = faces[SETTLES:]
        turn = np.ptp([face.bearing or (0.0, 0.0) for face in settled], axis=0).max()
        away = np.array([face.distance or 1.0 for face in settled])
        nears, lids = np.ptp(away) / away.min(), np.ptp([_lids(face) for face in settled])
        still = still and turn < MOVED_RAD and nears < NEARED and lids < BLINKED
        print(f"{name:24}{len(faces):5}/{LOOKS}{turn:10.4f}{nears:10.3f}{lids:10.3f}")
    print(f"{'counts as a sign of life':24}{'':8}{MOVED_RAD:10.4f}{NEARED:10.3f}{BLINKED:10.3f}")
    eye.close()
    return 0 if still else 1


if __name__ == "__main__":
    raise SystemExit(attempt("liveness", main))
