"""`moggy install` and `moggy uninstall`: a pet that systemd starts with the computer."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from moggy import cache
from moggy.behaviors.tree import Tree
from moggy.board_control import living_boards
from moggy.body import Body
from moggy.commands.terminal import say
from moggy.config import Files
from moggy.personality import Personality
from moggy.serial_port import UsbDevice, device_of, only_port, ports_here
from moggy.setup.service import (
    NAME,
    OWN_CACHE,
    OWN_HOME,
    OWN_USER,
    PORT_NAME,
    PORT_RULE,
    SYSTEM_UNIT,
    USERS,
    Service,
    is_near,
    settings_of,
    words_of,
)
from moggy.sim.studio.guard import check_address
from moggy.sim.studio.own_address import own_addresses

BY_ID = Path("/dev/serial/by-id")
"""Where udev names each serial port on USB after its device, also without a rule of ours."""
LINGERS = Path("/var/lib/systemd/linger")
"""Where logind keeps whose services live without a login."""
OWNERS = ("MOGGY_HOME", "MOGGY_CACHE", "MOGGY_MEMORY_KEY")
"""What an owner may have chosen by the environment, which a service does not inherit."""
FAR = (
    "{0} is no address of a home's network, so the service answers nobody there: systemctl edit "
    "moggy, and write [Service] and IPAddressAllow={0}/24"
)
"""What to do where this machine's address is none of NEAR."""
NEEDS_ROOT = "a service of the whole system needs root: sudo {} install --system"


def install(
    port: str, options: Sequence[str], *, body: str, personality: str, tree: str,
    record: Path | None, host: str, system: bool, user: str, dry_run: bool,
) -> int:  # fmt: skip
    """Write the unit, and start it now and with the computer. `options` are those of `moggy run`
    without its port; with `dry_run` all is only shown. Raises RuntimeError where that fails, and
    ValueError for options with which it would not live."""
    port = port or only_port()
    check_address(host)
    device = device_of(port, ports_here())
    service = _service(port, options, record=record, system=system, user=user, device=device)
    files = Files(service.home)
    files.load(f"body/{body}.yaml", Body)
    files.load(f"personalities/{personality}.yaml", Personality)
    files.load(f"trees/{tree}.yaml", Tree)
    if dry_run:
        for path, text in service.files().items():
            say(f"# {path}\n{text}")
        for line in _left(service, port):
            say(f"# {line}")
        return 0
    if system and os.geteuid() != 0:
        raise RuntimeError(NEEDS_ROOT.format(_program()))
    _is_free(service)
    for path, text in service.files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        cache.write(path, text)
        path.chmod(0o644)
        say(f"wrote {path}")
    if system:
        _for_the_system(service)
    systemctl(service.unit, "daemon-reload")
    systemctl(service.unit, "enable", NAME)
    systemctl(service.unit, "restart", NAME)
    if not system:
        with suppress(RuntimeError, FileNotFoundError):  # where it must be root, that is said
            _run("loginctl", "--no-ask-password", "enable-linger")
    say("it lives, and from now on with this computer", color="green")
    for line in _left(service, port):
        say(line)
    return 0


def is_for_the_system(chosen: bool | None) -> bool:
    """Whether the service is the whole system's: as chosen, else where this is root."""
    return os.geteuid() == 0 if chosen is None else chosen


def uninstall() -> int:
    """Stop the services that there are and remove their files; 1 where there are none."""
    found = units()
    if not found:
        say("no service of moggy is installed here", color="yellow", err=True)
        return 1
    for unit in found:
        if unit == SYSTEM_UNIT and os.geteuid() != 0:
            raise RuntimeError(f"{unit}: removing it needs root: sudo {_program()} uninstall")
        systemctl(unit, "disable", "--now", NAME)
        for path in (unit, *((USERS, PORT_RULE) if unit == SYSTEM_UNIT else ())):
            if path.exists():
                path.unlink()
                say(f"removed {path}")
        systemctl(unit, "daemon-reload")
    say("off. What it remembers, its files and its records stay: docs/privacy.md says where")
    return 0


def user_unit() -> Path:
    """Where the unit of this user is."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return config / "systemd" / "user" / NAME


def units() -> list[Path]:
    """The units of moggy that are installed, for this user and the whole system."""
    return [unit for unit in (user_unit(), SYSTEM_UNIT) if unit.exists()]


def home_of(unit: Path) -> Path:
    """The folder of the owner of an installed service: as `moggy.home.home` there."""
    made = settings_of(unit)
    for setting in made.get("Environment", ()):
        name, _, value = words_of(setting)[0].partition("=")
        if name == "MOGGY_HOME":
            return Path(value)
    folder = Path(pwd.getpwnam(made["User"][0]).pw_dir) if "User" in made else Path.home()
    return folder / ".local" / "share" / "moggy"


def option_of(unit: Path, name: str) -> str:
    """The value of an option of `moggy run` in an installed unit; empty where it has none."""
    words = words_of(settings_of(unit)["ExecStart"][0])
    return words[words.index(name) + 1] if name in words[:-1] else ""


def systemctl(unit: Path, *what: str) -> None:
    """Ask systemd, the user's own for a unit of theirs. Raises RuntimeError with what it says."""
    whose = [] if unit == SYSTEM_UNIT else ["--user"]
    if not whose and os.geteuid() != 0:
        raise RuntimeError(f"{unit} is the whole system's, so this needs root: sudo {_program()} …")
    command = ["systemctl", "--no-ask-password", *whose, *what]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError:
        raise RuntimeError(
            "there is no systemd here; let what starts your programs run `moggy run`, and end it "
            "with SIGTERM"
        ) from None
    if done.returncode:
        log = " ".join(["journalctl", *(["--user"] if whose else []), "-n", "20", "-u", "moggy"])
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()} ({log} shows its log)")


def _service(
    port: str, options: Sequence[str], *, record: Path | None, system: bool, user: str,
    device: UsbDevice | None,
) -> Service:  # fmt: skip
    me = pwd.getpwuid(os.geteuid()).pw_name
    caller = os.environ.get("SUDO_USER") or me
    user = (user or (OWN_USER if caller == "root" else caller)) if system else me
    chosen = {name: os.environ[name] for name in OWNERS if os.environ.get(name)}
    environ = {name: str(Path(value).absolute()) for name, value in chosen.items()}
    if user == OWN_USER:
        environ = {"MOGGY_HOME": str(OWN_HOME), "MOGGY_CACHE": str(OWN_CACHE)}
    folder = Path.home() if user in (me, OWN_USER) else Path(pwd.getpwnam(user).pw_dir)
    where = Path(environ.get("MOGGY_HOME") or folder / ".local" / "share" / "moggy")
    kept = Path(environ.get("MOGGY_CACHE") or folder / ".cache" / "moggy")
    writes = [] if user == OWN_USER else [where, kept]
    if record is not None:
        writes.append(record if record.is_dir() else record.parent)
    named = PORT_NAME if system and device is not None else _named(port)
    return Service(
        command=(sys.executable, "-m", "moggy", "run", "--port", named, *options),
        unit=SYSTEM_UNIT if system else user_unit(),
        user=user,
        home=where,
        environ=environ,
        writes=writes,
        device=device,
    )


def _named(port: str) -> str:
    """The name of a port that stays, whatever else is plugged in."""
    with suppress(OSError):
        for link in sorted(BY_ID.iterdir()):
            if os.path.realpath(link) == os.path.realpath(port):
                return str(link)
    return port


def _is_free(service: Service) -> None:
    """Raises RuntimeError where another pet of this owner lives already, or would."""
    other = SYSTEM_UNIT
    if service.is_system and service.user != OWN_USER:
        other = Path(pwd.getpwnam(service.user).pw_dir, ".config", "systemd", "user", NAME)
    if other != service.unit and other.exists():
        raise RuntimeError(
            f"{other} is a pet that starts by itself too: `moggy uninstall` it first"
        )
    for board in living_boards(owner=service.home):
        board.close()
        if unit_of(int(board.process)) != NAME:
            raise RuntimeError(
                f"{board.who} lives already, at {board.port}: end it first, by `moggy stop`"
            )


def unit_of(process: int) -> str:
    """The unit of systemd that a process belongs to; empty where it belongs to none."""
    try:
        text = Path(f"/proc/{process}/cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return next((line.rpartition("/")[2] for line in text.splitlines() if NAME in line), "")


def _for_the_system(service: Service) -> None:
    """What only root can do: its user, the models for it, the name of its port."""
    if service.user == OWN_USER:
        _run("systemd-sysusers", str(USERS))
        caller = os.environ.get("SUDO_USER", "root")
        models = Path(pwd.getpwnam(caller).pw_dir) / ".cache" / "moggy" / "models"
        if models.is_dir() and not OWN_CACHE.exists():
            say(f"copying the models to {OWN_CACHE}")
            shutil.copytree(models, OWN_CACHE / "models")
            _run("chown", "-R", f"{OWN_USER}:{OWN_USER}", str(OWN_CACHE))
    who = pwd.getpwnam(service.user)
    for command in (["mkdir", "-p", *map(str, service.writes), "/"], [*service.command[:3], "-h"]):
        done = subprocess.run(
            command, user=who.pw_uid, group=who.pw_gid, extra_groups=[], cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(
                f"the user {service.user} cannot do `{' '.join(command)}` ({done.stderr.strip()}): "
                "put moggy where all may read it, such as /opt/moggy, or name another with --as"
            )
    if service.device is not None:
        _run("udevadm", "control", "--reload")
        _run("udevadm", "trigger", "--subsystem-match=tty")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


def _left(service: Service, port: str) -> list[str]:
    """What its owner should know: what is left to do, and how it is looked at and ended."""
    own = "" if service.is_system else "--user "
    lines = [f"its log: journalctl {own}-fu moggy · off: moggy stop · never again: moggy uninstall"]
    if "--host" in service.command:
        lines.append("its studio on a phone: moggy phone")
        if service.is_system:
            lines += [FAR.format(each) for each in own_addresses() if not is_near(each)]
    if not service.is_system:
        me = service.user
        if not (LINGERS / me).exists():
            lines.append(
                f"it starts when {me} logs in; with the computer after: "
                f"sudo loginctl enable-linger {me}"
            )
        if service.device is not None and _named(port) == port:
            lines.append(
                f"{port} may have another name after the next start; a name of its own needs root: "
                f"sudo {_program()} install --system"
            )
    return lines


def _program() -> str:
    """How this program is called with its whole path, which `sudo` needs."""
    script = Path(sys.executable).with_name("moggy")
    return str(script) if script.exists() else f"{sys.executable} -m moggy"
