"""The pet's own feelings: emotions, mood, drives, bonds and habituation, and what moves them."""

from moggy.brain.affect.bonds import Bonds, Tastes
from moggy.brain.affect.feelings import BEAT_S, SLOW_BEATS, Feelings
from moggy.brain.affect.mood import home_of

__all__ = ["BEAT_S", "SLOW_BEATS", "Bonds", "Feelings", "Tastes", "home_of"]
