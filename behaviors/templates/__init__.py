"""Behaviours to begin with: each file is a layer of a tree with one behaviour, to be copied under
another name."""

from __future__ import annotations

from pathlib import Path

from moggy.vocabulary import nearest
from moggy.yaml_file import Invalid

FOLDER = Path(__file__).resolve().parent


def templates() -> dict[str, str]:
    """Name → what it is for, as the first line of its file says."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        for path in sorted(FOLDER.glob("*.yaml"))
    }


def template_text(name: str) -> str:
    """The text of a template. Raises Invalid where there is none."""
    known = templates()
    if name not in known:
        raise Invalid(name, 1, f"no such template{nearest(name, known)}; there are {list(known)}")
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
