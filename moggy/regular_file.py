"""Opens what is a file and nothing else. Imports nothing, for the set-up begins before there is
anything."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
"""What a path may lead to that is no file."""


def regular(path: Path, flags: int, way_out: str = "") -> int:
    """The descriptor of a file, opened with the flags. Raises OSError, for what is no file with
    what it is and `way_out`: a pipe could keep who opens it waiting for ever, and a device may have
    no end."""
    try:
        found = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in (errno.EISDIR, errno.ENXIO):
            raise
        kind = stat.S_IFDIR if error.errno == errno.EISDIR else stat.S_IFSOCK
        raise _none(path, kind, way_out) from None
    kind = stat.S_IFMT(os.fstat(found).st_mode)
    if kind != stat.S_IFREG:
        os.close(found)
        raise _none(path, kind, way_out)
    return found


def lock_file(path: Path, flags: int) -> int:
    """The descriptor of the file of a lock. Raises OSError, as `regular` does."""
    return regular(path, flags, "; the file of a lock belongs here: move it away")


def _none(path: Path, kind: int, way_out: str) -> OSError:
    number = errno.EISDIR if kind == stat.S_IFDIR else errno.EINVAL
    what = KINDS.get(kind, "something else")
    return OSError(number, f"it is {what}, not a file{way_out}", str(path))
