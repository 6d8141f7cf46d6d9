"""`moggy sim` and `moggy run`: the living pet in real time, until Ctrl-C."""

from __future__ import annotations

import signal
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from moggy.assemble import RealLife, robot, simulator
from moggy.designs import designs
from moggy.messages import Tick, Trouble
from moggy.sim.faults import Fault

WORDS_KEPT = "The journal keeps the words that people say (--record-words)."
"""Said before a life whose journal does."""


def simulate(
    *,
    port: int,
    open_browser: bool,
    record: Path | None,
    board: str,
    remember: bool,
    hour: float | None,
    faults: Sequence[Fault],
    personality: str,
    seed: int,
    words: bool,
) -> int:
    """The cat in the studio, with faults in the order of their time. Returns 0, or 1 where its
    records are not whole."""
    life = simulator(
        personality=personality, seed=seed, hour=hour, board=board, studio_port=port,
        remember=remember, record=record, record_words=words, faults=faults,
        listeners=[say_troubles],
    )  # fmt: skip
    if life.note:
        typer.secho(f"board: {life.note}", fg="yellow", err=True)
    typer.echo(f"The cat lives at {life.address} (Ctrl-C ends it)")
    if open_browser:
        webbrowser.open(life.address)
    return _live(life)


def run_robot(
    port: str,
    *,
    body: str,
    camera: int | None,
    microphone: bool,
    studio_port: int | None,
    record: Path | None,
    personality: str,
    seed: int | None,
    words: bool,
) -> int:
    """The pet in a real body. Returns 0, or 1 where its records are not whole."""
    life = robot(
        port, body=body, personality=personality, seed=seed, camera=camera, microphone=microphone,
        studio_port=studio_port, record=record, record_words=words, listeners=[say_troubles],
    )  # fmt: skip
    if life.address:
        typer.echo(f"The studio is at {life.address}")
    typer.echo(f"{personality} lives on {port} (Ctrl-C lets it lie down)")
    return _live(life)


def _live(life: RealLife) -> int:
    """Until Ctrl-C, or until somebody ends the process. Returns 1 where its records are not
    whole."""
    if life.recording is not None and life.recording.words:
        typer.echo(WORDS_KEPT)
    for note in designs(life.start).notes:
        typer.secho(note, fg="yellow", err=True)
    signal.signal(signal.SIGINT, lambda *_: life.loop.stop())
    signal.signal(signal.SIGTERM, lambda *_: life.loop.stop())
    life.loop.run()
    typer.echo("It lies down. Goodbye.")
    if life.recording is None:
        return 0
    whole = not life.recording.missing
    typer.secho(life.recording.summary(), fg=None if whole else "red", err=not whole)
    return 0 if whole else 1


def say_troubles(tick: Tick, sent: Mapping[str, float]) -> None:
    """A listener: what is missing or broken, once, on the terminal."""
    for sense in tick.senses:
        if isinstance(sense, Trouble):
            typer.secho(
                f"{sense.part}: {sense.message or 'well again'}",
                fg="yellow" if sense.message else "green",
                err=True,
            )
    for refused in tick.refused:
        typer.secho(refused, fg="yellow", err=True)
