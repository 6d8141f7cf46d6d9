"""The files by which systemd starts a pet: its unit, its user, and the name of its port. They are
only made here; `moggy install` writes them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path

from moggy.serial_port import UsbDevice

NAME = "moggy.service"
"""Of the unit."""
SYSTEM_UNIT = Path("/etc/systemd/system", NAME)
"""Where a unit of the whole system is, for which one must be root."""
USERS = Path("/etc/sysusers.d/moggy.conf")
"""What makes its own user, by systemd-sysusers."""
PORT_RULE = Path("/etc/udev/rules.d/70-moggy.rules")
"""What names its port."""
PORT_NAME = "/dev/moggy"
"""The name that PORT_RULE gives the board's port, whatever else is plugged in first."""
OWN_USER = "moggy"
"""The user that is made for it, where it is to have one of its own."""
OWN_HOME = Path("/var/lib/moggy")
"""Home of OWN_USER."""
OWN_CACHE = Path("/var/cache/moggy")
"""Where OWN_USER finds the models."""
SAFE = re.compile(r"[\w@+=:,./-]+", re.ASCII)
"""A word that means the same with and without quotes."""

NEAR = "localhost 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 fc00::/7 fe80::/10"
"""Addresses of one's own networks (RFC 1918, 3927, 4193, 4291): nothing leaves the house."""
DEVICES = ("ttyACM", "ttyUSB", "ttyAMA", "ttyS", "ttyTHS", "video4linux", "alsa")
"""Kinds of devices (/proc/devices) that a pet uses: serial ports, cameras, sound."""
GROUPS = "dialout video audio"
"""Groups whose members may use them, on Debian and its kin."""

UNIT = """\
# Made by `moggy install`. To change it: moggy install again, or systemctl {edit}
[Unit]
Description=Moggy, a pet robot
# After ten failures in five minutes it stays off.
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
{environment}
# A pet whose loop stands still is killed and started anew; its board lies down by itself meanwhile.
WatchdogSec=20
WatchdogSignal=SIGKILL
Restart=on-failure
RestartSec=3
TimeoutStartSec=60
# Only the pet is told to end: it lies down, and ends its own processes.
KillMode=mixed
TimeoutStopSec=30
# One of its processes that takes too much memory costs that part, and not the pet.
OOMPolicy=continue
# journald keeps what it says within its own bounds; this keeps a fault from filling them.
LogRateLimitIntervalSec=60
LogRateLimitBurst=200

UMask=0077
LimitCORE=0
NoNewPrivileges=yes
RestrictAddressFamilies={families}
# Both are for the processes that see, hear and read: they take the network from themselves.
RestrictNamespaces=user net
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
{more}
[Install]
WantedBy={target}
"""
SYSTEM = """
User={user}
SupplementaryGroups={groups}
CapabilityBoundingSet=
IPAddressDeny=any
{near}DevicePolicy=closed
{devices}
{folders}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A pet that systemd starts: for the whole system, or for a user who needs no root for it."""

    command: Sequence[str]
    """What is run: the interpreter, `-m moggy run` and its options."""
    unit: Path
    """File of the unit."""
    user: str
    """Whose processes they are."""
    home: Path
    """Folder of its owner, as `moggy.home.home` there."""
    environ: Mapping[str, str]
    """What else its environment holds, such as MOGGY_HOME."""
    writes: Sequence[Path]
    """Folders that it writes into."""
    device: UsbDevice | None = None
    """The board, where its port is to have a name of its own."""

    @property
    def is_system(self) -> bool:
        """Whether it is the whole system's."""
        return self.unit == SYSTEM_UNIT

    def files(self) -> dict[Path, str]:
        """Path → text of all its files. Raises ValueError for a word that no unit can hold."""
        made = {self.unit: self._unit()}
        if self.is_system and self.user == OWN_USER:
            made[USERS] = f'u {OWN_USER} - "Moggy, a pet robot" {OWN_HOME}\n'
        if self.is_system and self.device is not None:
            made[PORT_RULE] = port_rule(self.device)
        return made

    def _unit(self) -> str:
        # Without a studio it needs no socket but those of its own processes.
        inet = " AF_INET AF_INET6" if "--studio" in self.command else ""
        return UNIT.format(
            edit="edit moggy" if self.is_system else "--user edit moggy",
            command=" ".join(quoted(word) for word in self.command),
            environment="\n".join(
                f"Environment={quoted(f'{name}={value}', dollars=False)}"
                for name, value in sorted(self.environ.items())
            ),
            families=f"AF_UNIX{inet}",
            more=self._system(bool(inet)) if self.is_system else "",
            target="multi-user.target" if self.is_system else "default.target",
        )

    def _system(self, has_studio: bool) -> str:
        paths = [f"-{folder}" for folder in self.writes]
        folders = "ReadWritePaths=" + " ".join(quoted(path, dollars=False) for path in paths)
        if self.user == OWN_USER:
            folders = "StateDirectory=moggy\nStateDirectoryMode=0700\nCacheDirectory=moggy\n" + (
                folders if paths else ""
            )
        return SYSTEM.format(
            user=self.user,
            groups=GROUPS,
            near=f"IPAddressAllow={NEAR}\n" if has_studio else "",
            devices="\n".join(f"DeviceAllow=char-{kind} rw" for kind in DEVICES),
            folders=folders.rstrip("\n"),
        )


def port_rule(device: UsbDevice) -> str:
    """A rule of udev that names the port of this board, and keeps ModemManager from it, which asks
    each new port whether it is a modem."""
    serial = f', ATTRS{{serial}}=="{device.serial}"' if device.serial else ""
    return (
        "# Made by `moggy install`: the port of the pet's board.\n"
        f'SUBSYSTEM=="tty", ATTRS{{idVendor}}=="{device.vendor:04x}", '
        f'ATTRS{{idProduct}}=="{device.product:04x}"{serial}, '
        f'SYMLINK+="{Path(PORT_NAME).name}", ENV{{ID_MM_DEVICE_IGNORE}}="1"\n'
    )


def quoted(word: str, *, dollars: bool = True) -> str:
    """A word as a unit's file has it (systemd.service(5), Command lines). Raises ValueError for one
    with a control sign, such as the end of a line."""
    if not word.isprintable():
        raise ValueError(f"{word!r:.80}: a service cannot have such signs in its options or paths")
    word = word.replace("%", "%%")
    if dollars:
        word = word.replace("$", "$$")
    if SAFE.fullmatch(word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def is_near(address: str) -> bool:
    """Whether an IPv4 address is one of NEAR."""
    networks = [ip_network(each) for each in NEAR.split()[1:]]
    return any(ip_address(address) in network for network in networks)


def words_of(value: str) -> list[str]:
    """The words of a setting, as `quoted` wrote them."""
    return [word.replace("$$", "$").replace("%%", "%") for word in shlex.split(value)]


def settings_of(unit: Path) -> dict[str, list[str]]:
    """Name → values, in their order, of the settings of a unit's file."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith(("#", "[")):
            found.setdefault(name, []).append(value)
    return found
