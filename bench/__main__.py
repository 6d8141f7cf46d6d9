"""Runs the benchmarks that need no data and no training: all, or those that are named."""

from __future__ import annotations

import runpy
import sys

SHORT = ("touch_to_wire", "tick", "decide", "reload", "act", "feel", "contingency", "voice")
"""Together a few minutes. The scores on data are longer and are run by name: words, perceive_face,
perceive_touch."""


def main(names: list[str]) -> None:
    """Run the benchmarks with these names, or all of SHORT where none is given."""
    for name in names or SHORT:
        print(f"── {name} ──", flush=True)
        sys.argv = [name]
        runpy.run_module(f"bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
