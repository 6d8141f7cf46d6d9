"""Builds the language model's runtime (llama-cpp-python) while the pet already runs.

PyPI has only its source. `python -m moggy.setup.runtime` fetches the model's weights and the source
by their hashes, compiles it in a folder of the per-user cache so that an interrupted build can go
on, keeps the wheel there for the next clone, and installs it into this environment, where the next
process that imports llama_cpp finds it. `RuntimeBuild` starts this in a process of its own with one
core and a low priority; `runtime_status()` tells how far it is, from a file that the build writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import venv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from moggy import cache, models
from moggy.models import packages
from moggy.setup import needs

SOURCE = packages.Package(
    registry="pypi",
    name="llama-cpp-python",
    version="0.3.36",
    hashes=("832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e",),
    source=True,
)
"""The release that is built."""

X86_64 = (
    "GGML_NATIVE=OFF",
    "GGML_AVX=ON",
    "GGML_AVX2=ON",
    "GGML_FMA=ON",
    "GGML_F16C=ON",
    "GGML_BMI2=ON",
)
"""CMake settings for x86-64. The extensions are named instead of detected: every processor since
2013 has these, so the wheel may be moved, and AMX is left out, with which the default build crashes
at its first decode (llama.cpp issue 20824, open)."""
LEFT_OUT = (
    "LLAMA_BUILD_TESTS=OFF",
    "LLAMA_BUILD_EXAMPLES=OFF",
    "LLAMA_BUILD_TOOLS=OFF",
    "LLAMA_BUILD_SERVER=OFF",
    "LLAVA_BUILD=OFF",
    "MTMD_BUILD=OFF",
    "LLAMA_CURL=OFF",
)
"""CMake settings for parts that moggy does not use and that take a third of the time to compile."""

ACTIVE = ("waiting", "fetching", "building", "installing")
"""States of a build that is running."""
NICE = 15
"""Niceness of a build on one core, beside a pet that runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeStatus:
    """How far the build is."""

    state: str
    """absent, waiting, fetching, building, installing, ready, stopped or failed."""
    done: int = 0
    """Steps of the compilation that are done."""
    total: int = 0
    """All steps of the compilation; 0 while that is not known."""
    message: str = ""
    """A sentence for the user."""


class BuildFailed(RuntimeError):
    """The runtime could not be built. The message says why and what to do."""


def runtime_status() -> RuntimeStatus:
    """The state as a process that starts now would find it. Cheap enough to ask once a second."""
    told = _told()
    if told.state in ACTIVE and cache.held(_lock()):
        return told
    importlib.invalidate_caches()
    if needs.importable("llama_cpp"):
        absent = [name for name in models.LATER if not models.present(name)]
        if not absent:
            return RuntimeStatus(state="ready", message="the language model's runtime is here")
        return RuntimeStatus(
            state="absent",
            message=f"the runtime is here, the model is not: moggy models fetch {' '.join(absent)}",
        )
    if told.state == "failed":
        return told
    if told.state in ACTIVE:
        return RuntimeStatus(
            state="stopped",
            done=told.done,
            total=told.total,
            message="the build was stopped; it goes on where it was",
        )
    return RuntimeStatus(
        state="absent", message="the language model's runtime is not built yet: make runtime"
    )


class RuntimeBuild:
    """The build in a process of its own, which prints its progress. A later build goes on where
    this one was ended."""

    def __init__(self, python: Path = Path(sys.executable)) -> None:
        """`python`: of the environment for which to build."""
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, jobs: int = 1) -> None:
        """Start the process with `jobs` cores. It ends at once if nothing is to be done, and waits
        if another build is running."""
        root = Path(__file__).resolve().parents[2]
        command: list[str | Path] = [self._python, "-m", "moggy.setup.runtime", "--jobs", str(jobs)]
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def close(self) -> None:
        """End the process and the compilers that it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait()
        self._process = None


def build(jobs: int, say: Callable[[RuntimeStatus], None]) -> None:
    """Fetch, compile and install, telling each step to `say`. May be interrupted and repeated.
    Raises BuildFailed, FetchFailed, or models.Corrupt."""
    say(RuntimeStatus(state="fetching", message="fetching the language model's weights (98 MB)"))
    models.fetch(models.LATER, lambda text: say(RuntimeStatus(state="fetching", message=text)))
    if needs.importable("llama_cpp"):
        return
    shelf = _shelf()
    with cache.lock(
        shelf / "build.lock",
        lambda: say(
            RuntimeStatus(state="waiting", message="another build is at work; waiting for it")
        ),
    ):
        wheel = _finished(shelf) or _compile(shelf, jobs, say)
    say(RuntimeStatus(state="installing", message=f"installing {wheel.name}"))
    packages.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            "--force-reinstall",
            str(wheel),
        ],
        "install the runtime",
    )
    tried = subprocess.run(
        [sys.executable, "-c", "import llama_cpp"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        raise BuildFailed(
            f"the runtime was built and does not load: {tried.stderr.strip().splitlines()[-1:]}"
        )


def flags(machine: str) -> tuple[str, ...]:
    """CMake's settings for a processor, as `platform.machine()` names it. On ARM the extensions are
    detected, which works."""
    return (*(X86_64 if machine in ("x86_64", "AMD64") else ()), *LEFT_OUT)


def progress(line: str) -> tuple[int, int] | None:
    """(12, 345) from Ninja's line `[12/345] …`; None from any other line."""
    found = re.match(r"\s*\[(\d+)/(\d+)\]", line)
    return (int(found[1]), int(found[2])) if found else None


def _compile(shelf: Path, jobs: int, say: Callable[[RuntimeStatus], None]) -> Path:
    root = needs.checkout()
    if root is None:
        arguments = " ".join(f"-D{flag}" for flag in flags(platform.machine()))
        raise BuildFailed(
            f'outside a checkout, build it with: CMAKE_ARGS="{arguments}" pip install {SOURCE}'
        )
    if not needs.COMPILER.present():
        raise BuildFailed(f"there is no C++ compiler: {needs.COMPILER.command()}")
    tools = _tools(shelf, root / "requirements" / "runtime.lock", say)
    source = _source(shelf, tools, say)
    say(RuntimeStatus(state="building", message="configuring"))
    with cache.scratch(shelf) as folder:
        command = [
            str(tools),
            "-m",
            "pip",
            "wheel",
            "--verbose",
            "--no-deps",
            "--no-build-isolation",
            "--no-cache-dir",
        ]
        command += [
            "--config-settings",
            f"build-dir={shelf / 'objects'}",
            "--wheel-dir",
            str(folder),
            str(source),
        ]
        environment = {
            **os.environ,
            "PATH": f"{tools.parent}{os.pathsep}{os.environ.get('PATH', '')}",
            "CMAKE_ARGS": " ".join(f"-D{flag}" for flag in flags(platform.machine())),
            "CMAKE_BUILD_PARALLEL_LEVEL": str(jobs),
        }
        _watch(command, environment, say)
        wheel = next(folder.glob("*.whl"))
        cache.put(wheel, shelf / wheel.name)
    for litter in (source, shelf / "objects", tools.parents[1]):
        shutil.rmtree(litter, ignore_errors=True)
    return shelf / wheel.name


def _watch(
    command: list[str], environment: Mapping[str, str], say: Callable[[RuntimeStatus], None]
) -> None:
    """Run the compiler and tell each of its steps. Raises BuildFailed with the end of its
    output."""
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    words: list[str] = []
    try:
        with _log().open("w") as log:
            for line in process.stdout or ():
                log.write(line)
                words = [*words[-30:], line.rstrip()]
                step = progress(line)
                if step:
                    say(
                        RuntimeStatus(
                            state="building",
                            done=step[0],
                            total=step[1],
                            message=f"compiling, {step[0]} of {step[1]}",
                        )
                    )
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if code:
        raise BuildFailed(
            "\n".join(("the compiler stopped:", *words[-12:], f"(the log: {_log()})"))
        )


def _tools(shelf: Path, lock: Path, say: Callable[[RuntimeStatus], None]) -> Path:
    """The Python of an environment with cmake, ninja and the build backend, installed by hash."""
    home = shelf / "tools"
    python = home / "bin" / "python"
    if not (home / "complete").exists():
        say(RuntimeStatus(state="fetching", message="fetching cmake and ninja"))
        venv.create(home, clear=True, symlinks=True, with_pip=True)
        packages.run(
            [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)],
            "fetch the build tools",
        )
        (home / "complete").touch()
    return python


def _source(shelf: Path, tools: Path, say: Callable[[RuntimeStatus], None]) -> Path:
    """The unpacked source. Its place never changes, so that an interrupted compilation finds its
    object files again."""
    place = shelf / "source"
    if not place.exists():
        say(RuntimeStatus(state="fetching", message=f"fetching the source of {SOURCE} (77 MB)"))
        with cache.scratch(shelf) as folder:
            archive = packages.download(SOURCE, folder / "archive", python=str(tools))
            with tarfile.open(archive) as tar:
                # Pythons before 3.11.4 lack the filter; the archive's hash was checked by pip
                # either way.
                tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
                tar.extractall(folder / "unpacked")
            cache.put(next((folder / "unpacked").iterdir()), place)
    return place


def _finished(shelf: Path) -> Path | None:
    return next(shelf.glob("llama_cpp_python-*.whl"), None)


def _shelf() -> Path:
    """Where wheels of this version, these settings and this kind of machine are kept. They work
    with every version of Python."""
    key = hashlib.sha256(
        " ".join((str(SOURCE), platform.machine(), *flags(platform.machine()))).encode()
    ).hexdigest()[:12]
    return cache.root() / "runtime" / key


def _lock() -> Path:
    return Path(sys.prefix) / ".moggy-runtime.lock"


def _status() -> Path:
    return Path(sys.prefix) / ".moggy-runtime.json"


def _log() -> Path:
    return Path(sys.prefix) / ".moggy-runtime.log"


def _told() -> RuntimeStatus:
    try:
        return RuntimeStatus(**json.loads(_status().read_text()))
    except (OSError, ValueError, TypeError):
        return RuntimeStatus(state="absent")


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    with cache.lock(
        _lock(), lambda: print("the runtime is being built already; waiting for it …", flush=True)
    ):
        yield


def main(arguments: list[str]) -> int:
    """Build, and write each step to the status file and to the terminal. `--jobs N` limits the
    cores; with one the priority is low. Returns an exit code."""
    jobs = (
        int(arguments[arguments.index("--jobs") + 1])
        if "--jobs" in arguments
        else len(os.sched_getaffinity(0))
    )
    if jobs == 1:
        os.nice(NICE)
    told = ""

    def say(status: RuntimeStatus) -> None:
        nonlocal told
        cache.write(_status(), json.dumps(asdict(status)))
        percent = (
            f"{100 * status.done // status.total // 5 * 5} %" if status.total else status.message
        )
        if percent != told:
            told = percent
            print(f"language model: {status.message}", flush=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with _one_at_a_time():
        try:
            build(jobs, say)
        except (BuildFailed, packages.FetchFailed, models.Corrupt, OSError) as error:
            say(RuntimeStatus(state="failed", message=str(error)))
            return 1
        except KeyboardInterrupt:
            print("stopped; the next start goes on from here", flush=True)
            return 130
        say(RuntimeStatus(state="ready", message="the runtime is here"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
