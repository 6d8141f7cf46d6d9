"""The language model's runtime builds behind the cat, says how far it is, and is kept for the next
clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest

from moggy import cache, models
from moggy.setup import runtime
from moggy.setup.runtime import RuntimeStatus

ROOT = Path(__file__).resolve().parents[2]


def tell(status: RuntimeStatus, folder: Path) -> None:
    (folder / ".moggy-runtime.json").write_text(
        json.dumps(
            {"state": status.state, "done": status.done, "total": status.total, "message": ""}
        )
    )


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment without the runtime, as runtime_status sees it."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("MOGGY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("moggy.setup.needs.importable", lambda module: module != "llama_cpp")
    return tmp_path


def test_ninjas_lines_tell_how_far_the_compiler_is() -> None:
    assert runtime.progress("[12/345] /usr/bin/c++ -O3 x.cpp") == (12, 345)
    assert runtime.progress("*** Building project with Ninja...") is None


def test_on_x86_64_the_build_is_portable_and_keeps_off_amx() -> None:
    flags = runtime.flags("x86_64")
    assert "GGML_NATIVE=OFF" in flags
    assert "GGML_AVX2=ON" in flags
    assert not any("AMX" in flag for flag in flags)


def test_on_arm_the_build_stays_native() -> None:
    assert not any("NATIVE" in flag or "AVX" in flag for flag in runtime.flags("aarch64"))


def test_without_a_build_the_status_says_what_makes_one(bare: Path) -> None:
    status = runtime.runtime_status()
    assert status.state == "absent"
    assert "make runtime" in status.message


def test_a_build_at_work_is_seen_from_outside(bare: Path) -> None:
    tell(RuntimeStatus(state="building", done=30, total=210), bare)
    with cache.lock(bare / ".moggy-runtime.lock"):
        status = runtime.runtime_status()
    assert (status.state, status.done, status.total) == ("building", 30, 210)


def test_a_build_that_died_is_told_from_one_at_work(bare: Path) -> None:
    tell(RuntimeStatus(state="building", done=30, total=210), bare)
    assert runtime.runtime_status().state == "stopped"


def test_a_build_that_failed_stays_said(bare: Path) -> None:
    tell(RuntimeStatus(state="failed"), bare)
    assert runtime.runtime_status().state == "failed"


def test_a_status_file_that_is_no_status_is_no_status(bare: Path) -> None:
    (bare / ".moggy-runtime.json").write_text("{half")
    assert runtime.runtime_status().state == "absent"


def test_the_compilers_last_words_are_the_error(bare: Path) -> None:
    steps: list[RuntimeStatus] = []
    script = "print('[1/2] c++ a.cpp'); print('a.cpp:3: error: no such thing'); raise SystemExit(1)"
    with pytest.raises(runtime.BuildFailed, match="no such thing"):
        runtime._watch([sys.executable, "-c", script], os.environ, steps.append)
    assert [(step.done, step.total) for step in steps] == [(1, 2)]


def test_without_a_compiler_the_command_that_installs_one_is_named(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(bare))
    with pytest.raises(runtime.BuildFailed, match=r"apt install g\+\+"):
        runtime._compile(bare / "shelf", 1, lambda _: None)


@pytest.fixture
def other_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new environment's Python, and a cache in which an earlier clone left the wheel and the
    model."""
    monkeypatch.setenv("MOGGY_CACHE", str(tmp_path / "cache"))
    shelf = runtime._shelf()
    shelf.mkdir(parents=True)
    with zipfile.ZipFile(shelf / "llama_cpp_python-0.3.36-py3-none-any.whl", "w") as wheel:
        wheel.writestr("llama_cpp/__init__.py", "")
        wheel.writestr(
            "llama_cpp_python-0.3.36.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: llama_cpp_python\nVersion: 0.3.36\n",
        )
        wheel.writestr(
            "llama_cpp_python-0.3.36.dist-info/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("llama_cpp_python-0.3.36.dist-info/RECORD", "")
    for name in models.LATER:
        place = models._folder(models.MODELS[name]) / models.MODELS[name].files[0].name
        place.parent.mkdir(parents=True)
        with place.open("wb") as file:
            file.truncate(models.MODELS[name].size)
    venv.create(tmp_path / "venv", symlinks=True, with_pip=True)
    return tmp_path / "venv" / "bin" / "python"


def test_a_second_clone_installs_the_kept_wheel_without_compiling(other_clone: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": str(other_clone.parent)}
    done = subprocess.run(
        [other_clone, "-m", "moggy.setup.runtime", "--jobs", "1"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    asked = (
        "import llama_cpp; from moggy.setup.runtime import runtime_status; "
        "print(runtime_status().state)"
    )
    said = subprocess.run(
        [other_clone, "-c", asked], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert said.strip() == "ready"


@pytest.mark.needs_runtime
def test_the_runtime_that_was_built_loads() -> None:
    subprocess.run([sys.executable, "-c", "import llama_cpp"], check=True)
    assert runtime.runtime_status().state == "ready"


def test_a_build_ends_with_the_compilers_that_it_started(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(
        f"#!/bin/sh\nsleep 600 & echo $! > {tmp_path}/compiler.part; "
        f"mv {tmp_path}/compiler.part {tmp_path}/compiler; wait\n"
    )
    python.chmod(0o755)
    build = runtime.RuntimeBuild(python)
    build.start()
    while not (tmp_path / "compiler").exists():
        os.sched_yield()
    compiler = int((tmp_path / "compiler").read_text())
    build.close()
    give_up = time.monotonic() + 120.0
    while at_work(compiler) and time.monotonic() < give_up:
        os.sched_yield()  # the signal was sent; the system delivers it in its own time
    assert not at_work(compiler)
    build.close()


def at_work(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
