"""`moggy memory`: the owner reads, takes along, erases or encrypts what the pet remembers."""

from __future__ import annotations

import json
import re
from contextlib import closing, suppress
from pathlib import Path

from moggy.brain.memory import (
    Broken,
    Memory,
    Remembered,
    clear,
    is_encrypted,
    set_aside,
)
from moggy.brain.memory import decrypt as decrypt_file
from moggy.brain.memory import encrypt as encrypt_file
from moggy.commands.terminal import say
from moggy.config import SHIPPED
from moggy.home import home, memory_file, memory_key, private_file
from moggy.printable import printable

SAID = 5
"""Damaged rows that are named; the others are counted."""
LARGEST_DESIGN = 1_000_000
"""Bytes of a design file in which a name is looked for; no file that is read has more."""
LIKELY = 0.35
"""Probability from which a habit is told to the owner. Our choice."""


def show() -> None:
    """What it remembers, in sentences."""
    if not _is_there():
        say(f"It remembers nothing yet ({memory_file()} is not there; `moggy run` makes it).")
        _say_set_aside()
        return
    with closing(_there(reading=True)) as memory:
        for sentence in sentences(memory):
            say(printable(sentence))
        _say_damage(memory)
    _say_set_aside()


def export(to: Path) -> None:
    """Write all that it remembers as JSON, for its owner's eyes only (mode 0600). Raises Broken
    where there is nothing."""
    with closing(_there(reading=True)) as memory:
        with private_file(to, "w", encoding="utf-8") as file:
            file.write(as_json(memory))
        _say_damage(memory)
    say(f"written to {to}" + (", in plain text" if is_encrypted(memory_file()) else ""))


def forget(who: str) -> None:
    """Erase a person, or everything for `all`; of a memory that was deleted, all that is left.
    Raises Broken where there is nothing."""
    if not _is_there() and (left := clear(memory_file())):
        for each in left:
            say(f"{each} was left of a memory that was deleted, and is deleted too")
    else:
        with closing(_there()) as memory:
            gone = memory.forget(who)
        say(f"forgotten: {gone} entries about {who}" if gone else f"it knew nothing about {who}")
    _say_set_aside(": it may still hold the name")
    for place in named_in(home(), who):
        say(f"{place} names {who}; edit it", color="yellow", err=True)


def named_in(folder: Path, who: str) -> list[str]:
    """Where the owner's own design files name somebody: FILE:LINE of the first place in each."""
    named = re.compile(rf"\b{re.escape(who)}\b", re.IGNORECASE)
    found = []
    for path in sorted(each for part in SHIPPED for each in (folder / part).glob("*.yaml")):
        with suppress(OSError):
            lines = path.read_bytes()[:LARGEST_DESIGN].decode("utf-8", "replace").splitlines()
            at = next((n for n, line in enumerate(lines, 1) if named.search(line)), 0)
            if at:
                found.append(f"{path}:{at}")
    return found


def encrypt() -> None:
    """Encrypt the memory, or the one that will be made."""
    encrypt_file(memory_file(), memory_key())
    say(
        f"{memory_file()} is encrypted"
        if memory_file().exists()
        else f"{memory_file()} will be encrypted from its begin"
    )
    say(
        f"Its key is {memory_key()}. Keep a copy of it somewhere else: without it nobody, you"
        " included, can read the memory again. Where memory and key lie on one card, it protects"
        " copies of the memory, not the card: docs/memory.md says how to keep the key elsewhere."
    )


def decrypt() -> None:
    """Make the memory a plain file again. Raises Broken without its key."""
    decrypt_file(memory_file(), memory_key())
    say(f"{memory_file()} is plain")
    say(
        f"Keep the key {memory_key()} while there are encrypted copies. As long as it is there, a"
        " new memory would be encrypted again."
    )


def _say_damage(memory: Memory) -> None:
    for damage in memory.damaged[:SAID]:
        say(f"{memory_file()}: {damage} is left out", color="yellow", err=True)
    if len(memory.damaged) > SAID:
        say(f"… and {len(memory.damaged) - SAID} more", color="yellow", err=True)


def _say_set_aside(why: str = "") -> None:
    for kept in set_aside(memory_file()):
        say(
            f"{kept} is a damaged memory that was set aside{why}; delete it when you need it no"
            " more",
            color="yellow",
            err=True,
        )


def _is_there() -> bool:
    """Raises OSError where nobody can tell, as in a folder that the user may not enter."""
    try:
        memory_file().lstat()
    except FileNotFoundError:
        return False
    return True


def _there(*, reading: bool = False) -> Memory:
    if not _is_there():
        raise Broken(
            f"it remembers nothing yet ({memory_file()} is not there; `moggy run` makes it)"
        )
    return Memory(memory_file(), memory_key(), reading=reading)


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
