"""What one sees of the pet, and what it says: whether movement follows arousal and the height of
the head valence, how long what has an end lasts, and whether the sentences are true.

Several characters live two hours, with people and alone; a behaviour counts with the feelings in
which it ran. It takes about three minutes; `--quick` looks at the motions alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from statistics import median

from scipy.stats import spearmanr

from bench.promise import Promise, report
from bench.seen_lives import LIVES, SeenMeans, together, watched
from bench.seen_motions import LONGEST_S, SHORTEST_S, lengths, shipped_motions, speed
from bench.seen_sentences import templates, untrue
from moggy.behaviors.tree import Tree
from moggy.body import Body
from moggy.config import SHIPPED, load

LEAST_RUNS = 3
"""Runs that a behaviour needs to be counted: the feelings of one or two are chance."""
LEAST_RHO = 0.6
"""Least rank correlation (Spearman) of energy and arousal over the behaviours."""
LEAST_HEAD_RHO = 0.4
"""Least rank correlation of the height of the eyes and valence."""
LEAST_SHARE = 0.9
"""Least share of what has an end that lasts as long as it should."""
EXCITED = 0.7
"""Arousal at which a motion is compared with itself: 95 of 100 moments lie below."""
RESTED = -0.3
"""As EXCITED: 99 of 100 moments lie above."""
LEAST_FACTOR = 2.0
"""By how much it is to be faster when excited."""
QUICK = ("flinch", "startle", "hide", "shrink_away", "enough", "keep_distance")
"""What fear and anger do."""


def motions_are_paced() -> Promise:
    """The slowest of all motions to grow faster."""
    body, motions = load(SHIPPED["body"] / "cat.yaml", Body), shipped_motions()
    factors = {
        name: speed(motions, body, name, EXCITED) / speed(motions, body, name, RESTED)
        for name in motions
    }
    slow = sorted((factor, name) for name, factor in factors.items() if factor < LEAST_FACTOR)
    least = min(factors, key=lambda name: factors[name])
    return Promise(
        f"each of {len(factors)} motions is faster at arousal {EXCITED} than at {RESTED}",
        f"median {median(factors.values()):.2f} times, least {factors[least]:.2f} ({least};"
        f" at least {LEAST_FACTOR}){_named([f'{name} {factor:.2f}' for factor, name in slow])}",
        not slow,
    )


def what_ends_has_a_length() -> Promise:
    """Motions with an end, and steps of behaviours with one."""
    found = lengths(shipped_motions())
    fits = sum(each.fits for each in found)
    return Promise(
        f"what has an end lasts {SHORTEST_S:g} to {LONGEST_S:g} s",
        f"{fits} of {len(found)} motions and steps (at least {LEAST_SHARE:.0%})"
        f"{_named([f'{each.what} {each.least:g} s' for each in found if not each.fits])}",
        fits >= LEAST_SHARE * len(found),
    )


def _named(names: list[str]) -> str:
    return f"; not: {', '.join(names)}" if names else ""


def lives_are_seen() -> list[Promise]:
    """The rest, of behaviours in lives."""
    body = load(SHIPPED["body"] / "cat.yaml", Body)
    life = together([watched(plan, body) for plan in LIVES])
    means = {name: seen.means() for name, seen in life.seen.items() if seen.runs >= LEAST_RUNS}
    _print(means)
    energies = {name: each.energy for name, each in means.items()}
    middle = median(energies.values())
    quick = {name: energies[name] for name in QUICK if name in energies}
    return [
        _follows("energy of movement follows arousal", means, ("energy", "arousal"), LEAST_RHO),
        _follows("speed of the joints follows arousal", means, ("way", "arousal"), LEAST_RHO),
        _follows("height of the head follows valence", means, ("head", "valence"), LEAST_HEAD_RHO),
        _says(life.sentences),
        Promise(
            "a greeting has more energy than a loaf",
            f"{energies['greet']:.1f} against {energies['loaf']:.1f} rad²/s²",
            energies["greet"] > energies["loaf"],
        ),
        Promise(
            "fear and anger are quick",
            f"{', '.join(f'{name} {energy:.1f}' for name, energy in quick.items())} rad²/s²;"
            f" the middle behaviour {middle:.1f}",
            min(quick.values()) > middle,
        ),
    ]


def _says(sentences: Collection[str]) -> Promise:
    """Every sentence that was said, against its own numbers."""
    wrong = [f"«{each}»: {untrue(each)}" for each in sentences if untrue(each)]
    every = templates(load(SHIPPED["trees"] / "cat.yaml", Tree))
    used = sum(any(each.pattern.fullmatch(said) for said in sentences) for each in every)
    return Promise(
        "what it says is true of its numbers, and for strangers",
        f"{len(wrong)} of {len(sentences)} sentences are not (at most 0), by {used} of"
        f" {len(every)} templates{_named(wrong[:5])}",
        not wrong,
    )


def _follows(
    what: str, means: dict[str, SeenMeans], names: tuple[str, str], least: float
) -> Promise:
    pairs = [tuple(getattr(each, name) for name in names) for each in means.values()]
    rho = float(spearmanr(*zip(*pairs, strict=True)).statistic)
    return Promise(
        what, f"Spearman {rho:.2f} over {len(means)} behaviours (at least {least})", rho >= least
    )


def _print(means: dict[str, SeenMeans]) -> None:
    print("behaviour        arousal valence  energy rad²/s²  speed rad/s  eyes m")
    for name, each in sorted(means.items(), key=lambda pair: pair[1].arousal):
        print(
            f"{name:16} {each.arousal:+7.2f} {each.valence:+7.2f} {each.energy:15.2f}"
            f" {each.way:12.2f} {each.head:7.3f}"
        )


def main() -> int:
    """Print the figures with their bars; 1 where one is missed, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="motions alone, no lives")
    measures: list[Callable[[], Promise | list[Promise]]] = [
        motions_are_paced,
        what_ends_has_a_length,
    ]
    if not parser.parse_args().quick:
        measures.append(lives_are_seen)
    return report(measures)
