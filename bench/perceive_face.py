"""How well faces are understood: the head on people it was not trained on, and a real portrait,
moved, scaled and darkened.

`python bench/perceive_face.py`. The first part needs `../shared/data/face_blendshapes`, the second
the eye's models and scikit-image. The labels are noisy (one labeller a picture), fear has 14
examples: read the numbers so.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from moggy import models
from moggy.messages import Face
from moggy.sensors.eye import VisionTask
from moggy.sensors.face import FaceReader, understood
from moggy.vocabulary import CLASSES

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "face_blendshapes" / "train.csv"
"""Labelled blendshapes: it is no part of the checkout."""


def head() -> None:
    """Print what each kind of head is worth, cross-validated by person, and the milliseconds of CPU
    that one face takes."""
    from moggy.sensors.heads.train_face import load, measure

    rows = measure(DATA)
    names = list(rows["both"])
    print(f"{'five folds by person':28}" + "".join(f"{kind:>13}" for kind in rows))
    for name in names:
        print(f"{name:28}" + "".join(f"{row[name]:13.3f}" for row in rows.values()))
    shapes, network, y, _ = load(DATA)
    raw = [CLASSES.index(max(CLASSES, key=n.__getitem__)) for n in network]
    alone = statistics.mean(
        statistics.mean(r == k for r, t in zip(raw, y, strict=True) if t == k) for k in range(7)
    )
    print(f"the network by itself, balanced accuracy: {alone:.3f}")
    faces = [
        Face(at=0.0, blendshapes=s, expression=n)
        for s, n in zip(shapes[:500], network[:500], strict=True)
    ]
    began = time.process_time()
    for face in faces:
        understood(face)
    print(f"the head, ms a face: {(time.process_time() - began) / len(faces) * 1000.0:.3f}")


def portrait() -> None:
    """Print how a smile is read as it moves, shrinks and darkens, and the milliseconds of CPU that
    one picture takes."""
    from skimage import data

    picture, reader = np.ascontiguousarray(data.astronaut()), FaceReader()  # type: ignore[no-untyped-call]  # scikit-image is untyped
    eye = VisionTask()
    print(
        f"\n{'portrait (a smile)':28}"
        + "".join(f"{what:>13}" for what in ("found", "happy", "valence", "confidence", "CPU ms"))
    )
    cases = {
        "moved": [(0.9, 8.0 * n, 10.0, 1.0) for n in range(25)],
        "half as large": [(0.5, 6.0 * n, 60.0, 1.0) for n in range(25)],
        "a third as large": [(0.35, 6.0 * n, 60.0, 1.0) for n in range(25)],
        "a quarter of the light": [(0.9, 4.0 * n, 10.0, 0.25) for n in range(25)],
        "a twentieth of the light": [(0.9, 4.0 * n, 10.0, 0.05) for n in range(25)],
    }
    at = 0.0
    for name, places in cases.items():
        found: list[Face] = []
        began = time.process_time()
        for scale, x, y, light in places:
            at += 0.1
            frame = cv2.warpAffine(
                picture, np.array([[scale, 0, x], [0, scale, y]], dtype=np.float32), (640, 480)
            )
            seen = eye.seen((frame * light).astype(np.uint8), at, posture=False)
            found += [face for face in reader.read(seen, at) if isinstance(face, Face)]
        spent = (time.process_time() - began) / len(places) * 1000.0
        means = [
            statistics.mean(values) if values else float("nan")
            for values in (
                [(f.probabilities or {})["happy"] for f in found],
                [f.valence or 0.0 for f in found],
                [f.confidence or 0.0 for f in found],
            )
        ]
        print(
            f"{name:28}{len(found) / len(places):13.2f}"
            + "".join(f"{m:13.2f}" for m in means)
            + f"{spent:13.1f}"
        )
    eye.close()


if __name__ == "__main__":
    if DATA.is_file():
        head()
    else:
        print(f"not run: needs {DATA}")
    absent = [
        name
        for name in ("face_landmarker", "pose_landmarker_lite", "face_expression")
        if not models.present(name)
    ]
    if absent:
        print(f"not run: needs the models {', '.join(absent)} (moggy models fetch)")
    else:
        portrait()
