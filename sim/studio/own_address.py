"""The addresses by which other machines of the same network reach this one. The kernel is asked,
and nobody else."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from contextlib import suppress
from pathlib import Path

SIOCGIFADDR = 0x8915
"""Request of ioctl(2) for the IPv4 address of an interface (netdevice(7))."""
INTERFACES = Path("/sys/class/net")
"""The kernel's interfaces: an entry for each, of its name."""
ROUTES = Path("/proc/net/route")
"""The kernel's routes: a line for each, which begins with the interface and where it leads."""


def own_addresses() -> list[str]:
    """IPv4 addresses of this machine, without its own loopback; that of the interface by which the
    rest of the world is reached is the first."""
    outward = _outward()
    names: list[str] = []
    with suppress(OSError):
        # Not by if_nameindex(3), whose kind of socket a service has none of.
        names = sorted(
            (each.name for each in INTERFACES.iterdir()), key=lambda name: name != outward
        )
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        for name in names:
            with suppress(OSError):  # it has none
                request = struct.pack("256s", name.encode()[:15])
                number = fcntl.ioctl(asks.fileno(), SIOCGIFADDR, request)[20:24]
                found.append(ipaddress.IPv4Address(number))
    return [str(each) for each in found if not each.is_loopback]


def _outward() -> str:
    """Name of the interface of the default route; empty where there is none."""
    with suppress(OSError):
        for line in ROUTES.read_text(encoding="ascii").splitlines()[1:]:
            name, to, *_ = line.split()
            if int(to, 16) == 0:
                return name
    return ""
