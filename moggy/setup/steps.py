"""The steps from a fresh clone to a running pet: environment, packages, models, page, and the build
of the language model's runtime.

`make sim` runs `python3 -m moggy.setup sim` with the machine's Python and nothing installed, so
this file and what it imports use the standard library only. Each step has a stamp with the hash of
what it was made from: when that has not changed, it takes a few milliseconds. Each may be
interrupted and repeated.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from moggy import cache, models
from moggy.models import packages
from moggy.setup import environment, needs
from moggy.setup.environment import DEV, MAIN, PYTHON, ROOT, VENV, Stop, digest
from moggy.setup.runtime import RuntimeBuild

PAGE = ROOT / "sim" / "studio" / "page"
"""Sources of the studio's page."""
STATIC = ROOT / "sim" / "studio" / "static"
"""Where the built page goes."""
PATIENCE_S = 5.0
"""Seconds that a program gets to end when it is asked to, before it is killed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `do` runs unless `fresh` says that it is done."""

    name: str
    fresh: Callable[[], bool]
    do: Callable[[], None]


def setup(*, runtime: bool = True, page: bool = True) -> int:
    """Run `moggy setup`, in an environment that has its packages. Returns an exit code."""
    from moggy.setup import runtime as language

    try:
        models.fetch(models.FIRST)
        if page and needs.checkout():
            perform([page_step(sys.executable)])
    except (Stop, packages.FetchFailed, models.Missing, models.Corrupt, OSError) as error:
        print(f"moggy setup: {error}", file=sys.stderr)
        return 1
    return language.main([]) if runtime else 0


def main(arguments: Sequence[str]) -> int:
    """Set up for a goal (sim, run, test, dev or page); further arguments go to `moggy sim`. Returns
    an exit code."""
    goal, *rest = arguments or ["sim"]
    # SIGTERM ends set-up as Ctrl-C does: children are ended and temporary folders removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        check_machine(mend=goal == "test")
        with cache.lock(
            ROOT / ".cache" / "setup.lock",
            lambda: print("another set-up is at work in this clone; waiting for it …"),
        ):
            perform(steps(goal))
        if goal == "test":
            return prepare_runtime()
        if goal == "sim":
            return live(rest)
    except KeyboardInterrupt:
        print("\nstopped; the same command goes on from here")
        return 130
    except (Stop, packages.FetchFailed, models.Corrupt, OSError) as error:
        print(f"\nset-up stopped: {error}", file=sys.stderr)
        return 1
    return 0


def steps(goal: str) -> list[Step]:
    """The steps for a goal, in order. Raises Stop for an unknown goal."""
    if goal == "dev":
        return [packages_step(DEV)]
    if goal == "page":
        return [packages_step(MAIN), page_step()]
    if goal in ("sim", "run", "test"):
        return [packages_step(DEV if goal == "test" else MAIN), models_step(goal), page_step()]
    raise Stop(f"no goal '{goal}': sim, run, test, dev or page")


def prepare_runtime() -> int:
    """Build the runtime for the tests, with every core. A failure is left to the tests that need
    it. Returns 0."""
    if not runtime_ready():
        print(
            "[+] the language model's runtime, with every core "
            "(about eight minutes on two, once; kept for the next clone)",
            flush=True,
        )
        subprocess.run(
            [PYTHON, "-m", "moggy.setup.runtime"], cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        )
    return 0


def check_machine(mend: bool) -> None:
    """Print what is missing with the command that installs it. With `mend`, install it where this
    is root and there is apt. Raises Stop without a usable Python."""
    for need in (needs.PYTHON, needs.VENV):
        if not PYTHON.exists() and not need.present():
            raise Stop(f"this needs {need.what}; {need.command()}")
    wanted = [*needs.LIBRARIES, needs.COMPILER, *([needs.CHROMIUM] if mend else [])]
    absent = [need for need in wanted if not need.present()]
    if absent and mend and os.geteuid() == 0 and shutil.which("apt-get"):
        install([need.package for need in absent])
        absent = [need for need in absent if not need.present()]
    for need in absent:
        print(f"  without {need.what}: {need.without}")
    if absent:
        sudo = "" if os.geteuid() == 0 else "sudo "
        print(f"  to install: {sudo}apt install {' '.join(need.package for need in absent)}")


def install(names: Sequence[str]) -> None:
    """Install Debian's packages. A failure prints the end of apt's output; the caller checks what
    is still missing."""
    print(f"installing {' '.join(names)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", *names],
    ):
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print("\n".join((done.stdout + done.stderr).strip().splitlines()[-6:]))


def perform(steps: Sequence[Step]) -> None:
    """Run the steps that are not fresh; print a line before each and its seconds after it."""
    for number, step in enumerate(steps, 1):
        if step.fresh():
            continue
        print(f"[{number}/{len(steps)}] {step.name}", flush=True)
        began = time.perf_counter()
        step.do()
        print(f"      done in {time.perf_counter() - began:.0f} s", flush=True)


def packages_step(lock: Path) -> Step:
    """The step that makes `.venv` what the lock says."""
    return Step(
        "packages into .venv, each by its hash",
        lambda: environment.fresh(lock),
        lambda: environment.install(lock),
    )


def models_step(goal: str) -> Step:
    """The step that fetches the models with which the pet starts; for the tests also its ears."""
    names = (*models.FIRST, models.EARS) if goal == "test" else models.FIRST
    stamp = ROOT / ".cache" / "models.stamp"
    key = digest(sorted((ROOT / "moggy" / "models").glob("[!.]*.py")))

    def fresh() -> bool:
        here = all(models.present(name) for name in names if not models.MODELS[name].installed)
        return here and stamp.is_file() and stamp.read_text() == key

    def do() -> None:
        if subprocess.run([PYTHON, "-m", "moggy.models", *names], cwd=ROOT, check=False).returncode:
            raise Stop("the models did not come; the same command tries again")
        cache.write(stamp, key)

    return Step("models for face, posture and words, each by its hash", fresh, do)


def page_step(python: str = str(PYTHON)) -> Step:
    """The step that builds the studio's page into sim/studio/static, with the libraries that its
    lock names. `python`: whose pip fetches Node.js if there is none."""
    stamp, libraries = STATIC / ".stamp", PAGE / "node_modules" / ".moggy-stamp"
    # The cat's shape, which the page shares with the painter, lies beside the page's folder.
    own = [
        entry
        for entry in sorted([*PAGE.iterdir(), *PAGE.parent.glob("*.json")])
        if entry.name != "node_modules"
    ]
    sources = [
        path
        for entry in own
        for path in (sorted(entry.rglob("*")) if entry.is_dir() else [entry])
        if path.is_file()
    ]
    key, lock = digest(sources), digest([PAGE / "package-lock.json"])

    def fresh() -> bool:
        return stamp.is_file() and stamp.read_text() == key

    def do() -> None:
        npm = packages.npm(python)
        if not libraries.is_file() or libraries.read_text() != lock:
            packages.run(
                [*npm, "--prefix", str(PAGE), "ci", "--no-audit", "--no-fund"],
                "fetch the page's libraries",
            )
            cache.write(libraries, lock)
        packages.run([*npm, "--prefix", str(PAGE), "run", "--silent", "build"], "build the page")
        cache.write(stamp, key)

    return Step("the studio's page", fresh, do)


def live(options: Sequence[str]) -> int:
    """Run the simulator, and the build of the runtime beside it; both end with this process.
    Returns the simulator's exit code. `--no-runtime` in `options` leaves the build out."""
    arguments = [option for option in options if option != "--no-runtime"]
    build = RuntimeBuild(PYTHON)
    if len(arguments) == len(options) and not runtime_ready():
        build.start()
    try:
        cat = subprocess.Popen([VENV / "bin" / "moggy", "sim", *arguments])
        try:
            return cat.wait()
        except KeyboardInterrupt:
            # The usual way to end it. The simulator got the same signal: let it end by itself.
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                cat.wait(PATIENCE_S)
            return 0
        finally:
            end(cat)
    finally:
        build.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process: ask it to, and kill it if it is still there after PATIENCE_S."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def runtime_ready() -> bool:
    """Whether the runtime and its model are installed; can be asked from outside of `.venv`."""
    return bool(list(VENV.glob("lib/python*/site-packages/llama_cpp/__init__.py"))) and all(
        map(models.present, models.LATER)
    )
