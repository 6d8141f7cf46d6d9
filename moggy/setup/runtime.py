"""Builds the language model's runtime behind the living cat: one core, niced, resumable, its
progress in a file that everybody may read.

PyPI has llama-cpp-python as source alone. `python -m moggy.setup.runtime` fetches the source (hash
checked), compiles it in a folder of the per-user cache that survives an interruption, keeps the
wheel there for the next clone, fetches the model's weights and installs the wheel into this
environment, where the next process that imports llama_cpp finds it. `RuntimeBuild` starts that in a
process of its own; `runtime_status()` tells how far it is.
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

# GGML_NATIVE=OFF with the extensions named one by one, all of which any x86-64 processor since 2013
# has: the wheel may be kept and moved, and it leaves out AMX, with which the default build crashes
# at its first decode (llama.cpp issue 20824, open).
X86_64 = (
    "GGML_NATIVE=OFF",
    "GGML_AVX=ON",
    "GGML_AVX2=ON",
    "GGML_FMA=ON",
    "GGML_F16C=ON",
    "GGML_BMI2=ON",
)
# What nobody here runs: a third of the time to compile.
LEFT_OUT = (
    "LLAMA_BUILD_TESTS=OFF",
    "LLAMA_BUILD_EXAMPLES=OFF",
    "LLAMA_BUILD_TOOLS=OFF",
    "LLAMA_BUILD_SERVER=OFF",
    "LLAVA_BUILD=OFF",
    "MTMD_BUILD=OFF",
    "LLAMA_CURL=OFF",
)

ACTIVE = ("waiting", "fetching", "building", "installing")
NICE = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeStatus:
    """How far the runtime is: `done` of `total` steps of the compilation (0: not known yet), and a
    sentence for a person.

    `state`: absent, waiting, fetching, building, installing, ready, stopped or failed.
    """

    state: str
    done: int = 0
    total: int = 0
    message: str = ""


class BuildFailed(RuntimeError):
    """The runtime could not be built; the message says why and what to do."""


def runtime_status() -> RuntimeStatus:
    """What a process of this environment would find now. Cheap enough to ask once a second."""
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
    """The build as a process of its own, telling its progress on our terminal. It ends with us; the
    next one goes on where it was."""

    def __init__(self, python: Path = Path(sys.executable)) -> None:
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, jobs: int = 1) -> None:
        """Begin. Where it is all there already the process ends at once; where another is at it, it
        waits for that one."""
        root = Path(__file__).resolve().parents[2]
        command: list[str | Path] = [self._python, "-m", "moggy.setup.runtime", "--jobs", str(jobs)]
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def close(self) -> None:
        """Stop it with the compilers that it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait()
        self._process = None


def build(jobs: int, say: Callable[[RuntimeStatus], None]) -> None:
    """Do all of it, here and now. Raises BuildFailed or FetchFailed. Safe to interrupt and repeat."""
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
    """CMake's settings for a processor. On ARM the native build is the good one."""
    return (*(X86_64 if machine in ("x86_64", "AMD64") else ()), *LEFT_OUT)


def progress(line: str) -> tuple[int, int] | None:
    """Ninja's `[12/345] …` → (12, 345)."""
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
    """Run the compiler, tell each of its steps, and keep its last words for the error."""
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
    """The Python of an environment that holds cmake, ninja and the build backend, all by hash."""
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
    """The unpacked source, always at the same place, so that an interrupted compilation finds its
    objects again."""
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
    """Where wheels of this version, these flags and this machine are kept. The wheel holds no
    Python version."""
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
    """Build, telling the status file and, on a terminal, the person."""
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
