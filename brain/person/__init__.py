"""How a person feels, who has the pet's attention, and whether the channels agree."""

from moggy.brain.person.agreement import SPREAD, Contradictions
from moggy.brain.person.attention import Attention, is_voice
from moggy.brain.person.fusion import Fusion, distress_of, published
from moggy.brain.person.liveness import Liveness
from moggy.brain.person.presence import Presence, SignKind

__all__ = [
    "SPREAD",
    "Attention",
    "Contradictions",
    "Fusion",
    "Liveness",
    "Presence",
    "SignKind",
    "distress_of",
    "is_voice",
    "published",
]
