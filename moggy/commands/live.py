"""`moggy sim` and `moggy run`: the living pet in real time, until Ctrl-C."""

from __future__ import annotations

import signal
import webbrowser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from threading import Thread, Timer

import typer

from moggy.assemble import RealLife, robot, simulator
from moggy.commands.phone import invite
from moggy.commands.terminal import errors_of_its_own, say, tell
from moggy.designs import designs
from moggy.loop import Listener, Loop
from moggy.messages import Tick, Trouble
from moggy.notify import Notifier
from moggy.printable import lines
from moggy.sim.faults import Fault
from moggy.sim.studio.guard import THIS_MACHINE, is_local

WORDS_KEPT = "The journal keeps the words that people say (--record-words)."
"""Said before a life whose journal does."""


def simulate(
    *,
    port: int,
    host: str,
    open_browser: bool,
    record: Path | None,
    board: str,
    remember: bool,
    hour: float | None,
    faults: Sequence[Fault],
    body: str,
    personality: str,
    tree: str,
    seed: int,
    words: bool,
    microphone: str | None,
) -> int:
    """A simulated body in the studio, with faults in the order of their time. Returns 0, or 1 where
    its records or its memory are not whole."""
    ending, terminal = Ending(), Terminal()
    life = simulator(
        body=body, personality=personality, tree=tree, seed=seed, hour=hour, board=board,
        studio_port=port, studio_host=host, remember=remember, record=record, record_words=words,
        microphone=microphone, faults=faults, listeners=[terminal],
    )  # fmt: skip
    if life.note:
        tell(f"board: {life.note}", color="yellow", err=True)
    invite(f"The {body} lives at {{}} (Ctrl-C ends it)", life.address)
    if open_browser and is_local(host) and not ending.came:
        webbrowser.open(life.address)
    return _live(life, terminal, ending)


def run_robot(
    port: str,
    *,
    body: str,
    camera: int | None,
    microphone: str | None,
    studio_port: int | None,
    record: Path | None,
    personality: str,
    tree: str = "cat",
    seed: int | None,
    words: bool,
    studio_host: str = THIS_MACHINE,
    listeners: Sequence[Listener] = (),
) -> int:
    """The pet in a real body. Returns 0, or 1 where its records or its memory are not
    whole."""
    ending, terminal, notifier = Ending(), Terminal(), Notifier()
    life = robot(
        port, body=body, personality=personality, tree=tree, seed=seed, camera=camera,
        microphone=microphone, studio_port=studio_port, studio_host=studio_host, record=record,
        record_words=words, listeners=[terminal, notifier, *listeners],
    )  # fmt: skip
    life.loop.closing.callback(notifier.ends)  # the first that is closed
    if life.address:
        invite("The studio is at {}", life.address)
    tell(f"{personality} lives on {port} (Ctrl-C lets it lie down)")
    return _live(life, terminal, ending)


HANGS_S = 10.0
"""Seconds after the first Ctrl-C in which a life ends, unless a part of it hangs. Our choice: the
body lies down and the records are written in two."""
HANGS = (
    f"It has not ended for {HANGS_S:g} s: a part of it may hang, such as a sensor of your own. "
    "Ctrl-C again ends it without waiting for that."
)


class Ending:
    """Notes Ctrl-C, or that somebody ends the process or closes its terminal, from the start of a
    life on, and raises nothing: what is being opened would be left half open. Only where that does
    not end the life, the next one after HANGS_S raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.came = False
        self._hangs = False
        self._loop: Loop | None = None
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as it is behind nohup
            signal.signal(signal.SIGHUP, self._note)

    def stops(self, loop: Loop) -> None:
        """Let it stop this loop; before its first tick where it came already."""
        self._loop = loop
        if self.came:
            loop.stop()

    def _note(self, *_: object) -> None:
        if self._hangs:
            raise KeyboardInterrupt
        if not self.came:
            self.came = True
            later = Timer(HANGS_S, self._say_that_it_hangs)
            later.daemon = True
            later.start()
        if self._loop is not None:
            self._loop.stop()

    def _say_that_it_hangs(self) -> None:
        self._hangs = True
        tell(HANGS, color="yellow", err=True)


def _live(life: RealLife, terminal: Terminal, ending: Ending) -> int:
    """Until Ctrl-C, or until somebody ends the process or closes its terminal. Returns 1 where its
    records or its memory are not whole."""
    if life.recording is not None and life.recording.words:
        tell(WORDS_KEPT)
    for note in designs(life.start).notes:
        tell(note, color="yellow", err=True)
    ending.stops(life.loop)
    life.loop.run()
    terminal.close()
    tell("It lies down. Goodbye.")
    lost = life.diary.lost if life.diary else ""
    if lost:
        tell(lost, color="red", err=True)
    if life.recording is None:
        return 1 if lost else 0
    whole = not life.recording.missing
    tell(life.recording.summary(), color=None if whole else "red", err=not whole)
    return 0 if whole and not lost else 1


def troubles_of(tick: Tick) -> Iterator[tuple[str, str]]:
    """What is missing, broken or refused, or well again: lines for the terminal, with colours."""
    for sense in tick.understood:
        if isinstance(sense, Trouble):
            color = "yellow" if sense.message else "green"
            yield f"{sense.part}: {sense.message or 'well again'}", color
    for refused in tick.refused:
        yield refused, "yellow"


def say_troubles(tick: Tick, sent: Mapping[str, float]) -> None:
    """A listener in virtual time: what is missing or broken, once, on the terminal."""
    for line, color in troubles_of(tick):
        say(line, color=color, err=True)


UNSAID_KEPT = 200
"""Lines that wait for a terminal that takes none; more are dropped."""


class Terminal:
    """A listener in real time: what is missing or broken, once, on the terminal. A thread writes: a
    terminal that was paused (Ctrl-S), or a pipe that nobody reads, takes nothing for as long."""

    def __init__(self) -> None:
        self._lines: Queue[tuple[str, str] | None] = Queue(UNSAID_KEPT)
        self._output = errors_of_its_own()
        self._thread = Thread(target=self._write, name="terminal", daemon=True)
        self._thread.start()

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        for line in troubles_of(tick):
            with suppress(Full):
                self._lines.put_nowait(line)

    def close(self) -> None:
        """Write what waits; gives up after a second."""
        with suppress(Full):
            self._lines.put_nowait(None)
        self._thread.join(1.0)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with suppress(OSError, ValueError):
                typer.secho(lines(line[0]), self._output, fg=line[1])
