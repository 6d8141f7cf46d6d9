"""What the senses mean: events, which happened to the pet, and evidence of how a person feels."""

from moggy.brain.perception.habits import Habits
from moggy.brain.perception.perception import Perception

__all__ = ["Habits", "Perception"]
