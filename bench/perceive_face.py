"""How well faces are understood: the head on people it was not trained on, and a real portrait,
moved, scaled and darkened.

The first part needs the set face_blendshapes, the second the eye's models and scikit-image. The
labels are noisy (one labeller a picture) and fear has 14 examples, so the numbers are rough.
"""

from __future__ import annotations

import argparse
import statistics
import time

import cv2
import numpy as np

from bench.absent import attempt, folder_of
from moggy.messages import Face
from moggy.sensors.vision.eye import VisionTask
from moggy.sensors.vision.face_reader import FaceReader, understood
from moggy.vocabulary import CLASSES


def head() -> None:
    """Print what each kind of head is worth, cross-validated by person, and the milliseconds of CPU
    that one face takes."""
    from moggy.sensors.vision.heads.train_face import load, measure

    path = folder_of("face_blendshapes") / "train.csv"
    rows = measure(path)
    names = list(rows["both"])
    print(f"{'five folds by person':28}" + "".join(f"{kind:>13}" for kind in rows))
    for name in names:
        print(f"{name:28}" + "".join(f"{row[name]:13.3f}" for row in rows.values()))
    shapes, network, y, _ = load(path)
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

    astronaut = data.astronaut()  # type: ignore[no-untyped-call]  # scikit-image is untyped
    picture, reader = np.ascontiguousarray(astronaut), FaceReader()
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


def main() -> int:
    """Print both parts; 2 where one of them cannot run here, else 0."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    return max(attempt("the head on people", head), attempt("the portrait", portrait))
