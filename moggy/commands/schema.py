"""`moggy schema`: the JSON schema of each kind of file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import typer

from moggy.body import Body
from moggy.config import Files
from moggy.designs import know_sensors
from moggy.home import home
from moggy.layer import FileLayer
from moggy.personality import Personality
from moggy.recording import Records
from moggy.vocabulary import nearest


def print_schema(kind: str) -> None:
    """Print a JSON schema, with units, bounds and a sentence for each field. Raises ValueError with
    the nearest kind, or all."""
    know_sensors(Files(home()))
    kinds = _kinds()
    if kind not in kinds:
        raise ValueError(f"no schema {kind!r}{nearest(kind, kinds)}")
    typer.echo(orjson.dumps(kinds[kind](), option=orjson.OPT_INDENT_2))


def _kinds() -> dict[str, Callable[[], dict[str, Any]]]:
    from moggy.behaviors.laws import Laws
    from moggy.behaviors.motions import MotionFile
    from moggy.behaviors.tree import Tree
    from moggy.brain.appraisals import Appraisals
    from moggy.sim.day import Day
    from moggy.sim.script import schema
    from moggy.sim.studio.api import page_schema

    return {
        "senses": schema,
        "body": Body.model_json_schema,
        "personality": Personality.model_json_schema,
        "tree": Tree.model_json_schema,
        "patch": FileLayer.model_json_schema,
        "appraisals": Appraisals.model_json_schema,
        "motion": MotionFile.model_json_schema,
        "laws": Laws.model_json_schema,
        "day": Day.model_json_schema,
        "records": Records.model_json_schema,
        "page": page_schema,
    }
