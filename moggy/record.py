"""What a life without a screen leaves behind: journal, a line for each tick, sound. A process of
its own writes them meanwhile."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Protocol, TypeAlias

import orjson

from moggy.journal import Encoder, Journal
from moggy.loop import rare_collection
from moggy.messages import Call, Purr, Tick
from moggy.pet import Start
from moggy.worker import deaf_to_ctrl_c

TOGETHER = 32
"""Ticks that are handed over at a time."""
LINES_BUFFER = 1 << 20
"""Bytes of ticks.jsonl that are written at a time."""
END = b""
"""In the pipe: nothing more comes."""


class SoundFile(Protocol):
    """Writes what the pet sounds."""

    def hear(self, at: float, calls: Sequence[Call], purr: Purr) -> None: ...

    def close(self) -> None: ...


OpenSound: TypeAlias = Callable[[Path], SoundFile]


class Records:
    """The files themselves: journal.mcap, ticks.jsonl, sound.wav."""

    def __init__(self, out: Path, start: Start, sound: OpenSound) -> None:
        self._closing = ExitStack()
        self._journal = self._closing.enter_context(Journal(out / "journal.mcap", start))
        self._lines = self._closing.enter_context((out / "ticks.jsonl").open("wb", LINES_BUFFER))
        self._sound = sound(out / "sound.wav")
        self._closing.callback(self._sound.close)

    def write(self, line: bytes) -> None:
        """A tick that an Encoder has written."""
        entry = orjson.loads(line)
        tick = entry["tick"]
        self._journal.write(tick["at"], tick["n"], line)
        self._lines.write(
            orjson.dumps(summary(tick, entry["sent"]), option=orjson.OPT_APPEND_NEWLINE)
        )
        if tick["commanded"]["at"] == tick["at"]:
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
    """What people look at first."""
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
    """A listener: hands each tick to the process that writes. Close it, or use it in a `with`: then
    it waits until all is written."""

    def __init__(self, out: Path, start: Start, sound: OpenSound) -> None:
        """To be made before anything that has a thread or a process: it forks. `sound` opens the
        sound file in that process. Raises OSError when nothing can be written in the folder."""
        out.mkdir(parents=True, exist_ok=True)
        (out / "journal.mcap").open("wb").close()
        context = multiprocessing.get_context(
            "fork"
        )  # a fresh interpreter would cost more than the writing of a minute
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_write, args=(self._pipe, theirs, out, start, sound), name="moggy records"
        )
        with deaf_to_ctrl_c():
            self.process.start()
        theirs.close()
        self._encode, self._waiting = Encoder(), list[bytes]()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        self._waiting.append(self._encode(tick, sent))
        if len(self._waiting) >= TOGETHER:
            self._hand_over()

    def close(self) -> None:
        """Raises OSError when it could not be written."""
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
            try:
                self._pipe.send_bytes(lines)
            except OSError:
                self._end()

    def _end(self) -> None:
        """Hear how it went, from a process that has ended or is about to."""
        try:
            why = str(self._pipe.recv())
        except (OSError, EOFError):
            why = "the process that writes the records was killed"
        self._pipe.close()
        self.process.join()
        if why:
            raise OSError(why)


def _write(
    other_end: Connection, pipe: Connection, out: Path, start: Start, sound: OpenSound
) -> None:
    """The process: writes what comes, until the end is said or the pet is gone; answers "" or what
    went wrong."""
    other_end.close()  # else it would never hear that the pet is gone
    came: SimpleQueue[bytes] = SimpleQueue()
    # From its first moment on: the pet must not wait until the files are open.
    Thread(target=_receive, args=(pipe, came), daemon=True).start()
    why = ""
    try:
        with Records(out, start, sound) as records, rare_collection():
            while lines := came.get():
                for line in lines.split(b"\n"):
                    records.write(line)
    except OSError as error:
        why = str(error)
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
