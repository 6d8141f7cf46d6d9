"""Programs that a test starts."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import TracebackType
from typing import AnyStr


class Program(subprocess.Popen[AnyStr]):
    """A program that ends with the `with` it was started in: a test that fails in there is told
    as failed, and does not wait for the program's own end."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Kill it if it still runs, and wait for it."""
        self.kill()
        super().__exit__(kind, value, traceback)


def lives(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has waited for yet has."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"
