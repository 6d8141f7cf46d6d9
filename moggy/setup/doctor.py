"""Reports what is present, what is missing, what does not work without it, and how to install it.

It needs the standard library only (`python3 -m moggy.setup.doctor` works in a fresh clone); where
rich is installed, the report is a coloured table.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from moggy import cache, models
from moggy.models import packages, processor
from moggy.setup import needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the report. Without a thing that is `missing` a part does not work; without one
    that is `fatal` nothing does."""

    area: str
    what: str
    state: Literal["ok", "missing", "fatal"]
    detail: str = ""
    way_out: str = ""


WHOLE_ENVIRONMENT = 20
"""Above this number of packages that differ from the lock, the environment was never set up."""


def doctor() -> int:
    """Print the report; 1 where something fatal is missing, else 0."""
    findings = list(examine())
    _print(findings)
    return int(any(finding.state == "fatal" for finding in findings))


def examine() -> Iterator[Finding]:
    """Check everything, in the order of the report."""
    yield from _machine()
    yield from _packages()
    yield from _models()
    yield from _language()
    yield from _studio()
    yield from _devices()


def _machine() -> Iterator[Finding]:
    yield Finding(
        area="machine",
        what="processor",
        state="ok",
        detail=f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores{_amx()}",
    )
    for need in (
        needs.PYTHON,
        needs.VENV,
        *needs.LIBRARIES,
        needs.COMPILER,
        needs.GIT,
        needs.CHROMIUM,
    ):
        detail = f"this is {platform.python_version()}" if need is needs.PYTHON else ""
        if need.present():
            yield Finding(area="machine", what=need.what, state="ok", detail=detail)
        else:
            state: Literal["fatal", "missing"] = "fatal" if need.fatal else "missing"
            yield Finding(
                area="machine",
                what=need.what,
                state=state,
                detail=f"without it: {need.without}",
                way_out=need.command(),
            )
    if processor.too_old():
        yield Finding(
            area="machine",
            what="a processor for MediaPipe",
            state="missing",
            detail="without it: no face and no posture",
            way_out=processor.TOO_OLD,
        )
    node = shutil.which("node")
    major = packages.node_version(node) if node else 0
    detail = (
        f"version {major}"
        if major >= packages.OLDEST_NODE
        else "none that is new enough; set-up fetches one for the page (61 MB)"
    )
    yield Finding(area="machine", what="Node.js", state="ok", detail=detail)


def _amx() -> str:
    try:
        return (
            ", AMX (our build of the language model keeps off it)"
            if "amx_int8" in Path("/proc/cpuinfo").read_text()
            else ""
        )
    except OSError:
        return ""


def _packages() -> Iterator[Finding]:
    root = needs.checkout()
    if root is None:
        yield Finding(area="packages", what="moggy", state="ok", detail="installed from a wheel")
        return
    locked = dict(_locked(root / "requirements" / "main.lock"))
    instead = dict(_locked(root / "requirements" / "old-arm.lock"))
    if not _other_version(("mediapipe", instead.get("mediapipe", ""))):
        locked |= instead  # `make old-arm`
    other = [text for text in map(_other_version, locked.items()) if text]
    if not other:
        yield Finding(area="packages", what="as locked", state="ok", detail=sys.prefix)
    elif len(other) > WHOLE_ENVIRONMENT:
        yield Finding(
            area="packages",
            what=f"{len(other)} missing",
            state="fatal",
            detail=f"in {sys.prefix}",
            way_out="make sim",
        )
    else:
        yield Finding(
            area="packages",
            what="not as locked",
            state="missing",
            detail=", ".join(other),
            way_out="make sim",
        )


def _locked(lock: Path) -> list[tuple[str, str]]:
    """(name, version) of what a lock holds for this processor. Markers for a version of Python are
    ignored."""
    found = re.findall(r"^(\S+?)==(\S+) ;(.*)$", lock.read_text(), re.MULTILINE)
    return [(name, version) for name, version, marker in found if platform.machine() in marker]


def _other_version(wanted: tuple[str, str]) -> str:
    name, version = wanted
    try:
        here = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"no {name}"
    return "" if here == version else f"{name} {here} (locked {version})"


def _models() -> Iterator[Finding]:
    for model in models.MODELS.values():
        optional = model.name not in (*models.FIRST, *models.LATER)
        try:
            detail = str(models.verify(model.name))
            yield Finding(area="models", what=model.name, state="ok", detail=detail)
        except models.Missing as missing:
            if not optional:
                yield Finding(
                    area="models",
                    what=model.name,
                    state="missing",
                    detail=f"without it: {model.what}",
                    way_out=missing.way_out,
                )
        except models.Corrupt as damaged:
            yield Finding(
                area="models",
                what=model.name,
                state="missing",
                detail=str(damaged).partition(";")[0],
                way_out=damaged.way_out,
            )


def _language() -> Iterator[Finding]:
    from moggy.setup.runtime import runtime_status

    status = runtime_status()
    state: Literal["ok", "missing"] = (
        "missing" if status.state in ("absent", "failed", "stopped") else "ok"
    )
    detail = f"{status.state}: {status.message}"
    yield Finding(
        area="language model",
        what="runtime",
        state=state,
        detail=detail,
        way_out="make runtime" if state == "missing" else "",
    )


def _studio() -> Iterator[Finding]:
    page = Path(__file__).parents[1] / "sim" / "studio" / "static" / "index.html"
    if page.is_file():
        yield Finding(area="studio", what="page", state="ok", detail=str(page.parent.resolve()))
    else:
        yield Finding(
            area="studio", what="page", state="missing", detail="not built", way_out="make page"
        )
    if needs.importable("micropython_module"):
        yield Finding(
            area="simulator", what="the board's interpreter", state="ok", detail="MicroPython"
        )
    else:
        detail = "no MicroPython for this platform; the firmware runs under CPython"
        yield Finding(area="simulator", what="the board's interpreter", state="ok", detail=detail)


def _devices() -> Iterator[Finding]:
    for what, patterns in (
        ("cameras", ("video*",)),
        ("boards", ("ttyACM*", "ttyUSB*")),
        ("sound", ("snd/pcm*p",)),
        ("microphones", ("snd/pcm*c",)),
    ):
        found = sorted(str(path) for pattern in patterns for path in Path("/dev").glob(pattern))
        yield Finding(area="devices", what=what, state="ok", detail=", ".join(found) or "none")
    yield Finding(area="devices", what="kept between clones", state="ok", detail=str(cache.root()))


def _print(findings: Iterable[Finding]) -> None:
    """Print a table where rich is installed, else lines."""
    if needs.importable("rich"):
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_header=False)
        for _ in range(4):
            table.add_column(overflow="fold")
        area = ""
        for finding in findings:
            style = {"ok": "green", "missing": "yellow", "fatal": "red"}[finding.state]
            detail = Text(finding.detail)
            if finding.way_out:
                detail.append(f"\n→ {finding.way_out}", style="bold")
            mark = "✓" if finding.state == "ok" else "✗"
            table.add_row(
                finding.area if finding.area != area else "",
                Text(mark, style=style),
                finding.what,
                detail,
            )
            area = finding.area
        Console(markup=False, emoji=False).print(table)
    else:
        for finding in findings:
            way_out = f"\n      → {finding.way_out}" if finding.way_out else ""
            mark = "ok" if finding.state == "ok" else "--"
            print(f"{mark}  {finding.area}: {finding.what}  {finding.detail}{way_out}")


if __name__ == "__main__":
    sys.exit(doctor())
