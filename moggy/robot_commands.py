"""The commands of a pet in a real body, which stand beside the others of the command line. The work
is in `moggy/commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from moggy.command_groups import (
    Back,
    BodyName,
    Hears,
    Host,
    Line,
    Personality,
    Port,
    RecordWords,
    Seconds,
    TreeName,
)
from moggy.sim.studio.guard import THIS_MACHINE

robot_app = typer.Typer()
NO_STUDIO = "no studio is opened without --studio"
"""What --host alone does."""
Camera = Annotated[int | None, typer.Option(help="Number of the camera; none: it does not see.")]
StudioPort = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Also open the studio on this port.")
]
Record = Annotated[Path | None, typer.Option(help="A file or a folder for the journal.")]


@robot_app.command(
    epilog="Examples: `moggy run --port /dev/ttyACM0 --camera 0 --microphone default` · "
    "`moggy run --port /dev/ttyACM0 --studio 8010 --host 0.0.0.0`"
)
def run(
    context: typer.Context,
    port: Annotated[str, typer.Option(help="Serial port of the board.")],
    body: BodyName = "cat",
    camera: Camera = None,
    microphone: Hears = None,
    studio: StudioPort = None,
    host: Host = THIS_MACHINE,
    record: Record = None,
    record_words: RecordWords = False,
    personality: Personality = "cat",
    tree: TreeName = "cat",
    seed: Annotated[
        int | None, typer.Option(help="Seed of every choice; else a new one each time.")
    ] = None,
) -> None:
    """A real body on a serial port."""
    from moggy.commands import beside
    from moggy.commands.live import run_robot

    beside.need(context, record, "--record", "record_words")
    if studio is None:
        beside.refuse(context, ignored={"host": NO_STUDIO})
    status = run_robot(
        port, body=body, camera=camera, microphone=microphone, studio_port=studio,
        studio_host=host, record=record, personality=personality, tree=tree, seed=seed,
        words=record_words,
    )  # fmt: skip
    raise typer.Exit(status)


@robot_app.command(
    epilog="Examples: `moggy flash --port /dev/ttyACM0 --body cat` · `moggy flash --back`"
)
def flash(port: Port = "", body: BodyName = "cat", line: Line = None, back: Back = False) -> None:
    """Put the firmware on a board, which goes limp: for this body, only what differs, each file
    checked. Where it then fails, the files with which it last ran go back. Can be repeated."""
    from moggy.commands.flash import flash

    raise typer.Exit(flash(port, body, line.value if line else "", back))


@robot_app.command(
    epilog="Examples: `moggy install --port /dev/ttyACM0 --camera 0 --dry-run` · "
    "`moggy install --port /dev/ttyACM0 --studio 8010 --host 0.0.0.0`"
)
def install(
    context: typer.Context,
    port: Port = "",
    body: BodyName = "cat",
    camera: Camera = None,
    microphone: Hears = None,
    studio: StudioPort = None,
    host: Host = THIS_MACHINE,
    record: Record = None,
    record_words: RecordWords = False,
    personality: Personality = "cat",
    tree: TreeName = "cat",
    system: Annotated[
        bool | None,
        typer.Option(
            "--system/--user",
            help="For the whole system, which needs root and is fenced in most, or for this user. "
            "[default: --system for root, else --user]",
            show_default=False,
        ),
    ] = None,
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            help="With --system: the user it runs as. [default: who called sudo, else `moggy`, who "
            "is made]",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "--show", help="Show the files, and write nothing.")
    ] = False,
) -> None:
    """Let `moggy run` with these options start with the computer, now and by itself, by systemd."""
    from moggy.commands import beside
    from moggy.commands.install import install, is_for_the_system

    beside.need(context, record, "--record", "record_words")
    if studio is None:
        beside.refuse(context, ignored={"host": NO_STUDIO})
    for_system = is_for_the_system(system)
    if not for_system:
        beside.refuse(context, ignored={"as_": "a user's own service runs as that user"})
    record = record and record.absolute()
    status = install(
        port, _given(context, {"port", "system", "as_", "dry_run"}), body=body,
        personality=personality, tree=tree, record=record, host=host, system=for_system, user=as_,
        dry_run=dry_run,
    )  # fmt: skip
    raise typer.Exit(status)


def _given(context: typer.Context, without: set[str]) -> list[str]:
    """The options that were given, as they are given to `moggy run`; files with their whole
    path."""
    words: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if name in without or source is None or source.name == "DEFAULT":
            continue
        value = context.params[name]
        if value is True:
            words.append(parameter.opts[0])
        elif value is not False:
            words += [parameter.opts[0], str(Path(value).absolute() if name == "record" else value)]
    return words


@robot_app.command(epilog="Example: `moggy uninstall`")
def uninstall() -> None:
    """End the service that `moggy install` made, and remove its files."""
    from moggy.commands.install import uninstall

    raise typer.Exit(uninstall())


@robot_app.command(epilog="Examples: `moggy stop` · `moggy stop --port /dev/ttyACM0`")
def stop(port: Port = "", body: BodyName = "cat", seconds: Seconds = 60.0) -> None:
    """Off: the pet lies down and ends, also an installed one, and the board is asked whether all is
    still. Ends with 0 only when it says so. In an emergency: `moggy board stop`, which is at
    once."""
    from moggy.commands.off import stop

    raise typer.Exit(stop(port, body, seconds))


@robot_app.command(
    epilog="Examples: `moggy update moggy-0.2.0-py3-none-any.whl` · `moggy update --back`"
)
def update(
    context: typer.Context,
    wheel: Annotated[
        Path | None, typer.Argument(exists=True, dir_okay=False, help="A wheel of moggy.")
    ] = None,
    back: Annotated[bool, typer.Option("--back", help="To the version before this one.")] = False,
) -> None:
    """Another version of moggy from a wheel's file. It is tried; where it does not live, this one
    comes back. Asks no other machine for anything."""
    from moggy.commands.update import update

    if back == (wheel is not None):
        raise typer.BadParameter("give a wheel's file, or --back", ctx=context)
    raise typer.Exit(update(wheel))


@robot_app.command(epilog="Example: `moggy phone`")
def phone() -> None:
    """The studio of the pet that lives here, as a QR code for a phone in the same network."""
    from moggy.commands.phone import phone

    raise typer.Exit(phone())
