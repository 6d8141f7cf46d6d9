"""What is remembered, for its owner to read."""

from __future__ import annotations

import json

from moggy.brain.memory.snapshot import Remembered
from moggy.brain.memory.store import Memory

LIKELY = 0.35
"""Probability from which a habit is told to the owner. Our choice."""


def sentences(memory: Memory, episodes: int = 12) -> list[str]:
    """What is remembered, in sentences for the owner, with the newest `episodes`."""
    known = memory.load()
    if known is None:
        return ["It remembers nothing yet."]
    said = [f"It has lived {known.day:.1f} days."]
    for person in sorted({*known.people, *known.zones, *known.arrivals}):
        said.append(_about(person, known))
    quiet = [str(hour) for hour, chance in enumerate(known.quiet) if chance >= LIKELY]
    if quiet:
        said.append(f"It is usually sent off at {', '.join(quiet)} o'clock.")
    for e in memory.episodes(episodes):
        times = f", {e.times} times" if e.times > 1 else ""
        who = f" ({e.person})" if e.person else ""
        did = f"; it was in '{e.behavior}'" if e.behavior else ""
        clock = f"{int(e.hour):02d}:{int(e.hour % 1.0 * 60.0):02d}"
        said.append(f"Day {e.day:.1f}, {clock}: {e.what.replace('_', ' ')}{who}{times}{did}.")
    return said


def as_json(memory: Memory) -> str:
    """`Memory.export` as JSON text."""
    return json.dumps(memory.export(), indent=2, ensure_ascii=False, sort_keys=True)


def _about(person: str, known: Remembered) -> str:
    facts = known.people.get(person, {})
    said = f"{person}: trust {facts.get('trust', 0.0):.2f}"
    said += f", familiarity {facts.get('familiarity', 0.0):.2f}"
    said += f", usually in a mood of {facts.get('valence', 0.0):+.2f} (−1 unpleasant to 1 pleasant)"
    liked = sorted(known.zones.get(person, {}).items(), key=lambda pair: -abs(pair[1]))[:3]
    if liked:
        said += "; touch " + ", ".join(f"{zone} {liking:+.2f}" for zone, liking in liked)
    often = [half for half, chance in enumerate(known.arrivals.get(person, ())) if chance >= LIKELY]
    if often:
        said += "; comes about " + ", ".join(
            f"{half // 2:02d}:{30 * (half % 2):02d}" for half in often
        )
    return said + "."
