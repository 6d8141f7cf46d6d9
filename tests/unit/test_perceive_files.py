"""What the senses make of files: rows as JSON, and errors that name the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from moggy import models
from moggy.sensors.read_files import perceive_face, perceive_posture, perceive_touch


@pytest.fixture
def eye_models() -> None:
    if all(
        models.present(name)
        for name in ("face_landmarker", "pose_landmarker_lite", "face_expression")
    ):
        return
    if os.environ.get("CI"):
        pytest.fail("not run: needs the eye's models")
    pytest.skip("not run: needs the eye's models (moggy models fetch)")


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("perceive") / "portrait.png"
    cv2.imwrite(str(path), pytest.importorskip("skimage.data").astronaut()[:, :, ::-1])
    return path


@pytest.mark.usefixtures("eye_models")
def test_a_picture_gives_one_row_of_json(portrait: Path) -> None:
    (row,) = perceive_face(portrait)
    again = json.loads(json.dumps(row))
    assert {
        "at",
        "valence",
        "arousal",
        "probabilities",
        "confidence",
        "unsure",
        "milliseconds",
    } <= set(again)
    assert again["valence"] > 0.5
    assert again["unsure"] is False


@pytest.mark.usefixtures("eye_models")
def test_a_video_gives_ten_rows_a_second(portrait: Path, tmp_path: Path) -> None:
    path = tmp_path / "face.avi"
    picture = cv2.imread(str(portrait))
    assert picture is not None
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (512, 512))
    for n in range(30):
        video.write(np.roll(picture, 2 * n, axis=1))
    video.release()
    rows = list(perceive_face(path))
    assert 9 <= len(rows) <= 11
    assert sum(row["face"] for row in rows) >= 9
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


@pytest.mark.usefixtures("eye_models")
def test_a_picture_without_anybody_is_unsure(tmp_path: Path) -> None:
    path = tmp_path / "wall.png"
    cv2.imwrite(str(path), np.full((200, 300, 3), 120, dtype=np.uint8))
    (face,) = perceive_face(path)
    assert (face["face"], face["confidence"], face["unsure"]) == (False, 0.0, True)
    (body,) = perceive_posture(path)
    assert (body["body"], body["unsure"]) == (False, True)


@pytest.mark.usefixtures("eye_models")
def test_posture_is_always_unsure_since_its_rules_are_not_validated(portrait: Path) -> None:
    (row,) = perceive_posture(portrait)
    assert row["body"]
    assert row["unsure"]
    assert 0.0 <= row["engagement"] <= 1.0


@pytest.mark.parametrize("name", ["absent.png", "junk.png", "junk.mp4"])
def test_what_cannot_be_seen_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name != "absent.png":
        path.write_bytes(b"this is no picture" * 100)
    with pytest.raises(ValueError, match=name):
        list(perceive_face(path))


def test_touch_samples_become_rows(tmp_path: Path) -> None:
    path = tmp_path / "stroke.jsonl"
    lines = [
        {
            "at": 1 + k * 0.02,
            "kind": "touch",
            "position": [0.06 - 0.002 * k, 0.0, 0.24],
            "pressure": 0.4,
            "area": 0.3,
        }
        for k in range(60)
    ]
    path.write_text(
        "\n".join(
            json.dumps(line) for line in [*lines, {"at": 2.2, "kind": "touch", "pressure": 0}]
        )
    )
    rows = list(perceive_touch(path, guesses={"stroke": (0.4, -0.3), "hold": (0.2, -0.3)}))
    assert rows[0]["phase"] == "begin"
    assert rows[-1]["phase"] == "end"
    assert rows[-2]["gesture"] == "stroke"
    assert 0.2 < rows[-2]["valence"] <= 0.4
    assert json.loads(json.dumps(rows)) == rows


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"at": 1, "zone": "back", "pressure": 0.4}\n{"at": 2, "pressure": 7}', r":2: pressure"),
        ("not json", r":1: not JSON"),
        ("[1, 2]", r":1: should be an object"),
        ('{"at": 1, "kind": "words", "text": "hello"}', r":1: kind"),
        ("", "no samples"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"bad\.jsonl.*{what}"):
        list(perceive_touch(path))
