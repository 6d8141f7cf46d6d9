"""`moggy update` in an environment of its own, into which moggy was installed from a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from moggy.version import __version__

ROOT = Path(__file__).resolve().parents[2]
NEWER = "99.0.0"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of this clone."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index",
         "--no-build-isolation", "--wheel-dir", folder, ROOT],
        check=True, env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    return next(folder.glob("*.whl"))


class Environment:
    """One into which the wheel was installed; the other packages are those of this one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (self.packages,) = (folder / "lib").glob("python*/site-packages")

    def __call__(self, *words: str) -> tuple[int, str]:
        """Run a module there: gives its status and what it said."""
        done = subprocess.run(
            [self.folder / "bin" / "python", "-m", *words],
            env={**os.environ, "PYTHONPATH": "", "MOGGY_HOME": str(self.folder / "home"),
                 "XDG_CONFIG_HOME": str(self.folder / "config")},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", check=False,
        )  # fmt: skip
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    tmp_path = tmp_path_factory.mktemp("environment")
    venv.create(tmp_path / "venv", symlinks=True)
    others = tmp_path / "others"
    others.mkdir()
    for path in map(Path, {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}):
        for each in path.iterdir():
            if "moggy" not in each.name and each.suffix != ".pth":
                (others / each.name).symlink_to(each)
    run = Environment(tmp_path / "venv")
    (run.packages / "others.pth").write_text(f"{others}\n")
    status, said = run("pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    assert status == 0, said
    return run


def other(
    wheel: Path, version: str, folder: Path, change: Callable[[str, bytes], bytes] = lambda _, b: b
) -> str:
    """The wheel as another version, with files changed."""
    made = folder / f"moggy-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as files, zipfile.ZipFile(made, "w") as new:
        names = [
            name.replace(f"moggy-{__version__}.", f"moggy-{version}.") for name in files.namelist()
        ]
        for old, name in zip(files.namelist(), names, strict=True):
            data = files.read(old)
            if name.endswith(("dist-info/METADATA", "moggy/version.py")):
                data = data.replace(__version__.encode(), version.encode(), 1)
            if name.endswith("dist-info/RECORD"):
                data = "".join(f"{each},,\n" for each in names).encode()
            new.writestr(name, change(name, data))
    return str(made)


def broken(name: str, data: bytes) -> bytes:
    return b'raise ValueError("broken")\n' if name == "moggy/pet.py" else data


def hungry(name: str, data: bytes) -> bytes:
    needs = b"\nRequires-Dist:"
    wants = needs + b" catnip" + needs
    return data.replace(needs, wants, 1) if name.endswith("METADATA") else data


def test_a_version_that_lives_stays_and_leads_back(
    environment: Environment, wheel: Path, tmp_path: Path
) -> None:
    assert environment("moggy", "update", "--back")[0] == 2, "there is none yet"
    newer = other(wheel, NEWER, tmp_path)
    status, said = environment("moggy", "update", newer)
    assert (status, said) == (0, f"{__version__} → {NEWER}; back with `moggy update --back`\n")
    assert environment("moggy", "--version") == (0, f"moggy {NEWER}\n")
    status, said = environment("moggy", "update", "--back")
    assert (status, said) == (0, f"{NEWER} → {__version__}; back with `moggy update --back`\n")
    assert environment("moggy", "--version") == (0, f"moggy {__version__}\n")
    with zipfile.ZipFile(wheel) as files:
        shipped = {name: files.read(name) for name in files.namelist() if "dist-info" not in name}
    assert {name: (environment.packages / name).read_bytes() for name in shipped} == shipped


@pytest.mark.parametrize(
    ("change", "why"), [(broken, "failed: moggy: broken"), (hungry, "requires catnip")]
)
def test_a_version_that_does_not_live_goes_again(
    environment: Environment,
    wheel: Path,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes],
    why: str,
) -> None:
    status, said = environment("moggy", "update", other(wheel, NEWER, tmp_path, change))
    assert status == 1
    assert f"{NEWER} does not live here: " in said
    assert why in said
    assert said.endswith(f"it is {__version__} again\n")
    assert environment("moggy", "--version") == (0, f"moggy {__version__}\n")
    status, said = environment("moggy", "sim", "--headless", "--until", "0.1")
    assert status == 0, said


def test_what_is_no_wheel_of_moggy_is_refused(
    environment: Environment, wheel: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text.whl"
    text.write_text("no wheel")
    stranger = other(
        wheel, NEWER, tmp_path, lambda _, data: data.replace(b"Name: moggy", b"Name: dog")
    )
    for file, why in ((str(text), "it is no wheel"), (stranger, "no wheel of moggy")):
        status, said = environment("moggy", "update", file)
        assert (status, why in said) == (2, True), said
    assert environment("moggy", "--version") == (0, f"moggy {__version__}\n")


def test_a_clone_is_not_updated_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "moggy", "update", "--back"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, "this is a clone: `git pull`" in done.stderr) == (2, True)
