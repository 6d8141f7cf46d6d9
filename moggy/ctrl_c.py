"""What Ctrl-C does to a command. As Python has it, it raises KeyboardInterrupt at any line, and the
code of others loses that or takes it for another mistake, as pydantic-core does while it builds a
schema.

Where Ctrl-C is ignored from the beginning, as behind `nohup`, that stays so.
"""

from __future__ import annotations

import signal
from typing import Any


def ends_at_once() -> None:
    """Let Ctrl-C end the process, with no exception: where there is nothing to put away."""
    _does(signal.SIG_DFL)


def raises() -> None:
    """Let Ctrl-C raise KeyboardInterrupt: where something is to be put away."""
    _does(signal.default_int_handler)


def raised(error: BaseException) -> bool:
    """Whether an exception is Ctrl-C's. Where Ctrl-C raises nothing it is not, as in a pet that
    lives in real time."""
    return (
        isinstance(error, KeyboardInterrupt)
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )


def _does(handler: Any) -> None:
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, handler)
