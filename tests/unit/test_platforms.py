"""Every locked package has a wheel for each processor and each Python, so that the same versions
run everywhere. `make resolve` runs this alone; it takes seconds, and installs nothing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from uv import find_uv_bin

from moggy.setup import environment, needs

PROCESSORS = ("aarch64", "x86_64")
PYTHONS = [f"3.{minor}" for minor in range(needs.OLDEST[1], needs.NEWEST[1] + 1)]
GLIBC = "manylinux_2_28"
"""The oldest Linux for which wheels are looked for, with glibc 2.28. Raspberry Pi OS of 2023 has
2.36, and a Jetson's Ubuntu 22.04 has 2.35."""
UNREACHED = r"error sending request|[Nn]etwork connectivity is disabled|dns error|timed out"
"""What uv says where it reaches no registry."""


def wheels(lock: Path, processor: str, python: str, into: Path) -> str:
    """Look for a wheel of every locked package; what is missing, or "". Skips the test where no
    registry is reached."""
    done = subprocess.run(
        [
            find_uv_bin(), "pip", "install", "--dry-run", "--no-deps", "--require-hashes",
            "--only-binary", ":all:", "--python-platform", f"{processor}-{GLIBC}",
            "--python-version", python, "--target", str(into), "--requirement", str(lock),
        ],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode and re.search(UNREACHED, done.stderr):
        pytest.skip("not run: needs a package registry")
    return done.stderr if done.returncode else ""


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("processor", PROCESSORS)
def test_every_locked_package_has_a_wheel(processor: str, python: str, tmp_path: Path) -> None:
    # It holds what the other lock holds (test_setup.py), and what the tests need.
    assert wheels(environment.DEV, processor, python, tmp_path / "site") == ""


@pytest.mark.parametrize("python", ["3.11", "3.12"])
def test_every_package_for_older_processors_has_a_wheel(python: str, tmp_path: Path) -> None:
    lock = environment.ROOT / "requirements" / "old-arm.lock"
    assert wheels(lock, "aarch64", python, tmp_path / "site") == ""


def test_a_package_without_a_wheel_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "old.lock"
    # The last mediapipe before 1.0 for aarch64: its wheels end with Python 3.12.
    lock.write_text("mediapipe==0.10.18 --hash=sha256:" + 64 * "0" + "\n")
    assert "mediapipe" in wheels(lock, "aarch64", "3.13", tmp_path / "site")


def test_no_package_is_locked_in_two_versions() -> None:
    for lock in (environment.MAIN, environment.DEV):
        names = re.findall(r"^([\w.-]+)==", lock.read_text(), re.MULTILINE)
        assert len(names) == len(set(names))
