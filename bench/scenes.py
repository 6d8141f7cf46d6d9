"""Whether the pet answers fifty short scenes as a cat owner would expect.

    python -m bench scenes                  # all, twice each
    python -m bench scenes door_slams       # these
    python -m bench scenes --nothing        # nothing happens to it: how many are right all the same

Each scene is a file in bench/scenes (bench/scene.py says what stands in one): a day of 25 to 90 s
with what is expected of the pet. It is lived in virtual time through the firmware with two seeds,
without the language model, and is right where all that is expected comes with both. Every other
scene is listed with what was found instead. The exit code is 1 where fewer than 46 are right.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Final, NamedTuple

import moggy
from bench.scene import Scene, Verdict, all_scenes, judged
from moggy.sim.day import Day
from moggy.vocabulary import nearest

LEAST_RIGHT: Final = 46
"""Scenes that must be right, of the fifty."""
SEEDS: Final = (1, 2)
"""Seeds with which each scene is lived."""


class Outcome(NamedTuple):
    """What came of a scene."""

    file: str
    name: str
    verdicts: Mapping[int, list[Verdict]]
    """Seed → what is said of each expectation."""

    @property
    def right(self) -> bool:
        """Whether all that is expected came with each seed."""
        return all(each.right for said in self.verdicts.values() for each in said)


def played(scene: Scene, seed: int, nothing: bool = False) -> list[Verdict]:
    """Live a scene once. With `nothing` its acts are left out."""
    pet = moggy.Pet(personality=scene.personality, seed=seed, remembered=scene.remembered)
    acts = () if nothing else scene.acts
    day = Day(hour=scene.hour, seconds=scene.seconds, acts=acts)
    return judged(scene, moggy.live(pet, day).ticks)


def outcome(file: str, scene: Scene, nothing: bool) -> Outcome:
    """Live a scene with each seed."""
    return Outcome(file, scene.name, {seed: played(scene, seed, nothing) for seed in SEEDS})


def told(found: Outcome) -> Iterator[str]:
    """The lines of the report about a scene."""
    yield f"{'right' if found.right else 'WRONG'} {found.file}: {found.name}"
    missed: dict[str, list[str]] = {}
    for seed, said in found.verdicts.items():
        for each in said:
            if not each.right:
                missed.setdefault(each.says, []).append(f"        seed {seed}: {each.found}")
    for says, lines in missed.items():
        yield f"      not so: {says}"
        yield from lines


def chosen(files: list[str]) -> dict[str, Scene]:
    """The scenes of these files; all where none is named. Raises ValueError for a name that there
    is not, Invalid for a scene that is wrong."""
    scenes = dict(all_scenes())
    for file in files:
        if file not in scenes:
            raise ValueError(f"there is no scene {file!r}{nearest(file, scenes)}")
    return {file: scenes[file] for file in files or scenes}


def main() -> int:
    """Live the scenes, print what came of each; returns 1 where too few are right."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("files", nargs="*", help="names of scenes; none: all")
    options.add_argument("--nothing", action="store_true", help="leave out what happens")
    options.add_argument("--workers", type=int, default=2, help="processes that live scenes")
    given = options.parse_args()
    scenes = chosen(given.files)
    right = 0
    with ProcessPoolExecutor(given.workers) as pool:
        count = len(scenes)
        for found in pool.map(outcome, scenes, scenes.values(), [given.nothing] * count):
            right += found.right
            print("\n".join(told(found)), flush=True)
    least = LEAST_RIGHT if not given.files else count
    print(f"{right} of {count} scenes are right with seeds {SEEDS} (at least {least})")
    return 0 if given.nothing or right >= least else 1


if __name__ == "__main__":
    sys.exit(main())
