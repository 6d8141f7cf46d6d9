"""Names of a tree in words that a stranger understands: behaviours, their steps, and the terms of
scores."""

from __future__ import annotations

import re
from collections.abc import Mapping

NAME = re.compile(r"[a-z][a-z_0-9]*(?:\.[a-z_0-9]+)*")
"""A name in an expression."""
FUNCTIONS = re.compile("max|min|abs|clamp|rise|logistic|bell|between|if|and|or|not|true|false")
"""Names in an expression that ask for nothing."""
PLAIN: Mapping[str, str] = {
    "arousal": "how excited it is",
    "valence": "how well it feels",
    "enough": "how much it has been touched",
    "hour": "the time of day",
    "quiet": "quiet hours",
    "battery": "the battery",
    "charging": "being charged",
    "seconds": "how long it has done so",
    "addressed": "being spoken to or touched",
    "touch.good": "how pleasant the touch is",
    "touch.bad": "how unpleasant the touch is",
    "touch.liking": "how it likes to be touched there",
    "touch.seconds": "how long it has been touched",
    "touch.since": "the time since it was touched",
    "bond.trust": "how much it trusts the person",
    "bond.familiarity": "how well it knows the person",
    "mood.pleasure": "its mood",
    "mood.arousal": "how lively its mood is",
    "mood.dominance": "how bold its mood is",
    "person.attention": "the attention of the person",
    "person.confidence": "how sure it is of the person's feeling",
    "person.conflict": "contradictions in what the person shows",
    "person.unsure": "not knowing how the person feels",
    "base": "how much it matters",
    "appetite": "its character's liking for that",
    "temperament": "its temperament",
    "repetition": "having done so lately",
    "ageing": "not having done so for long",
}
"""Name → what it is, in words."""
FAMILIES: Mapping[str, str] = {
    "emotion": "{}",
    "drive": "its need for {}",
    "person": "how likely the person is {}",
    "touch": "being touched: {}",
    "zone": "being touched on the {}",
    "setting": "the setting {}",
    "event": "what happened: {}",
    "since": "the time since: {}",
    "count": "how often lately: {}",
    "ran": "the time since it last did this: {}",
    "running": "doing this: {}",
}
"""First word of a name → what it is in words, with a place for the second."""


def behavior_in_words(name: str) -> str:
    """A behaviour or a step of one: «purr along», «play, step 2»."""
    behavior, _, step = name.partition(".")
    plain = behavior.replace("_", " ")
    return f"{plain}, step {step}" if step.isdigit() else plain


def term_in_words(term: str) -> str:
    """What a term of a score asks for: «interest or surprise»."""
    names = [name for name in NAME.findall(term) if not FUNCTIONS.fullmatch(name)]
    words = [_name_in_words(name) for name in dict.fromkeys(names)]
    return " or ".join(dict.fromkeys(words)) or term


def _name_in_words(name: str) -> str:
    if name in PLAIN:
        return PLAIN[name]
    first, _, second = name.partition(".")
    plain = (second or first).replace("_", " ")
    return FAMILIES[first].format(plain) if second and first in FAMILIES else plain
