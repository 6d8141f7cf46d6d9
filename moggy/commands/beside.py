"""Options that would change nothing beside others: refused, and never ignored."""

from __future__ import annotations

from collections.abc import Mapping

import typer

HEADLESS: Mapping[str, str] = {
    "microphone": "a script brings its own senses; a microphone hears in real time",
    "record": "--out names the folder for its journal",
    "remember": "each headless life begins without memories",
    "port": "it has no page",
    "host": "it has no page",
    "open_browser": "it has no page",
}
"""Options of `moggy sim` that --headless makes nothing of, and why."""
LIVE: Mapping[str, str] = {
    "senses": "only --headless lives a script",
    "until": "without --headless it lives until Ctrl-C",
    "out": "only --headless writes there; --record records a life in real time",
    "pictures": "only --headless draws them",
    "think": "without --headless it asks its models anyway",
}
"""Options of `moggy sim` that only --headless makes something of, and what to do."""
COVERAGE: Mapping[str, str] = dict.fromkeys(("at", "of"), "--coverage looks at the whole life")
"""Options of `moggy why` that --coverage makes nothing of."""
LIVED: Mapping[str, str] = dict.fromkeys(
    ("days", "seconds", "personality", "seed"), "it is for random days; these journals are lived"
)
"""Options of `moggy laws` that journals make nothing of."""


class Ignored(typer.BadParameter):
    """An option that would be ignored."""


def refuse(context: typer.Context, *, ignored: Mapping[str, str]) -> None:
    """Refuse each of these options, parameter → why, that was given; a switch that was switched off
    asks for nothing. Raises Ignored, which ends the command with status 2 and says the option and
    the reason."""
    for parameter in context.command.params:
        name = parameter.name or ""
        if name not in ignored or context.params[name] is False:
            continue
        source = context.get_parameter_source(name)
        if source is not None and source.name != "DEFAULT":
            said = f"it would change nothing here: {ignored[name]}"
            raise Ignored(said, ctx=context, param_hint=f"'{parameter.opts[0]}'")


def need(context: typer.Context, folder: object, option: str, *names: str) -> None:
    """Refuse these where nothing is written, which `option` would do. Raises Ignored."""
    if folder is None:
        refuse(context, ignored=dict.fromkeys(names, f"nothing is written without {option}"))
