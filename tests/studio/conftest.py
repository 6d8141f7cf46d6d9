"""A living cat with its studio, and a browser that opens it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser import FLAGS, PATIENCE, Open

ROOT = Path(__file__).resolve().parents[2]
INDEX = ROOT / "sim" / "studio" / "static" / "index.html"


@pytest.fixture(scope="module")
def simulator(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a cat in the afternoon, awake; with the module's `ARGUMENTS`, if it has
    some."""
    if not INDEX.is_file():
        pytest.fail("the page is not built: make page")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(Path(sys.executable).with_name("moggy")),
        "sim",
        "--port",
        str(port),
        "--no-open",
        "--seed",
        "1",
        "--hour",
        "17",
        *getattr(request.module, "ARGUMENTS", ()),
    ]
    environment = {**os.environ, "MOGGY_HOME": str(tmp_path_factory.mktemp("home"))}
    log = tmp_path_factory.mktemp("log") / "sim.log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT
        ) as process,
    ):
        try:
            _wait_for(log, process)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(PATIENCE / 1000)


def _wait_for(log: Path, process: subprocess.Popen[bytes]) -> None:
    while "lives at" not in log.read_text():
        if process.poll() is not None:
            pytest.fail(f"moggy sim ended: {log.read_text()}")
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS.split()
        )
        yield started
        started.close()


@pytest.fixture
def studio(browser: Any, simulator: str) -> Iterator[Open]:
    opened = Open(browser, simulator)
    yield opened
    opened.page.close()
    assert opened.complaints == []
