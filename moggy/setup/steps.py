"""Takes a fresh clone to a living cat: environment, packages, models, page, and the runtime that
builds behind it.

`python3 -m moggy.setup sim` is what `make sim` runs, with the machine's Python and nothing
installed, so this file and what it imports use the standard library only. Each step is keyed by the
content it was made from: done once, it costs a few milliseconds the next time. Each may be
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
STATIC = ROOT / "sim" / "studio" / "static"
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that set-up does, unless `fresh` says that it is done."""

    name: str
    fresh: Callable[[], bool]
    do: Callable[[], None]


def setup(*, runtime: bool = True, page: bool = True) -> int:
    """What `moggy setup` does in an environment that has its packages already. Returns an exit
    code."""
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
    """A goal (sim, run, test, dev or page), then options for `moggy sim`."""
    goal, *rest = arguments or ["sim"]
    # From `kill` as from Ctrl-C: the children end too, and what was begun is swept.
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
    """What a goal needs, in order."""
    if goal == "dev":
        return [packages_step(DEV)]
    if goal == "page":
        return [packages_step(MAIN), page_step()]
    if goal in ("sim", "run", "test"):
        return [packages_step(DEV if goal == "test" else MAIN), models_step(), page_step()]
    raise Stop(f"no goal '{goal}': sim, run, test, dev or page")


def prepare_runtime() -> int:
    """For the tests: with every core, and waited for. Where it fails the tests that need it say so
    themselves."""
    if not runtime_ready():
        print(
            "[+] the language model's runtime, with every core (about eight minutes on two, once; kept for the next clone)",
            flush=True,
        )
        subprocess.run(
            [PYTHON, "-m", "moggy.setup.runtime"], cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        )
    return 0


def check_machine(mend: bool) -> None:
    """Name what is missing, with the command that installs it. With `mend`, as root where apt is,
    install it."""
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
        print(
            f"  to install: {'' if os.geteuid() == 0 else 'sudo '}apt install {' '.join(need.package for need in absent)}"
        )


def install(names: Sequence[str]) -> None:
    """Debian's packages, in silence where it goes well; where it does not, the caller looks what is
    still missing."""
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
    """Do what is not fresh, each with a line before and its seconds after."""
    for number, step in enumerate(steps, 1):
        if step.fresh():
            continue
        print(f"[{number}/{len(steps)}] {step.name}", flush=True)
        began = time.perf_counter()
        step.do()
        print(f"      done in {time.perf_counter() - began:.0f} s", flush=True)


def packages_step(lock: Path) -> Step:
    """`.venv` as the lock says."""
    return Step(
        "packages into .venv, each by its hash",
        lambda: environment.fresh(lock),
        lambda: environment.install(lock),
    )


def models_step() -> Step:
    """The models that the cat starts with."""
    stamp = ROOT / ".cache" / "models.stamp"
    key = digest(sorted((ROOT / "moggy" / "models").glob("*.py")))

    def fresh() -> bool:
        here = all(
            models.present(name) for name in models.FIRST if not models.MODELS[name].installed
        )
        return here and stamp.is_file() and stamp.read_text() == key

    def do() -> None:
        if subprocess.run(
            [PYTHON, "-m", "moggy.models", *models.FIRST], cwd=ROOT, check=False
        ).returncode:
            raise Stop("the models did not come; the same command tries again")
        cache.write(stamp, key)

    return Step("models for face, posture and words, each by its hash", fresh, do)


def page_step(python: str = str(PYTHON)) -> Step:
    """The studio's page: its libraries from npm by the lock file, bundled into sim/studio/static.
    `python` may bring Node.js."""
    stamp, libraries = STATIC / ".stamp", PAGE / "node_modules" / ".moggy-stamp"
    # The shape of the cat, which the page shares with the pictures, lies beside it.
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
    """The simulator, and behind it the runtime's build; both end with this process."""
    arguments = [option for option in options if option != "--no-runtime"]
    build = RuntimeBuild(PYTHON)
    if len(arguments) == len(options) and not runtime_ready():
        build.start()
    try:
        cat = subprocess.Popen([VENV / "bin" / "moggy", "sim", *arguments])
        try:
            return cat.wait()
        except KeyboardInterrupt:
            # That is how one says goodbye to it. It heard the same Ctrl-C: let it lie down.
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                cat.wait(PATIENCE_S)
            return 0
        finally:
            see_off(cat)
    finally:
        build.close()


def see_off(cat: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, then insist."""
    cat.terminate()
    try:
        cat.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        cat.kill()
        cat.wait()


def runtime_ready() -> bool:
    """Seen from outside of .venv, in no time: whether the runtime and its model are there."""
    return bool(list(VENV.glob("lib/python*/site-packages/llama_cpp/__init__.py"))) and all(
        map(models.present, models.LATER)
    )
