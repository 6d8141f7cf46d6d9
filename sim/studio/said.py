"""What the studio's libraries say on the terminal: mistakes of ours, a line each, once."""

from __future__ import annotations

import asyncio
import logging

LOGGERS = ("uvicorn.error", "asyncio")
"""Of the libraries that would write to the terminal."""
OF_CLIENTS = ("received from client", "graceful shutdown exceeded", "without completing handshake")
"""Parts of what they say of clients: of what was sent, was not read, or who went away."""
MOST_SAID = 20
"""Lines of one studio; our choice."""
LONGEST_LINE = 300
"""Characters of a line; our choice."""


class Said(logging.Filter):
    """Filters the libraries' records: none is of what a client did, none is longer than a line, and
    none comes twice, however often clients meet the same mistake. Close it."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: set[str] = set()
        for name in LOGGERS:
            logging.getLogger(name).addFilter(self)

    def close(self) -> None:
        """Filter no more."""
        for name in LOGGERS:
            logging.getLogger(name).removeFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is said; it becomes a line of ours."""
        error = record.exc_info[1] if record.exc_info else None
        message = record.getMessage()
        if isinstance(error, asyncio.CancelledError) or any(each in message for each in OF_CLIENTS):
            return False
        what = message.strip().partition("\n")[0]
        why = "" if error is None else f": {type(error).__name__}: {error}"
        line = f"studio: {what}{why}".replace("\n", " ")[:LONGEST_LINE]
        if line in self._lines or len(self._lines) >= MOST_SAID:
            return False
        self._lines.add(line)
        record.msg, record.args, record.exc_info, record.exc_text = line, (), None, None
        return True
