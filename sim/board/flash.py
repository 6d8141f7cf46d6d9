"""The folder that a simulated board has for its flash."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from moggy.unreadable import opened

PREFIX = "moggy-board-"
"""How the names of the folders begin, in the system's folder for temporary files."""
LOCK = "lock"
"""The file in the folder that is locked while its board lives. The kernel frees the lock when the
process ends, however it ends."""


class Flash:
    """A temporary folder. Those of boards whose pet was killed are removed before it is made."""

    def __init__(self) -> None:
        """Raises OSError where there is no room for it."""
        remove_left_behind()
        while True:
            self._folder = tempfile.TemporaryDirectory(prefix=PREFIX)
            self.path = Path(self._folder.name)
            with suppress(FileNotFoundError, BlockingIOError):
                self._lock = (self.path / LOCK).open("wb")
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Another start may have taken it for one that was left behind until now.
                if (self.path / LOCK).exists():
                    return
            self._folder.cleanup()

    def close(self) -> None:
        """Remove it."""
        self._folder.cleanup()
        self._lock.close()


def remove_left_behind() -> None:
    """Remove the folders of boards that no process holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError), opened(folder / LOCK) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
