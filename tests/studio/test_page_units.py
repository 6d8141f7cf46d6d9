"""The logic of the page's panels, in Node.js: `npm test` in sim/studio/page."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import orjson

from moggy.behaviors.lint import slots
from moggy.behaviors.shown import shown_term
from moggy.behaviors.tree import OptionSpec, Tree
from moggy.config import Files
from moggy.models import packages

PAGE = Path(__file__).resolve().parents[2] / "sim" / "studio" / "page"


def test_the_logic_of_the_panels(tmp_path: Path) -> None:
    curves = tmp_path / "curves.json"
    terms = [
        term
        for slot in slots(Files().load("trees/cat.yaml", Tree).root)
        if isinstance(slot, OptionSpec)
        for term in slot.terms
    ]
    curves.write_bytes(
        orjson.dumps(
            [
                [shown_term(term), x, term.response()(x)]
                for term in terms
                for x in (-1.0, 0.0, 0.13, 0.4, 0.85, 1.0, 30.0, 9999.0)
            ]
        )
    )
    done = subprocess.run(
        [*packages.npm(), "--prefix", str(PAGE), "--silent", "test"],
        env={**os.environ, "CURVES": str(curves)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "# fail 0" in done.stdout
