"""What is missing is named, with what does not work without it and the command that brings it."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from moggy.models import processor
from moggy.sensors.vision.eye import VisionTask
from moggy.setup import doctor, needs

ROOT = Path(__file__).resolve().parents[2]
# A Python without any installed package, as in a fresh clone.
BARE = [sys.executable, "-I", "-S", "-c"]


def test_a_missing_library_is_named_with_the_package_that_brings_it() -> None:
    need = needs.Need(
        "libnowhere.so.9", needs.loads("libnowhere.so.9"), "libnowhere9", "nothing of value"
    )
    assert not need.present()
    assert need.command().endswith("apt install libnowhere9")


def test_a_library_that_is_there_is_seen() -> None:
    assert needs.loads("libc.so.6")()


def test_this_environment_has_all_that_a_cat_needs() -> None:
    findings = list(doctor.examine())
    assert [finding for finding in findings if finding.state == "fatal"] == []
    assert {
        "machine",
        "packages",
        "models",
        "language model",
        "studio",
        "simulator",
        "devices",
    } <= {finding.area for finding in findings}


def test_whatever_is_missing_has_a_way_out() -> None:
    assert all(finding.way_out for finding in doctor.examine() if finding.state != "ok")


def test_a_processor_that_is_too_old_for_mediapipe_is_said_and_the_eye_stays_shut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(processor, "HWCAP_ATOMICS", 0)  # a bit that no processor has
    assert any(f.way_out == processor.TOO_OLD for f in doctor.examine())
    with pytest.raises(processor.TooOld, match=r"the eye stays shut: .* a Raspberry Pi 4 is not"):
        VisionTask()
    monkeypatch.setattr(processor, "FIRST_BUILT_FOR_THEM", "2")
    assert not processor.too_old(), "an older MediaPipe runs there"


def test_in_a_fresh_clone_the_doctor_runs_and_names_the_first_command() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "from moggy.setup.doctor import doctor; sys.exit(doctor())"
    )
    done = subprocess.run([*BARE, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "make sim" in done.stdout


def test_set_up_needs_nothing_but_the_standard_library() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        "import moggy.setup, moggy.setup.doctor, moggy.setup.runtime, moggy.models"
    )
    done = subprocess.run([*BARE, script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
