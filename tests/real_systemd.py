"""A real systemd that manages the units of a user, in namespaces of its own: it sees no process and
no control group but its own, and ends with the test."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MANAGER = shutil.which("systemd") or "/usr/lib/systemd/systemd"
BEGIN = f"""
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "$XDG_RUNTIME_DIR" /run/systemd/system && chmod 700 "$XDG_RUNTIME_DIR"
{MANAGER} --user --unit=basic.target &
wait
"""
RUNTIME = f"/run/user/{os.getuid()}"
SPACES = ("--mount", "--pid", "--cgroup", "--ipc", "--uts")
PATIENCE = 60.0
"""Seconds; only a bound for a machine that is very busy."""


def groups() -> Path | None:
    """Where this process could make a control group; None where it could not."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    mounts = [line.split()[1] for line in lines if line.split()[2] == "cgroup2"]
    own = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()[-1]
    place = Path(f"{mounts[0]}{own.removeprefix('0::')}") if mounts else None
    return place if place and own.startswith("0::") and os.access(place, os.W_OK) else None


def there_is_one() -> bool:
    """Whether a manager can be run here: it takes root."""
    tools = all(map(shutil.which, ("unshare", "nsenter", "systemctl")))
    return os.geteuid() == 0 and tools and Path(MANAGER).exists() and groups() is not None


class Systemd:
    """The manager; commands are run beside it."""

    def __init__(self, process: subprocess.Popen[bytes], environ: dict[str, str]) -> None:
        self._process, self._environ = process, environ

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command where the manager is."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        manager = children.read_text(encoding="ascii").split()[0]
        return subprocess.run(
            ["nsenter", "--target", manager, *SPACES, *command],
            env=self._environ, capture_output=True, text=True, check=False,
        )  # fmt: skip


@contextmanager
def systemd(environ: dict[str, str]) -> Iterator[Systemd]:
    """A manager, with this environment beside its own, which its services have too."""
    place = groups()
    assert place is not None
    group = place / f"moggy-test-{os.getpid()}"
    group.mkdir()
    environ = {**os.environ, "XDG_RUNTIME_DIR": RUNTIME, **environ}
    environ.pop("DBUS_SESSION_BUS_ADDRESS", None)

    def enter() -> None:
        (group / "cgroup.procs").write_text(str(os.getpid()))

    process = subprocess.Popen(
        ["unshare", *SPACES, "--fork", "--mount-proc", "--kill-child", "sh", "-c", BEGIN],
        env=environ, preexec_fn=enter, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        made = Systemd(process, environ)
        give_up = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError, IndexError):
                if made.run("systemctl", "--user", "is-system-running").stdout.strip() in (
                    "running",
                    "degraded",
                ):
                    break
            assert time.monotonic() < give_up, "systemd has not begun"
            time.sleep(0.1)
        yield made
    finally:
        process.kill()
        process.wait()
        give_up = time.monotonic() + PATIENCE
        while group.exists() and time.monotonic() < give_up:  # its processes are still ending
            inside = [each for each in group.rglob("*") if each.is_dir()]
            for folder in (*sorted(inside, reverse=True), group):
                with suppress(OSError):
                    folder.rmdir()
            time.sleep(0.05)
