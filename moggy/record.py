"""Writes a headless life into a folder: the journal, a line of JSON for each tick, and the sound. A
process of its own does the writing."""

from __future__ import annotations

import multiprocessing
import select
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import orjson

from moggy.child import deaf_to_terminal
from moggy.home import private
from moggy.journal import Encoder, Journal
from moggy.loop import rare_collection
from moggy.mcap_file import check_free
from moggy.messages import Call, Purr, Tick
from moggy.pet import Start
from moggy.unreadable import named
from moggy.worker import is_ready

TOGETHER = 32
"""Ticks that are handed to the process at a time."""
JOURNAL = "journal.mcap"
LINES = "ticks.jsonl"
SOUND = "sound.wav"
LINES_BUFFER = 1 << 20
"""Bytes of ticks.jsonl that are written at a time."""
END = b""
"""The message through the pipe that says that no more ticks come."""


class SoundFile(Protocol):
    """Writes the pet's sounds: `actuators.speaker.SoundTrack`."""

    def hear(self, at: float, calls: Sequence[Call], purr: Purr) -> None:
        """The calls that begin at second `at`, and the purr from then on."""
        ...

    def close(self) -> None:
        """Write the rest."""
        ...


OpenSound: TypeAlias = Callable[[Path], SoundFile]


class Records:
    """The files themselves: journal.mcap, ticks.jsonl, sound.wav."""

    def __init__(self, out: Path, start: Start, sound: OpenSound, *, words: bool) -> None:
        """Open the files in the folder `out`. Raises OSError where that is impossible."""
        self._closing, self._out = ExitStack(), out
        try:
            self._journal = self._closing.enter_context(Journal(out / JOURNAL, start, words=words))
            self._closing.enter_context(named(out / LINES))
            self._lines = self._closing.enter_context(
                open(out / LINES, "wb", LINES_BUFFER, opener=private)  # noqa: SIM115
            )
            self._closing.enter_context(named(out / SOUND))
            self._sound = sound(out / SOUND)
            self._closing.callback(self._sound.close)
        except BaseException:
            self._closing.close()
            raise

    def write(self, line: bytes) -> None:
        """Write one tick, given as an `Encoder` has written it."""
        entry = orjson.loads(line)
        tick = entry["tick"]
        self._journal.write(line)
        with named(self._out / LINES):
            self._lines.write(
                orjson.dumps(summary(tick, entry["sent"]), option=orjson.OPT_APPEND_NEWLINE)
            )
        if tick["commanded"]["at"] == tick["at"]:
            with named(self._out / SOUND):
                self._sound.hear(
                    tick["at"],
                    [Call(**call) for call in tick["calls"]],
                    Purr(**tick["commanded"]["purr"]),
                )

    def __enter__(self) -> Records:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()


def summary(tick: Mapping[str, Any], sent: Mapping[str, float]) -> dict[str, Any]:
    """A tick in ticks.jsonl: what people look at first."""
    pet, commanded, decision = tick["pet"], tick["commanded"], tick["decision"]
    return {
        "at": tick["at"],
        "person": tick["person"],
        "pet": {name: pet[name] for name in ("emotions", "mood", "drives", "bond", "enough")},
        "behavior": {"id": decision["behavior"], "why": decision["why"]},
        "commanded": commanded["pose"],
        "sent": sent,
        "purr": commanded["purr"]["level"],
        "calls": tick["calls"],
    }


class Recorder:
    """A listener that hands each tick to the process that writes. Close it, or use it in a `with`;
    closing waits until all is written."""

    def __init__(self, out: Path, start: Start, sound: OpenSound, *, words: bool = False) -> None:
        """Make it before anything that has a thread or a process: it forks. `sound` opens the sound
        file in that process; what people say is kept only with `words`. Raises OSError when nothing
        can be written in the folder."""
        out.mkdir(parents=True, exist_ok=True)
        check_free(out / JOURNAL)
        self.why = ""
        """Why the records are not whole; empty while they are."""
        self._killed = "the process that writes the records was killed"
        """Why they are not, where the process does not say so itself."""
        # A fresh interpreter would cost more than the writing of a minute.
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_write,
            args=(self._pipe, theirs, out, start, sound, words),
            name="moggy records",
        )
        with deaf_to_terminal():
            self.process.start()
        theirs.close()
        self._encode, self._waiting = Encoder(), list[bytes]()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self._waiting.append(self._encode(tick, sent))
        if len(self._waiting) >= TOGETHER:
            self._hand_over()

    def close(self) -> None:
        """Wait until all is written. Raises OSError when it could not be."""
        if self._waiting:
            self._hand_over()
        if not self._pipe.closed:
            with suppress(OSError):
                self._pipe.send_bytes(END)
            self._end()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _hand_over(self) -> None:
        lines, self._waiting = b"\n".join(self._waiting), []
        if not self._pipe.closed:
            self._wait_for(select.POLLOUT)
            try:
                self._pipe.send_bytes(lines)
            except OSError:
                self._end()

    def _wait_for(self, event: int) -> None:
        """Wait until the pipe can be written or read. A process that is suspended meanwhile is
        ended: then the pipe is broken."""
        poll = select.poll()
        poll.register(self._pipe.fileno(), event)
        if not is_ready(poll, self.process.pid):
            self._killed = "the process that writes the records was suspended and ended"
            self.process.kill()

    def _end(self) -> None:
        """Take the process's answer and let it end. Raises OSError when it could not write."""
        self._wait_for(select.POLLIN)
        try:
            why = str(self._pipe.recv())
        except (OSError, EOFError):
            why = self._killed
        self._pipe.close()
        self.process.join()
        self.why = why
        if why:
            raise OSError(why)


def _write(
    other_end: Connection, pipe: Connection, out: Path, start: Start, sound: OpenSound, words: bool
) -> None:
    """The process: writes what comes until END, or until the pet's process is gone; answers "" or
    what went wrong."""
    other_end.close()  # else the pipe would stay open when the pet's process is gone
    came: SimpleQueue[bytes] = SimpleQueue()
    # Receive at once: the pet must not wait until the files are open.
    Thread(target=_receive, args=(pipe, came), daemon=True).start()
    why = ""
    try:
        with Records(out, start, sound, words=words) as records, rare_collection():
            while lines := came.get():
                for line in lines.split(b"\n"):
                    records.write(line)
        gone = [name for name in (JOURNAL, LINES, SOUND) if not (out / name).exists()]
        if gone:
            why = f"{out / gone[0]}: it was deleted or moved"
    except OSError as error:
        why = f"{error.filename or out}: {error.strerror or error}"
    with suppress(OSError):
        pipe.send(why)


def _receive(pipe: Connection, came: SimpleQueue[bytes]) -> None:
    lines = b"begun"
    while lines != END:
        try:
            lines = pipe.recv_bytes()
        except (EOFError, OSError):
            lines = END
        came.put(lines)
