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
) -> None:
    """The cat in the studio, with faults in the order of their time."""
    life = simulator(
        personality=personality, seed=seed, hour=hour, board=board, studio_port=port,
        remember=remember, record=record, faults=faults, listeners=[say_troubles],
    )  # fmt: skip
    if life.note:
        typer.secho(f"board: {life.note}", fg="yellow", err=True)
    typer.echo(f"The cat lives at {life.address} (Ctrl-C ends it)")
    if open_browser:
        webbrowser.open(life.address)
    _live(life)


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
) -> None:
    """The pet in a real body."""
    life = robot(
        port, body=body, personality=personality, seed=seed, camera=camera, microphone=microphone,
        studio_port=studio_port, record=record, listeners=[say_troubles],
    )  # fmt: skip
    if life.address:
        typer.echo(f"The studio is at {life.address}")
    typer.echo(f"{personality} lives on {port} (Ctrl-C lets it lie down)")
    _live(life)


def _live(life: RealLife) -> None:
    """Until Ctrl-C, or until somebody ends the process."""
    for note in designs(life.start).notes:
        typer.secho(note, fg="yellow", err=True)
    signal.signal(signal.SIGINT, lambda *_: life.loop.stop())
    signal.signal(signal.SIGTERM, lambda *_: life.loop.stop())
    life.loop.run()
    typer.echo("It lies down. Goodbye.")


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
