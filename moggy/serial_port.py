"""What the system knows of a serial port: which USB device it is, who has it open, and why it
cannot be used."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat
import termios
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from shlex import quote
from typing import NamedTuple

from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo

ListPorts = Callable[[], Iterable[ListPortInfo]]
"""Gives the ports that there are now."""


def ports_here() -> list[ListPortInfo]:
    """The ports that there are now; none where the system cannot say."""
    # The list is read from files that vanish while a board is unplugged, and pyserial passes on
    # what that raises.
    with suppress(Exception):
        return list(comports())
    return []


class UsbDevice(NamedTuple):
    """A USB device, by which a board is found again when its port has another name."""

    vendor: int
    product: int
    serial: str | None
    """Its serial number; many cheap boards have none."""


def device_of(port: str, here: Iterable[ListPortInfo]) -> UsbDevice | None:
    """The USB device behind a port, such as /dev/ttyACM0 or a link to it; None where it is none."""
    place = os.path.realpath(port)
    for one in here:
        if one.vid is not None and place in (one.device, os.path.realpath(one.device)):
            return UsbDevice(one.vid, one.pid, one.serial_number)
    return None


def port_of(device: UsbDevice, here: Iterable[ListPortInfo]) -> str | None:
    """The port of a USB device: the one with its serial number or, where it has none, the only one
    of its vendor and product. None where there is no such port, or more than one."""
    found = [
        one.device
        for one in here
        if (one.vid, one.pid, one.serial_number) == (device.vendor, device.product, device.serial)
    ]
    return found[0] if len(found) == 1 else None


def holders(port: str) -> list[str]:
    """Who has a port open, such as "moggy run (process 712)", and how a suspended one goes on; only
    processes of this user can be seen, and none where there is no /proc."""
    place = os.path.realpath(port)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                # A descriptor may be closed while it is looked at.
                with suppress(OSError):
                    if os.readlink(descriptor) == place:
                        found.append(f"{_command(process)} (process {_state(process)})")
                        break
    return found


def _command(process: Path) -> str:
    """The command line of a process, in short."""
    words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return " ".join(words.split())[:80] or process.name


def _state(process: Path) -> str:
    """Its number and, where it is suspended (Ctrl-Z), how it goes on."""
    state = (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
    number = process.name
    return f"{number}, suspended: `kill -CONT {number}` lets it go on" if state == "T" else number


def only_port() -> str:
    """The serial port that is on USB, for who has one board and names none. Raises RuntimeError
    where there are none or several."""
    found = sorted(one.device for one in ports_here() if one.vid is not None)
    if not found:
        raise RuntimeError("no serial port on USB here: plug the board in, or name one with --port")
    if len(found) > 1:
        raise RuntimeError(f"several ports are here: {', '.join(found)}; name one with --port")
    return str(found[0])


def way_out(error: Exception, port: str) -> str:
    """Why a port cannot be used, and what to do about it."""
    code = getattr(error, "errno", None)
    here = ", ".join(sorted(one.device for one in ports_here())) or "none"
    if code in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return (
            f"there is no such port (ports here: {here}); plug the board in, and it will be found"
        )
    if _is_no_port(error, port):
        return f"that is no serial port (ports here: {here})"
    if code in (errno.EACCES, errno.EPERM):
        return _not_allowed(port)
    if code in (errno.EAGAIN, errno.EBUSY):
        who = ", ".join(holders(port)) or "another program (a pet that runs, mpremote, a terminal)"
        return f"{who} has it open; end that first, or stop the body there"
    if isinstance(error, OSError):
        why = os.strerror(code) if code else "it was unplugged or switched off"
        return f"{why}; plug it in, and it will be found"
    # pyserial raises TypeError, ValueError or termios.error when a port is lost at a bad moment.
    return f"it was lost ({error}); plug it in, and it will be found"


def _is_no_port(error: Exception, port: str) -> bool:
    """Whether the name leads to something else: a file, or a device such as /dev/null, of which
    pyserial says only in words that it has no baud rate."""
    because = error.__context__
    if isinstance(because, termios.error) and because.args[:1] == (errno.ENOTTY,):
        return True
    try:
        return not stat.S_ISCHR(os.stat(port).st_mode)
    except OSError:
        return False  # it may have gone since
    except ValueError:
        return True  # no name at all: it has a zero byte


def _not_allowed(port: str) -> str:
    """What lets this user open a port that they may not open now."""
    group, me = "dialout", os.environ.get("USER", "")
    with suppress(OSError, KeyError):
        found = os.stat(port)
        mode, entry = stat.S_IMODE(found.st_mode), grp.getgrgid(found.st_gid)
        me = pwd.getpwuid(os.geteuid()).pw_name
        if mode & 0o060 != 0o060:
            return (
                f"only its owner may open it (mode {mode:04o}); `sudo chmod 660 {quote(port)}`,"
                " and give that mode in a udev rule to keep it"
            )
        group = entry.gr_name if entry.gr_name != "root" else group
        if me in entry.gr_mem and entry.gr_gid not in os.getgroups():
            return f"this user is in {group} only from the next login on; log out and in again"
    return (
        "this user may not open it; "
        f"`sudo usermod -aG {group} {me or '$USER'}`, then log out and in again"
    )
