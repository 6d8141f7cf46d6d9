"""What somebody may have meant by a name that a language of expressions does not have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from moggy.vocabulary import EVENTS, nearest


def meant(
    name: str,
    plain: Collection[str],
    families: Mapping[str, Collection[str] | None],
    hints: Mapping[str, str],
) -> str:
    """What somebody may have meant by an unknown name, as the end of an error.

    `plain` are whole names. `families` gives the second words of each first word, None where any
    word may follow. `hints` says what to write for first words, or whole names, of another
    language: `{0}` is the second word, `{event}` the event that it probably names.
    """
    first, _, second = name.partition(".")
    hint = hints.get(name) or (hints.get(first) if first not in families else None)
    if hint is not None:
        event = next(iter(get_close_matches(second, EVENTS, n=1)), second)
        return f": {hint.format(second or 'NAME', event=event or 'NAME')}"
    every = [f"{family}.{word}" for family, words in families.items() for word in words or ()]
    same = [each for each in (*plain, *every) if each.partition(".")[2] == (second or name)]
    close = [first] if first in families else get_close_matches(first, list(families), n=1)
    for family in close if second or first in families else ():
        here = [each.partition(".")[2] for each in plain if each.startswith(f"{family}.")]
        there = [*(families[family] or ([second] if second else [])), *here]
        alike = get_close_matches(second, there, n=1)
        found = [f"{family}.{word}" for word in alike or there]
        near = nearest(found[0] if alike else "", found)
        if near or not same:
            return near or f"; say which, as {family}.NAME"
    if len(same) == 1:
        return nearest(same[0], same)
    if same:
        return f"; there are {', '.join(same)}"
    if not second:
        return nearest(name, [*plain, *every])
    near = nearest(name, [each for each in plain if "." in each])
    return near or f"; first words are {', '.join(families)}"
