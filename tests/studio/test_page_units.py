"""The logic of the page's panels, in Node.js: `npm test` in sim/studio/page."""

from __future__ import annotations

import subprocess
from pathlib import Path

from moggy.models import packages

PAGE = Path(__file__).resolve().parents[2] / "sim" / "studio" / "page"


def test_the_logic_of_the_panels() -> None:
    done = subprocess.run(
        [*packages.npm(), "--prefix", str(PAGE), "--silent", "test"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "# fail 0" in done.stdout
