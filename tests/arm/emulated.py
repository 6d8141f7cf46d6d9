"""An aarch64 system in a folder, on which moggy runs under emulation: Debian's packages and the
locked wheels for aarch64, run by qemu and proot. It needs no privileges and installs nothing; what
it fetched is kept in the cache folder."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from uv import find_uv_bin

from moggy import cache
from moggy.setup import environment, needs

ROOT = environment.ROOT
OLD = ROOT / "requirements" / "old-arm.lock"
"""What runs on older processors."""
TOOLS = ("qemu-user-static", "proot")
"""Debian's packages that emulate."""
SYSTEM = ("python3", "python3-venv", *(need.package for need in needs.LIBRARIES))
"""Debian's packages of the emulated machine: what set-up asks for, on nothing."""
LOADER = "ld-linux-x86-64.so.2"
"""What loads their programs."""
PI_5 = "cortex-a76"
"""qemu's name of a Raspberry Pi 5's processor."""
PI_4 = "cortex-a72"
"""The same of a Raspberry Pi 4."""
PI_5_CPUINFO = """processor\t: 0
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc \
dcpop asimddp
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x4
CPU part\t: 0xd0b
CPU revision\t: 1

"""
"""/proc/cpuinfo of one core of it. qemu shows the host's, in which MediaPipe finds no ARM and ends
the process."""
TELLS_MEMORY = """import atexit, resource, sys
atexit.register(lambda: print("memory:", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                              "MB", file=sys.stderr))
"""
"""A sitecustomize.py: each of its Pythons prints at its end the most memory that it had, with the
emulator's own."""
PATIENCE_S = 400.0
"""Seconds for one emulated program, which takes ten times as long as on this processor."""


class CannotEmulate(RuntimeError):
    """There is no emulated machine to be had here; the message says why."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An emulated machine."""

    tools: Path
    """The folder of what emulates."""
    system: Path
    """Its own files, with the locked packages in `site`."""

    def python(
        self,
        *arguments: object,
        processor: str = PI_5,
        beside: Path | None = None,
        old: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run its Python in this clone; `beside` is a folder that it has at the same place,
        and `old` is after `make old-arm`."""
        # proot's own C library may be newer than this machine's.
        libraries = [self.tools / folder / "x86_64-linux-gnu" for folder in ("lib", "usr/lib")]
        (loader,) = (folder / LOADER for folder in libraries if (folder / LOADER).is_file())
        programs = self.tools / "usr" / "bin"
        places = ["/proc", "/dev", "/sys", ROOT, *([] if beside is None else [beside])]
        places += [f"{self.system / 'cpuinfo'}:/proc/cpuinfo", f"{cache.root()}:/cache"]
        command: list[object] = [
            loader, "--library-path", ":".join(map(str, libraries)), programs / "proot",
            "-q", programs / "qemu-aarch64-static", "-r", self.system,
            *(part for place in places for part in ("-b", place)),
            "-w", ROOT, "/usr/bin/python3", *arguments,
        ]  # fmt: skip
        variables = {
            "HOME": "/root",
            "PATH": "/usr/bin",
            "PYTHONPATH": f"{'/old-arm:' if old else ''}/site:{ROOT}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "MOGGY_CACHE": "/cache",
            "MOGGY_HOME": "/root/moggy",
            "QEMU_CPU": processor,
        }
        return subprocess.run(
            [str(part) for part in command],
            env=variables, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip


def machine() -> Machine:
    """The emulated machine, made where it is not here yet. Raises CannotEmulate."""
    if platform.machine() != "x86_64":
        raise CannotEmulate(f"emulates aarch64 on x86-64, and this is {platform.machine()}")
    shelf = cache.root() / "emulated"
    tools = shelf / f"tools-{_key(*TOOLS)}"
    made_of = (*SYSTEM, PI_5_CPUINFO, TELLS_MEMORY, environment.digest([environment.MAIN, OLD]))
    system = shelf / f"aarch64-{_key(*made_of)}"
    with cache.lock(shelf / "lock", lambda: None):
        if not tools.is_dir():
            with cache.scratch(shelf) as folder:
                _debian("amd64", TOOLS, folder / "debian", folder / "root")
                cache.put(folder / "root", tools)
        if not system.is_dir():
            for old in shelf.glob("aarch64-*"):  # a gigabyte each
                shutil.rmtree(old)
            with cache.scratch(shelf) as folder:
                _debian("arm64", SYSTEM, folder / "debian", folder / "root")
                _wheels(environment.MAIN, folder / "root", "site")
                _wheels(OLD, folder / "root", "old-arm")
                (folder / "root" / "cpuinfo").write_text(PI_5_CPUINFO)
                (folder / "root" / "site" / "sitecustomize.py").write_text(TELLS_MEMORY)
                (folder / "root" / "root").mkdir(exist_ok=True)
                (folder / "root" / "tmp").mkdir(exist_ok=True)
                cache.put(folder / "root", system)
    return Machine(tools, system)


def _key(*parts: str) -> str:
    """A short name of what is made of this."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:12]


def _debian(architecture: str, packages: tuple[str, ...], work: Path, into: Path) -> None:
    """Unpack Debian's packages, with all that they need, into a folder; by the machine's own
    sources, beside its own packages."""
    lists, archives = work / "lists", work / "archives"
    for folder in (lists / "partial", archives / "partial", into):
        folder.mkdir(parents=True)
    options = {
        "Dir::State::Lists": lists,
        "Dir::State::Status": "/dev/null",
        "Dir::Cache::Archives": archives,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Architecture": architecture,
        "APT::Architectures::": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "",
        "Debug::NoLocking": "true",
    }
    apt = ["apt-get", "-qq", *(f"-o{name}={value}" for name, value in options.items())]
    _do([*apt, "update"])
    _do([*apt, "--yes", "--download-only", "install", *packages])
    for archive in sorted(archives.glob("*.deb")):
        _do(["dpkg", "-x", str(archive), str(into)])


def _wheels(lock: Path, system: Path, folder: str) -> None:
    """Put what is locked into a folder of the machine, each wheel by its hash."""
    version = (system / "usr" / "bin" / "python3").readlink().name.removeprefix("python")
    _do([
        find_uv_bin(), "pip", "install", "--quiet", "--no-deps", "--require-hashes",
        "--only-binary", ":all:", "--python-platform", "aarch64-manylinux_2_28",
        "--python-version", version, "--target", str(system / folder),
        "--requirement", str(lock),
    ])  # fmt: skip


def _do(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except FileNotFoundError as error:
        raise CannotEmulate(f"there is no {error.filename}") from None
    if done.returncode:
        raise CannotEmulate(f"{command[0]}: {done.stderr.strip()[-500:]}")
