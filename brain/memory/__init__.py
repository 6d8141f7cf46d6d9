"""What the pet remembers across restarts: one SQLite file that its owner can read, export, erase
and encrypt."""

from moggy.brain.memory.diary import Diary, LateDiary
from moggy.brain.memory.encryption import Damaged, decrypt, encrypt, is_encrypted
from moggy.brain.memory.lock import Broken
from moggy.brain.memory.repair import awake, clear, set_aside
from moggy.brain.memory.rows import Episode
from moggy.brain.memory.snapshot import Remembered
from moggy.brain.memory.store import EPISODES, Memory

__all__ = [
    "EPISODES",
    "Broken",
    "Damaged",
    "Diary",
    "Episode",
    "LateDiary",
    "Memory",
    "Remembered",
    "awake",
    "clear",
    "decrypt",
    "encrypt",
    "is_encrypted",
    "set_aside",
]
