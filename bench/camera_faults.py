"""How the eye reads a smiling portrait that is tilted, far away or in the dark, and what its checks
of the camera measure there.

For each tilt: how often a face was told of eight pictures, its valence, the tilt of the head by the
check, and by the landmarks of whatever was told or held back. One portrait is all that a package
brings: people differ. The exit code is 1 where a face is told whose valence has the wrong sign.
"""

from __future__ import annotations

import argparse
import math

import cv2
import numpy as np

from bench.absent import attempt
from bench.look import wall
from moggy.messages import Face
from moggy.sensors.vision.camera import Picture
from moggy.sensors.vision.camera_faults import BRIGHTEST, COARSE_PX
from moggy.sensors.vision.eye import VisionTask
from moggy.sensors.vision.face_reader import understood

WIDTHS_PX = (110, 80, 40)
"""Widths of the face: 0.6, 0.8 and 1.6 m away."""
TILTS_DEG = (0, 30, 60, 90, 135, 180, 225, 270, 315)
"""Counter-clockwise."""
LIGHTS = (1.0, 0.3, 0.1, 0.08, 0.06, 0.05, 0.04, 0.02)
"""Shares of the light of the portrait."""
LOOKS = 8
"""Pictures of each case."""
NOISE = 2.0
"""Standard deviation of the noise in the dark, 0..255."""
SEED = 1
"""Of the noise."""


class _Eye:
    """Looks at cases that have nothing to do with each other."""

    def __init__(self) -> None:
        self._eye, self._at = VisionTask(), 0.0

    def looks(self, picture: Picture) -> tuple[list[float], float | None]:
        """The valences that are told of LOOKS pictures, and the tilt of the head, degrees."""
        self._at += 10.0
        self._eye.seen(wall(0), self._at, posture=False)
        told: list[float] = []
        tilt = None
        for _ in range(LOOKS):
            self._at += 0.1
            senses = self._eye.seen(picture, self._at, posture=False)
            told += [understood(s).valence or 0.0 for s in senses if isinstance(s, Face)]
            checked = self._eye.checked
            tilt = tilt if checked is None else math.degrees(checked.tilt)
        return told, tilt

    def close(self) -> None:
        self._eye.close()


def _turned(picture: Picture, degrees: float) -> Picture:
    """The picture turned counter-clockwise round its middle."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    out = cv2.warpAffine(picture, turn, (width, height), borderValue=(100, 100, 100))
    return np.asarray(out, dtype=np.uint8)


def main() -> int:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    eye, right = _Eye(), True
    print(f"{'face, px':>10}{'tilt':>8}{'told':>8}{'valence':>10}{'by check':>10}")
    for width in WIDTHS_PX:
        for degrees in TILTS_DEG:
            told, tilt = eye.looks(_turned(wall(width), degrees))
            right = right and all(valence > 0.0 for valence in told)
            valence = f"{told[-1]:.2f}" if told else "–"
            found = "–" if tilt is None else f"{tilt % 360.0:.0f}°"
            print(f"{width:10}{degrees:7}°{len(told):6}/{LOOKS}{valence:>10}{found:>10}")
    rng = np.random.default_rng(SEED)
    print(f"\n{'light':>10}{'bright':>8}{'told':>8}{'valence':>10}")
    for light in LIGHTS:
        dark = wall(WIDTHS_PX[0]) * light + rng.normal(0.0, NOISE, (480, 640, 3))
        picture = dark.clip(0, 255).astype(np.uint8)
        bright = np.percentile(picture[::COARSE_PX, ::COARSE_PX].max(axis=2), BRIGHTEST)
        told, _ = eye.looks(picture)
        valence = f"{told[-1]:.2f}" if told else "–"
        print(f"{light:10}{bright:8.0f}{len(told):6}/{LOOKS}{valence:>10}")
    eye.close()
    return 0 if right else 1


if __name__ == "__main__":
    raise SystemExit(attempt("camera_faults", main))
