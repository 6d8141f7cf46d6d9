"""Takes the network from the processes that look at pictures, hear and read, by the kernel. None of
them needs it; MediaPipe counts its use for its maker, whose host it asks for by name.

Two ways, and both are gone: a network namespace of its own, in which there is no interface, and a
filter of system calls, which refuses sockets. Each alone keeps packets from leaving. The filter
also refuses local sockets, by which a name service of this machine could be asked for a name.
They hold for the thread that asks, and for all threads and processes that it starts from then on.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

CLONE_NEWUSER = 0x10000000
"""Flag of unshare(2): a user namespace of its own, which a process with one thread may have without
a privilege where the machine's owner has not ruled it out."""
CLONE_NEWNET = 0x40000000
"""Flag of unshare(2): a network namespace of its own; takes a privilege, or the flag above."""

PR_SET_SECCOMP = 22
"""Call of prctl(2) that begins a filter."""
PR_SET_NO_NEW_PRIVS = 38
"""Call of prctl(2) without which only root may filter."""
SECCOMP_MODE_FILTER = 2
"""Argument of PR_SET_SECCOMP: a program of BPF decides."""

SOCKET_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Processor → (its AUDIT_ARCH of linux/audit.h, its number of socket(2))."""
IO_URING_SETUP = 425
"""Number of io_uring_setup(2) on both: a ring makes sockets without socket(2)."""
FIRST_X32 = 0x40000000
"""Number from which calls on x86-64 are those of x32, where socket(2) has another; aarch64 has no
such numbers."""

LOAD = 0x20
"""Instruction BPF_LD | BPF_W | BPF_ABS of linux/filter.h: load a word of what was called."""
IF_EQUAL = 0x15
"""Instruction BPF_JMP | BPF_JEQ: go on so many instructions later."""
IF_LEAST = 0x35
"""Instruction BPF_JMP | BPF_JGE: the same where it is at least the value."""
RETURN = 0x06
"""Instruction BPF_RET."""
NUMBER_AT = 0
"""Bytes into linux/seccomp.h's seccomp_data at which the number of the call stands."""
PROCESSOR_AT = 4
"""The same of the processor for which it was made."""
ALLOW = 0x7FFF0000
"""SECCOMP_RET_ALLOW."""
REFUSE = 0x00050000 | errno.EACCES
"""SECCOMP_RET_ERRNO, with the error of a socket that is not permitted."""


class Instruction(ctypes.Structure):
    """sock_filter of linux/filter.h."""

    _fields_ = (
        ("code", ctypes.c_uint16),
        ("jump_true", ctypes.c_uint8),
        ("jump_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class Program(ctypes.Structure):
    """sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_uint16), ("first", ctypes.POINTER(Instruction)))


class HasNetwork(RuntimeError):
    """The network could not be taken away; the message says why not."""


def own_namespace() -> None:
    """Put this thread into a network namespace of its own. Raises OSError."""
    user, group = os.geteuid(), os.getegid()
    # With the privilege a user namespace is not needed, in which root would be an ordinary user.
    if _call("unshare", CLONE_NEWNET):
        _require("unshare", CLONE_NEWUSER | CLONE_NEWNET)
        # It stays who it is; without these it is called nobody, and has the same rights.
        with suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def no_sockets() -> None:
    """Let the kernel refuse this thread every socket(2) and io_uring_setup(2). Raises OSError."""
    machine = platform.machine()
    if machine not in SOCKET_CALLS:
        raise OSError(errno.ENOSYS, f"no filter is known for {machine}")
    processor, socket_call = SOCKET_CALLS[machine]
    rules = (
        Instruction(LOAD, 0, 0, PROCESSOR_AT),
        Instruction(IF_EQUAL, 0, 5, processor),  # else refuse
        Instruction(LOAD, 0, 0, NUMBER_AT),
        Instruction(IF_LEAST, 3, 0, FIRST_X32),
        Instruction(IF_EQUAL, 2, 0, IO_URING_SETUP),
        Instruction(IF_EQUAL, 1, 0, socket_call),
        Instruction(RETURN, 0, 0, ALLOW),
        Instruction(RETURN, 0, 0, REFUSE),
    )
    program = Program(len(rules), (Instruction * len(rules))(*rules))
    _require("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _require("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(program), 0, 0)


WAYS: tuple[Callable[[], None], ...] = (own_namespace, no_sockets)
"""The ways; each needs a part of the kernel that the other does not."""


def leave(ways: Sequence[Callable[[], None]] = WAYS) -> None:
    """Take the network from this thread, for good, by all `ways` that the kernel lets. Raises
    HasNetwork where it lets none."""
    refused = []
    for way in ways:
        try:
            way()
        except OSError as error:
            refused.append(f"{way.__name__.replace('_', ' ')}: {error.strerror}")
    if len(refused) == len(ways):
        raise HasNetwork(
            "the eye stays shut: MediaPipe would use the network, and the kernel does not let it be"
            f" taken away ({'; '.join(refused)})"
        )


def _require(name: str, *arguments: int) -> None:
    """Call the C library. Raises OSError."""
    error = _call(name, *arguments)
    if error:
        raise OSError(error, os.strerror(error))


def _call(name: str, *arguments: int) -> int:
    """Call the C library; gives errno, or 0."""
    function = getattr(ctypes.CDLL(None, use_errno=True), name)
    return ctypes.get_errno() if function(*map(ctypes.c_ulong, arguments)) else 0
